/* mariadb.c - the MariaDB driver, on Connector/C.
 *
 * All calls are the library's non-blocking ones: each runs on a stack of its own until it
 * would block, and comes back to us, who wait through the hook and let it go on. Nothing
 * of ours runs on that stack. Statements are prepared on the server and speak the binary
 * protocol; a result is read row by row as it comes, and never collected by the library.
 *
 * A session is set so that a statement means the same everywhere (connect.c): strict
 * modes, UTC, utf8mb4 compared byte by byte, REPEATABLE READ (the server's default; its
 * gap locks keep other writers out of an empty table that a refresh fills). A failed
 * statement leaves MariaDB's transaction open; the session above lets it fail.
 */
#include "mariadb/mariadb_int.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>

#include "alloc_int.h"
#include "type_int.h"

#define DRAIN_MS 50 /* a result that was left early and goes on longer is stopped */

typedef struct mariadb_param {
    rowan__maria_value value;
    unsigned long len; /* of a text */
    my_bool is_null;
} mariadb_param;

struct mariadb_prepared {
    rowan__prepared base;
    mariadb_prepared *next; /* of those that go with the connection */
    MYSQL_STMT *stmt;
    mariadb_param *params; /* params[n_params] */
    MYSQL_BIND *binds;     /* binds[n_params] */
    size_t n_params;
    rowan__maria_cells cells;
    const rowan_value *values; /* values[n_values]: what it has yet to be run for */
    size_t n_values;
    bool bound;       /* the cells, to the result under way */
    bool running;     /* started and not yet read to its end */
    int64_t deadline; /* of the run under way */
};

/* Connecting. */

static rowan_status check_uri(const rowan__uri *uri, size_t *max_conns,
                              rowan_error *err)
{
    *max_conns = 0;
    return rowan__maria_check_params(uri, err);
}

static void free_prepared(mariadb_prepared *prepared)
{
    rowan__maria_cells_done(&prepared->cells);
    rowan__free(prepared);
}

static void close_conn(rowan__conn *base)
{
    mariadb_conn *conn = (mariadb_conn *)base;

    (void)rowan__maria_bulk_end(base, true, NULL);
    rowan__maria_disconnect(conn);
    while (conn->dead != NULL) {
        mariadb_prepared *prepared = conn->dead;

        conn->dead = prepared->next;
        (void)mysql_stmt_close(prepared->stmt); /* its memory only */
        free_prepared(prepared);
    }
    rowan__free(conn);
}

/* n_hosts hosts in their order, at least one; each has its share of the time. */
static rowan_status try_hosts(mariadb_conn *conn, const rowan__uri_host *hosts,
                              size_t n_hosts, rowan_error *err)
{
    int64_t start = rowan_clock_ms();
    rowan_status st = ROWAN_ECONN;

    for (size_t i = 0; i < n_hosts && st == ROWAN_ECONN; i++) {
        int64_t share = conn->opts.connect_timeout_ms * (int64_t)(i + 1);

        rowan__maria_disconnect(conn);
        conn->base.broken = conn->cut = false;
        conn->host = hosts == NULL ? NULL : &hosts[i];
        st = rowan__maria_connect(conn, conn->host, start + share / (int64_t)n_hosts,
                                  err);
    }
    return st;
}

static rowan_status connect_one_of(const rowan__uri_host *hosts, size_t n_hosts,
                                   const rowan__uri *uri,
                                   const rowan__connect_opts *opts, rowan__conn **out,
                                   rowan_error *err)
{
    mariadb_conn *conn = rowan__calloc(1, sizeof *conn);
    rowan_status st;

    if (conn == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    conn->base.driver = &rowan__driver_mariadb;
    conn->base.wait = opts->wait;
    conn->base.connect_timeout_ms = opts->connect_timeout_ms;
    conn->base.statement_timeout_ms = opts->statement_timeout_ms;
    conn->uri = uri;
    conn->opts = *opts;
    st = try_hosts(conn, hosts, n_hosts, err);
    if (st != ROWAN_OK) {
        close_conn(&conn->base);
        return st;
    }
    *out = &conn->base;
    return ROWAN_OK;
}

static rowan_status connect_server(const rowan__uri *uri,
                                   const rowan__connect_opts *opts, rowan__conn **out,
                                   rowan_error *err)
{
    bool named = uri->n_hosts > 0;

    return connect_one_of(named ? uri->hosts : NULL, named ? uri->n_hosts : 1, uri,
                          opts, out, err);
}

/* An idle connection has nothing to read but the news of its end. */
static bool looks_alive(rowan__conn *base)
{
    mariadb_conn *conn = (mariadb_conn *)base;
    rowan_wait_hook no_hook = { 0 }; /* no time passes: no task need be parked */
    int fd = (int)mysql_get_socket(conn->mysql);

    return !base->broken && fd >= 0 &&
           rowan_wait(&no_hook, fd, ROWAN_WAIT_READ, 0) == 0;
}

static rowan_status ping(rowan__conn *base, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)base;

    return rowan__maria_ping(conn, rowan_clock_ms() + base->connect_timeout_ms, err);
}

