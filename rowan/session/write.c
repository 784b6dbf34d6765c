/* write.c - updating and deleting rows. See rowan/session.h; insert.c inserts. */
#include "session_int.h"

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
    rowan__session_unknown(session, st, err);
    if (n_affected != NULL && st == ROWAN_OK)
        *n_affected = n_rows;
    *again = st < 0 && *again && rowan__session_try_again(session, prepared);
    return st;
}

rowan_status rowan__session_execute(rowan_session *session,
                                    const rowan__statement *statement,
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
        st = rowan__session_execute(session, &statement, &n_affected, err);
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
        st = rowan__session_execute(session, &statement, n_affected, err);
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
