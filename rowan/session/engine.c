/* engine.c - the engine and its pool. See rowan/engine.h.
 *
 * The lock guards lists and counters only: connecting, pinging and closing happen outside
 * of it. Idle connections are lent last in, first out, so that the surplus ages. When all
 * are lent, a session queues up with a descriptor of its own to wait on, through the wait
 * hook like every other wait: a thread sleeps in poll(2), a task is parked. A connection
 * that comes back goes to the first in the queue.
 */
#include "engine_int.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "alloc_int.h"

#define MAX_RETRY_MS 5000

#define SURPLUS_MS 1000 /* idle before it is closed: a new one may cost 10 ms of CPU */

#define SPARE_EVENTS 64 /* as many as a busy server has sessions waiting at once */

/* A session that waits for a connection; lies on its stack. */
struct waiter {
    struct waiter *next;
    rowan__link *link; /* what it was given; NULL with `given`: make a new one */
    bool given;
    int event_fd;
};

struct rowan_engine {
    const rowan__driver *driver;
    rowan__uri uri;
    rowan_arena *arena; /* of the URI and the name */
    const char *name;
    rowan_engine_opts opts;
    size_t max_open; /* size and overflow, or what the database can have */
    size_t max_idle;
    bool has_one; /* connection: the database goes with it */
    pthread_mutex_t lock;
    rowan__link *idle;
    struct waiter *waiters;   /* in the order they came */
    int events[SPARE_EVENTS]; /* events[n_events]: descriptors nobody waits with */
    size_t n_events;
    size_t n_open;          /* idle, lent or being made */
    int64_t retry_at_ms;    /* no connect is tried before; 0 after one that succeeded */
    uint32_t retry_ms;      /* how long the next failure holds others off */
    rowan_error last_error; /* of the connect that failed last */
    rowan_engine *reader;   /* of read_uri; NULL if there is none */
    bool read_only;
    rowan_pool_stats stats;
};

static void set_defaults(rowan_engine_opts *opts)
{
    if (opts->pool_size == 0)
        opts->pool_size = 5;
    if (opts->max_overflow == 0)
        opts->max_overflow = 10;
    if (opts->pool_timeout_ms == 0)
        opts->pool_timeout_ms = 30000;
    if (opts->connect_timeout_ms == 0)
        opts->connect_timeout_ms = 5000;
    if (opts->busy_timeout_ms == 0)
        opts->busy_timeout_ms = 5000;
    if (opts->pre_ping_after_ms == 0)
        opts->pre_ping_after_ms = 1000;
    if (opts->retry_after_ms == 0)
        opts->retry_after_ms = 100;
}

/* "postgresql://host:5432/name" or "sqlite:///people.db". */
static const char *display_name(const rowan__driver *driver, const rowan__uri *uri,
                                rowan_arena *arena)
{
    rowan__buf name;
    const char *copy = NULL;

    rowan__buf_init(&name, 0);
    rowan__buf_printf(&name, "%s://", driver->name);
    for (size_t i = 0; i < uri->n_hosts; i++) {
        bool ipv6 = strchr(uri->hosts[i].name, ':') != NULL;

        rowan__buf_printf(&name, ipv6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "",
                          uri->hosts[i].name);
        if (uri->hosts[i].port > 0)
            rowan__buf_printf(&name, ":%d", uri->hosts[i].port);
    }
    rowan__buf_printf(&name, "/%s", uri->database);
    if (rowan__buf_ok(&name))
        copy = rowan_arena_strndup(arena, name.ptr, name.len);
    rowan__buf_done(&name);
    return copy;
}

