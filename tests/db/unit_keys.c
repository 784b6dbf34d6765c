/* unit_keys.c - objects whose key is known late, or whose row goes and comes back: each row
 * stays one object. */
#include "database.h"

#include <rowan/merge.h>
#include <rowan/transaction.h>
#include <rowan/unit.h>

/* clang-format off */
ROWAN_MODEL(Film, "film",
    (rowan_int64, id,   PRIMARY_KEY, AUTO),
    (rowan_text,  name)
)

ROWAN_MODEL(Genre, "genre",
    (rowan_text,  code,  PRIMARY_KEY),
    (rowan_int32, films)
)

/* Its key is that of others, which may be new. */
ROWAN_MODEL(FilmGenre, "film_genre",
    (rowan_int64,     film_id, PRIMARY_KEY, REFERENCES(Film, id)),
    (rowan_text,      genre,   PRIMARY_KEY, REFERENCES(Genre, code)),
    (rowan_opt_int32, weight)
)
/* clang-format on */

static const rowan_model *const list[] = { &Film_model, &Genre_model,
                                           &FilmGenre_model };
static const rowan_models models_of_films = { "films", "0", list, 3 };

static void begin(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &models_of_films, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &models_of_films, &t->err), &t->err);
    test_exec(t, "insert into genre values ('noir', 0), ('camp', 0)");
}

static FilmGenre *link_new(test_db *t, const Film *film, const Genre *genre)
{
    FilmGenre *object = NULL;

    assert_ok(rowan_session_add(t->db, FilmGenre, &object, &t->err, .film_id = 0),
              &t->err);
    assert_ok(
        rowan_session_refer(t->db, FilmGenre, object, film_id, Film, film, &t->err),
        &t->err);
    assert_ok(
        rowan_session_refer(t->db, FilmGenre, object, genre, Genre, genre, &t->err),
        &t->err);
    return object;
}

static void expect_same(test_db *t, const FilmGenre *object)
{
    FilmGenre *found = NULL;

    assert_ok(rowan_session_get_key(t->db, FilmGenre, &found, &t->err,
                                    .film_id = object->film_id, .genre = object->genre),
              &t->err);
    assert_ptr_equal(found, object);
}

/* New rows between new ones: none has a key at first, and each is found by it at last. */
static void test_keys_of_others(void **state)
{
    test_db *t = *state;
    Film *films[2] = { NULL, NULL };
    Genre *genres[2] = { NULL, NULL };
    FilmGenre *links[4], **found = NULL;
    size_t n = 0;

    begin(t);
    assert_ok(rowan_session_get(t->db, Genre, "noir", &genres[0], &t->err), &t->err);
    assert_ok(rowan_session_add(t->db, Genre, &genres[1], &t->err,
                                .code = rowan_text_of("new")),
              &t->err);
    for (size_t i = 0; i < 2; i++)
        assert_ok(rowan_session_add(t->db, Film, &films[i], &t->err,
                                    .name = rowan_text_of("film")),
                  &t->err);
    for (size_t i = 0; i < 4; i++)
        links[i] = link_new(t, films[i / 2], genres[i % 2]);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "genre", "film_genre", "film_id, genre"),
                        "new noir new noir");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(links[i]->film_id, films[i / 2]->id);
        expect_same(t, links[i]);
    }
    assert_ok(rowan_session_fetch(t->db, FilmGenre, rowan_select(FilmGenre), &found, &n,
                                  &t->err),
              &t->err);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(found[i] == links[0] || found[i] == links[1] ||
                    found[i] == links[2] || found[i] == links[3]);
    assert_ok(rowan_session_delete(t->db, FilmGenre, links[0], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from film_genre"), "3");

    /* One that is there twice is the database's to refuse, and leaves nothing. */
    (void)link_new(t, films[1], genres[1]);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_ECONFLICT, &t->err);
    expect_same(t, links[3]);
    assert_string_equal(test_value(t, "select count(*) from film_genre"), "3");
    rowan_session_clear(t->db);
}

/* A key that is given by an assignment, before the row is written. */
static void test_a_key_that_is_given_later(void **state)
{
    test_db *t = *state;
    Genre *added = NULL, *found = NULL;

    begin(t);
    assert_ok(rowan_session_add(t->db, Genre, &added, &t->err,
                                .code = rowan_text_of("first")),
              &t->err);
    added->code = rowan_text_of("second");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Genre, "second", &found, &t->err), &t->err);
    assert_ptr_equal(found, added);
    assert_status(rowan_session_get(t->db, Genre, "first", &found, &t->err),
                  ROWAN_ENOTFOUND, &t->err);
    rowan_session_clear(t->db);
}

