/* returning.c - writes that give back what they wrote. See rowan/upsert.h. */
#include <rowan/upsert.h>

#include "session_int.h"

static rowan_status insert_each(rowan_session *session, const rowan_model *model,
                                const char *row, size_t n_rows, rowan__rows *rows,
                                rowan_error *err)
{
    const rowan_query query = { .model = model };
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++, row += model->row_size) {
        rowan__statement statement;

        st = rowan__statement_of_row(
            &statement,
            rowan__missing_key(model, row) != NULL ? ROWAN__INSERT_AUTO : ROWAN__INSERT,
            &query, row, err);
        if (st == ROWAN_OK)
            st = rowan__statement_returning(&statement, err);
        if (st == ROWAN_OK)
            st = rowan__session_read(session, &statement, rows, err);
        rowan__statement_done(&statement);
    }
    if (st == ROWAN_OK && rows->n_rows != n_rows)
        st = rowan_fail(err, ROWAN_EINTERNAL, "%zu inserted rows gave %zu", n_rows,
                        rows->n_rows);
    return st;
}

rowan_status rowan_insert_rows_returning(rowan_session *session,
                                         const rowan_model *model, const void *rows,
                                         size_t n_rows, rowan_result **out,
                                         rowan_error *err)
{
    bool own_transaction = n_rows > 1 && !session->in_transaction;
    rowan_result *result = NULL;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(model, &result, err);
    if (st == ROWAN_OK && own_transaction)
        st = rowan_begin(session, err);
    else
        own_transaction = false;
    if (st == ROWAN_OK)
        st = insert_each(session, model, rows, n_rows, &result->rows, err);
    if (own_transaction && st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    else if (own_transaction)
        rowan__session_rollback(session);
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
}

static rowan_status change(rowan_session *session, rowan__statement_kind kind,
                           const rowan_query *query, const rowan_assignment *sets,
                           size_t n_sets, rowan_result **out, rowan_error *err)
{
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_query(&statement, kind, query, sets, n_sets, err);

    if (st == ROWAN_OK)
        st = rowan__session_may_write(session, err);
    if (st == ROWAN_OK)
        st = rowan__statement_returning(&statement, err);
    if (st == ROWAN_OK)
        st = rowan__session_fetch(session, &statement, out, err);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_update_rows_returning(rowan_session *session,
                                         const rowan_model *model,
                                         const rowan_expr *where,
                                         const rowan_assignment *sets, size_t n_sets,
                                         rowan_result **out, rowan_error *err)
{
    const rowan_query query = { .model = model, .where = where };

    if (rowan__session_dialect(session)->no_update_returning)
        return rowan_fail(err, ROWAN_EUNSUPPORTED, "%s has no UPDATE ... RETURNING",
                          rowan__session_dialect(session)->name);
    return change(session, ROWAN__UPDATE_WHERE, &query, sets, n_sets, out, err);
}

rowan_status rowan_delete_rows_returning(rowan_session *session,
                                         const rowan_model *model,
                                         const rowan_expr *where, rowan_result **out,
                                         rowan_error *err)
{
    const rowan_query query = { .model = model, .where = where };

    return change(session, ROWAN__DELETE_WHERE, &query, NULL, 0, out, err);
}
