/* types.c - every value comes back exactly as it was given. */
#include "database.h"

#include <float.h>
#include <math.h>

/* Inserts a sample and reads it back. The result is the caller's. */
static const Sample *round_trip(test_db *t, Sample *sample, rowan_result **result)
{
    sample->id = 0;
    assert_ok(rowan_insert(t->db, Sample, sample, &t->err), &t->err);
    assert_true(sample->id > 0);
    assert_ok(rowan_find(t->db, Sample, sample->id, result, &t->err), &t->err);
    assert_int_equal(rowan_result_count(*result), 1);
    return rowan_rows(*result, Sample);
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && memcmp(a, b, a_len) == 0 && a[a_len] == '\0';
}

static void assert_same(const Sample *a, const Sample *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->small, b->small);
    assert_int_equal(a->big, b->big);
    assert_true(same_bits(a->real, b->real));
    assert_true(same_text(a->words.ptr, a->words.len, b->words.ptr, b->words.len));
    assert_memory_equal(&a->day, &b->day, sizeof a->day);
    assert_int_equal(a->at.unix_us, b->at.unix_us);
    assert_int_equal(a->opt_flag.has, b->opt_flag.has);
    assert_int_equal(a->opt_small.has, b->opt_small.has);
    assert_int_equal(a->opt_big.has, b->opt_big.has);
    assert_int_equal(a->opt_real.has, b->opt_real.has);
    assert_int_equal(a->opt_day.has, b->opt_day.has);
    assert_int_equal(a->opt_at.has, b->opt_at.has);
    assert_int_equal(a->opt_words.ptr == NULL, b->opt_words.ptr == NULL);
    if (a->opt_flag.has)
        assert_int_equal(a->opt_flag.value, b->opt_flag.value);
    if (a->opt_small.has)
        assert_int_equal(a->opt_small.value, b->opt_small.value);
    if (a->opt_big.has)
        assert_int_equal(a->opt_big.value, b->opt_big.value);
    if (a->opt_real.has)
        assert_true(same_bits(a->opt_real.value, b->opt_real.value));
    if (a->opt_words.ptr != NULL)
        assert_true(same_text(a->opt_words.ptr, a->opt_words.len, b->opt_words.ptr,
                              b->opt_words.len));
    if (a->opt_day.has)
        assert_memory_equal(&a->opt_day.value, &b->opt_day.value,
                            sizeof a->opt_day.value);
    if (a->opt_at.has)
        assert_int_equal(a->opt_at.value.unix_us, b->opt_at.value.unix_us);
}

static void assert_round_trip(test_db *t, Sample *sample)
{
    rowan_result *result = NULL;

    assert_same(round_trip(t, sample, &result), sample);
    rowan_result_free(result);
}

static void test_plain_values(void **state)
{
    Sample sample = test_sample();

    assert_round_trip(*state, &sample);
}

static void test_integer_bounds(void **state)
{
    static const int64_t values[] = { 0,         1,         -1,       INT32_MAX,
                                      INT32_MIN, INT64_MAX, INT64_MIN };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        Sample sample = test_sample();

        sample.big = values[i];
        sample.opt_big = ROWAN_SOME(rowan_opt_int64, values[i]);
        sample.small = i % 2 ? INT32_MIN : INT32_MAX;
        sample.opt_small = ROWAN_SOME(rowan_opt_int32, sample.small);
        assert_round_trip(*state, &sample);
    }
}

static void test_doubles_bit_for_bit(void **state)
{
    static const double values[] = {
        0.0,
        1.0 / 3,
        1.23456789e-7,
        DBL_MAX,
        -DBL_MAX,
        DBL_MIN,
        DBL_TRUE_MIN,
        DBL_EPSILON,
        1e15,
        9007199254740993.0,
        123456789.123456789,
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        Sample sample = test_sample();

        sample.real = values[i];
        sample.opt_real = ROWAN_SOME(rowan_opt_double, -values[i]);
        if (values[i] == 0.0)
            sample.opt_real.has = false; /* -0.0 has a test of its own */
        assert_round_trip(*state, &sample);
    }
}

