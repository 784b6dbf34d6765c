/* serve_head.c - which heads of requests are refused, whole and in pieces. */
#include "test.h"

#include "head_int.h"
#include "limits_int.h"

#define HOST "Host: a\r\n"

/* 0 if it is fine, -1 if more is needed, else the status it is refused with. */
static int parse(const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1); /* so that an overrun is seen */
    const rowan__refusal *refusal;
    size_t head_len;

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    refusal = rowan__head_parse(copy, len, &head_len);
    free(copy);
    if (refusal != NULL)
        return refusal->status;
    return head_len == ROWAN__HEAD_MORE ? -1 : 0;
}

struct head {
    const char *text;
    size_t len;
    int expected;
};

/* clang-format off */
#define CASE(text, expected) { text, sizeof text - 1, expected }
static const struct head heads[] = {
    CASE("GET / HTTP/1.1\r\n" HOST "\r\n", 0),
    CASE("\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0),
    CASE("GET / HTTP/1.0\r\n\r\n", 0),
    CASE("GET /a?b=%20&c=~!$&'()*+,;=:@ HTTP/1.1\r\n" HOST "\r\n", 0),
    CASE("GET http://a/b HTTP/1.1\r\n" HOST "\r\n", 0),
    CASE("OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 0),
    CASE("M-SEARCH / HTTP/1.1\r\nHost: [::1]:80\r\nX:\r\nY: \t a\tb \xc3\xa9 \r\n\r\n", 0),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd", 0),
    CASE("POST / HTTP/1.1\r\n" HOST "content-length:4 \r\n\r\nabcd", 0),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 0),
    CASE("POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\n\r\n", 0),
    CASE("GET / HTTP/1.1\r\nHost:\r\n\r\n", 0),

    CASE("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET\r\n\r\n", 400),
    CASE("GET /\r\n\r\n", 400),
    CASE(" GET / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET  / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /  HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET / HTTP/1.1 \r\n" HOST "\r\n", 400),
    CASE("GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("G@T / HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /a b HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /\x7f HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /#a HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET /a\0b HTTP/1.1\r\n" HOST "\r\n", 400),
    CASE("GET / HTTP/11\r\n" HOST "\r\n", 400),
    CASE("GET / http/1.1\r\n" HOST "\r\n", 400),
    CASE("GET / HTTP/2.0\r\n" HOST "\r\n", 505),
    CASE("GET / HTTP/0.9\r\n" HOST "\r\n", 505),
    CASE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    CASE("\x16\x03\x01\x02", 400),

    CASE("GET / HTTP/1.1\n" HOST "\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "\n", 400),
    CASE("GET / HTTP/1.1\rHost: a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X\0: a\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n", 400),

    CASE("GET / HTTP/1.1\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    CASE("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),

    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: -4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4, 4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4 4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nContent-Length: 4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nContent-Length: 5\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n", 413),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999999\r\n\r\n", 413),
    CASE("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n", 501),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b" "chunked\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    CASE("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400),
    CASE("POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n", 417),
};
/* clang-format on */

static void heads_are_accepted_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        int got = parse(heads[i].text, heads[i].len);

        if (got != heads[i].expected)
            fail_msg("%d instead of %d: %s", got, heads[i].expected, heads[i].text);
    }
}

/* A part of a fine head asks for more; one of a refused head may know already, and then
 * knows it for good. */
static void every_part_of_a_head_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        int before = -1;

        for (size_t len = 0; len <= heads[i].len; len++) {
            int got = parse(heads[i].text, len);

            if (before != -1)
                assert_int_equal(got > 0, before > 0);
            assert_true(got <= 0 || heads[i].expected > 0);
            before = got;
        }
        assert_int_not_equal(before, -1);
    }
}

static size_t fill(char *out, const char *start, char c, size_t n, const char *end)
{
    size_t len = strlen(start);

    memcpy(out, start, len);
    memset(out + len, c, n);
    memcpy(out + len + n, end, strlen(end) + 1);
    return len + n + strlen(end);
}

static void what_is_too_long_is_refused_early(void **state)
{
    static char text[4 * ROWAN__MAX_HEAD];
    size_t len;

    (void)state;
    len = fill(text, "GET /", 'a', ROWAN__MAX_TARGET - 1, " HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(parse(text, len), 0);
    len = fill(text, "GET /", 'a', ROWAN__MAX_TARGET, " HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(parse(text, len), 414);
    len = fill(text, "GET /", 'a', ROWAN__MAX_TARGET + 100, "");
    assert_int_equal(parse(text, len), 414);
    len = fill(text, "GET / HTTP/1.1\r\n" HOST "X: ", 'a', 7000, "\r\n\r\n");
    assert_int_equal(parse(text, len), 0);
    len = fill(text, "GET / HTTP/1.1\r\n" HOST "X: ", 'a', ROWAN__MAX_HEAD, "\r\n\r\n");
    assert_int_equal(parse(text, len), 431);
    len = fill(text, "GET / HTTP/1.1\r\n" HOST "X: ", 'a', ROWAN__MAX_HEAD, "");
    assert_int_equal(parse(text, len), 431);
}

static void headers_are_counted(void **state)
{
    char *text = test_printf("GET / HTTP/1.1\r\n" HOST);

    (void)state;
    for (int i = 1; i < ROWAN__MAX_FIELDS; i++)
        text = test_printf("%sX: %d\r\n", text, i);
    assert_int_equal(parse(text, strlen(text)), -1);
    assert_int_equal(parse(test_printf("%s\r\n", text), strlen(text) + 2), 0);
    text = test_printf("%sX: one more\r\n\r\n", text);
    assert_int_equal(parse(text, strlen(text)), 431);
}

/* Whatever stands in the place of one byte: no crash, and the same verdict as before or a
 * refusal; it is never read as more than it is. */
static void any_byte_in_any_place(void **state)
{
    static const char fine[] =
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
    char text[sizeof fine];

    (void)state;
    for (size_t at = 0; at + 1 < sizeof fine; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(text, fine, sizeof fine);
            text[at] = (char)byte;
            (void)parse(text, sizeof fine - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_accepted_or_refused),
        cmocka_unit_test(every_part_of_a_head_is_judged),
        cmocka_unit_test(what_is_too_long_is_refused_early),
        cmocka_unit_test(headers_are_counted),
        cmocka_unit_test(any_byte_in_any_place),
    };

    return cmocka_run_group_tests_name("serve_head", tests, NULL, NULL);
}
