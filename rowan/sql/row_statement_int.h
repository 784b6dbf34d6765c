/* row_statement_int.h - what the statements about rows share with those of queries. */
#ifndef ROWAN_ROW_STATEMENT_INT_H
#define ROWAN_ROW_STATEMENT_INT_H

#include "statement_int.h"

/* Begins a statement: its kind and its model, in the key too. */
void rowan__statement_begin(rowan__statement *s, rowan__statement_kind kind,
                            const rowan_query *query);

/* Adds to the key. */
rowan_status rowan__statement_key(rowan__statement *s, const void *bytes, size_t len,
                                  rowan_error *err) ROWAN_CHECKED;

static inline rowan_status rowan__statement_key_byte(rowan__statement *s, unsigned byte,
                                                     rowan_error *err)
{
    unsigned char c = (unsigned char)byte;

    return rowan__statement_key(s, &c, 1, err);
}

/* Room for one more value, which is not in the key; NULL when memory is out. */
rowan_value *rowan__statement_bind(rowan__statement *s, rowan_error *err);

/* One more value, and its type in the key. */
rowan_status rowan__statement_value(rowan__statement *s, const rowan_value *value,
                                    rowan_error *err) ROWAN_CHECKED;

/* Memory that lives as long as the statement; NULL when it is out. */
void *rowan__statement_alloc(rowan__statement *s, size_t size, rowan_error *err);

/* Gives a value the type that its column is compared or set with.
 * Returns  ROWAN_OK; ROWAN_EINVAL if it does not fit the column. */
rowan_status rowan__coerce(const rowan_column *column, bool for_set, rowan_value *value,
                           rowan_error *err) ROWAN_CHECKED;

/* Where the text of a statement is written. */
typedef struct rowan__writer {
    const rowan__dialect *dialect;
    rowan__buf *sql;
    size_t n_params;
    const rowan_column *one_of; /* IN: what the next query's column is compared with */
} rowan__writer;

static inline void rowan__write_param(rowan__writer *w)
{
    rowan__sql_param(w->dialect, w->sql, ++w->n_params);
}

static inline void rowan__write_ident(rowan__writer *w, const char *name)
{
    rowan__sql_ident(w->dialect, w->sql, name);
}

/* The text of INSERT and its kind, NEXT_KEYS, UPDATE_ROW and DELETE_ROW. */
void rowan__write_row_statement(rowan__writer *w, const rowan__statement *s);

/* The text of SELECT_KEY, UPDATE_COLUMNS, DELETE_VERSION and DELETE_KEYS. */
void rowan__write_unit_statement(rowan__writer *w, const rowan__statement *s);

/* The text of RAW_ROWS and RAW_CHANGE; what stands behind the values of an INSERT. */
void rowan__write_raw_statement(rowan__writer *w, const rowan__statement *s);
void rowan__write_upsert(rowan__writer *w, const rowan__statement *s);

/* Behind what a statement sets: the VERSION, counted up. Nothing if there is none. */
void rowan__write_version(rowan__writer *w, const rowan_model *model);

#endif
