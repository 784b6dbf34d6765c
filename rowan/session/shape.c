/* shape.c - see shape_int.h. */
#include "shape_int.h"

#include "rows_int.h"
#include "type_int.h"

rowan_status rowan__shape_new(rowan__shape *out, rowan_arena *arena,
                              const rowan_model *base, size_t max_columns,
                              rowan_error *err)
{
    *out = (rowan__shape){
        .model = rowan_arena_calloc(arena, 1, sizeof *out->model),
        .arena = arena,
        .columns = rowan_arena_calloc(arena, max_columns, sizeof *out->columns),
        .computed = rowan_arena_calloc(arena, max_columns, sizeof *out->computed),
        .max_columns = max_columns,
    };
    if (out->model == NULL || out->columns == NULL || out->computed == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    *out->model = (rowan_model){ .name = base->name,
                                 .table = base->table,
                                 .columns = out->columns,
                                 .base = base,
                                 .is_made = true };
    return ROWAN_OK;
}

/* Takes `size` bytes behind what there is, aligned for any type. */
static rowan_status take(rowan__shape *shape, size_t size, size_t *offset,
                         rowan_error *err)
{
    size_t end = (shape->row_size + size + 15) / 16 * 16;

    if (end > UINT16_MAX)
        return rowan_fail(err, ROWAN_EUNSUPPORTED,
                          "the columns of one query come to more than 64 KiB a row");
    *offset = shape->row_size;
    shape->row_size = end;
    shape->model->row_size = (uint16_t)end;
    return ROWAN_OK;
}

static rowan_column *add(rowan__shape *shape, const rowan_model *source,
                         const rowan_column *column, size_t shift)
{
    size_t i = shape->model->n_columns++;
    rowan_column *out = &shape->columns[i];

    shape->computed[i] = (rowan_computed){ .model = source, .column = column };
    *out = *column;
    out->offset = (uint16_t)(column->offset + shift);
    out->value_offset = (uint16_t)(column->value_offset + shift);
    out->computed = &shape->computed[i];
    return out;
}

rowan_status rowan__shape_add(rowan__shape *shape, const rowan_model *source,
                              bool can_be_absent, rowan__placed *out, rowan_error *err)
{
    rowan_status st;

    *out = (rowan__placed){ .columns = shape->model->n_columns };
    st = take(shape, source->row_size, &out->offset, err);
    if (st == ROWAN_OK && can_be_absent)
        st = take(shape, source->n_columns * sizeof(bool), &out->absent, err);
    if (st != ROWAN_OK)
        return st;
    for (size_t i = 0; i < source->n_columns; i++) {
        rowan_column *column = add(shape, source, &source->columns[i], out->offset);

        if (!can_be_absent || column->nullable)
            continue;
        column->nullable = true;
        if (!rowan__is_span(column->type))
            column->offset = (uint16_t)(out->absent + i * sizeof(bool));
    }
    return ROWAN_OK;
}

rowan_status rowan__shape_add_column(rowan__shape *shape, const rowan_model *source,
                                     const rowan_column *column, bool can_be_absent,
                                     const rowan_column **out, rowan_error *err)
{
    bool has_bool = can_be_absent && !column->nullable && !rowan__is_span(column->type);
    size_t to_value = (size_t)(column->value_offset - column->offset), offset = 0;
    rowan_status st =
        take(shape, to_value + rowan__type_size(column->type), &offset, err);
    size_t absent = offset;
    rowan_column *added;

    if (st == ROWAN_OK && has_bool)
        st = take(shape, sizeof(bool), &absent, err);
    if (st != ROWAN_OK)
        return st;
    added = add(shape, source, column, 0);
    added->nullable = column->nullable || can_be_absent;
    added->offset = (uint16_t)absent;
    added->value_offset = (uint16_t)(offset + to_value);
    *out = added;
    return ROWAN_OK;
}
