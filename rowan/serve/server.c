/* server.c - see server_int.h.
 *
 * A turn of the loop: the kernel tells which descriptors are ready, tasks whose wait is
 * over run, and before the loop sleeps again on_turn() gives libmicrohttpd its run, once
 * for all that has happened. What answers come late wake it in the same turn.
 */
#include "server_int.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "gate_int.h"
#include "limits_int.h"

#define RUNS_PER_TURN 8   /* of libmicrohttpd, before others get their turn */
#define OTHER_FILES   128 /* descriptors for everything but connections */

struct server {
    rowan_app *app;
    const rowan__server_opts *opts;
    uint32_t timeout_ms;
    size_t max_conns;
    uv_loop_t loop;
    rowan__poller *poller;
    rowan__tasks *tasks;
    rowan__http *http;
    rowan__gate *gate;
    uv_poll_t http_watch; /* of libmicrohttpd's descriptor */
    uv_prepare_t turn;
    uv_idle_t again; /* active while there is more to do at once */
    uv_timer_t tick;
    uv_signal_t signals[2];
    bool http_ready;
    int64_t stop_by_ms; /* 0 until somebody says stop */
};

static void on_http_readable(uv_poll_t *watch, int status, int events)
{
    struct server *server = watch->data;

    (void)status, (void)events;
    server->http_ready = true;
}

static void on_again(uv_idle_t *idle)
{
    (void)idle; /* its being active keeps the loop from sleeping */
}

/* Whether all is done that was under way when somebody said stop. */
static bool is_over(const struct server *server)
{
    return server->stop_by_ms != 0 && rowan__http_busy(server->http) == 0 &&
           rowan__tasks_count(server->tasks) == 0;
}

static void on_turn(uv_prepare_t *turn)
{
    struct server *server = turn->data;
    bool again = server->http_ready;

    server->http_ready = false;
    for (int i = 0; i < RUNS_PER_TURN; i++) {
        rowan__tasks_turn(server->tasks);
        if (!again && !rowan__http_wants_run(server->http))
            break;
        again = rowan__http_run(server->http, (int64_t)uv_now(&server->loop));
    }
    server->http_ready = again;
    if (is_over(server))
        uv_stop(&server->loop);
    if (again)
        (void)uv_idle_start(&server->again, on_again);
    else
        (void)uv_idle_stop(&server->again);
}

static void on_tick(uv_timer_t *tick)
{
    struct server *server = tick->data;
    int64_t now_ms = rowan_clock_ms();

    rowan__gate_tick(server->gate, now_ms);
    rowan__http_tick(server->http, now_ms);
    if (server->stop_by_ms != 0 && now_ms >= server->stop_by_ms) {
        rowan__tasks_cancel(server->tasks);
        uv_stop(&server->loop);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct server *server = handle->data;
    int64_t now_ms = rowan_clock_ms();

    (void)number;
    if (server->stop_by_ms != 0) { /* the second time: at once */
        server->stop_by_ms = now_ms;
        on_tick(&server->tick);
        return;
    }
    server->stop_by_ms = now_ms + ROWAN__STOP_MS;
    rowan__gate_shut(server->gate);
    rowan__http_shut(server->http);
}

/* Going up. */

/* As many connections as the process may have files open, which is raised first. */
static size_t allowed_conns(void)
{
    struct rlimit limit = { 0, 0 };
    rlim_t wanted = ROWAN__MAX_CONNS + OTHER_FILES;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 512;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= wanted)
        return ROWAN__MAX_CONNS;
    return limit.rlim_cur > 2 * OTHER_FILES ? (size_t)limit.rlim_cur - OTHER_FILES
                                            : OTHER_FILES;
}

static rowan_status open_engines(struct server *server, rowan_error *err)
{
    rowan_wait_hook wait = { rowan__task_wait, server->tasks };
    rowan_engine_opts opts = { .wait = wait };
    rowan_engine_opts health = { .pool_size = 1,
                                 .pool_timeout_ms = ROWAN__HEALTH_MS,
                                 .connect_timeout_ms = ROWAN__HEALTH_MS,
                                 .busy_timeout_ms = ROWAN__HEALTH_MS,
                                 .statement_timeout_ms = ROWAN__HEALTH_MS,
                                 .wait = wait };
    rowan_app *app = server->app;
    rowan_status st = rowan_engine_open(server->opts->uri, &opts, &app->engine, err);

    if (st == ROWAN_OK)
        st = rowan_engine_open(server->opts->uri, &health, &app->health, err);
    return st;
}

static rowan_status open_http(struct server *server, rowan_error *err)
{
    rowan__http_opts opts = { .timeout_ms = server->timeout_ms,
                              .max_conns = server->max_conns,
                              .user_size = rowan__app_request_size(),
                              .on_request = rowan__app_on_request,
                              .on_end = rowan__app_on_end,
                              .on_release = rowan__app_on_release,
                              .ctx = server->app };

    return rowan__http_open(&opts, &server->http, err);
}

