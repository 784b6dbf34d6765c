/* people.h - the benches' model, its rows, and databases that hold them. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "bench.h"

#include <rowan/session.h>

#include <libpq-fe.h>
#include <mysql.h>
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
    const char *name; /* "sqlite", "postgresql" or "mariadb" */
    const char *uri;
    const char *path; /* SQLite's file */
    rowan_engine *engine;
    rowan_session *session;
    sqlite3 *sqlite; /* by hand: one of these */
    PGconn *pg;
    MYSQL *maria;
} people_db;

/* Opens a new database with n people, and the next one: SQLite first, then PostgreSQL and
 * MariaDB if there are such. NULL behind the last; each call closes the one before. */
people_db *people_next_db(people_db *last, size_t n);

/* Makes an empty table person, or fills it with the first n people. */
void people_clear(people_db *db);
void people_fill(people_db *db, size_t n);

/* SQL by hand on any. */
void people_sql(people_db *db, const char *sql);

/* Each as a program would open it: SQLite in WAL mode, as the library has it. */
sqlite3 *people_open_sqlite(const char *path);
PGconn *people_open_postgres(const char *uri);
MYSQL *people_open_mariadb(const char *uri);

/* Binds the columns behind the key to the parameters from `idx` on. */
void people_bind_sqlite(sqlite3_stmt *stmt, int idx, const BenchPerson *p);

/* Ends the program with the database's own words. */
void people_die_sqlite(sqlite3 *db) __attribute__((noreturn));
void people_die_postgres(PGconn *pg) __attribute__((noreturn));
void people_die_mariadb(MYSQL *maria) __attribute__((noreturn));
void people_die_statement(MYSQL_STMT *stmt) __attribute__((noreturn));

/* Prepares a statement on MariaDB. */
MYSQL_STMT *people_prepare_mariadb(MYSQL *maria, const char *sql);

/* The parts of MariaDB's URI. */
typedef struct people_address {
    char user[32], password[64], host[64], name[64];
    unsigned port;
} people_address;
people_address people_address_of(const char *uri);

#endif
