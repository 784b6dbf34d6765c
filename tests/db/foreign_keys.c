/* foreign_keys.c - foreign keys of several columns. */
#include "database.h"

#include <rowan/merge.h>

/* clang-format off */
ROWAN_MODEL(Room, "room",
    (rowan_text,      hotel,  PRIMARY_KEY, MAX(20)),
    (rowan_int32,     number, PRIMARY_KEY),
    (rowan_text,      owner),
    (rowan_int32,     door,   NAME("the \"door\"")),
    UNIQUE(owner, door)
)

ROWAN_MODEL(Night, "night",
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_opt_text,  hotel,  MAX(20)),
    (rowan_opt_int32, room),
    (rowan_opt_text,  owner),
    (rowan_opt_int32, door),
    FOREIGN_KEY((hotel, room), REFERENCES(Room, hotel, number), ON_DELETE(CASCADE), ON_UPDATE(CASCADE)),
    FOREIGN_KEY((owner, door), REFERENCES(Room, owner, door), ON_DELETE(SET_NULL))
)

/* Rows that refer to each other, within what they belong to. */
ROWAN_MODEL(Task, "task",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_text,      project),
    (rowan_int32,     number),
    (rowan_opt_int32, parent),
    UNIQUE(project, number),
    FOREIGN_KEY((project, parent), REFERENCES(Task, project, number))
)

/* What goes with what it is part of. */
ROWAN_MODEL(Part, "part",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_opt_int64, whole,   REFERENCES(Part, id), ON_DELETE(CASCADE))
)
/* clang-format on */

/* Children first, on purpose. */
static const rowan_model *const list[] = { &Night_model, &Task_model, &Room_model,
                                           &Part_model };
static const rowan_models house = { "house", "0", list, 4 };

static void create(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &house, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &house, &t->err), &t->err);
}

static Room room(const char *hotel, int number, const char *owner, int door)
{
    return (Room){ rowan_text_of(hotel), number, rowan_text_of(owner), door };
}

static void add_rooms(test_db *t)
{
    Room rooms[] = { room("Adler", 1, "o", 10), room("Adler", 2, "o", 20) };

    assert_ok(rowan_insert_many(t->db, Room, rooms, 2, &t->err), &t->err);
}

static Night night(const char *hotel, int number)
{
    return (Night){ .hotel = rowan_opt_text_of(hotel),
                    .room = ROWAN_SOME(rowan_opt_int32, number) };
}

static rowan_status add(test_db *t, Night row)
{
    return rowan_insert(t->db, Night, &row, &t->err);
}

static void test_both_columns_count(void **state)
{
    test_db *t = *state;
    Night half = night("nowhere", 1);
    Night other = { .owner = rowan_opt_text_of("o"),
                    .door = ROWAN_SOME(rowan_opt_int32, 11) };

    create(t);
    add_rooms(t);
    assert_ok(add(t, night("Adler", 2)), &t->err);
    assert_status(add(t, night("Adler", 3)), ROWAN_ECONSTRAINT, &t->err);
    if (!test_is_sqlite(t)) /* which does not say which */
        assert_contains(t->err.message, "night_hotel_room_fkey");
    assert_status(add(t, night("Bären", 1)), ROWAN_ECONSTRAINT, &t->err);
    half.room.has = false; /* refers to nothing */
    assert_ok(add(t, half), &t->err);
    assert_status(add(t, other), ROWAN_ECONSTRAINT, &t->err);
    other.door.value = 10;
    assert_ok(add(t, other), &t->err);
}

