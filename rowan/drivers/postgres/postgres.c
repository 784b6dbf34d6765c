/* postgres.c - the PostgreSQL driver, on libpq.
 *
 * All calls are the asynchronous ones: what would block goes through the wait hook.
 * Statements are prepared under names of ours, parameters and results are binary. A
 * result that is read into memory keeps its text where libpq put it: the rows point into
 * it, and the arena clears it.
 */
#include "postgres/postgres_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_int.h"
#include "statement_int.h"
#include "type_int.h"

/* A parameter of fixed size, as it is sent. */
typedef struct postgres_param {
    char bytes[ROWAN__PG_VALUE_MAX];
} postgres_param;

typedef struct postgres_prepared {
    rowan__prepared base;
    char name[24];
    size_t n_params; /* all of these have that many */
    postgres_param *params;
    const char **pointers; /* to values: in params, or the caller's */
    int *lengths;
    int *formats;
    Oid *types;
    bool stream;      /* rows are asked for one by one */
    bool running;     /* started and not yet read to its end */
    bool saved;       /* a savepoint was set for the run under way */
    bool checked;     /* the run's columns are those of the shape */
    int64_t deadline; /* of the run under way */
} postgres_prepared;

/* Connecting. */

static void ignore_notice(void *ctx, const PGresult *result)
{
    (void)ctx; /* a library does not print */
    (void)result;
}

static rowan_status run(rowan__conn *base, const char *sql, rowan_error *err);

/* A backslash in a literal is a backslash, whatever the database or the user is set to:
 * models write theirs into the DDL. Servers tell the setting when they are connected. */
static rowan_status keep_backslashes(postgres_conn *conn, rowan_error *err)
{
    const char *set = PQparameterStatus(conn->pg, "standard_conforming_strings");

    if (set != NULL && strcmp(set, "on") == 0)
        return ROWAN_OK;
    return run(&conn->base, "SET standard_conforming_strings = on", err);
}

static void close_conn(rowan__conn *base)
{
    postgres_conn *conn = (postgres_conn *)base;

    PQfinish(conn->pg);
    rowan__buf_done(&conn->copy);
    rowan__free(conn);
}

static rowan_status connect_server(const rowan__uri *uri,
                                   const rowan__connect_opts *opts, rowan__conn **out,
                                   rowan_error *err)
{
    postgres_conn *conn = rowan__calloc(1, sizeof *conn);
    rowan_status st;

    if (conn == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    conn->base.driver = &rowan__driver_postgres;
    conn->base.wait = opts->wait;
    conn->base.connect_timeout_ms = opts->connect_timeout_ms;
    conn->base.statement_timeout_ms = opts->statement_timeout_ms;
    rowan__buf_init(&conn->copy, 0);
    st = rowan__pg_connect(conn, uri, opts, err);
    if (st == ROWAN_OK && PQsetnonblocking(conn->pg, 1) != 0)
        st = rowan__pg_fail(conn, err);
    (void)PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
    if (st == ROWAN_OK)
        st = keep_backslashes(conn, err);
    if (st != ROWAN_OK) {
        close_conn(&conn->base);
        return st;
    }
    *out = &conn->base;
    return ROWAN_OK;
}

/* An idle connection has nothing to read but the news of its end (or that the server's
 * settings changed, which is rare enough to connect anew). */
static bool looks_alive(rowan__conn *base)
{
    postgres_conn *conn = (postgres_conn *)base;
    rowan_wait_hook no_hook = { 0 }; /* no time passes: no task need be parked */

    return !base->broken && PQstatus(conn->pg) == CONNECTION_OK &&
           rowan_wait(&no_hook, PQsocket(conn->pg), ROWAN_WAIT_READ, 0) == 0;
}

/* Statements. */

static rowan_status run(rowan__conn *base, const char *sql, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)base;

    /* The server would roll back, and call that no error. */
    if (strcmp(sql, "COMMIT") == 0 && PQtransactionStatus(conn->pg) == PQTRANS_INERROR)
        return rowan_fail(err, ROWAN_EINVAL,
                          "a statement of this transaction failed: nothing was "
                          "committed");
    return rowan__pg_run(conn, sql, rowan__pg_deadline(conn), err);
}

static rowan_status ping(rowan__conn *base, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)base;

    /* An empty query is the cheapest round trip. */
    return rowan__pg_run(conn, "", rowan_clock_ms() + base->connect_timeout_ms, err);
}

