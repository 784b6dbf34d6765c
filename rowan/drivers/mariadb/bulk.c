/* bulk.c - adding many rows by COM_STMT_BULK_EXECUTE: one INSERT of one row, executed with
 * arrays of values. The values of a batch are collected column by column, text where it
 * lies; a batch ends with the call that gave it. */
#include "mariadb/mariadb_int.h"

#include <string.h>

#include "alloc_int.h"
#include "statement_int.h"
#include "type_int.h"

#define BATCH_ROWS  1000
#define BATCH_BYTES (1024 * 1024) /* a longer row is a batch by itself */

/* The values of a column; which of the arrays is used depends on its type. */
typedef struct bulk_column {
    rowan_type type;
    union {
        int8_t tiny[BATCH_ROWS];
        int16_t int16[BATCH_ROWS];
        int32_t int32[BATCH_ROWS];
        int64_t int64[BATCH_ROWS];
        float narrow[BATCH_ROWS];
        double real[BATCH_ROWS];
        const void *pointers[BATCH_ROWS]; /* to spans, or to `encoded` */
    } values;
    unsigned long lengths[BATCH_ROWS];
    char indicators[BATCH_ROWS];
    rowan__maria_value *encoded; /* encoded[BATCH_ROWS]; NULL unless it is pointed to */
} bulk_column;

struct mariadb_bulk {
    MYSQL_STMT *stmt;
    MYSQL_BIND *binds; /* binds[n_columns] */
    size_t n_columns;
    size_t n_rows; /* in the batch */
    size_t size;   /* bytes of the batch, about */
    bulk_column columns[];
};

static void free_bulk(mariadb_bulk *bulk)
{
    if (bulk == NULL)
        return;
    for (size_t i = 0; i < bulk->n_columns; i++)
        rowan__free(bulk->columns[i].encoded);
    rowan__free(bulk->binds);
    rowan__free(bulk);
}

/* Whether a value is given by its address. */
static bool is_pointed_to(rowan_type type)
{
    return type == ROWAN_DATE || type == ROWAN_TIME || type == ROWAN_TIMESTAMP ||
           rowan__maria_is_text_form(type);
}

/* For a statement with parameters of these types. */
static mariadb_bulk *make_bulk(const rowan_type *types, size_t n_columns)
{
    mariadb_bulk *bulk =
        rowan__calloc(1, sizeof *bulk + n_columns * sizeof bulk->columns[0]);
    bool complete;

    if (bulk == NULL)
        return NULL;
    bulk->n_columns = n_columns;
    bulk->binds = rowan__calloc(n_columns, sizeof *bulk->binds);
    complete = bulk->binds != NULL;
    for (size_t i = 0; i < n_columns && complete; i++) {
        bulk_column *column = &bulk->columns[i];

        column->type = types[i];
        if (!is_pointed_to(column->type))
            continue;
        column->encoded = rowan__calloc(BATCH_ROWS, sizeof *column->encoded);
        complete = column->encoded != NULL;
    }
    if (complete)
        return bulk;
    free_bulk(bulk);
    return NULL;
}

/* The types of the columns that are written; returns how many they are. */
static size_t written_types(const rowan_model *model, rowan_type *types)
{
    size_t n = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->generated == NULL)
            types[n++] = column->type == ROWAN_ENUM ? ROWAN_TEXT : column->type;
    }
    return n;
}

