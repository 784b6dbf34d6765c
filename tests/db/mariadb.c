/* mariadb.c - what only MariaDB has, or has in another way. */
#include "database.h"

#include <rowan/merge.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver_int.h"
#include "mariadb.h"

/* clang-format off */
ROWAN_MODEL(Note, "note",
    (rowan_text, key,   PRIMARY_KEY),
    (rowan_text, title, INDEX),
    (rowan_text, body)
)
/* clang-format on */
ROWAN_MODELS(notes, "0", Note);

static rowan_error err;

/* An engine, a session and the table of notes, empty. */
struct fixture {
    rowan_engine *engine;
    rowan_session *db;
};

static struct fixture open_notes(const char *uri, const rowan_engine_opts *opts)
{
    struct fixture f = { NULL, NULL };

    assert_ok(rowan_engine_open(uri, opts, &f.engine, &err), &err);
    assert_ok(rowan_session_open(f.engine, &f.db, &err), &err);
    assert_ok(rowan_drop_all(f.db, &notes, &err), &err);
    assert_ok(rowan_create_all(f.db, &notes, &err), &err);
    return f;
}

static void close_notes(struct fixture *f)
{
    rowan_session_close(f->db);
    rowan_engine_close(f->engine);
}

static Note note(const char *key, const char *body)
{
    return (Note){ rowan_text_of(key), rowan_text_of("title"), rowan_text_of(body) };
}

static uint64_t n_notes(rowan_session *db)
{
    uint64_t n = 0;

    assert_ok(rowan_count(db, rowan_select(Note), &n, &err), &err);
    return n;
}

static char *repeat(const char *text, size_t n)
{
    size_t len = strlen(text);
    char *out = test_alloc(n * len + 1);

    for (size_t i = 0; i < n; i++)
        memcpy(out + i * len, text, len);
    return out;
}

/* URIs. */

static rowan_status try_uri(const char *uri)
{
    rowan_engine *engine = NULL;
    rowan_status st = rowan_engine_open(uri, NULL, &engine, &err);

    rowan_engine_close(engine);
    return st;
}

static void test_parameters_are_checked(void **state)
{
    static const char *const good[] = {
        "mysql+pymysql://u:p@h/db?charset=utf8mb4",
        "mysql://h/db?ssl_mode=required&ssl_ca=/a&ssl_cert=/b&ssl_key=/c",
        "mariadb+mariadbconnector://h/db?ssl_verify_cert=true",
        "mariadb://h1,h2:3307/db?ssl_ca=/a&ssl_check_hostname=false&ssl_cipher=x",
        "mariadb:///db?unix_socket=/run/mysqld/mysqld.sock&ssl_disabled=1",
    };
    static const char *const bad[][2] = {
        { "mariadb://h/db?autocommit=true",
          "unknown parameter autocommit for MariaDB" },
        { "mariadb://h/db?local_infile=1", "unknown parameter local_infile" },
        { "mariadb://h/db?charset=latin1", "charset must be utf8mb4" },
        { "mariadb://h/db?ssl_mode=yes", "ssl_mode must be DISABLED, PREFERRED" },
        { "mariadb://h/db?ssl_verify_cert=maybe", "ssl_verify_cert must be true or" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(try_uri(good[i]), &err);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_status(try_uri(bad[i][0]), ROWAN_EINVAL, &err);
        assert_contains(err.message, bad[i][1]);
    }
}

static void test_hosts_are_tried_in_turn(void **state)
{
    const char *uri = test_mariadb_database();
    const char *at = strrchr(uri, '@') + 1;
    struct fixture f = open_notes(
        test_printf("%.*s127.0.0.1:%d,%s", (int)(at - uri), uri, test_free_port(), at),
        NULL);

    (void)state;
    close_notes(&f);
    f.engine = NULL;
    f.db = NULL;
    assert_ok(rowan_engine_open(test_printf("%.*s127.0.0.1:%d,127.0.0.1:%d/x",
                                            (int)(at - uri), uri, test_free_port(),
                                            test_free_port()),
                                NULL, &f.engine, &err),
              &err);
    assert_ok(rowan_session_open(f.engine, &f.db, &err), &err);
    assert_status(rowan_session_ping(f.db, &err), ROWAN_ECONN, &err);
    close_notes(&f);
}

/* A server without TLS is not taken where TLS is asked for. */
static void test_tls_is_required(void **state)
{
    static const char *const params[] = { "ssl_mode=REQUIRED", "ssl_mode=VERIFY_CA",
                                          "ssl_mode=VERIFY_IDENTITY",
                                          "ssl_ca=/etc/passwd" };

    (void)state;
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
        struct fixture f = { NULL, NULL };

        assert_ok(rowan_engine_open(test_printf("%s?%s", test_mariadb_uri(), params[i]),
                                    NULL, &f.engine, &err),
                  &err);
        assert_ok(rowan_session_open(f.engine, &f.db, &err), &err);
        assert_status(rowan_session_ping(f.db, &err), ROWAN_ECONN, &err);
        close_notes(&f);
    }
}

