/* loader_test.h - what the tests of the real loader share: a folder with its two files,
 * and how to run it there. */
#ifndef LOADER_TEST_H
#define LOADER_TEST_H

#include "database.h"
#include "process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <models/models.h>

#define PEOPLE_HEADER "id,first_name,last_name,born,country\n"
#define AWARDS_HEADER "id,person_id,year,citation\n"
#define PEOPLE        PEOPLE_HEADER "1,Ada,Lovelace,1815-12-10,UK\n2,Alan,Turing,,UK\n"
#define AWARDS        AWARDS_HEADER "1,2,1936,\"Numbers, computable\"\n"

static inline const char *people_file(const char *dir)
{
    return test_printf("%s/data/people.csv", dir);
}

static inline const char *awards_file(const char *dir)
{
    return test_printf("%s/data/awards.csv", dir);
}

/* A new folder with both files. */
static inline const char *loader_dir(void)
{
    const char *dir = test_dir();

    assert_int_equal(mkdir(test_printf("%s/data", dir), 0777), 0);
    test_write_text(people_file(dir), PEOPLE);
    test_write_text(awards_file(dir), AWARDS);
    return dir;
}

static inline test_command loader_command(const char *uri, const char *dir,
                                          const char *const *argv)
{
    const char **env = test_alloc(2 * sizeof *env);

    env[0] = uri != NULL ? test_printf("DATABASE_URI=%s", uri) : "DATABASE_URI";
    return (test_command){ .argv = argv, .env = env, .dir = dir };
}

static inline test_output run_loader_with(const char *uri, const char *dir,
                                          const char *const *argv)
{
    test_command command = loader_command(uri, dir, argv);

    return test_run(&command);
}

/* run_loader(uri, dir, "--quiet"): to its end; `uri` NULL leaves DATABASE_URI unset. */
#define run_loader(uri, dir, ...) \
    run_loader_with((uri), (dir), \
                    (const char *const[]){ TEST_LOADER, __VA_ARGS__, NULL })

/* Starts it in the background. */
static inline test_process *start_loader(const char *uri, const char *dir)
{
    test_command command =
        loader_command(uri, dir, (const char *const[]){ TEST_LOADER, NULL });

    return test_start(&command);
}

/* Makes people.csv a pipe. */
static inline void make_pipe(const char *dir)
{
    assert_int_equal(unlink(people_file(dir)), 0);
    assert_int_equal(mkfifo(people_file(dir), 0666), 0);
}

/* The writing end of that pipe, once the loader reads from it. */
static inline int open_pipe(const char *dir)
{
    int fd = -1;

    test_wait_until(
        (fd = open(people_file(dir), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0, 30000);
    assert_true(fcntl(fd, F_SETFL, 0) == 0);
    return fd;
}

static inline void write_pipe(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* A new start: without the tables of the loader. */
static inline void drop_loader_tables(test_db *t)
{
    test_exec(t, "drop table if exists award");
    test_exec(t, "drop table if exists person");
}

static inline void assert_exit(const test_output *output, int code)
{
    if (output->exit_code != code)
        fail_msg("exit code %d, not %d:\n%s%s", output->exit_code, code, output->out,
                 output->err);
}

#endif
