/* http.c - see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BOUND_MS 10000

/* The API. */

test_api *test_api_start(const char *database_uri, const char *const *args)
{
    return test_api_start_program(TEST_API, database_uri, args);
}

test_api *test_api_start_program(const char *program, const char *database_uri,
                                 const char *const *args)
{
    const char *argv[16] = { program, "--host", "127.0.0.1", "--port", "0" };
    const char *env[] = { test_printf("DATABASE_URI=%s", database_uri), "HOST", "PORT",
                          NULL };
    test_api *api = test_alloc(sizeof *api);
    const char *address = NULL;

    for (size_t i = 5; args != NULL && *args != NULL && i < 15; i++)
        argv[i] = *args++;
    api->process = test_start(&(test_command){ .argv = argv, .env = env });
    test_wait_until((address = strstr(test_stdout_of(api->process), "127.0.0.1:")) !=
                            NULL ||
                        !test_is_running(api->process),
                    BOUND_MS);
    if (address == NULL)
        fail_msg("the API does not start: %s", test_stderr_of(api->process));
    api->port = (int)strtol(address + strlen("127.0.0.1:"), NULL, 10);
    return api;
}

void test_api_stop(test_api *api)
{
    int exit_code = api == NULL ? 0 : test_stop(api->process, SIGTERM, 20000);

    if (exit_code != 0)
        fail_msg("the API ended with %d: %s", exit_code, test_stderr_of(api->process));
}

/* Connections. */

