/* flush_write.c - the statements of a flush: many rows by each.
 *
 * New rows go to rowan__insert_each(). Rows of which the same columns changed
 * share one prepared UPDATE, which the driver runs for all of them in as few round trips
 * as it can; rows that go are deleted a hundred keys at a time, or by key and version one
 * by one. How to undo it is noted before: noted and not done does no harm.
 */
#include "insert_int.h"
#include "unit_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_int.h"

#define MAX_VALUES 8192 /* of one batch of statements: 256 KB */
#define MAX_KEYS   512  /* of one DELETE */
#define MAX_ARRAY  1000 /* the same by an array */

static rowan_status out_of_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

static void written(rowan__unit *unit, rowan__extent *extent, rowan__object *object)
{
    object->state = ROWAN__OBJECT_KEPT;
    object->epoch = unit->epoch;
    object->refers = NULL;
    memcpy(rowan__snapshot(extent, object), object->row, extent->model->row_size);
}

/* Another object's key. */

rowan_status rowan__refer_now(const rowan_column *column, rowan__object *object,
                              const rowan__object *to, rowan_error *err)
{
    const rowan_model *target = column->references;
    rowan_value value;

    rowan_column_get(&target->columns[column->references_index], to->row, &value);
    return rowan_column_set(column, object->row, &value, err);
}

/* Sets the members that wait for a key; false if one is not known yet. */
static bool resolve(rowan__object *object)
{
    for (rowan__refer *refer = object->refers; refer != NULL; refer = refer->next) {
        if (refer->to->state != ROWAN__OBJECT_KEPT ||
            rowan__refer_now(refer->column, object, refer->to, NULL) != ROWAN_OK)
            return false;
    }
    return true;
}

static rowan_status lost_reference(const rowan__extent *extent,
                                   const rowan__object *object, rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL,
                      "%s: %s refers to an object that is no longer there",
                      extent->model->table, object->refers->column->name);
}

/* Inserts. */

/* A key that is given only now, by another's object or by an edit. */
static void forget_old_key(rowan__extent *extent, rowan__object *object)
{
    if (object->mapped &&
        !rowan__same_key(extent->model, object->row, rowan__snapshot(extent, object)))
        rowan__map_remove(extent, object);
}

/* Makes an object that is inserted known by its key. One that had this key before has no row
 * any more, or the database had not taken it. */
static rowan_status know(rowan_session *session, rowan__extent *extent,
                         rowan__object *object, rowan_error *err)
{
    rowan__object *other = rowan__map_find(extent, object->row);
    rowan_status st = ROWAN_OK;

    if (other != NULL && other != object)
        st = rowan__object_lost(session, extent, other, err);
    if (st == ROWAN_OK && !object->mapped)
        rowan__map_add(extent, object);
    return st;
}

static rowan_status send_inserts(rowan_session *session, rowan__extent *extent,
                                 rowan__object **objects, void **rows, size_t n,
                                 rowan_error *err)
{
    rowan__unit *unit = session->unit;
    rowan_status st;

    if (n == 0)
        return ROWAN_OK;
    if (!rowan__undo_reserve(unit, n) || !rowan__map_reserve(extent, n))
        return out_of_memory(err);
    for (size_t i = 0; i < n; i++) {
        rows[i] = objects[i]->row;
        (void)rowan__undo_add(unit, extent, objects[i], false,
                              extent->auto_key != NULL &&
                                  rowan__lacks_key(extent, objects[i]->row));
    }
    st = rowan__insert_each(session, extent->model, rows, n, err);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        forget_old_key(extent, objects[i]);
        written(unit, extent, objects[i]);
        st = objects[i]->mapped ? ROWAN_OK : know(session, extent, objects[i], err);
    }
    return st;
}

rowan_status rowan__insert_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err)
{
    size_t from = 0; /* of those that are not sent yet */
    void **rows;
    rowan_status st = ROWAN_OK;

    if (n_objects == 0)
        return ROWAN_OK;
    rows = rowan__calloc(n_objects, sizeof(void *));
    if (rows == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < n_objects && st == ROWAN_OK; i++) {
        if (resolve(objects[i]))
            continue;
        st = send_inserts(session, extent, objects + from, rows, i - from, err);
        from = i; /* what it refers to may have been among them */
        if (st == ROWAN_OK && !resolve(objects[i]))
            st = lost_reference(extent, objects[i], err);
    }
    if (st == ROWAN_OK)
        st = send_inserts(session, extent, objects + from, rows, n_objects - from, err);
    rowan__free(rows);
    return st;
}

