/* result.c - see rowan/result.h. */
#include "session_int.h"

#include <assert.h>

#include "alloc_int.h"

rowan_status rowan__result_new(const rowan_model *shape, rowan_result **out,
                               rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan_result *result =
        arena == NULL ? NULL : rowan__arena_alloc(arena, sizeof *result);

    if (result == NULL) {
        rowan_arena_free(arena);
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    rowan__rows_init(&result->rows, shape, arena);
    result->parts = NULL;
    *out = result;
    return ROWAN_OK;
}

rowan__rows *rowan__result_add(rowan_result *result, const rowan_model *shape)
{
    rowan__part *part = rowan_arena_alloc(result->rows.arena, sizeof *part);

    if (part == NULL)
        return NULL;
    rowan__rows_init(&part->rows, shape, result->rows.arena);
    part->next = result->parts;
    result->parts = part;
    return &part->rows;
}

void rowan_result_free(rowan_result *result)
{
    rowan_arena *arena;

    if (result == NULL)
        return;
    arena = result->rows.arena;
    rowan__rows_done(&result->rows);
    for (rowan__part *part = result->parts; part != NULL; part = part->next)
        rowan__rows_done(&part->rows);
    rowan_arena_free(arena); /* the result lies in it */
}

size_t rowan_result_count(const rowan_result *result)
{
    return result->rows.n_rows;
}

const rowan_model *rowan_result_model(const rowan_result *result)
{
    return result->rows.shape;
}

void *rowan_result_rows(const rowan_result *result)
{
    return result->rows.n_rows > 0 ? result->rows.bytes : NULL;
}

rowan_arena *rowan_result_arena(rowan_result *result)
{
    return result->rows.arena;
}

void *rowan__result_rows_of(const rowan_result *result, const rowan_model *model)
{
    assert(result->rows.shape == model);
    (void)model;
    return rowan_result_rows(result);
}
