/* related.c - 10,000 parents with 100,000 children: rowan_fetch() with a relation against two
 * queries by hand, and SQLAlchemy's selectinload where it is installed. */
#include "related.h"

#include <rowan/schema.h>

#include "alloc_int.h"
#include "child.h"

/* clang-format off */
ROWAN_MODEL(Parent, "bench_parent",
    (rowan_int64, id,        PRIMARY_KEY),
    (rowan_text,  name),
    HAS_MANY(children, Child, parent_id)
)
ROWAN_MODEL(Child, "bench_child",
    (rowan_int64, id,        PRIMARY_KEY),
    (rowan_int64, parent_id, REFERENCES(Parent, id), INDEX),
    (rowan_text,  title),
    (rowan_int32, year),
    BELONGS_TO(parent, Parent, parent_id)
)
/* clang-format on */
ROWAN_MODELS(family, "1.0.0", Parent, Child);

typedef struct work {
    rowan_session *db;
    related_hand *by_hand;
    size_t n_allocs;
    int64_t sum; /* of what was read, to see that both read the same */
} work;

/* Walks over what was loaded, as a program would. */
static void by_rowan(void *ctx)
{
    work *w = ctx;
    size_t n_before = rowan__alloc_count(), n_seen = 0;
    rowan_result *result = NULL;
    rowan_error err;

    bench_check(rowan_fetch(w->db,
                            rowan_select(Parent, .order_by = { rowan_asc(Parent, id) },
                                         .with = { rowan_with(Parent, children) }),
                            &result, &err),
                &err);
    w->n_allocs = rowan__alloc_count() - n_before;
    w->sum = 0;
    for (size_t i = 0; i < rowan_result_count(result); i++) {
        Child **children = NULL;
        size_t n = 0;

        bench_check(rowan_related_many(Parent, &rowan_rows(result, Parent)[i], children,
                                       &children, &n, &err),
                    &err);
        for (size_t k = 0; k < n; k++, n_seen++)
            w->sum += children[k]->id * (int64_t)(i + 1) + children[k]->year;
    }
    rowan_result_free(result);
    if (n_seen != RELATED_CHILDREN)
        bench_die("rowan_fetch: %zu children", n_seen);
}

static void by_hand(void *ctx)
{
    work *w = ctx;
    related_family *rows = related_read(w->by_hand);
    int64_t sum = 0;

    for (size_t i = 0; i < rows->n_parents; i++) {
        for (size_t k = 0; k < rows->parents[i].n; k++)
            sum += rows->parents[i].children[k].id * (int64_t)(i + 1) +
                   rows->parents[i].children[k].year;
    }
    related_drop(w->by_hand);
    if (w->sum != 0 && sum != w->sum)
        bench_die("the two read different rows");
}

static void fill(rowan_session *db)
{
    Parent *parents = bench_alloc(RELATED_PARENTS * sizeof *parents);
    Child *children = bench_alloc(RELATED_CHILDREN * sizeof *children);
    rowan_error err;

    for (size_t i = 0; i < RELATED_PARENTS; i++)
        parents[i] = (Parent){ .id = (int64_t)i + 1,
                               .name = rowan_text_of(bench_printf("parent %zu", i)) };
    for (size_t i = 0; i < RELATED_CHILDREN; i++) /* those of a parent lie far apart */
        children[i] =
            (Child){ .id = (int64_t)i + 1,
                     .parent_id = (int64_t)(i * 7919 % RELATED_PARENTS) + 1,
                     .title = rowan_text_of(bench_printf("title %zu", i * 31)),
                     .year = (int32_t)(1900 + i % 120) };
    bench_check(rowan_drop_all(db, &family, &err), &err);
    bench_check(rowan_create_all(db, &family, &err), &err);
    bench_check(rowan_insert_many(db, Parent, parents, RELATED_PARENTS, &err), &err);
    bench_check(rowan_insert_many(db, Child, children, RELATED_CHILDREN, &err), &err);
}

/* SQLAlchemy's time for the same, the median of several. */
static void print_sqlalchemy(const char *uri, const char *driver, work *w)
{
    const char *modules = bench_printf("import sqlalchemy, %s", driver);
    const char *const probe[] = { "/usr/bin/python3", "-c", modules, NULL };
    const char *script =
        bench_printf("%s/bench/related_sqlalchemy.py", BENCH_SOURCE_DIR);
    const char *const run[] = { "/usr/bin/python3", script, uri, NULL };
    double start, theirs;

    if (!child_try(probe)) {
        bench_note(
            "SQLAlchemy is left out: python3-sqlalchemy and %s are not installed",
            driver);
        return;
    }
    theirs = strtod(child_output(run), NULL);
    start = bench_clock_ns();
    by_rowan(w);
    bench_note("SQLAlchemy's selectinload: %.0f ms, %.0f x ours", theirs / 1e6,
               theirs / (bench_clock_ns() - start));
}

static void run_on(const char *name, const char *uri, const char *driver)
{
    work w = { 0 };
    rowan_engine *engine = NULL;
    rowan_error err;
    bench_pair pair = { .name = bench_printf("%s, rowan_with", name),
                        .ours = by_rowan,
                        .theirs = by_hand,
                        .ctx = &w,
                        .n_ops = 1,
                        .promise = 1.3 };

    if (uri == NULL) {
        bench_note("%s is left out: no server", name);
        return;
    }
    if (!bench_wanted(pair.name))
        return;
    bench_check(rowan_engine_open(uri, NULL, &engine, &err), &err);
    bench_check(rowan_session_open(engine, &w.db, &err), &err);
    fill(w.db);
    w.by_hand = related_open(name, uri);
    by_rowan(&w);
    by_hand(&w);
    if (bench_compare(&pair))
        bench_note("%zu allocations", w.n_allocs);
    print_sqlalchemy(uri, driver, &w);
    related_close(w.by_hand);
    rowan_session_close(w.db);
    rowan_engine_close(engine);
}

int main(int argc, char **argv)
{
    bench_start(argc, argv, "related: 10,000 parents with 100,000 children");
    run_on("sqlite", bench_printf("sqlite:///%s/related.db", bench.dir), "sqlite3");
    run_on("postgresql", bench.postgres, "psycopg2");
    run_on("mariadb", bench.mariadb, "pymysql");
    return 0;
}
