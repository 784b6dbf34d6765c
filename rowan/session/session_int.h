/* session_int.h - what the files of a session share. */
#ifndef ROWAN_SESSION_INT_H
#define ROWAN_SESSION_INT_H

#include "engine_int.h"

/* Related rows of a result, of one relation. */
typedef struct rowan__part {
    struct rowan__part *next;
    rowan__rows rows;
} rowan__part;

struct rowan_result {
    rowan__rows rows;   /* its arena holds this struct too */
    rowan__part *parts; /* in the arena as well */
};

#define ROWAN__MAX_SAVEPOINTS 32 /* one in the other */

typedef struct rowan__savepoint {
    unsigned number; /* that nothing else in this transaction has */
    size_t n_undos;  /* of the unit, when it was set */
} rowan__savepoint;

struct rowan_session {
    rowan_engine *engine;
    rowan__link *link; /* NULL while none is borrowed */
    bool is_heard;     /* the engine has a listener to its statements */
    bool read_only;
    bool in_transaction;
    bool only_reads; /* the transaction */
    bool failed; /* a statement of the transaction failed: only a rollback ends it */
    rowan_cursor
        *cursor; /* the open one: nothing else can be done until it is closed */
    struct rowan__unit *unit; /* the objects it tracks; NULL while there are none */
    bool tracks;              /* it had objects: a commit may have nothing to do */
    rowan__savepoint savepoints[ROWAN__MAX_SAVEPOINTS]; /* savepoints[n_savepoints] */
    size_t n_savepoints;
    unsigned last_savepoint; /* number given in this transaction */
};

/* rowan_commit() and rowan_rollback() of what is not the objects' business. */
rowan_status rowan__session_commit(rowan_session *session, rowan_error *err);
void rowan__session_rollback(rowan_session *session);

rowan_status rowan__result_new(const rowan_model *shape, rowan_result **out,
                               rowan_error *err);

/* An empty block of rows that goes with the result; NULL when memory is out. */
rowan__rows *rowan__result_add(rowan_result *result, const rowan_model *shape);

/* Makes sure that a connection is borrowed and free for a statement. */
rowan_status rowan__session_ready(rowan_session *session, rowan_error *err);

/* After a prepared statement that may be stale: forgets it, and says whether it can be run
 * again at once. In a transaction it cannot: that has failed, with ROWAN_EBUSY. */
bool rowan__session_try_again(rowan_session *session, const rowan__prepared *prepared);

/* The start of a statement for rowan__session_log(); 0 if nobody listens. */
int64_t rowan__session_now(void);
static inline int64_t rowan__session_clock(const rowan_session *session)
{
    return session->is_heard ? rowan__session_now() : 0;
}

/* Tells the engine's listener, if there is one, of a statement that has ended. */
void rowan__session_log(const rowan_session *session, int64_t start, const char *sql,
                        uint64_t n_rows, rowan_status st);

/* ROWAN_EUNSUPPORTED if the session may not write. */
rowan_status rowan__session_may_write(const rowan_session *session, rowan_error *err);

/* After a statement: an error makes the transaction it was in fail, and a connection that
 * broke under it is given up. Returns `st`. */
rowan_status rowan__session_after(rowan_session *session, rowan_status st);

/* After a statement that changes rows, before the call above: outside a transaction it is
 * one of its own, and whether it happened when the connection was lost under it cannot be
 * known, which the message then says. */
void rowan__session_unknown(const rowan_session *session, rowan_status st,
                            rowan_error *err);

/* Prepares a statement on the session's connection. */
rowan_status rowan__session_prepare(rowan_session *session,
                                    const rowan__statement *statement,
                                    rowan__prepared **out, rowan_error *err);

/* Runs text without parameters and rows. */
rowan_status rowan__session_run(rowan_session *session, const char *sql,
                                rowan_error *err);

/* Runs what `write` writes; nothing if it writes nothing. */
typedef void rowan__write_fn(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
rowan_status rowan__session_run_ddl(rowan_session *session, rowan__write_fn *write,
                                    const rowan_model *model, rowan_error *err);

/* Runs a statement that gives rows, all of them, into `rows`. */
rowan_status rowan__session_read(rowan_session *session,
                                 const rowan__statement *statement, rowan__rows *rows,
                                 rowan_error *err);

/* The same into a result of its own; *out is set on ROWAN_OK only. */
rowan_status rowan__session_fetch(rowan_session *session,
                                  const rowan__statement *statement, rowan_result **out,
                                  rowan_error *err) ROWAN_CHECKED;

/* Runs a statement that gives no rows. n_affected may be NULL. */
rowan_status rowan__session_execute(rowan_session *session,
                                    const rowan__statement *statement,
                                    uint64_t *n_affected, rowan_error *err);

/* The AUTO key of a row that has none yet, else NULL: insert.c. */
const rowan_column *rowan__missing_key(const rowan_model *model, const void *row);

/* The same for a statement that changes rows, and counts them; 0 if there is nothing to
 * run. */
rowan_status rowan__session_change(rowan_session *session, rowan__write_fn *write,
                                   const rowan_model *model, uint64_t *n_affected,
                                   rowan_error *err);

/* Runs a query that gives numbers, and counts its rows. */
rowan_status rowan__session_probe(rowan_session *session, rowan__write_fn *write,
                                  const rowan_model *model, uint64_t *n_rows,
                                  rowan_error *err);
rowan_status rowan__session_probe_text(rowan_session *session, const rowan__buf *sql,
                                       uint64_t *n_rows, rowan_error *err);

/* Lets go of the names that were locked, where the end of a transaction does not. */
void rowan__session_unlock(rowan_session *session);

/* Ends the session's open cursor, if there is one; the caller still closes it. */
void rowan__session_end_cursor(rowan_session *session);

static inline const rowan__dialect *rowan__session_dialect(const rowan_session *session)
{
    return rowan__engine_driver(session->engine)->dialect;
}

#endif
