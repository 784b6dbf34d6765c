/* rowan/transaction.h - more about transactions: isolation, savepoints, running again.
 *
 * rowan_begin() and rowan_commit() of rowan/session.h are enough for most. Here are those
 * for the rest: a transaction of a stated isolation, a part of one that can be taken back
 * alone, and a unit of work that is run again when others were in its way.
 * Uses: rowan/session.h.
 */
#ifndef ROWAN_TRANSACTION_H
#define ROWAN_TRANSACTION_H

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a transaction sees of others. Each level gives at least what its name promises:
 *                   PostgreSQL            MariaDB (InnoDB)        SQLite
 * READ_COMMITTED    its own               its own                 SERIALIZABLE
 * REPEATABLE_READ   one state; to write   one state for reads;    SERIALIZABLE
 *                   a row that changed    a write is made to
 *                   since is EBUSY        the latest row, unless
 *                                         innodb_snapshot_
 *                                         isolation is on (the
 *                                         default since 11.6)
 * SERIALIZABLE      EBUSY for one of      reads lock; EBUSY for   one writer at
 *                   those in conflict     a deadlock or a wait    a time
 *                                         that is too long
 * DEFAULT is what the database is set to on PostgreSQL, and REPEATABLE_READ on MariaDB. A
 * VERSION (rowan/unit.h) finds lost updates on each level. */
typedef enum rowan_isolation {
    ROWAN_ISOLATION_DEFAULT,
    ROWAN_READ_COMMITTED,
    ROWAN_REPEATABLE_READ,
    ROWAN_SERIALIZABLE
} rowan_isolation;

typedef struct rowan_transaction_opts { /* {0} is valid: as rowan_begin() */
    rowan_isolation isolation;
    bool read_only; /* a write is ROWAN_EUNSUPPORTED, and does not make it fail */
} rowan_transaction_opts;

/* Opens a transaction, as rowan_begin().
 * Returns  ROWAN_OK; ROWAN_EINVAL if one is open already. */
rowan_status rowan_begin_with(rowan_session *session,
                              const rowan_transaction_opts *opts,
                              rowan_error *err) ROWAN_CHECKED;

/* Marks a point of the open transaction that it can go back to, after a flush of what the
 * session has pending (rowan/unit.h). Savepoints nest, up to 32.
 * out      its number, for the functions below; set on ROWAN_OK only
 * Returns  ROWAN_OK; ROWAN_EINVAL if no transaction is open; and as a flush. */
rowan_status rowan_savepoint(rowan_session *session, unsigned *out,
                             rowan_error *err) ROWAN_CHECKED;

/* Keeps what was done since, after a flush, and forgets the savepoint and those set after it.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the open transaction has no such savepoint. */
rowan_status rowan_release(rowan_session *session, unsigned savepoint,
                           rowan_error *err) ROWAN_CHECKED;

/* Takes back what was done since the savepoint, which stays set; those set after it are gone.
 * After a statement that failed since then, the transaction can be used again, on every
 * database alike. The session's objects are as they were at the savepoint: those added
 * since are no longer its own, edits since are undone, what was deleted since is back.
 * Returns  ROWAN_OK; ROWAN_EINVAL if there is no such savepoint; ROWAN_EBUSY if the
 *          database gave up the whole transaction (MariaDB after a deadlock, SQLite when the
 *          disk is full), ROWAN_ECONN if the connection was lost: only rowan_rollback()
 *          is left then. */
rowan_status rowan_rollback_to(rowan_session *session, unsigned savepoint,
                               rowan_error *err) ROWAN_CHECKED;

/* A unit of work: reads, decides, writes, in the open transaction. It may be run several
 * times, and keeps no pointer to an object of the session from one time to the next.
 * Returns  ROWAN_OK to commit, an error to roll back. */
typedef rowan_status rowan_transact_fn(rowan_session *session, void *ctx,
                                       rowan_error *err);

typedef struct rowan_transact_opts { /* {0} is valid */
    rowan_transaction_opts transaction;
    uint32_t max_attempts;  /* [10] */
    uint32_t first_wait_ms; /* before the second attempt; doubles with each [10] */
    uint32_t max_wait_ms;   /* [1,000] */
} rowan_transact_opts;

/* Runs `fn` in a transaction and commits it. When that, or the commit, is ROWAN_EBUSY
 * (another's lock, a deadlock, a serialization failure, a lost race for a VERSION), it rolls
 * back, clears the session's objects, gives the connection back, waits through the engine's
 * hook, half by chance, and runs it again. An `fn` that ended the transaction by itself is
 * taken at its word.
 * opts     NULL: all defaults
 * Returns  ROWAN_OK; what `fn` or the commit returned, after a rollback; ROWAN_EBUSY when
 *          all attempts were in vain; ROWAN_EINVAL if a transaction is open already. */
rowan_status rowan_transact(rowan_session *session, const rowan_transact_opts *opts,
                            rowan_transact_fn *fn, void *ctx,
                            rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
