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
/* Of what is left, the integers and the enums are a class to the compiler, too. */
#define ROWAN__VALUE_CLASS(val) _Generic((val),          \
    bool: 2, float: 3, double: 3,                        \
    char *: 4, const char *: 4, rowan_text: 4, rowan_opt_text: 4, \
    rowan_date: 5, rowan_timestamp: 6, rowan_time: 7, rowan_uuid: 8, \
    rowan_decimal: 9, rowan_bytes: 10, rowan_json: 11,   \
    default: __builtin_classify_type(val) == 1 ? 1 : -1)
#define ROWAN__FITS(member, val) \
    (ROWAN__TAKEN_BY(member) >> (ROWAN__VALUE_CLASS(val) + 1) & 1)
/* The classes of values that a column takes, a bit each (the first for values of none); one
 * selection, since the text of these is what a query takes to compile. A column of no class
 * takes all: it is an error elsewhere. */
#define ROWAN__TAKEN_BY(member) _Generic((member),                                \
    bool: 0x00cu, rowan_opt_bool: 0x00cu,                                         \
    rowan_int16: 0x004u, rowan_int32: 0x004u, rowan_int64: 0x004u,                \
    rowan_opt_int16: 0x004u, rowan_opt_int32: 0x004u, rowan_opt_int64: 0x004u,    \
    rowan_float: 0x014u, rowan_double: 0x014u,                                    \
    rowan_opt_float: 0x014u, rowan_opt_double: 0x014u,                            \
    rowan_text: 0x020u, rowan_opt_text: 0x020u,                                   \
    rowan_date: 0x040u, rowan_opt_date: 0x040u,                                   \
    rowan_timestamp: 0x080u, rowan_opt_timestamp: 0x080u,                         \
    rowan_time: 0x100u, rowan_opt_time: 0x100u,                                   \
    rowan_uuid: 0x200u, rowan_opt_uuid: 0x200u,                                   \
    rowan_decimal: 0x404u, rowan_opt_decimal: 0x404u,                             \
    rowan_bytes: 0x800u, rowan_opt_bytes: 0x800u,                                 \
    rowan_json: ROWAN__TAKES_JSON, rowan_opt_json: ROWAN__TAKES_JSON,             \
    unsigned: 0x004u, default: sizeof(member) == sizeof(rowan__opt_enum) ? 0x004u : ~0u)
#define ROWAN__TAKES_JSON 0x1000u

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
