/* program.c - the API as a program: arguments, environment, what it prints, its end. */
#include "people.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* Runs the API to its end, which comes at once. */
static test_output run_with(const char *const *args, const char *const *env)
{
    const char *argv[16] = { TEST_API };
    const char *all[16] = { "HOST", "PORT", "DATABASE_URI=sqlite:///people.db" };

    for (size_t i = 1; args != NULL && *args != NULL; i++)
        argv[i] = *args++;
    for (size_t i = 3; env != NULL && *env != NULL; i++)
        all[i] = *env++;
    return test_run(&(test_command){ .argv = argv, .env = all, .timeout_ms = 20000 });
}

static void assert_one_line(const char *text)
{
    const char *end = strchr(text, '\n');

    assert_true(strncmp(text, "api: ", 5) == 0);
    assert_non_null(end);
    assert_string_equal(end, "\n");
}

static void assert_refused(const char *const *args, const char *const *env,
                           const char *why)
{
    test_output output = run_with(args, env);

    if (output.exit_code != 2)
        fail_msg("%d instead of 2: %s%s", output.exit_code, output.out, output.err);
    assert_one_line(output.err);
    assert_contains(output.err, why);
    assert_lacks(output.err, "sEcReT");
    assert_string_equal(output.out, "");
}

static void help_and_version(void **state)
{
    test_output output = run_with((const char *const[]){ "--help", NULL },
                                  (const char *const[]){ "PORT=nonsense", NULL });

    (void)state;
    assert_int_equal(output.exit_code, 0);
    assert_contains(output.out, "usage: api ");
    assert_contains(output.out, "DATABASE_URI");
    assert_contains(output.out, "--timeout");
    output = run_with((const char *const[]){ "--version", NULL }, NULL);
    assert_int_equal(output.exit_code, 0);
    assert_string_equal(output.out, "api, models " MODELS_VERSION_TEXT "\n");
}

