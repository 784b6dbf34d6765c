/* sqlite_int.h - what the files of the SQLite driver share. */
#ifndef ROWAN_SQLITE_INT_H
#define ROWAN_SQLITE_INT_H

#include <sqlite3.h>

/* Adds what SQLite lacks to a connection: decimals that are compared and added up.
 * Returns  a result code of SQLite's. */
int rowan__sqlite_decimals(sqlite3 *db);

/* The same: integers that know the range of their column. */
int rowan__sqlite_integers(sqlite3 *db);

#endif
