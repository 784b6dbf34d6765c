/* more_types.c - the types beside those of types.c: narrow numbers, decimals, times, uuids,
 * bytes, JSON, enums, limited texts. Every value comes back as it was given, or is
 * refused. */
#include "database.h"

#include <rowan/decimal.h>

#include <float.h>
#include <math.h>

/* Bytes as keys: what hashes and binary identifiers are. */
/* clang-format off */
ROWAN_MODEL(Blob, "blob_by_hash",
    (rowan_bytes,     hash,  PRIMARY_KEY, MAX(32)),
    (rowan_bytes,     tag,   UNIQUE),
    (rowan_opt_bytes, after, REFERENCES(Blob, hash), MAX(32)),
    (rowan_bytes,     body,  INDEX),
    (rowan_bytes,     large, MAX(100000)),
    HAS_MANY(others, Blob, after)
)
/* clang-format on */
ROWAN_MODELS(blob_models, "0", Blob);

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void assert_same(const More *a, const More *b)
{
    assert_int_equal(a->id, b->id);
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
}

/* Inserts a row and reads it back. The result is the caller's. */
static const More *round_trip(test_db *t, More *more, rowan_result **result)
{
    more->id = 0;
    assert_ok(rowan_insert(t->db, More, more, &t->err), &t->err);
    assert_ok(rowan_find(t->db, More, more->id, result, &t->err), &t->err);
    return rowan_rows(*result, More);
}

static void assert_round_trip(test_db *t, More *more)
{
    rowan_result *result = NULL;

    assert_same(round_trip(t, more, &result), more);
    rowan_result_free(result);
}

static void test_plain_values(void **state)
{
    More more = test_more();

    assert_round_trip(*state, &more);
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
        More more = test_more();

        more.price = decimal(texts[i]);
        more.opt_price =
            ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of((int)i * 1000, 2));
        assert_round_trip(t, &more);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        More more = test_more();

        more.price = decimal(bad[i].text);
        assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
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
        More more = test_more();

        more.price = decimal(texts[i]);
        assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    }
    assert_ok(rowan_fetch(t->db,
                          rowan_select(More, .order_by = { rowan_asc(More, price) }),
                          &result, &t->err),
              &t->err);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(rowan_decimal_compare(rowan_rows(result, More)[i].price,
                                               decimal(sorted[i])),
                         0);
    rowan_result_free(result);
    assert_ok(rowan_count(t->db, rowan_select(More, .where = rowan_gt(More, price, 9)),
                          &n, &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_ok(
        rowan_count(t->db,
                    rowan_select(More, .where = rowan_eq(More, price, decimal("0.50"))),
                    &n, &t->err),
        &t->err);
    assert_int_equal(n, 1);
}

static void test_narrow_numbers(void **state)
{
    static const float floats[] = { 0.1f,         FLT_MAX, FLT_MIN,
                                    FLT_TRUE_MIN, -1.5f,   INFINITY };

    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        More more = test_more();

        if (isinf(floats[i]) && test_is_mariadb(*state))
            continue; /* it has none */
        more.narrow = floats[i];
        more.opt_narrow = ROWAN_SOME(rowan_opt_float, -floats[i]);
        more.tiny = i % 2 ? INT16_MIN : INT16_MAX;
        more.opt_tiny = ROWAN_SOME(rowan_opt_int16, more.tiny);
        assert_round_trip(*state, &more);
    }
}

static void test_bytes_times_uuids(void **state)
{
    test_db *t = *state;
    More more = test_more();
    char *all = test_alloc(256);

    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    more.blob = rowan_bytes_of(all, 256);
    more.clock = rowan_time_of(0, 0, 0, 0);
    more.opt_clock = ROWAN_SOME(rowan_opt_time, rowan_time_of(12, 34, 56, 1));
    assert_ok(rowan_uuid_new(&more.uuid, &t->err), &t->err);
    more.opt_uuid = ROWAN_SOME(rowan_opt_uuid, more.uuid);
    assert_round_trip(t, &more);
    more.blob = rowan_bytes_of("", 0);
    more.opt_blob = (rowan_opt_bytes){ (const unsigned char *)all, 4 };
    assert_round_trip(t, &more);
    more.opt_blob.len = 5;
    assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "opt_blob is longer than 4 bytes");
    more.opt_blob.len = 0;
    more.clock.us = INT64_C(86400000000);
    assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
}

static void test_json_says_the_same(void **state)
{
    test_db *t = *state;
    More more = test_more();
    rowan_result *result = NULL;
    const More *back;

    more.json = rowan_json_of("{\"a\": [1, 2.50, \"\\u00fc\"], \"b\": null}");
    more.opt_json = (rowan_opt_json){ "null", 4 };
    back = round_trip(t, &more, &result);
    if (!test_is_postgres(t))
        assert_string_equal(back->json.ptr, more.json.ptr);
    else
        assert_string_equal(back->json.ptr,
                            "{\"a\": [1, 2.50, \"\xc3\xbc\"], \"b\": null}");
    assert_string_equal(back->opt_json.ptr, "null");
    rowan_result_free(result);
    more.json = rowan_json_of("{\"a\": }");
    assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "json is not JSON (byte 7)");
}

