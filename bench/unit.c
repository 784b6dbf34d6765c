/* unit.c - a session's commit of 10,000 objects that are new, changed, to be deleted, against
 * the same by hand (unit_hand.c), and against SQLAlchemy's ORM (unit_sqlalchemy.py).
 *
 * What is timed is the commit: the objects are there before, as the rows are by hand. What
 * they cost is a line of its own. */
#include "unit_hand.h"

#include "child.h"

#include <rowan/schema.h>
#include <rowan/unit.h>

#define N_PEOPLE ((size_t)10000) /* of each */
#define PYTHON   "/usr/bin/python3"
#define MODULES  "import sqlalchemy, psycopg2, pymysql"

typedef enum unit_work {
    NEW,
    CHANGED,
    DELETED,
    ALL
} unit_work;

typedef struct unit_bench {
    rowan_engine *engine;
    rowan_session *session;
    unit_hand *hand;
    unit_work work;
    BenchPerson *added;   /* by hand: added[N_PEOPLE], and so on */
    BenchPerson *changed; /* 1 to N_PEOPLE, another country */
    BenchPerson *deleted; /* the next ones */
    BenchPerson **objects;
    size_t n_objects;
} unit_bench;

static const rowan_text other = { "Elsewhere", 9 };

/* The people that are changed and deleted are there, and no others. */
static void fill(unit_bench *b)
{
    rowan_error err;

    rowan_session_clear(b->session);
    unit_hand_sql(b->hand, b->hand->sqlite != NULL ? "DELETE FROM person"
                                                   : "TRUNCATE TABLE person");
    for (size_t i = 0; i < N_PEOPLE; i++) {
        b->changed[i] = people_make((int64_t)i + 1);
        b->deleted[i] = people_make((int64_t)(N_PEOPLE + i) + 1);
        b->added[i] = people_make((int64_t)(2 * N_PEOPLE + i) + 1);
        b->added[i].id = 0;
    }
    if (b->work == CHANGED || b->work == ALL)
        bench_check(
            rowan_insert_many(b->session, BenchPerson, b->changed, N_PEOPLE, &err),
            &err);
    if (b->work == DELETED || b->work == ALL)
        bench_check(
            rowan_insert_many(b->session, BenchPerson, b->deleted, N_PEOPLE, &err),
            &err);
    if (b->hand->pg != NULL) /* the generated keys go on behind them */
        unit_hand_sql(b->hand, "ALTER TABLE person ALTER id RESTART WITH 100000");
    for (size_t i = 0; i < N_PEOPLE; i++)
        b->changed[i].country = other;
}

static void fetch(unit_bench *b)
{
    rowan_error err;

    bench_check(rowan_session_fetch(b->session, BenchPerson,
                                    rowan_select(BenchPerson, .order_by = { rowan_asc(
                                                                  BenchPerson, id) }),
                                    &b->objects, &b->n_objects, &err),
                &err);
}

static void add(unit_bench *b)
{
    rowan_error err;

    for (size_t i = 0; i < N_PEOPLE; i++)
        bench_check(
            rowan_session_add_copy(b->session, BenchPerson, &b->added[i], NULL, &err),
            &err);
}

/* The work is there, and not yet written. */
static void prepare(void *ctx)
{
    unit_bench *b = ctx;
    rowan_error err;

    fill(b);
    fetch(b);
    for (size_t i = 0; i < b->n_objects; i++) {
        if (b->objects[i]->id <= (int64_t)N_PEOPLE)
            b->objects[i]->country = other;
        else
            bench_check(
                rowan_session_delete(b->session, BenchPerson, b->objects[i], &err),
                &err);
    }
    if (b->work == NEW || b->work == ALL)
        add(b);
}

static void commit(void *ctx)
{
    unit_bench *b = ctx;
    rowan_error err;

    bench_check(rowan_commit(b->session, &err), &err);
}

static void by_hand(void *ctx)
{
    unit_bench *b = ctx;

    switch (b->work) {
    case NEW: unit_hand_insert(b->hand, b->added, N_PEOPLE); break;
    case CHANGED: unit_hand_update(b->hand, b->changed, N_PEOPLE); break;
    case DELETED: unit_hand_delete(b->hand, b->deleted, N_PEOPLE); break;
    case ALL: unit_hand_all(b->hand, b->added, b->changed, b->deleted, N_PEOPLE); break;
    }
}

