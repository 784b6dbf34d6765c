/* session_shape.c - rows of several models side by side: where what lies, and that a
 * statement's key does not depend on where the shape does. */
#include "test.h"

#include "shape_int.h"
#include "statement_int.h"

/* clang-format off */
ROWAN_MODEL(Left, "left",
    (rowan_int64,     id,    PRIMARY_KEY),
    (rowan_bool,      flag),
    (rowan_text,      words),
    (rowan_opt_int16, small)
)
ROWAN_MODEL(Right, "right",
    (rowan_int16,     id,    PRIMARY_KEY),
    (rowan_opt_date,  day),
    (rowan_int64,     other)
)
/* clang-format on */

static const rowan_expr on = { .op = ROWAN_OP_EQ,
                               .model = &Right_model,
                               .column = &Right_columns[2],
                               .other_model = &Left_model,
                               .other = &Left_columns[0] };
static const rowan_join joined = { .model = &Right_model, .on = &on };

static void structs_lie_side_by_side(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan__shape shape;
    rowan__placed left, right;
    const rowan_column *day = NULL;
    rowan_error err;

    (void)state;
    assert_ok(rowan__shape_new(&shape, arena, &Left_model, 8, &err), &err);
    assert_ok(rowan__shape_add(&shape, &Left_model, false, &left, &err), &err);
    assert_ok(rowan__shape_add(&shape, &Right_model, true, &right, &err), &err);
    assert_ok(rowan__shape_add_column(&shape, &Right_model, &Right_columns[1], false,
                                      &day, &err),
              &err);
    assert_int_equal(shape.model->n_columns, 8);
    assert_int_equal(left.offset, 0);
    assert_int_equal(left.absent, 0);
    assert_int_equal(right.columns, 4);
    assert_true(right.offset >= sizeof(Left) && right.offset % 16 == 0);
    assert_true(right.absent >= right.offset + sizeof(Right));
    assert_true(shape.model->row_size >= day->value_offset + sizeof(rowan_date));
    assert_int_equal(shape.columns[1].offset, offsetof(Left, flag));
    assert_false(shape.columns[1].nullable); /* what is always there */
    assert_true(shape.columns[4].nullable);  /* and what can be absent */
    assert_int_equal(shape.columns[4].value_offset, right.offset);
    assert_int_equal(shape.columns[4].offset, right.absent);
    assert_int_equal(shape.columns[5].offset, right.offset + offsetof(Right, day));
    assert_int_equal(day->value_offset - day->offset, offsetof(rowan_opt_date, value));
    rowan_arena_free(arena);
}

/* The key of a query of a shape that is made in the given memory. */
static char *key_of(rowan_arena *arena, bool both, rowan__shape *shape, size_t *len)
{
    rowan_query query = { .join = { &joined } };
    rowan__statement statement;
    rowan__placed placed;
    rowan_error err;
    char *key;

    assert_ok(rowan__shape_new(shape, arena, &Left_model, 7, &err), &err);
    assert_ok(rowan__shape_add(shape, &Left_model, false, &placed, &err), &err);
    if (both)
        assert_ok(rowan__shape_add(shape, &Right_model, false, &placed, &err), &err);
    query.model = shape->model;
    assert_ok(rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &query, NULL, 0,
                                        &err),
              &err);
    *len = statement.key_len;
    key = test_alloc(*len);
    memcpy(key, statement.key, *len);
    rowan__statement_done(&statement);
    return key;
}

static void a_shape_is_what_it_is_made_of(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan__shape here, there;
    size_t len, other_len;
    char *key = key_of(arena, true, &here, &len);
    char *other = key_of(arena, true, &there, &other_len);

    (void)state;
    assert_ptr_not_equal(here.model, there.model); /* elsewhere, and the same */
    assert_int_equal(len, other_len);
    assert_memory_equal(key, other, len);
    other = key_of(arena, false, &there, &other_len);
    assert_true(len != other_len || memcmp(key, other, len) != 0);
    rowan_arena_free(arena);
}

static void a_row_has_its_limit(void **state)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    static const rowan_column column = { .name = "x", .type = ROWAN_INT64 };
    static const rowan_model wide = { .name = "Wide",
                                      .table = "wide",
                                      .columns = &column,
                                      .n_columns = 1,
                                      .row_size = 40000 };
    rowan__shape shape;
    rowan__placed placed;
    rowan_error err;

    (void)state;
    assert_ok(rowan__shape_new(&shape, arena, &wide, 2, &err), &err);
    assert_ok(rowan__shape_add(&shape, &wide, false, &placed, &err), &err);
    assert_status(rowan__shape_add(&shape, &wide, false, &placed, &err),
                  ROWAN_EUNSUPPORTED, &err);
    rowan_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_lie_side_by_side),
        cmocka_unit_test(a_shape_is_what_it_is_made_of),
        cmocka_unit_test(a_row_has_its_limit),
    };

    return cmocka_run_group_tests_name("session_shape", tests, NULL, NULL);
}
