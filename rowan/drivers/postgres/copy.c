/* copy.c - adding many rows by COPY ... FROM STDIN (FORMAT binary). The format is in the
 * manual's page on COPY: a header, then a 16-bit count and 32-bit lengths a row, and -1
 * at the end. */
#include "postgres/postgres_int.h"

#include <endian.h>
#include <string.h>

#include "statement_int.h"
#include "type_int.h"

#define SEND_AT (256 * 1024) /* bytes collected before they are handed to libpq */

rowan_status rowan__pg_bulk_begin(rowan__conn *base, const char *sql,
                                  const rowan_model *model, rowan_error *err)
{
    static const char header[19] =
        "PGCOPY\n\377\r\n"; /* and a NUL, flags, no extension */
    postgres_conn *conn = (postgres_conn *)base;
    rowan_status st;

    (void)model; /* the text has its columns */
    if (!PQsendQuery(conn->pg, sql))
        return rowan__pg_fail(conn, err);
    st = rowan__pg_flush(conn, rowan__pg_deadline(conn), err);
    if (st == ROWAN_OK)
        st = rowan__pg_drain(conn, rowan__pg_deadline(conn), NULL, err);
    rowan__buf_clear(&conn->copy);
    rowan__buf_add(&conn->copy, header, sizeof header);
    return st;
}

static rowan_status send_copy(postgres_conn *conn, rowan_error *err)
{
    rowan_status st = ROWAN_OK;
    int sent;

    /* Give libpq no more while it still holds what the server has not taken. */
    while ((sent = PQputCopyData(conn->pg, conn->copy.ptr, (int)conn->copy.len)) == 0 &&
           st == ROWAN_OK)
        st = rowan__pg_flush(conn, rowan__pg_deadline(conn), err);
    if (sent < 0)
        return rowan__pg_fail(conn, err);
    rowan__buf_clear(&conn->copy);
    return st == ROWAN_OK ? rowan__pg_flush(conn, rowan__pg_deadline(conn), err) : st;
}

static void put_length(rowan__buf *buf, int32_t len)
{
    uint32_t wire = htobe32((uint32_t)len);

    rowan__buf_add(buf, (const char *)&wire, sizeof wire);
}

/* A length and the bytes that it is of. */
static void put_field(rowan__buf *buf, const void *bytes, size_t len)
{
    uint32_t wire = htobe32((uint32_t)len);
    char *to = rowan__buf_room(buf, sizeof wire + len);

    if (to == NULL)
        return;
    memcpy(to, &wire, sizeof wire);
    if (len > 0)
        memcpy(to + sizeof wire, bytes, len);
    buf->len += sizeof wire + len;
    buf->ptr[buf->len] = '\0';
}

static void put_value(rowan__buf *buf, const rowan_value *value)
{
    char bytes[ROWAN__PG_VALUE_MAX];

    if (value->is_null) {
        put_length(buf, -1);
    } else if (value->type == ROWAN_JSON) { /* jsonb, version 1 */
        put_length(buf, (int32_t)value->as.text.len + 1);
        rowan__buf_char(buf, 1);
        rowan__buf_add(buf, value->as.text.ptr, value->as.text.len);
    } else if (rowan__is_span(value->type)) {
        put_field(buf, value->as.text.ptr, value->as.text.len);
    } else {
        put_field(buf, bytes, rowan__pg_encode(value, bytes));
    }
}

rowan_status rowan__pg_bulk_rows(rowan__conn *base, const rowan_model *model,
                                 const void *rows, size_t n_rows, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)base;
    uint16_t n_columns = 0;
    const char *row = rows;

    for (size_t c = 0; c < model->n_columns; c++)
        n_columns = (uint16_t)(n_columns + (model->columns[c].generated == NULL));
    n_columns = htobe16(n_columns);
    for (size_t i = 0; i < n_rows; i++, row += model->row_size) {
        rowan__buf_add(&conn->copy, (const char *)&n_columns, sizeof n_columns);
        for (size_t c = 0; c < model->n_columns; c++) {
            rowan_value value;
            rowan_status st;

            if (model->columns[c].generated != NULL)
                continue;
            st = rowan__bind_column(&model->columns[c], row, &value, err);
            if (st != ROWAN_OK)
                return st;
            put_value(&conn->copy, &value);
        }
        if (!rowan__buf_ok(&conn->copy))
            return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        if (conn->copy.len >= SEND_AT) {
            rowan_status st = send_copy(conn, err);

            if (st != ROWAN_OK)
                return st;
        }
    }
    return ROWAN_OK;
}

rowan_status rowan__pg_bulk_end(rowan__conn *base, bool abort, rowan_error *err)
{
    static const char end[2] = { '\377', '\377' };
    postgres_conn *conn = (postgres_conn *)base;
    rowan_status st = ROWAN_OK;
    int sent;

    if (base->broken)
        return rowan_fail(err, ROWAN_ECONN, "PostgreSQL: the connection is lost");
    if (!abort) {
        rowan__buf_add(&conn->copy, end, sizeof end);
        st = rowan__buf_ok(&conn->copy)
                 ? send_copy(conn, err)
                 : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        abort = st != ROWAN_OK;
    }
    rowan__buf_clear(&conn->copy);
    if (base->broken)
        return st;
    while ((sent = PQputCopyEnd(conn->pg, abort ? "given up" : NULL)) == 0) {
        if (rowan__pg_flush(conn, rowan__pg_deadline(conn), NULL) != ROWAN_OK)
            break;
    }
    if (sent < 0 || rowan__pg_flush(conn, rowan__pg_deadline(conn), NULL) != ROWAN_OK)
        return st != ROWAN_OK ? st : rowan__pg_fail(conn, err);
    if (!abort)
        return rowan__pg_drain(conn, rowan__pg_deadline(conn), NULL, err);
    (void)rowan__pg_drain(conn, rowan__pg_deadline(conn), NULL, NULL);
    return st;
}
