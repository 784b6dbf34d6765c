/* malformed.c - requests that two servers in a row could read in two ways, oversized ones,
 * and plain garbage: each is refused, and nothing after it on that connection is read.
 *
 * As the first request of a connection each gets its problem document. Later on a
 * connection some of them are found by libmicrohttpd, which answers with a page of its own
 * or hangs up; they must be refused all the same.
 */
#include <sys/socket.h>

#include "people.h"

static test_api *api;

static int start(void **state)
{
    (void)state;
    api = test_api_start(people_sqlite(3), NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_api_stop(api);
    return 0;
}

struct request {
    const char *what;
    const char *bytes;
    size_t len;
    int status;
    bool first_only; /* later on, NUL and LF at the end of a line count as CR and LF */
};

/* What an attacker would like to be read as a request of its own. */
#define SMUGGLED "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
#define HOST     "Host: a\r\n"

/* clang-format off */
#define CASE(what, bytes, status) { what, bytes, sizeof bytes - 1, status, false }
#define FIRST_ONLY(what, bytes, status) { what, bytes, sizeof bytes - 1, status, true }
static const struct request requests[] = {
    CASE("Content-Length and Transfer-Encoding", "GET /people HTTP/1.1\r\n" HOST
         "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 400),
    CASE("Transfer-Encoding and Content-Length", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" SMUGGLED, 400),
    CASE("two different lengths", "POST /people HTTP/1.1\r\n" HOST
         "Content-Length: 0\r\nContent-Length: 36\r\n\r\n" SMUGGLED, 400),
    CASE("two equal lengths", "POST /people HTTP/1.1\r\n" HOST
         "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" SMUGGLED, 400),
    CASE("a list of lengths", "POST /people HTTP/1.1\r\n" HOST
         "Content-Length: 0, 0\r\n\r\n" SMUGGLED, 400),
    CASE("length +0", "POST /people HTTP/1.1\r\n" HOST "Content-Length: +0\r\n\r\n" SMUGGLED, 400),
    CASE("length -1", "POST /people HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n" SMUGGLED, 400),
    CASE("length 0x0", "POST /people HTTP/1.1\r\n" HOST "Content-Length: 0x0\r\n\r\n" SMUGGLED, 400),
    CASE("length empty", "POST /people HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n" SMUGGLED, 400),
    CASE("length of 2^64", "POST /people HTTP/1.1\r\n" HOST
         "Content-Length: 18446744073709551616\r\n\r\n" SMUGGLED, 413),
    CASE("coding xchunked", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: xchunked\r\n\r\n" SMUGGLED, 501),
    CASE("coding gzip, chunked", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 501),
    CASE("coding identity", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: identity\r\n\r\n" SMUGGLED, 501),
    CASE("coding with a vertical tab", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: \x0b" "chunked\r\n\r\n" SMUGGLED, 400),
    CASE("two codings", "POST /people HTTP/1.1\r\n" HOST
         "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED, 400),
    CASE("coding in HTTP/1.0", "POST /people HTTP/1.0\r\n" HOST
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 400),
    CASE("space before the colon", "POST /people HTTP/1.1\r\n" HOST
         "Content-Length : 36\r\n\r\n" SMUGGLED, 400),
    CASE("tab before the colon", "GET /people HTTP/1.1\r\n" HOST "X\t: a\r\n\r\n" SMUGGLED, 400),
    CASE("a folded line", "GET /people HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" SMUGGLED, 400),
    CASE("a folded first line", "GET /people HTTP/1.1\r\n X: a\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("LF after the request line", "GET /people HTTP/1.1\n" HOST "\r\n" SMUGGLED, 400),
    CASE("LF after a header", "GET /people HTTP/1.1\r\nHost: a\n\r\n" SMUGGLED, 400),
    CASE("LF for the empty line", "GET /people HTTP/1.1\r\n" HOST "\n" SMUGGLED, 400),
    CASE("LF everywhere", "GET /people HTTP/1.1\nHost: a\n\n" SMUGGLED, 400),
    CASE("CR in a value", "GET /people HTTP/1.1\r\n" HOST "X: a\rContent-Length: 9\r\n\r\n" SMUGGLED, 400),
    CASE("NUL in a value", "GET /people HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n" SMUGGLED, 400),
    FIRST_ONLY("NUL and LF that make up for each other", "GET /people HTTP/1.1\r\n" HOST
         "X: a\0\nY: b\r\n\r\n" SMUGGLED, 400),
    CASE("NUL in a name", "GET /people HTTP/1.1\r\n" HOST "X\0Y: b\r\n\r\n" SMUGGLED, 400),
    CASE("NUL in the path", "GET /people\0/1 HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("NUL in the query", "GET /people?a\0b HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("NUL in the method", "GET\0 /people HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a control character in a value", "GET /people HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n" SMUGGLED, 400),
    CASE("DEL in a value", "GET /people HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n" SMUGGLED, 400),
    CASE("a control character in the path", "GET /people\x01 HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a byte over 127 in the path", "GET /people\xe9 HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a space in the path", "GET /people 1 HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a fragment", "GET /people#1 HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("two spaces after the method", "GET  /people HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("two spaces before the version", "GET /people  HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a space after the version", "GET /people HTTP/1.1 \r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a name that is no token", "GET /people HTTP/1.1\r\n" HOST "X(1): a\r\n\r\n" SMUGGLED, 400),
    CASE("a name that is empty", "GET /people HTTP/1.1\r\n" HOST ": a\r\n\r\n" SMUGGLED, 400),
    CASE("no colon", "GET /people HTTP/1.1\r\n" HOST "nonsense\r\n\r\n" SMUGGLED, 400),
    CASE("no Host", "GET /people HTTP/1.1\r\n\r\n" SMUGGLED, 400),
    CASE("two Hosts", "GET /people HTTP/1.1\r\n" HOST HOST "\r\n" SMUGGLED, 400),
    CASE("two Hosts in HTTP/1.0", "GET /people HTTP/1.0\r\n" HOST HOST "\r\n" SMUGGLED, 400),
    CASE("a Host that is no host", "GET /people HTTP/1.1\r\nHost: a/b\r\n\r\n" SMUGGLED, 400),
    CASE("no target", "GET HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("no version", "GET /people\r\n\r\n" SMUGGLED, 400),
    CASE("no method", " /people HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("a method that is no token", "G(T) /people HTTP/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("version http/1.1", "GET /people http/1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("version HTTP/1.1.1", "GET /people HTTP/1.1.1\r\n" HOST "\r\n" SMUGGLED, 400),
    CASE("version HTTP/2.0", "GET /people HTTP/2.0\r\n" HOST "\r\n" SMUGGLED, 505),
    CASE("version HTTP/0.9", "GET /people HTTP/0.9\r\n" HOST "\r\n" SMUGGLED, 505),
    CASE("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    CASE("TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 400),
    CASE("another language", "EHLO test\r\n", 400),
    CASE("another expectation", "POST /people HTTP/1.1\r\n" HOST "Expect: wonders\r\n\r\n" SMUGGLED, 417),
};
/* clang-format on */

static void each_gets_its_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        test_conn *conn = test_connect(api);
        test_answer answer;

        (void)test_send(conn, requests[i].bytes, requests[i].len);
        answer = test_receive(conn, false);
        if (answer.status != requests[i].status)
            fail_msg("%s: %d", requests[i].what, answer.status);
        test_assert_problem(&answer, requests[i].status);
        assert_string_equal(test_header(&answer, "Connection"), "close");
        if (!test_hangs_up(conn))
            fail_msg("%s: more comes: %s", requests[i].what, conn->bytes);
        test_hang_up(conn);
    }
}

/* As the second request of a connection: refused or hung up on, and nothing behind it is
 * answered. */
static void each_is_refused_later_too(void **state)
{
    static const char fine[] = "GET /people/1 HTTP/1.1\r\nHost: a\r\n\r\n";
    size_t n_problems = 0;

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        test_conn *conn;
        char *rest;

        if (requests[i].first_only)
            continue;
        conn = test_connect(api);
        (void)test_send_text(conn, fine);
        assert_int_equal(test_receive(conn, false).status, 200);
        (void)test_send(conn, requests[i].bytes, requests[i].len);
        (void)shutdown(conn->fd, SHUT_WR);
        rest = test_receive_all(conn);
        test_hang_up(conn);
        n_problems += strstr(rest, "application/problem+json") != NULL;
        if (strstr(rest, "HTTP/1.1 2") != NULL)
            fail_msg("%s: %s", requests[i].what, rest);
    }
    print_message("%zu of %zu got a problem document\n", n_problems,
                  sizeof requests / sizeof requests[0]);
}

/* Chunks that are malformed: 400, or the connection closed; the body is no request. */
static void chunks_are_checked(void **state)
{
    static const char *const bodies[] = {
        "0x2\r\nab\r\n0\r\n\r\n", "-2\r\nab\r\n0\r\n\r\n",
        "+2\r\nab\r\n0\r\n\r\n",  "2 \r\nab\r\n0\r\n\r\n",
        "g\r\nab\r\n0\r\n\r\n",   "\r\nab\r\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",  "fffffffffffffffff\r\nab\r\n0\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        test_conn *conn = test_connect(api);
        test_answer answer;

        (void)test_send_text(conn, "POST /people HTTP/1.1\r\n" HOST
                                   "Transfer-Encoding: chunked\r\n\r\n");
        (void)test_send_text(conn, bodies[i]);
        (void)test_send_text(conn, SMUGGLED);
        answer = test_receive(conn, false);
        if (answer.status != 400 && answer.status != 413 && answer.status != 0)
            fail_msg("%s: %d", bodies[i], answer.status);
        assert_true(test_hangs_up(conn));
        test_hang_up(conn);
    }
}

/* What is strict is not wrong: these are answered, and the connection goes on. */
static void what_is_unusual_is_served(void **state)
{
    static const char *const fine[] = {
        "\r\nGET /people/1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /people/1 HTTP/1.1\r\nhOsT:a\r\nX:\r\nY: \t a\tb \xc3\xa9 \t \r\n\r\n",
        "GET /people/1?%20&&a=b;c HTTP/1.1\r\nHost: [::1]:5000\r\n\r\n",
        "GET http://a/people/1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /people/1 HTTP/1.1\r\nHost:\r\nContent-Length: 5\r\n\r\nHello",
        "GET /people/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
        "5\r\nHello\r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        "GET /people/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        "Expect: 100-continue\r\n\r\nHello",
        "GET /people/1 HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=\"d\"; =; e\r\n\r\n",
        "GET /people/1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
        "Upgrade: h2c\r\n\r\n",
        "GET /people/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        test_conn *conn = test_connect(api);

        for (int n = 0; n < 3; n++) {
            test_answer answer;

            assert_true(test_send_text(conn, fine[i]));
            answer = test_receive(conn, false);
            if (answer.status != 200)
                fail_msg("%d: %s", answer.status, fine[i]);
            assert_contains(answer.body, "\"id\":1,");
        }
        test_hang_up(conn);
    }
}

/* libmicrohttpd 0.9 passes over a chunk's extension, 1.0 refuses it; either way what
 * follows is not taken for a request. */
static void a_chunk_extension_is_passed_over_or_refused(void **state)
{
    test_conn *conn = test_connect(api);
    test_answer answer;

    (void)state;
    assert_true(test_send_text(conn, "GET /people/1 HTTP/1.1\r\nHost: a\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"
                                     "5;name=\"value\"\r\nHello\r\n0\r\n\r\n"));
    answer = test_receive(conn, false);
    assert_true(answer.status == 200 || answer.status == 400);
    test_hang_up(conn);
}

static char *repeat(const char *text, size_t n)
{
    size_t len = strlen(text);
    char *out = test_alloc(n * len + 1);

    for (size_t i = 0; i < n; i++)
        memcpy(out + i * len, text, len);
    return out;
}

static void assert_refused(const char *bytes, int status)
{
    test_conn *conn = test_connect(api);
    test_answer answer;

    (void)test_send_text(conn, bytes);
    answer = test_receive(conn, false);
    test_assert_problem(&answer, status);
    assert_true(test_hangs_up(conn));
    test_hang_up(conn);
}

static void what_is_oversized_is_refused(void **state)
{
    (void)state;
    assert_refused(test_printf("GET /%s HTTP/1.1\r\n" HOST "\r\n", repeat("a", 5000)),
                   414);
    assert_refused(test_printf("GET /%s", repeat("a", 9000)), 414);
    assert_refused(test_printf("GET /%s", repeat("a", 1000000)), 414);
    assert_refused(repeat("A", 1000000), 414);
    assert_refused(
        test_printf("GET / HTTP/1.1\r\n" HOST "X: %s\r\n\r\n", repeat("a", 9000)), 431);
    assert_refused(test_printf("GET / HTTP/1.1\r\n" HOST "X: %s", repeat("a", 600000)),
                   431);
    assert_refused(
        test_printf("GET / HTTP/1.1\r\n" HOST "%s\r\n", repeat("X: a\r\n", 500)), 431);
    assert_refused("POST /people HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n",
                   413);
    assert_refused(test_printf("POST /people HTTP/1.1\r\n" HOST
                               "Content-Length: 9999999\r\n\r\n%s",
                               repeat("a", 100000)),
                   413);
}

/* Heads close to the limits are served, whatever they consist of. */
static void what_is_large_is_served(void **state)
{
    const char *const heads[] = {
        test_printf("GET /people/1?%s HTTP/1.1\r\n" HOST "\r\n", repeat("a", 4000)),
        test_printf("GET /people/1?%s HTTP/1.1\r\n" HOST "\r\n", repeat("a=b&", 30)),
        test_printf("GET /people/1 HTTP/1.1\r\n" HOST "X: %s\r\n\r\n",
                    repeat("a", 7000)),
        test_printf("GET /people/1 HTTP/1.1\r\n" HOST "%s\r\n",
                    repeat("X-Name: some value of it\r\n", 60)),
        test_printf("GET /people/1 HTTP/1.1\r\n" HOST "Cookie: a=%s\r\n\r\n",
                    repeat("a", 3000)),
        test_printf("GET /people/1 HTTP/1.1\r\n" HOST "Cookie: %s\r\n\r\n",
                    repeat("a=b; ", 60)),
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        test_conn *conn = test_connect(api);

        for (int n = 0; n < 3; n++) {
            test_answer answer;

            assert_true(test_send_text(conn, heads[i]));
            answer = test_receive(conn, false);
            if (answer.status != 200)
                fail_msg("%zu, %d: %d", i, n, answer.status);
        }
        test_hang_up(conn);
    }
}

/* A body of as much as may be, and one in chunks that is longer. */
static void a_body_has_its_ceiling(void **state)
{
    const char *half = repeat("a", 512 * 1024), *chunk = repeat("b", 4096);
    test_conn *conn = test_connect(api);
    test_answer answer;

    (void)state;
    (void)test_send_text(conn, "POST /people HTTP/1.1\r\n" HOST
                               "Content-Length: 1048576\r\n\r\n");
    (void)test_send_text(conn, half);
    (void)test_send_text(conn, half);
    answer = test_receive(conn, false);
    test_assert_problem(&answer, 405);

    (void)test_send_text(conn, "POST /people HTTP/1.1\r\n" HOST
                               "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 300; i++)
        (void)test_send_text(conn, test_printf("1000\r\n%s\r\n", chunk));
    (void)test_send_text(conn, "0\r\n\r\n");
    answer = test_receive(conn, false);
    test_assert_problem(&answer, 413);
    test_hang_up(conn);

    conn = test_connect(api);
    (void)test_send_text(conn, "POST /people HTTP/1.1\r\n" HOST
                               "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3000 && test_send_text(conn, "1000\r\n") &&
                    test_send(conn, chunk, 4096) && test_send_text(conn, "\r\n");
         i++)
        continue;
    assert_int_equal(test_receive(conn, false).status, 0); /* hung up on */
    test_hang_up(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_gets_its_problem),
        cmocka_unit_test(each_is_refused_later_too),
        cmocka_unit_test(chunks_are_checked),
        cmocka_unit_test(what_is_unusual_is_served),
        cmocka_unit_test(a_chunk_extension_is_passed_over_or_refused),
        cmocka_unit_test(what_is_oversized_is_refused),
        cmocka_unit_test(what_is_large_is_served),
        cmocka_unit_test(a_body_has_its_ceiling),
    };

    return cmocka_run_group_tests_name("http_malformed", tests, start, stop);
}
