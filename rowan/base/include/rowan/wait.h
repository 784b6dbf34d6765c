/* rowan/wait.h - the one seam for waiting.
 *
 * Whatever in Rowan may block on a socket or on another thread goes through one hook
 * that waits for a file descriptor. The default is poll(2), so that a loader or a test is
 * plain blocking code; a server gives the engine a hook that parks the current task and
 * runs another.  Uses: nothing.
 */
#ifndef ROWAN_WAIT_H
#define ROWAN_WAIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is waited for: an OR of these. */
typedef enum rowan_wait_events {
    ROWAN_WAIT_READ = 1, /* the descriptor can be read, or is at its end */
    ROWAN_WAIT_WRITE = 2 /* the descriptor can be written */
} rowan_wait_events;

/* Waits until `fd` is ready for one of `events` (an OR of rowan_wait_events); an `fd` of
 * -1 only lets the time pass.
 * timeout_ms  at most so long; negative waits for ever
 * Returns     the events that are ready; 0 when the time is over; negative on an error
 *             of the descriptor.
 * Threads     called on the thread that runs the session. */
typedef int rowan_wait_fn(void *ctx, int fd, unsigned events, int timeout_ms);

typedef struct rowan_wait_hook { /* {0} is valid: poll(2) */
    rowan_wait_fn *wait;
    void *ctx; /* handed to `wait` */
} rowan_wait_hook;

/* Waits through `hook`; NULL, or a hook without a function, is poll(2). */
int rowan_wait(const rowan_wait_hook *hook, int fd, unsigned events, int timeout_ms);

/* Milliseconds of a clock that never goes back, for deadlines. Threads: any. */
int64_t rowan_clock_ms(void);

/* Milliseconds from now to `deadline_ms` on that clock, never negative; -1 (for ever) if
 * the deadline is 0. What rowan_wait() takes. */
int rowan_clock_left(int64_t deadline_ms);

#ifdef __cplusplus
}
#endif
#endif
