/* conditions.c - lists, ranges, patterns, other columns, other queries; by name and typed. */
#include "database.h"

#include <rowan/arena.h>
#include <rowan/decimal.h>

static void add_words(test_db *t, const char *const *words, size_t n)
{
    Sample *samples = test_alloc(n * sizeof *samples);

    for (size_t i = 0; i < n; i++) {
        samples[i] = test_sample();
        samples[i].small = (int)i;
        samples[i].big = (int64_t)(n - i);
        samples[i].words = rowan_text_of(words[i]);
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, n, &t->err), &t->err);
}

static size_t count_of(test_db *t, const rowan_expr *where)
{
    const rowan_query query = { .model = &Sample_model, .where = where };
    rowan_result *result = NULL;
    uint64_t counted = 0;
    size_t fetched;

    assert_ok(rowan_fetch(t->db, &query, &result, &t->err), &t->err);
    fetched = rowan_result_count(result);
    rowan_result_free(result);
    assert_ok(rowan_count(t->db, &query, &counted, &t->err), &t->err);
    assert_int_equal(counted, fetched);
    return fetched;
}

static const char *const plain[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };

static void test_lists(void **state)
{
    test_db *t = *state;
    int64_t bigs[300];
    rowan_text texts[] = { rowan_text_of("a"), rowan_text_of("j"),
                           rowan_text_of("zz") };

    add_words(t, plain, 10);
    assert_int_equal(count_of(t, rowan_in(Sample, words, "a", "c", "x")), 2);
    assert_int_equal(count_of(t, rowan_in(Sample, small, 3)), 1);
    assert_int_equal(count_of(t, rowan_in(Sample, small, 3, 4, 5, INT64_C(1) << 40)),
                     3);
    assert_int_equal(count_of(t, rowan_not(rowan_in(Sample, small, 3, 4))), 8);
    assert_int_equal(count_of(t, rowan_in_array(Sample, words, texts, 3)), 2);
    assert_int_equal(count_of(t, rowan_in_array(Sample, words, texts, 0)), 0);
    assert_int_equal(count_of(t, rowan_not(rowan_in_array(Sample, words, texts, 0))),
                     10);
    for (int i = 0; i < 300; i++) /* more than a statement holds by itself */
        bigs[i] = i + 6;
    assert_int_equal(count_of(t, rowan_in_array(Sample, big, bigs, 300)), 5);
    assert_int_equal(count_of(t, rowan_and(rowan_in_array(Sample, big, bigs, 299),
                                           rowan_lt(Sample, big, 8))),
                     2);
}

/* More than half of what a statement takes; and more than that, which the connection does not
 * suffer from. */
