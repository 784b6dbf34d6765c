/* objects.c - where the objects of a session lie, and the map that finds them by key. */
#include "unit_int.h"

#include <string.h>

#include "alloc_int.h"

#define FIRST_SLAB 16
#define MAX_SLAB   65536 /* objects */

static size_t align(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

rowan__unit *rowan__unit_of(rowan_session *session)
{
    rowan__unit *unit = session->unit;

    if (unit != NULL)
        return unit;
    unit = rowan__calloc(1, sizeof *unit);
    if (unit == NULL)
        return NULL;
    unit->arena = rowan_arena_new(NULL, 0);
    unit->undo_arena = rowan_arena_new(NULL, 0);
    if (unit->arena == NULL || unit->undo_arena == NULL) {
        rowan__unit_free(unit);
        return NULL;
    }
    session->unit = unit;
    session->tracks = true;
    return unit;
}

void rowan__unit_free(rowan__unit *unit)
{
    if (unit == NULL)
        return;
    for (rowan__extent *extent = unit->extents; extent != NULL; extent = extent->next)
        rowan__free(extent->buckets);
    rowan_arena_free(unit->arena); /* the extents lie in it */
    rowan_arena_free(unit->undo_arena);
    rowan__free(unit->undos);
    rowan__free(unit);
}

rowan_arena *rowan__unit_arena(rowan_session *session)
{
    rowan__unit *unit = rowan__unit_of(session);

    return unit == NULL ? NULL : unit->arena;
}

const rowan_model *rowan__tracked_model(const rowan_model *model)
{
    return model->is_alias ? model->base : model;
}

static rowan__column_set numbered(const rowan_model *model)
{
    rowan__column_set set = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->primary_key &&
            (column->automatic ||
             (column->references != NULL &&
              column->references->columns[column->references_index].automatic)))
            set |= rowan__column_bit(model, column);
    }
    return set;
}

rowan__extent *rowan__unit_extent(rowan__unit *unit, const rowan_model *model)
{
    const rowan_column *key = rowan_model_key(model);
    rowan__extent *extent;

    model = rowan__tracked_model(model);
    for (extent = unit->extents; extent != NULL; extent = extent->next) {
        if (rowan__same_model(extent->model, model))
            return extent;
    }
    extent = rowan_arena_calloc(unit->arena, 1, sizeof *extent);
    if (extent == NULL)
        return NULL;
    extent->model = model;
    extent->auto_key = key != NULL && key->automatic ? key : NULL;
    extent->numbered = numbered(model);
    extent->snapshot_at = sizeof(rowan__object) + align(model->row_size);
    extent->stride = extent->snapshot_at + align(model->row_size);
    extent->next = unit->extents;
    unit->extents = extent;
    return extent;
}

/* Objects. */

static rowan__slab *new_slab(rowan__unit *unit, rowan__extent *extent)
{
    size_t cap = extent->slabs == NULL ? FIRST_SLAB : extent->slabs->cap * 2, size;
    rowan__slab *slab;

    if (cap > MAX_SLAB)
        cap = MAX_SLAB;
    if (!rowan__mul(cap, extent->stride, &size))
        return NULL;
    slab = rowan_arena_alloc(unit->arena, sizeof *slab + size);
    if (slab == NULL)
        return NULL;
    slab->n_objects = 0;
    slab->cap = cap;
    slab->next = extent->slabs;
    extent->slabs = slab;
    return slab;
}

rowan__object *rowan__object_new(rowan__unit *unit, rowan__extent *extent,
                                 const void *row)
{
    rowan__slab *slab = extent->slabs;
    rowan__object *object;

    if (slab == NULL || slab->n_objects == slab->cap)
        slab = new_slab(unit, extent);
    if (slab == NULL)
        return NULL;
    object = rowan__slab_at(extent, slab, slab->n_objects++);
    memset(object, 0, sizeof *object);
    object->state = ROWAN__OBJECT_GONE;
    object->epoch = unit->epoch;
    memcpy(object->row, row, extent->model->row_size);
    memcpy(rowan__snapshot(extent, object), row, extent->model->row_size);
    return object;
}

rowan__object *rowan__object_of(const rowan__extent *extent, const void *row)
{
    const char *head = (const char *)row - offsetof(rowan__object, row);

    for (rowan__slab *slab = extent->slabs; slab != NULL; slab = slab->next) {
        size_t at = (size_t)((uintptr_t)head - (uintptr_t)slab->objects);
        rowan__object *object;

        if ((uintptr_t)head < (uintptr_t)slab->objects ||
            at >= slab->n_objects * extent->stride)
            continue;
        object = rowan__slab_at(extent, slab, at / extent->stride);
        return at % extent->stride == 0 && object->state != ROWAN__OBJECT_GONE ? object
                                                                               : NULL;
    }
    return NULL;
}

bool rowan__lacks_key(const rowan__extent *extent, const void *row)
{
    const rowan_column *columns = extent->model->columns;
    rowan_value value;

    for (rowan__column_set set = extent->numbered; set != 0; set &= set - 1) {
        rowan_column_get(&columns[__builtin_ctzll(set)], row, &value);
        if (value.as.int64 == 0)
            return true;
    }
    return false;
}

