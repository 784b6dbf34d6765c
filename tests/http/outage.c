/* outage.c - the database is away, locked, slow or not what it should be; the service ends
 * while requests are under way. */
#include "people.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "session_int.h"

#define N_PEOPLE 20

/* SQLite's bytes that a reader of a file locks (sqlite.org/fileformat, "lock-byte page"). */
#define SQLITE_SHARED_FIRST 0x40000002
#define SQLITE_SHARED_SIZE  510

static void assert_serves(const test_api *api)
{
    test_answer answer = test_get(api, "/people");

    assert_int_equal(answer.status, 200);
    assert_true(answer.whole);
}

static void assert_trouble(const test_api *api, const char *target, int status,
                           const char *detail)
{
    test_answer answer = test_get(api, target);

    test_assert_problem(&answer, status);
    assert_contains(answer.body, detail);
}

static bool is_served(const test_api *api)
{
    return test_get(api, "/people").status == 200;
}

static void a_server_that_is_stopped_and_comes_back(void **state)
{
    test_postgres *server = test_postgres_new();
    test_api *api = test_api_start(people_fill(server->uri, N_PEOPLE), NULL);
    char *told;

    (void)state;
    for (int round = 0; round < 2; round++) {
        assert_serves(api);
        test_postgres_stop(server, round == 0 ? SIGINT : SIGQUIT);
        assert_trouble(api, "/people", 503,
                       "\"detail\":\"the database cannot be reached\"");
        assert_trouble(api, "/people/1/awards", 503, "cannot be reached");
        assert_trouble(api, "/health", 503, "cannot be reached");
        assert_trouble(api, "/nothing", 404, "nothing");
        test_postgres_start(server);
        test_wait_until(is_served(api), 10000);
        assert_int_equal(test_get(api, "/health").status, 200);
    }
    told = test_stderr_of(api->process);
    assert_contains(told, "GET /people: 503: ");
    assert_lacks(told, server->password);
    test_api_stop(api);
    test_postgres_stop(server, SIGINT);
}

static void a_server_that_was_never_there(void **state)
{
    test_api *api =
        test_api_start(test_printf("postgresql://rowan:sEcReT@127.0.0.1:%d/postgres",
                                   test_free_port()),
                       NULL);

    (void)state;
    assert_trouble(api, "/people", 503,
                   "\"detail\":\"the database cannot be reached\"}");
    assert_trouble(api, "/health", 503,
                   "\"detail\":\"the database cannot be reached\"}");
    assert_lacks(test_stderr_of(api->process), "sEcReT");
    assert_lacks(test_stdout_of(api->process), "sEcReT");
    test_api_stop(api);
}

static void a_wrong_password(void **state)
{
    const char *uri = test_postgres_uri(), *at = strstr(uri, "@");
    test_api *api;
    test_answer answer;

    (void)state;
    assert_non_null(at);
    api = test_api_start(test_printf("postgresql://rowan:wRoNg%s", at), NULL);
    answer = test_get(api, "/people");
    test_assert_problem(&answer, 503);
    assert_lacks(answer.body, "rowan");
    assert_lacks(test_stderr_of(api->process), "wRoNg");
    test_api_stop(api);
}

static void tables_that_are_not_there(void **state)
{
    const char *sqlite = test_printf("sqlite:///%s/empty.db", test_dir());
    const char *uris[] = { sqlite, test_postgres_database() };

    (void)state;
    for (int i = 0; i < 2; i++) {
        test_api *api = test_api_start(uris[i], NULL);
        test_answer answer = test_get(api, "/people");

        test_assert_problem(&answer, 500);
        assert_lacks(answer.body, "person"); /* no names of tables in the answer */
        assert_contains(test_stderr_of(api->process), "person");
        assert_int_equal(test_get(api, "/health").status, 200);
        people_fill(uris[i], N_PEOPLE);
        assert_serves(api);
        test_api_stop(api);
    }
}

