/* base_wait.c - the seam for waiting: poll(2) by default, a hook otherwise. */
#include "test.h"

#include <pthread.h>
#include <rowan/wait.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static void data_is_seen_at_once(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(rowan_wait(NULL, fds[0], ROWAN_WAIT_READ, 0), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(rowan_wait(NULL, fds[0], ROWAN_WAIT_READ, -1), ROWAN_WAIT_READ);
    assert_int_equal(rowan_wait(NULL, fds[0], ROWAN_WAIT_READ | ROWAN_WAIT_WRITE, 0),
                     ROWAN_WAIT_READ | ROWAN_WAIT_WRITE);
    assert_int_equal(close(fds[0]) | close(fds[1]), 0);
}

static void the_end_can_be_read(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(close(fds[1]), 0);
    assert_int_equal(rowan_wait(NULL, fds[0], ROWAN_WAIT_READ, -1), ROWAN_WAIT_READ);
    assert_int_equal(close(fds[0]), 0);
}

static void time_runs_out(void **state)
{
    rowan_wait_hook none = { 0 };
    int64_t begin = rowan_clock_ms();
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(rowan_wait(&none, fds[0], ROWAN_WAIT_READ, 30), 0);
    assert_in_range(rowan_clock_ms() - begin, 29, 10000);
    assert_int_equal(close(fds[0]) | close(fds[1]), 0);
}

static void a_bad_descriptor_is_an_error(void **state)
{
    (void)state;
    assert_true(rowan_wait(NULL, 9999, ROWAN_WAIT_READ, 1000) < 0);
}

static void ignore(int signal)
{
    (void)signal;
}

struct nudge {
    pthread_t thread;
    int fd;
};

/* Interrupts the waiting thread, then gives it what it waits for. */
static void *interrupt(void *data)
{
    const struct nudge *nudge = data;

    for (int i = 0; i < 20; i++) {
        (void)pthread_kill(nudge->thread, SIGUSR1);
        test_nap();
    }
    (void)!write(nudge->fd, "x", 1);
    return NULL;
}

static void a_signal_does_not_end_the_wait(void **state)
{
    struct sigaction action = { .sa_handler = ignore };
    struct nudge nudge = { .thread = pthread_self() };
    pthread_t thread;
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    nudge.fd = fds[1];
    assert_int_equal(pthread_create(&thread, NULL, interrupt, &nudge), 0);
    assert_int_equal(rowan_wait(NULL, fds[0], ROWAN_WAIT_READ, 60000), ROWAN_WAIT_READ);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(close(fds[0]) | close(fds[1]), 0);
}

static int note_call(void *ctx, int fd, unsigned events, int timeout_ms)
{
    int *call = ctx;

    call[0] = fd;
    call[1] = (int)events;
    call[2] = timeout_ms;
    return ROWAN_WAIT_WRITE;
}

static void a_hook_takes_over(void **state)
{
    int call[3];
    rowan_wait_hook hook = { note_call, call };

    (void)state;
    assert_int_equal(rowan_wait(&hook, 42, ROWAN_WAIT_READ, 7), ROWAN_WAIT_WRITE);
    assert_int_equal(call[0], 42);
    assert_int_equal(call[1], ROWAN_WAIT_READ);
    assert_int_equal(call[2], 7);
}

static void deadlines_are_counted_down(void **state)
{
    int64_t now = rowan_clock_ms();

    (void)state;
    assert_int_equal(rowan_clock_left(0), -1);
    assert_int_equal(rowan_clock_left(1), 0);
    assert_int_equal(rowan_clock_left(now - 5), 0);
    assert_in_range(rowan_clock_left(now + 60000), 1, 60000);
    assert_int_equal(rowan_clock_left(INT64_MAX), INT32_MAX);
    assert_true(rowan_clock_ms() >= now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_seen_at_once),
        cmocka_unit_test(the_end_can_be_read),
        cmocka_unit_test(time_runs_out),
        cmocka_unit_test(a_bad_descriptor_is_an_error),
        cmocka_unit_test(a_signal_does_not_end_the_wait),
        cmocka_unit_test(a_hook_takes_over),
        cmocka_unit_test(deadlines_are_counted_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
