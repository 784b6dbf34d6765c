/* relations.c - related rows, loaded by select-in: which, how many statements, and what is
 * said about those that were not. */
#include "database.h"

/* clang-format off */
ROWAN_MODEL(Nation, "nation", /* a text as its key, and names of its own */
    (rowan_text,      code,      PRIMARY_KEY, NAME("the code")),
    (rowan_text,      name),
    HAS_MANY(authors, Author, nation)
)

ROWAN_MODEL(Author, "author",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_text,      name),
    (rowan_opt_text,  nation,    REFERENCES(Nation, code), NAME("from")),
    (rowan_opt_int64, mentor_id, REFERENCES(Author, id)),
    HAS_MANY(books, Book, author_id),
    HAS_ONE(profile, Profile, author_id),
    BELONGS_TO(mentor, Author, mentor_id),
    HAS_MANY(pupils, Author, mentor_id),
    BELONGS_TO(home, Nation, nation)
)

ROWAN_MODEL(Profile, "profile",
    (rowan_uuid,      id,        PRIMARY_KEY),
    (rowan_int64,     author_id, UNIQUE, REFERENCES(Author, id)),
    (rowan_text,      words),
    BELONGS_TO(author, Author, author_id),
    HAS_MANY(visits, ProfileVisit, profile)
)

ROWAN_MODEL(ProfileVisit, "profile_visit",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_opt_uuid,  profile,   REFERENCES(Profile, id)),
    BELONGS_TO(of, Profile, profile)
)

ROWAN_MODEL(Book, "book",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_opt_int64, author_id, REFERENCES(Author, id), INDEX),
    (rowan_text,      title),
    (rowan_int32,     year),
    BELONGS_TO(author, Author, author_id),
    MANY_TO_MANY(tags, Tag, BookTag, book, tag)
)

ROWAN_MODEL(Tag, "tag",
    (rowan_text,      word,      PRIMARY_KEY),
    (rowan_opt_int32, book,      NAME("book")), /* the same name as in between */
    MANY_TO_MANY(books, Book, BookTag, tag, book)
)

ROWAN_MODEL(BookTag, "book_tag",
    (rowan_text,      tag,       PRIMARY_KEY, REFERENCES(Tag, word)),
    (rowan_int64,     book,      PRIMARY_KEY, REFERENCES(Book, id)),
    (rowan_int32,     place),
    BELONGS_TO(the_tag, Tag, tag)
)
/* A key of two columns, and a foreign key of as many. */
ROWAN_MODEL(Room, "room",
    (rowan_text,      hotel,     PRIMARY_KEY, MAX(20)),
    (rowan_int32,     number,    PRIMARY_KEY),
    (rowan_int32,     beds),
    HAS_MANY(stays, Stay, in, of),
    MANY_TO_MANY(guests, Author, Stay, (in, of), guest)
)
ROWAN_MODEL(Stay, "stay",
    (rowan_int64,     id,        PRIMARY_KEY),
    (rowan_opt_int32, of),
    (rowan_opt_text,  in,        MAX(20)),
    (rowan_opt_int64, guest,     REFERENCES(Author, id)),
    FOREIGN_KEY((in, of), REFERENCES(Room, hotel, number)),
    UNIQUE(guest, of),
    BELONGS_TO(room, Room, in, of)
)
/* clang-format on */

ROWAN_MODELS(library, "0", Nation, Author, Profile, ProfileVisit, Book, Tag, BookTag,
             Room, Stay);

/* Of the same tables, and not true of them. */
/* clang-format off */
ROWAN_MODEL(OneBook, "author",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    HAS_ONE(book, AnyBook, author_id)
)
ROWAN_MODEL(AnyBook, "book",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_opt_int64, author_id, REFERENCES(OneBook, id))
)
/* clang-format on */

/* How many of the statements that were watched read. */
static size_t n_selects(void)
{
    size_t n = 0;

    for (const char *at = test_queries(); *at != '\0'; at = strchr(at, '\n') + 1)
        n += strncmp(at, "SELECT", 6) == 0;
    return n;
}

static void create(test_db *t)
{
    assert_ok(rowan_models_check(&library, &t->err), &t->err);
    assert_ok(rowan_drop_all(t->db, &library, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &library, &t->err), &t->err);
}

