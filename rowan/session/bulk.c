/* bulk.c - see bulk_int.h. Where there is no COPY, many rows go in a statement: on SQLite half
 * the time of one a statement (bench/README.md). */
#include "bulk_int.h"

#include <string.h>

#include "alloc_int.h"

/* The time and the outcome of a part of the one statement that is run. */
static rowan_status note(rowan__bulk *bulk, int64_t start, rowan_status st)
{
    bulk->spent_us += rowan__session_clock(bulk->session) - start;
    if (bulk->st == ROWAN_OK)
        bulk->st = st;
    return st;
}

static void log_copy(const rowan__bulk *bulk)
{
    rowan__session_log(bulk->session,
                       rowan__session_clock(bulk->session) - bulk->spent_us,
                       bulk->sql.ptr, bulk->n_rows, bulk->st);
}

static rowan_status open_copy(rowan__bulk *bulk, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(bulk->session->engine);
    rowan_query query = { .model = bulk->model };
    int64_t start = rowan__session_clock(bulk->session);
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_inserts(&statement, &query, bulk->into, 1, err);

    rowan__buf_init(&bulk->sql, 0);
    if (st == ROWAN_OK)
        rowan__statement_text(&statement, driver->dialect, &bulk->sql);
    rowan__statement_done(&statement);
    if (st == ROWAN_OK && !rowan__buf_ok(&bulk->sql))
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (st == ROWAN_OK) {
        st = note(bulk, start,
                  driver->bulk_begin(bulk->session->link->conn, bulk->sql.ptr,
                                     bulk->model, err));
        if (st != ROWAN_OK)
            log_copy(bulk);
    }
    if (st != ROWAN_OK)
        rowan__buf_done(&bulk->sql);
    return st;
}

static rowan_status open_inserts(rowan__bulk *bulk, rowan_error *err)
{
    bulk->max_together = rowan__statement_max_inserted(bulk->model);
    bulk->values = rowan__calloc(bulk->max_together * bulk->model->n_columns,
                                 sizeof *bulk->values);
    return bulk->values != NULL ? ROWAN_OK
                                : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

rowan_status rowan__bulk_open(rowan__bulk *bulk, rowan_session *session,
                              const rowan_model *model, rowan__into into,
                              rowan_error *err)
{
    rowan_status st = rowan__session_ready(session, err);

    memset(bulk, 0, sizeof *bulk);
    if (st != ROWAN_OK)
        return st;
    bulk->session = session;
    bulk->model = model;
    bulk->into = into;
    st = rowan__engine_driver(session->engine)->bulk_begin != NULL
             ? open_copy(bulk, err)
             : open_inserts(bulk, err);
    bulk->open = st == ROWAN_OK;
    return rowan__session_after(session, st);
}

/* A statement of so many rows, which lives in the connection's cache. */
static rowan_status prepare_insert(const rowan__bulk *bulk, size_t n_rows,
                                   rowan__prepared **out, rowan_error *err)
{
    rowan_query query = { .model = bulk->model };
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_inserts(&statement, &query, bulk->into, n_rows, err);

    if (st == ROWAN_OK)
        st = rowan__session_prepare(bulk->session, &statement, out, err);
    rowan__statement_done(&statement);
    return st;
}

static rowan_status insert_together(rowan__bulk *bulk, rowan__prepared *prepared,
                                    const char *row, size_t n_rows, rowan_error *err)
{
    const rowan_model *model = bulk->model;
    int64_t start;
    size_t n = 0;
    rowan_status st;

    for (size_t i = 0; i < n_rows; i++, row += model->row_size) {
        for (size_t c = 0; c < model->n_columns; c++) {
            if (!rowan__is_inserted(bulk->into, &model->columns[c]))
                continue;
            st = rowan__bind_column(&model->columns[c], row, &bulk->values[n++], err);
            if (st != ROWAN_OK)
                return st;
        }
    }
    start = rowan__session_clock(bulk->session);
    st = rowan__engine_driver(bulk->session->engine)
             ->execute(prepared, bulk->values, n, NULL, err);
    rowan__session_log(bulk->session, start, prepared->sql, n_rows, st);
    return st;
}

/* As many rows a statement as it can have, and for the rest powers of two, so that few
 * statements are prepared in all. */
static rowan_status insert_rows(rowan__bulk *bulk, const char *row, size_t n_rows,
                                rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t n = bulk->max_together; n_rows > 0 && st == ROWAN_OK; n /= 2) {
        rowan__prepared *prepared = NULL;

        if (n_rows >= n)
            st = prepare_insert(bulk, n, &prepared, err);
        for (; n_rows >= n && st == ROWAN_OK; n_rows -= n) {
            st = insert_together(bulk, prepared, row, n, err);
            row += n * bulk->model->row_size;
        }
    }
    return st;
}

static rowan_status send_rows(rowan__bulk *bulk, const void *rows, size_t n_rows,
                              rowan_error *err)
{
    int64_t start = rowan__session_clock(bulk->session);

    bulk->n_rows += n_rows;
    return note(
        bulk, start,
        rowan__engine_driver(bulk->session->engine)
            ->bulk_rows(bulk->session->link->conn, bulk->model, rows, n_rows, err));
}

rowan_status rowan__bulk_rows(rowan__bulk *bulk, const void *rows, size_t n_rows,
                              rowan_error *err)
{
    rowan_status st;

    if (bulk->session->link == NULL)
        return rowan_fail(err, ROWAN_ECONN, "the connection is lost");
    st = bulk->values == NULL ? send_rows(bulk, rows, n_rows, err)
                              : insert_rows(bulk, rows, n_rows, err);
    if (st < 0)
        bulk->session->failed = bulk->session->in_transaction;
    return st;
}

rowan_status rowan__bulk_close(rowan__bulk *bulk, bool abort, rowan_error *err)
{
    int64_t start;
    rowan_status st = ROWAN_OK;

    if (!bulk->open)
        return ROWAN_OK;
    bulk->open = false;
    start = rowan__session_clock(bulk->session);
    if (bulk->values == NULL) {
        st = note(bulk, start,
                  rowan__engine_driver(bulk->session->engine)
                      ->bulk_end(bulk->session->link->conn, abort, err));
        log_copy(bulk);
        rowan__buf_done(&bulk->sql);
    }
    rowan__free(bulk->values);
    bulk->values = NULL;
    return rowan__session_after(bulk->session, st);
}
