/* shape_int.h - rows of several models side by side, made at run time.
 *
 * A shape is a view of columns of joined models, whose rows have the struct of each model at
 * a place of its own, so that a driver reads several structs in one go. It and all it is made
 * of lie in an arena. One thread.
 */
#ifndef ROWAN_SHAPE_INT_H
#define ROWAN_SHAPE_INT_H

#include <rowan/arena.h>
#include <rowan/model.h>

typedef struct rowan__shape {
    rowan_model *model; /* the view; NULL until rowan__shape_new() */
    rowan_arena *arena;
    rowan_column *columns; /* columns[max_columns] */
    rowan_computed *computed;
    size_t max_columns;
    size_t row_size;
} rowan__shape;

/* Where a model's struct is in the rows of a shape. */
typedef struct rowan__placed {
    size_t offset;  /* of the struct */
    size_t absent;  /* if it can be absent, of one bool for each column, else 0 */
    size_t columns; /* the index of its first column in the shape */
} rowan__placed;

/* An empty shape for queries that read `base` first.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. */
rowan_status rowan__shape_new(rowan__shape *out, rowan_arena *arena,
                              const rowan_model *base, size_t max_columns,
                              rowan_error *err) ROWAN_CHECKED;

/* Adds all columns of `source`, a model or an alias that the query reads. If it can be absent
 * from a row (a left join), each column that is not nullable says so by a bool of its own.
 * Returns  ROWAN_OK; ROWAN_EUNSUPPORTED if a row would be larger than 64 KiB. */
rowan_status rowan__shape_add(rowan__shape *shape, const rowan_model *source,
                              bool can_be_absent, rowan__placed *out,
                              rowan_error *err) ROWAN_CHECKED;

/* Adds one column of `source`, which can be absent as above; *out is it, in the rows of the
 * shape. */
rowan_status rowan__shape_add_column(rowan__shape *shape, const rowan_model *source,
                                     const rowan_column *column, bool can_be_absent,
                                     const rowan_column **out,
                                     rowan_error *err) ROWAN_CHECKED;

#endif
