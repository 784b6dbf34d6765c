/* standby.c - PostgreSQL with a standby: which server a session goes to, and what becomes of
 * it when the servers change. */
#include "database.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "postgres.h"

static test_postgres *primary, *standby;
static rowan_error err;

/* "postgresql://rowan:...@a,b/postgres?parameters", with a name to know its sessions by. */
static const char *uri_of(int port_a, int port_b, const char *parameters)
{
    static int n;

    return test_printf("postgresql://rowan:%s@127.0.0.1:%d,127.0.0.1:%d/"
                       "postgres?application_name=session%d&%s",
                       primary->password, port_a, port_b, ++n, parameters);
}

/* Whether a server has sessions of that URI's name. */
static bool is_on(const test_postgres *server, const char *uri)
{
    const char *name = strstr(uri, "application_name=") + strlen("application_name=");
    const char *sql = test_printf(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = '%.*s'",
        (int)strcspn(name, "&"), name);

    return strcmp(test_postgres_value(server->uri, sql), "t") == 0;
}

typedef struct client {
    rowan_engine *engine;
    rowan_session *db;
} client;

static client open_client(const char *uri, const char *read_uri)
{
    rowan_engine_opts opts = { .read_uri = read_uri,
                               .connect_timeout_ms = 4000,
                               .retry_after_ms = UINT32_MAX };
    client c = { NULL, NULL };

    assert_ok(rowan_engine_open(uri, &opts, &c.engine, &err), &err);
    assert_ok(rowan_session_open(c.engine, &c.db, &err), &err);
    return c;
}

static void close_client(client *c)
{
    rowan_session_close(c->db);
    rowan_engine_close(c->engine);
}

/* Sees to it that a session of these hosts and parameters comes to a server. */
static void expect(const test_postgres *server, const test_postgres *other, int port_a,
                   int port_b, const char *parameters)
{
    const char *uri = uri_of(port_a, port_b, parameters);
    client c = open_client(uri, NULL);

    assert_ok(rowan_session_ping(c.db, &err), &err);
    if (!is_on(server, uri) || (other != NULL && is_on(other, uri)))
        fail_msg("%s leads to the wrong server", parameters);
    close_client(&c);
}

static void test_attributes_choose_the_server(void **state)
{
    int p = primary->port, s = standby->port;

    (void)state;
    expect(primary, standby, s, p, "target_session_attrs=read-write");
    expect(primary, standby, s, p, "target_session_attrs=primary");
    expect(standby, primary, p, s, "target_session_attrs=read-only");
    expect(standby, primary, p, s, "target_session_attrs=standby");
    expect(standby, primary, p, s, "target_session_attrs=prefer-standby");
    expect(standby, primary, s, p, "target_session_attrs=any");
    expect(primary, standby, p, s, "target_session_attrs=any");
}

static void test_a_host_that_is_down(void **state)
{
    int down = test_free_port();
    client c;

    (void)state;
    expect(primary, NULL, down, primary->port, "target_session_attrs=read-write");
    expect(standby, NULL, down, standby->port, "target_session_attrs=standby");
    expect(primary, NULL, down, primary->port, "target_session_attrs=prefer-standby");
    c = open_client(uri_of(down, standby->port, "target_session_attrs=read-write"),
                    NULL);
    assert_status(rowan_session_ping(c.db, &err), ROWAN_ECONN, &err);
    assert_lacks(err.message, primary->password);
    close_client(&c);
}

/* A machine that is off gives no answer at all: it does not take the time of the others. */
static void test_a_host_that_hangs(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 10), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    expect(primary, NULL, ntohs(address.sin_port), primary->port,
           "target_session_attrs=read-write");
    expect(standby, NULL, ntohs(address.sin_port), standby->port,
           "target_session_attrs=prefer-standby");
    expect(primary, NULL, ntohs(address.sin_port), primary->port,
           "target_session_attrs=prefer-standby");
    (void)close(fd);
}

static rowan_status insert(client *c, const char *code)
{
    Place place = { rowan_text_of(code), rowan_text_of(code), { NULL, 0 } };

    return rowan_insert(c->db, Place, &place, &err);
}

/* Reads a place through a session of its own that only reads. */
static rowan_status read_place(client *c, const char *code)
{
    rowan_session *reader = NULL;
    rowan_result *result = NULL;
    rowan_status st;

    assert_ok(rowan_session_open_read(c->engine, &reader, &err), &err);
    st = rowan_find(reader, Place, code, &result, &err);
    rowan_result_free(result);
    rowan_session_close(reader);
    return st;
}

static void test_reads_go_to_the_standby(void **state)
{
    int p = primary->port, s = standby->port;
    const char *uri = uri_of(s, p, "target_session_attrs=read-write");
    const char *read_uri = uri_of(p, s, "target_session_attrs=prefer-standby");
    client c = open_client(uri, read_uri);

    (void)state;
    assert_ok(rowan_create_all(c.db, &test_models, &err), &err);
    assert_ok(insert(&c, "a"), &err);
    test_wait_until(read_place(&c, "a") == ROWAN_OK, 10000);
    assert_true(is_on(primary, uri));
    assert_false(is_on(standby, uri));
    assert_true(is_on(standby, read_uri));
    assert_false(is_on(primary, read_uri));
    close_client(&c);
}

/* The primary crashes and the standby is promoted: the same engine goes on. */
static void test_failover(void **state)
{
    int p = primary->port, s = standby->port;
    client c = open_client(uri_of(p, s, "target_session_attrs=read-write"),
                           uri_of(p, s, "target_session_attrs=prefer-standby"));

    (void)state;
    assert_ok(insert(&c, "before"), &err);
    test_wait_until(read_place(&c, "before") == ROWAN_OK, 10000);
    assert_ok(rowan_begin(c.db, &err), &err);
    test_postgres_stop(primary, SIGQUIT);
    assert_status(insert(&c, "during"), ROWAN_ECONN, &err);
    rowan_rollback(c.db);
    assert_status(insert(&c, "during"), ROWAN_ECONN, &err); /* nobody takes writes */
    assert_ok(read_place(&c, "before"), &err);
    assert_string_equal(test_postgres_value(standby->uri, "SELECT pg_promote()"), "t");
    test_wait_until(insert(&c, "after") == ROWAN_OK, 10000);
    assert_ok(read_place(&c, "after"), &err);
    assert_status(read_place(&c, "during"), ROWAN_ENOTFOUND, &err);
    close_client(&c);
}

static int start(void **state)
{
    (void)state;
    primary = test_postgres_new();
    standby = test_postgres_standby(primary);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_postgres_stop(standby, SIGINT);
    test_postgres_stop(primary, SIGINT);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes_choose_the_server),
        cmocka_unit_test(test_a_host_that_is_down),
        cmocka_unit_test(test_a_host_that_hangs),
        cmocka_unit_test(test_reads_go_to_the_standby),
        cmocka_unit_test(test_failover), /* the last: the primary is gone */
    };

    return cmocka_run_group_tests_name("standby", tests, start, stop);
}
