/* statement.c - what all statements are made of: a key, and values. See statement_int.h. */
#include "query_int.h"

#include <rowan/decimal.h>

#include <math.h>
#include <string.h>

#include "ddl_int.h"
#include "rows_int.h"
#include "type_int.h"
#include "utf8_int.h"

static const rowan_column count_columns[] = {
    { .name = "count", .type = ROWAN_INT64 },
};
const rowan_model rowan__count_shape = {
    .name = "count",
    .table = "",
    .columns = count_columns,
    .n_columns = 1,
    .row_size = sizeof(rowan__count_row),
};

/* Memory. Most statements fit into themselves. */

void rowan__statement_begin(rowan__statement *s, rowan__statement_kind kind,
                            const rowan_query *query)
{
    s->kind = kind;
    s->query = query;
    s->sets = NULL;
    s->sql = NULL;
    s->upsert = NULL;
    s->returning = false;
    s->n_sets = s->n_binds = s->key_len = s->sql_len = 0;
    s->n_runs = 1;
    s->max_rows = SIZE_MAX;
    s->more = NULL;
    s->binds = s->few_binds;
    s->max_binds = ROWAN__FEW_BINDS;
    s->key = s->short_key;
    s->max_key = ROWAN__SHORT_KEY;
    s->key[s->key_len++] = (char)kind;
    if (query->model != NULL &&
        query->model->is_made) /* it may lie where another one lay: query_key.c */
        return;
    memcpy(s->key + s->key_len, &query->model, sizeof query->model);
    s->key_len += sizeof query->model;
}

void rowan__statement_done(rowan__statement *s)
{
    rowan_arena_free(s->more);
    s->more = NULL;
}

void *rowan__statement_alloc(rowan__statement *s, size_t size, rowan_error *err)
{
    void *ptr;

    if (s->more == NULL)
        s->more = rowan_arena_new(NULL, 0);
    ptr = s->more == NULL ? NULL : rowan_arena_alloc(s->more, size);
    if (ptr == NULL)
        (void)rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    return ptr;
}

static rowan_status grow_key(rowan__statement *s, size_t len, rowan_error *err)
{
    size_t max = s->max_key * 2 + len;
    char *key;

    if (max > ROWAN__MAX_KEY)
        return rowan_fail(err, ROWAN_EINVAL, "the statement is too long");
    key = rowan__statement_alloc(s, max, err);
    if (key == NULL)
        return ROWAN_ENOMEM;
    memcpy(key, s->key, s->key_len);
    s->key = key;
    s->max_key = max;
    return ROWAN_OK;
}

rowan_status rowan__statement_key(rowan__statement *s, const void *bytes, size_t len,
                                  rowan_error *err)
{
    if (len > s->max_key - s->key_len) {
        rowan_status st = grow_key(s, len, err);

        if (st != ROWAN_OK)
            return st;
    }
    memcpy(s->key + s->key_len, bytes, len);
    s->key_len += len;
    return ROWAN_OK;
}

rowan_value *rowan__statement_bind(rowan__statement *s, rowan_error *err)
{
    if (s->n_binds == s->max_binds) {
        rowan_value *binds =
            rowan__statement_alloc(s, s->max_binds * 4 * sizeof *binds, err);

        if (binds == NULL)
            return NULL;
        memcpy(binds, s->binds, s->n_binds * sizeof *binds);
        s->binds = binds;
        s->max_binds *= 4;
    }
    return &s->binds[s->n_binds++];
}

rowan_status rowan__statement_value(rowan__statement *s, const rowan_value *value,
                                    rowan_error *err)
{
    rowan_value *bind = rowan__statement_bind(s, err);

    if (bind == NULL)
        return ROWAN_ENOMEM;
    *bind = *value;
    return rowan__statement_key_byte(s, (unsigned)value->type, err);
}

/* The values. */

/* Refuses what the column does not allow, and turns a label into the text it is stored as. */
static rowan_status finish_value(const rowan_column *column, rowan_value *value,
                                 rowan_error *err)
{
    rowan_status st = rowan_column_check(column, value, err);

    if (st != ROWAN_OK) {
        rowan_error_prefix(err, "%s ", column->name);
        return st;
    }
    if (value->type == ROWAN_ENUM) {
        if (!value->is_null)
            value->as.text = rowan_text_of(rowan_enum_label(
                rowan_column_declared(column)->labels, value->as.int64));
        value->type = ROWAN_TEXT;
    }
    return ROWAN_OK;
}

/* Most values are text without a limit, in ASCII, or integers: the way of all types, made
 * short. False if it is not one of these, and nothing is said about it. */
static bool bind_common(const rowan_column *column, const void *row, rowan_value *out)
{
    const char *at = (const char *)row + column->value_offset;

    out->type = column->type;
    out->is_null = false;
    if (column->type == ROWAN_TEXT) {
        memcpy(&out->as.text, at, sizeof out->as.text);
        return out->as.text.ptr != NULL && column->max_length == 0 &&
               column->computed == NULL &&
               rowan__utf8_is_plain(out->as.text.ptr, out->as.text.len);
    }
    if (column->type == ROWAN_INT64 && !column->nullable) {
        memcpy(&out->as.int64, at, sizeof out->as.int64);
        return true;
    }
    return false;
}

rowan_status rowan__bind_column(const rowan_column *column, const void *row,
                                rowan_value *out, rowan_error *err)
{
    if (bind_common(column, row, out))
        return ROWAN_OK;
    rowan_column_get(column, row, out);
    return finish_value(column, out, err);
}

