/* http.c - see http_int.h.
 *
 * libmicrohttpd calls us for each request: on_line() when its first line is there,
 * on_access() when its head is (first call), for each piece of its body, and when it is
 * whole (last call). An answer is queued in the last call, or the connection is suspended
 * there until there is one, and then the last call comes again. An answer queued in the
 * first call closes the connection; that is for requests that are refused.
 *
 * It parses leniently: it skips what it should refuse and hands over C strings. Version
 * 0.9.75 (Debian 12) cuts its buffer up in place, so that the pieces still lie where they
 * lay in the request, and is_whole() finds whatever was skipped or cut off between them (a
 * NUL, a line that ends in LF alone, a folded line; not a line that ends in NUL and LF,
 * which looks as if it ended in CR and LF). Later versions refuse these by themselves at
 * the level of discipline they are given.
 *
 * Its own timeouts are not used: each would ask for the time several times a request.
 */
#include "http_int.h"

#include <microhttpd.h>
#include <stdint.h>
#include <string.h>

#include <rowan/wait.h>

#include "alloc_int.h"
#include "buf_int.h"
#include "head_int.h"
#include "limits_int.h"
#include "problem_int.h"

#define STREAM_BLOCK (16 * 1024) /* bytes; for HTTP/1.0, which has no chunks */
#define KEPT_ARENA   (64 * 1024) /* bytes; a larger arena is not kept */

/* A connection. */
struct peer {
    struct peer *next, *prev;
    rowan__exchange *exchange; /* under way; NULL between requests */
    int64_t deadline_ms;       /* of what it does now; 0: it has all the time */
    int fd;
    bool unwatched; /* see end_if_half_closed() */
};

enum stage {
    HEAD,    /* the first line is there */
    BODY,    /* the head is there */
    WHOLE,   /* somebody works on it */
    ANSWERED /* the answer is there */
};

struct rowan__exchange {
    rowan__http *http;
    rowan__exchange *next_spare;
    struct MHD_Connection *connection; /* NULL when it is over */
    struct peer *peer;
    rowan_arena *arena;
    const char *method;
    char *target;
    size_t target_len;
    rowan__buf body;
    size_t n_skipped; /* bytes of a body that is too long */
    int64_t began_ms;
    enum stage stage;
    unsigned n_holds;
    bool suspended;
    struct MHD_Response *response; /* until it is queued */
    int status;
    rowan__pull_fn *pull;
    void *pull_arg;
    _Alignas(16) char user[];
};

struct rowan__http {
    struct MHD_Daemon *daemon;
    rowan__http_opts opts;
    struct peer *peers;
    size_t n_peers, n_exchanges;
    size_t n_body_bytes; /* of all exchanges */
    rowan__exchange *spare;
    size_t n_spare;
    int64_t now_ms;
    int epoll_fd;
    bool wants_run;
    bool shut;
    bool keeps_layout; /* see above */
};

/* Exchanges. */

static rowan__exchange *new_exchange(rowan__http *http)
{
    rowan__exchange *exchange = http->spare;

    if (exchange != NULL) {
        http->spare = exchange->next_spare;
        http->n_spare--;
        return exchange;
    }
    exchange = rowan__calloc(1, sizeof *exchange + http->opts.user_size);
    if (exchange == NULL)
        return NULL;
    exchange->http = http;
    exchange->arena = rowan_arena_new(NULL, 0);
    if (exchange->arena == NULL) {
        rowan__free(exchange);
        return NULL;
    }
    rowan__buf_init(&exchange->body, ROWAN__MAX_BODY);
    return exchange;
}

static void free_exchange(rowan__exchange *exchange)
{
    rowan_arena_free(exchange->arena);
    rowan__free(exchange);
}

static void keep_or_free(rowan__exchange *exchange)
{
    rowan__http *http = exchange->http;

    http->n_body_bytes -= exchange->body.len;
    rowan__buf_done(&exchange->body);
    if (http->n_spare == ROWAN__SPARE_REQUESTS ||
        rowan_arena_used(exchange->arena) > KEPT_ARENA) {
        free_exchange(exchange);
        return;
    }
    rowan_arena_clear(exchange->arena);
    exchange->next_spare = http->spare;
    http->spare = exchange;
    http->n_spare++;
}

void rowan__exchange_hold(rowan__exchange *exchange)
{
    exchange->n_holds++;
}

