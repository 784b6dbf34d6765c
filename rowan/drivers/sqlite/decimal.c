/* decimal.c - decimals in SQLite, which stores them as text.
 *
 * The collation rowan_decimal compares them as numbers, rowan_decimal_add(a, b) and the
 * aggregate rowan_decimal_sum(a), which is also one of a window, are exact.
 * rowan_decimal_fits(a, precision, scale) is what a column of so many digits stores, rounded
 * half away from zero as the other databases do. What is no decimal, a result of more than
 * 38 digits or than the column has, is an error of the statement.
 */
#include "sqlite/sqlite_int.h"

#include <rowan/decimal.h>

#include <string.h>

/* What is no decimal comes after all that are, in the order of its bytes. */
static int compare(void *ctx, int a_len, const void *a, int b_len, const void *b)
{
    rowan_decimal x, y;
    bool x_good = rowan_decimal_parse(a, (size_t)a_len, &x, NULL) == ROWAN_OK;
    bool y_good = rowan_decimal_parse(b, (size_t)b_len, &y, NULL) == ROWAN_OK;
    int order;

    (void)ctx;
    if (x_good && y_good)
        return rowan_decimal_compare(x, y);
    if (x_good != y_good)
        return x_good ? -1 : 1;
    order = memcmp(a, b, (size_t)(a_len < b_len ? a_len : b_len));
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* An argument that is not NULL; false after an error, which is the statement's. */
static bool read_argument(sqlite3_context *ctx, sqlite3_value *arg, rowan_decimal *out)
{
    const char *text = (const char *)sqlite3_value_text(arg);
    size_t len = (size_t)sqlite3_value_bytes(arg);

    if (text == NULL) {
        sqlite3_result_error_nomem(ctx);
        return false;
    }
    if (rowan_decimal_parse(text, len, out, NULL) == ROWAN_OK)
        return true;
    sqlite3_result_error(ctx, "a value is no decimal", -1);
    return false;
}

static void give(sqlite3_context *ctx, rowan_decimal value)
{
    char text[ROWAN_DECIMAL_TEXT_MAX];
    size_t len = rowan_decimal_format(value, text);

    sqlite3_result_text(ctx, text, (int)len, SQLITE_TRANSIENT);
}

#define TOO_LARGE "a sum of decimals has more than 38 digits"

static void add(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    rowan_decimal a, b, sum;

    (void)n_args;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
        sqlite3_value_type(args[1]) == SQLITE_NULL)
        sqlite3_result_null(ctx);
    else if (read_argument(ctx, args[0], &a) && read_argument(ctx, args[1], &b)) {
        if (rowan_decimal_add(a, b, &sum, NULL) == ROWAN_OK)
            give(ctx, sum);
        else
            rowan__sqlite_out_of_range(ctx, TOO_LARGE); /* of its column */
    }
}

static void fits(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    int precision = sqlite3_value_int(args[1]), scale = sqlite3_value_int(args[2]);
    char text[ROWAN_DECIMAL_TEXT_MAX];
    const char *digits;
    rowan_decimal value;

    (void)n_args;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL) {
        sqlite3_result_null(ctx);
        return;
    }
    if (!read_argument(ctx, args[0], &value))
        return;
    if (rowan_decimal_rescale(rowan_decimal_round(value, scale), scale, &value, NULL) !=
        ROWAN_OK) {
        rowan__sqlite_out_of_range(ctx, "decimal out of range");
        return;
    }
    (void)rowan_decimal_format(value, text);
    digits = text + strspn(text, "-0"); /* those in front of the point that count */
    if (strcspn(digits, ".") > (size_t)(precision - scale))
        rowan__sqlite_out_of_range(ctx, "decimal out of range");
    else
        give(ctx, value);
}

/* The sum so far; zeroed by SQLite. */
typedef struct sum_state {
    rowan_decimal sum;
    int64_t n_values;
    bool failed;
} sum_state;

static void step(sqlite3_context *ctx, sqlite3_value *arg, bool back)
{
    sum_state *state = sqlite3_aggregate_context(ctx, sizeof *state);
    rowan_decimal value;
    rowan_status st;

    if (state == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    if (sqlite3_value_type(arg) == SQLITE_NULL || state->failed)
        return;
    state->failed = !read_argument(ctx, arg, &value);
    if (state->failed)
        return;
    st = back ? rowan_decimal_sub(state->sum, value, &state->sum, NULL)
              : rowan_decimal_add(state->sum, value, &state->sum, NULL);
    state->n_values += back ? -1 : 1;
    state->failed = st != ROWAN_OK;
    if (state->failed)
        sqlite3_result_error(ctx, TOO_LARGE, -1);
}

static void sum_step(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    (void)n_args;
    step(ctx, args[0], false);
}

static void sum_inverse(sqlite3_context *ctx, int n_args, sqlite3_value **args)
{
    (void)n_args;
    step(ctx, args[0], true);
}

/* After an error the result is the error. */
static void sum_value(sqlite3_context *ctx)
{
    const sum_state *state = sqlite3_aggregate_context(ctx, 0);

    if (state == NULL || state->n_values == 0)
        sqlite3_result_null(ctx);
    else if (!state->failed)
        give(ctx, state->sum);
}

int rowan__sqlite_decimals(sqlite3 *db)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_collation(db, "rowan_decimal", SQLITE_UTF8, NULL, compare);

    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(db, "rowan_decimal_add", 2, flags, NULL, add, NULL,
                                     NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(db, "rowan_decimal_fits", 3, flags, NULL, fits,
                                     NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_window_function(db, "rowan_decimal_sum", 1, flags, NULL,
                                            sum_step, sum_value, sum_value, sum_inverse,
                                            NULL);
    return rc;
}
