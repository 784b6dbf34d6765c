/* pool.c - the engine's pool: bounds, waiting, threads, and connections that die. */
#include "database.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include <rowan/merge.h>
#include <rowan/raw.h>

#include "mariadb.h"
#include "postgres.h"
#include "proxy.h"

static rowan_engine *open_engine(test_db *t, const rowan_engine_opts *opts)
{
    rowan_engine *engine = NULL;

    assert_ok(rowan_engine_open(t->uri, opts, &engine, &t->err), &t->err);
    return engine;
}

static rowan_session *open_session(test_db *t, rowan_engine *engine)
{
    rowan_session *session = NULL;

    assert_ok(rowan_session_open(engine, &session, &t->err), &t->err);
    return session;
}

static rowan_pool_stats stats_of(rowan_engine *engine)
{
    rowan_pool_stats stats;

    rowan_engine_stats(engine, &stats);
    return stats;
}

static void test_connections_are_kept(void **state)
{
    test_db *t = *state;
    rowan_engine *engine = open_engine(t, NULL);

    assert_int_equal(stats_of(engine).n_connects, 0);
    for (int i = 0; i < 10; i++) {
        rowan_session *session = open_session(t, engine);

        assert_ok(rowan_session_ping(session, &t->err), &t->err);
        rowan_session_close(session);
    }
    assert_int_equal(stats_of(engine).n_connects, 1);
    assert_int_equal(stats_of(engine).n_checkouts, 10);
    assert_int_equal(stats_of(engine).n_idle, 1);
    assert_int_equal(stats_of(engine).n_lent, 0);
    rowan_engine_close(engine);
}

/* What load has left: kept for a while, since more may come, and then closed. */
static uint32_t n_idle_after_use(test_db *t, rowan_engine *engine)
{
    rowan_session *session = open_session(t, engine);

    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    rowan_session_close(session);
    return stats_of(engine).n_idle;
}

static void test_surplus_is_closed(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .pool_size = 1, .max_overflow = 2 };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *sessions[3];

    for (size_t i = 0; i < 3; i++) {
        sessions[i] = open_session(t, engine);
        assert_ok(rowan_session_ping(sessions[i], &t->err), &t->err);
    }
    assert_int_equal(stats_of(engine).n_lent, 3);
    for (size_t i = 0; i < 3; i++)
        rowan_session_close(sessions[i]);
    assert_int_equal(stats_of(engine).n_idle, 3);
    assert_int_equal(n_idle_after_use(t, engine), 3);
    assert_int_equal(stats_of(engine).n_connects, 3);
    test_wait_until(n_idle_after_use(t, engine) == 1, 10000);
    assert_int_equal(stats_of(engine).n_connects, 3);
    rowan_engine_close(engine);
}

static void test_waiting_has_an_end(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .pool_size = 1,
                               .max_overflow = 1,
                               .pool_timeout_ms = 50 };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *a = open_session(t, engine), *b = open_session(t, engine);
    rowan_session *c = open_session(t, engine);

    assert_ok(rowan_session_ping(a, &t->err), &t->err);
    assert_ok(rowan_session_ping(b, &t->err), &t->err);
    assert_status(rowan_session_ping(c, &t->err), ROWAN_ETIMEOUT, &t->err);
    assert_string_equal(t->err.message,
                        "all 2 connections of the pool were busy for 50 ms");
    rowan_session_release(a);
    assert_ok(rowan_session_ping(c, &t->err), &t->err);
    assert_int_equal(stats_of(engine).n_timeouts, 1);
    assert_int_equal(stats_of(engine).n_waits, 1);
    assert_int_equal(stats_of(engine).n_checkouts,
                     3); /* what waited in vain got none */
    rowan_session_close(a);
    rowan_session_close(b);
    rowan_session_close(c);
    rowan_engine_close(engine);
}

struct worker {
    rowan_engine *engine;
    int n_rounds;
    rowan_status st;
    rowan_error err;
};

