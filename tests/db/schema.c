/* schema.c - creating and dropping tables. */
#include "database.h"

#include <pthread.h>

/* clang-format off */
ROWAN_MODEL(Ring, "ring",
    (rowan_int64, id,   PRIMARY_KEY),
    (rowan_int64, other)
)
ROWAN_MODEL(NoKey, "nokey",
    (rowan_int64, id)
)
ROWAN_MODEL(Astray, "astray",
    (rowan_text,  code, PRIMARY_KEY, REFERENCES(Ring, id))
)
ROWAN_MODEL(NullKey, "nullkey",
    (rowan_opt_int64, id, PRIMARY_KEY)
)
/* A table as it was, and as it will be. */
ROWAN_MODEL(Older, "age", (rowan_int64, id, PRIMARY_KEY))
ROWAN_MODEL(Newer, "age", (rowan_int64, id, PRIMARY_KEY), (rowan_text, words, INDEX))
/* clang-format on */

static const char *table_count(test_db *t)
{
    const char *sql = "SELECT count(*) FROM pg_tables WHERE tablename IN "
                      "('sample', 'place', 'visit of \"a\" place')";

    if (test_is_sqlite(t))
        sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
              "('sample', 'place', 'visit of \"a\" place')";
    else if (test_is_mariadb(t))
        sql = "SELECT count(*) FROM information_schema.tables WHERE table_schema = "
              "database() AND table_name IN "
              "('sample', 'place', 'visit of \"a\" place')";
    return test_value(t, sql);
}

static void test_create_and_drop(void **state)
{
    test_db *t = *state;

    assert_string_equal(table_count(t), "3");
    assert_ok(rowan_create_all(t->db, &test_models, &t->err), &t->err);
    assert_string_equal(table_count(t), "3");
    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_string_equal(table_count(t), "0");
    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
}

/* A difference: MariaDB commits each table by itself, and whatever was open with it. */
static void test_all_or_nothing(void **state)
{
    test_db *t = *state;

    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    if (test_is_mariadb(t)) {
        assert_status(rowan_create_all(t->db, &test_models, &t->err),
                      ROWAN_EUNSUPPORTED, &t->err);
        assert_contains(t->err.message, "outside of transactions");
    } else {
        assert_ok(rowan_create_all(t->db, &test_models, &t->err), &t->err);
    }
    rowan_rollback(t->db);
    assert_string_equal(table_count(t), "0");
}

static void test_constraints_are_in_the_database(void **state)
{
    test_db *t = *state;

    if (test_is_sqlite(t)) {
        assert_contains(
            test_value(t, "SELECT sql FROM sqlite_schema WHERE name = 'place'"),
            "CONSTRAINT \"place_inside_fkey\" FOREIGN KEY (\"inside\") "
            "REFERENCES \"place\" (\"code\")");
        assert_contains(
            test_value(t, "SELECT sql FROM sqlite_schema WHERE name = 'place'"),
            "STRICT");
        assert_string_equal(test_value(t, "PRAGMA journal_mode"), "wal");
        return;
    }
    if (test_is_mariadb(t)) {
        assert_string_equal(
            test_value(t,
                       "SELECT group_concat(constraint_name ORDER BY constraint_name "
                       "SEPARATOR ' ') FROM information_schema.table_constraints "
                       "WHERE constraint_schema = database() AND "
                       "table_name = 'place'"),
            "place_inside_fkey place_name_key PRIMARY");
        assert_string_equal(
            test_value(t, "SELECT concat(engine, ' ', table_collation) FROM "
                          "information_schema.tables WHERE table_schema = database() "
                          "AND table_name = 'sample'"),
            "InnoDB utf8mb4_nopad_bin");
        return;
    }
    assert_string_equal(
        test_value(
            t, "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint "
               "WHERE conrelid = 'place'::regclass"),
        "place_inside_fkey place_name_key place_pkey");
    assert_string_equal(
        test_value(t, "SELECT is_identity FROM information_schema.columns "
                      "WHERE table_name = 'sample' AND column_name = 'id'"),
        "YES");
}

