/* slow.c - requests that come in pieces, too slowly, not to their end, or many at once;
 * clients that go away or do not read. */
#include "people.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PEOPLE \
    20000 /* 1.7 MB of JSON: more than sockets buffer without being asked */
#define REQUEST "GET /people/1 HTTP/1.1\r\nHost: a\r\nX-Some: header\r\n\r\n"

static test_api *api;

static int start(void **state)
{
    static const char *const args[] = { "--timeout", "1", NULL };

    (void)state;
    api = test_api_start(people_sqlite(N_PEOPLE), args);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_api_stop(api);
    return 0;
}

static void assert_serves(void)
{
    test_answer answer = test_get(api, "/people/2");

    assert_int_equal(answer.status, 200);
}

/* The array of all people is whole: as many as there are, in order. */
static void assert_everybody(const test_answer *answer)
{
    const char *end = answer->body + answer->len, *at = answer->body;
    size_t n = 0, len = 0;
    char next[32];

    assert_int_equal(answer->status, 200);
    assert_true(answer->whole);
    assert_true(test_is_json(answer->body, answer->len));
    do {
        at += len;
        len = (size_t)snprintf(next, sizeof next, "{\"id\":%zu,", ++n);
    } while ((at = memmem(at, (size_t)(end - at), next, len)) != NULL);
    assert_int_equal(n - 1, N_PEOPLE);
}

static void byte_by_byte(void **state)
{
    test_conn *conn = test_connect(api);

    (void)state;
    for (int round = 0; round < 2; round++) { /* at the gate, and behind it */
        for (const char *at = REQUEST; *at != '\0'; at++) {
            assert_true(test_send(conn, at, 1));
            if (at[1] == '\r' || at[1] == '\n') /* let it be read alone */
                (void)poll(NULL, 0, 2);
        }
        assert_int_equal(test_receive(conn, false).status, 200);
    }
    test_hang_up(conn);
}

/* Each part of a request, and then the end of the client's sending, or a reset. */
static void cut_off_at_every_byte(void **state)
{
    static const char body[] =
        "POST /people HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab";
    static const char chunks[] = "POST /people HTTP/1.1\r\nHost: a\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n5\r\nHel";
    static const char *const texts[] = { REQUEST, body, chunks };
    struct linger reset = { 1, 0 };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(texts[i]) - (i == 0);

        for (size_t n = 0; n <= len; n++) {
            test_conn *conn = test_connect(api);

            (void)test_send(conn, texts[i], n);
            if (n % 2 == 0)
                (void)shutdown(conn->fd, SHUT_WR);
            else
                (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            if (n % 2 == 0)
                assert_true(test_hangs_up(conn));
            test_hang_up(conn);
        }
    }
    assert_serves();
}

/* The same as the second request of a connection, where libmicrohttpd reads it. */
static void cut_off_later(void **state)
{
    (void)state;
    for (size_t n = 1; n < strlen(REQUEST); n += 3) {
        test_conn *conn = test_connect(api);
        test_answer answer;

        (void)test_send_text(conn, REQUEST);
        assert_int_equal(test_receive(conn, false).status, 200);
        (void)test_send(conn, REQUEST, n);
        (void)shutdown(conn->fd, SHUT_WR);
        answer = test_receive(conn, false);
        if (answer.status != 0) /* the end came with the bytes, and was not noticed */
            test_assert_problem(&answer, 408);
        assert_true(test_hangs_up(conn));
        test_hang_up(conn);
    }
    assert_serves();
}

static char *repeat(const char *text, size_t n)
{
    size_t len = strlen(text);
    char *out = test_alloc(n * len + 1);

    for (size_t i = 0; i < n; i++)
        memcpy(out + i * len, text, len);
    return out;
}

/* Heads that are more than libmicrohttpd has room for, as the second request of a
 * connection: it refuses them in several ways, none of which may lose anything. */
