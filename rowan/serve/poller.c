/* poller.c - see poller_int.h. */
#include "poller_int.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "alloc_int.h"

#define EVENTS_PER_TURN 64

/* Who waits for a descriptor. */
struct slot {
    rowan__ready_fn *ready; /* NULL: nobody */
    void *arg;
    uint32_t number; /* of the wait: events carry it */
    bool was_new;    /* the last time, the kernel did not know it yet */
};

struct rowan__poller {
    uv_poll_t handle;
    int epoll_fd;
    struct slot *slots; /* by descriptor */
    size_t n_slots;
};

static void deliver(rowan__poller *poller, const struct epoll_event *event)
{
    size_t fd = (uint32_t)event->data.u64;
    uint32_t number = (uint32_t)(event->data.u64 >> 32);
    struct slot *slot = &poller->slots[fd];

    if (slot->ready != NULL && slot->number == number)
        slot->ready(slot->arg, event->events);
}

static void on_readable(uv_poll_t *handle, int status, int uv_events)
{
    rowan__poller *poller = handle->data;
    struct epoll_event events[EVENTS_PER_TURN];
    int n = epoll_wait(poller->epoll_fd, events, EVENTS_PER_TURN, 0);

    (void)status, (void)uv_events;
    for (int i = 0; i < n; i++)
        deliver(poller, &events[i]);
}

rowan_status rowan__poller_open(uv_loop_t *loop, rowan__poller **out, rowan_error *err)
{
    rowan__poller *poller = rowan__calloc(1, sizeof *poller);
    int rc;

    if (poller == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    poller->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poller->epoll_fd < 0) {
        rowan__free(poller);
        return rowan_fail(err, ROWAN_EIO, "epoll: %s", strerror(errno));
    }
    rc = uv_poll_init(loop, &poller->handle, poller->epoll_fd);
    if (rc == 0) {
        poller->handle.data = poller;
        rc = uv_poll_start(&poller->handle, UV_READABLE, on_readable);
        if (rc == 0) {
            *out = poller;
            return ROWAN_OK;
        }
        rowan__poller_close(poller);
    } else {
        (void)close(poller->epoll_fd);
        rowan__free(poller);
    }
    return rowan_fail(err, ROWAN_EIO, "the event loop: %s", uv_strerror(rc));
}

static void free_poller(uv_handle_t *handle)
{
    rowan__poller *poller = handle->data;

    (void)close(poller->epoll_fd);
    rowan__free(poller->slots);
    rowan__free(poller);
}

void rowan__poller_close(rowan__poller *poller)
{
    if (poller != NULL)
        uv_close((uv_handle_t *)&poller->handle, free_poller);
}

static bool make_room(rowan__poller *poller, size_t fd)
{
    size_t n = poller->n_slots < 64 ? 64 : poller->n_slots * 2;
    struct slot *slots;

    if (fd < poller->n_slots)
        return true;
    while (n <= fd)
        n *= 2;
    slots = rowan__realloc(poller->slots, n * sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots + poller->n_slots, 0, (n - poller->n_slots) * sizeof *slots);
    poller->slots = slots;
    poller->n_slots = n;
    return true;
}

/* Adds the descriptor or changes it, whichever it needs. A socket of a connection is known
 * for long, the number of an eventfd is new each time: what was right last is tried first. */
static int arm(rowan__poller *poller, int fd, struct epoll_event *event,
               struct slot *slot)
{
    int first = slot->was_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    int other = slot->was_new ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(poller->epoll_fd, first, fd, event) == 0)
        return 0;
    if (errno != ENOENT && errno != EEXIST)
        return errno;
    slot->was_new = !slot->was_new;
    return epoll_ctl(poller->epoll_fd, other, fd, event) == 0 ? 0 : errno;
}

int rowan__poller_watch(rowan__poller *poller, int fd, uint32_t events,
                        rowan__ready_fn *ready, void *arg)
{
    struct epoll_event event = { .events = events };
    struct slot *slot;
    int rc;

    if (fd < 0)
        return EBADF;
    if (!make_room(poller, (size_t)fd))
        return ENOMEM;
    slot = &poller->slots[fd];
    slot->number++;
    event.data.u64 = (uint64_t)slot->number << 32 | (uint32_t)fd;
    rc = arm(poller, fd, &event, slot);
    slot->ready = rc != 0 ? NULL : ready;
    slot->arg = arg;
    return rc;
}

void rowan__poller_forget(rowan__poller *poller, int fd)
{
    if (fd >= 0 && (size_t)fd < poller->n_slots)
        poller->slots[fd].ready = NULL;
}

void rowan__poller_remove(rowan__poller *poller, int fd)
{
    rowan__poller_forget(poller, fd);
    (void)epoll_ctl(poller->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}
