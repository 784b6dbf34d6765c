/* unit_int.h - the objects that a session tracks: see rowan/unit.h.
 *
 * An object is a row, the row as the database has it (its snapshot), and a head before
 * both. The objects of a model lie in slabs that never move, and are found by their key in
 * a map. All of it, with the text of the rows, lies in the unit's arena and goes when the
 * unit is cleared. What flushes have done since the transaction began is noted in a log,
 * from whose end a rollback undoes it.
 */
#ifndef ROWAN_UNIT_INT_H
#define ROWAN_UNIT_INT_H

#include <rowan/unit.h>

#include "row_int.h"
#include "session_int.h"

typedef enum rowan__object_state {
    ROWAN__OBJECT_NEW,    /* added; inserted at the next flush */
    ROWAN__OBJECT_KEPT,   /* a row of the database */
    ROWAN__OBJECT_DOOMED, /* deleted at the next flush */
    ROWAN__OBJECT_GONE    /* no longer tracked; its memory stays until the clear */
} rowan__object_state;

typedef struct rowan__object rowan__object;
typedef struct rowan__extent rowan__extent;

/* A member that gets another object's key when that is known. */
typedef struct rowan__refer {
    struct rowan__refer *next;
    const rowan_column *column;
    rowan__object *to;
} rowan__refer;

struct rowan__object {
    rowan__object *next; /* in its bucket of the map */
    uint64_t hash;       /* of its key */
    rowan__refer *refers;
    rowan__column_set changes; /* flush.c: the columns to be written */
    uint32_t epoch;            /* of the unit, when it was read or written */
    uint32_t
        depth; /* flush_order.c: how many rows it refers to, one by way of the other */
    uint8_t state;
    bool mapped; /* it is in the map */
    char row[] __attribute__((aligned(16)));
};

typedef struct rowan__slab {
    struct rowan__slab *next; /* an older one, of half the size */
    size_t n_objects, cap;
    char objects[] __attribute__((aligned(16)));
} rowan__slab;

/* The objects of one model. */
struct rowan__extent {
    rowan__extent *next;
    const rowan_model *model;
    const rowan_column *auto_key; /* NULL if there is none */
    rowan__column_set
        numbered;            /* of the key: AUTO, or refers to one: 0 is no key yet */
    size_t snapshot_at;      /* bytes from an object to its snapshot */
    size_t stride;           /* and to the next object of its slab */
    rowan__slab *slabs;      /* the newest first */
    rowan__object **buckets; /* buckets[n_buckets], a power of 2; 0 at first */
    size_t n_buckets;
    size_t n_mapped;
};

/* What a flush did to an object, to be undone. */
typedef struct rowan__undo {
    rowan__extent *extent;
    rowan__object *object;
    char *snapshot; /* the one before; NULL if the flush left it */
    uint8_t state;  /* the one before */
    bool keyed;     /* the flush gave it its AUTO key */
} rowan__undo;

typedef struct rowan__unit {
    rowan_arena *arena;
    rowan__extent *extents;
    uint32_t epoch; /* an object of an older one may differ from the database */
    bool rereads;   /* what is read now is newer than any object: its row is locked */
    rowan__undo *undos; /* undos[n_undos], the oldest first */
    size_t n_undos, undos_cap;
    rowan_arena *undo_arena; /* of their snapshots */
} rowan__unit;

/* The session's unit, made when it is first asked for; NULL when memory is out. */
rowan__unit *rowan__unit_of(rowan_session *session);
void rowan__unit_free(rowan__unit *unit);

/* What relations and the like build on: rows that were read become tracked objects.
 *
 * Makes `row`, as it was read from the database, an object of the session, or finds the one
 * that its key has already; that is brought up to date if it is of an older epoch and has
 * no pending edits. A new one borrows the row's text, which must live as long as the unit:
 * read it into an arena that is a child of rowan__unit_arena().
 * out    the object; NULL if the session is about to delete it
 * keeps  set to true if the row's text is borrowed from now on, else left alone */
rowan_status rowan__unit_adopt(rowan_session *session, const rowan_model *model,
                               const void *row, void **out, bool *keeps,
                               rowan_error *err) ROWAN_CHECKED;

/* NULL when memory is out. */
rowan_arena *rowan__unit_arena(rowan_session *session);

