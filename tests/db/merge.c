/* merge.c - refreshing whole tables. */
#include "database.h"

#include <rowan/merge.h>

#include <pthread.h>
#include <stdatomic.h>

static Place place(const char *code, const char *name, const char *inside)
{
    return (Place){ rowan_text_of(code), rowan_text_of(name),
                    rowan_opt_text_of(inside) };
}

/* Refreshes the places, and the visits if there are any. */
static rowan_status refresh(test_db *t, const Place *places, size_t n_places,
                            const Visit *visits, size_t n_visits,
                            rowan_merge_counts *counts)
{
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(t->db, 2, &merge, &t->err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Place_model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, places, n_places, &t->err);
    if (st == ROWAN_OK && visits != NULL)
        st = rowan_merge_table(merge, &Visit_model, &t->err);
    if (st == ROWAN_OK && visits != NULL)
        st = rowan_merge_rows(merge, visits, n_visits, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, counts, &t->err);
    rowan_merge_close(merge);
    assert_false(rowan_in_transaction(t->db));
    return st;
}

static void assert_counts(const rowan_merge_counts *counts, uint64_t n_rows,
                          uint64_t n_inserted, uint64_t n_updated, uint64_t n_deleted)
{
    assert_int_equal(counts->n_rows, n_rows);
    assert_int_equal(counts->n_inserted, n_inserted);
    assert_int_equal(counts->n_updated, n_updated);
    assert_int_equal(counts->n_deleted, n_deleted);
}