void rowan__exchange_release(rowan__exchange *exchange)
{
    rowan__http *http = exchange->http;

    if (--exchange->n_holds > 0)
        return;
    http->opts.on_release(http->opts.ctx, exchange);
    keep_or_free(exchange);
}

void *rowan__exchange_user(rowan__exchange *exchange)
{
    return exchange->user;
}

rowan_arena *rowan__exchange_arena(rowan__exchange *exchange)
{
    return exchange->arena;
}

const char *rowan__exchange_method(const rowan__exchange *exchange)
{
    return exchange->method;
}

char *rowan__exchange_target(rowan__exchange *exchange)
{
    return exchange->target;
}

rowan_text rowan__exchange_body(const rowan__exchange *exchange)
{
    const rowan__buf *body = &exchange->body;

    return body->ptr == NULL ? (rowan_text){ "", 0 }
                             : (rowan_text){ body->ptr, body->len };
}

bool rowan__exchange_is_gone(const rowan__exchange *exchange)
{
    return exchange->connection == NULL;
}

const char *rowan__exchange_header(rowan__exchange *exchange, const char *name)
{
    const char *value = NULL;
    size_t len = 0;

    if (exchange->connection == NULL ||
        MHD_lookup_connection_value_n(exchange->connection, MHD_HEADER_KIND, name,
                                      strlen(name), &value, &len) == MHD_NO)
        return NULL;
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    return rowan_arena_strndup(exchange->arena, value,
                               len); /* MHD's goes with the answer */
}

/* Answers. */

static void take_up_again(rowan__exchange *exchange)
{
    if (!exchange->suspended)
        return;
    exchange->suspended = false;
    MHD_resume_connection(exchange->connection);
    exchange->http->wants_run = true;
}

/* Makes `response` (NULL: memory is out, and the connection will be closed) the answer. */
static void answer_with(rowan__exchange *exchange, const rowan__answer *answer,
                        struct MHD_Response *response)
{
    bool ok = response != NULL;

    if (ok && answer->type != NULL)
        ok = MHD_add_response_header(response, "Content-Type", answer->type) != MHD_NO;
    if (ok && answer->allow != NULL)
        ok = MHD_add_response_header(response, "Allow", answer->allow) != MHD_NO;
    if (ok && answer->retry)
        ok = MHD_add_response_header(response, "Retry-After", "1") != MHD_NO;
    if (ok && exchange->http->shut)
        ok = MHD_add_response_header(response, "Connection", "close") != MHD_NO;
    if (!ok && response != NULL)
        MHD_destroy_response(response);
    exchange->response = ok ? response : NULL;
    exchange->status = answer->status;
    exchange->stage = ANSWERED;
    take_up_again(exchange);
}

void rowan__exchange_answer(rowan__exchange *exchange, const rowan__answer *answer)
{
    struct MHD_Response *response;

    if (exchange->connection == NULL) {
        rowan__free(answer->body);
        return;
    }
    if (answer->body == NULL)
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    else
        response = MHD_create_response_from_buffer_with_free_callback(
            answer->len, answer->body, rowan__free);
    if (response == NULL)
        rowan__free(answer->body);
    exchange->peer->deadline_ms =
        exchange->http->now_ms + ROWAN__TRANSFER_MS + (int64_t)(answer->len / 8);
    answer_with(exchange, answer, response);
}

static ssize_t on_pull(void *cls, uint64_t position, char *out, size_t max)
{
    rowan__exchange *exchange = cls;
    ptrdiff_t n = exchange->pull(exchange->pull_arg, out, max);

    (void)position;
    if (n == ROWAN__PULL_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n < 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (n == ROWAN__PULL_LATER) {
        exchange->suspended = true;
        MHD_suspend_connection(exchange->connection);
    }
    return n;
}

/* An answer to HEAD has no body, but libmicrohttpd would send the last of its chunks;
 * without chunks it is over with the connection. */
static void without_chunks(struct MHD_Response *response)
{
    (void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT,
                                   MHD_RO_END);
}

void rowan__exchange_stream(rowan__exchange *exchange, const rowan__answer *answer,
                            rowan__pull_fn *pull, void *arg)
{
    struct MHD_Response *response;

    if (exchange->connection == NULL)
        return;
    exchange->pull = pull;
    exchange->pull_arg = arg;
    exchange->peer->deadline_ms = 0;
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
                                                 on_pull, exchange, NULL);
    if (response != NULL && strcmp(exchange->method, "HEAD") == 0)
        without_chunks(response);
    answer_with(exchange, answer, response);
}

