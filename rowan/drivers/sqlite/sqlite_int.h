/* sqlite_int.h - what the files of the SQLite driver share. */
#ifndef ROWAN_SQLITE_INT_H
#define ROWAN_SQLITE_INT_H

#include <sqlite3.h>

/* Adds what SQLite lacks to a connection: decimals that are compared and added up.
 * Returns  a result code of SQLite's. */
int rowan__sqlite_decimals(sqlite3 *db);

/* The same: numbers that know the range of their column. */
int rowan__sqlite_numbers(sqlite3 *db);

/* Fails a function's statement as one that is out of the range of a column: ROWAN_EINVAL. */
void rowan__sqlite_out_of_range(sqlite3_context *ctx, const char *words);

#endif