static void too_much_later(void **state)
{
    const char *const heads[] = {
        test_printf("GET /people/1?%s HTTP/1.1\r\nHost: a\r\n\r\n",
                    repeat("a=b&", 900)),
        test_printf("GET /people/1?%s HTTP/1.1\r\nHost: a\r\n\r\n", repeat("&", 200)),
        test_printf("GET /people/1 HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n",
                    repeat("a=b; ", 300)),
        test_printf("GET /people/1 HTTP/1.1\r\nHost: a\r\n%s\r\n",
                    repeat("X: y\r\n", 300)),
        test_printf("GET /people/1 HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n",
                    repeat("x", 9300)),
        test_printf("GET /people/1?%s HTTP/1.1\r\nHost: a\r\n%s\r\n", repeat("&", 100),
                    repeat("X: some value\r\n", 60)),
        test_printf("GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", repeat("x", 20000)),
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        test_conn *conn = test_connect(api);
        char *rest;

        (void)test_send_text(conn, REQUEST);
        assert_int_equal(test_receive(conn, false).status, 200);
        (void)test_send_text(conn, heads[i]);
        (void)shutdown(conn->fd, SHUT_WR);
        rest = test_receive_all(conn);
        if (*rest != '\0' && strncmp(rest, "HTTP/1.1 4", 10) != 0)
            fail_msg("%zu: %s", i, rest);
        test_hang_up(conn);
    }
    assert_serves();
}

