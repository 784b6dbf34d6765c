/* upserts.c - rows that may be there already; writes that give back what they wrote. */
#include "database.h"

#include <rowan/upsert.h>

/* clang-format off */
ROWAN_MODEL(Member, "member",
    (rowan_int64,     id,    PRIMARY_KEY, AUTO),
    (rowan_text,      email, UNIQUE, MAX(100)),
    (rowan_opt_text,  name),
    (rowan_int32,     team),
    (rowan_int32,     seat),
    (rowan_int32,     score, DEFAULT(7)),
    (rowan_opt_int32, twice, GENERATED("score * 2")),
    UNIQUE(team, seat)
)
/* clang-format on */
ROWAN_MODELS(member_models, "1", Member);

/* clang-format off */
ROWAN_MODEL(Badge, "badge",
    (rowan_int64,    id,    PRIMARY_KEY, AUTO),
    (rowan_text,     email, UNIQUE, MAX(100)),
    (rowan_opt_text, code,  UNIQUE, MAX(100)),
    (rowan_int32,    uses)
)
/* clang-format on */
ROWAN_MODELS(badge_models, "1", Badge);

static int set_up(void **state)
{
    test_db *t = *state;

    assert_ok(rowan_drop_all(t->db, &member_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &member_models, &t->err), &t->err);
    return 0;
}

static int tear_down(void **state)
{
    test_db *t = *state;

    assert_ok(rowan_drop_all(t->db, &member_models, &t->err), &t->err);
    return 0;
}

static Member member(const char *email, const char *name, int seat)
{
    return (Member){ .email = rowan_text_of(email),
                     .name = rowan_opt_text_of(name),
                     .team = 1,
                     .seat = seat,
                     .score = 1 };
}

static char *all(test_db *t)
{
    return test_list(t, "name", "member", "email");
}

static void test_upsert(void **state)
{
    test_db *t = *state;
    Member ada = member("a@x", "Ada", 1), bob = member("b@x", "Bob", 2);
    int64_t id;

    set_up(state);
    assert_ok(rowan_upsert(t->db, Member, &ada, &t->err, email), &t->err);
    assert_ok(rowan_upsert(t->db, Member, &bob, &t->err, email), &t->err);
    assert_true(ada.id > 0 && bob.id > 0 && bob.id != ada.id);
    id = ada.id;
    ada = member("a@x", "Ada King", 1);
    assert_ok(rowan_upsert(t->db, Member, &ada, &t->err, email), &t->err);
    assert_int_equal(ada.id, id);
    assert_string_equal(all(t), "Ada King Bob");
    /* by the primary key: every other column */
    ada.email = rowan_text_of("ada@x");
    assert_ok(rowan_upsert(t->db, Member, &ada, &t->err, id), &t->err);
    assert_string_equal(test_list(t, "email", "member", "email"), "ada@x b@x");
    /* by two columns */
    bob = member("bob@x", "Robert", 2);
    assert_ok(rowan_upsert(t->db, Member, &bob, &t->err, team, seat), &t->err);
    assert_string_equal(all(t), "Ada King Robert");
    tear_down(state);
}

static void test_chosen_columns(void **state)
{
    test_db *t = *state;
    Member rows[3] = { member("a@x", "Ada", 1), member("b@x", "Bob", 2),
                       member("a@x", "Eve", 9) };
    const rowan_upsert_opts only_seat = { .on = ROWAN_COLUMNS(Member, email),
                                          .set = ROWAN_COLUMNS(Member, seat) };

    set_up(state);
    assert_ok(rowan_upsert_rows(t->db, &Member_model, rows, 3, &only_seat, &t->err),
              &t->err);
    assert_string_equal(all(t), "Ada Bob");
    assert_string_equal(test_value(t, "SELECT seat FROM member WHERE email = 'a@x'"),
                        "9");
    assert_int_equal(rows[0].id, rows[2].id);
    tear_down(state);
}

static void test_insert_missing(void **state)
{
    test_db *t = *state;
    Member first = member("a@x", "Ada", 1);
    Member rows[2] = { member("a@x", "Eve", 9), member("b@x", "Bob", 2) };

    set_up(state);
    assert_ok(rowan_insert(t->db, Member, &first, &t->err), &t->err);
    assert_ok(rowan_insert_missing(t->db, Member, rows, 2, &t->err, email), &t->err);
    assert_string_equal(all(t), "Ada Bob");
    assert_int_equal(rows[0].id, first.id);
    assert_true(rows[1].id > first.id);
    tear_down(state);
}

