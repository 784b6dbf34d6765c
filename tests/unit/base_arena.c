/* base_arena.c - pieces that go together: alignment, ceilings, families, cleanups. */
#include "test.h"

#include <rowan/arena.h>

#include "alloc_int.h"

static int leave_alone(void **state)
{
    (void)state;
    rowan__alloc_fail_at(0, false);
    return 0;
}

static void pieces_are_aligned_and_their_own(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    unsigned char *pieces[200];

    (void)state;
    assert_non_null(arena);
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = rowan_arena_alloc(arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t byte = 0; byte < i; byte++)
            assert_int_equal(pieces[i][byte], i);
    }
    rowan_arena_free(arena);
}

static void large_pieces_fit(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    size_t total = 0;

    (void)state;
    for (size_t size = 1; size < 8 * 1024 * 1024; size = size * 3 + 1) {
        char *piece = rowan_arena_alloc(arena, size);

        assert_non_null(piece);
        piece[0] = piece[size - 1] = 'x';
        total += size;
    }
    assert_true(rowan_arena_used(arena) >= total);
    rowan_arena_free(arena);
}

static void calloc_is_zeroed_also_after_clear(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);

    (void)state;
    for (int round = 0; round < 3; round++) {
        char *piece = rowan_arena_calloc(arena, 10, 100);

        assert_non_null(piece);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0x55, 1000);
        rowan_arena_clear(arena);
        assert_int_equal(rowan_arena_used(arena), 0);
    }
    rowan_arena_free(arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);

    (void)state;
    assert_null(rowan_arena_alloc(arena, SIZE_MAX));
    assert_null(rowan_arena_alloc(arena, SIZE_MAX - 15));
    assert_null(rowan_arena_calloc(arena, SIZE_MAX / 2, 3));
    assert_null(rowan_arena_calloc(arena, 3, SIZE_MAX / 2));
    assert_null(rowan_arena_strndup(arena, "x", SIZE_MAX));
    assert_non_null(rowan_arena_alloc(arena, 0));
    rowan_arena_free(arena);
}

static void the_ceiling_holds(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 4096);
    size_t n = 0;

    (void)state;
    while (rowan_arena_alloc(arena, 16) != NULL)
        n++;
    assert_int_equal(n, 4096 / 16);
    assert_null(rowan_arena_alloc(arena, 1));
    rowan_arena_clear(arena);
    assert_null(rowan_arena_alloc(arena, 4097));
    assert_non_null(rowan_arena_alloc(arena, 4096));
    rowan_arena_free(arena);
}

static void text_has_a_nul(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    char *long_text;

    (void)state;
    assert_string_equal(rowan_arena_strndup(arena, "Turing", 3), "Tur");
    assert_string_equal(rowan_arena_strndup(arena, NULL, 0), "");
    assert_string_equal(rowan_arena_printf(arena, "%s-%d", "a", 7), "a-7");
    long_text = rowan_arena_printf(arena, "%2000d", 1);
    assert_int_equal(strlen(long_text), 2000);
    rowan_arena_free(arena);
}

/* Cleanups, children. */

static char calls[32]; /* which cleanups ran, in order */

static void note(void *data)
{
    size_t n = strlen(calls);

    calls[n] = *(const char *)data;
    calls[n + 1] = '\0';
}

static void cleanups_run_last_first_and_once(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);

    (void)state;
    calls[0] = '\0';
    assert_int_equal(rowan_arena_on_free(arena, note, &"a"[0]), ROWAN_OK);
    assert_int_equal(rowan_arena_on_free(arena, note, &"b"[0]), ROWAN_OK);
    rowan_arena_clear(arena);
    assert_string_equal(calls, "ba");
    assert_int_equal(rowan_arena_on_free(arena, note, &"c"[0]), ROWAN_OK);
    rowan_arena_free(arena);
    assert_string_equal(calls, "bac");
}

static void children_go_with_their_parent(void **state)
{
    rowan_arena *parent = rowan_arena_new(NULL, 0);
    rowan_arena *first = rowan_arena_new(parent, 0);
    rowan_arena *middle = rowan_arena_new(parent, 0);
    rowan_arena *last = rowan_arena_new(parent, 0);
    rowan_arena *grandchild = rowan_arena_new(last, 0);

    (void)state;
    calls[0] = '\0';
    assert_int_equal(rowan_arena_on_free(parent, note, &"p"[0]), ROWAN_OK);
    assert_int_equal(rowan_arena_on_free(first, note, &"1"[0]), ROWAN_OK);
    assert_int_equal(rowan_arena_on_free(middle, note, &"2"[0]), ROWAN_OK);
    assert_int_equal(rowan_arena_on_free(grandchild, note, &"g"[0]), ROWAN_OK);
    rowan_arena_free(middle); /* out of the middle of the list */
    assert_string_equal(calls, "2");
    rowan_arena_free(parent);
    assert_string_equal(calls, "2g1p");
}

static void clear_frees_children(void **state)
{
    rowan_arena *parent = rowan_arena_new(NULL, 0);

    (void)state;
    for (int round = 0; round < 3; round++) {
        rowan_arena *child = rowan_arena_new(parent, 0);

        calls[0] = '\0';
        assert_int_equal(rowan_arena_on_free(child, note, &"c"[0]), ROWAN_OK);
        rowan_arena_clear(parent);
        assert_string_equal(calls, "c");
    }
    rowan_arena_free(parent);
}

static void a_cleanup_may_use_its_arena(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    char *letter = rowan_arena_strndup(arena, "m", 1);

    (void)state;
    calls[0] = '\0';
    assert_int_equal(rowan_arena_on_free(arena, note, letter), ROWAN_OK);
    rowan_arena_free(arena);
    assert_string_equal(calls, "m");
}

static void null_is_fine(void **state)
{
    (void)state;
    rowan_arena_free(NULL);
}

/* Each allocation fails in turn, until all succeed: no leak, no half-made thing. */
static void memory_may_be_out_at_any_time(void **state)
{
    bool done = false;

    (void)state;
    for (size_t nth = 1; !done; nth++) {
        rowan_arena *parent, *child = NULL;
        rowan_status st = ROWAN_ENOMEM;

        assert_true(nth < 100);
        calls[0] = '\0';
        rowan__alloc_fail_at(nth, false);
        parent = rowan_arena_new(NULL, 0);
        if (parent != NULL)
            child = rowan_arena_new(parent, 0);
        if (child != NULL)
            st = rowan_arena_on_free(child, note, &"c"[0]);
        done = st == ROWAN_OK && rowan_arena_alloc(child, 5000) != NULL &&
               rowan_arena_printf(parent, "%3000d", 1) != NULL;
        rowan__alloc_fail_at(0, false);
        rowan_arena_free(parent);
        assert_string_equal(calls, st == ROWAN_OK ? "c" : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_their_own),
        cmocka_unit_test(large_pieces_fit),
        cmocka_unit_test(calloc_is_zeroed_also_after_clear),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(text_has_a_nul),
        cmocka_unit_test(cleanups_run_last_first_and_once),
        cmocka_unit_test(children_go_with_their_parent),
        cmocka_unit_test(clear_frees_children),
        cmocka_unit_test(a_cleanup_may_use_its_arena),
        cmocka_unit_test(null_is_fine),
        cmocka_unit_test_teardown(memory_may_be_out_at_any_time, leave_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