static rowan_status open_gate(struct server *server, rowan_error *err)
{
    rowan__gate_opts opts = { .timeout_ms = server->timeout_ms,
                              .max_conns = server->max_conns,
                              .admit = rowan__http_admit,
                              .count = rowan__http_count,
                              .ctx = server->http };

    return rowan__gate_open(server->poller, server->opts->listen_fd, &opts,
                            &server->gate, err);
}

static rowan_status open_parts(struct server *server, rowan_error *err)
{
    rowan_status st = rowan__poller_open(&server->loop, &server->poller, err);

    if (st == ROWAN_OK)
        st = rowan__tasks_open(&server->loop, server->poller, ROWAN__MAX_TASKS,
                               &server->tasks, err);
    if (st == ROWAN_OK)
        st = open_engines(server, err);
    if (st == ROWAN_OK)
        st = open_http(server, err);
    if (st == ROWAN_OK)
        st = open_gate(server, err);
    server->app->tasks = server->tasks;
    server->app->stall_ms = (int)server->timeout_ms * ROWAN__STALL_TIMES;
    server->app->log = server->opts->log;
    server->app->log_ctx = server->opts->ctx;
    return st;
}

/* The loop's own handles; each is closed by close_handles(), whatever is returned. */
static int start_handles(struct server *server)
{
    uint64_t tick_ms =
        server->timeout_ms / 4 < 1000 ? server->timeout_ms / 4 + 1 : 1000;
    int rc =
        uv_poll_init(&server->loop, &server->http_watch, rowan__http_fd(server->http));

    if (rc == 0)
        rc = uv_poll_start(&server->http_watch, UV_READABLE, on_http_readable);
    if (rc == 0)
        rc = uv_prepare_start(&server->turn, on_turn);
    if (rc == 0)
        rc = uv_timer_start(&server->tick, on_tick, tick_ms, tick_ms);
    return rc;
}

/* The wish to end is heard before anything is opened: clients can reach the port already. */
static int start_signals(struct server *server)
{
    int rc = uv_signal_start(&server->signals[0], on_signal, SIGINT);

    return rc == 0 ? uv_signal_start(&server->signals[1], on_signal, SIGTERM) : rc;
}

static void init_handles(struct server *server)
{
    (void)uv_prepare_init(&server->loop, &server->turn);
    (void)uv_idle_init(&server->loop, &server->again);
    (void)uv_timer_init(&server->loop, &server->tick);
    (void)uv_signal_init(&server->loop, &server->signals[0]);
    (void)uv_signal_init(&server->loop, &server->signals[1]);
    server->http_watch.data = server->turn.data = server;
    server->tick.data = server->signals[0].data = server->signals[1].data = server;
}

/* Coming down. */

static void close_handle(uv_handle_t *handle, void *arg)
{
    const struct server *server = arg;
    const char *at = (const char *)handle;

    if (at >= (const char *)server && at < (const char *)(server + 1))
        uv_close(handle, NULL); /* those of the poller and the tasks are theirs */
}

static void close_all(struct server *server)
{
    rowan_app *app = server->app;

    uv_walk(&server->loop, close_handle, server);
    rowan__gate_close(server->gate);
    if (server->gate == NULL)
        (void)close(server->opts->listen_fd);
    if (server->http != NULL) /* what was cancelled has its answer now */
        (void)rowan__http_run(server->http, rowan_clock_ms());
    rowan__http_close(server->http);
    rowan_engine_close(app->health);
    rowan_engine_close(app->engine);
    app->engine = app->health = NULL;
    rowan__tasks_close(server->tasks);
    rowan__poller_close(server->poller);
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&server->loop);
}

rowan_status rowan__server_run(rowan_app *app, const rowan__server_opts *opts,
                               rowan_error *err)
{
    struct server server = { .app = app, .opts = opts };
    rowan_status st;
    int rc = uv_loop_init(&server.loop);

    if (rc != 0) {
        (void)close(opts->listen_fd);
        return rowan_fail(err, ROWAN_EIO, "the event loop: %s", uv_strerror(rc));
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a client that hangs up is an error of a write */
    server.timeout_ms = opts->timeout_ms > 0 ? opts->timeout_ms : ROWAN__REQUEST_MS;
    server.max_conns = allowed_conns();
    init_handles(&server);
    rc = start_signals(&server);
    st = rc == 0 ? open_parts(&server, err) : ROWAN_EIO;
    if (st == ROWAN_OK)
        rc = start_handles(&server);
    if (rc != 0)
        st = rowan_fail(err, ROWAN_EIO, "the event loop: %s", uv_strerror(rc));
    if (st == ROWAN_OK) {
        opts->on_ready(opts->ctx, app->engine);
        (void)uv_run(&server.loop, UV_RUN_DEFAULT);
    }
    close_all(&server);
    return st;
}