static void *work(void *arg)
{
    struct worker *worker = arg;

    for (int i = 0; i < worker->n_rounds && worker->st == ROWAN_OK; i++) {
        rowan_session *session = NULL;
        rowan_result *result = NULL;

        worker->st = rowan_session_open(worker->engine, &session, &worker->err);
        if (worker->st == ROWAN_OK)
            worker->st =
                rowan_fetch(session, rowan_select(Place), &result, &worker->err);
        rowan_result_free(result);
        rowan_session_close(session);
    }
    return NULL;
}

/* More threads than connections: all get through. */
static void test_threads_share_it(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .pool_size = 2, .max_overflow = 1 };
    rowan_engine *engine = open_engine(t, &opts);
    struct worker workers[8];
    pthread_t threads[8];

    for (size_t i = 0; i < 8; i++) {
        workers[i] = (struct worker){ .engine = engine, .n_rounds = 100 };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_ok(workers[i].st, &workers[i].err);
    }
    assert_int_equal(stats_of(engine).n_lent, 0);
    assert_true(stats_of(engine).n_idle <= 3);
    rowan_engine_close(engine);
}

/* The tests below cut connections, which SQLite has none of. */

static void kill_all_of_mariadb(test_db *t)
{
    char *ids = test_value(t, "SELECT group_concat('KILL ', id SEPARATOR '; ') FROM "
                              "information_schema.processlist WHERE db = database() "
                              "AND id <> connection_id()");

    test_exec(t, ids);
    test_wait_until(
        strcmp(test_value(t, "SELECT count(*) FROM information_schema.processlist "
                             "WHERE db = database() AND id <> connection_id()"),
               "0") == 0,
        5000);
}

static void kill_all(test_db *t)
{
    if (test_is_mariadb(t)) {
        kill_all_of_mariadb(t);
        return;
    }
    test_exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                 "datname = current_database() AND pid <> pg_backend_pid()");
    test_wait_until(
        strcmp(test_value(t, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                             "current_database() AND pid <> pg_backend_pid()"),
               "0") == 0,
        5000);
}

static void test_dead_idle_connection_is_replaced(void **state)
{
    test_db *t = *state;
    rowan_engine *engine;
    rowan_session *session;

    if (test_is_sqlite(t))
        return;
    engine = open_engine(t, NULL);
    session = open_session(t, engine);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    rowan_session_release(session);
    kill_all(t);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    assert_int_equal(stats_of(engine).n_stale, 1);
    assert_int_equal(stats_of(engine).n_connects, 2);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

static void test_connection_lost_in_transaction(void **state)
{
    test_db *t = *state;
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    uint64_t n = 0;

    if (test_is_sqlite(t))
        return;
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    kill_all(t);
    assert_status(rowan_insert(t->db, Place, &place, &t->err), ROWAN_ECONN, &t->err);
    assert_true(rowan_in_transaction(t->db));
    assert_status(rowan_count(t->db, rowan_select(Place), &n, &t->err), ROWAN_EINVAL,
                  &t->err);
    rowan_rollback(t->db);
    assert_ok(rowan_count(t->db, rowan_select(Place), &n, &t->err), &t->err);
    assert_int_equal(n, 0);
}

/* Whether a commit that got no answer happened cannot be known, and is not claimed. */
static void test_connection_lost_in_commit(void **state)
{
    test_db *t = *state;
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };

    if (test_is_sqlite(t))
        return;
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    kill_all(t);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_ECONN, &t->err);
    assert_contains(t->err.message, "not known");
    assert_false(rowan_in_transaction(t->db));
    assert_ok(rowan_session_ping(t->db, &t->err), &t->err);
}

