/* sqlalchemy.c - see sqlalchemy.h. */
#include "sqlalchemy.h"

#include "child.h"

#define ROUNDS 3

static bool is_there(const people_db *db)
{
    const char *driver = db->pg != NULL      ? ", psycopg2"
                         : db->maria != NULL ? ", pymysql"
                                             : "";
    const char *const probe[] = { "/usr/bin/python3", "-c",
                                  bench_printf("import sqlalchemy%s", driver), NULL };

    if (child_try(probe))
        return true;
    bench_note("SQLAlchemy is left out: %s: python3-sqlalchemy%s is not installed",
               db->name,
               db->pg != NULL      ? " or python3-psycopg2"
               : db->maria != NULL ? " or python3-pymysql"
                                   : "");
    return false;
}

static void compare(const char *const *script, const char *how, size_t n,
                    void (*ours)(void *ctx), void *ctx)
{
    double theirs[ROUNDS], ratios[ROUNDS], min = 0, max = 0;

    for (int i = 0; i < ROUNDS; i++) {
        double start;

        theirs[i] = strtod(child_output(script), NULL);
        start = bench_clock_ns();
        ours(ctx);
        ratios[i] = theirs[i] / ((bench_clock_ns() - start) / (double)n);
        min = i == 0 || ratios[i] < min ? ratios[i] : min;
        max = i == 0 || ratios[i] > max ? ratios[i] : max;
    }
    bench_note("SQLAlchemy %s: %.1f us for one, %.0f x ours (%.0f..%.0f)", how,
               bench_median(theirs, ROUNDS) / 1000, bench_median(ratios, ROUNDS), min,
               max);
}

void sqlalchemy_compare(people_db *db, const char *what, size_t n,
                        void (*ours)(void *ctx), void *ctx)
{
    const char *path = bench_printf("%s/bench/people_sqlalchemy.py", BENCH_SOURCE_DIR);
    const char *number = bench_printf("%zu", n);
    const char *const orm[] = {
        "/usr/bin/python3", "-B", path, db->uri, what, "orm", number, NULL
    };
    const char *const core[] = {
        "/usr/bin/python3", "-B", path, db->uri, what, "core", number, NULL
    };

    if (!is_there(db))
        return;
    compare(orm, "ORM", n, ours, ctx);
    compare(core, "Core", n, ours, ctx);
}
