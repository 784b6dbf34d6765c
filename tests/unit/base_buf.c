/* base_buf.c - a buffer that grows, with a ceiling and a failure that sticks. */
#include "test.h"

#include "alloc_int.h"
#include "buf_int.h"

static int leave_alone(void **state)
{
    (void)state;
    rowan__alloc_fail_at(0, false);
    return 0;
}

static void it_starts_empty_without_memory(void **state)
{
    rowan__buf buf;
    size_t n = rowan__alloc_count();

    (void)state;
    rowan__buf_init(&buf, 0);
    assert_true(rowan__buf_ok(&buf));
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
    rowan__buf_done(&buf);
    assert_int_equal(rowan__alloc_count(), n);
}

static void it_grows_and_ends_in_a_nul(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    for (int i = 0; i < 1000; i++) {
        rowan__buf_str(&buf, "ab");
        rowan__buf_char(&buf, 'c');
        assert_int_equal(strlen(buf.ptr), buf.len);
    }
    assert_int_equal(buf.len, 3000);
    for (size_t i = 0; i < buf.len; i++)
        assert_int_equal(buf.ptr[i], "abc"[i % 3]);
    rowan__buf_done(&buf);
}

static void nothing_added_is_still_text(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    rowan__buf_add(&buf, NULL, 0);
    assert_true(rowan__buf_ok(&buf));
    rowan__buf_str(&buf, "");
    assert_non_null(buf.ptr);
    assert_string_equal(buf.ptr, "");
    rowan__buf_done(&buf);
}

static void bytes_may_be_zero(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    rowan__buf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.ptr, "a\0b", 4);
    rowan__buf_done(&buf);
}

static void the_ceiling_is_exact_and_sticks(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 100);
    for (int i = 0; i < 100; i++)
        rowan__buf_char(&buf, 'x');
    assert_true(rowan__buf_ok(&buf));
    rowan__buf_char(&buf, 'y');
    assert_false(rowan__buf_ok(&buf));
    assert_int_equal(buf.len, 100);
    assert_null(rowan__buf_room(&buf, 0)); /* nothing more, not even nothing */
    rowan__buf_clear(&buf);
    assert_true(rowan__buf_ok(&buf));
    rowan__buf_str(&buf, "again");
    assert_string_equal(buf.ptr, "again");
    rowan__buf_done(&buf);
}

static void one_append_over_the_ceiling_changes_nothing(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 10);
    rowan__buf_str(&buf, "123456");
    rowan__buf_str(&buf, "123456");
    rowan__buf_char(&buf, '7'); /* would fit, but comes after what was lost */
    assert_false(rowan__buf_ok(&buf));
    assert_string_equal(buf.ptr, "123456");
    rowan__buf_done(&buf);
}

static void huge_lengths_do_not_wrap(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    rowan__buf_str(&buf, "x");
    assert_null(rowan__buf_grow(&buf, SIZE_MAX - 1));
    assert_false(rowan__buf_ok(&buf));
    rowan__buf_done(&buf);
}

static void printf_appends(void **state)
{
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    rowan__buf_printf(&buf, "%s=%d;", "a", 1);
    rowan__buf_printf(&buf, "%500d", 2);
    assert_int_equal(buf.len, 504);
    assert_int_equal(strncmp(buf.ptr, "a=1;", 4), 0);
    assert_int_equal(buf.ptr[503], '2');
    rowan__buf_done(&buf);
}

static void int64_is_decimal(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 7, "7" },
                  { -7, "-7" },
                  { 10, "10" },
                  { INT64_MAX, "9223372036854775807" },
                  { INT64_MIN, "-9223372036854775808" } };
    rowan__buf buf;

    (void)state;
    rowan__buf_init(&buf, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rowan__buf_clear(&buf);
        rowan__buf_int64(&buf, cases[i].value);
        assert_string_equal(buf.ptr, cases[i].text);
    }
    rowan__buf_done(&buf);
}

static void memory_may_be_out_at_any_time(void **state)
{
    bool done = false;

    (void)state;
    for (size_t nth = 1; !done; nth++) {
        rowan__buf buf;

        rowan__buf_init(&buf, 0);
        rowan__alloc_fail_at(nth, false);
        for (int i = 0; i < 300; i++)
            rowan__buf_printf(&buf, "%d,", i);
        rowan__alloc_fail_at(0, false);
        done = rowan__buf_ok(&buf);
        if (buf.ptr != NULL)
            assert_int_equal(strlen(buf.ptr), buf.len);
        rowan__buf_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_empty_without_memory),
        cmocka_unit_test(it_grows_and_ends_in_a_nul),
        cmocka_unit_test(nothing_added_is_still_text),
        cmocka_unit_test(bytes_may_be_zero),
        cmocka_unit_test(the_ceiling_is_exact_and_sticks),
        cmocka_unit_test(one_append_over_the_ceiling_changes_nothing),
        cmocka_unit_test(huge_lengths_do_not_wrap),
        cmocka_unit_test(printf_appends),
        cmocka_unit_test(int64_is_decimal),
        cmocka_unit_test_teardown(memory_may_be_out_at_any_time, leave_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