static rowan_uuid uuid_of(int n)
{
    rowan_uuid uuid = { { 7, (uint8_t)n, [15] = 1 } };

    return uuid;
}

/* Four authors: Ada has three books, Bo one, Cy and Di none; Ada is the mentor of Bo and
 * Cy; a book has no author. */
static void fill(test_db *t)
{
    Nation nations[] = {
        { .code = rowan_text_of("no"), .name = rowan_text_of("Norway") },
        { .code = rowan_text_of("pe"), .name = rowan_text_of("Peru") },
        { .code = rowan_text_of(""), .name = rowan_text_of("Nowhere") }
    };
    Author authors[] = {
        { .id = 1, .name = rowan_text_of("Ada"), .nation = rowan_opt_text_of("no") },
        { .id = 2,
          .name = rowan_text_of("Bo"),
          .nation = rowan_opt_text_of("no"),
          .mentor_id = ROWAN_SOME(rowan_opt_int64, 1) },
        { .id = 3,
          .name = rowan_text_of("Cy"),
          .nation = rowan_opt_text_of(""),
          .mentor_id = ROWAN_SOME(rowan_opt_int64, 1) },
        { .id = 4, .name = rowan_text_of("Di") },
    };
    Profile profiles[] = {
        { .id = uuid_of(1), .author_id = 1, .words = rowan_text_of("first") },
        { .id = uuid_of(3), .author_id = 3, .words = rowan_text_of("third") },
    };
    ProfileVisit visits[] = {
        { .id = 1, .profile = { true, uuid_of(3) } },
        { .id = 2, .profile = { true, uuid_of(3) } },
        { .id = 3 },
    };
    Book books[] = {
        { .id = 10,
          .author_id = { true, 1 },
          .title = rowan_text_of("x"),
          .year = 1999 },
        { .id = 11,
          .author_id = { true, 2 },
          .title = rowan_text_of("y"),
          .year = 2003 },
        { .id = 12,
          .author_id = { true, 1 },
          .title = rowan_text_of("z"),
          .year = 1990 },
        { .id = 13,
          .author_id = { true, 1 },
          .title = rowan_text_of("a"),
          .year = 2010 },
        { .id = 14, .title = rowan_text_of("nobody's"), .year = 800 },
    };

    Tag tags[] = { { .word = rowan_text_of("old") },
                   { .word = rowan_text_of("good") },
                   { .word = rowan_text_of("unused") } };
    BookTag book_tags[] = {
        { .tag = rowan_text_of("old"), .book = 10, .place = 1 },
        { .tag = rowan_text_of("good"), .book = 10, .place = 2 },
        { .tag = rowan_text_of("good"), .book = 11, .place = 1 },
        { .tag = rowan_text_of("old"), .book = 14, .place = 1 },
    };

    create(t);
    assert_ok(rowan_insert_many(t->db, Nation, nations, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Author, authors, 4, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Profile, profiles, 2, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, ProfileVisit, visits, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Book, books, 5, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Tag, tags, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, BookTag, book_tags, 4, &t->err), &t->err);
}

/* The titles of an author's books, in their order. */
static char *titles(test_db *t, const Author *author)
{
    char *out = test_printf("%s", "");
    Book **books = NULL;
    size_t n = 0;

    assert_ok(rowan_related_many(Author, author, books, &books, &n, &t->err), &t->err);
    for (size_t i = 0; i < n; i++)
        out = test_printf("%s%s", out, books[i]->title.ptr);
    return out;
}

static void test_many(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author *authors;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .order_by = { rowan_asc(Author, id) },
                                       .with = { rowan_with(
                                           Author, books,
                                           .order_by = { rowan_asc(Book, title) }) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 4);
    authors = rowan_rows(result, Author);
    assert_string_equal(titles(t, &authors[0]), "axz");
    assert_string_equal(titles(t, &authors[1]), "y");
    assert_string_equal(titles(t, &authors[2]), "");
    assert_string_equal(titles(t, &authors[3]), "");
    rowan_result_free(result);
}

static void test_one(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author *author = NULL;
    Book *books;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Book, .order_by = { rowan_asc(Book, id) },
                                       .with = { rowan_with(Book, author) }),
                          &result, &t->err),
              &t->err);
    books = rowan_rows(result, Book);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(rowan_related_one(Book, &books[i], author, &author, &t->err),
                  &t->err);
        assert_non_null(author);
        assert_int_equal(author->id, books[i].author_id.value);
        assert_string_equal(author->name.ptr, author->id == 1 ? "Ada" : "Bo");
    }
    assert_ok(rowan_related_one(Book, &books[4], author, &author, &t->err), &t->err);
    assert_null(author);
    rowan_result_free(result);
}

