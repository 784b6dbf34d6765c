/* rowan/view.h - rows of one's own: a few columns, columns of several models, counts, sums.
 *
 *     ROWAN_VIEW(PersonName, Person, first_name, last_name)
 *
 *     ROWAN_VIEW(CountryStats, Person,
 *         country,
 *         (rowan_int64,    n_people, COUNT()),
 *         (rowan_opt_date, oldest,   MIN(born))
 *     )
 *
 * declares `struct CountryStats` (and the type) with these members and `CountryStats_model`,
 * which is used as a model's: rowan_select(CountryStats, .where = rowan_eq(Person, country,
 * "UK"), .having = rowan_gt(CountryStats, n_people, 3), .order_by = { rowan_desc(
 * CountryStats, n_people) }). Only what it names is read, and only that is what the
 * service counts as using. A view cannot be written.
 *
 * A column by its name is the one of the base, the second argument: a model, another view
 * (whose rows then are a common table expression; .from in the query says which of them)
 * or an alias. A tuple has a type, a name and one of
 *     COLUMN(col)           the base's column under another name
 *     OF(Model, col)        a column of a model that the query joins
 *     OPT_OF(Model, col)    the same of a left join: NULL where there is no partner
 *     COUNT()               the number of rows: rowan_int64
 *     COUNT(col), COUNT_DISTINCT(col)   of its values that are not NULL: rowan_int64
 *     MIN(col), MAX(col)    the column's nullable type
 *     SUM(col)              rowan_opt_int64, rowan_opt_double or rowan_opt_decimal, as the
 *                           column is; a sum out of range is ROWAN_EDATA, but SQLite,
 *                           which stores infinities, gives one for doubles
 *     AVG(col)              rowan_opt_double; of doubles as their SUM
 *     OVER(f, PARTITION_BY(a, ...), ORDER_BY(b, DESC(c)))   f of a window: one of the above
 *                           or ROW_NUMBER(), RANK(), DENSE_RANK() (rowan_int64), LAG(col),
 *                           LEAD(col), FIRST_VALUE(col), LAST_VALUE(col) (nullable)
 *     SQL("text")           an expression in the database's own words, never from outside
 * and behind it, if it needs them, ENUM(Name) or PRECISION(p, s). Where (col) stands,
 * (Model, col) may, for a column of a model that the query joins: MAX(Award, year). Of no
 * rows, or of NULLs only, COUNT gives 0, the others NULL.
 *
 * Where there is a COUNT, SUM and the like, rows are groups: one for each combination of
 * the view's other columns (and those of .group_by in the query).
 *
 *     ROWAN_ALIAS(Mentor, Person)
 *
 * declares `Mentor`, a Person in every way, under a name of its own for queries that read
 * the same table twice.
 *
 * At most 64 columns. In a header, as models are. From C++ the macros declare the struct
 * only.  Uses: rowan/model.h.
 */
#ifndef ROWAN_VIEW_H
#define ROWAN_VIEW_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/model.h>

/* clang-format off */

/* The members: a name is one of the base, a tuple has its type. */
#define ROWAN__VIEW_MEMBER(Base, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__VIEW_MEMBER_T, ROWAN__VIEW_MEMBER_N, Base, __VA_ARGS__))
#define ROWAN__VIEW_MEMBER_T(Base, tuple) ROWAN__MEMBER_1 tuple
#define ROWAN__VIEW_MEMBER_N(Base, n)     __typeof__(((Base *)0)->n) n;
#define ROWAN__VIEW_INDEX(Base, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__VIEW_INDEX_T, ROWAN__VIEW_INDEX_N, Base, __VA_ARGS__))
#define ROWAN__VIEW_INDEX_T(Base, tuple)  ROWAN__INDEX_1 tuple
#define ROWAN__VIEW_INDEX_N(Base, n)      char n;

#ifndef __cplusplus

