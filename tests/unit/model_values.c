/* model_values.c - decimals, JSON, base64 and UUIDs as text. */
#include "test.h"

#include <rowan/decimal.h>

#include "type_int.h"

static rowan_decimal decimal(const char *text)
{
    rowan_decimal value;
    rowan_error err;

    assert_ok(rowan_decimal_parse(text, strlen(text), &value, &err), &err);
    return value;
}

static char *text_of(rowan_decimal value)
{
    char text[ROWAN_DECIMAL_TEXT_MAX];
    size_t len = rowan_decimal_format(value, text);

    assert_int_equal(strlen(text), len);
    return test_printf("%s", text);
}

static void test_decimals_as_text(void **state)
{
    static const char *const same[] = {
        "0",
        "-1",
        "12.50",
        "0.00",
        "0.05",
        "-0.05",
        "1234567890.0987654321",
        "99999999999999999999999999999999999999",
        "-99999999999999999999999999999999999999",
        "0.99999999999999999999999999999999999999",
    };
    static const char *const bad[] = {
        "",
        "-",
        ".",
        "+.",
        "1.2.3",
        "1e5",
        " 1",
        "1 ",
        "0x1",
        "1,5",
        "--1",
        "100000000000000000000000000000000000000",
        "999999999999999999999999999999999999999",
        "340282366920938463463374607431768211457", /* 2^128 + 1 */
        "34028236692093846346337460743176821145.7",
        "0.000000000000000000000000000000000000001",
    };
    rowan_decimal value;

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_string_equal(text_of(decimal(same[i])), same[i]);
    assert_string_equal(text_of(decimal("+5.")), "5");
    assert_string_equal(text_of(decimal(".5")), "0.5");
    assert_string_equal(text_of(rowan_decimal_of(INT64_MIN, 3)),
                        "-9223372036854775.808");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(rowan_decimal_parse(bad[i], strlen(bad[i]), &value, NULL),
                         ROWAN_EINVAL);
}

static void test_decimals_compare(void **state)
{
    static const char *const sorted[] = {
        "-99999999999999999999999999999999999999",
        "-1.5",
        "-1.49",
        "-0.01",
        "0",
        "0.001",
        "1.4",
        "1.41",
        "2",
        "99999999999999999999999999999999999999",
    };
    size_t n = sizeof sorted / sizeof sorted[0];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            assert_int_equal(
                rowan_decimal_compare(decimal(sorted[i]), decimal(sorted[k])),
                (i > k) - (i < k));
    }
    assert_int_equal(rowan_decimal_compare(decimal("1.5"), decimal("1.500")), 0);
}

static void test_decimals_calculate(void **state)
{
    rowan_decimal value;
    rowan_error err;

    (void)state;
    assert_ok(rowan_decimal_add(decimal("0.1"), decimal("0.25"), &value, &err), &err);
    assert_string_equal(text_of(value), "0.35");
    assert_ok(rowan_decimal_sub(decimal("1"), decimal("1.001"), &value, &err), &err);
    assert_string_equal(text_of(value), "-0.001");
    assert_ok(rowan_decimal_mul(decimal("-1.5"), decimal("2.25"), &value, &err), &err);
    assert_string_equal(text_of(value), "-3.375");
    assert_ok(rowan_decimal_rescale(decimal("1.50"), 1, &value, &err), &err);
    assert_string_equal(text_of(value), "1.5");
    assert_status(rowan_decimal_rescale(decimal("1.55"), 1, &value, &err), ROWAN_EINVAL,
                  &err);
    assert_string_equal(text_of(rowan_decimal_round(decimal("1.50"), 1)), "1.5");
    assert_string_equal(text_of(rowan_decimal_round(decimal("1.45"), 1)), "1.5");
    assert_string_equal(text_of(rowan_decimal_round(decimal("-1.45"), 1)), "-1.5");
    assert_string_equal(text_of(rowan_decimal_round(decimal("1.4499"), 1)), "1.4");
    assert_string_equal(text_of(rowan_decimal_round(decimal("-0.4"), 0)), "0");
    assert_string_equal(text_of(rowan_decimal_round(decimal("1.5"), 3)), "1.5");
    assert_string_equal(text_of(rowan_decimal_round(
                            decimal("0.99999999999999999999999999999999999999"), 0)),
                        "1");
    assert_status(rowan_decimal_add(decimal("99999999999999999999999999999999999999"),
                                    decimal("1"), &value, &err),
                  ROWAN_EINVAL, &err);
    assert_status(rowan_decimal_add(decimal("99999999999999999999999999999999999999"),
                                    decimal("99999999999999999999999999999999999999"),
                                    &value, &err),
                  ROWAN_EINVAL, &err);
    assert_status(rowan_decimal_sub(decimal("-99999999999999999999999999999999999999"),
                                    decimal("99999999999999999999999999999999999999"),
                                    &value, &err),
                  ROWAN_EINVAL, &err);
    assert_status(rowan_decimal_mul(decimal("99999999999999999999"),
                                    decimal("99999999999999999999"), &value, &err),
                  ROWAN_EINVAL, &err);
    assert_true(rowan_decimal_to_double(decimal("0.1")) == 0.1);
}

