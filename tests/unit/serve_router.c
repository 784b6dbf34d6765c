/* serve_router.c - routes: what fits, what wins, what is refused when they are added. */
#include "test.h"

#include "alloc_int.h"
#include "router_int.h"

static rowan_status one(rowan_request *request, rowan_session *db)
{
    (void)request, (void)db;
    return ROWAN_OK;
}

static rowan_status two(rowan_request *request, rowan_session *db)
{
    (void)request, (void)db;
    return ROWAN_EINVAL;
}

static rowan__router *new_router(void)
{
    rowan__router *router = rowan__router_new();

    assert_non_null(router);
    return router;
}

static void add(rowan__router *router, const char *method, const char *path,
                rowan_handler *handler)
{
    rowan_error err;

    assert_ok(rowan__router_add(router, method, path, handler, NULL, &err), &err);
}

static rowan_status find(rowan__router *router, const char *method, const char *path,
                         rowan__match *match)
{
    rowan__target target;

    assert_null(rowan__target_split(test_printf("%s", path), &target));
    return rowan__router_find(router, method, &target, match);
}

static void assert_found(rowan__router *router, const char *path, const char *route)
{
    rowan__match match;
    rowan_status st = find(router, "GET", path, &match);

    assert_ok(st, NULL);
    assert_non_null(match.route);
    assert_string_equal(match.route->path, route);
}

static void assert_lost(rowan__router *router, const char *path)
{
    rowan__match match;
    rowan_status st = find(router, "GET", path, &match);

    assert_int_equal(st, ROWAN_ENOTFOUND);
}

static void a_path_is_found_and_its_values(void **state)
{
    rowan__router *router = new_router();
    rowan__match match;
    rowan_status st;

    (void)state;
    add(router, "GET", "/people/{id}/awards/{year}", one);
    assert_ok(rowan__router_compile(router, NULL), NULL);
    st = find(router, "GET", "/people/7/awards/19%2F66", &match);
    assert_ok(st, NULL);
    assert_string_equal(match.values[0].ptr, "7");
    assert_string_equal(match.values[1].ptr, "19/66");
    assert_int_equal(match.values[1].len, 5);
    assert_string_equal(match.route->params[0], "id");
    assert_string_equal(match.route->params[1], "year");
    assert_int_equal(match.route->n_params, 2);
    rowan__router_free(router);
}

static void what_is_spelt_out_wins(void **state)
{
    rowan__router *router = new_router();

    (void)state;
    add(router, "GET", "/", one);
    add(router, "GET", "/{any}", one);
    add(router, "GET", "/people", one);
    add(router, "GET", "/people/{id}", one);
    add(router, "GET", "/people/me", one);
    add(router, "GET", "/people/{id}/awards", one);
    add(router, "GET", "/people/me/now", one);
    assert_ok(rowan__router_compile(router, NULL), NULL);
    assert_found(router, "/", "/");
    assert_found(router, "/else", "/{any}");
    assert_found(router, "/people", "/people");
    assert_found(router, "/people/8", "/people/{id}");
    assert_found(router, "/people/me", "/people/me");
    assert_found(router, "/people/me/awards", "/people/{id}/awards");
    assert_found(router, "/people/me/now", "/people/me/now");
    rowan__router_free(router);
}