#define ROWAN_VIEW(V, Base, ...)                                                          \
    typedef struct V V;                                                                   \
    struct V { ROWAN__EACH(ROWAN__VIEW_MEMBER, Base, __VA_ARGS__) };                      \
    typedef struct V##__index { ROWAN__EACH(ROWAN__VIEW_INDEX, Base, __VA_ARGS__) } V##__index; \
    _Static_assert(sizeof(V##__index) <= 64, #V " has more than 64 columns");             \
    extern const rowan_model V##_model __attribute__((weak, visibility("hidden")));       \
    extern const rowan_column V##_columns[] __attribute__((weak, visibility("hidden")));  \
    ROWAN__OVERRIDES_OK                                                                   \
    const rowan_column V##_columns[] = {                                                  \
        ROWAN__EACH(ROWAN__VIEW_COLUMN, (V, Base), __VA_ARGS__) };                        \
    const rowan_model V##_model = {                                                       \
        .name = #V,                                                                       \
        .table = #V,                                                                      \
        .columns = V##_columns,                                                           \
        .n_columns = sizeof(V##__index),                                                  \
        .row_size = sizeof(V),                                                            \
        .base = &Base##_model,                                                            \
        .declaration = (const char[]){ "\001ROWANVIEW\001" #V                             \
                                       ROWAN__EACH(ROWAN__VIEW_TEXT, Base, __VA_ARGS__) }, \
    };                                                                                    \
    ROWAN__OVERRIDES_END

#define ROWAN_ALIAS(A, M)                                                                 \
    typedef M A;                                                                          \
    typedef M##__index A##__index;                                                        \
    extern const rowan_column A##_columns[] __asm__(#M "_columns")                        \
        __attribute__((visibility("hidden")));                                            \
    extern const rowan_model A##_model __attribute__((weak, visibility("hidden")));       \
    const rowan_model A##_model = {                                                       \
        .name = #A,                                                                       \
        .table = #A,                                                                      \
        .columns = M##_columns,                                                           \
        .n_columns = sizeof(M##__index),                                                  \
        .row_size = sizeof(M),                                                            \
        .base = &M##_model,                                                               \
        .is_alias = true,                                                                 \
        .declaration = (const char[]){ "\001ROWANVIEW\001" #A "\001*=" #M ".*" },         \
    };

#else

#define ROWAN_VIEW(V, Base, ...)                                           \
    struct V { ROWAN__EACH(ROWAN__VIEW_MEMBER, Base, __VA_ARGS__) };       \
    extern "C" const rowan_model V##_model __attribute__((weak));
#define ROWAN_ALIAS(A, M)                                                  \
    typedef M A;                                                           \
    extern "C" const rowan_model A##_model __attribute__((weak));

#endif

/* The column table. x is (V, Base). */
#define ROWAN__VIEW_COLUMN(x, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__VIEW_COLUMN_T, ROWAN__VIEW_COLUMN_N, x, __VA_ARGS__))
#define ROWAN__VIEW_COLUMN_N(x, n)     ROWAN__VIEW_N_1(ROWAN__UNPAREN x, n)
#define ROWAN__VIEW_COLUMN_T(x, tuple) ROWAN__VIEW_T_1(ROWAN__UNPAREN x, ROWAN__UNPAREN tuple)
#define ROWAN__VIEW_N_1(...)           ROWAN__VIEW_N(__VA_ARGS__)
#define ROWAN__VIEW_T_1(...)           ROWAN__VIEW_T(__VA_ARGS__, )

#define ROWAN__VIEW_N(V, Base, n)                                                \
    { .name = #n,                                                                \
      ROWAN__VIEW_PLACE(V, n, 0)                                                 \
      .computed = &(const rowan_computed){ .function = ROWAN_FN_COLUMN,          \
                                           ROWAN__VIEW_SOURCE_1(Base, n) } },
#define ROWAN__VIEW_T(V, Base, t, n, expr, ...)                                  \
    { .name = #n,                                                                \
      ROWAN__VIEW_CALL(V, Base, n, (false), ROWAN__VIEW_F_##expr)                \
      __VA_OPT__(ROWAN__ATTRS_1(__VA_ARGS__)) },

/* Where the member is and of what type; `checks` is 0 or does not compile. */
#define ROWAN__VIEW_PLACE(V, n, checks)                                          \
    .offset = __builtin_offsetof(V, n) + ROWAN__DECLARE_KIND(V, n) + (checks),   \
    .type = ROWAN__TYPE_OF_KIND(V##__##n##__kind),                               \
    .nullable = V##__##n##__kind > 0xff,                                         \
    .value_offset = __builtin_offsetof(V, n) + ROWAN__VALUE_AT(V, n),

/* What a tuple's expression becomes: a macro for the checks, the function, its argument. */
#define ROWAN__VIEW_F_COLUMN(col)          ROWAN__VIEW_X_SAME, COLUMN, (col)
#define ROWAN__VIEW_F_OF(M, col)           ROWAN__VIEW_X_SAME, COLUMN, (M, col)
#define ROWAN__VIEW_F_OPT_OF(M, col)       ROWAN__VIEW_X_OPT, COLUMN, (M, col)
#define ROWAN__VIEW_F_COUNT(...)           ROWAN__VIEW_X_COUNT, COUNT, (__VA_ARGS__)
#define ROWAN__VIEW_F_COUNT_DISTINCT(...)  ROWAN__VIEW_X_COUNT, COUNT_DISTINCT, (__VA_ARGS__)
#define ROWAN__VIEW_F_MIN(...)             ROWAN__VIEW_X_EXTREME, MIN, (__VA_ARGS__)
#define ROWAN__VIEW_F_MAX(...)             ROWAN__VIEW_X_EXTREME, MAX, (__VA_ARGS__)
#define ROWAN__VIEW_F_SUM(...)             ROWAN__VIEW_X_SUM, SUM, (__VA_ARGS__)
#define ROWAN__VIEW_F_AVG(...)             ROWAN__VIEW_X_AVG, AVG, (__VA_ARGS__)
#define ROWAN__VIEW_F_ROW_NUMBER()         ROWAN__VIEW_X_PLACE, ROW_NUMBER, ()
#define ROWAN__VIEW_F_RANK()               ROWAN__VIEW_X_PLACE, RANK, ()
#define ROWAN__VIEW_F_DENSE_RANK()         ROWAN__VIEW_X_PLACE, DENSE_RANK, ()
#define ROWAN__VIEW_F_LAG(...)             ROWAN__VIEW_X_NEAR, LAG, (__VA_ARGS__)
#define ROWAN__VIEW_F_LEAD(...)            ROWAN__VIEW_X_NEAR, LEAD, (__VA_ARGS__)
#define ROWAN__VIEW_F_FIRST_VALUE(...)     ROWAN__VIEW_X_NEAR, FIRST_VALUE, (__VA_ARGS__)
#define ROWAN__VIEW_F_LAST_VALUE(...)      ROWAN__VIEW_X_NEAR, LAST_VALUE, (__VA_ARGS__)
#define ROWAN__VIEW_F_SQL(words)           ROWAN__VIEW_X_SQL, SQL, (words)
#define ROWAN__VIEW_F_OVER(...) \
    ROWAN__VIEW_X_OVER, (ROWAN__VIEW_REST(__VA_ARGS__, )), ROWAN__VIEW_F_FIRST(__VA_ARGS__, )
#define ROWAN__VIEW_REST(a, ...)           __VA_ARGS__
#define ROWAN__VIEW_F_FIRST(expr, ...)     ROWAN__VIEW_F_##expr

#define ROWAN__VIEW_CALL(...) ROWAN__VIEW_CALL_1(__VA_ARGS__)
#define ROWAN__VIEW_CALL_1(V, Base, n, win, X, ...) X(V, Base, n, win, __VA_ARGS__)
#define ROWAN__VIEW_X_OVER(V, Base, n, win, attributes, X, ...) \
    X(V, Base, n, (true, ROWAN__UNPAREN attributes), __VA_ARGS__)

#define ROWAN__VIEW_X_SAME(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_SAME, V, n, Base, args)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_OPT(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_OPT, V, n, Base, args)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_COUNT(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_INT64(V, n)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_EXTREME(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_EXTREME, V, n, Base, args)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_SUM(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_SUM, V, n, Base, args)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_AVG(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_AVG, V, n, Base, args)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_PLACE(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_INT64(V, n) + ROWAN__VIEW_NEEDS_OVER(V, n, win)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_NEAR(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, ROWAN__VIEW_CHECK(ROWAN__VIEW_OPT, V, n, Base, args) + \
                                ROWAN__VIEW_NEEDS_OVER(V, n, win)) \
    ROWAN__VIEW_COMPUTED(Base, win, fn, args)
#define ROWAN__VIEW_X_SQL(V, Base, n, win, fn, args) \
    ROWAN__VIEW_PLACE(V, n, 0) \
    .computed = &(const rowan_computed){ .function = ROWAN_FN_SQL, .sql = args },

#define ROWAN__VIEW_COMPUTED(Base, win, fn, args)                                \
    .computed = &(const rowan_computed){                                         \
        .function = ROWAN_FN_##fn,                                               \
        ROWAN__VIEW_SOURCE(Base, args)                                           \
        ROWAN__VIEW_WINDOW(Base, ROWAN__UNPAREN win) },

/* (col) is the base's, (Model, col) is not; () is nothing. */
#define ROWAN__VIEW_ARG(...)                ROWAN__VIEW_ARG_1(__VA_ARGS__, , )
#define ROWAN__VIEW_ARG_1(Base, a, b, ...)  ROWAN__VIEW_ARG_IF(b)(Base, a, b)
#define ROWAN__VIEW_ARG_IF(...)             ROWAN__FIRST(__VA_OPT__(ROWAN__VIEW_ARG_2,) ROWAN__VIEW_ARG_3, )
#define ROWAN__VIEW_ARG_2(Base, M, col)     M, col
#define ROWAN__VIEW_ARG_3(Base, col, none)  Base, col
#define ROWAN__VIEW_SOURCE(Base, args) \
    ROWAN__VIEW_IF_ANY args (ROWAN__VIEW_ARG(Base, ROWAN__UNPAREN args))
#define ROWAN__VIEW_IF_ANY(...)             ROWAN__FIRST(__VA_OPT__(ROWAN__VIEW_SOURCE_2,) ROWAN__NOTHING, )
#define ROWAN__VIEW_SOURCE_2(...)           ROWAN__VIEW_SOURCE_1(__VA_ARGS__)
#define ROWAN__VIEW_SOURCE_1(M, col) \
    .model = &M##_model, .column = &M##_columns[__builtin_offsetof(M##__index, col)],

#define ROWAN__VIEW_WINDOW(...)             ROWAN__VIEW_WINDOW_1(__VA_ARGS__, )
#define ROWAN__VIEW_WINDOW_1(Base, is, ...) \
    .window = is, __VA_OPT__(ROWAN__VIEW_WINDOW_2(Base, __VA_ARGS__, ))
#define ROWAN__VIEW_WINDOW_2(Base, a, b, ...) \
    ROWAN__VIEW_WINDOW_3(Base, a) ROWAN__VIEW_WINDOW_3(Base, b)
#define ROWAN__VIEW_WINDOW_3(Base, ...) \
    __VA_OPT__(ROWAN__VIEW_WINDOW_4(Base, ROWAN__VIEW_##__VA_ARGS__))
#define ROWAN__VIEW_PARTITION_BY(...)       partition_by, __VA_ARGS__
#define ROWAN__VIEW_ORDER_BY(...)           order_by, __VA_ARGS__
#define ROWAN__VIEW_WINDOW_4(...)           ROWAN__VIEW_WINDOW_5(__VA_ARGS__)
#define ROWAN__VIEW_WINDOW_5(Base, member, ...) \
    .member = ROWAN__PARTS(Base, __VA_ARGS__), .n_##member = ROWAN__COUNT_OF(__VA_ARGS__),

/* The checks: 0, or a compile error in words. What they decide by is an enumerator, since
 * clang prints the whole expression of an assertion that fails. */
#define ROWAN__VIEW_VERDICT(V, n, fits, condition, words) \
    (0 * sizeof(enum { V##__##n##__##fits = (condition) }) + ROWAN__CHECK(V##__##n##__##fits, words))
#define ROWAN__VIEW_CHECK(F, V, n, Base, args) \
    ROWAN__VIEW_CHECK_1(F, V, n, ROWAN__VIEW_ARG(Base, ROWAN__UNPAREN args))
#define ROWAN__VIEW_CHECK_1(...)          ROWAN__VIEW_CHECK_2(__VA_ARGS__)
#define ROWAN__VIEW_CHECK_2(F, V, n, M, col) \
    0 * sizeof(enum { V##__##n##__of = ROWAN__KIND(((M *)0)->col) }) + \
    F(V, n, V##__##n##__kind, V##__##n##__of, M, col)
#define ROWAN__VIEW_SAME(V, n, have, kind, M, col)                              \
    ROWAN__VIEW_VERDICT(V, n, fits, have == kind || have == (0x100 | kind),     \
                        #V "." #n " needs the type of " #M "." #col)
#define ROWAN__VIEW_OPT(V, n, have, kind, M, col)                               \
    ROWAN__VIEW_VERDICT(V, n, fits, have == (0x100 | kind),                     \
                        #V "." #n " can be NULL: it needs the nullable type of " #M "." #col)
#define ROWAN__VIEW_EXTREME(V, n, have, kind, M, col)                           \
    ROWAN__VIEW_OPT(V, n, have, kind, M, col) +                                 \
    ROWAN__VIEW_VERDICT(V, n, ordered,                                          \
                        (kind & 0xff) != ROWAN_BOOL && (kind & 0xff) != ROWAN_UUID && \
                            (kind & 0xff) != ROWAN_BYTES && (kind & 0xff) != ROWAN_JSON && \
                            (kind & 0xff) != ROWAN_ENUM,                        \
                        #M "." #col " has no smallest or largest value on every database")
#define ROWAN__VIEW_SUM(V, n, have, kind, M, col)                               \
    ROWAN__VIEW_VERDICT(V, n, fits, have == 0x100 + ROWAN__VIEW_SUM_TYPE(kind & 0xff), \
                        #V "." #n " is the sum of " #M "." #col                 \
                        ", a number: it needs rowan_opt_int64, rowan_opt_double or "  \
                        "rowan_opt_decimal, as that is")
#define ROWAN__VIEW_SUM_TYPE(type)                                              \
    ((type) == ROWAN_INT16 || (type) == ROWAN_INT32 || (type) == ROWAN_INT64 ? (int)ROWAN_INT64 : \
     (type) == ROWAN_FLOAT || (type) == ROWAN_DOUBLE ? (int)ROWAN_DOUBLE :      \
     (type) == ROWAN_DECIMAL ? (int)ROWAN_DECIMAL : -1)
#define ROWAN__VIEW_AVG(V, n, have, kind, M, col)                               \
    ROWAN__VIEW_VERDICT(V, n, fits,                                             \
                        have == 0x100 + ROWAN_DOUBLE && ROWAN__VIEW_SUM_TYPE(kind & 0xff) >= 0, \
                        #V "." #n " is the average of " #M "." #col             \
                        ", a number: it needs rowan_opt_double")
#define ROWAN__VIEW_INT64(V, n)                                                 \
    ROWAN__VIEW_VERDICT(V, n, fits, V##__##n##__kind == ROWAN_INT64, #V "." #n " needs rowan_int64")
#define ROWAN__VIEW_NEEDS_OVER(V, n, win) \
    ROWAN__VIEW_VERDICT(V, n, over, ROWAN__FIRST win, #V "." #n " is of a window: it needs OVER(...)")

/* The record of the declaration (rowan/uses.h): each column and what it is made of. */
#define ROWAN__VIEW_TEXT(Base, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__VIEW_TEXT_T, ROWAN__VIEW_TEXT_N, Base, __VA_ARGS__))
#define ROWAN__VIEW_TEXT_N(Base, n)        "\001" #n "=" #Base "." #n
#define ROWAN__VIEW_TEXT_T(Base, tuple)    ROWAN__VIEW_TEXT_1(Base, ROWAN__UNPAREN tuple, )
#define ROWAN__VIEW_TEXT_1(...)            ROWAN__VIEW_TEXT_2(__VA_ARGS__)
#define ROWAN__VIEW_TEXT_2(Base, t, n, expr, ...) \
    ROWAN__VIEW_CALL(~, Base, n, (false), ROWAN__VIEW_FUNCTION_##expr)

#define ROWAN__VIEW_FUNCTION_COLUMN(...)         ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_OF(...)             ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_OPT_OF(...)         ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_COUNT(...)          ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_COUNT_DISTINCT(...) ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_MIN(...)            ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_MAX(...)            ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_SUM(...)            ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_AVG(...)            ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_ROW_NUMBER()        ROWAN__VIEW_WX, ()
#define ROWAN__VIEW_FUNCTION_RANK()              ROWAN__VIEW_WX, ()
#define ROWAN__VIEW_FUNCTION_DENSE_RANK()        ROWAN__VIEW_WX, ()
#define ROWAN__VIEW_FUNCTION_LAG(...)            ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_LEAD(...)           ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_FIRST_VALUE(...)    ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_LAST_VALUE(...)     ROWAN__VIEW_WX, (__VA_ARGS__)
#define ROWAN__VIEW_FUNCTION_SQL(words)          ROWAN__VIEW_WX_SQL, ()
#define ROWAN__VIEW_FUNCTION_OVER(...) \
    ROWAN__VIEW_WX_OVER, (ROWAN__VIEW_REST(__VA_ARGS__, )), ROWAN__VIEW_TEXT_FIRST(__VA_ARGS__, )
#define ROWAN__VIEW_TEXT_FIRST(expr, ...)    ROWAN__VIEW_FUNCTION_##expr
#define ROWAN__VIEW_WX(V, Base, n, win, args) \
    ROWAN__VIEW_WX_IF(ROWAN__UNPAREN args)(n, ROWAN__VIEW_ARG(Base, ROWAN__UNPAREN args)) \
    ROWAN__VIEW_WX_WINDOW(Base, n, ROWAN__UNPAREN win)
#define ROWAN__VIEW_WX_IF(...)            ROWAN__FIRST(__VA_OPT__(ROWAN__VIEW_WX_COLUMN,) ROWAN__VIEW_WX_ROWS, )
#define ROWAN__VIEW_WX_COLUMN(...)        ROWAN__VIEW_WX_COLUMN_1(__VA_ARGS__)
#define ROWAN__VIEW_WX_COLUMN_1(n, M, col) "\001" #n "=" #M "." #col
#define ROWAN__VIEW_WX_ROWS(...)          ROWAN__VIEW_WX_ROWS_1(__VA_ARGS__)
#define ROWAN__VIEW_WX_ROWS_1(n, M, none)     "\001" #n "=" #M ".(rows)"
#define ROWAN__VIEW_WX_SQL(V, Base, n, win, args) "\001" #n "=" #Base ".*"
#define ROWAN__VIEW_WX_OVER(V, Base, n, win, attributes, X, ...) \
    X(V, Base, n, (true, ROWAN__UNPAREN attributes), __VA_ARGS__)
#define ROWAN__VIEW_WX_WINDOW(...)        ROWAN__VIEW_WX_WINDOW_1(__VA_ARGS__, )
#define ROWAN__VIEW_WX_WINDOW_1(Base, n, is, ...) \
    __VA_OPT__(ROWAN__VIEW_WX_WINDOW_2(Base, n, __VA_ARGS__, ))
#define ROWAN__VIEW_WX_WINDOW_2(Base, n, a, b, ...) \
    ROWAN__VIEW_WX_WINDOW_3(Base, n, a) ROWAN__VIEW_WX_WINDOW_3(Base, n, b)
#define ROWAN__VIEW_WX_WINDOW_3(Base, n, ...) \
    __VA_OPT__(ROWAN__VIEW_WX_WINDOW_4(Base, n, ROWAN__VIEW_##__VA_ARGS__))
#define ROWAN__VIEW_WX_WINDOW_4(...)      ROWAN__VIEW_WX_WINDOW_5(__VA_ARGS__)
#define ROWAN__VIEW_WX_WINDOW_5(Base, n, member, ...) \
    ROWAN__LIST(ROWAN__VIEW_WX_PART, (Base, n), __VA_ARGS__)
#define ROWAN__VIEW_WX_PART(x, ...) \
    ROWAN__VIEW_WX_PART_1(ROWAN__UNPAREN x, ROWAN__PART_PROBE_##__VA_ARGS__, ~, __VA_ARGS__, )
#define ROWAN__VIEW_WX_PART_1(...)        ROWAN__VIEW_WX_PART_2(__VA_ARGS__)
#define ROWAN__VIEW_WX_PART_2(Base, n, a, b, col, ...) "\001" #n "=" #Base "." #col

/* clang-format on */

#endif
