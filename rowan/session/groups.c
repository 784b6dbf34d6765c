/* groups.c - see groups_int.h. */
#include "groups_int.h"

#include <string.h>

#include "type_int.h"

/* A value as bytes. */
typedef struct span {
    const char *ptr; /* NULL for NULL */
    size_t len;
} span;

/* How many bytes of a scalar member count: not those that fill it up. */
static size_t scalar_size(rowan_type type)
{
    switch (type) {
    case ROWAN_BOOL: return sizeof(bool);
    case ROWAN_INT16: return sizeof(int16_t);
    case ROWAN_INT32: return sizeof(int32_t);
    case ROWAN_INT64: return sizeof(int64_t);
    case ROWAN_FLOAT: return sizeof(float);
    case ROWAN_DOUBLE: return sizeof(double);
    case ROWAN_DECIMAL: return offsetof(rowan_decimal, scale) + 1;
    case ROWAN_DATE: return sizeof(rowan_date);
    case ROWAN_TIME: return sizeof(rowan_time);
    case ROWAN_TIMESTAMP: return sizeof(rowan_timestamp);
    case ROWAN_UUID: return sizeof(rowan_uuid);
    case ROWAN_ENUM: return sizeof(unsigned);
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_N_TYPES: break;
    }
    return 0;
}

static span value_of(const rowan_column *column, const char *row)
{
    const char *member = row + column->value_offset;
    rowan_text text;

    if (rowan__is_span(column->type)) {
        memcpy(&text, member, sizeof text);
        return (span){ text.ptr, text.len };
    }
    if (column->nullable && !*(const bool *)(row + column->offset))
        return (span){ NULL, 0 };
    return (span){ member, scalar_size(column->type) };
}

static bool same(span a, span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static size_t hash_of(span value)
{
    uint64_t hash = value.len, word;
    size_t at = 0;

    for (; value.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, value.ptr + at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    for (; at < value.len; at++)
        hash = (hash ^ (unsigned char)value.ptr[at]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 29);
}

/* The slot where a value's group is, or would be. */
static uint32_t *slot_of(const rowan__groups *groups, span value)
{
    size_t at = hash_of(value) & groups->mask;

    while (groups->slots[at] != ROWAN__NO_GROUP &&
           !same(value_of(groups->column, groups->rows[groups->slots[at]]), value))
        at = (at + 1) & groups->mask;
    return &groups->slots[at];
}

static bool make_room(rowan__groups *groups, rowan_arena *arena)
{
    size_t n_slots = 8;

    while (n_slots / 2 < groups->n_rows)
        n_slots *= 2;
    groups->mask = n_slots - 1;
    groups->rows = rowan_arena_calloc(arena, groups->n_rows, sizeof *groups->rows);
    groups->of_row = rowan_arena_calloc(arena, groups->n_rows, sizeof *groups->of_row);
    groups->slots = rowan_arena_calloc(arena, n_slots, sizeof *groups->slots);
    if (groups->rows == NULL || groups->of_row == NULL || groups->slots == NULL)
        return false;
    memset(groups->slots, 0xff, n_slots * sizeof *groups->slots);
    return true;
}

rowan_status rowan__groups_make(rowan__groups *out, rowan_arena *arena,
                                const rowan_model *shape, const rowan_column *column,
                                const void *rows, size_t n_rows, rowan_error *err)
{
    const char *row = rows;
    uint32_t last = ROWAN__NO_GROUP;

    *out = (rowan__groups){ .column = column, .n_rows = n_rows };
    if (n_rows >= ROWAN__NO_GROUP || !make_room(out, arena))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < n_rows; i++, row += shape->row_size) {
        span value = value_of(column, row);
        uint32_t *slot;

        if (value.ptr == NULL) {
            out->of_row[i] = ROWAN__NO_GROUP;
            continue;
        }
        if (last == ROWAN__NO_GROUP ||
            !same(value_of(column, out->rows[last]), value)) {
            slot = slot_of(out, value);
            if (*slot == ROWAN__NO_GROUP) {
                out->rows[out->n_groups] = row;
                *slot = (uint32_t)out->n_groups++;
            }
            last = *slot;
        }
        out->of_row[i] = last;
    }
    return ROWAN_OK;
}

uint32_t rowan__groups_find(const rowan__groups *groups, const rowan_column *column,
                            const void *row, uint32_t last)
{
    span value = value_of(column, row);

    if (value.ptr == NULL || groups->n_groups == 0)
        return ROWAN__NO_GROUP;
    if (last != ROWAN__NO_GROUP &&
        same(value_of(groups->column, groups->rows[last]), value))
        return last;
    return *slot_of(groups, value);
}