/* One row that several lead to is one object. */
static void test_shared_rows(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author *first = NULL, *second = NULL;
    Book *books;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Book, .order_by = { rowan_asc(Book, id) },
                                       .with = { rowan_with(Book, author) }),
                          &result, &t->err),
              &t->err);
    books = rowan_rows(result, Book);
    assert_ok(rowan_related_one(Book, &books[0], author, &first, &t->err), &t->err);
    assert_ok(rowan_related_one(Book, &books[2], author, &second, &t->err), &t->err);
    assert_ptr_equal(first, second);
    rowan_result_free(result);
}

static void test_has_one_and_uuid_keys(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Profile *profile = NULL;
    ProfileVisit **visits = NULL;
    Author *authors;
    size_t n = 0;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .order_by = { rowan_asc(Author, id) },
                                       .with = { rowan_with(
                                           Author, profile,
                                           .with = { rowan_with(Profile, visits) }) }),
                          &result, &t->err),
              &t->err);
    authors = rowan_rows(result, Author);
    assert_ok(rowan_related_one(Author, &authors[0], profile, &profile, &t->err),
              &t->err);
    assert_string_equal(profile->words.ptr, "first");
    assert_ok(rowan_related_many(Profile, profile, visits, &visits, &n, &t->err),
              &t->err);
    assert_int_equal(n, 0);
    assert_ok(rowan_related_one(Author, &authors[1], profile, &profile, &t->err),
              &t->err);
    assert_null(profile);
    assert_ok(rowan_related_one(Author, &authors[2], profile, &profile, &t->err),
              &t->err);
    assert_ok(rowan_related_many(Profile, profile, visits, &visits, &n, &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_true(visits[0]->id + visits[1]->id == 3);
    rowan_result_free(result);
}

/* Text keys, an empty one among them, which is not NULL. */
static void test_text_keys(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Nation *home = NULL;
    Author **from = NULL, *authors;
    Nation *nations;
    size_t n = 0;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .order_by = { rowan_asc(Author, id) },
                                       .with = { rowan_with(Author, home) }),
                          &result, &t->err),
              &t->err);
    authors = rowan_rows(result, Author);
    assert_ok(rowan_related_one(Author, &authors[1], home, &home, &t->err), &t->err);
    assert_string_equal(home->name.ptr, "Norway");
    assert_ok(rowan_related_one(Author, &authors[2], home, &home, &t->err), &t->err);
    assert_string_equal(home->name.ptr, "Nowhere");
    assert_ok(rowan_related_one(Author, &authors[3], home, &home, &t->err), &t->err);
    assert_null(home);
    rowan_result_free(result);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Nation, .order_by = { rowan_asc(Nation, name) },
                                       .with = { rowan_with(
                                           Nation, authors,
                                           .order_by = { rowan_desc(Author, id) }) }),
                          &result, &t->err),
              &t->err);
    nations = rowan_rows(result, Nation); /* Norway, Nowhere, Peru */
    assert_ok(rowan_related_many(Nation, &nations[0], authors, &from, &n, &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_string_equal(from[0]->name.ptr, "Bo");
    assert_ok(rowan_related_many(Nation, &nations[2], authors, &from, &n, &t->err),
              &t->err);
    assert_int_equal(n, 0);
    rowan_result_free(result);
}

/* Any depth, also around: Ada's pupils, their mentor, her books. */
static void test_depth(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author **pupils = NULL, *mentor = NULL, *ada;
    size_t n = 0;

    fill(t);
    assert_ok(
        rowan_fetch(
            t->db,
            rowan_select(Author, .where = rowan_eq(Author, id, 1),
                         .with = { rowan_with(
                             Author, pupils, .order_by = { rowan_desc(Author, id) },
                             .with = { rowan_with(
                                 Author, mentor,
                                 .with = { rowan_with(
                                     Author, books,
                                     .order_by = { rowan_asc(Book, year) }) }) }) }),
            &result, &t->err),
        &t->err);
    ada = rowan_rows(result, Author);
    assert_ok(rowan_related_many(Author, ada, pupils, &pupils, &n, &t->err), &t->err);
    assert_int_equal(n, 2);
    assert_string_equal(pupils[0]->name.ptr, "Cy");
    assert_ok(rowan_related_one(Author, pupils[1], mentor, &mentor, &t->err), &t->err);
    assert_string_equal(titles(t, mentor), "zxa");
    rowan_result_free(result);
}

static void test_many_to_many(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Tag **first = NULL, **second = NULL, **none = NULL;
    Book *books, **again = NULL;
    size_t n_first = 0, n_second = 0, n = 7;

    fill(t);
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(
                        Book, .order_by = { rowan_asc(Book, id) },
                        .with = { rowan_with(
                            Book, tags, .order_by = { rowan_asc(Tag, word) },
                            .with = { rowan_with(
                                Tag, books, .order_by = { rowan_desc(Book, id) }) }) }),
                    &result, &t->err),
        &t->err);
    books = rowan_rows(result, Book);
    assert_ok(rowan_related_many(Book, &books[0], tags, &first, &n_first, &t->err),
              &t->err);
    assert_ok(rowan_related_many(Book, &books[1], tags, &second, &n_second, &t->err),
              &t->err);
    assert_ok(rowan_related_many(Book, &books[2], tags, &none, &n, &t->err), &t->err);
    assert_int_equal(n, 0);
    assert_int_equal(n_first, 2);
    assert_int_equal(n_second, 1);
    assert_string_equal(first[0]->word.ptr, "good");
    assert_string_equal(first[1]->word.ptr, "old");
    assert_ptr_equal(first[0], second[0]); /* one row, one object */
    assert_ok(rowan_related_many(Tag, first[0], books, &again, &n, &t->err), &t->err);
    assert_int_equal(n, 2);
    assert_int_equal(again[0]->id, 11);
    assert_int_equal(again[1]->id, 10);
    assert_int_equal(again[1]->year, 1999);
    rowan_result_free(result);
    /* by columns of the model in between */
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(Book, .where = rowan_eq(Book, id, 10),
                                 .with = { rowan_with(
                                     Book, tags, .where = rowan_gt(BookTag, place, 0),
                                     .order_by = { rowan_asc(BookTag, place) }) }),
                    &result, &t->err),
        &t->err);
    books = rowan_rows(result, Book);
    assert_ok(rowan_related_many(Book, &books[0], tags, &first, &n_first, &t->err),
              &t->err);
    assert_int_equal(n_first, 2);
    assert_string_equal(first[0]->word.ptr, "old");
    rowan_result_free(result);
}

