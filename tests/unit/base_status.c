/* base_status.c - errors: names, one line, whole characters, no trouble without memory.
 */
#include "test.h"

static void every_status_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(rowan_status_name(ROWAN_ROW), "ROWAN_ROW");
    assert_string_equal(rowan_status_name(ROWAN_OK), "ROWAN_OK");
    for (int st = ROWAN_EINTERNAL; st < 0; st++) {
        const char *name = rowan_status_name((rowan_status)st);

        assert_int_equal(strncmp(name, "ROWAN_E", 7), 0);
        for (int other = ROWAN_EINTERNAL; other < st; other++)
            assert_string_not_equal(name, rowan_status_name((rowan_status)other));
    }
    assert_string_equal(rowan_status_name((rowan_status)-99), "unknown status");
}

static void fail_fills_everything(void **state)
{
    rowan_error err;

    (void)state;
    memset(&err, 0x55, sizeof err);
    assert_int_equal(rowan_fail(&err, ROWAN_EIO, "%s line %d", "a.csv", 3), ROWAN_EIO);
    assert_int_equal(err.code, ROWAN_EIO);
    assert_int_equal(err.vendor_code, 0);
    assert_string_equal(err.sqlstate, "");
    assert_string_equal(err.message, "a.csv line 3");
}

static void err_may_be_null(void **state)
{
    (void)state;
    assert_int_equal(rowan_fail(NULL, ROWAN_ENOMEM, "%d", 1), ROWAN_ENOMEM);
    rowan_error_prefix(NULL, "row %d: ", 1);
}

static void a_message_is_one_line(void **state)
{
    rowan_error err;

    (void)state;
    (void)rowan_fail(&err, ROWAN_EINVAL, "ERROR: a\n\tb\x7f\x01 c \r\n");
    assert_string_equal(err.message, "ERROR: a  b   c");
}

static void invalid_utf8_becomes_question_marks(void **state)
{
    rowan_error err;

    (void)state;
    (void)rowan_fail(&err, ROWAN_EINVAL, "Z\xfcrich \xc3\xbc");
    assert_string_equal(err.message, "Z?rich \xc3\xbc");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    char text[2 * ROWAN_ERROR_MESSAGE_SIZE];
    rowan_error err;

    (void)state;
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xc3\xbc", 3);
        (void)rowan_fail(&err, ROWAN_EINVAL, "%s", text);
        assert_int_equal(strlen(err.message) % 2, shift);
        assert_in_range(strlen(err.message), ROWAN_ERROR_MESSAGE_SIZE - 3,
                        ROWAN_ERROR_MESSAGE_SIZE - 1);
        assert_null(strchr(err.message, '?'));
    }
}

static void a_message_may_be_made_from_itself(void **state)
{
    rowan_error err;

    (void)state;
    (void)rowan_fail(&err, ROWAN_EINVAL, "is not a date");
    (void)rowan_fail(&err, ROWAN_EINVAL, "born: %s", err.message);
    assert_string_equal(err.message, "born: is not a date");
}

static void prefix_keeps_the_rest(void **state)
{
    rowan_error err;

    (void)state;
    (void)rowan_fail(&err, ROWAN_ECONFLICT, "taken");
    err.vendor_code = 7;
    memcpy(err.sqlstate, "23505", 6);
    rowan_error_prefix(&err, "%s line %d: ", "people.csv", 17);
    assert_string_equal(err.message, "people.csv line 17: taken");
    assert_int_equal(err.code, ROWAN_ECONFLICT);
    assert_int_equal(err.vendor_code, 7);
    assert_string_equal(err.sqlstate, "23505");
}

static void a_long_prefix_is_cut(void **state)
{
    char prefix[2 * ROWAN_ERROR_MESSAGE_SIZE];
    rowan_error err;

    (void)state;
    memset(prefix, 'p', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    (void)rowan_fail(&err, ROWAN_EINVAL, "lost");
    rowan_error_prefix(&err, "%s", prefix);
    assert_int_equal(strlen(err.message), ROWAN_ERROR_MESSAGE_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(fail_fills_everything),
        cmocka_unit_test(err_may_be_null),
        cmocka_unit_test(a_message_is_one_line),
        cmocka_unit_test(invalid_utf8_becomes_question_marks),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(a_message_may_be_made_from_itself),
        cmocka_unit_test(prefix_keeps_the_rest),
        cmocka_unit_test(a_long_prefix_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
