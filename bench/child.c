/* child.c - see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(const char *const *argv, int out)
{
    pid_t pid;

    (void)fflush(stdout);
    pid = fork();
    if (pid < 0)
        bench_die("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    (void)dup2(out >= 0 ? out : open("/dev/null", O_WRONLY), STDOUT_FILENO);
    (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
    (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static double wait_end(pid_t pid, const char *name)
{
    struct rusage usage;
    int status = 0;

    while (wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            bench_die("wait4: %s", strerror(errno));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_die("%s failed", name);
    return (double)usage.ru_maxrss / 1024;
}

double child_run(const char *const *argv)
{
    return wait_end(start(argv, -1), argv[0]);
}

bool child_try(const char *const *argv)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), err = dup(STDERR_FILENO);
    int status = 1;
    pid_t pid;

    (void)dup2(nowhere, STDERR_FILENO);
    pid = start(argv, -1);
    (void)dup2(err, STDERR_FILENO);
    (void)close(err);
    (void)close(nowhere);
    (void)waitpid(pid, &status, 0);
    return status == 0;
}

char *child_output(const char *const *argv)
{
    char *text = bench_alloc(64 * 1024);
    size_t len = 0;
    int ends[2];
    pid_t pid;
    ssize_t n;

    if (pipe2(ends, O_CLOEXEC) != 0)
        bench_die("pipe: %s", strerror(errno));
    pid = start(argv, ends[1]);
    (void)close(ends[1]);
    while ((n = read(ends[0], text + len, 64 * 1024 - 1 - len)) > 0)
        len += (size_t)n;
    (void)close(ends[0]);
    (void)wait_end(pid, argv[0]);
    return text;
}

pid_t child_start(const char *const *argv)
{
    return start(argv, -1);
}

void child_stop(pid_t pid)
{
    int status;

    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, &status, 0);
}

bool child_exists(const char *program)
{
    char *path = strdup(getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin");
    char *rest = path;
    bool found = false;

    for (char *dir; (dir = strsep(&rest, ":")) != NULL && !found;) {
        char *file = bench_printf("%s/%s", dir, program);

        found = access(file, X_OK) == 0;
        free(file);
    }
    free(path);
    return found;
}