static rowan_status run(rowan__conn *base, const char *sql, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)base;

    return rowan__maria_run(conn, sql, rowan__maria_deadline(conn), err);
}

/* Statements. */

static rowan_status prepare(rowan__conn *base, const char *sql, size_t len,
                            const rowan_type *params, size_t n_params,
                            rowan__prepared **out, rowan_error *err)
{
    mariadb_prepared *prepared = rowan__calloc(
        1, sizeof *prepared + n_params * (sizeof(mariadb_param) + sizeof(MYSQL_BIND)));
    rowan_status st;

    (void)params; /* each execution says the types anew */
    if (prepared == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    prepared->base.conn = base;
    prepared->params = (mariadb_param *)(prepared + 1);
    prepared->binds = (MYSQL_BIND *)(prepared->params + n_params);
    prepared->n_params = n_params;
    st =
        rowan__maria_stmt_prepare((mariadb_conn *)base, sql, len, &prepared->stmt, err);
    if (st != ROWAN_OK) {
        rowan__free(prepared);
        return st;
    }
    *out = &prepared->base;
    return ROWAN_OK;
}

/* On a connection that is to be closed, not a word is said for each statement. */
static void finalize(rowan__prepared *base)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;
    mariadb_conn *conn = (mariadb_conn *)base->conn;

    if (base->conn->broken) {
        prepared->next = conn->dead;
        conn->dead = prepared;
        return;
    }
    rowan__maria_stmt_close(conn, prepared->stmt);
    free_prepared(prepared);
}

static rowan_status bind_value(const rowan_value *value, mariadb_param *param,
                               MYSQL_BIND *bind, rowan_error *err)
{
    rowan_status st;

    memset(bind, 0, sizeof *bind);
    param->len = 0;
    bind->buffer_type = rowan__maria_type(value->type);
    bind->buffer = &param->value;
    bind->is_null = &param->is_null;
    param->is_null = value->is_null;
    if (value->is_null)
        return ROWAN_OK;
    if (!rowan__is_span(value->type)) {
        bind->length = rowan__maria_is_text_form(value->type) ? &param->len : NULL;
        st = rowan__maria_encode(value, &param->value, &param->len, err);
        bind->buffer_length = param->len;
        return st;
    }
    bind->buffer = (void *)(uintptr_t)value->as.text.ptr;
    bind->buffer_length = param->len = value->as.text.len;
    bind->length = &param->len;
    return ROWAN_OK;
}

static rowan_status bind_values(mariadb_prepared *prepared, const rowan_value *values,
                                size_t n_values, rowan_error *err)
{
    size_t size = 0;

    if (n_values != prepared->n_params)
        return rowan_fail(err, ROWAN_EINTERNAL, "%zu values for %zu parameters",
                          n_values, prepared->n_params);
    for (size_t i = 0; i < n_values; i++) {
        rowan_status st =
            bind_value(&values[i], &prepared->params[i], &prepared->binds[i], err);

        if (st != ROWAN_OK)
            return st;
        size += rowan__maria_size(&values[i]);
    }
    if (n_values > 0 && mysql_stmt_bind_param(prepared->stmt, prepared->binds) != 0)
        return rowan_fail(err, ROWAN_EINTERNAL, "MariaDB: %s",
                          mysql_stmt_error(prepared->stmt));
    return rowan__maria_check_size((mariadb_conn *)prepared->base.conn, size, err);
}

/* The statement is gone on the server, or its table has changed under it; in the last case
 * the library has an answer that it does not take. */
