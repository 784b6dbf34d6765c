/* rowan/session.h - read and write rows of models.
 *
 * A session borrows a connection of its engine when it needs one and gives it back when
 * it is closed, and between transactions on request. Outside a transaction each call is
 * one of its own; rowan_begin() opens one that rowan_commit() or rowan_rollback() ends.
 * An error of the database inside a transaction makes it fail, on every database alike:
 * all further calls say so until rowan_rollback(), and rowan_commit() commits nothing;
 * closing the session rolls it back. After ROWAN_ECONN or ROWAN_ETIMEOUT the session has
 * dropped its connection; the next call outside a transaction gets a new one. A change or a
 * commit under which the connection was lost may have happened or not: the message then says
 * that it is "not known", and only then.
 *
 * One session is used by one thread at a time. All calls may block on the database,
 * through the engine's wait hook. `err` may be NULL everywhere.
 * Statuses that every call may give: ROWAN_ECONN (the database cannot be reached or hung
 * up), ROWAN_ETIMEOUT, ROWAN_EBUSY (another holds a lock; deadlock; serialization
 * failure: run the transaction again), ROWAN_ENOMEM, ROWAN_EIO, ROWAN_EINTERNAL.
 * More: rowan/transaction.h (isolation, savepoints, running again), rowan/unit.h (rows that
 * are kept as objects and written back by what changed).
 * Uses: rowan/engine.h, rowan/query.h, rowan/result.h.
 */
#ifndef ROWAN_SESSION_H
#define ROWAN_SESSION_H
/* Not a system header, as the other ones with macros: there gcc would not warn about a
 * status of rowan_insert() and the like that nobody looks at. */

#include <rowan/engine.h>
#include <rowan/query.h>
#include <rowan/result.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_session rowan_session;

/* Opens a session; borrows no connection yet.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. */
rowan_status rowan_session_open(rowan_engine *engine, rowan_session **out,
                                rowan_error *err) ROWAN_CHECKED;

/* The same for a session that only reads: it goes to the engine's read_uri if there is one,
 * the database refuses it to write, and rowan_begin() is rowan_begin_read(). What it reads
 * from a replica may be a moment old.
 * Returns  ROWAN_OK; ROWAN_ENOMEM. A write gives ROWAN_EUNSUPPORTED. */
rowan_status rowan_session_open_read(rowan_engine *engine, rowan_session **out,
                                     rowan_error *err) ROWAN_CHECKED;

/* Rolls back what is open, gives the connection back and frees the session. NULL is fine. */
void rowan_session_close(rowan_session *session);

/* Gives the connection back to the pool if no transaction is open. */
void rowan_session_release(rowan_session *session);

/* The engine it was opened on. */
rowan_engine *rowan_session_engine(const rowan_session *session);

/* One round trip to the database: ROWAN_OK if it answers. */
rowan_status rowan_session_ping(rowan_session *session, rowan_error *err) ROWAN_CHECKED;

/* Opens a transaction that may write. On SQLite it takes the write lock at once, so that
 * it cannot fail half way because another one wrote.
 * Returns  ROWAN_OK; ROWAN_EINVAL if one is open already. */
rowan_status rowan_begin(rowan_session *session, rowan_error *err) ROWAN_CHECKED;

/* Opens a transaction that only reads, and sees one state of the database throughout.
 * A write gives ROWAN_EUNSUPPORTED, and does not make the transaction fail; a flush of
 * objects (rowan/unit.h) that has something to write does. */
rowan_status rowan_begin_read(rowan_session *session, rowan_error *err) ROWAN_CHECKED;

/* Makes the transaction's changes durable, all of them or none. What the session's objects
 * have pending (rowan/unit.h) is written before, in a transaction begun for it if none is open.
 * Returns  ROWAN_OK; ROWAN_EINVAL if none is open (and there never were objects) or a statement
 *          of it failed; ROWAN_ECONN if the connection was lost under the commit: then
 *          whether it happened is not known, and the message says so. After an error the
 *          transaction is over. */
rowan_status rowan_commit(rowan_session *session, rowan_error *err) ROWAN_CHECKED;

/* Takes back the transaction's changes, and those of objects that are pending; fine if none
 * is open. A connection that cannot roll back is dropped, which comes to the same. */
void rowan_rollback(rowan_session *session);

/* Whether a transaction is open. */
bool rowan_in_transaction(const rowan_session *session);

/* Reads all rows of a query into memory, and the relations that it names (rowan/with.h).
 * out      set on ROWAN_OK only; rowan_result_free()
 * Returns  ROWAN_OK, also when there are no rows; ROWAN_EINVAL if the query is wrong. */
rowan_status rowan_fetch(rowan_session *session, const rowan_query *query,
                         rowan_result **out, rowan_error *err) ROWAN_CHECKED;

/* The same for the one row with that key; models with a key of one column.
 * Returns  ROWAN_OK with one row; ROWAN_ENOTFOUND if there is none. */
rowan_status rowan_fetch_key(rowan_session *session, const rowan_model *model,
                             rowan_value key, rowan_result **out,
                             rowan_error *err) ROWAN_CHECKED;

/* rowan_find(db, Person, 7, &result, &err): the same with the key as it is, an integer, a
 * string or what else the column takes; of another type it is ROWAN_EINVAL. */
