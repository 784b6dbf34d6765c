/* codec.c - values in the forms of MariaDB's library. Booleans are TINYINT, timestamps
 * DATETIME in UTC. What the server sends is checked as outside data. */
#include "mariadb/mariadb_int.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "alloc_int.h"
#include "arena_int.h"
#include "type_int.h"

#define US_PER_SECOND 1000000
#define S_PER_DAY     86400
#define BINARY        63 /* the number of the "collation" of bytes that are no text */

enum enum_field_types rowan__maria_type(rowan_type type)
{
    switch (type) {
    case ROWAN_BOOL: return MYSQL_TYPE_TINY;
    case ROWAN_INT16: return MYSQL_TYPE_SHORT;
    case ROWAN_INT32: return MYSQL_TYPE_LONG;
    case ROWAN_INT64: return MYSQL_TYPE_LONGLONG;
    case ROWAN_FLOAT: return MYSQL_TYPE_FLOAT;
    case ROWAN_DOUBLE: return MYSQL_TYPE_DOUBLE;
    case ROWAN_DATE: return MYSQL_TYPE_DATE;
    case ROWAN_TIME: return MYSQL_TYPE_TIME;
    case ROWAN_TIMESTAMP: return MYSQL_TYPE_DATETIME;
    case ROWAN_UUID:
    case ROWAN_BYTES: return MYSQL_TYPE_BLOB;
    /* as a string it would be added to, and lie between, others as a double */
    case ROWAN_DECIMAL: return MYSQL_TYPE_NEWDECIMAL;
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_TEXT:
    case ROWAN_N_TYPES: break;
    }
    return MYSQL_TYPE_STRING;
}

static void put_date(rowan_date date, MYSQL_TIME *out)
{
    memset(out, 0, sizeof *out);
    out->time_type = MYSQL_TIMESTAMP_DATE;
    out->year = (unsigned)date.year;
    out->month = date.month;
    out->day = date.day;
}

static void put_timestamp(rowan_timestamp timestamp, MYSQL_TIME *out)
{
    int64_t us = timestamp.unix_us % US_PER_SECOND;
    int64_t s = timestamp.unix_us / US_PER_SECOND - (us < 0);
    int64_t s_of_day = (s % S_PER_DAY + S_PER_DAY) % S_PER_DAY;

    put_date(rowan_date_from_days((int32_t)((s - s_of_day) / S_PER_DAY)), out);
    out->time_type = MYSQL_TIMESTAMP_DATETIME;
    out->hour = (unsigned)(s_of_day / 3600);
    out->minute = (unsigned)(s_of_day / 60 % 60);
    out->second = (unsigned)(s_of_day % 60);
    out->second_part = (unsigned long)(us < 0 ? us + US_PER_SECOND : us);
}

static void put_time(rowan_time time, MYSQL_TIME *out)
{
    int64_t s = time.us / US_PER_SECOND;

    memset(out, 0, sizeof *out);
    out->time_type = MYSQL_TIMESTAMP_TIME;
    out->hour = (unsigned)(s / 3600);
    out->minute = (unsigned)(s / 60 % 60);
    out->second = (unsigned)(s % 60);
    out->second_part = (unsigned long)(time.us % US_PER_SECOND);
}

bool rowan__maria_is_text_form(rowan_type type)
{
    return type == ROWAN_DECIMAL || type == ROWAN_UUID;
}

rowan_status rowan__maria_encode(const rowan_value *value, rowan__maria_value *out,
                                 unsigned long *len, rowan_error *err)
{
    switch (value->type) {
    case ROWAN_INT16: out->int16 = (int16_t)value->as.int64; return ROWAN_OK;
    case ROWAN_TIME: put_time(value->as.time, &out->time); return ROWAN_OK;
    case ROWAN_DECIMAL:
        *len = rowan_decimal_format(value->as.decimal, out->text);
        return ROWAN_OK;
    case ROWAN_UUID:
        *len = sizeof value->as.uuid.bytes;
        memcpy(out->text, value->as.uuid.bytes, *len);
        return ROWAN_OK;
    case ROWAN_BOOL: out->tiny = value->as.int64 != 0; return ROWAN_OK;
    case ROWAN_INT32: out->int32 = (int32_t)value->as.int64; return ROWAN_OK;
    case ROWAN_INT64: out->int64 = value->as.int64; return ROWAN_OK;
    case ROWAN_FLOAT:
    case ROWAN_DOUBLE:
        if (!isfinite(value->as.real))
            return rowan_fail(err, ROWAN_EINVAL, "MariaDB cannot store %s",
                              isnan(value->as.real) ? "NaN" : "an infinity");
        if (value->type == ROWAN_FLOAT)
            out->narrow = (float)value->as.real;
        else
            out->real = value->as.real;
        return ROWAN_OK;
    case ROWAN_DATE: put_date(value->as.date, &out->time); return ROWAN_OK;
    case ROWAN_TIMESTAMP:
        put_timestamp(value->as.timestamp, &out->time);
        return ROWAN_OK;
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_N_TYPES: break;
    }
    assert(false); /* a span is sent as it is, a label as its text */
    return ROWAN_EINTERNAL;
}

