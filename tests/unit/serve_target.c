/* serve_target.c - what a target names: segments, decoding, parameters. */
#include "test.h"

#include "target_int.h"

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
    rowan_arena_free(arena);
    return 0;
}

/* "a|b|c" for /a/b/c, or the status that the target is refused with. */
static const char *split(const char *text)
{
    rowan__target target;
    const rowan__refusal *refusal =
        rowan__target_split(test_printf("%s", text), &target);
    const char *out = "";

    if (refusal != NULL)
        return test_printf("%d", refusal->status);
    if (target.asterisk)
        return "*";
    for (size_t i = 0; i < target.n_segments; i++) {
        assert_int_equal(strlen(target.segments[i].ptr), target.segments[i].len);
        out = test_printf("%s%s%s", out, i > 0 ? "|" : "", target.segments[i].ptr);
    }
    return *target.query != '\0' ? test_printf("%s ? %s", out, target.query) : out;
}

static void paths_are_split_and_decoded(void **state)
{
    static const char *const cases[][2] = {
        { "/", "" },
        { "/people", "people" },
        { "/people/7/awards", "people|7|awards" },
        { "/people/", "people|" },
        { "//people", "|people" },
        { "/a%2Fb/c", "a/b|c" },
        { "/%41%6a%c3%A9", "Aj\xc3\xa9" },
        { "/a+b", "a+b" },
        { "/..;/.%2e", "..;|.." },
        { "/people?limit=1", "people ? limit=1" },
        { "/people??a=/b", "people ? ?a=/b" },
        { "/?", "" },
        { "*", "*" },
        { "http://host:80/people?x", "people ? x" },
        { "https://host/", "" },
        { "http://host", "" },
        { "http://host?a=1", " ? a=1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(split(cases[i][0]), cases[i][1]);
}

static void what_is_malformed_is_refused(void **state)
{
    static const char *const targets[] = {
        "",          "people",   "%2Fpeople", "/%",        "/%4",          "/%4/1",
        "/%zz",      "/%00",     "/a%00b",    "/%ff",      "/%c3",         "/%c3/%a9",
        "/?a=%",     "/?a=%0",   "/?%00=1",   "/?a=%ff",   "/?a=1&b=%c3x", "http://",
        "http:///x", "ftp://h/", "**",        "host:5000", "/%ed%a0%80",   "/?%c0%80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        const char *got = split(targets[i]);

        if (strcmp(got, "400") != 0)
            fail_msg("%s: %s", targets[i], got);
    }
}

static void a_path_has_so_many_segments(void **state)
{
    char text[4 * ROWAN__MAX_SEGMENTS] = "";

    (void)state;
    for (int i = 0; i < ROWAN__MAX_SEGMENTS; i++)
        memcpy(text + 2 * i, "/a", 3);
    assert_contains(split(text), "a|a|a");
    memcpy(text + 2 * ROWAN__MAX_SEGMENTS, "/a", 3);
    assert_string_equal(split(text), "404");
}

static void parameters_are_found_and_decoded(void **state)
{
    rowan__target target;

    (void)state;
    assert_null(rowan__target_split(
        test_printf("/x?a=1&b=%%C3%%A9+%%2B&a=2&=3&c&d=&e=x=y&%%66=6&&g=%%26"),
        &target));
    assert_string_equal(rowan__target_query(arena, &target, "a"), "1");
    assert_string_equal(rowan__target_query(arena, &target, "b"), "\xc3\xa9 +");
    assert_string_equal(rowan__target_query(arena, &target, ""), "3");
    assert_string_equal(rowan__target_query(arena, &target, "c"), "");
    assert_string_equal(rowan__target_query(arena, &target, "d"), "");
    assert_string_equal(rowan__target_query(arena, &target, "e"), "x=y");
    assert_string_equal(rowan__target_query(arena, &target, "f"), "6");
    assert_string_equal(rowan__target_query(arena, &target, "g"), "&");
    assert_null(rowan__target_query(arena, &target, "h"));
    assert_null(rowan__target_query(arena, &target, "A"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_split_and_decoded),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(a_path_has_so_many_segments),
        cmocka_unit_test(parameters_are_found_and_decoded),
    };

    return cmocka_run_group_tests_name("serve_target", tests, set_up, tear_down);
}