static void a_folder_that_is_not_there(void **state)
{
    const char *dir = test_dir();
    test_api *api =
        test_api_start(test_printf("sqlite:///%s/none/people.db", dir), NULL);
    test_answer answer = test_get(api, "/people");

    (void)state;
    assert_true(answer.status >= 500);
    test_assert_problem(&answer, answer.status);
    assert_lacks(answer.body, dir);
    test_api_stop(api);
}

static int lock_sqlite(const char *uri)
{
    struct flock lock = { .l_type = F_WRLCK,
                          .l_whence = SEEK_SET,
                          .l_start = SQLITE_SHARED_FIRST,
                          .l_len = SQLITE_SHARED_SIZE };
    int fd = open(uri + strlen("sqlite:///"), O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
    return fd;
}

/* Another process has the file for itself: 503 in the end, while others are served. */
static void a_sqlite_file_that_is_locked(void **state)
{
    const char *uri = people_sqlite(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    test_conn *waiting = test_connect(api);
    int fd = lock_sqlite(uri);
    int64_t before = test_clock_ms();
    test_answer answer;

    (void)state;
    (void)test_send_text(waiting, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 20; i++)
        assert_trouble(api, "/nothing", 404, "nothing");
    assert_true(test_clock_ms() - before < 4000);
    assert_int_equal(
        poll(&(struct pollfd){ .fd = waiting->fd, .events = POLLIN }, 1, 0), 0);
    answer = test_receive(waiting, false);
    test_assert_problem(&answer, 503);
    assert_contains(answer.body, "the database is busy");
    (void)close(fd);
    (void)test_send_text(waiting, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(test_receive(waiting, false).status, 200);
    test_hang_up(waiting);
    test_api_stop(api);
}

/* A table that somebody has for themselves: whoever reads it waits, parked. */
static rowan_session *lock_people(const char *uri)
{
    rowan_error err;
    rowan_session *db = people_open(uri, &err);

    assert_ok(rowan_begin(db, &err), &err);
    assert_ok(
        rowan__session_run(db, "LOCK TABLE person IN ACCESS EXCLUSIVE MODE", &err),
        &err);
    return db;
}

static test_conn *ask_for_people(const test_api *api)
{
    test_conn *conn = test_connect(api);

    assert_true(test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n"));
    return conn;
}

/* How many sessions wait for the lock on the table. */
static int n_waiting(const char *uri)
{
    return atoi(test_postgres_value(uri,
                                    "SELECT count(*) FROM pg_locks WHERE NOT granted "
                                    "AND relation = 'person'::regclass"));
}

static void handlers_that_wait_let_others_run(void **state)
{
    enum {
        N = 10
    };
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);
    test_conn *conns[N];

    (void)state;
    for (int i = 0; i < N; i++)
        conns[i] = ask_for_people(api);
    test_wait_until(n_waiting(uri) == N, 10000);
    assert_int_equal(test_get(api, "/awards").status, 200);
    assert_int_equal(test_get(api, "/health").status, 200);
    rowan_rollback(lock);
    for (int i = 0; i < N; i++) {
        test_answer answer = test_receive(conns[i], false);

        assert_int_equal(answer.status, 200);
        assert_true(test_is_json(answer.body, answer.len));
        test_hang_up(conns[i]);
    }
    people_close(lock);
    test_api_stop(api);
}

/* More requests than the pool has connections: they queue, and health is well. */
static void a_pool_that_is_lent_out(void **state)
{
    enum {
        N = 40,
        POOL = 15
    };
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);
    test_conn *conns[N];

    (void)state;
    for (int i = 0; i < N; i++)
        conns[i] = ask_for_people(api);
    test_wait_until(n_waiting(uri) == POOL, 10000);
    assert_int_equal(test_get(api, "/health").status, 200);
    assert_int_equal(test_get(api, "/nothing").status, 404);
    rowan_rollback(lock);
    for (int i = 0; i < N; i++) {
        assert_int_equal(test_receive(conns[i], false).status, 200);
        test_hang_up(conns[i]);
    }
    people_close(lock);
    test_api_stop(api);
}

static void clients_that_do_not_wait_for_their_answer(void **state)
{
    enum {
        N = 30
    };
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);

    (void)state;
    for (int i = 0; i < N; i++)
        test_hang_up(ask_for_people(api));
    test_wait_until(n_waiting(uri) > 0, 10000);
    rowan_rollback(lock);
    test_wait_until(n_waiting(uri) == 0, 10000);
    for (int i = 0; i < 5; i++)
        assert_serves(api);
    people_close(lock);
    test_api_stop(api);
}

/* The connection of a waiting request is cut by the database's administrator. */
static void a_connection_that_is_cut_while_a_handler_waits(void **state)
{
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);
    test_conn *conn = ask_for_people(api);
    test_answer answer;

    (void)state;
    test_wait_until(n_waiting(uri) == 1, 10000);
    test_postgres_exec(uri, "SELECT pg_terminate_backend(pid) FROM pg_locks "
                            "WHERE NOT granted AND relation = 'person'::regclass");
    answer = test_receive(conn, false);
    test_assert_problem(&answer, 503);
    rowan_rollback(lock);
    (void)test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(test_receive(conn, false).status, 200);
    test_hang_up(conn);
    people_close(lock);
    test_api_stop(api);
}