static void test_actions(void **state)
{
    test_db *t = *state;
    Night both = night("Adler", 1);
    Room gone = room("Adler", 1, "o", 10);

    create(t);
    add_rooms(t);
    both.owner = rowan_opt_text_of("o");
    both.door = ROWAN_SOME(rowan_opt_int32, 20);
    assert_ok(add(t, both), &t->err);
    assert_ok(add(t, night("Adler", 2)), &t->err);
    test_exec(t, test_is_sqlite(t) ? "PRAGMA foreign_keys = on; "
                                     "UPDATE room SET number = 7 WHERE number = 2"
                                   : "UPDATE room SET number = 7 WHERE number = 2");
    assert_string_equal(test_value(t, "SELECT room FROM night WHERE id = 2"), "7");
    gone.number = 7;
    assert_ok(rowan_delete(t->db, Room, &gone, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM night WHERE owner IS NULL"),
                        "1"); /* the second night went with its room */
    assert_string_equal(test_value(t, "SELECT count(*) FROM night"), "1");
}

static void test_names_are_stable(void **state)
{
    test_db *t = *state;
    const char *query =
        "SELECT count(*) FROM information_schema.table_constraints WHERE "
        "constraint_type = 'FOREIGN KEY' AND constraint_name IN "
        "('night_hotel_room_fkey', 'night_owner_door_fkey', "
        "'task_project_parent_fkey')";

    create(t);
    if (test_is_sqlite(t)) {
        const char *sql =
            test_value(t, "SELECT sql FROM sqlite_schema WHERE name = 'night'");

        assert_contains(sql, "CONSTRAINT \"night_hotel_room_fkey\" FOREIGN KEY "
                             "(\"hotel\", \"room\") REFERENCES \"room\" (\"hotel\", "
                             "\"number\") ON DELETE CASCADE ON UPDATE CASCADE");
        assert_contains(sql, "\"night_owner_door_fkey\"");
        return;
    }
    if (test_is_mariadb(t))
        query = test_printf("%s AND table_schema = database()", query);
    assert_string_equal(test_value(t, query), "3");
}

static rowan_status refresh(test_db *t, Room *rooms, size_t n_rooms, Night *nights,
                            size_t n_nights)
{
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(t->db, 2, &merge, &t->err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Night_model, &t->err);
    if (st == ROWAN_OK && n_nights > 0)
        st = rowan_merge_rows(merge, nights, n_nights, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Room_model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, rooms, n_rooms, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, NULL, &t->err);
    rowan_merge_close(merge);
    return st;
}

/* Parents come before their children and go after them, whatever was given first. */
static void test_a_refresh(void **state)
{
    test_db *t = *state;
    Room first[] = { room("Adler", 1, "o", 10), room("Adler", 2, "o", 20) };
    Room second[] = { room("Adler", 2, "o", 20), room("Bären", 1, "p", 10) };
    Night nights[] = { night("Adler", 1), night("Adler", 2) };

    create(t);
    nights[0].id = 1;
    nights[1].id = 2;
    assert_ok(refresh(t, first, 2, nights, 2), &t->err);
    nights[0].hotel = rowan_opt_text_of("Bären");
    assert_ok(refresh(t, second, 2, nights, 2), &t->err);
    assert_string_equal(test_value(t, "SELECT hotel FROM night WHERE id = 1"), "Bären");
    assert_string_equal(test_value(t, "SELECT count(*) FROM room"), "2");
    assert_status(refresh(t, first, 2, nights, 2), ROWAN_ECONSTRAINT, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM night"), "2");
}

static void refresh_tasks(test_db *t, Task *tasks, size_t n_tasks)
{
    rowan_merge *merge = NULL;

    assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
    assert_ok(rowan_merge_table(merge, &Task_model, &t->err), &t->err);
    assert_ok(rowan_merge_rows(merge, tasks, n_tasks, &t->err), &t->err);
    assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
    rowan_merge_close(merge);
}

static Task task(int64_t id, const char *project, int number, int parent)
{
    return (Task){ id, rowan_text_of(project), number, { parent > 0, parent } };
}

/* Rings, a parent that goes, and a row that moves to where its parent has the same number
 * as before. */
static void test_rows_refer_to_each_other(void **state)
{
    test_db *t = *state;
    Task first[] = { task(1, "p", 1, 2), task(2, "p", 2, 1), task(3, "p", 3, 1) };
    Task second[] = { task(2, "p", 2, 0), task(4, "q", 1, 3), task(3, "q", 3, 1) };

    create(t);
    refresh_tasks(t, first, 3);
    assert_string_equal(test_list(t, "cast(parent as char(1))", "task", "id"), "2 1 1");
    refresh_tasks(t, second, 3);
    assert_string_equal(test_list(t, "cast(id as char(1))", "task", "id"), "2 3 4");
    assert_string_equal(test_value(t, "SELECT parent FROM task WHERE id = 3"), "1");
    assert_string_equal(test_value(t, "SELECT parent FROM task WHERE id = 4"), "3");
}

static rowan_status refresh_parts(test_db *t, Part *parts, size_t n_parts)
{
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(t->db, 1, &merge, &t->err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Part_model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, parts, n_parts, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, NULL, &t->err);
    rowan_merge_close(merge);
    return st;
}

/* A refresh does not let the database delete a row that was given. */
static void test_a_given_row_does_not_go_with_its_parent(void **state)
{
    test_db *t = *state;
    Part all[] = { { 1, { 0 } }, { 2, { true, 1 } }, { 3, { true, 2 } } };

    create(t);
    assert_ok(refresh_parts(t, all, 3), &t->err);
    assert_status(refresh_parts(t, all + 1, 2), ROWAN_ECONSTRAINT, &t->err);
    assert_string_equal(t->err.message,
                        "Part.whole refers to a row of part that is not there");
    assert_string_equal(test_value(t, "SELECT count(*) FROM part"), "3");
    assert_ok(refresh_parts(t, all, 1), &t->err); /* both go */
    assert_string_equal(test_value(t, "SELECT count(*) FROM part"), "1");
}

/* A package in which a foreign key points wrong is refused. */
static void test_mistakes_are_named(void **state)
{
    static const rowan_key_part own[] = { { .column = 1 }, { .column = 2 } };
    static const rowan_key_part swapped[] = { { .column = 1 }, { .column = 0 } };
    static const rowan_key_part half[] = { { .column = 0 }, { .column = 3 } };
    test_db *t = *state;
    rowan_constraint key = { .kind = ROWAN_CONSTRAINT_FOREIGN_KEY,
                             .parts = own,
                             .n_parts = 2,
                             .references = &Room_model,
                             .targets = swapped };
    rowan_model model = Night_model;
    const rowan_model *models[] = { &model, &Room_model };
    rowan_models bad = { "bad", "0", models, 2 };

    model.constraints = &key;
    model.n_constraints = 1;
    assert_status(rowan_models_check(&bad, &t->err), ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "Night.hotel is text, but Room.number is int32");
    key.targets = half;
    assert_status(rowan_models_check(&bad, &t->err), ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "Night (hotel, room) references Room (hotel, "
                                        "the \"door\"), which are not unique");
    bad.n_models = 1;
    assert_status(rowan_models_check(&bad, &t->err), ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "Night (hotel, room) references Room, which is not in bad");
    model = Task_model;
    key = Task_model.constraints[1];
    key.on_delete = ROWAN_SET_NULL;
    model.constraints = &key;
    model.n_constraints = 1;
    models[1] = &Room_model;
    assert_status(rowan_models_check(&bad, &t->err), ROWAN_EINVAL, &t->err);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_columns_count),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_names_are_stable),
        cmocka_unit_test(test_a_refresh),
        cmocka_unit_test(test_rows_refer_to_each_other),
        cmocka_unit_test(test_a_given_row_does_not_go_with_its_parent),
        cmocka_unit_test(test_mistakes_are_named),
    };

    return test_on_databases("foreign_keys", tests, sizeof tests / sizeof tests[0]);
}
