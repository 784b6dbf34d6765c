/* computed.c - what the database computes by itself is the same on each: numbers to their last
 * digit and in their range, assignments, texts and their limits. */
#include "database.h"

#include <rowan/decimal.h>

#include <float.h>
#include <math.h>

/* clang-format off */
ROWAN_MODEL(Number, "computed_number",
    (rowan_int64,       id,     PRIMARY_KEY),
    (rowan_decimal,     whole,  PRECISION(38, 0)),
    (rowan_decimal,     part,   PRECISION(38, 38)),
    (rowan_opt_decimal, few,    PRECISION(5, 2)),
    (rowan_int64,       big,    NAME("big one")),
    (rowan_opt_int32,   small),
    (rowan_double,      real),
    (rowan_opt_double,  opt_real),
    (rowan_float,       narrow),
    (rowan_opt_float,   opt_narrow)
)

ROWAN_MODEL(Words, "computed_words",
    (rowan_int64,    id,    PRIMARY_KEY),
    (rowan_text,     brief, MAX(6)),
    (rowan_opt_text, loose)
)

ROWAN_ALIAS(OtherNumber, Number)
ROWAN_VIEW(SmallOne, OtherNumber, small)
ROWAN_VIEW(FewOne, OtherNumber, few)
ROWAN_VIEW(NarrowOne, OtherNumber, opt_narrow)
/* clang-format on */
ROWAN_MODELS(computed_models, "0", Number, Words);

static const char *const wholes[] = { "12345678901234567890123456789012345678",
                                      "12345678901234567890123456789012345679",
                                      "-12345678901234567890123456789012345678", "0" };
static const char *const parts[] = { "0.99999999999999999999999999999999999999",
                                     "0.99999999999999999999999999999999999998",
                                     "-0.99999999999999999999999999999999999999", "0" };

static rowan_decimal decimal(const char *text)
{
    rowan_decimal value;
    rowan_error err;

    assert_ok(rowan_decimal_parse(text, strlen(text), &value, &err), &err);
    return value;
}

/* New tables, with four numbers in them. */
static test_db *start(void **state)
{
    test_db *t = *state;

    assert_ok(rowan_drop_all(t->db, &computed_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &computed_models, &t->err), &t->err);
    for (int i = 0; i < 4; i++) {
        Number number = { .id = i + 1,
                          .whole = decimal(wholes[i]),
                          .part = decimal(parts[i]),
                          .big = i };

        assert_ok(rowan_insert(t->db, Number, &number, &t->err), &t->err);
    }
    return t;
}

static void assert_decimal(rowan_decimal value, const char *text)
{
    char words[ROWAN_DECIMAL_TEXT_MAX];

    rowan_decimal_format(value, words);
    assert_string_equal(words, text);
}

static Number number_of(test_db *t, int64_t id)
{
    rowan_result *result = NULL;
    Number number;

    assert_ok(rowan_find(t->db, Number, id, &result, &t->err), &t->err);
    number = *rowan_rows(result, Number);
    rowan_result_free(result);
    return number;
}

static uint64_t count_of(test_db *t, const rowan_expr *where)
{
    uint64_t n = 0;

    assert_ok(rowan_count(t->db, rowan_select(Number, .where = where), &n, &t->err),
              &t->err);
    return n;
}

/* Two that are one double are not equal, and a range ends between them. */
static void test_decimals_to_the_last_digit(void **state)
{
    test_db *t = start(state);

    assert_int_equal(count_of(t, rowan_eq(Number, whole, decimal(wholes[0]))), 1);
    assert_int_equal(count_of(t, rowan_lt(Number, whole, decimal(wholes[1]))), 3);
    assert_int_equal(count_of(t, rowan_between(Number, whole, decimal(wholes[1]),
                                               decimal(wholes[1]))),
                     1);
    assert_int_equal(
        count_of(t, rowan_in(Number, whole, decimal(wholes[1]), decimal("0.5"))), 1);
    assert_int_equal(count_of(t, rowan_in(Number, part, decimal(parts[1]), 1)), 1);
    assert_int_equal(count_of(t, rowan_between(Number, part, decimal(parts[0]), 1)), 1);
    assert_int_equal(count_of(t, rowan_ge(Number, part, 1)), 0);
}

static void test_decimals_are_added_to_the_last_digit(void **state)
{
    test_db *t = start(state);
    uint64_t n = 0;

    assert_ok(rowan_update_where(t->db, Number, NULL, &n, &t->err,
                                 rowan_increment(Number, whole, 1),
                                 rowan_increment(Number, part, 0)),
              &t->err);
    assert_int_equal(n, 4);
    assert_decimal(number_of(t, 1).whole, wholes[1]);
    assert_decimal(number_of(t, 3).whole, "-12345678901234567890123456789012345677");
    assert_decimal(number_of(t, 1).part, parts[0]);
    assert_status(rowan_update_where(t->db, Number, NULL, &n, &t->err,
                                     rowan_increment(Number, part, decimal(parts[1]))),
                  ROWAN_EINVAL, &t->err);
    assert_status(
        rowan_update_where(
            t->db, Number, NULL, &n, &t->err,
            rowan_increment(Number, whole,
                            decimal("99999999999999999999999999999999999999"))),
        ROWAN_EINVAL, &t->err);
    assert_decimal(number_of(t, 1).whole, wholes[1]);
}