void rowan__exchange_continue(rowan__exchange *exchange)
{
    take_up_again(exchange);
}

void rowan__exchange_abort(rowan__exchange *exchange)
{
    if (exchange->connection == NULL)
        return;
    (void)shutdown(exchange->peer->fd, SHUT_RDWR);
    take_up_again(exchange);
}

static enum MHD_Result queue_answer(rowan__exchange *exchange)
{
    struct MHD_Response *response = exchange->response;
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    exchange->response = NULL;
    result =
        MHD_queue_response(exchange->connection, (unsigned)exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(rowan__exchange *exchange, const rowan__refusal *refusal)
{
    rowan_json_writer json = { 0 };
    rowan__answer answer = { .status = refusal->status, .type = ROWAN__PROBLEM_TYPE };

    rowan__problem_write(&json, refusal->status, refusal->detail);
    if (json.failed) {
        rowan_json_done(&json);
        return MHD_NO;
    }
    answer.body = json.ptr;
    answer.len = json.len;
    answer.retry = refusal->status == 503;
    rowan__exchange_answer(exchange, &answer);
    return queue_answer(exchange);
}

/* Requests. */

/* What is known while the headers of a request are looked at one by one. */
struct looking {
    rowan__head head;
    const rowan__refusal *refusal;
    const char *expected; /* where the next header lies if nothing was skipped */
    bool keeps_layout;
};

static enum MHD_Result look_at_header(void *cls, enum MHD_ValueKind kind,
                                      const char *name, size_t name_len,
                                      const char *value, size_t value_len)
{
    struct looking *looking = cls;

    (void)kind;
    if (looking->keeps_layout && name != looking->expected)
        looking->refusal = &rowan__refused_layout;
    else
        looking->refusal =
            rowan__head_field(&looking->head, name, name_len, value, value_len);
    looking->expected = value + value_len + 2;
    return looking->refusal == NULL ? MHD_YES : MHD_NO;
}

/* Whether the request line and the headers lie next to each other. */
static bool is_whole(const rowan__exchange *exchange, const char *method,
                     const char *url, const char *version, const char *end)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return method + strlen(method) + 1 == url &&
           url + exchange->target_len + 1 == version && info != NULL &&
           method + info->header_size == end + 2;
}

static const rowan__refusal *look_at_head(rowan__exchange *exchange, const char *method,
                                          const char *url, const char *version)
{
    struct looking looking = { .expected = version + strlen(version) + 2,
                               .keeps_layout = exchange->http->keeps_layout };
    int minor = 0;

    looking.refusal = rowan__head_method(method, strlen(method));
    if (looking.refusal == NULL)
        looking.refusal = rowan__head_target(exchange->target, exchange->target_len);
    if (looking.refusal == NULL)
        looking.refusal = rowan__head_version(version, strlen(version), &minor);
    if (looking.refusal == NULL)
        (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND,
                                          look_at_header, &looking);
    if (looking.refusal == NULL && looking.keeps_layout &&
        !is_whole(exchange, method, url, version, looking.expected))
        looking.refusal = &rowan__refused_layout;
    if (looking.refusal == NULL)
        looking.refusal = rowan__head_end(&looking.head, minor);
    return looking.refusal;
}

static const char *keep_method(rowan__exchange *exchange, const char *method)
{
    static const char *const known[] = { "GET",   "HEAD",   "POST",   "PUT",
                                         "PATCH", "DELETE", "OPTIONS" };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], method) == 0)
            return known[i];
    }
    return rowan_arena_strndup(exchange->arena, method, strlen(method));
}

static const rowan__refusal out_of_memory = { 503, "the server is short of memory" };

/* A body may pause for the request's timeout, but not go on for ever. */
static int64_t next_deadline(const rowan__exchange *exchange)
{
    const rowan__http *http = exchange->http;
    int64_t pause_ms = http->now_ms + http->opts.timeout_ms;
    int64_t last_ms =
        exchange->began_ms + ROWAN__TRANSFER_MS + (int64_t)(exchange->body.len / 8);

    return pause_ms < last_ms ? pause_ms : last_ms;
}

static void take_body(rowan__exchange *exchange, const char *data, size_t len)
{
    rowan__http *http = exchange->http;

    exchange->peer->deadline_ms = next_deadline(exchange);
    if (exchange->n_skipped > 0 || exchange->body.len + len > ROWAN__MAX_BODY ||
        http->n_body_bytes + len > ROWAN__MAX_BODIES) {
        exchange->n_skipped += len;
        return;
    }
    rowan__buf_add(&exchange->body, data, len);
    if (rowan__buf_ok(&exchange->body))
        http->n_body_bytes += len;
    else
        exchange->n_skipped += len;
}

