/* constraints.c - what a model declares beside its columns, kept by the database. */
#include "database.h"

#include <rowan/decimal.h>
#include <rowan/merge.h>

/* clang-format off */
ROWAN_MODEL(Hotel, "hotel",
    (rowan_int64,    id,     PRIMARY_KEY, AUTO),
    (rowan_text,     name,   MAX(20), COMMENT("over the door, it's said"))
)

ROWAN_MODEL(Stay, "stay",
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_opt_int64, hotel,  REFERENCES(Hotel, id), ON_DELETE(SET_NULL), ON_UPDATE(CASCADE)),
    (rowan_int64,     owner,  REFERENCES(Hotel, id), ON_DELETE(CASCADE)),
    (rowan_date,      begins, DEFAULT("2000-01-01")),
    (rowan_date,      ends,   DEFAULT("2000-01-02")),
    (rowan_int32,     rooms,  DEFAULT(2)),
    (rowan_double,    share,  DEFAULT(0.5)),
    (rowan_decimal,   price,  PRECISION(8, 2), DEFAULT("9.90")),
    (Mood,            mood,   ENUM(Mood), DEFAULT(MOOD_BAD)),
    (rowan_text,      note,   DEFAULT("it's \"x\" \\ y")),
    (rowan_bool,      paid,   DEFAULT(true)),
    (rowan_timestamp, noted,  DEFAULT_NOW),
    (rowan_uuid,      ticket, DEFAULT("123e4567-e89b-12d3-a456-426614174000")),
    (rowan_opt_int32, beds,   GENERATED("rooms * 2")),
    UNIQUE(hotel, begins),
    INDEX(begins, DESC(ends)),
    CHECK(order, LE_COLUMN(begins, ends), GE(rooms, 1)),
    CHECK(price, LT(price, "1000.00")),
    CHECK(note, NE(note, "it's")),
    TABLE_COMMENT("who stays where")
)

ROWAN_MODEL(Seat, "seat",
    (rowan_int64,     id,     PRIMARY_KEY),
    (rowan_int32,     row,    MAX(0)),
    (rowan_opt_text,  taken),
    PARTIAL_UNIQUE(NOT_NULL(taken), taken),
    PARTIAL_INDEX(GT(row, 3), row, DESC(id))
)

ROWAN_MODEL(Elsewhere, "elsewhere",
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_int32,     n,      INDEX),
    SCHEMA("Other \"one\"")
)
/* clang-format on */

static const rowan_model *const list[] = { &Stay_model, &Hotel_model };
static const rowan_models hotels = { "hotels", "0", list, 2 };
static const rowan_model *const seat_list[] = { &Seat_model };
static const rowan_models seats_only = { "seats", "0", seat_list, 1 };

static void create(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &hotels, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &hotels, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &hotels, &t->err), &t->err);
}

static Hotel add_hotel(test_db *t, const char *name)
{
    Hotel hotel = { 0, rowan_text_of(name) };

    assert_ok(rowan_insert(t->db, Hotel, &hotel, &t->err), &t->err);
    return hotel;
}

static Stay new_stay(const Hotel *hotel)
{
    return (Stay){
        .hotel = ROWAN_SOME(rowan_opt_int64, hotel->id),
        .owner = hotel->id,
        .begins = { 2026, 1, 1 },
        .ends = { 2026, 1, 5 },
        .rooms = 3,
        .price = rowan_decimal_of(1, 0),
        .note = rowan_text_of("n"),
    };
}

static rowan_status insert(test_db *t, Stay stay)
{
    return rowan_insert(t->db, Stay, &stay, &t->err);
}

static void test_checks(void **state)
{
    test_db *t = *state;
    Hotel hotel;
    Stay good, bad;

    create(t);
    hotel = add_hotel(t, "Adler");
    good = new_stay(&hotel);
    assert_ok(insert(t, good), &t->err);
    assert_status(insert(t, good), ROWAN_ECONFLICT,
                  &t->err); /* UNIQUE(hotel, begins) */
    good.begins.day = 2;
    bad = good;
    bad.ends = (rowan_date){ 2025, 1, 1 };
    assert_status(insert(t, bad), ROWAN_ECONSTRAINT, &t->err);
    assert_contains(t->err.message, "stay_order_check");
    bad = good;
    bad.rooms = 0;
    assert_status(insert(t, bad), ROWAN_ECONSTRAINT, &t->err);
    bad = good;
    bad.price = rowan_decimal_of(100000, 2);
    assert_status(insert(t, bad), ROWAN_ECONSTRAINT, &t->err);
    assert_contains(t->err.message, "stay_price_check");
    bad = good;
    bad.note = rowan_text_of("it's");
    assert_status(insert(t, bad), ROWAN_ECONSTRAINT, &t->err);
    assert_null(strstr(t->err.message, "it's")); /* no word says what the row holds */
    assert_ok(insert(t, good), &t->err);
}