/* One block: the statement, and what its parameters need when it is run. */
static postgres_prepared *prepared_new(rowan__conn *base, const rowan_type *params,
                                       size_t n_params)
{
    const size_t each =
        sizeof(postgres_param) + sizeof(char *) + 2 * sizeof(int) + sizeof(Oid);
    postgres_prepared *prepared = rowan__calloc(1, sizeof *prepared + n_params * each);

    if (prepared == NULL)
        return NULL;
    prepared->base.conn = base;
    prepared->n_params = n_params;
    prepared->params = (postgres_param *)(prepared + 1);
    prepared->pointers = (const char **)(prepared->params + n_params);
    prepared->lengths = (int *)(prepared->pointers + n_params);
    prepared->formats = prepared->lengths + n_params;
    prepared->types = (Oid *)(prepared->formats + n_params);
    for (size_t i = 0; i < n_params; i++) {
        prepared->formats[i] = 1;
        prepared->types[i] = rowan__pg_oid(params[i]);
    }
    return prepared;
}

static rowan_status prepare(rowan__conn *base, const char *sql, size_t len,
                            const rowan_type *params, size_t n_params,
                            rowan__prepared **out, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)base;
    postgres_prepared *prepared = prepared_new(base, params, n_params);
    int64_t deadline = rowan__pg_deadline(conn);
    rowan_status st;

    (void)len;
    if (prepared == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    (void)snprintf(prepared->name, sizeof prepared->name, "r%llu",
                   (unsigned long long)++conn->n_prepared);
    if (!PQsendPrepare(conn->pg, prepared->name, sql, (int)n_params, prepared->types))
        st = rowan__pg_fail(conn, err);
    else
        st = rowan__pg_flush(conn, deadline, err);
    if (st == ROWAN_OK)
        st = rowan__pg_drain(conn, deadline, NULL, err);
    if (st != ROWAN_OK) {
        rowan__free(prepared);
        return st;
    }
    *out = &prepared->base;
    return ROWAN_OK;
}

/* The server forgets it too; in a failed transaction it cannot, and the name is left to
 * the connection's end. */
static void finalize(rowan__prepared *base)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    postgres_conn *conn = (postgres_conn *)base->conn;
    char sql[64];

    if (!base->conn->broken && PQstatus(conn->pg) == CONNECTION_OK &&
        PQtransactionStatus(conn->pg) != PQTRANS_INERROR) {
        (void)snprintf(sql, sizeof sql, "DEALLOCATE %s", prepared->name);
        (void)run(base->conn, sql, NULL);
    }
    rowan__free(prepared);
}

/* Puts values where libpq finds them. JSON is sent as jsonb, version 1, and is copied for
 * that byte: its place is known when the copy no longer grows. */
static rowan_status place_values(postgres_prepared *prepared, rowan__buf *copy,
                                 const rowan_value *values, rowan_error *err)
{
    size_t at = 0;

    for (size_t i = 0; i < prepared->n_params; i++) {
        postgres_param *to = &prepared->params[i];

        prepared->lengths[i] = 0;
        if (values[i].is_null) {
            prepared->pointers[i] = NULL;
        } else if (rowan__is_span(values[i].type)) {
            if (values[i].as.text.len >= INT32_MAX)
                return rowan_fail(err, ROWAN_EINVAL, "a text is longer than 2 GB");
            prepared->pointers[i] = values[i].as.text.ptr;
            prepared->lengths[i] = (int)values[i].as.text.len;
            if (values[i].type == ROWAN_JSON) {
                rowan__buf_char(copy, 1);
                rowan__buf_add(copy, values[i].as.text.ptr, values[i].as.text.len);
                prepared->lengths[i]++;
            }
        } else {
            prepared->pointers[i] = to->bytes;
            prepared->lengths[i] = (int)rowan__pg_encode(&values[i], to->bytes);
        }
    }
    if (!rowan__buf_ok(copy))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < prepared->n_params && at < copy->len; i++) {
        if (values[i].type != ROWAN_JSON || values[i].is_null)
            continue;
        prepared->pointers[i] = copy->ptr + at;
        at += (size_t)prepared->lengths[i];
    }
    return ROWAN_OK;
}

/* Queues the statement with its values. */
static rowan_status queue_values(postgres_prepared *prepared, const rowan_value *values,
                                 size_t n_values, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)prepared->base.conn;
    rowan_status st;

    if (n_values != prepared->n_params)
        return rowan_fail(err, ROWAN_EINVAL,
                          "the statement has %zu parameters, not %zu",
                          prepared->n_params, n_values);
    rowan__buf_clear(&conn->copy);
    st = place_values(prepared, &conn->copy, values, err);
    if (st != ROWAN_OK)
        return st;
    if (!PQsendQueryPrepared(conn->pg, prepared->name, (int)n_values,
                             prepared->pointers, prepared->lengths, prepared->formats,
                             1))
        return rowan__pg_fail(conn, err);
    return ROWAN_OK;
}