static void test_connection_lost_under_a_cursor(void **state)
{
    test_db *t = *state;
    rowan_cursor *cursor = NULL;
    Sample *samples = test_alloc(20000 * sizeof *samples);
    char *text = test_alloc(2001);
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st;

    if (test_is_sqlite(t))
        return;
    memset(text, 'x', 2000); /* in all more than the sockets' buffers hold */
    for (size_t i = 0; i < 20000; i++) {
        samples[i] = test_sample();
        samples[i].words = rowan_text_of(text);
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, 20000, &t->err), &t->err);
    assert_ok(rowan_cursor_open(t->db, rowan_select(Sample), &cursor, &t->err),
              &t->err);
    assert_int_equal(rowan_cursor_next(cursor, &rows, &n_rows, &t->err), ROWAN_ROW);
    kill_all(t);
    do
        st = rowan_cursor_next(cursor, &rows, &n_rows, &t->err);
    while (st == ROWAN_ROW);
    assert_int_equal(st, ROWAN_ECONN);
    rowan_cursor_close(cursor);
    assert_ok(rowan_session_ping(t->db, &t->err), &t->err);
}

/* SQLite: a backup that is put in the file's place is what is read from then on, and written
 * to. */
static void test_replaced_file(void **state)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    test_db *t = *state;
    const char *old, *new, *path;
    uint64_t n = 0;

    if (!test_is_sqlite(t))
        return;
    path = t->uri + strlen("sqlite:///");
    new = test_printf("%s/new.db", test_dir());
    old = test_printf("%s/old.db", test_dir());
    test_exec(t, test_printf("VACUUM INTO '%s'", new));
    assert_ok(rowan_insert(t->db, Place,
                           &((Place){ rowan_text_of("a"), rowan_text_of("A"), { 0 } }),
                           &t->err),
              &t->err);
    rowan_session_release(t->db);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        assert_int_equal(rename(test_printf("%s%s", path, ends[i]),
                                test_printf("%s%s", old, ends[i])),
                         0);
    assert_int_equal(rename(new, path), 0);
    test_wait_until(
        (rowan_session_release(t->db),
         rowan_count(t->db, rowan_select(Place), &n, &t->err) == ROWAN_OK && n == 0),
        10000);
    assert_int_equal(stats_of(t->engine).n_stale, 1);
    assert_ok(rowan_insert(t->db, Place,
                           &((Place){ rowan_text_of("b"), rowan_text_of("B"), { 0 } }),
                           &t->err),
              &t->err);
    assert_string_equal(test_list(t, "code", "place", "code"), "b");
}

/* A network that has lost its way: nothing comes, not even the end. */

static test_proxy *new_proxy(test_db *t)
{
    return test_proxy_new((int)strtol(strrchr(t->uri, ':') + 1, NULL, 10));
}

static rowan_engine *open_through(test_db *t, const test_proxy *proxy,
                                  const rowan_engine_opts *opts)
{
    rowan_engine *engine = NULL;

    assert_ok(rowan_engine_open(test_proxy_uri(proxy, t->uri), opts, &engine, &t->err),
              &t->err);
    return engine;
}

/* Whether an idle connection is alive is found out in the time of a connect, also where a
 * statement may take for ever. */
static void test_silent_idle_connection(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .connect_timeout_ms = 200,
                               .pre_ping_after_ms = 1,
                               .retry_after_ms = UINT32_MAX };
    rowan_engine *engine;
    rowan_session *session;
    test_proxy *proxy;
    int64_t start;

    if (test_is_sqlite(t))
        return;
    proxy = new_proxy(t);
    engine = open_through(t, proxy, &opts);
    session = open_session(t, engine);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    rowan_session_release(session);
    test_nap();
    test_proxy_hold(proxy, true);
    start = test_clock_ms();
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_true(test_clock_ms() - start < 5000);
    assert_int_equal(stats_of(engine).n_stale, 1);
    test_proxy_hold(proxy, false);
    test_wait_until(rowan_session_ping(session, NULL) == ROWAN_OK, 5000);
    rowan_session_close(session);
    rowan_engine_close(engine);
    test_proxy_free(proxy);
}

