/* rowan/query.h - what to read: typed macros in front, plain data behind.
 *
 *     rowan_select(Person,
 *                  .where = rowan_and(rowan_eq(Person, last_name, "Turing"),
 *                                     rowan_not_null(Person, born)),
 *                  .order_by = { rowan_desc(Person, born) },
 *                  .limit = 20)
 *
 * The macros check columns and value types at compile time and build constant data in
 * the enclosing block: no allocation, no hidden work. A query or a condition therefore
 * lives until the end of the block it was written in, and what stands under an `if` is a
 * block also without braces: where = name ? rowan_eq(Person, first_name, name) : NULL, not
 * if (name) where = .... A condition that does not apply may be NULL inside rowan_and(),
 * rowan_or() and rowan_not(), and one of which nothing is left does not apply either: all
 * rows, if it was the only one. All values are bound, never pasted.
 * The same tree can be built at run time from the structs below. Each macro leaves a record
 * of the column it uses (rowan/uses.h).  Uses: rowan/model.h.
 */
#ifndef ROWAN_QUERY_H
#define ROWAN_QUERY_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/model.h>
#include <rowan/with.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a condition says. */
typedef enum rowan_op {
    ROWAN_OP_EQ, /* these compare with `value`, the column `other`, or what `query` gives */
    ROWAN_OP_NE,
    ROWAN_OP_LT,
    ROWAN_OP_LE,
    ROWAN_OP_GT,
    ROWAN_OP_GE,
    ROWAN_OP_IS_NULL,
    ROWAN_OP_NOT_NULL,
    ROWAN_OP_IN,          /* one of values[n_values], or of what `query` gives */
    ROWAN_OP_BETWEEN,     /* values[0] and values[1], both included */
    ROWAN_OP_LIKE,        /* `value` is a pattern; these are for texts */
    ROWAN_OP_STARTS_WITH, /* `value` is taken as it is, whatever is in it */
    ROWAN_OP_ENDS_WITH,
    ROWAN_OP_CONTAINS,
    ROWAN_OP_EXISTS, /* `query` gives a row */
    ROWAN_OP_AND,
    ROWAN_OP_OR,
    ROWAN_OP_NOT,
    ROWAN_N_OPS
} rowan_op;

typedef struct rowan_query rowan_query;

/* A condition: about a column, or a combination of others. What an operator does not need
 * is not read. */
typedef struct rowan_expr rowan_expr;
struct rowan_expr {
    rowan_op op;
    bool ignore_case; /* LIKE to CONTAINS */
    const rowan_model
        *model; /* whose column; NULL: the first in the query that has it */
    const rowan_column *column; /* not for EXISTS, AND, OR, NOT */
    rowan_value value;          /* never NULL */
    const rowan_model *other_model;
    const rowan_column *other; /* compared with, in place of `value` */
    const rowan_value *values; /* values[n_values] */
    const void *array;         /* in place of `values`: array[n_values] of the C */
    rowan_type array_type;     /* type of this, such as rowan_int64 */
    size_t n_values;
    bool joined; /* IN: `value` is all of them as one text, values[0] what is between */
    const rowan_query *query; /* EXISTS, IN */
    const rowan_expr *const
        *parts; /* AND, OR, NOT: parts[n_parts], NULLs are skipped */
    size_t n_parts;
};

/* Where the NULLs come: without a word it is first or last as the database has it. */
typedef enum rowan_nulls {
    ROWAN_NULLS_ANYWHERE,
    ROWAN_NULLS_FIRST,
    ROWAN_NULLS_LAST
} rowan_nulls;

/* What rows are ordered or grouped by. */
typedef struct rowan_order {
    const rowan_model
        *model; /* whose column; NULL: the first in the query that has it */
    const rowan_column *column;
    bool descending;
    rowan_nulls nulls;
} rowan_order;

/* Which rows a join gives. */
typedef enum rowan_join_kind {
    ROWAN_INNER_JOIN,
    ROWAN_LEFT_JOIN /* also rows that have no partner */
} rowan_join_kind;

/* Another model in a query: its columns can be read by a view, compared and ordered by. It
 * is joined by a condition, or along a relation of a model that the query reads already. */
typedef struct rowan_join {
    rowan_join_kind kind;
    const rowan_model *model; /* NULL: the one that the relation leads to */
    const rowan_expr *on;     /* NULL: along the relation */
    const rowan_model *near;  /* whose relation it is; NULL for none */
    size_t offset;            /* of its member: rowan_relation.offset */
    const rowan_query *from; /* if `model` is a view: which of its rows; NULL for all */
} rowan_join;