static void test_wrong_models_are_refused(void **state)
{
    test_db *t = *state;
    static const rowan_model *const lists[][2] = {
        { &NoKey_model, &Ring_model },   { &Astray_model, &Ring_model },
        { &NullKey_model, &Ring_model }, { &Ring_model, &Ring_model },
        { &Visit_model, &Ring_model },
    };
    static const char *const words[] = {
        "model NoKey has no PRIMARY_KEY",
        "Astray.code is text, but Ring.id is int64",
        "NullKey.id: a key cannot be nullable",
        "both use table ring",
        "Visit.place references Place, which is not in bad",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const rowan_models models = { "bad", "0", lists[i], 2 };

        assert_status(rowan_create_all(t->db, &models, &t->err), ROWAN_EINVAL, &t->err);
        assert_contains(t->err.message, words[i]);
    }
}

/* A column that the table lacks is an error, never the text of its name. */
static void test_a_column_that_is_not_there(void **state)
{
    test_db *t = *state;
    static const rowan_model *const lists[] = { &Older_model, &Newer_model };
    const rowan_models older = { "older", "0", &lists[0], 1 };
    const rowan_models newer = { "newer", "0", &lists[1], 1 };
    Older row = { 1 };
    rowan_result *result = NULL;
    uint64_t n = 0;

    assert_ok(rowan_create_all(t->db, &older, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Older, &row, &t->err), &t->err);
    assert_status(rowan_fetch(t->db, rowan_select(Newer), &result, &t->err),
                  ROWAN_EDATA, &t->err);
    assert_status(
        rowan_delete_where(t->db, Newer, rowan_eq(Newer, words, "words"), &n, &t->err),
        ROWAN_EDATA, &t->err);
    assert_status(rowan_create_all(t->db, &newer, &t->err), ROWAN_EDATA, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM age"), "1");
    assert_ok(rowan_drop_all(t->db, &older, &t->err), &t->err);
}

/* What is not asked for keeps its rows and what they refer to. */
static void test_a_table_that_others_refer_to_stays(void **state)
{
    test_db *t = *state;
    static const rowan_model *const list[] = { &Place_model };
    static const rowan_models places = { "places", "0", list, 1 };
    Place place = { .code = rowan_text_of("a"), .name = rowan_text_of("A") };
    Visit visit = { rowan_text_of("a"), 2000, 1 };

    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &test_models, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Visit, &visit, &t->err), &t->err);
    assert_status(rowan_drop_all(t->db, &places, &t->err), ROWAN_ECONSTRAINT, &t->err);
    if (!test_is_mariadb(t)) /* whose message does not say which */
        assert_contains(t->err.message, "place");
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "1");
    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    assert_ok(rowan_drop_all(t->db, &places, &t->err), &t->err);
}

struct creator {
    test_db *t;
    rowan_status st;
    rowan_error err;
};

static void *create_again(void *arg)
{
    struct creator *creator = arg;
    rowan_session *session = NULL;

    creator->st = rowan_session_open(creator->t->engine, &session, &creator->err);
    if (creator->st == ROWAN_OK)
        creator->st = rowan_create_all(session, &test_models, &creator->err);
    rowan_session_close(session);
    return NULL;
}

/* Several services that start at once. */
static void test_created_by_several_at_once(void **state)
{
    test_db *t = *state;
    pthread_t threads[4];
    struct creator creators[4];

    assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
    for (size_t i = 0; i < 4; i++) {
        creators[i].t = t;
        assert_int_equal(pthread_create(&threads[i], NULL, create_again, &creators[i]),
                         0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_ok(creators[i].st, &creators[i].err);
    }
    assert_string_equal(table_count(t), "3");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_and_drop),
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_constraints_are_in_the_database),
        cmocka_unit_test(test_wrong_models_are_refused),
        cmocka_unit_test(test_a_table_that_others_refer_to_stays),
        cmocka_unit_test(test_created_by_several_at_once),
        cmocka_unit_test(test_a_column_that_is_not_there),
    };

    return test_on_databases("schema", tests, sizeof tests / sizeof tests[0]);
}
