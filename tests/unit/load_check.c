/* load_check.c - keys that occur twice, references to nothing: found without a database. */
#include "database.h"

#include <rowan/load.h>

#include "check_int.h"
#include "keys_int.h"

/* clang-format off */
ROWAN_MODEL(Room, "room",
    (rowan_text,      hotel,  PRIMARY_KEY),
    (rowan_int32,     number, PRIMARY_KEY),
    (rowan_text,      owner),
    (rowan_int32,     door),
    UNIQUE(owner, door)
)
ROWAN_MODEL(Night, "night",
    (rowan_int64,     id,     PRIMARY_KEY),
    (rowan_opt_text,  hotel),
    (rowan_opt_int32, room),
    FOREIGN_KEY((hotel, room), REFERENCES(Room, hotel, number))
)
/* clang-format on */

static const rowan_source sources[] = {
    ROWAN_SOURCE(Place, "a.csv"),
    ROWAN_SOURCE(Place, "b.csv"),
    ROWAN_SOURCE(Visit, "v.csv"),
};

static rowan_arena *arena;
static rowan__check *check;
static char *faults; /* "column reason\n" for each */

static int set_up(void **state)
{
    (void)state;
    arena = rowan_arena_new(NULL, 0);
    check = rowan__check_new(arena, sources, ROWAN_COUNT(sources));
    faults = test_printf("%s", "");
    return check == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    rowan_arena_free(arena);
    return 0;
}

static void note_fault(void *ctx, const rowan_column *column,
                       const rowan_csv_field *field, const char *reason)
{
    (void)ctx;
    assert_null(field);
    faults =
        test_printf("%s%s %s\n", faults, column != NULL ? column->name : "", reason);
}

static rowan_status check_row(const void *row, size_t source_idx, uint64_t line)
{
    const rowan__fault fault = { note_fault, NULL };

    return rowan__check_row(check, row, source_idx, line, &fault);
}

static rowan_status add_place(const char *code, const char *name, size_t source_idx,
                              uint64_t line)
{
    Place place = { rowan_text_of(code), rowan_text_of(name), { 0 } };

    return check_row(&place, source_idx, line);
}

static rowan_status add_visit(const char *place, int year, uint64_t line)
{
    Visit visit = { rowan_text_of(place), year, 1 };

    return check_row(&visit, 2, line);
}

static void a_key_occurs_once(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    assert_ok(add_place("a", "A", 0, 2), NULL);
    assert_ok(add_place("b", "B", 0, 3), NULL);
    assert_status(add_place("a", "C", 0, 9), ROWAN_EINVAL, NULL);
    assert_status(add_place("b", "D", 1, 3), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, "code is already in line 2\n"
                                "code is already in a.csv line 3\n");
}

static void so_does_a_unique_value(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    assert_ok(add_place("a", "A", 0, 2), NULL);
    assert_status(add_place("b", "A", 0, 3), ROWAN_EINVAL, NULL);
    assert_status(add_place("a", "A", 0, 4), ROWAN_EINVAL, NULL); /* both at once */
    assert_string_equal(faults,
                        "name is already in line 2\n"
                        "code is already in line 2\nname is already in line 2\n");
}

static void a_key_of_two_columns_is_one_key(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Visit_model), NULL);
    assert_ok(add_visit("a", 2000, 2), NULL);
    assert_ok(add_visit("a", 2001, 3), NULL);
    assert_ok(add_visit("b", 2000, 4), NULL);
    assert_status(add_visit("a", 2001, 5), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, " has the same key as line 3\n");
}

static void what_is_referred_to_must_be_there(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    assert_ok(add_place("a", "A", 0, 2), NULL);
    assert_ok(rowan__check_table(check, &Visit_model), NULL);
    assert_ok(add_visit("a", 2000, 2), NULL);
    assert_status(add_visit("b", 2000, 3), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, "place is not in place\n");
}

static void keys_of_several_columns_are_compared_as_one(void **state)
{
    Room rooms[] = { { rowan_text_of("a"), 1, rowan_text_of("o"), 1 },
                     { rowan_text_of("a"), 2, rowan_text_of("o"), 1 } };
    Night nights[] = { { 1, rowan_opt_text_of("a"), { true, 1 } },
                       { 2, rowan_opt_text_of("a"), { true, 3 } },
                       { 3, rowan_opt_text_of("z"), { false, 0 } } };

    (void)state;
    assert_ok(rowan__check_table(check, &Room_model), NULL);
    assert_ok(check_row(&rooms[0], 0, 2), NULL);
    assert_status(check_row(&rooms[1], 0, 3), ROWAN_EINVAL, NULL);
    assert_ok(rowan__check_table(check, &Night_model), NULL);
    assert_ok(check_row(&nights[0], 2, 2), NULL);
    assert_status(check_row(&nights[1], 2, 3), ROWAN_EINVAL, NULL);
    assert_ok(check_row(&nights[2], 2, 4), NULL); /* refers to nothing */
    assert_string_equal(faults, " has the same owner, door as line 2\n"
                                " hotel, room are not in room\n");
}