/* A row that is in the way by another key is never the one that is changed. */
static void test_conflict_by_another_key(void **state)
{
    test_db *t = *state;
    Member ada = member("a@x", "Ada", 1), eve = member("e@x", "Eve", 1);
    Member two[2] = { member("b@x", "Bob", 2), member("c@x", "Cy", 1) };

    set_up(state);
    assert_ok(rowan_insert(t->db, Member, &ada, &t->err), &t->err);
    assert_status(rowan_upsert(t->db, Member, &eve, &t->err, email), ROWAN_ECONFLICT,
                  &t->err);
    assert_status(rowan_insert_missing(t->db, Member, &eve, 1, &t->err, email),
                  ROWAN_ECONFLICT, &t->err);
    assert_status(rowan_upsert_many(t->db, Member, two, 2, &t->err, email),
                  ROWAN_ECONFLICT, &t->err);
    assert_string_equal(all(t), "Ada");
    tear_down(state);
}

static Badge badge(int64_t id, const char *email, const char *code)
{
    return (Badge){ .id = id,
                    .email = rowan_text_of(email),
                    .code = rowan_opt_text_of(code),
                    .uses = 9 };
}

static void new_badges(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &badge_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &badge_models, &t->err), &t->err);
    test_exec(t,
              "insert into badge (id, email, code, uses) values (1, 'a@x', null, 0), "
              "(2, 'b@x', 'B', 0)");
}

static char *uses(test_db *t)
{
    return test_list(t, "cast(uses as char(1))", "badge", "id");
}

/* A key that is NULL is nobody's: who is in the way is so by another key. */
static void test_null_is_no_key(void **state)
{
    test_db *t = *state;
    Badge again = badge(0, "a@x", NULL), other = badge(0, "c@x", NULL);

    new_badges(t);
    assert_status(rowan_upsert(t->db, Badge, &again, &t->err, code), ROWAN_ECONFLICT,
                  &t->err);
    assert_status(rowan_insert_missing(t->db, Badge, &again, 1, &t->err, code),
                  ROWAN_ECONFLICT, &t->err);
    assert_string_equal(uses(t), "0 0");
    test_exec(t, "delete from badge where id = 2"); /* 3 is next, also on PostgreSQL */
    other.id = 3;
    assert_ok(rowan_upsert(t->db, Badge, &other, &t->err, code), &t->err);
    assert_string_equal(uses(t), "0 9");
    assert_ok(rowan_drop_all(t->db, &badge_models, &t->err), &t->err);
}

/* A new row is new, though PostgreSQL does not know the numbers that were given. */
static void test_a_number_that_is_taken(void **state)
{
    test_db *t = *state;
    Badge added = badge(0, "c@x", NULL);
    rowan_status st;

    new_badges(t);
    st = rowan_upsert(t->db, Badge, &added, &t->err, id);
    assert_status(st, test_is_postgres(t) ? ROWAN_ECONFLICT : ROWAN_OK, &t->err);
    assert_string_equal(uses(t), test_is_postgres(t) ? "0 0" : "0 0 9");
    assert_ok(rowan_drop_all(t->db, &badge_models, &t->err), &t->err);
}

/* The row that is there, and another one by a key that it does not get. */
static void test_a_key_that_is_not_set(void **state)
{
    test_db *t = *state;
    Badge both = badge(0, "a@x", "B");
    const rowan_upsert_opts only_uses = { .on = ROWAN_COLUMNS(Badge, code),
                                          .set = ROWAN_COLUMNS(Badge, uses) };
    rowan_status st;

    new_badges(t);
    st = rowan_upsert_rows(t->db, &Badge_model, &both, 1, &only_uses, &t->err);
    assert_status(st, test_is_mariadb(t) ? ROWAN_ECONFLICT : ROWAN_OK, &t->err);
    assert_string_equal(uses(t), test_is_mariadb(t) ? "0 0" : "0 9");
    assert_ok(rowan_drop_all(t->db, &badge_models, &t->err), &t->err);
}