/* A server that is none: it asks for the password as it is, and notes what it gets. */
struct rogue {
    int listener;
    char heard[4096];
    size_t n_heard;
};

static void say(int fd, char number, const char *words, size_t len)
{
    char packet[256] = { (char)len, 0, 0, number };

    memcpy(packet + 4, words, len);
    assert_int_equal(write(fd, packet, len + 4), len + 4);
}

static void *ask_for_the_password(void *arg)
{
    static const char hello[] = "\x0a"
                                "5.5.5-10.11.0-MariaDB\0"
                                "\1\0\0\0"
                                "12345678\0"
                                "\x0b\x82\x2d\x02\0\x28\0\x15"
                                "\0\0\0\0\0\0\0\0\0\0"
                                "123456789012\0"
                                "mysql_native_password";
    static const char ask[] = "\xfe"
                              "mysql_clear_password";
    struct rogue *rogue = arg;
    int fd = accept(rogue->listener, NULL, NULL);
    ssize_t n;

    say(fd, 0, hello, sizeof hello);
    n = read(fd, rogue->heard, sizeof rogue->heard);
    say(fd, 2, ask, sizeof ask);
    while (n > 0) {
        rogue->n_heard += (size_t)n;
        n = read(fd, rogue->heard + rogue->n_heard,
                 sizeof rogue->heard - rogue->n_heard);
    }
    (void)close(fd);
    return NULL;
}