/* Rows that are read to be changed: others wait, or pass by. SQLite has one writer at a
 * time, and nothing to do. */
typedef enum rowan_row_lock {
    ROWAN_NO_LOCK,
    ROWAN_FOR_UPDATE,
    ROWAN_FOR_UPDATE_SKIP_LOCKED
} rowan_row_lock;

#define ROWAN_MAX_JOINS 8  /* of a query */
#define ROWAN_MAX_DEPTH 64 /* of nested conditions; deeper is ROWAN_EINVAL */

/* Which rows of a model, in which order. {.model = &Person_model} is valid: all rows. */
struct rowan_query {
    const rowan_model *model; /* what a row is: a model, an alias or a view */
    const rowan_expr *where;  /* NULL: all rows */
    const rowan_order *order_by[ROWAN_MAX_ORDER_BY]; /* up to the first NULL */
    uint64_t limit;                                  /* rows; 0 means no limit */
    uint64_t offset;                                 /* rows to skip */
    bool distinct;                                   /* no row twice */
    const rowan_join *join[ROWAN_MAX_JOINS];         /* up to the first NULL */
    const rowan_order *group_by[ROWAN_MAX_ORDER_BY]; /* beside the view's own columns */
    const rowan_expr
        *having; /* like `where`, of groups: it may use COUNT and the like */
    const rowan_query *from; /* if the view is made of a view: which of that one's rows;
                               * NULL for all */
    rowan_row_lock lock;
    /* rowan_fetch(): which relations to load with the rows, up to the first NULL */
    const rowan_relation_query *with[ROWAN_MAX_WITH];
};

/* What rowan_update_where() sets a column to. */
typedef enum rowan_set_kind {
    ROWAN_SET_VALUE,
    ROWAN_SET_PLUS,  /* what it is, and `value` more */
    ROWAN_SET_COLUMN /* what the row's column `other` is */
} rowan_set_kind;

/* One column of an update, from rowan_set() and its like. */
typedef struct rowan_assignment {
    const rowan_column *column;
    rowan_value value;
    rowan_set_kind kind;
    const rowan_column *other;
} rowan_assignment;

/* Values for conditions that are built at run time. Texts, bytes and JSON are borrowed. They
 * are functions, since inlined ones were a fifth of the time that a query takes to compile. */
rowan_value rowan_value_int64(int64_t value);
rowan_value rowan_value_bool(bool value);
rowan_value rowan_value_double(double value);
rowan_value rowan_value_text(rowan_text value);
rowan_value rowan_value_str(const char *value); /* NUL-terminated */
rowan_value rowan_value_bytes(rowan_bytes value);
rowan_value rowan_value_json(rowan_json value);
rowan_value rowan_value_null(rowan_type type); /* for SQL of one's own */
rowan_value rowan_value_decimal(rowan_decimal value);
rowan_value rowan_value_date(rowan_date value);
rowan_value rowan_value_time(rowan_time value);
rowan_value rowan_value_timestamp(rowan_timestamp value);
rowan_value rowan_value_uuid(rowan_uuid value);

/* Conditions on columns chosen at run time, such as HTTP filters. What they give lives in
 * `arena` and borrows nothing; it can be mixed with what the typed macros give.
 *
 * column     its name in the database, NUL-terminated
 * op         EQ to GE, IS_NULL, NOT_NULL; of a text also LIKE to CONTAINS
 * text[len]  the value's text form (rowan_value_parse(); an enum's label); not read for
 *            IS_NULL and NOT_NULL
 * out        set on ROWAN_OK only; lives as long as `arena`
 * Returns    ROWAN_OK; ROWAN_EINVAL with what is wrong with the name, the operator or
 *            the value, in words for whoever asked; ROWAN_ENOMEM.
 * Threads    as the arena. */
struct rowan_arena;
rowan_status rowan_condition(struct rowan_arena *arena, const rowan_model *model,
                             const char *column, rowan_op op, const char *text,
                             size_t len, const rowan_expr **out,
                             rowan_error *err) ROWAN_CHECKED;

/* The same with several values, for IN (any number) and BETWEEN (two), and with
 * `ignore_case` for LIKE to CONTAINS. */