/* A difference: SQLite keeps whole numbers of a REAL column as integers, which have no
 * negative zero, and MariaDB gives it no sign either. */
static void test_negative_zero(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();
    rowan_result *result = NULL;
    const Sample *back;

    sample.real = -0.0;
    back = round_trip(t, &sample, &result);
    assert_true(back->real == 0.0);
    assert_int_equal(!!signbit(back->real), test_is_postgres(t));
    rowan_result_free(result);
}

/* A difference: MariaDB has no infinities. */
static void test_infinities_are_stored_or_refused(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();

    sample.real = INFINITY;
    sample.opt_real = ROWAN_SOME(rowan_opt_double, -INFINITY);
    if (!test_is_mariadb(t)) {
        assert_round_trip(t, &sample);
        return;
    }
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "infinity");
}

/* A difference: SQLite would store NULL for NaN, and MariaDB has none, so that it is
 * refused before. */
static void test_nan_is_stored_or_refused(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();

    sample.real = NAN;
    if (test_is_postgres(t)) {
        assert_round_trip(t, &sample);
        return;
    }
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "NaN");
}

static void test_texts(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "'",
        "''",
        "\\",
        "\\'",
        "\"",
        "%_",
        "a\nb\r\nc",
        "\x01\x7f",
        "\xf0\x9f\x99\x82 \xe2\x80\x99 \xcc\x88",
        "\\', 777) -- ",
        "$1 ? :a",
        "NULL",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Sample sample = test_sample();

        sample.words = rowan_text_of(texts[i]);
        sample.opt_words = rowan_opt_text_of(texts[i]);
        assert_round_trip(*state, &sample);
    }
}

static void test_long_text(void **state)
{
    Sample sample = test_sample();
    size_t len = 5000000;
    char *text = test_alloc(len + 1);

    memset(text, 'x', len);
    sample.words = (rowan_text){ text, len };
    assert_round_trip(*state, &sample);
}

static void test_bad_texts_are_refused(void **state)
{
    test_db *t = *state;
    static const rowan_text texts[] = {
        { "a\0b", 3 }, { "\xff", 1 }, { "\xc3", 1 }, { "\xed\xa0\x80", 3 }, { NULL, 0 },
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Sample sample = test_sample();

        sample.words = texts[i];
        assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL,
                      &t->err);
        assert_contains(t->err.message, "words");
    }
}

static void test_dates_and_times(void **state)
{
    static const rowan_date dates[] = {
        { 1, 1, 1 },     { 9999, 12, 31 }, { 1970, 1, 1 },
        { 2000, 2, 29 }, { 1900, 2, 28 },  { 1582, 10, 10 },
    };
    static const int64_t times[] = {
        ROWAN_TIMESTAMP_MIN, ROWAN_TIMESTAMP_MAX, 0, -1, 1, 999999, -86400000001,
    };

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        Sample sample = test_sample();

        sample.day = dates[i % (sizeof dates / sizeof dates[0])];
        sample.opt_day = ROWAN_SOME(rowan_opt_date, sample.day);
        sample.at.unix_us = times[i];
        sample.opt_at = ROWAN_SOME(rowan_opt_timestamp, sample.at);
        assert_round_trip(*state, &sample);
    }
}

static void test_impossible_days_are_refused(void **state)
{
    test_db *t = *state;
    static const rowan_date dates[] = {
        { 0, 1, 1 },     { 10000, 1, 1 }, { 2001, 2, 29 }, { 2000, 13, 1 },
        { 2000, 4, 31 }, { 2000, 0, 1 },  { 2000, 1, 0 },
    };

    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        Sample sample = test_sample();

        sample.day = dates[i];
        assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL,
                      &t->err);
    }
}

