/* types.c - every value comes back exactly as it was given. */
#include "database.h"

#include <rowan/decimal.h>

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
    assert_int_equal(a->tiny, b->tiny);
    assert_true(same_bits((double)a->narrow, (double)b->narrow));
    assert_int_equal(rowan_decimal_compare(a->price, b->price), 0);
    assert_int_equal(a->clock.us, b->clock.us);
    assert_memory_equal(&a->uuid, &b->uuid, sizeof a->uuid);
    assert_int_equal(a->blob.len, b->blob.len);
    assert_memory_equal(a->blob.ptr, b->blob.ptr, a->blob.len);
    assert_int_equal(a->mood, b->mood);
    assert_int_equal(a->opt_tiny.has, b->opt_tiny.has);
    assert_int_equal(a->opt_narrow.has, b->opt_narrow.has);
    assert_int_equal(a->opt_price.has, b->opt_price.has);
    assert_int_equal(a->opt_clock.has, b->opt_clock.has);
    assert_int_equal(a->opt_uuid.has, b->opt_uuid.has);
    assert_int_equal(a->opt_mood.has, b->opt_mood.has);
    assert_int_equal(a->opt_blob.ptr == NULL, b->opt_blob.ptr == NULL);
    assert_int_equal(a->opt_json.ptr == NULL, b->opt_json.ptr == NULL);
    if (a->opt_tiny.has)
        assert_int_equal(a->opt_tiny.value, b->opt_tiny.value);
    if (a->opt_narrow.has)
        assert_true(
            same_bits((double)a->opt_narrow.value, (double)b->opt_narrow.value));
    if (a->opt_price.has)
        assert_int_equal(rowan_decimal_compare(a->opt_price.value, b->opt_price.value),
                         0);
    if (a->opt_clock.has)
        assert_int_equal(a->opt_clock.value.us, b->opt_clock.value.us);
    if (a->opt_uuid.has)
        assert_memory_equal(&a->opt_uuid.value, &b->opt_uuid.value, 16);
    if (a->opt_mood.has)
        assert_int_equal(a->opt_mood.value, b->opt_mood.value);
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

static rowan_decimal decimal(const char *text)
{
    rowan_decimal value;
    rowan_error err;

    assert_ok(rowan_decimal_parse(text, strlen(text), &value, &err), &err);
    return value;
}

static void test_decimals(void **state)
{
    test_db *t = *state;
    static const char *const texts[] = {
        "0",
        "0.0000000001",
        "-0.0000000001",
        "1",
        "-1",
        "12.5",
        "9999",
        "10000",
        "-10000.0001",
        "9999999999999999999999999999.9999999999",
        "-9999999999999999999999999999.9999999999",
        "10000000000000000.0001",
        "0.00010001",
        "100000000",
    };
    static const struct {
        const char *text, *words;
    } bad[] = {
        { "0.00000000001", "price has more than 10 digits behind the point" },
        { "10000000000000000000000000000", "price has more than" },
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Sample sample = test_sample();

        sample.price = decimal(texts[i]);
        sample.opt_price =
            ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of((int)i * 1000, 2));
        assert_round_trip(t, &sample);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        Sample sample = test_sample();

        sample.price = decimal(bad[i].text);
        assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL,
                      &t->err);
        assert_contains(t->err.message, bad[i].words);
    }
}

