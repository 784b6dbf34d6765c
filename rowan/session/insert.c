/* insert.c - inserting rows. See rowan/session.h and insert_int.h. Rows whose keys are given
 * take the bulk path; insert_keys.c is about the others. */
#include "insert_keys_int.h"

#include <inttypes.h>
#include <string.h>

#include "alloc_int.h"

#define COPIED_TOGETHER 256 /* rows that lie apart, for the bulk path */

const rowan_column *rowan__missing_key(const rowan_model *model, const void *row)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_value value;

    if (key == NULL || !key->automatic)
        return NULL;
    rowan_column_get(key, row, &value);
    return value.as.int64 == 0 ? key : NULL;
}

/* One row. */

rowan_status rowan__set_key(const rowan_column *key, void *row, int64_t number,
                            rowan_error *err)
{
    rowan_value value = rowan_value_int64(number);

    if (rowan_column_set(key, row, &value, NULL) == ROWAN_OK)
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EDATA, "key %" PRId64 " does not fit %s", number,
                      key->name);
}

/* Runs a statement that gives n_keys keys, or none if it `may_lack` them. */
rowan_status rowan__read_keys(rowan_session *session, const rowan__statement *statement,
                              size_t n_keys, bool may_lack, rowan_result **out,
                              rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(&rowan__count_shape, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st == ROWAN_OK && rowan_result_count(result) != n_keys &&
        !(may_lack && rowan_result_count(result) == 0))
        st = rowan_fail(err, ROWAN_EINTERNAL, "%zu inserted rows gave %zu keys", n_keys,
                        rowan_result_count(result));
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
}

static rowan_status insert_auto(rowan_session *session,
                                const rowan__statement *statement,
                                const rowan_column *key, void *row, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan__read_keys(session, statement, 1, false, &result, err);

    if (st == ROWAN_OK)
        st = rowan__set_key(key, row,
                            ((rowan__count_row *)rowan_result_rows(result))->n, err);
    rowan_result_free(result);
    return st;
}

rowan_status rowan__insert_row(rowan_session *session, const rowan_model *model,
                               void *row, rowan_error *err)
{
    rowan_query query = { .model = model };
    const rowan_column *key = rowan__missing_key(model, row);
    rowan__statement statement;
    rowan_status st = rowan__statement_of_row(
        &statement, key != NULL ? ROWAN__INSERT_AUTO : ROWAN__INSERT, &query, row, err);

    if (st == ROWAN_OK)
        st = key != NULL ? insert_auto(session, &statement, key, row, err)
                         : rowan__session_execute(session, &statement, NULL, err);
    rowan__statement_done(&statement);
    return st;
}

/* Rows whose keys are given. */

rowan_status rowan__insert_one_by_one(rowan_session *session, const rowan_model *model,
                                      const rowan__row_list *list, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++)
        st = rowan__insert_row(session, model, rowan__row_at(list, i), err);
    return st;
}

/* Rows that lie apart are copied next to each other, a few at a time. */
static rowan_status bulk_copies(rowan__bulk *bulk, const rowan_model *model,
                                const rowan__row_list *list, rowan_error *err)
{
    char *copies = rowan__calloc(COPIED_TOGETHER, model->row_size);
    rowan_status st =
        copies == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory") : ROWAN_OK;
    size_t n = 0;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++) {
        memcpy(copies + n++ * model->row_size, rowan__row_at(list, i), model->row_size);
        if (n == COPIED_TOGETHER || i == list->n_rows - 1) {
            st = rowan__bulk_rows(bulk, copies, n, err);
            n = 0;
        }
    }
    rowan__free(copies);
    return st;
}

rowan_status rowan__insert_bulk(rowan_session *session, const rowan_model *model,
                                const rowan__row_list *list, rowan__into into,
                                rowan_error *err)
{
    rowan__bulk bulk;
    rowan_status st = rowan__bulk_open(&bulk, session, model, into, err), end;

    if (st != ROWAN_OK)
        return st;
    st = list->first != NULL ? rowan__bulk_rows(&bulk, list->first, list->n_rows, err)
                             : bulk_copies(&bulk, model, list, err);
    end = rowan__bulk_close(&bulk, st != ROWAN_OK, st == ROWAN_OK ? err : NULL);
    return st != ROWAN_OK ? st : end;
}