/* Statements that are run for many rows. */

/* Runs a prepared statement for each of n_rows sets of values.
 * first_miss  NULL, or where to put the first that affected no row; n_rows if none */
static rowan_status run_many(rowan_session *session, const rowan__statement *statement,
                             const rowan_value *values, size_t n_rows,
                             uint64_t *n_affected, size_t *first_miss, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan__prepared *prepared = NULL;
    rowan_status st = rowan__session_ready(session, err);
    int64_t start = rowan__session_clock(session);
    size_t n_values = statement->n_binds;

    *n_affected = 0;
    if (first_miss != NULL)
        *first_miss = n_rows;
    if (st == ROWAN_OK)
        st = rowan__session_prepare(session, statement, &prepared, err);
    if (st == ROWAN_OK && driver->execute_many != NULL && n_rows > 1) {
        st = driver->execute_many(prepared, values, n_values, n_rows, n_affected,
                                  first_miss, err);
    } else if (st == ROWAN_OK) {
        for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++, values += n_values) {
            uint64_t n = 0;

            st = driver->execute(prepared, values, n_values, &n, err);
            *n_affected += n;
            if (n == 0 && first_miss != NULL && *first_miss == n_rows)
                *first_miss = i;
        }
    }
    if (prepared != NULL) {
        rowan__session_log(session, start, prepared->sql, *n_affected, st);
        if (st < 0)
            (void)rowan__session_try_again(session, prepared);
    }
    return rowan__session_after(session, st);
}

/* Another was there before: the same as a serialization failure, to be run again. */
static rowan_status lost_race(rowan_session *session, const rowan__extent *extent,
                              const rowan__object *object, rowan_error *err)
{
    char key[128];

    rowan__key_words(extent->model, rowan__snapshot(extent, object), key, sizeof key);
    (void)rowan_fail(
        err, ROWAN_EBUSY,
        "%s %s was changed or deleted by another transaction since it was read",
        extent->model->table, key);
    return rowan__session_after(session, ROWAN_EBUSY);
}

/* Which of objects[n] has no row any more. */
static rowan_status missing_row(rowan_session *session, const rowan__extent *extent,
                                rowan__object **objects, size_t n, rowan_error *err)
{
    rowan_query query = { .model = extent->model };
    rowan_result *result = NULL;
    rowan__statement statement;
    rowan_status st;
    size_t i;

    st = rowan__statement_of_columns(&statement, ROWAN__SELECT_KEY, &query, 0, err);
    for (i = 0; i + 1 < n && st == ROWAN_OK; i++) {
        st = rowan__bind_row(&statement, NULL, rowan__snapshot(extent, objects[i]),
                             statement.binds, err);
        if (st == ROWAN_OK)
            st = rowan__result_new(extent->model, &result, err);
        if (st != ROWAN_OK)
            break;
        st = rowan__session_read(session, &statement, &result->rows, err);
        bool found = rowan_result_count(result) > 0;

        rowan_result_free(result);
        if (!found)
            break;
    }
    rowan__statement_done(&statement);
    return st == ROWAN_OK ? lost_race(session, extent, objects[i], err) : st;
}

static rowan_status bind_rows(const rowan__statement *statement,
                              const rowan__extent *extent, rowan__object **objects,
                              size_t n, rowan_value *values, rowan_error *err)
{
    for (size_t i = 0; i < n; i++, values += statement->n_binds) {
        const void *snapshot = rowan__snapshot(extent, objects[i]);
        rowan_status st =
            rowan__bind_row(statement, objects[i]->row, snapshot, values, err);

        if (st != ROWAN_OK) {
            char key[128];

            rowan__key_words(extent->model, snapshot, key, sizeof key);
            rowan_error_prefix(err, "%s %s: ", extent->model->table, key);
            return st;
        }
    }
    return ROWAN_OK;
}

/* One batch of UPDATE_COLUMNS or DELETE_VERSION: each must find its row. */
static rowan_status change_batch(rowan_session *session,
                                 const rowan__statement *statement,
                                 const rowan__extent *extent, rowan__object **objects,
                                 size_t n, rowan_value *values, rowan_error *err)
{
    bool versioned = rowan_model_version(extent->model) != NULL;
    uint64_t n_affected = 0;
    size_t first_miss = n;
    rowan_status st = bind_rows(statement, extent, objects, n, values, err);

    if (st == ROWAN_OK)
        st = run_many(session, statement, values, n, &n_affected,
                      versioned ? &first_miss : NULL, err);
    if (st != ROWAN_OK || (n_affected == n && first_miss == n))
        return st;
    return versioned ? lost_race(session, extent,
                                 objects[first_miss < n ? first_miss : 0], err)
                     : missing_row(session, extent, objects, n, err);
}