static void test_json(void **state)
{
    static const char *const good[] = {
        "null",
        " true ",
        "0",
        "-0.5e+10",
        "\"\"",
        "[]",
        "{}",
        "[1, [2, {\"a\": []}]]",
        "{\"a\":1,\"b\":{\"c\":\"\\u00e9\\n\"}}",
        "\"\xc3\xbc\"",
        "1E5",
        "[\n]",
    };
    static const char *const bad[] = {
        "",         " ",     "nul",        "01",
        "1.",       ".5",    "-",          "1e",
        "'a'",      "\"",    "\"\\x\"",    "\"\n\"",
        "[1,]",     "[1 2]", "[,1]",       "{\"a\"}",
        "{\"a\":}", "{a:1}", "{\"a\":1,}", "[",
        "]",        "[}",    "1 2",        "\"\\u12g4\"",
        "\xff",     "+1",    "NaN",        "{\"a\":1 \"b\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        rowan_error err;

        assert_ok(rowan_json_check(good[i], strlen(good[i]), &err), &err);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (rowan_json_check(bad[i], strlen(bad[i]), NULL) != ROWAN_EINVAL)
            fail_msg("taken for JSON: %s", bad[i]);
    }
}

static void test_deep_json(void **state)
{
    char text[2000];
    rowan_error err;

    (void)state;
    memset(text, '[', 512);
    memset(text + 512, ']', 512);
    assert_ok(rowan_json_check(text, 1024, &err), &err);
    memset(text, '[', 513);
    memset(text + 513, ']', 513);
    assert_status(rowan_json_check(text, 1026, &err), ROWAN_EINVAL, &err);
}

static void test_base64(void **state)
{
    static const struct {
        const char *bytes, *text;
    } pairs[] = {
        /* RFC 4648, section 10 */
        { "", "" },        { "f", "Zg==" },          { "fo", "Zm8=" },
        { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }, { "\xff\xfe\xfd", "//79" },
    };
    static const char *const bad[] = { "Z",      "Zg=",   "Zg=a", "Z===",
                                       "Zm9v\n", "Zm 9v", "=Zg=" };
    unsigned char bytes[64];
    char text[64];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t len = strlen(pairs[i].bytes);

        assert_int_equal(
            rowan_bytes_format((const unsigned char *)pairs[i].bytes, len, text),
            strlen(pairs[i].text));
        assert_memory_equal(text, pairs[i].text, strlen(pairs[i].text));
        assert_int_equal(
            rowan_bytes_parse(pairs[i].text, strlen(pairs[i].text), bytes, &n, NULL),
            ROWAN_OK);
        assert_int_equal(n, len);
        assert_memory_equal(bytes, pairs[i].bytes, len);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(rowan_bytes_parse(bad[i], strlen(bad[i]), bytes, &n, NULL),
                         ROWAN_EINVAL);
}

static void test_uuids(void **state)
{
    static const char text[] = "123e4567-e89b-12d3-a456-426614174000";
    static const char *const bad[] = {
        "",
        "123e4567",
        "123e4567-e89b-12d3-a456-42661417400g",
        "123e4567e-89b-12d3-a456-426614174000",
        "{23e4567-e89b-12d3-a456-426614174000",
    };
    rowan_uuid uuid, other;
    char back[36];

    (void)state;
    assert_true(rowan__uuid_read(text, 36, &uuid));
    assert_int_equal(rowan__uuid_write(uuid, true, back), 36);
    assert_memory_equal(back, text, 36);
    assert_int_equal(rowan__uuid_write(uuid, false, back), 32);
    assert_true(rowan__uuid_read(back, 32, &other));
    assert_memory_equal(&uuid, &other, sizeof uuid);
    assert_true(rowan__uuid_read("123E4567-E89B-12D3-A456-426614174000", 36, &other));
    assert_memory_equal(&uuid, &other, sizeof uuid);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(rowan__uuid_read(bad[i], strlen(bad[i]), &other));
    assert_int_equal(rowan_uuid_new(&uuid, NULL), ROWAN_OK);
    assert_int_equal(uuid.bytes[6] >> 4, 4);
    assert_int_equal(uuid.bytes[8] >> 6, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimals_as_text),
        cmocka_unit_test(test_decimals_compare),
        cmocka_unit_test(test_decimals_calculate),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_deep_json),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_uuids),
    };

    return cmocka_run_group_tests_name("model_values", tests, NULL, NULL);
}