/* Whether the bulk path pays: COPY costs a few round trips. */
bool rowan__insert_is_bulk(size_t n_rows)
{
    return n_rows >= 10;
}

rowan_status rowan__insert_given(rowan_session *session, const rowan_model *model,
                                 const rowan__row_list *list, rowan_error *err)
{
    return rowan__insert_is_bulk(list->n_rows)
               ? rowan__insert_bulk(session, model, list, ROWAN__INTO_TABLE, err)
               : rowan__insert_one_by_one(session, model, list, err);
}

/* All of it. */

/* Those with keys and those without. *memory, which may be NULL, holds their pointers. */
static rowan_status split(const rowan_model *model, const rowan__row_list *all,
                          rowan__row_list *given, rowan__row_list *missing,
                          void ***memory, rowan_error *err)
{
    size_t n_missing = 0, n[2] = { 0, 0 };

    for (size_t i = 0; i < all->n_rows; i++)
        n_missing += rowan__missing_key(model, rowan__row_at(all, i)) != NULL;
    *given = *missing = *all;
    given->n_rows -= n_missing;
    missing->n_rows = n_missing;
    if (n_missing == 0 || n_missing == all->n_rows)
        return ROWAN_OK;
    *memory = rowan__calloc(all->n_rows, sizeof **memory);
    if (*memory == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < all->n_rows; i++) {
        void *row = rowan__row_at(all, i);
        size_t lacks = rowan__missing_key(model, row) != NULL;

        (*memory)[lacks * given->n_rows + n[lacks]++] = row;
    }
    given->first = missing->first = NULL;
    given->pointers = *memory;
    missing->pointers = *memory + given->n_rows;
    return ROWAN_OK;
}

static void clear_keys(const rowan_model *model, const rowan__row_list *list)
{
    const rowan_column *key = rowan_model_key(model);

    for (size_t i = 0; i < list->n_rows; i++)
        (void)rowan__set_key(key, rowan__row_at(list, i), 0, NULL);
}

static rowan_status insert_list(rowan_session *session, const rowan_model *model,
                                const rowan__row_list *list, rowan_error *err)
{
    bool own_transaction = !session->in_transaction;
    rowan__row_list given, missing;
    void **memory = NULL;
    rowan_status st = split(model, list, &given, &missing, &memory, err);

    if (st != ROWAN_OK)
        return st;
    if (own_transaction)
        st = rowan_begin(session, err);
    if (st == ROWAN_OK && given.n_rows > 0)
        st = rowan__insert_given(session, model, &given, err);
    if (st == ROWAN_OK && missing.n_rows > 0)
        st = rowan__insert_missing(session, model, &missing, err);
    if (own_transaction && st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    else if (own_transaction)
        rowan__session_rollback(session);
    if (st != ROWAN_OK)
        clear_keys(model, &missing);
    rowan__free(memory);
    return st;
}

static rowan_status insert(rowan_session *session, const rowan_model *model,
                           const rowan__row_list *list, rowan_error *err)
{
    if (list->n_rows == 0)
        return ROWAN_OK;
    return list->n_rows == 1
               ? rowan__insert_row(session, model, rowan__row_at(list, 0), err)
               : insert_list(session, model, list, err);
}

rowan_status rowan_insert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows, rowan_error *err)
{
    rowan__row_list list = { .first = rows, .size = model->row_size, .n_rows = n_rows };
    rowan_status st = rowan__must_be_table(model, err);

    return st == ROWAN_OK ? insert(session, model, &list, err) : st;
}

rowan_status rowan__insert_each(rowan_session *session, const rowan_model *model,
                                void *const *rows, size_t n_rows, rowan_error *err)
{
    rowan__row_list list = { .pointers = rows, .n_rows = n_rows };

    return insert(session, model, &list, err);
}