/* The server can, if it is new enough to be here at all; a proxy in between may not. */
bool rowan__maria_takes_arrays(mariadb_conn *conn)
{
    unsigned long extended = 0;

    return mariadb_get_infov(conn->mysql,
                             MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES,
                             &extended) == 0 &&
           (extended & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

rowan_status rowan__maria_bulk_begin(rowan__conn *base, const char *sql,
                                     const rowan_model *model, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)base;
    mariadb_bulk *bulk;
    rowan_type types[ROWAN_MAX_COLUMNS];
    rowan_status st;

    if (!rowan__maria_takes_arrays(conn))
        return rowan_fail(err, ROWAN_EUNSUPPORTED,
                          "MariaDB: a proxy in between knows no bulk statements");
    bulk = make_bulk(types, written_types(model, types));
    if (bulk == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = rowan__maria_stmt_prepare(conn, sql, strlen(sql), &bulk->stmt, err);
    if (st != ROWAN_OK) {
        free_bulk(bulk);
        return st;
    }
    conn->bulk = bulk;
    return ROWAN_OK;
}

static rowan_status add_value(bulk_column *column, size_t row, const rowan_value *value,
                              rowan_error *err)
{
    rowan__maria_value encoded;
    rowan_status st;

    column->indicators[row] =
        value->is_null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
    column->lengths[row] = 0;
    if (rowan__is_span(column->type)) {
        column->values.pointers[row] = value->is_null ? "" : value->as.text.ptr;
        column->lengths[row] = value->is_null ? 0 : value->as.text.len;
        return ROWAN_OK;
    }
    memset(&encoded, 0, sizeof encoded);
    st = value->is_null
             ? ROWAN_OK
             : rowan__maria_encode(value, &encoded, &column->lengths[row], err);
    switch (column->type) {
    case ROWAN_BOOL: column->values.tiny[row] = encoded.tiny; break;
    case ROWAN_INT16: column->values.int16[row] = encoded.int16; break;
    case ROWAN_INT32: column->values.int32[row] = encoded.int32; break;
    case ROWAN_INT64: column->values.int64[row] = encoded.int64; break;
    case ROWAN_FLOAT: column->values.narrow[row] = encoded.narrow; break;
    case ROWAN_DOUBLE: column->values.real[row] = encoded.real; break;
    case ROWAN_DATE:
    case ROWAN_TIME:
    case ROWAN_TIMESTAMP:
    case ROWAN_DECIMAL:
    case ROWAN_UUID:
        column->encoded[row] = encoded;
        column->values.pointers[row] = &column->encoded[row];
        break;
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_N_TYPES: break;
    }
    return st;
}

/* Sends the batch; what it affected is added to *n_affected, which may be NULL. */
static rowan_status flush(mariadb_conn *conn, mariadb_bulk *bulk, uint64_t *n_affected,
                          rowan_error *err)
{
    unsigned n_rows = (unsigned)bulk->n_rows;
    rowan_status st = rowan__maria_check_size(conn, bulk->size, err);

    if (st != ROWAN_OK || n_rows == 0)
        return st;
    bulk->n_rows = bulk->size = 0;
    for (size_t i = 0; i < bulk->n_columns; i++) {
        bulk_column *column = &bulk->columns[i];

        bulk->binds[i] = (MYSQL_BIND){
            .buffer_type = rowan__maria_type(column->type),
            .buffer = &column->values,
            .length = column->lengths,
            .u.indicator = column->indicators,
        };
    }
    if (mysql_stmt_attr_set(bulk->stmt, STMT_ATTR_ARRAY_SIZE, &n_rows) != 0 ||
        mysql_stmt_bind_param(bulk->stmt, bulk->binds) != 0)
        return rowan__maria_fail_stmt(conn, bulk->stmt, err);
    st = rowan__maria_stmt_execute(conn, bulk->stmt, rowan__maria_deadline(conn), err);
    if (st == ROWAN_OK && n_affected != NULL)
        *n_affected += mysql_stmt_affected_rows(bulk->stmt);
    return st;
}

static size_t size_of(const mariadb_bulk *bulk, const rowan_value *values)
{
    size_t size = 0;

    for (size_t i = 0; i < bulk->n_columns; i++)
        size += rowan__maria_size(&values[i]);
    return size;
}

static bool has_room(const mariadb_conn *conn, const mariadb_bulk *bulk, size_t size)
{
    size_t whole = bulk->size + size;

    return bulk->n_rows == 0 ||
           (bulk->n_rows < BATCH_ROWS && whole <= BATCH_BYTES &&
            rowan__maria_check_size(conn, whole, NULL) == ROWAN_OK);
}

/* Adds a row to the batch, which has room for it. */
static rowan_status put_values(mariadb_bulk *bulk, const rowan_value *values,
                               size_t size, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < bulk->n_columns && st == ROWAN_OK; i++)
        st = add_value(&bulk->columns[i], bulk->n_rows, &values[i], err);
    bulk->n_rows++;
    bulk->size += size;
    return st;
}

/* The same, after sending what is in it if there is no room. */
static rowan_status add_values(mariadb_conn *conn, mariadb_bulk *bulk,
                               const rowan_value *values, uint64_t *n_affected,
                               rowan_error *err)
{
    size_t size = size_of(bulk, values);
    rowan_status st = ROWAN_OK;

    if (!has_room(conn, bulk, size))
        st = flush(conn, bulk, n_affected, err);
    return st == ROWAN_OK ? put_values(bulk, values, size, err) : st;
}

static rowan_status add_row(mariadb_conn *conn, mariadb_bulk *bulk,
                            const rowan_model *model, const char *row, rowan_error *err)
{
    rowan_value values[ROWAN_MAX_COLUMNS];
    size_t n = 0;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++) {
        if (model->columns[i].generated == NULL)
            st = rowan__bind_column(&model->columns[i], row, &values[n++], err);
    }
    return st == ROWAN_OK ? add_values(conn, bulk, values, NULL, err) : st;
}