static void test_conditions(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author *authors;

    fill(t);
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(Author, .order_by = { rowan_asc(Author, id) },
                                 .with = { rowan_with(
                                     Author, books,
                                     .where = rowan_or(rowan_gt(Book, year, 2000),
                                                       rowan_eq(Book, title, "x")),
                                     .order_by = { rowan_desc(Book, year) }) }),
                    &result, &t->err),
        &t->err);
    authors = rowan_rows(result, Author);
    assert_string_equal(titles(t, &authors[0]), "ax");
    assert_string_equal(titles(t, &authors[1]), "y");
    rowan_result_free(result);
}

/* What was not loaded does not look empty: it is an error that says what to add. */
static void test_not_loaded(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Author made = { .id = 1 }, *mentor = NULL, *authors;
    Book **books = NULL;
    size_t n = 77;

    fill(t);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .with = { rowan_with(Author, pupils) }),
                          &result, &t->err),
              &t->err);
    authors = rowan_rows(result, Author);
    for (size_t i = 0; i < 4; i++) {
        assert_status(
            rowan_related_many(Author, &authors[i], books, &books, &n, &t->err),
            ROWAN_EINVAL, &t->err);
        assert_string_equal(t->err.message,
                            "Author.books was not loaded: add .with = { "
                            "rowan_with(Author, books) } to the query");
    }
    assert_status(rowan_related_one(Author, authors, mentor, &mentor, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_related_one(Author, &made, mentor, &mentor, NULL), ROWAN_EINVAL,
                  NULL);
    assert_int_equal(n, 77);
    assert_null(books);
    rowan_result_free(result);
}