/* An integer may stand for a boolean, a number, a decimal or an enum's value. */
static void coerce_integer(rowan_type want, rowan_value *value)
{
    int64_t integer = value->as.int64;

    value->type = want;
    if (want == ROWAN_BOOL)
        value->as.int64 = integer != 0;
    else if (want == ROWAN_DOUBLE || want == ROWAN_FLOAT)
        value->as.real = (double)integer;
    else if (want == ROWAN_DECIMAL)
        value->as.decimal = rowan_decimal_of(integer, 0);
}

/* A comparison is made in the wider type, so that a value out of the column's range finds
 * nothing. */
rowan_status rowan__coerce(const rowan_column *column, bool for_set, rowan_value *value,
                           rowan_error *err)
{
    rowan_type want = column->type;

    if (!for_set && rowan__is_integer(want))
        want = ROWAN_INT64;
    else if (!for_set && want == ROWAN_FLOAT)
        want = ROWAN_DOUBLE;
    if (value->is_null) {
        value->type = want;
    } else if (rowan__is_integer(value->type) && rowan__is_integer(want)) {
        if (!rowan__int_fits(want, value->as.int64))
            return rowan_fail(err, ROWAN_EINVAL, "%s: %lld is out of range for %s",
                              column->name, (long long)value->as.int64,
                              rowan_type_name(want));
        value->type = want;
    } else if (rowan__is_integer(value->type) &&
               (want == ROWAN_BOOL || want == ROWAN_DOUBLE || want == ROWAN_FLOAT ||
                want == ROWAN_DECIMAL || want == ROWAN_ENUM)) {
        coerce_integer(want, value);
    } else if ((value->type == ROWAN_DOUBLE && want == ROWAN_FLOAT) ||
               (value->type == ROWAN_FLOAT && want == ROWAN_DOUBLE)) {
        value->type = want;
    }
    if (value->type == ROWAN_FLOAT && want == ROWAN_FLOAT && !value->is_null) {
        double narrow = (double)(float)value->as.real; /* as it is read back */

        if (isinf(narrow) && isfinite(value->as.real))
            return rowan_fail(err, ROWAN_EINVAL, "%s: %g is out of range for float",
                              column->name, value->as.real);
        value->as.real = narrow;
    }
    if (value->type != want)
        return rowan_fail(err, ROWAN_EINVAL, "%s is %s and cannot be %s %s",
                          column->name, rowan_type_name(column->type),
                          for_set ? "set to" : "compared with",
                          rowan_type_name(value->type));
    if (!for_set && want == ROWAN_DECIMAL) /* any number can be compared with */
        return ROWAN_OK;
    return finish_value(column, value, err);
}

rowan_status rowan__must_be_table(const rowan_model *model, rowan_error *err)
{
    return model->base == NULL
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_EINVAL, "%s is no table, and cannot be changed",
                            model->name);
}

/* What it gives, and how it is written. */

const rowan_model *rowan__statement_shape(const rowan__statement *s)
{
    if (s->returning)
        return s->query->model;
    switch (s->kind) {
    case ROWAN__SELECT_ROWS:
    case ROWAN__SELECT_KEY:
    case ROWAN__RAW_ROWS: return s->query->model;
    case ROWAN__SELECT_COUNT:
    case ROWAN__INSERT_AUTO:
    case ROWAN__INSERT_AUTO_ROWS:
    case ROWAN__NEXT_KEYS: return &rowan__count_shape; /* one integer */
    case ROWAN__INSERT:
    case ROWAN__INSERT_ROWS:
    case ROWAN__UPDATE_ROW:
    case ROWAN__DELETE_ROW:
    case ROWAN__UPDATE_COLUMNS:
    case ROWAN__DELETE_VERSION:
    case ROWAN__DELETE_KEYS:
    case ROWAN__DELETE_ARRAY:
    case ROWAN__UPDATE_WHERE:
    case ROWAN__DELETE_WHERE:
    case ROWAN__RAW_CHANGE: break;
    }
    return NULL;
}

void rowan__statement_text(const rowan__statement *s, const rowan__dialect *dialect,
                           rowan__buf *sql)
{
    rowan__writer w = { .dialect = dialect, .sql = sql };

    switch (s->kind) {
    case ROWAN__SELECT_ROWS:
    case ROWAN__SELECT_COUNT:
    case ROWAN__UPDATE_WHERE:
    case ROWAN__DELETE_WHERE: rowan__write_query_statement(&w, s); break;
    case ROWAN__INSERT:
    case ROWAN__INSERT_AUTO:
    case ROWAN__INSERT_AUTO_ROWS:
    case ROWAN__INSERT_ROWS:
    case ROWAN__NEXT_KEYS:
    case ROWAN__UPDATE_ROW:
    case ROWAN__DELETE_ROW: rowan__write_row_statement(&w, s); break;
    case ROWAN__SELECT_KEY:
    case ROWAN__UPDATE_COLUMNS:
    case ROWAN__DELETE_VERSION:
    case ROWAN__DELETE_KEYS:
    case ROWAN__DELETE_ARRAY: rowan__write_unit_statement(&w, s); break;
    case ROWAN__RAW_ROWS:
    case ROWAN__RAW_CHANGE: rowan__write_raw_statement(&w, s); break;
    }
    if (s->returning) {
        rowan__buf_str(sql, " RETURNING ");
        rowan__ddl_columns(dialect, s->query->model, false, "", sql);
    }
}
