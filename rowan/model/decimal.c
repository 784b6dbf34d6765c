/* decimal.c - see rowan/decimal.h. The arithmetic is the compiler's own 128-bit integers:
 * 38 digits fit with room for a sign (10^38 < 2^127). */
#include <rowan/decimal.h>

#include <assert.h>
#include <string.h>

#include "type_int.h"

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

static int128 units_of(rowan_decimal value)
{
    return (int128)((uint128)(uint64_t)value.high << 64 | value.low);
}

static rowan_decimal decimal_of(int128 units, int scale)
{
    return (rowan_decimal){
        .low = (uint64_t)(uint128)units,
        .high = (int64_t)(units >> 64),
        .scale = (uint8_t)scale,
    };
}

static int128 power_of_ten(int n)
{
    int128 power = 1;

    while (n-- > 0)
        power *= 10;
    return power;
}

/* Whether it has at most 38 digits. */
static bool in_range(int128 units)
{
    int128 limit = power_of_ten(ROWAN_DECIMAL_DIGITS);

    return units > -limit && units < limit;
}

static rowan_status too_long(rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL, "has more than %d digits",
                      ROWAN_DECIMAL_DIGITS);
}

rowan_decimal rowan_decimal_of(int64_t units, int scale)
{
    assert(scale >= 0 && scale <= ROWAN_DECIMAL_DIGITS);
    return decimal_of(units, scale);
}

rowan_status rowan_decimal_parse(const char *text, size_t len, rowan_decimal *out,
                                 rowan_error *err)
{
    bool negative = len > 0 && *text == '-', seen_point = false;
    int128 units = 0, full = power_of_ten(ROWAN_DECIMAL_DIGITS - 1);
    size_t n_digits = 0;
    int scale = 0;

    for (size_t i = len > 0 && (*text == '-' || *text == '+'); i < len; i++) {
        if (text[i] == '.' && !seen_point) {
            seen_point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return rowan_fail(err, ROWAN_EINVAL, "is not a decimal number");
        n_digits++;
        scale += seen_point;
        if (units >= full || scale > ROWAN_DECIMAL_DIGITS)
            return too_long(err); /* before a digit more could wrap around */
        units = units * 10 + (text[i] - '0');
    }
    if (n_digits == 0)
        return rowan_fail(err, ROWAN_EINVAL, "is not a decimal number");
    *out = decimal_of(negative ? -units : units, scale);
    return ROWAN_OK;
}

size_t rowan_decimal_format(rowan_decimal value, char *out)
{
    char digits[ROWAN_DECIMAL_TEXT_MAX];
    size_t at = sizeof digits, len;
    int128 units = units_of(value);
    uint128 rest = units < 0 ? -(uint128)units : (uint128)units;
    int written = 0;

    do {
        if (written == value.scale && value.scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
        written++;
    } while (rest > 0 || written <= value.scale);
    if (units < 0)
        digits[--at] = '-';
    len = sizeof digits - at;
    memcpy(out, digits + at, len);
    out[len] = '\0';
    return len;
}

int rowan_decimal_compare(rowan_decimal a, rowan_decimal b)
{
    int128 x = units_of(a), y = units_of(b);
    int scale = a.scale < b.scale ? a.scale : b.scale;
    int128 x_power = power_of_ten(a.scale - scale),
           y_power = power_of_ten(b.scale - scale);
    int128 x_whole = x / x_power, y_whole = y / y_power;

    if (x_whole != y_whole)
        return x_whole < y_whole ? -1 : 1;
    x %= x_power; /* one of the two has nothing left */
    y %= y_power;
    return (x > y) - (x < y);
}

rowan_status rowan_decimal_rescale(rowan_decimal value, int scale, rowan_decimal *out,
                                   rowan_error *err)
{
    int128 units = units_of(value), power;

    if (scale < 0 || scale > ROWAN_DECIMAL_DIGITS)
        return rowan_fail(err, ROWAN_EINVAL, "a scale is 0 to %d",
                          ROWAN_DECIMAL_DIGITS);
    if (scale < value.scale) {
        power = power_of_ten(value.scale - scale);
        if (units % power != 0)
            return rowan_fail(err, ROWAN_EINVAL,
                              "has more than %d digits behind the point", scale);
        units /= power;
    } else {
        power = power_of_ten(scale - value.scale);
        if (__builtin_mul_overflow(units, power, &units) || !in_range(units))
            return too_long(err);
    }
    *out = decimal_of(units, scale);
    return ROWAN_OK;
}

rowan_decimal rowan_decimal_round(rowan_decimal value, int scale)
{
    int128 units = units_of(value), power, rest, size;

    if (scale < 0 || scale >= value.scale)
        return value;
    power = power_of_ten(value.scale - scale);
    rest = units % power;
    size = rest < 0 ? -rest : rest; /* twice as much may be too much */
    units = units / power + (size < power - size ? 0 : units < 0 ? -1 : 1);
    return decimal_of(units, scale);
}

static rowan_status add(rowan_decimal a, rowan_decimal b, bool subtract,
                        rowan_decimal *out, rowan_error *err)
{
    int scale = a.scale > b.scale ? a.scale : b.scale;
    int128 units;
    bool over;
    rowan_status st = rowan_decimal_rescale(a, scale, &a, err);

    if (st == ROWAN_OK)
        st = rowan_decimal_rescale(b, scale, &b, err);
    if (st != ROWAN_OK)
        return st;
    over = subtract ? __builtin_sub_overflow(units_of(a), units_of(b), &units)
                    : __builtin_add_overflow(units_of(a), units_of(b), &units);
    if (over || !in_range(units))
        return too_long(err);
    *out = decimal_of(units, scale);
    return ROWAN_OK;
}

rowan_status rowan_decimal_add(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err)
{
    return add(a, b, false, out, err);
}

rowan_status rowan_decimal_sub(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err)
{
    return add(a, b, true, out, err);
}

rowan_status rowan_decimal_mul(rowan_decimal a, rowan_decimal b, rowan_decimal *out,
                               rowan_error *err)
{
    int128 units;

    if (a.scale + b.scale > ROWAN_DECIMAL_DIGITS ||
        __builtin_mul_overflow(units_of(a), units_of(b), &units) || !in_range(units))
        return too_long(err);
    *out = decimal_of(units, a.scale + b.scale);
    return ROWAN_OK;
}

double rowan_decimal_to_double(rowan_decimal value)
{
    char text[ROWAN_DECIMAL_TEXT_MAX];
    double out = 0;

    (void)rowan__double_read(text, rowan_decimal_format(value, text), false, &out);
    return out;
}