static rowan_status add_places(test_db *t, rowan_merge *m, size_t n_places)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_places && st == ROWAN_OK; i++) {
        rowan_text code = rowan_text_of(test_printf("%zu", i));
        Place place = { code, code, { NULL, 0 } };

        st = rowan_merge_rows(m, &place, 1, &t->err);
    }
    return st;
}

/* Rows on their way to the server, and those on their way from it, are waited for no longer
 * than a statement. */
static void test_silence_under_a_statement(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .statement_timeout_ms = 200, .connect_timeout_ms = 200 };
    rowan_engine *engine;
    rowan_session *session;
    rowan_merge *m = NULL;
    rowan_cursor *cursor = NULL;
    test_proxy *proxy;
    rowan_status st;
    int64_t start = test_clock_ms();

    if (test_is_sqlite(t))
        return;
    proxy = new_proxy(t);
    engine = open_through(t, proxy, &opts);
    session = open_session(t, engine);
    assert_ok(rowan_merge_open(session, 1, &m, &t->err), &t->err);
    assert_ok(rowan_merge_table(m, &Place_model, &t->err), &t->err);
    assert_ok(add_places(t, m, 1), &t->err);
    test_proxy_hold(proxy, true);
    st = add_places(t, m, 100);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(m, NULL, &t->err);
    assert_status(st, ROWAN_ETIMEOUT, &t->err);
    rowan_merge_close(m);
    test_proxy_hold(proxy, false);
    test_wait_until(rowan_session_ping(session, NULL) == ROWAN_OK, 5000);

    assert_ok(rowan_cursor_open(session, rowan_select(Place), &cursor, &t->err),
              &t->err);
    test_proxy_hold(proxy, true);
    rowan_cursor_close(cursor);
    test_proxy_hold(proxy, false);
    test_wait_until(rowan_session_ping(session, NULL) == ROWAN_OK, 5000);
    assert_true(test_clock_ms() - start < 20000);
    rowan_session_close(session);
    rowan_engine_close(engine);
    test_proxy_free(proxy);
}

/* A server that a test stops. */
struct server {
    const char *uri;
    const char *password;
    test_postgres *postgres; /* or NULL */
    test_mariadb *mariadb;
};

static struct server new_server(test_db *t)
{
    struct server server = { .uri = NULL };

    if (test_is_postgres(t)) {
        server.postgres = test_postgres_new();
        server.uri = server.postgres->uri;
        server.password = server.postgres->password;
    } else {
        server.mariadb = test_mariadb_new();
        server.uri = server.mariadb->uri;
        server.password = server.mariadb->password;
    }
    return server;
}

static void stop_server(struct server *server)
{
    if (server->postgres != NULL)
        test_postgres_stop(server->postgres, SIGINT);
    else
        test_mariadb_stop(server->mariadb, SIGTERM);
}

static void start_server(struct server *server)
{
    if (server->postgres != NULL)
        test_postgres_start(server->postgres);
    else
        test_mariadb_start(server->mariadb);
}

static void test_server_away_and_back(void **state)
{
    test_db *t = *state;
    struct server server;
    rowan_engine *engine = NULL;
    rowan_engine_opts opts = { .connect_timeout_ms = 3000 };
    rowan_session *session;

    if (test_is_sqlite(t))
        return;
    server = new_server(t);
    assert_ok(rowan_engine_open(server.uri, &opts, &engine, &t->err), &t->err);
    session = open_session(t, engine);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    stop_server(&server);
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_lacks(t->err.message, server.password);
    start_server(&server);
    test_wait_until(rowan_session_ping(session, &t->err) == ROWAN_OK, 10000);
    rowan_session_close(session);
    rowan_engine_close(engine);
    stop_server(&server);
}

