/* column.c - values of a column: read from a row, set in a row, parsed, and checked
 * against what the column declares. */
#include <rowan/decimal.h>
#include <rowan/model.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <rowan/arena.h>

#include "row_int.h"
#include "type_int.h"
#include "utf8_int.h"

_Static_assert(sizeof(rowan_text) == sizeof(rowan_bytes) &&
                   sizeof(rowan_text) == sizeof(rowan_json) &&
                   offsetof(rowan_text, len) == offsetof(rowan_bytes, len),
               "spans are laid out alike");

size_t rowan__type_size(rowan_type type)
{
    static const size_t sizes[ROWAN_N_TYPES] = {
#define SIZE(ENUM, name) [ROWAN_##ENUM] = sizeof(rowan_##name),
        ROWAN_SCALAR_TYPES(SIZE) ROWAN_SPAN_TYPES(SIZE)
#undef SIZE
            [ROWAN_ENUM] = sizeof(unsigned),
    };

    return sizes[type];
}

/* The bytes that a value of fixed size has in a row. */
static size_t size_of(rowan_type type)
{
    static const size_t sizes[ROWAN_N_TYPES] = {
#define SIZE(ENUM, name) [ROWAN_##ENUM] = sizeof(rowan_##name),
        ROWAN_SCALAR_TYPES(SIZE) ROWAN_SPAN_TYPES(SIZE)
#undef SIZE
            [ROWAN_ENUM] = sizeof(unsigned),
    };

    return sizes[type];
}

size_t rowan__column_size(const rowan_column *column)
{
    return (size_t)(column->value_offset - column->offset) + size_of(column->type);
}

const char *rowan_enum_label(const rowan_enum *labels, int64_t value)
{
    return value >= 0 && (uint64_t)value < labels->n_labels ? labels->labels[value]
                                                            : NULL;
}

int rowan_enum_value(const rowan_enum *labels, const char *label, size_t len)
{
    for (size_t i = 0; i < labels->n_labels; i++) {
        if (strlen(labels->labels[i]) == len &&
            memcmp(labels->labels[i], label, len) == 0)
            return (int)i;
    }
    return -1;
}

static int64_t get_integer(rowan_type type, const char *at)
{
    int16_t int16;
    int32_t int32;
    int64_t int64;
    unsigned label;

    switch (type) {
    case ROWAN_BOOL: return *(const bool *)at;
    case ROWAN_INT16: memcpy(&int16, at, sizeof int16); return int16;
    case ROWAN_INT32: memcpy(&int32, at, sizeof int32); return int32;
    case ROWAN_ENUM: memcpy(&label, at, sizeof label); return label;
    default: memcpy(&int64, at, sizeof int64); return int64;
    }
}

void rowan_column_get(const rowan_column *column, const void *row, rowan_value *out)
{
    const char *at = (const char *)row + column->value_offset;
    float real;

    out->type = column->type;
    out->is_null = column->nullable && !rowan__is_span(column->type) &&
                   !*((const bool *)row + column->offset);
    if (out->is_null)
        return; /* nobody has set the value: a bool may be none */
    switch (column->type) {
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
        memcpy(&out->as.text, at, sizeof out->as.text);
        out->is_null = column->nullable && out->as.text.ptr == NULL;
        return;
    case ROWAN_BOOL:
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64:
    case ROWAN_ENUM: out->as.int64 = get_integer(column->type, at); break;
    case ROWAN_FLOAT:
        memcpy(&real, at, sizeof real);
        out->as.real = (double)real;
        break;
    case ROWAN_DOUBLE:
    case ROWAN_DECIMAL:
    case ROWAN_DATE:
    case ROWAN_TIME:
    case ROWAN_TIMESTAMP:
    case ROWAN_UUID: memcpy(&out->as, at, size_of(column->type)); break;
    case ROWAN_N_TYPES: assert(0 && "unknown type"); break;
    }
}

