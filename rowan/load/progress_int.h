/* progress_int.h - how far a run is: a bar on a terminal, a line now and then elsewhere.
 *
 * Time is handed in, so that it can be tested without waiting.
 */
#ifndef ROWAN_PROGRESS_INT_H
#define ROWAN_PROGRESS_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ROWAN__BAR_EVERY_MS  100   /* ten times a second is as fast as one can look */
#define ROWAN__LINE_EVERY_MS 10000 /* so that a log of a long run shows that it lives */

typedef struct rowan__progress {
    FILE *to;        /* NULL: nothing is shown */
    size_t width;    /* of the terminal in columns; 0 where there is none */
    int64_t next_ms; /* when it is to be shown again */
    bool is_drawn;   /* a bar stands on the current line */
} rowan__progress;

void rowan__progress_init(rowan__progress *progress, FILE *to, size_t width,
                          int64_t now_ms);

/* Shows it if it is time to. n_total is 0 where the size is not known. */
void rowan__progress_show(rowan__progress *progress, int64_t now_ms, const char *table,
                          uint64_t n_bytes, uint64_t n_total, uint64_t n_rows);

/* Wipes the bar away, so that a line can be printed. */
void rowan__progress_clear(rowan__progress *progress);

/* The width of the terminal that `to` is; 0 if it is none, or one that cannot go back to
 * the start of its line. */
size_t rowan__terminal_width(FILE *to);

#endif
