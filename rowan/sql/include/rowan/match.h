/* rowan/match.h - conditions beyond a comparison with one value: lists, ranges, patterns,
 * other columns, other queries. They are used as those of rowan/query.h, which includes
 * this.
 *
 *     rowan_in(Person, country, "Norway", "Sweden")     at most 128 values
 *     rowan_in_array(Person, id, ids, n_ids)            an array of the column's own C type
 *                       (of a nullable column: of what it holds), borrowed as the query is;
 *                       a few thousand values are fine, none is a condition that never holds;
 *                       more than a statement takes (65,535 values in all; of SQLite what
 *                       it was built with, 32,766 or more) are ROWAN_EINVAL
 *     rowan_between(Person, born, first, last)          both included
 *     rowan_like(Person, last_name, "T_r%")             % any text, _ any character, a
 *                       backslash takes the next one as it is; case matters. One that ends
 *                       with a backslash that takes nothing is ROWAN_EINVAL
 *     rowan_starts_with(Person, last_name, "Tu"), rowan_ends_with, rowan_contains
 *                       the text as it is, whatever is in it
 *     rowan_ilike, rowan_istarts_with, rowan_iends_with, rowan_icontains
 *                       whatever the case: of ASCII everywhere; of other letters as the
 *                       database has it (not on SQLite)
 *     rowan_eq_column(Award, person_id, Person, id), and rowan_ne_column, rowan_lt_column,
 *     rowan_le_column, rowan_gt_column, rowan_ge_column
 *                       with a column of a model that the query, or one around it, reads
 *     rowan_exists(rowan_select(Award, .where = rowan_eq_column(Award, person_id, Person, id)))
 *     rowan_in_query(Person, id, rowan_select(AwardPerson, .where = ...))
 *                       one of what a query of one column gives
 *     rowan_eq_query(Person, born, rowan_select(OldestDay)), and rowan_ne_query,
 *     rowan_lt_query, rowan_le_query, rowan_gt_query, rowan_ge_query
 *                       with what a query of one column and at most one row gives
 *
 * A name is looked up in its own query first, then in the one around it.
 */
#ifndef ROWAN_MATCH_H
#define ROWAN_MATCH_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/query.h>

#ifndef __cplusplus

/* clang-format off */

#define rowan_in(M, col, ...)                                                             \
    (&(const rowan_expr){                                                                 \
        .op = ROWAN_OP_IN,                                                                \
        .model = &M##_model,                                                              \
        .column = ROWAN__COL_EACH(M, col, __VA_ARGS__),                                   \
        .values = (const rowan_value[]){ ROWAN__EACH(ROWAN__EACH_VALUE, ~, __VA_ARGS__) }, \
        .n_values = 0 ROWAN__EACH(ROWAN__EACH_ONE, ~, __VA_ARGS__) })
#define ROWAN__EACH_VALUE(x, ...) __VA_OPT__(ROWAN__VALUE(__VA_ARGS__),)
#define ROWAN__EACH_ONE(x, ...)   __VA_OPT__(+ 1)

#define rowan_between(M, col, low, high)                                                  \
    (&(const rowan_expr){                                                                 \
        .op = ROWAN_OP_BETWEEN,                                                           \
        .model = &M##_model,                                                              \
        .column = ROWAN__COL_EACH(M, col, low, high),                                     \
        .values = (const rowan_value[]){ ROWAN__VALUE(low), ROWAN__VALUE(high) },         \
        .n_values = 2 })