/* Both have left the same behind. */
static void expect(unit_bench *b)
{
    uint64_t n = 0, n_other = 0;
    rowan_error err;

    bench_check(rowan_count(b->session, rowan_select(BenchPerson), &n, &err), &err);
    bench_check(rowan_count(b->session,
                            rowan_select(BenchPerson, .where = rowan_eq(
                                                          BenchPerson, country, other)),
                            &n_other, &err),
                &err);
    if (n != (b->work == ALL       ? 2
              : b->work == DELETED ? 0
                                   : 1) *
                 N_PEOPLE ||
        n_other != (b->work == ALL || b->work == CHANGED ? N_PEOPLE : 0))
        bench_die("%llu people are there, %llu of them changed", (unsigned long long)n,
                  (unsigned long long)n_other);
}

static void compare(unit_bench *b, const char *name, unit_work work, size_t n)
{
    bench_pair pair = { .name = bench_printf("%s, %s", b->hand->name, name),
                        .ours = commit,
                        .theirs = by_hand,
                        .before = prepare,
                        .ctx = b,
                        .n_ops = (double)n,
                        .promise = 1.3 };

    b->work = work;
    if (bench_compare(&pair))
        expect(b);
}

/* What objects cost beside the rows: adding 10,000, and fetching them instead of rows. */
static void make_objects(unit_bench *b)
{
    double start, add_ns, fetch_ns, rows_ns;
    rowan_result *result = NULL;
    rowan_error err;

    if (!bench_wanted(bench_printf("%s, objects", b->hand->name)))
        return;
    b->work = CHANGED;
    fill(b);
    start = bench_clock_ns();
    add(b);
    add_ns = bench_clock_ns() - start;
    rowan_session_clear(b->session);
    start = bench_clock_ns();
    bench_check(rowan_fetch(b->session, rowan_select(BenchPerson), &result, &err),
                &err);
    rows_ns = bench_clock_ns() - start;
    rowan_result_free(result);
    start = bench_clock_ns();
    fetch(b);
    fetch_ns = bench_clock_ns() - start;
    start = bench_clock_ns();
    (void)rowan_session_pending(b->session);
    bench_note(
        "%s: %.0f ns to add an object, %.0f to fetch one (a row: %.0f), %.0f to look "
        "at it in a flush",
        b->hand->name, add_ns / N_PEOPLE, fetch_ns / N_PEOPLE, rows_ns / N_PEOPLE,
        (bench_clock_ns() - start) / N_PEOPLE);
}

static void sqlalchemy(const char *name, const char *uri)
{
    const char *script = bench_printf("%s/bench/unit_sqlalchemy.py", BENCH_SOURCE_DIR);

    if (!bench_wanted(bench_printf("%s, SQLAlchemy", name)))
        return;
    if (child_try((const char *const[]){ PYTHON, "-c", MODULES, NULL }))
        bench_note("%s: SQLAlchemy's ORM: %s", name,
                   child_output((const char *const[]){ PYTHON, script, uri, NULL }));
    else
        bench_note("SQLAlchemy is left out: python3-sqlalchemy, python3-psycopg2 and "
                   "python3-pymysql are not installed");
}

static void run_on(const char *uri)
{
    unit_bench b = { .added = bench_alloc(N_PEOPLE * sizeof *b.added),
                     .changed = bench_alloc(N_PEOPLE * sizeof *b.changed),
                     .deleted = bench_alloc(N_PEOPLE * sizeof *b.deleted) };
    rowan_error err;

    bench_check(rowan_engine_open(uri, NULL, &b.engine, &err), &err);
    bench_check(rowan_session_open(b.engine, &b.session, &err), &err);
    bench_check(rowan_drop_all(b.session, &people_models, &err), &err);
    bench_check(rowan_create_all(b.session, &people_models, &err), &err);
    b.hand = unit_hand_open(uri);
    compare(&b, "10k new", NEW, N_PEOPLE);
    compare(&b, "10k changed", CHANGED, N_PEOPLE);
    compare(&b, "10k deleted", DELETED, N_PEOPLE);
    compare(&b, "10k of each", ALL, 3 * N_PEOPLE);
    make_objects(&b);
    sqlalchemy(b.hand->name, uri);
    unit_hand_close(b.hand);
    rowan_session_close(b.session);
    rowan_engine_close(b.engine);
    free(b.added);
    free(b.changed);
    free(b.deleted);
}

int main(int argc, char **argv)
{
    bench_start(argc, argv, "unit: a session's commit, time for one object");
    run_on(bench_printf("sqlite:///%s/unit.db", bench.dir));
    if (bench.postgres != NULL)
        run_on(bench.postgres);
    if (bench.mariadb != NULL)
        run_on(bench.mariadb);
    return 0;
}
