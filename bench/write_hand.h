/* write_hand.h - writing people by hand: prepared statements of 100 rows, COPY on PostgreSQL
 * where keys are given. Everything is one transaction. */
#ifndef WRITE_HAND_H
#define WRITE_HAND_H

#include "people.h"

#define HAND_TOGETHER 100 /* rows of one statement: more gain nothing */

/* The statements that are prepared on each connection. */
typedef enum hand_kind {
    HAND_INSERT, /* keys given */
    HAND_AUTO,   /* keys from the database, written into the rows */
    HAND_UPSERT, /* rows that differ; none is deleted */
    HAND_N_KINDS
} hand_kind;

typedef struct write_hand {
    people_db *db;
    BenchPerson *people; /* people[n_people], a multiple of HAND_TOGETHER */
    int n_people;
    sqlite3_stmt *sqlite[HAND_N_KINDS];
    MYSQL_STMT *maria[HAND_N_KINDS];
} write_hand;

void hand_open(write_hand *hand, people_db *db, BenchPerson *people, int n_people);
void hand_close(write_hand *hand);

void hand_write(write_hand *hand, hand_kind kind);

/* How it is done: "COPY", "100 rows a statement". */
const char *hand_words(const write_hand *hand, hand_kind kind);

#endif
