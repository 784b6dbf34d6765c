/* people.h - the benches' model, its rows, and databases that hold them. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "bench.h"

#include <rowan/session.h>

#include <libpq-fe.h>
#include <sqlite3.h>

/* As models/person.h has it, without the index: what is measured is the way to the table. */
ROWAN_MODEL(BenchPerson, "person", (rowan_int64, id, PRIMARY_KEY, AUTO),
            (rowan_text, first_name), (rowan_text, last_name), (rowan_opt_date, born),
            (rowan_text, country))

#define PEOPLE_COLUMNS "id, first_name, last_name, born, country"
#define PEOPLE_N       5

extern const rowan_models people_models;

/* Person number `id` of an endless list, always the same. Text is static. */
BenchPerson people_make(int64_t id);

/* Whether two people are the same in every column. */
bool people_same(const BenchPerson *a, const BenchPerson *b);

/* Writes the first n of them as CSV with a header line; returns the bytes. */
long people_write_csv(const char *path, size_t n);

/* A database, opened by the library and by hand. */
typedef struct people_db {
    const char *name; /* "sqlite" or "postgresql" */
    const char *uri;
    const char *path; /* SQLite's file */
    rowan_engine *engine;
    rowan_session *session;
    sqlite3 *sqlite; /* by hand: one of these two */
    PGconn *pg;
} people_db;

/* Opens a new database with n people, and the next one: SQLite first, then PostgreSQL if
 * there is one. NULL behind the last; each call closes the one before. */
people_db *people_next_db(people_db *last, size_t n);

/* Makes an empty table person, or fills it with the first n people. */
void people_clear(people_db *db);
void people_fill(people_db *db, size_t n);

/* SQL by hand on either. */
void people_sql(people_db *db, const char *sql);

/* Both as each program would open them: SQLite in WAL mode, as the library has it. */
sqlite3 *people_open_sqlite(const char *path);
PGconn *people_open_postgres(const char *uri);

/* Ends the program with the database's own words. */
void people_die_sqlite(sqlite3 *db) __attribute__((noreturn));
void people_die_postgres(PGconn *pg) __attribute__((noreturn));

#endif
