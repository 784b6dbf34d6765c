/* dialect_int.h - how one database's SQL differs from another's, as data.
 *
 * Statements are generated once for all databases; what differs is asked here. A driver
 * points to its dialect.
 */
#ifndef ROWAN_DIALECT_INT_H
#define ROWAN_DIALECT_INT_H

#include "buf_int.h"

#include <rowan/model.h>

typedef struct rowan__dialect {
    const char *name; /* for messages: "SQLite" */
    char quote;       /* around identifiers */
    bool numbered_params;   /* $1 rather than ? */
    bool transactional_ddl; /* create_all is one transaction */
    const char *type_names[ROWAN_N_TYPES];
    const char *auto_key;      /* what follows the column name of an AUTO key, with PRIMARY KEY */
    bool auto_key_has_type;    /* whether the type name stands between them */
    const char *table_options; /* behind the closing bracket: " STRICT" */
    const char *is_distinct;   /* the operator that also compares NULLs */
    const char *insert_default_row; /* an insert without columns */
    const char *begin_write;   /* a transaction that will write */
    const char *begin_read;    /* one that only reads */
    const char *no_limit;      /* a LIMIT that means none, where OFFSET needs one */
    size_t max_params;         /* of one statement */
} rowan__dialect;

extern const rowan__dialect rowan__dialect_sqlite;
extern const rowan__dialect rowan__dialect_postgres;

/* An identifier in its quotes, quotes inside doubled. */
void rowan__sql_ident(const rowan__dialect *dialect, rowan__buf *sql, const char *name);

/* The nth parameter, from 1. */
void rowan__sql_param(const rowan__dialect *dialect, rowan__buf *sql, size_t n);

#endif
