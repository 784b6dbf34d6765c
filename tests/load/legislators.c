/* legislators.c - nine years of a real source, as it was published: the members of the US
 * Congress, with five different headers and one day on which keys were missing. */
#include "database.h"

#include <glob.h>
#include <unistd.h>

#include <rowan/csv.h>
#include <rowan/load.h>

/* clang-format off */
ROWAN_MODEL(Legislator, "legislator",
    (rowan_text,      bioguide_id, PRIMARY_KEY),
    (rowan_text,      first_name),
    (rowan_text,      last_name,   INDEX),
    (rowan_opt_text,  middle_name),
    (rowan_opt_text,  full_name),
    (rowan_opt_date,  birthday),
    (rowan_text,      gender),
    (rowan_text,      type),
    (rowan_text,      state),
    (rowan_opt_int32, district),
    (rowan_opt_int32, senate_class),
    (rowan_text,      party),
    (rowan_opt_text,  address),
    (rowan_opt_int64, govtrack_id)
)
/* clang-format on */

ROWAN_MODELS(legislators, "1", Legislator);

#define DATA TEST_SOURCE_DIR "/../shared/data/legislators"

static void need_data(void)
{
    if (access(DATA "/legislators-current.csv", R_OK) != 0)
        test_skip("../shared/data/legislators is not there");
}

/* A file as it should be in the table, read with nothing but the CSV reader. */
struct expected {
    size_t n_rows;
    struct {
        char *key;
        char *values[15]; /* of the model's columns; NULL where the field is empty */
    } rows[20000];
};

static char *copy(const rowan_csv_field *field)
{
    return test_printf("%.*s", (int)field->len, field->ptr);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct expected *read_expected(const char *path)
{
    struct expected *expected = test_alloc(sizeof *expected);
    size_t field_of[15];
    const rowan_csv_field *fields;
    rowan_csv *csv = NULL;
    rowan_error err;
    size_t n_fields;

    assert_ok(rowan_csv_open(path, NULL, &csv, &err), &err);
    assert_status(rowan_csv_next(csv, &fields, &n_fields, &err), ROWAN_ROW, &err);
    for (size_t c = 0; c < Legislator_model.n_columns; c++) {
        field_of[c] = SIZE_MAX;
        for (size_t f = 0; f < n_fields; f++) {
            if (strcmp(copy(&fields[f]), Legislator_columns[c].name) == 0)
                field_of[c] = f;
        }
    }
    while (rowan_csv_next(csv, &fields, &n_fields, &err) == ROWAN_ROW) {
        size_t n = expected->n_rows++;

        for (size_t c = 0; c < Legislator_model.n_columns; c++) {
            if (field_of[c] != SIZE_MAX && fields[field_of[c]].len > 0)
                expected->rows[n].values[c] = copy(&fields[field_of[c]]);
        }
        expected->rows[n].key =
            expected->rows[n].values[0] != NULL ? expected->rows[n].values[0] : "";
    }
    rowan_csv_close(csv);
    qsort(expected->rows, expected->n_rows, sizeof expected->rows[0], by_key);
    return expected;
}

/* A value as text; NULL for NULL, and for the empty text, which is an empty field too. */
static const char *text_of(const rowan_column *column, const void *row)
{
    static char text[ROWAN_TYPE_TEXT_MAX];
    rowan_value value;

    rowan_column_get(column, row, &value);
    if (value.is_null)
        return NULL;
    if (value.type == ROWAN_TEXT)
        return value.as.text.len > 0 ? value.as.text.ptr : NULL;
    (void)rowan_value_format(&value, text);
    return text;
}

static void assert_row(const char *const *expected, const Legislator *row)
{
    for (size_t c = 0; c < Legislator_model.n_columns; c++) {
        const char *value = text_of(&Legislator_columns[c], row);

        if (expected[c] == NULL && value == NULL)
            continue;
        if (expected[c] == NULL || value == NULL || strcmp(expected[c], value) != 0)
            fail_msg("%s of %s is %s, not %s", Legislator_columns[c].name,
                     row->bioguide_id.ptr, value, expected[c]);
    }
}

/* The table holds the rows of the file and no other. */
static void assert_table_is(test_db *t, const struct expected *expected)
{
    rowan_result *result = NULL;
    const Legislator *rows;

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Legislator, .order_by = { rowan_asc(
                                                       Legislator, bioguide_id) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), expected->n_rows);
    rows = rowan_rows(result, Legislator);
    for (size_t i = 0; i < expected->n_rows; i++)
        assert_row((const char *const *)expected->rows[i].values, &rows[i]);
    rowan_result_free(result);
}

