/* reader.h - reading people by hand, as a good C programmer would: prepared statements,
 * binary results (on MariaDB into bound buffers), rows in an array that doubles, text copied into an arena. */
#ifndef READER_H
#define READER_H

#include "people.h"

/* Where MariaDB puts a row. A longer text is fetched by itself. */
typedef struct reader_buffers {
    int64_t id;
    MYSQL_TIME born;
    my_bool no_born;
    char texts[3][256];
    unsigned long lens[3];
} reader_buffers;

typedef struct reader {
    people_db *db;
    sqlite3_stmt *stmt;  /* on SQLite */
    const char *pg_name; /* of the prepared statement on PostgreSQL */
    MYSQL_STMT *maria;   /* on MariaDB */
    reader_buffers *buffers;
    BenchPerson *rows; /* rows[n_rows] */
    size_t n_rows, cap;
    bench_arena arena; /* of their text */
    PGresult *kept;    /* or this holds it: goes with the rows */
} reader;

/* Prepares a statement that gives all columns of people. */
void reader_open(reader *r, people_db *db, const char *pg_name, const char *sql);
void reader_close(reader *r);

/* Room for one more row. */
BenchPerson *reader_next(reader *r);

/* Forgets the rows; frees them, or keeps their memory. */
void reader_drop(reader *r);
void reader_clear(reader *r);

/* Runs MariaDB's statement, and reads its next row; false behind the last. */
void reader_mariadb_run(reader *r);
bool reader_mariadb_next(reader *r);

/* Reads the row that the statement stands on, or row `row` of a result. */
void reader_sqlite_row(reader *r);
void reader_postgres_row(reader *r, const PGresult *result, int row);

#endif