static rowan_status set_up(rowan_engine *engine, const char *uri, rowan_error *err)
{
    size_t max_conns = 0;
    rowan_status st;

    engine->arena = rowan_arena_new(NULL, 0);
    if (engine->arena == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = rowan__uri_parse(engine->arena, uri, &engine->uri, err);
    if (st != ROWAN_OK)
        return st;
    engine->driver = rowan__driver_find(&engine->uri, err);
    if (engine->driver == NULL)
        return ROWAN_EINVAL;
    st = engine->driver->check_uri(&engine->uri, &max_conns, err);
    if (st != ROWAN_OK)
        return st;
    engine->name = display_name(engine->driver, &engine->uri, engine->arena);
    if (engine->name == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    engine->max_idle = engine->opts.pool_size;
    engine->max_open = engine->max_idle + engine->opts.max_overflow;
    engine->has_one = max_conns == 1;
    if (max_conns > 0 && engine->max_open > max_conns)
        engine->max_idle = engine->max_open = max_conns;
    return ROWAN_OK;
}

/* An engine without a reader. */
static rowan_status open_one(const char *uri, const rowan_engine_opts *opts,
                             rowan_engine **out, rowan_error *err)
{
    rowan_engine *engine = rowan__calloc(1, sizeof *engine);
    rowan_status st;

    if (engine == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (opts != NULL)
        engine->opts = *opts;
    engine->opts.read_uri = NULL; /* the caller's text */
    set_defaults(&engine->opts);
    st = set_up(engine, uri == NULL ? ROWAN_DEFAULT_URI : uri, err);
    if (st == ROWAN_OK && pthread_mutex_init(&engine->lock, NULL) != 0)
        st = rowan_fail(err, ROWAN_EIO, "the system has no more locks");
    if (st != ROWAN_OK) {
        rowan_arena_free(engine->arena);
        rowan__free(engine);
        return st;
    }
    *out = engine;
    return ROWAN_OK;
}

rowan_status rowan_engine_open(const char *uri, const rowan_engine_opts *opts,
                               rowan_engine **out, rowan_error *err)
{
    rowan_engine *engine = NULL;
    rowan_status st = open_one(uri, opts, &engine, err);

    if (st != ROWAN_OK)
        return st;
    if (opts != NULL && opts->read_uri != NULL) {
        st = open_one(opts->read_uri, opts, &engine->reader, err);
        if (st == ROWAN_OK) {
            engine->reader->read_only = true;
        } else {
            rowan_error_prefix(err, "read URI: ");
            rowan_engine_close(engine);
            return st;
        }
    }
    *out = engine;
    return ROWAN_OK;
}

rowan_status rowan_engine_open_env(const rowan_engine_opts *opts, rowan_engine **out,
                                   rowan_error *err)
{
    rowan_engine_opts own = { 0 };

    if (opts != NULL)
        own = *opts;
    if (own.read_uri == NULL)
        own.read_uri = getenv("DATABASE_READ_URI");
    return rowan_engine_open(getenv("DATABASE_URI"), &own, out, err);
}

void rowan_engine_close(rowan_engine *engine)
{
    if (engine == NULL)
        return;
    rowan_engine_close(engine->reader);
    while (engine->idle != NULL) {
        rowan__link *link = engine->idle;

        engine->idle = link->next;
        rowan__link_close(link);
    }
    while (engine->n_events > 0)
        (void)close(engine->events[--engine->n_events]);
    (void)pthread_mutex_destroy(&engine->lock);
    rowan_arena_free(engine->arena);
    rowan__free(engine);
}

const char *rowan_engine_name(const rowan_engine *engine)
{
    return engine->name;
}

const rowan__driver *rowan__engine_driver(const rowan_engine *engine)
{
    return engine->driver;
}

const rowan_engine_opts *rowan__engine_opts(const rowan_engine *engine)
{
    return &engine->opts;
}

rowan_engine *rowan__engine_reader(rowan_engine *engine)
{
    return engine->reader != NULL ? engine->reader : engine;
}

void rowan_engine_stats(rowan_engine *engine, rowan_pool_stats *out)
{
    (void)pthread_mutex_lock(&engine->lock);
    *out = engine->stats;
    (void)pthread_mutex_unlock(&engine->lock);
}

/* Making and keeping connections. */

/* Hands a place in the pool (with a connection, or without one) to the first waiter.
 * Called under the lock. */
static bool give_to_waiter(rowan_engine *engine, rowan__link *link)
{
    struct waiter *waiter = engine->waiters;
    uint64_t one = 1;

    if (waiter == NULL)
        return false;
    engine->waiters = waiter->next;
    waiter->link = link;
    waiter->given = true;
    while (write(waiter->event_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    return true;
}

/* A place in the pool is free again; `in_vain` if nothing was lent in it. */
static void free_place(rowan_engine *engine, bool in_vain)
{
    (void)pthread_mutex_lock(&engine->lock);
    engine->stats.n_checkouts -= in_vain;
    engine->stats.n_lent--;
    if (give_to_waiter(engine, NULL))
        engine->stats.n_lent++;
    else
        engine->n_open--;
    (void)pthread_mutex_unlock(&engine->lock);
}

/* While a database is away, one session in a while tries it; the others are told at once
 * what the last one found, instead of queueing up for the same time-out. */
static rowan_status may_connect(rowan_engine *engine, uint64_t *n_failures,
                                rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    (void)pthread_mutex_lock(&engine->lock);
    *n_failures = engine->stats.n_failures;
    if (engine->retry_at_ms != 0 && rowan_clock_ms() < engine->retry_at_ms) {
        st = engine->last_error.code;
        if (err != NULL)
            *err = engine->last_error;
    } else if (engine->retry_at_ms != 0) {
        engine->retry_at_ms = rowan_clock_ms() + engine->retry_ms; /* this one tries */
    }
    (void)pthread_mutex_unlock(&engine->lock);
    return st;
}

/* Sessions that tried at the same time, which know of no failure since, are one failure: a
 * pool that is busy is not held off for longer than one that is not. */
static void note_connect(rowan_engine *engine, rowan_status st, uint64_t n_failures,
                         const rowan_error *err)
{
    bool is_news;

    (void)pthread_mutex_lock(&engine->lock);
    is_news = engine->retry_at_ms == 0 || n_failures == engine->stats.n_failures;
    if (st == ROWAN_OK) {
        engine->stats.n_connects++;
        engine->retry_at_ms = 0;
    } else {
        engine->stats.n_failures++;
    }
    if (st == ROWAN_ECONN && is_news && engine->opts.retry_after_ms != UINT32_MAX) {
        if (engine->retry_at_ms == 0)
            engine->retry_ms = engine->opts.retry_after_ms;
        else if (engine->retry_ms < MAX_RETRY_MS / 2)
            engine->retry_ms *= 2;
        else
            engine->retry_ms = MAX_RETRY_MS;
        engine->retry_at_ms = rowan_clock_ms() + engine->retry_ms;
        engine->last_error = *err;
    }
    (void)pthread_mutex_unlock(&engine->lock);
}

static rowan_status make_link(rowan_engine *engine, rowan__link **out, rowan_error *err)
{
    rowan_error own = { 0 };
    rowan__connect_opts opts = {
        .read_only = engine->read_only,
        .wait = &engine->opts.wait,
        .connect_timeout_ms = engine->opts.connect_timeout_ms,
        .busy_timeout_ms = engine->opts.busy_timeout_ms,
        .statement_timeout_ms = engine->opts.statement_timeout_ms,
    };
    rowan__link *link;
    uint64_t n_failures;
    rowan_status st = may_connect(engine, &n_failures, err);

    if (st != ROWAN_OK)
        return st;
    link = rowan__calloc(1, sizeof *link);
    if (link == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    err = err == NULL ? &own : err;
    st = engine->driver->connect(&engine->uri, &opts, &link->conn, err);
    note_connect(engine, st, n_failures, err);
    if (st != ROWAN_OK) {
        rowan__free(link);
        return st;
    }
    link->made_at_ms = rowan_clock_ms();
    *out = link;
    return ROWAN_OK;
}

/* Whether an idle connection can be lent. */
static bool is_alive(rowan_engine *engine, rowan__link *link)
{
    if (engine->opts.max_age_ms > 0 &&
        rowan_clock_ms() - link->made_at_ms > (int64_t)engine->opts.max_age_ms)
        return false;
    if (!engine->driver->looks_alive(link->conn))
        return false;
    if (engine->opts.pre_ping_after_ms == UINT32_MAX ||
        rowan_clock_ms() - link->idle_since_ms <
            (int64_t)engine->opts.pre_ping_after_ms)
        return true;
    return engine->driver->ping(link->conn, NULL) == ROWAN_OK;
}

/* Waits in the queue for a place. *link stays NULL if a new connection is to be made. */
static rowan_status wait_for_place(rowan_engine *engine, struct waiter *waiter,
                                   rowan_error *err)
{
    int64_t deadline = rowan_clock_ms() + engine->opts.pool_timeout_ms;
    bool given = false;

    while (!given) {
        int n = rowan_wait(&engine->opts.wait, waiter->event_fd, ROWAN_WAIT_READ,
                           rowan_clock_left(deadline));

        (void)pthread_mutex_lock(&engine->lock);
        given = waiter->given;
        if (!given && n <= 0) { /* in vain: leave the queue */
            struct waiter **at = &engine->waiters;

            while (*at != waiter)
                at = &(*at)->next;
            *at = waiter->next;
            engine->stats.n_timeouts++;
            engine->stats.n_checkouts--;
        }
        (void)pthread_mutex_unlock(&engine->lock);
        if (!given && n <= 0)
            return rowan_fail(err, ROWAN_ETIMEOUT,
                              "all %zu connections of the pool were busy for %u ms",
                              engine->max_open, (unsigned)engine->opts.pool_timeout_ms);
    }
    return ROWAN_OK;
}

/* Descriptors to wait with are kept: to make, watch and close one costs as much as a query
 * of one row. The first is called with the lock held. */

static int take_event(rowan_engine *engine)
{
    return engine->n_events > 0 ? engine->events[--engine->n_events]
                                : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void keep_event(rowan_engine *engine, int fd)
{
    uint64_t count;

    while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    (void)pthread_mutex_lock(&engine->lock);
    if (engine->n_events < SPARE_EVENTS) {
        engine->events[engine->n_events++] = fd;
        fd = -1;
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (fd >= 0)
        (void)close(fd);
}

/* Joins the queue; called with the lock held, which it releases. */
static rowan_status queue_up(rowan_engine *engine, rowan__link **link, rowan_error *err)
{
    struct waiter waiter = { .event_fd = take_event(engine) };
    struct waiter **at = &engine->waiters;
    rowan_status st;

    if (waiter.event_fd < 0) {
        engine->stats.n_checkouts--;
        (void)pthread_mutex_unlock(&engine->lock);
        return rowan_fail(err, ROWAN_EIO, "no descriptor to wait with: %s",
                          strerror(errno));
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = &waiter;
    engine->stats.n_waits++;
    (void)pthread_mutex_unlock(&engine->lock);
    st = wait_for_place(engine, &waiter, err);
    keep_event(engine, waiter.event_fd);
    *link = waiter.link;
    return st;
}

/* Gets a place in the pool: *link is an idle connection, or NULL if one is to be made. */
static rowan_status get_place(rowan_engine *engine, rowan__link **link,
                              rowan_error *err)
{
    *link = NULL;
    (void)pthread_mutex_lock(&engine->lock);
    engine->stats.n_checkouts++;
    if (engine->idle == NULL && engine->n_open >= engine->max_open)
        return queue_up(engine, link, err);
    if (engine->idle != NULL) {
        *link = engine->idle;
        engine->idle = (*link)->next;
        engine->stats.n_idle--;
    } else {
        engine->n_open++;
    }
    engine->stats.n_lent++;
    (void)pthread_mutex_unlock(&engine->lock);
    return ROWAN_OK;
}

rowan_status rowan__engine_checkout(rowan_engine *engine, rowan__link **out,
                                    rowan_error *err)
{
    rowan__link *link = NULL;
    rowan_status st = get_place(engine, &link, err);

    if (st != ROWAN_OK)
        return st;
    if (link != NULL && !is_alive(engine, link)) {
        rowan__link_close(link);
        link = NULL;
        (void)pthread_mutex_lock(&engine->lock);
        engine->stats.n_stale++;
        (void)pthread_mutex_unlock(&engine->lock);
    }
    if (link == NULL)
        st = make_link(engine, &link, err);
    if (st != ROWAN_OK) {
        free_place(engine, true);
        return st;
    }
    *out = link;
    return ROWAN_OK;
}

/* Takes what is surplus and has long been idle out of the pool, for the caller to close.
 * Called under the lock; the list is in the order of use. */
static rowan__link *take_surplus(rowan_engine *engine, int64_t now_ms)
{
    rowan__link **at = &engine->idle, *surplus;

    if (engine->stats.n_idle <= engine->max_idle)
        return NULL;
    for (size_t i = 0; i < engine->max_idle; i++)
        at = &(*at)->next;
    while (*at != NULL && now_ms - (*at)->idle_since_ms < SURPLUS_MS)
        at = &(*at)->next;
    surplus = *at;
    *at = NULL;
    for (rowan__link *link = surplus; link != NULL; link = link->next) {
        engine->stats.n_idle--;
        engine->n_open--;
    }
    return surplus;
}

void rowan__engine_return(rowan_engine *engine, rowan__link *link)
{
    rowan__link *surplus = NULL, *next;

    if (link->conn->broken || (link->altered && !engine->has_one)) {
        (void)pthread_mutex_lock(&engine->lock);
        engine->stats.n_resets += !link->conn->broken;
        (void)pthread_mutex_unlock(&engine->lock);
        rowan__link_close(link);
        free_place(engine, false);
        return;
    }
    link->idle_since_ms = rowan_clock_ms();
    (void)pthread_mutex_lock(&engine->lock);
    if (!give_to_waiter(engine, link)) {
        link->next = engine->idle;
        engine->idle = link;
        engine->stats.n_idle++;
        engine->stats.n_lent--;
        surplus = take_surplus(engine, link->idle_since_ms);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    for (; surplus != NULL; surplus = next) {
        next = surplus->next;
        rowan__link_close(surplus);
    }
}