size_t rowan__maria_size(const rowan_value *value)
{
    return 16 +
           (rowan__is_span(value->type) && !value->is_null ? value->as.text.len : 0) +
           (rowan__maria_is_text_form(value->type) ? ROWAN_DECIMAL_TEXT_MAX : 0);
}

rowan_status rowan__maria_check_size(const mariadb_conn *conn, size_t size,
                                     rowan_error *err)
{
    if (size + 1024 <= conn->max_packet) /* and what is around the values */
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EINVAL,
                      "MariaDB: the values have %zu bytes, more than a statement may "
                      "have (max_allowed_packet is %llu)",
                      size, (unsigned long long)conn->max_packet);
}

/* Results. */

static bool is_integer(rowan_type type)
{
    return type == ROWAN_BOOL || type == ROWAN_INT16 || type == ROWAN_INT32 ||
           type == ROWAN_INT64;
}

/* Whether it is read as bytes. */
static bool comes_as_bytes(rowan_type type)
{
    return rowan__is_span(type) || type == ROWAN_ENUM ||
           rowan__maria_is_text_form(type);
}

/* Whether a column of that type can be read as ours. */
static bool fits(rowan_type type, const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG: return is_integer(type);
    case MYSQL_TYPE_FLOAT: return type == ROWAN_FLOAT || type == ROWAN_DOUBLE;
    case MYSQL_TYPE_DOUBLE: return type == ROWAN_DOUBLE;
    case MYSQL_TYPE_NEWDECIMAL: /* a sum of integers is one, too */
        return type == ROWAN_DECIMAL || (type == ROWAN_INT64 && field->decimals == 0);
    case MYSQL_TYPE_TIME: return type == ROWAN_TIME;
    case MYSQL_TYPE_DATE: return type == ROWAN_DATE;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP: return type == ROWAN_TIMESTAMP;
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
        if (field->charsetnr == BINARY)
            return type == ROWAN_BYTES || type == ROWAN_UUID;
        return type == ROWAN_TEXT || type == ROWAN_JSON || type == ROWAN_ENUM;
    default: return false;
    }
}

static rowan_status check_fields(MYSQL_STMT *stmt, const rowan_model *shape,
                                 rowan_error *err)
{
    const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(stmt);
    unsigned n_fields = mysql_stmt_field_count(stmt);

    if (n_fields != shape->n_columns)
        return rowan_fail(err, ROWAN_EDATA, "the result has %u columns, not %d",
                          n_fields, shape->n_columns);
    for (unsigned i = 0; i < n_fields; i++) {
        if (!fits(shape->columns[i].type, &fields[i]))
            return rowan_fail(
                err, ROWAN_EDATA,
                "%s.%s in the database is of another type than the model's (%s)",
                shape->table, shape->columns[i].name,
                rowan_type_name(shape->columns[i].type));
    }
    return ROWAN_OK;
}

static bool make_cells(rowan__maria_cells *cells, const rowan_model *shape)
{
    size_t n_texts = 0;
    char *text;

    for (size_t i = 0; i < shape->n_columns; i++)
        n_texts += comes_as_bytes(shape->columns[i].type);
    cells->n = shape->n_columns;
    cells->binds = rowan__calloc(cells->n, sizeof *cells->binds);
    cells->list = rowan__calloc(1, cells->n * sizeof *cells->list +
                                       n_texts * ROWAN__MARIA_INLINE);
    if (cells->binds == NULL || cells->list == NULL) {
        rowan__maria_cells_done(cells);
        return false;
    }
    text = (char *)(cells->list + cells->n);
    for (size_t i = 0; i < cells->n; i++) {
        if (!comes_as_bytes(shape->columns[i].type))
            continue;
        cells->list[i].text = text;
        text += ROWAN__MARIA_INLINE;
    }
    return true;
}

