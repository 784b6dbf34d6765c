/* model_type.c - values and their text forms, one way and back. */
#include "process.h"

#include <locale.h>
#include <math.h>
#include <rowan/decimal.h>
#include <rowan/types.h>

#include "type_int.h"

static uint64_t seed = 88172645463325252u;

static uint64_t next_random(void) /* xorshift64 */
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static rowan_status parse(rowan_type type, const char *text, rowan_value *out)
{
    rowan_error err = { 0 };
    rowan_status st = rowan_value_parse(type, text, strlen(text), out, &err);

    if (st != ROWAN_OK) { /* "born " goes in front of it */
        assert_int_equal(st, ROWAN_EINVAL);
        assert_true(strncmp(err.message, "is ", 3) == 0 ||
                    strncmp(err.message, "holds ", 6) == 0);
    }
    return st;
}

static rowan_value good(rowan_type type, const char *text)
{
    rowan_value value;

    if (parse(type, text, &value) != ROWAN_OK)
        fail_msg("refused: '%s' as %s", text, rowan_type_name(type));
    assert_int_equal(value.type, type);
    assert_false(value.is_null);
    return value;
}

static void refused(rowan_type type, const char *const *texts)
{
    rowan_value value;

    for (; *texts != NULL; texts++) {
        if (parse(type, *texts, &value) == ROWAN_OK)
            fail_msg("accepted: '%s' as %s", *texts, rowan_type_name(type));
    }
}

static const char *formatted(rowan_value value)
{
    char *text = test_alloc(ROWAN_TYPE_TEXT_MAX);
    size_t len = rowan_value_format(&value, text);

    assert_int_equal(strlen(text), len);
    return text;
}

/* Whether a value comes back from its text form, bit by bit. */
static void round_trip(rowan_value value)
{
    rowan_value back = good(value.type, formatted(value));

    assert_memory_equal(&back.as, &value.as, sizeof(int64_t));
}

static void every_type_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(rowan_type_name(ROWAN_BOOL), "bool");
    assert_string_equal(rowan_type_name(ROWAN_INT32), "int32");
    assert_string_equal(rowan_type_name(ROWAN_INT64), "int64");
    assert_string_equal(rowan_type_name(ROWAN_DOUBLE), "double");
    assert_string_equal(rowan_type_name(ROWAN_DATE), "date");
    assert_string_equal(rowan_type_name(ROWAN_TIMESTAMP), "timestamp");
    assert_string_equal(rowan_type_name(ROWAN_TEXT), "text");
    assert_string_equal(rowan_type_name(ROWAN_N_TYPES), "unknown type");
}

static void texts_are_compared_by_bytes(void **state)
{
    (void)state;
    assert_true(rowan_text_equal(rowan_text_of("a"), rowan_text_of("a")));
    assert_false(rowan_text_equal(rowan_text_of("a"), rowan_text_of("b")));
    assert_false(rowan_text_equal(rowan_text_of("a"), rowan_text_of("ab")));
    assert_true(rowan_text_equal(rowan_text_of(NULL), rowan_text_of("")));
    assert_true(rowan_text_equal((rowan_text){ NULL, 0 }, rowan_text_of("")));
    assert_null(rowan_opt_text_of(NULL).ptr);
    assert_non_null(rowan_opt_text_of("").ptr);
}

static void bools(void **state)
{
    static const char *const yes[] = { "true", "TRUE", "t", "T", "yes", "Yes", "1" };
    static const char *const no[] = { "false", "False", "f", "no", "NO", "0" };

    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_int_equal(good(ROWAN_BOOL, yes[i]).as.int64, 1);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_int_equal(good(ROWAN_BOOL, no[i]).as.int64, 0);
    refused(ROWAN_BOOL, (const char *const[]){ "", " true", "true ", "2", "tr", "on",
                                               "y", "truee", "00", "-1", NULL });
    assert_string_equal(formatted(good(ROWAN_BOOL, "Yes")), "true");
    assert_string_equal(formatted(good(ROWAN_BOOL, "0")), "false");
}

