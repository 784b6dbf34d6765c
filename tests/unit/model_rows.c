/* model_rows.c - the block of rows that grows. */
#include "test.h"

#include "alloc_int.h"
#include "rows_int.h"

/* clang-format off */
ROWAN_MODEL(Point, "point",
    (rowan_int64, x, PRIMARY_KEY),
    (rowan_text,  y)
)
/* clang-format on */

static void rows_lie_in_a_row(void **state)
{
    rowan__rows rows;
    const Point *points;

    (void)state;
    rowan__rows_init(&rows, &Point_model, NULL);
    for (int i = 0; i < 1000; i++) {
        Point *point = rowan__rows_next(&rows);

        assert_non_null(point);
        *point = (Point){ .x = i };
        rows.n_rows++;
    }
    points = (const Point *)(const void *)rows.bytes;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(points[i].x, i);
    rowan__rows_done(&rows);
    assert_int_equal(rows.n_rows, 0);
    rowan__rows_done(&rows); /* twice is fine */
}

static void room_is_made_for_many(void **state)
{
    rowan__rows rows;
    size_t n_calls;

    (void)state;
    rowan__rows_init(&rows, &Point_model, NULL);
    assert_true(rowan__rows_reserve(&rows, 5000));
    n_calls = rowan__alloc_count();
    for (size_t i = 0; i < 5000; i++) {
        assert_non_null(rowan__rows_next(&rows));
        rows.n_rows++;
    }
    assert_int_equal(rowan__alloc_count(), n_calls);
    rowan__rows_done(&rows);
}

static void sizes_that_overflow_are_refused(void **state)
{
    rowan__rows rows;

    (void)state;
    rowan__rows_init(&rows, &Point_model, NULL);
    assert_non_null(rowan__rows_next(&rows));
    rows.n_rows++;
    assert_false(rowan__rows_reserve(&rows, SIZE_MAX));
    assert_false(rowan__rows_reserve(&rows, SIZE_MAX / sizeof(Point)));
    assert_int_equal(rows.n_rows, 1);
    rowan__rows_done(&rows);
}

static void rows_survive_when_memory_is_out(void **state)
{
    rowan__rows rows;
    Point *point;

    (void)state;
    rowan__rows_init(&rows, &Point_model, NULL);
    point = rowan__rows_next(&rows);
    assert_non_null(point);
    point->x = 42;
    rows.n_rows = rows.cap;
    rowan__alloc_fail_at(1, false);
    assert_null(rowan__rows_next(&rows));
    rowan__alloc_fail_at(0, false);
    assert_int_equal(((const Point *)(const void *)rows.bytes)->x, 42);
    assert_non_null(rowan__rows_next(&rows));
    rowan__rows_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_lie_in_a_row),
        cmocka_unit_test(room_is_made_for_many),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(rows_survive_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