/* Rows in blocks that grew: no member is what was there before. */
static void test_members_of_many_rows(void **state)
{
    enum {
        N = 3000
    };
    test_db *t = *state;
    Author *authors = test_alloc(N * sizeof *authors), *rows;
    rowan_result *result = NULL;
    rowan_cursor *cursor = NULL;
    void *batch = NULL;
    size_t n_rows = 0, n_related = 0;
    Book **books = NULL;

    create(t);
    for (int i = 0; i < N; i++)
        authors[i] = (Author){ .id = i + 1, .name = rowan_text_of("A") };
    assert_ok(rowan_insert_many(t->db, Author, authors, N, &t->err), &t->err);
    assert_ok(rowan_fetch(t->db, rowan_select(Author), &result, &t->err), &t->err);
    rows = rowan_rows(result, Author);
    for (int i = 0; i < N; i++)
        assert_status(
            rowan_related_many(Author, &rows[i], books, &books, &n_related, NULL),
            ROWAN_EINVAL, NULL);
    rowan_result_free(result);
    assert_ok(rowan_cursor_open(t->db, rowan_select(Author), &cursor, &t->err),
              &t->err);
    while (rowan_cursor_next(cursor, &batch, &n_rows, &t->err) == ROWAN_ROW) {
        rows = batch;
        for (size_t i = 0; i < n_rows; i++)
            assert_status(
                rowan_related_many(Author, &rows[i], books, &books, &n_related, NULL),
                ROWAN_EINVAL, NULL);
        memset(batch, 0xee, n_rows * sizeof *rows);
    }
    rowan_cursor_close(cursor);
}

/* One statement for the rows, and one a relation and level, however many rows there are. */
static void test_no_statement_a_row(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    fill(t);
    test_watch_queries();
    assert_ok(
        rowan_fetch(
            t->db,
            rowan_select(Author,
                         .with = { rowan_with(Author, books,
                                              .with = { rowan_with(Book, author) }),
                                   rowan_with(Author, profile),
                                   rowan_with(Author, mentor) }),
            &result, &t->err),
        &t->err);
    assert_int_equal(n_selects(), 1 + 4);
    assert_int_equal(test_n_queries(), 1 + 4 + 2); /* in a transaction of its own */
    assert_false(rowan_in_transaction(t->db));
    for (size_t i = 0; i < rowan_result_count(result); i++)
        (void)titles(t, &rowan_rows(result, Author)[i]);
    assert_int_equal(test_n_queries(), 1 + 4 + 2); /* none behind one's back */
    rowan_result_free(result);

    test_watch_queries();
    assert_ok(rowan_begin_read(t->db, &t->err), &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .with = { rowan_with(Author, books) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(test_n_queries(), 1 + 2); /* the caller's transaction */
    assert_true(rowan_in_transaction(t->db));
    rowan_rollback(t->db);
    rowan_result_free(result);

    test_watch_queries(); /* nothing to look for */
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .where = rowan_eq(Author, id, 99),
                                       .with = { rowan_with(Author, books) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(n_selects(), 1);
    rowan_result_free(result);
    test_watch_queries();
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .where = rowan_eq(Author, id, 4),
                                       .with = { rowan_with(Author, mentor) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(n_selects(), 1); /* its key is NULL */
    rowan_result_free(result);
}

/* Each row finds its own, over several statements of several shapes. */
static void test_many_keys(void **state)
{
    enum {
        N = 2500
    };
    test_db *t = *state;
    Author *authors = test_alloc(N * sizeof *authors);
    Book *books = test_alloc(2 * N * sizeof *books);
    rowan_result *result = NULL;

    create(t);
    for (int i = 0; i < N; i++) {
        authors[i] = (Author){ .id = i + 1, .name = rowan_text_of("A") };
        for (int k = 0; k < 2; k++) /* all first books, then all second ones */
            books[k * N + i] =
                (Book){ .id = k * N + i + 1,
                        .author_id = { true, N - i },
                        .title = rowan_text_of(test_printf("%d.%d,", N - i, k)) };
    }
    assert_ok(rowan_insert_many(t->db, Author, authors, N, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Book, books, 2 * N, &t->err), &t->err);
    test_watch_queries();
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .order_by = { rowan_desc(Author, id) },
                                       .with = { rowan_with(
                                           Author, books,
                                           .order_by = { rowan_asc(Book, id) }) }),
                          &result, &t->err),
              &t->err);
    assert_true(test_n_queries() < N / 30);
    for (int i = 0; i < N; i++)
        assert_string_equal(titles(t, &rowan_rows(result, Author)[i]),
                            test_printf("%d.0,%d.1,", N - i, N - i));
    rowan_result_free(result);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Book, .with = { rowan_with(Book, author) }),
                          &result, &t->err),
              &t->err);
    for (int i = 0; i < 2 * N; i++) {
        Book *book = &rowan_rows(result, Book)[i];
        Author *author = NULL;

        assert_ok(rowan_related_one(Book, book, author, &author, &t->err), &t->err);
        assert_int_equal(author->id, book->author_id.value);
    }
    rowan_result_free(result);
}

