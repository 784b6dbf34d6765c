/* codec.c - values in PostgreSQL's binary formats (src/backend/utils/adt/, the *send and
 * *recv functions): integers and doubles big-endian, dates in days and times in
 * microseconds since 2000-01-01. What the server sends is checked as outside data. */
#include "postgres/postgres_int.h"

#include <rowan/decimal.h>

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "type_int.h"

#define DAYS_TO_2000 10957 /* from 1970-01-01 */
#define US_TO_2000   (INT64_C(86400000000) * DAYS_TO_2000)

Oid rowan__pg_oid(rowan_type type)
{
    static const Oid oids[ROWAN_N_TYPES] = {
        [ROWAN_BOOL] = OID_BOOL,    [ROWAN_INT32] = OID_INT4,
        [ROWAN_INT64] = OID_INT8,   [ROWAN_DOUBLE] = OID_FLOAT8,
        [ROWAN_DATE] = OID_DATE,    [ROWAN_TIMESTAMP] = OID_TIMESTAMPTZ,
        [ROWAN_TEXT] = OID_TEXT,    [ROWAN_INT16] = OID_INT2,
        [ROWAN_FLOAT] = OID_FLOAT4, [ROWAN_DECIMAL] = OID_NUMERIC,
        [ROWAN_TIME] = OID_TIME,    [ROWAN_UUID] = OID_UUID,
        [ROWAN_BYTES] = OID_BYTEA,  [ROWAN_JSON] = OID_JSONB,
        [ROWAN_ENUM] = OID_TEXT,
    };

    return oids[type];
}

static size_t put16(char *out, uint16_t value)
{
    value = htobe16(value);
    memcpy(out, &value, sizeof value);
    return sizeof value;
}

static size_t put32(char *out, uint32_t value)
{
    value = htobe32(value);
    memcpy(out, &value, sizeof value);
    return sizeof value;
}

static size_t put64(char *out, uint64_t value)
{
    value = htobe64(value);
    memcpy(out, &value, sizeof value);
    return sizeof value;
}

static uint16_t get16(const char *in)
{
    uint16_t value;

    memcpy(&value, in, sizeof value);
    return be16toh(value);
}

static uint32_t get32(const char *in)
{
    uint32_t value;

    memcpy(&value, in, sizeof value);
    return be32toh(value);
}

static uint64_t get64(const char *in)
{
    uint64_t value;

    memcpy(&value, in, sizeof value);
    return be64toh(value);
}

/* numeric: groups of four digits, the first one's weight, the sign, the scale. The
 * decimal's own text is the way to its digits. */
#define NUMERIC_GROUP    4
#define NUMERIC_NEGATIVE 0x4000

static size_t put_numeric(char *out, rowan_decimal value)
{
    char text[ROWAN_DECIMAL_TEXT_MAX], digits[ROWAN_DECIMAL_TEXT_MAX + 8] = "";
    size_t len = rowan_decimal_format(value, text), n = 0, n_groups;
    bool negative = text[0] == '-';
    size_t n_whole = len - negative - (value.scale > 0 ? value.scale + 1u : 0);
    size_t pad = (NUMERIC_GROUP - n_whole % NUMERIC_GROUP) % NUMERIC_GROUP;

    while (n < pad)
        digits[n++] = '0';
    for (size_t i = negative; i < len; i++) {
        if (text[i] != '.')
            digits[n++] = text[i];
    }
    while (n % NUMERIC_GROUP != 0)
        digits[n++] = '0';
    n_groups = n / NUMERIC_GROUP;
    (void)put16(out, (uint16_t)n_groups);
    (void)put16(out + 2, (uint16_t)((n_whole + pad) / NUMERIC_GROUP - 1));
    (void)put16(out + 4, negative ? NUMERIC_NEGATIVE : 0);
    (void)put16(out + 6, value.scale);
    for (size_t i = 0; i < n_groups; i++) {
        const char *group = digits + i * NUMERIC_GROUP;

        (void)put16(out + 8 + 2 * i,
                    (uint16_t)((group[0] - '0') * 1000 + (group[1] - '0') * 100 +
                               (group[2] - '0') * 10 + (group[3] - '0')));
    }
    return 8 + 2 * n_groups;
}