static uint64_t random_bits(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static Sample random_sample(uint64_t *seed)
{
    Sample sample = test_sample();
    uint64_t bits = random_bits(seed);
    int64_t span = ROWAN_TIMESTAMP_MAX / 1000;

    sample.flag = bits & 1;
    sample.small = (int32_t)random_bits(seed);
    sample.big = (int64_t)random_bits(seed);
    do {
        bits = random_bits(seed);
        memcpy(&sample.real, &bits, sizeof sample.real);
    } while (isnan(sample.real) || sample.real == 0.0);
    sample.day = rowan_date_from_days((int32_t)(random_bits(seed) % 3652059) - 719162);
    sample.at.unix_us = (int64_t)(random_bits(seed) % (uint64_t)span) * 1000 - 12345;
    if (random_bits(seed) & 1)
        sample.opt_real = ROWAN_SOME(rowan_opt_double, sample.real);
    if (random_bits(seed) & 1)
        sample.opt_flag = ROWAN_SOME(rowan_opt_bool, !sample.flag);
    if (random_bits(seed) & 1)
        sample.opt_day = ROWAN_SOME(rowan_opt_date, sample.day);
    if (random_bits(seed) & 1)
        sample.opt_words = rowan_opt_text_of("there");
    return sample;
}

static void test_random_values(void **state)
{
    test_db *t = *state;
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    Sample samples[200];
    size_t n = sizeof samples / sizeof samples[0];
    rowan_result *result = NULL;
    const Sample *back;

    for (size_t i = 0; i < n; i++)
        samples[i] = random_sample(&seed);
    assert_ok(rowan_insert_many(t->db, Sample, samples, n, &t->err), &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Sample, .order_by = { rowan_asc(Sample, id) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), n);
    back = rowan_rows(result, Sample);
    for (size_t i = 0; i < n; i++)
        assert_same(&back[i], &samples[i]);
    rowan_result_free(result);
}

/* What SQLAlchemy's SQLite dialect writes and reads. */
static void test_sqlite_text_forms(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();

    if (!test_is_sqlite(t))
        return;
    assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT day FROM sample"), "1912-06-23");
    assert_string_equal(test_value(t, "SELECT at FROM sample"),
                        "2026-01-02 03:04:05.000006");
    assert_string_equal(test_value(t, "SELECT typeof(flag) || flag FROM sample"),
                        "integer1");
}

/* A table that another program filled may hold what the model does not allow: an error
 * that names the column, never a wrong value. */
static void refuse_table(test_db *t, const char *sql, const char *column)
{
    rowan_result *result = NULL;
    const rowan_model *model =
        strncmp(column, "place", 5) == 0 ? &Place_model : &Sample_model;

    test_exec(t, sql);
    assert_status(
        rowan_fetch(t->db, &(rowan_query){ .model = model }, &result, &t->err),
        ROWAN_EDATA, &t->err);
    assert_contains(t->err.message, column);
}

static void refuse_sqlite(test_db *t)
{
    static const char *const values[] = { "'a', NULL, NULL", "'a', 5, NULL",
                                          "x'00', 'n', NULL" };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        refuse_table(t,
                     test_printf("DROP TABLE IF EXISTS place; "
                                 "CREATE TABLE place (code, name, inside); "
                                 "INSERT INTO place VALUES (%s)",
                                 values[i]),
                     "place.");
}

static void refuse_postgres(test_db *t)
{
    refuse_table(t,
                 "DROP TABLE sample; CREATE TABLE sample AS SELECT 1::bigint AS id, "
                 "true AS flag, 1 AS small, 1::bigint AS big, 1.0::float8 AS real, "
                 "'x'::text AS words, 'infinity'::date AS day, now() AS at, "
                 "true AS opt_flag, 1 AS opt_small, 1::bigint AS opt_big, "
                 "1.0::float8 AS opt_real, ''::text AS opt_words, "
                 "now()::date AS opt_day, now() AS opt_at",
                 "sample.day");
    refuse_table(t, "ALTER TABLE sample ALTER small TYPE text", "sample.small");
}

static void refuse_mariadb(test_db *t)
{
    static const struct {
        const char *column, *type, *value;
    } wrong[] = {
        { "small", "bigint", "2147483648" },
        { "small", "int unsigned", "4294967295" },
        { "big", "bigint unsigned", "18446744073709551615" },
        { "big", "varchar(20)", "'1'" },
        { "big", "decimal(20,0)",
          "99999999999999999999" }, /* one that fits is read: a sum is one */
        { "big", "decimal(20,1)", "1" },
        { "real", "bigint", "1" },
        { "words", "varbinary(20)", "'x'" },
        { "words", "blob", "'x'" },
        { "words", "longtext NULL", "NULL" },
        { "day", "date", "'0000-00-00'" },
        { "day", "date", "'2001-00-02'" },
        { "day", "datetime", "'2001-01-01 00:00:00'" },
        { "at", "datetime", "'0000-00-00 00:00:00'" },
        { "at", "timestamp", "'0000-00-00 00:00:00'" },
        { "at", "time", "'10:00:00'" },
    };
    Sample sample = test_sample();

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_ok(rowan_drop_all(t->db, &test_models, &t->err), &t->err);
        assert_ok(rowan_create_all(t->db, &test_models, &t->err), &t->err);
        sample.id = 0;
        assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
        refuse_table(t,
                     test_printf("SET sql_mode = 'ANSI'; ALTER TABLE sample DROP "
                                 "\"%s\"; ALTER TABLE sample ADD \"%s\" %s; UPDATE "
                                 "sample SET \"%s\" = %s",
                                 wrong[i].column, wrong[i].column, wrong[i].type,
                                 wrong[i].column, wrong[i].value),
                     test_printf("sample.%s", wrong[i].column));
    }
}

