/* number.c - the range of numbers in SQLite, where all have 64 bits, and of texts.
 *
 * rowan_int_fits(a, max) is `a`, or an error of the statement if that is greater than the
 * greatest integer of its column, or less than the least; rowan_float_fits(a) likewise of
 * single precision, to which it rounds; rowan_length_fits(a, max) of texts of so many
 * characters, or bytes: where the database computes it, nobody else sees it before it is
 * stored. rowan_double_add(a, b) is a sum, or an error if it is out of range.
 */
#include "sqlite/sqlite_int.h"

#include <rowan/status.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
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
    else if (sqlite3_value_type(args[0]) == SQLITE_NULL)
        sqlite3_result_null(ctx);
    else
        sqlite3_result_double(ctx, (double)(float)value);
}

/* The sum of an infinity is one. What is no number would be stored as NULL. */
static void double_add(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    double a = sqlite3_value_double(args[0]), b = sqlite3_value_double(args[1]);

    (void)n_args;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
        sqlite3_value_type(args[1]) == SQLITE_NULL)
        sqlite3_result_null(ctx);
    else if (isnan(a + b) || (isinf(a + b) && isfinite(a) && isfinite(b)))
        rowan__sqlite_out_of_range(ctx, "double out of range");
    else
        sqlite3_result_double(ctx, a + b);
}

static void length_fits(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    bool is_text = sqlite3_value_type(args[0]) == SQLITE_TEXT;
    const unsigned char *text = is_text ? sqlite3_value_text(args[0]) : NULL;
    sqlite3_int64 len = sqlite3_value_bytes(args[0]), n = len;

    (void)n_args;
    if (is_text && text == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    for (sqlite3_int64 i = 0; i < (is_text ? len : 0); i++)
        n -= (text[i] & 0xc0) == 0x80; /* characters, not bytes */
    if (n > sqlite3_value_int64(args[1]))
        rowan__sqlite_out_of_range(ctx, "value too long");
    else
        sqlite3_result_value(ctx, args[0]);
}

int rowan__sqlite_numbers(sqlite3 *db)
{
    static const struct {
        const char *name;
        int n_args;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        { "rowan_int_fits", 2, int_fits },
        { "rowan_float_fits", 1, float_fits },
        { "rowan_length_fits", 2, length_fits },
        { "rowan_double_add", 2, double_add },
    };
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = SQLITE_OK;

    for (size_t i = 0; i < ROWAN_COUNT(functions) && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function(db, functions[i].name, functions[i].n_args, flags,
                                     NULL, functions[i].call, NULL, NULL);
    return rc;
}
