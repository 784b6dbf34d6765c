/* number.c - the range of numbers in SQLite, where all have 64 bits.
 *
 * rowan_int_fits(a, max) is `a`, or an error of the statement if that is greater than the
 * greatest integer of its column, or less than the least; rowan_float_fits(a) likewise of
 * single precision: where the database computes it, nobody else sees it before it is stored.
 */
#include "sqlite/sqlite_int.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

void rowan__sqlite_out_of_range(sqlite3_context *ctx, const char *words)
{
    sqlite3_result_error(ctx, words, -1);
    sqlite3_result_error_code(ctx, SQLITE_TOOBIG);
}

static void int_fits(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    sqlite3_int64 value = sqlite3_value_int64(args[0]);
    sqlite3_int64 max = sqlite3_value_int64(args[1]);

    (void)n_args;
    if (sqlite3_value_type(args[0]) != SQLITE_NULL && (value > max || value < -max - 1))
        rowan__sqlite_out_of_range(ctx, "integer out of range");
    else
        sqlite3_result_value(ctx, args[0]);
}

/* An infinity is one of single precision, too. */
static void float_fits(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    double value = sqlite3_value_double(args[0]);

    (void)n_args;
    if (isfinite(value) && isinf((float)value))
        rowan__sqlite_out_of_range(ctx, "float out of range");
    else
        sqlite3_result_value(ctx, args[0]);
}

int rowan__sqlite_numbers(sqlite3 *db)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function(db, "rowan_int_fits", 2, flags, NULL, int_fits,
                                     NULL, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(db, "rowan_float_fits", 1, flags, NULL, float_fits,
                                     NULL, NULL);
    return rc;
}
