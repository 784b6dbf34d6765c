/* queries.c - conditions, order, limits, counts and cursors. */
#include "database.h"

#include <rowan/transaction.h>

static void add_samples(test_db *t, int n)
{
    Sample *samples = test_alloc((size_t)n * sizeof *samples);

    for (int i = 0; i < n; i++) {
        samples[i] = test_sample();
        samples[i].small = i;
        samples[i].big = i % 3;
        samples[i].real = i / 2.0;
        samples[i].flag = i % 2 == 0;
        samples[i].words = rowan_text_of(test_printf("word %03d", i));
        samples[i].day = rowan_date_from_days(i);
        samples[i].at.unix_us = i * INT64_C(1000000);
        if (i % 4 == 0)
            samples[i].opt_small = ROWAN_SOME(rowan_opt_int32, i);
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, (size_t)n, &t->err), &t->err);
}

static size_t count_of(test_db *t, const rowan_expr *where)
{
    const rowan_query query = { .model = &Sample_model, .where = where };
    rowan_result *result = NULL;
    uint64_t counted = 0;
    size_t fetched;

    assert_ok(rowan_fetch(t->db, &query, &result, &t->err), &t->err);
    fetched = rowan_result_count(result);
    rowan_result_free(result);
    assert_ok(rowan_count(t->db, &query, &counted, &t->err), &t->err);
    assert_int_equal(counted, fetched);
    return fetched;
}

static void test_comparisons(void **state)
{
    test_db *t = *state;
    rowan_opt_text opt_text = rowan_opt_text_of("word 003");

    add_samples(t, 20);
    assert_int_equal(count_of(t, NULL), 20);
    assert_int_equal(count_of(t, rowan_eq(Sample, small, 3)), 1);
    assert_int_equal(count_of(t, rowan_ne(Sample, small, 3)), 19);
    assert_int_equal(count_of(t, rowan_lt(Sample, small, 3)), 3);
    assert_int_equal(count_of(t, rowan_le(Sample, small, 3)), 4);
    assert_int_equal(count_of(t, rowan_gt(Sample, small, 3)), 16);
    assert_int_equal(count_of(t, rowan_ge(Sample, small, 3)), 17);
    assert_int_equal(count_of(t, rowan_eq(Sample, flag, true)), 10);
    assert_int_equal(count_of(t, rowan_eq(Sample, real, 1.5)), 1);
    assert_int_equal(count_of(t, rowan_gt(Sample, real, 5)), 9);
    assert_int_equal(count_of(t, rowan_eq(Sample, words, "word 003")), 1);
    assert_int_equal(count_of(t, rowan_eq(Sample, words, opt_text)), 1);
    assert_int_equal(count_of(t, rowan_lt(Sample, day, ((rowan_date){ 1970, 1, 5 }))),
                     4);
    assert_int_equal(count_of(t, rowan_ge(Sample, at, ((rowan_timestamp){ 5000000 }))),
                     15);
    assert_int_equal(count_of(t, rowan_is_null(Sample, opt_small)), 15);
    assert_int_equal(count_of(t, rowan_not_null(Sample, opt_small)), 5);
    /* beyond the column's own range: no rows, not an error */
    assert_int_equal(count_of(t, rowan_eq(Sample, small, INT64_C(99999999999))), 0);
}

static void test_combinations(void **state)
{
    test_db *t = *state;

    add_samples(t, 20);
    assert_int_equal(
        count_of(t, rowan_and(rowan_ge(Sample, small, 5), rowan_lt(Sample, small, 10))),
        5);
    assert_int_equal(
        count_of(t, rowan_or(rowan_eq(Sample, small, 1), rowan_eq(Sample, small, 2),
                             rowan_eq(Sample, small, 99))),
        2);
    assert_int_equal(count_of(t, rowan_not(rowan_eq(Sample, small, 1))), 19);
    assert_int_equal(count_of(t, rowan_and(rowan_or(rowan_eq(Sample, small, 1),
                                                    rowan_eq(Sample, small, 2)),
                                           rowan_not(rowan_eq(Sample, small, 2)))),
                     1);
    /* a condition that does not apply is NULL */
    assert_int_equal(count_of(t, rowan_and(NULL, rowan_eq(Sample, small, 1), NULL)), 1);
    assert_int_equal(count_of(t, rowan_and(NULL, NULL)), 20);
    /* and so is a group of which nothing is left */
    assert_int_equal(count_of(t, rowan_not(rowan_and(NULL, NULL))), 20);
    assert_int_equal(
        count_of(t, rowan_or(rowan_or(NULL, NULL), rowan_eq(Sample, small, 1))), 1);
}

static void test_order_and_limits(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    const Sample *rows;

    add_samples(t, 10);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Sample, .where = rowan_gt(Sample, small, 0),
                                       .order_by = { rowan_asc(Sample, big),
                                                     rowan_desc(Sample, small) },
                                       .limit = 4, .offset = 1),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 4);
    rows = rowan_rows(result, Sample);
    assert_int_equal(rows[0].small, 6); /* 9 6 3 (big 0), 7 4 1 (big 1), ... */
    assert_int_equal(rows[1].small, 3);
    assert_int_equal(rows[2].small, 7);
    assert_int_equal(rows[3].small, 4);
    rowan_result_free(result);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Sample, .order_by = { rowan_asc(Sample, small) },
                                       .offset = 8),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    assert_int_equal(rowan_rows(result, Sample)[0].small, 8);
    rowan_result_free(result);
}

