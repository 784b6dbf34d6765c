/* rowan/model_classes.h - which C types fit which columns: for the macros that check it at
 * compile time, in models and in queries. */
#ifndef ROWAN_MODEL_CLASSES_H
#define ROWAN_MODEL_CLASSES_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/types.h>

/* Every nullable enum is laid out like this one. */
typedef struct rowan__opt_enum {
    bool has;
    unsigned value;
} rowan__opt_enum;

/* clang-format off */

/* 0, or a compile error with these words. */
#define ROWAN__CHECK(condition, words) \
    (0 * sizeof(struct { _Static_assert(condition, words); char unused; }))

/* What a C value can be compared with: classes of columns and of values. Booleans are
 * also class 1 as values, since `true` is an int in C17; so are the constants of an enum.
 * JSON can be set, and tested for NULL, but not compared. */
#define ROWAN__INTEGERS(class)                                                           \
    char: class, signed char: class, unsigned char: class, short: class,                 \
    unsigned short: class, int: class, unsigned: class, long: class, unsigned long: class, \
    long long: class, unsigned long long: class
#define ROWAN__COLUMN_CLASS(member) _Generic((member),                      \
    bool: 2, rowan_opt_bool: 2,                                             \
    rowan_int16: 1, rowan_int32: 1, rowan_int64: 1,                         \
    rowan_opt_int16: 1, rowan_opt_int32: 1, rowan_opt_int64: 1,             \
    rowan_float: 3, rowan_double: 3, rowan_opt_float: 3, rowan_opt_double: 3, \
    rowan_text: 4, rowan_opt_text: 4,                                       \
    rowan_date: 5, rowan_opt_date: 5,                                       \
    rowan_timestamp: 6, rowan_opt_timestamp: 6,                             \
    rowan_time: 7, rowan_opt_time: 7,                                       \
    rowan_uuid: 8, rowan_opt_uuid: 8,                                       \
    rowan_decimal: 9, rowan_opt_decimal: 9,                                 \
    rowan_bytes: 10, rowan_opt_bytes: 10,                                   \
    rowan_json: 11, rowan_opt_json: 11,                                     \
    unsigned: 12, default: ROWAN__OPT_ENUM_CLASS(member))
/* What is left is a nullable enum: a struct of its own, told by its size. */
#define ROWAN__OPT_ENUM_CLASS(member) (sizeof(member) == sizeof(rowan__opt_enum) ? 12 : 0)
#define ROWAN__VALUE_CLASS(val) _Generic((val),          \
    ROWAN__INTEGERS(1), bool: 2, float: 3, double: 3,    \
    char *: 4, const char *: 4, rowan_text: 4, rowan_opt_text: 4, \
    rowan_date: 5, rowan_timestamp: 6, rowan_time: 7, rowan_uuid: 8, \
    rowan_decimal: 9, rowan_bytes: 10, rowan_json: 11, default: -1)
#define ROWAN__FITS(member, val)                                                  \
    (ROWAN__COLUMN_CLASS(member) == ROWAN__VALUE_CLASS(val) ||                    \
     ROWAN__COLUMN_CLASS(member) == 0 /* an error elsewhere */ ||                 \
     (ROWAN__VALUE_CLASS(val) == 1 &&                                             \
      (ROWAN__COLUMN_CLASS(member) == 2 || ROWAN__COLUMN_CLASS(member) == 3 ||    \
       ROWAN__COLUMN_CLASS(member) == 9 || ROWAN__COLUMN_CLASS(member) == 12)))

/* A constant of a model: dates and the like are given as strings. */
#define ROWAN__CONST_FITS(member, val)                                            \
    (ROWAN__FITS(member, val) ||                                                  \
     (ROWAN__VALUE_CLASS(val) == 4 &&                                             \
      ROWAN__COLUMN_CLASS(member) >= 5 && ROWAN__COLUMN_CLASS(member) <= 9))
#define ROWAN__DEFAULT_FITS(member, val)                                          \
    (ROWAN__CONST_FITS(member, val) ||                                            \
     (ROWAN__VALUE_CLASS(val) == 4 && ROWAN__COLUMN_CLASS(member) == 11))
#define ROWAN__CONST(val) ROWAN__CONST_AND(val, 0)
#define ROWAN__CONST_AND(val, zero)                                               \
    { .kind = (zero) + _Generic((val), ROWAN__INTEGERS('i'), bool: 'b', float: 'r', double: 'r', \
                       char *: 't', const char *: 't', default: 0),               \
      .integer = _Generic((val), ROWAN__INTEGERS(val), bool: (val), default: 0),  \
      .real = _Generic((val), float: (val), double: (val), default: 0),           \
      .text = _Generic((val), char *: (val), const char *: (val), default: NULL) }

/* clang-format on */

#endif