/* More text keys than one list has: with what may stand between them, and without. */
static void test_many_text_keys(void **state)
{
    enum {
        N = 600
    };
    static const char *const forms[] = { "%d", "%d,\"'\\{}NULL", "%d\x1f" };
    test_db *t = *state;

    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        Nation *nations = test_alloc(N * sizeof *nations);
        Author *authors = test_alloc(2 * N * sizeof *authors);
        rowan_result *result = NULL;

        create(t);
        for (int i = 0; i < N; i++) {
            char key[64];

            (void)snprintf(key, sizeof key, i == 300 ? "%.0d" : forms[f],
                           i == 300 ? 0 : i); /* one is empty */
            nations[i] = (Nation){ .code = rowan_text_of(test_printf("%s", key)),
                                   .name = rowan_text_of(test_printf("%d", i)) };
            for (int k = 0; k < 2; k++)
                authors[k * N + i] =
                    (Author){ .id = k * N + i + 1,
                              .name = nations[i].name,
                              .nation = { nations[i].code.ptr, nations[i].code.len } };
        }
        assert_ok(rowan_insert_many(t->db, Nation, nations, N, &t->err), &t->err);
        assert_ok(rowan_insert_many(t->db, Author, authors, 2 * N, &t->err), &t->err);
        assert_ok(
            rowan_fetch(t->db,
                        rowan_select(Nation, .with = { rowan_with(Nation, authors) }),
                        &result, &t->err),
            &t->err);
        for (int i = 0; i < N; i++) {
            const Nation *nation = &rowan_rows(result, Nation)[i];
            Author **related = NULL;
            size_t n = 0;

            assert_ok(
                rowan_related_many(Nation, nation, authors, &related, &n, &t->err),
                &t->err);
            assert_int_equal(n, 2);
            assert_true(rowan_text_equal(related[0]->name, nation->name));
            assert_true(rowan_text_equal(related[1]->name, nation->name));
        }
        rowan_result_free(result);
    }
}

static void test_many_uuid_keys(void **state)
{
    enum {
        N = 500
    };
    test_db *t = *state;
    Author *authors = test_alloc(N * sizeof *authors);
    Profile *profiles = test_alloc(N * sizeof *profiles);
    ProfileVisit *visits = test_alloc(N * sizeof *visits);
    rowan_result *result = NULL;

    create(t);
    for (int i = 0; i < N; i++) {
        rowan_uuid id = { { 0xab, (uint8_t)i, (uint8_t)(i >> 8), [9] = 0xff } };

        authors[i] = (Author){ .id = i + 1, .name = rowan_text_of("A") };
        profiles[i] = (Profile){ .id = id,
                                 .author_id = i + 1,
                                 .words = rowan_text_of(test_printf("%d", N - i)) };
        visits[i] = (ProfileVisit){ .id = N - i, .profile = { true, id } };
    }
    assert_ok(rowan_insert_many(t->db, Author, authors, N, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Profile, profiles, N, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, ProfileVisit, visits, N, &t->err), &t->err);
    assert_ok(rowan_fetch(
                  t->db,
                  rowan_select(ProfileVisit, .with = { rowan_with(ProfileVisit, of) }),
                  &result, &t->err),
              &t->err);
    for (int i = 0; i < N; i++) {
        ProfileVisit *visit = &rowan_rows(result, ProfileVisit)[i];
        Profile *of = NULL;

        assert_ok(rowan_related_one(ProfileVisit, visit, of, &of, &t->err), &t->err);
        assert_non_null(of);
        assert_int_equal(atoi(of->words.ptr), visit->id);
    }
    rowan_result_free(result);
}

