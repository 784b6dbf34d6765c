/* row.c - see row_int.h. */
#include "row_int.h"

#include <rowan/decimal.h>

#include <stdio.h>
#include <string.h>

#include "type_int.h"

bool rowan__same_model(const rowan_model *a, const rowan_model *b)
{
    return a == b || strcmp(a->name, b->name) == 0;
}

static rowan_text span_of(const rowan_column *column, const void *row)
{
    rowan_text span;

    memcpy(&span, (const char *)row + column->value_offset, sizeof span);
    return span;
}

static bool same_span(const rowan_column *column, const void *a, const void *b)
{
    rowan_text x = span_of(column, a), y = span_of(column, b);

    if (x.len != y.len || (column->nullable && (x.ptr == NULL) != (y.ptr == NULL)))
        return false;
    return x.ptr == y.ptr || x.len == 0 || memcmp(x.ptr, y.ptr, x.len) == 0;
}

static bool same_decimal(const char *a, const char *b)
{
    rowan_decimal x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x.low == y.low && x.high == y.high && x.scale == y.scale)
        return true;
    return x.scale != y.scale && rowan_decimal_compare(x, y) == 0;
}

bool rowan__same_value(const rowan_column *column, const void *a, const void *b)
{
    const char *x = (const char *)a + column->value_offset;
    const char *y = (const char *)b + column->value_offset;
    size_t size = rowan__column_size(column);

    if (rowan__is_span(column->type))
        return same_span(column, a, b);
    if (column->nullable) {
        bool has = *((const bool *)a + column->offset);

        if (has != *((const bool *)b + column->offset))
            return false;
        if (!has)
            return true;
        size -= (size_t)(column->value_offset - column->offset);
    }
    return column->type == ROWAN_DECIMAL ? same_decimal(x, y) : memcmp(x, y, size) == 0;
}

rowan__column_set rowan__row_diff(const rowan_model *model, const void *a,
                                  const void *b)
{
    rowan__column_set diff = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->generated == NULL && !rowan__same_value(column, a, b))
            diff |= UINT64_C(1) << i;
    }
    return diff;
}

rowan__column_set rowan__key_columns(const rowan_model *model)
{
    rowan__column_set key = 0;

    for (size_t i = 0; i < model->n_columns; i++)
        key |= (rowan__column_set)model->columns[i].primary_key << i;
    return key;
}

/* Keys. */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    uint64_t word = 0;

    for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash, word);
    }
    word = len;
    for (; len > 0; bytes++, len--)
        word = word << 8 | (unsigned char)*bytes;
    return mix(hash, word);
}

static uint64_t hash_value(uint64_t hash, const rowan_column *column, const void *row)
{
    const char *at = (const char *)row + column->value_offset;
    rowan_decimal decimal;
    rowan_text span;

    if (rowan__is_span(column->type)) {
        span = span_of(column, row);
        return hash_bytes(hash, span.ptr, span.len);
    }
    if (column->type != ROWAN_DECIMAL)
        return hash_bytes(hash, at, rowan__column_size(column));
    memcpy(&decimal, at, sizeof decimal); /* 1.5 and 1.50 are one key */
    if (rowan_decimal_rescale(decimal, column->scale, &decimal, NULL) != ROWAN_OK)
        return hash; /* no key of this column */
    return mix(mix(hash, decimal.low), (uint64_t)decimal.high);
}

uint64_t rowan__key_hash(const rowan_model *model, const void *row)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].primary_key)
            hash = hash_value(hash, &model->columns[i], row);
    }
    return hash;
}

bool rowan__same_key(const rowan_model *model, const void *a, const void *b)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].primary_key &&
            !rowan__same_value(&model->columns[i], a, b))
            return false;
    }
    return true;
}

static size_t value_words(const rowan_column *column, const void *row, char *out,
                          size_t size)
{
    char text[ROWAN_TYPE_TEXT_MAX];
    const char *label;
    rowan_value value;
    int n;

    rowan_column_get(column, row, &value);
    if (value.is_null)
        n = snprintf(out, size, "NULL");
    else if (column->type == ROWAN_BYTES)
        n = snprintf(out, size, "%zu bytes", value.as.bytes.len);
    else if (rowan__is_span(column->type))
        n = snprintf(out, size, "%.*s",
                     (int)(value.as.text.len > 64 ? 64 : value.as.text.len),
                     value.as.text.ptr == NULL ? "" : value.as.text.ptr);
    else if (column->type == ROWAN_ENUM) {
        label = rowan_enum_label(column->labels, value.as.int64);
        n = snprintf(out, size, "%s", label == NULL ? "?" : label);
    } else {
        (void)rowan_value_format(&value, text);
        n = snprintf(out, size, "%s", text);
    }
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void rowan__key_words(const rowan_model *model, const void *row, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        if (len > 0 && size - len > 2) {
            memcpy(out + len, ", ", 3);
            len += 2;
        }
        len += value_words(&model->columns[i], row, out + len, size - len);
    }
}

/* Copies. */

void rowan__copy_columns(const rowan_model *model, void *to, const void *from)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        memcpy((char *)to + column->offset, (const char *)from + column->offset,
               rowan__column_size(column));
    }
}

bool rowan__own_texts(const rowan_model *model, void *row, const void *old,
                      rowan_arena *arena)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];
        rowan_text span, was = { NULL, 0 };

        if (!rowan__is_span(column->type))
            continue;
        span = span_of(column, row);
        if (old != NULL)
            was = span_of(column, old);
        if (span.ptr == NULL || (span.ptr == was.ptr && span.len == was.len))
            continue;
        span.ptr = rowan_arena_strndup(arena, span.ptr, span.len);
        if (span.ptr == NULL)
            return false;
        memcpy((char *)row + column->value_offset, &span, sizeof span);
    }
    return true;
}
