/* progress.c - see progress_int.h. */
#include "progress_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_WIDTH 256
#define MIN_BAR   10 /* narrower ones are left out */
#define MAX_BAR   50

void rowan__progress_init(rowan__progress *progress, FILE *to, size_t width,
                          int64_t now_ms)
{
    *progress = (rowan__progress){
        .to = to,
        .width = width < MAX_WIDTH ? width : MAX_WIDTH,
        .next_ms = now_ms + (width > 0 ? ROWAN__BAR_EVERY_MS : ROWAN__LINE_EVERY_MS),
    };
}

/* A file that grew since it was opened is not read beyond 100 %. */
static unsigned percent(uint64_t n_bytes, uint64_t n_total)
{
    return n_bytes >= n_total ? 100
                              : (unsigned)((double)n_bytes * 100 / (double)n_total);
}

/* Writes "  [=====>    ]" of `size` bytes inside its brackets, with a NUL. */
static void write_bar(char *out, size_t size, unsigned done)
{
    size_t n = size * done / 100;

    memcpy(out, "  [", 3);
    memset(out + 3, ' ', size);
    memset(out + 3, '=', n);
    if (n < size)
        out[3 + n] = '>';
    memcpy(out + 3 + size, "]", 2);
}

static void draw_bar(rowan__progress *progress, const char *table, const char *words,
                     bool has_total, unsigned done)
{
    size_t taken = strlen(table) + strlen(words) + strlen("  []") + 1;
    char bar[MAX_BAR + 5] = "";

    if (has_total && taken + MIN_BAR <= progress->width) {
        size_t room = progress->width - taken;

        write_bar(bar, room < MAX_BAR ? room : MAX_BAR, done);
    }
    (void)fprintf(progress->to, "\r\033[K%.*s%s%s", (int)progress->width - 1, table,
                  bar, strlen(table) + strlen(words) < progress->width ? words : "");
    (void)fflush(progress->to);
    progress->is_drawn = true;
}

void rowan__progress_show(rowan__progress *progress, int64_t now_ms, const char *table,
                          uint64_t n_bytes, uint64_t n_total, uint64_t n_rows)
{
    bool is_bar = progress->width > 0;
    unsigned done = n_total > 0 ? percent(n_bytes, n_total) : 0;
    char share[16] = "";
    char words[64];

    if (progress->to == NULL || now_ms < progress->next_ms)
        return;
    progress->next_ms = now_ms + (is_bar ? ROWAN__BAR_EVERY_MS : ROWAN__LINE_EVERY_MS);
    if (n_total > 0)
        (void)snprintf(share, sizeof share, "  %3u %%", done);
    (void)snprintf(words, sizeof words, "%s  %llu rows", share,
                   (unsigned long long)n_rows);
    if (is_bar) {
        draw_bar(progress, table, words, n_total > 0, done);
    } else {
        (void)fprintf(progress->to, "%s%s read\n", table, words);
        (void)fflush(progress->to);
    }
}

void rowan__progress_clear(rowan__progress *progress)
{
    if (!progress->is_drawn)
        return;
    (void)fputs("\r\033[K", progress->to);
    (void)fflush(progress->to);
    progress->is_drawn = false;
}

size_t rowan__terminal_width(FILE *to)
{
    const char *term = getenv("TERM");
    struct winsize size = { 0 };

    if (!isatty(fileno(to)) || term == NULL || strcmp(term, "dumb") == 0)
        return 0;
    if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}
