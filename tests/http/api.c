/* api.c - the endpoints of the API on every database: what they answer, in every method. */
#include "people.h"

#define TEXT(str)           \
    {                       \
        str, sizeof str - 1 \
    }

/* clang-format off */
/* People whose text is hard on JSON, and awards of some of them. */
#define PERSON(n, first, last, date, where) \
    { .id = n, .first_name = TEXT(first), .last_name = TEXT(last), .born = date, .country = TEXT(where) }
#define BORN(...)  { true, { __VA_ARGS__ } }
#define UNBORN     { false, { 0 } }
static Person people[] = {
    PERSON(1, "Ada", "Lovelace", BORN(1815, 12, 10), "UK"),
    PERSON(2, "\"Q\\\"", "tab\tnew\nline", UNBORN, ""),
    PERSON(3, "\xc3\x89milie \xf0\x9f\x98\x80", "</script>\x7f\x01", BORN(1706, 12, 17),
           "\xe4\xb8\xad"),
};
static Award awards[] = {
    { .id = 1, .person_id = 1, .year = 1843, .citation = TEXT("Note G") },
    { .id = 2, .person_id = 3, .year = 1759, .citation = TEXT("Principia") },
    { .id = 3, .person_id = 3, .year = 1740, .citation = TEXT("Institutions") },
};
/* clang-format on */

/* What the people are in JSON, written by hand. */
#define ADA                                                        \
    "{\"id\":1,\"first_name\":\"Ada\",\"last_name\":\"Lovelace\"," \
    "\"born\":\"1815-12-10\",\"country\":\"UK\"}"
#define Q                                                                            \
    "{\"id\":2,\"first_name\":\"\\\"Q\\\\\\\"\",\"last_name\":\"tab\\tnew\\nline\"," \
    "\"born\":null,\"country\":\"\"}"
#define EMILIE                                                           \
    "{\"id\":3,\"first_name\":\"\xc3\x89milie \xf0\x9f\x98\x80\","       \
    "\"last_name\":\"</script>\\u007f\\u0001\",\"born\":\"1706-12-17\"," \
    "\"country\":\"\xe4\xb8\xad\"}"
#define NOTE      "{\"id\":1,\"person_id\":1,\"year\":1843,\"citation\":\"Note G\"}"
#define PRINCIPIA "{\"id\":2,\"person_id\":3,\"year\":1759,\"citation\":\"Principia\"}"
#define INSTITUTIONS \
    "{\"id\":3,\"person_id\":3,\"year\":1740,\"citation\":\"Institutions\"}"

static test_api *api; /* on the database of the group under way */

static void fill(const char *uri)
{
    rowan_error err;
    rowan_session *db = people_open(uri, &err);

    assert_ok(rowan_insert_many(db, Person, people, 3, &err), &err);
    assert_ok(rowan_insert_many(db, Award, awards, 3, &err), &err);
    people_close(db);
}

static int start_sqlite(void **state)
{
    const char *uri = people_sqlite(0);

    (void)state;
    fill(uri);
    api = test_api_start(uri, NULL);
    return 0;
}

