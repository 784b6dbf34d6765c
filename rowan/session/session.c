/* session.c - sessions: borrowing a connection, and transactions. See rowan/session.h. */
#include "unit_int.h"

#include <time.h>

#include "alloc_int.h"

rowan_status rowan_session_open(rowan_engine *engine, rowan_session **out,
                                rowan_error *err)
{
    rowan_session *session = rowan__calloc(1, sizeof *session);

    if (session == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    session->engine = engine;
    session->is_heard = rowan__engine_opts(engine)->on_query != NULL;
    *out = session;
    return ROWAN_OK;
}

rowan_status rowan_session_open_read(rowan_engine *engine, rowan_session **out,
                                     rowan_error *err)
{
    rowan_status st = rowan_session_open(rowan__engine_reader(engine), out, err);

    if (st == ROWAN_OK)
        (*out)->read_only = true;
    return st;
}

rowan_status rowan__session_may_write(const rowan_session *session, rowan_error *err)
{
    if (session->read_only)
        return rowan_fail(err, ROWAN_EUNSUPPORTED, "this session only reads");
    if (session->only_reads)
        return rowan_fail(err, ROWAN_EUNSUPPORTED, "this transaction only reads");
    return ROWAN_OK;
}

int64_t rowan__session_now(void)
{
    struct timespec now = { 0, 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void rowan__session_log(const rowan_session *session, int64_t start, const char *sql,
                        uint64_t n_rows, rowan_status st)
{
    const rowan_engine_opts *opts = rowan__engine_opts(session->engine);
    rowan_query_event event = { .sql = sql,
                                .n_rows = st < 0 ? 0 : n_rows,
                                .status = st < 0 ? st : ROWAN_OK };

    if (!session->is_heard)
        return;
    event.duration_us = rowan__session_clock(session) - start;
    opts->on_query(opts->on_query_ctx, &event);
}

/* Gives up the connection, whatever state it is in. */
static void give_back(rowan_session *session)
{
    rowan__link *link = session->link;

    session->link = NULL;
    if (link != NULL)
        rowan__engine_return(session->engine, link);
}

void rowan_session_close(rowan_session *session)
{
    if (session == NULL)
        return;
    rowan__session_end_cursor(session);
    rowan__session_rollback(session);
    give_back(session);
    rowan__unit_free(session->unit);
    rowan__free(session);
}

void rowan_session_release(rowan_session *session)
{
    if (!session->in_transaction && session->cursor == NULL)
        give_back(session);
}

rowan_engine *rowan_session_engine(const rowan_session *session)
{
    return session->engine;
}

bool rowan_in_transaction(const rowan_session *session)
{
    return session->in_transaction;
}

rowan_status rowan__session_ready(rowan_session *session, rowan_error *err)
{
    if (session->cursor != NULL)
        return rowan_fail(err, ROWAN_EINVAL, "a cursor of this session is open");
    if (session->failed)
        return rowan_fail(err, ROWAN_EINVAL,
                          "a statement of this transaction failed; roll it back");
    if (session->link != NULL)
        return ROWAN_OK;
    if (session->in_transaction) /* another connection would not be in it */
        return rowan_fail(err, ROWAN_ECONN,
                          "the connection of this transaction is lost");
    return rowan__engine_checkout(session->engine, &session->link, err);
}

rowan_status rowan__session_after(rowan_session *session, rowan_status st)
{
    if (st < 0 && session->in_transaction)
        session->failed = true;
    if (session->link != NULL && session->link->conn->broken)
        give_back(session);
    return st;
}

void rowan__session_unknown(const rowan_session *session, rowan_status st,
                            rowan_error *err)
{
    if (st < 0 && !session->in_transaction && session->link != NULL &&
        session->link->conn->broken)
        rowan_error_prefix(err, "whether the change happened is not known: ");
}

bool rowan__session_try_again(rowan_session *session, const rowan__prepared *prepared)
{
    if (!prepared->stale || session->link == NULL)
        return false;
    rowan__link_forget(session->link, prepared);
    return !session->in_transaction;
}

static void log_unprepared(const rowan_session *session, int64_t start,
                           const rowan__statement *statement, rowan_status st)
{
    rowan__buf sql;

    rowan__buf_init(&sql, 0);
    rowan__statement_text(statement, rowan__session_dialect(session), &sql);
    if (rowan__buf_ok(&sql))
        rowan__session_log(session, start, sql.ptr, 0, st);
    rowan__buf_done(&sql);
}

rowan_status rowan__session_prepare(rowan_session *session,
                                    const rowan__statement *statement,
                                    rowan__prepared **out, rowan_error *err)
{
    int64_t start = rowan__session_clock(session);
    rowan_status st = rowan__link_prepare(session->link, statement, out, err);

    if (st != ROWAN_OK && start != 0)
        log_unprepared(session, start, statement, st);
    return st;
}

rowan_status rowan__session_run(rowan_session *session, const char *sql,
                                rowan_error *err)
{
    rowan_status st = rowan__session_ready(session, err);
    int64_t start;

    if (st != ROWAN_OK)
        return st;
    start = rowan__session_clock(session);
    st = session->link->conn->driver->run(session->link->conn, sql, err);
    rowan__session_log(session, start, sql, 0, st);
    return rowan__session_after(session, st);
}

rowan_status rowan__session_run_ddl(rowan_session *session, rowan__write_fn *write,
                                    const rowan_model *model, rowan_error *err)
{
    rowan__buf sql;
    rowan_status st = ROWAN_OK;

    rowan__buf_init(&sql, 0);
    write(rowan__session_dialect(session), model, &sql);
    if (!rowan__buf_ok(&sql))
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    else if (sql.len > 0)
        st = rowan__session_run(session, sql.ptr, err);
    rowan__buf_done(&sql);
    return st;
}

/* Prepares what `write` writes, which is left in `sql`; *out is NULL if it writes nothing. */
static rowan_status prepare_written(rowan_session *session, rowan__write_fn *write,
                                    const rowan_model *model, rowan__buf *sql,
                                    rowan__prepared **out, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan_status st = rowan__session_ready(session, err);

    *out = NULL;
    rowan__buf_init(sql, 0);
    if (st != ROWAN_OK)
        return st;
    write(driver->dialect, model, sql);
    if (!rowan__buf_ok(sql)) {
        sql->len = 0; /* not to be told */
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    return sql->len == 0 ? ROWAN_OK
                         : driver->prepare(session->link->conn, sql->ptr, sql->len,
                                           NULL, 0, out, err);
}

rowan_status rowan__session_change(rowan_session *session, rowan__write_fn *write,
                                   const rowan_model *model, uint64_t *n_affected,
                                   rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan__prepared *prepared = NULL;
    rowan__buf sql;
    int64_t start = rowan__session_clock(session);
    rowan_status st = prepare_written(session, write, model, &sql, &prepared, err);

    *n_affected = 0;
    if (prepared != NULL) {
        st = driver->execute(prepared, NULL, 0, n_affected, err);
        driver->finalize(prepared);
    }
    if (sql.len > 0)
        rowan__session_log(session, start, sql.ptr, *n_affected, st);
    rowan__buf_done(&sql);
    return rowan__session_after(session, st);
}

/* Runs a prepared query to its end and counts its rows. */
static rowan_status count_rows(rowan__prepared *prepared, uint64_t *n_rows,
                               rowan_error *err)
{
    const rowan__driver *driver = prepared->conn->driver;
    rowan__rows rows;
    rowan_status st = driver->start(prepared, NULL, 0, true, err);

    rowan__rows_init(&rows, &rowan__count_shape, NULL);
    if (st == ROWAN_OK) {
        do
            st = driver->fetch(prepared, &rows, 1, err);
        while (st == ROWAN_ROW);
    }
    driver->finish(prepared);
    *n_rows = rows.n_rows;
    rowan__rows_done(&rows);
    return st;
}

rowan_status rowan__session_probe_text(rowan_session *session, const rowan__buf *sql,
                                       uint64_t *n_rows, rowan_error *err)
{
    const rowan__driver *driver = rowan__engine_driver(session->engine);
    rowan__prepared *prepared = NULL;
    int64_t start = rowan__session_clock(session);
    rowan_status st = rowan__session_ready(session, err);

    *n_rows = 0;
    if (st == ROWAN_OK && !rowan__buf_ok(sql))
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (st != ROWAN_OK || sql->len == 0)
        return rowan__session_after(session, st);
    st = driver->prepare(session->link->conn, sql->ptr, sql->len, NULL, 0, &prepared,
                         err);
    if (st == ROWAN_OK) {
        st = count_rows(prepared, n_rows, err);
        driver->finalize(prepared);
    }
    rowan__session_log(session, start, sql->ptr, *n_rows, st);
    return rowan__session_after(session, st);
}

rowan_status rowan__session_probe(rowan_session *session, rowan__write_fn *write,
                                  const rowan_model *model, uint64_t *n_rows,
                                  rowan_error *err)
{
    rowan__buf sql;
    rowan_status st;

    rowan__buf_init(&sql, 0);
    write(rowan__session_dialect(session), model, &sql);
    st = rowan__session_probe_text(session, &sql, n_rows, err);
    rowan__buf_done(&sql);
    return st;
}

/* A connection that keeps a name must not go back to the pool. */
void rowan__session_unlock(rowan_session *session)
{
    const char *unlock = rowan__session_dialect(session)->unlock;
    rowan_status st;

    if (unlock == NULL || session->link == NULL)
        return;
    st = rowan__session_run(session, unlock, NULL);
    if (st != ROWAN_OK && session->link != NULL)
        session->link->conn->broken = true;
    (void)rowan__session_after(session, st);
}

rowan_status rowan_session_ping(rowan_session *session, rowan_error *err)
{
    rowan_status st = rowan__session_ready(session, err);

    if (st != ROWAN_OK)
        return st;
    st = session->link->conn->driver->ping(session->link->conn, err);
    return rowan__session_after(session, st);
}