static void integers(void **state)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "+",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "1e3",
                                       "0x10",
                                       "1,000",
                                       "--1",
                                       "+-1",
                                       "a",
                                       "1a",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "99999999999999999999999",
                                       "\xc2\xb2",
                                       NULL };
    static const char *const bad32[] = { "2147483648", "-2147483649",
                                         "9223372036854775807", NULL };

    (void)state;
    assert_true(good(ROWAN_INT64, "9223372036854775807").as.int64 == INT64_MAX);
    assert_true(good(ROWAN_INT64, "-9223372036854775808").as.int64 == INT64_MIN);
    assert_int_equal(good(ROWAN_INT64, "+5").as.int64, 5);
    assert_int_equal(good(ROWAN_INT64, "-0").as.int64, 0);
    assert_int_equal(good(ROWAN_INT64, "007").as.int64, 7);
    assert_int_equal(good(ROWAN_INT32, "2147483647").as.int64, INT32_MAX);
    assert_int_equal(good(ROWAN_INT32, "-2147483648").as.int64, INT32_MIN);
    refused(ROWAN_INT64, bad);
    refused(ROWAN_INT32, bad);
    refused(ROWAN_INT32, bad32);
    for (int i = 0; i < 20000; i++)
        round_trip((rowan_value){ .type = ROWAN_INT64,
                                  .as.int64 = (int64_t)next_random() >> (i % 64) });
}

static void integers_say_whether_they_are_too_large(void **state)
{
    rowan_value value;
    rowan_error err;

    (void)state;
    assert_status(rowan_value_parse(ROWAN_INT32, "99999999999", 11, &value, &err),
                  ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "is out of range for int32");
    assert_status(
        rowan_value_parse(ROWAN_INT64, "99999999999999999999", 20, &value, &err),
        ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "is out of range for int64");
    assert_status(rowan_value_parse(ROWAN_INT32, "x", 1, &value, &err), ROWAN_EINVAL,
                  &err);
    assert_string_equal(err.message, "is not a whole number");
}

static void doubles_take_their_shortest_form(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0.0, "0" },
        { -0.0, "-0" },
        { 0.1, "0.1" },
        { 1.0 / 3, "0.3333333333333333" },
        { 1e100, "1e+100" },
        { 123456789.0, "123456789" },
        { 5e-324, "5e-324" },
        { INFINITY, "Infinity" },
        { -INFINITY, "-Infinity" },
        { NAN, "NaN" },
        { 1.7976931348623157e308, "1.7976931348623157e+308" },
        { 0.30000000000000004, "0.30000000000000004" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rowan_value value = { .type = ROWAN_DOUBLE, .as.real = cases[i].value };

        assert_string_equal(formatted(value), cases[i].text);
    }
}

static void doubles_come_back_bit_by_bit(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = next_random();
        rowan_value value = { .type = ROWAN_DOUBLE };

        memcpy(&value.as.real, &bits, sizeof bits);
        if (!isnan(value.as.real))
            round_trip(value);
    }
}

/* Digits of a number from the first to the last that is not 0. */
static int significant_digits(const char *text)
{
    int n = 0, last = 0;

    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
            continue;
        n++;
        last = *text != '0' ? n : last;
    }
    return last;
}

/* No form with fewer digits reads back to the same bits. */
static void no_double_has_a_digit_too_many(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random();
        rowan_value value = { .type = ROWAN_DOUBLE };
        int n_digits;
        double back;

        memcpy(&value.as.real, &bits, sizeof bits);
        if (!isfinite(value.as.real))
            continue;
        n_digits = significant_digits(formatted(value));
        if (n_digits < 2)
            continue;
        back = strtod(test_printf("%.*g", n_digits - 1, value.as.real), NULL);
        assert_memory_not_equal(&back, &value.as.real, sizeof back);
    }
}

