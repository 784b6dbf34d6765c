/* postgres.c - see postgres.h. */
#include "postgres.h"

#include <glob.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#define START_MS 60000
#define STOP_MS  60000

/* The folder of the newest server's programs, or NULL to look in PATH. */
static const char *bin_dir(void)
{
    static const char *dir;
    glob_t found = { 0 };
    double best = 0;

    if (dir != NULL)
        return dir;
    (void)glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        double version = strtod(path + strlen("/usr/lib/postgresql/"), NULL);

        if (version > best) {
            best = version;
            dir = test_printf("%.*s", (int)(strlen(path) - strlen("initdb")), path);
        }
    }
    globfree(&found);
    return dir != NULL ? dir : "";
}

static const char *program(const char *name)
{
    return test_printf("%s%s", bin_dir(), name);
}

/* PostgreSQL refuses to run as root. */
const char *test_postgres_user(void)
{
    return getpwnam("postgres") != NULL ? "postgres" : "nobody";
}

static void init_data(const test_postgres *server)
{
    const char *password_file = test_printf("%s/password", server->dir);
    test_output output;

    test_write_text(password_file, server->password);
    test_give_to(server->dir, test_postgres_user());
    test_give_to(password_file, test_postgres_user());
    output = test_run(&(test_command){
        .argv = (const char *const[]){ program("initdb"), "-D",
                                       test_printf("%s/data", server->dir), "-U",
                                       "rowan", "-A", "scram-sha-256", "--pwfile",
                                       password_file, "-E", "UTF8", "--locale=C", "-N",
                                       "--no-instructions", NULL },
        .dir = server->dir,
        .user = test_postgres_user(),
        .timeout_ms = START_MS,
    });
    if (output.exit_code != 0)
        fail_msg("initdb: %s%s", output.out, output.err);
}

bool test_postgres_answers(const char *uri)
{
    return PQping(uri) == PQPING_OK;
}

#define MAX_ARGS 64

/* argv[MAX_ARGS] of the server. */
static const char *const *arguments(const test_postgres *server)
{
    const char **argv = test_alloc(MAX_ARGS * sizeof *argv);
    const char *const own_args[] = { program("postgres"),
                                     "-D",
                                     test_printf("%s/data", server->dir),
                                     "-F",
                                     "-k",
                                     server->dir,
                                     "-p",
                                     test_printf("%d", server->port),
                                     "-c",
                                     "listen_addresses=127.0.0.1",
                                     "-c",
                                     "max_connections=200",
                                     "-c",
                                     "full_page_writes=off",
                                     "-c",
                                     "autovacuum=off" };
    size_t n = sizeof own_args / sizeof own_args[0];

    memcpy(argv, own_args, sizeof own_args);
    for (size_t i = 0; server->settings != NULL && server->settings[i] != NULL; i++) {
        assert_true(n + 2 < MAX_ARGS);
        argv[n++] = "-c";
        argv[n++] = server->settings[i];
    }
    return argv;
}

void test_postgres_start(test_postgres *server)
{
    int64_t end = test_clock_ms() + START_MS;

    server->process = test_start(&(test_command){
        .argv = arguments(server),
        .dir = server->dir,
        .user = test_postgres_user(),
    });
    while (!test_postgres_answers(server->uri)) {
        if (!test_is_running(server->process) || test_clock_ms() > end)
            fail_msg("PostgreSQL does not start: %s", test_stderr_of(server->process));
        test_nap();
    }
}

static void name_uris(test_postgres *server)
{
    server->dir = test_dir();
    server->port = test_free_port();
    server->uri = test_printf("postgresql://rowan:%s@127.0.0.1:%d/postgres",
                              server->password, server->port);
    server->socket_uri = test_printf("postgresql://rowan:%s@/postgres?host=%s&port=%d",
                                     server->password, server->dir, server->port);
}

test_postgres *test_postgres_standby(const test_postgres *primary)
{
    test_postgres *server = test_alloc(sizeof *server);
    test_output output;

    server->password = primary->password;
    name_uris(server);
    test_give_to(server->dir, test_postgres_user());
    output = test_run(&(test_command){
        .argv = (const char *const[]){ program("pg_basebackup"), "-D",
                                       test_printf("%s/data", server->dir), "-R", "-X",
                                       "stream", "--checkpoint=fast", "--no-sync", "-d",
                                       primary->uri, NULL },
        .dir = server->dir,
        .user = test_postgres_user(),
        .timeout_ms = START_MS,
    });
    if (output.exit_code != 0)
        fail_msg("pg_basebackup: %s%s", output.out, output.err);
    test_postgres_start(server);
    return server;
}

test_postgres *test_postgres_new(void)
{
    return test_postgres_new_with(NULL);
}

test_postgres *test_postgres_new_with(const char *const *settings)
{
    test_postgres *server = test_alloc(sizeof *server);

    server->settings = settings;
    server->password = test_random_word();
    name_uris(server);
    init_data(server);
    test_postgres_start(server);
    return server;
}

void test_postgres_stop(test_postgres *server, int signal)
{
    (void)test_stop(server->process, signal, STOP_MS);
}

/* The shared server. */

static test_postgres *own; /* where the runner gave none */

static void stop_own(void)
{
    test_postgres_stop(own, SIGINT);
}

const char *test_postgres_uri(void)
{
    const char *given = getenv("ROWAN_TEST_POSTGRES");

    if (given != NULL && *given != '\0')
        return given;
    if (own == NULL) {
        own = test_postgres_new();
        (void)atexit(stop_own);
    }
    return own->uri;
}

static PGconn *connect_to(const char *uri)
{
    PGconn *conn = PQconnectdb(uri);

    if (PQstatus(conn) != CONNECTION_OK) {
        char *words = test_printf("%s", PQerrorMessage(conn));

        PQfinish(conn);
        fail_msg("%s", words);
    }
    return conn;
}

static char *query(const char *uri, const char *sql)
{
    PGconn *conn = connect_to(uri);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    char *text;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        text = test_printf("%s", PQerrorMessage(conn));
    else
        text = test_printf("%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(conn);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, text);
    return text;
}

void test_postgres_exec(const char *uri, const char *sql)
{
    (void)query(uri, sql);
}

char *test_postgres_value(const char *uri, const char *sql)
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
    PGconn *conn = getpid() == databases_pid ? PQconnectdb(test_postgres_uri()) : NULL;

    for (struct database *db = databases; db != NULL && conn != NULL; db = db->next)
        PQclear(PQexec(
            conn, test_printf("DROP DATABASE IF EXISTS %s WITH (FORCE)", db->name)));
    PQfinish(conn);
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

const char *test_postgres_database(void)
{
    static int n;
    const char *server = test_postgres_uri();
    const char *name = test_printf("test_%d_%d", (int)getpid(), n++);
    const char *path = strstr(server, "/postgres");

    /* The last "/postgres": the first may belong to the scheme. */
    for (const char *at = path; at != NULL; at = strstr(at + 1, "/postgres"))
        path = at;
    if (path == NULL)
        fail_msg("ROWAN_TEST_POSTGRES must end in /postgres");
    test_postgres_exec(server,
                       test_printf("CREATE DATABASE %s STRATEGY file_copy", name));
    remember_database(name);
    return test_printf("%.*s/%s%s", (int)(path - server), server, name,
                       path + strlen("/postgres"));
}
