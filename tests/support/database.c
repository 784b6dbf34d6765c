/* database.c - see database.h. */
#include "database.h"

#include <pthread.h>
#include <sqlite3.h>

#include <rowan/decimal.h>

#include "mariadb.h"
#include "postgres.h"

ROWAN_MODELS(test_models, "0", Visit, Place, Sample,
             More); /* children first, on purpose */

static test_db current;

bool test_is_sqlite(const test_db *t)
{
    return strcmp(t->kind, "sqlite") == 0;
}

bool test_is_postgres(const test_db *t)
{
    return strcmp(t->kind, "postgresql") == 0;
}

bool test_is_mariadb(const test_db *t)
{
    return strcmp(t->kind, "mariadb") == 0;
}

rowan_session *test_session(test_db *t)
{
    rowan_session *session = NULL;

    assert_ok(rowan_session_open(t->engine, &session, &t->err), &t->err);
    return session;
}

static int first_value(void *ctx, int n, char **values, char **names)
{
    char **out = ctx;

    (void)names;
    if (**out == '\0' && n > 0 && values[0] != NULL)
        *out = test_printf("%s", values[0]);
    return 0;
}

static char *sqlite_value(test_db *t, const char *sql)
{
    const char *path = t->uri + strlen("sqlite:///");
    char *out = test_printf("%s", ""), *words = NULL;
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 5000);
    if (sqlite3_exec(db, sql, first_value, &out, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
    (void)sqlite3_close(db);
    return out;
}

void test_exec(test_db *t, const char *sql)
{
    if (test_is_sqlite(t))
        (void)sqlite_value(t, sql);
    else if (test_is_postgres(t))
        test_postgres_exec(t->uri, sql);
    else
        test_mariadb_exec(t->uri, sql);
}

char *test_value(test_db *t, const char *sql)
{
    if (test_is_sqlite(t))
        return sqlite_value(t, sql);
    return test_is_postgres(t) ? test_postgres_value(t->uri, sql)
                               : test_mariadb_value(t->uri, sql);
}

char *test_list(test_db *t, const char *expr, const char *table, const char *order)
{
    const char *form = "select group_concat(%s order by %s separator ' ') from %s";

    if (test_is_sqlite(t))
        return test_value(t, test_printf("select group_concat(%s, ' ') from (select * "
                                         "from %s order by %s) as t",
                                         expr, table, order));
    if (test_is_postgres(t))
        form = "select string_agg(%s, ' ' order by %s) from %s";
    return test_value(t, test_printf(form, expr, order, table));
}

char *test_versions(test_db *t, const char *table)
{
    if (test_is_postgres(t))
        return test_list(t, "xmin::text || ctid::text", table, "ctid");
    return test_value(t, test_printf("select rows_changed from "
                                     "information_schema.table_statistics where "
                                     "table_schema = database() and table_name = '%s'",
                                     table));
}

Sample test_sample(void)
{
    return (Sample){
        .flag = true,
        .small = -5,
        .big = INT64_C(9007199254740993),
        .real = 0.1,
        .words = rowan_text_of("Grüße, “Ada” \\ ' \" \n\t 🙂"),
        .day = { 1912, 6, 23 },
        .at = rowan_timestamp_of((rowan_date){ 2026, 1, 2 }, 3, 4, 5, 6),
    };
}

More test_more(void)
{
    return (More){
        .tiny = -7,
        .narrow = 0.1f,
        .price = rowan_decimal_of(125, 1),
        .clock = rowan_time_of(23, 59, 59, 999999),
        .uuid = { { 0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42,
                    0x66, 0x14, 0x17, 0x40, 0x00 } },
        .blob = rowan_bytes_of("a\0b\xff", 4),
        .json = rowan_json_of("[1, {\"a\": null}]"),
        .mood = MOOD_MIXED,
    };
}

/* Statements, noted by whichever thread runs them. */
static struct {
    pthread_mutex_t lock;
    bool on;
    size_t n;
    char text[16384]; /* as many as fit */
    size_t len;
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void note_query(void *ctx, const rowan_query_event *event)
{
    (void)ctx;
    (void)pthread_mutex_lock(&watch.lock);
    if (watch.on) {
        int len = snprintf(watch.text + watch.len, sizeof watch.text - watch.len,
                           "%s\n", event->sql);

        watch.n++;
        if (len > 0 && (size_t)len < sizeof watch.text - watch.len)
            watch.len += (size_t)len;
        watch.text[watch.len] = '\0';
    }
    (void)pthread_mutex_unlock(&watch.lock);
}

void test_watch_queries(void)
{
    (void)pthread_mutex_lock(&watch.lock);
    watch.on = true;
    watch.n = watch.len = 0;
    watch.text[0] = '\0';
    (void)pthread_mutex_unlock(&watch.lock);
}

size_t test_n_queries(void)
{
    return watch.n;
}

const char *test_queries(void)
{
    return watch.text;
}

static int open_database(void **state)
{
    rowan_engine_opts opts = { .pool_size = 4,
                               .pool_timeout_ms = 10000,
                               .on_query = note_query };

    if (test_is_sqlite(&current))
        current.uri = test_printf("sqlite:///%s/test.db", test_dir());
    else
        current.uri = test_is_postgres(&current) ? test_postgres_database()
                                                 : test_mariadb_database();
    assert_ok(rowan_engine_open(current.uri, &opts, &current.engine, &current.err),
              &current.err);
    *state = &current;
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    rowan_engine_close(current.engine);
    return 0;
}

static int test_begin(void **state)
{
    test_db *t = &current;

    *state = t;
    memset(&t->err, 0, sizeof t->err);
    t->db = test_session(t);
    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &test_models, &t->err), &t->err);
    return 0;
}

static int test_end(void **state)
{
    (void)state;
    watch.on = false;
    rowan_session_close(current.db);
    current.db = NULL;
    return 0;
}

int test_on_databases(const char *name, const struct CMUnitTest *tests, size_t n_tests)
{
    static const char *const kinds[] = { "sqlite", "postgresql", "mariadb" };
    int n_failed = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct CMUnitTest *own = test_alloc(n_tests * sizeof *own);

        for (size_t k = 0; k < n_tests; k++) {
            own[k] = tests[k];
            own[k].name = test_printf("%s on %s", tests[k].name, kinds[i]);
            own[k].setup_func = test_begin;
            own[k].teardown_func = test_end;
        }
        current.kind = kinds[i];
        n_failed +=
            _cmocka_run_group_tests(test_printf("%s on %s", name, kinds[i]), own,
                                    n_tests, open_database, close_database);
    }
    return n_failed;
}