/* A program may have a locale with a decimal comma; the text forms do not care. */
static void doubles_do_not_know_the_locale(void **state)
{
    const char *dir = test_dir();
    test_output made = TEST_RUN("localedef", "-i", "de_DE", "-f", "UTF-8",
                                test_printf("%s/comma", dir));

    (void)state;
    if (made.exit_code != 0)
        test_skip("localedef makes no locale with a decimal comma: %s", made.err);
    assert_int_equal(setenv("LOCPATH", dir, 1), 0);
    assert_non_null(setlocale(LC_ALL, "comma"));
    assert_string_equal(test_printf("%g", 1.5), "1,5");
    assert_string_equal(formatted(good(ROWAN_DOUBLE, "1.5")), "1.5");
    assert_string_equal(formatted(good(ROWAN_DOUBLE, "-1.25e-300")), "-1.25e-300");
    assert_string_equal(formatted(good(ROWAN_DOUBLE, "7")), "7");
    assert_string_equal(formatted(good(ROWAN_FLOAT, "1.5")), "1.5");
    assert_true(rowan_decimal_to_double(rowan_decimal_of(125, 2)) == 1.25);
    refused(ROWAN_DOUBLE, (const char *const[]){ "1,5", NULL });
    assert_non_null(setlocale(LC_ALL, "C"));
}

static void doubles_that_are_none(void **state)
{
    static const char *const bad[] = { "",        " 1",     "1 ",     "1,5",  "0x1p3",
                                       "1e",      "e5",     ".",      "-",    "+",
                                       "1.2.3",   "1e999",  "-1e999", "nano", "in",
                                       "infinit", "nan(1)", "1_0",    "--1",  NULL };
    char *long_one = test_alloc(1001);

    (void)state;
    refused(ROWAN_DOUBLE, bad);
    memset(long_one, '1', 1000);
    refused(ROWAN_DOUBLE, (const char *const[]){ long_one, NULL });
    assert_true(isnan(good(ROWAN_DOUBLE, "nan").as.real));
    assert_true(good(ROWAN_DOUBLE, "-inf").as.real < 0);
    assert_true(good(ROWAN_DOUBLE, "+Infinity").as.real > 0);
    assert_true(good(ROWAN_DOUBLE, "1e-999").as.real == 0); /* the nearest one */
    assert_true(good(ROWAN_DOUBLE, ".5").as.real == 0.5);
    assert_true(good(ROWAN_DOUBLE, "5.").as.real == 5);
}

static void days_are_counted_right(void **state)
{
    int32_t expected = rowan_date_to_days((rowan_date){ 1, 1, 1 });
    rowan_date date;

    (void)state;
    assert_int_equal(rowan_date_to_days((rowan_date){ 1970, 1, 1 }), 0);
    assert_int_equal(rowan_date_to_days((rowan_date){ 2000, 3, 1 }), 11017);
    assert_int_equal(expected, -719162);
    /* Every day of 9,999 years follows the day before it. */
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                date = (rowan_date){ (int16_t)year, (uint8_t)month, (uint8_t)day };
                if (!rowan_date_is_valid(date))
                    continue;
                if (rowan_date_to_days(date) != expected)
                    fail_msg("%d-%d-%d", year, month, day);
                date = rowan_date_from_days(expected);
                if (date.year != year || date.month != month || date.day != day)
                    fail_msg("day %d", (int)expected);
                expected++;
            }
        }
    }
    assert_int_equal(expected, 2932897); /* 9999-12-31 is day 2,932,896 */
}