rowan_status rowan_condition_of(struct rowan_arena *arena, const rowan_model *model,
                                const char *column, rowan_op op, bool ignore_case,
                                const rowan_text *texts, size_t n_texts,
                                const rowan_expr **out, rowan_error *err) ROWAN_CHECKED;

/* The operator of a name: eq, ne, lt, le, gt, ge, is_null, not_null, in, between, like,
 * starts_with, ends_with, contains; the last four also with an i in front, which sets
 * *ignore_case. ROWAN_N_OPS if there is none of that name. Threads: any. */
rowan_op rowan_op_named(const char *name, size_t len, bool *ignore_case);

/* AND, OR or NOT of conditions (a NOT has one), which have to live as long as `arena`; NULLs
 * among them are skipped, the array parts[n_parts] is copied. */
rowan_status rowan_combine(struct rowan_arena *arena, rowan_op op,
                           const rowan_expr *const *parts, size_t n_parts,
                           const rowan_expr **out, rowan_error *err) ROWAN_CHECKED;

/* The order that a text names, "-born,last_name": a hyphen is descending. `out` may be the
 * order_by of a query.
 * Returns  ROWAN_OK, and NULLs behind the last; ROWAN_EINVAL; ROWAN_ENOMEM. */
rowan_status rowan_order_named(struct rowan_arena *arena, const rowan_model *model,
                               const char *text, size_t len,
                               const rowan_order *out[ROWAN_MAX_ORDER_BY],
                               rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif

/* The typed macros are for C. */
#ifndef __cplusplus

/* What the macros below call: a value, and a comparison with it, of each type of value. */
#define ROWAN__VALUE_TYPES(X)     \
    X(int64, int64_t)             \
    X(bool, bool)                 \
    X(double, double)             \
    X(str, const char *)          \
    X(text, rowan_text)           \
    X(opt_text, rowan_opt_text)   \
    X(bytes, rowan_bytes)         \
    X(json, rowan_json)           \
    X(decimal, rowan_decimal)     \
    X(date, rowan_date)           \
    X(time, rowan_time)           \
    X(timestamp, rowan_timestamp) \
    X(uuid, rowan_uuid)           \
    X(any, rowan_value)
#define ROWAN__DECLARE_VALUE(name, c_type)                                    \
    rowan_value rowan__value_##name(c_type value);                            \
    rowan_expr rowan__compare_##name(const rowan_model *model, unsigned what, \
                                     c_type value);
ROWAN__VALUE_TYPES(ROWAN__DECLARE_VALUE)
rowan_expr rowan__combine(const rowan_expr *const *parts, unsigned what);

/* `what` is one argument in place of three, since the others were a tenth of what a query
 * takes to compile: an operator, whether it ignores case, and from ROWAN__WHAT_NUMBER on the
 * index of the column, or how many parts there are. */
#define ROWAN__WHAT(operator, any_case) ((operator) + 32u * (any_case))
#define ROWAN__WHAT_NUMBER              64u

