/* type_int.h - sizes and text forms that the codecs and drivers share. */
#ifndef ROWAN_TYPE_INT_H
#define ROWAN_TYPE_INT_H

#include <rowan/types.h>

/* "YYYY-MM-DD", 10 bytes; no NUL. */
void rowan__date_write(rowan_date date, char out[10]);

/* "YYYY-MM-DD HH:MM:SS.ffffff", 26 bytes; no NUL. */
void rowan__timestamp_write(rowan_timestamp timestamp, char out[26]);

/* Read exactly those forms (a timestamp also without its fraction, or with one of 1 to 6
 * digits, with 'T', with a zone). False if the text is anything else or no real day. */
bool rowan__date_read(const char *text, size_t len, rowan_date *out);
bool rowan__timestamp_read(const char *text, size_t len, rowan_timestamp *out);

/* "HH:MM:SS.ffffff", 15 bytes; no NUL. Read also without its fraction. */
void rowan__time_write(rowan_time time, char out[15]);
bool rowan__time_read(const char *text, size_t len, rowan_time *out);

/* 32 hexadecimal digits, with hyphens (36 bytes) or without; no NUL. */
size_t rowan__uuid_write(rowan_uuid uuid, bool hyphens, char out[36]);
bool rowan__uuid_read(const char *text, size_t len, rowan_uuid *out);

/* Whether a type is {ptr, len}: text, bytes, JSON. */
static inline bool rowan__is_span(rowan_type type)
{
    return type == ROWAN_TEXT || type == ROWAN_BYTES || type == ROWAN_JSON;
}

/* Whether it is one of the integers; one of the numbers. */
static inline bool rowan__is_integer(rowan_type type)
{
    return type == ROWAN_INT16 || type == ROWAN_INT32 || type == ROWAN_INT64;
}
static inline bool rowan__is_number(rowan_type type)
{
    return rowan__is_integer(type) || type == ROWAN_FLOAT || type == ROWAN_DOUBLE ||
           type == ROWAN_DECIMAL;
}

/* Bytes of the C type of a column that is not nullable. */
size_t rowan__type_size(rowan_type type);

/* Whether an integer is in the range of INT16, INT32 or INT64. */
bool rowan__int_fits(rowan_type type, int64_t value);

/* A decimal integer with an optional sign, nothing else. False also when it overflows. */
bool rowan__int64_read(const char *text, size_t len, int64_t *out);

/* A decimal floating-point number; also nan, inf and infinity in any case if `special`. */
bool rowan__double_read(const char *text, size_t len, bool special, double *out);

/* The shortest decimal form that reads back to the same bits, in out[32] with a NUL;
 * NaN, Infinity and -Infinity by these names. Returns its length. */
size_t rowan__double_write(double value, char *out);

/* The same for a float: the shortest form that reads back to the same float. */
size_t rowan__float_write(float value, char *out);

#endif
