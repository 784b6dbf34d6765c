/* transaction.c - transactions, savepoints, and running a unit of work again. See
 * rowan/session.h and rowan/transaction.h. */
#include <rowan/transaction.h>

#include <stdio.h>
#include <sys/random.h>

#include "unit_int.h"

/* Beginning. */

static rowan_status begin(rowan_session *session, const char *before, const char *sql,
                          bool only_reads, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (session->in_transaction)
        return rowan_fail(err, ROWAN_EINVAL, "a transaction is open already");
    if (before != NULL)
        st = rowan__session_run(session, before, err);
    if (st == ROWAN_OK)
        st = rowan__session_run(session, sql, err);
    session->in_transaction = st == ROWAN_OK;
    session->only_reads = st == ROWAN_OK && only_reads;
    session->n_savepoints = 0;
    session->last_savepoint = 0;
    return st;
}

rowan_status rowan_begin(rowan_session *session, rowan_error *err)
{
    if (session->read_only)
        return rowan_begin_read(session, err);
    return begin(session, NULL, rowan__session_dialect(session)->begin_write, false,
                 err);
}

rowan_status rowan_begin_read(rowan_session *session, rowan_error *err)
{
    return begin(session, NULL, rowan__session_dialect(session)->begin_read, true, err);
}

/* On MariaDB the level is set for the next transaction; if that does not begin, the
 * connection is not to be used with it by others. */
rowan_status rowan_begin_with(rowan_session *session,
                              const rowan_transaction_opts *opts, rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    bool only_reads = session->read_only || opts->read_only;
    const char *level;
    char before[64], sql[96];
    rowan_status st;

    if ((unsigned)opts->isolation > ROWAN_SERIALIZABLE)
        return rowan_fail(err, ROWAN_EINVAL, "unknown isolation level %d",
                          (int)opts->isolation);
    level = dialect->isolation_levels[opts->isolation];
    if (level == NULL) /* all there is, or the database's own */
        return only_reads ? begin(session, NULL, dialect->begin_only_reads, true, err)
                          : rowan_begin(session, err);
    if (!dialect->isolation_is_set_before) {
        (void)snprintf(sql, sizeof sql, "BEGIN ISOLATION LEVEL %s READ %s", level,
                       only_reads ? "ONLY" : "WRITE");
        return begin(session, NULL, sql, only_reads, err);
    }
    (void)snprintf(before, sizeof before, "SET TRANSACTION ISOLATION LEVEL %s", level);
    st = begin(session, before,
               only_reads ? dialect->begin_only_reads : dialect->begin_write,
               only_reads, err);
    if (st != ROWAN_OK && !session->in_transaction && session->link != NULL) {
        session->link->conn->broken = true;
        (void)rowan__session_after(session, st);
    }
    return st;
}

/* Ending. */

/* Objects that were written or read again in the transaction follow it, whoever ends it. One
 * that has nothing to do with objects leaves what is pending alone; but it may have changed
 * their rows. */
static void ended(rowan_session *session, bool committed)
{
    rowan__unit *unit = session->unit;
    bool only_reads = session->only_reads;

    session->in_transaction = session->failed = session->only_reads = false;
    session->n_savepoints = 0;
    if (unit == NULL)
        return;
    if (unit->n_undos > 0 && committed)
        rowan__unit_committed(unit);
    else if (unit->n_undos > 0)
        rowan__unit_undo(unit, 0);
    else if (!only_reads)
        unit->epoch++;
}

rowan_status rowan__session_commit(rowan_session *session, rowan_error *err)
{
    bool failed = session->failed, lost = session->link == NULL;
    rowan_status st;

    if (!session->in_transaction)
        return rowan_fail(err, ROWAN_EINVAL, "no transaction is open");
    st = failed ? rowan_fail(
                      err, ROWAN_EINVAL,
                      "a statement of this transaction failed: nothing was committed")
                : rowan__session_run(session, "COMMIT", err);
    if (st == ROWAN_OK) {
        ended(session, true);
        return ROWAN_OK;
    }
    if (!failed && !lost && session->link == NULL)
        rowan_error_prefix(err, "whether the commit happened is not known: ");
    rowan__session_rollback(session);
    return st;
}

void rowan__session_rollback(rowan_session *session)
{
    if (!session->in_transaction)
        return;
    rowan__session_end_cursor(session);
    session->failed = false;
    if (session->link != NULL &&
        rowan__session_run(session, "ROLLBACK", NULL) != ROWAN_OK &&
        session->link != NULL) {
        session->link->conn->broken = true;
        (void)rowan__session_after(session, ROWAN_OK);
    }
    ended(session, false);
}

rowan_status rowan_commit(rowan_session *session, rowan_error *err)
{
    rowan__unit *unit = session->unit;
    rowan_status st = ROWAN_OK;

    if (session->tracks && !session->in_transaction) {
        if (unit == NULL || !rowan__unit_pending(unit))
            return ROWAN_OK;
        st = rowan__session_may_write(session, err);
        if (st == ROWAN_OK)
            st = rowan_begin(session, err);
        if (st != ROWAN_OK)
            return st; /* all is as it was */
    }
    if (unit != NULL && !session->failed)
        st = rowan__unit_flush(session, err);
    if (st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    else
        rowan__session_rollback(session);
    if (st == ROWAN_OK)
        rowan__unit_committed(unit);
    else
        rowan__unit_undo(unit, 0);
    return st;
}

void rowan_rollback(rowan_session *session)
{
    rowan__session_rollback(session);
    rowan__unit_undo(session->unit, 0);
}

/* Savepoints. */

static rowan_status run_savepoint(rowan_session *session, const char *words,
                                  unsigned number, rowan_error *err)
{
    char sql[64];

    (void)snprintf(sql, sizeof sql, "%s rowan_%u", words, number);
    return rowan__session_run(session, sql, err);
}

/* Where a savepoint is among those that are set; n_savepoints if it is not. */
static size_t find_savepoint(const rowan_session *session, unsigned number)
{
    size_t at = 0;

    while (at < session->n_savepoints && session->savepoints[at].number != number)
        at++;
    return at;
}

static rowan_status no_savepoint(unsigned number, rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL, "this transaction has no savepoint %u",
                      number);
}