/* Queries: rowan_select(Person) or rowan_select(Person, .where = ..., .limit = ...). */
#define rowan_select(...) ROWAN__SELECT(__VA_ARGS__, )
#define ROWAN__SELECT(M, ...)                    \
    (__extension__({ ROWAN__USE_ALL(M, "r"); }), \
     &(const rowan_query){ .model = &M##_model, __VA_ARGS__ })

/* Comparisons of a column with a value of its type. A text takes a string, a rowan_text
 * or a rowan_opt_text that is not NULL; an integer column any integer; a double column
 * any number. */
#define rowan_eq(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_EQ, val)
#define rowan_ne(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_NE, val)
#define rowan_lt(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_LT, val)
#define rowan_le(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_LE, val)
#define rowan_gt(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_GT, val)
#define rowan_ge(M, col, val) ROWAN__COMPARE(M, col, ROWAN_OP_GE, val)

/* rowan_is_null(Person, born), rowan_not_null(Person, born): columns that cannot be NULL may
 * be asked, too. */
#define rowan_is_null(M, col)  ROWAN__NULL_TEST(M, col, ROWAN_OP_IS_NULL)
#define rowan_not_null(M, col) ROWAN__NULL_TEST(M, col, ROWAN_OP_NOT_NULL)
#define ROWAN__NULL_TEST(M, col, operator)                                         \
    ROWAN__CONSTANT(M, col, "f", rowan_expr, .op = operator, .model = & M##_model, \
                    .column = ROWAN__COL_OF(M, col))

/* rowan_and(a, b, ...), rowan_or(a, b, ...) of up to 64, rowan_not(a). */
#define rowan_and(...) ROWAN__COMBINE(ROWAN_OP_AND, __VA_ARGS__)
#define rowan_or(...)  ROWAN__COMBINE(ROWAN_OP_OR, __VA_ARGS__)
#define rowan_not(a)   ROWAN__COMBINE(ROWAN_OP_NOT, a)

/* rowan_asc(Person, born), rowan_desc(Person, born, NULLS_LAST). */
#define rowan_asc(...)  ROWAN__ORDER(false, __VA_ARGS__, , )
#define rowan_desc(...) ROWAN__ORDER(true, __VA_ARGS__, , )
#define ROWAN__ORDER(is_descending, M, col, where, ...)                           \
    ROWAN__CONSTANT(M, col, "o", rowan_order, .model = &M##_model,                \
                    .column = ROWAN__COL_OF(M, col), .descending = is_descending, \
                    .nulls = ROWAN__NULLS_##where)
#define ROWAN__NULLS_            ROWAN_NULLS_ANYWHERE
#define ROWAN__NULLS_NULLS_FIRST ROWAN_NULLS_FIRST
#define ROWAN__NULLS_NULLS_LAST  ROWAN_NULLS_LAST

/* rowan_set(Person, country, "Norway") for rowan_update_where(); a nullable column also
 * takes NULL through rowan_set_null(). */
#define rowan_set(M, col, val)                                                        \
    ((rowan_assignment){ .column =                                                    \
                             ROWAN__COL_FOR(M, col, "w", val, "set to", ROWAN__FITS), \
                         .value = ROWAN__VALUE(val) })
/* rowan_increment(Person, n_visits, 1): what it is and so much more, in one step that no
 * other writer can get between; rowan_set_column(Person, shown_name, last_name): what
 * another column of the row is. */
#define rowan_increment(M, col, val)                                            \
    ((rowan_assignment){                                                        \
        .column = ROWAN__COL_FOR(M, col, "w", val, "added to by", ROWAN__ADDS), \
        .value = ROWAN__VALUE(val),                                             \
        .kind = ROWAN_SET_PLUS })
#define rowan_set_column(M, col, other_col)                 \
    ((rowan_assignment){ .column = ROWAN__COL(M, col, "w"), \
                         .kind = ROWAN_SET_COLUMN,          \
                         .other = ROWAN__COL_LIKE(M, other_col, M, col) })
#define ROWAN__ADDS(member, val)                                              \
    (ROWAN__FITS(member, val) &&                                              \
     (ROWAN__COLUMN_CLASS(member) == 1 || ROWAN__COLUMN_CLASS(member) == 3 || \
      ROWAN__COLUMN_CLASS(member) == 9))
#define rowan_set_null(M, col)                             \
    ((rowan_assignment){ .column = ROWAN__OPT_COL(M, col), \
                         .value = { .is_null = true } })

/* The column's description. A statement expression, so that the names inside stay
 * inside; the member comes first, so that a misspelt one is an error about the model. */
#define ROWAN__COL(M, col, how)                                           \
    __extension__({                                                       \
        __typeof__(((M *)0)->col) *rowan__member __attribute__((unused)); \
        ROWAN__USE(M, col, how);                                          \
        ROWAN__COL_OF(M, col);                                            \
    })
/* What has no value in it needs no code: it is there from the start. */
#define ROWAN__CONSTANT(M, col, how, type, ...)                           \
    __extension__({                                                       \
        __typeof__(((M *)0)->col) *rowan__member __attribute__((unused)); \
        static const type rowan__constant = { __VA_ARGS__ };              \
        ROWAN__USE(M, col, how);                                          \
        &rowan__constant;                                                 \
    })
#define ROWAN__COL_OF(M, col)   &M##_columns[ROWAN__INDEX_OF(M, col)]
#define ROWAN__INDEX_OF(M, col) __builtin_offsetof(M##__index, col)

/* The same, and a value that must fit. The verdict is an enumerator because clang prints
 * the whole expression of an assertion that fails. */
#define ROWAN__COL_FOR(M, col, how, val, verb, FITS) \
    &M##_columns[ROWAN__INDEX_FOR(M, col, how, val, verb, FITS)]
#define ROWAN__INDEX_FOR(M, col, how, val, verb, FITS)                             \
    __extension__({                                                                \
        __typeof__(((M *)0)->col) *rowan__member __attribute__((unused));          \
        enum {                                                                     \
            rowan__types_fit = FITS(*rowan__member, val)                           \
        };                                                                         \
        _Static_assert(rowan__types_fit,                                           \
                       #M "." #col " cannot be " verb " " #val " (types differ)"); \
        ROWAN__USE(M, col, how);                                                   \
        (unsigned)ROWAN__INDEX_OF(M, col);                                         \
    })
#define ROWAN__OPT_COL(M, col)                                            \
    __extension__({                                                       \
        __typeof__(((M *)0)->col) *rowan__member __attribute__((unused)); \
        enum {                                                            \
            rowan__nullable = ROWAN__IS_OPT(*rowan__member)               \
        };                                                                \
        _Static_assert(rowan__nullable, #M "." #col " cannot be NULL");   \
        ROWAN__USE(M, col, "w");                                          \
        ROWAN__COL_OF(M, col);                                            \
    })

/* A function makes the condition: to write all its members here would be a third of what a
 * query takes to compile. What it gives is the element of an array, since that can be made of
 * a whole struct, and lives as long as the block. */
#define ROWAN__COMPARE(M, col, operator, val) \
    ROWAN__CONDITION(M, col, operator, false, val, "compared with", ROWAN__COMPARES)
#define ROWAN__CONDITION(M, col, operator, any_case, val, verb, FITS)            \
    ((const rowan_expr[]){ ROWAN__BY_TYPE(val, rowan__compare_)(                 \
        &M##_model,                                                              \
        ROWAN__WHAT(operator, any_case) +                                        \
            ROWAN__WHAT_NUMBER * ROWAN__INDEX_FOR(M, col, "f", val, verb, FITS), \
        val) })

/* The parts are in the text once: twice would double it with each level of conditions. */
/* clang-format off */
#define ROWAN__COMBINE(operator, ...)                                                        \
    ((const rowan_expr[]){ rowan__combine(                                                   \
        (const rowan_expr *const[]){ __VA_ARGS__ },                                          \
        ROWAN__WHAT(operator, false) + ROWAN__WHAT_NUMBER * ROWAN__N_PARTS(__VA_ARGS__,      \
    64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, \
    48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, \
    32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, \
    16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)) })
#define ROWAN__N_PARTS( \
    p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16, \
    p17, p18, p19, p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p30, p31, p32, \
    p33, p34, p35, p36, p37, p38, p39, p40, p41, p42, p43, p44, p45, p46, p47, p48, \
    p49, p50, p51, p52, p53, p54, p55, p56, p57, p58, p59, p60, p61, p62, p63, p64, n, ...) n
/* clang-format on */

#define ROWAN__IS_OPT(member)                                     \
    _Generic((member),                                            \
             ROWAN_SCALAR_TYPES(ROWAN__IS_OPT_OF)                 \
                 ROWAN_SPAN_TYPES(ROWAN__IS_OPT_OF) unsigned : 0, \
             default : 1)
#define ROWAN__IS_OPT_OF(ENUM, name) rowan_##name : 0, rowan_opt_##name : 1,

#define ROWAN__COMPARES(member, val)                                                   \
    ((ROWAN__TAKEN_BY(member) & ~ROWAN__TAKES_JSON) >> (ROWAN__VALUE_CLASS(val) + 1) & \
     1)

/* The function of a value's type: prefix and the type's name. What is not in the list is an
 * integer, or fits no column. */
/* clang-format off */
#define ROWAN__BY_TYPE(val, prefix) _Generic((val),                   \
    bool: prefix##bool, float: prefix##double, double: prefix##double, \
    char *: prefix##str, const char *: prefix##str,                   \
    rowan_text: prefix##text, rowan_opt_text: prefix##opt_text,       \
    rowan_date: prefix##date, rowan_timestamp: prefix##timestamp,     \
    rowan_time: prefix##time, rowan_uuid: prefix##uuid,               \
    rowan_decimal: prefix##decimal, rowan_bytes: prefix##bytes,       \
    rowan_json: prefix##json, rowan_value: prefix##any, default: prefix##int64)
/* clang-format on */
#define ROWAN__VALUE(val) ROWAN__BY_TYPE(val, rowan__value_)(val)

#endif

#include <rowan/match.h>
#include <rowan/view.h>

#endif