static void test_only_what_differs(void **state)
{
    test_db *t = *state;
    rowan_merge_counts counts[2];
    Place first[] = { place("a", "A", NULL), place("b", "B", "a"),
                      place("c", "C", NULL) };
    Place second[] = { place("d", "D", "a"), place("a", "A", NULL),
                       place("b", "B2", NULL) };

    assert_ok(refresh(t, first, 3, NULL, 0, counts), &t->err);
    assert_ptr_equal(counts[0].model, &Place_model);
    assert_counts(&counts[0], 3, 3, 0, 0);
    assert_ok(refresh(t, first, 3, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 3, 0, 0, 0);
    assert_ok(refresh(t, second, 3, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 3, 1, 1, 1);
    assert_string_equal(test_value(t, "SELECT name FROM place WHERE code = 'b'"), "B2");
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "3");
    assert_ok(refresh(t, second, 0, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 0, 0, 0, 3);
}

static void test_unchanged_writes_nothing(void **state)
{
    test_db *t = *state;
    Place places[] = { place("a", "A", NULL), place("b", "B", "a") };
    char *before, *size_before = NULL;
    const char *wal = test_printf("%s-wal", t->uri + strlen("sqlite:///"));
    size_t len_before = 0, len = 0;

    assert_ok(refresh(t, places, 2, NULL, 0, NULL), &t->err);
    before = test_is_sqlite(t) ? test_value(t, "PRAGMA data_version")
                               : test_versions(t, "place");
    if (test_is_sqlite(t))
        size_before = test_read_file(wal, &len_before);
    assert_ok(refresh(t, places, 2, NULL, 0, NULL), &t->err);
    if (test_is_sqlite(t)) {
        assert_memory_equal(test_read_file(wal, &len), size_before, len_before);
        assert_int_equal(len, len_before);
    } else {
        assert_string_equal(test_versions(t, "place"), before);
    }
}

static void test_references_both_ways(void **state)
{
    test_db *t = *state;
    rowan_merge_counts counts[2];
    Place first[] = { place("a", "A", NULL), place("b", "B", NULL) };
    Visit visits1[] = { { rowan_text_of("a"), 2000, 1 },
                        { rowan_text_of("b"), 2000, 1 } };
    Place second[] = { place("b", "B", NULL), place("c", "C", "b") };
    Visit visits2[] = { { rowan_text_of("c"), 2001, 3 },
                        { rowan_text_of("b"), 2000, 2 } };
    Visit lost[] = { { rowan_text_of("z"), 1, 1 } };

    assert_ok(refresh(t, first, 2, visits1, 2, counts), &t->err);
    assert_ok(refresh(t, second, 2, visits2, 2, counts), &t->err);
    assert_counts(&counts[0], 2, 1, 0, 1);
    assert_counts(&counts[1], 2, 1, 1, 1);
    assert_status(refresh(t, first, 2, lost, 1, counts), ROWAN_ECONSTRAINT, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM place WHERE code = 'c'"),
                        "1");
    assert_string_equal(
        test_value(t, "SELECT count(*) FROM \"visit of \"\"a\"\" place\""), "2");
}

/* Children before their parents, rings, a row that stays and moves to a new parent, a
 * parent that goes with its child. */
static void test_rows_refer_to_each_other(void **state)
{
    test_db *t = *state;
    rowan_merge_counts counts[1];
    Place first[] = { place("c", "C", "b"), place("b", "B", "a"), place("a", "A", "a"),
                      place("x", "X", "y"), place("y", "Y", "x") };
    Place second[] = { place("c", "C", "n"), place("n", "N", NULL),
                       place("a", "A", "c") };

    assert_ok(refresh(t, first, 5, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 5, 5, 0, 0);
    assert_ok(refresh(t, first, 5, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 5, 0, 0, 0);
    assert_ok(refresh(t, second, 3, NULL, 0, counts), &t->err);
    assert_counts(&counts[0], 3, 1, 2, 3);
    assert_string_equal(test_value(t, "SELECT inside FROM place WHERE code = 'c'"),
                        "n");
    assert_string_equal(test_value(t, "SELECT inside FROM place WHERE code = 'a'"),
                        "c");
    second[1] = place("n", "N", "nowhere");
    assert_status(refresh(t, second, 3, NULL, 0, counts), ROWAN_ECONSTRAINT, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "3");
}

/* clang-format off */
ROWAN_MODEL(Post, "post",
    (rowan_int32, id,      PRIMARY_KEY),
    (rowan_int32, above,   REFERENCES(Post, id)),
    (rowan_int32, version, VERSION)
)
/* clang-format on */

static const rowan_model *const post_list[] = { &Post_model };
static const rowan_models posts_models = { "posts", "0", post_list, 1 };

/* A row that must refer to one of its table is there before the one it is to refer to. */
static void test_rows_that_always_refer(void **state)
{
    test_db *t = *state;
    Post posts[] = { { 1, 1, 0 }, { 2, 1, 0 }, { 3, 3, 0 } };
    rowan_merge_counts counts;

    assert_ok(rowan_drop_all(t->db, &posts_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &posts_models, &t->err), &t->err);
    for (size_t n = 2; n <= 3; n++) {
        rowan_merge *merge = NULL;

        posts[1].above = n == 2 ? 1 : 3;
        assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
        assert_ok(rowan_merge_table(merge, &Post_model, &t->err), &t->err);
        assert_ok(rowan_merge_rows(merge, posts, n, &t->err), &t->err);
        assert_ok(rowan_merge_commit(merge, &counts, &t->err), &t->err);
        rowan_merge_close(merge);
    }
    assert_counts(&counts, 3, 1, 1, 0);
    assert_string_equal(test_value(t, "SELECT above FROM post WHERE id = 2"), "3");
    assert_string_equal(test_value(t, "SELECT version FROM post WHERE id = 2"), "1");
    assert_string_equal(test_value(t, "SELECT version FROM post WHERE id = 1"), "0");
    assert_ok(rowan_drop_all(t->db, &posts_models, &t->err), &t->err);
}

static void test_same_key_twice(void **state)
{
    test_db *t = *state;
    Place good[] = { place("a", "A", NULL) };
    Place twice[] = { place("a", "A", NULL), place("b", "B", NULL),
                      place("a", "A2", NULL) };

    assert_status(refresh(t, twice, 3, NULL, 0, NULL), ROWAN_ECONFLICT, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "0");
    assert_ok(refresh(t, good, 1, NULL, 0, NULL), &t->err);
    assert_status(refresh(t, twice, 3, NULL, 0, NULL), ROWAN_ECONFLICT, &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "1");
}

/* A value that the row before it left can be taken over. */
static void test_unique_value_moves(void **state)
{
    test_db *t = *state;
    Visit none[1];
    Place first[] = { place("a", "Home", NULL) },
          second[] = { place("b", "Home", NULL) };

    (void)none;
    assert_ok(refresh(t, first, 1, NULL, 0, NULL), &t->err);
    if (refresh(t, second, 1, NULL, 0, NULL) != ROWAN_OK) {
        /* a table that refers to itself cannot lose its rows first: all or nothing */
        assert_int_equal(t->err.code, ROWAN_ECONFLICT);
        assert_string_equal(test_value(t, "SELECT code FROM place"), "a");
    } else {
        assert_string_equal(test_value(t, "SELECT code FROM place"), "b");
    }
}

static void test_keys_go_on_behind_the_given_ones(void **state)
{
    test_db *t = *state;
    Sample given[2] = { test_sample(), test_sample() }, next = test_sample();
    rowan_merge *merge = NULL;

    given[0].id = 10;
    given[1].id = 41;
    assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
    assert_ok(rowan_merge_table(merge, &Sample_model, &t->err), &t->err);
    assert_ok(rowan_merge_rows(merge, given, 2, &t->err), &t->err);
    assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
    rowan_merge_close(merge);
    assert_ok(rowan_insert(t->db, Sample, &next, &t->err), &t->err);
    assert_int_equal(next.id, 42);
}

static void test_left_in_the_middle(void **state)
{
    test_db *t = *state;
    Place places[] = { place("a", "A", NULL), place("b", "B", NULL) };
    Place bad = { { "\xff", 1 }, { "x", 1 }, { NULL, 0 } };
    rowan_merge *merge = NULL;

    assert_ok(refresh(t, places, 2, NULL, 0, NULL), &t->err);
    for (int step = 0; step < 4; step++) {
        assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
        assert_status(rowan_merge_rows(merge, places, 1, &t->err), ROWAN_EINVAL,
                      &t->err);
        if (step > 0)
            assert_ok(rowan_merge_table(merge, &Place_model, &t->err), &t->err);
        if (step > 1)
            assert_ok(rowan_merge_rows(merge, places, 1, &t->err), &t->err);
        if (step > 2)
            assert_status(rowan_merge_rows(merge, &bad, 1, &t->err), ROWAN_EINVAL,
                          &t->err);
        rowan_merge_close(merge);
        assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "2");
        assert_ok(refresh(t, places, 2, NULL, 0, NULL), &t->err);
    }
}

/* Two refreshes of one empty table, one after the other. */
struct refresher {
    test_db t; /* with a session of its own */
    rowan_status st;
};

static void *refresh_once(void *arg)
{
    struct refresher *refresher = arg;
    test_db *t = &refresher->t;
    Place places[] = { place("a", "A", NULL), place("b", "B", "a"),
                       place("c", "C", NULL) };
    Visit visits[] = { { rowan_text_of("a"), 2000, 1 },
                       { rowan_text_of("b"), 2000, 1 } };

    refresher->st = rowan_session_open(t->engine, &t->db, &t->err);
    for (int i = 0; i < 5 && refresher->st == ROWAN_OK; i++)
        refresher->st = refresh(t, places, 3, visits, 2, NULL);
    rowan_session_close(t->db);
    return NULL;
}

static void test_refreshes_wait_for_each_other(void **state)
{
    test_db *t = *state;
    struct refresher refreshers[3];
    pthread_t threads[3];

    for (size_t i = 0; i < 3; i++) {
        refreshers[i] = (struct refresher){ .t = *t };
        assert_int_equal(
            pthread_create(&threads[i], NULL, refresh_once, &refreshers[i]), 0);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_ok(refreshers[i].st, &refreshers[i].t.err);
    }
    assert_string_equal(test_value(t, "SELECT count(*) FROM place"), "3");
}

/* Readers see the old rows or the new ones. */
struct reader {
    test_db *t;
    atomic_bool stop;
    size_t n_reads;
    size_t n_wrong;
};

static void *read_all_the_time(void *arg)
{
    struct reader *reader = arg;
    rowan_session *session = NULL;
    rowan_error err;

    if (rowan_session_open(reader->t->engine, &session, &err) != ROWAN_OK)
        return NULL;
    while (!atomic_load(&reader->stop)) {
        rowan_result *result = NULL;
        const Place *places;

        if (rowan_fetch(session, rowan_select(Place), &result, &err) != ROWAN_OK) {
            reader->n_wrong++;
            continue;
        }
        places = rowan_rows(result, Place);
        reader->n_wrong += rowan_result_count(result) != 3000;
        for (size_t i = 1; i < rowan_result_count(result); i++)
            reader->n_wrong += places[i].name.ptr[0] != places[0].name.ptr[0];
        reader->n_reads++;
        rowan_result_free(result);
    }
    rowan_session_close(session);
    return NULL;
}

static void fill(Place *places, size_t n, char version)
{
    for (size_t i = 0; i < n; i++)
        places[i] =
            place(test_printf("%05zu", i), test_printf("%c%zu", version, i), NULL);
}

static void test_readers_see_old_or_new(void **state)
{
    test_db *t = *state;
    struct reader reader = { .t = t };
    Place *places = test_alloc(3000 * sizeof *places);
    pthread_t thread;

    fill(places, 3000, 'a');
    assert_ok(refresh(t, places, 3000, NULL, 0, NULL), &t->err);
    assert_int_equal(pthread_create(&thread, NULL, read_all_the_time, &reader), 0);
    for (char version = 'b'; version <= 'g'; version++) {
        fill(places, 3000, version);
        assert_ok(refresh(t, places, 3000, NULL, 0, NULL), &t->err);
    }
    atomic_store(&reader.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(reader.n_reads > 0);
    assert_int_equal(reader.n_wrong, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_differs),
        cmocka_unit_test(test_unchanged_writes_nothing),
        cmocka_unit_test(test_references_both_ways),
        cmocka_unit_test(test_rows_refer_to_each_other),
        cmocka_unit_test(test_rows_that_always_refer),
        cmocka_unit_test(test_same_key_twice),
        cmocka_unit_test(test_unique_value_moves),
        cmocka_unit_test(test_keys_go_on_behind_the_given_ones),
        cmocka_unit_test(test_left_in_the_middle),
        cmocka_unit_test(test_refreshes_wait_for_each_other),
        cmocka_unit_test(test_readers_see_old_or_new),
    };

    return test_on_databases("merge", tests, sizeof tests / sizeof tests[0]);
}