rowan_status rowan_savepoint(rowan_session *session, unsigned *out, rowan_error *err)
{
    unsigned number = session->last_savepoint + 1;
    rowan_status st = ROWAN_OK;

    if (!session->in_transaction)
        return rowan_fail(err, ROWAN_EINVAL, "no transaction is open");
    if (session->n_savepoints == ROWAN__MAX_SAVEPOINTS)
        return rowan_fail(err, ROWAN_EINVAL, "more than %d savepoints in each other",
                          ROWAN__MAX_SAVEPOINTS);
    if (session->unit != NULL && !session->failed)
        st = rowan__unit_flush(session, err);
    if (st == ROWAN_OK)
        st = run_savepoint(session, "SAVEPOINT", number, err);
    if (st != ROWAN_OK)
        return st;
    session->last_savepoint = number;
    session->savepoints[session->n_savepoints++] = (rowan__savepoint){
        .number = number,
        .n_undos = session->unit != NULL ? session->unit->n_undos : 0,
    };
    *out = number;
    return ROWAN_OK;
}

rowan_status rowan_release(rowan_session *session, unsigned savepoint, rowan_error *err)
{
    size_t at = find_savepoint(session, savepoint);
    rowan_status st = ROWAN_OK;

    if (at == session->n_savepoints)
        return no_savepoint(savepoint, err);
    if (session->unit != NULL && !session->failed)
        st = rowan__unit_flush(session, err);
    if (st == ROWAN_OK)
        st = run_savepoint(session, "RELEASE SAVEPOINT", savepoint, err);
    if (st == ROWAN_OK)
        session->n_savepoints = at;
    return st;
}

/* A database that has given up the whole transaction (a deadlock on MariaDB, a full disk on
 * SQLite) knows its savepoints no more. */
rowan_status rowan_rollback_to(rowan_session *session, unsigned savepoint,
                               rowan_error *err)
{
    size_t at = find_savepoint(session, savepoint);
    bool failed = session->failed;
    rowan_status st;

    if (at == session->n_savepoints)
        return no_savepoint(savepoint, err);
    rowan__session_end_cursor(session);
    if (session->link == NULL)
        return rowan_fail(err, ROWAN_ECONN,
                          "the connection of this transaction is lost");
    session->failed = false;
    st = run_savepoint(session, "ROLLBACK TO SAVEPOINT", savepoint, err);
    if (st == ROWAN_OK) {
        rowan__unit_undo(session->unit, session->savepoints[at].n_undos);
        session->n_savepoints = at + 1;
    } else if (failed && session->link != NULL) {
        st =
            rowan_fail(err, ROWAN_EBUSY,
                       "the database has given up the whole transaction: run it again");
    }
    return st;
}

/* Running it again. */

/* Half of the time is up to chance, so that those who met do not meet again. */
static int back_off_ms(unsigned attempt, const rowan_transact_opts *opts)
{
    uint32_t first = opts->first_wait_ms > 0 ? opts->first_wait_ms : 10;
    uint32_t most = opts->max_wait_ms > 0 ? opts->max_wait_ms : 1000;
    uint64_t wait = (uint64_t)first << (attempt < 16 ? attempt : 16);
    uint32_t chance = 0;

    if (wait > most)
        wait = most;
    if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        chance = (uint32_t)rowan_clock_ms() * 2654435761u;
    return (int)(wait / 2 + chance % (wait / 2 + 1));
}

static rowan_status attempt_once(rowan_session *session,
                                 const rowan_transaction_opts *opts,
                                 rowan_transact_fn *fn, void *ctx, rowan_error *err)
{
    rowan_status st = rowan_begin_with(session, opts, err);

    if (st != ROWAN_OK)
        return st;
    st = fn(session, ctx, err);
    if (st < 0) {
        rowan_rollback(session);
        return st;
    }
    return session->in_transaction ? rowan_commit(session, err) : ROWAN_OK;
}

rowan_status rowan_transact(rowan_session *session, const rowan_transact_opts *opts,
                            rowan_transact_fn *fn, void *ctx, rowan_error *err)
{
    static const rowan_transact_opts defaults;
    unsigned max_attempts;

    if (opts == NULL)
        opts = &defaults;
    max_attempts = opts->max_attempts > 0 ? opts->max_attempts : 10;
    if (session->in_transaction)
        return rowan_fail(err, ROWAN_EINVAL, "a transaction is open already");
    for (unsigned attempt = 0;; attempt++) {
        rowan_status st = attempt_once(session, &opts->transaction, fn, ctx, err);

        if (st != ROWAN_EBUSY)
            return st;
        rowan_session_clear(session);
        if (attempt + 1 >= max_attempts) {
            rowan_error_prefix(err, "after %u attempts: ", max_attempts);
            return st;
        }
        rowan_session_release(session); /* others can use the connection meanwhile */
        (void)rowan_wait(&rowan__engine_opts(session->engine)->wait, -1, 0,
                         back_off_ms(attempt, opts));
    }
}
