/* scan.c - all people into structs: rowan_fetch() and a cursor against loops by hand. */
#include "alloc_int.h"
#include "reader.h"
#include "sqlalchemy.h"

#define BATCH        512 /* rows of a hand-written batch, as many as the cursor's */
#define N_SQLALCHEMY 100000

typedef struct scan {
    people_db *db;
    reader by_hand;
    size_t n_allocs; /* of the library's last run */
} scan;

static void expect_rows(const char *who, size_t n_rows)
{
    if (n_rows != bench.rows)
        bench_die("%s: %zu rows", who, n_rows);
}

/* By hand, all rows at once. */

static void fetch_sqlite(reader *r)
{
    int rc;

    while ((rc = sqlite3_step(r->stmt)) == SQLITE_ROW)
        reader_sqlite_row(r);
    if (rc != SQLITE_DONE)
        people_die_sqlite(r->db->sqlite);
    (void)sqlite3_reset(r->stmt);
}

static void fetch_postgres(reader *r)
{
    PGresult *result = PQexecPrepared(r->db->pg, r->pg_name, 0, NULL, NULL, NULL, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        people_die_postgres(r->db->pg);
    r->cap = (size_t)PQntuples(result);
    r->rows = malloc(r->cap * sizeof *r->rows);
    if (r->rows == NULL)
        bench_die("out of memory");
    r->kept = result; /* the text stays where it is */
    for (int i = 0; i < PQntuples(result); i++)
        reader_postgres_row(r, result, i);
}

static void fetch_mariadb(reader *r)
{
    reader_mariadb_run(r);
    while (reader_mariadb_next(r))
        ;
    (void)mysql_stmt_free_result(r->maria);
}

static void fetch_all(reader *r)
{
    if (r->db->sqlite != NULL)
        fetch_sqlite(r);
    else if (r->db->maria != NULL)
        fetch_mariadb(r);
    else
        fetch_postgres(r);
}

static void fetch_by_hand(void *ctx)
{
    reader *r = &((scan *)ctx)->by_hand;

    fetch_all(r);
    expect_rows("by hand", r->n_rows);
    reader_drop(r);
}

/* By hand, one batch at a time. */

static size_t stream_sqlite(reader *r)
{
    size_t n_total = 0;
    int rc = SQLITE_ROW;

    while (rc == SQLITE_ROW) {
        reader_clear(r);
        while (r->n_rows < BATCH && (rc = sqlite3_step(r->stmt)) == SQLITE_ROW)
            reader_sqlite_row(r);
        n_total += r->n_rows;
    }
    if (rc != SQLITE_DONE)
        people_die_sqlite(r->db->sqlite);
    (void)sqlite3_reset(r->stmt);
    return n_total;
}

static size_t stream_postgres(reader *r)
{
    size_t n_total = 0;
    PGresult *result;

    if (!PQsendQueryPrepared(r->db->pg, r->pg_name, 0, NULL, NULL, NULL, 1) ||
        !PQsetSingleRowMode(r->db->pg))
        people_die_postgres(r->db->pg);
    while ((result = PQgetResult(r->db->pg)) != NULL) {
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
            reader_postgres_row(r, result, 0);
        else if (PQresultStatus(result) != PGRES_TUPLES_OK)
            people_die_postgres(r->db->pg);
        PQclear(result);
        if (r->n_rows == BATCH) {
            n_total += r->n_rows;
            reader_clear(r);
        }
    }
    return n_total + r->n_rows;
}

static size_t stream_mariadb(reader *r)
{
    size_t n_total = 0;

    reader_mariadb_run(r);
    while (reader_mariadb_next(r)) {
        if (r->n_rows == BATCH) {
            n_total += r->n_rows;
            reader_clear(r);
        }
    }
    (void)mysql_stmt_free_result(r->maria);
    return n_total + r->n_rows;
}

static void stream_by_hand(void *ctx)
{
    reader *r = &((scan *)ctx)->by_hand;

    expect_rows("by hand", r->db->sqlite != NULL  ? stream_sqlite(r)
                           : r->db->maria != NULL ? stream_mariadb(r)
                                                  : stream_postgres(r));
    reader_drop(r);
}

/* By the library. */

static void fetch_by_rowan(void *ctx)
{
    scan *s = ctx;
    size_t n_before = rowan__alloc_count();
    rowan_result *result = NULL;
    rowan_error err;

    bench_check(rowan_fetch(s->db->session, rowan_select(BenchPerson), &result, &err),
                &err);
    expect_rows("rowan_fetch", rowan_result_count(result));
    rowan_result_free(result);
    s->n_allocs = rowan__alloc_count() - n_before;
}

/* As many as SQLAlchemy is asked for, which takes ten times the memory. */
static size_t n_sqlalchemy(void)
{
    return bench.rows < N_SQLALCHEMY ? bench.rows : N_SQLALCHEMY;
}

static void fetch_some_by_rowan(void *ctx)
{
    scan *s = ctx;
    rowan_result *result = NULL;
    rowan_error err;

    bench_check(rowan_fetch(s->db->session,
                            rowan_select(BenchPerson, .limit = n_sqlalchemy()), &result,
                            &err),
                &err);
    rowan_result_free(result);
}

static void stream_by_rowan(void *ctx)
{
    scan *s = ctx;
    size_t n_before = rowan__alloc_count(), n_total = 0, n_rows;
    rowan_cursor *cursor = NULL;
    rowan_error err;
    rowan_status st;
    void *rows;

    bench_check(
        rowan_cursor_open(s->db->session, rowan_select(BenchPerson), &cursor, &err),
        &err);
    while ((st = rowan_cursor_next(cursor, &rows, &n_rows, &err)) == ROWAN_ROW)
        n_total += n_rows;
    bench_check(st, &err);
    rowan_cursor_close(cursor);
    expect_rows("rowan_cursor", n_total);
    s->n_allocs = rowan__alloc_count() - n_before;
}

/* Once, and not timed: both ways give the same rows. */
static void check_same(scan *s)
{
    reader *r = &s->by_hand;
    rowan_result *result = NULL;
    rowan_error err;
    BenchPerson *people;

    fetch_all(r);
    bench_check(rowan_fetch(s->db->session, rowan_select(BenchPerson), &result, &err),
                &err);
    people = rowan_rows(result, BenchPerson);
    expect_rows("by hand", r->n_rows);
    expect_rows("rowan_fetch", rowan_result_count(result));
    for (size_t i = 0; i < r->n_rows; i++) {
        if (!people_same(&people[i], &r->rows[i]))
            bench_die("row %zu differs", i);
    }
    rowan_result_free(result);
    reader_drop(r);
}

static void run_on(people_db *db)
{
    scan s = { .db = db };
    bench_pair pair = { .ctx = &s, .n_ops = (double)bench.rows, .promise = 1.10 };

    reader_open(&s.by_hand, db, "scan", "SELECT " PEOPLE_COLUMNS " FROM person");
    check_same(&s);
    pair.name = bench_printf("%s, rowan_fetch", db->name);
    pair.ours = fetch_by_rowan;
    pair.theirs = fetch_by_hand;
    if (bench_compare(&pair))
        bench_note("%zu allocations for %zu rows", s.n_allocs, bench.rows);
    if (bench_wanted(pair.name))
        sqlalchemy_compare(db, "scan", n_sqlalchemy(), fetch_some_by_rowan, &s);
    pair.name = bench_printf("%s, rowan_cursor", db->name);
    pair.ours = stream_by_rowan;
    pair.theirs = stream_by_hand;
    if (bench_compare(&pair))
        bench_note("%zu allocations for %zu batches of %d rows", s.n_allocs,
                   (bench.rows + BATCH - 1) / BATCH, BATCH);
    reader_close(&s.by_hand);
}

int main(int argc, char **argv)
{
    people_db *db = NULL;

    bench_start(argc, argv, "scan: people into structs, time for one row");
    while ((db = people_next_db(db, bench.rows)) != NULL)
        run_on(db);
    return 0;
}
