/* sqlite.c - the SQLite driver.
 *
 * Each connection is opened with its own mutexes off (one thread at a time uses it), in
 * WAL mode with foreign keys on. Waiting for another writer's lock goes through the wait
 * hook, so that a server's other tasks go on. A statement is reset as soon as its last
 * row is read: an open one would keep its snapshot and hold back checkpoints.
 */
#include "driver_int.h"
#include "sqlite/sqlite_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <rowan/decimal.h>

#include "alloc_int.h"
#include "arena_int.h"
#include "type_int.h"

typedef struct sqlite_conn {
    rowan__conn base;
    sqlite3 *db;
    uint32_t busy_timeout_ms;
    int64_t busy_since_ms; /* 0 while no lock is waited for */
    int64_t seen_at_ms;    /* when the file was last at its place */
    int64_t stop_at_ms; /* when the statement under way is over its time; 0 for never */
} sqlite_conn;

#define DATE_LEN      10
#define TIMESTAMP_LEN 26

typedef struct sqlite_prepared {
    rowan__prepared base;
    sqlite3_stmt *stmt;
    char texts[][ROWAN_DECIMAL_TEXT_MAX]; /* of each parameter that is stored as text */
} sqlite_prepared;

#define LOOK_MS        1000  /* between two looks whether the file is still there */
#define PROGRESS_STEPS 10000 /* of the virtual machine between two looks at the clock */

static rowan_status status_of(int rc)
{
    switch (rc) { /* the extended codes that say more than their class */
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return ROWAN_ECONFLICT;
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_DATATYPE: return ROWAN_EINVAL;
    default: break;
    }
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW: return ROWAN_OK;
    case SQLITE_CONSTRAINT: return ROWAN_ECONSTRAINT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ROWAN_EBUSY;
    case SQLITE_INTERRUPT: return ROWAN_ETIMEOUT;
    case SQLITE_NOMEM: return ROWAN_ENOMEM;
    case SQLITE_TOOBIG:
    case SQLITE_RANGE: return ROWAN_EINVAL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* in text of ours: a table or column that is not there */
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH: return ROWAN_EDATA;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_PROTOCOL: return ROWAN_EIO;
    default: return ROWAN_EINTERNAL;
    }
}

/* Whether the statement under way has had its time. */
static bool is_over(const sqlite_conn *conn)
{
    return conn->stop_at_ms != 0 && rowan_clock_ms() > conn->stop_at_ms;
}

static rowan_status fail(sqlite_conn *conn, int rc, rowan_error *err)
{
    int extended = conn->db != NULL ? sqlite3_extended_errcode(conn->db) : rc;
    rowan_status st = status_of(extended != SQLITE_OK ? extended : rc);
    const char *words =
        conn->db != NULL ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc);

    if (st == ROWAN_OK)
        st = ROWAN_EINTERNAL;
    if (st == ROWAN_EBUSY && is_over(conn)) /* it waited for a lock */
        st = ROWAN_ETIMEOUT;
    if (st == ROWAN_ETIMEOUT)
        words = "the statement took longer than its time";
    (void)rowan_fail(err, st, "SQLite: %s", words);
    if (err != NULL)
        err->vendor_code = extended;
    return st;
}

/* Called by SQLite while another connection holds the lock. */
static int on_busy(void *ctx, int n_calls)
{
    sqlite_conn *conn = ctx;
    int64_t now = rowan_clock_ms();
    int pause = n_calls < 10 ? 1 << n_calls / 2 : 50; /* 1, 1, 2, 2, ... 50 ms */

    if (n_calls == 0)
        conn->busy_since_ms = now;
    if (now - conn->busy_since_ms >= (int64_t)conn->busy_timeout_ms || is_over(conn))
        return 0;
    return rowan_wait(conn->base.wait, -1, 0, pause) >= 0;
}

static int on_progress(void *ctx)
{
    return is_over(ctx);
}

static void start_clock(sqlite_conn *conn)
{
    uint32_t timeout = conn->base.statement_timeout_ms;

    conn->stop_at_ms = timeout > 0 ? rowan_clock_ms() + timeout : 0;
}

static rowan_status run(rowan__conn *base, const char *sql, rowan_error *err)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    int rc;

    start_clock(conn);
    rc = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ROWAN_OK : fail(conn, rc, err);
}

static void close_conn(rowan__conn *base)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    (void)sqlite3_close_v2(conn->db);
    rowan__free(conn);
}

