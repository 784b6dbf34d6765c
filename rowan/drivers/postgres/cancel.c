/* cancel.c - leaving a result before its end.
 *
 * What is left of it must be read before the connection is used again. A short rest is; a
 * long one is cancelled, which PostgreSQL counts as an error of the statement, and of the
 * transaction it is in. There, a savepoint before the statement takes that back: on other
 * databases, too, a transaction goes on after a cursor that was left.
 */
#include "postgres/postgres_int.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "alloc_int.h"

#define DRAIN_MS  50   /* what is not at its end by then is cancelled */
#define CANCEL_MS 5000 /* for the request to be heard */

#define SAVEPOINT "rowan_result"

/* The savepoint. */

rowan_status rowan__pg_save(postgres_conn *conn, bool *saved, rowan_error *err)
{
    rowan_status st;

    *saved = false;
    if (PQtransactionStatus(conn->pg) != PQTRANS_INTRANS)
        return ROWAN_OK;
    st = rowan__pg_run(conn, "SAVEPOINT " SAVEPOINT, rowan__pg_deadline(conn), err);
    *saved = st == ROWAN_OK;
    return st;
}

void rowan__pg_unsave(postgres_conn *conn, bool cancelled)
{
    const char *sql = NULL;

    if (conn->base.broken)
        return;
    if (PQtransactionStatus(conn->pg) == PQTRANS_INTRANS)
        sql = "RELEASE SAVEPOINT " SAVEPOINT;
    else if (cancelled && PQtransactionStatus(conn->pg) == PQTRANS_INERROR)
        sql = "ROLLBACK TO SAVEPOINT " SAVEPOINT "; RELEASE SAVEPOINT " SAVEPOINT;
    if (sql != NULL &&
        rowan__pg_run(conn, sql, rowan__pg_deadline(conn), NULL) != ROWAN_OK)
        conn->base.broken = true; /* nobody would be told that the transaction failed */
}

/* The request. libpq's function for it blocks, for ever if the server is frozen, and the
 * server's secret that a request has to show is known to libpq only: a thread of its own
 * calls it, and whoever of the two is last clears up. */

enum {
    UNDER_WAY,
    HEARD,
    ABANDONED
};

typedef struct request {
    PGcancel *cancel;
    int event_fd;
    atomic_int state;
} request;

static void free_request(request *r)
{
    PQfreeCancel(r->cancel);
    if (r->event_fd >= 0)
        (void)close(r->event_fd);
    rowan__free(r);
}

static void *send_request(void *arg)
{
    request *r = arg;
    uint64_t one = 1;
    char words[256];

    (void)PQcancel(r->cancel, words, sizeof words);
    if (atomic_exchange(&r->state, HEARD) == ABANDONED) {
        free_request(r);
        return NULL;
    }
    while (write(r->event_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    return NULL;
}

/* The program's signals are not for this thread. */
static bool start_thread(pthread_t *thread, request *r)
{
    sigset_t all, before;
    bool started;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(thread, NULL, send_request, r) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Whether the server has heard the request: it then hits this statement or none. */
static bool cancel(postgres_conn *conn)
{
    int64_t statement_end = rowan__pg_deadline(conn);
    int64_t until = rowan_clock_ms() + CANCEL_MS;
    request *r = rowan__calloc(1, sizeof *r);
    pthread_t thread;

    if (r == NULL)
        return false;
    if (statement_end != 0 && statement_end < until)
        until = statement_end;
    r->cancel = PQgetCancel(conn->pg);
    r->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->cancel == NULL || r->event_fd < 0 || !start_thread(&thread, r)) {
        free_request(r);
        return false;
    }
    if (rowan_wait(conn->base.wait, r->event_fd, ROWAN_WAIT_READ,
                   rowan_clock_left(until)) <= 0 &&
        atomic_exchange(&r->state, ABANDONED) != HEARD) {
        (void)pthread_detach(thread);
        return false;
    }
    (void)pthread_join(thread, NULL);
    free_request(r);
    return true;
}

/* Reading the rest. */

/* Whether libpq has a result, or the end, by then. */
static bool has_more_by(postgres_conn *conn, int64_t until)
{
    while (PQisBusy(conn->pg)) {
        int n = rowan_wait(conn->base.wait, PQsocket(conn->pg), ROWAN_WAIT_READ,
                           rowan_clock_left(until));

        if (n == 0)
            return false;
        if (n < 0 || !PQconsumeInput(conn->pg)) {
            conn->base.broken = true;
            return false;
        }
    }
    return true;
}

static bool ends_soon(postgres_conn *conn)
{
    int64_t until = rowan_clock_ms() + DRAIN_MS;

    while (has_more_by(conn, until)) {
        PGresult *result = PQgetResult(conn->pg);

        PQclear(result);
        if (result == NULL)
            return true;
        if (rowan_clock_ms() >= until)
            return false;
    }
    return false;
}

bool rowan__pg_leave(postgres_conn *conn)
{
    if (conn->base.broken || ends_soon(conn) || conn->base.broken)
        return false;
    if (!cancel(conn)) {
        conn->base.broken = true; /* it might hit the next statement */
        return false;
    }
    (void)rowan__pg_drain(conn, rowan__pg_deadline(conn), NULL, NULL);
    return true;
}
