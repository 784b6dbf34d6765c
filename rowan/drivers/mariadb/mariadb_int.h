/* mariadb_int.h - what the files of the MariaDB driver share. */
#ifndef ROWAN_MARIADB_INT_H
#define ROWAN_MARIADB_INT_H

#include <rowan/decimal.h>

#include "driver_int.h"

#include <mysql.h>

typedef struct mariadb_prepared mariadb_prepared;
typedef struct mariadb_bulk mariadb_bulk;

typedef struct mariadb_conn {
    rowan__conn base;
    MYSQL *mysql;
    const rowan__uri *uri;    /* the engine's */
    rowan__connect_opts opts; /* what it was made with */
    const rowan__uri_host
        *host;              /* the one it is connected to; NULL if the URI has none */
    int64_t deadline;       /* of the call under way; 0 for none */
    bool late;              /* the deadline is over: the call is to come back at once */
    bool cut;               /* nothing comes through the socket any more */
    uint64_t max_packet;    /* bytes of one statement that the server takes */
    mariadb_prepared *dead; /* statements that go with the connection */
    mariadb_bulk *bulk;     /* NULL while none is open */
} mariadb_conn;

/* conn.c: waiting, errors, and calls of the library that need no statement. */

/* Connects to a host of conn->uri; conn->mysql is set in any case but ROWAN_ENOMEM. */
rowan_status rowan__maria_connect(mariadb_conn *conn, const rowan__uri_host *host,
                                  int64_t deadline, rowan_error *err);

/* Says goodbye if the connection still works, and frees what the library holds of it. */
void rowan__maria_disconnect(mariadb_conn *conn);

/* Checks the URI's parameters. */
rowan_status rowan__maria_check_params(const rowan__uri *uri, rowan_error *err);

/* Starts the clock of a call of the library. */
void rowan__maria_begin(mariadb_conn *conn, int64_t deadline);

/* When a statement that starts now is over its time; 0 for never. */
int64_t rowan__maria_deadline(const mariadb_conn *conn);

/* Waits for what a suspended call of the library wants; returns what it is resumed with. */
int rowan__maria_wait(mariadb_conn *conn, int wanted);

/* Fills `err` from the connection's last error, or from a statement's; marks the
 * connection broken when it is. */
rowan_status rowan__maria_fail(mariadb_conn *conn, rowan_error *err);
rowan_status rowan__maria_fail_stmt(mariadb_conn *conn, MYSQL_STMT *stmt,
                                    rowan_error *err);

/* Makes the connection one that only close() is good for. */
void rowan__maria_break(mariadb_conn *conn);

/* Runs text without parameters; rows that it gives are dropped. */
rowan_status rowan__maria_run(mariadb_conn *conn, const char *sql, int64_t deadline,
                              rowan_error *err);

/* The first value of the first row of a query as a number; 0 if there is none. */
rowan_status rowan__maria_number(mariadb_conn *conn, const char *sql, int64_t deadline,
                                 uint64_t *out, rowan_error *err);

rowan_status rowan__maria_ping(mariadb_conn *conn, int64_t deadline, rowan_error *err);

/* stmt.c: calls of the library on a statement, waited for. */

rowan_status rowan__maria_stmt_prepare(mariadb_conn *conn, const char *sql, size_t len,
                                       MYSQL_STMT **out, rowan_error *err);
rowan_status rowan__maria_stmt_execute(mariadb_conn *conn, MYSQL_STMT *stmt,
                                       int64_t deadline, rowan_error *err);

/* ROWAN_ROW, ROWAN_DONE or an error. */
rowan_status rowan__maria_stmt_fetch(mariadb_conn *conn, MYSQL_STMT *stmt,
                                     int64_t deadline, rowan_error *err);

/* Drops what is left of a result. */
void rowan__maria_stmt_drop(mariadb_conn *conn, MYSQL_STMT *stmt);

