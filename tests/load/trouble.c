/* trouble.c - a DATABASE_URI that leads nowhere, a database that is locked or cannot be
 * written, a signal: one clear line, the right exit code, and no data lost. */
#include "loader_test.h"

#include <signal.h>

#include "postgres.h"

/* Where the loader cannot reach a database. */

static void assert_no_database(const char *uri, int code, const char *words)
{
    test_output output = run_loader(uri, loader_dir(), "--quiet");

    assert_exit(&output, code);
    assert_string_equal(output.out, "");
    assert_contains(output.err, words);
    assert_int_equal(strncmp(output.err, "loader: ", 8), 0);
    assert_ptr_equal(strchr(output.err, '\n'), output.err + output.err_len - 1);
    assert_lacks(output.err, "secret");
}

static void uris_that_are_none(void **state)
{
    (void)state;
    assert_no_database("", 2, "DATABASE_URI: it is empty");
    assert_no_database("people.db", 2, "DATABASE_URI");
    assert_no_database("secret", 2, "DATABASE_URI");
    assert_no_database("oracle://scott:secret@host/db", 2, "unknown scheme \"oracle\"");
    assert_no_database("postgresql://ada:secret@host:99999/db", 2, "DATABASE_URI");
    assert_no_database("postgresql://ada:secret%zz@host/db", 2, "DATABASE_URI");
    assert_no_database("postgresql://ada:secret@[::1/db", 2, "DATABASE_URI");
    assert_no_database("sqlite://ada:secret@host/people.db", 2, "DATABASE_URI");
    assert_no_database("sqlite:///people.db?mode=secret", 2, "DATABASE_URI");
}

/* The shared server's URI with another user and password, and another database. */
static const char *server_uri(const char *user, const char *database)
{
    const char *host = strrchr(test_postgres_uri(), '@');

    return test_printf("postgresql://%s%.*s/%s", user, (int)(strchr(host, '/') - host),
                       host, database);
}

static void servers_that_do_not_let_us_in(void **state)
{
    const char *uri = test_postgres_uri();
    const char *user = uri + strlen("postgresql://");

    (void)state;
    assert_no_database(
        test_printf("postgresql://ada:secret@127.0.0.1:%d/db", test_free_port()), 5,
        "Connection refused");
    assert_no_database("postgresql://ada:secret@/db?host=/nowhere", 5, "No such file");
    assert_no_database(server_uri("rowan:secret", "postgres"), 5,
                       "password authentication");
    assert_no_database(server_uri("nobody:secret", "postgres"), 5,
                       "password authentication");
    assert_no_database(
        server_uri(test_printf("%.*s", (int)strcspn(user, "@"), user), "none"), 5,
        "database \"none\" does not exist");
}

static void files_that_are_no_database(void **state)
{
    const char *dir = loader_dir();

    (void)state;
    assert_no_database(test_printf("sqlite:///%s", dir), 5, "is a folder");
    assert_no_database(test_printf("sqlite:///%s/none/people.db", dir), 5, "SQLite");
    assert_no_database(test_printf("sqlite:///%s", people_file(dir)), 5, "SQLite");
    assert_string_equal(test_read_file(people_file(dir), NULL), PEOPLE);
}

/* Runs the loader as somebody who may not write everywhere. */
static test_output run_as_nobody(const char *uri, const char *dir)
{
    test_command command =
        loader_command(uri, dir, (const char *const[]){ TEST_LOADER, "--quiet", NULL });

    command.user = "nobody";
    return test_run(&command);
}

static void assert_read_only(const char *dir)
{
    test_output output = run_as_nobody("sqlite:///own.db", dir);

    assert_exit(&output, 5);
    assert_contains(output.err, "loader: SQLite: ");
    assert_string_equal(output.out, "");
}

static void a_database_that_cannot_be_written(void **state)
{
    const char *dir = loader_dir();
    const char *path = test_printf("%s/own.db", dir);
    test_output output = run_as_nobody("sqlite:///none/own.db", dir);
    char *before;
    size_t len;

    (void)state;
    if (output.exit_code == 127)
        test_skip("another user may not run the programs of this build");
    output = run_loader("sqlite:///own.db", dir, "--quiet");
    assert_exit(&output, 0);
    before = test_read_file(path, &len);
    test_write_text(people_file(dir), PEOPLE "3,Grace,Hopper,,US\n");
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_read_only(dir);
    assert_int_equal(chmod(dir, 0555), 0);
    assert_read_only(dir);
    assert_int_equal(chmod(path, 0666), 0); /* but no room for a journal beside it */
    assert_read_only(dir);
    assert_memory_equal(test_read_file(path, NULL), before, len);
    assert_int_equal(chmod(dir, 0755), 0);
}