/* Compared and ordered as numbers, also where they are stored as text. */
static void test_decimals_in_order(void **state)
{
    test_db *t = *state;
    static const char *const texts[] = { "9", "10", "-10", "-9", "0.5", "100" };
    static const char *const sorted[] = { "-10", "-9", "0.5", "9", "10", "100" };
    rowan_result *result = NULL;
    uint64_t n = 0;

    for (size_t i = 0; i < 6; i++) {
        Sample sample = test_sample();

        sample.price = decimal(texts[i]);
        assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
    }
    assert_ok(rowan_fetch(
                  t->db, rowan_select(Sample, .order_by = { rowan_asc(Sample, price) }),
                  &result, &t->err),
              &t->err);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(rowan_decimal_compare(rowan_rows(result, Sample)[i].price,
                                               decimal(sorted[i])),
                         0);
    rowan_result_free(result);
    assert_ok(rowan_count(t->db,
                          rowan_select(Sample, .where = rowan_gt(Sample, price, 9)), &n,
                          &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_ok(rowan_count(t->db,
                          rowan_select(Sample, .where = rowan_eq(Sample, price,
                                                                 decimal("0.50"))),
                          &n, &t->err),
              &t->err);
    assert_int_equal(n, 1);
}

static void test_narrow_numbers(void **state)
{
    static const float floats[] = { 0.1f,         FLT_MAX, FLT_MIN,
                                    FLT_TRUE_MIN, -1.5f,   INFINITY };

    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        Sample sample = test_sample();

        if (isinf(floats[i]) && test_is_mariadb(*state))
            continue; /* it has none */
        sample.narrow = floats[i];
        sample.opt_narrow = ROWAN_SOME(rowan_opt_float, -floats[i]);
        sample.tiny = i % 2 ? INT16_MIN : INT16_MAX;
        sample.opt_tiny = ROWAN_SOME(rowan_opt_int16, sample.tiny);
        assert_round_trip(*state, &sample);
    }
}

static void test_bytes_times_uuids(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();
    char *all = test_alloc(256);

    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    sample.blob = rowan_bytes_of(all, 256);
    sample.clock = rowan_time_of(0, 0, 0, 0);
    sample.opt_clock = ROWAN_SOME(rowan_opt_time, rowan_time_of(12, 34, 56, 1));
    assert_ok(rowan_uuid_new(&sample.uuid, &t->err), &t->err);
    sample.opt_uuid = ROWAN_SOME(rowan_opt_uuid, sample.uuid);
    assert_round_trip(t, &sample);
    sample.blob = rowan_bytes_of("", 0);
    sample.opt_blob = (rowan_opt_bytes){ (const unsigned char *)all, 4 };
    assert_round_trip(t, &sample);
    sample.opt_blob.len = 5;
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "opt_blob is longer than 4 bytes");
    sample.opt_blob.len = 0;
    sample.clock.us = INT64_C(86400000000);
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
}

static void test_json_says_the_same(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();
    rowan_result *result = NULL;
    const Sample *back;

    sample.json = rowan_json_of("{\"a\": [1, 2.50, \"\\u00fc\"], \"b\": null}");
    sample.opt_json = (rowan_opt_json){ "null", 4 };
    back = round_trip(t, &sample, &result);
    if (!test_is_postgres(t))
        assert_string_equal(back->json.ptr, sample.json.ptr);
    else
        assert_string_equal(back->json.ptr,
                            "{\"a\": [1, 2.50, \"\xc3\xbc\"], \"b\": null}");
    assert_string_equal(back->opt_json.ptr, "null");
    rowan_result_free(result);
    sample.json = rowan_json_of("{\"a\": }");
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "json is not JSON (byte 7)");
}

static void test_enums(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();
    uint64_t n = 0;

    for (Mood mood = MOOD_GOOD; mood <= MOOD_MIXED; mood++) {
        sample.mood = mood;
        sample.opt_mood = ROWAN_SOME(opt_Mood, mood);
        assert_round_trip(t, &sample);
    }
    assert_ok(
        rowan_count(t->db,
                    rowan_select(Sample, .where = rowan_eq(Sample, mood, MOOD_BAD)), &n,
                    &t->err),
        &t->err);
    assert_int_equal(n, 1);
    assert_string_equal(test_value(t, "SELECT mood FROM sample ORDER BY id LIMIT 1"),
                        "good");
    sample.mood = (Mood)3;
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "mood is no value of Mood");
}

/* Limits are characters, not bytes, and are kept by the database too. */
static void test_text_limits(void **state)
{
    test_db *t = *state;
    Sample sample = test_sample();

    sample.opt_name = rowan_opt_text_of("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc");
    assert_round_trip(t, &sample);
    sample.opt_name = rowan_opt_text_of("sixsix");
    assert_status(rowan_insert(t->db, Sample, &sample, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "opt_name is longer than 5 characters");
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
    Sample sample = test_sample();

    assert_ok(rowan_insert(t->db, Sample, &sample, &t->err), &t->err);
    refuse_table(t, "UPDATE sample SET day = 'infinity'", "sample.day");
    refuse_table(t, "UPDATE sample SET day = now(), price = 'NaN'", "sample.price");
    refuse_table(
        t, "UPDATE sample SET price = 1; ALTER TABLE sample ALTER small TYPE text",
        "sample.small");
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
        { "big", "decimal(20,0)", "1" },
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
    sample.words = rowan_text_of("latin");
    sample.small = 5;
    sample.big = -9;
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
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_decimals_in_order),
        cmocka_unit_test(test_narrow_numbers),
        cmocka_unit_test(test_bytes_times_uuids),
        cmocka_unit_test(test_json_says_the_same),
        cmocka_unit_test(test_enums),
        cmocka_unit_test(test_text_limits),
        cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_sqlite_text_forms),
        cmocka_unit_test(test_foreign_values_are_refused),
        cmocka_unit_test(test_foreign_types_are_read),
    };

    return test_on_databases("types", tests, sizeof tests / sizeof tests[0]);
}