/* Keys of two columns; more of them than one statement has. */
static void test_keys_of_several_columns(void **state)
{
    enum {
        N = 150
    };
    test_db *t = *state;
    Room *rooms = test_alloc(N * sizeof *rooms), *room = NULL;
    Stay *stays = test_alloc(3 * N * sizeof *stays), **of = NULL;
    Author author = { .id = 1, .name = rowan_text_of("Ada") }, **guests = NULL;
    rowan_result *result = NULL;
    size_t n = 0;

    create(t);
    for (int i = 0; i < N; i++) {
        rooms[i] = (Room){ .hotel = rowan_text_of(i % 2 == 0 ? "A" : "B"),
                           .number = i / 2,
                           .beds = i };
        stays[2 * i] = (Stay){ .id = 2 * i,
                               .of = { true, i / 2 },
                               .in = { rooms[i].hotel.ptr, rooms[i].hotel.len } };
        stays[2 * i + 1] = stays[2 * i];
        stays[2 * i + 1].id++;
        stays[2 * N + i] =
            (Stay){ .id = 2 * N + i, .of = { true, i } }; /* of nothing */
    }
    stays[7].guest = ROWAN_SOME(rowan_opt_int64, 1); /* in B, 1 */
    assert_ok(rowan_insert(t->db, Author, &author, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Room, rooms, N, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Stay, stays, 3 * N, &t->err), &t->err);

    assert_ok(rowan_fetch(
                  t->db,
                  rowan_select(
                      Room, .with = { rowan_with(Room, stays,
                                                 .order_by = { rowan_desc(Stay, id) }),
                                      rowan_with(Room, guests) }),
                  &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), N);
    for (int i = 0; i < N; i++) {
        room = &rowan_rows(result, Room)[i];
        assert_ok(rowan_related_many(Room, room, stays, &of, &n, &t->err), &t->err);
        assert_int_equal(n, 2);
        assert_int_equal(of[0]->id, 2 * room->beds + 1);
        assert_int_equal(of[1]->id, 2 * room->beds);
        assert_ok(rowan_related_many(Room, room, guests, &guests, &n, &t->err),
                  &t->err);
        assert_int_equal(n, room->beds == 3);
    }
    rowan_result_free(result);

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Stay, .order_by = { rowan_asc(Stay, id) },
                                       .with = { rowan_with(Stay, room) }),
                          &result, &t->err),
              &t->err);
    for (int i = 0; i < 3 * N; i++) {
        assert_ok(
            rowan_related_one(Stay, &rowan_rows(result, Stay)[i], room, &room, &t->err),
            &t->err);
        if (i < 2 * N)
            assert_int_equal(room->beds, i / 2);
        else
            assert_null(room);
    }
    rowan_result_free(result);
}

static void test_wrong_relations_are_refused(void **state)
{
    test_db *t = *state;
    const rowan_query *wrong[] = {
        rowan_select(Book, .with = { rowan_with(Author, books) }),
        rowan_select(Author,
                     .with = { rowan_with(Author, books), rowan_with(Author, books) }),
        rowan_select(
            Author, .where = rowan_eq(Author, id, 99),
            .with = { rowan_with(Author, books, .where = rowan_eq(Author, id, 1)) }),
        rowan_select(Author,
                     .with = { rowan_with(Author, books,
                                          .with = { rowan_with(Author, mentor) }) }),
    };
    static const char *const words[] = {
        "Author.books is no relation of Book",
        "Author.books is named twice",
        "Author.id is not a column of Book, nor is Author joined to it",
        "Author.mentor is no relation of Book",
    };
    const rowan_relation_query nowhere = { .model = &Author_model, .offset = 0 };
    rowan_result *result = NULL;
    rowan_cursor *cursor = NULL;

    fill(t);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(rowan_fetch(t->db, wrong[i], &result, &t->err), ROWAN_EINVAL,
                      &t->err);
        assert_string_equal(t->err.message, words[i]);
    }
    assert_status(rowan_fetch(t->db, rowan_select(Author, .with = { &nowhere }),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message, "Author has no such relation");
    assert_status(
        rowan_cursor_open(t->db,
                          rowan_select(Author, .with = { rowan_with(Author, books) }),
                          &cursor, &t->err),
        ROWAN_EUNSUPPORTED, &t->err);
    assert_false(rowan_in_transaction(t->db));
}

