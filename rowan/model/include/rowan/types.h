/* rowan/types.h - the C types of columns.
 *
 * A field's SQL type comes from its C type. NULL is said in one way, by the type: a
 * rowan_opt_ type is a different C type, so that using it as if it were there does not
 * compile. Text is borrowed: {ptr, len} with a NUL behind it, valid as long as the
 * result, arena or literal it lies in.  docs/types.md has the SQL types.
 *
 * Adding a type: a line in ROWAN_TYPES below, and then the compiler names each table
 * that lacks it (model/type.c, the dialects, the drivers).
 */
#ifndef ROWAN_TYPES_H
#define ROWAN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rowan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef bool rowan_bool;
typedef int16_t rowan_int16;
typedef int32_t rowan_int32;
typedef int64_t rowan_int64;
typedef float rowan_float;
typedef double rowan_double;

/* UTF-8 without NUL bytes. `ptr` is never NULL in a row that was read. */
typedef struct rowan_text {
    const char *ptr;
    size_t len; /* bytes, without the NUL */
} rowan_text;

/* The same, or NULL: then `ptr` is NULL. */
typedef struct rowan_opt_text {
    const char *ptr;
    size_t len;
} rowan_opt_text;

/* Any bytes; a NUL stands behind those that were read, and does not count. */
typedef struct rowan_bytes {
    const unsigned char *ptr;
    size_t len;
} rowan_bytes;

/* The same, or NULL. */
typedef struct rowan_opt_bytes {
    const unsigned char *ptr; /* NULL is NULL */
    size_t len;
} rowan_opt_bytes;

/* A JSON text (RFC 8259). What comes back says the same; PostgreSQL orders the members of
 * an object its own way and drops white space. */
typedef struct rowan_json {
    const char *ptr;
    size_t len;
} rowan_json;

/* The same, or NULL. */
typedef struct rowan_opt_json {
    const char *ptr; /* NULL is NULL; the JSON value null is the text "null" */
    size_t len;
} rowan_opt_json;

/* An exact decimal number of up to 38 digits: an integer of 128 bits, divided by 10 to the
 * power of `scale`. rowan/decimal.h makes, reads, writes and compares them. */
typedef struct rowan_decimal {
    uint64_t low; /* two's complement */
    int64_t high;
    uint8_t scale; /* digits behind the point, 0 to 38 */
} rowan_decimal;

/* A day of the proleptic Gregorian calendar, 0001-01-01 to 9999-12-31. */
typedef struct rowan_date {
    int16_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
} rowan_date;

/* A time of day, in microseconds since midnight: 00:00:00 to 23:59:59.999999. */
typedef struct rowan_time {
    int64_t us;
} rowan_time;

/* An instant in UTC, in microseconds since 1970-01-01 00:00:00; years 1 to 9999. */
typedef struct rowan_timestamp {
    int64_t unix_us;
} rowan_timestamp;

/* A UUID, in the order of its text (RFC 9562). */
typedef struct rowan_uuid {
    uint8_t bytes[16];
} rowan_uuid;

/* clang-format off */
/* The types that are a value of fixed size:  X(ENUM, name) */
#define ROWAN_SCALAR_TYPES(X) \
    X(BOOL, bool)             \
    X(INT16, int16)           \
    X(INT32, int32)           \
    X(INT64, int64)           \
    X(FLOAT, float)           \
    X(DOUBLE, double)         \
    X(DECIMAL, decimal)       \
    X(DATE, date)             \
    X(TIME, time)             \
    X(TIMESTAMP, timestamp)   \
    X(UUID, uuid)

/* Those that are {ptr, len}. */
#define ROWAN_SPAN_TYPES(X) \
    X(TEXT, text)           \
    X(BYTES, bytes)         \
    X(JSON, json)

/* All types; an enum is a C type of the model's own (ROWAN_ENUM in rowan/model.h). */
#define ROWAN_TYPES(X)    \
    ROWAN_SCALAR_TYPES(X) \
    ROWAN_SPAN_TYPES(X)   \
    X(ENUM, enum)
/* clang-format on */

#define ROWAN__OPT_STRUCT(ENUM, name) \
    typedef struct rowan_opt_##name { \
        bool has;                     \
        rowan_##name value;           \
    } rowan_opt_##name;
ROWAN_SCALAR_TYPES(ROWAN__OPT_STRUCT)
#undef ROWAN__OPT_STRUCT

/* The types by number: ROWAN_BOOL, ROWAN_INT16, ... */
typedef enum rowan_type {
#define ROWAN__ENUM(ENUM, name) ROWAN_##ENUM,
    ROWAN_TYPES(ROWAN__ENUM)
#undef ROWAN__ENUM
    ROWAN_N_TYPES
} rowan_type;

/* One value of any type, for parameters and for reflection over rows. Text, bytes and
 * JSON are borrowed. */
typedef struct rowan_value {
    rowan_type type;
    bool is_null; /* then `as` is not read */
    union {
        int64_t
            int64;   /* ROWAN_BOOL (0, 1), ROWAN_INT16, ..INT32, ..INT64, ROWAN_ENUM */
        double real; /* ROWAN_DOUBLE, ROWAN_FLOAT */
        rowan_text text; /* ROWAN_TEXT, ROWAN_JSON */
        rowan_bytes bytes;
        rowan_decimal decimal;
        rowan_date date;
        rowan_time time;
        rowan_timestamp timestamp;
        rowan_uuid uuid;
    } as;
} rowan_value;

