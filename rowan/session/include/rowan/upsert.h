/* rowan/upsert.h - writes that see to the rows that are there, or give back what they wrote.
 *
 *     rowan_upsert(db, Person, &ada, &err, email)
 *         inserts her, or updates the row that has her email: all columns but the key
 *     rowan_upsert_many(db, Stay, stays, n_stays, &err, place, year)
 *     rowan_insert_missing(db, Person, people, n_people, &err, email)
 *         leaves the rows that are there as they are
 *
 * The columns at the end are a key that the model declares: its primary key, a UNIQUE
 * column, or UNIQUE(a, b); with a NULL in it, no row has it. A row that is in the way by
 * another key is ROWAN_ECONFLICT; but if there is one that has the key, and the other key is
 * not set, only MariaDB may say so. The AUTO key of a row, if it is 0, is written back
 * whichever row it is. Concurrent writers of one key do not fail each other.
 *
 *     rowan_insert_returning(db, Person, people, n_people, &result, &err)
 *     rowan_update_returning(db, Person, where, &result, &err, rowan_set(Person, ...), ...)
 *     rowan_delete_returning(db, Person, where, &result, &err)
 *         give the rows as they were written, with what the database filled in: defaults,
 *         generated columns; those that were deleted as they were. MariaDB has no
 *         UPDATE ... RETURNING: ROWAN_EUNSUPPORTED there.
 * Uses: rowan/session.h.
 */
#ifndef ROWAN_UPSERT_H
#define ROWAN_UPSERT_H

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A list of columns of one model: ROWAN_COLUMNS(Person, email, country). */
typedef struct rowan_columns {
    const rowan_column *const *list; /* list[n] */
    size_t n;
} rowan_columns;

/* How rowan_upsert_rows() goes about it. {.on = ROWAN_COLUMNS(...)} is valid. */
typedef struct rowan_upsert_opts {
    rowan_columns on; /* the key */
    rowan_columns
        set;   /* what an existing row gets from the new one; none: all columns that
                        * are in no primary key, not in `on` and not generated */
    bool keep; /* an existing row stays as it is; `set` is not looked at */
} rowan_upsert_opts;

/* Inserts rows that follow each other or updates those that have the same key, in one
 * transaction: the caller's, or one of its own. An AUTO key that is 0 is written back.
 * Returns  ROWAN_OK; ROWAN_EINVAL if `on` is no key of the model; ROWAN_ECONFLICT if a row
 *          is in the way by another key; and as rowan_insert_rows(). */
rowan_status rowan_upsert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows, const rowan_upsert_opts *opts,
                               rowan_error *err) ROWAN_CHECKED;

/* Inserts rows that follow each other, and gives them back as the database has them, in
 * their order. out: set on ROWAN_OK only; rowan_result_free(). */
rowan_status rowan_insert_rows_returning(rowan_session *session,
                                         const rowan_model *model, const void *rows,
                                         size_t n_rows, rowan_result **out,
                                         rowan_error *err) ROWAN_CHECKED;

/* As rowan_update_rows() and rowan_delete_rows(); the rows come in no order. */
rowan_status rowan_update_rows_returning(rowan_session *session,
                                         const rowan_model *model,
                                         const rowan_expr *where,
                                         const rowan_assignment *sets, size_t n_sets,
                                         rowan_result **out,
                                         rowan_error *err) ROWAN_CHECKED;
rowan_status rowan_delete_rows_returning(rowan_session *session,
                                         const rowan_model *model,
                                         const rowan_expr *where, rowan_result **out,
                                         rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus

/* clang-format off */

#define rowan_upsert(session, M, row, err, ...) \
    rowan_upsert_many(session, M, row, 1, err, __VA_ARGS__)
#define rowan_upsert_many(session, M, rows, n_rows, err, ...)                            \
    rowan_upsert_rows((session), ROWAN__MODEL(M, "w"), ROWAN__ROW(M, rows), (n_rows),    \
                      &(const rowan_upsert_opts){ .on = ROWAN_COLUMNS(M, __VA_ARGS__) }, \
                      (err))
#define rowan_insert_missing(session, M, rows, n_rows, err, ...)                         \
    rowan_upsert_rows((session), ROWAN__MODEL(M, "w"), ROWAN__ROW(M, rows), (n_rows),    \
                      &(const rowan_upsert_opts){ .on = ROWAN_COLUMNS(M, __VA_ARGS__),   \
                                                  .keep = true },                        \
                      (err))
#define ROWAN_COLUMNS(M, ...)                                                            \
    ((rowan_columns){ (const rowan_column *const[]){                                     \
                          ROWAN__EACH(ROWAN__EACH_COLUMN, M, __VA_ARGS__) },             \
                      0 ROWAN__EACH(ROWAN__EACH_ONE, ~, __VA_ARGS__) })
#define ROWAN__EACH_COLUMN(M, ...) __VA_OPT__(ROWAN__COL(M, __VA_ARGS__, "f"),)

#define rowan_insert_returning(session, M, rows, n_rows, out, err)                       \
    rowan_insert_rows_returning((session),                                               \
                                ROWAN__MODEL_FOR(M, ROWAN__USE_ALL(M, "w"); ROWAN__USE_ALL(M, "r")), \
                                ROWAN__CONST_ROW(M, rows), (n_rows), (out), (err))
#define rowan_update_returning(session, M, where, out, err, ...)                         \
    rowan_update_rows_returning(                                                         \
        (session), ROWAN__MODEL_FOR(M, ROWAN__USE_ALL(M, "r"); ROWAN__USE_ROWS(M, "w")), \
        (where), (const rowan_assignment[]){ __VA_ARGS__ },                              \
        sizeof((const rowan_assignment[]){ __VA_ARGS__ }) / sizeof(rowan_assignment),    \
        (out), (err))
#define rowan_delete_returning(session, M, where, out, err)                              \
    rowan_delete_rows_returning((session),                                               \
                                ROWAN__MODEL_FOR(M, ROWAN__USE_ALL(M, "r"); ROWAN__USE_ROWS(M, "w")), \
                                (where), (out), (err))

/* clang-format on */

#endif
#endif
