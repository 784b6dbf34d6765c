/* sqlalchemy.h - the same work by SQLAlchemy, where it is installed. */
#ifndef SQLALCHEMY_H
#define SQLALCHEMY_H

#include "people.h"

/* Runs people_sqlalchemy.py and `ours` in turns, and prints a line each for its ORM and its
 * Core: the time of one, and how many times that is of ours.
 * what  "scan" or "get"
 * n     rows, or gets: what `ours` does in one run */
void sqlalchemy_compare(people_db *db, const char *what, size_t n,
                        void (*ours)(void *ctx), void *ctx);

#endif
