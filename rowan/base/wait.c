/* wait.c - the default way to wait, and the clock. See rowan/wait.h. */
#include <rowan/wait.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

int64_t rowan_clock_ms(void)
{
    struct timespec now = { 0, 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int rowan_clock_left(int64_t deadline_ms)
{
    int64_t left;

    if (deadline_ms == 0)
        return -1;
    left = deadline_ms - rowan_clock_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int wait_poll(int fd, unsigned events, int timeout_ms)
{
    int64_t deadline = timeout_ms < 0 ? 0 : rowan_clock_ms() + timeout_ms;
    struct pollfd poll_fd = { .fd = fd };
    int n;

    if (events & ROWAN_WAIT_READ)
        poll_fd.events |= POLLIN;
    if (events & ROWAN_WAIT_WRITE)
        poll_fd.events |= POLLOUT;
    do {
        n = poll(&poll_fd, 1, timeout_ms);
        timeout_ms = rowan_clock_left(deadline);
    } while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n;
    if (poll_fd.revents & (POLLERR | POLLHUP)) /* let the read or write find out why */
        return (int)events;
    if (poll_fd.revents & POLLNVAL)
        return -1;
    return (poll_fd.revents & POLLIN ? ROWAN_WAIT_READ : 0) |
           (poll_fd.revents & POLLOUT ? ROWAN_WAIT_WRITE : 0);
}

int rowan_wait(const rowan_wait_hook *hook, int fd, unsigned events, int timeout_ms)
{
    if (hook == NULL || hook->wait == NULL)
        return wait_poll(fd, events, timeout_ms);
    return hook->wait(hook->ctx, fd, events, timeout_ms);
}