static void test_wrong_password_is_not_shown(void **state)
{
    test_db *t = *state;
    const char *at;
    rowan_engine *engine = NULL;
    rowan_session *session = NULL;

    if (test_is_sqlite(t))
        return;
    at = strrchr(t->uri, '@');
    assert_ok(
        rowan_engine_open(test_printf("%s://rowan:s3cr3t-%%40word%s", t->kind, at),
                          NULL, &engine, &t->err),
        &t->err);
    session = open_session(t, engine);
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_contains(t->err.message, test_is_mariadb(t)
                                        ? "Access denied for user 'rowan'"
                                        : "password authentication failed");
    assert_lacks(t->err.message, "s3cr3t");
    assert_lacks(rowan_engine_name(engine), "s3cr3t");
    assert_lacks(rowan_engine_name(engine), "rowan:");
    rowan_session_close(session);
    rowan_engine_close(engine);
}

static void test_statement_timeout(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .statement_timeout_ms = 200 };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *session = open_session(t, engine);
    rowan_result *result = NULL;

    if (test_is_sqlite(t))
        test_exec(t, "DROP TABLE place; CREATE VIEW place (code, name, inside) AS WITH "
                     "RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                     "SELECT 'a', 'b', NULL FROM n WHERE i < 0");
    else if (test_is_postgres(t))
        test_exec(t,
                  "DROP TABLE place CASCADE; CREATE VIEW place AS SELECT 'a'::text AS "
                  "code, 'b'::text AS name, NULL::text AS inside FROM pg_sleep(60)");
    else
        test_exec(t, "SET foreign_key_checks = 0; DROP TABLE place; CREATE VIEW place "
                     "AS SELECT 'a' AS code, 'b' AS name, NULL AS inside FROM "
                     "(SELECT SLEEP(60)) AS s");
    assert_status(rowan_fetch(session, rowan_select(Place), &result, &t->err),
                  ROWAN_ETIMEOUT, &t->err);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    test_exec(t, "DROP VIEW place");
    rowan_session_close(session);
    rowan_engine_close(engine);
}

/* To wait for another's lock is part of it. */
static void test_statement_timeout_in_a_lock(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .statement_timeout_ms = 200, .busy_timeout_ms = 20000 };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *session = open_session(t, engine);
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    int64_t start;

    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    for (int i = 0; i < 2; i++) { /* by itself, and in a transaction */
        start = test_clock_ms();
        if (i == 1 && !test_is_sqlite(t))
            assert_ok(rowan_begin(session, &t->err), &t->err);
        assert_status(i == 1 && test_is_sqlite(t)
                          ? rowan_begin(session, &t->err)
                          : rowan_insert(session, Place, &place, &t->err),
                      ROWAN_ETIMEOUT, &t->err);
        assert_in_range(test_clock_ms() - start, 100, 5000);
        rowan_rollback(session);
    }
    rowan_rollback(t->db);
    assert_ok(rowan_insert(session, Place, &place, &t->err), &t->err);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

static void test_old_connections_are_not_lent(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .max_age_ms = 1 };
    rowan_engine *engine = open_engine(t, &opts);

    for (int i = 0; i < 3; i++) {
        rowan_session *session = open_session(t, engine);
        int64_t start;

        assert_ok(rowan_session_ping(session, &t->err), &t->err);
        rowan_session_close(session);
        start = test_clock_ms();
        test_wait_until(test_clock_ms() > start + 3, 1000);
    }
    assert_int_equal(stats_of(engine).n_connects, 3);
    assert_int_equal(stats_of(engine).n_stale, 2);
    rowan_engine_close(engine);
}

