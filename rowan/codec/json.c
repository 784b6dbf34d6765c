/* json.c - see rowan/json.h. Written by hand because it is the product: rows go from the
 * struct to the socket's buffer in one pass over the model's column table. */
#include <rowan/json.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "alloc_int.h"
#include "type_int.h"
#include "utf8_int.h"

/* Room for `n` more bytes and a NUL, or NULL. */
static char *room(rowan_json_writer *json, size_t n)
{
    size_t cap = json->cap < 256 ? 256 : json->cap;
    char *ptr;

    if (json->failed)
        return NULL;
    if (json->cap - json->len > n)
        return json->ptr + json->len;
    while (cap - json->len <= n) {
        if (cap > SIZE_MAX / 2) {
            json->failed = true;
            return NULL;
        }
        cap *= 2;
    }
    ptr = rowan__realloc(json->ptr, cap);
    if (ptr == NULL) {
        json->failed = true;
        return NULL;
    }
    json->ptr = ptr;
    json->cap = cap;
    return ptr + json->len;
}

void rowan_json_done(rowan_json_writer *json)
{
    rowan__free(json->ptr);
    memset(json, 0, sizeof *json);
}

void rowan_json_clear(rowan_json_writer *json)
{
    json->len = 0;
    json->failed = false;
    if (json->ptr != NULL)
        json->ptr[0] = '\0';
}

void rowan_json_raw(rowan_json_writer *json, const char *text, size_t len)
{
    char *to = room(json, len);

    if (to == NULL)
        return;
    if (len > 0)
        memcpy(to, text, len);
    to[len] = '\0';
    json->len += len;
}

/* What stands for a byte in a string: 0 itself, 'u' \u00XX, else a backslash and that;
 * 'x' begins a sequence that is checked. */
static const char escapes[256] = {
    ['\0'] = 'u', [1] = 'u',    [2] = 'u',    [3] = 'u',     [4] = 'u',    [5] = 'u',
    [6] = 'u',    [7] = 'u',    ['\b'] = 'b', ['\t'] = 't',  ['\n'] = 'n', [11] = 'u',
    ['\f'] = 'f', ['\r'] = 'r', [14] = 'u',   [15] = 'u',    [16] = 'u',   [17] = 'u',
    [18] = 'u',   [19] = 'u',   [20] = 'u',   [21] = 'u',    [22] = 'u',   [23] = 'u',
    [24] = 'u',   [25] = 'u',   [26] = 'u',   [27] = 'u',    [28] = 'u',   [29] = 'u',
    [30] = 'u',   [31] = 'u',   ['"'] = '"',  ['\\'] = '\\', [127] = 'u',
};

/* Writes one byte that cannot stand as it is; returns behind it. At most 6 bytes. */
static char *write_escape(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    *to++ = escapes[c];
    if (escapes[c] == 'u') {
        *to++ = '0';
        *to++ = '0';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return to;
}

void rowan_json_string(rowan_json_writer *json, const char *text, size_t len)
{
    size_t valid = rowan__utf8_valid_len(text, len);
    char *start, *to;

    if (len > SIZE_MAX / 6 - 2 || (start = room(json, 6 * len + 2)) == NULL) {
        json->failed = true;
        return;
    }
    to = start;
    *to++ = '"';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (i == valid) { /* a bad byte: U+FFFD, and on behind it */
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            valid = i + 1 + rowan__utf8_valid_len(text + i + 1, len - i - 1);
        } else if (escapes[c] == 0) {
            *to++ = (char)c;
        } else {
            to = write_escape(to, c);
        }
    }
    *to++ = '"';
    *to = '\0';
    json->len += (size_t)(to - start);
}

static void add_int64(rowan_json_writer *json, int64_t value)
{
    char digits[20], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        rowan_json_raw(json, "-", 1);
    rowan_json_raw(json, at, (size_t)(digits + sizeof digits - at));
}

static void add_double(rowan_json_writer *json, double value)
{
    char text[32];

    if (!isfinite(value)) {
        rowan_json_raw(json, "null", 4);
        return;
    }
    rowan_json_raw(json, text, rowan__double_write(value, text));
}

