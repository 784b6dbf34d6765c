/* codec_json.c - rows as JSON. */
#include "database.h"

#include <rowan/decimal.h>
#include <rowan/json.h>

#include <math.h>

#include "alloc_int.h"

static char *taken(rowan_json_writer *json)
{
    char *text;

    assert_false(json->failed);
    assert_int_equal(strlen(json->ptr), json->len);
    text = test_printf("%s", json->ptr);
    rowan_json_done(json);
    return text;
}

static char *string_of(const char *text, size_t len)
{
    rowan_json_writer json = { 0 };

    rowan_json_string(&json, text, len);
    return taken(&json);
}

static void test_strings(void **state)
{
    (void)state;
    assert_string_equal(string_of("", 0), "\"\"");
    assert_string_equal(string_of("a\"b\\c/", 6), "\"a\\\"b\\\\c/\"");
    assert_string_equal(string_of("\b\f\n\r\t", 5), "\"\\b\\f\\n\\r\\t\"");
    assert_string_equal(string_of("\0\x1f\x7f", 3), "\"\\u0000\\u001f\\u007f\"");
    assert_string_equal(string_of("Gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x99\x82", 12),
                        "\"Gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x99\x82\"");
    assert_string_equal(string_of("a\xff\xfe\xc3", 4),
                        "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string_equal(string_of("\xc3(x", 3), "\"\xef\xbf\xbd(x\"");
}

/* What is copied by words is the same at every length and place. */
static void test_strings_of_every_length(void **state)
{
    static const struct {
        char c;
        const char *as;
    } odd[] = { { 'x', "x" },
                { '"', "\\\"" },
                { '\\', "\\\\" },
                { '\x1f', "\\u001f" },
                { '\x7f', "\\u007f" },
                { '\n', "\\n" },
                { '\xff', "\xef\xbf\xbd" } };
    char text[24];

    (void)state;
    for (size_t len = 1; len < sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
                memcpy(text, "abcdefghijklmnopqrstuvw", sizeof text);
                text[at] = odd[i].c;
                assert_string_equal(string_of(text, len),
                                    test_printf("\"%.*s%s%.*s\"", (int)at, text,
                                                odd[i].as, (int)(len - at - 1),
                                                text + at + 1));
            }
        }
    }
}

static void test_row(void **state)
{
    rowan_json_writer json = { 0 };
    Sample sample = test_sample();

    (void)state;
    sample.id = INT64_MIN;
    sample.words = rowan_text_of("it");
    sample.opt_words = rowan_opt_text_of("");
    sample.opt_flag = ROWAN_SOME(rowan_opt_bool, false);
    rowan_json_row(&json, &Sample_model, &sample);
    assert_string_equal(
        taken(&json),
        "{\"id\":-9223372036854775808,\"flag\":true,\"small\":-5,\"big\":"
        "9007199254740993,"
        "\"real\":0.1,\"words\":\"it\",\"day\":\"1912-06-23\","
        "\"at\":\"2026-01-02T03:04:05.000006Z\",\"opt_flag\":false,\"opt_small\":null,"
        "\"opt_big\":null,\"opt_real\":null,\"opt_words\":\"\",\"opt_day\":null,"
        "\"opt_at\":null}");
}

static void test_row_of_other_types(void **state)
{
    rowan_json_writer json = { 0 };
    More more = test_more();

    (void)state;
    more.opt_mood = ROWAN_SOME(opt_Mood, MOOD_BAD);
    rowan_json_row(&json, &More_model, &more);
    assert_string_equal(
        taken(&json),
        "{\"id\":0,\"tiny\":-7,\"narrow\":0.1,\"price\":12.5,\"clock\":\"23:59:59."
        "999999\","
        "\"uuid\":\"123e4567-e89b-12d3-a456-426614174000\",\"blob\":\"YQBi/w==\","
        "\"json\":[1, {\"a\": null}],\"mood\":\"ge\\\"mischt "
        "\xc3\xbc\",\"opt_tiny\":null,"
        "\"opt_narrow\":null,\"opt_price\":null,\"opt_clock\":null,\"opt_uuid\":null,"
        "\"opt_blob\":null,\"opt_json\":null,\"opt_mood\":\"it's "
        "bad\",\"opt_name\":null}");
}

static char *double_of(double value)
{
    rowan_json_writer json = { 0 };
    rowan_value wrapped = rowan_value_double(value);

    rowan_json_value(&json, &wrapped);
    return taken(&json);
}

ROWAN_VIEW(MoodRow, More, mood, opt_mood, (rowan_opt_decimal, total, SUM(price)))

/* A view's column has the labels of the one that it is made of. */
static void test_row_of_a_view(void **state)
{
    rowan_json_writer json = { 0 };
    MoodRow row = { .mood = MOOD_BAD,
                    .total = ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of(125, 1)) };

    (void)state;
    rowan_json_row(&json, &MoodRow_model, &row);
    assert_string_equal(taken(&json),
                        "{\"mood\":\"it's bad\",\"opt_mood\":null,\"total\":12.5}");
}

static void test_doubles(void **state)
{
    (void)state;
    assert_string_equal(double_of(0.1), "0.1");
    assert_string_equal(double_of(1.0 / 3), "0.3333333333333333");
    assert_string_equal(double_of(1e300), "1e+300");
    assert_string_equal(double_of(5e-324), "5e-324");
    assert_string_equal(double_of(-0.0), "-0");
    assert_string_equal(double_of(NAN), "null");
    assert_string_equal(double_of(-INFINITY), "null");
}

static void test_rows(void **state)
{
    rowan_json_writer json = { 0 };
    Visit visits[] = { { rowan_text_of("a"), 1, 2 }, { rowan_text_of("b"), 3, 4 } };

    (void)state;
    rowan_json_raw(&json, "[", 1);
    rowan_json_rows(&json, &Visit_model, visits, 2);
    rowan_json_raw(&json, "]", 1);
    assert_string_equal(taken(&json), "[{\"place\":\"a\",\"select\":1,\"nights\":2},"
                                      "{\"place\":\"b\",\"select\":3,\"nights\":4}]");
    rowan_json_rows(&json, &Visit_model, visits, 0);
    assert_int_equal(json.len, 0);
    rowan_json_done(&json);
}

/* Memory that runs out is sticky, and nothing is written behind the end. */
static void test_memory_runs_out(void **state)
{
    rowan_json_writer json = { 0 };
    Sample sample = test_sample();

    (void)state;
    for (size_t nth = 1; nth < 6; nth++) {
        rowan__alloc_fail_at(nth, true);
        for (int i = 0; i < 40; i++)
            rowan_json_row(&json, &Sample_model, &sample);
        rowan__alloc_fail_at(0, false);
        assert_true(json.failed);
        rowan_json_row(&json, &Sample_model, &sample);
        assert_true(json.failed);
        rowan_json_clear(&json);
        rowan_json_row(&json, &Sample_model, &sample);
        assert_false(json.failed);
        rowan_json_done(&json);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_strings_of_every_length),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_row_of_other_types),
        cmocka_unit_test(test_row_of_a_view),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests_name("codec_json", tests, NULL, NULL);
}
