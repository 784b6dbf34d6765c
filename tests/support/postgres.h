/* postgres.h - a PostgreSQL server of one's own.
 *
 * The tests share one server, which the runner starts and names in ROWAN_TEST_POSTGRES;
 * a test program that is started by hand starts its own. Each program makes databases
 * of its own there. A test that stops the server, or wants other settings, starts a
 * private one. Servers run as an unprivileged user, in a temporary folder, on a free
 * port of the loopback and on a Unix socket, with a password (SCRAM) on both, and die
 * with the program that started them.
 */
#ifndef POSTGRES_H
#define POSTGRES_H

#include "process.h"

typedef struct test_postgres {
    const char *dir; /* of the socket; the data lies in dir/data */
    int port;
    const char *password;        /* of the superuser "rowan" */
    const char *uri;             /* postgresql://rowan:...@127.0.0.1:port/postgres */
    const char *socket_uri;      /* the same through the Unix socket */
    const char *const *settings; /* "ssl=on" and the like, NULL at the end; or NULL */
    test_process *process;
} test_postgres;

/* A new server with an empty database "postgres", ready. */
test_postgres *test_postgres_new(void);

/* The same with settings, which live as long as the server. */
test_postgres *test_postgres_new_with(const char *const *settings);

/* A standby of another server, which follows it from now on and can be read. */
test_postgres *test_postgres_standby(const test_postgres *primary);

/* The user that servers run as; what they read must be theirs. */
const char *test_postgres_user(void);

/* Stops it and waits: SIGTERM waits for the clients, SIGINT throws them out, SIGQUIT
 * and SIGKILL let it crash. */
void test_postgres_stop(test_postgres *server, int signal);

/* Starts it again, on the same port with the same data. */
void test_postgres_start(test_postgres *server);

/* Whether a server accepts connections. */
bool test_postgres_answers(const char *uri);

/* The shared server's URI, with a superuser. */
const char *test_postgres_uri(void);

/* A new empty database on the shared server, for this program; its URI. */
const char *test_postgres_database(void);

/* Runs SQL on a database, all of it at once; fails the test if it fails. */
void test_postgres_exec(const char *uri, const char *sql);

/* The first column of the first row of a query as text; "" for NULL or no row. */
char *test_postgres_value(const char *uri, const char *sql);

#endif
