/* postgres_int.h - what the files of the PostgreSQL driver share. */
#ifndef ROWAN_POSTGRES_INT_H
#define ROWAN_POSTGRES_INT_H

#include "driver_int.h"

#include <libpq-fe.h>

typedef struct postgres_conn {
    rowan__conn base;
    PGconn *pg;
    uint64_t n_prepared; /* names given so far */
    rowan__buf copy;     /* bytes of a COPY, or of JSON parameters, not sent yet */
} postgres_conn;

/* Object ids of types, from PostgreSQL's catalog header pg_type.dat; they never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIME = 1083,
    OID_TIMESTAMP = 1114,
    OID_TIMESTAMPTZ = 1184,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
    OID_JSONB = 3802,
};

/* connect.c */

/* Checks the URI's parameters. */
rowan_status rowan__pg_check_uri(const rowan__uri *uri, size_t *max_conns,
                                 rowan_error *err);

/* Connects to the first host of the URI that is what it asks for; conn->pg may be set after an
 * error, too. */
rowan_status rowan__pg_connect(postgres_conn *conn, const rowan__uri *uri,
                               const rowan__connect_opts *opts, rowan_error *err);

/* conn.c: waiting and errors. */

/* Fills `err` from the connection; marks it broken when it is. */
rowan_status rowan__pg_fail(postgres_conn *conn, rowan_error *err);

/* Fills `err` from a result that is an error, and clears nothing. */
rowan_status rowan__pg_fail_result(postgres_conn *conn, const PGresult *result,
                                   rowan_error *err);

/* When the statement that starts now is over its time; 0 for never. */
int64_t rowan__pg_deadline(const postgres_conn *conn);

/* Sends all that is queued. */
rowan_status rowan__pg_flush(postgres_conn *conn, int64_t deadline, rowan_error *err);

/* The next result of the statement under way; *out is NULL at its end. */
rowan_status rowan__pg_next(postgres_conn *conn, int64_t deadline, PGresult **out,
                            rowan_error *err);

/* Reads the statement under way to its end: its first error, or ROWAN_OK. n_affected may
 * be NULL. */
rowan_status rowan__pg_drain(postgres_conn *conn, int64_t deadline,
                             uint64_t *n_affected, rowan_error *err);

/* Runs text without parameters and rows. */
rowan_status rowan__pg_run(postgres_conn *conn, const char *sql, int64_t deadline,
                           rowan_error *err);

/* cancel.c: leaving a result before its end. */

/* Before a statement whose result may be left: in a transaction, sets a savepoint. */
rowan_status rowan__pg_save(postgres_conn *conn, bool *saved, rowan_error *err);

/* After it: releases the savepoint; goes back to it if the statement was cancelled. */
void rowan__pg_unsave(postgres_conn *conn, bool cancelled);

/* Reads the statement under way to its end. Returns whether it was cancelled, which may
 * have made it fail; a connection on which it goes on is broken. */
bool rowan__pg_leave(postgres_conn *conn);

/* codec.c: binary values. */

/* The type a parameter is sent as. */
Oid rowan__pg_oid(rowan_type type);

#define ROWAN__PG_VALUE_MAX 32 /* bytes of any value of fixed size: a numeric has 30 */

/* Writes a value of fixed size in binary; returns its length. */
size_t rowan__pg_encode(const rowan_value *value, char out[ROWAN__PG_VALUE_MAX]);

/* Checks once a result that its columns can be read as the shape's. */
rowan_status rowan__pg_check_result(const PGresult *result, const rowan_model *shape,
                                    rowan_error *err);

/* Reads row `row_idx` of a checked result. Text stays in `result` if `borrow`, else it is
 * copied into rows->arena. */
rowan_status rowan__pg_read_row(const PGresult *result, int row_idx, bool borrow,
                                rowan__rows *rows, rowan_error *err);

/* copy.c: COPY FROM STDIN in binary. */
rowan_status rowan__pg_bulk_begin(rowan__conn *conn, const char *sql,
                                  const rowan_model *model, rowan_error *err);
rowan_status rowan__pg_bulk_rows(rowan__conn *conn, const rowan_model *model,
                                 const void *rows, size_t n_rows, rowan_error *err);
rowan_status rowan__pg_bulk_end(rowan__conn *conn, bool abort, rowan_error *err);

#endif