/* Tells the server to forget it, and frees it. */
void rowan__maria_stmt_close(mariadb_conn *conn, MYSQL_STMT *stmt);

/* codec.c: values, as the library's MYSQL_BIND describes them. */

/* Where a parameter's value lies, other than a span's. */
typedef union rowan__maria_value {
    int8_t tiny;
    int16_t int16;
    int32_t int32;
    int64_t int64;
    float narrow;
    double real;
    MYSQL_TIME time;
    char text[ROWAN_DECIMAL_TEXT_MAX]; /* a decimal, or the bytes of a UUID */
} rowan__maria_value;

/* The type that a parameter is sent as. */
enum enum_field_types rowan__maria_type(rowan_type type);

/* Whether it is sent as bytes in out->text. */
bool rowan__maria_is_text_form(rowan_type type);

/* Writes a value other than a span and NULL.
 * len      set for what is sent as bytes
 * Returns  ROWAN_OK; ROWAN_EINVAL if MariaDB has no such value (NaN, infinities). */
rowan_status rowan__maria_encode(const rowan_value *value, rowan__maria_value *out,
                                 unsigned long *len, rowan_error *err);

/* The bytes that a value adds to a statement, about. */
size_t rowan__maria_size(const rowan_value *value);

/* Refuses a statement whose values are larger than the server takes: it would hang up. */
rowan_status rowan__maria_check_size(const mariadb_conn *conn, size_t size,
                                     rowan_error *err);

/* Where a result's columns are put, one row at a time. */
#define ROWAN__MARIA_INLINE 256 /* bytes of a text; a longer one is fetched by itself */

typedef struct rowan__maria_cell {
    rowan__maria_value value;
    unsigned long len; /* of the bytes, also where they are longer than their place */
    my_bool is_null;
    my_bool error;
    char *text; /* text[ROWAN__MARIA_INLINE]; NULL unless it comes as bytes */
} rowan__maria_cell;

typedef struct rowan__maria_cells {
    rowan__maria_cell *list; /* list[n]; NULL until the first row */
    MYSQL_BIND *binds;       /* binds[n] */
    size_t n;
} rowan__maria_cells;

/* Makes the cells for a shape and binds them to the result of a statement that was
 * executed, after a check that its columns can be read as the shape's. */
rowan_status rowan__maria_bind(rowan__maria_cells *cells, MYSQL_STMT *stmt,
                               const rowan_model *shape, rowan_error *err);
void rowan__maria_cells_done(rowan__maria_cells *cells);

/* Adds the row that was fetched. */
rowan_status rowan__maria_read_row(const rowan__maria_cells *cells, MYSQL_STMT *stmt,
                                   rowan__rows *rows, rowan_error *err);

/* bulk.c: many rows by one execution. */

/* Whether the server does; a proxy in between may not. */
bool rowan__maria_takes_arrays(mariadb_conn *conn);

/* Executes a statement for each of n_rows sets of values, and adds how many rows that
 * affected. */
rowan_status rowan__maria_run_array(mariadb_conn *conn, MYSQL_STMT *stmt,
                                    const rowan_value *values, size_t n_values,
                                    size_t n_rows, uint64_t *n_affected,
                                    rowan_error *err);

/* Executes a statement that gives rows for the first sets of values, as many as go together:
 * the rows of all are to be fetched. */
rowan_status rowan__maria_start_array(mariadb_conn *conn, MYSQL_STMT *stmt,
                                      const rowan_value *values, size_t n_values,
                                      size_t n_rows, size_t *n_started,
                                      rowan_error *err);

rowan_status rowan__maria_bulk_begin(rowan__conn *conn, const char *sql,
                                     const rowan_model *model, rowan_error *err);
rowan_status rowan__maria_bulk_rows(rowan__conn *conn, const rowan_model *model,
                                    const void *rows, size_t n_rows, rowan_error *err);
rowan_status rowan__maria_bulk_end(rowan__conn *conn, bool abort, rowan_error *err);

#endif