static void note_stale(mariadb_prepared *prepared)
{
    switch (mysql_stmt_errno(prepared->stmt)) {
    case CR_NEW_STMT_METADATA:
        rowan__maria_stmt_drop((mariadb_conn *)prepared->base.conn, prepared->stmt);
        prepared->base.stale = true;
        break;
    case ER_UNKNOWN_STMT_HANDLER:
    case ER_NEED_REPREPARE: prepared->base.stale = true; break;
    default: break;
    }
}

static rowan_status execute_bound(mariadb_prepared *prepared, const rowan_value *values,
                                  size_t n_values, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)prepared->base.conn;
    rowan_status st = bind_values(prepared, values, n_values, err);

    if (st != ROWAN_OK)
        return st;
    prepared->deadline = rowan__maria_deadline(conn);
    prepared->bound = false;
    st = rowan__maria_stmt_execute(conn, prepared->stmt, prepared->deadline, err);
    if (st < 0)
        note_stale(prepared);
    return st;
}

static rowan_status execute(rowan__prepared *base, const rowan_value *values,
                            size_t n_values, uint64_t *n_affected, rowan_error *err)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;
    rowan_status st = execute_bound(prepared, values, n_values, err);

    if (st == ROWAN_OK && n_affected != NULL)
        *n_affected = mysql_stmt_affected_rows(prepared->stmt);
    return st;
}

/* One by one, to the first that affects no row. */
static rowan_status find_miss(rowan__prepared *base, const rowan_value *values,
                              size_t n_values, size_t n_rows, size_t *first_miss,
                              rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++) {
        uint64_t n = 0;

        st = execute(base, values + i * n_values, n_values, &n, err);
        if (st == ROWAN_OK && n == 0) {
            *first_miss = i;
            break;
        }
    }
    return st;
}

/* By an array of values. The server tells how many rows that affected in all, and not by
 * which of them: if it is asked which affected none, it is done once more one by one. */
static rowan_status execute_many(rowan__prepared *base, const rowan_value *values,
                                 size_t n_values, size_t n_rows, uint64_t *n_affected,
                                 size_t *first_miss, rowan_error *err)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;
    mariadb_conn *conn = (mariadb_conn *)base->conn;
    rowan_status st = ROWAN_OK;

    *n_affected = 0;
    if (!rowan__maria_takes_arrays(conn)) {
        for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++) {
            uint64_t n = 0;

            st = execute(base, values + i * n_values, n_values, &n, err);
            *n_affected += n;
            if (n == 0 && first_miss != NULL && *first_miss == n_rows)
                *first_miss = i;
        }
        return st;
    }
    if (first_miss != NULL)
        st = run(base->conn, "SAVEPOINT rowan_many", err);
    if (st == ROWAN_OK) {
        prepared->bound = false;
        st = rowan__maria_run_array(conn, prepared->stmt, values, n_values, n_rows,
                                    n_affected, err);
        if (st < 0)
            note_stale(prepared);
    }
    if (st != ROWAN_OK || first_miss == NULL)
        return st;
    if (*n_affected < n_rows) {
        st = run(base->conn, "ROLLBACK TO SAVEPOINT rowan_many", err);
        if (st == ROWAN_OK)
            st = find_miss(base, values, n_values, n_rows, first_miss, err);
    }
    return st == ROWAN_OK ? run(base->conn, "RELEASE SAVEPOINT rowan_many", err) : st;
}

/* Runs it for the next set of values, or for several if there are. */
static rowan_status start_next(mariadb_prepared *prepared, rowan_error *err)
{
    mariadb_conn *conn = (mariadb_conn *)prepared->base.conn;
    size_t n = prepared->n_params, n_sets = n > 0 ? prepared->n_values / n : 1;
    size_t n_started = 1;
    rowan_status st;

    if (n_sets > 1 && rowan__maria_takes_arrays(conn)) {
        prepared->deadline = rowan__maria_deadline(conn);
        prepared->bound = false;
        st = rowan__maria_start_array(conn, prepared->stmt, prepared->values, n, n_sets,
                                      &n_started, err);
        if (st < 0)
            note_stale(prepared);
    } else {
        st = execute_bound(prepared, prepared->values,
                           n_sets > 1 ? n : prepared->n_values, err);
    }
    prepared->running = st == ROWAN_OK;
    if (st != ROWAN_OK || n_sets <= n_started) {
        prepared->n_values = 0;
    } else {
        prepared->values += n_started * n;
        prepared->n_values -= n_started * n;
    }
    return st;
}

