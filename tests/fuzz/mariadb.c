/* mariadb.c - fuzzes the reading of MariaDB's binary values: a server that sends anything.
 *
 * Rows come in the form of the protocol and go through the library's own decoding into our
 * cells, and from there into a row. The first byte chooses the model; each column takes a
 * byte for its type and what the type needs. What the library takes for granted is kept: a
 * value has the length that it says. */
#include <rowan/types.h>

#include <stdlib.h>
#include <string.h>

#include "mariadb/mariadb_int.h"

#include "database.h"
#include "row.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define MAX_ROW 8192

typedef struct maria_input {
    const uint8_t *at;
    size_t left;
} maria_input;

static unsigned char packet[MAX_ROW]; /* the row that the library is given */

static uint8_t take_byte(maria_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* Mostly the type that the model's column has in a table. */
static void take_type(maria_input *in, rowan_type type, MYSQL_FIELD *field)
{
    static const enum enum_field_types others[] = {
        MYSQL_TYPE_TINY,        MYSQL_TYPE_SHORT,      MYSQL_TYPE_LONG,
        MYSQL_TYPE_LONGLONG,    MYSQL_TYPE_INT24,      MYSQL_TYPE_FLOAT,
        MYSQL_TYPE_DOUBLE,      MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_DATE,
        MYSQL_TYPE_TIME,        MYSQL_TYPE_DATETIME,   MYSQL_TYPE_TIMESTAMP,
        MYSQL_TYPE_YEAR,        MYSQL_TYPE_STRING,     MYSQL_TYPE_VAR_STRING,
        MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_BIT,        MYSQL_TYPE_NULL
    };
    uint8_t byte = take_byte(in);
    bool is_bytes = type == ROWAN_BYTES || type == ROWAN_UUID;

    memset(field, 0, sizeof *field);
    field->charsetnr = is_bytes ? 63 : 45; /* binary, utf8mb4 */
    field->flags = byte & 0x80 ? UNSIGNED_FLAG : 0;
    field->type =
        type == ROWAN_DECIMAL ? MYSQL_TYPE_NEWDECIMAL : rowan__maria_type(type);
    if ((byte & 0x40) == 0)
        return;
    field->type = others[byte % (sizeof others / sizeof others[0])];
    field->charsetnr = byte & 0x20 ? 63 : 45;
}

/* How many bytes a value of a type has; -1 if it says so itself. */
static int size_of_type(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_NULL: return 0;
    case MYSQL_TYPE_TINY: return 1;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR: return 2;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_FLOAT: return 4;
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_DOUBLE: return 8;
    default: return -1;
    }
}

/* The length that a value says it has. */
static size_t take_length(maria_input *in, enum enum_field_types type)
{
    static const size_t of_time[] = { 0, 8, 12 }, of_date[] = { 0, 4, 7, 11 };
    uint8_t byte = take_byte(in);

    switch (type) {
    case MYSQL_TYPE_TIME: return of_time[byte % 3];
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP: return of_date[byte % 4];
    default:
        return byte < 0xc0 ? byte : 100 + 10 * (size_t)(byte - 0xc0); /* and over 256 */
    }
}

static size_t put_value(maria_input *in, enum enum_field_types type, size_t at)
{
    int fixed = size_of_type(type);
    size_t len = fixed >= 0 ? (size_t)fixed : take_length(in, type);

    if (fixed < 0 && len > 250) { /* what the protocol calls length-encoded */
        packet[at++] = 0xfc;
        packet[at++] = (unsigned char)(len & 0xff);
        packet[at++] = (unsigned char)(len >> 8);
    } else if (fixed < 0) {
        packet[at++] = (unsigned char)len;
    }
    for (size_t i = 0; i < len; i++)
        packet[at++] = take_byte(in);
    return at;
}

/* A header byte, a bit for each NULL, the values that are there. */
static void put_row(maria_input *in, const MYSQL_FIELD *fields, size_t n)
{
    size_t n_nulls = (n + 9) / 8, at = 1 + n_nulls;

    packet[0] = 0;
    for (size_t i = 1; i <= n_nulls; i++)
        packet[i] = take_byte(in);
    for (size_t i = 0; i < n; i++) {
        if ((packet[1 + (i + 2) / 8] & (1U << ((i + 2) % 8))) == 0)
            at = put_value(in, fields[i].type, at);
    }
    memset(packet + at, 0, 16);
}

static int next_row(MYSQL_STMT *stmt, unsigned char **row)
{
    (void)stmt;
    *row = packet;
    return 0;
}

/* The same where the library asks for the length too; its minor versions differ. */
static int next_row_of_length(MYSQL_STMT *stmt, unsigned char **row, unsigned long *len)
{
    if (len != NULL)
        *len = sizeof packet;
    return next_row(stmt, row);
}

static void read_row(MYSQL_STMT *stmt, const rowan_model *model)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan__maria_cells cells = { 0 };
    rowan__rows rows;
    rowan_error err = { 0 };

    if (arena == NULL)
        abort();
    rowan__rows_init(&rows, model, arena);
    if (rowan__maria_bind(&cells, stmt, model, &err) == ROWAN_OK &&
        mysql_stmt_fetch(stmt) == 0 &&
        rowan__maria_read_row(&cells, stmt, &rows, &err) == ROWAN_OK)
        fuzz_use_row(model, rows.bytes);
    rowan__rows_done(&rows);
    rowan_arena_free(arena);
    rowan__maria_cells_done(&cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    maria_input in = { bytes, size };
    const rowan_model *model = take_byte(&in) & 1 ? &More_model : &Sample_model;
    MYSQL *mysql = mysql_init(NULL);
    MYSQL_STMT *stmt = mysql == NULL ? NULL : mysql_stmt_init(mysql);
    MYSQL_FIELD fields[64];
    my_bool off = 0;

    if (stmt == NULL)
        abort();
    (void)mysql_options(mysql, MYSQL_REPORT_DATA_TRUNCATION, &off);
    for (size_t i = 0; i < model->n_columns; i++)
        take_type(&in, model->columns[i].type, &fields[i]);
    put_row(&in, fields, model->n_columns);
    stmt->fields = fields;
    stmt->field_count = model->n_columns;
    stmt->state = MYSQL_STMT_USER_FETCHING;
    stmt->fetch_row_func =
        _Generic(stmt->fetch_row_func, int (*)(MYSQL_STMT *, unsigned char **)
                 : next_row, default
                 : next_row_of_length);
    read_row(stmt, model);
    stmt->state = MYSQL_STMT_INITTED;
    (void)mysql_stmt_close(stmt);
    mysql_close(mysql);
    return 0;
}
