/* versions.c - whatever writes a row counts its VERSION up, so that no object misses it. */
#include "database.h"

#include <rowan/merge.h>
#include <rowan/unit.h>
#include <rowan/upsert.h>

/* clang-format off */
ROWAN_MODEL(Paper, "paper",
    (rowan_int64, id,      PRIMARY_KEY, AUTO),
    (rowan_text,  code,    UNIQUE),
    (rowan_text,  words),
    (rowan_int16, version, VERSION)
)
/* clang-format on */
ROWAN_MODELS(papers, "1", Paper);

static Paper paper = { .code = { "a", 1 }, .words = { "old", 3 } };

static void set_up(test_db *t)
{
    paper.id = 0;
    assert_ok(rowan_drop_all(t->db, &papers, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &papers, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Paper, &paper, &t->err), &t->err);
}

typedef rowan_status write_fn(test_db *t, rowan_session *db);

static rowan_status by_row(test_db *t, rowan_session *db)
{
    Paper row = paper;

    row.words = rowan_text_of("row");
    row.version = 77; /* not looked at */
    return rowan_update(db, Paper, &row, &t->err);
}

static rowan_status by_condition(test_db *t, rowan_session *db)
{
    return rowan_update_where(db, Paper, rowan_eq(Paper, code, "a"), NULL, &t->err,
                              rowan_set(Paper, words, "where"));
}

static rowan_status by_upsert(test_db *t, rowan_session *db)
{
    Paper row = { .code = rowan_text_of("a"), .words = rowan_text_of("upsert") };

    return rowan_upsert(db, Paper, &row, &t->err, code);
}

static rowan_status merge(test_db *t, rowan_session *db, const char *words)
{
    Paper row = paper;
    rowan_merge *refresh = NULL;
    rowan_status st;

    row.words = rowan_text_of(words);
    st = rowan_merge_open(db, 1, &refresh, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_table(refresh, &Paper_model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(refresh, &row, 1, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(refresh, NULL, &t->err);
    rowan_merge_close(refresh);
    return st;
}

static rowan_status by_merge(test_db *t, rowan_session *db)
{
    return merge(t, db, "merge");
}

static write_fn *const writes[] = { by_row, by_condition, by_upsert, by_merge };

static void test_every_write_counts(void **state)
{
    test_db *t = *state;

    set_up(t);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        assert_ok(writes[i](t, t->db), &t->err);
        assert_string_equal(test_value(t, "SELECT version FROM paper"),
                            test_printf("%zu", i + 1));
    }
    assert_ok(rowan_drop_all(t->db, &papers, &t->err), &t->err);
}

static void test_no_write_is_missed(void **state)
{
    test_db *t = *state;

    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        rowan_session *other;
        Paper *object = NULL;

        set_up(t);
        other = test_session(t);
        assert_ok(rowan_session_get(t->db, Paper, paper.id, &object, &t->err), &t->err);
        assert_ok(writes[i](t, other), &t->err);
        object->words = rowan_text_of("mine");
        assert_status(rowan_commit(t->db, &t->err), ROWAN_EBUSY, &t->err);
        assert_string_not_equal(test_value(t, "SELECT words FROM paper"), "mine");
        rowan_session_clear(t->db);
        rowan_session_close(other);
    }
    assert_ok(rowan_drop_all(t->db, &papers, &t->err), &t->err);
}

static void test_nothing_changed_does_not_count(void **state)
{
    test_db *t = *state;

    set_up(t);
    assert_ok(by_condition(t, t->db), &t->err);
    assert_ok(merge(t, t->db, "where"), &t->err);
    assert_string_equal(test_value(t, "SELECT version FROM paper"), "1");
    assert_ok(rowan_drop_all(t->db, &papers, &t->err), &t->err);
}

static void test_it_can_be_set_and_wraps(void **state)
{
    test_db *t = *state;

    set_up(t);
    assert_ok(rowan_update_where(t->db, Paper, NULL, NULL, &t->err,
                                 rowan_set(Paper, version, INT16_MAX)),
              &t->err);
    assert_string_equal(test_value(t, "SELECT version FROM paper"), "32767");
    assert_ok(by_upsert(t, t->db), &t->err);
    assert_string_equal(test_value(t, "SELECT version FROM paper"), "0");
    assert_ok(rowan_drop_all(t->db, &papers, &t->err), &t->err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_write_counts),
        cmocka_unit_test(test_no_write_is_missed),
        cmocka_unit_test(test_nothing_changed_does_not_count),
        cmocka_unit_test(test_it_can_be_set_and_wraps),
    };

    return test_on_databases("versions", tests, sizeof tests / sizeof tests[0]);
}