static void test_very_long_lists(void **state)
{
    enum {
        SOME = 60000,
        TOO_MANY = 300000
    };
    test_db *t = *state;
    int64_t *bigs = test_alloc(TOO_MANY * sizeof *bigs);
    const rowan_expr *too_many = rowan_in_array(Sample, big, bigs, TOO_MANY);
    uint64_t n = 0;

    add_words(t, plain, 10);
    for (int i = 0; i < TOO_MANY; i++)
        bigs[i] = i + 6;
    assert_int_equal(count_of(t, rowan_in_array(Sample, big, bigs, 30000)), 5);
    if (!test_is_sqlite(t)) /* which may have been built to take less */
        assert_int_equal(count_of(t, rowan_in_array(Sample, big, bigs, SOME)), 5);
    assert_status(
        rowan_count(t->db, rowan_select(Sample, .where = too_many), &n, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "the values of a statement are more than");
    assert_int_equal(count_of(t, rowan_eq(Sample, big, 6)), 1);
}

/* Lists of several sizes are few statements: a list is filled up with its last value. */
static void test_few_statements(void **state)
{
    test_db *t = *state;
    int32_t smalls[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

    add_words(t, plain, 10);
    for (size_t n = 1; n <= 9; n++)
        assert_int_equal(count_of(t, rowan_in_array(Sample, small, smalls, n)), n);
}

static void test_ranges(void **state)
{
    test_db *t = *state;

    add_words(t, plain, 10);
    assert_int_equal(count_of(t, rowan_between(Sample, small, 2, 4)), 3);
    assert_int_equal(count_of(t, rowan_between(Sample, words, "b", "d")), 3);
    assert_int_equal(count_of(t, rowan_between(Sample, small, 4, 2)), 0);
    assert_int_equal(count_of(t, rowan_lt_column(Sample, small, Sample, big)), 5);
}

static const char *const odd[] = { "100%",   "100x",     "a_b",    "axb",
                                   "Turing", "turing",   "TURING", "\\",
                                   "a\\b",   "it's 1%_", "ÄRGER",  "ärger" };

static void test_patterns(void **state)
{
    test_db *t = *state;

    add_words(t, odd, sizeof odd / sizeof odd[0]);
    assert_int_equal(count_of(t, rowan_like(Sample, words, "100_")), 2);
    assert_int_equal(count_of(t, rowan_like(Sample, words, "100\\%")), 1);
    assert_int_equal(count_of(t, rowan_like(Sample, words, "T%")), 2);
    assert_int_equal(count_of(t, rowan_like(Sample, words, "tur%")), 1);
    assert_int_equal(count_of(t, rowan_ilike(Sample, words, "tur%")), 3);
    assert_int_equal(count_of(t, rowan_starts_with(Sample, words, "100%")), 1);
    assert_int_equal(count_of(t, rowan_starts_with(Sample, words, "Tur")), 1);
    assert_int_equal(count_of(t, rowan_istarts_with(Sample, words, "TuR")), 3);
    assert_int_equal(count_of(t, rowan_ends_with(Sample, words, "_b")), 1);
    assert_int_equal(count_of(t, rowan_contains(Sample, words, "\\")), 2);
    assert_int_equal(count_of(t, rowan_contains(Sample, words, "'s 1%_")), 1);
    assert_int_equal(count_of(t, rowan_contains(Sample, words, "")), 12);
    assert_int_equal(count_of(t, rowan_icontains(Sample, words, "URIN")), 3);
    assert_int_equal(count_of(t, rowan_iends_with(Sample, words, "ING")), 3);
}

/* A difference: SQLite knows the case of ASCII's letters only, PostgreSQL those of the
 * database's locale. */
static void test_case_of_other_letters(void **state)
{
    test_db *t = *state;
    size_t n;

    add_words(t, odd, sizeof odd / sizeof odd[0]);
    n = count_of(t, rowan_istarts_with(Sample, words, "är"));
    assert_true(n == 2 || (n == 1 && !test_is_mariadb(t)));
}

/* A backslash at the end takes nothing: an error everywhere, whatever is in the table. */
static void test_pattern_that_ends_within(void **state)
{
    static const char *const wrong[] = { "\\", "a\\", "zz%\\\\\\" };
    test_db *t = *state;
    uint64_t n = 0;

    add_words(t, odd, sizeof odd / sizeof odd[0]);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const rowan_expr *where[] = { rowan_like(Sample, words, wrong[i]),
                                      rowan_ilike(Sample, words, wrong[i]) };

        for (int k = 0; k < 2; k++) {
            assert_status(rowan_count(t->db, rowan_select(Sample, .where = where[k]),
                                      &n, &t->err),
                          ROWAN_EINVAL, &t->err);
            assert_contains(t->err.message, "words: a pattern ends with a backslash");
        }
    }
    assert_int_equal(count_of(t, rowan_like(Sample, words, "\\\\")), 1);
}

ROWAN_VIEW(VisitedPlace, Visit, place)

static void add_places(test_db *t)
{
    Place places[] = {
        { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } },
        { rowan_text_of("b"), rowan_text_of("B"), rowan_opt_text_of("a") },
        { rowan_text_of("c"), rowan_text_of("C"), rowan_opt_text_of("a") }
    };
    Visit visits[] = { { rowan_text_of("a"), 2000, 1 },
                       { rowan_text_of("a"), 2001, 2 },
                       { rowan_text_of("b"), 2001, 5 } };

    assert_ok(rowan_insert_many(t->db, Place, places, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Visit, visits, 3, &t->err), &t->err);
}

static size_t places_of(test_db *t, const rowan_expr *where)
{
    uint64_t n = 0;

    assert_ok(rowan_count(t->db, rowan_select(Place, .where = where), &n, &t->err),
              &t->err);
    return n;
}

ROWAN_ALIAS(Outer, Place)