/* The request is there: hands it on, or waits for its answer. */
static enum MHD_Result on_whole(rowan__exchange *exchange)
{
    rowan__http *http = exchange->http;

    if (exchange->stage == BODY && exchange->n_skipped > 0) {
        bool too_long = exchange->body.len + exchange->n_skipped > ROWAN__MAX_BODY;

        return refuse(exchange, too_long ? &rowan__refused_body : &out_of_memory);
    }
    if (exchange->stage == BODY) {
        exchange->stage = WHOLE;
        exchange->peer->deadline_ms = 0;
        http->opts.on_request(http->opts.ctx, exchange);
    }
    if (exchange->stage == ANSWERED)
        return queue_answer(exchange);
    exchange->suspended = true;
    MHD_suspend_connection(exchange->connection);
    return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection,
                                 const char *url, const char *method,
                                 const char *version, const char *data, size_t *len,
                                 void **con_cls)
{
    rowan__exchange *exchange = *con_cls;
    const rowan__refusal *refusal;

    (void)cls, (void)connection;
    if (exchange == NULL)
        return MHD_NO; /* memory was out when its first line came */
    if (exchange->stage == HEAD) {
        exchange->stage = BODY;
        exchange->method = keep_method(exchange, method);
        refusal = exchange->method == NULL
                      ? &out_of_memory
                      : look_at_head(exchange, method, url, version);
        return refusal == NULL ? MHD_YES : refuse(exchange, refusal);
    }
    if (*len > 0) {
        take_body(exchange, data, *len);
        *len = 0;
        /* One more ceiling's worth is read to tell a sender of chunks why. */
        return exchange->n_skipped <= ROWAN__MAX_BODY ? MHD_YES : MHD_NO;
    }
    return on_whole(exchange);
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* The exchange is over, as far as libmicrohttpd is concerned. */
static void end_exchange(rowan__exchange *exchange)
{
    rowan__http *http = exchange->http;

    exchange->peer->exchange = NULL;
    exchange->peer->deadline_ms = http->now_ms + ROWAN__IDLE_MS;
    exchange->peer->unwatched = true;
    exchange->connection = NULL;
    exchange->suspended = false;
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    http->n_exchanges--;
    http->opts.on_end(http->opts.ctx, exchange);
    rowan__exchange_release(exchange);
}

static void *on_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    rowan__http *http = cls;
    struct peer *peer = peer_of(connection);
    rowan__exchange *exchange;

    if (peer != NULL && peer->exchange != NULL)
        end_exchange(peer->exchange); /* it reads on behind a head that it refused */
    exchange = peer == NULL ? NULL : new_exchange(http);
    if (exchange == NULL)
        return NULL;
    exchange->connection = connection;
    exchange->peer = peer;
    if (uri == NULL)
        uri = "";
    exchange->target_len = strlen(uri);
    exchange->target = rowan_arena_strndup(exchange->arena, uri, exchange->target_len);
    exchange->method = NULL;
    exchange->n_skipped = 0;
    exchange->began_ms = http->now_ms;
    exchange->stage = HEAD;
    exchange->suspended = false;
    exchange->response = NULL;
    exchange->n_holds = 1;
    if (exchange->target == NULL) {
        keep_or_free(exchange);
        return NULL;
    }
    peer->exchange = exchange;
    peer->deadline_ms = http->now_ms + http->opts.timeout_ms;
    http->n_exchanges++;
    return exchange;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)connection, (void)code;
    if (*con_cls != NULL)
        end_exchange(*con_cls);
    *con_cls = NULL;
}

/* Connections. */

static void on_connection(void *cls, struct MHD_Connection *connection,
                          void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    rowan__http *http = cls;
    struct peer *peer = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        peer = rowan__calloc(1, sizeof *peer);
        *socket_context = peer;
        http->n_peers++;
        if (peer == NULL)
            return; /* its first request will be refused */
        peer->fd =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                ->connect_fd;
        peer->deadline_ms = http->now_ms + http->opts.timeout_ms;
        peer->next = http->peers;
        if (peer->next != NULL)
            peer->next->prev = peer;
        http->peers = peer;
        return;
    }
    http->n_peers--;
    if (peer == NULL)
        return;
    if (peer->exchange != NULL)
        end_exchange(peer->exchange);
    if (peer->prev != NULL)
        peer->prev->next = peer->next;
    else
        http->peers = peer->next;
    if (peer->next != NULL)
        peer->next->prev = peer->prev;
    rowan__free(peer);
}

