/* poller_int.h - descriptors that somebody waits for, in one epoll set under the loop.
 *
 * libuv's own handles would be told of each start and stop with two system calls, and
 * keep a descriptor that libpq has closed. Here a wait is one call, a closed descriptor
 * leaves the set by itself, and an event that comes too late for its wait is dropped by
 * its number. One thread.
 */
#ifndef ROWAN_POLLER_INT_H
#define ROWAN_POLLER_INT_H

#include <stdint.h>
#include <sys/epoll.h>
#include <uv.h>

#include <rowan/status.h>

typedef struct rowan__poller rowan__poller;

/* A descriptor is ready: `events` are epoll's. May watch, forget and close. */
typedef void rowan__ready_fn(void *arg, uint32_t events);

rowan_status rowan__poller_open(uv_loop_t *loop, rowan__poller **out,
                                rowan_error *err) ROWAN_CHECKED;

/* Closes it; the memory goes when the loop has run once more. NULL is fine. */
void rowan__poller_close(rowan__poller *poller);

/* Calls ready(arg) when `fd` is ready for epoll's `events` (with EPOLLONESHOT or EPOLLET
 * as wanted); takes the place of what was asked for this descriptor before.
 * Returns  0; or an errno: EPERM for a file, which is always ready. */
int rowan__poller_watch(rowan__poller *poller, int fd, uint32_t events,
                        rowan__ready_fn *ready, void *arg);

/* Never calls for `fd` again. For a descriptor that is watched once (EPOLLONESHOT) or is
 * closed next; the kernel may wake us once more in vain. */
void rowan__poller_forget(rowan__poller *poller, int fd);

/* The same for a descriptor that lives on elsewhere. */
void rowan__poller_remove(rowan__poller *poller, int fd);

#endif
