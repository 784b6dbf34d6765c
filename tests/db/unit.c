/* unit.c - the objects of a session: one a row, written back by what changed. */
#include "unit_test.h"

#include <rowan/decimal.h>
#include <rowan/merge.h>
#include <rowan/view.h>

/* Getting. */

static void test_one_row_is_one_object(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *again = NULL, **list = NULL;
    size_t n = 0;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_string_equal(ada->name.ptr, "Ada");
    test_watch_queries();
    assert_ok(rowan_session_get(t->db, Author, 1, &again, &t->err), &t->err);
    assert_ptr_equal(ada, again);
    assert_int_equal(test_n_queries(), 0);
    ada->country = rowan_opt_text_of("UK");
    assert_ok(
        rowan_session_fetch(t->db, Author,
                            rowan_select(Author, .order_by = { rowan_asc(Author, id) }),
                            &list, &n, &t->err),
        &t->err);
    assert_int_equal(n, 3);
    assert_ptr_equal(list[0], ada);
    assert_string_equal(ada->country.ptr, "UK");
    assert_int_equal(test_n_queries(), 1);
    assert_ok(rowan_session_get(t->db, Author, 3, &again, &t->err), &t->err);
    assert_ptr_equal(list[2], again);
    assert_int_equal(test_n_queries(), 1);
}

ROWAN_ALIAS(Other, Author)
ROWAN_VIEW(AuthorName, Author, name)

