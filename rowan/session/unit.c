/* unit.c - getting, adding and deleting a session's objects. See rowan/unit.h. */
#include "unit_int.h"

#include <string.h>

#include "alloc_int.h"
#include "relation_int.h"
#include "type_int.h"

static rowan_status out_of_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* `out` points to a pointer to some struct. */
static void give(void *out, void *row)
{
    if (out != NULL)
        memcpy(out, &row, sizeof row);
}

static rowan__extent *extent_of(rowan_session *session, const rowan_model *model)
{
    rowan__unit *unit = rowan__unit_of(session);

    return unit == NULL ? NULL : rowan__unit_extent(unit, model);
}

/* Getting. */

/* Reads rows and makes them objects, objects[*n_objects], in memory of the caller's. */
static rowan_status read_objects(rowan_session *session,
                                 const rowan__statement *statement, rowan__rows *rows,
                                 void ***objects, size_t *n_objects, bool *keeps,
                                 rowan_error *err)
{
    const rowan_model *model = rows->shape;
    rowan_status st = rowan__session_read(session, statement, rows, err);

    *n_objects = 0;
    if (st != ROWAN_OK)
        return st;
    *objects =
        rowan_arena_calloc(session->unit->arena, rows->n_rows + 1, sizeof **objects);
    if (*objects == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < rows->n_rows && st == ROWAN_OK; i++) {
        void **object = &(*objects)[*n_objects];

        st = rowan__unit_adopt(session, model, rows->bytes + i * model->row_size,
                               object, keeps, err);
        if (st == ROWAN_OK && *object != NULL)
            (*n_objects)++;
    }
    return st;
}

/* The same, with the texts where the objects are. */
static rowan_status fetch_objects(rowan_session *session, const rowan_model *model,
                                  const rowan__statement *statement, void ***objects,
                                  size_t *n_objects, rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(session->unit->arena, 0);
    rowan__rows rows;
    bool keeps = false;
    rowan_status st;

    if (arena == NULL)
        return out_of_memory(err);
    rowan__rows_init(&rows, model, arena);
    st = read_objects(session, statement, &rows, objects, n_objects, &keeps, err);
    rowan__rows_done(&rows);
    if (!keeps)
        rowan_arena_free(arena);
    return st;
}

static rowan_status not_found(const rowan_model *model, rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOTFOUND, "no such %s", model->table);
}

/* Reads the row with the key of `like`. */
static rowan_status read_object(rowan_session *session, rowan__extent *extent,
                                const void *like, void *out, rowan_error *err)
{
    rowan_query query = { .model = extent->model };
    rowan__object *known = rowan__map_find(extent, like);
    rowan__statement statement;
    void **objects = NULL;
    size_t n = 0;
    rowan_status st;

    st = rowan__statement_of_columns(&statement, ROWAN__SELECT_KEY, &query, 0, err);
    statement.max_rows = 1;
    if (st == ROWAN_OK)
        st = rowan__bind_row(&statement, NULL, like, statement.binds, err);
    if (st == ROWAN_OK)
        st = fetch_objects(session, extent->model, &statement, &objects, &n, err);
    rowan__statement_done(&statement);
    if (st != ROWAN_OK)
        return st;
    if (n == 0) {
        if (known != NULL && known->state == ROWAN__OBJECT_KEPT)
            st = rowan__object_lost(session, extent, known, err);
        return st == ROWAN_OK ? not_found(extent->model, err) : st;
    }
    give(out, objects[0]);
    return ROWAN_OK;
}

rowan_status rowan_session_get_row(rowan_session *session, const rowan_model *model,
                                   const void *like, void *out, rowan_error *err)
{
    rowan__extent *extent = extent_of(session, model);
    rowan__object *object;

    if (extent == NULL)
        return out_of_memory(err);
    object = rowan__map_find(extent, like);
    if (object != NULL && object->state == ROWAN__OBJECT_DOOMED)
        return not_found(model, err);
    if (object == NULL ||
        (object->state == ROWAN__OBJECT_KEPT && object->epoch != session->unit->epoch))
        return read_object(session, extent, like, out, err);
    give(out, object->row);
    return ROWAN_OK;
}

