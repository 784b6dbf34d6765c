/* mariadb.h - a MariaDB server of one's own.
 *
 * The tests share one server, which the runner starts and names in ROWAN_TEST_MARIADB; a
 * test program that is started by hand starts its own. Each program makes databases of its
 * own there; their default character set is latin1, which no table of ours may take over.
 * Servers run as an unprivileged user, in a temporary folder, on a free port of the
 * loopback and on a Unix socket, with a password, and die with the program that started
 * them.
 */
#ifndef MARIADB_H
#define MARIADB_H

#include "process.h"

typedef struct test_mariadb {
    const char *dir; /* of the socket "s"; the data lies in dir/data */
    int port;
    const char *password;        /* of "rowan", who may do everything */
    const char *uri;             /* mariadb://rowan:...@127.0.0.1:port/rowan */
    const char *socket_uri;      /* the same through the Unix socket */
    const char *const *settings; /* "--ssl" and the like, NULL at the end; or NULL */
    test_process *process;
} test_mariadb;

/* A new server with an empty database "rowan", ready. */
test_mariadb *test_mariadb_new(void);

/* The same with settings, which live as long as the server. */
test_mariadb *test_mariadb_new_with(const char *const *settings);

/* Stops it and waits: SIGTERM throws the clients out, SIGKILL lets it crash. */
void test_mariadb_stop(test_mariadb *server, int signal);

/* Starts it again, on the same port with the same data. */
void test_mariadb_start(test_mariadb *server);

/* The shared server's URI. */
const char *test_mariadb_uri(void);

/* A new empty database on the shared server, for this program; its URI. */
const char *test_mariadb_database(void);

/* Runs SQL on a database, all of it at once, with names in double quotes; fails the test if
 * it fails. */
void test_mariadb_exec(const char *uri, const char *sql);

/* The first column of the first row of the last query as text; "" for NULL or no row. */
char *test_mariadb_value(const char *uri, const char *sql);

#endif
