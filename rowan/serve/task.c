/* task.c - see task_int.h.
 *
 * A task's stack is a mapping with a page below it that must not be touched, so that an
 * overrun ends the program and not another task's data. Its pages cost nothing until they
 * are used, and a few stacks are kept for the next tasks. The task itself lies at the top
 * of its stack.
 *
 * Timeouts: waits end early but for accidents, so the deadlines are in no order; one
 * timer is set to the earliest, and when it fires all parked tasks are looked at.
 */
#include "task_int.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "alloc_int.h"
#include "context_int.h"
#include "limits_int.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_FACTOR 4 /* instrumented frames are larger */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STACK_FACTOR 4
#endif
#endif
#ifndef STACK_FACTOR
#define STACK_FACTOR 1
#endif
#define STACK_SIZE ((size_t)ROWAN__TASK_STACK * STACK_FACTOR)

struct rowan__task {
    rowan__context context;
    rowan__tasks *tasks;
    void (*fn)(void *arg);
    void *arg;
    rowan__task *next, *prev; /* among the parked, the woken or the spare */
    int64_t deadline_ms;      /* of its park; 0 for none */
    uint32_t events;          /* epoll's, that ended its wait */
    bool parked;
    bool woken; /* by somebody, not by time */
    bool ended;
};

struct list { /* of tasks, in the order they came */
    rowan__task *first, *last;
};

struct rowan__tasks {
    rowan__poller *poller;
    uv_timer_t timer;
    int64_t timer_ms; /* when it fires; 0 if it is not set */
    rowan__context loop;
    rowan__task *current;
    struct list parked, woken, spare;
    size_t n_spare, n_tasks, max_tasks;
    size_t page_size;
    bool cancelled;
};

static void list_add(struct list *list, rowan__task *task)
{
    task->next = NULL;
    task->prev = list->last;
    if (list->last != NULL)
        list->last->next = task;
    else
        list->first = task;
    list->last = task;
}

static void list_take(struct list *list, rowan__task *task)
{
    if (task->prev != NULL)
        task->prev->next = task->next;
    else
        list->first = task->next;
    if (task->next != NULL)
        task->next->prev = task->prev;
    else
        list->last = task->prev;
}

/* Stacks. */

static void *stack_of(rowan__task *task)
{
    return (char *)(task + 1) - STACK_SIZE;
}

static rowan__task *map_stack(size_t page_size)
{
    char *guard = mmap(NULL, page_size + STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (guard == MAP_FAILED)
        return NULL;
    if (mprotect(guard, page_size, PROT_NONE) != 0) {
        (void)munmap(guard, page_size + STACK_SIZE);
        return NULL;
    }
    return (rowan__task *)(void *)(guard + page_size + STACK_SIZE) - 1;
}

static void unmap_stack(rowan__task *task)
{
    size_t page_size = task->tasks->page_size;

    (void)munmap((char *)stack_of(task) - page_size, page_size + STACK_SIZE);
}

static rowan__task *take_stack(rowan__tasks *tasks)
{
    rowan__task *task = tasks->spare.last; /* the one whose pages are warm */

    if (task == NULL)
        return map_stack(tasks->page_size);
    list_take(&tasks->spare, task);
    tasks->n_spare--;
    return task;
}

static void give_stack(rowan__task *task)
{
    rowan__tasks *tasks = task->tasks;

    rowan__context_done(&task->context);
    if (tasks->n_spare == ROWAN__SPARE_STACKS) {
        unmap_stack(task);
        return;
    }
    list_add(&tasks->spare, task);
    tasks->n_spare++;
}

/* Running. */

static void task_main(void *arg)
{
    rowan__task *task = arg;

    task->fn(task->arg);
    task->ended = true;
    rowan__context_switch(&task->context, &task->tasks->loop, true);
}

/* Goes on with a task until it parks or ends. Called on the loop's stack. */
static void run(rowan__task *task)
{
    rowan__tasks *tasks = task->tasks;

    assert(tasks->current == NULL);
    tasks->current = task;
    rowan__context_switch(&tasks->loop, &task->context, false);
    tasks->current = NULL;
    if (task->ended) {
        tasks->n_tasks--;
        give_stack(task);
    }
}

rowan_status rowan__task_start(rowan__tasks *tasks, void (*fn)(void *arg), void *arg)
{
    rowan__task *task;

    if (tasks->n_tasks >= tasks->max_tasks)
        return ROWAN_EBUSY;
    task = take_stack(tasks);
    if (task == NULL)
        return ROWAN_ENOMEM;
    task->tasks = tasks;
    task->fn = fn;
    task->arg = arg;
    task->parked = task->woken = task->ended = false;
    rowan__context_init(&task->context, stack_of(task), STACK_SIZE - sizeof *task,
                        task_main, task);
    tasks->n_tasks++;
    run(task);
    return ROWAN_OK;
}

rowan__task *rowan__task_current(const rowan__tasks *tasks)
{
    return tasks->current;
}

/* Timeouts. */

static void on_timer(uv_timer_t *timer);

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms == 0 || (b_ms != 0 && b_ms < a_ms) ? b_ms : a_ms;
}