static void test_no_rows_is_no_error(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    assert_ok(rowan_fetch(t->db, rowan_select(Sample), &result, &t->err), &t->err);
    assert_int_equal(rowan_result_count(result), 0);
    assert_null(rowan_rows(result, Sample));
    assert_ptr_equal(rowan_result_model(result), &Sample_model);
    rowan_result_free(result);
    assert_status(rowan_find(t->db, Sample, 1, &result, &t->err), ROWAN_ENOTFOUND,
                  &t->err);
    assert_string_equal(t->err.message, "no such sample");
}

static void test_quoted_names_and_composite_keys(void **state)
{
    test_db *t = *state;
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    Visit visits[] = { { rowan_text_of("a"), 2000, 1 },
                       { rowan_text_of("a"), 2001, 2 } };
    rowan_result *result = NULL;

    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Visit, visits, 2, &t->err), &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Visit, .where = rowan_eq(Visit, year, 2001)),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 1);
    assert_int_equal(rowan_rows(result, Visit)[0].nights, 2);
    rowan_result_free(result);
    visits[1].nights = 7;
    assert_ok(rowan_update(t->db, Visit, &visits[1], &t->err), &t->err);
    assert_ok(rowan_delete(t->db, Visit, &visits[0], &t->err), &t->err);
    assert_status(rowan_find(t->db, Visit, 1, &result, &t->err), ROWAN_EINVAL, &t->err);
}

/* Conditions built at run time give the same rows, and clean errors. */
static void test_conditions_at_run_time(void **state)
{
    test_db *t = *state;
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    const rowan_expr *where = NULL;
    static const struct {
        const char *column, *text, *words;
    } bad[] = {
        { "smal", "1", "no column smal" },
        { "small", "x", "small is not a whole number" },
        { "small", "99999999999", "out of range" },
        { "day", "2000-02-30", "day is not a date" },
        { "words", "\xff", "UTF-8" },
        { "flag", "perhaps", "true or false" },
    };

    add_samples(t, 20);
    assert_ok(rowan_condition(arena, &Sample_model, "small", ROWAN_OP_LT, "5", 1,
                              &where, &t->err),
              &t->err);
    assert_int_equal(count_of(t, where), 5);
    assert_ok(rowan_condition(arena, &Sample_model, "words", ROWAN_OP_EQ,
                              "word 003' OR '1'='1", 19, &where, &t->err),
              &t->err);
    assert_int_equal(count_of(t, where), 0);
    assert_ok(rowan_condition(arena, &Sample_model, "opt_small", ROWAN_OP_IS_NULL, NULL,
                              0, &where, &t->err),
              &t->err);
    assert_int_equal(count_of(t, where), 15);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_status(rowan_condition(arena, &Sample_model, bad[i].column, ROWAN_OP_EQ,
                                      bad[i].text, strlen(bad[i].text), &where,
                                      &t->err),
                      ROWAN_EINVAL, &t->err);
        assert_contains(t->err.message, bad[i].words);
    }
    rowan_arena_free(arena);
}

