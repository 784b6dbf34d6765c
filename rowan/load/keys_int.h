/* keys_int.h - a set of keys, each with the place where it was seen first.
 *
 * A key is kept as 64 bits of a hash and its place: 16 bytes, with the free slots 21 to
 * 43 a row. A single integer key is hashed one to one. Two other keys that differ are
 * taken for the same once in 2^64: in a file of a million rows with a chance of 3 in 100
 * million.
 */
#ifndef ROWAN_KEYS_INT_H
#define ROWAN_KEYS_INT_H

#include <rowan/model.h>

#define ROWAN__MAX_KEY_COLUMNS 64

typedef struct rowan__key_place { /* where a key was seen first */
    uint64_t hash;
    uint64_t source_idx : 16;
    uint64_t line : 48; /* from 1; 0 in a free slot */
} rowan__key_place;

/* The keys of one kind: the primary key, or a column that is unique. */
typedef struct rowan__keys {
    const rowan_column *columns[ROWAN__MAX_KEY_COLUMNS];
    size_t n_columns;
    rowan__key_place *slots; /* slots[n_slots], a power of two; NULL until the first */
    size_t n_slots;
    size_t n_used;
} rowan__keys;

/* An empty set for the primary key of a model. */
void rowan__keys_of_primary(rowan__keys *keys, const rowan_model *model);

/* The same for one column, and for a UNIQUE of several. */
void rowan__keys_of_column(rowan__keys *keys, const rowan_column *column);
void rowan__keys_of_unique(rowan__keys *keys, const rowan_model *model,
                           const rowan_constraint *unique);

/* Adds the key of a row. One with a NULL in it is the same as no other.
 * first    on ROWAN_ECONFLICT: where it was seen first
 * Returns  ROWAN_OK; ROWAN_ECONFLICT if it is there already; ROWAN_ENOMEM. */
rowan_status rowan__keys_add(rowan__keys *keys, const void *row, size_t source_idx,
                             uint64_t line, rowan__key_place *first) ROWAN_CHECKED;

/* Whether a set has the values that columns[keys->n_columns], of another model and the same
 * types, have in `row`; true if one of them is NULL. */
bool rowan__keys_has(const rowan__keys *keys, const rowan_column *const *columns,
                     const void *row);

void rowan__keys_done(rowan__keys *keys);

#endif
