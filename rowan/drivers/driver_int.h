/* driver_int.h - what a database driver is: a const table of functions.
 *
 * A driver is a folder with one of these tables at the end of its main file, and a line
 * in drivers.c. It speaks to one database library, knows SQL only as text handed to it,
 * and turns what comes back into rows of a shape (rows_int.h). All functions of one
 * connection are called by one thread at a time. A driver never blocks on a socket but
 * through the connection's wait hook, and not longer than its timeout.
 *
 * After ROWAN_ECONN (and ROWAN_ETIMEOUT) the connection is only good for close().
 */
#ifndef ROWAN_DRIVER_INT_H
#define ROWAN_DRIVER_INT_H

#include "dialect_int.h"
#include "rows_int.h"
#include "uri_int.h"

#include <rowan/wait.h>

typedef struct rowan__driver rowan__driver;

/* Each driver's connection and statement begin with these. */
typedef struct rowan__conn {
    const rowan__driver *driver;
    const rowan_wait_hook *wait;
    uint32_t connect_timeout_ms;   /* of a ping, too */
    uint32_t statement_timeout_ms; /* 0 for none */
    bool broken;                   /* set by the driver: good for close() only */
} rowan__conn;

typedef struct rowan__prepared {
    rowan__conn *conn;
    const char *sql; /* set by who keeps it */
    bool stale;      /* set by the driver: the server wants it prepared anew */
} rowan__prepared;

typedef struct rowan__connect_opts {
    bool read_only; /* the database refuses to write */
    const rowan_wait_hook *wait;
    uint32_t connect_timeout_ms;   /* of the whole connect, wall clock */
    uint32_t busy_timeout_ms;      /* how long to wait for another's lock */
    uint32_t statement_timeout_ms; /* for one statement; 0 for none */
} rowan__connect_opts;

struct rowan__driver {
    const char *name;           /* "sqlite" */
    const char *const *schemes; /* of URIs; NULL at the end */
    const rowan__dialect *dialect;

    /* must: checks what can be checked of a URI without connecting, and says how many
     * connections the database can have: 0 for any number. */
    rowan_status (*check_uri)(const rowan__uri *uri, size_t *max_conns,
                              rowan_error *err);

    /* must: opens a connection; *out is set on ROWAN_OK only. */
    rowan_status (*connect)(const rowan__uri *uri, const rowan__connect_opts *opts,
                            rowan__conn **out, rowan_error *err);

    /* must: closes it in any state; its prepared statements are finalized before. */
    void (*close)(rowan__conn *conn);

    /* must: false if it can be told without a round trip that the peer is gone. */
    bool (*looks_alive)(rowan__conn *conn);

    /* must: a round trip, within connect_timeout_ms: whoever asks has doubts. */
    rowan_status (*ping)(rowan__conn *conn, rowan_error *err);

    /* must: runs text that gives no rows and has no parameters: DDL, BEGIN, COMMIT. */
    rowan_status (*run)(rowan__conn *conn, const char *sql, rowan_error *err);

    /* must: prepares one statement with the types of its parameters. */
    rowan_status (*prepare)(rowan__conn *conn, const char *sql, size_t len,
                            const rowan_type *params, size_t n_params,
                            rowan__prepared **out, rowan_error *err);

    /* must: frees it, in any state and also on a broken connection. */
    void (*finalize)(rowan__prepared *prepared);

    /* must: runs a statement that gives no rows. n_affected may be NULL. */
    rowan_status (*execute)(rowan__prepared *prepared, const rowan_value *values,
                            size_t n_values, uint64_t *n_affected, rowan_error *err);

    /* may: runs a statement that gives no rows once for each of n_rows sets of values,
     * values[n_rows * n_values], in as few round trips as can be, to the first error.
     * n_affected  how many rows in all
     * first_miss  NULL; or set to the first run that affected no row, and left alone if
     *             there is none (then a transaction is open)
     * NULL: execute() is called for each. */
    rowan_status (*execute_many)(rowan__prepared *prepared, const rowan_value *values,
                                 size_t n_values, size_t n_rows, uint64_t *n_affected,
                                 size_t *first_miss, rowan_error *err);

    /* must: starts a statement that gives rows. If `stream`, they are not to be
     * collected in memory. finish() follows, whatever this returns; `values` live until
     * then. Where the dialect says many_runs they can be several sets, and the statement is
     * run for each in turn and gives the rows of all. */
    rowan_status (*start)(rowan__prepared *prepared, const rowan_value *values,
                          size_t n_values, bool stream, rowan_error *err);

    /* must: appends up to max_rows rows in the shape of `rows`: ROWAN_ROW if there may
     * be more, ROWAN_DONE at the end. Text is put into rows->arena or lives as long. */
    rowan_status (*fetch)(rowan__prepared *prepared, rowan__rows *rows, size_t max_rows,
                          rowan_error *err);

    /* must: ends the statement and drains what is left; the connection is free again. */
    void (*finish)(rowan__prepared *prepared);

    /* may: the fastest way to add rows of a model to a table, all columns that are
     * written, by a statement for one row: COPY, or an INSERT. Begin, rows in any number of
     * calls, end; after an error, and when `abort`, end() takes the connection out of
     * that state. NULL: multi-row INSERTs are used. */
    rowan_status (*bulk_begin)(rowan__conn *conn, const char *sql,
                               const rowan_model *model, rowan_error *err);
    rowan_status (*bulk_rows)(rowan__conn *conn, const rowan_model *model,
                              const void *rows, size_t n_rows, rowan_error *err);
    rowan_status (*bulk_end)(rowan__conn *conn, bool abort, rowan_error *err);
};

/* The drivers there are: one a folder. */
extern const rowan__driver rowan__driver_sqlite;
extern const rowan__driver rowan__driver_postgres;
extern const rowan__driver rowan__driver_mariadb;

/* For tests: what stands between an engine and its driver; NULL for nothing. */
extern const rowan__driver *(*rowan__driver_shim)(const rowan__driver *driver);

/* The driver for a URI's scheme.
 * Returns  NULL, and an error that lists what there is. */
const rowan__driver *rowan__driver_find(const rowan__uri *uri, rowan_error *err);

#endif