static void an_empty_table_has_nothing(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    assert_ok(rowan__check_table(check, &Visit_model), NULL);
    assert_status(add_visit("a", 2000, 2), ROWAN_EINVAL, NULL);
}

static void a_table_that_is_not_read_may_have_all(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Visit_model), NULL);
    assert_ok(add_visit("a", 2000, 2), NULL);
}

static void children_are_not_blamed_for_refused_parents(void **state)
{
    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    rowan__check_lacks_rows(check);
    assert_ok(rowan__check_table(check, &Visit_model), NULL);
    assert_ok(add_visit("a", 2000, 2), NULL);
}

static void a_reference_to_its_own_table_is_left_to_the_database(void **state)
{
    Place place = { rowan_text_of("a"), rowan_text_of("A"), rowan_opt_text_of("z") };

    (void)state;
    assert_ok(rowan__check_table(check, &Place_model), NULL);
    assert_ok(check_row(&place, 0, 2), NULL);
}

/* Sets. */

static void many_keys_stay_apart(void **state)
{
    enum {
        N = 200000
    };
    rowan__keys keys;
    rowan__key_place first;

    (void)state;
    rowan__keys_of_primary(&keys, &Sample_model);
    for (int64_t i = -N; i < N; i++) {
        Sample row = { .id = i * 4096 };

        assert_ok(rowan__keys_add(&keys, &row, 0, (uint64_t)(i + N + 1), &first), NULL);
    }
    for (int64_t i = -N; i < N; i += 997) {
        Sample row = { .id = i * 4096 };

        assert_status(rowan__keys_add(&keys, &row, 1, 1, &first), ROWAN_ECONFLICT,
                      NULL);
        assert_int_equal(first.line, i + N + 1);
        assert_int_equal(first.source_idx, 0);
    }
    assert_in_range(keys.n_slots * sizeof *keys.slots / (2 * N), 21, 43);
    rowan__keys_done(&keys);
}

static void texts_stay_apart(void **state)
{
    static const char *const names[] = { "",
                                         "a",
                                         "b",
                                         "aa",
                                         "aaaaaaaa",
                                         "aaaaaaaaa",
                                         "aaaaaaaaaaaaaaaa",
                                         "aaaaaaaabaaaaaaa" };
    const rowan_column *column = &Place_columns[1];
    rowan__keys keys;
    rowan__key_place first;

    (void)state;
    rowan__keys_of_column(&keys, column);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            Place row = { .name = rowan_text_of(names[i]) };

            assert_status(rowan__keys_add(&keys, &row, 0, i + 1, &first),
                          round == 0 ? ROWAN_OK : ROWAN_ECONFLICT, NULL);
            assert_true(rowan__keys_has(&keys, &column, &row));
        }
    }
    rowan__keys_done(&keys);
}

static void null_is_like_no_other(void **state)
{
    const rowan_column *column = &Place_columns[2];
    rowan__keys keys;
    rowan__key_place first;
    Place row = { 0 };

    (void)state;
    rowan__keys_of_column(&keys, column);
    assert_ok(rowan__keys_add(&keys, &row, 0, 1, &first), NULL);
    assert_ok(rowan__keys_add(&keys, &row, 0, 2, &first), NULL);
    assert_true(rowan__keys_has(&keys, &column, &row));
    rowan__keys_done(&keys);
}

static void every_type_can_be_a_key(void **state)
{
    Sample rows[2] = { test_sample(), test_sample() };

    (void)state;
    rows[1].flag = false;
    rows[1].small = 5;
    rows[1].big = 1;
    rows[1].real = 0.25;
    rows[1].words = rowan_text_of("");
    rows[1].day.day = 24;
    rows[1].at.unix_us++;
    for (size_t c = 1; c < 8; c++) {
        rowan__key_place first;
        rowan__keys keys;

        rowan__keys_of_column(&keys, &Sample_columns[c]);
        assert_ok(rowan__keys_add(&keys, &rows[0], 0, 1, &first), NULL);
        assert_ok(rowan__keys_add(&keys, &rows[1], 0, 2, &first), NULL);
        assert_status(rowan__keys_add(&keys, &rows[0], 0, 3, &first), ROWAN_ECONFLICT,
                      NULL);
        rowan__keys_done(&keys);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_occurs_once),
        TEST(so_does_a_unique_value),
        TEST(a_key_of_two_columns_is_one_key),
        TEST(what_is_referred_to_must_be_there),
        TEST(keys_of_several_columns_are_compared_as_one),
        TEST(an_empty_table_has_nothing),
        TEST(a_table_that_is_not_read_may_have_all),
        TEST(children_are_not_blamed_for_refused_parents),
        TEST(a_reference_to_its_own_table_is_left_to_the_database),
        TEST(many_keys_stay_apart),
        TEST(texts_stay_apart),
        TEST(null_is_like_no_other),
        TEST(every_type_can_be_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