/* The map. */

/* A row's key may be edited, which a flush refuses: the snapshot's is the one. */
static rowan__object *find_hashed(const rowan__extent *extent, const void *row,
                                  uint64_t hash)
{
    rowan__object *object = extent->buckets[hash & (extent->n_buckets - 1)];

    while (object != NULL &&
           (object->hash != hash ||
            !rowan__same_key(extent->model, rowan__snapshot(extent, object), row)))
        object = object->next;
    return object;
}

rowan__object *rowan__map_find(const rowan__extent *extent, const void *row)
{
    return extent->n_buckets == 0
               ? NULL
               : find_hashed(extent, row, rowan__key_hash(extent->model, row));
}

bool rowan__map_reserve(rowan__extent *extent, size_t n)
{
    size_t n_buckets = extent->n_buckets == 0 ? 16 : extent->n_buckets;
    rowan__object **buckets;

    while (n_buckets < 2 * (extent->n_mapped + n))
        n_buckets *= 2;
    if (n_buckets == extent->n_buckets)
        return true;
    buckets = rowan__calloc(n_buckets, sizeof(rowan__object *));
    if (buckets == NULL)
        return false;
    for (size_t i = 0; i < extent->n_buckets; i++) {
        rowan__object *object = extent->buckets[i], *next;

        for (; object != NULL; object = next) {
            rowan__object **bucket = &buckets[object->hash & (n_buckets - 1)];

            next = object->next;
            object->next = *bucket;
            *bucket = object;
        }
    }
    rowan__free(extent->buckets);
    extent->buckets = buckets;
    extent->n_buckets = n_buckets;
    return true;
}

void rowan__map_add(rowan__extent *extent, rowan__object *object)
{
    const void *snapshot = rowan__snapshot(extent, object);
    rowan__object *other, **bucket;

    object->hash = rowan__key_hash(extent->model, snapshot);
    other = find_hashed(extent, snapshot, object->hash);
    if (other != NULL) { /* the row it was is no more, and its key was given anew */
        rowan__map_remove(extent, other);
        other->state = ROWAN__OBJECT_GONE;
    }
    bucket = &extent->buckets[object->hash & (extent->n_buckets - 1)];
    object->next = *bucket;
    *bucket = object;
    object->mapped = true;
    extent->n_mapped++;
}

void rowan__map_remove(rowan__extent *extent, rowan__object *object)
{
    rowan__object **at;

    if (!object->mapped)
        return;
    at = &extent->buckets[object->hash & (extent->n_buckets - 1)];
    while (*at != object)
        at = &(*at)->next;
    *at = object->next;
    object->mapped = false;
    extent->n_mapped--;
}

rowan_status rowan__object_lost(rowan_session *session, rowan__extent *extent,
                                rowan__object *object, rowan_error *err)
{
    rowan__unit *unit = session->unit;

    if (session->in_transaction &&
        (!rowan__undo_reserve(unit, 1) ||
         !rowan__undo_add(unit, extent, object, false, false)))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    rowan__map_remove(extent, object);
    object->state = ROWAN__OBJECT_GONE;
    return ROWAN_OK;
}

/* Whether an object is to say what was read. */
static bool is_outdated(const rowan__unit *unit, const rowan__extent *extent,
                        const rowan__object *object)
{
    return object->state == ROWAN__OBJECT_KEPT &&
           (object->epoch != unit->epoch || unit->rereads) &&
           rowan__row_diff(extent->model, object->row,
                           rowan__snapshot(extent, object)) == 0;
}

/* Brings an object to what was read: a rollback brings it back. */
static rowan_status refresh(rowan_session *session, rowan__extent *extent,
                            rowan__object *object, const void *row, rowan_error *err)
{
    rowan__unit *unit = session->unit;

    if (session->in_transaction &&
        (!rowan__undo_reserve(unit, 1) ||
         !rowan__undo_add(unit, extent, object, true, false)))
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    rowan__copy_columns(extent->model, object->row, row);
    rowan__copy_columns(extent->model, rowan__snapshot(extent, object), row);
    object->epoch = unit->epoch;
    return ROWAN_OK;
}

rowan_status rowan__unit_adopt(rowan_session *session, const rowan_model *model,
                               const void *row, void **out, bool *keeps,
                               rowan_error *err)
{
    rowan__unit *unit = rowan__unit_of(session);
    rowan__extent *extent = unit == NULL ? NULL : rowan__unit_extent(unit, model);
    rowan__object *object = extent == NULL ? NULL : rowan__map_find(extent, row);

    if (extent == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (object == NULL) {
        if (rowan__map_reserve(extent, 1))
            object = rowan__object_new(unit, extent, row);
        if (object == NULL)
            return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        object->state = ROWAN__OBJECT_KEPT;
        rowan__map_add(extent, object);
        *keeps = true;
    } else if (is_outdated(unit, extent, object)) {
        if (refresh(session, extent, object, row, err) != ROWAN_OK)
            return ROWAN_ENOMEM;
        *keeps = true;
    }
    *out = object->state == ROWAN__OBJECT_DOOMED ? NULL : object->row;
    return ROWAN_OK;
}
