/* integer.c - integers in SQLite, all of which have 64 bits.
 *
 * rowan_int_fits(a, max) is `a`, or an error of the statement if that is greater than the
 * greatest integer of its column, or less than the least: where the database computes it,
 * nobody else sees it before it is stored.
 */
#include "sqlite/sqlite_int.h"

#include <stddef.h>

static void fits(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    sqlite3_int64 value = sqlite3_value_int64(args[0]);
    sqlite3_int64 max = sqlite3_value_int64(args[1]);

    (void)n_args;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL) {
        sqlite3_result_null(ctx);
    } else if (value > max || value < -max - 1) {
        sqlite3_result_error(ctx, "integer out of range", -1);
        sqlite3_result_error_code(ctx, SQLITE_TOOBIG);
    } else {
        sqlite3_result_value(ctx, args[0]);
    }
}

int rowan__sqlite_integers(sqlite3 *db)
{
    return sqlite3_create_function(
        db, "rowan_int_fits", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
        NULL, fits, NULL, NULL);
}
