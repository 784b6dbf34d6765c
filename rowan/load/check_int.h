/* check_int.h - what the database would check over all rows, checked without it.
 *
 * That keys and what is UNIQUE differ, and that a row which is referred to is in the
 * sources, if its table is among them. It holds all keys in memory (keys_int.h), so it is
 * for those who ask: a dry run, and a run whose rows the database has refused, which is
 * to be told in lines of the files. A good run leaves it to the database and its memory
 * does not grow with the files. A reference of a table to itself is not checked.
 */
#ifndef ROWAN_CHECK_INT_H
#define ROWAN_CHECK_INT_H

#include "decode_int.h"

#include <rowan/load.h>

typedef struct rowan__check rowan__check;

/* Makes a check of up to max_tables tables in `arena`, which frees it. `sources` are
 * those that places refer to. NULL when memory is out. */
rowan__check *rowan__check_new(rowan_arena *arena, const rowan_source *sources,
                               size_t max_tables);

/* Begins the rows of a table; the tables that it refers to come before it.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. */
rowan_status rowan__check_table(rowan__check *check,
                                const rowan_model *model) ROWAN_CHECKED;

/* Checks a row that stands in sources[source_idx] on `line`.
 * Returns  ROWAN_OK; ROWAN_EINVAL after each fault was reported, without a field;
 *          ROWAN_ENOMEM. */
rowan_status rowan__check_row(rowan__check *check, const void *row, size_t source_idx,
                              uint64_t line, const rowan__fault *fault) ROWAN_CHECKED;

/* A row of the table at hand was refused, and may be one that others refer to: they are
 * not blamed for that. */
void rowan__check_lacks_rows(rowan__check *check);

#endif
