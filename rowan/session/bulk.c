/* bulk.c - see bulk_int.h. Where there is no COPY, rows go 100 a statement: on SQLite half
 * the time of one a statement (bench/README.md). */
#include "bulk_int.h"

#include <string.h>

#include "alloc_int.h"
#include "ddl_int.h"

#define ROWS_TOGETHER 100

static bool is_written(const rowan__bulk *bulk, const rowan_column *column)
{
    return column->generated == NULL &&
           !(bulk->target == ROWAN__BULK_AUTO && column->automatic);
}

static rowan_status prepare_insert(rowan__bulk *bulk, size_t n_rows,
                                   rowan__prepared **out, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(bulk->session->engine);
    size_t n_values = n_rows * bulk->n_written, n = 0;
    rowan_type *types = rowan__calloc(n_values, sizeof *types);
    rowan__buf sql;
    rowan_status st = ROWAN_OK;

    rowan__buf_init(&sql, 0);
    rowan__ddl_insert_rows(driver->dialect, bulk->model,
                           bulk->target == ROWAN__BULK_STAGING,
                           bulk->target == ROWAN__BULK_AUTO, n_rows, &sql);
    if (types == NULL || !rowan__buf_ok(&sql)) {
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    } else {
        for (size_t i = 0; n < n_values; i++) {
            const rowan_column *column =
                &bulk->model->columns[i % bulk->model->n_columns];

            if (is_written(bulk, column))
                types[n++] = column->type == ROWAN_ENUM ? ROWAN_TEXT : column->type;
        }
        st = driver->prepare(bulk->session->link->conn, sql.ptr, sql.len, types,
                             n_values, out, err);
    }
    rowan__buf_done(&sql);
    rowan__free(types);
    return st;
}

static rowan_status open_inserts(rowan__bulk *bulk, rowan_error *err)
{
    size_t max_params = rowan__session_dialect(bulk->session)->max_params;

    bulk->n_together = max_params / bulk->n_written;
    if (bulk->n_together > ROWS_TOGETHER)
        bulk->n_together = ROWS_TOGETHER;
    bulk->values =
        rowan__calloc(bulk->n_together * bulk->n_written, sizeof *bulk->values);
    if (bulk->values == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    return prepare_insert(bulk, bulk->n_together, &bulk->prepared, err);
}

static rowan_status open_copy(rowan__bulk *bulk, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(bulk->session->engine);
    rowan__buf table;
    rowan_status st;

    rowan__buf_init(&table, 0);
    rowan__ddl_table_name(driver->dialect, bulk->model,
                          bulk->target == ROWAN__BULK_STAGING, &table);
    st = rowan__buf_ok(&table) ? driver->bulk_begin(bulk->session->link->conn,
                                                    table.ptr, bulk->model, err)
                               : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    rowan__buf_done(&table);
    return st;
}

rowan_status rowan__bulk_open(rowan__bulk *bulk, rowan_session *session,
                              const rowan_model *model, rowan__bulk_target target,
                              rowan_error *err)
{
    rowan_status st = rowan__session_ready(session, err);

    memset(bulk, 0, sizeof *bulk);
    if (st != ROWAN_OK)
        return st;
    bulk->session = session;
    bulk->model = model;
    bulk->target = target;
    for (size_t i = 0; i < model->n_columns; i++)
        bulk->n_written += is_written(bulk, &model->columns[i]);
    st = rowan__engine_driver(session->engine)->bulk_begin != NULL
             ? open_copy(bulk, err)
             : open_inserts(bulk, err);
    bulk->open = st == ROWAN_OK;
    if (!bulk->open) {
        rowan__free(bulk->values);
        bulk->values = NULL;
    }
    return rowan__session_after(session, st);
}

/* Adds up to n_together rows by one statement. */
static rowan_status insert_together(rowan__bulk *bulk, rowan__prepared *prepared,
                                    const char *row, size_t n_rows, rowan_error *err)
{
    const rowan_model *model = bulk->model;
    rowan_value *value = bulk->values;

    for (size_t i = 0; i < n_rows; i++, row += model->row_size) {
        for (size_t c = 0; c < model->n_columns; c++) {
            rowan_status st;

            if (!is_written(bulk, &model->columns[c]))
                continue;
            st = rowan__bind_column(&model->columns[c], row, value++, err);
            if (st != ROWAN_OK)
                return st;
        }
    }
    return rowan__engine_driver(bulk->session->engine)
        ->execute(prepared, bulk->values, n_rows * bulk->n_written, NULL, err);
}

static rowan_status insert_rows(rowan__bulk *bulk, const char *row, size_t n_rows,
                                rowan_error *err)
{
    rowan__prepared *rest = NULL;
    rowan_status st = ROWAN_OK;

    for (; n_rows >= bulk->n_together && st == ROWAN_OK; n_rows -= bulk->n_together) {
        st = insert_together(bulk, bulk->prepared, row, bulk->n_together, err);
        row += bulk->n_together * bulk->model->row_size;
    }
    if (n_rows == 0 || st != ROWAN_OK)
        return st;
    st = prepare_insert(bulk, n_rows, &rest, err);
    if (st == ROWAN_OK) {
        st = insert_together(bulk, rest, row, n_rows, err);
        rowan__engine_driver(bulk->session->engine)->finalize(rest);
    }
    return st;
}

rowan_status rowan__bulk_rows(rowan__bulk *bulk, const void *rows, size_t n_rows,
                              rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(bulk->session->engine);
    rowan_status st;

    if (bulk->session->link == NULL)
        return rowan_fail(err, ROWAN_ECONN, "the connection is lost");
    if (driver->bulk_rows != NULL)
        st = driver->bulk_rows(bulk->session->link->conn, bulk->model, rows, n_rows,
                               err);
    else
        st = insert_rows(bulk, rows, n_rows, err);
    if (st < 0)
        bulk->session->failed = bulk->session->in_transaction;
    return st;
}

rowan_status rowan__bulk_close(rowan__bulk *bulk, bool abort, rowan_error *err)
{
    rowan_session *session = bulk->session;
    rowan_status st = ROWAN_OK;

    if (!bulk->open)
        return ROWAN_OK;
    bulk->open = false;
    if (bulk->prepared != NULL)
        rowan__engine_driver(session->engine)->finalize(bulk->prepared);
    else
        st = rowan__engine_driver(session->engine)
                 ->bulk_end(session->link->conn, abort, err);
    rowan__free(bulk->values);
    bulk->values = NULL;
    bulk->prepared = NULL;
    return rowan__session_after(session, st);
}
