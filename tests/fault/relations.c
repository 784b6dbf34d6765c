/* relations.c - related rows, with each call failing in turn. */
#include "fault.h"

#include <rowan/unit.h>

/* clang-format off */
ROWAN_MODEL(Singer, "fault singer",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_opt_text,  town,    NAME("from")),
    HAS_MANY(songs, Song, by)
)
ROWAN_MODEL(Song, "fault song",
    (rowan_int64,     id,      PRIMARY_KEY, AUTO),
    (rowan_opt_int64, by,      REFERENCES(Singer, id)),
    (rowan_text,      title),
    BELONGS_TO(singer, Singer, by)
)
ROWAN_MODEL(Fan, "fault fan",
    (rowan_text,      name,    PRIMARY_KEY),
    (rowan_int64,     of,      REFERENCES(Singer, id)),
    HAS_MANY(letters, Letter, by),
    MANY_TO_MANY(told, Singer, Letter, by, about)
)
ROWAN_MODEL(Letter, "fault letter",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_text,      by,      REFERENCES(Fan, name)),
    (rowan_int64,     about,   REFERENCES(Singer, id))
)
/* clang-format on */
ROWAN_MODELS(fault_songs, "1", Singer, Song, Fan, Letter);

#define N_SINGERS 3
#define N_OTHERS  300 /* more keys than one list has */

static rowan_status seed(test_db *t, rowan_error *err)
{
    Singer singers[N_SINGERS] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
    Song songs[] = {
        { .by = ROWAN_SOME(rowan_opt_int64, 1), .title = rowan_text_of("a") },
        { .by = ROWAN_SOME(rowan_opt_int64, 3), .title = rowan_text_of("b") },
        { .by = ROWAN_SOME(rowan_opt_int64, 1), .title = rowan_text_of("c") },
        { .title = rowan_text_of("nobody's") },
    };
    Fan *fans = test_alloc(N_OTHERS * sizeof *fans);
    rowan_status st = rowan_insert_many(t->db, Singer, singers, N_SINGERS, err);

    if (st == ROWAN_OK)
        st = rowan_insert_many(t->db, Song, songs, 4, err);
    for (int i = 0; i < N_OTHERS; i++)
        fans[i] = (Fan){ .name = rowan_text_of(test_printf("fan %d", i)), .of = 2 };
    return st == ROWAN_OK ? rowan_insert_many(t->db, Fan, fans, N_OTHERS, err) : st;
}

/* Back and forth; all songs know their singer again. */
static rowan_status check_singer(Singer *singer, size_t n_songs, rowan_error *err)
{
    Song **songs = NULL;
    Singer *again = NULL;
    size_t n = 0;
    rowan_status st = rowan_related_many(Singer, singer, songs, &songs, &n, err);

    if (st == ROWAN_OK)
        fault_expect(n == n_songs);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++) {
        st = rowan_related_one(Song, songs[i], singer, &again, err);
        if (st == ROWAN_OK)
            fault_expect(again != NULL && again->id == singer->id);
    }
    return st;
}

static rowan_status fetch(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(
        t->db,
        rowan_select(Singer, .order_by = { rowan_asc(Singer, id) },
                     .with = { rowan_with(Singer, songs, .where = rowan_gt(Song, id, 0),
                                          .order_by = { rowan_asc(Song, title) },
                                          .with = { rowan_with(Song, singer) }) }),
        &result, err);

    for (size_t i = 0; i < N_SINGERS && st == ROWAN_OK; i++)
        st = check_singer(&rowan_rows(result, Singer)[i],
                          i == 0   ? 2
                          : i == 1 ? 0
                                   : 1,
                          err);
    fault_expect(!rowan_in_transaction(t->db));
    rowan_result_free(result);
    return st;
}