static void what_does_not_fit_is_not_found(void **state)
{
    static const char *const paths[] = { "/",        "/People",     "/people/",
                                         "//people", "/people/1/2", "/people//",
                                         "/peopl" };
    rowan__router *router = new_router();

    (void)state;
    add(router, "GET", "/people", one);
    add(router, "GET", "/people/{id}", one);
    assert_ok(rowan__router_compile(router, NULL), NULL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_lost(router, paths[i]);
    rowan__router_free(router);
}

static void methods_of_a_path(void **state)
{
    rowan__router *router = new_router();
    rowan__match match;
    rowan_status st;

    (void)state;
    add(router, "GET", "/people", one);
    add(router, "POST", "/people", two);
    add(router, "DELETE", "/people/{id}", two);
    assert_ok(rowan__router_compile(router, NULL), NULL);
    st = find(router, "POST", "/people", &match);
    assert_ok(st, NULL);
    assert_ptr_equal(match.route->handler, two);
    assert_string_equal(match.allow, "GET, HEAD, POST, OPTIONS");
    st = find(router, "HEAD", "/people", &match);
    assert_ok(st, NULL);
    assert_ptr_equal(match.route->handler, one);
    st = find(router, "PATCH", "/people", &match);
    assert_ok(st, NULL);
    assert_null(match.route);
    st = find(router, "GET", "/people/1", &match);
    assert_ok(st, NULL);
    assert_null(match.route);
    assert_string_equal(match.allow, "DELETE, OPTIONS");
    assert_true(rowan__router_has(router, "GET", "/people"));
    assert_false(rowan__router_has(router, "HEAD", "/people"));
    assert_false(rowan__router_has(router, "GET", "/health"));
    rowan__router_free(router);
}

static void assert_refused(rowan__router *router, const char *method, const char *path,
                           const char *why)
{
    rowan_error err;
    rowan_status st = rowan__router_add(router, method, path, one, NULL, &err);

    assert_status(st, ROWAN_EINVAL, &err);
    assert_contains(err.message, why);
}

static void mistakes_are_reported(void **state)
{
    rowan__router *router = new_router();
    rowan_error err;
    rowan_status st;

    (void)state;
    add(router, "GET", "/people/{id}", one);
    assert_refused(router, "GET", "people", "begins with /");
    assert_refused(router, "GET", "", "begins with /");
    assert_refused(router, "GET", "/people/", "empty or malformed");
    assert_refused(router, "GET", "/a//b", "empty or malformed");
    assert_refused(router, "GET", "/a b", "empty or malformed");
    assert_refused(router, "GET", "/a?b", "empty or malformed");
    assert_refused(router, "GET", "/caf\xc3\xa9", "empty or malformed");
    assert_refused(router, "GET", "/{}", "in braces is malformed");
    assert_refused(router, "GET", "/{a-b}", "in braces is malformed");
    assert_refused(router, "GET", "/{id", "empty or malformed");
    assert_refused(router, "GET", "/x{id}", "empty or malformed");
    assert_refused(router, "GET", "/{id}/{id}", "stands there twice");
    assert_refused(router, "GET", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
                   "more than 8");
    assert_refused(router, "", "/people", "no method");
    assert_refused(router, "GET ", "/people", "no method");
    assert_refused(router, "GET", "/people/{other}",
                   "is there already as /people/{id}");
    st = rowan__router_add(router, "GET", "/none", NULL, NULL, &err);
    assert_status(st, ROWAN_EINVAL, &err);
    rowan__router_free(router);
}

static rowan_status build(rowan_error *err)
{
    rowan__router *router = rowan__router_new();
    rowan_status st = router == NULL ? ROWAN_ENOMEM : ROWAN_OK;

    if (st == ROWAN_OK)
        st = rowan__router_add(router, "GET", "/people/{id}/awards", one, NULL, err);
    if (st == ROWAN_OK)
        st = rowan__router_compile(router, err);
    rowan__router_free(router);
    return st;
}

static void memory_that_is_out_is_an_error(void **state)
{
    rowan_error err = { 0 };
    rowan_status st = ROWAN_ENOMEM;
    size_t nth = 0;

    (void)state;
    while (st != ROWAN_OK && nth < 1000) {
        rowan__alloc_fail_at(++nth, false);
        st = build(&err);
        rowan__alloc_fail_at(0, false);
        if (st != ROWAN_OK)
            assert_int_equal(st, ROWAN_ENOMEM);
    }
    assert_ok(st, &err);
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_found_and_its_values),
        cmocka_unit_test(what_is_spelt_out_wins),
        cmocka_unit_test(what_does_not_fit_is_not_found),
        cmocka_unit_test(methods_of_a_path),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(memory_that_is_out_is_an_error),
    };

    return cmocka_run_group_tests_name("serve_router", tests, NULL, NULL);
}