static void dates(void **state)
{
    static const char *const bad[] = {
        "",           "1912-6-23",  "12-06-23",   "1912-06-23 ", " 1912-06-23",
        "1912/06/23", "23.06.1912", "1912-13-01", "1912-00-01",  "1912-01-00",
        "1912-01-32", "1911-02-29", "1900-02-29", "0000-01-01",  "10000-01-01",
        "-001-01-01", "1912-06-2x", "19120623",   "1912-06-23T", "+912-06-23",
        NULL
    };

    (void)state;
    assert_string_equal(formatted(good(ROWAN_DATE, "1912-06-23")), "1912-06-23");
    assert_string_equal(formatted(good(ROWAN_DATE, "2000-02-29")), "2000-02-29");
    assert_string_equal(formatted(good(ROWAN_DATE, "0001-01-01")), "0001-01-01");
    assert_string_equal(formatted(good(ROWAN_DATE, "9999-12-31")), "9999-12-31");
    refused(ROWAN_DATE, bad);
}

static void dates_that_are_no_days(void **state)
{
    static const rowan_date bad[] = { { 0, 0, 0 },     { 0, 1, 1 },     { 10000, 1, 1 },
                                      { 2023, 2, 29 }, { 2100, 2, 29 }, { 2024, 4, 31 },
                                      { 2024, 13, 1 }, { 2024, 1, 32 }, { -5, 1, 1 } };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(rowan_date_is_valid(bad[i]));
    assert_true(rowan_date_is_valid((rowan_date){ 2024, 2, 29 }));
    assert_true(rowan_date_is_valid((rowan_date){ 2000, 2, 29 }));
}

static void timestamps_in_many_spellings(void **state)
{
    static const struct {
        const char *text;
        const char *meant;
    } cases[] = {
        { "2026-01-02 03:04:05", "2026-01-02 03:04:05.000000" },
        { "2026-01-02T03:04:05Z", "2026-01-02 03:04:05.000000" },
        { "2026-01-02 03:04:05.6", "2026-01-02 03:04:05.600000" },
        { "2026-01-02 03:04:05.000006", "2026-01-02 03:04:05.000006" },
        { "2026-01-02T03:04:05.123456+00", "2026-01-02 03:04:05.123456" },
        { "2026-01-02 01:04:05+02:00", "2026-01-01 23:04:05.000000" },
        { "2026-01-01 23:04:05-0330", "2026-01-02 02:34:05.000000" },
        { "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999" },
        { "0001-01-01 00:00:00", "0001-01-01 00:00:00.000000" },
        { "9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(formatted(good(ROWAN_TIMESTAMP, cases[i].text)),
                            cases[i].meant);
    assert_true(good(ROWAN_TIMESTAMP, "1970-01-01 00:00:00").as.timestamp.unix_us == 0);
    assert_true(good(ROWAN_TIMESTAMP, "0001-01-01 00:00:00").as.timestamp.unix_us ==
                ROWAN_TIMESTAMP_MIN);
    assert_true(
        good(ROWAN_TIMESTAMP, "9999-12-31 23:59:59.999999").as.timestamp.unix_us ==
        ROWAN_TIMESTAMP_MAX);
}

static void timestamps_that_are_none(void **state)
{
    static const char *const bad[] = { "",
                                       "2026-01-02",
                                       "2026-01-02 ",
                                       "2026-01-02 03:04",
                                       "2026-01-02 24:00:00",
                                       "2026-01-02 23:60:00",
                                       "2026-01-02 23:59:60",
                                       "2026-01-02 03:04:05.",
                                       "2026-01-02 03:04:05.1234567",
                                       "2026-01-02 03:04:05 Z",
                                       "2026-01-02 03:04:05+",
                                       "2026-01-02 03:04:05+1",
                                       "2026-01-02 03:04:05+16:00",
                                       "2026-01-02 03:04:05+01:60",
                                       "2026-01-02 03:04:05+01-30",
                                       "2026-01-02t03:04:05x",
                                       "2026-02-30 00:00:00",
                                       "2026-01-02_03:04:05",
                                       "0001-01-01 00:00:00+01",
                                       "9999-12-31 23:59:59-01",
                                       NULL };

    (void)state;
    refused(ROWAN_TIMESTAMP, bad);
}

static void timestamps_come_back(void **state)
{
    const uint64_t range = (uint64_t)(ROWAN_TIMESTAMP_MAX - ROWAN_TIMESTAMP_MIN);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t us = ROWAN_TIMESTAMP_MIN + (int64_t)(next_random() % range);

        round_trip((rowan_value){ .type = ROWAN_TIMESTAMP, .as.timestamp = { us } });
    }
    assert_true(
        rowan_timestamp_of((rowan_date){ 1969, 12, 31 }, 23, 59, 59, 999999).unix_us ==
        -1);
}