/* The column, if each of the values can be compared with it. */
#define ROWAN__COL_EACH(M, col, ...)                                                      \
    __extension__({                                                                       \
        __typeof__(((M *)0)->col) *rowan__member __attribute__((unused));          \
        ROWAN__EACH(ROWAN__EACH_FITS, #M "." #col, __VA_ARGS__)                           \
        ROWAN__USE(M, col, "f");                                                          \
        ROWAN__COL_OF(M, col);                                                            \
    })
#define ROWAN__EACH_FITS(name, ...) __VA_OPT__(ROWAN__ONE_FITS(name, #__VA_ARGS__, __VA_ARGS__))
#define ROWAN__ONE_FITS(name, text, ...)                                                  \
    { enum { rowan__types_fit = ROWAN__COMPARES(*rowan__member, (__VA_ARGS__)) };         \
      _Static_assert(rowan__types_fit,                                                    \
                     name " cannot be compared with " text " (types differ)"); }

#define rowan_in_array(M, col, array_, n)                                                 \
    (&(const rowan_expr){                                                                 \
        .op = ROWAN_OP_IN,                                                                \
        .model = &M##_model,                                                              \
        .column = ROWAN__COL_FOR(M, col, "f", array_, "one of", ROWAN__ARRAY_FITS),       \
        .array = (array_),                                                                \
        .array_type = (rowan_type)ROWAN__ARRAY_TYPE(array_),                              \
        .n_values = (n) })
#define ROWAN__ARRAY_FITS(member, array_) \
    (ROWAN__ARRAY_TYPE(array_) >= 0 && ROWAN__COMPARES(member, *(array_)))
#define ROWAN__ARRAY_TYPE(array_)                                              \
    _Generic(*(array_),                                                        \
        ROWAN_SCALAR_TYPES(ROWAN__ARRAY_TYPE_OF)                               \
        rowan_text: (int)ROWAN_TEXT, rowan_bytes: (int)ROWAN_BYTES, default: -1)
#define ROWAN__ARRAY_TYPE_OF(ENUM, name) rowan_##name: (int)ROWAN_##ENUM,

#define rowan_like(M, col, pattern)      ROWAN__MATCH(M, col, ROWAN_OP_LIKE, pattern, false)
#define rowan_starts_with(M, col, text)  ROWAN__MATCH(M, col, ROWAN_OP_STARTS_WITH, text, false)
#define rowan_ends_with(M, col, text)    ROWAN__MATCH(M, col, ROWAN_OP_ENDS_WITH, text, false)
#define rowan_contains(M, col, text)     ROWAN__MATCH(M, col, ROWAN_OP_CONTAINS, text, false)
#define rowan_ilike(M, col, pattern)     ROWAN__MATCH(M, col, ROWAN_OP_LIKE, pattern, true)
#define rowan_istarts_with(M, col, text) ROWAN__MATCH(M, col, ROWAN_OP_STARTS_WITH, text, true)
#define rowan_iends_with(M, col, text)   ROWAN__MATCH(M, col, ROWAN_OP_ENDS_WITH, text, true)
#define rowan_icontains(M, col, text)    ROWAN__MATCH(M, col, ROWAN_OP_CONTAINS, text, true)
#define ROWAN__MATCH(M, col, operator, val, any_case) \
    ROWAN__CONDITION(M, col, operator, any_case, val, "matched with", ROWAN__MATCHES)
#define ROWAN__MATCHES(member, val) \
    (ROWAN__COLUMN_CLASS(member) == 4 && ROWAN__VALUE_CLASS(val) == 4)

#define rowan_eq_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_EQ, N, other_col)
#define rowan_ne_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_NE, N, other_col)
#define rowan_lt_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_LT, N, other_col)
#define rowan_le_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_LE, N, other_col)
#define rowan_gt_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_GT, N, other_col)
#define rowan_ge_column(M, col, N, other_col) ROWAN__WITH_COLUMN(M, col, ROWAN_OP_GE, N, other_col)
#define ROWAN__WITH_COLUMN(M, col, operator, N, other_col)                                \
    (&(const rowan_expr){                                                                 \
        .op = operator,                                                                   \
        .model = &M##_model,                                                              \
        .column = ROWAN__COL(M, col, "f"),                                                \
        .other_model = &N##_model,                                                        \
        .other = ROWAN__COL_LIKE(N, other_col, M, col) })
#define ROWAN__COL_LIKE(N, other_col, M, col)                                             \
    __extension__({                                                                       \
        __typeof__(((N *)0)->other_col) *rowan__member __attribute__((unused));    \
        enum { rowan__types_fit = ROWAN__COLUMN_CLASS(*rowan__member) ==                  \
                                      ROWAN__COLUMN_CLASS(((M *)0)->col) &&               \
                                  ROWAN__COLUMN_CLASS(*rowan__member) != 11 };            \
        _Static_assert(rowan__types_fit, #M "." #col " cannot be compared with " #N       \
                                         "." #other_col " (types differ)");               \
        ROWAN__USE(N, other_col, "f");                                                    \
        ROWAN__COL_OF(N, other_col);                                                      \
    })

#define rowan_eq_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_EQ, select)
#define rowan_ne_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_NE, select)
#define rowan_lt_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_LT, select)
#define rowan_le_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_LE, select)
#define rowan_gt_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_GT, select)
#define rowan_ge_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_GE, select)
#define rowan_in_query(M, col, select) ROWAN__WITH_QUERY(M, col, ROWAN_OP_IN, select)
#define ROWAN__WITH_QUERY(M, col, operator, select)        \
    (&(const rowan_expr){ .op = operator,                  \
                          .model = &M##_model,             \
                          .column = ROWAN__COL(M, col, "f"), \
                          .query = (select) })
#define rowan_exists(select) (&(const rowan_expr){ .op = ROWAN_OP_EXISTS, .query = (select) })

/* Other models in a query, along a relation (rowan/relation.h):
 *     rowan_select(AwardRow, .join = { rowan_join(Award, person) })
 *     rowan_select(PersonRow, .join = { rowan_left_join(Person, awards) })
 *     rowan_join(Person, mentor, .model = &Mentor_model)     under an alias
 * or by a condition:
 *     rowan_join_on(Person, rowan_eq_column(Award, person_id, Person, id))
 *     rowan_left_join_on(CountryStats, on, .from = rowan_select(CountryStats, ...))
 * A relation to many gives a row for each related row. */
#define rowan_join(...)         ROWAN__ALONG(ROWAN_INNER_JOIN, __VA_ARGS__, )
#define rowan_left_join(...)    ROWAN__ALONG(ROWAN_LEFT_JOIN, __VA_ARGS__, )
#define rowan_join_on(...)      ROWAN__JOIN(ROWAN_INNER_JOIN, __VA_ARGS__, )
#define rowan_left_join_on(...) ROWAN__JOIN(ROWAN_LEFT_JOIN, __VA_ARGS__, )
#define ROWAN__JOIN(how, M, condition, ...)       \
    (&(const rowan_join){ .kind = how,            \
                          .model = &M##_model,    \
                          .on = (condition),      \
                          __VA_ARGS__ })
#define ROWAN__ALONG(how, M, rel, ...)            \
    (&(const rowan_join){ .kind = how,            \
                          .near = &M##_model,     \
                          .offset = ROWAN__REL_AT(M, rel, "f"), \
                          __VA_ARGS__ })

/* clang-format on */

#endif
#endif
