/* driver_fault.c - the nth call of a driver fails, for every n, through everything a
 * session does: with an error of the database, and with the connection gone. Each round
 * ends with that status and a session that works afterwards. */
#include "database.h"

#include <rowan/merge.h>

#include "driver_int.h"

static const rowan__driver *real;
static rowan__driver shim;
static size_t n_calls;
static size_t fail_at; /* the call that fails, from 1; 0 for none */
static bool breaks;    /* it takes the connection along */

/* Whether this call is the one to fail, and how. */
static rowan_status injected(rowan__conn *conn, rowan_error *err)
{
    if (++n_calls != fail_at)
        return ROWAN_OK;
    if (!breaks)
        return rowan_fail(err, ROWAN_EIO, "injected");
    if (conn != NULL)
        conn->broken = true;
    return rowan_fail(err, ROWAN_ECONN, "injected");
}

static rowan_status shim_connect(const rowan__uri *uri, const rowan__connect_opts *opts,
                                 rowan__conn **out, rowan_error *err)
{
    rowan_status st = injected(NULL, err);

    if (st == ROWAN_OK)
        st = real->connect(uri, opts, out, err);
    if (st == ROWAN_OK)
        (*out)->driver = &shim;
    return st;
}

static rowan_status shim_ping(rowan__conn *conn, rowan_error *err)
{
    rowan_status st = injected(conn, err);

    return st == ROWAN_OK ? real->ping(conn, err) : st;
}

static rowan_status shim_run(rowan__conn *conn, const char *sql, rowan_error *err)
{
    rowan_status st = injected(conn, err);

    return st == ROWAN_OK ? real->run(conn, sql, err) : st;
}

static rowan_status shim_prepare(rowan__conn *conn, const char *sql, size_t len,
                                 const rowan_type *params, size_t n_params,
                                 rowan__prepared **out, rowan_error *err)
{
    rowan_status st = injected(conn, err);

    return st == ROWAN_OK ? real->prepare(conn, sql, len, params, n_params, out, err)
                          : st;
}

static rowan_status shim_execute(rowan__prepared *prepared, const rowan_value *values,
                                 size_t n_values, uint64_t *n_affected,
                                 rowan_error *err)
{
    rowan_status st = injected(prepared->conn, err);

    return st == ROWAN_OK ? real->execute(prepared, values, n_values, n_affected, err)
                          : st;
}

static rowan_status shim_start(rowan__prepared *prepared, const rowan_value *values,
                               size_t n_values, bool stream, rowan_error *err)
{
    rowan_status st = injected(prepared->conn, err);

    return st == ROWAN_OK ? real->start(prepared, values, n_values, stream, err) : st;
}

static rowan_status shim_fetch(rowan__prepared *prepared, rowan__rows *rows,
                               size_t max_rows, rowan_error *err)
{
    rowan_status st = injected(prepared->conn, err);

    return st == ROWAN_OK ? real->fetch(prepared, rows, max_rows, err) : st;
}

static rowan_status shim_bulk_begin(rowan__conn *conn, const char *table,
                                    const rowan_model *model, rowan_error *err)
{
    rowan_status st = injected(conn, err);

    return st == ROWAN_OK ? real->bulk_begin(conn, table, model, err) : st;
}

static rowan_status shim_bulk_rows(rowan__conn *conn, const rowan_model *model,
                                   const void *rows, size_t n_rows, rowan_error *err)
{
    rowan_status st = injected(conn, err);

    return st == ROWAN_OK ? real->bulk_rows(conn, model, rows, n_rows, err) : st;
}

static const rowan__driver *put_shim(const rowan__driver *driver)
{
    real = driver;
    shim = *driver;
    shim.connect = shim_connect;
    shim.ping = shim_ping;
    shim.run = shim_run;
    shim.prepare = shim_prepare;
    shim.execute = shim_execute;
    shim.start = shim_start;
    shim.fetch = shim_fetch;
    if (driver->bulk_begin != NULL) {
        shim.bulk_begin = shim_bulk_begin;
        shim.bulk_rows = shim_bulk_rows;
    }
    return &shim;
}

