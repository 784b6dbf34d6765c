/* http_int.h - HTTP/1.1, as narrow as we need it: requests in, answers out.
 *
 * The only file behind it, http.c, is the only one that knows libmicrohttpd. An exchange
 * is a request and its answer; it is there from the request's first line until the client
 * has the answer or is gone, and longer if somebody holds it. One thread.
 */
#ifndef ROWAN_HTTP_INT_H
#define ROWAN_HTTP_INT_H

#include <stdbool.h>
#include <sys/socket.h>

#include <rowan/arena.h>
#include <rowan/types.h>

typedef struct rowan__http rowan__http;
typedef struct rowan__exchange rowan__exchange;

typedef struct rowan__http_opts {
    uint32_t timeout_ms; /* without progress while a request comes in */
    size_t max_conns;
    size_t user_size; /* bytes of the user's in each exchange; zero when it is new */
    /* A whole request is there. It is answered in this call or later. */
    void (*on_request)(void *ctx, rowan__exchange *exchange);
    /* The client has the answer, or is gone. */
    void (*on_end)(void *ctx, rowan__exchange *exchange);
    /* Nobody holds it any more: its arena is cleared next, and the user's bytes stay as
     * this leaves them for the next request. */
    void (*on_release)(void *ctx, rowan__exchange *exchange);
    void *ctx;
} rowan__http_opts;

rowan_status rowan__http_open(const rowan__http_opts *opts, rowan__http **out,
                              rowan_error *err) ROWAN_CHECKED;

/* Closes all connections and frees it; no exchange is held. NULL is fine. */
void rowan__http_close(rowan__http *http);

/* Takes over a connection, and its descriptor in any case. `ctx` is a rowan__http. */
void rowan__http_admit(void *ctx, int fd, const struct sockaddr *addr,
                       socklen_t addr_len);

/* Connections it has. `ctx` is a rowan__http. */
size_t rowan__http_count(void *ctx);

/* Exchanges that are not over. */
size_t rowan__http_busy(const rowan__http *http);

/* A descriptor that is readable when there is something to do, without end. */
int rowan__http_fd(const rowan__http *http);

/* Does it. To be called when the descriptor is readable, and when rowan__http_wants_run().
 * Returns  true if there is more to do at once. */
bool rowan__http_run(rowan__http *http, int64_t now_ms);

/* Whether something happened outside of a run: a connection came in, an answer came late. */
bool rowan__http_wants_run(const rowan__http *http);

/* Ends what is too slow; called every now and then. */
void rowan__http_tick(rowan__http *http, int64_t now_ms);

/* Hangs up between requests, and after the answers to those under way. */
void rowan__http_shut(rowan__http *http);

/* The request. Text lives as long as the exchange. */

void *rowan__exchange_user(rowan__exchange *exchange);
rowan_arena *rowan__exchange_arena(rowan__exchange *exchange);
const char *rowan__exchange_method(const rowan__exchange *exchange);
char *rowan__exchange_target(rowan__exchange *exchange); /* may be changed */
const char *rowan__exchange_header(rowan__exchange *exchange, const char *name);
rowan_text rowan__exchange_body(const rowan__exchange *exchange);
bool rowan__exchange_is_gone(const rowan__exchange *exchange);

/* Keeps it in memory when it is over; each hold is released once. */
void rowan__exchange_hold(rowan__exchange *exchange);
void rowan__exchange_release(rowan__exchange *exchange);

/* The answer, once. */

typedef struct rowan__answer {
    int status;
    const char *type;  /* of the body; static; NULL if there is none */
    const char *allow; /* the header Allow; NULL for none */
    bool retry;        /* the header Retry-After */
    char *body;        /* from the heap (alloc_int.h); taken */
    size_t len;
} rowan__answer;

void rowan__exchange_answer(rowan__exchange *exchange, const rowan__answer *answer);

#define ROWAN__PULL_LATER  0 /* nothing now; rowan__exchange_continue() follows */
#define ROWAN__PULL_END    (-1)
#define ROWAN__PULL_FAILED (-2) /* the client sees that the answer is cut off */

/* Writes up to `max` bytes of the body to `out`.
 * Returns  how many; or one of the above. */
typedef ptrdiff_t rowan__pull_fn(void *arg, char *out, size_t max);

/* Answers with a body in pieces: `pull` is called whenever the client can take more, and
 * not any more after on_end(). `answer` has no body. */
void rowan__exchange_stream(rowan__exchange *exchange, const rowan__answer *answer,
                            rowan__pull_fn *pull, void *arg);

/* There is something to pull again. */
void rowan__exchange_continue(rowan__exchange *exchange);

/* Hangs up in the middle of the answer. */
void rowan__exchange_abort(rowan__exchange *exchange);

#endif
