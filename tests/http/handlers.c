/* handlers.c - what becomes of a request whose handler does not answer as it should. The
 * program runs itself as the API, with handlers of its own. */
#include "people.h"

#include <rowan/serve.h>

static const char *program; /* this one */
static test_api *api;

static rowan_status says_nothing(rowan_request *request, rowan_session *db)
{
    (void)request;
    (void)db;
    return ROWAN_OK;
}

static rowan_status says_row(rowan_request *request, rowan_session *db)
{
    (void)request;
    (void)db;
    return ROWAN_ROW; /* as if from a cursor */
}

static rowan_status has_no_words(rowan_request *request, rowan_session *db)
{
    (void)request;
    (void)db;
    return ROWAN_ENOTFOUND;
}

static rowan_status people(rowan_request *request, rowan_session *db)
{
    return rowan_reply_rows(request, db, rowan_select(Person));
}

static int serve(int argc, char **argv)
{
    rowan_app *app = rowan_app_new(&models);

    rowan_get(app, "/nothing", says_nothing);
    rowan_get(app, "/row", says_row);
    rowan_get(app, "/no_words", has_no_words);
    rowan_get(app, "/health", people);
    return rowan_serve_main(argc, argv, app);
}

static int start(void **state)
{
    (void)state;
    api = test_api_start_program(program, people_sqlite(1), NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_api_stop(api);
    return 0;
}

static void assert_problem(const char *path, int status)
{
    test_answer answer = test_get(api, path);

    test_assert_problem(&answer, status);
}

static void without_an_answer_it_is_a_mistake(void **state)
{
    (void)state;
    assert_problem("/nothing", 500);
    assert_problem("/row", 500);
    assert_contains(test_stderr_of(api->process), "GET /row: 500: the handler has not");
}

static void a_status_is_enough(void **state)
{
    (void)state;
    assert_problem("/no_words", 404);
}

static void health_is_ours(void **state)
{
    test_answer answer = test_get(api, "/health");

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_contains(answer.body, "Last1");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_an_answer_it_is_a_mistake),
        cmocka_unit_test(a_status_is_enough),
        cmocka_unit_test(health_is_ours),
    };

    program = argv[0];
    return argc > 1 ? serve(argc, argv)
                    : cmocka_run_group_tests_name("handlers", tests, start, stop);
}