/* A text of a NUL-terminated string, which it borrows. NULL gives the empty text. */
rowan_text rowan_text_of(const char *str);

/* A nullable text of a string; NULL gives NULL. */
rowan_opt_text rowan_opt_text_of(const char *str);

/* Whether two texts have the same bytes. */
bool rowan_text_equal(rowan_text a, rowan_text b);

/* Bytes of a caller's; JSON of a NUL-terminated string. Both are borrowed. */
rowan_bytes rowan_bytes_of(const void *ptr, size_t len);
rowan_json rowan_json_of(const char *str);

/* A value that is there: p.born = ROWAN_SOME(rowan_opt_date, ((rowan_date){ 1912, 6, 23 })).
 * A value that is not: p.born = ROWAN_NONE(rowan_opt_date). */
#define ROWAN_SOME(opt_type, ...) ((opt_type){ true, __VA_ARGS__ })
#define ROWAN_NONE(opt_type)      ((opt_type){ 0 })

/* Whether `date` is a real day of the years 1 to 9999. */
bool rowan_date_is_valid(rowan_date date);

/* Days since 1970-01-01, negative before, of a valid date; and back. Source of both:
 * Howard Hinnant, "chrono-compatible low-level date algorithms". */
int32_t rowan_date_to_days(rowan_date date);
rowan_date rowan_date_from_days(int32_t days);

/* Bounds of a rowan_timestamp: 0001-01-01 00:00:00 and 9999-12-31 23:59:59.999999. */
#define ROWAN_TIMESTAMP_MIN INT64_C(-62135596800000000)
#define ROWAN_TIMESTAMP_MAX INT64_C(253402300799999999)

/* The instant of a wall-clock time in UTC: hour 0-23, minute and second 0-59,
 * microsecond 0-999999, a valid date. */
rowan_timestamp rowan_timestamp_of(rowan_date date, int hour, int minute, int second,
                                   int microsecond);

/* The time of day: hour 0-23, minute and second 0-59, microsecond 0-999999. */
rowan_time rowan_time_of(int hour, int minute, int second, int microsecond);

/* A new random UUID (version 4), from the system's source of randomness.
 * Returns  ROWAN_OK; ROWAN_EIO if it cannot be read. */
rowan_status rowan_uuid_new(rowan_uuid *out, rowan_error *err) ROWAN_CHECKED;

/* Whether text[len] is JSON: one value, nested no deeper than 512.
 * Returns  ROWAN_OK; ROWAN_EINVAL with the byte at which it is not. */
rowan_status rowan_json_check(const char *text, size_t len,
                              rowan_error *err) ROWAN_CHECKED;

/* The name of a type, such as "int64". A static string. */
const char *rowan_type_name(rowan_type type);

#define ROWAN_TYPE_TEXT_MAX 64 /* bytes that any value but a text needs as text */

/* Reads a value from its text form, `type` given (any but ROWAN_ENUM, whose labels the
 * column knows: rowan_column_parse()): the forms rowan_value_format() writes, and for a
 * bool also t/f, yes/no, 1/0 in any case, for a timestamp also a 'T' between date and
 * time, a trailing 'Z' or an offset like +02:00, and no fraction, for a uuid also upper
 * case and no hyphens. Spaces around a value are not accepted. Text and JSON borrow
 * `text` and must be UTF-8 without NUL; bytes are base64 (RFC 4648, padded) and are
 * decoded in place of a copy: they need rowan_bytes_parse().
 * Returns  ROWAN_OK; ROWAN_EINVAL and why, such as "is not a date (YYYY-MM-DD)": the words
 *          follow the value's name, which the caller puts in front. */
rowan_status rowan_value_parse(rowan_type type, const char *text, size_t len,
                               rowan_value *out, rowan_error *err) ROWAN_CHECKED;

/* Reads base64 (RFC 4648, padded) into to[len / 4 * 3].
 * n_bytes  how many bytes it is
 * Returns  ROWAN_OK; ROWAN_EINVAL. */
rowan_status rowan_bytes_parse(const char *text, size_t len, unsigned char *to,
                               size_t *n_bytes, rowan_error *err) ROWAN_CHECKED;

/* Writes bytes as base64 into out[(len + 2) / 3 * 4]. Returns that length. */
size_t rowan_bytes_format(const unsigned char *bytes, size_t len, char *out);

/* Writes the text form of a value of fixed size into out[ROWAN_TYPE_TEXT_MAX]
 * with a NUL: true, -17, 0.1 (the shortest form that reads back to the same bits; NaN,
 * Infinity), 12.50, 1912-06-23, 03:04:05.000006, 2026-01-02 03:04:05.000006,
 * 123e4567-e89b-12d3-a456-426614174000.
 * Returns  its length in bytes. Not for text, bytes, JSON, enums and NULL. */
size_t rowan_value_format(const rowan_value *value, char *out);

#ifdef __cplusplus
}
#endif
#endif