/* Sends it. */
static rowan_status send_values(postgres_prepared *prepared, const rowan_value *values,
                                size_t n_values, rowan_error *err)
{
    postgres_conn *conn = (postgres_conn *)prepared->base.conn;
    rowan_status st = queue_values(prepared, values, n_values, err);

    if (st != ROWAN_OK)
        return st;
    prepared->deadline = rowan__pg_deadline(conn);
    prepared->running = true;
    prepared->checked = false;
    return rowan__pg_flush(conn, prepared->deadline, err);
}

/* The server's plan no longer fits its tables, or the statement is gone (a pooler between
 * us). The first error of the run says so; run again, it is prepared anew. */
static rowan_status note_stale(rowan__prepared *prepared, rowan_status st,
                               const rowan_error *err)
{
    static const char changed[] = "cached plan must not change result type";

    if (st < 0 &&
        (strcmp(err->sqlstate, "26000") == 0 ||
         (strcmp(err->sqlstate, "0A000") == 0 && strstr(err->message, changed)))) {
        prepared->stale = true;
        return ROWAN_EBUSY;
    }
    return st;
}

static rowan_status execute(rowan__prepared *base, const rowan_value *values,
                            size_t n_values, uint64_t *n_affected, rowan_error *err)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    rowan_status st = send_values(prepared, values, n_values, err);

    prepared->running = false;
    if (st != ROWAN_OK)
        return st;
    return rowan__pg_drain((postgres_conn *)base->conn, prepared->deadline, n_affected,
                           err);
}

/* Reads the results of a pipeline to its end: the first error, or ROWAN_OK. A statement's
 * results end with NULL, the pipeline with a result of its own. */
static rowan_status end_pipeline(postgres_conn *conn, uint64_t *n_affected,
                                 size_t *first_miss, rowan_error *err)
{
    rowan_status first = ROWAN_OK;
    bool missed = false;
    size_t n_ended = 0;

    for (;;) {
        PGresult *result = NULL;
        rowan_status st = rowan__pg_next(conn, rowan__pg_deadline(conn), &result,
                                         first == ROWAN_OK ? err : NULL);
        uint64_t n = 0;

        if (st != ROWAN_OK)
            return first != ROWAN_OK ? first : st;
        if (result == NULL) {
            n_ended++;
            continue;
        }
        switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC: PQclear(result); return first;
        case PGRES_PIPELINE_ABORTED: break; /* behind one that failed */
        case PGRES_COMMAND_OK:
            n = strtoull(PQcmdTuples(result), NULL, 10);
            *n_affected += n;
            if (n == 0 && first_miss != NULL && !missed)
                *first_miss = n_ended;
            missed = missed || n == 0;
            break;
        default:
            if (first == ROWAN_OK)
                first = rowan__pg_fail_result(conn, result, err);
            break;
        }
        PQclear(result);
        if (conn->base.broken)
            return first;
    }
}

/* All statements are on their way before the first answer is read: a round trip for all. */
static rowan_status execute_many(rowan__prepared *base, const rowan_value *values,
                                 size_t n_values, size_t n_rows, uint64_t *n_affected,
                                 size_t *first_miss, rowan_error *err)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    postgres_conn *conn = (postgres_conn *)base->conn;
    rowan_status st = ROWAN_OK, end;

    *n_affected = 0;
    if (!PQenterPipelineMode(conn->pg))
        return rowan__pg_fail(conn, err);
    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++)
        st = queue_values(prepared, values + i * n_values, n_values, err);
    if (base->conn->broken)
        return st;
    if (!PQpipelineSync(conn->pg))
        return rowan__pg_fail(conn, err);
    end = rowan__pg_flush(conn, rowan__pg_deadline(conn), st == ROWAN_OK ? err : NULL);
    if (end == ROWAN_OK)
        end = end_pipeline(conn, n_affected, first_miss, st == ROWAN_OK ? err : NULL);
    if (!base->conn->broken && !PQexitPipelineMode(conn->pg))
        end = rowan__pg_fail(conn, st == ROWAN_OK && end == ROWAN_OK ? err : NULL);
    return st != ROWAN_OK ? st : end;
}

