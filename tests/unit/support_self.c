/* support_self.c - the helpers of the tests themselves. */
#include "postgres.h"

#include <signal.h>
#include <unistd.h>

static void a_program_runs_to_its_end(void **state)
{
    test_output output;

    (void)state;
    output = test_run(&(test_command){
        .argv = (const char *const[]){ "sh", "-c", "cat; echo $X >&2; exit 3", NULL },
        .env = (const char *const[]){ "X=y", NULL },
        .input = "hello",
        .input_len = 5,
    });
    assert_int_equal(output.exit_code, 3);
    assert_string_equal(output.out, "hello");
    assert_string_equal(output.err, "y\n");
}

static void a_program_that_goes_on_is_stopped(void **state)
{
    test_process *process;

    (void)state;
    process = test_start(&(test_command){
        .argv = (const char *const[]){ "sh", "-c", "echo up; exec sleep 100", NULL } });
    test_wait_until(strcmp(test_stdout_of(process), "up\n") == 0, 5000);
    assert_true(test_is_running(process));
    assert_int_equal(test_stop(process, SIGTERM, 5000), -SIGTERM);
}

static void databases_are_fresh(void **state)
{
    const char *one = test_postgres_database();
    const char *two = test_postgres_database();

    (void)state;
    test_postgres_exec(one, "CREATE TABLE t (x int); INSERT INTO t VALUES (7)");
    assert_string_equal(test_postgres_value(one, "SELECT x FROM t"), "7");
    assert_string_equal(test_postgres_value(two, "SELECT to_regclass('t')"), "");
}

static void a_private_server_stops_and_comes_back(void **state)
{
    test_postgres *server = test_postgres_new();

    (void)state;
    test_postgres_exec(server->socket_uri, "CREATE TABLE t ()");
    test_postgres_stop(server, SIGINT);
    assert_false(test_postgres_answers(server->uri));
    test_postgres_start(server);
    test_postgres_exec(server->uri, "SELECT FROM t");
    test_postgres_stop(server, SIGQUIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_runs_to_its_end),
        cmocka_unit_test(a_program_that_goes_on_is_stopped),
        cmocka_unit_test(databases_are_fresh),
        cmocka_unit_test(a_private_server_stops_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