static rowan_status use_cursor(rowan_session *db, rowan_error *err)
{
    rowan_cursor *cursor = NULL;
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st = rowan_cursor_open(db, rowan_select(Place), &cursor, err);

    while (st == ROWAN_OK &&
           (st = rowan_cursor_next(cursor, &rows, &n_rows, err)) == ROWAN_ROW)
        st = ROWAN_OK;
    rowan_cursor_close(cursor);
    return st;
}

static rowan_status use_merge(rowan_session *db, rowan_error *err)
{
    Place place = { rowan_text_of("m"), rowan_text_of("M"), { NULL, 0 } };
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(db, 1, &merge, err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Place_model, err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, &place, 1, err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, NULL, err);
    rowan_merge_close(merge);
    return st;
}

static rowan_status use_transaction(rowan_session *db, rowan_error *err)
{
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *result = NULL;
    uint64_t n = 0;
    rowan_status st = rowan_begin(db, err);

    if (st == ROWAN_OK)
        st = rowan_insert_many(db, Sample, samples, 2, err);
    if (st == ROWAN_OK)
        st = rowan_update(db, Sample, &samples[0], err);
    if (st == ROWAN_OK)
        st = rowan_fetch(db, rowan_select(Sample), &result, err);
    rowan_result_free(result);
    if (st == ROWAN_OK)
        st = rowan_count(db, rowan_select(Sample), &n, err);
    if (st == ROWAN_OK)
        st = rowan_delete_where(db, Sample, NULL, NULL, err);
    if (st == ROWAN_OK)
        return rowan_commit(db, err);
    rowan_rollback(db);
    return st;
}

static rowan_status use_all(rowan_session *db, rowan_error *err)
{
    rowan_status st = rowan_create_all(db, &test_models, err);

    if (st == ROWAN_OK)
        st = use_transaction(db, err);
    if (st == ROWAN_OK)
        st = use_cursor(db, err);
    for (int i = 0; i < 2 && st == ROWAN_OK; i++) /* straight in, then merged */
        st = use_merge(db, err);
    if (st == ROWAN_OK)
        st = rowan_session_ping(db, err);
    return st;
}

static void fail_each_call(test_db *t, bool with_connection)
{
    rowan_engine_opts opts = { .retry_after_ms = UINT32_MAX };
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_status st;
    size_t n = 0;
    bool reached;

    rowan_session_release(t->db);
    rowan__driver_shim = put_shim;
    breaks = with_connection;
    fail_at = 0;
    assert_ok(rowan_engine_open(t->uri, &opts, &engine, &t->err), &t->err);
    assert_ok(rowan_session_open(engine, &db, &t->err), &t->err);
    do {
        n_calls = 0;
        fail_at = ++n;
        st = use_all(db, &t->err);
        fail_at = 0;
        if (st != ROWAN_OK && strstr(t->err.message, "injected") == NULL &&
            strstr(t->err.message, "failed") == NULL)
            fail_msg("call %zu: %s: %s", n, rowan_status_name(st), t->err.message);
        assert_false(rowan_in_transaction(db));
        reached = n_calls >= n; /* before that call, or what comes next, hides it */
        assert_ok(use_all(db, &t->err), &t->err); /* the same session goes on */
    } while (reached);
    assert_ok(st, &t->err);
    assert_true(n > 25);
    rowan_session_close(db);
    rowan_engine_close(engine);
    rowan__driver_shim = NULL;
}

static void test_errors(void **state)
{
    fail_each_call(*state, false);
}

static void test_lost_connections(void **state)
{
    fail_each_call(*state, true);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_lost_connections),
    };

    return test_on_databases("driver_fault", tests, sizeof tests / sizeof tests[0]);
}
