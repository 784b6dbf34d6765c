/* write.c - inserting, updating and deleting rows. See rowan/session.h. */
#include "bulk_int.h"

static rowan_status execute_once(rowan_session *session,
                                 const rowan__statement *statement,
                                 uint64_t *n_affected, bool *again, rowan_error *err)
{
    rowan__prepared *prepared = NULL;
    rowan_status st = rowan__session_prepare(session, statement, &prepared, err);
    uint64_t n_rows = 0;
    int64_t start;

    if (st != ROWAN_OK) {
        *again = false;
        return st;
    }
    start = rowan__session_clock(session);
    st = rowan__engine_driver(session->engine)
             ->execute(prepared, statement->binds, statement->n_binds, &n_rows, err);
    rowan__session_log(session, start, prepared->sql, n_rows, st);
    if (n_affected != NULL && st == ROWAN_OK)
        *n_affected = n_rows;
    *again = st < 0 && *again && rowan__session_try_again(session, prepared);
    return st;
}

/* Runs a statement that gives no rows. */
static rowan_status execute(rowan_session *session, const rowan__statement *statement,
                            uint64_t *n_affected, rowan_error *err)
{
    bool again = true;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__session_ready(session, err);
    if (st != ROWAN_OK)
        return st;
    st = execute_once(session, statement, n_affected, &again, err);
    if (st < 0 && again)
        st = execute_once(session, statement, n_affected, &again, err);
    return rowan__session_after(session, st);
}

/* The AUTO key of a row that has none yet. */
static const rowan_column *missing_key(const rowan_model *model, const void *row)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_value value;

    if (key == NULL || !key->automatic)
        return NULL;
    rowan_column_get(key, row, &value);
    return value.as.int64 == 0 ? key : NULL;
}

/* Inserts a row whose key the database gives, and writes the key back. */
static rowan_status insert_auto(rowan_session *session,
                                const rowan__statement *statement,
                                const rowan_column *key, void *row, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_value value;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(&rowan__count_shape, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st == ROWAN_OK && rowan_result_count(result) != 1)
        st = rowan_fail(err, ROWAN_EINTERNAL, "the insert gave no key");
    if (st == ROWAN_OK) {
        value = rowan_value_int64(((rowan__count_row *)rowan_result_rows(result))->n);
        st = rowan_column_set(key, row, &value, err);
    }
    rowan_result_free(result);
    return st;
}

static rowan_status insert_row(rowan_session *session, const rowan_model *model,
                               void *row, rowan_error *err)
{
    rowan_query query = { .model = model };
    const rowan_column *key = missing_key(model, row);
    rowan__statement statement;
    rowan_status st = rowan__statement_of_row(
        &statement, key != NULL ? ROWAN__INSERT_AUTO : ROWAN__INSERT, &query, row, err);

    if (st == ROWAN_OK)
        st = key != NULL ? insert_auto(session, &statement, key, row, err)
                         : execute(session, &statement, NULL, err);
    rowan__statement_done(&statement);
    return st;
}

static rowan_status insert_each(rowan_session *session, const rowan_model *model,
                                char *row, size_t n_rows, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++, row += model->row_size)
        st = insert_row(session, model, row, err);
    return st;
}

/* Whether the bulk path pays: COPY costs a few round trips, statements of many rows must
 * be prepared. It gives no keys back. */
static bool is_bulk(const rowan_session *session, const rowan_model *model,
                    const char *row, size_t n_rows)
{
    bool has_copy = rowan__engine_driver(session->engine)->bulk_begin != NULL;

    if (n_rows < (has_copy ? 10 : 200))
        return false;
    for (size_t i = 0; i < n_rows; i++, row += model->row_size) {
        if (missing_key(model, row) != NULL)
            return false;
    }
    return true;
}

static rowan_status insert_bulk(rowan_session *session, const rowan_model *model,
                                const char *rows, size_t n_rows, rowan_error *err)
{
    rowan__bulk bulk;
    rowan_status st = rowan__bulk_open(&bulk, session, model, false, err), end;

    if (st != ROWAN_OK)
        return st;
    st = rowan__bulk_rows(&bulk, rows, n_rows, err);
    end = rowan__bulk_close(&bulk, st != ROWAN_OK, st == ROWAN_OK ? err : NULL);
    return st != ROWAN_OK ? st : end;
}

rowan_status rowan_insert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows, rowan_error *err)
{
    bool own_transaction = n_rows > 1 && !session->in_transaction;
    rowan_status st = own_transaction ? rowan_begin(session, err) : ROWAN_OK;

    if (st == ROWAN_OK)
        st = is_bulk(session, model, rows, n_rows)
                 ? insert_bulk(session, model, rows, n_rows, err)
                 : insert_each(session, model, rows, n_rows, err);
    if (!own_transaction)
        return st;
    if (st == ROWAN_OK)
        return rowan_commit(session, err);
    rowan_rollback(session);
    return st;
}

/* Updates or deletes the row that has this row's key. */
static rowan_status change_row(rowan_session *session, rowan__statement_kind kind,
                               const rowan_model *model, const void *row,
                               rowan_error *err)
{
    rowan_query query = { .model = model };
    rowan__statement statement;
    uint64_t n_affected = 0;
    rowan_status st = rowan__statement_of_row(&statement, kind, &query, row, err);

    if (st == ROWAN_OK)
        st = execute(session, &statement, &n_affected, err);
    rowan__statement_done(&statement);
    if (st == ROWAN_OK && n_affected == 0)
        st = rowan_fail(err, ROWAN_ENOTFOUND, "no such %s", model->table);
    return st;
}

rowan_status rowan_update_row(rowan_session *session, const rowan_model *model,
                              const void *row, rowan_error *err)
{
    return change_row(session, ROWAN__UPDATE_ROW, model, row, err);
}

rowan_status rowan_delete_row(rowan_session *session, const rowan_model *model,
                              const void *row, rowan_error *err)
{
    return change_row(session, ROWAN__DELETE_ROW, model, row, err);
}

static rowan_status change_rows(rowan_session *session, rowan__statement_kind kind,
                                const rowan_model *model, const rowan_expr *where,
                                const rowan_assignment *sets, size_t n_sets,
                                uint64_t *n_affected, rowan_error *err)
{
    rowan_query query = { .model = model, .where = where };
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_query(&statement, kind, &query, sets, n_sets, err);

    if (st == ROWAN_OK)
        st = execute(session, &statement, n_affected, err);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_update_rows(rowan_session *session, const rowan_model *model,
                               const rowan_expr *where, const rowan_assignment *sets,
                               size_t n_sets, uint64_t *n_changed, rowan_error *err)
{
    return change_rows(session, ROWAN__UPDATE_WHERE, model, where, sets, n_sets,
                       n_changed, err);
}

rowan_status rowan_delete_rows(rowan_session *session, const rowan_model *model,
                               const rowan_expr *where, uint64_t *n_deleted,
                               rowan_error *err)
{
    return change_rows(session, ROWAN__DELETE_WHERE, model, where, NULL, 0, n_deleted,
                       err);
}
