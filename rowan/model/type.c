/* type.c - the types of columns: names and text forms. See rowan/types.h. */
#include "type_int.h"

#include <rowan/decimal.h>

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "utf8_int.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY    (INT64_C(86400) * US_PER_SECOND)

rowan_text rowan_text_of(const char *str)
{
    return str == NULL ? (rowan_text){ "", 0 } : (rowan_text){ str, strlen(str) };
}

rowan_opt_text rowan_opt_text_of(const char *str)
{
    return (rowan_opt_text){ str, str == NULL ? 0 : strlen(str) };
}

rowan_bytes rowan_bytes_of(const void *ptr, size_t len)
{
    return (rowan_bytes){ ptr, len };
}

rowan_json rowan_json_of(const char *str)
{
    return (rowan_json){ str, str == NULL ? 0 : strlen(str) };
}

bool rowan_text_equal(rowan_text a, rowan_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

const char *rowan_type_name(rowan_type type)
{
    switch (type) {
#define NAME(ENUM, name) \
    case ROWAN_##ENUM: return #name;
        ROWAN_TYPES(NAME)
#undef NAME
    case ROWAN_N_TYPES: break;
    }
    return "unknown type";
}

/* Dates. */

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool rowan_date_is_valid(rowan_date date)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12)
        return false;
    if (date.month == 2 && is_leap_year(date.year))
        return date.day >= 1 && date.day <= 29;
    return date.day >= 1 && date.day <= days[date.month - 1];
}

