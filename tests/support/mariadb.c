/* mariadb.c - see mariadb.h. */
#include "mariadb.h"

#include <errno.h>
#include <mysql.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_MS 60000
#define STOP_MS  60000

static void init_data(const test_mariadb *server)
{
    const char *init_file = test_printf("%s/init.sql", server->dir);
    test_output output;

    test_write_text(
        init_file,
        test_printf("CREATE USER IF NOT EXISTS rowan@'%%' IDENTIFIED BY '%s';\n"
                    "GRANT ALL ON *.* TO rowan@'%%' WITH GRANT OPTION;\n"
                    "CREATE DATABASE IF NOT EXISTS rowan CHARACTER SET latin1;\n",
                    server->password));
    test_give_to(server->dir, "nobody");
    output = test_run(&(test_command){
        .argv = (const char *const[]){ "mariadb-install-db", "--no-defaults",
                                       test_printf("--datadir=%s/data", server->dir),
                                       test_printf("--tmpdir=%s", server->dir),
                                       "--skip-test-db", "--skip-name-resolve", NULL },
        .dir = server->dir,
        .user = "nobody",
        .timeout_ms = START_MS,
    });
    if (output.exit_code != 0)
        fail_msg("mariadb-install-db: %s%s", output.out, output.err);
}

static const char *program(void)
{
    return access("/usr/sbin/mariadbd", X_OK) == 0 ? "/usr/sbin/mariadbd" : "mariadbd";
}

/* The parts of a URI of ours: mariadb://rowan:password@127.0.0.1:port/database */
struct address {
    char password[64];
    char database[64];
    int port;
};

static struct address address_of(const char *uri)
{
    struct address address = { .port = 0 };

    if (sscanf(uri, "mariadb://rowan:%63[^@]@127.0.0.1:%d/%63s", address.password,
               &address.port, address.database) != 3)
        fail_msg("ROWAN_TEST_MARIADB must be like "
                 "mariadb://rowan:password@127.0.0.1:port/database");
    return address;
}