/* Locks and signals, on every database. */

static const char *loaded_dir(test_db *t)
{
    const char *dir = loader_dir();
    test_output output;

    drop_loader_tables(t);
    output = run_loader(t->uri, dir, "--quiet");
    assert_exit(&output, 0);
    return dir;
}

/* A session that has written and not committed. */
static rowan_session *lock_people(test_db *t)
{
    rowan_session *session = test_session(t);

    assert_ok(rowan_begin(session, &t->err), &t->err);
    assert_ok(rowan_update_where(session, Person, NULL, NULL, &t->err,
                                 rowan_set(Person, country, "locked")),
              &t->err);
    return session;
}

static void a_lock_is_waited_for(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    rowan_session *session = lock_people(t);
    test_process *loader = start_loader(t->uri, dir);
    int64_t end = test_clock_ms() + 300;

    while (test_clock_ms() < end) {
        assert_true(test_is_running(loader));
        test_nap();
    }
    rowan_rollback(session);
    assert_int_equal(test_stop(loader, 0, 30000), 0);
    rowan_session_close(session);
}

static void a_lock_that_stays_ends_the_wait(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    rowan_session *session = lock_people(t);
    test_process *loader = start_loader(t->uri, dir);

    if (!test_is_postgres(t)) { /* after its five seconds */
        assert_int_equal(test_stop(loader, 0, 30000), 5);
        assert_contains(test_stderr_of(loader),
                        test_is_sqlite(t) ? "loader: SQLite: database is locked"
                                          : "loader: MariaDB: Lock wait timeout");
    } else { /* by whoever stops the loader: PostgreSQL's locks have no limit */
        test_wait_until(strcmp(test_value(t, "select count(*) from pg_stat_activity "
                                             "where datname = current_database() "
                                             "and wait_event_type = 'Lock'"),
                               "0") != 0,
                        30000);
        assert_int_equal(test_stop(loader, SIGTERM, 10000), 7);
    }
    rowan_rollback(session);
    rowan_session_close(session);
    assert_string_equal(
        test_value(t, "select count(*) from person where country = 'UK'"), "2");
}

/* Rows from `first` on, enough that some batches are sent. */
static void write_rows(int fd, int first, int n)
{
    for (int i = first; i < first + n; i++)
        write_pipe(fd, test_printf("%d,First,Last %d,,UK\n", i, i));
}

static void a_signal_rolls_back(void **state)
{
    static const int signals[] = { SIGTERM, SIGINT };
    test_db *t = *state;

    for (size_t i = 0; i < 2; i++) {
        const char *dir = loaded_dir(t);
        test_process *loader;
        int fd;

        make_pipe(dir);
        loader = start_loader(t->uri, dir);
        fd = open_pipe(dir);
        write_pipe(fd, PEOPLE_HEADER);
        write_rows(fd, 2, 9000); /* more than a pipe holds: most of it has been read */
        assert_true(test_is_running(loader));
        assert_int_equal(kill(loader->pid, signals[i]), 0);
        /* The end of the pipe is no end of the data then. */
        (void)close(fd);
        assert_int_equal(test_stop(loader, 0, 30000), 7);
        assert_string_equal(test_stderr_of(loader), "loader: interrupted\n");
        assert_string_equal(test_value(t, "select count(*) from person"), "2");
    }
}

static void a_second_signal_ends_it_at_once(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    test_process *loader;
    int fd;

    make_pipe(dir);
    loader = start_loader(t->uri, dir);
    fd = open_pipe(dir); /* and nothing comes */
    assert_int_equal(kill(loader->pid, SIGTERM), 0);
    test_wait_until((kill(loader->pid, SIGTERM), !test_is_running(loader)), 10000);
    assert_int_equal(loader->exit_code, -SIGTERM);
    (void)close(fd);
    assert_string_equal(test_value(t, "select count(*) from person"), "2");
}

int main(void)
{
    const struct CMUnitTest once[] = {
        cmocka_unit_test(uris_that_are_none),
        cmocka_unit_test(servers_that_do_not_let_us_in),
        cmocka_unit_test(files_that_are_no_database),
        cmocka_unit_test(a_database_that_cannot_be_written),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_is_waited_for),
        cmocka_unit_test(a_lock_that_stays_ends_the_wait),
        cmocka_unit_test(a_signal_rolls_back),
        cmocka_unit_test(a_second_signal_ends_it_at_once),
    };
    int n_failed = cmocka_run_group_tests(once, NULL, NULL);

    return n_failed +
           test_on_databases("trouble", tests, sizeof tests / sizeof tests[0]);
}
