/* undo.c - what a session's objects are after a commit, and after a rollback.
 *
 * A rollback of the database is followed here: what flushes did is undone from the end of
 * the log to the mark, then all edits that no flush has seen are dropped. An object that
 * was there before says again what it said; one that was added is gone.
 */
#include "unit_int.h"

#include <string.h>

#include "alloc_int.h"

bool rowan__undo_reserve(rowan__unit *unit, size_t n)
{
    size_t cap = unit->undos_cap < 64 ? 64 : unit->undos_cap, bytes;
    rowan__undo *undos;

    while (cap < unit->n_undos + n)
        cap *= 2;
    if (cap == unit->undos_cap)
        return true;
    if (!rowan__mul(cap, sizeof *undos, &bytes))
        return false;
    undos = rowan__realloc(unit->undos, bytes);
    if (undos == NULL)
        return false;
    unit->undos = undos;
    unit->undos_cap = cap;
    return true;
}

bool rowan__undo_add(rowan__unit *unit, rowan__extent *extent, rowan__object *object,
                     bool with_snapshot, bool keyed)
{
    rowan__undo *undo = &unit->undos[unit->n_undos];

    *undo = (rowan__undo){
        .extent = extent, .object = object, .state = object->state, .keyed = keyed
    };
    if (with_snapshot) {
        undo->snapshot = rowan_arena_alloc(unit->undo_arena, extent->model->row_size);
        if (undo->snapshot == NULL)
            return false;
        memcpy(undo->snapshot, rowan__snapshot(extent, object),
               extent->model->row_size);
    }
    unit->n_undos++;
    return true;
}

void rowan__unit_committed(rowan__unit *unit)
{
    if (unit == NULL)
        return;
    unit->n_undos = 0;
    rowan_arena_clear(unit->undo_arena);
    unit->epoch++;
}

static void expel(rowan__extent *extent, rowan__object *object)
{
    rowan__map_remove(extent, object);
    object->state = ROWAN__OBJECT_GONE;
    object->refers = NULL;
}

/* An object that was expelled can be added again: its key is the database's to give. */
static void forget_key(rowan__extent *extent, rowan__object *object)
{
    memset(object->row + extent->auto_key->offset, 0,
           rowan__column_size(extent->auto_key));
}

static void undo_one(const rowan__undo *undo)
{
    rowan__extent *extent = undo->extent;
    rowan__object *object = undo->object;
    void *snapshot = rowan__snapshot(extent, object);

    if (undo->state == ROWAN__OBJECT_NEW) {
        expel(extent, object);
        if (undo->keyed)
            forget_key(extent, object);
        return;
    }
    if (undo->snapshot != NULL)
        rowan__copy_columns(extent->model, snapshot, undo->snapshot);
    object->state = undo->state;
    if (!object->mapped && rowan__map_reserve(extent, 1))
        rowan__map_add(extent, object);
    else if (!object->mapped)
        object->state = ROWAN__OBJECT_GONE; /* no memory to know it by */
}

static void drop_pending(rowan__extent *extent, rowan__object *object)
{
    const rowan_model *model = extent->model;
    void *snapshot = rowan__snapshot(extent, object);

    object->refers = NULL;
    if (object->state == ROWAN__OBJECT_NEW) {
        expel(extent, object);
        return;
    }
    if (object->state == ROWAN__OBJECT_GONE)
        return;
    object->state = ROWAN__OBJECT_KEPT;
    if (memcmp(object->row, snapshot, model->row_size) != 0)
        rowan__copy_columns(model, object->row, snapshot);
}

void rowan__unit_undo(rowan__unit *unit, size_t mark)
{
    if (unit == NULL)
        return;
    while (unit->n_undos > mark)
        undo_one(&unit->undos[--unit->n_undos]);
    if (mark == 0)
        rowan_arena_clear(unit->undo_arena);
    for (rowan__extent *extent = unit->extents; extent != NULL; extent = extent->next) {
        for (rowan__slab *slab = extent->slabs; slab != NULL; slab = slab->next) {
            for (size_t i = 0; i < slab->n_objects; i++)
                drop_pending(extent, rowan__slab_at(extent, slab, i));
        }
    }
    unit->epoch++;
}
