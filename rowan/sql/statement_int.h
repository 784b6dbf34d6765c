/* statement_int.h - models and queries -> SQL text, bound values and a cache key.
 *
 * A statement has a shape (which columns, which operators, in which order: everything
 * but the values) and values. Two statements of one shape have the same text, so the
 * shape's key finds the prepared statement and the text is only written when it is new.
 */
#ifndef ROWAN_STATEMENT_INT_H
#define ROWAN_STATEMENT_INT_H

#include "dialect_int.h"

#include <rowan/arena.h>
#include <rowan/query.h>

#define ROWAN__FEW_BINDS 96 /* values, and bytes of key, that need no allocation */
#define ROWAN__SHORT_KEY 1024
#define ROWAN__MAX_KEY   (1 << 20) /* more is a mistake of the program's */

#define ROWAN__MAX_TOGETHER 128  /* rows in one INSERT: more bring no gain */
#define ROWAN__MAX_RUNS     1000 /* sets of values that one INSERT is run for */

typedef enum rowan__statement_kind {
    ROWAN__SELECT_ROWS,
    ROWAN__SELECT_COUNT,
    ROWAN__INSERT,           /* one row, all columns but an AUTO key of 0 */
    ROWAN__INSERT_AUTO,      /* one row without its AUTO key, which comes back */
    ROWAN__INSERT_AUTO_ROWS, /* the same for n_rows of them */
    ROWAN__INSERT_ROWS,      /* n_rows rows, without a word about them; or any number by
                              * COPY, where the dialect has that */
    ROWAN__NEXT_KEYS,        /* n_rows AUTO keys from their sequence, or the greatest */
    ROWAN__UPDATE_ROW,       /* all columns that are not key, by key */
    ROWAN__DELETE_ROW,       /* by key */
    ROWAN__SELECT_KEY,       /* the row with a key */
    ROWAN__UPDATE_COLUMNS,   /* some columns, by key and version */
    ROWAN__DELETE_VERSION,   /* by key and version */
    ROWAN__DELETE_KEYS,      /* several, by their keys */
    ROWAN__DELETE_ARRAY,     /* any number, by an array of keys */
    ROWAN__UPDATE_WHERE,
    ROWAN__DELETE_WHERE,
    ROWAN__RAW_ROWS, /* the user's own SQL */
    ROWAN__RAW_CHANGE,
} rowan__statement_kind;

/* Where INSERT_ROWS puts them. */
typedef enum rowan__into {
    ROWAN__INTO_TABLE,
    ROWAN__INTO_AUTO, /* the same, and the database gives the AUTO keys */
    ROWAN__INTO_STAGING
} rowan__into;

/* What an INSERT does about a row that has the same key. Columns are bits of their index. */
typedef struct rowan__upsert {
    uint64_t on;  /* the columns of that key */
    uint64_t set; /* what is set; none: the row stays as it is */
} rowan__upsert;

/* A statement to be run: what it says, and the values in the order of its parameters. */
typedef struct rowan__statement {
    rowan__statement_kind kind;
    const rowan_query *query;     /* model, where, order, limit; set for all kinds */
    const rowan_assignment *sets; /* UPDATE_WHERE: sets[n_sets] */
    size_t n_sets;
    uint64_t columns; /* UPDATE_COLUMNS: bits of their indexes */
    size_t n_keys;    /* DELETE_KEYS */
    const char *sql;  /* RAW_ROWS, RAW_CHANGE: sql[sql_len] */
    size_t sql_len;
    const rowan__upsert *upsert; /* of an INSERT; NULL: a conflict is an error */
    bool returning;              /* the rows that were changed come back */
    rowan__into into;            /* INSERT_ROWS */
    size_t n_rows;               /* INSERT_AUTO_ROWS, INSERT_ROWS, NEXT_KEYS */
    size_t n_runs; /* sets of values that there are in `binds`, one behind the other */
    size_t max_rows;    /* it can give; when they are there, no more are asked for */
    rowan_value *binds; /* binds[n_binds]: few_binds, or what `more` holds */
    size_t n_binds, max_binds;
    char *key; /* key[key_len]: short_key, or what `more` holds */
    size_t key_len, max_key;
    rowan_arena *more; /* what does not fit in here; NULL as long as all does */
    rowan_value few_binds[ROWAN__FEW_BINDS];
    char short_key[ROWAN__SHORT_KEY];
} rowan__statement;

/* Frees what did not fit. After every rowan__statement_of_...(), whatever it returned; the
 * statement must not be moved before. */
void rowan__statement_done(rowan__statement *statement);

/* Collects the key and the values of a query-shaped statement.
 * Returns  ROWAN_OK; ROWAN_EINVAL if it is too deep, too long, or names a column of
 *          another model. */
rowan_status rowan__statement_of_query(rowan__statement *out,
                                       rowan__statement_kind kind,
                                       const rowan_query *query,
                                       const rowan_assignment *sets, size_t n_sets,
                                       rowan_error *err) ROWAN_CHECKED;

/* SELECT_KEY by a value for the model's one key: a table's, no decimal, not NULL. What a query
 * could say too, at a third of the cost. */
rowan_status rowan__statement_of_key(rowan__statement *out, const rowan_query *query,
                                     const rowan_column *key, const rowan_value *value,
                                     rowan_error *err) ROWAN_CHECKED;

/* The same for a statement about one row. `query` needs only its model set, and lives as
 * long as `out`. Text is borrowed from `row`. */
