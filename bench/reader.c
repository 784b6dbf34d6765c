/* reader.c - see reader.h. */
#include "reader.h"

#include <arpa/inet.h>

#define DAYS_TO_2000 10957 /* from 1970: PostgreSQL counts from there */

void reader_open(reader *r, people_db *db, const char *pg_name, const char *sql)
{
    *r = (reader){ .db = db, .pg_name = pg_name };
    if (db->sqlite != NULL) {
        if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &r->stmt,
                               NULL) != SQLITE_OK)
            people_die_sqlite(db->sqlite);
    } else if (db->maria != NULL) {
        r->maria = people_prepare_mariadb(db->maria, sql);
        r->buffers = bench_alloc(sizeof *r->buffers);
    } else {
        PGresult *result = PQprepare(db->pg, pg_name, sql, 0, NULL);

        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            people_die_postgres(db->pg);
        PQclear(result);
    }
}

void reader_close(reader *r)
{
    reader_drop(r);
    (void)sqlite3_finalize(r->stmt);
    if (r->maria != NULL)
        (void)mysql_stmt_close(r->maria);
    free(r->buffers);
}

BenchPerson *reader_next(reader *r)
{
    if (r->n_rows == r->cap) {
        r->cap = r->cap == 0 ? 1024 : 2 * r->cap;
        r->rows = realloc(r->rows, r->cap * sizeof *r->rows);
        if (r->rows == NULL)
            bench_die("out of memory");
    }
    return &r->rows[r->n_rows++];
}

void reader_drop(reader *r)
{
    free(r->rows);
    r->rows = NULL;
    r->n_rows = r->cap = 0;
    bench_arena_free(&r->arena);
    PQclear(r->kept);
    r->kept = NULL;
}

void reader_clear(reader *r)
{
    r->n_rows = 0;
    bench_arena_clear(&r->arena);
}

/* SQLite. */

static rowan_text sqlite_text(reader *r, int idx)
{
    const char *text = (const char *)sqlite3_column_text(r->stmt, idx);
    size_t len = (size_t)sqlite3_column_bytes(r->stmt, idx);

    return (rowan_text){ bench_arena_text(&r->arena, text, len), len };
}

static int digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

void reader_sqlite_row(reader *r)
{
    BenchPerson *p = reader_next(r);
    const char *born = (const char *)sqlite3_column_text(r->stmt, 3);

    p->id = sqlite3_column_int64(r->stmt, 0);
    p->first_name = sqlite_text(r, 1);
    p->last_name = sqlite_text(r, 2);
    p->born.has = born != NULL && sqlite3_column_bytes(r->stmt, 3) == 10;
    if (p->born.has)
        p->born.value =
            (rowan_date){ (int16_t)digits(born, 4), (uint8_t)digits(born + 5, 2),
                          (uint8_t)digits(born + 8, 2) };
    p->country = sqlite_text(r, 4);
}

/* PostgreSQL: binary results. */

static rowan_text postgres_text(reader *r, const PGresult *result, int row, int idx)
{
    size_t len = (size_t)PQgetlength(result, row, idx);

    const char *text = PQgetvalue(result, row, idx);

    return (rowan_text){ result == r->kept ? text
                                           : bench_arena_text(&r->arena, text, len),
                         len };
}

void reader_postgres_row(reader *r, const PGresult *result, int row)
{
    BenchPerson *p = reader_next(r);
    uint32_t days;
    uint64_t id;

    memcpy(&id, PQgetvalue(result, row, 0), sizeof id);
    p->id = (int64_t)__builtin_bswap64(id);
    p->first_name = postgres_text(r, result, row, 1);
    p->last_name = postgres_text(r, result, row, 2);
    p->born.has = !PQgetisnull(result, row, 3);
    if (p->born.has) {
        memcpy(&days, PQgetvalue(result, row, 3), sizeof days);
        p->born.value = rowan_date_from_days((int32_t)ntohl(days) + DAYS_TO_2000);
    }
    p->country = postgres_text(r, result, row, 4);
}

/* MariaDB: rows one by one into bound buffers. */

static MYSQL_BIND text_buffer(reader_buffers *buffers, int idx)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
                         .buffer = buffers->texts[idx],
                         .buffer_length = sizeof buffers->texts[idx],
                         .length = &buffers->lens[idx] };
}

void reader_mariadb_run(reader *r)
{
    reader_buffers *b = r->buffers;
    MYSQL_BIND binds[PEOPLE_N] = {
        { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &b->id },
        text_buffer(b, 0),
        text_buffer(b, 1),
        { .buffer_type = MYSQL_TYPE_DATE, .buffer = &b->born, .is_null = &b->no_born },
        text_buffer(b, 2),
    };

    if (mysql_stmt_execute(r->maria) != 0 ||
        mysql_stmt_bind_result(r->maria, binds) != 0)
        people_die_statement(r->maria);
}

static rowan_text mariadb_text(reader *r, int idx, unsigned column)
{
    reader_buffers *b = r->buffers;
    unsigned long len = b->lens[idx];
    MYSQL_BIND bind = { .buffer_type = MYSQL_TYPE_STRING, .buffer_length = len };
    char *text;

    if (len <= sizeof b->texts[idx])
        return (rowan_text){ bench_arena_text(&r->arena, b->texts[idx], len), len };
    text = bench_arena_more(&r->arena, len + 1);
    text[len] = '\0';
    bind.buffer = text;
    if (mysql_stmt_fetch_column(r->maria, &bind, column, 0) != 0)
        people_die_statement(r->maria);
    return (rowan_text){ text, len };
}

bool reader_mariadb_next(reader *r)
{
    reader_buffers *b = r->buffers;
    int rc = mysql_stmt_fetch(r->maria);
    BenchPerson *p;

    if (rc == MYSQL_NO_DATA)
        return false;
    if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
        people_die_statement(r->maria);
    p = reader_next(r);
    p->id = b->id;
    p->first_name = mariadb_text(r, 0, 1);
    p->last_name = mariadb_text(r, 1, 2);
    p->born.has = !b->no_born;
    if (p->born.has)
        p->born.value = (rowan_date){ (int16_t)b->born.year, (uint8_t)b->born.month,
                                      (uint8_t)b->born.day };
    p->country = mariadb_text(r, 2, 4);
    return true;
}
