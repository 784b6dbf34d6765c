/* base_alloc.c - the one door to the heap, and how a test closes it. */
#include "test.h"

#include "alloc_int.h"

static int leave_alone(void **state)
{
    (void)state;
    rowan__alloc_fail_at(0, false);
    return 0;
}

static void the_nth_call_fails(void **state)
{
    (void)state;
    rowan__alloc_fail_at(3, false);
    for (int i = 1; i <= 5; i++) {
        void *piece = i % 2 ? rowan__malloc(8) : rowan__calloc(2, 4);

        assert_int_equal(piece == NULL, i == 3);
        rowan__free(piece);
    }
}

static void all_calls_after_it_fail_too(void **state)
{
    (void)state;
    rowan__alloc_fail_at(2, true);
    for (int i = 1; i <= 4; i++) {
        void *piece = rowan__malloc(8);

        assert_int_equal(piece == NULL, i >= 2);
        rowan__free(piece);
    }
    rowan__alloc_fail_at(0, false);
    rowan__free(rowan__malloc(1));
}

static void a_failed_realloc_keeps_the_block(void **state)
{
    char *piece = rowan__strndup("abc", 3);

    (void)state;
    rowan__alloc_fail_at(1, false);
    assert_null(rowan__realloc(piece, 100));
    assert_string_equal(piece, "abc");
    piece = rowan__realloc(piece, 100);
    assert_string_equal(piece, "abc");
    rowan__free(piece);
}

static void sizes_of_zero_give_a_block(void **state)
{
    void *pieces[] = { rowan__malloc(0), rowan__calloc(0, 8), rowan__calloc(8, 0),
                       rowan__realloc(NULL, 0), rowan__strndup(NULL, 0) };

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_non_null(pieces[i]);
        rowan__free(pieces[i]);
    }
    rowan__free(NULL);
}

static void products_are_checked(void **state)
{
    size_t out = 0;

    (void)state;
    assert_true(rowan__mul(6, 7, &out));
    assert_int_equal(out, 42);
    assert_true(rowan__mul(SIZE_MAX, 1, &out));
    assert_false(rowan__mul(SIZE_MAX / 2 + 1, 2, &out));
    assert_null(rowan__strndup("x", SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_nth_call_fails, leave_alone),
        cmocka_unit_test_teardown(all_calls_after_it_fail_too, leave_alone),
        cmocka_unit_test_teardown(a_failed_realloc_keeps_the_block, leave_alone),
        cmocka_unit_test(sizes_of_zero_give_a_block),
        cmocka_unit_test(products_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
