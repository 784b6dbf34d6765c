/* base_uri.c - database URIs, and that no message about one holds a secret. */
#include "test.h"

#include "alloc_int.h"
#include "uri_int.h"

static rowan_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = rowan_arena_new(NULL, 0);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    rowan__alloc_fail_at(0, false);
    rowan_arena_free(arena);
    return 0;
}

static rowan__uri parsed(const char *text)
{
    rowan__uri uri;
    rowan_error err;
    rowan_status st = rowan__uri_parse(arena, text, &uri, &err);

    assert_ok(st, &err);
    return uri;
}

static void a_file_relative_and_absolute(void **state)
{
    rowan__uri uri = parsed("sqlite:///people.db");

    (void)state;
    assert_string_equal(uri.scheme, "sqlite");
    assert_int_equal(uri.n_hosts, 0);
    assert_null(uri.user);
    assert_null(uri.password);
    assert_string_equal(uri.database, "people.db");
    assert_string_equal(parsed("sqlite:////var/lib/people.db").database,
                        "/var/lib/people.db");
    assert_string_equal(parsed("sqlite:///:memory:").database, ":memory:");
    assert_string_equal(parsed("sqlite://").database, "");
    assert_string_equal(parsed("sqlite:///a%20b.db").database, "a b.db");
    assert_string_equal(parsed("sqlite:///a+b.db").database, "a+b.db");
}

static void everything_at_once(void **state)
{
    rowan__uri uri = parsed("postgresql+psycopg2://ada:s3cret@db.example:5433/people"
                            "?sslmode=require&application_name=my+app&empty=&bare");

    (void)state;
    assert_string_equal(uri.scheme, "postgresql");
    assert_string_equal(uri.user, "ada");
    assert_string_equal(uri.password, "s3cret");
    assert_int_equal(uri.n_hosts, 1);
    assert_string_equal(uri.hosts[0].name, "db.example");
    assert_int_equal(uri.hosts[0].port, 5433);
    assert_string_equal(uri.database, "people");
    assert_int_equal(uri.n_params, 4);
    assert_string_equal(rowan__uri_param_get(&uri, "sslmode"), "require");
    assert_string_equal(rowan__uri_param_get(&uri, "application_name"), "my app");
    assert_string_equal(rowan__uri_param_get(&uri, "empty"), "");
    assert_string_equal(rowan__uri_param_get(&uri, "bare"), "");
    assert_null(rowan__uri_param_get(&uri, "sslcert"));
}

static void the_scheme_is_lower_case(void **state)
{
    (void)state;
    assert_string_equal(parsed("PostgreSQL://h/d").scheme, "postgresql");
    assert_string_equal(parsed("postgres://h/d").scheme, "postgres");
}