static void test_wrong_queries_are_refused(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    rowan_expr deep[ROWAN_MAX_DEPTH + 3];
    const rowan_expr *parts[ROWAN_MAX_DEPTH + 3];
    size_t last = ROWAN_MAX_DEPTH + 2;

    /* a column of another model */
    assert_status(rowan_fetch(t->db,
                              rowan_select(Sample, .where = rowan_eq(Place, name, "x")),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "not a column of Sample");
    /* nested too deep */
    for (size_t i = 0; i <= last; i++) {
        parts[i] = &deep[i];
        deep[i] =
            (rowan_expr){ .op = ROWAN_OP_NOT, .parts = &parts[i + 1], .n_parts = 1 };
    }
    deep[last] = *rowan_is_null(Sample, opt_small);
    assert_status(
        rowan_fetch(t->db, &(rowan_query){ .model = &Sample_model, .where = &deep[0] },
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "nested");
    /* compared with NULL */
    deep[0] = *rowan_eq(Sample, small, 1);
    deep[0].value.is_null = true;
    assert_status(
        rowan_fetch(t->db, &(rowan_query){ .model = &Sample_model, .where = &deep[0] },
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
}

static void test_cursor(void **state)
{
    test_db *t = *state;
    rowan_cursor *cursor = NULL;
    rowan_status st;
    void *rows = NULL;
    size_t n_rows = 0, n = 0;

    add_samples(t, 2000);
    assert_ok(rowan_cursor_open(
                  t->db, rowan_select(Sample, .order_by = { rowan_asc(Sample, id) }),
                  &cursor, &t->err),
              &t->err);
    while ((st = rowan_cursor_next(cursor, &rows, &n_rows, &t->err)) == ROWAN_ROW) {
        for (size_t i = 0; i < n_rows; i++, n++) {
            const Sample *sample = (const Sample *)rows + i;

            assert_int_equal(sample->small, n);
            assert_string_equal(sample->words.ptr, test_printf("word %03zu", n));
        }
    }
    assert_int_equal(st, ROWAN_DONE);
    assert_int_equal(n, 2000);
    assert_int_equal(rowan_cursor_next(cursor, &rows, &n_rows, &t->err), ROWAN_DONE);
    rowan_cursor_close(cursor);
    assert_int_equal(count_of(t, rowan_eq(Sample, small, 3)), 1);
}

/* Leaving in the middle leaves a connection that works. */
static void test_cursor_left_early(void **state)
{
    test_db *t = *state;
    rowan_cursor *cursor = NULL;
    rowan_result *result = NULL;
    void *rows = NULL;
    size_t n_rows = 0;

    add_samples(t, 2000);
    for (int n_steps = 0; n_steps < 3; n_steps++) {
        assert_ok(rowan_cursor_open(t->db, rowan_select(Sample), &cursor, &t->err),
                  &t->err);
        for (int i = 0; i < n_steps; i++)
            assert_int_equal(rowan_cursor_next(cursor, &rows, &n_rows, &t->err),
                             ROWAN_ROW);
        /* nothing else in between */
        assert_status(rowan_fetch(t->db, rowan_select(Place), &result, &t->err),
                      ROWAN_EINVAL, &t->err);
        rowan_cursor_close(cursor);
        assert_int_equal(count_of(t, rowan_eq(Sample, small, 3)), 1);
    }
}

/* A view of ten million rows, which is not read to its end in passing. */
ROWAN_MODEL(Number, "numbers", (rowan_int64, i, PRIMARY_KEY))

static void add_numbers(test_db *t)
{
    const char *rows = "SELECT CAST(seq AS SIGNED) AS i FROM seq_1_to_10000000";

    if (test_is_sqlite(t))
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
               "i < 10000000) SELECT i FROM n";
    else if (test_is_postgres(t))
        rows = "SELECT i FROM generate_series(CAST(1 AS bigint), 10000000) AS n(i)";
    test_exec(t, "DROP VIEW IF EXISTS numbers");
    test_exec(t, test_printf("CREATE VIEW numbers AS %s", rows));
}

/* A long result is stopped, and the transaction that it is in goes on. */
static void test_long_cursor_left_early(void **state)
{
    test_db *t = *state;
    int64_t start = test_clock_ms();

    add_numbers(t);
    for (int n_steps = 0; n_steps < 3; n_steps++) {
        Sample sample = test_sample();
        rowan_cursor *cursor = NULL;
        unsigned savepoint = 0;
        void *rows = NULL;
        size_t n_rows = 0;

        assert_ok(rowan_begin(t->db, &t->err), &t->err);
        assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
        assert_ok(rowan_savepoint(t->db, &savepoint, &t->err), &t->err);
        assert_ok(rowan_cursor_open(t->db, rowan_select(Number), &cursor, &t->err),
                  &t->err);
        for (int i = 0; i < n_steps; i++)
            assert_int_equal(rowan_cursor_next(cursor, &rows, &n_rows, &t->err),
                             ROWAN_ROW);
        rowan_cursor_close(cursor);
        assert_int_equal(count_of(t, NULL), n_steps + 1);
        assert_ok(rowan_release(t->db, savepoint, &t->err), &t->err);
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
        assert_int_equal(count_of(t, NULL), n_steps + 1);
    }
    assert_true(test_clock_ms() - start < 10000);
    test_exec(t, "DROP VIEW numbers");
}

/* Statements of one shape are one prepared statement; of different shapes, never. */
static void test_shapes(void **state)
{
    test_db *t = *state;

    add_samples(t, 20);
    for (int i = 0; i < 600; i++) { /* more shapes than a connection keeps */
        const rowan_expr *parts[10];
        rowan_expr equal[10];
        rowan_expr any = { .op = ROWAN_OP_OR, .parts = parts, .n_parts = 10 };

        for (int bit = 0; bit < 10; bit++) {
            equal[bit] = (i >> bit & 1) ? *rowan_eq(Sample, small, bit)
                                        : *rowan_eq(Sample, big, 100 + bit);
            parts[bit] = &equal[bit];
        }
        assert_int_equal(count_of(t, &any), __builtin_popcount((unsigned)i));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_combinations),
        cmocka_unit_test(test_order_and_limits),
        cmocka_unit_test(test_no_rows_is_no_error),
        cmocka_unit_test(test_quoted_names_and_composite_keys),
        cmocka_unit_test(test_conditions_at_run_time),
        cmocka_unit_test(test_wrong_queries_are_refused),
        cmocka_unit_test(test_cursor),
        cmocka_unit_test(test_cursor_left_early),
        cmocka_unit_test(test_long_cursor_left_early),
        cmocka_unit_test(test_shapes),
    };

    return test_on_databases("queries", tests, sizeof tests / sizeof tests[0]);
}