rowan_status rowan__maria_bulk_rows(rowan__conn *base, const rowan_model *model,
                                    const void *rows, size_t n_rows, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)base;
    mariadb_bulk *bulk = conn->bulk;
    const char *row = rows;
    rowan_status st = ROWAN_OK;

    bulk->n_rows = bulk->size = 0; /* after an error */
    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++, row += model->row_size)
        st = add_row(conn, bulk, model, row, err);
    return st == ROWAN_OK ? flush(conn, bulk, NULL, err) : st;
}

rowan_status rowan__maria_bulk_end(rowan__conn *base, bool abort, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)base;

    if (conn->bulk == NULL)
        return ROWAN_OK;
    rowan__maria_stmt_close(conn, conn->bulk->stmt);
    free_bulk(conn->bulk);
    conn->bulk = NULL;
    return base->broken && !abort
               ? rowan_fail(err, ROWAN_ECONN, "MariaDB: the connection is lost")
               : ROWAN_OK;
}

/* For the values that the parameters of `stmt` have. */
static rowan_status begin_array(MYSQL_STMT *stmt, const rowan_value *values,
                                size_t n_values, mariadb_bulk **out, rowan_error *err)
{
    rowan_type *types = rowan__calloc(n_values, sizeof *types);

    *out = NULL;
    for (size_t i = 0; i < n_values && types != NULL; i++)
        types[i] = values[i].type;
    if (types != NULL)
        *out = make_bulk(types, n_values);
    rowan__free(types);
    if (*out == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    (*out)->stmt = stmt;
    return ROWAN_OK;
}

static void end_array(mariadb_bulk *bulk)
{
    unsigned no_array = 0;

    (void)mysql_stmt_attr_set(bulk->stmt, STMT_ATTR_ARRAY_SIZE, &no_array);
    free_bulk(bulk);
}

rowan_status rowan__maria_run_array(mariadb_conn *conn, MYSQL_STMT *stmt,
                                    const rowan_value *values, size_t n_values,
                                    size_t n_rows, uint64_t *n_affected,
                                    rowan_error *err)
{
    mariadb_bulk *bulk;
    rowan_status st = begin_array(stmt, values, n_values, &bulk, err);

    if (st != ROWAN_OK)
        return st;
    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++)
        st = add_values(conn, bulk, values + i * n_values, n_affected, err);
    if (st == ROWAN_OK)
        st = flush(conn, bulk, n_affected, err);
    end_array(bulk);
    return st;
}

rowan_status rowan__maria_start_array(mariadb_conn *conn, MYSQL_STMT *stmt,
                                      const rowan_value *values, size_t n_values,
                                      size_t n_rows, size_t *n_started,
                                      rowan_error *err)
{
    mariadb_bulk *bulk;
    rowan_status st = begin_array(stmt, values, n_values, &bulk, err);
    size_t n = 0;

    if (st != ROWAN_OK)
        return st;
    for (; n < n_rows && st == ROWAN_OK; n++, values += n_values) {
        size_t size = size_of(bulk, values);

        if (!has_room(conn, bulk, size))
            break;
        st = put_values(bulk, values, size, err);
    }
    *n_started = n;
    if (st == ROWAN_OK)
        st = flush(conn, bulk, NULL, err);
    end_array(bulk);
    return st;
}