/* The same for any number of objects, in batches. */
static rowan_status change_all(rowan_session *session,
                               const rowan__statement *statement,
                               const rowan__extent *extent, rowan__object **objects,
                               size_t n, rowan_error *err)
{
    size_t max = MAX_VALUES / statement->n_binds;
    rowan_value *values;
    rowan_status st = ROWAN_OK;

    if (max > n)
        max = n;
    values = rowan__calloc(max * statement->n_binds, sizeof *values);
    if (values == NULL)
        return out_of_memory(err);
    for (size_t at = 0; at < n && st == ROWAN_OK; at += max)
        st = change_batch(session, statement, extent, objects + at,
                          n - at < max ? n - at : max, values, err);
    rowan__free(values);
    return st;
}

/* Updates. */

static int by_changes(const void *a, const void *b)
{
    const rowan__object *x = *(rowan__object *const *)a,
                        *y = *(rowan__object *const *)b;

    return (x->changes > y->changes) - (x->changes < y->changes);
}

static void count_version(const rowan__extent *extent, rowan__object *object)
{
    const rowan_column *version = rowan_model_version(extent->model);
    rowan_value value;

    if (version == NULL)
        return;
    rowan_column_get(version, rowan__snapshot(extent, object), &value);
    value.as.int64 = rowan__next_version(version, value.as.int64);
    if (rowan_column_set(version, object->row, &value, NULL) != ROWAN_OK)
        assert(0 && "a version fits its column");
}

/* Updates objects of which the same columns changed. */
static rowan_status update_alike(rowan_session *session, rowan__extent *extent,
                                 rowan__object **objects, size_t n, rowan_error *err)
{
    rowan__unit *unit = session->unit;
    rowan_query query = { .model = extent->model };
    rowan__statement statement;
    rowan_status st;

    if (!rowan__undo_reserve(unit, n))
        return out_of_memory(err);
    for (size_t i = 0; i < n; i++) {
        if (!rowan__undo_add(unit, extent, objects[i], true, false))
            return out_of_memory(err);
    }
    st = rowan__statement_of_columns(&statement, ROWAN__UPDATE_COLUMNS, &query,
                                     objects[0]->changes, err);
    if (st == ROWAN_OK)
        st = change_all(session, &statement, extent, objects, n, err);
    rowan__statement_done(&statement);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        count_version(extent, objects[i]);
        written(unit, extent, objects[i]);
    }
    return st;
}

rowan_status rowan__update_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err)
{
    bool alike = true;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_objects; i++) {
        if (objects[i]->state != ROWAN__OBJECT_KEPT) /* a new row has its key now */
            return lost_race(session, extent, objects[i], err);
        if (!resolve(objects[i]))
            return lost_reference(extent, objects[i], err);
        alike = alike && objects[i]->changes == objects[0]->changes;
    }
    if (!alike)
        qsort(objects, n_objects, sizeof(rowan__object *), by_changes);
    for (size_t from = 0, to; from < n_objects && st == ROWAN_OK; from = to) {
        for (to = from + 1;
             to < n_objects && objects[to]->changes == objects[from]->changes;)
            to++;
        st = update_alike(session, extent, objects + from, to - from, err);
    }
    return st;
}

/* Deletes. */

/* A statement's number of keys is one of a few, so that few are prepared; the last key is
 * named again to fill it. */
static size_t room_for(size_t n_keys, size_t max)
{
    size_t room = 1;

    while (room < n_keys && room < max)
        room *= 8;
    return room < max ? room : max;
}

/* Deletes rows by their keys alone; a row that is gone already is as it should be. */
static rowan_status delete_batch(rowan_session *session, const rowan__extent *extent,
                                 rowan__object **objects, size_t n, size_t max,
                                 rowan_error *err)
{
    rowan_query query = { .model = extent->model };
    size_t n_keys = room_for(n, max), n_columns;
    uint64_t n_deleted = 0;
    rowan__statement statement;
    rowan_status st = rowan__statement_of_deletes(&statement, &query, n_keys, err);

    n_columns = statement.n_binds / n_keys;
    for (size_t i = 0; i < n_keys && st == ROWAN_OK; i++)
        st = rowan__bind_row(&statement, NULL,
                             rowan__snapshot(extent, objects[i < n ? i : n - 1]),
                             statement.binds + i * n_columns, err);
    if (st == ROWAN_OK)
        st = run_many(session, &statement, statement.binds, 1, &n_deleted, NULL, err);
    rowan__statement_done(&statement);
    return st;
}