size_t rowan__pg_encode(const rowan_value *value, char out[ROWAN__PG_VALUE_MAX])
{
    uint64_t bits;
    uint32_t bits32;
    float narrow;

    switch (value->type) {
    case ROWAN_INT16: return put16(out, (uint16_t)value->as.int64);
    case ROWAN_FLOAT:
        narrow = (float)value->as.real;
        memcpy(&bits32, &narrow, sizeof bits32);
        return put32(out, bits32);
    case ROWAN_DECIMAL: return put_numeric(out, value->as.decimal);
    case ROWAN_TIME: return put64(out, (uint64_t)value->as.time.us);
    case ROWAN_UUID: memcpy(out, value->as.uuid.bytes, 16); return 16;
    case ROWAN_BOOL: out[0] = value->as.int64 != 0; return 1;
    case ROWAN_INT32: return put32(out, (uint32_t)value->as.int64);
    case ROWAN_INT64: return put64(out, (uint64_t)value->as.int64);
    case ROWAN_DOUBLE:
        memcpy(&bits, &value->as.real, sizeof bits);
        return put64(out, bits);
    case ROWAN_DATE:
        return put32(out,
                     (uint32_t)(rowan_date_to_days(value->as.date) - DAYS_TO_2000));
    case ROWAN_TIMESTAMP:
        return put64(out, (uint64_t)(value->as.timestamp.unix_us - US_TO_2000));
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_N_TYPES: break;
    }
    assert(0 && "spans are sent as they are");
    return 0;
}

/* Whether a column of that type can be read as ours. */
static bool fits(rowan_type type, Oid oid)
{
    switch (type) {
    case ROWAN_BOOL: return oid == OID_BOOL;
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: return oid == OID_INT2 || oid == OID_INT4 || oid == OID_INT8;
    case ROWAN_FLOAT: return oid == OID_FLOAT4;
    case ROWAN_DOUBLE: return oid == OID_FLOAT8 || oid == OID_FLOAT4;
    case ROWAN_DECIMAL: return oid == OID_NUMERIC;
    case ROWAN_TIME: return oid == OID_TIME;
    case ROWAN_UUID: return oid == OID_UUID;
    case ROWAN_BYTES: return oid == OID_BYTEA;
    case ROWAN_JSON: return oid == OID_JSONB || oid == OID_JSON;
    case ROWAN_DATE: return oid == OID_DATE;
    case ROWAN_TIMESTAMP: return oid == OID_TIMESTAMPTZ || oid == OID_TIMESTAMP;
    case ROWAN_ENUM:
    case ROWAN_TEXT: return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR;
    case ROWAN_N_TYPES: break;
    }
    return false;
}

rowan_status rowan__pg_check_result(const PGresult *result, const rowan_model *shape,
                                    rowan_error *err)
{
    if (PQnfields(result) != shape->n_columns)
        return rowan_fail(err, ROWAN_EDATA, "the result has %d columns, not %d",
                          PQnfields(result), shape->n_columns);
    for (int i = 0; i < shape->n_columns; i++) {
        if (!fits(shape->columns[i].type, PQftype(result, i)) ||
            PQfformat(result, i) != 1)
            return rowan_fail(
                err, ROWAN_EDATA,
                "%s.%s in the database is of another type than the model's (%s)",
                shape->table, shape->columns[i].name,
                rowan_type_name(shape->columns[i].type));
    }
    return ROWAN_OK;
}

static bool read_integer(const char *in, int len, int64_t *out)
{
    switch (len) {
    case 2: *out = (int16_t)get16(in); return true;
    case 4: *out = (int32_t)get32(in); return true;
    case 8: *out = (int64_t)get64(in); return true;
    default: return false;
    }
}

static bool read_double(const char *in, int len, double *out)
{
    uint64_t bits64;
    uint32_t bits32;
    float narrow;

    if (len == 8) {
        bits64 = get64(in);
        memcpy(out, &bits64, sizeof *out);
        return true;
    }
    if (len != 4)
        return false;
    bits32 = get32(in);
    memcpy(&narrow, &bits32, sizeof narrow);
    *out = (double)narrow;
    return true;
}

static bool read_date(const char *in, int len, rowan_date *out)
{
    int64_t days;

    if (len != 4)
        return false;
    days =
        (int64_t)(int32_t)get32(in) + DAYS_TO_2000; /* INT32_MIN, MAX: the infinities */
    if (days < -719162 || days > 2932896)           /* 0001-01-01, 9999-12-31 */
        return false;
    *out = rowan_date_from_days((int32_t)days);
    return true;
}

static bool read_timestamp(const char *in, int len, rowan_timestamp *out)
{
    int64_t us;

    if (len != 8 || __builtin_add_overflow((int64_t)get64(in), US_TO_2000, &us) ||
        us < ROWAN_TIMESTAMP_MIN || us > ROWAN_TIMESTAMP_MAX)
        return false;
    out->unix_us = us;
    return true;
}