static void what_is_too_slow_is_told_so(void **state)
{
    static const char *const starts[] = {
        "G",
        "GET /people HT",
        "GET /people HTTP/1.1\r\nHost: a\r\n",
        "POST /people HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
        "POST /people HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    };
    test_conn *conns[5];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        conns[i] = test_connect(api);
        (void)test_send_text(conns[i], starts[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        test_answer answer = test_receive(conns[i], false);

        test_assert_problem(&answer, 408);
        assert_true(test_hangs_up(conns[i]));
        test_hang_up(conns[i]);
    }
}

/* A drip of bytes does not keep a head alive for ever. */
static void a_drip_is_too_slow_too(void **state)
{
    test_conn *conn = test_connect(api);
    int64_t before = test_clock_ms();
    test_answer answer;

    (void)state;
    (void)test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\nX: ");
    while (poll(&(struct pollfd){ .fd = conn->fd, .events = POLLIN }, 1, 50) == 0)
        (void)test_send_text(conn, "a");
    answer = test_receive(conn, false);
    test_assert_problem(&answer, 408);
    assert_true(test_clock_ms() - before < 5000);
    test_hang_up(conn);
}

static void a_client_that_says_nothing_is_hung_up_on(void **state)
{
    test_conn *conn = test_connect(api);

    (void)state;
    assert_true(test_hangs_up(conn));
    test_hang_up(conn);
}

/* After a request a connection may be silent for longer than inside of one. */
static void a_connection_is_kept(void **state)
{
    test_conn *conn = test_connect(api);

    (void)state;
    (void)test_send_text(conn, REQUEST);
    assert_int_equal(test_receive(conn, false).status, 200);
    assert_int_equal(
        poll(&(struct pollfd){ .fd = conn->fd, .events = POLLIN }, 1, 1700), 0);
    (void)test_send_text(conn, REQUEST);
    assert_int_equal(test_receive(conn, false).status, 200);
    test_hang_up(conn);
}

static void a_half_closed_client_gets_its_answer_and_the_end(void **state)
{
    test_conn *conn = test_connect(api);

    (void)state;
    (void)test_send_text(conn, REQUEST);
    (void)shutdown(conn->fd, SHUT_WR);
    assert_int_equal(test_receive(conn, false).status, 200);
    assert_true(test_hangs_up(conn));
    test_hang_up(conn);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    static const char *const targets[] = {
        "/people/1", "/nothing", "/people/2", "/awards", "/people/3/awards", "/people/x"
    };
    static const int statuses[] = { 200, 404, 200, 200, 200, 404 };
    test_conn *conn = test_connect(api);
    char *all = "";

    (void)state;
    for (int i = 0; i < 60; i++)
        all = test_printf("%sGET %s HTTP/1.1\r\nHost: a\r\n\r\n", all, targets[i % 6]);
    assert_true(test_send_text(conn, all));
    for (int i = 0; i < 60; i++) {
        test_answer answer = test_receive(conn, false);

        assert_int_equal(answer.status, statuses[i % 6]);
        if (i % 6 == 2)
            assert_contains(answer.body, "\"id\":2,");
    }
    test_hang_up(conn);
}

static void a_long_answer_is_whole(void **state)
{
    test_conn *conn = test_connect(api);
    test_answer answer;

    (void)state;
    for (int i = 0; i < 3; i++) {
        (void)test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
        answer = test_receive(conn, false);
        assert_true(answer.chunked);
        assert_everybody(&answer);
    }
    (void)test_send_text(conn, "HEAD /people HTTP/1.1\r\nHost: a\r\n\r\n");
    answer = test_receive(conn, true);
    assert_int_equal(answer.status, 200);
    assert_true(test_hangs_up(conn)); /* without a byte more */
    test_hang_up(conn);
}

static void a_long_answer_in_http_1_0_ends_with_the_connection(void **state)
{
    test_conn *conn = test_connect(api);
    test_answer answer;

    (void)state;
    (void)test_send_text(conn, "GET /people HTTP/1.0\r\n\r\n");
    answer = test_receive(conn, false);
    assert_false(answer.chunked);
    assert_everybody(&answer);
    test_hang_up(conn);
}

/* A small window makes the server wait for the client again and again. */
static void a_reader_may_take_its_time(void **state)
{
    test_conn *conn = test_connect_narrow(api);
    test_answer answer;

    (void)state;
    (void)test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)poll(NULL, 0, 300); /* all buffers are full now, and the handler is parked */
    assert_serves();
    answer = test_receive(conn, false);
    assert_everybody(&answer);
    test_hang_up(conn);
}

/* One that takes nothing for three times the timeout: what it has is cut off, and the
 * handler, with its connection of the pool, has gone on. */
static void a_reader_that_takes_nothing_is_cut_off(void **state)
{
    test_conn *conn = test_connect_narrow(api);
    test_answer answer;

    (void)state;
    (void)test_send_text(conn, "GET /people HTTP/1.1\r\nHost: a\r\n\r\n");
    test_wait_until(
        strstr(test_stderr_of(api->process), "the client does not take its answer"),
        10000);
    answer = test_receive(conn, false);
    assert_int_equal(answer.status, 200);
    assert_false(answer.whole);
    assert_true(answer.len > 0);
    test_hang_up(conn);
}

/* Clients that go away in the middle of the answer: more of them than the pool has
 * connections, so that one lost would be noticed. */
static void clients_that_go_away_take_nothing_with_them(void **state)
{
    static const char request[] = "GET /people HTTP/1.1\r\nHost: a\r\n\r\n";
    struct linger reset = { 1, 0 };

    (void)state;
    for (int i = 0; i < 40; i++) {
        test_conn *conn = test_connect(api);

        (void)test_send_text(conn, request);
        if (i % 4 > 0)
            assert_int_equal(
                poll(&(struct pollfd){ .fd = conn->fd, .events = POLLIN }, 1, 5000), 1);
        if (i % 4 == 3)
            (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        test_hang_up(conn);
    }
    for (int i = 0; i < 3; i++) {
        test_answer answer = test_get(api, "/people");

        assert_everybody(&answer);
    }
}

static void two_hundred_clients_at_once(void **state)
{
    enum {
        N = 200
    };
    test_conn *conns[N];

    (void)state;
    for (int i = 0; i < N; i++)
        conns[i] = test_connect(api);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++)
            (void)test_send_text(conns[i],
                                 i % 3 == 0 ? "GET /awards HTTP/1.1\r\nHost: a\r\n\r\n"
                                            : REQUEST);
        for (int i = N - 1; i >= 0; i--)
            assert_int_equal(test_receive(conns[i], false).status, 200);
    }
    for (int i = 0; i < N; i++)
        test_hang_up(conns[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(cut_off_at_every_byte),
        cmocka_unit_test(cut_off_later),
        cmocka_unit_test(too_much_later),
        cmocka_unit_test(what_is_too_slow_is_told_so),
        cmocka_unit_test(a_drip_is_too_slow_too),
        cmocka_unit_test(a_client_that_says_nothing_is_hung_up_on),
        cmocka_unit_test(a_connection_is_kept),
        cmocka_unit_test(a_half_closed_client_gets_its_answer_and_the_end),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_long_answer_is_whole),
        cmocka_unit_test(a_long_answer_in_http_1_0_ends_with_the_connection),
        cmocka_unit_test(a_reader_may_take_its_time),
        cmocka_unit_test(a_reader_that_takes_nothing_is_cut_off),
        cmocka_unit_test(clients_that_go_away_take_nothing_with_them),
        cmocka_unit_test(two_hundred_clients_at_once),
    };

    return cmocka_run_group_tests_name("http_slow", tests, start, stop);
}
