/* connect.c - from a URI to a connection with PostgreSQL.
 *
 * libpq goes through the hosts by itself and looks for one that is what
 * target_session_attrs wants. A machine that is off says nothing, and libpq would wait for
 * it as long as we let it: a host that is silent for its share of the time is left out, and
 * libpq begins anew with the others.
 */
#include "postgres/postgres_int.h"

#include <stdlib.h>
#include <string.h>

#define MAX_KEYWORDS (ROWAN__URI_MAX_PARAMS + 16)

typedef struct keywords {
    const char *names[MAX_KEYWORDS];
    const char *values[MAX_KEYWORDS];
    size_t n;
} keywords;

/* A connect under way. */
typedef struct attempt {
    const rowan__uri *uri;
    const rowan__connect_opts *opts;
    int64_t deadline;
    bool silent[ROWAN__URI_MAX_HOSTS]; /* left out */
    size_t n_left;                     /* hosts that are not */
} attempt;

static void add_keyword(keywords *list, const char *name, const char *value)
{
    if (value == NULL || list->n == MAX_KEYWORDS - 1)
        return;
    list->names[list->n] = name;
    list->values[list->n++] = value;
    list->names[list->n] = list->values[list->n] = NULL;
}

rowan_status rowan__pg_check_uri(const rowan__uri *uri, size_t *max_conns,
                                 rowan_error *err)
{
    PQconninfoOption *known = PQconndefaults(), *option;
    const char *unknown = NULL;

    *max_conns = 0;
    if (known == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < uri->n_params && unknown == NULL; i++) {
        for (option = known; option->keyword != NULL; option++) {
            if (strcmp(option->keyword, uri->params[i].name) == 0)
                break;
        }
        if (option->keyword == NULL)
            unknown = uri->params[i].name;
    }
    PQconninfoFree(known);
    if (unknown == NULL)
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EINVAL,
                      "DATABASE_URI: unknown parameter %.64s for PostgreSQL", unknown);
}

/* "host1,host2" and "5432,5433", as libpq takes them. */
static void join_hosts(const attempt *a, rowan__buf *hosts, rowan__buf *ports)
{
    bool first = true;

    for (size_t i = 0; i < a->uri->n_hosts; i++) {
        if (a->silent[i])
            continue;
        rowan__buf_str(hosts, first ? "" : ",");
        rowan__buf_str(hosts, a->uri->hosts[i].name);
        rowan__buf_str(ports, first ? "" : ",");
        if (a->uri->hosts[i].port > 0)
            rowan__buf_int64(ports, a->uri->hosts[i].port);
        first = false;
    }
}

static void add_options(const attempt *a, rowan__buf *options)
{
    if (rowan__uri_param_get(a->uri, "options") != NULL)
        rowan__buf_printf(options, "%s ", rowan__uri_param_get(a->uri, "options"));
    if (a->opts->statement_timeout_ms > 0)
        rowan__buf_printf(options, "-c statement_timeout=%u ",
                          (unsigned)a->opts->statement_timeout_ms);
    if (a->opts->read_only)
        rowan__buf_str(options, "-c default_transaction_read_only=on");
}

static rowan_status start_connect(postgres_conn *conn, const attempt *a,
                                  rowan_error *err)
{
    const rowan__uri *uri = a->uri;
    keywords list = { .n = 0 };
    rowan__buf hosts, ports, options;
    rowan_status st = ROWAN_OK;

    rowan__buf_init(&hosts, 0);
    rowan__buf_init(&ports, 0);
    rowan__buf_init(&options, 0);
    join_hosts(a, &hosts, &ports);
    add_options(a, &options);
    add_keyword(&list, "host", hosts.len > 0 ? hosts.ptr : NULL);
    add_keyword(&list, "port", ports.len > 0 ? ports.ptr : NULL);
    add_keyword(&list, "user", uri->user);
    add_keyword(&list, "password", uri->password);
    add_keyword(&list, "dbname", uri->database[0] != '\0' ? uri->database : NULL);
    add_keyword(&list, "fallback_application_name", "rowan");
    for (size_t i = 0; i < uri->n_params; i++) {
        if (strcmp(uri->params[i].name, "options") != 0)
            add_keyword(&list, uri->params[i].name, uri->params[i].value);
    }
    add_keyword(&list, "options", options.len > 0 ? options.ptr : NULL);
    add_keyword(&list, "client_encoding", "UTF8"); /* the last one counts */
    if (rowan__buf_ok(&hosts) && rowan__buf_ok(&ports) && rowan__buf_ok(&options))
        conn->pg = PQconnectStartParams(list.names, list.values, 0);
    if (conn->pg == NULL)
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    else if (PQstatus(conn->pg) == CONNECTION_BAD)
        st = rowan__pg_fail(conn, err);
    rowan__buf_done(&hosts);
    rowan__buf_done(&ports);
    rowan__buf_done(&options);
    return st;
}

