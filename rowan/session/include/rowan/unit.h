/* rowan/unit.h - a unit of work: rows that a session keeps as objects, and writes back.
 *
 *     Person *ada;
 *     rowan_session_get(db, Person, 7, &ada, &err);        // one row, one object
 *     ada->country = rowan_text_of("UK");                  // an edit is an assignment
 *     rowan_session_add(db, Person, &grace, &err, .first_name = rowan_text_of("Grace"), ...);
 *     rowan_session_delete(db, Person, alan, &err);
 *     rowan_commit(db, &err);                              // all of it, or nothing
 *
 * Objects. A row that is got or fetched here becomes an object of the session, as its
 * model's struct; the same row is the same object however often and by whichever query it is
 * read, until rowan_session_clear() or rowan_session_close(), with which all objects and
 * their texts go. (What rowan_find() and rowan_fetch() give is the caller's own, and not
 * tracked.) No query is hidden: only these functions, a flush and a commit talk to the
 * database, and a query does not see what has not been flushed.
 *
 * Writing. A flush compares each object with the row as it was read (some nanoseconds an object),
 * and writes the columns that differ, and no others. What is added is inserted first, tables
 * that others refer to before those that refer to them, and rows that refer to each other
 * within a table in that order, too; then the updates; then what is deleted, the other way
 * round. Rows are written many at a time. A text or bytes that an object is given are
 * borrowed until the next flush, and the session's own after it; rowan_session_text() copies
 * them at once. Statements are as good as written by hand, and as bad: two rows that exchange
 * their values of a unique column collide, and MariaDB deletes no row that refers to itself
 * (both take a flush between). The key of an object that has a row and its VERSION cannot be
 * edited, and what the database computes (GENERATED) is what it was when the row was read.
 *
 * Transactions. rowan_session_flush() writes inside the open transaction, rowan_commit()
 * flushes and commits. Without an open transaction each of both begins one and commits it.
 * At the end of a transaction the objects stay, but the database may move on without them:
 * the next get or fetch of such an object reads its row again, and brings the object up to
 * date unless it has edits that are not flushed.
 *
 * A model with a VERSION column is locked optimistically: each UPDATE and DELETE asks for the
 * version that was read, and an UPDATE counts it up. If another transaction was there
 * before, that is ROWAN_EBUSY, as a serialization failure is: run the unit of work again
 * (rowan_transact()), and it reads what is there now. Without a VERSION the last one wins,
 * column by column; a row to be updated that is gone is ROWAN_EBUSY, too, a row to be
 * deleted that is gone is fine.
 *
 * After an error
 *     of get, fetch, add, delete, refer, text   nothing has changed; but an error of the
 *             database inside a transaction makes that fail, as always (rowan/session.h)
 *     of flush in a transaction   the transaction has failed: rowan_rollback(), or
 *             rowan_rollback_to() a savepoint
 *     of commit, of flush outside a transaction   the transaction is over, as after
 *             rowan_rollback(). But if it could not begin, nothing has changed
 *     after rowan_rollback()   objects say again what they said when the transaction began,
 *             edits that were not flushed are dropped, deleted objects are back, and added
 *             ones are no longer the session's: they can be looked at, an AUTO key is 0
 *             again, and they can be added anew
 *     after rowan_rollback_to()   the same, as of the savepoint (which flushes)
 *     after ROWAN_ECONN of a commit   whether it happened is not known; objects are as after
 *             a rollback, and the next get tells
 *
 * Threads: as its session, one at a time. Memory: an object takes two rows and 64 bytes, and
 * its texts, also those it had before, until the clear.
 * Uses: rowan/session.h.
 */
#ifndef ROWAN_UNIT_H
#define ROWAN_UNIT_H
/* Not a system header: see rowan/session.h. */

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gets the object of the row with that key: the session's own, or read from the database.
 * Models with a key of one column; rowan_session_get() has the struct checked.
 * out      a pointer to a pointer to the model's struct; set on ROWAN_OK only
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND if there is none, or the session is to delete it;
 *          ROWAN_EINVAL if the key is of another type. */
