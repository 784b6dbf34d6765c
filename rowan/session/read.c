/* read.c - fetching rows and cursors. See rowan/session.h. */
#include "related_int.h"

#include "alloc_int.h"

#define CURSOR_BATCH 512 /* rows: their text fits into a few chunks of the arena */

struct rowan_cursor {
    rowan_session *session;
    rowan__prepared *prepared;
    rowan__rows rows;
};

static bool only_reads(const rowan__statement *statement)
{
    switch (statement->kind) {
    case ROWAN__SELECT_ROWS:
    case ROWAN__SELECT_COUNT:
    case ROWAN__SELECT_KEY:
    case ROWAN__NEXT_KEYS: return true;
    default: return false;
    }
}

/* Runs a statement; *stale says that it was, and can be run anew. */
static rowan_status read_once(rowan_session *session, const rowan__statement *statement,
                              rowan__rows *rows, bool *stale, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan__prepared *prepared = NULL;
    rowan_status st = rowan__session_prepare(session, statement, &prepared, err);
    size_t n_before = rows->n_rows;
    int64_t start;

    *stale = false;
    if (st != ROWAN_OK)
        return st;
    start = rowan__session_clock(session);
    st = driver->start(prepared, statement->binds, statement->n_binds, false, err);
    if (st == ROWAN_OK) {
        do
            st = driver->fetch(prepared, rows, statement->max_rows, err);
        while (st == ROWAN_ROW && rows->n_rows - n_before < statement->max_rows);
        st = st == ROWAN_ROW ? ROWAN_OK : st;
    }
    driver->finish(prepared);
    if (start != 0)
        rowan__session_log(session, start, prepared->sql, rows->n_rows - n_before, st);
    if (st == ROWAN_OK)
        return ROWAN_OK;
    rows->n_rows = n_before;
    if (!only_reads(statement))
        rowan__session_unknown(session, st, err);
    *stale = rowan__session_try_again(session, prepared);
    return st;
}

rowan_status rowan__session_read(rowan_session *session,
                                 const rowan__statement *statement, rowan__rows *rows,
                                 rowan_error *err)
{
    rowan_status st = rowan__session_ready(session, err);
    bool stale = true;

    if (st != ROWAN_OK)
        return st;
    for (int n = 0; n < 2 && stale; n++)
        st = read_once(session, statement, rows, &stale, err);
    return rowan__session_after(session, st);
}

rowan_status rowan__session_fetch(rowan_session *session,
                                  const rowan__statement *statement, rowan_result **out,
                                  rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st =
        rowan__result_new(rowan__statement_shape(statement), &result, err);

    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
}

static rowan_status fetch_rows(rowan_session *session, const rowan_query *query,
                               rowan_result **out, rowan_error *err)
{
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, query, NULL, 0, err);

    if (st == ROWAN_OK)
        st = rowan__session_fetch(session, &statement, out, err);
    rowan__statement_done(&statement);
    return st;
}

/* The rows, and what is loaded with them, inside a transaction. */
static rowan_status fetch_related(rowan_session *session, const rowan_query *query,
                                  rowan_result **out, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st;

    if (rowan__joins_some(query->with))
        return rowan__joined_fetch(session, query, out, err);
    st = fetch_rows(session, query, &result, err);
    if (st == ROWAN_OK)
        st = rowan__related_load(session, result, &result->rows, query->with, err);
    if (st == ROWAN_OK)
        *out = result;
    else
        rowan_result_free(result);
    return st;
}