static void set_integer(rowan_type type, char *at, int64_t value)
{
    int16_t int16 = (int16_t)value;
    int32_t int32 = (int32_t)value;
    unsigned label = (unsigned)value;

    switch (type) {
    case ROWAN_BOOL: *(bool *)at = value != 0; break;
    case ROWAN_INT16: memcpy(at, &int16, sizeof int16); break;
    case ROWAN_INT32: memcpy(at, &int32, sizeof int32); break;
    case ROWAN_ENUM: memcpy(at, &label, sizeof label); break;
    default: memcpy(at, &value, sizeof value); break;
    }
}

static void set_value(const rowan_column *column, char *at, const rowan_value *value)
{
    float real = (float)value->as.real;

    switch (column->type) {
    case ROWAN_BOOL:
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64:
    case ROWAN_ENUM: set_integer(column->type, at, value->as.int64); break;
    case ROWAN_FLOAT: memcpy(at, &real, sizeof real); break;
    case ROWAN_DOUBLE:
    case ROWAN_DECIMAL:
    case ROWAN_DATE:
    case ROWAN_TIME:
    case ROWAN_TIMESTAMP:
    case ROWAN_UUID:
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON: memcpy(at, &value->as, size_of(column->type)); break;
    case ROWAN_N_TYPES: assert(0 && "unknown type"); break;
    }
}

static bool is_integer(rowan_type type)
{
    return type == ROWAN_INT16 || type == ROWAN_INT32 || type == ROWAN_INT64;
}

rowan_status rowan_column_set(const rowan_column *column, void *row,
                              const rowan_value *value, rowan_error *err)
{
    char *member = (char *)row + column->offset;

    if (value->is_null && !column->nullable)
        return rowan_fail(err, ROWAN_EINVAL, "%s cannot be NULL", column->name);
    if (value->is_null) {
        if (rowan__is_span(column->type))
            memset(member, 0, sizeof(rowan_opt_text));
        else
            *(bool *)member = false;
        return ROWAN_OK;
    }
    if (value->type != column->type &&
        !(is_integer(column->type) && is_integer(value->type)))
        return rowan_fail(err, ROWAN_EINVAL, "%s is %s, not %s", column->name,
                          rowan_type_name(column->type), rowan_type_name(value->type));
    if (is_integer(column->type) && !rowan__int_fits(column->type, value->as.int64))
        return rowan_fail(err, ROWAN_EINVAL, "%s is out of range for %s", column->name,
                          rowan_type_name(column->type));
    set_value(column, (char *)row + column->value_offset, value);
    if (column->nullable && !rowan__is_span(column->type))
        *(bool *)member = true;
    return ROWAN_OK;
}

static size_t n_characters(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

static rowan_status check_text(const rowan_column *column, rowan_text text,
                               rowan_error *err)
{
    size_t valid;

    if (column->max_length == 0 && rowan__utf8_is_plain(text.ptr, text.len))
        return ROWAN_OK;
    if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)
        return rowan_fail(err, ROWAN_EINVAL, "holds a NUL byte");
    valid = rowan__utf8_valid_len(text.ptr, text.len);
    if (valid != text.len)
        return rowan_fail(err, ROWAN_EINVAL, "is not valid UTF-8 (byte %zu)",
                          valid + 1);
    if (column->max_length > 0 && text.len > column->max_length &&
        n_characters(text.ptr, text.len) > column->max_length)
        return rowan_fail(err, ROWAN_EINVAL, "is longer than %u characters",
                          (unsigned)column->max_length);
    return ROWAN_OK;
}

static rowan_status check_decimal(const rowan_column *column, rowan_decimal *value,
                                  rowan_error *err)
{
    char text[ROWAN_DECIMAL_TEXT_MAX];
    size_t n_digits;
    rowan_status st = rowan_decimal_rescale(*value, column->scale, value, err);

    if (st != ROWAN_OK)
        return st;
    n_digits = rowan_decimal_format(*value, text) - (text[0] == '-');
    n_digits -= column->scale > 0;                                       /* the point */
    n_digits -= column->scale > 0 && column->scale == column->precision; /* "0." */
    if (n_digits > column->precision)
        return rowan_fail(err, ROWAN_EINVAL, "has more than %d digits before the point",
                          column->precision - column->scale);
    return ROWAN_OK;
}

