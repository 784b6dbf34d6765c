/* keys.c - see keys_int.h. An open table with linear probing, at most three quarters full. */
#include "keys_int.h"

#include <assert.h>
#include <string.h>

#include "alloc_int.h"
#include "type_int.h"

#define FIRST_SLOTS 1024

void rowan__keys_of_primary(rowan__keys *keys, const rowan_model *model)
{
    memset(keys, 0, sizeof *keys);
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        assert(keys->n_columns < ROWAN__MAX_KEY_COLUMNS);
        keys->columns[keys->n_columns++] = &model->columns[i];
    }
}

void rowan__keys_of_column(rowan__keys *keys, const rowan_column *column)
{
    memset(keys, 0, sizeof *keys);
    keys->columns[keys->n_columns++] = column;
}

void rowan__keys_of_unique(rowan__keys *keys, const rowan_model *model,
                           const rowan_constraint *unique)
{
    memset(keys, 0, sizeof *keys);
    for (size_t i = 0; i < unique->n_parts; i++)
        keys->columns[keys->n_columns++] = &model->columns[unique->parts[i].column];
}

void rowan__keys_done(rowan__keys *keys)
{
    rowan__free(keys->slots);
    keys->slots = NULL;
    keys->n_slots = keys->n_used = 0;
}

/* One to one, and every bit of the input changes half of the output. Source: David
 * Stafford's variant 13 of the finisher of MurmurHash3. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    uint64_t word = len; /* so that "a", "" and "", "a" differ */

    hash = mix(hash ^ word);
    for (; len > sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    }
    word = 0;
    if (len > 0)
        memcpy(&word, bytes, len);
    return mix(hash ^ word);
}

/* False if one of the columns is NULL. */
static bool hash_key(const rowan_column *const *columns, size_t n_columns,
                     const void *row, uint64_t *out)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < n_columns; i++) {
        char text[ROWAN_TYPE_TEXT_MAX];
        rowan_value value;

        rowan_column_get(columns[i], row, &value);
        if (value.is_null)
            return false;
        if (value.type == ROWAN_INT64 || value.type == ROWAN_INT32 ||
            value.type == ROWAN_INT16 || value.type == ROWAN_ENUM)
            hash = mix(hash ^ (uint64_t)value.as.int64);
        else if (rowan__is_span(value.type))
            hash = hash_bytes(hash, value.as.text.ptr, value.as.text.len);
        else
            hash = hash_bytes(hash, text, rowan_value_format(&value, text));
    }
    *out = hash;
    return true;
}

/* The slot that has the hash, or the free one where it would go. */
static rowan__key_place *find_slot(const rowan__keys *keys, uint64_t hash)
{
    size_t i = (size_t)hash & (keys->n_slots - 1);

    while (keys->slots[i].line != 0 && keys->slots[i].hash != hash)
        i = (i + 1) & (keys->n_slots - 1);
    return &keys->slots[i];
}

static bool grow(rowan__keys *keys)
{
    rowan__keys larger = *keys;

    larger.n_slots = keys->n_slots > 0 ? keys->n_slots * 2 : FIRST_SLOTS;
    larger.slots = rowan__calloc(larger.n_slots, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < keys->n_slots; i++) {
        if (keys->slots[i].line != 0)
            *find_slot(&larger, keys->slots[i].hash) = keys->slots[i];
    }
    rowan__free(keys->slots);
    *keys = larger;
    return true;
}

rowan_status rowan__keys_add(rowan__keys *keys, const void *row, size_t source_idx,
                             uint64_t line, rowan__key_place *first)
{
    rowan__key_place *slot;
    uint64_t hash;

    if (!hash_key(keys->columns, keys->n_columns, row, &hash))
        return ROWAN_OK;
    if (keys->n_used >= keys->n_slots / 4 * 3 && !grow(keys))
        return ROWAN_ENOMEM;
    slot = find_slot(keys, hash);
    if (slot->line != 0) {
        *first = *slot;
        return ROWAN_ECONFLICT;
    }
    slot->hash = hash;
    slot->source_idx = source_idx & 0xffff;
    slot->line = line & UINT64_C(0xffffffffffff);
    keys->n_used++;
    return ROWAN_OK;
}

bool rowan__keys_has(const rowan__keys *keys, const rowan_column *const *columns,
                     const void *row)
{
    uint64_t hash;

    if (!hash_key(columns, keys->n_columns, row, &hash))
        return true;
    return keys->n_slots > 0 && find_slot(keys, hash)->line != 0;
}
