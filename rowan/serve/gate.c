/* gate.c - see gate_int.h. */
#include "gate_int.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <rowan/wait.h>

#include "alloc_int.h"
#include "head_int.h"
#include "limits_int.h"
#include "problem_int.h"

#define ACCEPTS_PER_TURN 64

/* A connection at the gate. */
struct visitor {
    struct visitor *next, *prev;
    rowan__gate *gate;
    int64_t deadline_ms;
    int fd;
    bool refused; /* has its answer; is given a moment to read it */
    bool spoke;   /* has sent something */
    socklen_t addr_len;
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } addr;
};

enum fate {
    STAYS, /* at the gate */
    LEFT   /* the visitor is freed */
};

struct rowan__gate {
    rowan__poller *poller;
    rowan__gate_opts opts;
    int listen_fd;
    bool listening; /* the poller watches it */
    struct visitor *visitors;
    size_t n_visitors;
    char peeked[ROWAN__MAX_HEAD + 1];
};

static void end_visit(struct visitor *visitor)
{
    rowan__gate *gate = visitor->gate;

    if (visitor->prev != NULL)
        visitor->prev->next = visitor->next;
    else
        gate->visitors = visitor->next;
    if (visitor->next != NULL)
        visitor->next->prev = visitor->prev;
    gate->n_visitors--;
    rowan__free(visitor);
}

static void hang_up(struct visitor *visitor)
{
    rowan__poller_forget(visitor->gate->poller, visitor->fd);
    (void)close(visitor->fd);
    end_visit(visitor);
}

static void admit(struct visitor *visitor)
{
    rowan__gate *gate = visitor->gate;

    rowan__poller_remove(gate->poller, visitor->fd);
    gate->opts.admit(gate->opts.ctx, visitor->fd, &visitor->addr.any,
                     visitor->addr_len);
    end_visit(visitor);
}

/* Reads and forgets what is there: a close with unread bytes would reset the connection
 * and take the answer with it. */
static enum fate drain(struct visitor *visitor)
{
    rowan__gate *gate = visitor->gate;
    ssize_t n;

    do
        n = recv(visitor->fd, gate->peeked, sizeof gate->peeked, MSG_DONTWAIT);
    while (n > 0 || (n < 0 && errno == EINTR));
    if (n < 0 && errno == EAGAIN)
        return STAYS;
    hang_up(visitor);
    return LEFT;
}

static enum fate refuse(struct visitor *visitor, const rowan__refusal *refusal)
{
    rowan__problem_send(visitor->fd, refusal);
    (void)shutdown(visitor->fd, SHUT_WR);
    visitor->refused = true;
    visitor->deadline_ms = rowan_clock_ms() + ROWAN__LINGER_MS;
    return drain(visitor);
}

/* Looks at what a visitor has sent so far. */
static enum fate look(struct visitor *visitor, bool at_its_end)
{
    rowan__gate *gate = visitor->gate;
    ssize_t n =
        recv(visitor->fd, gate->peeked, sizeof gate->peeked, MSG_PEEK | MSG_DONTWAIT);
    const rowan__refusal *refusal;
    size_t head_len;

    if (n < 0 && (errno == EAGAIN || errno == EINTR) && !at_its_end)
        return STAYS;
    if (n > 0) {
        visitor->spoke = true;
        refusal = rowan__head_parse(gate->peeked, (size_t)n, &head_len);
        if (refusal != NULL)
            return refuse(visitor, refusal);
        if (head_len != ROWAN__HEAD_MORE) {
            admit(visitor);
            return LEFT;
        }
        if (!at_its_end)
            return STAYS;
    }
    hang_up(visitor);
    return LEFT;
}

static void on_visitor(void *arg, uint32_t events)
{
    struct visitor *visitor = arg;

    if (visitor->refused)
        (void)drain(visitor);
    else
        (void)look(visitor, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

static void welcome(rowan__gate *gate, int fd, const struct visitor *from)
{
    struct visitor *visitor = rowan__malloc(sizeof *visitor);

    if (visitor == NULL) {
        (void)close(fd);
        return;
    }
    *visitor = *from;
    visitor->gate = gate;
    visitor->fd = fd;
    visitor->deadline_ms = rowan_clock_ms() + gate->opts.timeout_ms;
    visitor->next = gate->visitors;
    if (visitor->next != NULL)
        visitor->next->prev = visitor;
    gate->visitors = visitor;
    gate->n_visitors++;
    if (look(visitor, false) == LEFT)
        return;
    if (rowan__poller_watch(gate->poller, fd, EPOLLIN | EPOLLRDHUP | EPOLLET,
                            on_visitor, visitor) != 0)
        hang_up(visitor);
}

static void pause_listening(rowan__gate *gate)
{
    rowan__poller_remove(gate->poller, gate->listen_fd);
    gate->listening = false;
}

static bool has_room(const rowan__gate *gate)
{
    return gate->n_visitors + gate->opts.count(gate->opts.ctx) < gate->opts.max_conns;
}

static void on_listen(void *arg, uint32_t events)
{
    rowan__gate *gate = arg;

    (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN && gate->listening; i++) {
        struct visitor from = { .addr_len = sizeof from.addr };
        int fd;

        if (!has_room(gate)) {
            pause_listening(gate);
            return;
        }
        fd = accept4(gate->listen_fd, &from.addr.any, &from.addr_len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            welcome(gate, fd, &from);
        else if (errno == EAGAIN)
            return;
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                 errno == ENOMEM)
            pause_listening(gate); /* until the next tick */
    }
}

static bool listen_again(rowan__gate *gate)
{
    if (gate->listening || gate->listen_fd < 0 || !has_room(gate))
        return true;
    gate->listening = rowan__poller_watch(gate->poller, gate->listen_fd, EPOLLIN,
                                          on_listen, gate) == 0;
    return gate->listening;
}

rowan_status rowan__gate_open(rowan__poller *poller, int listen_fd,
                              const rowan__gate_opts *opts, rowan__gate **out,
                              rowan_error *err)
{
    rowan__gate *gate = rowan__calloc(1, sizeof *gate);

    if (gate == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    gate->poller = poller;
    gate->opts = *opts;
    gate->listen_fd = listen_fd;
    if (!listen_again(gate)) {
        rowan__free(gate);
        return rowan_fail(err, ROWAN_EIO, "cannot watch the listening socket: %s",
                          strerror(errno));
    }
    *out = gate;
    return ROWAN_OK;
}

void rowan__gate_tick(rowan__gate *gate, int64_t now_ms)
{
    for (struct visitor *visitor = gate->visitors, *next; visitor != NULL;
         visitor = next) {
        next = visitor->next;
        if (visitor->deadline_ms > now_ms)
            continue;
        if (visitor->spoke && !visitor->refused)
            (void)refuse(visitor, &rowan__refused_slow);
        else
            hang_up(visitor);
    }
    (void)listen_again(gate);
}

void rowan__gate_shut(rowan__gate *gate)
{
    if (gate->listen_fd < 0)
        return;
    pause_listening(gate);
    (void)close(gate->listen_fd);
    gate->listen_fd = -1;
    while (gate->visitors != NULL)
        hang_up(gate->visitors);
}

void rowan__gate_close(rowan__gate *gate)
{
    if (gate == NULL)
        return;
    rowan__gate_shut(gate);
    rowan__free(gate);
}
