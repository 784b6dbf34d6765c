/* rows.c - see rows_int.h. */
#include "rows_int.h"

#include <rowan/decimal.h>

#include "type_int.h"

#include <string.h>

#define FIRST_BLOCK 512 /* bytes: it shares an arena's first piece with the text */

void rowan__rows_clear(rowan__rows *rows)
{
    if (rows->in_arena)
        rowan__rows_done(rows);
    rows->n_rows = 0;
    rowan_arena_clear(rows->arena);
}

/* The block in the arena; false if it is not for so many. */
static bool first_block(rowan__rows *rows, size_t n)
{
    unsigned cap = FIRST_BLOCK / (unsigned)rows->shape->row_size;

    if (rows->arena == NULL || rows->bytes != NULL || n > cap)
        return false;
    rows->bytes = rowan__arena_alloc(rows->arena, cap * rows->shape->row_size);
    rows->in_arena = rows->bytes != NULL;
    rows->cap = rows->in_arena ? cap : 0;
    return rows->in_arena;
}

/* A block of its own, twice as large. */
static bool grow(rowan__rows *rows, size_t n)
{
    size_t cap = rows->cap < 16 ? 16 : rows->cap * 2;
    size_t bytes;
    char *block;

    if (cap - rows->n_rows < n)
        cap = rows->n_rows + n;
    if (cap < n || !rowan__mul(cap, rows->shape->row_size, &bytes))
        return false;
    block = rowan__realloc(rows->in_arena ? NULL : rows->bytes, bytes);
    if (block == NULL)
        return false;
    if (rows->in_arena)
        memcpy(block, rows->bytes, rows->n_rows * rows->shape->row_size);
    rows->bytes = block;
    rows->in_arena = false;
    rows->cap = cap;
    return true;
}

bool rowan__rows_reserve(rowan__rows *rows, size_t n)
{
    return rows->cap - rows->n_rows >= n || first_block(rows, n) || grow(rows, n);
}

rowan_status rowan__bad_column(const rowan_model *shape, const rowan_column *column,
                               const char *what, rowan_error *err)
{
    return rowan_fail(err, ROWAN_EDATA, "%s.%s in the database %s", shape->table,
                      column->name, what);
}

rowan_status rowan__read_null(const rowan_model *shape, const rowan_column *column,
                              char *row, rowan_error *err)
{
    if (!column->nullable)
        return rowan__bad_column(shape, column,
                                 "is NULL, which the model does not allow", err);
    if (rowan__is_span(column->type))
        memset(row + column->offset, 0, sizeof(rowan_opt_text));
    else
        *(bool *)(row + column->offset) = false;
    return ROWAN_OK;
}

rowan_status rowan__read_label(const rowan_model *shape, const rowan_column *column,
                               const char *label, size_t len, char *row,
                               rowan_error *err)
{
    int value = rowan_enum_value(rowan_column_declared(column)->labels, label, len);
    unsigned member = (unsigned)value;

    if (value < 0)
        return rowan__bad_column(shape, column,
                                 "has a label that the model does not know", err);
    memcpy(row + column->value_offset, &member, sizeof member);
    return ROWAN_OK;
}

rowan_status rowan__read_decimal(const rowan_model *shape, const rowan_column *column,
                                 const char *text, size_t len, char *row,
                                 rowan_error *err)
{
    rowan_decimal value;

    if (rowan_decimal_parse(text, len, &value, NULL) != ROWAN_OK ||
        rowan_decimal_rescale(value, rowan_column_declared(column)->scale, &value,
                              NULL) != ROWAN_OK)
        return rowan__bad_column(shape, column, "is no decimal of the model's scale",
                                 err);
    memcpy(row + column->value_offset, &value, sizeof value);
    return ROWAN_OK;
}