/* unit_related.c: the objects of a query that names relations, in memory of the unit's. */
rowan_status rowan__unit_fetch_related(rowan_session *session, const rowan_query *query,
                                       void ***objects, size_t *n_objects,
                                       rowan_error *err) ROWAN_CHECKED;

/* objects.c */

static inline void *rowan__snapshot(const rowan__extent *extent,
                                    const rowan__object *object)
{
    return (char *)(uintptr_t)object + extent->snapshot_at;
}

static inline rowan__object *rowan__slab_at(const rowan__extent *extent,
                                            rowan__slab *slab, size_t i)
{
    return (rowan__object *)(void *)(slab->objects + i * extent->stride);
}

/* The model whose rows they are: an alias has none of its own. */
const rowan_model *rowan__tracked_model(const rowan_model *model);

/* The model's extent, made if need be; NULL when memory is out. */
rowan__extent *rowan__unit_extent(rowan__unit *unit, const rowan_model *model);

/* A new object with this row, of no state and in no map; NULL when memory is out. */
rowan__object *rowan__object_new(rowan__unit *unit, rowan__extent *extent,
                                 const void *row);

/* The object that a row of a caller's belongs to; NULL if it is none of the session's, or
 * gone. */
rowan__object *rowan__object_of(const rowan__extent *extent, const void *row);

/* The object with the key that `row` has; NULL if there is none. */
rowan__object *rowan__map_find(const rowan__extent *extent, const void *row);

/* Makes room for `n` objects more; false when memory is out. */
bool rowan__map_reserve(rowan__extent *extent, size_t n);

/* Adds an object under the key of its row; there is room. One that has this key is gone. */
void rowan__map_add(rowan__extent *extent, rowan__object *object);
void rowan__map_remove(rowan__extent *extent, rowan__object *object);

/* The row of an object is gone, and it is no longer the session's: a rollback, which brings
 * the row back, brings it back. */
rowan_status rowan__object_lost(rowan_session *session, rowan__extent *extent,
                                rowan__object *object, rowan_error *err) ROWAN_CHECKED;

/* Whether a row has no key yet. */
bool rowan__lacks_key(const rowan__extent *extent, const void *row);

/* undo.c */

/* Makes room for `n` entries. */
bool rowan__undo_reserve(rowan__unit *unit, size_t n);

/* Notes what is about to be done to an object; there is room. False when memory is out. */
bool rowan__undo_add(rowan__unit *unit, rowan__extent *extent, rowan__object *object,
                     bool with_snapshot, bool keyed);

/* After a commit: nothing can be undone any more. */
void rowan__unit_committed(rowan__unit *unit);

/* After a rollback: undoes down to `mark` (an n_undos of before), drops what is pending. */
void rowan__unit_undo(rowan__unit *unit, size_t mark);

/* flush.c */

/* Writes all that is pending; a transaction is open if anything is. */
rowan_status rowan__unit_flush(rowan_session *session, rowan_error *err) ROWAN_CHECKED;

/* Whether a flush would write anything. */
bool rowan__unit_pending(const rowan__unit *unit);

/* flush_write.c: each writes objects[n] of one model, and notes how to undo it. */

/* Sets a member to the key of an object that has one. */
rowan_status rowan__refer_now(const rowan_column *column, rowan__object *object,
                              const rowan__object *to, rowan_error *err) ROWAN_CHECKED;

/* Inserts them, in this order. */
rowan_status rowan__insert_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err) ROWAN_CHECKED;

/* Updates the columns object->changes of each; changes the order. */
rowan_status rowan__update_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err) ROWAN_CHECKED;

/* Deletes them, in this order. */
rowan_status rowan__delete_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err) ROWAN_CHECKED;

/* flush_order.c */

/* Orders objects[n] of one model so that each comes after those of them it refers to (or,
 * of those that are to be deleted, before), and sets their depths.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. */
rowan_status rowan__order_objects(const rowan__extent *extent, rowan__object **objects,
                                  size_t n_objects, bool deleting,
                                  rowan_error *err) ROWAN_CHECKED;

/* Orders extents[n] so that each comes after those its model refers to. */
void rowan__order_extents(rowan__extent **extents, size_t n_extents);

#endif
