/* fault_driver.c - see fault_driver.h. */
#include "fault_driver.h"

#include <string.h>

#include "driver_int.h"

/* Each function of a driver that can fail needs its own below. */
_Static_assert(sizeof(rowan__driver) == 19 * sizeof(void (*)(void)),
               "a new function of drivers: give it a shim, and count it here");

static const rowan__driver *real;
static rowan__driver shim;
static size_t n_calls, fail_at;
static fault_driver_kind kind;
static bool failed_commit;

void fault_driver_fail_at(size_t nth, fault_driver_kind how)
{
    n_calls = 0;
    fail_at = nth;
    kind = how;
    failed_commit = false;
}

bool fault_driver_failed(void)
{
    return fail_at > 0 && n_calls >= fail_at;
}

bool fault_driver_failed_commit(void)
{
    return failed_commit;
}

/* Counts a call. */
static bool must_fail(void)
{
    return ++n_calls == fail_at;
}

/* Whether a call that must fail is made all the same. */
static bool is_made(bool fails)
{
    return !fails || kind == FAULT_LOST_BEHIND;
}

/* What a call says that fails. */
static rowan_status failure(rowan__conn *conn, rowan_error *err)
{
    if (kind == FAULT_ERROR)
        return rowan_fail(err, ROWAN_EIO, FAULT_WORDS);
    if (conn != NULL)
        conn->broken = true;
    return rowan_fail(err, ROWAN_ECONN, FAULT_WORDS);
}

static rowan_status shim_connect(const rowan__uri *uri, const rowan__connect_opts *opts,
                                 rowan__conn **out, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (!fails)
        st = real->connect(uri, opts, out, err);
    if (!fails && st == ROWAN_OK)
        (*out)->driver = &shim;
    return fails ? failure(NULL, err) : st;
}

static bool shim_looks_alive(rowan__conn *conn)
{
    return must_fail() ? false : real->looks_alive(conn);
}

static rowan_status shim_ping(rowan__conn *conn, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = is_made(fails) ? real->ping(conn, err) : ROWAN_OK;

    return fails ? failure(conn, err) : st;
}

static rowan_status shim_run(rowan__conn *conn, const char *sql, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = is_made(fails) ? real->run(conn, sql, err) : ROWAN_OK;

    if (fails)
        failed_commit = strcmp(sql, "COMMIT") == 0;
    return fails ? failure(conn, err) : st;
}

static rowan_status shim_prepare(rowan__conn *conn, const char *sql, size_t len,
                                 const rowan_type *params, size_t n_params,
                                 rowan__prepared **out, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (!fails)
        st = real->prepare(conn, sql, len, params, n_params, out, err);
    return fails ? failure(conn, err) : st;
}

static rowan_status shim_execute(rowan__prepared *prepared, const rowan_value *values,
                                 size_t n_values, uint64_t *n_affected,
                                 rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->execute(prepared, values, n_values, n_affected, err);
    return fails ? failure(prepared->conn, err) : st;
}

static rowan_status shim_execute_many(rowan__prepared *prepared,
                                      const rowan_value *values, size_t n_values,
                                      size_t n_rows, uint64_t *n_affected,
                                      size_t *first_miss, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->execute_many(prepared, values, n_values, n_rows, n_affected,
                                first_miss, err);
    return fails ? failure(prepared->conn, err) : st;
}

/* A statement that has been sent is done when its connection is lost: the server would go on
 * with it while the next round has begun. */
static void let_it_end(rowan__prepared *prepared)
{
    if (kind != FAULT_ERROR)
        real->finish(prepared);
}

static rowan_status shim_start(rowan__prepared *prepared, const rowan_value *values,
                               size_t n_values, bool stream, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->start(prepared, values, n_values, stream, err);
    if (fails && is_made(fails))
        let_it_end(prepared);
    return fails ? failure(prepared->conn, err) : st;
}

static rowan_status shim_fetch(rowan__prepared *prepared, rowan__rows *rows,
                               size_t max_rows, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->fetch(prepared, rows, max_rows, err);
    if (fails)
        let_it_end(prepared);
    return fails ? failure(prepared->conn, err) : st;
}

/* Says nothing, but the connection may be lost. */
static void shim_finish(rowan__prepared *prepared)
{
    bool fails = must_fail();

    real->finish(prepared);
    if (fails && kind != FAULT_ERROR)
        prepared->conn->broken = true;
}

static void shim_finalize(rowan__prepared *prepared)
{
    rowan__conn *conn = prepared->conn;
    bool fails = must_fail();

    real->finalize(prepared);
    if (fails && kind != FAULT_ERROR)
        conn->broken = true;
}

static rowan_status shim_bulk_begin(rowan__conn *conn, const char *sql,
                                    const rowan_model *model, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->bulk_begin(conn, sql, model, err);
    return fails ? failure(conn, err) : st;
}

static rowan_status shim_bulk_rows(rowan__conn *conn, const rowan_model *model,
                                   const void *rows, size_t n_rows, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = ROWAN_OK;

    if (is_made(fails))
        st = real->bulk_rows(conn, model, rows, n_rows, err);
    return fails ? failure(conn, err) : st;
}

static rowan_status shim_bulk_end(rowan__conn *conn, bool abort, rowan_error *err)
{
    bool fails = must_fail();
    rowan_status st = real->bulk_end(conn, abort, err); /* it must leave that state */

    return fails ? failure(conn, err) : st;
}

static const rowan__driver *put_before(const rowan__driver *driver)
{
    real = driver;
    shim = *driver;
    shim.connect = shim_connect;
    shim.looks_alive = shim_looks_alive;
    shim.ping = shim_ping;
    shim.run = shim_run;
    shim.prepare = shim_prepare;
    shim.execute = shim_execute;
    if (driver->execute_many != NULL)
        shim.execute_many = shim_execute_many;
    shim.start = shim_start;
    shim.fetch = shim_fetch;
    shim.finish = shim_finish;
    shim.finalize = shim_finalize;
    if (driver->bulk_begin != NULL) {
        shim.bulk_begin = shim_bulk_begin;
        shim.bulk_rows = shim_bulk_rows;
        shim.bulk_end = shim_bulk_end;
    }
    return &shim;
}

void fault_driver_install(void)
{
    rowan__driver_shim = put_before;
}

void fault_driver_remove(void)
{
    rowan__driver_shim = NULL;
}
