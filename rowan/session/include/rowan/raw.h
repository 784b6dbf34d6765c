/* rowan/raw.h - SQL in one's own words, for what the query language does not say.
 *
 *     ROWAN_VIEW(PersonName, Person, first_name, last_name)
 *
 *     st = rowan_sql(db, PersonName, &result, &err,
 *                    "SELECT first_name, last_name FROM person WHERE length(last_name) > ?"
 *                    " AND country = ?", 10, "Norway");
 *     st = rowan_sql_run(db, &n_changed, &err,
 *                        "UPDATE person SET country = upper(country) WHERE id = ?", 7);
 *
 * Values are bound, one for each question mark; text from outside never belongs into the
 * SQL. A question mark in a string, a quoted name or a comment is one of the text's own, and
 * ?? is the operator of PostgreSQL. One statement at a time. Rows are read by position into
 * the columns of a model or a view, whose number and types have to be those of the result.
 * A NULL is written into the SQL, or given as rowan_value_null(ROWAN_DATE), or as a
 * rowan_opt_text that is one. The statement is prepared once a connection, as all others are. What columns the text
 * uses is not known to rowan-uses, but those of the shape are counted.
 * What is neither a query nor INSERT, UPDATE, DELETE, MERGE or REPLACE may change the
 * connection (SET, CREATE TEMPORARY TABLE, BEGIN, PRAGMA): when the session gives that back,
 * it is closed and no other session sees the change.
 * Uses: rowan/session.h.
 */
#ifndef ROWAN_RAW_H
#define ROWAN_RAW_H

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a statement that gives rows.
 * shape    the model or view that a row is
 * values   values[n_values], borrowed for the call; NULL if there is none
 * out      set on ROWAN_OK only; rowan_result_free()
 * Returns  ROWAN_OK; ROWAN_EINVAL if the values do not go with the text, or it is more than
 *          one statement; ROWAN_EDATA if the database does not understand it, or the rows
 *          are not of the shape; and what every call may give. */
rowan_status rowan_sql_fetch(rowan_session *session, const rowan_model *shape,
                             const char *sql, const rowan_value *values,
                             size_t n_values, rowan_result **out,
                             rowan_error *err) ROWAN_CHECKED;

/* Runs a statement that gives none. n_changed may be NULL. */
rowan_status rowan_sql_execute(rowan_session *session, const char *sql,
                               const rowan_value *values, size_t n_values,
                               uint64_t *n_changed, rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus

/* The same with the values as they are, at most 127: rowan_sql(db, View, out, err, sql,
 * value, ...) and rowan_sql_run(db, n_changed, err, sql, value, ...). */
#define rowan_sql(session, V, out, err, ...)                                       \
    rowan_sql_fetch((session), ROWAN__MODEL(V, "r"), ROWAN__FIRST(__VA_ARGS__, ),  \
                    ROWAN__SQL_VALUES(__VA_ARGS__), ROWAN__SQL_COUNT(__VA_ARGS__), \
                    (out), (err))
#define rowan_sql_run(session, n_changed, err, ...)                                  \
    rowan_sql_execute((session), ROWAN__FIRST(__VA_ARGS__, ),                        \
                      ROWAN__SQL_VALUES(__VA_ARGS__), ROWAN__SQL_COUNT(__VA_ARGS__), \
                      (n_changed), (err))
#define ROWAN__SQL_VALUES(...) ROWAN__SQL_VALUES_1(__VA_ARGS__, )
#define ROWAN__SQL_VALUES_1(sql, ...) \
    ((const rowan_value[]){ ROWAN__EACH(ROWAN__EACH_VALUE, ~, __VA_ARGS__){ 0 } })
#define ROWAN__SQL_COUNT(...)        ROWAN__SQL_COUNT_1(__VA_ARGS__, )
#define ROWAN__SQL_COUNT_1(sql, ...) (0 ROWAN__EACH(ROWAN__EACH_ONE, ~, __VA_ARGS__))

#endif
#endif