static void note_reject(void *ctx, const rowan_reject *reject)
{
    char **words = ctx;

    *words = test_printf("%s%d %s %s\n", *words, (int)reject->line,
                         reject->column != NULL ? reject->column : "", reject->reason);
}

static rowan_status load(test_db *t, const char *path, rowan_merge_counts *counts,
                         char **rejects)
{
    const rowan_source source = ROWAN_SOURCE(Legislator, path);
    const rowan_load_opts opts = { .on_reject = note_reject, .ctx = rejects };
    rowan_load_summary summary = { .counts = counts };

    *rejects = test_printf("%s", "");
    return rowan_load(t->db, &legislators, &source, 1, &opts, &summary, &t->err);
}

static void load_and_check(test_db *t, const char *path)
{
    struct expected *expected = read_expected(path);
    rowan_merge_counts counts;
    char *rejects;

    assert_ok(load(t, path, &counts, &rejects), &t->err);
    assert_int_equal(counts.n_rows, expected->n_rows);
    assert_table_is(t, expected);
    assert_ok(load(t, path, &counts, &rejects), &t->err); /* and again */
    assert_int_equal(counts.n_inserted + counts.n_updated + counts.n_deleted, 0);
}

static void drop(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &legislators, &t->err), &t->err);
}

static void the_current_and_the_historical_ones(void **state)
{
    test_db *t = *state;

    need_data();
    drop(t);
    load_and_check(t, DATA "/legislators-current.csv");
    load_and_check(t, DATA "/legislators-historical.csv");
    drop(t);
}

static void both_make_one_table(void **state)
{
    const rowan_source sources[] = {
        ROWAN_SOURCE(Legislator, DATA "/legislators-current.csv"),
        ROWAN_SOURCE(Legislator, DATA "/legislators-historical.csv"),
    };
    test_db *t = *state;

    need_data();
    drop(t);
    assert_ok(rowan_load(t->db, &legislators, sources, 2, NULL, NULL, &t->err),
              &t->err);
    assert_string_equal(test_value(t, "select count(*) from legislator"), "12767");
    drop(t);
}

/* Whether some rows of the file have no key. */
static bool lacks_keys(const char *path)
{
    return read_expected(path)->rows[0].key[0] == '\0';
}

static void nine_years_in_order(void **state)
{
    test_db *t = *state;
    const char *good = NULL;
    size_t n_refused = 0;
    glob_t files;

    need_data();
    drop(t);
    assert_int_equal(glob(DATA "/history/*.csv", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char *path = files.gl_pathv[i];
        rowan_merge_counts counts;
        char *rejects;

        if (!lacks_keys(path)) {
            load_and_check(t, path);
            good = test_printf("%s", path);
            continue;
        }
        n_refused++;
        assert_status(load(t, path, &counts, &rejects), ROWAN_EINVAL, &t->err);
        assert_contains(rejects, " bioguide_id is empty\n");
        assert_table_is(t, read_expected(good)); /* as on the day before */
    }
    assert_int_equal(files.gl_pathc, 12);
    assert_int_equal(n_refused, 1);
    globfree(&files);
    drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_current_and_the_historical_ones),
        cmocka_unit_test(both_make_one_table),
        cmocka_unit_test(nine_years_in_order),
    };

    return test_on_databases("legislators", tests, sizeof tests / sizeof tests[0]);
}