/* An object whose row was not found is back with the row. */
static void test_a_row_that_comes_back(void **state)
{
    test_db *t = *state;
    Genre *noir = NULL, *found = NULL;
    unsigned savepoint = 0;

    begin(t);
    assert_ok(rowan_session_get(t->db, Genre, "noir", &noir, &t->err), &t->err);
    for (int to_savepoint = 0; to_savepoint < 2; to_savepoint++) {
        assert_ok(rowan_begin(t->db, &t->err), &t->err);
        assert_ok(rowan_savepoint(t->db, &savepoint, &t->err), &t->err);
        assert_ok(rowan_delete_where(t->db, Genre, rowan_eq(Genre, code, "noir"), NULL,
                                     &t->err),
                  &t->err);
        rowan_session_expire(t->db);
        assert_status(rowan_session_get(t->db, Genre, "noir", &found, &t->err),
                      ROWAN_ENOTFOUND, &t->err);
        if (to_savepoint)
            assert_ok(rowan_rollback_to(t->db, savepoint, &t->err), &t->err);
        else
            rowan_rollback(t->db);
        noir->films++;
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
        assert_string_equal(
            test_value(t, "select films from genre where code = 'noir'"),
            to_savepoint ? "2" : "1");
        assert_ok(rowan_session_get(t->db, Genre, "noir", &found, &t->err), &t->err);
        assert_ptr_equal(found, noir);
    }
    rowan_session_clear(t->db);
}

/* A database may number a new row as one that is gone. */
static void test_a_number_that_is_given_again(void **state)
{
    test_db *t = *state;
    Film *old = NULL, *added = NULL, *found = NULL;

    begin(t);
    test_exec(t, "insert into film (id, name) values (7, 'old')");
    assert_ok(rowan_session_get(t->db, Film, 7, &old, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(
        rowan_delete_where(t->db, Film, rowan_eq(Film, id, INT64_C(7)), NULL, &t->err),
        &t->err);
    assert_ok(
        rowan_session_add(t->db, Film, &added, &t->err, .name = rowan_text_of("added")),
        &t->err);
    added->id = 7; /* as SQLite does by itself */
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Film, 7, &found, &t->err), &t->err);
    assert_ptr_equal(found, added);
    rowan_rollback(t->db);
    old->name = rowan_text_of("edited");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "film", "id"), "edited");
    assert_ok(rowan_session_get(t->db, Film, 7, &found, &t->err), &t->err);
    assert_ptr_equal(found, old);
    rowan_session_clear(t->db);
}

/* Nor is the new row taken for the old one by the same flush. */
static void test_a_number_of_a_row_that_is_gone(void **state)
{
    test_db *t = *state;
    Film *old = NULL, *added = NULL;

    begin(t);
    for (int edited = 0; edited < 2; edited++) {
        test_exec(t, "insert into film (id, name) values (7, 'old')");
        assert_ok(rowan_session_get(t->db, Film, 7, &old, &t->err), &t->err);
        test_exec(t, "delete from film");
        assert_ok(rowan_session_add(t->db, Film, &added, &t->err,
                                    .name = rowan_text_of("added")),
                  &t->err);
        added->id = 7;
        if (edited)
            old->name = rowan_text_of("edited");
        else
            assert_ok(rowan_session_delete(t->db, Film, old, &t->err), &t->err);
        assert_status(rowan_commit(t->db, &t->err), edited ? ROWAN_EBUSY : ROWAN_OK,
                      &t->err);
        assert_string_equal(test_list(t, "name", "film", "id"), edited ? "" : "added");
        test_exec(t, "delete from film");
        rowan_session_clear(t->db);
    }
}

/* What a refresh has changed is read anew, and what is pending stays so. */
static void test_rows_of_a_refresh(void **state)
{
    test_db *t = *state;
    Genre *noir = NULL, *camp = NULL;
    Genre rows[] = { { rowan_text_of("noir"), 5 }, { rowan_text_of("camp"), 6 } };
    rowan_merge *merge = NULL;

    begin(t);
    assert_ok(rowan_session_get(t->db, Genre, "noir", &noir, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Genre, "camp", &camp, &t->err), &t->err);
    camp->films = 7;
    assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
    assert_ok(rowan_merge_table(merge, &Genre_model, &t->err), &t->err);
    assert_ok(rowan_merge_rows(merge, rows, 2, &t->err), &t->err);
    assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
    rowan_merge_close(merge);
    assert_ok(rowan_session_get(t->db, Genre, "noir", &noir, &t->err), &t->err);
    assert_int_equal(noir->films, 5);
    assert_ok(rowan_session_get(t->db, Genre, "camp", &camp, &t->err), &t->err);
    assert_int_equal(camp->films, 7);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "cast(films as char(1))", "genre", "code"), "7 5");
    rowan_session_clear(t->db);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_others),
        cmocka_unit_test(test_a_key_that_is_given_later),
        cmocka_unit_test(test_a_row_that_comes_back),
        cmocka_unit_test(test_a_number_that_is_given_again),
        cmocka_unit_test(test_a_number_of_a_row_that_is_gone),
        cmocka_unit_test(test_rows_of_a_refresh),
    };

    return test_on_databases("unit_keys", tests, sizeof tests / sizeof tests[0]);
}