rowan_status rowan_session_get_value(rowan_session *session, const rowan_model *model,
                                     rowan_value key, void *out,
                                     rowan_error *err) ROWAN_CHECKED;

/* The same for a key of any number of columns: those of `like`, whose other members are not
 * read. */
rowan_status rowan_session_get_row(rowan_session *session, const rowan_model *model,
                                   const void *like, void *out,
                                   rowan_error *err) ROWAN_CHECKED;

/* Fetches the objects of a query's rows, in the query's order; without those that the
 * session is to delete. An object that was there already keeps its edits; without any, it is
 * brought up to date if the query locks its row (.lock), or at the first time after the end
 * of a transaction. Relations that
 * the query names (rowan/with.h) lead to objects, too: one row is one object, whichever way
 * it is reached. They are what they were when they were read; to change who belongs to whom,
 * set the foreign key.
 * out      a pointer to an array of pointers to the model's struct, which is the session's
 *          as the objects are; set on ROWAN_OK only, as n_objects
 * Returns  ROWAN_OK, also when there are none; ROWAN_EINVAL if the query is wrong, or reads
 *          another model. */
rowan_status rowan_session_fetch_rows(rowan_session *session, const rowan_model *model,
                                      const rowan_query *query, void *out,
                                      size_t *n_objects,
                                      rowan_error *err) ROWAN_CHECKED;

/* Makes a copy of `row` and of its texts an object, to be inserted at the next flush, which
 * also writes an AUTO key that is 0 into it.
 * out      as above; may be NULL
 * Returns  ROWAN_OK; ROWAN_ECONFLICT if the session has an object with this key (also one
 *          that is to be deleted: flush first); ROWAN_EUNSUPPORTED if it only reads. */
rowan_status rowan_session_add_row(rowan_session *session, const rowan_model *model,
                                   const void *row, void *out,
                                   rowan_error *err) ROWAN_CHECKED;

/* Deletes the object's row at the next flush; one that was added is only dropped. The
 * pointer stays good until the clear. What the database does to rows that refer to it
 * (CASCADE, SET_NULL) is not done to their objects.
 * Returns  ROWAN_OK; ROWAN_EINVAL if it is no object of the session. */
rowan_status rowan_session_delete_row(rowan_session *session, const rowan_model *model,
                                      void *object, rowan_error *err) ROWAN_CHECKED;

/* Sets a member that is a foreign key to the key of another object, at the flush at which
 * that is known: for a new child of a new parent, or a new row between two in a table whose
 * key are theirs.
 * column   of `model`; it references the model of `target`
 * Returns  ROWAN_OK; ROWAN_EINVAL if one of them is no object of the session, or the column
 *          does not reference that model. */
rowan_status rowan_session_refer_row(rowan_session *session, const rowan_model *model,
                                     void *object, const rowan_column *column,
                                     const rowan_model *target_model,
                                     const void *target,
                                     rowan_error *err) ROWAN_CHECKED;

/* Reads the object's row again; edits that are not flushed are lost.
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND if the row is gone: then it is no longer an object of
 *          the session; ROWAN_EINVAL if it is none, or was added and not flushed yet. */
rowan_status rowan_session_refresh_row(rowan_session *session, const rowan_model *model,
                                       void *object, rowan_error *err) ROWAN_CHECKED;

/* Copies text[len] to where the objects are, a NUL behind it: for members of objects.
 * out  set on ROWAN_OK only */
rowan_status rowan_session_text(rowan_session *session, const char *text, size_t len,
                                rowan_text *out, rowan_error *err) ROWAN_CHECKED;

/* Writes what is pending into the open transaction; without one, in one of its own, as
 * rowan_commit().
 * Returns  ROWAN_OK, also when nothing is; ROWAN_EBUSY if a race was lost; ROWAN_ECONFLICT,
 *          ROWAN_ECONSTRAINT, ROWAN_EINVAL as rowan_insert_rows(). */