/* The same where keys can be an array: one statement for any number of them. */
static rowan_status delete_array(rowan_session *session, const rowan__extent *extent,
                                 rowan__object **objects, size_t n, rowan_error *err)
{
    rowan_query query = { .model = extent->model };
    uint64_t n_deleted = 0;
    rowan__statement statement;
    rowan__buf array;
    rowan_status st = rowan__statement_of_array(&statement, &query, err);

    rowan__buf_init(&array, 0);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        rowan_value key;

        st = rowan__bind_row(&statement, NULL, rowan__snapshot(extent, objects[i]),
                             &key, err);
        if (st == ROWAN_OK)
            rowan__sql_array_add(&array, &key);
    }
    if (st == ROWAN_OK && !rowan__buf_ok(&array))
        st = out_of_memory(err);
    if (st == ROWAN_OK) {
        statement.binds[0].as.text = (rowan_text){ array.ptr, array.len };
        st = run_many(session, &statement, statement.binds, 1, &n_deleted, NULL, err);
    }
    rowan__buf_done(&array);
    rowan__statement_done(&statement);
    return st;
}

static rowan_status delete_by_keys(rowan_session *session, const rowan__extent *extent,
                                   rowan__object **objects, size_t n, rowan_error *err)
{
    const rowan_column *key = rowan_model_key(extent->model);
    bool array = rowan__session_dialect(session)->has_arrays && key != NULL &&
                 rowan__sql_array_takes(key);
    size_t n_columns = (size_t)__builtin_popcountll(rowan__key_columns(extent->model));
    size_t max = array ? MAX_ARRAY : MAX_KEYS / n_columns, to;
    rowan_status st = ROWAN_OK;

    /* A database may delete a parent before its child of the same statement. */
    for (size_t from = 0; from < n && st == ROWAN_OK; from = to) {
        for (to = from + 1;
             to < n && to - from < max && objects[to]->depth == objects[from]->depth;)
            to++;
        st = array ? delete_array(session, extent, objects + from, to - from, err)
                   : delete_batch(session, extent, objects + from, to - from, max, err);
    }
    return st;
}

/* Leaves out those whose row was gone before: this flush has inserted another with its key,
 * which must stay. A VERSION had told of it. */
static rowan_status leave_out_gone(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t *n_objects,
                                   rowan_error *err)
{
    size_t n = 0;

    for (size_t i = 0; i < *n_objects; i++) {
        if (objects[i]->state == ROWAN__OBJECT_DOOMED)
            objects[n++] = objects[i];
        else if (rowan_model_version(extent->model) != NULL)
            return lost_race(session, extent, objects[i], err);
    }
    *n_objects = n;
    return ROWAN_OK;
}

rowan_status rowan__delete_objects(rowan_session *session, rowan__extent *extent,
                                   rowan__object **objects, size_t n_objects,
                                   rowan_error *err)
{
    rowan__unit *unit = session->unit;
    rowan_query query = { .model = extent->model };
    rowan__statement statement;
    rowan_status st = leave_out_gone(session, extent, objects, &n_objects, err);

    if (st != ROWAN_OK || n_objects == 0)
        return st;
    if (!rowan__undo_reserve(unit, n_objects))
        return out_of_memory(err);
    for (size_t i = 0; i < n_objects; i++)
        (void)rowan__undo_add(unit, extent, objects[i], false, false);
    if (rowan_model_version(extent->model) == NULL) {
        st = delete_by_keys(session, extent, objects, n_objects, err);
    } else {
        st = rowan__statement_of_columns(&statement, ROWAN__DELETE_VERSION, &query, 0,
                                         err);
        if (st == ROWAN_OK)
            st = change_all(session, &statement, extent, objects, n_objects, err);
        rowan__statement_done(&statement);
    }
    for (size_t i = 0; i < n_objects && st == ROWAN_OK; i++) {
        rowan__map_remove(extent, objects[i]);
        objects[i]->state = ROWAN__OBJECT_GONE;
    }
    return st;
}
