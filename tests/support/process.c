/* process.c - see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void apply_env(const char *const *env)
{
    for (; env != NULL && *env != NULL; env++) {
        if (strchr(*env, '=') == NULL)
            (void)unsetenv(*env);
        else
            (void)putenv((char *)(uintptr_t)*env);
    }
}

static bool become(const char *name)
{
    struct passwd *user = getuid() == 0 && name != NULL ? getpwnam(name) : NULL;

    if (user == NULL)
        return name == NULL || getuid() != 0;
    return setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 &&
           setuid(user->pw_uid) == 0;
}

void test_give_to(const char *path, const char *user)
{
    struct passwd *entry = getpwnam(user);

    if (getuid() == 0 &&
        (entry == NULL || chown(path, entry->pw_uid, entry->pw_gid) != 0))
        fail_msg("%s: %s", path, strerror(errno));
}

/* In the child: never returns. */
_Noreturn static void exec_child(const test_command *command, const int fds[3],
                                 pid_t parent)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 0; i < 3; i++)
        (void)dup2(fds[i], i);
    apply_env(command->env);
    if (!become(command->user))
        (void)dprintf(2, "cannot become %s: %s\n", command->user, strerror(errno));
    else if (command->dir != NULL && chdir(command->dir) != 0)
        (void)dprintf(2, "%s: %s\n", command->dir, strerror(errno));
    else if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent) {
        (void)execvp(command->argv[0], (char *const *)(uintptr_t)command->argv);
        (void)dprintf(2, "%s: %s\n", command->argv[0], strerror(errno));
    }
    _exit(127);
}

static int open_or_fail(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0644);

    if (fd < 0)
        fail_msg("%s: %s", path, strerror(errno));
    return fd < 3 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : fd;
}

static const char *input_file(const test_command *command, const char *dir)
{
    char *path;

    if (command->input == NULL)
        return "/dev/null";
    path = test_printf("%s/in", dir);
    test_write_file(path, command->input, command->input_len);
    return path;
}

test_process *test_start(const test_command *command)
{
    test_process *process = test_alloc(sizeof *process);
    const char *dir = test_dir();
    pid_t parent = getpid();
    int fds[3];

    process->out_path = test_printf("%s/out", dir);
    process->err_path = test_printf("%s/err", dir);
    fds[0] = open_or_fail(input_file(command, dir), O_RDONLY);
    fds[1] = open_or_fail(process->out_path, O_WRONLY | O_CREAT | O_APPEND);
    fds[2] = open_or_fail(process->err_path, O_WRONLY | O_CREAT | O_APPEND);
    (void)fflush(NULL);
    process->pid = fork();
    if (process->pid == 0)
        exec_child(command, fds, parent);
    for (int i = 0; i < 3; i++)
        (void)close(fds[i]);
    if (process->pid < 0)
        fail_msg("fork: %s", strerror(errno));
    return process;
}

bool test_is_running(test_process *process)
{
    int status;

    if (process->pid == 0)
        return false;
    if (waitpid(process->pid, &status, WNOHANG) != process->pid)
        return true;
    process->pid = 0;
    process->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return false;
}

int test_stop(test_process *process, int signal, int bound_ms)
{
    int64_t end = test_clock_ms() + bound_ms;

    if (test_is_running(process) && signal != 0)
        (void)kill(process->pid, signal);
    while (test_is_running(process)) {
        if (test_clock_ms() > end) {
            (void)kill(process->pid, SIGKILL);
            while (test_is_running(process))
                test_nap();
            fail_msg("still running after %d ms; it wrote:\n%s%s", bound_ms,
                     test_stdout_of(process), test_stderr_of(process));
        }
        test_nap();
    }
    return process->exit_code;
}

char *test_stdout_of(const test_process *process)
{
    return test_read_file(process->out_path, NULL);
}

char *test_stderr_of(const test_process *process)
{
    return test_read_file(process->err_path, NULL);
}

test_output test_run(const test_command *command)
{
    int timeout_ms = command->timeout_ms > 0 ? command->timeout_ms : 60000;
    test_process *process = test_start(command);
    test_output output;

    output.exit_code = test_stop(process, 0, timeout_ms);
    output.out = test_read_file(process->out_path, &output.out_len);
    output.err = test_read_file(process->err_path, &output.err_len);
    return output;
}