void rowan__maria_cells_done(rowan__maria_cells *cells)
{
    rowan__free(cells->list);
    rowan__free(cells->binds);
    memset(cells, 0, sizeof *cells);
}

/* Integers of every width are read as the widest one. */
static void bind_cell(rowan_type type, const MYSQL_FIELD *field,
                      rowan__maria_cell *cell, MYSQL_BIND *bind)
{
    bool as_bytes = comes_as_bytes(type);

    memset(bind, 0, sizeof *bind);
    bind->buffer_type =
        is_integer(type) ? MYSQL_TYPE_LONGLONG : rowan__maria_type(type);
    bind->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
    bind->buffer = as_bytes ? (void *)cell->text : (void *)&cell->value;
    bind->buffer_length = as_bytes ? ROWAN__MARIA_INLINE : sizeof cell->value;
    bind->length = &cell->len;
    bind->is_null = &cell->is_null;
    bind->error = &cell->error;
}

rowan_status rowan__maria_bind(rowan__maria_cells *cells, MYSQL_STMT *stmt,
                               const rowan_model *shape, rowan_error *err)
{
    const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(stmt);
    rowan_status st = check_fields(stmt, shape, err);

    if (st != ROWAN_OK)
        return st;
    if (cells->list == NULL && !make_cells(cells, shape))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < cells->n; i++)
        bind_cell(shape->columns[i].type, &fields[i], &cells->list[i],
                  &cells->binds[i]);
    return mysql_stmt_bind_result(stmt, cells->binds) == 0
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* A span that is longer than its cell is asked for again, straight into the arena. */
static rowan_status read_span(const rowan__maria_cell *cell, MYSQL_STMT *stmt,
                              unsigned idx, enum enum_field_types type,
                              rowan_arena *arena, char *to, rowan_error *err)
{
    rowan_text text = { NULL, cell->len };
    MYSQL_BIND bind = { .buffer_type = type, .buffer_length = cell->len };
    char *copy;

    if (cell->len <= ROWAN__MARIA_INLINE) {
        text.ptr = rowan__arena_text(arena, cell->text, cell->len);
    } else if ((copy = rowan_arena_alloc(arena, cell->len + 1)) != NULL) {
        bind.buffer = copy;
        if (mysql_stmt_fetch_column(stmt, &bind, idx, 0) != 0)
            return rowan_fail(err, ROWAN_EINTERNAL, "MariaDB: %s",
                              mysql_stmt_error(stmt));
        copy[cell->len] = '\0';
        text.ptr = copy;
    }
    if (text.ptr == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    memcpy(to, &text, sizeof text);
    return ROWAN_OK;
}

/* Most of what is read: the way of all types, made short. */
static bool read_short_text(const rowan__maria_cell *cell, rowan_arena *arena, char *to)
{
    rowan_text text = { NULL, cell->len };

    if (cell->len <= ROWAN__MARIA_INLINE)
        text.ptr = rowan__arena_text(arena, cell->text, cell->len);
    if (text.ptr != NULL)
        memcpy(to, &text, sizeof text);
    return text.ptr != NULL;
}

static bool read_date(const MYSQL_TIME *time, rowan_date *out)
{
    if (time->year > 9999 || time->month > 12 || time->day > 31)
        return false;
    *out =
        (rowan_date){ (int16_t)time->year, (uint8_t)time->month, (uint8_t)time->day };
    return rowan_date_is_valid(*out); /* it may be 0000-00-00 */
}

static bool read_timestamp(const MYSQL_TIME *time, rowan_timestamp *out)
{
    rowan_date date;

    if (!read_date(time, &date) || time->hour > 23 || time->minute > 59 ||
        time->second > 59 || time->second_part >= US_PER_SECOND)
        return false;
    *out = rowan_timestamp_of(date, (int)time->hour, (int)time->minute,
                              (int)time->second, (int)time->second_part);
    return true;
}

static bool read_time(const MYSQL_TIME *time, rowan_time *out)
{
    if (time->neg || time->day > 0 || time->hour > 23 || time->minute > 59 ||
        time->second > 59 || time->second_part >= US_PER_SECOND)
        return false;
    *out = rowan_time_of((int)time->hour, (int)time->minute, (int)time->second,
                         (int)time->second_part);
    return true;
}

/* What comes as bytes and is no span: none of it is long. */
static rowan_status read_text_form(const rowan_model *shape, const rowan_column *column,
                                   const rowan__maria_cell *cell, char *row,
                                   rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (cell->len > ROWAN__MARIA_INLINE ||
        (column->type == ROWAN_UUID && cell->len != sizeof(rowan_uuid)))
        return rowan__bad_column(shape, column, "is out of the range of its type", err);
    if (column->type == ROWAN_UUID)
        memcpy(row + column->value_offset, cell->text, sizeof(rowan_uuid));
    else if (column->type == ROWAN_ENUM)
        st = rowan__read_label(shape, column, cell->text, cell->len, row, err);
    else
        st = rowan__read_decimal(shape, column, cell->text, cell->len, row, err);
    if (column->nullable)
        *(bool *)(row + column->offset) = true;
    return st;
}

static rowan_status read_value(const rowan_model *shape, const rowan_column *column,
                               const rowan__maria_cell *cell, bool is_unsigned,
                               char *row, rowan_error *err)
{
    char *to = row + column->value_offset;
    int64_t integer = cell->value.int64;
    bool good = false;

    switch (column->type) {
    case ROWAN_BOOL:
        good = true;
        *(bool *)to = integer != 0;
        break;
    case ROWAN_INT16:
        good = integer >= (is_unsigned ? 0 : INT16_MIN) && integer <= INT16_MAX;
        *(int16_t *)to = (int16_t)integer;
        break;
    case ROWAN_INT32:
        good = integer >= (is_unsigned ? 0 : INT32_MIN) && integer <= INT32_MAX;
        *(int32_t *)to = (int32_t)integer;
        break;
    case ROWAN_INT64:
        good = !cell->error && (!is_unsigned || integer >= 0);
        *(int64_t *)to = integer;
        break;
    case ROWAN_FLOAT:
        good = true;
        *(float *)to = cell->value.narrow;
        break;
    case ROWAN_TIME: good = read_time(&cell->value.time, (rowan_time *)to); break;
    case ROWAN_DOUBLE:
        good = isfinite(cell->value.real); /* it stores none, but a sum may be one */
        *(double *)to = cell->value.real;
        break;
    case ROWAN_DATE: good = read_date(&cell->value.time, (rowan_date *)to); break;
    case ROWAN_TIMESTAMP:
        good = read_timestamp(&cell->value.time, (rowan_timestamp *)to);
        break;
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_DECIMAL:
    case ROWAN_UUID:
    case ROWAN_N_TYPES: break;
    }
    if (!good)
        return rowan__bad_column(shape, column, "is out of the range of its type", err);
    if (column->nullable)
        *(bool *)(row + column->offset) = true;
    return ROWAN_OK;
}

rowan_status rowan__maria_read_row(const rowan__maria_cells *cells, MYSQL_STMT *stmt,
                                   rowan__rows *rows, rowan_error *err)
{
    const rowan_model *shape = rows->shape;
    char *row = rowan__rows_next(rows);

    if (row == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (unsigned i = 0; i < shape->n_columns; i++) {
        const rowan_column *column = &shape->columns[i];
        const rowan__maria_cell *cell = &cells->list[i];
        rowan_status st;

        if (!cell->is_null && column->type == ROWAN_TEXT &&
            read_short_text(cell, rows->arena, row + column->value_offset))
            continue;
        if (cell->is_null)
            st = rowan__read_null(shape, column, row, err);
        else if (rowan__is_span(column->type))
            st = read_span(cell, stmt, i, cells->binds[i].buffer_type, rows->arena,
                           row + column->value_offset, err);
        else if (comes_as_bytes(column->type))
            st = read_text_form(shape, column, cell, row, err);
        else
            st = read_value(shape, column, cell, cells->binds[i].is_unsigned, row, err);
        if (st != ROWAN_OK)
            return st;
    }
    rows->n_rows++;
    return ROWAN_OK;
}