/* By another name it is the same row; a view's rows are of no table. */
static void test_aliases_and_views(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, **list = NULL;
    AuthorName **names = NULL;
    size_t n = 0;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(rowan_session_fetch(t->db, Author,
                                  rowan_select(Other, .where = rowan_eq(Other, id, 1)),
                                  &list, &n, &t->err),
              &t->err);
    assert_int_equal(n, 1);
    assert_ptr_equal(list[0], ada);
    ada->name = rowan_text_of("new");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select name from author where id = 1"), "new");
    assert_status(rowan_session_fetch(t->db, AuthorName, rowan_select(AuthorName),
                                      &names, &n, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "AuthorName has no key");
    assert_status(
        rowan_session_fetch(t->db, Author, rowan_select(Node), &list, &n, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "the query reads Node, not Author");
}

static void test_no_such_row(void **state)
{
    test_db *t = *state;
    Author *author = NULL;

    unit_begin(t);
    assert_status(rowan_session_get(t->db, Author, 99, &author, &t->err),
                  ROWAN_ENOTFOUND, &t->err);
    assert_null(author);
    assert_status(rowan_session_get(t->db, Author, "1", &author, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
}

static void test_keys_of_several_columns(void **state)
{
    test_db *t = *state;
    Place place = { rowan_text_of("x"), rowan_text_of("X"), { NULL, 0 } };
    Visit visit = { rowan_text_of("x"), 2020, 3 };
    Visit *got = NULL, *again = NULL;
    uint64_t n = 0;

    unit_begin(t);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Visit, &visit, &t->err), &t->err);
    assert_ok(rowan_session_get_key(t->db, Visit, &got, &t->err,
                                    .place = rowan_text_of("x"), .year = 2020),
              &t->err);
    assert_int_equal(got->nights, 3);
    assert_ok(rowan_session_get_key(t->db, Visit, &again, &t->err,
                                    .place = rowan_text_of("x"), .year = 2020),
              &t->err);
    assert_ptr_equal(got, again);
    got->nights = 4;
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_ok(rowan_count(t->db,
                          rowan_select(Visit, .where = rowan_eq(Visit, nights, 4)), &n,
                          &t->err),
              &t->err);
    assert_int_equal(n, 1);
    assert_status(rowan_session_get(t->db, Visit, "x", &got, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_ok(rowan_session_delete(t->db, Visit, got, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_status(rowan_session_get_key(t->db, Visit, &got, &t->err,
                                        .place = rowan_text_of("x"), .year = 2021),
                  ROWAN_ENOTFOUND, &t->err);
}

/* A row that is read to be locked is as it is now. */
static void test_locked_rows_are_read_again(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *grace = NULL, **list = NULL;
    uint64_t n_changed = 0;
    size_t n = 0;

    unit_begin(t);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_ok(rowan_update_where(t->db, Author, NULL, &n_changed, &t->err,
                                 rowan_set(Author, score, 2)),
              &t->err);
    grace->name = rowan_text_of("edited");
    assert_ok(
        rowan_session_fetch(t->db, Author, rowan_select(Author), &list, &n, &t->err),
        &t->err);
    assert_true(ada->score == 0);
    assert_ok(rowan_session_fetch(t->db, Author,
                                  rowan_select(Author, .lock = ROWAN_FOR_UPDATE), &list,
                                  &n, &t->err),
              &t->err);
    assert_int_equal(n, 3);
    assert_true(ada->score == 2);
    assert_true(grace->score == 0); /* with edits of its own */
    rowan_rollback(t->db);
    assert_true(ada->score == 0); /* as before */
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_true(ada->score == 0);
}

/* Writing. */

static void test_only_what_changed_is_written(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *alan = NULL, *grace = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 2, &alan, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_false(rowan_session_pending(t->db));
    ada->country = rowan_opt_text_of("UK");
    alan->name = rowan_text_of("Alan"); /* what it was, elsewhere in memory */
    test_watch_queries();
    assert_true(rowan_session_pending(t->db));
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "coalesce(country, '-')", "author", "id"),
                        "UK - US");
    assert_int_equal(test_n_queries(), 3); /* BEGIN, UPDATE, COMMIT */
    assert_contains(test_queries(), "country");
    assert_lacks(test_queries(), "name");
    assert_lacks(test_queries(), "born");
    assert_ok(rowan_commit(t->db, &t->err), &t->err); /* nothing to do */
    assert_int_equal(test_n_queries(), 3);
    (void)grace;
}

/* The buffer that a text came from is used for another before the flush is over, and the
 * object still says what it said. */
static void test_texts_are_owned_after_a_flush(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;
    rowan_text text = { NULL, 0 };
    char buffer[8] = "one";

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of(buffer);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    strcpy(buffer, "two");
    assert_string_equal(ada->name.ptr, "one");
    ada->name = rowan_text_of(buffer);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select name from author where id = 1"), "two");
    assert_ok(rowan_session_text(t->db, buffer, 3, &text, &t->err), &t->err);
    strcpy(buffer, "no");
    ada->name = text;
    assert_string_equal(ada->name.ptr, "two");
}

static void test_objects_are_added(void **state)
{
    test_db *t = *state;
    Author *new = NULL, *same = NULL;
    char buffer[8] = "Edsger";

    unit_begin(t);
    assert_ok(
        rowan_session_add(t->db, Author, &new, &t->err, .name = rowan_text_of(buffer)),
        &t->err);
    strcpy(buffer, "nobody");
    assert_string_equal(new->name.ptr, "Edsger");
    assert_int_equal(new->id, 0);
    assert_string_equal(test_value(t, "select count(*) from author"), "3");
    assert_ok(rowan_session_add(t->db, Author, NULL, &t->err, .id = 50,
                                .name = rowan_text_of("Barbara")),
              &t->err);
    assert_status(rowan_session_add(t->db, Author, NULL, &t->err, .id = 50),
                  ROWAN_ECONFLICT, &t->err);
    assert_contains(t->err.message, "50");
    new->country = rowan_opt_text_of("NL"); /* before it is there */
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_int_not_equal(new->id, 0);
    assert_string_equal(
        test_value(t, test_printf("select country from author where id = %lld",
                                  (long long)new->id)),
        "NL");
    assert_ok(rowan_session_get(t->db, Author, new->id, &same, &t->err), &t->err);
    assert_ptr_equal(new, same);
    new->country = rowan_opt_text_of(NULL);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(
        test_value(t, "select count(*) from author where country is null"), "4");
}

static void test_objects_are_deleted(void **state)
{
    test_db *t = *state;
    Author *grace = NULL, *again = NULL, *new = NULL, **list = NULL, stranger = { 0 };
    size_t n = 9;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Author, grace, &t->err), &t->err);
    assert_status(rowan_session_get(t->db, Author, 3, &again, &t->err), ROWAN_ENOTFOUND,
                  &t->err);
    assert_ok(
        rowan_session_fetch(t->db, Author, rowan_select(Author), &list, &n, &t->err),
        &t->err);
    assert_int_equal(n, 2);
    assert_status(rowan_session_add(t->db, Author, NULL, &t->err, .id = 3),
                  ROWAN_ECONFLICT, &t->err); /* in the same flush */
    assert_ok(
        rowan_session_add(t->db, Author, &new, &t->err, .name = rowan_text_of("x")),
        &t->err);
    assert_ok(rowan_session_delete(t->db, Author, new, &t->err), &t->err);
    assert_status(rowan_session_delete(t->db, Author, new, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_status(rowan_session_delete(t->db, Author, &stranger, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_contains(t->err.message, "no object of the session");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "Ada Alan");
    assert_string_equal(grace->name.ptr, "Grace"); /* until the clear */
    assert_ok(rowan_session_add(t->db, Author, &new, &t->err, .id = 3,
                                .name = rowan_text_of("New")),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "Ada Alan New");
}

/* A new child of a new parent, whose key is the database's to give. */
static void test_children_of_new_parents(void **state)
{
    test_db *t = *state;
    Author *author = NULL, *ada = NULL;
    Book *book = NULL, *moved = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Book, 1, &moved, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(
        rowan_session_add(t->db, Book, &book, &t->err, .title = rowan_text_of("New")),
        &t->err);
    assert_ok(rowan_session_add(t->db, Author, &author, &t->err,
                                .name = rowan_text_of("Who")),
              &t->err);
    assert_ok(
        rowan_session_refer(t->db, Book, book, author_id, Author, author, &t->err),
        &t->err);
    assert_ok(
        rowan_session_refer(t->db, Book, moved, author_id, Author, author, &t->err),
        &t->err);
    assert_int_equal(book->author_id, 0);
    assert_true(rowan_session_pending(t->db));
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_int_not_equal(author->id, 0);
    assert_int_equal(book->author_id, author->id);
    assert_int_equal(moved->author_id, author->id);
    assert_string_equal(
        test_value(t, test_printf("select count(*) from book where author_id = %lld",
                                  (long long)author->id)),
        "2");
    /* A key that is known is there at once. */
    assert_ok(rowan_session_refer(t->db, Book, book, author_id, Author, ada, &t->err),
              &t->err);
    assert_int_equal(book->author_id, 1);
    /* What the macro does not let through. */
    assert_status(rowan_session_refer_row(t->db, &Book_model, book, &Book_columns[0],
                                          &Author_model, ada, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "Book.id does not reference Author");
}

static void test_a_parent_that_is_dropped(void **state)
{
    test_db *t = *state;
    Author *author = NULL;
    Book *book = NULL;

    unit_begin(t);
    assert_ok(rowan_session_add(t->db, Author, &author, &t->err,
                                .name = rowan_text_of("Who")),
              &t->err);
    assert_ok(
        rowan_session_add(t->db, Book, &book, &t->err, .title = rowan_text_of("New")),
        &t->err);
    assert_ok(
        rowan_session_refer(t->db, Book, book, author_id, Author, author, &t->err),
        &t->err);
    assert_ok(rowan_session_delete(t->db, Author, author, &t->err), &t->err);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "no longer there");
    assert_false(rowan_in_transaction(t->db));
    assert_ok(rowan_commit(t->db, &t->err), &t->err); /* nothing is left of it */
    assert_string_equal(test_value(t, "select count(*) from book"), "2");
}

/* Tables in the order of their references, rows of one table in theirs, whatever the order
 * in which they came. */
static void test_the_order_of_writing(void **state)
{
    test_db *t = *state;
    Node *root = NULL, *leaf = NULL, *mid = NULL, *other = NULL;
    Author *author = NULL;
    Book **books = NULL;
    size_t n = 0;

    unit_begin(t);
    assert_ok(
        rowan_session_add(t->db, Node, &leaf, &t->err, .name = rowan_text_of("leaf")),
        &t->err);
    assert_ok(
        rowan_session_add(t->db, Node, &mid, &t->err, .name = rowan_text_of("mid")),
        &t->err);
    assert_ok(
        rowan_session_add(t->db, Node, &other, &t->err, .name = rowan_text_of("other")),
        &t->err);
    assert_ok(
        rowan_session_add(t->db, Node, &root, &t->err, .name = rowan_text_of("root")),
        &t->err);
    assert_ok(rowan_session_refer(t->db, Node, leaf, inside, Node, mid, &t->err),
              &t->err);
    assert_ok(rowan_session_refer(t->db, Node, mid, inside, Node, root, &t->err),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_true(leaf->inside.has && leaf->inside.value == mid->id);
    assert_string_equal(test_value(t, "select count(*) from node where inside is null"),
                        "2");
    assert_ok(rowan_session_delete(t->db, Node, root, &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Node, leaf, &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Node, mid, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "node", "id"), "other");

    assert_ok(rowan_session_get(t->db, Author, 1, &author, &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Author, author, &t->err), &t->err);
    assert_ok(
        rowan_session_fetch(t->db, Book,
                            rowan_select(Book, .where = rowan_eq(Book, author_id, 1)),
                            &books, &n, &t->err),
        &t->err);
    for (size_t i = 0; i < n; i++)
        assert_ok(rowan_session_delete(t->db, Book, books[i], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from author"), "2");
}

/* The same with keys that are text and given, and with a unique column that is no key. */
static void test_the_order_of_given_keys(void **state)
{
    test_db *t = *state;
    Place *places[40];

    unit_begin(t);
    for (int i = 39; i >= 0; i--) {
        char code[8], inside[8];
        Place place = { .inside = { NULL, 0 } };

        (void)snprintf(code, sizeof code, "p%d", i);
        (void)snprintf(inside, sizeof inside, "p%d", i - 1 - i % 3);
        place.code = place.name = rowan_text_of(code);
        if (i - 1 - i % 3 >= 0)
            place.inside = rowan_opt_text_of(inside);
        assert_ok(rowan_session_add_copy(t->db, Place, &place, &places[i], &t->err),
                  &t->err);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from place"), "40");
    for (int i = 0; i < 40; i++)
        assert_ok(rowan_session_delete(t->db, Place, places[i], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from place"), "0");
}

/* The same by two columns: a line backwards, with a branch. */
static void test_the_order_of_composite_keys(void **state)
{
    enum {
        N = 12
    };
    test_db *t = *state;
    Stop *stops[2 * N];
    size_t n = 0;

    unit_begin(t);
    for (int i = N; i > 0; i--) {
        for (int line = 0; line < 2; line++) {
            Stop stop = { .line = rowan_text_of(line == 0 ? "main" : "branch"),
                          .number = i };

            if (i > 1 || line == 1) { /* the branch begins at main 1 */
                stop.after_line =
                    rowan_opt_text_of(i > 1 && line == 1 ? "branch" : "main");
                stop.after_number = ROWAN_SOME(rowan_opt_int32, i > 1 ? i - 1 : 1);
            }
            assert_ok(rowan_session_add_copy(t->db, Stop, &stop, &stops[n++], &t->err),
                      &t->err);
        }
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from stop"), "24");
    while (n > 0)
        assert_ok(rowan_session_delete(t->db, Stop, stops[--n], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select count(*) from stop"), "0");
}

/* Rows that refer to each other in a ring, or to themselves. */
static void test_rings(void **state)
{
    test_db *t = *state;
    Node *self = NULL, *a = NULL, *b = NULL;

    unit_begin(t);
    assert_ok(rowan_session_add(t->db, Node, &self, &t->err, .id = 1,
                                .name = rowan_text_of("self"),
                                .inside = ROWAN_SOME(rowan_opt_int64, 1)),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_ok(rowan_session_add(t->db, Node, &a, &t->err, .id = 2,
                                .name = rowan_text_of("a"),
                                .inside = ROWAN_SOME(rowan_opt_int64, 3)),
              &t->err);
    assert_ok(rowan_session_add(t->db, Node, &b, &t->err, .id = 3,
                                .name = rowan_text_of("b"),
                                .inside = ROWAN_SOME(rowan_opt_int64, 2)),
              &t->err);
    if (rowan_commit(t->db, &t->err) != ROWAN_OK) { /* a statement of both may do it */
        assert_int_equal(t->err.code, ROWAN_ECONSTRAINT);
        assert_string_equal(test_value(t, "select count(*) from node"), "1");
    }
    assert_ok(rowan_session_add(t->db, Node, &a, &t->err, .name = rowan_text_of("a")),
              &t->err);
    assert_ok(rowan_session_add(t->db, Node, &b, &t->err, .name = rowan_text_of("b")),
              &t->err);
    assert_ok(rowan_session_refer(t->db, Node, a, inside, Node, b, &t->err), &t->err);
    assert_ok(rowan_session_refer(t->db, Node, b, inside, Node, a, &t->err), &t->err);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "inside refers to");
    if (test_is_mariadb(t)) { /* InnoDB deletes no row that refers to itself */
        self->inside = ROWAN_NONE(rowan_opt_int64);
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
    }
    assert_ok(rowan_session_delete(t->db, Node, self, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
}

/* Keys that a list or an array of them might trip over. */
static void test_keys_of_any_text(void **state)
{
    static const char *const codes[] = { "a\"b", "c\\d", "{e,f}", "NULL", "",
                                         "'",    "\\\"", "g h",   " ",    "ü🙂",
                                         "\n",   "$1",   "?",     "\\" };
    enum {
        N = sizeof codes / sizeof codes[0]
    };
    test_db *t = *state;
    Place *places[N], *kept = NULL;

    for (size_t i = 0; i < N; i++)
        assert_ok(rowan_session_add(t->db, Place, &places[i], &t->err,
                                    .code = rowan_text_of(codes[i]),
                                    .name = rowan_text_of(codes[i])),
                  &t->err);
    assert_ok(rowan_session_add(t->db, Place, &kept, &t->err,
                                .code = rowan_text_of("e"),
                                .name = rowan_text_of("kept")),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    for (size_t i = 0; i < N; i++)
        assert_ok(rowan_session_delete(t->db, Place, places[i], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "place", "code"), "kept");
}

/* Some hundreds of each, so that every path of many rows is gone. */
static void test_many_objects(void **state)
{
    enum {
        MANY = 700
    };
    test_db *t = *state;
    Author **list = NULL;
    size_t n = 0;

    unit_begin(t);
    for (int i = 0; i < MANY; i++) {
        Author author = { .id = i % 7 == 0 ? 10000 + i : 0,
                          .name = rowan_text_of("many") };

        assert_ok(rowan_session_add_copy(t->db, Author, &author, NULL, &t->err),
                  &t->err);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_ok(rowan_session_fetch(
                  t->db, Author,
                  rowan_select(Author, .where = rowan_eq(Author, name, "many")), &list,
                  &n, &t->err),
              &t->err);
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < n; i++) {
        list[i]->score = (double)i / 7;
        if (i % 2)
            list[i]->country = rowan_opt_text_of("odd");
        if (i % 3 == 0)
            list[i]->name = rowan_text_of("third");
    }
    test_watch_queries();
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_in_range(test_n_queries(), 6, 10); /* four sets of columns */
    assert_string_equal(
        test_value(t, "select count(*) from author where country = 'odd'"), "350");
    assert_string_equal(
        test_value(t, "select count(*) from author where name = 'third'"), "234");
    rowan_session_clear(t->db);
    assert_ok(rowan_session_fetch(
                  t->db, Author, rowan_select(Author, .where = rowan_gt(Author, id, 3)),
                  &list, &n, &t->err),
              &t->err);
    for (size_t i = 0; i < n; i++)
        assert_ok(rowan_session_delete(t->db, Author, list[i], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "Ada Alan Grace");
}

/* What may not be edited. */
static void test_keys_stay(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->id = 7;
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "author 1: the key");
    assert_int_equal(ada->id, 1); /* rolled back */
    ada->version = 100;
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_contains(t->err.message, "version is counted by the session");
}

static void test_every_type(void **state)
{
    test_db *t = *state;
    More *more = NULL;
    Sample *sample = NULL;
    More plain = test_more();
    Sample plain_sample = test_sample();

    unit_begin(t);
    assert_ok(rowan_session_add_copy(t->db, More, &plain, &more, &t->err), &t->err);
    assert_ok(rowan_session_add_copy(t->db, Sample, &plain_sample, &sample, &t->err),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    test_watch_queries();
    assert_ok(rowan_session_refresh(t->db, More, more, &t->err), &t->err);
    assert_ok(rowan_session_refresh(t->db, Sample, sample, &t->err), &t->err);
    assert_false(rowan_session_pending(t->db));
    more->opt_price = ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of(15, 1));
    more->opt_mood = ROWAN_SOME(opt_Mood, MOOD_BAD);
    more->opt_uuid = ROWAN_SOME(rowan_opt_uuid, more->uuid);
    more->blob = rowan_bytes_of("\0\0", 2);
    more->clock.us--;
    sample->opt_flag = ROWAN_SOME(rowan_opt_bool, false);
    sample->real = -0.1;
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    rowan_session_clear(t->db);
    assert_ok(rowan_session_get(t->db, More, 1, &more, &t->err), &t->err);
    assert_true(more->opt_mood.has && more->opt_mood.value == MOOD_BAD);
    assert_int_equal(more->blob.len, 2);
    assert_int_equal(more->opt_price.value.scale, 2);
    more->opt_price = ROWAN_SOME(rowan_opt_decimal, rowan_decimal_of(15, 1)); /* 1.50 */
    assert_false(rowan_session_pending(t->db));
    assert_ok(rowan_session_get(t->db, Sample, 1, &sample, &t->err), &t->err);
    assert_true(sample->opt_flag.has && !sample->opt_flag.value &&
                sample->real == -0.1);
}

/* A session that only reads. */
static void test_reading_sessions(void **state)
{
    test_db *t = *state;
    rowan_session *db = NULL;
    Author *ada = NULL;

    unit_begin(t);
    assert_ok(rowan_session_open_read(t->engine, &db, &t->err), &t->err);
    assert_ok(rowan_session_get(db, Author, 1, &ada, &t->err), &t->err);
    assert_status(rowan_session_add_copy(db, Author, ada, NULL, &t->err),
                  ROWAN_EUNSUPPORTED, &t->err);
    assert_status(rowan_session_delete(db, Author, ada, &t->err), ROWAN_EUNSUPPORTED,
                  &t->err);
    ada->name = rowan_text_of("no");
    assert_status(rowan_commit(db, &t->err), ROWAN_EUNSUPPORTED, &t->err);
    assert_string_equal(ada->name.ptr, "no");
    rowan_session_close(db);
}

/* Relations lead to objects, and one row is one object. */
static void test_relations_of_objects(void **state)
{
    test_db *t = *state;
    Author **authors = NULL, *ada = NULL, *author = NULL;
    Book **books = NULL, *notes = NULL;
    size_t n = 0, n_books = 0;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_status(rowan_related_many(Author, ada, books, &books, &n, &t->err),
                  ROWAN_EINVAL, &t->err);
    ada->country = rowan_opt_text_of("edited");
    test_watch_queries();
    assert_ok(
        rowan_session_fetch(
            t->db, Author,
            rowan_select(Author, .order_by = { rowan_asc(Author, id) },
                         .with = { rowan_with(Author, books,
                                              .with = { rowan_with(Book, author) }) }),
            &authors, &n, &t->err),
        &t->err);
    assert_int_equal(test_n_queries(), 5); /* three, in a transaction */
    assert_int_equal(n, 3);
    assert_ptr_equal(authors[0], ada);
    assert_ok(rowan_related_many(Author, ada, books, &books, &n_books, &t->err),
              &t->err);
    assert_int_equal(n_books, 1);
    assert_ok(rowan_session_get(t->db, Book, 1, &notes, &t->err), &t->err);
    assert_ptr_equal(books[0], notes);
    assert_ok(rowan_related_one(Book, notes, author, &author, &t->err), &t->err);
    assert_ptr_equal(author, ada);
    assert_ok(rowan_related_many(Author, authors[2], books, &books, &n_books, &t->err),
              &t->err);
    assert_int_equal(n_books, 0);
    notes->title = rowan_text_of("edited");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "title", "book", "id"),
                        "edited Computable numbers");
    assert_string_equal(test_value(t, "select country from author where id = 1"),
                        "edited");
    assert_ok(rowan_session_delete(t->db, Book, notes, &t->err), &t->err);
    assert_ok(
        rowan_session_fetch(t->db, Author,
                            rowan_select(Author, .with = { rowan_with(Author, books) }),
                            &authors, &n, &t->err),
        &t->err);
    assert_ok(rowan_related_many(Author, ada, books, &books, &n_books, &t->err),
              &t->err);
    assert_int_equal(n_books, 0); /* it is to be deleted */
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
}

/* Objects that are flushed in the transaction of a refresh follow it. */
static void test_objects_in_a_refresh(void **state)
{
    test_db *t = *state;
    rowan_merge *merge = NULL;
    Author *ada = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    for (int commits = 0; commits < 2; commits++) {
        assert_ok(rowan_merge_open(t->db, 1, &merge, &t->err), &t->err);
        ada->name = rowan_text_of("flushed");
        assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
        assert_ok(rowan_merge_table(merge, &Node_model, &t->err), &t->err);
        if (commits)
            assert_ok(rowan_merge_commit(merge, NULL, &t->err), &t->err);
        rowan_merge_close(merge);
        assert_string_equal(ada->name.ptr, commits ? "flushed" : "Ada");
        assert_string_equal(test_value(t, "select name from author where id = 1"),
                            ada->name.ptr);
    }
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    rowan_rollback(t->db);
    assert_string_equal(ada->name.ptr, "flushed");
}

/* What is pending is not a plain write's business, nor a refresh's. */
static void test_plain_writes_beside(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;
    rowan_result *result = NULL;
    Author plain[2] = { { .name = rowan_text_of("a") },
                        { .name = rowan_text_of("b") } };

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("edited");
    assert_ok(rowan_insert_many(t->db, Author, plain, 2, &t->err), &t->err);
    assert_string_equal(test_value(t, "select name from author where id = 1"), "Ada");
    plain[0].id = plain[1].id = 77;
    assert_status(rowan_insert_many(t->db, Author, plain, 2, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .with = { rowan_with(Author, books) }),
                          &result, &t->err),
              &t->err);
    rowan_result_free(result);
    assert_ok(rowan_create_all(t->db, &unit_models, &t->err), &t->err);
    assert_string_equal(ada->name.ptr, "edited");
    assert_string_equal(test_value(t, "select name from author where id = 1"), "Ada");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select name from author where id = 1"),
                        "edited");
    assert_string_equal(test_value(t, "select count(*) from author"), "5");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_row_is_one_object),
        cmocka_unit_test(test_aliases_and_views),
        cmocka_unit_test(test_no_such_row),
        cmocka_unit_test(test_keys_of_several_columns),
        cmocka_unit_test(test_locked_rows_are_read_again),
        cmocka_unit_test(test_only_what_changed_is_written),
        cmocka_unit_test(test_texts_are_owned_after_a_flush),
        cmocka_unit_test(test_objects_are_added),
        cmocka_unit_test(test_objects_are_deleted),
        cmocka_unit_test(test_children_of_new_parents),
        cmocka_unit_test(test_a_parent_that_is_dropped),
        cmocka_unit_test(test_the_order_of_writing),
        cmocka_unit_test(test_the_order_of_given_keys),
        cmocka_unit_test(test_the_order_of_composite_keys),
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_keys_of_any_text),
        cmocka_unit_test(test_many_objects),
        cmocka_unit_test(test_keys_stay),
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_reading_sessions),
        cmocka_unit_test(test_relations_of_objects),
        cmocka_unit_test(test_objects_in_a_refresh),
        cmocka_unit_test(test_plain_writes_beside),
    };

    return test_on_databases("unit", tests, sizeof tests / sizeof tests[0]);
}