static test_conn *connect_to(const test_api *api, bool narrow)
{
    struct sockaddr_in addr = { .sin_family = AF_INET,
                                .sin_port = htons((uint16_t)api->port),
                                .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval bound = { BOUND_MS / 1000, 0 };
    test_conn *conn = test_alloc(sizeof *conn);
    int on = 1, segment = 536, window = 4096;

    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(conn->fd >= 0);
    if (narrow) {
        (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
        (void)setsockopt(conn->fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    }
    (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    if (connect(conn->fd, (struct sockaddr *)&addr, sizeof addr) != 0)
        fail_msg("connect: %s", strerror(errno));
    return conn;
}

test_conn *test_connect(const test_api *api)
{
    return connect_to(api, false);
}

test_conn *test_connect_narrow(const test_api *api)
{
    return connect_to(api, true);
}

void test_hang_up(test_conn *conn)
{
    (void)close(conn->fd);
    free(conn->bytes);
    conn->bytes = NULL;
    conn->len = conn->cap = 0;
}

bool test_send(test_conn *conn, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(conn->fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool test_send_text(test_conn *conn, const char *text)
{
    return test_send(conn, text, strlen(text));
}

/* More bytes of the peer; false when there are no more. */
static bool receive_more(test_conn *conn)
{
    ssize_t n;

    if (conn->ended)
        return false;
    if (conn->cap - conn->len < 65536) {
        conn->cap = conn->cap * 2 + 65537;
        conn->bytes = realloc(conn->bytes, conn->cap);
        assert_non_null(conn->bytes);
    }
    do
        n = recv(conn->fd, conn->bytes + conn->len, conn->cap - conn->len - 1, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        fail_msg("nothing comes for %d ms", BOUND_MS);
    conn->ended = n <= 0;
    if (n > 0)
        conn->len += (size_t)n;
    conn->bytes[conn->len] = '\0';
    return n > 0;
}

/* Answers. */

static char *take(test_conn *conn, size_t n)
{
    char *taken = test_alloc(n + 1);

    memcpy(taken, conn->bytes, n);
    conn->len -= n;
    memmove(conn->bytes, conn->bytes + n, conn->len + 1);
    return taken;
}

/* Bytes up to and with the first `end`; NULL if the peer ends before. */
static char *take_until(test_conn *conn, const char *end)
{
    const char *found = NULL;

    while (conn->bytes == NULL || (found = strstr(conn->bytes, end)) == NULL) {
        if (!receive_more(conn))
            return NULL;
    }
    return take(conn, (size_t)(found - conn->bytes) + strlen(end));
}

static bool wait_for(test_conn *conn, size_t n)
{
    while (conn->len < n) {
        if (!receive_more(conn))
            return false;
    }
    return true;
}

/* A chunk at the front of what was received, into answer->body, which is on the heap while
 * it grows. False when there are no more. */
static bool take_chunk(test_conn *conn, test_answer *answer, size_t *cap)
{
    char *line = take_until(conn, "\r\n"), *end = NULL;
    size_t n = line == NULL ? 0 : strtoul(line, &end, 16);

    if (line == NULL || end == line || !wait_for(conn, n + 2))
        return false;
    if (answer->len + n >= *cap) {
        *cap = (answer->len + n + 1) * 2;
        answer->body = realloc(answer->body, *cap);
        assert_non_null(answer->body);
    }
    memcpy(answer->body + answer->len, conn->bytes, n);
    answer->len += n;
    answer->body[answer->len] = '\0';
    if (memcmp(conn->bytes + n, "\r\n", 2) != 0)
        fail_msg("a chunk does not end in CR LF");
    conn->len -= n + 2;
    memmove(conn->bytes, conn->bytes + n + 2, conn->len + 1);
    answer->whole = n == 0;
    return n > 0;
}

static void take_chunks(test_conn *conn, test_answer *answer)
{
    char *body;
    size_t cap = 0;

    answer->chunked = true;
    answer->whole = false;
    while (take_chunk(conn, answer, &cap))
        continue;
    body = test_alloc(answer->len + 1);
    if (answer->len > 0)
        memcpy(body, answer->body, answer->len);
    free(answer->body);
    answer->body = body;
}

char *test_header(const test_answer *answer, const char *name)
{
    for (const char *line = strstr(answer->head, "\r\n");
         line != NULL && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
        size_t len = strlen(name);

        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':') {
            const char *value = line + 2 + len + 1;

            value += strspn(value, " ");
            return test_printf("%.*s", (int)strcspn(value, "\r"), value);
        }
    }
    return NULL;
}

static void take_body(test_conn *conn, test_answer *answer)
{
    char *length = test_header(answer, "Content-Length");
    char *coding = test_header(answer, "Transfer-Encoding");

    if (coding != NULL) {
        assert_string_equal(coding, "chunked");
        assert_null(length);
        take_chunks(conn, answer);
        return;
    }
    if (length != NULL) {
        answer->len = strtoul(length, NULL, 10);
        answer->whole = wait_for(conn, answer->len);
    } else { /* up to the end of the connection */
        while (receive_more(conn))
            continue;
        answer->len = conn->len;
        answer->whole = true;
    }
    if (!answer->whole)
        answer->len = conn->len;
    answer->body = take(conn, answer->len);
}

test_answer test_receive(test_conn *conn, bool to_head)
{
    test_answer answer = { .body = "" };

    answer.head = take_until(conn, "\r\n\r\n");
    if (answer.head == NULL)
        return answer;
    if (strncmp(answer.head, "HTTP/1.1 ", 9) != 0)
        fail_msg("not an answer: %s", answer.head);
    answer.status = (int)strtol(answer.head + 9, NULL, 10);
    if (answer.status == 100)
        return test_receive(conn, to_head);
    answer.body = NULL;
    answer.whole = true;
    if (!to_head && answer.status != 204)
        take_body(conn, &answer);
    if (answer.body == NULL)
        answer.body = test_printf("%s", "");
    return answer;
}

char *test_receive_all(test_conn *conn)
{
    while (receive_more(conn))
        continue;
    return take(conn, conn->len);
}

bool test_hangs_up(test_conn *conn)
{
    return conn->len == 0 && !receive_more(conn);
}

test_answer test_request(const test_api *api, const char *method, const char *target)
{
    test_conn *conn = test_connect(api);
    test_answer answer;

    assert_true(test_send_text(
        conn, test_printf("%s %s HTTP/1.1\r\nHost: test\r\n\r\n", method, target)));
    answer = test_receive(conn, strcmp(method, "HEAD") == 0);
    test_hang_up(conn);
    return answer;
}

test_answer test_get(const test_api *api, const char *target)
{
    return test_request(api, "GET", target);
}

void test_assert_problem(const test_answer *answer, int status)
{
    if (answer->status != status)
        fail_msg("%d, not %d: %s%s", answer->status, status,
                 answer->head != NULL ? answer->head : "", answer->body);
    assert_true(answer->whole);
    assert_string_equal(test_header(answer, "Content-Type"),
                        "application/problem+json");
    assert_true(test_is_json(answer->body, answer->len));
    assert_contains(answer->body, "\"type\":\"about:blank\"");
    assert_contains(answer->body, "\"title\":\"");
    assert_contains(answer->body, test_printf("\"status\":%d", status));
    if (status == 503)
        assert_non_null(test_header(answer, "Retry-After"));
    if (status == 405)
        assert_non_null(test_header(answer, "Allow"));
}

/* JSON: a parser that builds nothing. Each function returns behind what it has read, or
 * NULL. It uses no str...(): these look for the end of the whole text, under ASan. */

static const char *json_value(const char *at, const char *end, int depth);

static const char *json_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at;
}

static const char *json_escape(const char *at, const char *end)
{
    if (at == end || memchr("\"\\/bfnrtu", *at, 9) == NULL)
        return NULL;
    if (*at != 'u')
        return at + 1;
    for (int i = 1; i <= 4; i++) {
        if (at + i >= end || memchr("0123456789abcdefABCDEF", at[i], 22) == NULL)
            return NULL;
    }
    return at + 5;
}

static const char *json_string(const char *at, const char *end)
{
    at++;
    while (at != NULL && at < end && *at != '"') {
        if ((unsigned char)*at < ' ')
            return NULL;
        at = *at == '\\' ? json_escape(at + 1, end) : at + 1;
    }
    return at != NULL && at < end ? at + 1 : NULL;
}

/* At least one digit. */
static const char *json_digits(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : NULL;
}

static const char *json_number(const char *at, const char *end)
{
    const char *digits = at + (*at == '-');

    at = json_digits(digits, end);
    if (at == NULL || (at - digits > 1 && *digits == '0'))
        return NULL;
    if (at < end && *at == '.')
        at = json_digits(at + 1, end);
    if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at = json_digits(at + (at < end && (*at == '+' || *at == '-')), end);
    }
    return at;
}

/* The name of a member and the colon. */
static const char *json_name(const char *at, const char *end)
{
    at = at < end && *at == '"' ? json_string(at, end) : NULL;
    at = at == NULL ? NULL : json_space(at, end);
    return at != NULL && at < end && *at == ':' ? at + 1 : NULL;
}

/* An array, or an object if `close` is a brace. */
static const char *json_list(const char *at, const char *end, char close, int depth)
{
    at = json_space(at + 1, end);
    if (at < end && *at == close)
        return at + 1;
    while (at != NULL && at < end) {
        if (close == '}')
            at = json_name(at, end);
        at = at == NULL ? NULL : json_value(at, end, depth + 1);
        at = at == NULL ? NULL : json_space(at, end);
        if (at == NULL || at == end)
            return NULL;
        if (*at == close)
            return at + 1;
        at = *at == ',' ? json_space(at + 1, end) : NULL;
    }
    return NULL;
}

static const char *json_value(const char *at, const char *end, int depth)
{
    static const char *const words[] = { "true", "false", "null" };

    at = json_space(at, end);
    if (at == end || depth > 100)
        return NULL;
    switch (*at) {
    case '{': return json_list(at, end, '}', depth);
    case '[': return json_list(at, end, ']', depth);
    case '"': return json_string(at, end);
    default: break;
    }
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(words[i]);

        if ((size_t)(end - at) >= len && memcmp(at, words[i], len) == 0)
            return at + len;
    }
    return json_number(at, end);
}

bool test_is_json(const char *text, size_t len)
{
    const char *end = text + len, *at = json_value(text, end, 0);

    return at != NULL && json_space(at, end) == end;
}
