/* writes.c - inserting, updating, deleting, and transactions around them. */
#include "database.h"

static Place place(const char *code, const char *name, const char *inside)
{
    return (Place){ rowan_text_of(code), rowan_text_of(name),
                    rowan_opt_text_of(inside) };
}

static uint64_t n_places(test_db *t, rowan_session *db)
{
    uint64_t n = 0;

    assert_ok(rowan_count(db, rowan_select(Place), &n, &t->err), &t->err);
    return n;
}

static void test_keys_are_given(void **state)
{
    test_db *t = *state;
    Sample samples[3] = { test_sample(), test_sample(), test_sample() };

    samples[1].id = 100;
    assert_ok(rowan_insert(t->db, Sample, &samples[0], &t->err), &t->err);
    assert_int_equal(samples[0].id, 1);
    assert_ok(rowan_insert(t->db, Sample, &samples[1], &t->err), &t->err);
    assert_int_equal(samples[1].id, 100);
    assert_ok(rowan_insert(t->db, Sample, &samples[2], &t->err), &t->err);
    assert_int_not_equal(samples[2].id, 0);
}

static void test_update_and_delete(void **state)
{
    test_db *t = *state;
    Place a = place("a", "A", NULL);
    rowan_result *result = NULL;

    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
    a.name = rowan_text_of("B");
    assert_ok(rowan_update(t->db, Place, &a, &t->err), &t->err);
    assert_ok(rowan_find(t->db, Place, "a", &result, &t->err), &t->err);
    assert_string_equal(rowan_rows(result, Place)->name.ptr, "B");
    rowan_result_free(result);
    assert_ok(rowan_delete(t->db, Place, &a, &t->err), &t->err);
    assert_status(rowan_delete(t->db, Place, &a, &t->err), ROWAN_ENOTFOUND, &t->err);
    assert_status(rowan_update(t->db, Place, &a, &t->err), ROWAN_ENOTFOUND, &t->err);
}

static void test_update_and_delete_where(void **state)
{
    test_db *t = *state;
    Sample samples[5];
    uint64_t n = 0;
    rowan_result *result = NULL;

    for (int i = 0; i < 5; i++) {
        samples[i] = test_sample();
        samples[i].small = i;
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, 5, &t->err), &t->err);
    assert_ok(rowan_update_where(
                  t->db, Sample, rowan_ge(Sample, small, 3), &n, &t->err,
                  rowan_set(Sample, words, "set"), rowan_set(Sample, real, 2),
                  rowan_set(Sample, opt_small, 7), rowan_set_null(Sample, opt_words)),
              &t->err);
    assert_int_equal(n, 2);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Sample, .where = rowan_eq(Sample, words, "set")),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    assert_true(rowan_rows(result, Sample)->opt_small.has);
    assert_true(rowan_rows(result, Sample)->real == 2.0);
    rowan_result_free(result);
    assert_status(rowan_update_where(t->db, Sample, NULL, &n, &t->err,
                                     rowan_set(Sample, small, INT64_C(1) << 40)),
                  ROWAN_EINVAL, &t->err);
    assert_ok(
        rowan_delete_where(t->db, Sample, rowan_lt(Sample, small, 2), &n, &t->err),
        &t->err);
    assert_int_equal(n, 2);
    assert_ok(rowan_delete_where(t->db, Sample, NULL, NULL, &t->err), &t->err);
    assert_ok(rowan_count(t->db, rowan_select(Sample), &n, &t->err), &t->err);
    assert_int_equal(n, 0);
}

