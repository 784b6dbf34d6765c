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

    /* Types. */
    const char *type_names[ROWAN_N_TYPES];
    const char *limited_text;   /* of a text with MAX; NULL: a CHECK keeps it */
    size_t longest_text;        /* up to this MAX, or in a key where key_text is */
    const char *text_length;    /* the function that counts characters, for the CHECK */
    const char *key_text;       /* of a text in a key; NULL if any text can be */
    const char *limited_bytes;  /* the same of bytes; these two where a CHECK keeps */
    const char *key_bytes;      /* the limit, and any bytes can be in a key: NULL */
    const char *index_prefix;   /* behind others of both in an index: "(255)" */
    bool decimal_has_precision; /* "numeric(10, 2)"; else it is text */
    const char *decimal_collation; /* behind a decimal that is text, to compare it */
    const char *identity;          /* behind the type of an AUTO key */

    /* Constants. */
    bool has_booleans;      /* true and false, else 1 and 0 */
    bool reals_are_strings; /* '0.1', which takes the column's type, keeps -0 and can be
                             * 'NaN' */
    bool has_infinity;      /* 9e999 if they are no strings */
    bool uuid_is_binary;    /* else it is text, or a type of its own */
    bool uuid_hyphens;      /* in a UUID as a string */
    const char *utc_suffix; /* of a timestamp as a string */
    const char *now[ROWAN_N_TYPES]; /* the default of dates and times */

    /* Tables. */
    const char *table_options; /* behind the closing bracket: " STRICT" */
    bool has_schemas;
    bool has_comments;    /* COMMENT ON */
    bool inline_comments; /* COMMENT '...' behind a column, and behind the table */
    size_t
        longest_comment; /* characters of a column's, twice as many of a table's; 0 */
    bool narrow_names; /* of characters up to U+FFFF, and not with a space at the end */
    bool has_partial_indexes;
    bool generated_not_null; /* NOT NULL of a generated column; else a CHECK */
    bool ddl_commits;        /* a change of tables ends the transaction */
    const char *schema_lock; /* one change of tables at a time, to its end */

    /* Refreshing. */
    const char *differs[3]; /* before, between and behind two values, one may be NULL */
    const char *staging_prefix; /* "CREATE TEMP TABLE " */
    const char *staging_schema; /* where such a table is, with its dot */
    const char *staging_options;
    const char *staging_drop; /* "DROP TABLE IF EXISTS " */
    bool staging_stays;       /* a rollback leaves such a table */
    bool joins_updates;       /* UPDATE a JOIN b SET rather than UPDATE a SET FROM b */
    bool locks_tables;        /* a refresh keeps other writers out by LOCK TABLE */
    const char *name_lock[2]; /* before and behind a name that one session at a time can
                               * have; NULL where tables can be locked */
    /* Before and behind a table's name as a string: gives a row if another table refers to
     * it. NULL where such a table cannot be dropped. */
    const char *referrers[2];
    const char *lock_rows; /* behind a SELECT: what it found, or did not, stays */
    const char *unlock; /* lets go of all names; NULL if the transaction's end does */
    bool has_sequences; /* an AUTO key's sequence does not see keys that are given */
    bool counts_keys;   /* an AUTO key is one more than the greatest there is, and who
                         * writes is alone */
    const char
        *copy[2];   /* around a table's columns, where rows are sent without INSERT */
    bool many_runs; /* an INSERT of one row is run for many by one round trip, and
                         * gives what is RETURNED by each */
    bool wants_analyze; /* plans against a new table need its statistics */

    /* Queries. */
    const char *like[3];     /* before, between and behind a text and its pattern */
    const char *ilike[3];    /* the same, whatever the case */
    bool has_nulls_order;    /* NULLS FIRST, NULLS LAST */
    const char *row_lock;    /* of rows that will be changed; NULL if there is none */
    const char *widen[2];    /* around a number that shall be a double; NULL */
    const char *int_sum[2];  /* around a sum of integers that shall be one; NULL */
    const char *decimal_sum; /* the function that adds decimals up; NULL for sum() */
    const char *plus[ROWAN_N_TYPES]; /* that adds two, with its bracket; NULL for + */
    bool cuts_spaces; /* those at the end of a text that is too long for its column */
    const char
        *fits[ROWAN_N_TYPES]; /* of a value and the range of its column: the value,
                                      * or an error; NULL: the database knows */

    /* SQL of users, where a question mark is looked for. */
    bool nests_comments;
    bool has_hash_comments;  /* and hyphens want a space behind them */
    bool has_escape_strings; /* E'...' */
    bool has_dollar_strings;
    bool has_bracket_names;

    /* Writing. */
    const char
        *excluded[2]; /* around a column: the value of the row that is inserted */
    bool upserts_by_any_key; /* ON DUPLICATE KEY, where ON CONFLICT names the key */
    int other_key_code;      /* the error of a conflict by another key, then */
    bool no_update_returning;

    /* Statements. */
    const char *no_values;           /* of an INSERT that names no column */
    const char *begin_write;         /* a transaction that will write */
    const char *begin_read;          /* one that only reads, and sees one state */
    const char *begin_only_reads;    /* one that only reads */
    const char *isolation_levels[4]; /* by rowan_isolation; NULL: nothing to say */
    bool isolation_is_set_before;    /* a transaction, by a statement of its own */
    bool has_arrays;                 /* key = ANY (array) */
    const char *no_limit; /* the LIMIT that means none, where OFFSET needs one */
    size_t max_params;    /* of one statement; 0: the driver says so */
    size_t long_list;     /* values of one IN that pay; a power of two */
    bool narrow_in; /* IN looks a value up as one of the type of the query's column, and
                           * makes false what would be NULL if it does not fit */
    const char *split[2]; /* around a text and what is between its parts: a query that
                           * gives each part as a value of the type that follows; NULL */
} rowan__dialect;

extern const rowan__dialect rowan__dialect_sqlite;
extern const rowan__dialect rowan__dialect_postgres;
extern const rowan__dialect rowan__dialect_mariadb;

/* The name of a model's table, with its schema. */
void rowan__sql_table(const rowan__dialect *dialect, rowan__buf *sql,
                      const rowan_model *model);

/* Text as a string in quotes: for labels, comments and constants of a model, in DDL only. */
void rowan__sql_string(rowan__buf *sql, const char *text, size_t len);

/* A model's constant: for DDL only; all other values are parameters. */
void rowan__sql_literal(const rowan__dialect *dialect, rowan__buf *sql,
                        const rowan_column *column, const rowan_value *value);

/* An identifier in its quotes, quotes inside doubled. */
void rowan__sql_ident(const rowan__dialect *dialect, rowan__buf *sql, const char *name);

/* What a VERSION is after one more change of the row; back to 0 behind the type's last. */
void rowan__sql_next_version(const rowan__dialect *dialect, rowan__buf *sql,
                             const rowan_model *model, const rowan_column *version);

/* The nth parameter, from 1. */
void rowan__sql_param(const rowan__dialect *dialect, rowan__buf *sql, size_t n);

#endif
