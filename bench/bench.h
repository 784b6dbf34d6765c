/* bench.h - what the benches share: measuring two ways side by side, and saying so.
 *
 * A bench times the library and a reference in turns (A B, B A, A B, ...) and prints the
 * median of the rounds' ratios, with the smallest and the largest: a ratio holds on any
 * machine, a time on none. These are programs: trouble is printed, and ends them.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rowan/status.h>

/* What ./run and the arguments say: --rows N, --rounds N, --seconds N, --only WORD. */
typedef struct bench_args {
    size_t rows;          /* of the large tables [1,000,000] */
    int rounds;           /* of each comparison, at most [15] */
    int seconds;          /* for each comparison: then it stops after 3 rounds [40] */
    const char *only;     /* comparisons whose name holds it; NULL: all */
    const char *dir;      /* BENCH_DIR: a folder for files, which the caller removes */
    const char *programs; /* the folder of this program: others are beside it */
    const char
        *postgres; /* ROWAN_TEST_POSTGRES: a server of our own; NULL if there is none */
    const char *mariadb; /* ROWAN_TEST_MARIADB, likewise */
} bench_args;

extern bench_args bench;

/* Reads the arguments and the environment; prints the title. */
void bench_start(int argc, char **argv, const char *title);

/* Two ways to do the same. */
typedef struct bench_pair {
    const char *name;      /* "sqlite, rowan_fetch" */
    const char *reference; /* what it is compared with, "by hand" if NULL */
    void (*ours)(void *ctx);
    void (*theirs)(void *ctx);
    void (*before)(void *ctx); /* before each run of either, not timed; may be NULL */
    void *ctx;
    double n_ops;      /* that one run does; times are printed for one */
    double promise;    /* the ratio is to be at most that; 0 if none is made */
    double promise_ns; /* our CPU time is to be at most that; 0 likewise */
} bench_pair;

/* Runs them in turns and prints a line; false, and nothing is run, if the name does not
 * hold --only. */
bool bench_compare(const bench_pair *pair);

/* Prints a line of the same table by values that were measured elsewhere, one of ours and
 * of theirs a round, in nanoseconds. `at_least` turns promise and ratio round: then the
 * values are rates, and more is better. */
typedef struct bench_samples {
    const char *name;
    const char *reference;
    const double *ours;
    const double *theirs;
    int n;
    const char *unit; /* printed behind both; "ns" chooses by size */
    double promise;
    bool at_least;
} bench_samples;
void bench_print(const bench_samples *samples);

/* Prints a note under the table, in printf form. */
void bench_note(const char *fmt, ...) ROWAN_PRINTF(1, 2);

/* Whether --only lets this one run. */
bool bench_wanted(const char *name);

/* Ends the program, in printf form. */
void bench_die(const char *fmt, ...) ROWAN_PRINTF(1, 2) __attribute__((noreturn));

/* Dies unless `st` is ROWAN_OK. */
void bench_check(rowan_status st, const rowan_error *err);

/* Memory that is never NULL, and text in printf form; both live as long as the program. */
void *bench_alloc(size_t size);
char *bench_printf(const char *fmt, ...) ROWAN_PRINTF(1, 2);

/* Nanoseconds of a clock, and of this process's CPU time and that of its children which
 * have ended. */
double bench_clock_ns(void);
double bench_cpu_ns(void);

double bench_median(const double *values, int n);

/* Memory for a hand-written reader: pieces that go together. */
typedef struct bench_arena {
    struct bench_chunk *chunks;
    char *at, *end;
} bench_arena;
void *bench_arena_more(bench_arena *arena, size_t size);
void bench_arena_clear(bench_arena *arena); /* keeps one chunk */
void bench_arena_free(bench_arena *arena);

static inline char *bench_arena_text(bench_arena *arena, const char *text, size_t len)
{
    char *to = arena->at;

    if ((size_t)(arena->end - to) <= len)
        to = bench_arena_more(arena, len + 1);
    else
        arena->at += len + 1;
    memcpy(to, text, len);
    to[len] = '\0';
    return to;
}

#endif
