/* terminal.c - the progress bar of the real loader on a real terminal. */
#include "loader_test.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>

#include "buf_int.h"

/* A loader whose standard error is a terminal of 60 columns, and what came out there. */
struct session {
    pid_t pid;
    int terminal;
    rowan__buf shown;
};

static void start_on_terminal(struct session *session, const char *uri, const char *dir)
{
    struct winsize size = { .ws_row = 24, .ws_col = 60 };

    rowan__buf_init(&session->shown, 0);
    session->pid = forkpty(&session->terminal, NULL, NULL, &size);
    assert_true(session->pid >= 0);
    if (session->pid > 0)
        return;
    if (setenv("TERM", "xterm", 1) == 0 && setenv("DATABASE_URI", uri, 1) == 0 &&
        chdir(dir) == 0)
        (void)execl(TEST_LOADER, TEST_LOADER, NULL);
    _exit(127);
}

/* Takes what the terminal has shown since; false at its end. */
static bool look(struct session *session, int timeout_ms)
{
    struct pollfd ready = { .fd = session->terminal, .events = POLLIN };
    char bytes[4096];
    ssize_t n;

    if (poll(&ready, 1, timeout_ms) == 0)
        return true;
    n = read(session->terminal, bytes, sizeof bytes);
    if (n > 0)
        rowan__buf_add(&session->shown, bytes, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

static int wait_for_end(struct session *session)
{
    int64_t end = test_clock_ms() + 30000;
    int status = 0;

    while (look(session, 100) && test_clock_ms() < end)
        continue;
    if (test_clock_ms() >= end)
        (void)kill(session->pid, SIGKILL);
    assert_int_equal(waitpid(session->pid, &status, 0), session->pid);
    (void)close(session->terminal);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Feeds rows until a bar is seen. */
static void feed_until_bar(struct session *session, int fd)
{
    int64_t end = test_clock_ms() + 30000;

    write_pipe(fd, PEOPLE_HEADER);
    for (int i = 2; strstr(session->shown.ptr != NULL ? session->shown.ptr : "",
                           "\r\033[Kperson  ") == NULL;
         i++) {
        write_pipe(fd, test_printf("%d,First,Last,,UK\n", i));
        if (i % 1000 == 0)
            (void)look(session, 0);
        assert_true(test_clock_ms() < end);
    }
}

static void a_bar_comes_and_goes(void **state)
{
    const char *dir = loader_dir();
    const char *uri = test_printf("sqlite:///%s/own.db", dir);
    struct session session;
    const char *last;
    int fd;

    (void)state;
    make_pipe(dir);
    start_on_terminal(&session, uri, dir);
    fd = open_pipe(dir);
    feed_until_bar(&session, fd);
    write_pipe(fd, "x,First,Last,,UK\n");
    (void)close(fd);
    assert_int_equal(wait_for_end(&session), 3);
    assert_contains(session.shown.ptr, " rows"); /* a pipe has no size, so no share */
    /* Each line stands alone: the bar is wiped away before it. */
    assert_contains(session.shown.ptr, "\r\033[Kdata/people.csv:");
    assert_contains(session.shown.ptr, ": id \"x\" is not a whole number\r\n");
    last = strstr(session.shown.ptr, "loader: 1 row was refused");
    assert_non_null(last);
    assert_true(last[-1] == '\n' || last[-1] == 'K');
    rowan__buf_done(&session.shown);
}

static void the_summary_stands_alone(void **state)
{
    const char *dir = loader_dir();
    struct session session;

    (void)state;
    start_on_terminal(&session, test_printf("sqlite:///%s/own.db", dir), dir);
    assert_int_equal(wait_for_end(&session), 0);
    assert_contains(session.shown.ptr, "person          2 rows: 2 inserted");
    rowan__buf_done(&session.shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_comes_and_goes),
        cmocka_unit_test(the_summary_stands_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
