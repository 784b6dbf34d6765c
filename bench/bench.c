/* bench.c - see bench.h. */
#include "bench.h"

#include <getopt.h>
#include <libgen.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <time.h>

#define MIN_ROUNDS 3
#define MAX_ROUNDS 101
#define CHUNK_SIZE ((size_t)1024 * 1024)

bench_args bench;

static void print_head(const char *title)
{
    (void)printf("\n%s\n%-46s %10s %10s  %s\n", title, "", "ours", "reference",
                 "ratio (rounds)     cpu   promise");
    (void)fflush(stdout);
}

static size_t number(const char *text, size_t min, size_t max)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (end == text || *end != '\0' || value < min || value > max)
        bench_die("%s is not a number from %zu to %zu", text, min, max);
    return (size_t)value;
}

void bench_start(int argc, char **argv, const char *title)
{
    static const struct option options[] = { { "rows", required_argument, NULL, 'n' },
                                             { "rounds", required_argument, NULL, 'r' },
                                             { "seconds", required_argument, NULL,
                                               's' },
                                             { "only", required_argument, NULL, 'o' },
                                             { 0 } };
    int option;

    bench = (bench_args){ .rows = 1000000, .rounds = 15, .seconds = 40 };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'n': bench.rows = number(optarg, 1, 100000000); break;
        case 'r': bench.rounds = (int)number(optarg, 1, MAX_ROUNDS); break;
        case 's': bench.seconds = (int)number(optarg, 1, 3600); break;
        case 'o': bench.only = optarg; break;
        default:
            bench_die("usage: %s [--rows N] [--rounds N] [--seconds N] [--only WORD]",
                      argv[0]);
        }
    }
    bench.dir = getenv("BENCH_DIR");
    bench.postgres = getenv("ROWAN_TEST_POSTGRES");
    bench.mariadb = getenv("ROWAN_TEST_MARIADB");
    bench.programs = dirname(bench_printf("%s", argv[0]));
    if (bench.dir == NULL)
        bench_die("BENCH_DIR is not set: bench/run starts the benches");
    print_head(title);
}

void bench_die(const char *fmt, ...)
{
    va_list args;

    (void)fflush(stdout);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1);
}

void bench_check(rowan_status st, const rowan_error *err)
{
    if (st != ROWAN_OK)
        bench_die("%s: %s", rowan_status_name(st), err->message);
}

void *bench_alloc(size_t size)
{
    void *ptr = calloc(1, size);

    if (ptr == NULL)
        bench_die("out of memory");
    return ptr;
}

char *bench_printf(const char *fmt, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        bench_die("out of memory");
    va_end(args);
    return text;
}

