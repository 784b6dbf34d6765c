/* unit_related.c - objects with their relations: rowan_session_fetch() of a query that names
 * some. They are read as rowan_fetch() reads them, into a result that stays as long as the
 * objects do; then each row becomes an object, and the relations of objects lead to objects. */
#include "unit_int.h"

#include <string.h>

#include "relation_int.h"

typedef struct tracking {
    rowan_session *session;
    rowan_error *err;
} tracking;

static rowan_status out_of_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* The member is no column: an object and its snapshot have the same in it. */
static void set_relation(rowan_session *session, const rowan_model *model,
                         const rowan_relation *relation, void *row, void **related,
                         size_t n)
{
    rowan__extent *extent = rowan__unit_extent(session->unit, model);
    rowan__object *object = rowan__object_of(extent, row);

    for (int i = 0; i < 2; i++) {
        if (rowan_relation_is_many(relation))
            rowan__relation_set_many(relation, row, related, n);
        else
            rowan__relation_set_one(relation, row, n > 0 ? related[0] : NULL);
        row = rowan__snapshot(extent, object);
    }
}

static rowan_status adopt(tracking *t, const rowan_model *model,
                          const rowan_relation_query *const *with, const void *row,
                          void **object);

/* The rows of one relation of a row. */
static rowan_status adopt_relation(tracking *t, const rowan_model *model,
                                   const rowan_relation_query *with, const void *row,
                                   void *object)
{
    const rowan_relation *relation = rowan_relation_at(model, with->offset);
    void **rows = NULL, **objects;
    size_t n = 0, n_objects = 0;
    rowan_status st = ROWAN_OK;

    if (relation == NULL || !rowan_relation_get(relation, row, &rows, &n))
        return ROWAN_OK;
    objects = rowan_arena_calloc(t->session->unit->arena, n + 1, sizeof *objects);
    if (objects == NULL)
        return out_of_memory(t->err);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        if (rows[i] != NULL)
            st = adopt(t, relation->target, with->with, rows[i], &objects[n_objects]);
        if (st == ROWAN_OK && rows[i] != NULL && objects[n_objects] != NULL)
            n_objects++;
    }
    if (st == ROWAN_OK)
        set_relation(t->session, model, relation, object, objects, n_objects);
    return st;
}

/* A row and its relations; *object is NULL if the session is to delete it. */
static rowan_status adopt(tracking *t, const rowan_model *model,
                          const rowan_relation_query *const *with, const void *row,
                          void **object)
{
    bool keeps = false;
    rowan_status st = rowan__unit_adopt(t->session, model, row, object, &keeps, t->err);

    for (size_t i = 0;
         st == ROWAN_OK && *object != NULL && i < ROWAN_MAX_WITH && with[i] != NULL;
         i++)
        st = adopt_relation(t, model, with[i], row, *object);
    return st;
}

static void free_result(void *result)
{
    rowan_result_free(result);
}

rowan_status rowan__unit_fetch_related(rowan_session *session, const rowan_query *query,
                                       void ***objects, size_t *n_objects,
                                       rowan_error *err)
{
    const rowan_model *model = query->model;
    tracking t = { .session = session, .err = err };
    rowan_result *result = NULL;
    const char *row;
    rowan_status st = rowan_fetch(session, query, &result, err);

    *n_objects = 0;
    if (st != ROWAN_OK)
        return st;
    st = rowan_arena_on_free(session->unit->arena, free_result, result);
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return out_of_memory(err);
    }
    *objects = rowan_arena_calloc(session->unit->arena, rowan_result_count(result) + 1,
                                  sizeof **objects);
    if (*objects == NULL)
        return out_of_memory(err);
    row = rowan_result_rows(result);
    for (size_t i = 0; i < rowan_result_count(result) && st == ROWAN_OK; i++) {
        void **object = &(*objects)[*n_objects];

        st = adopt(&t, model, query->with, row, object);
        if (st == ROWAN_OK && *object != NULL)
            (*n_objects)++;
        row += model->row_size;
    }
    return st;
}