#define rowan_find(session, M, key, out, err) \
    rowan_fetch_key((session), ROWAN__MODEL(M, "r"), ROWAN__VALUE(key), (out), (err))

/* Counts the rows of a query; its order and limit are ignored. */
rowan_status rowan_count(rowan_session *session, const rowan_query *query,
                         uint64_t *out, rowan_error *err) ROWAN_CHECKED;

/* A query's rows, one batch at a time, without collecting them. */
typedef struct rowan_cursor rowan_cursor;

/* Starts reading. The session can do nothing else until the cursor is closed, and so
 * relations cannot be loaded: a query that names some gives ROWAN_EUNSUPPORTED.
 * out  set on ROWAN_OK only; rowan_cursor_close() */
rowan_status rowan_cursor_open(rowan_session *session, const rowan_query *query,
                               rowan_cursor **out, rowan_error *err) ROWAN_CHECKED;

/* The next rows.
 * rows, n_rows  set on ROWAN_ROW: at least one row, valid until the next call
 * Returns       ROWAN_ROW; ROWAN_DONE at the end; negative on an error. */
rowan_status rowan_cursor_next(rowan_cursor *cursor, void **rows, size_t *n_rows,
                               rowan_error *err) ROWAN_CHECKED;

/* Ends it, at any point. NULL is fine. */
void rowan_cursor_close(rowan_cursor *cursor);

/* Inserts `n_rows` rows that follow each other, in as few statements as the database allows;
 * an AUTO key that is 0 is given by the database and written back into its row, after an
 * error it is 0 again. Rows with keys go in before those without. More than one row outside
 * a transaction is one transaction.
 * Returns  ROWAN_OK; ROWAN_ECONFLICT if a unique key is taken; ROWAN_ECONSTRAINT;
 *          ROWAN_EUNSUPPORTED if the database does not number many new rows upwards, as
 *          SQLite behind the greatest key there can be;
 *          ROWAN_EINVAL if a value cannot be stored (a text with a NUL byte or that is
 *          not UTF-8, a date that does not exist, NaN in SQLite). */
rowan_status rowan_insert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows,
                               rowan_error *err) ROWAN_CHECKED;

/* Writes all columns of the row that has this row's key; a VERSION is counted up instead.
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND if no row has it; and as rowan_insert_rows(). */
rowan_status rowan_update_row(rowan_session *session, const rowan_model *model,
                              const void *row, rowan_error *err) ROWAN_CHECKED;

/* Deletes the row that has this row's key.
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND; ROWAN_ECONSTRAINT if others refer to it. */
rowan_status rowan_delete_row(rowan_session *session, const rowan_model *model,
                              const void *row, rowan_error *err) ROWAN_CHECKED;

/* Sets columns in all rows that fit a condition (NULL: in all rows).
 * n_changed  how many rows; may be NULL */
rowan_status rowan_update_rows(rowan_session *session, const rowan_model *model,
                               const rowan_expr *where, const rowan_assignment *sets,
                               size_t n_sets, uint64_t *n_changed,
                               rowan_error *err) ROWAN_CHECKED;

/* Deletes all rows that fit a condition (NULL: all rows). n_deleted may be NULL. */
rowan_status rowan_delete_rows(rowan_session *session, const rowan_model *model,
                               const rowan_expr *where, uint64_t *n_deleted,
                               rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus

/* The same, with the struct checked against the model:
 *     rowan_insert(db, Person, &ada, &err)
 *     rowan_insert_many(db, Person, people, n_people, &err)
 *     rowan_update(db, Person, &ada, &err)
 *     rowan_delete(db, Person, &ada, &err)
 *     rowan_update_where(db, Person, where, &n, &err, rowan_set(Person, country, "UK"), ...)
 *     rowan_delete_where(db, Person, where, &n, &err) */
#define rowan_insert(session, M, row, err) \
    rowan_insert_rows((session), ROWAN__MODEL(M, "w"), ROWAN__ROW(M, row), 1, (err))
#define rowan_insert_many(session, M, rows, n_rows, err)                              \
    rowan_insert_rows((session), ROWAN__MODEL(M, "w"), ROWAN__ROW(M, rows), (n_rows), \
                      (err))
#define rowan_update(session, M, row, err) \
    rowan_update_row((session), ROWAN__MODEL(M, "w"), ROWAN__CONST_ROW(M, row), (err))
#define rowan_delete(session, M, row, err)                                          \
    rowan_delete_row((session), ROWAN__MODEL_KEY(M, "w"), ROWAN__CONST_ROW(M, row), \
                     (err))
#define rowan_update_where(session, M, where, n_changed, err, ...)        \
    rowan_update_rows((session), ROWAN__MODEL_ROWS(M, "w"), (where),      \
                      (const rowan_assignment[]){ __VA_ARGS__ },          \
                      sizeof((const rowan_assignment[]){ __VA_ARGS__ }) / \
                          sizeof(rowan_assignment),                       \
                      (n_changed), (err))
#define rowan_delete_where(session, M, where, n_deleted, err) \
    rowan_delete_rows((session), ROWAN__MODEL_ROWS(M, "w"), (where), (n_deleted), (err))

#define ROWAN__ROW(M, row)       _Generic((row), M * : (row))
#define ROWAN__CONST_ROW(M, row) _Generic((row), M * : (row), const M * : (row))

#endif
#endif
