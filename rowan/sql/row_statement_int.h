/* row_statement_int.h - what the statements about rows share with those of queries. */
#ifndef ROWAN_ROW_STATEMENT_INT_H
#define ROWAN_ROW_STATEMENT_INT_H

#include "statement_int.h"

/* Begins a statement: its kind and its model, in the key too. */
void rowan__statement_begin(rowan__statement *s, rowan__statement_kind kind,
                            const rowan_query *query);

/* Adds to the key; false if it is too long. */
bool rowan__statement_key(rowan__statement *s, const void *bytes, size_t len);

/* Where the text of a statement is written. */
typedef struct rowan__writer {
    const rowan__dialect *dialect;
    rowan__buf *sql;
    size_t n_params;
} rowan__writer;

static inline void rowan__write_param(rowan__writer *w)
{
    rowan__sql_param(w->dialect, w->sql, ++w->n_params);
}

static inline void rowan__write_ident(rowan__writer *w, const char *name)
{
    rowan__sql_ident(w->dialect, w->sql, name);
}

/* The text of INSERT, INSERT_AUTO, UPDATE_ROW and DELETE_ROW. */
void rowan__write_row_statement(rowan__writer *w, const rowan__statement *s);

#endif
