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

static bool has_null(const rowan__key *key, const char *row)
{
    for (size_t i = 0; i < key->n; i++) {
        if (value_of(key->columns[i], row).ptr == NULL)
            return true;
    }
    return false;
}

static bool same(const rowan__key *left_key, const char *left,
                 const rowan__key *right_key, const char *right)
{
    for (size_t i = 0; i < left_key->n; i++) {
        span a = value_of(left_key->columns[i], left);
        span b = value_of(right_key->columns[i], right);

        if (a.len != b.len || (a.len > 0 && memcmp(a.ptr, b.ptr, a.len) != 0))
            return false;
    }
    return true;
}

static uint64_t hash_value(uint64_t hash, span value)
{
    uint64_t word;
    size_t at = 0;

    hash ^= value.len;
    for (; value.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, value.ptr + at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    for (; at < value.len; at++)
        hash = (hash ^ (unsigned char)value.ptr[at]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* The slot where a row's group is, or would be. */
static uint32_t *slot_of(const rowan__groups *groups, const rowan__key *key,
                         const char *row)
{
    uint64_t hash = 0;
    size_t at;

    for (size_t i = 0; i < key->n; i++)
        hash = hash_value(hash, value_of(key->columns[i], row));
    for (at = (size_t)hash & groups->mask; groups->slots[at] != ROWAN__NO_GROUP;
         at = (at + 1) & groups->mask) {
        if (same(&groups->key, groups->rows[groups->slots[at]], key, row))
            break;
    }
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

/* The group of the row, a new one if there is none of its values. */
static uint32_t group_of(rowan__groups *groups, const char *row, uint32_t last)
{
    uint32_t *slot;

    if (has_null(&groups->key, row))
        return ROWAN__NO_GROUP;
    if (last != ROWAN__NO_GROUP &&
        same(&groups->key, groups->rows[last], &groups->key, row))
        return last;
    slot = slot_of(groups, &groups->key, row);
    if (*slot == ROWAN__NO_GROUP) {
        groups->rows[groups->n_groups] = row;
        *slot = (uint32_t)groups->n_groups++;
    }
    return *slot;
}

rowan_status rowan__groups_make(rowan__groups *out, rowan_arena *arena,
                                const rowan_model *shape, const rowan__key *key,
                                const void *rows, size_t n_rows, rowan_error *err)
{
    const char *row = rows;
    uint32_t last = ROWAN__NO_GROUP;

    *out = (rowan__groups){ .key = *key, .n_rows = n_rows };
    if (n_rows >= ROWAN__NO_GROUP || !make_room(out, arena))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < n_rows; i++, row += shape->row_size) {
        out->of_row[i] = group_of(out, row, last);
        if (out->of_row[i] != ROWAN__NO_GROUP)
            last = out->of_row[i];
    }
    return ROWAN_OK;
}

uint32_t rowan__groups_find(const rowan__groups *groups, const rowan__key *key,
                            const void *row, uint32_t last)
{
    if (groups->n_groups == 0 || has_null(key, row))
        return ROWAN__NO_GROUP;
    if (last != ROWAN__NO_GROUP && same(&groups->key, groups->rows[last], key, row))
        return last;
    return *slot_of(groups, key, row);
}
