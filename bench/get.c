/* get.c - one person by primary key: rowan_find() against a prepared statement by hand. */
#include "alloc_int.h"
#include "reader.h"
#include "sqlalchemy.h"

#define N_PEOPLE     10000 /* small enough to be in every cache there is */
#define N_SQLALCHEMY 2000  /* each once: its session would have them already */

typedef struct get {
    people_db *db;
    reader by_hand;
    int64_t n_gets; /* in one run */
} get;

/* The keys in an order that is no order, the same for both. */
static int64_t key_of(int64_t i)
{
    return i * 7919 % N_PEOPLE + 1;
}

static void expect_id(const BenchPerson *person, int64_t id)
{
    if (person == NULL || person->id != id)
        bench_die("person %lld is not found", (long long)id);
}

static void get_sqlite(reader *r, int64_t id)
{
    (void)sqlite3_bind_int64(r->stmt, 1, id);
    if (sqlite3_step(r->stmt) != SQLITE_ROW)
        people_die_sqlite(r->db->sqlite);
    reader_sqlite_row(r);
    (void)sqlite3_reset(r->stmt);
}

static void get_postgres(reader *r, int64_t id)
{
    int64_t wire = (int64_t)__builtin_bswap64((uint64_t)id);
    const char *value = (const char *)&wire;
    int len = sizeof wire, format = 1;
    PGresult *result =
        PQexecPrepared(r->db->pg, r->pg_name, 1, &value, &len, &format, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
        people_die_postgres(r->db->pg);
    reader_postgres_row(r, result, 0);
    PQclear(result);
}

static void get_mariadb(reader *r, int64_t id)
{
    MYSQL_BIND key = { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &id };

    if (mysql_stmt_bind_param(r->maria, &key) != 0)
        people_die_statement(r->maria);
    reader_mariadb_run(r);
    if (!reader_mariadb_next(r))
        bench_die("person %lld is not found", (long long)id);
    (void)mysql_stmt_free_result(r->maria);
}

static void get_by_hand(void *ctx)
{
    get *g = ctx;
    reader *r = &g->by_hand;

    for (int64_t i = 0; i < g->n_gets; i++) {
        reader_clear(r);
        if (g->db->sqlite != NULL)
            get_sqlite(r, key_of(i));
        else if (g->db->maria != NULL)
            get_mariadb(r, key_of(i));
        else
            get_postgres(r, key_of(i));
        expect_id(r->rows, key_of(i));
    }
}

static void get_by_rowan(void *ctx)
{
    get *g = ctx;
    rowan_error err;

    for (int64_t i = 0; i < g->n_gets; i++) {
        rowan_result *result = NULL;

        bench_check(rowan_find(g->db->session, BenchPerson, key_of(i), &result, &err),
                    &err);
        expect_id(rowan_rows(result, BenchPerson), key_of(i));
        rowan_result_free(result);
    }
}

/* Not timed: calls are counted only once somebody has asked. */
static double allocs_of_one(get *g)
{
    size_t n_before = rowan__alloc_count();

    get_by_rowan(g);
    return (double)(rowan__alloc_count() - n_before) / (double)g->n_gets;
}

/* The same with a session for each get: a connection is lent and taken back. */
static void get_by_sessions(void *ctx)
{
    get *g = ctx;
    rowan_error err;

    for (int64_t i = 0; i < g->n_gets; i++) {
        rowan_session *session = NULL;
        rowan_result *result = NULL;

        bench_check(rowan_session_open(g->db->engine, &session, &err), &err);
        bench_check(rowan_find(session, BenchPerson, key_of(i), &result, &err), &err);
        expect_id(rowan_rows(result, BenchPerson), key_of(i));
        rowan_result_free(result);
        rowan_session_close(session);
    }
}

static void run_on(people_db *db)
{
    get g = { .db = db, .n_gets = db->sqlite != NULL ? 50000 : 5000 };
    bench_pair pair = { .ctx = &g, .n_ops = (double)g.n_gets, .promise = 1.10 };

    reader_open(&g.by_hand, db, "get",
                bench_printf("SELECT " PEOPLE_COLUMNS " FROM person WHERE id = %s",
                             db->pg != NULL ? "$1" : "?"));
    pair.name = bench_printf("%s, rowan_find", db->name);
    pair.ours = get_by_rowan;
    pair.theirs = get_by_hand;
    if (bench_compare(&pair)) {
        bench_note("%.2f allocations for one get", allocs_of_one(&g));
        g.n_gets = N_SQLALCHEMY;
        sqlalchemy_compare(db, "get", (size_t)g.n_gets, get_by_rowan, &g);
        g.n_gets = (int64_t)pair.n_ops;
    }
    pair.name = bench_printf("%s, rowan_find, new session", db->name);
    pair.ours = get_by_sessions;
    pair.promise = 0;
    (void)bench_compare(&pair);
    reader_close(&g.by_hand);
}

int main(int argc, char **argv)
{
    people_db *db = NULL;

    bench_start(argc, argv, "get: a person by primary key, time for one");
    while ((db = people_next_db(db, N_PEOPLE)) != NULL)
        run_on(db);
    return 0;
}