static void test_other_queries(void **state)
{
    test_db *t = *state;
    const rowan_expr *visited, *long_visited;
    uint64_t n = 0;

    add_places(t);
    visited = rowan_exists(
        rowan_select(Visit, .where = rowan_eq_column(Visit, place, Place, code)));
    long_visited = rowan_in_query(
        Place, code, rowan_select(VisitedPlace, .where = rowan_gt(Visit, nights, 3)));
    assert_int_equal(places_of(t, visited), 2);
    assert_int_equal(places_of(t, rowan_not(visited)), 1);
    assert_int_equal(places_of(t, long_visited), 1);
    assert_int_equal(places_of(t, rowan_and(visited, rowan_not(long_visited))), 1);
    assert_int_equal(
        places_of(t,
                  rowan_eq_query(Place, code,
                                 rowan_select(VisitedPlace,
                                              .order_by = { rowan_desc(Visit, nights) },
                                              .limit = 1))),
        1);
    assert_int_equal(
        places_of(t,
                  rowan_gt_query(Place, code,
                                 rowan_select(VisitedPlace,
                                              .where = rowan_eq(Visit, nights, 99)))),
        0);
    /* the same table inside and outside needs two names */
    assert_int_equal(
        places_of(t, rowan_exists(rowan_select(
                         Outer, .where = rowan_eq_column(Outer, code, Place, inside)))),
        2);
    assert_ok(rowan_delete_where(t->db, Place, rowan_not(visited), &n, &t->err),
              &t->err);
    assert_int_equal(n, 1);
    assert_ok(rowan_update_where(t->db, Place, long_visited, &n, &t->err,
                                 rowan_set(Place, name, "long")),
              &t->err);
    assert_int_equal(n, 1);
}

/* A difference: MariaDB has no LIMIT in such a query. */
static void test_one_of_the_first(void **state)
{
    test_db *t = *state;
    const rowan_expr *first = rowan_in_query(
        Place, code,
        rowan_select(VisitedPlace, .order_by = { rowan_desc(Visit, nights) },
                     .limit = 1));
    uint64_t n = 0;
    rowan_status st;

    add_places(t);
    st = rowan_count(t->db, rowan_select(Place, .where = first), &n, &t->err);
    if (test_is_mariadb(t)) {
        assert_status(st, ROWAN_EUNSUPPORTED, &t->err);
    } else {
        assert_ok(st, &t->err);
        assert_int_equal(n, 1);
    }
}

static void test_sets(void **state)
{
    test_db *t = *state;
    More more = test_more();
    uint64_t n = 0;

    add_words(t, plain, 3);
    assert_ok(rowan_update_where(t->db, Sample, rowan_gt(Sample, small, 0), &n, &t->err,
                                 rowan_increment(Sample, small, 10),
                                 rowan_set_column(Sample, opt_words, words)),
              &t->err);
    assert_int_equal(n, 2);
    assert_string_equal(test_list(t, "CAST(small AS char(2))", "sample", "id"),
                        "0 11 12");
    assert_string_equal(test_list(t, "COALESCE(opt_words, '-')", "sample", "id"),
                        "- b c");
    assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                 rowan_set(More, price, rowan_decimal_of(1, 1))),
              &t->err);
    assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                 rowan_increment(More, price, rowan_decimal_of(2, 1))),
              &t->err);
    assert_string_equal(test_value(t, "SELECT price FROM more"), "0.3000000000");
}

/* What the database computes has to fit as well: no row may hold what cannot be read. */
static void test_sets_out_of_range(void **state)
{
    test_db *t = *state;
    More more = test_more();
    uint64_t n = 0;

    add_words(t, plain, 2);
    assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    assert_ok(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                 rowan_set(Sample, small, INT32_MAX - 1),
                                 rowan_set(Sample, big, INT64_C(1) << 40)),
              &t->err);
    assert_ok(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                 rowan_increment(Sample, small, 1)),
              &t->err);
    assert_status(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                     rowan_increment(Sample, small, 1)),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "ut of range");
    assert_status(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                     rowan_set_column(Sample, small, big)),
                  ROWAN_EINVAL, &t->err);
    assert_ok(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                 rowan_set(Sample, small, 1)),
              &t->err);
}