static bool is_refused(const test_api *api)
{
    test_output output = test_run(&(test_command){
        .argv = (const char *const[]){
            "bash", "-c", test_printf("exec 3<>/dev/tcp/127.0.0.1/%d", api->port),
            NULL } });

    return output.exit_code != 0;
}

static void a_request_under_way_is_finished_at_the_end(void **state)
{
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);
    test_conn *conn = ask_for_people(api), *idle = test_connect(api);
    test_answer answer;

    (void)state;
    (void)test_send_text(idle, "GET /awards HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(test_receive(idle, false).status, 200);
    test_wait_until(n_waiting(uri) == 1, 10000);
    assert_int_equal(kill(api->process->pid, SIGTERM), 0);
    assert_true(test_hangs_up(idle));
    test_wait_until(is_refused(api), 5000);
    assert_true(test_is_running(api->process));
    rowan_rollback(lock);
    answer = test_receive(conn, false);
    assert_int_equal(answer.status, 200);
    assert_string_equal(test_header(&answer, "Connection"), "close");
    assert_true(test_is_json(answer.body, answer.len));
    test_wait_until(!test_is_running(api->process), 10000);
    assert_int_equal(api->process->exit_code, 0);
    test_hang_up(conn);
    test_hang_up(idle);
    people_close(lock);
}

static void a_second_signal_ends_it_at_once(void **state)
{
    const char *uri = people_postgres(N_PEOPLE);
    test_api *api = test_api_start(uri, NULL);
    rowan_session *lock = lock_people(uri);
    test_conn *conn = ask_for_people(api);
    int64_t before = test_clock_ms();

    (void)state;
    test_wait_until(n_waiting(uri) == 1, 10000);
    assert_int_equal(kill(api->process->pid, SIGTERM), 0);
    test_wait_until(is_refused(api), 5000);
    assert_int_equal(kill(api->process->pid, SIGINT), 0);
    test_wait_until(!test_is_running(api->process), 5000);
    assert_int_equal(api->process->exit_code, 0); /* and nothing has leaked */
    assert_true(test_clock_ms() - before < 8000);
    test_hang_up(conn);
    rowan_rollback(lock);
    people_close(lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_stopped_and_comes_back),
        cmocka_unit_test(a_server_that_was_never_there),
        cmocka_unit_test(a_wrong_password),
        cmocka_unit_test(tables_that_are_not_there),
        cmocka_unit_test(a_folder_that_is_not_there),
        cmocka_unit_test(a_sqlite_file_that_is_locked),
        cmocka_unit_test(handlers_that_wait_let_others_run),
        cmocka_unit_test(a_pool_that_is_lent_out),
        cmocka_unit_test(clients_that_do_not_wait_for_their_answer),
        cmocka_unit_test(a_connection_that_is_cut_while_a_handler_waits),
        cmocka_unit_test(a_request_under_way_is_finished_at_the_end),
        cmocka_unit_test(a_second_signal_ends_it_at_once),
    };

    return cmocka_run_group_tests_name("http_outage", tests, NULL, NULL);
}