/* As in the standard, whatever the order in which the columns are named. */
static void test_sets_of_the_row_as_it_was(void **state)
{
    test_db *t = start(state);
    Number number;

    assert_ok(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                 rowan_set(Number, real, 7), rowan_set(Number, big, 5)),
              &t->err);
    assert_ok(rowan_update_where(t->db, Number, rowan_eq(Number, id, 1), NULL, &t->err,
                                 rowan_increment(Number, real, 1),
                                 rowan_set_column(Number, opt_real, real),
                                 rowan_set(Number, big, -1),
                                 rowan_set_column(Number, small, big)),
              &t->err);
    number = number_of(t, 1);
    assert_true(number.real == 8 && number.opt_real.value == 7);
    assert_true(number.big == -1 && number.small.value == 5);
}

static void test_numbers_beyond_their_range(void **state)
{
    test_db *t = start(state);

    assert_ok(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                 rowan_set(Number, real, DBL_MAX),
                                 rowan_set(Number, big, INT64_MIN)),
              &t->err);
    assert_status(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                     rowan_increment(Number, real, 1e308)),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                     rowan_increment(Number, big, -1)),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                     rowan_set(Number, narrow, -1e300)),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "narrow: -1e+300 is out of range for float");
    assert_status(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                     rowan_set_column(Number, narrow, real)),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                     rowan_set_column(Number, narrow, opt_real)),
                  ROWAN_EINVAL, &t->err); /* NULL */
    assert_true(number_of(t, 1).real == DBL_MAX);
    assert_true(number_of(t, 1).big == INT64_MIN);
}

/* What is set to a float is one, and nothing between two of them. */
static void test_floats_are_rounded_when_set(void **state)
{
    test_db *t = start(state);

    assert_ok(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                 rowan_set(Number, narrow, 0.1),
                                 rowan_set(Number, real, 0.1)),
              &t->err);
    assert_int_equal(count_of(t, rowan_eq(Number, narrow, 0.1)), 0);
    assert_int_equal(count_of(t, rowan_eq(Number, narrow, 0.1f)), 4);
    assert_ok(rowan_update_where(t->db, Number, rowan_lt(Number, id, 3), NULL, &t->err,
                                 rowan_set_column(Number, opt_narrow, real)),
              &t->err);
    assert_ok(rowan_update_where(t->db, Number, rowan_gt(Number, id, 2), NULL, &t->err,
                                 rowan_set(Number, narrow, 0.2f)),
              &t->err);
    assert_ok(rowan_update_where(t->db, Number, rowan_gt(Number, id, 2), NULL, &t->err,
                                 rowan_increment(Number, narrow, 0.1)),
              &t->err);
    assert_int_equal(count_of(t, rowan_eq(Number, opt_narrow, 0.1f)), 2);
    assert_int_equal(count_of(t, rowan_eq(Number, narrow, 0.1f + 0.2f)), 2);
}

/* A value that no number of the query's type can be is not known to be missing either, if one
 * of them is NULL. With a few rows MariaDB asks the query anew for each. */
static void test_not_one_of_narrower_numbers(void **state)
{
    test_db *t = start(state);
    Number *numbers = test_alloc(200 * sizeof *numbers);
    const rowan_expr *none[] = {
        rowan_not(rowan_in_query(Number, big, rowan_select(SmallOne))),
        rowan_not(rowan_in_query(Number, whole, rowan_select(FewOne))),
        rowan_not(rowan_in_query(Number, real, rowan_select(NarrowOne))),
    };

    for (int i = 0; i < 200; i++) {
        numbers[i] = (Number){ .id = i + 5,
                               .whole = decimal(wholes[i % 2]),
                               .big = INT64_MAX - i,
                               .real = 1e300 };
        if (i % 2) {
            numbers[i].small = ROWAN_SOME(rowan_opt_int32, i);
            numbers[i].few = ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of(i, 2));
            numbers[i].opt_narrow = ROWAN_SOME(rowan_opt_float, (float)i);
        }
    }
    assert_ok(rowan_insert_many(t->db, Number, numbers, 200, &t->err), &t->err);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(count_of(t, none[i]), 0);
    assert_ok(rowan_update_where(t->db, Number, NULL, NULL, &t->err,
                                 rowan_set(Number, small, 7),
                                 rowan_set(Number, few, decimal("0.5")),
                                 rowan_set(Number, opt_narrow, 0.5)),
              &t->err);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(count_of(t, none[i]), 204);
}

/* Not even its spaces are cut. */
static void test_texts_are_not_cut_when_set(void **state)
{
    static const char *const loose[] = { "123456", "1234 ", "12345  ", "1234567",
                                         NULL };
    test_db *t = start(state);
    rowan_result *result = NULL;

    for (int i = 0; i < 5; i++) {
        Words words = { i + 1, rowan_text_of("brief"), rowan_opt_text_of(loose[i]) };

        assert_ok(rowan_insert(t->db, Words, &words, &t->err), &t->err);
        assert_status(rowan_update_where(t->db, Words, rowan_eq(Words, id, i + 1), NULL,
                                         &t->err,
                                         rowan_set_column(Words, brief, loose)),
                      i < 2 ? ROWAN_OK : ROWAN_EINVAL, &t->err);
        assert_ok(rowan_find(t->db, Words, i + 1, &result, &t->err), &t->err);
        assert_string_equal(rowan_rows(result, Words)->brief.ptr,
                            i < 2 ? loose[i] : "brief");
        rowan_result_free(result);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimals_to_the_last_digit),
        cmocka_unit_test(test_decimals_are_added_to_the_last_digit),
        cmocka_unit_test(test_sets_of_the_row_as_it_was),
        cmocka_unit_test(test_numbers_beyond_their_range),
        cmocka_unit_test(test_floats_are_rounded_when_set),
        cmocka_unit_test(test_not_one_of_narrower_numbers),
        cmocka_unit_test(test_texts_are_not_cut_when_set),
    };

    return test_on_databases("computed", tests, sizeof tests / sizeof tests[0]);
}
