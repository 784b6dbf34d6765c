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
    const char *name;     /* for messages: "SQLite" */
    char quote;           /* around identifiers */
    bool numbered_params; /* $1 rather than ? */
    const char *type_names[ROWAN_N_TYPES];
    const char *key_text;     /* the type of a text in a key; NULL if any text can be */
    const char *index_prefix; /* behind another text in an index: "(255)" */
    const char *identity;     /* behind the type of an AUTO key */
    const char *table_options; /* behind the closing bracket: " STRICT" */
    const char *no_values;     /* of an INSERT that names no column */
    const char *differs[3];    /* before, between, behind two values that may be NULL */
    const char *staging_prefix; /* "CREATE TEMP TABLE " */
    const char *staging_schema; /* where such a table is, with its dot */
    const char *staging_options;
    const char *staging_drop; /* "DROP TABLE IF EXISTS " */
    bool staging_stays;       /* a rollback leaves such a table */
    bool joins_updates;       /* UPDATE a JOIN b SET rather than UPDATE a SET FROM b */
    bool locks_tables;        /* a refresh keeps other writers out by LOCK TABLE */
    const char *name_lock[2]; /* before and behind a name that one session at a time can
                               * have; NULL where tables can be locked */
    const char *lock_rows;    /* behind a SELECT: what it found, or did not, stays */
    const char *unlock; /* lets go of all names; NULL if the transaction's end does */
    bool has_sequences; /* an AUTO key's sequence does not see keys that are given */
    bool wants_analyze; /* plans against a new table need its statistics */
    bool ddl_commits;   /* a change of tables ends the transaction */
    const char *schema_lock; /* one change of tables at a time, to its end */
    const char *begin_write; /* a transaction that will write */
    const char *begin_read;  /* one that only reads, and sees one state */
    const char *no_limit;    /* the LIMIT that means none, where OFFSET needs one */
    size_t max_params;       /* of one statement */
} rowan__dialect;

extern const rowan__dialect rowan__dialect_sqlite;
extern const rowan__dialect rowan__dialect_postgres;
extern const rowan__dialect rowan__dialect_mariadb;

/* An identifier in its quotes, quotes inside doubled. */
void rowan__sql_ident(const rowan__dialect *dialect, rowan__buf *sql, const char *name);

/* The nth parameter, from 1. */
void rowan__sql_param(const rowan__dialect *dialect, rowan__buf *sql, size_t n);

#endif