rowan_status rowan_session_get_value(rowan_session *session, const rowan_model *model,
                                     rowan_value key, void *out, rowan_error *err)
{
    const rowan_column *column = rowan_model_key(model);
    void *like;
    rowan_status st;

    if (column == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has a key of several columns",
                          model->name);
    if (key.type == ROWAN_INT64 && !key.is_null &&
        (column->type == ROWAN_INT16 || column->type == ROWAN_INT32) &&
        !rowan__int_fits(column->type, key.as.int64))
        return not_found(model, err);
    like = rowan__calloc(1, model->row_size);
    if (like == NULL)
        return out_of_memory(err);
    st = rowan_column_set(column, like, &key, err);
    if (st == ROWAN_OK)
        st = rowan_session_get_row(session, model, like, out, err);
    rowan__free(like);
    return st;
}

/* The objects of a query that names no relations. */
static rowan_status fetch_alone(rowan_session *session, const rowan_query *query,
                                void ***objects, size_t *n_objects, rowan_error *err)
{
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, query, NULL, 0, err);

    if (st == ROWAN_OK)
        st = fetch_objects(session, query->model, &statement, objects, n_objects, err);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_session_fetch_rows(rowan_session *session, const rowan_model *model,
                                      const rowan_query *query, void *out,
                                      size_t *n_objects, rowan_error *err)
{
    void **objects = NULL;
    size_t n = 0;
    rowan_status st;

    if (!rowan__same_model(rowan__tracked_model(query->model),
                           rowan__tracked_model(model)))
        return rowan_fail(err, ROWAN_EINVAL, "the query reads %s, not %s",
                          query->model->name, model->name);
    if (rowan__key_columns(model) == 0)
        return rowan_fail(err, ROWAN_EINVAL, "%s has no key to tell its rows by",
                          model->name);
    if (rowan__unit_of(session) == NULL)
        return out_of_memory(err);
    session->unit->rereads = query->lock != ROWAN_NO_LOCK;
    st = query->with[0] == NULL
             ? fetch_alone(session, query, &objects, &n, err)
             : rowan__unit_fetch_related(session, query, &objects, &n, err);
    session->unit->rereads = false;
    if (st != ROWAN_OK)
        return st;
    memcpy(out, &objects, sizeof objects);
    *n_objects = n;
    return ROWAN_OK;
}

/* Adding, deleting. */

/* Whether the key of a row to be added is free, as far as the session knows. An object that
 * may be out of date (its row was read in a transaction that was taken back) is looked for. */
static rowan_status check_key(rowan_session *session, rowan__extent *extent,
                              const void *row, rowan_error *err)
{
    const rowan__object *object = rowan__map_find(extent, row);
    char key[128];
    void *found;
    rowan_status st;

    if (object == NULL)
        return ROWAN_OK;
    if (object->state == ROWAN__OBJECT_KEPT && object->epoch != session->unit->epoch) {
        st = read_object(session, extent, row, &found, err);
        if (st != ROWAN_OK)
            return st == ROWAN_ENOTFOUND ? ROWAN_OK : st;
    }
    rowan__key_words(extent->model, row, key, sizeof key);
    return rowan_fail(err, ROWAN_ECONFLICT, "%s %s is in the session already",
                      extent->model->table, key);
}

rowan_status rowan_session_add_row(rowan_session *session, const rowan_model *model,
                                   const void *row, void *out, rowan_error *err)
{
    rowan__extent *extent = extent_of(session, model);
    rowan__object *object;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK && extent == NULL)
        st = out_of_memory(err);
    if (st == ROWAN_OK && !rowan__lacks_key(extent, row))
        st = check_key(session, extent, row, err);
    if (st != ROWAN_OK)
        return st;
    object = rowan__map_reserve(extent, 1)
                 ? rowan__object_new(session->unit, extent, row)
                 : NULL;
    if (object == NULL ||
        !rowan__own_texts(model, object->row, NULL, session->unit->arena))
        return out_of_memory(err);
    rowan__relations_clear(model, object->row);
    memcpy(rowan__snapshot(extent, object), object->row, model->row_size);
    if (!rowan__lacks_key(extent, object->row))
        rowan__map_add(extent, object);
    object->state = ROWAN__OBJECT_NEW;
    give(out, object->row);
    return ROWAN_OK;
}

static rowan_status find_object(rowan_session *session, const rowan_model *model,
                                const void *row, rowan__extent **extent,
                                rowan__object **object, rowan_error *err)
{
    *extent = extent_of(session, model);
    if (*extent == NULL)
        return out_of_memory(err);
    *object = rowan__object_of(*extent, row);
    return *object != NULL
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_EINVAL, "this %s is no object of the session",
                            model->name);
}

