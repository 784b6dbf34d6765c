/* http.h - the real API on a port of the loopback, and HTTP spoken to it byte by byte.
 *
 * All that is handed out lives until the program ends; connections are closed by the one
 * who opened them. Whatever takes longer than ten seconds fails the test.
 */
#ifndef HTTP_H
#define HTTP_H

#include "process.h"

typedef struct test_api {
    test_process *process;
    int port;
} test_api;

/* Starts the API on a database, with more arguments (NULL at the end; NULL: none), and
 * waits until it listens. */
test_api *test_api_start(const char *database_uri, const char *const *args);

/* The same with another program whose main() is rowan_serve_main(). */
test_api *test_api_start_program(const char *program, const char *database_uri,
                                 const char *const *args);

/* Ends it by SIGTERM; fails unless it ends with 0, which it does not if a sanitizer has
 * something to say. */
void test_api_stop(test_api *api);

typedef struct test_conn {
    int fd;
    char *bytes; /* received, not yet taken: bytes[len] */
    size_t len, cap;
    bool ended; /* the peer sends no more */
} test_conn;

test_conn *test_connect(const test_api *api);

/* The same with small segments and a small window: the system on either side buffers some
 * KiB only. (On the loopback it otherwise takes over 2 MB without a reader.) */
test_conn *test_connect_narrow(const test_api *api);
void test_hang_up(test_conn *conn);

/* Sends bytes; false if the peer takes no more. */
bool test_send(test_conn *conn, const char *bytes, size_t len);
bool test_send_text(test_conn *conn, const char *text);

typedef struct test_answer {
    int status; /* 0: none came, the connection is closed */
    char *head; /* its lines, with CR LF */
    char *body; /* body[len], with a NUL behind it */
    size_t len;
    bool whole; /* false: it broke off */
    bool chunked;
} test_answer;

/* The next answer; to_head: of a request of method HEAD, whose answer has no body. */
test_answer test_receive(test_conn *conn, bool to_head);

/* All that comes until the peer hangs up. */
char *test_receive_all(test_conn *conn);

/* Whether the peer hangs up within ten seconds, without a byte more. */
bool test_hangs_up(test_conn *conn);

/* One request on a connection of its own. */
test_answer test_request(const test_api *api, const char *method, const char *target);
test_answer test_get(const test_api *api, const char *target);

/* The value of a header; NULL if there is none. */
char *test_header(const test_answer *answer, const char *name);

/* Fails unless it is a whole problem document of that status, as RFC 9457 has it. */
void test_assert_problem(const test_answer *answer, int status);

/* Whether text[len] is one JSON value (RFC 8259). */
bool test_is_json(const char *text, size_t len);

#endif