/* By a join, with an alias, and a relation that is not joined below it. */
static rowan_status joined(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(
        t->db,
        rowan_select(Singer, .order_by = { rowan_asc(Singer, id) },
                     .with = { rowan_with_join(
                         Singer, songs, .order_by = { rowan_asc(Song, title) },
                         .with = { rowan_with_join(
                             Song, singer, .where = rowan_gt(Singer, id, 0),
                             .with = { rowan_with(Singer, songs) }) }) }),
        &result, err);

    for (size_t i = 0; i < N_SINGERS && st == ROWAN_OK; i++)
        st = check_singer(&rowan_rows(result, Singer)[i],
                          i == 0   ? 2
                          : i == 1 ? 0
                                   : 1,
                          err);
    fault_expect(!rowan_in_transaction(t->db));
    rowan_result_free(result);
    return st;
}

/* In a transaction of the caller's. */
static rowan_status in_transaction(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_begin_read(t->db, err);

    if (st == ROWAN_OK)
        st = rowan_fetch(t->db,
                         rowan_select(Singer, .with = { rowan_with(Singer, songs) }),
                         &result, err);
    if (st == ROWAN_OK)
        fault_expect(rowan_result_count(result) == N_SINGERS);
    rowan_result_free(result);
    rowan_rollback(t->db);
    return st;
}

/* As objects of the session: one row is one of them. */
static rowan_status objects(test_db *t, rowan_error *err)
{
    Singer **singers = NULL, *first = NULL;
    Song **songs = NULL;
    size_t n = 0, n_songs = 0;
    rowan_status st = rowan_session_get(t->db, Singer, 1, &first, err);

    if (st == ROWAN_OK)
        st = rowan_session_fetch(
            t->db, Singer,
            rowan_select(Singer, .order_by = { rowan_asc(Singer, id) },
                         .with = { rowan_with(Singer, songs,
                                              .with = { rowan_with(Song, singer) }) }),
            &singers, &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == N_SINGERS && singers[0] == first);
    if (st == ROWAN_OK)
        st = rowan_related_many(Singer, first, songs, &songs, &n_songs, err);
    if (st == ROWAN_OK)
        fault_expect(n_songs == 2);
    for (size_t i = 0; i < n_songs && st == ROWAN_OK; i++) {
        Singer *again = NULL;

        st = rowan_related_one(Song, songs[i], singer, &again, err);
        if (st == ROWAN_OK)
            fault_expect(again == first);
    }
    rowan_session_clear(t->db);
    return st;
}

/* Several lists, or one long text. */
static rowan_status many_keys(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(
        t->db,
        rowan_select(Fan, .with = { rowan_with(Fan, letters), rowan_with(Fan, told) }),
        &result, err);

    for (size_t i = 0; i < N_OTHERS && st == ROWAN_OK; i++) {
        Letter **letters = NULL;
        Singer **told = NULL;
        size_t n = 7, n_told = 7;

        st = rowan_related_many(Fan, &rowan_rows(result, Fan)[i], letters, &letters, &n,
                                err);
        if (st == ROWAN_OK)
            st = rowan_related_many(Fan, &rowan_rows(result, Fan)[i], told, &told,
                                    &n_told, err);
        if (st == ROWAN_OK)
            fault_expect(n == 0 && n_told == 0);
    }
    rowan_result_free(result);
    return st;
}

static rowan_status reflect(test_db *t, rowan_error *err)
{
    const rowan_relation *songs = rowan_model_relation(&Singer_model, "songs", 5);
    Singer made = { .id = 7 };
    void **related = NULL;
    size_t n = 0;

    (void)t;
    fault_expect(songs == rowan_relation_at(&Singer_model, songs->offset));
    fault_expect(!rowan_relation_get(songs, &made, &related, &n));
    fault_expect(rowan_model_member(&Singer_model, "town") == &Singer_columns[1]);
    return rowan_models_check(&fault_songs, err);
}

static const fault_scenario scenarios[] = {
    { "fetch", fetch, .reads = true },
    { "joined", joined, .reads = true },
    { "many_keys", many_keys, .reads = true },
    { "in_transaction", in_transaction, .reads = true },
    { "objects", objects, .reads = true },
    { "reflect", reflect, .reads = true },
};

int main(void)
{
    return fault_on_databases(&(fault_suite){ "relations", scenarios,
                                              sizeof scenarios / sizeof scenarios[0],
                                              &fault_songs, seed });
}