rowan_status rowan_session_flush(rowan_session *session,
                                 rowan_error *err) ROWAN_CHECKED;

/* Whether a flush would write anything. */
bool rowan_session_pending(const rowan_session *session);

/* The database may have changed under the objects (by rowan_update_where(), by another): the
 * next get or fetch of each reads it again. */
void rowan_session_expire(rowan_session *session);

/* Forgets all objects, with what is pending; pointers to them are good no more. What was
 * flushed stays in the transaction. */
void rowan_session_clear(rowan_session *session);

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus

/* The same, with the struct checked against the model. A row, or what of it is the key, is
 * given as the initializer that its struct would have:
 *     rowan_session_get(db, Person, 7, &ada, &err)
 *     rowan_session_get_key(db, Visit, &visit, &err, .place = ..., .year = 2020)
 *     rowan_session_fetch(db, Person, rowan_select(Person, ...), &people, &n, &err)
 *     rowan_session_add(db, Person, &ada, &err, .first_name = ..., .last_name = ...)
 *     rowan_session_add_copy(db, Person, &row, &ada, &err)       // of a row that is there
 *     rowan_session_delete(db, Person, ada, &err)
 *     rowan_session_refer(db, Award, award, person_id, Person, ada, &err)
 *     rowan_session_refresh(db, Person, ada, &err)
 * Where an added object is not needed, NULL is given for the pointer to it. */
#define rowan_session_get(session, M, key, out, err)                         \
    rowan_session_get_value((session), ROWAN__TRACKED(M), ROWAN__VALUE(key), \
                            ROWAN__OBJECT_OUT(M, out), (err))
#define rowan_session_get_key(session, M, out, err, ...)                           \
    rowan_session_get_row((session), ROWAN__TRACKED(M), &(const M){ __VA_ARGS__ }, \
                          ROWAN__OBJECT_OUT(M, out), (err))
#define rowan_session_fetch(session, M, query, out, n_objects, err) \
    rowan_session_fetch_rows((session), ROWAN__TRACKED(M), (query),        \
                             _Generic((out), M *** : (out)), (n_objects), (err))
#define rowan_session_add(session, M, out, err, ...)                                  \
    rowan_session_add_row((session), ROWAN__MODEL(M, "w"), &(const M){ __VA_ARGS__ }, \
                          ROWAN__ADDED_OUT(M, out), (err))
#define rowan_session_add_copy(session, M, row, out, err)                            \
    rowan_session_add_row((session), ROWAN__MODEL(M, "w"), ROWAN__CONST_ROW(M, row), \
                          ROWAN__ADDED_OUT(M, out), (err))
#define rowan_session_delete(session, M, object, err)             \
    rowan_session_delete_row((session), ROWAN__MODEL_KEY(M, "w"), \
                             ROWAN__ROW(M, object), (err))
#define rowan_session_refer(session, M, object, col, T, target, err)               \
    rowan_session_refer_row((session), &M##_model, ROWAN__ROW(M, object),          \
                            ROWAN__COL(M, col, "w") + M##__##col##__refers_to_##T, \
                            &T##_model, ROWAN__CONST_ROW(T, target), (err))
#define rowan_session_refresh(session, M, object, err)                             \
    rowan_session_refresh_row((session), ROWAN__TRACKED(M), ROWAN__ROW(M, object), \
                              (err))

#define ROWAN__OBJECT_OUT(M, out) _Generic((out), M * * : (out))
#define ROWAN__ADDED_OUT(M, out)  _Generic((out), M * * : (out), void * : (out))

/* An object is read as a whole, and may be written by any assignment. */
#define ROWAN__TRACKED(M)       \
    __extension__({             \
        ROWAN__USE_ALL(M, "r"); \
        ROWAN__USE_ALL(M, "w"); \
        &M##_model;             \
    })

#endif
#endif