static bool is_memory(const rowan__uri *uri)
{
    return uri->database[0] == '\0' || strcmp(uri->database, ":memory:") == 0;
}

static rowan_status check_uri(const rowan__uri *uri, size_t *max_conns,
                              rowan_error *err)
{
    if (uri->n_hosts > 0 || uri->user != NULL)
        return rowan_fail(err, ROWAN_EINVAL,
                          "DATABASE_URI: a SQLite file needs three slashes, as in "
                          "sqlite:///people.db, or four for an absolute path");
    if (uri->n_params > 0)
        return rowan_fail(err, ROWAN_EINVAL,
                          "DATABASE_URI: unknown parameter %.64s for SQLite",
                          uri->params[0].name);
    *max_conns = is_memory(uri) ? 1 : 0; /* each connection has a memory of its own */
    return ROWAN_OK;
}

/* A file that does not exist is made; a mistake in the path is named plainly. */
static rowan_status open_file(sqlite_conn *conn, const rowan__uri *uri,
                              rowan_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const char *path = is_memory(uri) ? ":memory:" : uri->database;
    struct stat info;
    int rc;

    if (!is_memory(uri) && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return rowan_fail(err, ROWAN_EIO, "SQLite: %s is a folder", path);
    rc = sqlite3_open_v2(path, &conn->db, flags, NULL);
    if (rc == SQLITE_OK) {
        (void)sqlite3_extended_result_codes(conn->db, 1);
        return ROWAN_OK;
    }
    (void)fail(conn, rc, err);
    rowan_error_prefix(err, "%s: ", path);
    return status_of(rc);
}

/* A name in double quotes is never a text: the library takes one for it where no column is
 * called so, and would read what an older table lacks as its own name. */
static void require_names(sqlite3 *db)
{
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
}

/* A database on read-only ground cannot switch to WAL, and can be read without. */
static rowan_status configure(sqlite_conn *conn, bool read_only, rowan_error *err)
{
    rowan_status st;

    (void)sqlite3_busy_handler(conn->db, on_busy, conn);
    require_names(conn->db);
    if (rowan__sqlite_decimals(conn->db) != SQLITE_OK ||
        rowan__sqlite_numbers(conn->db) != SQLITE_OK)
        return fail(conn, SQLITE_NOMEM, err);
    if (conn->base.statement_timeout_ms > 0)
        sqlite3_progress_handler(conn->db, PROGRESS_STEPS, on_progress, conn);
    st = run(&conn->base,
             "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;"
             "PRAGMA case_sensitive_like = ON",
             err);
    if (st == ROWAN_OK && read_only)
        return run(&conn->base, "PRAGMA query_only = ON", err);
    if (st == ROWAN_OK && sqlite3_db_readonly(conn->db, "main") != 1) {
        st = run(&conn->base, "PRAGMA journal_mode = WAL", err);
        if (st == ROWAN_EIO)
            st = run(&conn->base, "SELECT 1 FROM sqlite_schema LIMIT 1", err);
    }
    return st;
}

static rowan_status connect_file(const rowan__uri *uri, const rowan__connect_opts *opts,
                                 rowan__conn **out, rowan_error *err)
{
    sqlite_conn *conn = rowan__calloc(1, sizeof *conn);
    rowan_status st;

    if (conn == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    conn->base.driver = &rowan__driver_sqlite;
    conn->base.wait = opts->wait;
    conn->base.statement_timeout_ms = opts->statement_timeout_ms;
    conn->busy_timeout_ms = opts->busy_timeout_ms;
    st = open_file(conn, uri, err);
    if (st == ROWAN_OK)
        st = configure(conn, opts->read_only, err);
    if (st != ROWAN_OK) {
        close_conn(&conn->base);
        return st;
    }
    conn->seen_at_ms = rowan_clock_ms();
    *out = &conn->base;
    return ROWAN_OK;
}

/* A file that was deleted or replaced lives on for who has it open, and what is written to it
 * then is lost. Once in a while is enough: it costs as much as a checkout. */
static bool looks_alive(rowan__conn *base)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    int64_t now = rowan_clock_ms();
    int has_moved = 0;

    if (now - conn->seen_at_ms >= LOOK_MS) {
        conn->seen_at_ms = now;
        (void)sqlite3_file_control(conn->db, "main", SQLITE_FCNTL_HAS_MOVED,
                                   &has_moved);
        base->broken = base->broken || has_moved != 0;
    }
    return !base->broken;
}

static rowan_status ping(rowan__conn *base, rowan_error *err)
{
    return run(base, "SELECT 1", err);
}

/* Statements. */

static rowan_status prepare(rowan__conn *base, const char *sql, size_t len,
                            const rowan_type *params, size_t n_params,
                            rowan__prepared **out, rowan_error *err)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    sqlite_prepared *prepared =
        rowan__calloc(1, sizeof *prepared + n_params * sizeof prepared->texts[0]);
    int max = sqlite3_limit(conn->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1), rc;

    (void)params;
    if (prepared == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (n_params > (size_t)max) {
        rowan__free(prepared);
        return rowan_fail(err, ROWAN_EINVAL,
                          "the values of a statement are more than %d, which this "
                          "SQLite takes",
                          max);
    }
    prepared->base.conn = base;
    rc = sqlite3_prepare_v3(conn->db, sql, (int)len, SQLITE_PREPARE_PERSISTENT,
                            &prepared->stmt, NULL);
    if (rc != SQLITE_OK) {
        rowan__free(prepared);
        return fail(conn, rc, err);
    }
    *out = &prepared->base;
    return ROWAN_OK;
}

static void finalize(rowan__prepared *base)
{
    sqlite_prepared *prepared = (sqlite_prepared *)base;

    (void)sqlite3_finalize(prepared->stmt);
    rowan__free(prepared);
}

/* Text is borrowed until the statement is finished; that of a date or a timestamp is
 * written into the statement. */
static int bind_value(sqlite_prepared *prepared, size_t i, const rowan_value *value)
{
    sqlite3_stmt *stmt = prepared->stmt;
    char *text = prepared->texts[i];
    int idx = (int)i + 1;

    if (value->is_null)
        return sqlite3_bind_null(stmt, idx);
    switch (value->type) {
    case ROWAN_BOOL:
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: return sqlite3_bind_int64(stmt, idx, value->as.int64);
    case ROWAN_DECIMAL:
        return sqlite3_bind_text(stmt, idx, text,
                                 (int)rowan_decimal_format(value->as.decimal, text),
                                 SQLITE_STATIC);
    case ROWAN_TIME:
        rowan__time_write(value->as.time, text);
        return sqlite3_bind_text(stmt, idx, text, 15, SQLITE_STATIC);
    case ROWAN_UUID: /* as SQLAlchemy: without hyphens */
        return sqlite3_bind_text(stmt, idx, text,
                                 (int)rowan__uuid_write(value->as.uuid, false, text),
                                 SQLITE_STATIC);
    case ROWAN_BYTES:
        return sqlite3_bind_blob64(stmt, idx, value->as.bytes.ptr, value->as.bytes.len,
                                   SQLITE_STATIC);
    case ROWAN_FLOAT:
    case ROWAN_DOUBLE: return sqlite3_bind_double(stmt, idx, value->as.real);
    case ROWAN_DATE:
        rowan__date_write(value->as.date, text);
        return sqlite3_bind_text(stmt, idx, text, DATE_LEN, SQLITE_STATIC);
    case ROWAN_TIMESTAMP:
        rowan__timestamp_write(value->as.timestamp, text);
        return sqlite3_bind_text(stmt, idx, text, TIMESTAMP_LEN, SQLITE_STATIC);
    case ROWAN_JSON:
    case ROWAN_TEXT:
        return sqlite3_bind_text64(stmt, idx, value->as.text.ptr, value->as.text.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case ROWAN_ENUM: /* comes as its label */
    case ROWAN_N_TYPES: break;
    }
    return SQLITE_MISUSE;
}

static rowan_status bind_all(sqlite_prepared *prepared, const rowan_value *values,
                             size_t n_values, rowan_error *err)
{
    for (size_t i = 0; i < n_values; i++) {
        int rc;

        if ((values[i].type == ROWAN_DOUBLE || values[i].type == ROWAN_FLOAT) &&
            !values[i].is_null && isnan(values[i].as.real))
            return rowan_fail(err, ROWAN_EINVAL,
                              "SQLite cannot store NaN (parameter %zu)", i + 1);
        rc = bind_value(prepared, i, &values[i]);
        if (rc != SQLITE_OK)
            return fail((sqlite_conn *)prepared->base.conn, rc, err);
    }
    return ROWAN_OK;
}

/* Text stays bound, and is not looked at: the next run binds every parameter anew. */
static void finish(rowan__prepared *base)
{
    sqlite_prepared *prepared = (sqlite_prepared *)base;

    (void)sqlite3_reset(prepared->stmt);
}

static rowan_status execute(rowan__prepared *base, const rowan_value *values,
                            size_t n_values, uint64_t *n_affected, rowan_error *err)
{
    sqlite_prepared *prepared = (sqlite_prepared *)base;
    sqlite_conn *conn = (sqlite_conn *)base->conn;
    rowan_status st = bind_all(prepared, values, n_values, err);
    int rc;

    if (st == ROWAN_OK) {
        start_clock(conn);
        rc = sqlite3_step(prepared->stmt);
        if (rc != SQLITE_DONE && rc != SQLITE_ROW)
            st = fail(conn, rc, err);
        else if (n_affected != NULL)
            *n_affected = (uint64_t)sqlite3_changes64(conn->db);
    }
    finish(base);
    return st;
}

static rowan_status start(rowan__prepared *base, const rowan_value *values,
                          size_t n_values, bool stream, rowan_error *err)
{
    sqlite_prepared *prepared = (sqlite_prepared *)base;

    (void)stream; /* rows come one by one anyway */
    start_clock((sqlite_conn *)base->conn);
    return bind_all(prepared, values, n_values, err);
}

/* Rows. */

/* The class in which SQLite stores each type. */
static const char storage[ROWAN_N_TYPES] = {
    [ROWAN_BOOL] = SQLITE_INTEGER,  [ROWAN_INT16] = SQLITE_INTEGER,
    [ROWAN_INT32] = SQLITE_INTEGER, [ROWAN_INT64] = SQLITE_INTEGER,
    [ROWAN_FLOAT] = SQLITE_FLOAT,   [ROWAN_DOUBLE] = SQLITE_FLOAT,
    [ROWAN_DECIMAL] = SQLITE_TEXT,  [ROWAN_DATE] = SQLITE_TEXT,
    [ROWAN_TIME] = SQLITE_TEXT,     [ROWAN_TIMESTAMP] = SQLITE_TEXT,
    [ROWAN_UUID] = SQLITE_TEXT,     [ROWAN_TEXT] = SQLITE_TEXT,
    [ROWAN_BYTES] = SQLITE_BLOB,    [ROWAN_JSON] = SQLITE_TEXT,
    [ROWAN_ENUM] = SQLITE_TEXT,
};

/* Reads a type that is stored as text into its member. */
static rowan_status read_text_form(sqlite3_value *value, const rowan_model *shape,
                                   const rowan_column *column, char *row,
                                   rowan_error *err)
{
    char *to = row + column->value_offset;
    const char *text = (const char *)sqlite3_value_text(value);
    size_t len = (size_t)sqlite3_value_bytes(value);
    bool good = false;

    if (text == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    switch (column->type) {
    case ROWAN_DATE: good = rowan__date_read(text, len, (rowan_date *)to); break;
    case ROWAN_TIME: good = rowan__time_read(text, len, (rowan_time *)to); break;
    case ROWAN_TIMESTAMP:
        good = rowan__timestamp_read(text, len, (rowan_timestamp *)to);
        break;
    case ROWAN_UUID: good = rowan__uuid_read(text, len, (rowan_uuid *)to); break;
    case ROWAN_ENUM: return rowan__read_label(shape, column, text, len, row, err);
    default: return rowan__read_decimal(shape, column, text, len, row, err);
    }
    return good ? ROWAN_OK
                : rowan__bad_column(shape, column, "is not in the form of its type",
                                    err);
}

static rowan_status read_span(sqlite3_value *value, const rowan_column *column,
                              rowan_arena *arena, char *row, rowan_error *err)
{
    const void *bytes = column->type == ROWAN_BYTES
                            ? sqlite3_value_blob(value)
                            : (const void *)sqlite3_value_text(value);
    size_t len = (size_t)sqlite3_value_bytes(value);

    if (bytes == NULL && len == 0 && column->type == ROWAN_BYTES)
        bytes = ""; /* an empty blob has no address */
    if (bytes == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    return rowan__read_span(column, bytes, len, arena, row, err);
}

static rowan_status read_integer(sqlite3_value *value, const rowan_model *shape,
                                 const rowan_column *column, char *to, rowan_error *err)
{
    int64_t integer = sqlite3_value_int64(value);

    if (!rowan__int_fits(column->type, integer))
        return rowan__bad_column(shape, column, "is out of range for its type", err);
    if (column->type == ROWAN_INT16)
        *(int16_t *)to = (int16_t)integer;
    else if (column->type == ROWAN_INT32)
        *(int32_t *)to = (int32_t)integer;
    else
        *(int64_t *)to = integer;
    return ROWAN_OK;
}

/* Reads one column into its member. The storage class is checked: a file that another
 * program wrote may hold anything. */
static rowan_status read_column(sqlite3_value *value, int stored,
                                const rowan_model *shape, const rowan_column *column,
                                char *row, rowan_arena *arena, rowan_error *err)
{
    char *to = row + column->value_offset;
    rowan_status st = ROWAN_OK;

    if (stored == SQLITE_NULL)
        return rowan__read_null(shape, column, row, err);
    if (stored != storage[column->type] &&
        !(storage[column->type] == SQLITE_FLOAT && stored == SQLITE_INTEGER))
        return rowan__bad_column(shape, column, "is of another type than the model's",
                                 err);
    switch (column->type) {
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON: /* what is there says so by itself */
        return read_span(value, column, arena, row, err);
    case ROWAN_BOOL: *(bool *)to = sqlite3_value_int64(value) != 0; break;
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: st = read_integer(value, shape, column, to, err); break;
    case ROWAN_FLOAT: *(float *)to = (float)sqlite3_value_double(value); break;
    case ROWAN_DOUBLE: *(double *)to = sqlite3_value_double(value); break;
    case ROWAN_DECIMAL:
    case ROWAN_DATE:
    case ROWAN_TIME:
    case ROWAN_TIMESTAMP:
    case ROWAN_UUID:
    case ROWAN_ENUM: st = read_text_form(value, shape, column, row, err); break;
    case ROWAN_N_TYPES: break;
    }
    if (column->nullable)
        *(bool *)(row + column->offset) = true;
    return st;
}

/* Most of what is read is text: the way of all types, made short. False if memory is out. */
static bool read_text(sqlite3_value *value, const rowan_column *column,
                      rowan_arena *arena, char *row)
{
    rowan_text text;

    text.ptr = (const char *)sqlite3_value_text(value);
    text.len = (size_t)sqlite3_value_bytes(value);
    text.ptr = text.ptr == NULL ? NULL : rowan__arena_text(arena, text.ptr, text.len);
    memcpy(row + column->value_offset, &text, sizeof text);
    return text.ptr != NULL;
}

/* Values are taken whole: that is one call which locks and checks a column instead of
 * three, and without mutexes a value may be asked by itself. */
static rowan_status read_row(sqlite3_stmt *stmt, rowan__rows *rows, rowan_error *err)
{
    const rowan_model *shape = rows->shape;
    char *row = rowan__rows_next(rows);

    if (row == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (int i = 0; i < shape->n_columns; i++) {
        const rowan_column *column = &shape->columns[i];
        sqlite3_value *value = sqlite3_column_value(stmt, i);
        int stored = sqlite3_value_type(value);
        rowan_status st = ROWAN_OK;

        if (column->type != ROWAN_TEXT || stored != SQLITE_TEXT ||
            !read_text(value, column, rows->arena, row))
            st = read_column(value, stored, shape, column, row, rows->arena, err);
        if (st != ROWAN_OK)
            return st;
    }
    rows->n_rows++;
    return ROWAN_OK;
}

static rowan_status fetch(rowan__prepared *base, rowan__rows *rows, size_t max_rows,
                          rowan_error *err)
{
    sqlite_prepared *prepared = (sqlite_prepared *)base;
    int n_columns = sqlite3_column_count(prepared->stmt);

    if (n_columns != rows->shape->n_columns)
        return rowan_fail(err, ROWAN_EDATA, "the result has %d columns, not %d",
                          n_columns, rows->shape->n_columns);
    for (size_t n = 0; n < max_rows; n++) {
        int rc = sqlite3_step(prepared->stmt);
        rowan_status st;

        if (rc == SQLITE_DONE)
            return ROWAN_DONE;
        if (rc != SQLITE_ROW)
            return fail((sqlite_conn *)base->conn, rc, err);
        st = read_row(prepared->stmt, rows, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_ROW;
}

static const char *const schemes[] = { "sqlite", "sqlite3", NULL };

const rowan__driver rowan__driver_sqlite = {
    .name = "sqlite",
    .schemes = schemes,
    .dialect = &rowan__dialect_sqlite,
    .check_uri = check_uri,
    .connect = connect_file,
    .close = close_conn,
    .looks_alive = looks_alive,
    .ping = ping,
    .run = run,
    .prepare = prepare,
    .finalize = finalize,
    .execute = execute,
    .start = start,
    .fetch = fetch,
    .finish = finish,
};
