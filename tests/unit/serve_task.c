/* serve_task.c - tasks: switching, waiting, timeouts, cancelling, thousands of them. */
#include "test.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits_int.h"
#include "task_int.h"

#define MANY 3000

/* A loop with tasks. */
struct world {
    uv_loop_t loop;
    uv_timer_t heartbeat; /* so that a turn ends when nothing happens any more */
    rowan__poller *poller;
    rowan__tasks *tasks;
};

/* What a task is told and tells. */
struct job {
    struct world *world;
    int fd;         /* to wait for */
    int timeout_ms; /* of the wait */
    int got;        /* what the wait returned */
    int n_rounds;   /* so far */
    bool ended;
    rowan__task *task;
};

static void on_heartbeat(uv_timer_t *timer)
{
    (void)timer;
}

static struct world *new_world(void)
{
    struct world *world = test_alloc(sizeof *world);
    rowan_error err;

    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(uv_timer_init(&world->loop, &world->heartbeat), 0);
    assert_int_equal(uv_timer_start(&world->heartbeat, on_heartbeat, 5, 5), 0);
    assert_ok(rowan__poller_open(&world->loop, &world->poller, &err), &err);
    assert_ok(rowan__tasks_open(&world->loop, world->poller, MANY, &world->tasks, &err),
              &err);
    return world;
}

