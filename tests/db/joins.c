/* joins.c - joins along relations. */
#include "database.h"

/* clang-format off */
ROWAN_MODEL(Band, "band",
    (rowan_int64, id,     PRIMARY_KEY, AUTO),
    (rowan_text,  name),
    HAS_MANY(players, Player, band_id),
    HAS_ONE(office, Office, band_id),
    MANY_TO_MANY(places, Town, Tour, band_id, town_id)
)
ROWAN_MODEL(Office, "office",
    (rowan_int64, id,      PRIMARY_KEY, AUTO),
    (rowan_int64, band_id, UNIQUE, REFERENCES(Band, id)),
    (rowan_text,  address)
)
ROWAN_MODEL(Player, "player",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_text,      name),
    (rowan_opt_int64, band_id,   REFERENCES(Band, id)),
    (rowan_opt_int64, tutor_id, REFERENCES(Player, id)),
    BELONGS_TO(band, Band, band_id),
    BELONGS_TO(tutor, Player, tutor_id),
    HAS_MANY(learners, Player, tutor_id)
)
ROWAN_MODEL(Town, "town", (rowan_int64, id, PRIMARY_KEY, AUTO), (rowan_text, name))
ROWAN_MODEL(Tour, "tour",
    (rowan_int64, band_id, PRIMARY_KEY, REFERENCES(Band, id)),
    (rowan_int64, town_id, PRIMARY_KEY, REFERENCES(Town, id))
)
ROWAN_MODELS(music, "1", Band, Office, Player, Town, Tour);

ROWAN_ALIAS(Tutor, Player)
ROWAN_VIEW(PlayerRow, Player,
    name,
    (rowan_opt_text, band,  OPT_OF(Band, name)),
    (rowan_opt_text, tutor, OPT_OF(Tutor, name))
)
ROWAN_VIEW(BandTown, Band, name, (rowan_text, town, OF(Town, name)))
ROWAN_VIEW(BandTowns, Band, name, (rowan_int64, n_towns, COUNT(Town, id)))
ROWAN_VIEW(OfficeOf, Player, name, (rowan_text, address, OF(Office, address)))
/* clang-format on */

static void set_up(test_db *t)
{
    Band bands[2] = { { .name = rowan_text_of("Ants") },
                      { .name = rowan_text_of("Bees") } };
    Town towns[2] = { { .name = rowan_text_of("Oslo") },
                      { .name = rowan_text_of("Rome") } };
    Player players[3] = { { .name = rowan_text_of("Al") },
                          { .name = rowan_text_of("Bo") },
                          { .name = rowan_text_of("Cy") } };
    Office office = { .address = rowan_text_of("1 Road") };
    Tour tours[3];

    assert_ok(rowan_drop_all(t->db, &music, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &music, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Band, bands, 2, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Town, towns, 2, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Player, &players[0], &t->err), &t->err);
    players[1].band_id = ROWAN_SOME(rowan_opt_int64, bands[0].id);
    players[1].tutor_id = ROWAN_SOME(rowan_opt_int64, players[0].id);
    players[2].band_id = ROWAN_SOME(rowan_opt_int64, bands[0].id);
    players[2].tutor_id = ROWAN_SOME(rowan_opt_int64, players[0].id);
    assert_ok(rowan_insert_many(t->db, Player, players + 1, 2, &t->err), &t->err);
    office.band_id = bands[0].id;
    assert_ok(rowan_insert(t->db, Office, &office, &t->err), &t->err);
    tours[0] = (Tour){ bands[0].id, towns[0].id };
    tours[1] = (Tour){ bands[0].id, towns[1].id };
    tours[2] = (Tour){ bands[1].id, towns[1].id };
    assert_ok(rowan_insert_many(t->db, Tour, tours, 3, &t->err), &t->err);
}

static void tear_down(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &music, &t->err), &t->err);
}

static rowan_result *fetch(test_db *t, const rowan_query *query, size_t n_rows)
{
    rowan_result *result = NULL;
    uint64_t n = 0;

    assert_ok(rowan_fetch(t->db, query, &result, &t->err), &t->err);
    assert_int_equal(rowan_result_count(result), n_rows);
    assert_ok(rowan_count(t->db, query, &n, &t->err), &t->err);
    assert_int_equal(n, n_rows);
    return result;
}

static void test_to_one(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const PlayerRow *rows;

    set_up(t);
    result = fetch(
        t,
        rowan_select(PlayerRow,
                     .join = { rowan_left_join(Player, band),
                               rowan_left_join(Player, tutor, .model = &Tutor_model) },
                     .order_by = { rowan_asc(Player, name) }),
        3);
    rows = rowan_rows(result, PlayerRow);
    assert_null(rows[0].band.ptr);
    assert_null(rows[0].tutor.ptr);
    assert_string_equal(rows[2].band.ptr, "Ants");
    assert_string_equal(rows[2].tutor.ptr, "Al");
    rowan_result_free(result);
    result = fetch(t,
                   rowan_select(Player, .join = { rowan_join(Player, band) },
                                .where = rowan_eq(Band, name, "Ants")),
                   2);
    rowan_result_free(result);
    tear_down(t);
}

static void test_to_many(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    set_up(t);
    result = fetch(t, rowan_select(Band, .join = { rowan_join(Band, players) }), 2);
    rowan_result_free(result);
    result =
        fetch(t, rowan_select(Band, .join = { rowan_left_join(Band, players) }), 3);
    rowan_result_free(result);
    result = fetch(
        t, rowan_select(Band, .join = { rowan_join(Band, players) }, .distinct = true),
        1);
    rowan_result_free(result);
    tear_down(t);
}

static void test_many_to_many(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const BandTown *rows;

    set_up(t);
    result = fetch(
        t,
        rowan_select(BandTown, .join = { rowan_join(Band, places) },
                     .order_by = { rowan_asc(Band, name), rowan_desc(Town, name) }),
        3);
    rows = rowan_rows(result, BandTown);
    assert_string_equal(rows[0].town.ptr, "Rome");
    assert_string_equal(rows[1].town.ptr, "Oslo");
    assert_string_equal(rows[2].name.ptr, "Bees");
    rowan_result_free(result);
    result = fetch(t,
                   rowan_select(BandTowns, .join = { rowan_left_join(Band, places) },
                                .having = rowan_gt(BandTowns, n_towns, 1)),
                   1);
    assert_int_equal(rowan_rows(result, BandTowns)->n_towns, 2);
    rowan_result_free(result);
    tear_down(t);
}

/* A relation of what was joined before. */
static void test_further_on(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    set_up(t);
    result = fetch(t,
                   rowan_select(OfficeOf, .join = { rowan_join(Player, band),
                                                    rowan_join(Band, office) }),
                   2);
    assert_string_equal(rowan_rows(result, OfficeOf)->address.ptr, "1 Road");
    rowan_result_free(result);
    result = NULL;
    assert_status(
        rowan_fetch(t->db,
                    rowan_select(OfficeOf, .join = { rowan_join(Band, office),
                                                     rowan_join(Player, band) }),
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "Band is not read before its relation is joined");
    assert_status(
        rowan_fetch(t->db,
                    rowan_select(Player, .join = { rowan_join(Player, band,
                                                              .model = &Town_model) }),
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "the relation leads to Band, not to Town");
    tear_down(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_one),
        cmocka_unit_test(test_to_many),
        cmocka_unit_test(test_many_to_many),
        cmocka_unit_test(test_further_on),
    };

    return test_on_databases("joins", tests, sizeof tests / sizeof tests[0]);
}
