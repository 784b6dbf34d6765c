/* session_fault.c - the nth allocation fails, for every n, through everything a session
 * does: a clean status each time, no leak, and a session that works afterwards. */
#include "database.h"

#include <rowan/merge.h>

#include "alloc_int.h"
#include "mariadb.h"
#include "postgres.h"

static rowan_status use_cursor(rowan_session *db, rowan_error *err)
{
    rowan_cursor *cursor = NULL;
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st = rowan_cursor_open(db, rowan_select(Place), &cursor, err);

    if (st == ROWAN_OK) {
        do
            st = rowan_cursor_next(cursor, &rows, &n_rows, err);
        while (st == ROWAN_ROW);
    }
    rowan_cursor_close(cursor);
    return st;
}

static rowan_status use_merge(rowan_session *db, rowan_error *err)
{
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(db, 1, &merge, err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Place_model, err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, &place, 1, err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, NULL, err);
    rowan_merge_close(merge);
    return st;
}

static rowan_status use_rows(rowan_session *db, rowan_error *err)
{
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *result = NULL;
    uint64_t n = 0;
    rowan_status st = rowan_insert_many(db, Sample, samples, 2, err);

    if (st == ROWAN_OK)
        st = rowan_update(db, Sample, &samples[0], err);
    if (st == ROWAN_OK)
        st =
            rowan_fetch(db, rowan_select(Sample, .where = rowan_eq(Sample, words, "x")),
                        &result, err);
    rowan_result_free(result);
    if (st == ROWAN_OK)
        st = rowan_count(db, rowan_select(Sample), &n, err);
    if (st == ROWAN_OK)
        st = rowan_delete_where(db, Sample, NULL, NULL, err);
    return st;
}

/* Everything, on an engine of its own. */
static rowan_status use_all(const char *uri, rowan_error *err)
{
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_status st = rowan_engine_open(uri, NULL, &engine, err);

    if (st == ROWAN_OK)
        st = rowan_session_open(engine, &db, err);
    if (st == ROWAN_OK)
        st = rowan_create_all(db, &test_models, err);
    if (st == ROWAN_OK)
        st = use_rows(db, err);
    if (st == ROWAN_OK)
        st = use_cursor(db, err);
    if (st == ROWAN_OK)
        st = use_merge(db, err);
    if (st == ROWAN_OK)
        st = rowan_drop_all(db, &test_models, err);
    rowan_session_close(db);
    rowan_engine_close(engine);
    return st;
}

static void fail_each_allocation(const char *uri)
{
    size_t fds = test_count_fds();
    rowan_error err = { 0 };
    rowan_status st = ROWAN_ENOMEM;
    size_t n;

    assert_ok(use_all(uri, &err), &err);
    for (n = 1; st != ROWAN_OK; n++) {
        rowan__alloc_fail_at(n, false);
        st = use_all(uri, &err);
        rowan__alloc_fail_at(0, false);
        if (st != ROWAN_OK && st != ROWAN_ENOMEM)
            fail_msg("allocation %zu: %s: %s", n, rowan_status_name(st), err.message);
        assert_int_equal(test_count_fds(), fds);
        if (n % 16 == 0)
            assert_ok(use_all(uri, &err), &err);
    }
    assert_true(n > 30);
    assert_ok(use_all(uri, &err), &err);
}

static void test_sqlite(void **state)
{
    (void)state;
    fail_each_allocation(test_printf("sqlite:///%s/fault.db", test_dir()));
}

static void test_postgresql(void **state)
{
    (void)state;
    fail_each_allocation(test_postgres_database());
}

static void test_on_mariadb(void **state)
{
    (void)state;
    fail_each_allocation(test_mariadb_database());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sqlite),
        cmocka_unit_test(test_postgresql),
        cmocka_unit_test(test_on_mariadb),
    };

    return cmocka_run_group_tests_name("session_fault", tests, NULL, NULL);
}
