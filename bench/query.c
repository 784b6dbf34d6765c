/* query.c - a query built by the typed macros and compiled to a statement that is prepared
 * already: the key of its shape, its values, and the look into the connection's cache.
 * Against sqlite3_bind_...() and a statement that is kept in a variable. */
#include "engine_int.h"
#include "people.h"

#include "alloc_int.h"

#define N_QUERIES 200000

ROWAN_VIEW(BenchName, BenchPerson, first_name, last_name)
ROWAN_VIEW(BenchCountry, BenchPerson, country, (rowan_int64, n, COUNT()),
           (rowan_opt_date, oldest, MIN(born)))

typedef struct query {
    people_db *db;
    rowan__link *link;
    sqlite3_stmt *stmt;
    size_t n_allocations; /* of the last run */
} query;

/* What a session does before it sends anything. */
static void compile(query *q, const rowan_query *select)
{
    rowan__statement statement;
    rowan__prepared *prepared = NULL;
    rowan_error err;

    bench_check(rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, select, NULL,
                                          0, &err),
                &err);
    bench_check(rowan__link_prepare(q->link, &statement, &prepared, &err), &err);
    rowan__statement_done(&statement);
}

static void by_key(query *q, int64_t i)
{
    compile(q, rowan_select(BenchPerson, .where = rowan_eq(BenchPerson, id, i)));
}

static void filtered(query *q, int64_t i)
{
    compile(q,
            rowan_select(BenchName,
                         .where = rowan_and(rowan_eq(BenchPerson, country, "Norway"),
                                            rowan_gt(BenchPerson, id, i),
                                            rowan_not_null(BenchPerson, born)),
                         .order_by = { rowan_desc(BenchPerson, born) }, .limit = 20));
}

static void grouped(query *q, int64_t i)
{
    compile(q, rowan_select(BenchCountry, .where = rowan_lt(BenchPerson, id, i),
                            .having = rowan_gt(BenchCountry, n, 3),
                            .order_by = { rowan_desc(BenchCountry, n) }));
}

static void run(query *q, void (*one)(query *q, int64_t i))
{
    size_t before;

    one(q, 0); /* prepared */
    before = rowan__alloc_count();
    for (int64_t i = 1; i < N_QUERIES; i++)
        one(q, i);
    q->n_allocations = rowan__alloc_count() - before;
}

static void run_by_key(void *ctx)
{
    run(ctx, by_key);
}

static void run_filtered(void *ctx)
{
    run(ctx, filtered);
}

static void run_grouped(void *ctx)
{
    run(ctx, grouped);
}

static void by_hand(void *ctx)
{
    query *q = ctx;

    for (int64_t i = 0; i < N_QUERIES; i++) {
        (void)sqlite3_reset(q->stmt);
        (void)sqlite3_bind_int64(q->stmt, 1, i);
    }
}

static void compare(query *q, const char *name, void (*ours)(void *ctx))
{
    if (!bench_compare(&(bench_pair){ .name = name,
                                      .reference = "reset and one bind",
                                      .ours = ours,
                                      .theirs = by_hand,
                                      .ctx = q,
                                      .n_ops = N_QUERIES,
                                      .promise_ns = 1000 }))
        return;
    bench_note("%s: %zu allocations for %d queries", name, q->n_allocations, N_QUERIES);
}

int main(int argc, char **argv)
{
    query q = { .db = NULL };
    rowan_error err;

    bench_start(argc, argv,
                "query: built, and compiled to a prepared statement, time for one");
    q.db = people_next_db(NULL, 1);
    bench_check(rowan__engine_checkout(q.db->engine, &q.link, &err), &err);
    if (sqlite3_prepare_v2(q.db->sqlite, "SELECT * FROM person WHERE id = ?", -1,
                           &q.stmt, NULL) != SQLITE_OK)
        people_die_sqlite(q.db->sqlite);
    compare(&q, "by key", run_by_key);
    compare(&q, "a view, three conditions, order, limit", run_filtered);
    compare(&q, "groups", run_grouped);
    (void)sqlite3_finalize(q.stmt);
    rowan__engine_return(q.db->engine, q.link);
    while (people_next_db(q.db, 1) != NULL)
        ;
    return 0;
}