static void test_constraints(void **state)
{
    test_db *t = *state;
    Place a = place("a", "A", NULL), same_key = place("a", "X", NULL);
    Place same_name = place("b", "A", NULL), lost = place("c", "C", "nowhere");
    Place child = place("d", "D", "a");

    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
    assert_status(rowan_insert(t->db, Place, &same_key, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_true(t->err.vendor_code != 0 || t->err.sqlstate[0] != '\0');
    assert_status(rowan_insert(t->db, Place, &same_name, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_status(rowan_insert(t->db, Place, &lost, &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    assert_ok(rowan_insert(t->db, Place, &child, &t->err), &t->err);
    assert_status(rowan_delete(t->db, Place, &a, &t->err), ROWAN_ECONSTRAINT, &t->err);
    assert_int_equal(n_places(t, t->db), 2);
}

static void test_many_rows_or_none(void **state)
{
    test_db *t = *state;
    Place places[] = { place("a", "A", NULL), place("b", "B", NULL),
                       place("c", "A", NULL) };

    assert_status(rowan_insert_many(t->db, Place, places, 3, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_false(rowan_in_transaction(t->db));
    assert_int_equal(n_places(t, t->db), 0);
    assert_ok(rowan_insert_many(t->db, Place, places, 2, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Place, places, 0, &t->err), &t->err);
    assert_int_equal(n_places(t, t->db), 2);
}

#define N_MANY 1234 /* so many that they do not go one by one */

static void test_very_many_rows_or_none(void **state)
{
    test_db *t = *state;
    Place *places = test_alloc(N_MANY * sizeof *places);

    for (int i = 0; i < N_MANY; i++) {
        char *code = test_printf("%d", i);

        places[i] = place(code, code, i == 0 ? NULL : "0");
    }
    places[N_MANY - 1].name = rowan_text_of("not UTF-8: \xff");
    assert_status(rowan_insert_many(t->db, Place, places, N_MANY, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_false(rowan_in_transaction(t->db));
    assert_int_equal(n_places(t, t->db), 0);
    assert_ok(rowan_insert_many(t->db, Place, places, N_MANY - 1, &t->err), &t->err);
    assert_int_equal(n_places(t, t->db), N_MANY - 1);
    assert_status(rowan_insert_many(t->db, Place, places, N_MANY - 1, &t->err),
                  ROWAN_ECONFLICT, &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_status(rowan_insert_many(t->db, Place, places, N_MANY - 1, &t->err),
                  ROWAN_ECONFLICT, &t->err);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_int_equal(n_places(t, t->db), N_MANY - 1);
}

static void test_commit_and_rollback(void **state)
{
    test_db *t = *state;
    rowan_session *other = test_session(t);
    Place a = place("a", "A", NULL), b = place("b", "B", NULL);

    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_status(rowan_begin(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
    assert_int_equal(n_places(t, t->db), 1);
    assert_int_equal(n_places(t, other), 0);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_int_equal(n_places(t, other), 1);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &b, &t->err), &t->err);
    rowan_rollback(t->db);
    rowan_rollback(t->db);
    assert_int_equal(n_places(t, t->db), 1);
    rowan_session_close(other);
}

/* The same on every database: what failed is over, and COMMIT does not pretend. */
static void test_failed_transaction_commits_nothing(void **state)
{
    test_db *t = *state;
    Place a = place("a", "A", NULL);
    rowan_result *result = NULL;

    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
    assert_status(rowan_insert(t->db, Place, &a, &t->err), ROWAN_ECONFLICT, &t->err);
    assert_status(rowan_fetch(t->db, rowan_select(Place), &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "roll it back");
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "nothing was committed");
    assert_false(rowan_in_transaction(t->db));
    assert_int_equal(n_places(t, t->db), 0);
    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
}

static void test_closing_rolls_back(void **state)
{
    test_db *t = *state;
    rowan_session *other = test_session(t);
    Place a = place("a", "A", NULL);
    rowan_cursor *cursor = NULL;

    assert_ok(rowan_begin(other, &t->err), &t->err);
    assert_ok(rowan_insert(other, Place, &a, &t->err), &t->err);
    assert_ok(rowan_cursor_open(other, rowan_select(Place), &cursor, &t->err), &t->err);
    rowan_session_close(other);
    rowan_cursor_close(cursor);
    assert_int_equal(n_places(t, t->db), 0);
    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
}

static void test_reading_sees_one_state(void **state)
{
    test_db *t = *state;
    rowan_session *other = test_session(t);
    Place a = place("a", "A", NULL), b = place("b", "B", NULL);

    assert_ok(rowan_insert(t->db, Place, &a, &t->err), &t->err);
    assert_ok(rowan_begin_read(other, &t->err), &t->err);
    assert_int_equal(n_places(t, other), 1);
    assert_ok(rowan_insert(t->db, Place, &b, &t->err), &t->err);
    assert_int_equal(n_places(t, other), 1);
    assert_ok(rowan_commit(other, &t->err), &t->err);
    assert_int_equal(n_places(t, other), 2);
    rowan_session_close(other);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_given),
        cmocka_unit_test(test_update_and_delete),
        cmocka_unit_test(test_update_and_delete_where),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_many_rows_or_none),
        cmocka_unit_test(test_very_many_rows_or_none),
        cmocka_unit_test(test_commit_and_rollback),
        cmocka_unit_test(test_failed_transaction_commits_nothing),
        cmocka_unit_test(test_closing_rolls_back),
        cmocka_unit_test(test_reading_sees_one_state),
    };

    return test_on_databases("writes", tests, sizeof tests / sizeof tests[0]);
}