/* Decimals are rounded to their column's scale, away from zero, and have its digits. */
static void test_set_numbers_out_of_range(void **state)
{
    test_db *t = *state;
    More more = test_more();
    uint64_t n = 0;

    more.narrow = 3e38f;
    more.opt_price = ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of(99999, 2));
    assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    assert_status(
        rowan_update_where(t->db, More, NULL, &n, &t->err,
                           rowan_increment(More, opt_price, rowan_decimal_of(1, 2))),
        ROWAN_EINVAL, &t->err);
    assert_status(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                     rowan_increment(More, narrow, 3e38)),
                  ROWAN_EINVAL, &t->err);
    for (int sign = -1; sign <= 1; sign += 2) {
        assert_ok(rowan_update_where(
                      t->db, More, NULL, &n, &t->err,
                      rowan_set(More, price, rowan_decimal_of(sign * 9995, 4))),
                  &t->err);
        assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                     rowan_set_column(More, opt_price, price)),
                  &t->err);
        assert_string_equal(test_value(t, "SELECT opt_price FROM more"),
                            sign < 0 ? "-1.00" : "1.00");
    }
    assert_ok(
        rowan_update_where(t->db, More, NULL, &n, &t->err,
                           rowan_set(More, price, rowan_decimal_of(9999949999, 7))),
        &t->err);
    assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                 rowan_set_column(More, opt_price, price)),
              &t->err);
    assert_string_equal(test_value(t, "SELECT opt_price FROM more"), "999.99");
    assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                 rowan_set(More, price, rowan_decimal_of(999995, 3))),
              &t->err);
    assert_status(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                     rowan_set_column(More, opt_price, price)),
                  ROWAN_EINVAL, &t->err);
    assert_ok(rowan_update_where(t->db, More, NULL, &n, &t->err,
                                 rowan_set_column(More, price, opt_price)),
              &t->err);
    assert_string_equal(test_value(t, "SELECT price FROM more"), "999.9900000000");
}

static void test_a_column_set_twice(void **state)
{
    test_db *t = *state;
    uint64_t n = 0;

    add_words(t, plain, 1);
    assert_status(rowan_update_where(
                      t->db, Sample, NULL, &n, &t->err, rowan_set(Sample, small, 1),
                      rowan_set(Sample, big, 1), rowan_increment(Sample, small, 1)),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "small is set twice");
}

/* What an HTTP request would say. */
static rowan_status by_name(test_db *t, rowan_arena *arena, const char *column,
                            const char *op_name, const char *value, size_t *n)
{
    bool ignore_case = false;
    rowan_op op = rowan_op_named(op_name, strlen(op_name), &ignore_case);
    rowan_text texts[2] = { rowan_text_of(value), rowan_text_of("e") };
    const rowan_expr *where = NULL;
    rowan_status st;

    st = rowan_condition_of(arena, &Sample_model, column, op, ignore_case, texts,
                            op == ROWAN_OP_IN || op == ROWAN_OP_BETWEEN ? 2 : 1, &where,
                            &t->err);
    if (st == ROWAN_OK)
        *n = count_of(t, where);
    return st;
}

static void test_by_name(void **state)
{
    static const struct {
        const char *column, *op, *value;
        size_t n;
    } good[] = { { "words", "eq", "a", 1 },         { "words", "ne", "a", 9 },
                 { "words", "lt", "c", 2 },         { "words", "le", "c", 3 },
                 { "words", "gt", "c", 7 },         { "words", "ge", "c", 8 },
                 { "words", "in", "a", 2 },         { "words", "between", "c", 3 },
                 { "words", "like", "_", 10 },      { "words", "icontains", "A", 1 },
                 { "words", "contains", "A", 0 },   { "words", "starts_with", "b", 1 },
                 { "words", "iends_with", "B", 1 }, { "opt_words", "is_null", "", 10 },
                 { "opt_words", "not_null", "", 0 } };
    static const struct {
        const char *column, *op, *value, *message;
    } bad[] = { { "wordz", "eq", "a", "Sample has no column wordz" },
                { "words", "ieq", "a", "words cannot be compared that way" },
                { "words", "=", "a", "words cannot be compared that way" },
                { "words", "exists", "a", "words cannot be compared that way" },
                { "small", "like", "a", "small cannot be compared that way" },
                { "small", "eq", "a", "small is not a whole number" },
                { "small", "in", "1", "small is not a whole number" } };
    test_db *t = *state;
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    size_t n = 0;

    add_words(t, plain, 10);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_ok(by_name(t, arena, good[i].column, good[i].op, good[i].value, &n),
                  &t->err);
        assert_int_equal(n, good[i].n);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_status(by_name(t, arena, bad[i].column, bad[i].op, bad[i].value, &n),
                      ROWAN_EINVAL, &t->err);
        assert_string_equal(t->err.message, bad[i].message);
    }
    rowan_arena_free(arena);
}