static void end_world(struct world *world)
{
    uv_close((uv_handle_t *)&world->heartbeat, NULL);
    rowan__tasks_close(world->tasks);
    rowan__poller_close(world->poller);
    assert_int_equal(uv_run(&world->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}

/* Turns of the loop until no task is left, or so many are. */
static void run_down_to(struct world *world, size_t n_tasks)
{
    while (rowan__tasks_count(world->tasks) > n_tasks) {
        (void)uv_run(&world->loop, UV_RUN_ONCE);
        rowan__tasks_turn(world->tasks);
    }
}

static void start(struct world *world, void (*fn)(void *), struct job *job)
{
    rowan_status st;

    job->world = world;
    st = rowan__task_start(world->tasks, fn, job);
    assert_ok(st, NULL);
}

static void wait_once(void *arg)
{
    struct job *job = arg;

    job->got =
        rowan__task_wait(job->world->tasks, job->fd, ROWAN_WAIT_READ, job->timeout_ms);
    job->ended = true;
}

static void end_at_once(void *arg)
{
    ((struct job *)arg)->ended = true;
}

static void a_task_that_does_not_wait_has_ended_when_start_returns(void **state)
{
    struct world *world = new_world();
    struct job job = { 0 };

    (void)state;
    start(world, end_at_once, &job);
    assert_true(job.ended);
    assert_int_equal(rowan__tasks_count(world->tasks), 0);
    end_world(world);
}

static void a_task_waits_for_a_descriptor(void **state)
{
    struct world *world = new_world();
    struct job job = { .timeout_ms = -1 };
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    job.fd = fds[0];
    start(world, wait_once, &job);
    assert_false(job.ended);
    assert_int_equal(rowan__tasks_count(world->tasks), 1);
    assert_int_equal(write(fds[1], "x", 1), 1);
    run_down_to(world, 0);
    assert_int_equal(job.got, ROWAN_WAIT_READ);
    (void)close(fds[0]);
    (void)close(fds[1]);
    end_world(world);
}

static void outside_of_a_task_waiting_is_poll(void **state)
{
    struct world *world = new_world();
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(rowan__task_wait(world->tasks, fds[0], ROWAN_WAIT_READ, 1), 0);
    assert_int_equal(rowan__task_wait(world->tasks, fds[1], ROWAN_WAIT_WRITE, 1),
                     ROWAN_WAIT_WRITE);
    (void)close(fds[0]);
    (void)close(fds[1]);
    end_world(world);
}

static void a_wait_ends_with_its_time(void **state)
{
    struct world *world = new_world();
    struct job waits = { .timeout_ms = 30 }, sleeps = { .fd = -1, .timeout_ms = 10 };
    int64_t before = rowan_clock_ms();
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    waits.fd = fds[0];
    waits.got = sleeps.got = -7;
    start(world, wait_once, &waits);
    start(world, wait_once, &sleeps);
    run_down_to(world, 1);
    assert_true(sleeps.ended);
    assert_true(rowan_clock_ms() - before >= 10);
    run_down_to(world, 0);
    assert_true(rowan_clock_ms() - before >= 30);
    assert_int_equal(waits.got, 0);
    assert_int_equal(sleeps.got, 0);
    (void)close(fds[0]);
    (void)close(fds[1]);
    end_world(world);
}

static void a_peer_that_hangs_up_ends_a_wait(void **state)
{
    struct world *world = new_world();
    struct job job = { .timeout_ms = -1 };
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    job.fd = fds[0];
    start(world, wait_once, &job);
    (void)close(fds[1]);
    run_down_to(world, 0);
    assert_int_equal(job.got, ROWAN_WAIT_READ);
    (void)close(fds[0]);
    end_world(world);
}

/* libpq closes its socket and opens another, which gets the same number. */
static void wait_for_two_files_of_one_number(void *arg)
{
    struct job *job = arg;
    int fds[2];

    for (int i = 0; i < 2; i++) {
        if (pipe(fds) != 0 || write(fds[1], "x", 1) != 1)
            return;
        job->fd = i == 0 ? fds[0] : job->fd;
        job->n_rounds += fds[0] == job->fd;
        job->got += rowan__task_wait(job->world->tasks, fds[0], ROWAN_WAIT_READ, 2000);
        (void)close(fds[0]);
        (void)close(fds[1]);
    }
}

static void a_closed_descriptor_may_come_again(void **state)
{
    struct world *world = new_world();
    struct job job = { 0 };

    (void)state;
    start(world, wait_for_two_files_of_one_number, &job);
    run_down_to(world, 0);
    assert_int_equal(job.n_rounds, 2);
    assert_int_equal(job.got, 2 * ROWAN_WAIT_READ);
    end_world(world);
}

/* After a wait that timed out, the descriptor is still armed in the kernel. */
static void wait_in_vain_then_for_something(void *arg)
{
    struct job *job = arg;
    rowan__tasks *tasks = job->world->tasks;
    int fds[2], other[2];

    if (pipe(fds) != 0 || pipe(other) != 0)
        return;
    job->got = rowan__task_wait(tasks, fds[0], ROWAN_WAIT_READ, 5);
    if (write(fds[1], "x", 1) != 1)
        return;
    job->got += rowan__task_wait(tasks, other[0], ROWAN_WAIT_READ, 20);
    job->got += rowan__task_wait(tasks, fds[0], ROWAN_WAIT_READ, 2000);
    for (int i = 0; i < 2; i++) {
        (void)close(fds[i]);
        (void)close(other[i]);
    }
    job->ended = true;
}

static void a_late_event_does_not_end_another_wait(void **state)
{
    struct world *world = new_world();
    struct job job = { 0 };

    (void)state;
    start(world, wait_in_vain_then_for_something, &job);
    run_down_to(world, 0);
    assert_true(job.ended);
    assert_int_equal(job.got, ROWAN_WAIT_READ);
    end_world(world);
}

static void park_in_rounds(void *arg)
{
    struct job *job = arg;

    job->task = rowan__task_current(job->world->tasks);
    while (rowan__task_park(job->world->tasks, -1))
        job->n_rounds++;
    job->ended = true;
}

static void a_parked_task_is_resumed_or_woken(void **state)
{
    struct world *world = new_world();
    struct job job = { 0 };

    (void)state;
    start(world, park_in_rounds, &job);
    rowan__task_resume(job.task);
    assert_int_equal(job.n_rounds, 1);
    rowan__task_wake(job.task);
    rowan__task_wake(job.task);
    assert_int_equal(job.n_rounds, 1);
    rowan__tasks_turn(world->tasks);
    assert_int_equal(job.n_rounds, 2);
    assert_null(rowan__task_current(world->tasks));
    rowan__tasks_cancel(world->tasks);
    assert_true(job.ended);
    end_world(world);
}

static void wait_for_ever(void *arg)
{
    struct job *job = arg;

    for (int i = 0; i < 3; i++) /* once cancelled, every wait fails at once */
        job->n_rounds +=
            rowan__task_wait(job->world->tasks, job->fd, ROWAN_WAIT_READ, -1) < 0;
    job->ended = true;
}

static void cancelling_ends_all_waits(void **state)
{
    struct world *world = new_world();
    struct job waits = { 0 }, sleeps = { .fd = -1 };
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    waits.fd = fds[0];
    start(world, wait_for_ever, &waits);
    start(world, wait_for_ever, &sleeps);
    rowan__tasks_cancel(world->tasks);
    assert_int_equal(waits.n_rounds, 3);
    assert_int_equal(sleeps.n_rounds, 3);
    assert_int_equal(rowan__tasks_count(world->tasks), 0);
    (void)close(fds[0]);
    (void)close(fds[1]);
    end_world(world);
}

static void thousands_wait_at_the_same_time(void **state)
{
    struct world *world = new_world();
    struct job *jobs = test_alloc(MANY * sizeof *jobs), one_more = { 0 };
    rowan_status st;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        jobs[i].fd = -1;
        jobs[i].timeout_ms = 1 + i % 50;
        start(world, wait_once, &jobs[i]);
    }
    assert_int_equal(rowan__tasks_count(world->tasks), MANY);
    st = rowan__task_start(world->tasks, end_at_once, &one_more);
    assert_int_equal(st, ROWAN_EBUSY);
    run_down_to(world, 0);
    for (int i = 0; i < MANY; i++)
        assert_true(jobs[i].ended);
    end_world(world);
}

/* Half of the stack, and values that must survive a switch in registers of all kinds. */
static void use_the_stack(void *arg)
{
    struct job *job = arg;
    volatile char used[ROWAN__TASK_STACK / 2];
    double real = job->timeout_ms * 0.25;
    long whole = job->timeout_ms * 3L;

    memset((char *)(uintptr_t)used, job->timeout_ms, sizeof used);
    (void)rowan__task_wait(job->world->tasks, -1, 0, job->timeout_ms);
    job->ended = used[0] == (char)job->timeout_ms && used[sizeof used - 1] == used[0] &&
                 real * 4 == job->timeout_ms && whole == job->timeout_ms * 3L;
}

static void a_stack_is_a_tasks_own(void **state)
{
    struct world *world = new_world();
    struct job jobs[20] = { 0 };

    (void)state;
    for (int i = 0; i < 20; i++) {
        jobs[i].timeout_ms = i + 1;
        start(world, use_the_stack, &jobs[i]);
    }
    run_down_to(world, 0);
    for (int i = 0; i < 20; i++)
        assert_true(jobs[i].ended);
    end_world(world);
}

static void nothing_is_left_open(void **state)
{
    size_t before = test_count_fds();

    (void)state;
    for (int i = 0; i < 3; i++)
        a_task_waits_for_a_descriptor(NULL);
    assert_int_equal(test_count_fds(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_that_does_not_wait_has_ended_when_start_returns),
        cmocka_unit_test(a_task_waits_for_a_descriptor),
        cmocka_unit_test(outside_of_a_task_waiting_is_poll),
        cmocka_unit_test(a_wait_ends_with_its_time),
        cmocka_unit_test(a_peer_that_hangs_up_ends_a_wait),
        cmocka_unit_test(a_closed_descriptor_may_come_again),
        cmocka_unit_test(a_late_event_does_not_end_another_wait),
        cmocka_unit_test(a_parked_task_is_resumed_or_woken),
        cmocka_unit_test(cancelling_ends_all_waits),
        cmocka_unit_test(thousands_wait_at_the_same_time),
        cmocka_unit_test(a_stack_is_a_tasks_own),
        cmocka_unit_test(nothing_is_left_open),
    };

    return cmocka_run_group_tests_name("serve_task", tests, NULL, NULL);
}