void rowan__http_admit(void *ctx, int fd, const struct sockaddr *addr,
                       socklen_t addr_len)
{
    rowan__http *http = ctx;

    http->now_ms = rowan_clock_ms();
    (void)MHD_add_connection(http->daemon, fd, addr, addr_len);
    http->wants_run = true;
}

size_t rowan__http_count(void *ctx)
{
    return ((rowan__http *)ctx)->n_peers;
}

size_t rowan__http_busy(const rowan__http *http)
{
    return http->n_exchanges;
}

int rowan__http_fd(const rowan__http *http)
{
    return http->epoll_fd;
}

bool rowan__http_wants_run(const rowan__http *http)
{
    return http->wants_run;
}

bool rowan__http_run(rowan__http *http, int64_t now_ms)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms = 1;

    http->now_ms = now_ms;
    http->wants_run = false;
    (void)MHD_run(http->daemon);
    return http->wants_run ||
           (MHD_get_timeout(http->daemon, &timeout_ms) == MHD_YES && timeout_ms == 0);
}

/* libmicrohttpd does not see the end of a client's sending that came together with its
 * request, and would wait for more of it. One look after a request is enough. */
static void end_if_half_closed(struct peer *peer)
{
    char byte;

    if (!peer->unwatched || peer->exchange != NULL)
        return;
    peer->unwatched = false;
    if (recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        (void)shutdown(peer->fd, SHUT_RDWR);
}

void rowan__http_tick(rowan__http *http, int64_t now_ms)
{
    http->now_ms = now_ms;
    for (struct peer *peer = http->peers; peer != NULL; peer = peer->next) {
        end_if_half_closed(peer);
        if (peer->deadline_ms == 0 || peer->deadline_ms > now_ms)
            continue;
        if (peer->exchange != NULL && peer->exchange->stage < WHOLE)
            rowan__problem_send(peer->fd, &rowan__refused_slow);
        peer->deadline_ms = 0;
        (void)shutdown(peer->fd, SHUT_RDWR); /* and libmicrohttpd finds out */
    }
}

void rowan__http_shut(rowan__http *http)
{
    http->shut = true;
    for (struct peer *peer = http->peers; peer != NULL; peer = peer->next) {
        if (peer->exchange == NULL)
            (void)shutdown(peer->fd, SHUT_RDWR);
    }
}

static struct MHD_Daemon *start(rowan__http *http)
{
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    struct MHD_OptionItem opts[] = {
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, ROWAN__CONN_MEMORY, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)http->opts.max_conns, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL },
        { MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
#if MHD_VERSION >= 0x00097701
        { MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL },
#endif
        { MHD_OPTION_END, 0, NULL },
    };

    return MHD_start_daemon(flags, 0, NULL, NULL, on_access, http, MHD_OPTION_ARRAY,
                            opts, MHD_OPTION_URI_LOG_CALLBACK, on_line, http,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
                            MHD_OPTION_END);
}

rowan_status rowan__http_open(const rowan__http_opts *opts, rowan__http **out,
                              rowan_error *err)
{
    rowan__http *http = rowan__calloc(1, sizeof *http);
    const union MHD_DaemonInfo *info;

    if (http == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    http->opts = *opts;
    http->now_ms = 0;
    http->keeps_layout = strcmp(MHD_get_version(), "0.9.75") == 0;
    http->daemon = start(http);
    if (http->daemon == NULL) {
        rowan__free(http);
        return rowan_fail(err, ROWAN_EIO, "libmicrohttpd does not start");
    }
    info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    http->epoll_fd = info->epoll_fd;
    *out = http;
    return ROWAN_OK;
}

void rowan__http_close(rowan__http *http)
{
    if (http == NULL)
        return;
    for (struct peer *peer = http->peers; peer != NULL; peer = peer->next) {
        if (peer->exchange != NULL)
            take_up_again(peer->exchange);
    }
    MHD_stop_daemon(http->daemon);
    while (http->spare != NULL) {
        rowan__exchange *exchange = http->spare;

        http->spare = exchange->next_spare;
        free_exchange(exchange);
    }
    rowan__free(http);
}
