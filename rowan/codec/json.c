/* json.c - see rowan/json.h. Written by hand because it is the product: rows go from the
 * struct to the socket's buffer in one pass over the model's column table. */
#include <rowan/json.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "alloc_int.h"
#include "type_int.h"
#include "utf8_int.h"

/* Makes room for `n` more bytes and a NUL; NULL when memory is out. */
static char *grow(rowan_json_writer *json, size_t n)
{
    size_t cap = json->cap < 256 ? 256 : json->cap;
    char *ptr;

    if (json->failed)
        return NULL;
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

/* Where `n` more bytes and a NUL can be written, or NULL. */
static inline char *room(rowan_json_writer *json, size_t n)
{
    return json->cap - json->len > n && !json->failed ? json->ptr + json->len
                                                      : grow(json, n);
}

/* What was written ends here. */
static inline void end_at(rowan_json_writer *json, char *end)
{
    *end = '\0';
    json->len = (size_t)(end - json->ptr);
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

static char *put(char *to, const char *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

void rowan_json_raw(rowan_json_writer *json, const char *text, size_t len)
{
    char *to = room(json, len);

    if (to != NULL)
        end_at(json, len > 0 ? put(to, text, len) : to);
}

/* Writing values: the put functions are given room enough, and return behind what they
 * wrote. */

/* What stands for a byte in a string: 0 itself, 'u' \u00XX, else a backslash and that. */
static const char escapes[128] = {
    ['\0'] = 'u', [1] = 'u',    [2] = 'u',    [3] = 'u',     [4] = 'u',    [5] = 'u',
    [6] = 'u',    [7] = 'u',    ['\b'] = 'b', ['\t'] = 't',  ['\n'] = 'n', [11] = 'u',
    ['\f'] = 'f', ['\r'] = 'r', [14] = 'u',   [15] = 'u',    [16] = 'u',   [17] = 'u',
    [18] = 'u',   [19] = 'u',   [20] = 'u',   [21] = 'u',    [22] = 'u',   [23] = 'u',
    [24] = 'u',   [25] = 'u',   [26] = 'u',   [27] = 'u',    [28] = 'u',   [29] = 'u',
    [30] = 'u',   [31] = 'u',   ['"'] = '"',  ['\\'] = '\\', [127] = 'u',
};

/* Writes one byte that cannot stand as it is; returns behind it. At most 6 bytes. */
static char *put_escape(char *to, unsigned char c)
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

/* Whether eight bytes stand as they are: ASCII from the space on, without " and \ and
 * DEL. A borrow may call a byte behind a special one special too; that costs only time. */
static bool is_plain(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t below_space = word - each * ' ';
    uint64_t quote = (word ^ each * '"') - each;
    uint64_t backslash = (word ^ each * '\\') - each;
    uint64_t del = word + each;

    return ((word | below_space | quote | backslash | del) & each * 0x80) == 0;
}

/* Copies a text of 4 to 7 bytes, by two overlapping halves of a word; false if it is not
 * plain. */
static bool put_short(char *to, const char *text, size_t len)
{
    uint32_t first, last;

    memcpy(&first, text, sizeof first);
    memcpy(&last, text + len - sizeof last, sizeof last);
    if (!is_plain((uint64_t)first << 32 | last))
        return false;
    memcpy(to, &first, sizeof first);
    memcpy(to + len - sizeof last, &last, sizeof last);
    return true;
}

/* The same for any text, by words, of which the last may overlap the one before. */
static bool put_plain(char *to, const char *text, size_t len)
{
    uint64_t word;

    if (len < sizeof word)
        return len >= sizeof word / 2 && put_short(to, text, len);
    for (size_t i = 0; i < len; i += sizeof word) {
        size_t at = len - i < sizeof word ? len - sizeof word : i;

        memcpy(&word, text + at, sizeof word);
        if (!is_plain(word))
            return false;
        memcpy(to + at, &word, sizeof word);
    }
    return true;
}

static char *put_escaped(char *to, const char *text, size_t len)
{
    size_t valid = 0; /* up to where bytes beyond ASCII are known to be UTF-8 */

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x80) {
            if (escapes[c] == 0)
                *to++ = (char)c;
            else
                to = put_escape(to, c);
            continue;
        }
        if (i >= valid)
            valid = i + rowan__utf8_valid_len(text + i, len - i);
        if (i < valid)
            *to++ = (char)c;
        else /* a bad byte: U+FFFD, and on behind it */
            to = put(to, "\xef\xbf\xbd", 3);
    }
    return to;
}

/* At most 6 * len + 2 bytes. */
static char *put_string(char *to, const char *text, size_t len)
{
    *to++ = '"';
    to = put_plain(to, text, len) ? to + len : put_escaped(to, text, len);
    *to++ = '"';
    return to;
}

static char *put_int64(char *to, int64_t value)
{
    char digits[20], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *to++ = '-';
    return put(to, at, (size_t)(digits + sizeof digits - at));
}

static char *put_timestamp(char *to, rowan_timestamp value)
{
    to[0] = '"';
    rowan__timestamp_write(value, to + 1);
    to[11] = 'T';
    to[27] = 'Z';
    to[28] = '"';
    return to + 29;
}

static char *put_date(char *to, rowan_date value)
{
    to[0] = to[11] = '"';
    rowan__date_write(value, to + 1);
    return to + 12;
}

/* A value whose text needs no escapes, in quotes. */
static char *put_quoted(char *to, const rowan_value *value)
{
    *to++ = '"';
    to += rowan_value_format(value, to);
    *to++ = '"';
    return to;
}

static char *put_bytes(char *to, rowan_bytes bytes)
{
    *to++ = '"';
    to += rowan_bytes_format(bytes.ptr, bytes.len, to);
    *to++ = '"';
    return to;
}

static char *put_value(char *to, const rowan_value *value)
{
    if (value->is_null)
        return put(to, "null", 4);
    switch (value->type) {
    case ROWAN_BOOL: return value->as.int64 ? put(to, "true", 4) : put(to, "false", 5);
    case ROWAN_ENUM: /* its label is the column's to know */
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: return put_int64(to, value->as.int64);
    case ROWAN_DOUBLE:
        return isfinite(value->as.real) ? to + rowan__double_write(value->as.real, to)
                                        : put(to, "null", 4);
    case ROWAN_FLOAT:
        return isfinite(value->as.real) ? to + rowan_value_format(value, to)
                                        : put(to, "null", 4);
    case ROWAN_DECIMAL: return to + rowan_value_format(value, to);
    case ROWAN_TIME:
    case ROWAN_UUID: return put_quoted(to, value);
    case ROWAN_BYTES: return put_bytes(to, value->as.bytes);
    case ROWAN_JSON: return put(to, value->as.text.ptr, value->as.text.len);
    case ROWAN_DATE: return put_date(to, value->as.date);
    case ROWAN_TIMESTAMP: return put_timestamp(to, value->as.timestamp);
    case ROWAN_TEXT: return put_string(to, value->as.text.ptr, value->as.text.len);
    case ROWAN_N_TYPES: break;
    }
    return to;
}

/* Room for `n` bytes and a value of `len` bytes of text behind them, or NULL. */
static char *text_room(rowan_json_writer *json, size_t n, size_t len)
{
    if (len > SIZE_MAX / 12 || n > SIZE_MAX / 4) {
        json->failed = true;
        return NULL;
    }
    return room(json, n + 6 * len + ROWAN_TYPE_TEXT_MAX);
}

static char *value_room(rowan_json_writer *json, size_t n, const rowan_value *value)
{
    bool has_len = rowan__is_span(value->type) && !value->is_null;

    return text_room(json, n, has_len ? value->as.text.len : 0);
}

void rowan_json_value(rowan_json_writer *json, const rowan_value *value)
{
    char *to = value_room(json, 0, value);

    if (to != NULL)
        end_at(json, put_value(to, value));
}

void rowan_json_string(rowan_json_writer *json, const char *text, size_t len)
{
    rowan_value value = { .type = ROWAN_TEXT, .as.text = { text, len } };

    rowan_json_value(json, &value);
}

/* Rows. A name is checked and escaped once: the first row writes it, and the others copy
 * it from there, with what stands before and behind it. */

#define MAX_NAMES 64 /* as many as a model has; more are written anew each time */

struct name {
    size_t at; /* in the text */
    size_t len;
};

static void add_char(rowan_json_writer *json, char c)
{
    char *to = room(json, 1);

    if (to == NULL)
        return;
    *to = c;
    end_at(json, to + 1);
}

/* A column's value, an enum's as its label. */
static void get_value(const rowan_column *column, const void *row, rowan_value *out)
{
    const char *label;

    rowan_column_get(column, row, out);
    if (column->type != ROWAN_ENUM)
        return;
    label = out->is_null ? NULL
                         : rowan_enum_label(rowan_column_declared(column)->labels,
                                            out->as.int64);
    out->is_null = label == NULL;
    out->type = ROWAN_TEXT;
    out->as.text = rowan_text_of(label);
}

/* The rows that a row is inside of. Objects of a session may lead back to them. */
struct around {
    const void *row;
    const struct around *up;
};

static bool is_around(const struct around *around, const void *row)
{
    for (; around != NULL; around = around->up) {
        if (around->row == row)
            return true;
    }
    return false;
}

static void add_pointed(rowan_json_writer *json, const rowan_model *model,
                        void *const *rows, size_t n_rows, const struct around *around);

/* The relations that were loaded, and the end of the object. */
static void end_row(rowan_json_writer *json, const rowan_model *model, const char *row,
                    const struct around *up)
{
    struct around around = { row, up };

    for (size_t i = 0; i < model->n_relations && !is_around(up, row); i++) {
        const rowan_relation *relation = &model->relations[i];
        bool many = rowan_relation_is_many(relation);
        void **rows = NULL;
        size_t n_rows = 0;

        if (!rowan_relation_get(relation, row, &rows, &n_rows))
            continue;
        add_char(json, ',');
        rowan_json_string(json, relation->name, strlen(relation->name));
        rowan_json_raw(json, ":[", many ? 2 : 1);
        if (n_rows > 0)
            add_pointed(json, relation->target, rows, n_rows, &around);
        else if (!many)
            rowan_json_raw(json, "null", 4);
        if (many)
            add_char(json, ']');
    }
    add_char(json, '}');
}

static void add_first_row(rowan_json_writer *json, const rowan_model *model,
                          const void *row, struct name *names)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];
        size_t at = json->len;
        rowan_value value;

        add_char(json, i == 0 ? '{' : ',');
        rowan_json_string(json, column->name, strlen(column->name));
        add_char(json, ':');
        if (i < MAX_NAMES)
            names[i] = (struct name){ at, json->len - at };
        get_value(column, row, &value);
        rowan_json_value(json, &value);
    }
}