/* The host that libpq is busy with; n_hosts if that cannot be told. */
static size_t host_at(const postgres_conn *conn, const attempt *a)
{
    const char *name = PQhost(conn->pg), *port = PQport(conn->pg);
    size_t i = 0;

    if (name == NULL || port == NULL ||
        rowan__uri_param_get(a->uri, "hostaddr") != NULL)
        return a->uri->n_hosts;
    while (i < a->uri->n_hosts &&
           (a->silent[i] || strcmp(a->uri->hosts[i].name, name) != 0 ||
            (a->uri->hosts[i].port > 0 &&
             strtol(port, NULL, 10) != a->uri->hosts[i].port)))
        i++;
    return i;
}

/* When a host that libpq begins with now has had its share of the time. */
static int64_t share_of(const attempt *a)
{
    int64_t end = rowan_clock_ms() +
                  (int64_t)a->opts->connect_timeout_ms / (int64_t)a->uri->n_hosts;

    return a->n_left > 1 && end < a->deadline ? end : a->deadline;
}

/* Waits until libpq is connected, or a host has been silent for too long. */
static rowan_status wait_connected(postgres_conn *conn, const attempt *a,
                                   size_t *silent, rowan_error *err)
{
    size_t host = a->uri->n_hosts, now;
    int64_t host_deadline = a->deadline;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK) {
        unsigned events =
            state == PGRES_POLLING_READING ? ROWAN_WAIT_READ : ROWAN_WAIT_WRITE;
        int n;

        now = host_at(conn, a);
        if (now != host && now < a->uri->n_hosts)
            host_deadline = share_of(a);
        host = now;
        n = rowan_wait(conn->base.wait, PQsocket(conn->pg), events,
                       rowan_clock_left(host_deadline));
        if (n < 0) /* libpq would only say that it waits */
            return rowan_fail(err, ROWAN_ECONN,
                              "PostgreSQL: the wait for a connection was broken off");
        if (n == 0) {
            *silent = host;
            return rowan_fail(err, ROWAN_ECONN,
                              "PostgreSQL: no connection within %u ms",
                              (unsigned)a->opts->connect_timeout_ms);
        }
        state = PQconnectPoll(conn->pg);
        if (state == PGRES_POLLING_FAILED)
            return rowan__pg_fail(conn, err);
    }
    return ROWAN_OK;
}

rowan_status rowan__pg_connect(postgres_conn *conn, const rowan__uri *uri,
                               const rowan__connect_opts *opts, rowan_error *err)
{
    attempt a = { .uri = uri, .opts = opts, .n_left = uri->n_hosts };
    rowan_status st;
    size_t silent;

    a.deadline = rowan_clock_ms() + opts->connect_timeout_ms;
    do {
        silent = uri->n_hosts;
        st = start_connect(conn, &a, err);
        if (st == ROWAN_OK)
            st = wait_connected(conn, &a, &silent, err);
        if (silent == uri->n_hosts || a.n_left == 1)
            return st;
        a.silent[silent] = true;
        a.n_left--;
        PQfinish(conn->pg);
        conn->pg = NULL;
    } while (rowan_clock_ms() < a.deadline);
    return st;
}
