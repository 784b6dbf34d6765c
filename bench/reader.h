/* reader.h - reading people by hand, as a good C programmer would: prepared statements,
 * binary results, rows in an array that doubles, text copied into an arena. */
#ifndef READER_H
#define READER_H

#include "people.h"

typedef struct reader {
    people_db *db;
    sqlite3_stmt *stmt;  /* on SQLite */
    const char *pg_name; /* of the prepared statement on PostgreSQL */
    BenchPerson *rows;   /* rows[n_rows] */
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

/* Reads the row that the statement stands on, or row `row` of a result. */
void reader_sqlite_row(reader *r);
void reader_postgres_row(reader *r, const PGresult *result, int row);

#endif