static rowan_status start(rowan__prepared *base, const rowan_value *values,
                          size_t n_values, bool stream, rowan_error *err)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;

    (void)stream; /* rows come one by one anyway */
    prepared->values = values;
    prepared->n_values = n_values;
    return start_next(prepared, err);
}

/* Rows. */

static rowan_status fetch_row(mariadb_prepared *prepared, rowan_error *err)
{
    rowan_status st = rowan__maria_stmt_fetch((mariadb_conn *)prepared->base.conn,
                                              prepared->stmt, prepared->deadline, err);

    prepared->running = st == ROWAN_ROW; /* an error ends a result, too */
    return st;
}

static rowan_status fetch_run(mariadb_prepared *prepared, rowan__rows *rows,
                              size_t max_rows, rowan_error *err)
{
    if (!prepared->bound) {
        rowan_status st =
            rowan__maria_bind(&prepared->cells, prepared->stmt, rows->shape, err);

        if (st != ROWAN_OK)
            return st;
        prepared->bound = true;
    }
    for (size_t n = 0; n < max_rows; n++) {
        rowan_status st = fetch_row(prepared, err);

        if (st != ROWAN_ROW)
            return st;
        st = rowan__maria_read_row(&prepared->cells, prepared->stmt, rows, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_ROW;
}

static rowan_status fetch(rowan__prepared *base, rowan__rows *rows, size_t max_rows,
                          rowan_error *err)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;
    size_t n_before = rows->n_rows;
    rowan_status st = fetch_run(prepared, rows, max_rows, err);

    while (st == ROWAN_DONE && prepared->n_values > 0) {
        st = start_next(prepared, err);
        if (st == ROWAN_OK)
            st = fetch_run(prepared, rows, max_rows - (rows->n_rows - n_before), err);
    }
    return st;
}

/* Asks the server, by another connection, to stop what this one waits for. On another of the
 * URI's hosts the number is somebody else's. */
static void stop_statement(mariadb_conn *conn)
{
    rowan__conn *other = NULL;
    char sql[64];

    (void)snprintf(sql, sizeof sql, "KILL QUERY %lu", mysql_thread_id(conn->mysql));
    if (connect_one_of(conn->host, 1, conn->uri, &conn->opts, &other, NULL) != ROWAN_OK)
        return;
    (void)run(other, sql, NULL);
    close_conn(other);
}

/* What is left of a result must be read before the connection is used again. A long one is
 * stopped; if the stop came too late for it, it would hit the next statement, which
 * therefore is one that does nothing. */
static void finish(rowan__prepared *base)
{
    mariadb_prepared *prepared = (mariadb_prepared *)base;
    mariadb_conn *conn = (mariadb_conn *)base->conn;
    int64_t stop_at = rowan_clock_ms() + DRAIN_MS;
    bool stopped = false;

    if (!prepared->running)
        return;
    prepared->deadline = rowan__maria_deadline(conn);
    while (!base->conn->broken && fetch_row(prepared, NULL) == ROWAN_ROW) {
        if (stopped || rowan_clock_ms() < stop_at)
            continue;
        stop_statement(conn);
        stopped = true;
    }
    prepared->running = false;
    if (stopped && !base->conn->broken)
        (void)run(base->conn, "DO 0", NULL);
}

static const char *const schemes[] = { "mariadb", "mysql", NULL };

const rowan__driver rowan__driver_mariadb = {
    .name = "mariadb",
    .schemes = schemes,
    .dialect = &rowan__dialect_mariadb,
    .check_uri = check_uri,
    .connect = connect_server,
    .close = close_conn,
    .looks_alive = looks_alive,
    .ping = ping,
    .run = run,
    .prepare = prepare,
    .finalize = finalize,
    .execute = execute,
    .execute_many = execute_many,
    .start = start,
    .fetch = fetch,
    .finish = finish,
    .bulk_begin = rowan__maria_bulk_begin,
    .bulk_rows = rowan__maria_bulk_rows,
    .bulk_end = rowan__maria_bulk_end,
};
