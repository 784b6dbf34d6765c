/* groups_int.h - rows by the values of some of their columns.
 *
 * The rows of one model that refer to the same row of another are a group. Two columns of
 * one type have the same value when its bytes are the same, so that a row of the other model
 * finds its group by a look into a table. One thread.
 */
#ifndef ROWAN_GROUPS_INT_H
#define ROWAN_GROUPS_INT_H

#include "relation_int.h"

#include <rowan/arena.h>

#define ROWAN__NO_GROUP UINT32_MAX /* a NULL among them; or no such values */

typedef struct rowan__groups {
    rowan__key key;
    const char **rows; /* rows[n_groups]: the first row of each group */
    size_t n_groups;
    uint32_t *of_row; /* of_row[n_rows]: the group of each row */
    size_t n_rows;
    uint32_t *slots; /* slots[mask + 1], of groups */
    size_t mask;
} rowan__groups;

/* Groups n_rows rows of `shape` that follow each other; they and the arena live as long.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. */
rowan_status rowan__groups_make(rowan__groups *out, rowan_arena *arena,
                                const rowan_model *shape, const rowan__key *key,
                                const void *rows, size_t n_rows,
                                rowan_error *err) ROWAN_CHECKED;

/* The group of a row of another model whose `key`, of the same types, has those values.
 * `last` is a group that is looked at first: rows of one group often follow each other. */
uint32_t rowan__groups_find(const rowan__groups *groups, const rowan__key *key,
                            const void *row, uint32_t last);

#endif