/* Most columns are text: the way of all types, made short. */
static void add_text(rowan_json_writer *json, struct name name, const char *member)
{
    rowan_text text;
    char *to;

    memcpy(&text, member, sizeof text);
    to = text_room(json, name.len, text.ptr != NULL ? text.len : 0);
    if (to == NULL)
        return;
    to = put(to, json->ptr + name.at, name.len);
    end_at(json,
           text.ptr == NULL ? put(to, "null", 4) : put_string(to, text.ptr, text.len));
}

static void add_value(rowan_json_writer *json, struct name name,
                      const rowan_column *column, const char *row)
{
    rowan_value value;
    char *to;

    get_value(column, row, &value);
    to = value_room(json, name.len, &value);
    if (to == NULL)
        return;
    to = put(to, json->ptr + name.at, name.len);
    end_at(json, put_value(to, &value));
}

static void add_row(rowan_json_writer *json, const rowan_model *model, const char *row,
                    const struct name *names)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->type == ROWAN_TEXT)
            add_text(json, names[i], row + column->value_offset);
        else
            add_value(json, names[i], column, row);
    }
}

/* The nth of rows of one model. */
static void add_nth_row(rowan_json_writer *json, const rowan_model *model, size_t n,
                        const char *row, struct name *names,
                        const struct around *around)
{
    if (n > 0)
        add_char(json, ',');
    if (n == 0 || model->n_columns > MAX_NAMES)
        add_first_row(json, model, row, names);
    else
        add_row(json, model, row, names);
    end_row(json, model, row, around);
}

static void add_pointed(rowan_json_writer *json, const rowan_model *model,
                        void *const *rows, size_t n_rows, const struct around *around)
{
    struct name names[MAX_NAMES];

    for (size_t i = 0; i < n_rows; i++)
        add_nth_row(json, model, i, rows[i], names, around);
}

void rowan_json_rows(rowan_json_writer *json, const rowan_model *model,
                     const void *rows, size_t n_rows)
{
    const char *row = rows;
    struct name names[MAX_NAMES];

    for (size_t i = 0; i < n_rows; i++, row += model->row_size)
        add_nth_row(json, model, i, row, names, NULL);
}

void rowan_json_row(rowan_json_writer *json, const rowan_model *model, const void *row)
{
    rowan_json_rows(json, model, row, 1);
}