static void passwords_with_every_character(void **state)
{
    static const struct {
        const char *written;
        const char *meant;
    } cases[] = {
        { "p@ss", "p@ss" },       { "p%40ss", "p@ss" },
        { "a:b", "a:b" },         { "%3A%2F%3F%23", ":/?#" },
        { "a+b", "a+b" },         { "%25", "%" },
        { "%c3%bc", "\xc3\xbc" }, { "", "" },
        { "@@", "@@" },           { "a%20b", "a b" },
        { "#!$&'()", "#!$&'()" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rowan__uri uri =
            parsed(test_printf("postgresql://u:%s@h:1/d", cases[i].written));

        assert_string_equal(uri.user, "u");
        assert_string_equal(uri.password, cases[i].meant);
        assert_string_equal(uri.hosts[0].name, "h");
        assert_int_equal(uri.hosts[0].port, 1);
    }
}

/* Unencoded, the rest of it would be taken for the name of a database and be shown. */
static void a_password_is_never_cut(void **state)
{
    static const char *const bad[] = {
        "postgresql://u:123/456@h/d",     "postgresql://u:abc/456@h/d",
        "postgresql://u:123?456@h/d",     "postgresql://u:123/4?5=6@h/d",
        "postgresql://u:123?456@h/d?a=b", "postgresql://u:12@34/5@6@h/d",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rowan__uri uri;
        rowan_error err = { 0 };

        if (rowan__uri_parse(arena, bad[i], &uri, &err) == ROWAN_OK)
            assert_lacks(uri.database, "@");
        else
            assert_lacks(err.message, "456");
    }
    assert_string_equal(parsed("postgresql://h:1/d?options=a@b").database, "d");
    assert_string_equal(parsed("sqlite:///a@b.db").database, "a@b.db");
}

static void a_user_without_password(void **state)
{
    rowan__uri uri = parsed("postgresql://ada@h/d");

    (void)state;
    assert_string_equal(uri.user, "ada");
    assert_null(uri.password);
}

static void addresses_and_lists_of_hosts(void **state)
{
    rowan__uri uri = parsed("postgresql://[::1]:5432,[fe80::1],h3:7,/d?host=/tmp/x");

    (void)state;
    assert_true(uri.n_hosts >= 3);
    assert_string_equal(uri.hosts[0].name, "::1");
    assert_int_equal(uri.hosts[0].port, 5432);
    assert_string_equal(uri.hosts[1].name, "fe80::1");
    assert_int_equal(uri.hosts[1].port, 0);
    assert_string_equal(uri.hosts[2].name, "h3");
    assert_int_equal(uri.hosts[2].port, 7);
    assert_string_equal(rowan__uri_param_get(&uri, "host"), "/tmp/x");
}

static void no_path_and_no_host(void **state)
{
    rowan__uri uri = parsed("postgresql://?host=/run/postgresql");

    (void)state;
    assert_int_equal(uri.n_hosts, 0);
    assert_string_equal(uri.database, "");
    assert_string_equal(rowan__uri_param_get(&uri, "host"), "/run/postgresql");
}

/* Everything malformed: one line, ROWAN_EINVAL, without what may be a secret. */
static void mistakes_are_named_and_secrets_are_not(void **state)
{
    static const char *const bad[] = {
        "",
        "people.db",
        "s3cret",
        "sqlite:/people.db",
        "://h/d",
        "+psycopg://u:s3cret@h/d",
        "post gres://u:s3cret@h/d",
        "my-sql://u:s3cret@h/d",
        "postgresql://u:s3cret@h:99999/d",
        "postgresql://u:s3cret@h:0/d",
        "postgresql://u:s3cret@h:x/d",
        "postgresql://u:s3cret@h:-1/d",
        "postgresql://u:s3cret@h:99999999999999999999/d",
        "postgresql://u:s3cret@[::1/d",
        "postgresql://u:s3cret@[::1]x/d",
        "postgresql://u:s3cret%@h/d",
        "postgresql://u:s3cret%4@h/d",
        "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3cret%00@h/d",
        "postgresql://u:s3cret%ff@h/d",
        "postgresql://u:s3cret\xff@h/d",
        "postgresql://u:s3cret@h%00/d",
        "postgresql://u:s3cret@h/d%ff",
        "postgresql://u:s3cret@h/d?a=%",
        "postgresql://u:s3cret@h/d?%=a",
        "postgresql://u:s3cret@1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17/d",
        "postgresql://u:s3cret@h/"
        "d?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21"
        "&22&23&24&25&26&27&28&29&30&31&32&33",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rowan__uri uri;
        rowan_error err = { 0 };

        if (rowan__uri_parse(arena, bad[i], &uri, &err) != ROWAN_EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(err.code, ROWAN_EINVAL);
        assert_int_equal(strncmp(err.message, "DATABASE_URI: ", 14), 0);
        assert_lacks(err.message, "s3cret");
        assert_null(strchr(err.message, '\n'));
    }
}

static void the_length_is_bounded(void **state)
{
    rowan__uri uri;
    rowan_error err;
    char *text = test_alloc(ROWAN__URI_MAX_LEN + 2);

    (void)state;
    memset(text, 'x', ROWAN__URI_MAX_LEN + 1);
    memcpy(text, "sqlite:///", 10);
    assert_status(rowan__uri_parse(arena, text, &uri, &err), ROWAN_EINVAL, &err);
    assert_contains(err.message, "longer than");
    text[ROWAN__URI_MAX_LEN] = '\0';
    assert_ok(rowan__uri_parse(arena, text, &uri, &err), &err);
    assert_status(rowan__uri_parse(arena, NULL, &uri, &err), ROWAN_EINVAL, &err);
}

/* Whatever the bytes are, the parser answers; ASan watches. */
static void random_bytes_do_no_harm(void **state)
{
    static const char alphabet[] = "sqlite://postgres+%@:[],/?&=#0129afAF\x80\xc3\xbc ";
    unsigned seed = 12345;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        char text[64] = "postgresql://";
        size_t len = 13;
        rowan__uri uri;
        rowan_error err;
        rowan_status st;

        for (size_t i = 0; i < (size_t)round % 50; i++) {
            seed = seed * 1103515245u + 12345u;
            text[len++] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        text[len] = '\0';
        st = rowan__uri_parse(arena, text, &uri, &err);
        assert_true(st == ROWAN_OK || st == ROWAN_EINVAL);
        rowan_arena_clear(arena);
    }
}

static void memory_may_be_out_at_any_time(void **state)
{
    rowan_status st = ROWAN_ENOMEM;

    (void)state;
    for (size_t nth = 1; st != ROWAN_OK; nth++) {
        rowan__uri uri;
        rowan_error err;

        rowan__alloc_fail_at(nth, false);
        st = rowan__uri_parse(arena, "postgresql://u:p@h1,h2:7/d?a=1&b=2", &uri, &err);
        rowan__alloc_fail_at(0, false);
        assert_true(st == ROWAN_OK || st == ROWAN_ENOMEM);
        rowan_arena_clear(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_relative_and_absolute, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(everything_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_scheme_is_lower_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passwords_with_every_character, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_password_is_never_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_user_without_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses_and_lists_of_hosts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_path_and_no_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_named_and_secrets_are_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_length_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_bytes_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_may_be_out_at_any_time, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