static void texts_are_utf8_without_nul(void **state)
{
    rowan_value value;
    rowan_error err;

    (void)state;
    value = good(ROWAN_TEXT, "Z\xc3\xbcrich");
    assert_int_equal(value.as.text.len, 7);
    assert_int_equal(good(ROWAN_TEXT, "").as.text.len, 0);
    assert_status(rowan_value_parse(ROWAN_TEXT, "a\0b", 3, &value, &err), ROWAN_EINVAL,
                  &err);
    assert_string_equal(err.message, "holds a NUL byte");
    assert_status(rowan_value_parse(ROWAN_TEXT, "ab\xff", 3, &value, &err),
                  ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "is not valid UTF-8 (byte 3)");
}

static void nul_bytes_do_not_end_a_number(void **state)
{
    static const rowan_type types[] = { ROWAN_BOOL,   ROWAN_INT32, ROWAN_INT64,
                                        ROWAN_DOUBLE, ROWAN_DATE,  ROWAN_TIMESTAMP };
    rowan_value value;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_int_equal(rowan_value_parse(types[i], "1\0", 2, &value, NULL),
                         ROWAN_EINVAL);
    assert_int_equal(rowan_value_parse(ROWAN_N_TYPES, "1", 1, &value, NULL),
                     ROWAN_EINTERNAL);
}

/* Texts need no NUL behind them: the parser stays inside (ASan watches). */
static void nothing_is_read_behind_the_text(void **state)
{
    static const char letters[] = "0123456789-+.:eETZ tfinay";

    (void)state;
    for (int round = 0; round < 100000; round++) {
        size_t len = (size_t)(next_random() % 28);
        char *text = malloc(len > 0 ? len : 1);
        rowan_value value;

        for (size_t i = 0; i < len; i++)
            text[i] = letters[next_random() % (sizeof letters - 1)];
        for (int type = 0; type < ROWAN_N_TYPES; type++) {
            rowan_status st =
                rowan_value_parse((rowan_type)type, text, len, &value, NULL);

            if (st == ROWAN_OK && !rowan__is_span((rowan_type)type))
                (void)formatted(value);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_name),
        cmocka_unit_test(texts_are_compared_by_bytes),
        cmocka_unit_test(bools),
        cmocka_unit_test(integers),
        cmocka_unit_test(integers_say_whether_they_are_too_large),
        cmocka_unit_test(doubles_take_their_shortest_form),
        cmocka_unit_test(doubles_come_back_bit_by_bit),
        cmocka_unit_test(no_double_has_a_digit_too_many),
        cmocka_unit_test(doubles_do_not_know_the_locale),
        cmocka_unit_test(doubles_that_are_none),
        cmocka_unit_test(days_are_counted_right),
        cmocka_unit_test(dates),
        cmocka_unit_test(dates_that_are_no_days),
        cmocka_unit_test(timestamps_in_many_spellings),
        cmocka_unit_test(timestamps_that_are_none),
        cmocka_unit_test(timestamps_come_back),
        cmocka_unit_test(texts_are_utf8_without_nul),
        cmocka_unit_test(nul_bytes_do_not_end_a_number),
        cmocka_unit_test(nothing_is_read_behind_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
