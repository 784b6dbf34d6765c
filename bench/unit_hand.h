/* unit_hand.h - what a session's commit is compared with: the same written by hand. */
#ifndef UNIT_HAND_H
#define UNIT_HAND_H

#include "people.h"

#include <mysql.h>

/* A connection by hand, to one of the three, with its prepared statements. */
typedef struct unit_hand {
    const char *name; /* "sqlite", "postgresql" or "mariadb" */
    sqlite3 *sqlite;
    PGconn *pg;
    MYSQL *maria;
    struct {
        sqlite3_stmt *sqlite;
        MYSQL_STMT *maria;
    } insert, update, delete;
} unit_hand;

/* Opens and prepares; the table person is there. */
unit_hand *unit_hand_open(const char *uri);
void unit_hand_close(unit_hand *hand);

void unit_hand_sql(unit_hand *hand, const char *sql);

/* Each in a transaction: people[n] inserted, whose keys are set then; their country
 * written; deleted. n is a multiple of 1,000. */
void unit_hand_insert(unit_hand *hand, BenchPerson *people, size_t n);
void unit_hand_update(unit_hand *hand, const BenchPerson *people, size_t n);
void unit_hand_delete(unit_hand *hand, const BenchPerson *people, size_t n);

/* All three in one. */
void unit_hand_all(unit_hand *hand, BenchPerson *added, const BenchPerson *changed,
                   const BenchPerson *deleted, size_t n);

#endif