/* The same in a transaction of its own, so that all statements see one state. */
static rowan_status fetch_consistent(rowan_session *session, const rowan_query *query,
                                     rowan_result **out, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_begin_read(session, err);

    if (st == ROWAN_OK)
        st = fetch_related(session, query, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    if (st == ROWAN_OK) {
        *out = result;
        return ROWAN_OK;
    }
    rowan__session_rollback(session);
    rowan_result_free(result);
    return st;
}

rowan_status rowan_fetch(rowan_session *session, const rowan_query *query,
                         rowan_result **out, rowan_error *err)
{
    rowan_status st;

    if (query->with[0] == NULL)
        return fetch_rows(session, query, out, err);
    st = rowan__related_check(query->model, query->with, err);
    if (st != ROWAN_OK)
        return st;
    if (session->in_transaction || !rowan__reads_some(query->with))
        return fetch_related(session, query, out, err);
    st = fetch_consistent(session, query, out, err);
    if (st == ROWAN_EBUSY) /* such as a statement that another's DDL made stale */
        st = fetch_consistent(session, query, out, err);
    return st;
}

/* The row that a statement gives. */
static rowan_status fetch_one(rowan_session *session, rowan__statement *statement,
                              rowan_result **out, rowan_error *err)
{
    const rowan_model *model = statement->query->model;
    rowan_result *result = NULL;
    rowan_status st;

    statement->max_rows = 1;
    st = rowan__result_new(model, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st == ROWAN_OK && result->rows.n_rows == 0)
        st = rowan_fail(err, ROWAN_ENOTFOUND, "no such %s", model->table);
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
}

/* A view has no table, a decimal and NULL are compared in ways of their own. */
static rowan_status fetch_by_query(rowan_session *session, const rowan_model *model,
                                   const rowan_column *column, rowan_value key,
                                   rowan_result **out, rowan_error *err)
{
    rowan_expr where = { .op = ROWAN_OP_EQ, .column = column, .value = key };
    rowan_query query = { .model = model, .where = &where };
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &query, NULL, 0, err);

    if (st == ROWAN_OK)
        st = fetch_one(session, &statement, out, err);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_fetch_key(rowan_session *session, const rowan_model *model,
                             rowan_value key, rowan_result **out, rowan_error *err)
{
    const rowan_column *column = rowan_model_key(model);
    rowan__statement statement;
    rowan_query query;
    rowan_status st;

    if (column == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has a key of several columns",
                          model->name);
    if (model->base != NULL || column->type == ROWAN_DECIMAL || key.is_null)
        return fetch_by_query(session, model, column, key, out, err);
    query.model = model; /* nothing else of it is read: it is larger than the row */
    st = rowan__statement_of_key(&statement, &query, column, &key, err);
    if (st == ROWAN_OK)
        st = fetch_one(session, &statement, out, err);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_count(rowan_session *session, const rowan_query *query,
                         uint64_t *out, rowan_error *err)
{
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_COUNT, query, NULL, 0, err);

    if (st == ROWAN_OK)
        st = rowan__session_fetch(session, &statement, &result, err);
    if (st == ROWAN_OK)
        *out = (uint64_t)((rowan__count_row *)rowan_result_rows(result))->n;
    rowan__statement_done(&statement);
    rowan_result_free(result);
    return st;
}

/* Cursors. */

static rowan_status start_statement(rowan_cursor *cursor,
                                    const rowan__statement *statement, rowan_error *err)
{
    rowan_session *session = cursor->session;
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan_status st = rowan__session_ready(session, err);

    if (st != ROWAN_OK)
        return st;
    st = rowan__session_prepare(session, statement, &cursor->prepared, err);
    if (st == ROWAN_OK) {
        int64_t start = rowan__session_clock(session);

        st = driver->start(cursor->prepared, statement->binds, statement->n_binds, true,
                           err);
        rowan__session_log(session, start, cursor->prepared->sql, 0, st);
        if (st != ROWAN_OK)
            driver->finish(cursor->prepared);
    }
    st = rowan__session_after(session, st);
    session->cursor = st == ROWAN_OK ? cursor : NULL;
    return st;
}

rowan_status rowan_cursor_open(rowan_session *session, const rowan_query *query,
                               rowan_cursor **out, rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan_cursor *cursor = rowan__calloc(1, sizeof *cursor);
    rowan__statement statement;
    rowan_status st;

    if (query->with[0] != NULL) {
        rowan_arena_free(arena);
        rowan__free(cursor);
        return rowan_fail(err, ROWAN_EUNSUPPORTED,
                          "a cursor loads no relations; use rowan_fetch(), in pages");
    }
    if (arena == NULL || cursor == NULL) {
        rowan_arena_free(arena);
        rowan__free(cursor);
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    cursor->session = session;
    rowan__rows_init(&cursor->rows, query->model, arena);
    st = rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, query, NULL, 0, err);
    if (st == ROWAN_OK)
        st = start_statement(cursor, &statement, err);
    rowan__statement_done(&statement);
    if (st != ROWAN_OK) {
        cursor->session = NULL; /* nothing was started */
        rowan_cursor_close(cursor);
        return st;
    }
    *out = cursor;
    return ROWAN_OK;
}

/* The statement is over: the session can go on. */
static void end_cursor(rowan_cursor *cursor)
{
    rowan_session *session = cursor->session;

    cursor->session = NULL;
    if (session == NULL)
        return;
    if (session->link != NULL) {
        rowan__engine_driver(session->engine)->finish(cursor->prepared);
        (void)rowan__session_try_again(session, cursor->prepared);
    }
    session->cursor = NULL;
    (void)rowan__session_after(session, ROWAN_OK);
}

void rowan__session_end_cursor(rowan_session *session)
{
    if (session->cursor != NULL)
        end_cursor(session->cursor);
}

rowan_status rowan_cursor_next(rowan_cursor *cursor, void **rows, size_t *n_rows,
                               rowan_error *err)
{
    rowan_status st;

    if (cursor->session == NULL)
        return ROWAN_DONE;
    rowan__rows_clear(&cursor->rows);
    st = rowan__engine_driver(cursor->session->engine)
             ->fetch(cursor->prepared, &cursor->rows, CURSOR_BATCH, err);
    if (st < 0)
        (void)rowan__session_after(cursor->session, st);
    if (st != ROWAN_ROW)
        end_cursor(cursor);
    if (st < 0)
        return st;
    if (cursor->rows.n_rows == 0)
        return ROWAN_DONE;
    *rows = cursor->rows.bytes;
    *n_rows = cursor->rows.n_rows;
    return ROWAN_ROW;
}

void rowan_cursor_close(rowan_cursor *cursor)
{
    rowan_arena *arena;

    if (cursor == NULL)
        return;
    end_cursor(cursor);
    arena = cursor->rows.arena;
    rowan__rows_done(&cursor->rows);
    rowan_arena_free(arena);
    rowan__free(cursor);
}