rowan_status rowan__statement_of_row(rowan__statement *out, rowan__statement_kind kind,
                                     const rowan_query *query, const void *row,
                                     rowan_error *err) ROWAN_CHECKED;

/* The same for INSERT_AUTO_ROWS: rows[n_rows], at most as many as
 * rowan__statement_max_rows(), which is a power of two. Their keys come back in the order of
 * the rows. */
rowan_status rowan__statement_of_rows(rowan__statement *out, const rowan_query *query,
                                      void *const *rows, size_t n_rows,
                                      rowan_error *err) ROWAN_CHECKED;
size_t rowan__statement_max_rows(const rowan_model *model);

/* The same for INSERT_AUTO and a dialect that has many_runs: rows[n_rows], at most as many as
 * rowan__statement_max_runs(). It is the statement of one row, whatever n_rows. */
rowan_status rowan__statement_of_runs(rowan__statement *out, const rowan_query *query,
                                      void *const *rows, size_t n_rows,
                                      rowan_error *err) ROWAN_CHECKED;
size_t rowan__statement_max_runs(const rowan_model *model);

/* INSERT_ROWS without their values: those of the columns that rowan__is_inserted(), row after
 * row. At most as many as rowan__statement_max_inserted(), which is a power of two. */
rowan_status rowan__statement_of_inserts(rowan__statement *out,
                                         const rowan_query *query, rowan__into into,
                                         size_t n_rows, rowan_error *err) ROWAN_CHECKED;
bool rowan__is_inserted(rowan__into into, const rowan_column *column);
size_t rowan__statement_max_inserted(const rowan_model *model);

/* NEXT_KEYS, for a dialect that has sequences or counts keys: n_rows keys, or the one behind
 * which they begin. It gives no rows if the key's sequence cannot be found, or not be used
 * by who asks; or if the table remembers keys that are gone (AUTOINCREMENT). */
void rowan__statement_of_keys(rowan__statement *out, const rowan_query *query,
                              size_t n_rows);

/* UPDATE_COLUMNS and DELETE_VERSION, and SELECT_KEY, without their values: the types of the
 * parameters are set. */
rowan_status rowan__statement_of_columns(rowan__statement *out,
                                         rowan__statement_kind kind,
                                         const rowan_query *query, uint64_t columns,
                                         rowan_error *err) ROWAN_CHECKED;

/* DELETE_KEYS of n_keys rows. */
rowan_status rowan__statement_of_deletes(rowan__statement *out,
                                         const rowan_query *query, size_t n_keys,
                                         rowan_error *err) ROWAN_CHECKED;

/* DELETE_ARRAY, for a dialect that has arrays, of a model with a single key. Its parameter is
 * the array as text: rowan__sql_array_add() for each key, which starts an empty `array`.
 * Sticky failure there. */
rowan_status rowan__statement_of_array(rowan__statement *out, const rowan_query *query,
                                       rowan_error *err) ROWAN_CHECKED;
bool rowan__sql_array_takes(const rowan_column *key);
void rowan__sql_array_add(rowan__buf *array, const rowan_value *value);

/* The parameters of such a statement: statement->n_binds of them (of DELETE_KEYS: for one
 * key). `row` has what is set; `old`, the row as it was read, has key and version. */
rowan_status rowan__bind_row(const rowan__statement *statement, const void *row,
                             const void *old, rowan_value *out,
                             rowan_error *err) ROWAN_CHECKED;

/* The version after `old`: the column's type wraps around to 0, as only a difference counts. */
int64_t rowan__next_version(const rowan_column *version, int64_t old);

/* ROWAN_EINVAL for a view and an alias, which cannot be written. */
rowan_status rowan__must_be_table(const rowan_model *model,
                                  rowan_error *err) ROWAN_CHECKED;

/* Makes an INSERT one that changes the row that is there already. `upsert` lives as long
 * as the statement. */
rowan_status rowan__statement_upsert(rowan__statement *statement,
                                     const rowan__upsert *upsert,
                                     rowan_error *err) ROWAN_CHECKED;

/* Makes an INSERT, UPDATE or DELETE give the rows as they are behind it. */
rowan_status rowan__statement_returning(rowan__statement *statement,
                                        rowan_error *err) ROWAN_CHECKED;

/* A statement in the user's own SQL; query->model is the shape of its rows, NULL if it gives
 * none. The text lives as long as the statement.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the values do not go with the text. */
rowan_status rowan__statement_of_sql(rowan__statement *out,
                                     const rowan__dialect *dialect,
                                     const rowan_query *query, const char *sql,
                                     const rowan_value *values, size_t n_values,
                                     rowan_error *err) ROWAN_CHECKED;

/* Reads a column of a row as a parameter. Text is borrowed.
 * Returns  ROWAN_OK; ROWAN_EINVAL if no database may be sent it: text that is not UTF-8,
 *          a day that does not exist. */
rowan_status rowan__bind_column(const rowan_column *column, const void *row,
                                rowan_value *out, rowan_error *err) ROWAN_CHECKED;

/* Writes the text of a statement. Sticky failure in `sql`. */
void rowan__statement_text(const rowan__statement *statement,
                           const rowan__dialect *dialect, rowan__buf *sql);

/* The rows a statement gives: the model's, one count, keys, or NULL for none. */
const rowan_model *rowan__statement_shape(const rowan__statement *statement);

/* One row of a count: see rowan__count_shape. */
typedef struct rowan__count_row {
    rowan_int64 n;
} rowan__count_row;
extern const rowan_model rowan__count_shape;

#endif