/* What a service that does not know the columns leaves out. */
static void test_defaults(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    const Stay *stay;

    create(t);
    (void)add_hotel(t, "Adler");
    test_exec(t, "INSERT INTO stay (hotel, owner) VALUES (1, 1)");
    assert_ok(rowan_fetch(t->db, rowan_select(Stay), &result, &t->err), &t->err);
    stay = rowan_rows(result, Stay);
    assert_int_equal(stay->begins.year, 2000);
    assert_int_equal(stay->ends.day, 2);
    assert_int_equal(stay->rooms, 2);
    assert_true(stay->share == 0.5);
    assert_int_equal(rowan_decimal_compare(stay->price, rowan_decimal_of(990, 2)), 0);
    assert_int_equal(stay->mood, MOOD_BAD);
    assert_string_equal(stay->note.ptr, "it's \"x\" \\ y");
    assert_true(stay->paid);
    assert_true(stay->noted.unix_us > INT64_C(1700000000000000));
    assert_int_equal(stay->ticket.bytes[0], 0x12);
    assert_true(stay->beds.has);
    assert_int_equal(stay->beds.value, 4);
    rowan_result_free(result);
}

static void test_generated_columns_are_not_written(void **state)
{
    test_db *t = *state;
    Hotel hotel;
    Stay stay;
    rowan_merge *merge = NULL;
    rowan_merge_counts counts[1];

    create(t);
    hotel = add_hotel(t, "Adler");
    stay = new_stay(&hotel);
    stay.beds = ROWAN_SOME(rowan_opt_int32, 77);
    assert_ok(rowan_insert(t->db, Stay, &stay, &t->err), &t->err);
    stay.rooms = 4;
    assert_ok(rowan_update(t->db, Stay, &stay, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT beds FROM stay"), "8");
    for (int round = 0; round < 2; round++) { /* straight in, then by way of staging */
        if (round == 0)
            assert_ok(rowan_delete_where(t->db, Stay, NULL, NULL, &t->err), &t->err);
        stay.rooms = 5 + round;
        assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
        assert_ok(rowan_merge_table(merge, &Stay_model, &t->err), &t->err);
        assert_ok(rowan_merge_rows(merge, &stay, 1, &t->err), &t->err);
        assert_ok(rowan_merge_commit(merge, counts, &t->err), &t->err);
        rowan_merge_close(merge);
        assert_string_equal(test_value(t, "SELECT beds FROM stay"),
                            round ? "12" : "10");
    }
}

static void test_foreign_key_actions(void **state)
{
    test_db *t = *state;
    Hotel a, b;
    Stay stay;

    create(t);
    a = add_hotel(t, "Adler");
    b = add_hotel(t, "Bären");
    stay = new_stay(&a);
    stay.owner = b.id;
    assert_ok(insert(t, stay), &t->err);
    assert_ok(rowan_delete(t->db, Hotel, &a, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM stay WHERE hotel IS NULL"),
                        "1");
    assert_ok(rowan_delete(t->db, Hotel, &b, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT count(*) FROM stay"), "0");
}

static void test_partial_indexes(void **state)
{
    test_db *t = *state;
    Seat seats[] = { { 1, 1, { NULL, 0 } },
                     { 2, 1, { NULL, 0 } },
                     { 3, 5, { "x", 1 } } };
    Seat twice = { 4, 1, { "x", 1 } };

    if (test_is_mariadb(t)) {
        assert_status(rowan_create_all(t->db, &seats_only, &t->err), ROWAN_EUNSUPPORTED,
                      &t->err);
        assert_string_equal(t->err.message, "Seat: MariaDB has no partial indexes");
        return;
    }
    assert_ok(rowan_create_all(t->db, &seats_only, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Seat, seats, 3, &t->err), &t->err);
    assert_status(rowan_insert(t->db, Seat, &twice, &t->err), ROWAN_ECONFLICT, &t->err);
    assert_contains(
        test_value(t,
                   test_is_sqlite(t)
                       ? "SELECT sql FROM sqlite_schema WHERE name = 'seat_row_id_idx'"
                       : "SELECT indexdef FROM pg_indexes WHERE indexname = "
                         "'seat_row_id_idx'"),
        "id");
}

/* Several indexes of the same columns, none of which stands for the other. */
/* clang-format off */
ROWAN_MODEL(Desk, "desk",
    (rowan_int64, id, PRIMARY_KEY), (rowan_int32, level), (rowan_int32, person, INDEX),
    PARTIAL_UNIQUE(EQ(level, 1), person), PARTIAL_UNIQUE(EQ(level, 2), person))
ROWAN_MODEL(Shelf, "shelf",
    (rowan_int64, id, PRIMARY_KEY), (rowan_int32, level),
    INDEX(level, id), INDEX(level, DESC(id)))
/* clang-format on */

static void test_indexes_of_the_same_columns(void **state)
{
    test_db *t = *state;
    static const rowan_model *const both[] = { &Shelf_model, &Desk_model };
    const rowan_models models = { "indexes", "0", both, test_is_mariadb(t) ? 1 : 2 };
    Desk desks[] = { { 1, 1, 7 }, { 2, 2, 7 }, { 3, 3, 7 }, { 4, 3, 7 } };
    Desk again[] = { { 5, 1, 7 }, { 6, 2, 7 } };

    assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
    assert_string_equal(
        test_value(
            t, test_is_sqlite(t)
                   ? "SELECT group_concat(name, ' ') FROM (SELECT name FROM "
                     "sqlite_schema WHERE tbl_name = 'shelf' AND type = 'index' ORDER "
                     "BY name)"
               : test_is_mariadb(t)
                   ? "SELECT group_concat(DISTINCT index_name ORDER BY index_name "
                     "SEPARATOR ' ') FROM information_schema.statistics WHERE "
                     "table_name = 'shelf' AND index_name <> 'PRIMARY' AND "
                     "table_schema = DATABASE()"
                   : "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM "
                     "pg_indexes WHERE tablename = 'shelf' AND indexname NOT LIKE "
                     "'%pkey'"),
        "shelf_level_id_idx shelf_level_id_idx2");
    if (!test_is_mariadb(t)) {
        assert_ok(rowan_insert_many(t->db, Desk, desks, 4, &t->err), &t->err);
        for (int i = 0; i < 2; i++)
            assert_status(rowan_insert(t->db, Desk, &again[i], &t->err),
                          ROWAN_ECONFLICT, &t->err);
    }
    assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
}

static void test_comments(void **state)
{
    test_db *t = *state;

    create(t);
    if (test_is_sqlite(t)) /* SQLite has none: they stay in the model */
        return;
    if (test_is_mariadb(t)) {
        assert_string_equal(
            test_value(t, "SELECT table_comment FROM information_schema.tables WHERE "
                          "table_name = 'stay' AND table_schema = DATABASE()"),
            "who stays where");
        assert_string_equal(
            test_value(t, "SELECT column_comment FROM information_schema.columns WHERE "
                          "table_name = 'hotel' AND column_name = 'name' AND "
                          "table_schema = DATABASE()"),
            "over the door, it's said");
        return;
    }
    assert_string_equal(test_value(t, "SELECT obj_description('stay'::regclass)"),
                        "who stays where");
    assert_string_equal(test_value(t, "SELECT col_description('hotel'::regclass, 2)"),
                        "over the door, it's said");
}

static void test_schemas(void **state)
{
    test_db *t = *state;
    static const rowan_model *const models[] = { &Elsewhere_model };
    static const rowan_models elsewhere = { "elsewhere", "0", models, 1 };
    Elsewhere row = { 0, 5 };
    rowan_merge *merge = NULL;
    uint64_t n = 0;

    if (!test_is_postgres(t)) {
        assert_status(rowan_create_all(t->db, &elsewhere, &t->err), ROWAN_EUNSUPPORTED,
                      &t->err);
        assert_contains(t->err.message, "has no schemas");
        return;
    }
    assert_ok(rowan_create_all(t->db, &elsewhere, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Elsewhere, &row, &t->err), &t->err);
    row.n = 6;
    assert_ok(rowan_update(t->db, Elsewhere, &row, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT n FROM \"Other \"\"one\"\"\".elsewhere"),
                        "6");
    for (int round = 0; round < 2; round++) {
        row.n = 7 + round;
        assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
        assert_ok(rowan_merge_table(merge, &Elsewhere_model, &t->err), &t->err);
        assert_ok(rowan_merge_rows(merge, &row, 1, &t->err), &t->err);
        assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
        rowan_merge_close(merge);
    }
    assert_ok(rowan_count(t->db,
                          rowan_select(Elsewhere, .where = rowan_eq(Elsewhere, n, 8)),
                          &n, &t->err),
              &t->err);
    assert_int_equal(n, 1);
    assert_ok(rowan_drop_all(t->db, &elsewhere, &t->err), &t->err);
}

/* clang-format off */
ROWAN_MODEL(BadDefault, "b1", (rowan_int64, id, PRIMARY_KEY), (rowan_date, d, DEFAULT("x")))
ROWAN_MODEL(BadNow,     "b2", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, DEFAULT_NOW))
ROWAN_MODEL(BadCheck,   "b3", (rowan_int64, id, PRIMARY_KEY), (rowan_date, d),
            CHECK(d, GT(d, "2000-02-30")))
ROWAN_MODEL(BadNull,    "b4", (rowan_int64, id, PRIMARY_KEY, REFERENCES(Hotel, id), ON_DELETE(SET_NULL)))
ROWAN_MODEL(BadAction,  "b5", (rowan_int64, id, PRIMARY_KEY, ON_DELETE(CASCADE)))
ROWAN_MODEL(BadDecimal, "b6", (rowan_int64, id, PRIMARY_KEY), (rowan_decimal, d))
ROWAN_MODEL(BadRange,   "b7", (rowan_int64, id, PRIMARY_KEY), (rowan_int16, d, DEFAULT(40000)))
/* clang-format on */

static void test_wrong_constants_are_refused(void **state)
{
    test_db *t = *state;
    static const struct {
        const rowan_model *model;
        const char *words;
    } bad[] = {
        { &BadDefault_model, "BadDefault.d: its DEFAULT is not a date" },
        { &BadNow_model, "BadNow.n: its DEFAULT cannot be the time" },
        { &BadCheck_model,
          "BadCheck: the constant that d is checked against is not a date" },
        { &BadNull_model, "BadNull.id: SET_NULL needs a nullable column" },
        { &BadAction_model, "BadAction.id: ON_DELETE without REFERENCES" },
        { &BadDecimal_model, "BadDecimal.d: a decimal needs PRECISION" },
        { &BadRange_model, "BadRange.d: its DEFAULT is out of range for int16" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const rowan_model *const pair[] = { bad[i].model, &Hotel_model };
        const rowan_models models = { "bad", "0", pair, 2 };

        assert_status(rowan_create_all(t->db, &models, &t->err), ROWAN_EINVAL, &t->err);
        assert_contains(t->err.message, bad[i].words);
    }
}

/* clang-format off */
ROWAN_MODEL(TwoChecks, "c1", (rowan_int64, id, PRIMARY_KEY), CHECK(id, GT(id, 0)), CHECK(id, LT(id, 9)))
ROWAN_MODEL(EnumCheck, "c2", (rowan_int64, id, PRIMARY_KEY), (Mood, mood, ENUM(Mood)), CHECK(mood, GT(id, 0)))
ROWAN_MODEL(TwoIndexes, "c3", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, INDEX), INDEX(n))
ROWAN_MODEL(C4, "c4", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, award_year, INDEX))
ROWAN_MODEL(C4Award, "c4_award", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, year, INDEX))
ROWAN_MODEL(C5, "c5", (rowan_int64, id, PRIMARY_KEY))
ROWAN_MODEL(C5Staging, "c5_staging", (rowan_int64, id, PRIMARY_KEY))
/* clang-format on */

static void test_equal_names_are_refused(void **state)
{
    test_db *t = *state;
    static const struct {
        const rowan_model *models[2];
        const char *words;
    } bad[] = {
        { { &TwoChecks_model, &Hotel_model },
          "TwoChecks: two constraints or indexes would be named c1_id_check" },
        { { &EnumCheck_model, &Hotel_model },
          "EnumCheck: two constraints or indexes would be named c2_mood_check" },
        { { &TwoIndexes_model, &Hotel_model },
          "TwoIndexes: two constraints or indexes would be named c3_n_idx" },
        { { &C4_model, &C4Award_model }, "something would be named c4_award_year_idx" },
        { { &C5_model, &C5Staging_model }, "something would be named c5_staging" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const rowan_models models = { "bad", "0", bad[i].models, 2 };

        assert_status(rowan_create_all(t->db, &models, &t->err), ROWAN_EINVAL, &t->err);
        assert_contains(t->err.message, bad[i].words);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_generated_columns_are_not_written),
        cmocka_unit_test(test_foreign_key_actions),
        cmocka_unit_test(test_partial_indexes),
        cmocka_unit_test(test_indexes_of_the_same_columns),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_wrong_constants_are_refused),
        cmocka_unit_test(test_equal_names_are_refused),
    };

    return test_on_databases("constraints", tests, sizeof tests / sizeof tests[0]);
}
