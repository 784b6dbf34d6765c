/* raw.c - SQL of the user's own. */
#include "database.h"

#include <rowan/raw.h>

ROWAN_VIEW(PlaceName, Place, code, name)
ROWAN_VIEW(OneText, Place, (rowan_text, text, SQL("''")))

static void add_places(test_db *t)
{
    Place places[] = {
        { rowan_text_of("a"), rowan_text_of("A?"), { NULL, 0 } },
        { rowan_text_of("b"), rowan_text_of("it's"), rowan_opt_text_of("a") },
        { rowan_text_of("c"), rowan_text_of("C"), rowan_opt_text_of("a") }
    };

    assert_ok(rowan_insert_many(t->db, Place, places, 3, &t->err), &t->err);
}

static void test_rows(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    const PlaceName *rows;

    add_places(t);
    assert_ok(
        rowan_sql(t->db, PlaceName, &result, &t->err,
                  "SELECT code, name FROM place WHERE code > ? AND name <> ? ORDER BY "
                  "code DESC",
                  "a", "x"),
        &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    rows = rowan_rows(result, PlaceName);
    assert_string_equal(rows[0].code.ptr, "c");
    assert_string_equal(rows[1].name.ptr, "it's");
    rowan_result_free(result);
    /* a whole model, and no values */
    assert_ok(rowan_sql(t->db, Place, &result, &t->err,
                        "SELECT code, name, inside FROM place WHERE inside IS NULL"),
              &t->err);
    assert_int_equal(rowan_result_count(result), 1);
    assert_null(rowan_rows(result, Place)->inside.ptr);
    rowan_result_free(result);
}

/* What looks like a parameter and is none. */
static void test_question_marks(void **state)
{
    static const char *const texts[] = {
        "SELECT code, name FROM place WHERE name LIKE '%?' AND code = ?",
        ("SELECT code, name /* ? ' */ FROM place -- ? it's\n WHERE name = 'A?' AND "
         "code "
         "= ?"),
        "SELECT code, name FROM place WHERE name <> '''?' AND code = ? ;  -- done ?",
        "SELECT code, name FROM place WHERE '\\' <> '?' AND code = ?;",
    };
    test_db *t = *state;
    rowan_result *result = NULL;

    add_places(t);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_ok(rowan_sql(t->db, PlaceName, &result, &t->err, texts[i], "a"),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        rowan_result_free(result);
    }
    assert_ok(rowan_sql(t->db, PlaceName, &result, &t->err,
                        test_is_mariadb(t)
                            ? "SELECT code, name AS `?` FROM place # ?\n WHERE code = ?"
                            : "SELECT code, name AS \"?\" FROM place WHERE code = ?",
                        "b"),
              &t->err);
    assert_string_equal(rowan_rows(result, PlaceName)->name.ptr, "it's");
    rowan_result_free(result);
}

/* A difference: what PostgreSQL alone has. */
static void test_words_of_postgres(void **state)
{
    static const char *const texts[] = {
        "SELECT $x$ ? $x$ || ?",
        "SELECT E'\\'?' || ?",
        "SELECT CASE WHEN '{\"a\": 1}'::jsonb ?? 'a' THEN ? END",
        "SELECT /* /* ? */ ? */ ?",
    };
    test_db *t = *state;
    rowan_result *result = NULL;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && test_is_postgres(t); i++) {
        assert_ok(rowan_sql(t->db, OneText, &result, &t->err, texts[i], "x"), &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        rowan_result_free(result);
    }
}

static void test_changes(void **state)
{
    test_db *t = *state;
    uint64_t n = 0;
    Sample sample = test_sample();

    add_places(t);
    assert_ok(rowan_sql_run(t->db, &n, &t->err,
                            "UPDATE place SET name = ? WHERE code IN (?, ?)", "x?'",
                            "b", "d"),
              &t->err);
    assert_int_equal(n, 1);
    assert_string_equal(test_value(t, "SELECT name FROM place WHERE code = 'b'"),
                        "x?'");
    assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
    assert_ok(rowan_sql_run(t->db, &n, &t->err,
                            "UPDATE sample SET big = ?, day = ?, opt_words = ?", 77,
                            ((rowan_date){ 2000, 2, 29 }), rowan_text_of("ü")),
              &t->err);
    assert_int_equal(n, 1);
    assert_string_equal(test_value(t, "SELECT opt_words FROM sample WHERE big = 77"),
                        "ü");
    assert_ok(
        rowan_sql_run(t->db, &n, &t->err,
                      "UPDATE sample SET opt_words = ?, opt_day = ? WHERE big = ?",
                      ((rowan_opt_text){ NULL, 0 }), rowan_value_null(ROWAN_DATE), 77),
        &t->err);
    assert_string_equal(
        test_value(
            t, "SELECT big FROM sample WHERE opt_words IS NULL AND opt_day IS NULL"),
        "77");
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *sql;
        size_t n_values;
        rowan_status status;
    } wrong[] = {
        { "SELECT code, name FROM place WHERE code = ?", 0, ROWAN_EINVAL },
        { "SELECT code, name FROM place WHERE code = '?'", 1, ROWAN_EINVAL },
        { "SELECT code, name FROM place; SELECT 1", 0, ROWAN_EINVAL },
        { "SELECT code, name FROM place; 'x'", 0, ROWAN_EINVAL },
        { "SELECT code FROM place", 0, ROWAN_EDATA },
        { "SELECT code, name, inside FROM place", 0, ROWAN_EDATA },
        { "SELEC code, name FROM place", 0, ROWAN_EDATA },
        { "SELECT code, name FROM nowhere", 0, ROWAN_EDATA },
        { "SELECT inside, code FROM place", 0, ROWAN_EDATA }, /* a NULL in a text */
    };
    const rowan_value bad[] = { { .type = ROWAN_TEXT, .as.text = { "a\0b", 3 } } };
    test_db *t = *state;
    rowan_result *result = NULL;

    add_places(t);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const rowan_value values[] = { rowan_value_str("a") };

        assert_status(rowan_sql_fetch(t->db, &PlaceName_model, wrong[i].sql, values,
                                      wrong[i].n_values, &result, &t->err),
                      wrong[i].status, &t->err);
    }
    assert_status(rowan_sql_fetch(t->db, &PlaceName_model,
                                  "SELECT code, name FROM place WHERE code = ?", bad, 1,
                                  &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "parameter 1 holds a NUL byte");
    assert_null(result);
}

/* The values never become part of the text. */
static void test_nothing_is_injected(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    add_places(t);
    assert_ok(rowan_sql(t->db, PlaceName, &result, &t->err,
                        "SELECT code, name FROM place WHERE name = ?",
                        "x' OR '1' = '1"),
              &t->err);
    assert_int_equal(rowan_result_count(result), 0);
    rowan_result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_question_marks),
        cmocka_unit_test(test_words_of_postgres),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_nothing_is_injected),
    };

    return test_on_databases("raw", tests, sizeof tests / sizeof tests[0]);
}