static int start_postgres(void **state)
{
    const char *uri = people_postgres(0);

    (void)state;
    fill(uri);
    api = test_api_start(uri, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_api_stop(api);
    return 0;
}

static void assert_json(const char *target, const char *expected)
{
    test_answer answer = test_get(api, target);

    assert_int_equal(answer.status, 200);
    assert_string_equal(test_header(&answer, "Content-Type"), "application/json");
    assert_string_equal(answer.body, expected);
    assert_true(test_is_json(answer.body, answer.len));
    assert_non_null(test_header(&answer, "Date"));
    assert_null(test_header(&answer, "Connection"));
}

static void rows_are_told_as_they_are(void **state)
{
    (void)state;
    assert_json("/people", "[" ADA "," Q "," EMILIE "]");
    assert_json("/people/1", ADA);
    assert_json("/people/2", Q);
    assert_json("/people/3", EMILIE);
    assert_json("/people/%33", EMILIE);
    assert_json("/people?unknown=parameter&x", "[" ADA "," Q "," EMILIE "]");
    assert_json("http://test/people/1", ADA);
}

static void a_person_has_their_awards_inside(void **state)
{
    (void)state;
    assert_json("/people/3/awards",
                "{\"id\":3,\"first_name\":\"\xc3\x89milie \xf0\x9f\x98\x80\","
                "\"last_name\":\"</script>\\u007f\\u0001\",\"born\":\"1706-12-17\","
                "\"country\":\"\xe4\xb8\xad\",\"awards\":[" INSTITUTIONS "," PRINCIPIA
                "]}");
    assert_json("/people/2/awards",
                "{\"id\":2,\"first_name\":\"\\\"Q\\\\\\\"\","
                "\"last_name\":\"tab\\tnew\\nline\",\"born\":null,\"country\":\"\","
                "\"awards\":[]}");
}

static void an_exposed_model_lists_and_gets(void **state)
{
    (void)state;
    assert_json("/awards", "[" NOTE "," PRINCIPIA "," INSTITUTIONS "]");
    assert_json("/awards/2", PRINCIPIA);
}

static void assert_problem(const char *method, const char *target, int status)
{
    test_answer answer = test_request(api, method, target);

    test_assert_problem(&answer, status);
}

static void what_is_not_there_is_404(void **state)
{
    static const char *const targets[] = {
        "/",
        "/nothing",
        "/People",
        "/people/",
        "/people/4",
        "/people/0",
        "/people/-1",
        "/people/x",
        "/people/1x",
        "/people/%20",
        "/people/1/",
        "/people/1/awards/1",
        "/people/1e",
        "/people/99999999999999999999",
        "/awards/99",
        "/awards/x/y",
        "/people/99/awards",
        "/people/x/awards",
        "/../people",
        "/people/%2e%2e",
        "//people",
    };

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        assert_problem("GET", targets[i], 404);
    assert_problem("OPTIONS", "/nothing", 404);
    assert_problem("POST", "/nothing", 404);
}

static void what_is_malformed_is_400(void **state)
{
    (void)state;
    assert_problem("GET", "/people/%zz", 400);
    assert_problem("GET", "/people/%00", 400);
    assert_problem("GET", "/people/%ff", 400);
    assert_problem("GET", "/people?a=%", 400);
    assert_problem("GET", "/people?a=%ff", 400);
    assert_problem("GET", "people", 400);
    assert_problem("GET", "*", 400);
}

static void another_method_is_405_with_allow(void **state)
{
    static const char *const methods[] = { "POST",  "PUT", "PATCH", "DELETE",
                                           "TRACE", "get", "BREW" };

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        test_answer answer = test_request(api, methods[i], "/people");

        test_assert_problem(&answer, 405);
        assert_string_equal(test_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
    }
}

static void options_says_what_is_allowed(void **state)
{
    static const char *const targets[] = { "/people", "/people/1", "/people/x/awards",
                                           "/awards", "*" };

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        test_answer answer = test_request(api, "OPTIONS", targets[i]);

        assert_int_equal(answer.status, 204);
        assert_string_equal(test_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
        assert_null(test_header(&answer, "Content-Length"));
    }
}

/* The same head as GET, but for the date, and no body. */
static void head_is_get_without_the_body(void **state)
{
    static const char *const targets[] = { "/people", "/people/1", "/people/99", "/x" };

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        test_answer get = test_get(api, targets[i]);
        test_conn *conn = test_connect(api);
        test_answer head;

        (void)test_send_text(conn, test_printf("HEAD %s HTTP/1.1\r\nHost: t\r\n"
                                               "Connection: close\r\n\r\n",
                                               targets[i]));
        head = test_receive(conn, true);
        assert_true(test_hangs_up(conn));
        test_hang_up(conn);
        assert_int_equal(head.status, get.status);
        assert_string_equal(test_header(&head, "Content-Length"),
                            test_header(&get, "Content-Length"));
        assert_string_equal(test_header(&head, "Content-Type"),
                            test_header(&get, "Content-Type"));
    }
}

static void health_is_ok(void **state)
{
    (void)state;
    assert_json("/health", "{\"status\":\"ok\"}");
    assert_problem("DELETE", "/health", 405);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_told_as_they_are),
        cmocka_unit_test(a_person_has_their_awards_inside),
        cmocka_unit_test(an_exposed_model_lists_and_gets),
        cmocka_unit_test(what_is_not_there_is_404),
        cmocka_unit_test(what_is_malformed_is_400),
        cmocka_unit_test(another_method_is_405_with_allow),
        cmocka_unit_test(options_says_what_is_allowed),
        cmocka_unit_test(head_is_get_without_the_body),
        cmocka_unit_test(health_is_ok),
    };
    int failed =
        cmocka_run_group_tests_name("http_api sqlite", tests, start_sqlite, stop);

    return failed + cmocka_run_group_tests_name("http_api postgresql", tests,
                                                start_postgres, stop);
}