static void test_reading_sessions_do_not_write(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .read_uri = t->uri };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *reader = NULL, *writer = open_session(t, engine);
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    Sample sample = test_sample();
    uint64_t n = 0;

    assert_ok(rowan_session_open_read(engine, &reader, &t->err), &t->err);
    assert_ok(rowan_insert(writer, Place, &place, &t->err), &t->err);
    assert_ok(rowan_count(reader, rowan_select(Place), &n, &t->err), &t->err);
    assert_int_equal(n, 1);
    assert_status(rowan_insert(reader, Place, &place, &t->err), ROWAN_EUNSUPPORTED,
                  &t->err);
    assert_status(rowan_insert(reader, Sample, &sample, &t->err), ROWAN_EUNSUPPORTED,
                  &t->err);
    assert_status(rowan_delete(reader, Place, &place, &t->err), ROWAN_EUNSUPPORTED,
                  &t->err);
    assert_ok(rowan_begin(reader, &t->err), &t->err);
    assert_ok(rowan_count(reader, rowan_select(Place), &n, &t->err), &t->err);
    assert_ok(rowan_commit(reader, &t->err), &t->err);
    assert_int_equal(stats_of(engine).n_checkouts, 1); /* the reader has its own pool */
    assert_status(rowan_drop_all(reader, &test_models, &t->err), ROWAN_EUNSUPPORTED,
                  &t->err);
    assert_ok(rowan_count(writer, rowan_select(Place), &n, &t->err), &t->err);
    rowan_session_close(reader);
    rowan_session_close(writer);
    rowan_engine_close(engine);
}

struct log {
    const char *sql, *all;
    uint64_t n_events, n_rows;
    rowan_query_event last;
};

static void note_query(void *ctx, const rowan_query_event *event)
{
    struct log *log = ctx;

    log->sql = test_printf("%s", event->sql);
    log->all = test_printf("%s%s\n", log->all != NULL ? log->all : "", event->sql);
    log->last = *event;
    log->n_events++;
    log->n_rows += event->n_rows;
}

/* What SQL of one's own does to a connection stays with the session. */
static void test_altered_connections_are_not_lent(void **state)
{
    test_db *t = *state;
    const char *set = test_is_sqlite(t)     ? "PRAGMA foreign_keys = off"
                      : test_is_postgres(t) ? "SET search_path TO nowhere"
                                            : "SET foreign_key_checks = 0";
    const char *const statements[] = { set, "-- it is\n/* only */ begin" };
    Place lost = { rowan_text_of("x"), rowan_text_of("X"), { "nowhere", 7 } };
    rowan_engine *engine = open_engine(t, NULL);

    for (size_t i = 0; i < 2; i++) {
        rowan_session *session = open_session(t, engine);

        assert_ok(rowan_sql_run(session, NULL, &t->err, statements[i]), &t->err);
        rowan_session_close(session);
        assert_int_equal(stats_of(engine).n_resets, i + 1);
        session = open_session(t, engine);
        assert_status(rowan_insert(session, Place, &lost, &t->err), ROWAN_ECONSTRAINT,
                      &t->err);
        rowan_session_close(session);
        assert_int_equal(stats_of(engine).n_resets, i + 1);
    }
    rowan_engine_close(engine);
}