double bench_clock_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double cpu_of(int who)
{
    struct rusage usage;

    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

double bench_cpu_ns(void)
{
    return cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(const double *values, int n)
{
    double sorted[MAX_ROUNDS];

    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* Printing. */

static const char *amount(double value, const char *unit)
{
    static const char *const times[] = { "ns", "us", "ms", "s" };
    size_t i = 0;

    if (strcmp(unit, "ns") != 0)
        return bench_printf(value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
    for (; i < 3 && value >= 1000; i++)
        value /= 1000;
    return bench_printf(value < 100 ? "%.3g %s" : "%.0f %s", value, times[i]);
}

/* The median of the ratios of both sides, round by round, and the extremes. */
static double ratio_of(const double *ours, const double *theirs, int n, double *min,
                       double *max)
{
    double ratios[MAX_ROUNDS];

    for (int i = 0; i < n; i++) {
        ratios[i] = theirs[i] > 0 ? ours[i] / theirs[i] : 0;
        if (i == 0 || ratios[i] < *min)
            *min = ratios[i];
        if (i == 0 || ratios[i] > *max)
            *max = ratios[i];
    }
    return bench_median(ratios, n);
}

static void print_promise(const char *what, bool kept)
{
    (void)printf("  %s %s", what, kept ? "kept" : "NOT KEPT");
}

/* A line without its end: name, both amounts, the ratio. Returns the ratio. */
static double print_ratio(const bench_samples *s)
{
    double min, max;
    double ratio = ratio_of(s->ours, s->theirs, s->n, &min, &max);

    (void)printf("%-46s %10s %10s  %.2f (%.2f..%.2f)",
                 s->reference == NULL ? s->name
                                      : bench_printf("%s : %s", s->name, s->reference),
                 amount(bench_median(s->ours, s->n), s->unit),
                 amount(bench_median(s->theirs, s->n), s->unit), ratio, min, max);
    return ratio;
}

static void end_line(void)
{
    (void)printf("\n");
    (void)fflush(stdout);
}

void bench_print(const bench_samples *s)
{
    double ratio = print_ratio(s);

    (void)printf("     -");
    if (s->promise > 0)
        print_promise(bench_printf("%s %.2f", s->at_least ? ">=" : "<=", s->promise),
                      s->at_least ? ratio >= s->promise : ratio <= s->promise);
    end_line();
}

void bench_note(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)printf("    ");
    (void)vprintf(fmt, args);
    va_end(args);
    (void)printf("\n");
    (void)fflush(stdout);
}

/* Measuring. */

bool bench_wanted(const char *name)
{
    return bench.only == NULL || strstr(name, bench.only) != NULL;
}

static void time_one(const bench_pair *pair, void (*run)(void *ctx), double *wall,
                     double *cpu)
{
    double cpu_start, start;

    if (pair->before != NULL)
        pair->before(pair->ctx);
    cpu_start = bench_cpu_ns();
    start = bench_clock_ns();
    run(pair->ctx);
    *wall = (bench_clock_ns() - start) / pair->n_ops;
    *cpu = (bench_cpu_ns() - cpu_start) / pair->n_ops;
}

static void print_pair(const bench_pair *pair, double wall[2][MAX_ROUNDS],
                       double cpu[2][MAX_ROUNDS], int n)
{
    double min, max;
    double ratio = print_ratio(&(bench_samples){ .name = pair->name,
                                                 .reference = pair->reference,
                                                 .ours = wall[0],
                                                 .theirs = wall[1],
                                                 .n = n,
                                                 .unit = "ns" });

    (void)printf("  %.2f", ratio_of(cpu[0], cpu[1], n, &min, &max));
    if (pair->promise > 0)
        print_promise(bench_printf("<= %.2f", pair->promise), ratio <= pair->promise);
    if (pair->promise_ns > 0)
        print_promise(bench_printf("<= %s", amount(pair->promise_ns, "ns")),
                      bench_median(cpu[0], n) <= pair->promise_ns);
    end_line();
}

bool bench_compare(const bench_pair *pair)
{
    double wall[2][MAX_ROUNDS], cpu[2][MAX_ROUNDS], unused;
    double end = bench_clock_ns() + bench.seconds * 1e9;
    int n = 0;

    if (!bench_wanted(pair->name))
        return false;
    time_one(pair, pair->theirs, &unused, &unused); /* caches warm up */
    time_one(pair, pair->ours, &unused, &unused);
    for (; n < bench.rounds && (n < MIN_ROUNDS || bench_clock_ns() < end); n++) {
        for (int turn = 0; turn < 2; turn++) {
            int theirs = (n + turn) % 2;

            time_one(pair, theirs ? pair->theirs : pair->ours, &wall[theirs][n],
                     &cpu[theirs][n]);
        }
    }
    print_pair(pair, wall, cpu, n);
    return true;
}

/* An arena as one writes it by hand. */

struct bench_chunk {
    struct bench_chunk *next;
    size_t size;
    char bytes[];
};

void *bench_arena_more(bench_arena *arena, size_t size)
{
    size_t chunk_size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    struct bench_chunk *chunk = malloc(sizeof *chunk + chunk_size);

    if (chunk == NULL)
        bench_die("out of memory");
    chunk->size = chunk_size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->at = chunk->bytes + size;
    arena->end = chunk->bytes + chunk_size;
    return chunk->bytes;
}

void bench_arena_clear(bench_arena *arena)
{
    struct bench_chunk *keep = arena->chunks;

    if (keep == NULL)
        return;
    for (struct bench_chunk *c = keep->next, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    keep->next = NULL;
    arena->at = keep->bytes;
    arena->end = keep->bytes + keep->size;
}

void bench_arena_free(bench_arena *arena)
{
    bench_arena_clear(arena);
    free(arena->chunks);
    *arena = (bench_arena){ 0 };
}