static void test_password_is_not_given_away(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;
    struct rogue rogue = { .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    struct fixture f = { NULL, NULL };
    pthread_t thread;

    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(rogue.listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(rogue.listener, 1), 0);
    assert_int_equal(getsockname(rogue.listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(pthread_create(&thread, NULL, ask_for_the_password, &rogue), 0);
    assert_ok(rowan_engine_open(test_printf("mariadb://rowan:s3cr3t@127.0.0.1:%d/x",
                                            ntohs(address.sin_port)),
                                NULL, &f.engine, &err),
              &err);
    assert_ok(rowan_session_open(f.engine, &f.db, &err), &err);
    assert_status(rowan_session_ping(f.db, &err), ROWAN_ECONN, &err);
    assert_contains(err.message, "asks for the password itself");
    close_notes(&f);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(rogue.n_heard > 32);
    assert_null(memmem(rogue.heard, rogue.n_heard, "s3cr3t", 6));
    (void)close(rogue.listener);
}

/* Text. */

/* Compared byte by byte: case, accents and spaces at the end count, also in keys. */
static void test_text_is_exact(void **state)
{
    static const char *const keys[] = { "a",  "A", "ä", "a\xcc\x88", "a ",
                                        " a", "",  " ", "ss",        "ß" };
    struct fixture f = open_notes(test_mariadb_database(), NULL);
    size_t n = sizeof keys / sizeof keys[0];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        Note row = note(keys[i], keys[i]);

        assert_ok(rowan_insert(f.db, Note, &row, &err), &err);
    }
    for (size_t i = 0; i < n; i++) {
        const rowan_query *query =
            rowan_select(Note, .where = rowan_eq(Note, body, keys[i]));
        rowan_result *result = NULL;

        assert_ok(rowan_fetch(f.db, query, &result, &err), &err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_string_equal(rowan_rows(result, Note)->key.ptr, keys[i]);
        rowan_result_free(result);
    }
    close_notes(&f);
}

/* A text in a key has 255 characters at most, of whatever length; one more is refused and
 * nothing is cut. A text with an index of its own has no such bound. */
static void test_long_keys_are_refused(void **state)
{
    struct fixture f = open_notes(test_mariadb_database(), NULL);
    Note row = note(repeat("🙂", 255), "");
    rowan_merge *merge = NULL;

    (void)state;
    row.title = rowan_text_of(repeat("title", 10000));
    assert_ok(rowan_insert(f.db, Note, &row, &err), &err);
    row.key = rowan_text_of(repeat("x", 256));
    assert_status(rowan_insert(f.db, Note, &row, &err), ROWAN_EINVAL, &err);
    assert_contains(err.message, "Data too long for column 'key'");
    assert_ok(rowan_merge_open(f.db, 1, &merge, &err), &err);
    assert_ok(rowan_merge_table(merge, &Note_model, &err), &err);
    assert_status(rowan_merge_rows(merge, &row, 1, &err), ROWAN_EINVAL, &err);
    rowan_merge_close(merge);
    assert_int_equal(n_notes(f.db), 1);
    close_notes(&f);
}

/* The server would hang up: the values are weighed before they are sent. */
static void test_too_large_for_the_server(void **state)
{
    struct fixture f = open_notes(test_mariadb_database(), NULL);
    Note large = note("a", repeat("0123456789abcdef", 1024 * 1024)); /* 16 MiB */
    Note rows[40];
    rowan_merge_counts counts;
    rowan_merge *merge = NULL;

    (void)state;
    assert_ok(rowan_begin(f.db, &err), &err);
    assert_status(rowan_insert(f.db, Note, &large, &err), ROWAN_EINVAL, &err);
    assert_contains(err.message, "max_allowed_packet is 16777216");
    rowan_rollback(f.db);
    for (size_t i = 0; i < 40; i++) { /* 1 MiB each, in all more than it takes */
        rows[i] = large;
        rows[i].key = rowan_text_of(test_printf("%zu", i));
        rows[i].body.len = 1024 * 1024;
    }
    rows[39].body.len = 15 * 1024 * 1024;
    assert_ok(rowan_merge_open(f.db, 1, &merge, &err), &err);
    assert_ok(rowan_merge_table(merge, &Note_model, &err), &err);
    assert_ok(rowan_merge_rows(merge, rows, 40, &err), &err);
    assert_ok(rowan_merge_commit(merge, &counts, &err), &err);
    rowan_merge_close(merge);
    assert_int_equal(counts.n_inserted, 40);
    assert_ok(rowan_merge_open(f.db, 1, &merge, &err), &err);
    assert_ok(rowan_merge_table(merge, &Note_model, &err), &err);
    assert_status(rowan_merge_rows(merge, &large, 1, &err), ROWAN_EINVAL, &err);
    rowan_merge_close(merge);
    assert_int_equal(n_notes(f.db), 40);
    close_notes(&f);
}

/* A server that takes less gets less at once: with keys that are given, and with keys
 * that it gives. */
static void test_a_server_that_takes_little(void **state)
{
    test_mariadb *server = test_mariadb_new();
    struct fixture f;
    Note rows[600];
    Sample samples[600];

    (void)state;
    test_mariadb_exec(server->uri, "SET GLOBAL max_allowed_packet = 65536");
    f = open_notes(server->uri, NULL);
    assert_ok(rowan_create_all(f.db, &test_models, &err), &err);
    for (size_t i = 0; i < 600; i++) {
        rows[i] = note(test_printf("%zu", i), repeat("0123456789", 200));
        samples[i] = test_sample();
        samples[i].words = rows[i].body;
    }
    assert_ok(rowan_insert_many(f.db, Note, rows, 600, &err), &err);
    assert_int_equal(n_notes(f.db), 600);
    assert_ok(rowan_insert_many(f.db, Sample, samples, 600, &err), &err);
    for (size_t i = 1; i < 600; i++)
        assert_true(samples[i].id > samples[i - 1].id);
    close_notes(&f);
    test_mariadb_stop(server, SIGTERM);
}

/* Locks. */

static void test_a_lock_is_waited_for_in_vain(void **state)
{
    rowan_engine_opts opts = { .busy_timeout_ms = 100 };
    struct fixture f = open_notes(test_mariadb_database(), &opts);
    rowan_session *other = NULL;
    Note row = note("a", "1");

    (void)state;
    assert_ok(rowan_session_open(f.engine, &other, &err), &err);
    assert_ok(rowan_insert(f.db, Note, &row, &err), &err);
    assert_ok(rowan_begin(f.db, &err), &err);
    row.body = rowan_text_of("2");
    assert_ok(rowan_update(f.db, Note, &row, &err), &err);
    assert_status(rowan_update(other, Note, &row, &err), ROWAN_EBUSY, &err);
    assert_string_equal(err.sqlstate, "HY000");
    assert_int_equal(err.vendor_code, 1205);
    assert_ok(rowan_commit(f.db, &err), &err);
    assert_ok(rowan_update(other, Note, &row, &err), &err);
    rowan_session_close(other);
    close_notes(&f);
}

/* From the moment on at which a refresh has found a table empty, it stays empty; and
 * another refresh waits, also when it meets a lock that an idle connection forgot. */
static void test_an_empty_table_stays_empty(void **state)
{
    rowan_engine_opts opts = { .busy_timeout_ms = 100 };
    struct fixture f = open_notes(test_mariadb_database(), &opts);
    rowan_session *other = NULL;
    rowan_merge *merge = NULL, *second = NULL;
    Note row = note("a", "1");

    (void)state;
    assert_ok(rowan_session_open(f.engine, &other, &err), &err);
    assert_ok(rowan_merge_open(f.db, 1, &merge, &err), &err);
    assert_ok(rowan_merge_table(merge, &Note_model, &err), &err);
    assert_status(rowan_insert(other, Note, &row, &err), ROWAN_EBUSY, &err);
    assert_ok(rowan_merge_open(other, 1, &second, &err), &err);
    assert_status(rowan_merge_table(second, &Note_model, &err), ROWAN_EBUSY, &err);
    assert_contains(err.message, "another session loads or changes the same tables");
    rowan_merge_close(second);
    rowan_merge_close(merge); /* given up: the lock goes with it */
    assert_ok(rowan_insert(other, Note, &row, &err), &err);
    assert_ok(rowan_merge_open(other, 1, &second, &err), &err);
    assert_ok(rowan_merge_table(second, &Note_model, &err), &err);
    rowan_merge_close(second);
    rowan_session_close(other);
    close_notes(&f);
}

/* Waiting. */

static size_t n_waits;

static int count_wait(void *ctx, int fd, unsigned events, int timeout_ms)
{
    (void)ctx;
    n_waits++;
    return rowan_wait(NULL, fd, events, timeout_ms);
}

static void test_all_waiting_goes_through_the_hook(void **state)
{
    rowan_engine_opts opts = { .wait = { count_wait, NULL } };
    const char *uri = test_mariadb_database();
    struct fixture f = open_notes(uri, &opts);
    size_t before = n_waits;

    (void)state;
    assert_true(before > 0);
    test_mariadb_exec(uri,
                      "DROP TABLE note; CREATE VIEW note AS SELECT 'a' AS \"key\", "
                      "'b' AS title, 'c' AS body FROM (SELECT SLEEP(0.1)) AS s");
    assert_int_equal(n_waits, before);
    assert_int_equal(n_notes(f.db), 1); /* cannot be there at once */
    assert_true(n_waits > before);
    test_mariadb_exec(uri, "DROP VIEW note");
    close_notes(&f);
}

/* Stops a child with all its threads: they do not stop at once. */
static void stop_child(pid_t pid)
{
    siginfo_t info = { .si_code = 0 };

    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WSTOPPED), 0);
    assert_int_equal(info.si_code, CLD_STOPPED);
}

/* A server that does not say a word any more. */
static void test_server_that_hangs(void **state)
{
    test_mariadb *server = test_mariadb_new();
    rowan_engine_opts opts = { .statement_timeout_ms = 100, .connect_timeout_ms = 300 };
    struct fixture f = open_notes(server->uri, &opts);
    rowan_session *other = NULL;
    rowan_result *result = NULL;

    (void)state;
    assert_ok(rowan_session_open(f.engine, &other, &err), &err);
    stop_child(server->process->pid);
    assert_status(rowan_fetch(f.db, rowan_select(Note), &result, &err), ROWAN_ETIMEOUT,
                  &err);
    assert_contains(err.message, "no answer in time");
    assert_status(rowan_session_ping(other, &err), ROWAN_ECONN, &err);
    assert_contains(err.message, "no connection within 300 ms");
    assert_int_equal(kill(server->process->pid, SIGCONT), 0);
    test_wait_until(rowan_session_ping(f.db, NULL) == ROWAN_OK, 10000);
    rowan_session_close(other);
    close_notes(&f);
    test_mariadb_stop(server, SIGTERM);
}

/* The number of a connection is its server's: a statement is stopped on the host that runs
 * it, and not on one that has come up before it in the list since. */
static void test_long_result_on_the_second_host(void **state)
{
    static const char n_connections[] =
        "SELECT variable_value FROM information_schema.global_status "
        "WHERE variable_name = 'CONNECTIONS'";
    test_mariadb *first = test_mariadb_new(), *second = test_mariadb_new();
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_cursor *cursor = NULL;
    const char *at = strrchr(second->uri, '@');
    int64_t start;
    long before, after;

    (void)state;
    test_mariadb_exec(first->uri,
                      test_printf("SET PASSWORD = PASSWORD('%s')", second->password));
    test_mariadb_stop(first, SIGTERM);
    test_mariadb_exec(second->uri, "CREATE VIEW note AS SELECT concat(seq, '') AS "
                                   "\"key\", '' AS title, '' AS body FROM "
                                   "seq_1_to_100000000");
    assert_ok(
        rowan_engine_open(test_printf("%.*s@127.0.0.1:%d,%s", (int)(at - second->uri),
                                      second->uri, first->port, at + 1),
                          NULL, &engine, &err),
        &err);
    assert_ok(rowan_session_open(engine, &db, &err), &err);
    assert_ok(rowan_session_ping(db, &err), &err);
    first->uri = test_printf("%.*s@127.0.0.1:%d/rowan", (int)(at - second->uri),
                             second->uri, first->port);
    test_mariadb_start(first);
    before = strtol(test_mariadb_value(first->uri, n_connections), NULL, 10);
    assert_ok(rowan_cursor_open(db, rowan_select(Note), &cursor, &err), &err);
    start = test_clock_ms();
    rowan_cursor_close(cursor);
    assert_true(test_clock_ms() - start < 10000);
    after = strtol(test_mariadb_value(first->uri, n_connections), NULL, 10);
    assert_int_equal(after, before + 1); /* ours that asks */
    assert_ok(rowan_session_ping(db, &err), &err);
    rowan_session_close(db);
    rowan_engine_close(engine);
    test_mariadb_stop(first, SIGTERM);
    test_mariadb_stop(second, SIGTERM);
}

/* The server's own settings. */

/* Each of these would change what a statement means. */
static void test_hostile_settings(void **state)
{
    test_mariadb *server = test_mariadb_new();
    struct fixture f;
    Note row = note("a'\\\"` ", "\\', 777) -- ");
    Sample sample = test_sample();
    rowan_result *result = NULL;

    (void)state;
    test_mariadb_exec(
        server->uri,
        "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,"
        "IGNORE_SPACE,PAD_CHAR_TO_FULL_LENGTH,HIGH_NOT_PRECEDENCE,ORACLE', "
        "GLOBAL time_zone = '+05:00', GLOBAL autocommit = 0, GLOBAL tx_read_only = 1, "
        "GLOBAL tx_isolation = 'READ-UNCOMMITTED', GLOBAL innodb_lock_wait_timeout = "
        "1, "
        "GLOBAL character_set_server = 'latin1', GLOBAL collation_server = "
        "'latin1_swedish_ci', GLOBAL collation_connection = 'latin1_general_ci'");
    f = open_notes(server->uri, NULL);
    assert_ok(rowan_insert(f.db, Note, &row, &err), &err);
    assert_ok(rowan_find(f.db, Note, row.key, &result, &err), &err);
    assert_string_equal(rowan_rows(result, Note)->body.ptr, row.body.ptr);
    rowan_result_free(result);
    assert_ok(rowan_create_all(f.db, &test_models, &err), &err);
    assert_ok(rowan_insert(f.db, Sample, &sample, &err), &err);
    assert_string_equal(test_mariadb_value(server->uri, "SELECT at FROM sample"),
                        "2026-01-02 03:04:05.000006");
    assert_ok(rowan_begin(f.db, &err), &err);
    assert_ok(rowan_delete_where(f.db, Note, NULL, NULL, &err), &err);
    rowan_rollback(f.db);
    assert_int_equal(n_notes(f.db), 1);
    close_notes(&f);
    f = open_notes(server->socket_uri, NULL);
    close_notes(&f);
    test_mariadb_stop(server, SIGTERM);
}

/* A server may ask its client for any file: it gets none. */
static void test_no_file_is_sent(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    const char *path = test_printf("%s/secret", test_dir());
    const rowan__driver *driver;
    rowan__connect_opts opts = { .connect_timeout_ms = 5000, .busy_timeout_ms = 5000 };
    rowan__conn *conn = NULL;
    rowan__uri uri;

    (void)state;
    test_write_text(path, "secret\n");
    assert_ok(rowan__uri_parse(arena, test_mariadb_database(), &uri, &err), &err);
    driver = rowan__driver_find(&uri, &err);
    assert_ok(driver->connect(&uri, &opts, &conn, &err), &err);
    assert_ok(driver->run(conn, "CREATE TABLE stolen (line text)", &err), &err);
    assert_true(
        driver->run(conn,
                    test_printf("LOAD DATA LOCAL INFILE '%s' INTO TABLE stolen", path),
                    &err) < 0);
    assert_contains(err.message, "MariaDB: ");
    driver->close(conn);
    rowan_arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_are_checked),
        cmocka_unit_test(test_hosts_are_tried_in_turn),
        cmocka_unit_test(test_tls_is_required),
        cmocka_unit_test(test_password_is_not_given_away),
        cmocka_unit_test(test_text_is_exact),
        cmocka_unit_test(test_long_keys_are_refused),
        cmocka_unit_test(test_too_large_for_the_server),
        cmocka_unit_test(test_a_server_that_takes_little),
        cmocka_unit_test(test_a_lock_is_waited_for_in_vain),
        cmocka_unit_test(test_an_empty_table_stays_empty),
        cmocka_unit_test(test_all_waiting_goes_through_the_hook),
        cmocka_unit_test(test_server_that_hangs),
        cmocka_unit_test(test_long_result_on_the_second_host),
        cmocka_unit_test(test_hostile_settings),
        cmocka_unit_test(test_no_file_is_sent),
    };

    return cmocka_run_group_tests_name("mariadb", tests, NULL, NULL);
}
