/* rows_int.h - a growing block of rows of one shape.
 *
 * The rows lie contiguous in one block that doubles; their text lies in the arena, or
 * in what the driver hands to the arena. The first block, for a few rows, lies there too,
 * so that a row found by its key costs no allocation of its own. One thread.
 */
#ifndef ROWAN_ROWS_INT_H
#define ROWAN_ROWS_INT_H

#include "relation_int.h"

#include "alloc_int.h"
#include "arena_int.h"

typedef struct rowan__rows {
    const rowan_model *shape; /* which columns, where in a row */
    rowan_arena *arena;       /* for text; not owned; NULL if there is none */
    char *bytes;              /* NULL until the first row */
    bool in_arena;            /* the block is the arena's */
    size_t n_rows;
    size_t cap; /* rows that fit */
} rowan__rows;

static inline void rowan__rows_init(rowan__rows *rows, const rowan_model *shape,
                                    rowan_arena *arena)
{
    *rows = (rowan__rows){ .shape = shape, .arena = arena };
}

/* Frees the block, if it is not the arena's. */
static inline void rowan__rows_done(rowan__rows *rows)
{
    if (!rows->in_arena)
        rowan__free(rows->bytes);
    rows->bytes = NULL;
    rows->in_arena = false;
    rows->n_rows = rows->cap = 0;
}

/* Forgets the rows and clears the arena; keeps their memory for the next ones. */
void rowan__rows_clear(rowan__rows *rows);

/* Makes room for `n` rows more in all; false when memory is out. */
bool rowan__rows_reserve(rowan__rows *rows, size_t n);

/* Room for one more row, or NULL when memory is out; counted by the caller, who adds 1
 * to n_rows when the row is whole. */
static inline void *rowan__rows_next(rowan__rows *rows)
{
    if (rows->n_rows == rows->cap && !rowan__rows_reserve(rows, 1))
        return NULL;
    if (rows->shape->n_relations > 0) /* not loaded */
        rowan__relations_clear(rows->shape,
                               rows->bytes + rows->n_rows * rows->shape->row_size);
    return rows->bytes + rows->n_rows * rows->shape->row_size;
}

/* ROWAN_EDATA: "person.born in the database is ...". */
rowan_status rowan__bad_column(const rowan_model *shape, const rowan_column *column,
                               const char *what, rowan_error *err);

/* Sets a member of a row to the NULL that was read; ROWAN_EDATA if the model has none. */
rowan_status rowan__read_null(const rowan_model *shape, const rowan_column *column,
                              char *row, rowan_error *err);

/* Sets an enum's member from the label that was read. */
rowan_status rowan__read_label(const rowan_model *shape, const rowan_column *column,
                               const char *label, size_t len, char *row,
                               rowan_error *err);

/* Copies a span that was read into the arena, a NUL behind it, and sets the member. */
static inline rowan_status rowan__read_span(const rowan_column *column,
                                            const void *bytes, size_t len,
                                            rowan_arena *arena, char *row,
                                            rowan_error *err)
{
    rowan_text span = { rowan__arena_text(arena, bytes, len), len };

    if (span.ptr == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    memcpy(row + column->value_offset, &span, sizeof span);
    return ROWAN_OK;
}

/* Brings a decimal that was read to its column's scale. */
rowan_status rowan__read_decimal(const rowan_model *shape, const rowan_column *column,
                                 const char *text, size_t len, char *row,
                                 rowan_error *err);

#endif
