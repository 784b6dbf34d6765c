/* gate_int.h - where connections come in.
 *
 * The gate accepts them and looks at the first request of each before libmicrohttpd sees
 * it, without taking its bytes (MSG_PEEK). libmicrohttpd hangs up on a malformed head, or
 * answers with a page of its own; here it gets the problem document that every other
 * mistake gets, and 408 if it does not come to its end. A connection that says nothing
 * costs 100 bytes. One thread.
 */
#ifndef ROWAN_GATE_INT_H
#define ROWAN_GATE_INT_H

#include <sys/socket.h>

#include "poller_int.h"

typedef struct rowan__gate rowan__gate;

typedef struct rowan__gate_opts {
    uint32_t timeout_ms; /* for a head to be there */
    size_t max_conns; /* at the gate and behind it; more wait in the kernel's queue */
    /* Takes a connection with a whole, fine head in its socket. */
    void (*admit)(void *ctx, int fd, const struct sockaddr *addr, socklen_t addr_len);
    /* Connections that are behind the gate. */
    size_t (*count)(void *ctx);
    void *ctx;
} rowan__gate_opts;

/* Opens a gate on a listening socket, which it owns from then on. */
rowan_status rowan__gate_open(rowan__poller *poller, int listen_fd,
                              const rowan__gate_opts *opts, rowan__gate **out,
                              rowan_error *err) ROWAN_CHECKED;

/* Ends what is too slow; called every now and then. */
void rowan__gate_tick(rowan__gate *gate, int64_t now_ms);

/* Accepts no more and hangs up on those that have no whole head yet. */
void rowan__gate_shut(rowan__gate *gate);

/* Frees it. NULL is fine. */
void rowan__gate_close(rowan__gate *gate);

#endif