static void test_enums(void **state)
{
    test_db *t = *state;
    More more = test_more();
    uint64_t n = 0;

    for (Mood mood = MOOD_GOOD; mood <= MOOD_MIXED; mood++) {
        more.mood = mood;
        more.opt_mood = ROWAN_SOME(opt_Mood, mood);
        assert_round_trip(t, &more);
    }
    assert_ok(rowan_count(t->db,
                          rowan_select(More, .where = rowan_eq(More, mood, MOOD_BAD)),
                          &n, &t->err),
              &t->err);
    assert_int_equal(n, 1);
    assert_string_equal(test_value(t, "SELECT mood FROM more ORDER BY id LIMIT 1"),
                        "good");
    more.mood = (Mood)3;
    assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "mood is no value of Mood");
}

/* Limits are characters, not bytes, and are kept by the database too. */
static void test_text_limits(void **state)
{
    test_db *t = *state;
    More more = test_more();

    more.opt_name = rowan_opt_text_of("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc");
    assert_round_trip(t, &more);
    more.opt_name = rowan_opt_text_of("sixsix");
    assert_status(rowan_insert(t->db, More, &more, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "opt_name is longer than 5 characters");
}

/* A table that another program filled. */
static void test_foreign_values_are_refused(void **state)
{
    test_db *t = *state;
    More more = test_more();
    rowan_result *result = NULL;

    assert_ok(rowan_insert(t->db, More, &more, &t->err), &t->err);
    if (test_is_postgres(t)) {
        test_exec(t, "UPDATE more SET price = 'NaN'");
    } else if (test_is_sqlite(t)) {
        test_exec(t, "UPDATE more SET price = '1.2.3'");
    } else {
        test_exec(t, "ALTER TABLE more DROP CONSTRAINT more_mood_check");
        test_exec(t, "UPDATE more SET mood = 'odd'");
    }
    assert_status(rowan_fetch(t->db, rowan_select(More), &result, &t->err), ROWAN_EDATA,
                  &t->err);
    assert_contains(t->err.message, test_is_mariadb(t) ? "more.mood" : "more.price");
}

/* By the bulk path, too. */
static void test_many_rows(void **state)
{
    test_db *t = *state;
    More rows[250];
    rowan_result *result = NULL;

    for (int i = 0; i < 250; i++) {
        rows[i] = test_more();
        rows[i].id = i + 1;
        rows[i].tiny = (int16_t)(i * 100);
        rows[i].price = rowan_decimal_of(i - 125, 3);
        rows[i].opt_blob =
            (rowan_opt_bytes){ (const unsigned char *)"\0\xff", (size_t)i % 3 };
        if (i % 2)
            rows[i].opt_uuid = ROWAN_SOME(rowan_opt_uuid, rows[i].uuid);
        if (i % 3)
            rows[i].opt_json = (rowan_opt_json){ "[]", 2 };
    }
    assert_ok(rowan_insert_many(t->db, More, rows, 250, &t->err), &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(More, .order_by = { rowan_asc(More, id) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 250);
    for (size_t i = 0; i < 250; i++)
        assert_same(&rowan_rows(result, More)[i], &rows[i]);
    rowan_result_free(result);
}

static void test_bytes_as_keys(void **state)
{
    test_db *t = *state;
    char *large = test_alloc(90000);
    Blob blobs[3] = { 0 }, **others = NULL;
    rowan_result *result = NULL;
    size_t n = 0;

    memset(large, 'x', 90000);
    for (size_t i = 0; i < 3; i++) {
        blobs[i].hash = rowan_bytes_of(i == 0   ? "\0\0\xff'"
                                       : i == 1 ? "\0\0\xfe\\"
                                                : "\0\0\xff\0",
                                       4);
        blobs[i].tag = rowan_bytes_of(test_printf("tag %zu", i), 5);
        blobs[i].body = rowan_bytes_of(large, 300 + i);
        blobs[i].large = rowan_bytes_of(large, 90000);
        if (i > 0)
            blobs[i].after = (rowan_opt_bytes){ blobs[0].hash.ptr, 4 };
    }
    assert_ok(rowan_drop_all(t->db, &blob_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &blob_models, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Blob, blobs, 3, &t->err), &t->err);
    assert_ok(rowan_find(t->db, Blob, blobs[2].hash, &result, &t->err), &t->err);
    assert_int_equal(rowan_rows(result, Blob)->body.len, 302);
    assert_int_equal(rowan_rows(result, Blob)->large.len, 90000);
    assert_memory_equal(rowan_rows(result, Blob)->hash.ptr, blobs[2].hash.ptr, 4);
    rowan_result_free(result);
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(Blob, .where = rowan_eq(Blob, body, blobs[0].body),
                                 .with = { rowan_with(Blob, others) }),
                    &result, &t->err),
        &t->err);
    assert_int_equal(rowan_result_count(result), 1);
    assert_ok(rowan_related_many(Blob, rowan_rows(result, Blob), others, &others, &n,
                                 &t->err),
              &t->err);
    assert_int_equal(n, 2);
    rowan_result_free(result);
    assert_status(rowan_insert(t->db, Blob, &blobs[0], &t->err), ROWAN_ECONFLICT,
                  &t->err);
    blobs[0].hash = rowan_bytes_of(large, 33);
    assert_status(rowan_insert(t->db, Blob, &blobs[0], &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_drop_all(t->db, &blob_models, &t->err), &t->err);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_values),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_decimals_in_order),
        cmocka_unit_test(test_narrow_numbers),
        cmocka_unit_test(test_bytes_times_uuids),
        cmocka_unit_test(test_json_says_the_same),
        cmocka_unit_test(test_enums),
        cmocka_unit_test(test_text_limits),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_foreign_values_are_refused),
        cmocka_unit_test(test_bytes_as_keys),
    };

    return test_on_databases("more_types", tests, sizeof tests / sizeof tests[0]);
}