static void wrong_arguments(void **state)
{
    static const char *const cases[][3] = {
        { "--nonsense", NULL, "unknown argument --nonsense" },
        { "-x", NULL, "unknown argument -x" },
        { "nonsense", NULL, "unknown argument nonsense" },
        { "--port", NULL, "--port needs a value" },
        { "--port", "x", "--port is not a port" },
        { "--host", "", "--host is not the name of a host" },
        { "--timeout", "soon", "--timeout is not a time" },
        { "--timeout", "0", "--timeout is not a time" },
        { "--timeout", "nan", "--timeout is not a time" },
        { "--quiet=yes", NULL, "unknown argument --quiet=yes" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused((const char *const[]){ cases[i][0], cases[i][1], NULL }, NULL,
                       cases[i][2]);
}

static void a_wrong_environment(void **state)
{
    static const char *const cases[][2] = {
        { "PORT=", "PORT is not a port" },
        { "PORT=x", "PORT is not a port" },
        { "PORT=-1", "PORT is not a port" },
        { "PORT=+80", "PORT is not a port" },
        { "PORT= 80", "PORT is not a port" },
        { "PORT=80 ", "PORT is not a port" },
        { "PORT=65536", "PORT is not a port" },
        { "PORT=99999999999999999999", "PORT is not a port" },
        { "PORT=http", "PORT is not a port" },
        { "HOST=", "HOST is not the name of a host" },
        { "HOST=no.such.host.invalid", "HOST no.such.host.invalid: " },
        { "HOST=256.1.1.1", "HOST 256.1.1.1: " },
        { "DATABASE_URI=", "DATABASE_URI: it is empty" },
        { "DATABASE_URI=people.db", "DATABASE_URI: it must begin like" },
        { "DATABASE_URI=oracle://u:sEcReT@h/d", "oracle" },
        { "DATABASE_URI=postgresql://u:sEcReT@h:99999/d", "the port is not a number" },
        { "DATABASE_URI=postgresql://u:sEcReT%zz@h/d", "two hexadecimal digits" },
        { "DATABASE_URI=postgresql://u:sEcReT@[::1/d", "not closed" },
        { "DATABASE_URI=sqlite://people.db", "three slashes" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(NULL, (const char *const[]){ cases[i][0], NULL }, cases[i][1]);
}

static void an_address_that_is_not_of_this_machine(void **state)
{
    test_output output =
        run_with((const char *const[]){ "--host", "192.0.2.1", NULL }, NULL);

    (void)state;
    assert_int_equal(output.exit_code, 1);
    assert_one_line(output.err);
    assert_contains(output.err, "192.0.2.1 is not an address of this machine");
}

static void a_port_that_is_taken(void **state)
{
    test_api *api = test_api_start(people_sqlite(1), NULL);
    const char *port = test_printf("%d", api->port);
    test_output output = run_with(
        (const char *const[]){ "--host", "127.0.0.1", "--port", port, NULL }, NULL);

    (void)state;
    assert_int_equal(output.exit_code, 1);
    assert_one_line(output.err);
    assert_contains(output.err, test_printf("port %s is taken", port));
    assert_int_equal(test_get(api, "/people").status, 200);
    test_api_stop(api);
}

static test_process *start_with(const char *const *args, const char *const *env)
{
    const char *argv[16] = { TEST_API };

    for (size_t i = 1; args != NULL && *args != NULL; i++)
        argv[i] = *args++;
    return test_start(&(test_command){ .argv = argv, .env = env });
}

/* One line tells where it listens, and on what. */
static void the_environment_says_where(void **state)
{
    const char *uri = people_sqlite(1);
    int port = test_free_port();
    const char *env[] = { test_printf("DATABASE_URI=%s", uri),
                          test_printf("PORT=%d", port), "HOST=127.0.0.1", NULL };
    test_process *process = start_with(NULL, env);
    test_api api = { process, port };

    (void)state;
    test_wait_until(strchr(test_stdout_of(process), '\n') != NULL, 10000);
    assert_string_equal(
        test_stdout_of(process),
        test_printf("api: listening on http://127.0.0.1:%d (%s)\n", port, uri));
    assert_int_equal(test_get(&api, "/people").status, 200);
    assert_int_equal(test_stop(process, SIGINT, 10000), 0);
    assert_string_equal(test_stderr_of(process), "");
}

static void arguments_win_and_quiet_is_quiet(void **state)
{
    const char *uri = people_sqlite(1);
    int port = test_free_port();
    const char *env[] = { test_printf("DATABASE_URI=%s", uri), "PORT=1",
                          "HOST=192.0.2.1", NULL };
    const char *args[] = { "--quiet", "--port",    test_printf("%d", port),
                           "--host",  "localhost", NULL };
    test_process *process = start_with(args, env);
    char first;
    int fd = -1;

    (void)state;
    do { /* it tells nothing, so that only a connection shows that it is there */
        struct sockaddr_in addr = { .sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)port),
                                    .sin_addr = { htonl(INADDR_LOOPBACK) } };
        struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6,
                                      .sin6_port = htons((uint16_t)port),
                                      .sin6_addr = IN6ADDR_LOOPBACK_INIT };

        if (fd >= 0)
            (void)close(fd);
        test_nap();
        assert_true(test_is_running(process));
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
            break;
        (void)close(fd);
        fd = socket(AF_INET6, SOCK_STREAM, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&addr6, sizeof addr6) == 0)
            break;
    } while (true);
    /* the port is open before the program listens to signals; an answer comes behind it */
    assert_int_equal(write(fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
    assert_int_equal(read(fd, &first, 1), 1);
    (void)close(fd);
    assert_int_equal(test_stop(process, SIGTERM, 10000), 0);
    assert_string_equal(test_stdout_of(process), "");
    assert_string_equal(test_stderr_of(process), "");
}

static void ipv6_and_ipv4_together(void **state)
{
    const char *env[] = { test_printf("DATABASE_URI=%s", people_sqlite(1)), NULL };
    test_process *process =
        start_with((const char *const[]){ "--host", "::", "--port", "0", NULL }, env);
    const char *told;
    test_api api = { process, 0 };

    (void)state;
    test_wait_until(strchr(test_stdout_of(process), '\n') != NULL ||
                        !test_is_running(process),
                    10000);
    if (!test_is_running(process))
        test_skip("no IPv6 here: %s", test_stderr_of(process));
    told = strstr(test_stdout_of(process), "http://[::]:");
    assert_non_null(told);
    api.port = atoi(told + strlen("http://[::]:"));
    assert_int_equal(test_get(&api, "/people").status, 200); /* over IPv4 */
    test_api_stop(&api);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(a_wrong_environment),
        cmocka_unit_test(an_address_that_is_not_of_this_machine),
        cmocka_unit_test(a_port_that_is_taken),
        cmocka_unit_test(the_environment_says_where),
        cmocka_unit_test(arguments_win_and_quiet_is_quiet),
        cmocka_unit_test(ipv6_and_ipv4_together),
    };

    return cmocka_run_group_tests_name("http_program", tests, NULL, NULL);
}
