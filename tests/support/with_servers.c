/* with_servers.c - runs a command with a PostgreSQL and a MariaDB server of its own.
 *
 *     with_servers COMMAND [ARGUMENT...]
 *
 * The command finds them in ROWAN_TEST_POSTGRES and ROWAN_TEST_MARIADB. They stop when the
 * command ends, also by SIGINT, SIGTERM or SIGHUP, which are handed on to the command.
 */
#include "mariadb.h"
#include "postgres.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child;

static void hand_on(int signal)
{
    if (child > 0)
        (void)kill((pid_t)child, signal);
}

static int run_command(char **argv)
{
    int status = 0;

    child = fork();
    if (child == 0) {
        (void)execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    while (waitpid((pid_t)child, &status, 0) < 0) {
    }
    child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = hand_on };
    test_postgres *postgres;
    test_mariadb *mariadb;
    int exit_code;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: with_servers COMMAND [ARGUMENT...]\n");
        return 2;
    }
    postgres = test_postgres_new();
    mariadb = test_mariadb_new();
    (void)setenv("ROWAN_TEST_POSTGRES", postgres->uri, 1);
    (void)setenv("ROWAN_TEST_MARIADB", mariadb->uri, 1);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    exit_code = run_command(argv + 1);
    test_postgres_stop(postgres, SIGINT);
    test_mariadb_stop(mariadb, SIGTERM);
    return exit_code;
}