static rowan_status start(rowan__prepared *base, const rowan_value *values,
                          size_t n_values, bool stream, rowan_error *err)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    postgres_conn *conn = (postgres_conn *)base->conn;
    rowan_status st = ROWAN_OK;

    prepared->stream = stream;
    if (stream)
        st = rowan__pg_save(conn, &prepared->saved, err);
    if (st == ROWAN_OK)
        st = send_values(prepared, values, n_values, err);
    if (st == ROWAN_OK && stream)
        (void)PQsetSingleRowMode(conn->pg);
    return st;
}

/* Rows. */

static void clear_result(void *result)
{
    PQclear(result);
}

/* The whole result at once: its text stays where it is, and goes with the arena. */
static rowan_status fetch_all(postgres_conn *conn, PGresult *result, rowan__rows *rows,
                              rowan_error *err)
{
    int n_rows = PQntuples(result);
    rowan_status st = rowan__pg_check_result(result, rows->shape, err);

    (void)conn;
    if (st == ROWAN_OK)
        st = rowan_arena_on_free(rows->arena, clear_result, result);
    if (st != ROWAN_OK) {
        PQclear(result);
        return st == ROWAN_ENOMEM ? rowan_fail(err, st, "out of memory") : st;
    }
    if (!rowan__rows_reserve(rows, (size_t)n_rows))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (int i = 0; i < n_rows && st == ROWAN_OK; i++)
        st = rowan__pg_read_row(result, i, true, rows, err);
    return st;
}

/* One row of a streamed result. The columns of the first one are those of all. */
static rowan_status fetch_one(postgres_prepared *prepared, PGresult *result,
                              rowan__rows *rows, rowan_error *err)
{
    rowan_status st =
        prepared->checked ? ROWAN_OK : rowan__pg_check_result(result, rows->shape, err);

    prepared->checked = st == ROWAN_OK;
    if (st == ROWAN_OK && PQntuples(result) > 0)
        st = rowan__pg_read_row(result, 0, false, rows, err);
    PQclear(result);
    return st;
}

/* A number that a view computes and that is out of range: what is read, not what was given.
 * On the other databases it is found in the row. */
static rowan_status note_range(const rowan__rows *rows, const PGresult *result,
                               rowan_status st, rowan_error *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (rows->shape->base == NULL || sqlstate == NULL || strcmp(sqlstate, "22003") != 0)
        return st;
    if (err != NULL)
        err->code = ROWAN_EDATA;
    return ROWAN_EDATA;
}

static rowan_status fetch(rowan__prepared *base, rowan__rows *rows, size_t max_rows,
                          rowan_error *err)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    postgres_conn *conn = (postgres_conn *)base->conn;
    size_t end =
        max_rows > SIZE_MAX - rows->n_rows ? SIZE_MAX : rows->n_rows + max_rows;

    while (rows->n_rows < end) {
        PGresult *result = NULL;
        rowan_status st = rowan__pg_next(conn, prepared->deadline, &result, err);

        if (st != ROWAN_OK)
            return st;
        if (result == NULL) {
            prepared->running = false;
            return ROWAN_DONE;
        }
        switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
        case PGRES_SINGLE_TUPLE:
            st = prepared->stream ? fetch_one(prepared, result, rows, err)
                                  : fetch_all(conn, result, rows, err);
            break;
        case PGRES_COMMAND_OK: PQclear(result); break;
        default:
            st = note_stale(base, rowan__pg_fail_result(conn, result, err), err);
            st = note_range(rows, result, st, err);
            PQclear(result);
            break;
        }
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_ROW;
}

static void finish(rowan__prepared *base)
{
    postgres_prepared *prepared = (postgres_prepared *)base;
    postgres_conn *conn = (postgres_conn *)base->conn;
    bool cancelled = false;

    if (prepared->running && prepared->stream)
        cancelled = rowan__pg_leave(conn);
    else if (prepared->running && !base->conn->broken)
        (void)rowan__pg_drain(conn, rowan__pg_deadline(conn), NULL, NULL);
    prepared->running = false;
    if (prepared->saved)
        rowan__pg_unsave(conn, cancelled);
    prepared->saved = false;
}

static const char *const schemes[] = { "postgresql", "postgres", NULL };

const rowan__driver rowan__driver_postgres = {
    .name = "postgresql",
    .schemes = schemes,
    .dialect = &rowan__dialect_postgres,
    .check_uri = rowan__pg_check_uri,
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
    .bulk_begin = rowan__pg_bulk_begin,
    .bulk_rows = rowan__pg_bulk_rows,
    .bulk_end = rowan__pg_bulk_end,
};
