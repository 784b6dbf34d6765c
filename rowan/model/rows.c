/* rows.c - see rows_int.h. */
#include "rows_int.h"

#include "alloc_int.h"

#include <string.h>

void rowan__rows_init(rowan__rows *rows, const rowan_model *shape, rowan_arena *arena)
{
    memset(rows, 0, sizeof *rows);
    rows->shape = shape;
    rows->arena = arena;
}

void rowan__rows_done(rowan__rows *rows)
{
    rowan__free(rows->bytes);
    rows->bytes = NULL;
    rows->n_rows = rows->cap = 0;
}

bool rowan__rows_reserve(rowan__rows *rows, size_t n)
{
    size_t cap = rows->cap < 16 ? 16 : rows->cap * 2;
    size_t bytes;
    char *block;

    if (rows->cap - rows->n_rows >= n)
        return true;
    if (cap - rows->n_rows < n)
        cap = rows->n_rows + n;
    if (cap < n || !rowan__mul(cap, rows->shape->row_size, &bytes))
        return false;
    block = rowan__realloc(rows->bytes, bytes);
    if (block == NULL)
        return false;
    rows->bytes = block;
    rows->cap = cap;
    return true;
}
