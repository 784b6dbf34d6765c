/* flush.c - what a session has to write, and in which order.
 *
 * One walk over all objects finds what is new, what differs from its snapshot and what is
 * to be deleted, before anything is written. Then rows are inserted, tables that are
 * referred to first; then updated, when all keys are known; then deleted, the other way
 * round.
 */
#include "unit_int.h"

#include <string.h>

#include "alloc_int.h"

typedef struct list {
    rowan__object **objects; /* objects[n] */
    size_t n, cap;
} list;

/* What there is to do with the objects of one model. */
typedef struct part {
    rowan__extent *extent;
    list new, changed, doomed;
} part;

static rowan_status out_of_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

static rowan_status push(list *to, rowan__object *object, rowan_error *err)
{
    size_t cap = to->cap == 0 ? 64 : to->cap * 2, bytes;
    rowan__object **objects;

    if (to->n == to->cap) {
        if (!rowan__mul(cap, sizeof(rowan__object *), &bytes))
            return out_of_memory(err);
        objects = rowan__realloc(to->objects, bytes);
        if (objects == NULL)
            return out_of_memory(err);
        to->objects = objects;
        to->cap = cap;
    }
    to->objects[to->n++] = object;
    return ROWAN_OK;
}

/* The columns that are to be written. */
static rowan__column_set changes_of(const rowan__extent *extent,
                                    const rowan__object *object)
{
    const void *snapshot = rowan__snapshot(extent, object);
    rowan__column_set changes = 0;

    if (memcmp(object->row, snapshot, extent->model->row_size) != 0)
        changes = rowan__row_diff(extent->model, object->row, snapshot);
    for (const rowan__refer *refer = object->refers; refer != NULL; refer = refer->next)
        changes |= rowan__column_bit(extent->model, refer->column);
    return changes;
}

bool rowan__unit_pending(const rowan__unit *unit)
{
    for (rowan__extent *extent = unit->extents; extent != NULL; extent = extent->next) {
        for (rowan__slab *slab = extent->slabs; slab != NULL; slab = slab->next) {
            for (size_t i = 0; i < slab->n_objects; i++) {
                const rowan__object *object = rowan__slab_at(extent, slab, i);

                if (object->state == ROWAN__OBJECT_NEW ||
                    object->state == ROWAN__OBJECT_DOOMED ||
                    (object->state == ROWAN__OBJECT_KEPT &&
                     changes_of(extent, object) != 0))
                    return true;
            }
        }
    }
    return false;
}

/* Refuses edits of what is not the caller's to edit. */
static rowan_status check_changes(const rowan__extent *extent,
                                  const rowan__object *object, rowan_error *err)
{
    const rowan_model *model = extent->model;
    const rowan_column *version = rowan_model_version(model);
    char key[128];

    rowan__key_words(model, rowan__snapshot(extent, object), key, sizeof key);
    if (object->changes & rowan__key_columns(model))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s %s: the key of an object cannot be changed", model->table,
                          key);
    if (version != NULL && (object->changes & rowan__column_bit(model, version)))
        return rowan_fail(err, ROWAN_EINVAL, "%s %s: %s is counted by the session",
                          model->table, key, version->name);
    return ROWAN_OK;
}

/* Texts that were set become the session's own: nothing is borrowed after a flush. */
static rowan_status collect_one(rowan__unit *unit, part *to, rowan__object *object,
                                rowan_error *err)
{
    rowan__extent *extent = to->extent;
    const void *snapshot = rowan__snapshot(extent, object);
    rowan_status st;

    if (object->state == ROWAN__OBJECT_DOOMED)
        return push(&to->doomed, object, err);
    if (object->state == ROWAN__OBJECT_GONE)
        return ROWAN_OK;
    if (object->state == ROWAN__OBJECT_KEPT) {
        object->changes = changes_of(extent, object);
        if (object->changes == 0)
            return ROWAN_OK;
        st = check_changes(extent, object, err);
        if (st != ROWAN_OK)
            return st;
    }
    if (!rowan__own_texts(extent->model, object->row, snapshot, unit->arena))
        return out_of_memory(err);
    return push(object->state == ROWAN__OBJECT_NEW ? &to->new : &to->changed, object,
                err);
}

static rowan_status collect(rowan__unit *unit, part *to, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (rowan__slab *slab = to->extent->slabs; slab != NULL; slab = slab->next) {
        for (size_t i = 0; i < slab->n_objects && st == ROWAN_OK; i++)
            st = collect_one(unit, to, rowan__slab_at(to->extent, slab, i), err);
    }
    return st;
}

static rowan_status write_part(rowan_session *session, part *p, rowan_error *err)
{
    rowan_status st =
        rowan__order_objects(p->extent, p->new.objects, p->new.n, false, err);

    return st == ROWAN_OK ? rowan__insert_objects(session, p->extent, p->new.objects,
                                                  p->new.n, err)
                          : st;
}

static rowan_status delete_part(rowan_session *session, part *p, rowan_error *err)
{
    rowan_status st =
        rowan__order_objects(p->extent, p->doomed.objects, p->doomed.n, true, err);

    return st == ROWAN_OK ? rowan__delete_objects(session, p->extent, p->doomed.objects,
                                                  p->doomed.n, err)
                          : st;
}

/* parts[n] are in the order of their references. */
static rowan_status write_parts(rowan_session *session, part *parts, size_t n,
                                rowan_error *err)
{
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__session_ready(session, err);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++)
        st = write_part(session, &parts[i], err);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++)
        st = rowan__update_objects(session, parts[i].extent, parts[i].changed.objects,
                                   parts[i].changed.n, err);
    for (size_t i = n; i > 0 && st == ROWAN_OK; i--)
        st = delete_part(session, &parts[i - 1], err);
    return st;
}

static rowan_status flush_extents(rowan_session *session, rowan__extent **extents,
                                  part *parts, size_t n, rowan_error *err)
{
    bool anything = false;
    rowan_status st = ROWAN_OK;

    rowan__order_extents(extents, n);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        parts[i].extent = extents[i];
        st = collect(session->unit, &parts[i], err);
        anything =
            anything || parts[i].new.n + parts[i].changed.n + parts[i].doomed.n > 0;
    }
    if (st == ROWAN_OK && anything)
        st = write_parts(session, parts, n, err);
    for (size_t i = 0; i < n; i++) {
        rowan__free(parts[i].new.objects);
        rowan__free(parts[i].changed.objects);
        rowan__free(parts[i].doomed.objects);
    }
    return st;
}

rowan_status rowan__unit_flush(rowan_session *session, rowan_error *err)
{
    rowan__unit *unit = session->unit;
    rowan__extent **extents;
    part *parts;
    size_t n = 0;
    rowan_status st;

    for (rowan__extent *extent = unit->extents; extent != NULL; extent = extent->next)
        n++;
    if (n == 0)
        return ROWAN_OK;
    extents = rowan__calloc(n, sizeof(rowan__extent *));
    parts = rowan__calloc(n, sizeof *parts);
    n = 0;
    for (rowan__extent *extent = unit->extents; extent != NULL && extents != NULL;
         extent = extent->next)
        extents[n++] = extent;
    st = extents == NULL || parts == NULL
             ? out_of_memory(err)
             : flush_extents(session, extents, parts, n, err);
    rowan__free(parts);
    rowan__free(extents);
    if (st < 0 && session->in_transaction)
        session->failed = true;
    return st;
}