const rowan_column *rowan_column_declared(const rowan_column *column)
{
    const rowan_computed *computed = column->computed;

    while (computed != NULL && computed->column != NULL &&
           computed->column->type == column->type && column->labels == NULL &&
           column->precision == 0) {
        column = computed->column;
        computed = column->computed;
    }
    return column;
}

/* `declared` says what a value may be; a view's own column says whether it can be NULL. */
static rowan_status check_declared(const rowan_column *declared, rowan_value *value,
                                   rowan_error *err)
{
    switch (value->type) {
    case ROWAN_TEXT: return check_text(declared, value->as.text, err);
    case ROWAN_JSON:
        return rowan_json_check(value->as.text.ptr, value->as.text.len, err);
    case ROWAN_BYTES:
        if (declared->max_length > 0 && value->as.bytes.len > declared->max_length)
            return rowan_fail(err, ROWAN_EINVAL, "is longer than %u bytes",
                              (unsigned)declared->max_length);
        return ROWAN_OK;
    case ROWAN_DECIMAL: return check_decimal(declared, &value->as.decimal, err);
    case ROWAN_ENUM:
        if (rowan_enum_label(declared->labels, value->as.int64) == NULL)
            return rowan_fail(err, ROWAN_EINVAL, "is no value of %s",
                              declared->labels->name);
        return ROWAN_OK;
    case ROWAN_DATE:
        if (!rowan_date_is_valid(value->as.date))
            return rowan_fail(err, ROWAN_EINVAL, "is not a day of the years 1 to 9999");
        return ROWAN_OK;
    case ROWAN_TIME:
        if (value->as.time.us < 0 || value->as.time.us >= INT64_C(86400000000))
            return rowan_fail(err, ROWAN_EINVAL, "is not a time of day");
        return ROWAN_OK;
    case ROWAN_TIMESTAMP:
        if (value->as.timestamp.unix_us < ROWAN_TIMESTAMP_MIN ||
            value->as.timestamp.unix_us > ROWAN_TIMESTAMP_MAX)
            return rowan_fail(err, ROWAN_EINVAL, "is not in the years 1 to 9999");
        return ROWAN_OK;
    case ROWAN_BOOL:
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64:
    case ROWAN_FLOAT:
    case ROWAN_DOUBLE:
    case ROWAN_UUID:
    case ROWAN_N_TYPES: return ROWAN_OK;
    }
    return ROWAN_OK;
}

rowan_status rowan_column_check(const rowan_column *column, rowan_value *value,
                                rowan_error *err)
{
    if (value->is_null)
        return column->nullable ? ROWAN_OK
                                : rowan_fail(err, ROWAN_EINVAL, "cannot be NULL");
    if (rowan__is_span(value->type) && value->as.text.ptr == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "is not set");
    return check_declared(rowan_column_declared(column), value, err);
}

static rowan_status parse_bytes(rowan_arena *arena, const char *text, size_t len,
                                rowan_value *out, rowan_error *err)
{
    unsigned char *to = rowan_arena_alloc(arena, len / 4 * 3 + 1);

    if (to == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    out->as.bytes.ptr = to;
    return rowan_bytes_parse(text, len, to, &out->as.bytes.len, err);
}

static rowan_status parse_label(const rowan_column *column, const char *text,
                                size_t len, rowan_value *out, rowan_error *err)
{
    const rowan_enum *labels = rowan_column_declared(column)->labels;

    out->as.int64 = rowan_enum_value(labels, text, len);
    if (out->as.int64 < 0)
        return rowan_fail(err, ROWAN_EINVAL, "is no label of %s", labels->name);
    return ROWAN_OK;
}

rowan_status rowan_column_parse(const rowan_column *column, rowan_arena *arena,
                                const char *text, size_t len, rowan_value *out,
                                rowan_error *err)
{
    rowan_status st;

    memset(out, 0, sizeof *out);
    out->type = column->type;
    if (column->type == ROWAN_BYTES)
        st = parse_bytes(arena, text, len, out, err);
    else if (column->type == ROWAN_ENUM)
        st = parse_label(column, text, len, out, err);
    else
        st = rowan_value_parse(column->type, text, len, out, err);
    return st == ROWAN_OK ? rowan_column_check(column, out, err) : st;
}