static void test_foreign_values_are_refused(void **state)
{
    test_db *t = *state;

    if (test_is_sqlite(t))
        refuse_sqlite(t);
    else if (test_is_postgres(t))
        refuse_postgres(t);
    else
        refuse_mariadb(t);
}

/* Columns of other types that another program made, whose values fit all the same. */
static void test_foreign_types_are_read(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();
    rowan_result *result = NULL;

    if (!test_is_mariadb(t))
        return;
    sample.small = 5;
    sample.big = -9;
    sample.words = rowan_text_of("e");
    assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
    test_exec(t, "ALTER TABLE sample MODIFY flag smallint NOT NULL, MODIFY small "
                 "bigint unsigned NOT NULL, MODIFY big mediumint NOT NULL, MODIFY "
                 "\"real\" float NOT NULL, MODIFY words varchar(50) CHARACTER SET "
                 "latin1 NOT NULL, MODIFY at timestamp(6) NOT NULL DEFAULT 0, MODIFY "
                 "opt_words enum('a', 'b')");
    test_exec(t, "UPDATE sample SET flag = 7, \"real\" = 0.5, "
                 "words = 'é', opt_words = 'b'");
    assert_ok(rowan_fetch(t->db, rowan_select(Sample), &result, &t->err), &t->err);
    sample = *rowan_rows(result, Sample);
    assert_true(sample.flag);
    assert_int_equal(sample.small, 5);
    assert_int_equal(sample.big, -9);
    assert_true(sample.real == 0.5);
    assert_string_equal(sample.words.ptr, "é");
    assert_string_equal(sample.opt_words.ptr, "b");
    assert_int_equal(sample.at.unix_us, test_sample().at.unix_us);
    rowan_result_free(result);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_values),
        cmocka_unit_test(test_integer_bounds),
        cmocka_unit_test(test_doubles_bit_for_bit),
        cmocka_unit_test(test_negative_zero),
        cmocka_unit_test(test_infinities_are_stored_or_refused),
        cmocka_unit_test(test_nan_is_stored_or_refused),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_bad_texts_are_refused),
        cmocka_unit_test(test_dates_and_times),
        cmocka_unit_test(test_impossible_days_are_refused),
        cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_sqlite_text_forms),
        cmocka_unit_test(test_foreign_values_are_refused),
        cmocka_unit_test(test_foreign_types_are_read),
    };

    return test_on_databases("types", tests, sizeof tests / sizeof tests[0]);
}