rowan_status rowan_session_delete_row(rowan_session *session, const rowan_model *model,
                                      void *row, rowan_error *err)
{
    rowan__extent *extent = NULL;
    rowan__object *object = NULL;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = find_object(session, model, row, &extent, &object, err);
    if (st != ROWAN_OK)
        return st;
    object->refers = NULL;
    if (object->state == ROWAN__OBJECT_NEW) {
        rowan__map_remove(extent, object);
        object->state = ROWAN__OBJECT_GONE;
    } else {
        object->state = ROWAN__OBJECT_DOOMED;
    }
    return ROWAN_OK;
}

rowan_status rowan_session_refer_row(rowan_session *session, const rowan_model *model,
                                     void *row, const rowan_column *column,
                                     const rowan_model *target_model,
                                     const void *target, rowan_error *err)
{
    rowan__extent *extent = NULL, *target_extent = NULL;
    rowan__object *object = NULL, *to = NULL;
    rowan__refer *refer, **at;
    rowan_status st = find_object(session, model, row, &extent, &object, err);

    if (st == ROWAN_OK)
        st = find_object(session, target_model, target, &target_extent, &to, err);
    if (st != ROWAN_OK)
        return st;
    if (column->references == NULL ||
        !rowan__same_model(column->references, target_model))
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s does not reference %s", model->name,
                          column->name, target_model->name);
    column = &extent->model->columns[column - model->columns];
    if (object->state == ROWAN__OBJECT_NEW && column->primary_key)
        rowan__map_remove(extent, object); /* what its key is, is not known yet */
    for (at = &object->refers; *at != NULL && (*at)->column != column;)
        at = &(*at)->next;
    refer = *at;
    if (to->state == ROWAN__OBJECT_KEPT) { /* known already */
        if (refer != NULL)
            *at = refer->next;
        return rowan__refer_now(column, object, to, err);
    }
    if (refer == NULL) {
        refer = rowan_arena_calloc(session->unit->arena, 1, sizeof *refer);
        if (refer == NULL)
            return out_of_memory(err);
        refer->column = column;
        *at = refer;
    }
    refer->to = to;
    return ROWAN_OK;
}

rowan_status rowan_session_refresh_row(rowan_session *session, const rowan_model *model,
                                       void *row, rowan_error *err)
{
    rowan__extent *extent = NULL;
    rowan__object *object = NULL;
    void *snapshot, *out = NULL;
    uint32_t epoch;
    rowan_status st = find_object(session, model, row, &extent, &object, err);

    if (st != ROWAN_OK)
        return st;
    if (object->state != ROWAN__OBJECT_KEPT)
        return rowan_fail(err, ROWAN_EINVAL, "this %s has no row to be read",
                          model->name);
    snapshot = rowan__snapshot(extent, object);
    epoch = object->epoch;
    object->epoch = session->unit->epoch - 1; /* to be brought up to date */
    rowan__copy_columns(model, object->row, snapshot);
    object->refers = NULL;
    st = read_object(session, extent, snapshot, &out, err);
    if (st != ROWAN_OK)
        object->epoch = epoch;
    return st;
}

rowan_status rowan_session_text(rowan_session *session, const char *text, size_t len,
                                rowan_text *out, rowan_error *err)
{
    rowan_arena *arena = rowan__unit_arena(session);
    const char *copy = arena == NULL ? NULL : rowan_arena_strndup(arena, text, len);

    if (copy == NULL)
        return out_of_memory(err);
    *out = (rowan_text){ copy, len };
    return ROWAN_OK;
}

/* The unit as a whole. */

rowan_status rowan_session_flush(rowan_session *session, rowan_error *err)
{
    if (session->unit == NULL)
        return ROWAN_OK;
    if (!session->in_transaction)
        return rowan_commit(session, err);
    return rowan__unit_flush(session, err);
}

bool rowan_session_pending(const rowan_session *session)
{
    return session->unit != NULL && rowan__unit_pending(session->unit);
}

void rowan_session_expire(rowan_session *session)
{
    if (session->unit != NULL)
        session->unit->epoch++;
}

void rowan_session_clear(rowan_session *session)
{
    rowan__unit_free(session->unit);
    session->unit = NULL;
    for (size_t i = 0; i < session->n_savepoints; i++)
        session->savepoints[i].n_undos = 0;
}