static void test_queries_are_told(void **state)
{
    test_db *t = *state;
    struct log log = { 0 };
    rowan_engine_opts opts = { .on_query = note_query, .on_query_ctx = &log };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *session = open_session(t, engine);
    Place place = { rowan_text_of("a"), rowan_text_of("s3cret"), { NULL, 0 } };
    rowan_result *result = NULL;

    assert_ok(rowan_insert(session, Place, &place, &t->err), &t->err);
    assert_contains(log.sql, "INSERT INTO");
    assert_lacks(log.sql, "s3cret");
    assert_int_equal(log.last.n_rows, 1);
    assert_ok(rowan_fetch(session, rowan_select(Place), &result, &t->err), &t->err);
    rowan_result_free(result);
    assert_int_equal(log.n_events, 2);
    assert_contains(log.sql, "SELECT");
    assert_int_equal(log.last.n_rows, 1);
    assert_true(log.last.duration_us >= 0 && log.last.duration_us < 10000000);
    assert_status(rowan_insert(session, Place, &place, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_int_equal(log.last.status, ROWAN_ECONFLICT);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

/* Many rows, and what a refresh runs, too: all of them, with how many there were. */
static void test_many_rows_are_told(void **state)
{
    enum {
        N = 2500
    };
    test_db *t = *state;
    struct log log = { 0 };
    rowan_engine_opts opts = { .on_query = note_query, .on_query_ctx = &log };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *session = open_session(t, engine);
    Place *places = test_alloc(N * sizeof *places);
    rowan_merge *merge = NULL;

    for (int i = 0; i < N; i++) {
        places[i].code = rowan_text_of(test_printf("s3cret%d", i));
        places[i].name = places[i].code;
    }
    assert_ok(rowan_begin(session, &t->err), &t->err);
    log.n_rows = 0;
    assert_ok(rowan_insert_many(session, Place, places, N, &t->err), &t->err);
    assert_int_equal(log.n_rows, N);
    assert_contains(log.sql, "place");
    assert_lacks(log.sql, "s3cret");
    assert_int_equal(log.last.status, ROWAN_OK);
    assert_true(log.last.duration_us >= 0 && log.last.duration_us < 10000000);
    log.n_rows = 0;
    assert_status(rowan_insert_many(session, Place, places + N - 20, 20, &t->err),
                  ROWAN_ECONFLICT, &t->err);
    assert_int_equal(log.last.status, ROWAN_ECONFLICT);
    rowan_rollback(session);

    assert_ok(rowan_insert(session, Place, &places[0], &t->err), &t->err);
    places[0].name = rowan_text_of("another");
    assert_ok(rowan_merge_open(session, 1, &merge, &t->err), &t->err);
    assert_ok(rowan_merge_table(merge, &Place_model, &t->err), &t->err);
    assert_ok(rowan_merge_rows(merge, places, N, &t->err), &t->err);
    log.n_rows = 0;
    log.all = "";
    assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
    rowan_merge_close(merge);
    assert_contains(log.all, "UPDATE ");
    assert_contains(log.all, "INSERT ");
    assert_contains(log.all, "DELETE ");
    assert_true(log.n_rows >= N);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

/* So are those that fail before they run; and a status is an error or none. */
static void test_failed_queries_are_told(void **state)
{
    test_db *t = *state;
    struct log log = { 0 };
    rowan_engine_opts opts = { .on_query = note_query, .on_query_ctx = &log };
    rowan_engine *engine = open_engine(t, &opts);
    rowan_session *session = open_session(t, engine);
    rowan_result *result = NULL;

    assert_ok(rowan_fetch(session, rowan_select(Place), &result, &t->err), &t->err);
    rowan_result_free(result);
    assert_int_equal(log.last.status, ROWAN_OK);
    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_true(rowan_delete_where(session, Place, NULL, NULL, &t->err) < 0);
    assert_int_equal(log.n_events, 2);
    assert_contains(log.sql, "DELETE FROM");
    assert_true(log.last.status < 0);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

/* While the database is away, one session in a while tries; the others do not wait. */
static void test_failed_connects_hold_others_off(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .retry_after_ms = 60000 };
    rowan_engine *engine = NULL;
    rowan_session *session;

    if (test_is_sqlite(t))
        return;
    assert_ok(
        rowan_engine_open(test_printf("%s://127.0.0.1:%d/x", t->kind, test_free_port()),
                          &opts, &engine, &t->err),
        &t->err);
    session = open_session(t, engine);
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    for (int i = 0; i < 10; i++)
        assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_int_equal(stats_of(engine).n_failures, 1);
    assert_int_equal(stats_of(engine).n_checkouts, 0);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

/* A pool that is busy when the database goes away is held off for as long as one session
 * is, and not for as many failures as it has sessions. */
static void test_failures_together_are_one(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .connect_timeout_ms = 300, .retry_after_ms = 400 };
    rowan_engine *engine;
    test_proxy *proxy;
    struct worker workers[8];
    pthread_t threads[8];
    int64_t start;

    if (test_is_sqlite(t))
        return;
    proxy = new_proxy(t);
    engine = open_through(t, proxy, &opts);
    test_proxy_hold(proxy, true);
    for (size_t i = 0; i < 8; i++) {
        workers[i] = (struct worker){ .engine = engine, .n_rounds = 1 };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_status(workers[i].st, ROWAN_ECONN, &workers[i].err);
    }
    assert_true(stats_of(engine).n_failures > 1); /* at once */
    test_proxy_hold(proxy, false);
    start = test_clock_ms();
    do {
        workers[0] = (struct worker){ .engine = engine, .n_rounds = 1 };
        (void)work(&workers[0]);
        test_nap();
    } while (workers[0].st == ROWAN_ECONN && test_clock_ms() - start < 10000);
    assert_ok(workers[0].st, &workers[0].err);
    assert_true(test_clock_ms() - start < 3000); /* and not 5,000 */
    rowan_engine_close(engine);
    test_proxy_free(proxy);
}

/* A server that ends cancels the waits of its tasks: a connect ends, too. */
static int cancelled_wait(void *ctx, int fd, unsigned events, int timeout_ms)
{
    (void)ctx;
    (void)fd;
    (void)events;
    (void)timeout_ms;
    return -1;
}

static void test_connect_that_is_cancelled(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .wait = { cancelled_wait, NULL } };
    rowan_engine *engine;
    rowan_session *session;
    test_proxy *proxy;
    int64_t start = test_clock_ms();

    if (test_is_sqlite(t))
        return;
    proxy = new_proxy(t);
    engine = open_through(t, proxy, &opts);
    session = open_session(t, engine);
    test_proxy_hold(proxy, true);
    assert_status(rowan_session_ping(session, &t->err), ROWAN_ECONN, &t->err);
    assert_true(test_clock_ms() - start < 4000);
    test_proxy_hold(proxy, false);
    rowan_session_close(session);
    rowan_engine_close(engine);
    test_proxy_free(proxy);
}

static void test_first_host_that_answers(void **state)
{
    test_db *t = *state;
    rowan_engine *engine = NULL;
    rowan_session *session;
    const char *at;

    if (strcmp(t->kind, "postgresql") != 0)
        return;
    at = strrchr(t->uri, '@');
    assert_ok(rowan_engine_open(
                  test_printf("%.*s@127.0.0.1:%d,%s?target_session_attrs=read-write",
                              (int)(at - t->uri), t->uri, test_free_port(), at + 1),
                  NULL, &engine, &t->err),
              &t->err);
    session = open_session(t, engine);
    assert_ok(rowan_session_ping(session, &t->err), &t->err);
    rowan_session_close(session);
    rowan_engine_close(engine);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections_are_kept),
        cmocka_unit_test(test_surplus_is_closed),
        cmocka_unit_test(test_waiting_has_an_end),
        cmocka_unit_test(test_threads_share_it),
        cmocka_unit_test(test_dead_idle_connection_is_replaced),
        cmocka_unit_test(test_connection_lost_in_transaction),
        cmocka_unit_test(test_connection_lost_in_commit),
        cmocka_unit_test(test_connection_lost_under_a_cursor),
        cmocka_unit_test(test_replaced_file),
        cmocka_unit_test(test_silent_idle_connection),
        cmocka_unit_test(test_silence_under_a_statement),
        cmocka_unit_test(test_server_away_and_back),
        cmocka_unit_test(test_wrong_password_is_not_shown),
        cmocka_unit_test(test_statement_timeout),
        cmocka_unit_test(test_statement_timeout_in_a_lock),
        cmocka_unit_test(test_old_connections_are_not_lent),
        cmocka_unit_test(test_reading_sessions_do_not_write),
        cmocka_unit_test(test_altered_connections_are_not_lent),
        cmocka_unit_test(test_queries_are_told),
        cmocka_unit_test(test_failed_queries_are_told),
        cmocka_unit_test(test_many_rows_are_told),
        cmocka_unit_test(test_failed_connects_hold_others_off),
        cmocka_unit_test(test_failures_together_are_one),
        cmocka_unit_test(test_connect_that_is_cancelled),
        cmocka_unit_test(test_first_host_that_answers),
    };

    return test_on_databases("pool", tests, sizeof tests / sizeof tests[0]);
}
