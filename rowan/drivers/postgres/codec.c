/* codec.c - values in PostgreSQL's binary formats (src/backend/utils/adt/, the *send and
 * *recv functions): integers and doubles big-endian, dates in days and times in
 * microseconds since 2000-01-01. What the server sends is checked as outside data. */
#include "postgres/postgres_int.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define DAYS_TO_2000 10957 /* from 1970-01-01 */
#define US_TO_2000   (INT64_C(86400000000) * DAYS_TO_2000)

Oid rowan__pg_oid(rowan_type type)
{
    static const Oid oids[ROWAN_N_TYPES] = {
        [ROWAN_BOOL] = OID_BOOL,  [ROWAN_INT32] = OID_INT4,
        [ROWAN_INT64] = OID_INT8, [ROWAN_DOUBLE] = OID_FLOAT8,
        [ROWAN_DATE] = OID_DATE,  [ROWAN_TIMESTAMP] = OID_TIMESTAMPTZ,
        [ROWAN_TEXT] = OID_TEXT,
    };

    return oids[type];
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

size_t rowan__pg_encode(const rowan_value *value, char out[ROWAN__PG_VALUE_MAX])
{
    uint64_t bits;

    switch (value->type) {
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
    case ROWAN_N_TYPES: break;
    }
    assert(0 && "text is sent as it is");
    return 0;
}

/* Whether a column of that type can be read as ours. */
static bool fits(rowan_type type, Oid oid)
{
    switch (type) {
    case ROWAN_BOOL: return oid == OID_BOOL;
    case ROWAN_INT32:
    case ROWAN_INT64: return oid == OID_INT2 || oid == OID_INT4 || oid == OID_INT8;
    case ROWAN_DOUBLE: return oid == OID_FLOAT8 || oid == OID_FLOAT4;
    case ROWAN_DATE: return oid == OID_DATE;
    case ROWAN_TIMESTAMP: return oid == OID_TIMESTAMPTZ || oid == OID_TIMESTAMP;
    case ROWAN_TEXT: return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR;
    case ROWAN_N_TYPES: break;
    }
    return false;
}

rowan_status rowan__pg_check_result(const PGresult *result, const rowan_model *shape,
                                    rowan_error *err)
{
    if (PQnfields(result) != shape->n_columns)
        return rowan_fail(err, ROWAN_EINTERNAL, "the result has %d columns, not %d",
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

static rowan_status bad_value(const rowan_model *shape, const rowan_column *column,
                              const char *what, rowan_error *err)
{
    return rowan_fail(err, ROWAN_EDATA, "%s.%s in the database %s", shape->table,
                      column->name, what);
}

static rowan_status read_null(const rowan_model *shape, const rowan_column *column,
                              char *member, rowan_error *err)
{
    if (!column->nullable)
        return bad_value(shape, column, "is NULL, which the model does not allow", err);
    if (column->type == ROWAN_TEXT)
        memset(member, 0, sizeof(rowan_opt_text));
    else
        *(bool *)member = false;
    return ROWAN_OK;
}

static rowan_status read_text(const char *in, int len, bool borrow, rowan_arena *arena,
                              char *to, rowan_error *err)
{
    rowan_text text = { in, (size_t)len };

    if (!borrow) {
        text.ptr = rowan_arena_strndup(arena, in, text.len);
        if (text.ptr == NULL)
            return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    memcpy(to, &text, sizeof text);
    return ROWAN_OK;
}

static rowan_status read_value(const rowan_model *shape, const rowan_column *column,
                               const char *in, int len, char *row, rowan_error *err)
{
    char *to = row + column->value_offset;
    int64_t integer = 0;
    bool good = false;

    switch (column->type) {
    case ROWAN_BOOL:
        good = len == 1;
        *(bool *)to = good && *in != 0;
        break;
    case ROWAN_INT32:
        good = read_integer(in, len, &integer) && integer >= INT32_MIN &&
               integer <= INT32_MAX;
        *(int32_t *)to = (int32_t)integer;
        break;
    case ROWAN_INT64: good = read_integer(in, len, (int64_t *)to); break;
    case ROWAN_DOUBLE: good = read_double(in, len, (double *)to); break;
    case ROWAN_DATE: good = read_date(in, len, (rowan_date *)to); break;
    case ROWAN_TIMESTAMP: good = read_timestamp(in, len, (rowan_timestamp *)to); break;
    case ROWAN_TEXT:
    case ROWAN_N_TYPES: break;
    }
    if (!good)
        return bad_value(shape, column, "is out of the range of its type", err);
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
            st = read_null(shape, column, row + column->offset, err);
        else if (column->type == ROWAN_TEXT)
            st = read_text(in, len, borrow, rows->arena, row + column->value_offset,
                           err);
        else
            st = read_value(shape, column, in, len, row, err);
        if (st != ROWAN_OK)
            return st;
    }
    rows->n_rows++;
    return ROWAN_OK;
}