/* A value whose text needs no escapes, in quotes. */
static void add_quoted(rowan_json_writer *json, const char *text, size_t len)
{
    rowan_json_raw(json, "\"", 1);
    rowan_json_raw(json, text, len);
    rowan_json_raw(json, "\"", 1);
}

static void add_bytes(rowan_json_writer *json, rowan_bytes bytes)
{
    char *to;

    if (bytes.len > SIZE_MAX / 2) {
        json->failed = true;
        return;
    }
    rowan_json_raw(json, "\"", 1);
    to = room(json, (bytes.len + 2) / 3 * 4);
    if (to != NULL)
        json->len += rowan_bytes_format(bytes.ptr, bytes.len, to);
    rowan_json_raw(json, "\"", 1);
}

static void add_timestamp(rowan_json_writer *json, rowan_timestamp value)
{
    char text[29];

    text[0] = '"';
    rowan__timestamp_write(value, text + 1);
    text[11] = 'T';
    text[27] = 'Z';
    text[28] = '"';
    rowan_json_raw(json, text, sizeof text);
}

static void add_date(rowan_json_writer *json, rowan_date value)
{
    char text[12];

    text[0] = text[11] = '"';
    rowan__date_write(value, text + 1);
    rowan_json_raw(json, text, sizeof text);
}

void rowan_json_value(rowan_json_writer *json, const rowan_value *value)
{
    char text[ROWAN_TYPE_TEXT_MAX];

    if (value->is_null) {
        rowan_json_raw(json, "null", 4);
        return;
    }
    switch (value->type) {
    case ROWAN_BOOL:
        rowan_json_raw(json, value->as.int64 ? "true" : "false",
                       value->as.int64 ? 4 : 5);
        break;
    case ROWAN_ENUM: /* its label is the column's to know: rowan_json_row() */
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: add_int64(json, value->as.int64); break;
    case ROWAN_DOUBLE: add_double(json, value->as.real); break;
    case ROWAN_FLOAT:
    case ROWAN_DECIMAL:
        if (value->type == ROWAN_FLOAT && !isfinite(value->as.real))
            rowan_json_raw(json, "null", 4);
        else
            rowan_json_raw(json, text, rowan_value_format(value, text));
        break;
    case ROWAN_TIME:
    case ROWAN_UUID: add_quoted(json, text, rowan_value_format(value, text)); break;
    case ROWAN_BYTES: add_bytes(json, value->as.bytes); break;
    case ROWAN_JSON:
        rowan_json_raw(json, value->as.text.ptr, value->as.text.len);
        break;
    case ROWAN_DATE: add_date(json, value->as.date); break;
    case ROWAN_TIMESTAMP: add_timestamp(json, value->as.timestamp); break;
    case ROWAN_TEXT:
        rowan_json_string(json, value->as.text.ptr, value->as.text.len);
        break;
    case ROWAN_N_TYPES: break;
    }
}

static void label_to_text(const rowan_column *column, rowan_value *value)
{
    const char *label =
        value->is_null ? NULL : rowan_enum_label(column->labels, value->as.int64);

    value->is_null = label == NULL;
    value->type = ROWAN_TEXT;
    value->as.text = rowan_text_of(label);
}

void rowan_json_row(rowan_json_writer *json, const rowan_model *model, const void *row)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        rowan_value value;

        rowan_json_raw(json, i == 0 ? "{" : ",", 1);
        rowan_json_string(json, model->columns[i].name, strlen(model->columns[i].name));
        rowan_json_raw(json, ":", 1);
        rowan_column_get(&model->columns[i], row, &value);
        if (value.type == ROWAN_ENUM)
            label_to_text(&model->columns[i], &value);
        rowan_json_value(json, &value);
    }
    rowan_json_raw(json, "}", 1);
}

void rowan_json_rows(rowan_json_writer *json, const rowan_model *model,
                     const void *rows, size_t n_rows)
{
    const char *row = rows;

    for (size_t i = 0; i < n_rows; i++, row += model->row_size) {
        if (i > 0)
            rowan_json_raw(json, ",", 1);
        rowan_json_row(json, model, row);
    }
}