/* Where one row is declared and the database has more, it is not one of them. */
static void test_more_than_one(void **state)
{
    test_db *t = *state;
    const rowan_query *queries[] = {
        rowan_select(OneBook, .with = { rowan_with(OneBook, book) }),
        rowan_select(OneBook, .with = { rowan_with_join(OneBook, book) }),
    };
    rowan_result *result = NULL;
    AnyBook *book = NULL;

    fill(t);
    for (size_t i = 0; i < 2; i++) {
        rowan_query one = *queries[i];

        assert_status(rowan_fetch(t->db, queries[i], &result, &t->err), ROWAN_EDATA,
                      &t->err);
        assert_string_equal(t->err.message, "OneBook.book leads to more than one book");
        assert_false(rowan_in_transaction(t->db));
        one.where = rowan_eq(OneBook, id, 2);
        assert_ok(rowan_fetch(t->db, &one, &result, &t->err), &t->err);
        assert_ok(rowan_related_one(OneBook, rowan_rows(result, OneBook), book, &book,
                                    &t->err),
                  &t->err);
        assert_int_equal(book->id, 11);
        rowan_result_free(result);
    }
}

/* Statements that another's change of the tables made stale are prepared anew, inside the
 * transaction of a fetch, too. */
static void test_tables_that_change(void **state)
{
    test_db *t = *state;
    const rowan_query *query = rowan_select(Author, .where = rowan_eq(Author, id, 2),
                                            .with = { rowan_with(Author, books) });
    rowan_result *result = NULL;

    fill(t);
    for (int i = 0; i < 2; i++) {
        assert_ok(rowan_fetch(t->db, query, &result, &t->err), &t->err);
        assert_string_equal(titles(t, rowan_rows(result, Author)), "y");
        rowan_result_free(result);
        if (i > 0)
            break;
        rowan_session_release(t->db);
        if (test_is_postgres(t)) /* "cached plan must not change result type" */
            test_exec(t, "ALTER TABLE book ALTER COLUMN title TYPE varchar(100)");
        else
            test_exec(t, "ALTER TABLE book ADD COLUMN more int");
    }
}

/* All statements of a fetch see one state: a writer in between changes nothing. */
typedef struct meddler {
    test_db *t;
    rowan_session *writer;
    bool done;
} meddler;

static void meddle(void *ctx, const rowan_query_event *event)
{
    meddler *m = ctx;

    if (m->done || strncmp(event->sql, "SELECT", 6) != 0)
        return;
    m->done = true;
    assert_ok(rowan_update_where(m->writer, Book, NULL, NULL, &m->t->err,
                                 rowan_set(Book, title, "changed")),
              &m->t->err);
}

static void test_one_state(void **state)
{
    test_db *t = *state;
    meddler m = { .t = t, .writer = test_session(t) };
    rowan_engine_opts opts = { .on_query = meddle, .on_query_ctx = &m };
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_result *result = NULL;

    fill(t);
    if (test_is_sqlite(t)) /* readers do not wait for a writer, nor it for them */
        test_exec(t, "PRAGMA journal_mode = WAL");
    assert_ok(rowan_engine_open(t->uri, &opts, &engine, &t->err), &t->err);
    assert_ok(rowan_session_open(engine, &db, &t->err), &t->err);
    assert_ok(rowan_fetch(db,
                          rowan_select(Author, .where = rowan_eq(Author, id, 2),
                                       .with = { rowan_with(Author, books) }),
                          &result, &t->err),
              &t->err);
    assert_true(m.done);
    assert_string_equal(titles(t, rowan_rows(result, Author)), "y");
    rowan_result_free(result);
    rowan_session_close(db);
    rowan_engine_close(engine);
    rowan_session_close(m.writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_shared_rows),
        cmocka_unit_test(test_has_one_and_uuid_keys),
        cmocka_unit_test(test_text_keys),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many_to_many),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_not_loaded),
        cmocka_unit_test(test_members_of_many_rows),
        cmocka_unit_test(test_no_statement_a_row),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_many_text_keys),
        cmocka_unit_test(test_many_uuid_keys),
        cmocka_unit_test(test_keys_of_several_columns),
        cmocka_unit_test(test_wrong_relations_are_refused),
        cmocka_unit_test(test_one_state),
        cmocka_unit_test(test_more_than_one),
        cmocka_unit_test(test_tables_that_change),
    };

    return test_on_databases("relations", tests, sizeof tests / sizeof tests[0]);
}