static void test_keys_that_are_none(void **state)
{
    test_db *t = *state;
    Member ada = member("a@x", "Ada", 1);
    const rowan_upsert_opts none = { 0 };
    const rowan_upsert_opts foreign = { .on = ROWAN_COLUMNS(Place, code) };

    set_up(state);
    assert_status(rowan_upsert(t->db, Member, &ada, &t->err, name), ROWAN_EINVAL,
                  &t->err);
    assert_string_equal(
        t->err.message,
        "an upsert of Member needs the columns of one of its unique keys");
    assert_status(rowan_upsert(t->db, Member, &ada, &t->err, email, team), ROWAN_EINVAL,
                  &t->err);
    assert_status(rowan_upsert_rows(t->db, &Member_model, &ada, 1, &none, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_upsert_rows(t->db, &Member_model, &ada, 1, &foreign, &t->err),
                  ROWAN_EINVAL, &t->err);
    tear_down(state);
}

static void test_insert_returning(void **state)
{
    test_db *t = *state;
    Member rows[3] = { member("a@x", "Ada", 1), member("b@x", NULL, 2),
                       member("c@x", "Cy", 3) };
    rowan_result *result = NULL;
    const Member *back;

    set_up(state);
    rows[2].id = 50;
    rows[2].score = 21;
    assert_ok(rowan_insert_returning(t->db, Member, rows, 3, &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 3);
    back = rowan_rows(result, Member);
    assert_true(back[0].id > 0);
    assert_string_equal(back[0].name.ptr, "Ada");
    assert_null(back[1].name.ptr);
    assert_int_equal(back[2].id, 50);
    assert_int_equal(back[2].twice.value, 42);
    rowan_result_free(result);
    result = NULL;
    rows[0] = member("new@x", "New", 7);
    rows[1] = member("a@x", "again", 8);
    assert_status(rowan_insert_returning(t->db, Member, rows, 2, &result, &t->err),
                  ROWAN_ECONFLICT, &t->err);
    assert_null(result);
    assert_string_equal(test_value(t, "SELECT count(*) FROM member"), "3");
    tear_down(state);
}

static void test_delete_returning(void **state)
{
    test_db *t = *state;
    Member rows[3] = { member("a@x", "Ada", 1), member("b@x", "Bob", 2),
                       member("c@x", "Cy", 3) };
    rowan_result *result = NULL;

    set_up(state);
    assert_ok(rowan_insert_many(t->db, Member, rows, 3, &t->err), &t->err);
    assert_ok(rowan_delete_returning(t->db, Member, rowan_gt(Member, seat, 1), &result,
                                     &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    assert_int_equal(rowan_rows(result, Member)->score, 1);
    rowan_result_free(result);
    assert_string_equal(all(t), "Ada");
    tear_down(state);
}

/* A difference: MariaDB has no UPDATE ... RETURNING. */
static void test_update_returning(void **state)
{
    test_db *t = *state;
    Member ada = member("a@x", "Ada", 1);
    rowan_result *result = NULL;
    rowan_status st;

    set_up(state);
    assert_ok(rowan_insert(t->db, Member, &ada, &t->err), &t->err);
    st = rowan_update_returning(t->db, Member, rowan_eq(Member, email, "a@x"), &result,
                                &t->err, rowan_increment(Member, score, 4));
    if (test_is_mariadb(t)) {
        assert_status(st, ROWAN_EUNSUPPORTED, &t->err);
        assert_string_equal(t->err.message, "MariaDB has no UPDATE ... RETURNING");
    } else {
        assert_ok(st, &t->err);
        assert_int_equal(rowan_rows(result, Member)->score, 5);
        assert_int_equal(rowan_rows(result, Member)->twice.value, 10);
        rowan_result_free(result);
    }
    tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upsert),
        cmocka_unit_test(test_chosen_columns),
        cmocka_unit_test(test_insert_missing),
        cmocka_unit_test(test_conflict_by_another_key),
        cmocka_unit_test(test_null_is_no_key),
        cmocka_unit_test(test_a_number_that_is_taken),
        cmocka_unit_test(test_a_key_that_is_not_set),
        cmocka_unit_test(test_keys_that_are_none),
        cmocka_unit_test(test_insert_returning),
        cmocka_unit_test(test_delete_returning),
        cmocka_unit_test(test_update_returning),
    };

    return test_on_databases("upserts", tests, sizeof tests / sizeof tests[0]);
}