static void test_combined_by_name(void **state)
{
    test_db *t = *state;
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    const rowan_expr *parts[2] = { rowan_gt(Sample, small, 2) }, *all = NULL,
                     *no = NULL;
    rowan_query query = { .model = &Sample_model };
    rowan_result *result = NULL;

    add_words(t, plain, 10);
    assert_ok(rowan_condition(arena, &Sample_model, "words", ROWAN_OP_LT, "h", 1,
                              &parts[1], &t->err),
              &t->err);
    assert_ok(rowan_combine(arena, ROWAN_OP_AND, parts, 2, &all, &t->err), &t->err);
    assert_int_equal(count_of(t, all), 4);
    assert_ok(rowan_combine(arena, ROWAN_OP_NOT, &all, 1, &no, &t->err), &t->err);
    assert_int_equal(count_of(t, no), 6);
    assert_status(rowan_combine(arena, ROWAN_OP_EQ, &all, 1, &no, &t->err),
                  ROWAN_EINVAL, &t->err);
    query.where = all;
    assert_ok(rowan_order_named(arena, &Sample_model, "flag,-small", 11, query.order_by,
                                &t->err),
              &t->err);
    assert_ok(rowan_fetch(t->db, &query, &result, &t->err), &t->err);
    assert_int_equal(rowan_rows(result, Sample)[0].small, 6);
    rowan_result_free(result);
    assert_status(rowan_order_named(arena, &Sample_model, "small,nope", 10,
                                    query.order_by, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "Sample has no column nope");
    assert_status(rowan_order_named(arena, &Sample_model, "id,id,id,id,id,id,id,id,id",
                                    26, query.order_by, &t->err),
                  ROWAN_EINVAL, &t->err);
    rowan_arena_free(arena);
}

ROWAN_VIEW(Moody, More, mood, (rowan_int64, n, COUNT()))

/* Conditions on a view by name: labels are those of the model. */
static void test_view_by_name(void **state)
{
    test_db *t = *state;
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan_query query = { .model = &Moody_model };
    More more = test_more();
    rowan_result *result = NULL;

    more.mood = MOOD_BAD;
    assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    assert_ok(rowan_condition(arena, &Moody_model, "mood", ROWAN_OP_EQ, "it's bad", 8,
                              &query.where, &t->err),
              &t->err);
    assert_ok(rowan_condition(arena, &Moody_model, "n", ROWAN_OP_GE, "1", 1,
                              &query.having, &t->err),
              &t->err);
    assert_ok(rowan_fetch(t->db, &query, &result, &t->err), &t->err);
    assert_int_equal(rowan_result_count(result), 1);
    assert_int_equal(rowan_rows(result, Moody)->mood, MOOD_BAD);
    rowan_result_free(result);
    assert_status(rowan_condition(arena, &Moody_model, "mood", ROWAN_OP_EQ, "worse", 5,
                                  &query.where, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "mood is no label of Mood");
    rowan_arena_free(arena);
}

/* What the macros would not let through, and is refused all the same. */
static void test_wrong_trees(void **state)
{
    test_db *t = *state;
    const rowan_expr wrong[] = {
        { .op = ROWAN_OP_EQ,
          .column = &Sample_columns[2],
          .other = &Sample_columns[5] },
        { .op = ROWAN_OP_EQ, .model = &Place_model, .column = &Place_columns[0] },
        { .op = ROWAN_OP_EQ },
        { .op = ROWAN_OP_LIKE, .column = &Sample_columns[2] },
        { .op = ROWAN_OP_BETWEEN, .column = &Sample_columns[2] },
        { .op = ROWAN_OP_EXISTS },
        { .op = ROWAN_OP_IN,
          .column = &Sample_columns[2],
          .query = rowan_select(Place) },
        { .op = (rowan_op)99 },
    };
    uint64_t n;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const rowan_query query = { .model = &Sample_model, .where = &wrong[i] };

        assert_status(rowan_count(t->db, &query, &n, &t->err), ROWAN_EINVAL, &t->err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_very_long_lists),
        cmocka_unit_test(test_few_statements),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_pattern_that_ends_within),
        cmocka_unit_test(test_case_of_other_letters),
        cmocka_unit_test(test_other_queries),
        cmocka_unit_test(test_one_of_the_first),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_sets_out_of_range),
        cmocka_unit_test(test_set_numbers_out_of_range),
        cmocka_unit_test(test_a_column_set_twice),
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_view_by_name),
        cmocka_unit_test(test_combined_by_name),
        cmocka_unit_test(test_wrong_trees),
    };

    return test_on_databases("conditions", tests, sizeof tests / sizeof tests[0]);
}