/* NULL if there is no server; the words are in *why. */
static MYSQL *try_connect(const char *uri, char **why)
{
    struct address address = address_of(uri);
    unsigned protocol = MYSQL_PROTOCOL_TCP;
    MYSQL *conn = mysql_init(NULL);

    (void)mysql_options(conn, MYSQL_OPT_PROTOCOL, &protocol);
    (void)mysql_options(conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_options(conn, MYSQL_INIT_COMMAND,
                        "SET SESSION sql_mode = 'ANSI,STRICT_ALL_TABLES', "
                        "time_zone = '+00:00'");
    if (mysql_real_connect(conn, "127.0.0.1", "rowan", address.password,
                           address.database, (unsigned)address.port, NULL,
                           CLIENT_MULTI_STATEMENTS) != NULL)
        return conn;
    *why = test_printf("%s", mysql_error(conn));
    mysql_close(conn);
    return NULL;
}

static bool answers(const char *uri)
{
    char *why = NULL;
    MYSQL *conn = try_connect(uri, &why);
    bool connected = conn != NULL;

    if (connected)
        mysql_close(conn);
    return connected;
}

#define MAX_ARGS 64

/* argv[MAX_ARGS] of the server. */
static const char *const *arguments(const test_mariadb *server)
{
    const char **argv = test_alloc(MAX_ARGS * sizeof *argv);
    const char *const own_args[] = {
        program(),
        "--no-defaults",
        test_printf("--datadir=%s/data", server->dir),
        test_printf("--socket=%s/s", server->dir),
        test_printf("--pid-file=%s/pid", server->dir),
        test_printf("--port=%d", server->port),
        "--bind-address=127.0.0.1",
        test_printf("--tmpdir=%s", server->dir),
        test_printf("--init-file=%s/init.sql", server->dir),
        "--skip-name-resolve",
        "--skip-ssl", /* the newer ones have it by themselves */
        "--skip-log-bin",
        "--userstat=1",
        "--max-connections=200",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--debug-no-sync"
    };
    size_t n = sizeof own_args / sizeof own_args[0];

    memcpy(argv, own_args, sizeof own_args);
    for (size_t i = 0; server->settings != NULL && server->settings[i] != NULL; i++) {
        assert_true(n + 1 < MAX_ARGS);
        argv[n++] = server->settings[i];
    }
    return argv;
}

void test_mariadb_start(test_mariadb *server)
{
    int64_t end = test_clock_ms() + START_MS;

    server->process = test_start(&(test_command){
        .argv = arguments(server),
        .dir = server->dir,
        .user = "nobody",
    });
    while (!answers(server->uri)) {
        if (!test_is_running(server->process) || test_clock_ms() > end)
            fail_msg("MariaDB does not start: %s", test_stderr_of(server->process));
        test_nap();
    }
}

test_mariadb *test_mariadb_new(void)
{
    return test_mariadb_new_with(NULL);
}

test_mariadb *test_mariadb_new_with(const char *const *settings)
{
    test_mariadb *server = test_alloc(sizeof *server);

    server->settings = settings;
    server->dir = test_dir();
    server->port = test_free_port();
    server->password = test_random_word();
    server->uri = test_printf("mariadb://rowan:%s@127.0.0.1:%d/rowan", server->password,
                              server->port);
    server->socket_uri = test_printf("mariadb://rowan:%s@/rowan?unix_socket=%s/s",
                                     server->password, server->dir);
    init_data(server);
    test_mariadb_start(server);
    return server;
}

void test_mariadb_stop(test_mariadb *server, int signal)
{
    (void)test_stop(server->process, signal, STOP_MS);
}

/* The shared server. */

static test_mariadb *own; /* where the runner gave none */

static void stop_own(void)
{
    test_mariadb_stop(own, SIGTERM);
}

const char *test_mariadb_uri(void)
{
    const char *given = getenv("ROWAN_TEST_MARIADB");

    if (given != NULL && *given != '\0')
        return given;
    if (own == NULL) {
        own = test_mariadb_new();
        (void)atexit(stop_own);
    }
    return own->uri;
}

/* The first value of each result, the last one's at the end. */
static char *last_value(MYSQL *conn)
{
    char *text = test_printf("%s", "");

    do {
        MYSQL_RES *result = mysql_store_result(conn);
        MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;

        if (result != NULL)
            text = test_printf("%s", row != NULL && row[0] != NULL ? row[0] : "");
        mysql_free_result(result);
    } while (mysql_next_result(conn) == 0);
    return text;
}

static char *query(const char *uri, const char *sql)
{
    char *why = NULL, *text = NULL;
    MYSQL *conn = try_connect(uri, &why);

    if (conn == NULL)
        fail_msg("%s", why);
    if (mysql_query(conn, sql) == 0)
        text = last_value(conn);
    if (mysql_errno(conn) != 0)
        why = test_printf("%s", mysql_error(conn));
    mysql_close(conn);
    if (why != NULL)
        fail_msg("%s: %s", sql, why);
    return text;
}

void test_mariadb_exec(const char *uri, const char *sql)
{
    (void)query(uri, sql);
}

char *test_mariadb_value(const char *uri, const char *sql)
{
    return query(uri, sql);
}

/* Databases of this program go with it, so that they do not pile up on the server. */
struct database {
    struct database *next;
    const char *name;
};

static struct database *databases;
static pid_t databases_pid;

static void drop_databases(void)
{
    char *why = NULL;
    MYSQL *conn =
        getpid() == databases_pid ? try_connect(test_mariadb_uri(), &why) : NULL;

    for (struct database *db = databases; db != NULL && conn != NULL; db = db->next)
        (void)mysql_query(conn, test_printf("DROP DATABASE IF EXISTS %s", db->name));
    if (conn != NULL)
        mysql_close(conn);
}

static void remember_database(const char *name)
{
    struct database *db = test_alloc(sizeof *db);

    if (databases == NULL) {
        databases_pid = getpid();
        (void)atexit(drop_databases);
    }
    *db = (struct database){ databases, name };
    databases = db;
}

const char *test_mariadb_database(void)
{
    static int n;
    const char *server = test_mariadb_uri();
    const char *name = test_printf("test_%d_%d", (int)getpid(), n++);

    test_mariadb_exec(server,
                      test_printf("CREATE DATABASE %s CHARACTER SET latin1", name));
    remember_database(name);
    return test_printf("%.*s%s", (int)(strrchr(server, '/') + 1 - server), server,
                       name);
}
