/* transactions.c - rollbacks, savepoints, isolation, and what happens when others are in the
 * way: with real transactions beside each other. */
#include <pthread.h>

#include "unit_test.h"

/* Whether an expression over all authors is that number. */
static bool has_score(test_db *t, const char *expr, int expected)
{
    const char *sql = test_printf("select case when %s = %d then 'yes' end from author",
                                  expr, expected);

    return strcmp(test_value(t, sql), "yes") == 0;
}

/* After a rollback. */

static void test_objects_after_a_rollback(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *grace = NULL, *new = NULL, *pending = NULL, *again = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    ada->name = rowan_text_of("flushed");
    assert_ok(rowan_session_delete(t->db, Author, grace, &t->err), &t->err);
    assert_ok(
        rowan_session_add(t->db, Author, &new, &t->err, .name = rowan_text_of("n")),
        &t->err);
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    assert_int_equal(ada->version, 1);
    assert_int_not_equal(new->id, 0);
    ada->name = rowan_text_of("twice");
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    ada->name = rowan_text_of("pending");
    assert_ok(
        rowan_session_add(t->db, Author, &pending, &t->err, .name = rowan_text_of("p")),
        &t->err);
    rowan_rollback(t->db);
    assert_string_equal(ada->name.ptr, "Ada");
    assert_int_equal(ada->version, 0);
    assert_int_equal(new->id, 0);
    assert_string_equal(new->name.ptr, "n");
    assert_false(rowan_session_pending(t->db));
    assert_ok(rowan_session_get(t->db, Author, 3, &again, &t->err), &t->err);
    assert_ptr_equal(grace, again);
    assert_string_equal(test_value(t, "select count(*) from author"), "3");

    /* All of it again, and for good: what was expelled is added anew. */
    ada->name = rowan_text_of("good");
    assert_status(rowan_session_delete(t->db, Author, new, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_ok(rowan_session_add_copy(t->db, Author, new, &again, &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Author, grace, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "good Alan n");
}

static void test_pending_edits_without_a_transaction(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("x");
    rowan_rollback(t->db);
    assert_string_equal(ada->name.ptr, "Ada");
    ada->name = rowan_text_of("flushed alone");
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    assert_false(rowan_in_transaction(t->db));
    assert_string_equal(test_value(t, "select name from author where id = 1"),
                        "flushed alone");
}

/* A commit that fails takes everything back, and the session goes on. */
static void test_a_commit_that_fails(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;
    Place *a = NULL, *b = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("x");
    assert_ok(rowan_session_add(t->db, Place, &a, &t->err, .code = rowan_text_of("a"),
                                .name = rowan_text_of("same")),
              &t->err);
    assert_ok(rowan_session_add(t->db, Place, &b, &t->err, .code = rowan_text_of("b"),
                                .name = rowan_text_of("same")),
              &t->err);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_ECONFLICT, &t->err);
    assert_false(rowan_in_transaction(t->db));
    assert_string_equal(ada->name.ptr, "Ada");
    assert_string_equal(test_value(t, "select count(*) from place"), "0");
    ada->name = rowan_text_of("y");
    assert_ok(rowan_session_add(t->db, Place, &a, &t->err, .code = rowan_text_of("a"),
                                .name = rowan_text_of("same")),
              &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_value(t, "select name from author where id = 1"), "y");
}

static void test_a_flush_that_fails(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;
    Book *book = NULL;

    unit_begin(t);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("x");
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    assert_ok(rowan_session_add(t->db, Book, &book, &t->err, .author_id = 99,
                                .title = rowan_text_of("of nobody")),
              &t->err);
    assert_status(rowan_session_flush(t->db, &t->err), ROWAN_ECONSTRAINT, &t->err);
    assert_true(rowan_in_transaction(t->db));
    assert_status(rowan_session_flush(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_status(rowan_session_get(t->db, Author, 2, &ada, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EINVAL, &t->err);
    assert_false(rowan_in_transaction(t->db));
    assert_string_equal(ada->name.ptr, "Ada");
    assert_ok(rowan_commit(t->db, &t->err), &t->err); /* nothing is left */
    assert_string_equal(test_value(t, "select count(*) from book"), "2");
}

/* At the end of a transaction others may go on. */
static void test_objects_are_read_again(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *again = NULL, *grace = NULL, **list = NULL;
    size_t n = 0;

    unit_begin(t);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    test_exec(t, "update author set name = 'another' where id <> 2");
    assert_string_equal(ada->name.ptr, "Ada");
    grace->country = rowan_opt_text_of("edited");
    assert_ok(
        rowan_session_fetch(t->db, Author, rowan_select(Author), &list, &n, &t->err),
        &t->err);
    assert_string_equal(ada->name.ptr, "another");
    assert_string_equal(grace->name.ptr, "Grace"); /* it has edits of its own */
    assert_string_equal(grace->country.ptr, "edited");
    test_exec(t, "update author set name = 'again' where id = 1");
    assert_ok(rowan_session_get(t->db, Author, 1, &again, &t->err), &t->err);
    assert_string_equal(ada->name.ptr, "another"); /* no query: it is known */
    rowan_session_expire(t->db);
    assert_ok(rowan_session_get(t->db, Author, 1, &again, &t->err), &t->err);
    assert_ptr_equal(ada, again);
    assert_string_equal(ada->name.ptr, "again");
    test_exec(t, "delete from book");
    test_exec(t, "delete from author where id = 1");
    rowan_session_expire(t->db);
    assert_status(rowan_session_get(t->db, Author, 1, &again, &t->err), ROWAN_ENOTFOUND,
                  &t->err);
    assert_status(rowan_session_refresh(t->db, Author, ada, &t->err), ROWAN_EINVAL,
                  &t->err); /* gone */
}

/* Versions. */

static void test_a_lost_race(void **state)
{
    test_db *t = *state;
    rowan_session *other = test_session(t);
    Author *mine = NULL, *theirs = NULL, *grace = NULL;

    unit_begin(t);
    assert_ok(rowan_session_get(t->db, Author, 1, &mine, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 3, &grace, &t->err), &t->err);
    assert_ok(rowan_session_get(other, Author, 1, &theirs, &t->err), &t->err);
    theirs->name = rowan_text_of("theirs");
    assert_ok(rowan_commit(other, &t->err), &t->err);
    assert_int_equal(theirs->version, 1);
    mine->country = rowan_opt_text_of("mine");
    grace->country = rowan_opt_text_of("also mine");
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EBUSY, &t->err);
    assert_contains(t->err.message, "author 1 was changed or deleted");
    assert_string_equal(test_value(t, "select country from author where id = 3"), "US");

    /* Read again, and done again. */
    assert_ok(rowan_session_get(t->db, Author, 1, &mine, &t->err), &t->err);
    assert_string_equal(mine->name.ptr, "theirs");
    mine->country = rowan_opt_text_of("mine");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_int_equal(mine->version, 2);

    /* A delete loses it, too. */
    test_exec(t, "delete from book");
    assert_ok(rowan_session_delete(other, Author, theirs, &t->err), &t->err);
    assert_status(rowan_commit(other, &t->err), ROWAN_EBUSY, &t->err);
    assert_contains(t->err.message, "author 1");
    assert_ok(rowan_session_get(other, Author, 1, &theirs, &t->err), &t->err);
    assert_ok(rowan_session_delete(other, Author, theirs, &t->err), &t->err);
    assert_ok(rowan_commit(other, &t->err), &t->err);
    mine->name = rowan_text_of("x");
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EBUSY, &t->err);
    rowan_session_close(other);
}

/* Among many, the one that lost is named. */
static void test_which_race_was_lost(void **state)
{
    test_db *t = *state;
    Author **authors = NULL;
    Book **books = NULL;
    size_t n = 0;

    unit_begin(t);
    for (int i = 0; i < 40; i++) {
        assert_ok(rowan_session_add(t->db, Author, NULL, &t->err,
                                    .name = rowan_text_of("many")),
                  &t->err);
        assert_ok(rowan_session_add(t->db, Book, NULL, &t->err, .author_id = 1,
                                    .title = rowan_text_of("many")),
                  &t->err);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_ok(
        rowan_session_fetch(t->db, Author,
                            rowan_select(Author, .order_by = { rowan_asc(Author, id) }),
                            &authors, &n, &t->err),
        &t->err);
    for (size_t i = 0; i < n; i++)
        authors[i]->name = rowan_text_of("new");
    test_exec(t, test_printf("update author set version = version + 1 where id = %lld",
                             (long long)authors[30]->id));
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EBUSY, &t->err);
    assert_contains(t->err.message,
                    test_printf("author %lld was", (long long)authors[30]->id));

    /* Without a version it is a row that is gone. */
    assert_ok(rowan_session_fetch(t->db, Book, rowan_select(Book), &books, &n, &t->err),
              &t->err);
    for (size_t i = 0; i < n; i++)
        books[i]->title = rowan_text_of("new");
    test_exec(
        t, test_printf("delete from book where id = %lld", (long long)books[20]->id));
    assert_status(rowan_commit(t->db, &t->err), ROWAN_EBUSY, &t->err);
    assert_contains(t->err.message,
                    test_printf("book %lld was", (long long)books[20]->id));
    assert_ok(rowan_session_delete(t->db, Book, books[20], &t->err), &t->err);
    assert_ok(rowan_session_delete(t->db, Book, books[21], &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err); /* as it should be */
    assert_string_equal(test_value(t, "select count(*) from book"), "40");
}

static void test_a_version_wraps_around(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;

    unit_begin(t);
    test_exec(t, "update author set version = 2147483647");
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("x");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_int_equal(ada->version, 0);
    assert_string_equal(test_value(t, "select version from author where id = 1"), "0");
}

/* Savepoints. */

static void test_savepoints_nest(void **state)
{
    test_db *t = *state;
    Author *ada = NULL, *first = NULL, *second = NULL;
    unsigned outer = 0, inner = 0, last = 0;

    unit_begin(t);
    assert_status(rowan_savepoint(t->db, &outer, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("one");
    assert_ok(rowan_savepoint(t->db, &outer, &t->err), &t->err);
    ada->name = rowan_text_of("two");
    assert_ok(rowan_session_add(t->db, Author, &first, &t->err,
                                .name = rowan_text_of("first")),
              &t->err);
    assert_ok(rowan_savepoint(t->db, &inner, &t->err), &t->err);
    ada->name = rowan_text_of("three");
    assert_ok(rowan_session_add(t->db, Author, &second, &t->err,
                                .name = rowan_text_of("second")),
              &t->err);
    assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
    ada->name = rowan_text_of("four");
    assert_ok(rowan_rollback_to(t->db, inner, &t->err), &t->err);
    assert_string_equal(ada->name.ptr, "two");
    assert_int_equal(ada->version, 2);
    assert_int_equal(second->id, 0);
    assert_int_not_equal(first->id, 0);
    assert_ok(rowan_savepoint(t->db, &last, &t->err), &t->err);
    assert_ok(rowan_release(t->db, inner, &t->err), &t->err); /* and the one in it */
    assert_status(rowan_rollback_to(t->db, last, &t->err), ROWAN_EINVAL, &t->err);
    assert_status(rowan_release(t->db, inner, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_rollback_to(t->db, outer, &t->err), &t->err);
    assert_string_equal(ada->name.ptr, "one");
    assert_int_equal(first->id, 0);
    assert_ok(rowan_rollback_to(t->db, outer, &t->err), &t->err); /* it stays */
    ada->country = rowan_opt_text_of("UK");
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_status(rowan_rollback_to(t->db, outer, &t->err), ROWAN_EINVAL, &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "one Alan Grace");
    assert_string_equal(test_value(t, "select country from author where id = 1"), "UK");
}

/* A statement that fails is taken back with the savepoint, and the rest is not. */
static void test_savepoints_after_an_error(void **state)
{
    test_db *t = *state;
    Place place = { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } };
    Place *other = NULL;
    unsigned savepoint = 0;

    unit_begin(t);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    assert_ok(rowan_savepoint(t->db, &savepoint, &t->err), &t->err);
    assert_status(rowan_insert(t->db, Place, &place, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_status(rowan_insert(t->db, Place, &place, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_rollback_to(t->db, savepoint, &t->err), &t->err);
    assert_ok(rowan_session_add(t->db, Place, &other, &t->err,
                                .code = rowan_text_of("b"), .name = rowan_text_of("A")),
              &t->err);
    assert_status(rowan_session_flush(t->db, &t->err), ROWAN_ECONFLICT, &t->err);
    assert_ok(rowan_rollback_to(t->db, savepoint, &t->err), &t->err);
    place.code = place.name = rowan_text_of("c");
    assert_ok(rowan_insert(t->db, Place, &place, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    assert_string_equal(test_list(t, "code", "place", "code"), "a c");
}

static void test_too_many_savepoints(void **state)
{
    test_db *t = *state;
    unsigned savepoint = 0;

    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    for (int i = 0; i < 32; i++)
        assert_ok(rowan_savepoint(t->db, &savepoint, &t->err), &t->err);
    assert_status(rowan_savepoint(t->db, &savepoint, &t->err), ROWAN_EINVAL, &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
}

/* Isolation. */

static void test_read_only(void **state)
{
    test_db *t = *state;
    Author *ada = NULL;
    uint64_t n = 0;

    unit_begin(t);
    for (int level = ROWAN_ISOLATION_DEFAULT; level <= ROWAN_SERIALIZABLE; level++) {
        rowan_transaction_opts opts = { .isolation = (rowan_isolation)level,
                                        .read_only = true };

        assert_ok(rowan_begin_with(t->db, &opts, &t->err), &t->err);
        assert_ok(rowan_session_get(t->db, Author, 1, &ada, &t->err), &t->err);
        assert_status(rowan_update_where(t->db, Author, NULL, &n, &t->err,
                                         rowan_set(Author, name, "no")),
                      ROWAN_EUNSUPPORTED, &t->err);
        assert_contains(t->err.message, "this transaction only reads");
        assert_ok(rowan_count(t->db, rowan_select(Author), &n, &t->err), &t->err);
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
        opts.read_only = false;
        assert_ok(rowan_begin_with(t->db, &opts, &t->err), &t->err);
        assert_status(rowan_begin_with(t->db, &opts, &t->err), ROWAN_EINVAL, &t->err);
        assert_ok(rowan_update_where(t->db, Author, NULL, &n, &t->err,
                                     rowan_set(Author, score, level)),
                  &t->err);
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
    }
    assert_status(
        rowan_begin_with(t->db,
                         &(rowan_transaction_opts){ .isolation = (rowan_isolation)9 },
                         &t->err),
        ROWAN_EINVAL, &t->err);
}

/* How many authors more the open transaction sees when another has added one. */
static int sees(test_db *t, rowan_session *other)
{
    Author author = { .name = rowan_text_of("more") };
    uint64_t before = 0, after = 0;

    assert_ok(rowan_count(t->db, rowan_select(Author), &before, &t->err), &t->err);
    assert_ok(rowan_insert(other, Author, &author, &t->err), &t->err);
    assert_ok(rowan_count(t->db, rowan_select(Author), &after, &t->err), &t->err);
    return (int)(after - before);
}

/* What a transaction of each level sees, and the next one, of no level, again. */
static void test_levels(void **state)
{
    static const char *const names[] = { "", "READ COMMITTED", "REPEATABLE READ",
                                         "SERIALIZABLE" };
    test_db *t = *state;
    rowan_session *other = test_session(t);

    unit_begin(t);
    for (int level = ROWAN_READ_COMMITTED; level <= ROWAN_SERIALIZABLE; level++) {
        rowan_transaction_opts opts = { .isolation = (rowan_isolation)level,
                                        .read_only = true };

        test_watch_queries();
        assert_ok(rowan_begin_with(t->db, &opts, &t->err), &t->err);
        if (!test_is_sqlite(t)) /* it has one level */
            assert_contains(test_queries(), names[level]);
        if (!(test_is_mariadb(t) && level == ROWAN_SERIALIZABLE)) /* reads lock there */
            assert_int_equal(sees(t, other),
                             level == ROWAN_READ_COMMITTED && !test_is_sqlite(t));
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
        if (test_is_sqlite(t)) /* nobody else can write then */
            continue;
        assert_ok(rowan_begin(t->db, &t->err), &t->err);
        assert_int_equal(sees(t, other),
                         test_is_postgres(t)); /* READ COMMITTED there */
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
    }
    rowan_session_close(other);
}

/* A write to a row that another has changed since the transaction first read: PostgreSQL
 * refuses it, MariaDB writes over it (unless innodb_snapshot_isolation is on), and on SQLite
 * there is no other while one may write. */
static void test_writing_what_another_changed(void **state)
{
    rowan_transaction_opts opts = { .isolation = ROWAN_REPEATABLE_READ };
    test_db *t = *state;
    rowan_session *other = NULL;
    rowan_status expected = ROWAN_OK;
    uint64_t n = 0;

    unit_begin(t);
    if (test_is_sqlite(t))
        return; /* test_a_deadlock_is_busy shows it */
    if (test_is_postgres(t) ||
        strcmp(test_value(t, "show variables where variable_name = "
                             "'innodb_snapshot_isolation' and value = 'ON'"),
               "") != 0)
        expected = ROWAN_EBUSY;
    other = test_session(t);
    assert_ok(rowan_begin_with(t->db, &opts, &t->err), &t->err);
    assert_ok(rowan_count(t->db, rowan_select(Author), &n, &t->err), &t->err);
    assert_ok(rowan_update_where(other, Author, rowan_eq(Author, id, 1), &n, &t->err,
                                 rowan_set(Author, name, "theirs")),
              &t->err);
    assert_status(rowan_update_where(t->db, Author, rowan_eq(Author, id, 1), &n,
                                     &t->err, rowan_set(Author, country, "mine")),
                  expected, &t->err);
    rowan_rollback(t->db);
    rowan_session_close(other);
}

/* Others in the way. */

/* Two that read the sum of all scores and write it to their own row: one of them has to run
 * again, or their reads did not see each other's writes. */
typedef struct race {
    test_db *t;
    int64_t id;
    pthread_barrier_t *barrier;
    rowan_isolation isolation;
    unsigned n_runs;
    bool waited;
    rowan_status st;
    rowan_error err;
} race;

static rowan_status add_sum(rowan_session *db, void *ctx, rowan_error *err)
{
    race *r = ctx;
    Author **all = NULL, *own = NULL;
    size_t n = 0;
    double sum = 1;
    rowan_status st;

    r->n_runs++;
    st = rowan_session_fetch(db, Author, rowan_select(Author), &all, &n, err);
    for (size_t i = 0; i < n; i++)
        sum += all[i]->score;
    if (!r->waited) /* both have read before either writes */
        (void)pthread_barrier_wait(r->barrier);
    r->waited = true;
    if (st == ROWAN_OK)
        st = rowan_session_get(db, Author, r->id, &own, err);
    if (st == ROWAN_OK)
        own->score = sum;
    return st;
}

static void *run_race(void *ctx)
{
    race *r = ctx;
    rowan_session *db = NULL;
    rowan_transact_opts opts = { .transaction.isolation = r->isolation };

    r->st = rowan_session_open(r->t->engine, &db, &r->err);
    if (r->st == ROWAN_OK)
        r->st = rowan_transact(db, &opts, add_sum, r, &r->err);
    rowan_session_close(db);
    return NULL;
}

/* On SQLite a writer has the database for itself, and the other one waits at the begin. */
static void test_serialization_failures_run_again(void **state)
{
    test_db *t = *state;
    pthread_barrier_t barrier;
    race races[2] = { { .t = t, .id = 1, .barrier = &barrier },
                      { .t = t, .id = 2, .barrier = &barrier } };
    pthread_t threads[2];

    unit_begin(t);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++) {
        races[i].isolation = ROWAN_SERIALIZABLE;
        races[i].waited = test_is_sqlite(t);
        assert_int_equal(pthread_create(&threads[i], NULL, run_race, &races[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_ok(races[i].st, &races[i].err);
    }
    (void)pthread_barrier_destroy(&barrier);
    assert_int_equal(races[0].n_runs + races[1].n_runs, test_is_sqlite(t) ? 2 : 3);
    assert_true(has_score(t, "sum(score)", 3)); /* 1, and 1 + 1 */
}

/* Two transactions that lock two rows, each the other's first. */
typedef struct knot {
    test_db *t;
    int64_t ids[2];
    pthread_barrier_t *barrier;
    rowan_status st;
    rowan_error err;
} knot;

static void *tie(void *ctx)
{
    knot *k = ctx;
    rowan_session *db = NULL;

    k->st = rowan_session_open(k->t->engine, &db, &k->err);
    if (k->st == ROWAN_OK)
        k->st = rowan_begin(db, &k->err);
    for (size_t i = 0; i < 2 && k->st == ROWAN_OK; i++) {
        k->st = rowan_update_where(db, Author, rowan_eq(Author, id, k->ids[i]), NULL,
                                   &k->err, rowan_set(Author, name, "tied"));
        if (i == 0)
            (void)pthread_barrier_wait(k->barrier);
    }
    if (k->st == ROWAN_OK)
        k->st = rowan_commit(db, &k->err);
    rowan_session_close(db);
    return NULL;
}

/* Who waits too long for the lock of another. */
static void wait_in_vain(test_db *t)
{
    rowan_engine_opts opts = { .busy_timeout_ms = 20 };
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    Author *ada = NULL;

    unit_begin(t);
    assert_ok(rowan_engine_open(t->uri, &opts, &engine, &t->err), &t->err);
    assert_ok(rowan_session_open(engine, &db, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_status(rowan_begin(db, &t->err), ROWAN_EBUSY, &t->err);
    assert_ok(rowan_session_get(db, Author, 1, &ada, &t->err), &t->err);
    ada->name = rowan_text_of("waits");
    assert_status(rowan_commit(db, &t->err), ROWAN_EBUSY, &t->err); /* did not begin */
    assert_true(rowan_session_pending(db));
    rowan_rollback(t->db);
    assert_ok(rowan_commit(db, &t->err), &t->err);
    assert_string_equal(test_list(t, "name", "author", "id"), "waits Alan Grace");
    rowan_session_close(db);
    rowan_engine_close(engine);
}

static void test_a_deadlock_is_busy(void **state)
{
    test_db *t = *state;
    pthread_barrier_t barrier;
    knot knots[2] = { { t, { 1, 2 }, &barrier, 0, { 0 } },
                      { t, { 2, 1 }, &barrier, 0, { 0 } } };
    pthread_t threads[2];

    if (test_is_sqlite(t)) { /* one writer at a time, which begins by locking */
        wait_in_vain(t);
        return;
    }
    unit_begin(t);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, tie, &knots[i]), 0);
    for (size_t i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&barrier);
    assert_int_equal(knots[0].st + knots[1].st, ROWAN_EBUSY); /* one of them */
    assert_string_equal(test_list(t, "name", "author", "id"), "tied tied Grace");
}

/* A deadlock behind a savepoint: PostgreSQL goes back to it; MariaDB has given up the whole
 * transaction, and says so. */
typedef struct back {
    knot knot;
    rowan_status back;
} back;

static void *tie_and_go_back(void *ctx)
{
    back *b = ctx;
    knot *k = &b->knot;
    rowan_session *db = NULL;
    unsigned savepoint = 0;

    k->st = rowan_session_open(k->t->engine, &db, &k->err);
    if (k->st == ROWAN_OK)
        k->st = rowan_begin(db, &k->err);
    if (k->st == ROWAN_OK)
        k->st = rowan_savepoint(db, &savepoint, &k->err);
    for (size_t i = 0; i < 2 && k->st == ROWAN_OK; i++) {
        k->st = rowan_update_where(db, Author, rowan_eq(Author, id, k->ids[i]), NULL,
                                   &k->err, rowan_set(Author, name, "tied"));
        if (i == 0)
            (void)pthread_barrier_wait(k->barrier);
    }
    b->back = ROWAN_OK;
    if (k->st == ROWAN_EBUSY)
        b->back = rowan_rollback_to(db, savepoint, &k->err);
    else if (k->st == ROWAN_OK)
        k->st = rowan_commit(db, &k->err);
    rowan_session_close(db);
    return NULL;
}

static void test_a_savepoint_after_a_deadlock(void **state)
{
    test_db *t = *state;
    pthread_barrier_t barrier;
    back backs[2] = { { { t, { 1, 2 }, &barrier, 0, { 0 } }, 0 },
                      { { t, { 2, 1 }, &barrier, 0, { 0 } }, 0 } };
    pthread_t threads[2];

    if (test_is_sqlite(t)) /* it has no deadlocks */
        return;
    unit_begin(t);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, tie_and_go_back, &backs[i]),
                         0);
    for (size_t i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&barrier);
    assert_int_equal(backs[0].knot.st + backs[1].knot.st, ROWAN_EBUSY);
    assert_int_equal(backs[0].back + backs[1].back,
                     test_is_postgres(t) ? ROWAN_OK : ROWAN_EBUSY);
}

/* Running again. */

typedef struct attempts {
    test_db *t;
    unsigned n, n_busy;
    rowan_status last;
} attempts;

/* Loses its race as often as it is told to. */
static rowan_status lose(rowan_session *db, void *ctx, rowan_error *err)
{
    attempts *a = ctx;
    Author *ada = NULL;
    rowan_status st = rowan_session_get(db, Author, 1, &ada, err);

    a->n++;
    if (st != ROWAN_OK)
        return st;
    ada->score += 1;
    if (a->last != ROWAN_OK)
        return rowan_fail(err, a->last, "as told");
    return a->n <= a->n_busy ? rowan_fail(err, ROWAN_EBUSY, "a lock") : ROWAN_OK;
}

static int64_t waited_ms; /* as the library asked for */

static int note_wait(void *ctx, int fd, unsigned events, int timeout_ms)
{
    (void)ctx;
    if (fd < 0)
        waited_ms += timeout_ms;
    return fd < 0 ? 0 : rowan_wait(NULL, fd, events, timeout_ms);
}

static void test_running_again(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .wait.wait = note_wait };
    rowan_transact_opts few = { .max_attempts = 3,
                                .first_wait_ms = 8,
                                .max_wait_ms = 12 };
    attempts a = { .t = t, .n_busy = 2 };
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;

    unit_begin(t);
    assert_ok(rowan_engine_open(t->uri, &opts, &engine, &t->err), &t->err);
    assert_ok(rowan_session_open(engine, &db, &t->err), &t->err);
    waited_ms = 0;
    assert_ok(rowan_transact(db, &few, lose, &a, &t->err), &t->err);
    assert_int_equal(a.n, 3);
    assert_in_range(waited_ms, 4 + 6, 8 + 12);
    assert_true(has_score(t, "max(score)", 1));
    a = (attempts){ .t = t, .n_busy = 99 };
    assert_status(rowan_transact(db, &few, lose, &a, &t->err), ROWAN_EBUSY, &t->err);
    assert_int_equal(a.n, 3);
    assert_contains(t->err.message, "after 3 attempts: a lock");
    a = (attempts){ .t = t, .last = ROWAN_ENOTFOUND };
    assert_status(rowan_transact(db, NULL, lose, &a, &t->err), ROWAN_ENOTFOUND,
                  &t->err);
    assert_int_equal(a.n, 1);
    assert_false(rowan_in_transaction(db));
    assert_false(rowan_session_pending(db));
    assert_ok(rowan_begin(db, &t->err), &t->err);
    assert_status(rowan_transact(db, NULL, lose, &a, &t->err), ROWAN_EINVAL, &t->err);
    rowan_rollback(db);
    rowan_session_close(db);
    rowan_engine_close(engine);
}

/* Many threads, a session each, one engine: units of work that meet in the same rows. */
enum {
    N_THREADS = 8,
    N_UNITS = 12
};

typedef struct worker {
    test_db *t;
    int number;
    rowan_status st;
    rowan_error err;
} worker;

static rowan_status one_unit(rowan_session *db, void *ctx, rowan_error *err)
{
    worker *w = ctx;
    Author *shared = NULL, *own = NULL;
    Book *book = NULL;
    rowan_status st = rowan_session_get(db, Author, 1 + w->number % 3, &shared, err);

    if (st != ROWAN_OK)
        return st;
    shared->score += 1;
    st = rowan_session_add(db, Author, &own, err, .name = rowan_text_of("own"));
    if (st == ROWAN_OK)
        st = rowan_session_add(db, Book, &book, err, .title = rowan_text_of("own"));
    if (st == ROWAN_OK)
        st = rowan_session_refer(db, Book, book, author_id, Author, own, err);
    if (st == ROWAN_OK)
        st = rowan_session_flush(db, err);
    if (st == ROWAN_OK)
        own->country = rowan_opt_text_of("UK");
    return st;
}

static void *work(void *ctx)
{
    worker *w = ctx;
    rowan_session *db = NULL;
    rowan_transact_opts opts = { .max_attempts = 1000, .max_wait_ms = 50 };

    w->st = rowan_session_open(w->t->engine, &db, &w->err);
    for (int i = 0; i < N_UNITS && w->st == ROWAN_OK; i++)
        w->st = rowan_transact(db, &opts, one_unit, w, &w->err);
    rowan_session_close(db);
    return NULL;
}

static void test_eight_threads(void **state)
{
    test_db *t = *state;
    pthread_t threads[N_THREADS];
    worker workers[N_THREADS];

    unit_begin(t);
    for (int i = 0; i < N_THREADS; i++) {
        workers[i] = (worker){ .t = t, .number = i };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < N_THREADS; i++)
        assert_ok(workers[i].st, &workers[i].err);
    assert_true(has_score(t, "sum(score)", N_THREADS * N_UNITS));
    assert_string_equal(
        test_value(t, "select count(*) from author where country = 'UK'"),
        test_printf("%d", N_THREADS * N_UNITS));
    assert_string_equal(test_value(t, "select count(*) from book"),
                        test_printf("%d", 2 + N_THREADS * N_UNITS));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_after_a_rollback),
        cmocka_unit_test(test_pending_edits_without_a_transaction),
        cmocka_unit_test(test_a_commit_that_fails),
        cmocka_unit_test(test_a_flush_that_fails),
        cmocka_unit_test(test_objects_are_read_again),
        cmocka_unit_test(test_a_lost_race),
        cmocka_unit_test(test_which_race_was_lost),
        cmocka_unit_test(test_a_version_wraps_around),
        cmocka_unit_test(test_savepoints_nest),
        cmocka_unit_test(test_savepoints_after_an_error),
        cmocka_unit_test(test_too_many_savepoints),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_writing_what_another_changed),
        cmocka_unit_test(test_serialization_failures_run_again),
        cmocka_unit_test(test_a_deadlock_is_busy),
        cmocka_unit_test(test_a_savepoint_after_a_deadlock),
        cmocka_unit_test(test_running_again),
        cmocka_unit_test(test_eight_threads),
    };

    return test_on_databases("transactions", tests, sizeof tests / sizeof tests[0]);
}