static void set_timer(rowan__tasks *tasks, int64_t deadline_ms)
{
    if (deadline_ms == 0 || earlier(tasks->timer_ms, deadline_ms) == tasks->timer_ms)
        return;
    tasks->timer_ms = deadline_ms;
    uv_update_time(
        tasks->timer.loop); /* a handler may have run for long in this turn */
    (void)uv_timer_start(&tasks->timer, on_timer,
                         (uint64_t)rowan_clock_left(deadline_ms), 0);
}

/* The park of a task is over. */
static void unpark(rowan__task *task, bool woken)
{
    list_take(&task->tasks->parked, task);
    task->parked = false;
    task->woken = woken;
}

static void on_timer(uv_timer_t *timer)
{
    rowan__tasks *tasks = timer->data;
    int64_t now_ms = rowan_clock_ms(), next_ms = 0;

    tasks->timer_ms = 0;
    for (rowan__task *task = tasks->parked.first, *next; task != NULL; task = next) {
        next = task->next;
        if (task->deadline_ms != 0 && task->deadline_ms <= now_ms) {
            unpark(task, false);
            list_add(&tasks->woken, task);
        } else {
            next_ms = earlier(next_ms, task->deadline_ms);
        }
    }
    set_timer(tasks, next_ms);
    rowan__tasks_turn(tasks);
}

/* Waiting. */

bool rowan__task_park(rowan__tasks *tasks, int timeout_ms)
{
    rowan__task *task = tasks->current;

    assert(task != NULL);
    if (tasks->cancelled)
        return false;
    task->deadline_ms = timeout_ms < 0 ? 0 : rowan_clock_ms() + timeout_ms;
    task->parked = true;
    list_add(&tasks->parked, task);
    set_timer(tasks, task->deadline_ms);
    rowan__context_switch(&task->context, &tasks->loop, false);
    return task->woken;
}

void rowan__task_resume(rowan__task *task)
{
    assert(task->parked);
    unpark(task, true);
    run(task);
}

void rowan__task_wake(rowan__task *task)
{
    if (!task->parked)
        return;
    unpark(task, true);
    list_add(&task->tasks->woken, task);
}

void rowan__tasks_turn(rowan__tasks *tasks)
{
    rowan__task *task;

    while ((task = tasks->woken.first) != NULL) {
        list_take(&tasks->woken, task);
        run(task);
    }
}

static void on_ready(void *arg, uint32_t events)
{
    rowan__task *task = arg;

    if (!task->parked)
        return;
    task->events = events;
    rowan__task_resume(task);
}

static int wait_events(uint32_t ready, unsigned wanted)
{
    int events = 0;

    if (ready & (EPOLLERR | EPOLLHUP)) /* let the read or write find out why */
        return (int)wanted;
    if (ready & EPOLLIN)
        events |= ROWAN_WAIT_READ;
    if (ready & EPOLLOUT)
        events |= ROWAN_WAIT_WRITE;
    return events;
}

int rowan__task_wait(void *ctx, int fd, unsigned events, int timeout_ms)
{
    rowan__tasks *tasks = ctx;
    rowan__task *task = tasks->current;
    uint32_t wanted = EPOLLONESHOT |
                      (events & ROWAN_WAIT_READ ? (uint32_t)EPOLLIN : 0) |
                      (events & ROWAN_WAIT_WRITE ? (uint32_t)EPOLLOUT : 0);
    bool woken;
    int rc;

    if (task == NULL || timeout_ms == 0)
        return rowan_wait(NULL, fd, events, timeout_ms);
    if (tasks->cancelled)
        return -1;
    if (fd < 0) /* the time passes, nothing else */
        return rowan__task_park(tasks, timeout_ms) || tasks->cancelled ? -1 : 0;
    rc = rowan__poller_watch(tasks->poller, fd, wanted, on_ready, task);
    if (rc != 0)
        return rc == EPERM ? (int)events : -1;
    woken = rowan__task_park(tasks, timeout_ms);
    rowan__poller_forget(tasks->poller, fd);
    if (woken)
        return wait_events(task->events, events);
    return tasks->cancelled ? -1 : 0;
}

void rowan__tasks_cancel(rowan__tasks *tasks)
{
    rowan__task *task;

    tasks->cancelled = true;
    while ((task = tasks->parked.first) != NULL) {
        unpark(task, false);
        list_add(&tasks->woken, task);
    }
    rowan__tasks_turn(tasks);
}

size_t rowan__tasks_count(const rowan__tasks *tasks)
{
    return tasks->n_tasks;
}

rowan_status rowan__tasks_open(uv_loop_t *loop, rowan__poller *poller, size_t max_tasks,
                               rowan__tasks **out, rowan_error *err)
{
    rowan__tasks *tasks = rowan__calloc(1, sizeof *tasks);

    if (tasks == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    tasks->poller = poller;
    tasks->max_tasks = max_tasks;
    tasks->page_size = (size_t)sysconf(_SC_PAGESIZE);
    (void)uv_timer_init(loop, &tasks->timer);
    tasks->timer.data = tasks;
    *out = tasks;
    return ROWAN_OK;
}

static void free_tasks(uv_handle_t *handle)
{
    rowan__free(handle->data);
}

void rowan__tasks_close(rowan__tasks *tasks)
{
    rowan__task *task;

    if (tasks == NULL)
        return;
    assert(tasks->n_tasks == 0);
    while ((task = tasks->spare.first) != NULL) {
        list_take(&tasks->spare, task);
        unmap_stack(task);
    }
    uv_close((uv_handle_t *)&tasks->timer, free_tasks);
}