int32_t rowan_date_to_days(rowan_date date)
{
    int32_t month = date.month; /* years begin in March, so that leap days come last */
    int32_t year = date.year - (month <= 2);
    int32_t era = (year >= 0 ? year : year - 399) / 400;
    int32_t year_of_era = year - era * 400;
    int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

rowan_date rowan_date_from_days(int32_t days)
{
    int64_t z = (int64_t)days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
        365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
    int64_t year = year_of_era + era * 400 + (month <= 2);

    return (rowan_date){
        .year = (int16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

rowan_timestamp rowan_timestamp_of(rowan_date date, int hour, int minute, int second,
                                   int microsecond)
{
    int64_t seconds =
        (int64_t)rowan_date_to_days(date) * 86400 + hour * 3600 + minute * 60 + second;

    return (rowan_timestamp){ seconds * US_PER_SECOND + microsecond };
}

/* `n` digits of `value`, most significant first. */
static void write_digits(char *out, int n, int64_t value)
{
    while (n-- > 0) {
        out[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* `n` digits; false if one is not. */
static bool read_digits(const char *text, int n, int *out)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

/* Two digits of a number below 100: dates are written by the million. */
static void write_two(char *out, unsigned value)
{
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
}

void rowan__date_write(rowan_date date, char out[10])
{
    unsigned year = (uint16_t)date.year;

    write_two(out, year / 100);
    write_two(out + 2, year % 100);
    out[4] = '-';
    write_two(out + 5, date.month);
    out[7] = '-';
    write_two(out + 8, date.day);
}

bool rowan__date_read(const char *text, size_t len, rowan_date *out)
{
    int year, month, day;
    rowan_date date;

    if (len != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 4, &year) ||
        !read_digits(text + 5, 2, &month) || !read_digits(text + 8, 2, &day))
        return false;
    date = (rowan_date){ (int16_t)year, (uint8_t)month, (uint8_t)day };
    *out = date;
    return rowan_date_is_valid(date); /* *out, just written in parts, would stall */
}

/* Times. */

rowan_time rowan_time_of(int hour, int minute, int second, int microsecond)
{
    return (rowan_time){ (hour * 3600 + minute * 60 + second) * US_PER_SECOND +
                         microsecond };
}

void rowan__time_write(rowan_time time, char out[15])
{
    int64_t seconds = time.us / US_PER_SECOND;

    write_digits(out, 2, seconds / 3600);
    out[2] = ':';
    write_digits(out + 3, 2, seconds / 60 % 60);
    out[5] = ':';
    write_digits(out + 6, 2, seconds % 60);
    out[8] = '.';
    write_digits(out + 9, 6, time.us % US_PER_SECOND);
}

/* Timestamps. */

void rowan__timestamp_write(rowan_timestamp timestamp, char out[26])
{
    int64_t days = timestamp.unix_us / US_PER_DAY;
    int64_t us = timestamp.unix_us % US_PER_DAY;

    if (us < 0) {
        us += US_PER_DAY;
        days--;
    }
    rowan__date_write(rowan_date_from_days((int32_t)days), out);
    out[10] = ' ';
    rowan__time_write((rowan_time){ us }, out + 11);
}

/* Reads ".f" to ".ffffff" into microseconds; returns the bytes read, 0 if none. */
static size_t read_fraction(const char *text, size_t len, int *out)
{
    size_t n = 1;
    int us = 0;

    if (len < 2 || text[0] != '.')
        return 0;
    for (; n < len && n <= 6 && text[n] >= '0' && text[n] <= '9'; n++)
        us = us * 10 + (text[n] - '0');
    if (n == 1)
        return 0;
    for (size_t i = n; i <= 6; i++)
        us *= 10;
    *out = us;
    return n;
}

/* Reads "HH:MM:SS" and a fraction; returns the bytes read, 0 if it is no time. */
static size_t read_clock(const char *text, size_t len, rowan_time *out)
{
    int hour, minute, second, us = 0;

    if (len < 8 || text[2] != ':' || text[5] != ':' || !read_digits(text, 2, &hour) ||
        !read_digits(text + 3, 2, &minute) || !read_digits(text + 6, 2, &second) ||
        hour > 23 || minute > 59 || second > 59)
        return 0;
    len = 8 + read_fraction(text + 8, len - 8, &us);
    *out = rowan_time_of(hour, minute, second, us);
    return len;
}

bool rowan__time_read(const char *text, size_t len, rowan_time *out)
{
    return len > 0 && read_clock(text, len, out) == len;
}

/* Reads "", "Z", "+HH", "+HHMM" or "+HH:MM" into minutes east of UTC. */
static bool read_zone(const char *text, size_t len, int *out)
{
    int hours = 0, minutes = 0;

    *out = 0;
    if (len == 0 || (len == 1 && (*text == 'Z' || *text == 'z')))
        return true;
    if ((len != 3 && len != 5 && len != 6) || (*text != '+' && *text != '-') ||
        !read_digits(text + 1, 2, &hours))
        return false;
    if (len == 6 && text[3] != ':')
        return false;
    if (len > 3 && !read_digits(text + len - 2, 2, &minutes))
        return false;
    if (hours > 15 || minutes > 59)
        return false;
    *out = (hours * 60 + minutes) * (*text == '-' ? -1 : 1);
    return true;
}

bool rowan__timestamp_read(const char *text, size_t len, rowan_timestamp *out)
{
    rowan_date date;
    rowan_time time;
    size_t n;
    int zone;

    if (len < 19 || !rowan__date_read(text, 10, &date) ||
        (text[10] != ' ' && text[10] != 'T'))
        return false;
    n = read_clock(text + 11, len - 11, &time);
    if (n == 0 || !read_zone(text + 11 + n, len - 11 - n, &zone))
        return false;
    out->unix_us = rowan_timestamp_of(date, 0, 0, 0, 0).unix_us + time.us -
                   zone * 60 * US_PER_SECOND;
    return out->unix_us >= ROWAN_TIMESTAMP_MIN && out->unix_us <= ROWAN_TIMESTAMP_MAX;
}

/* Numbers. */

bool rowan__int64_read(const char *text, size_t len, int64_t *out)
{
    bool negative = len > 0 && *text == '-';
    size_t i = len > 0 && (*text == '-' || *text == '+') ? 1 : 0;
    int64_t value = 0;

    if (i == len)
        return false;
    for (; i < len; i++) {
        int digit = text[i] - '0';

        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

static bool is_special_double(const char *text, size_t len, double *out)
{
    size_t sign = len > 0 && (*text == '-' || *text == '+') ? 1 : 0;
    const char *word = text + sign;
    size_t n = len - sign;

    if ((n == 3 && strncasecmp(word, "inf", n) == 0) ||
        (n == 8 && strncasecmp(word, "infinity", n) == 0))
        *out = INFINITY;
    else if (n == 3 && strncasecmp(word, "nan", n) == 0)
        *out = NAN;
    else
        return false;
    if (sign > 0 && *text == '-')
        *out = -*out;
    return true;
}

/* strtod() and printf() speak the locale's decimal point, and a program may have chosen
 * one with a comma. Puts `to` in place of `from` in a number; `text` has room for it. */
static size_t change_point(char *text, size_t len, const char *from, const char *to)
{
    char *at = strcmp(from, to) == 0 ? NULL : strstr(text, from);
    size_t from_len = strlen(from), to_len = strlen(to);

    if (at == NULL)
        return len;
    memmove(at + to_len, at + from_len, len - (size_t)(at - text) - from_len + 1);
    memcpy(at, to, to_len);
    return len - from_len + to_len;
}

static const char *locale_point(void)
{
    return nl_langinfo(RADIXCHAR);
}

#define DOUBLE_MAX_LEN 511 /* bytes; no double needs so many digits */
#define POINT_MAX_LEN  8   /* of a decimal point: one character of any locale */

bool rowan__double_read(const char *text, size_t len, bool special, double *out)
{
    char copy[DOUBLE_MAX_LEN + POINT_MAX_LEN + 1];
    char *end;

    if (len == 0 || len > DOUBLE_MAX_LEN)
        return false;
    /* Digits only: no hexadecimal, no space. */
    for (size_t i = 0; i < len; i++) {
        if (strchr("0123456789+-.eE", text[i]) == NULL || text[i] == '\0')
            return special && is_special_double(text, len, out);
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    len = change_point(copy, len, ".", locale_point());
    errno = 0;
    *out = strtod(copy, &end);
    if (end != copy + len)
        return false;
    /* Too large is refused; too small is the nearest one. */
    return !(errno == ERANGE && isinf(*out));
}

size_t rowan__double_write(double value, char *out)
{
    int len = 0;

    if (isnan(value))
        return (size_t)snprintf(out, 32, "NaN");
    if (isinf(value))
        return (size_t)snprintf(out, 32, "%sInfinity", value < 0 ? "-" : "");
    /* 15 digits always come back from text; a subnormal has fewer to begin with. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        double back;

        len = snprintf(out, 32, "%.*g", digits, value);
        back = strtod(out, NULL);
        if (memcmp(&back, &value, sizeof back) == 0)
            break;
    }
    return change_point(out, (size_t)len, locale_point(), ".");
}

size_t rowan__float_write(float value, char *out)
{
    int len = 0;

    if (isnan(value) || isinf(value))
        return rowan__double_write((double)value, out);
    for (int digits = fabsf(value) < FLT_MIN ? 1 : 6; digits <= 9; digits++) {
        len = snprintf(out, 32, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value)
            break;
    }
    return change_point(out, (size_t)len, locale_point(), ".");
}

static bool read_bool(const char *text, size_t len, bool *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = { { "true", true }, { "false", false }, { "t", true }, { "f", false },
                  { "yes", true },  { "no", false },    { "1", true }, { "0", false } };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) == len &&
            strncasecmp(words[i].word, text, len) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

bool rowan__int_fits(rowan_type type, int64_t value)
{
    if (type == ROWAN_INT16)
        return value >= INT16_MIN && value <= INT16_MAX;
    return type != ROWAN_INT32 || (value >= INT32_MIN && value <= INT32_MAX);
}

/* Values. */

static rowan_status parse_integer(rowan_type type, const char *text, size_t len,
                                  rowan_value *out, rowan_error *err)
{
    int64_t value;
    size_t n_digits = 0;

    for (size_t i = len > 0 && (*text == '-' || *text == '+') ? 1 : 0; i < len; i++)
        n_digits = text[i] >= '0' && text[i] <= '9' ? n_digits + 1 : SIZE_MAX / 2;
    if (n_digits == 0 || n_digits >= SIZE_MAX / 2)
        return rowan_fail(err, ROWAN_EINVAL, "is not a whole number");
    if (!rowan__int64_read(text, len, &value) || !rowan__int_fits(type, value))
        return rowan_fail(err, ROWAN_EINVAL, "is out of range for %s",
                          rowan_type_name(type));
    out->as.int64 = value;
    return ROWAN_OK;
}

static rowan_status parse_float(const char *text, size_t len, rowan_value *out,
                                rowan_error *err)
{
    char copy[DOUBLE_MAX_LEN + POINT_MAX_LEN + 1];
    double value;
    float narrow;

    if (!rowan__double_read(text, len, true, &value))
        return rowan_fail(err, ROWAN_EINVAL, "is not a number, or out of range");
    if (!isfinite(value)) {
        out->as.real = value;
        return ROWAN_OK;
    }
    memcpy(copy, text,
           len); /* read anew: by way of a double it would be rounded twice */
    copy[len] = '\0';
    (void)change_point(copy, len, ".", locale_point());
    narrow = strtof(copy, NULL);
    if (isinf(narrow))
        return rowan_fail(err, ROWAN_EINVAL, "is out of range for float");
    out->as.real = (double)narrow;
    return ROWAN_OK;
}

static rowan_status parse_text(const char *text, size_t len, rowan_value *out,
                               rowan_error *err)
{
    size_t valid;

    if (len > 0 && memchr(text, '\0', len) != NULL)
        return rowan_fail(err, ROWAN_EINVAL, "holds a NUL byte");
    valid = rowan__utf8_valid_len(text, len);
    if (valid != len)
        return rowan_fail(err, ROWAN_EINVAL, "is not valid UTF-8 (byte %zu)",
                          valid + 1);
    out->as.text = (rowan_text){ text, len };
    return ROWAN_OK;
}

rowan_status rowan_value_parse(rowan_type type, const char *text, size_t len,
                               rowan_value *out, rowan_error *err)
{
    bool boolean;

    memset(out, 0, sizeof *out);
    out->type = type;
    switch (type) {
    case ROWAN_BOOL:
        if (!read_bool(text, len, &boolean))
            return rowan_fail(err, ROWAN_EINVAL, "is not true or false");
        out->as.int64 = boolean;
        return ROWAN_OK;
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: return parse_integer(type, text, len, out, err);
    case ROWAN_FLOAT: return parse_float(text, len, out, err);
    case ROWAN_DECIMAL: return rowan_decimal_parse(text, len, &out->as.decimal, err);
    case ROWAN_TIME:
        if (!rowan__time_read(text, len, &out->as.time))
            return rowan_fail(err, ROWAN_EINVAL, "is not a time (HH:MM:SS[.ffffff])");
        return ROWAN_OK;
    case ROWAN_UUID:
        if (!rowan__uuid_read(text, len, &out->as.uuid))
            return rowan_fail(err, ROWAN_EINVAL, "is not a uuid");
        return ROWAN_OK;
    case ROWAN_JSON:
        out->as.text = (rowan_text){ text, len };
        return rowan_json_check(text, len, err);
    case ROWAN_BYTES: /* need room for the bytes, or the column's labels */
    case ROWAN_ENUM:
        return rowan_fail(err, ROWAN_EINVAL, "%s is not read this way",
                          rowan_type_name(type));
    case ROWAN_DOUBLE:
        if (!rowan__double_read(text, len, true, &out->as.real))
            return rowan_fail(err, ROWAN_EINVAL, "is not a number, or out of range");
        return ROWAN_OK;
    case ROWAN_DATE:
        if (!rowan__date_read(text, len, &out->as.date))
            return rowan_fail(err, ROWAN_EINVAL, "is not a date (YYYY-MM-DD)");
        return ROWAN_OK;
    case ROWAN_TIMESTAMP:
        if (!rowan__timestamp_read(text, len, &out->as.timestamp))
            return rowan_fail(
                err, ROWAN_EINVAL,
                "is not a timestamp (YYYY-MM-DD HH:MM:SS[.ffffff][zone])");
        return ROWAN_OK;
    case ROWAN_TEXT: return parse_text(text, len, out, err);
    case ROWAN_N_TYPES: break;
    }
    return rowan_fail(err, ROWAN_EINTERNAL, "unknown type %d", (int)type);
}

size_t rowan_value_format(const rowan_value *value, char *out)
{
    switch (value->type) {
    case ROWAN_BOOL:
        return (size_t)snprintf(out, ROWAN_TYPE_TEXT_MAX, "%s",
                                value->as.int64 ? "true" : "false");
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64:
        return (size_t)snprintf(out, ROWAN_TYPE_TEXT_MAX, "%lld",
                                (long long)value->as.int64);
    case ROWAN_DOUBLE: return rowan__double_write(value->as.real, out);
    case ROWAN_DATE:
        rowan__date_write(value->as.date, out);
        out[10] = '\0';
        return 10;
    case ROWAN_TIMESTAMP:
        rowan__timestamp_write(value->as.timestamp, out);
        out[26] = '\0';
        return 26;
    case ROWAN_FLOAT: return rowan__float_write((float)value->as.real, out);
    case ROWAN_DECIMAL: return rowan_decimal_format(value->as.decimal, out);
    case ROWAN_TIME:
        rowan__time_write(value->as.time, out);
        out[15] = '\0';
        return 15;
    case ROWAN_UUID:
        out[36] = '\0';
        return rowan__uuid_write(value->as.uuid, true, out);
    case ROWAN_TEXT:
    case ROWAN_BYTES:
    case ROWAN_JSON:
    case ROWAN_ENUM:
    case ROWAN_N_TYPES: break;
    }
    assert(0 && "a value of fixed size");
    out[0] = '\0';
    return 0;
}