/* The text of a numeric; false if it is none (NaN, infinities), or a longer one than ours. */
static bool numeric_text(const char *in, int len, char *out)
{
    int n_groups = len < 8 ? -1 : get16(in), weight, scale, group = 0;
    uint16_t sign;
    char *at = out;

    if (n_groups < 0 || n_groups > 32 || len != 8 + 2 * n_groups)
        return false;
    weight = (int16_t)get16(in + 2);
    sign = get16(in + 4);
    scale = get16(in + 6);
    if (sign & ~NUMERIC_NEGATIVE || weight > 12 || weight < -12 ||
        scale > ROWAN_DECIMAL_DIGITS)
        return false;
    for (int i = 0; i < n_groups; i++) {
        if (get16(in + 8 + 2 * i) > 9999)
            return false;
    }
    if (sign)
        *at++ = '-';
    *at++ = '0';
    for (int place = weight < 0 ? -1 : weight; place >= -((scale + 3) / 4); place--) {
        group = weight - place;
        if (place == -1)
            *at++ = '.';
        at += snprintf(at, 8, "%04d",
                       group >= 0 && group < n_groups ? get16(in + 8 + 2 * group) : 0);
    }
    if (scale > 0)
        at -= (4 - scale % 4) % 4; /* the digits beyond the scale are zeros */
    *at = '\0';
    return true;
}

static rowan_status read_numeric(const rowan_model *shape, const rowan_column *column,
                                 const char *in, int len, char *row, rowan_error *err)
{
    char text[128];

    if (!numeric_text(in, len, text))
        return rowan__bad_column(shape, column, "is out of the range of its type", err);
    return rowan__read_decimal(shape, column, text, strlen(text), row, err);
}

static bool read_time(const char *in, int len, rowan_time *out)
{
    if (len != 8)
        return false;
    out->us = (int64_t)get64(in);
    return out->us >= 0 && out->us < INT64_C(86400000000); /* 24:00:00 has no place */
}

/* A span: text and bytes stay in the result if `borrow`; jsonb begins with its version. */
static rowan_status read_span(const rowan_column *column, bool is_jsonb, const char *in,
                              int len, bool borrow, rowan_arena *arena, char *row,
                              rowan_error *err)
{
    rowan_text span = { in, (size_t)len };

    if (is_jsonb && len > 0) {
        span.ptr++;
        span.len--;
    }
    if (!borrow)
        return rowan__read_span(column, span.ptr, span.len, arena, row, err);
    memcpy(row + column->value_offset, &span, sizeof span);
    return ROWAN_OK;
}

static rowan_status read_value(const rowan_model *shape, const rowan_column *column,
                               const char *in, int len, char *row, rowan_error *err)
{
    char *to = row + column->value_offset;
    int64_t integer = 0;
    double real = 0;
    bool good = false;

    switch (column->type) {
    case ROWAN_BOOL:
        good = len == 1;
        *(bool *)to = good && *in != 0;
        break;
    case ROWAN_INT16:
    case ROWAN_INT32:
        good =
            read_integer(in, len, &integer) && rowan__int_fits(column->type, integer);
        if (column->type == ROWAN_INT16)
            *(int16_t *)to = (int16_t)integer;
        else
            *(int32_t *)to = (int32_t)integer;
        break;
    case ROWAN_INT64: good = read_integer(in, len, (int64_t *)to); break;
    case ROWAN_FLOAT:
        good = read_double(in, len, &real);
        *(float *)to = (float)real;
        break;
    case ROWAN_DOUBLE: good = read_double(in, len, (double *)to); break;
    case ROWAN_DATE: good = read_date(in, len, (rowan_date *)to); break;
    case ROWAN_TIME: good = read_time(in, len, (rowan_time *)to); break;
    case ROWAN_TIMESTAMP: good = read_timestamp(in, len, (rowan_timestamp *)to); break;
    case ROWAN_UUID:
        good = len == 16;
        if (good)
            memcpy(to, in, 16);
        break;
    case ROWAN_DECIMAL:
    case ROWAN_ENUM: {
        rowan_status st =
            column->type == ROWAN_ENUM
                ? rowan__read_label(shape, column, in, (size_t)len, row, err)
                : read_numeric(shape, column, in, len, row, err);
        if (st != ROWAN_OK)
            return st;
        good = true;
        break;
    }
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_N_TYPES: break;
    }
    if (!good)
        return rowan__bad_column(shape, column, "is out of the range of its type", err);
    if (column->nullable)
        *(bool *)(row + column->offset) = true;
    return ROWAN_OK;
}

rowan_status rowan__pg_read_row(const PGresult *result, int row_idx, bool borrow,
                                rowan__rows *rows, rowan_error *err)
{
    const rowan_model *shape = rows->shape;
    char *row = rowan__rows_next(rows);

    if (row == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (int i = 0; i < shape->n_columns; i++) {
        const rowan_column *column = &shape->columns[i];
        const char *in = PQgetvalue(result, row_idx, i);
        int len = PQgetlength(result, row_idx, i);
        rowan_status st;

        if (len == 0 && PQgetisnull(result, row_idx, i))
            st = rowan__read_null(shape, column, row, err);
        else if (rowan__is_span(column->type))
            st = read_span(
                column, column->type == ROWAN_JSON && PQftype(result, i) == OID_JSONB,
                in, len, borrow, rows->arena, row, err);
        else
            st = read_value(shape, column, in, len, row, err);
        if (st != ROWAN_OK)
            return st;
    }
    rows->n_rows++;
    return ROWAN_OK;
}
