/* serve_status.c - what a status says over HTTP, and what it does not tell. */
#include "test.h"

#include <rowan/serve.h>

#include "problem_int.h"
#include "status_int.h"

static void each_status_has_its_http_status(void **state)
{
    static const struct {
        rowan_status st;
        int http_status;
    } cases[] = {
        { ROWAN_OK, 200 },        { ROWAN_ROW, 200 },
        { ROWAN_EINVAL, 400 },    { ROWAN_ENOTFOUND, 404 },
        { ROWAN_ECONFLICT, 409 }, { ROWAN_ECONSTRAINT, 422 },
        { ROWAN_EBUSY, 503 },     { ROWAN_ECONN, 503 },
        { ROWAN_ETIMEOUT, 503 },  { ROWAN_EUNSUPPORTED, 501 },
        { ROWAN_EIO, 500 },       { ROWAN_ENOMEM, 503 },
        { ROWAN_EDATA, 500 },     { ROWAN_EINTERNAL, 500 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(rowan_http_status(cases[i].st), cases[i].http_status);
    assert_int_equal(rowan_http_status((rowan_status)-99), 500);
}

static void what_is_ours_has_words_of_its_own(void **state)
{
    (void)state;
    for (int st = ROWAN_EINTERNAL; st <= ROWAN_ROW; st++) {
        bool is_ours = rowan_http_status((rowan_status)st) >= 500;

        assert_int_equal(rowan__public_detail((rowan_status)st) != NULL, is_ours);
        assert_string_not_equal(rowan__http_title(rowan_http_status((rowan_status)st)),
                                "Error");
    }
    assert_string_equal(rowan__public_detail(ROWAN_ECONN),
                        "the database cannot be reached");
    assert_string_equal(rowan__http_title(299), "Error");
}

static void a_problem_is_a_document(void **state)
{
    rowan_json_writer json = { 0 };

    (void)state;
    rowan__problem_write(&json, 404, "no such \"person\"");
    assert_string_equal(json.ptr,
                        "{\"type\":\"about:blank\",\"title\":\"Not Found\","
                        "\"status\":404,\"detail\":\"no such \\\"person\\\"\"}");
    rowan_json_clear(&json);
    rowan__problem_write(&json, 503, NULL);
    assert_string_equal(json.ptr, "{\"type\":\"about:blank\","
                                  "\"title\":\"Service Unavailable\",\"status\":503}");
    rowan_json_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_has_its_http_status),
        cmocka_unit_test(what_is_ours_has_words_of_its_own),
        cmocka_unit_test(a_problem_is_a_document),
    };

    return cmocka_run_group_tests_name("serve_status", tests, NULL, NULL);
}
