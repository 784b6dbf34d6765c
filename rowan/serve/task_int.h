/* task_int.h - straight-line code that shares a thread with thousands of others.
 *
 * A task is a function on a stack of its own. It runs until it waits, and goes on when
 * what it waits for has happened; in between, the loop and other tasks run. Waiting is
 * the library's one seam (rowan/wait.h): rowan__task_wait() is the hook. Tasks are
 * started and resumed by the loop, never by each other. One thread.
 */
#ifndef ROWAN_TASK_INT_H
#define ROWAN_TASK_INT_H

#include <stdbool.h>

#include "poller_int.h"

#include <rowan/wait.h>

typedef struct rowan__tasks rowan__tasks; /* all tasks of a thread */
typedef struct rowan__task rowan__task;

rowan_status rowan__tasks_open(uv_loop_t *loop, rowan__poller *poller, size_t max_tasks,
                               rowan__tasks **out, rowan_error *err) ROWAN_CHECKED;

/* Closes it; no task is under way. The memory goes when the loop has run once more. NULL
 * is fine. */
void rowan__tasks_close(rowan__tasks *tasks);

/* Runs fn(arg) as a task, until it waits for the first time or ends.
 * Returns  ROWAN_OK; ROWAN_EBUSY if there are too many; ROWAN_ENOMEM for want of a stack:
 *          then it has not run. */
rowan_status rowan__task_start(rowan__tasks *tasks, void (*fn)(void *arg),
                               void *arg) ROWAN_CHECKED;

/* The task that calls, or NULL outside of one. */
rowan__task *rowan__task_current(const rowan__tasks *tasks);

/* Stops the task that calls until somebody resumes or wakes it.
 * timeout_ms  at most so long; negative for ever
 * Returns     false if the time is over or tasks are cancelled. */
bool rowan__task_park(rowan__tasks *tasks, int timeout_ms);

/* Goes on with a task that has parked, at once: returns when it parks again or ends. */
void rowan__task_resume(rowan__task *task);

/* The same, on the next turn of the loop; nothing if it has not parked. */
void rowan__task_wake(rowan__task *task);

/* The wait hook; `ctx` is the rowan__tasks. Outside of a task it is poll(2). At most one
 * task waits for a descriptor at a time. */
int rowan__task_wait(void *ctx, int fd, unsigned events, int timeout_ms);

/* Runs the tasks that were woken; the loop calls it each turn. */
void rowan__tasks_turn(rowan__tasks *tasks);

/* Ends all waiting: what tasks wait for now, and whatever they ask from now on, fails. */
void rowan__tasks_cancel(rowan__tasks *tasks);

/* Tasks that have not ended. */
size_t rowan__tasks_count(const rowan__tasks *tasks);

#endif
