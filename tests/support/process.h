/* process.h - run other programs from a test.
 *
 * Every program started here dies with the test program, whatever becomes of it.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "test.h"

#include <sys/types.h>

typedef struct test_command { /* {0} is valid but for argv */
    const char *const *argv;  /* NULL at the end; argv[0] is looked up in PATH */
    const char *const *env;   /* NULL at the end: "NAME=value" is set, "NAME" unset */
    const char *dir;          /* working folder; NULL means this one's */
    const char *input;        /* input[input_len] on standard input; NULL means none */
    size_t input_len;
    const char *user; /* run as that user where this one is root; NULL: the same */
    int timeout_ms;   /* of test_run() [60,000]; then it is killed and the test fails */
} test_command;

typedef struct test_output {
    int exit_code; /* or the number of the signal that ended it, negative */
    char *out;     /* standard output, with a NUL behind it */
    size_t out_len;
    char *err; /* standard error */
    size_t err_len;
} test_output;

/* Runs a program to its end. */
test_output test_run(const test_command *command);

/* The same in one line: TEST_RUN("psql", "-c", "select 1"). */
#define TEST_RUN(...) \
    test_run(&(test_command){ .argv = (const char *const[]){ __VA_ARGS__, NULL } })

/* Makes a file or folder a user's, where this one is root. */
void test_give_to(const char *path, const char *user);

typedef struct test_process {
    pid_t pid;      /* 0 once it has ended and was waited for */
    int exit_code;  /* as in test_output, once it has ended */
    char *out_path; /* files with what it wrote */
    char *err_path;
} test_process;

/* Starts a program that goes on. */
test_process *test_start(const test_command *command);

/* Whether it has not ended yet. */
bool test_is_running(test_process *process);

/* Sends a signal (0: none) and waits for the end; fails after bound_ms, and kills it.
 * Returns  its exit code, or the number of the signal that ended it, negative. */
int test_stop(test_process *process, int signal, int bound_ms);

/* What it has written so far. */
char *test_stdout_of(const test_process *process);
char *test_stderr_of(const test_process *process);

#endif
