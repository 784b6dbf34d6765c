/* inserts.c - many rows whose keys the database gives: each row gets its own. */
#include "database.h"

#include <rowan/raw.h>

#include "insert_int.h"

/* clang-format off */

/* Nothing but a key, and a short one. */
ROWAN_MODEL(Ticket, "ticket",
    (rowan_int64, id, PRIMARY_KEY, AUTO)
)
ROWAN_MODEL(Guest, "guest",
    (rowan_int32,    id,    PRIMARY_KEY, AUTO),
    (rowan_text,     name,  UNIQUE),
    (rowan_opt_text, note),
    (rowan_opt_date, since)
)
/* clang-format on */
/* Of a query plan. */
ROWAN_MODEL(Step, "", (rowan_int64, id, PRIMARY_KEY), (rowan_int64, parent),
            (rowan_int64, notused), (rowan_text, detail))
ROWAN_MODELS(insert_models, "0", Ticket, Guest);

#define N_MANY 700

static const size_t sizes[] = { 2, 3, 7, 9, 10, 11, 63, 127, 128, 129, 257, N_MANY };

static void create(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &insert_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &insert_models, &t->err), &t->err);
}

static void drop(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &insert_models, &t->err), &t->err);
}

/* Guests with names of their own; every third has a day. */
static Guest *guests(const char *prefix, size_t n)
{
    Guest *list = test_alloc(n * sizeof *list);

    for (size_t i = 0; i < n; i++) {
        list[i].name = rowan_text_of(test_printf("%s %zu", prefix, i));
        if (i % 3 == 0)
            list[i].since = ROWAN_SOME(rowan_opt_date, { 2026, 1, 2 });
    }
    return list;
}

static uint64_t n_guests(test_db *t)
{
    uint64_t n = 0;

    assert_ok(rowan_count(t->db, rowan_select(Guest), &n, &t->err), &t->err);
    return n;
}

/* The row of that key is this one. */
static void expect_guest(test_db *t, const Guest *guest)
{
    rowan_result *result = NULL;

    assert_int_not_equal(guest->id, 0);
    assert_ok(rowan_find(t->db, Guest, guest->id, &result, &t->err), &t->err);
    assert_true(rowan_text_equal(rowan_rows(result, Guest)->name, guest->name));
    assert_int_equal(rowan_rows(result, Guest)->since.has, guest->since.has);
    rowan_result_free(result);
}

static void expect_guests(test_db *t, const Guest *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_guest(t, &list[i]);
}

static void test_each_row_gets_its_key(void **state)
{
    test_db *t = *state;
    uint64_t n_before = 0;

    create(t);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        Guest *list = guests(test_printf("%zu", sizes[s]), sizes[s]);

        assert_ok(rowan_insert_many(t->db, Guest, list, sizes[s], &t->err), &t->err);
        n_before += sizes[s];
        assert_int_equal(n_guests(t), n_before);
        expect_guests(t, list, sizes[s]);
    }
    drop(t);
}

static void test_rows_that_lie_apart(void **state)
{
    test_db *t = *state;
    Guest *list = guests("apart", N_MANY);
    void **rows = test_alloc(N_MANY * sizeof *rows);

    create(t);
    for (size_t i = 0; i < N_MANY; i++) /* in a scattered order */
        rows[i] = &list[i * 199 % N_MANY];
    assert_ok(rowan__insert_each(t->db, &Guest_model, rows, N_MANY, &t->err), &t->err);
    expect_guests(t, list, N_MANY);
    for (size_t i = 0; i < N_MANY; i++) { /* keys given */
        list[i].id += 10000;
        list[i].name = rowan_text_of(test_printf("given %zu", i));
    }
    assert_ok(rowan__insert_each(t->db, &Guest_model, rows, N_MANY, &t->err), &t->err);
    expect_guests(t, list, N_MANY);
    assert_ok(rowan__insert_each(t->db, &Guest_model, rows, 0, &t->err), &t->err);
    drop(t);
}

static void test_some_keys_are_given(void **state)
{
    test_db *t = *state;
    Guest *list = guests("some", N_MANY);

    create(t);
    for (size_t i = 0; i < N_MANY; i += 2)
        list[i].id = (int32_t)(5000 + i);
    assert_ok(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), &t->err);
    assert_int_equal(list[2].id, 5002);
    expect_guests(t, list, N_MANY);
    drop(t);
}

/* After an error no row has a key that the rollback took back. */
static void test_an_error_gives_no_keys(void **state)
{
    test_db *t = *state;

    create(t);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        Guest *list = guests("error", sizes[s]);

        list[sizes[s] - 1].name = list[0].name;
        assert_status(rowan_insert_many(t->db, Guest, list, sizes[s], &t->err),
                      ROWAN_ECONFLICT, &t->err);
        list[0].id = s % 2 == 0 ? 0 : 77; /* one that is given stays */
        list[sizes[s] - 1].name = rowan_text_of("not UTF-8: \xff");
        assert_status(rowan_insert_many(t->db, Guest, list, sizes[s], &t->err),
                      ROWAN_EINVAL, &t->err);
        assert_int_equal(list[0].id, s % 2 == 0 ? 0 : 77);
        for (size_t i = 1; i < sizes[s]; i++)
            assert_int_equal(list[i].id, 0);
        assert_false(rowan_in_transaction(t->db));
        assert_int_equal(n_guests(t), 0);
    }
    drop(t);
}

static void test_inside_a_transaction(void **state)
{
    test_db *t = *state;
    Guest *list = guests("inside", 40);

    create(t);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Guest, list, 20, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Guest, list + 20, 20, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    expect_guests(t, list, 40);
    drop(t);
}

static void test_nothing_but_keys(void **state)
{
    test_db *t = *state;
    Ticket tickets[30] = { 0 };
    uint64_t n = 0;

    create(t);
    assert_ok(rowan_insert_many(t->db, Ticket, tickets, 30, &t->err), &t->err);
    for (size_t i = 0; i < 30; i++) {
        assert_true(tickets[i].id > 0);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(tickets[i].id, tickets[k].id);
    }
    assert_ok(rowan_count(t->db, rowan_select(Ticket), &n, &t->err), &t->err);
    assert_int_equal(n, 30);
    drop(t);
}

/* Who may insert may not therefore use the sequence, and a table that another program made
 * may have none. Only PostgreSQL has such things. */
static void test_without_a_sequence(void **state)
{
    test_db *t = *state;
    Guest *list = guests("granted", N_MANY), *other = guests("default", N_MANY);

    if (!test_is_postgres(t))
        return;
    create(t);
    test_exec(t, "DROP ROLE IF EXISTS rowan_inserter; CREATE ROLE rowan_inserter; "
                 "GRANT SELECT, INSERT ON guest TO rowan_inserter");
    assert_ok(rowan__session_run(t->db, "SET ROLE rowan_inserter", &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), &t->err);
    expect_guests(t, list, N_MANY);
    assert_ok(rowan__session_run(t->db, "RESET ROLE", &t->err), &t->err);
    test_exec(t,
              "DROP OWNED BY rowan_inserter; DROP ROLE rowan_inserter;"
              "ALTER TABLE guest ALTER id DROP IDENTITY; CREATE SEQUENCE numbers "
              "START 5000; ALTER TABLE guest ALTER id SET DEFAULT nextval('numbers')");
    assert_ok(rowan_insert_many(t->db, Guest, other, N_MANY, &t->err), &t->err);
    expect_guests(t, other, N_MANY);
    assert_int_equal(other[0].id, 5000);
    drop(t);
    test_exec(t, "DROP SEQUENCE numbers");
}

/* A sequence that counts down is fine, a default that does cannot be told from chance. */
static void test_numbers_that_do_not_rise(void **state)
{
    test_db *t = *state;
    Guest *list = guests("down", N_MANY);

    if (!test_is_postgres(t))
        return;
    create(t);
    test_exec(t, "ALTER TABLE guest ALTER id DROP IDENTITY; CREATE SEQUENCE numbers "
                 "INCREMENT -3 MINVALUE -100000 MAXVALUE 100000 START 50000; "
                 "ALTER TABLE guest ALTER id SET DEFAULT nextval('numbers')");
    assert_status(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err),
                  ROWAN_EUNSUPPORTED, &t->err);
    assert_int_equal(n_guests(t), 0);
    test_exec(t, "ALTER SEQUENCE numbers OWNED BY guest.id");
    assert_ok(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), &t->err);
    expect_guests(t, list, N_MANY);
    drop(t);
}

/* A table that another program made may remember keys that are gone: none comes again. */
static void test_keys_that_never_come_again(void **state)
{
    test_db *t = *state;
    Guest *list = guests("first", N_MANY), *more = guests("second", N_MANY);

    if (!test_is_sqlite(t))
        return;
    create(t);
    test_exec(t, "DROP TABLE guest; CREATE TABLE guest (id INTEGER PRIMARY KEY "
                 "AUTOINCREMENT, name TEXT NOT NULL UNIQUE, note TEXT, since TEXT)");
    assert_ok(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), &t->err);
    expect_guests(t, list, N_MANY);
    assert_ok(rowan_delete_where(t->db, Guest, NULL, NULL, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Guest, more, N_MANY, &t->err), &t->err);
    expect_guests(t, more, N_MANY);
    assert_int_equal(more[0].id, N_MANY + 1);
    drop(t);
}

/* Behind the greatest key SQLite takes any that is free. */
static void test_behind_the_last_key(void **state)
{
    test_db *t = *state;
    Sample last = test_sample(), samples[20];

    if (!test_is_sqlite(t))
        return;
    last.id = INT64_MAX;
    assert_ok(rowan_insert(t->db, Sample, &last, &t->err), &t->err);
    for (size_t i = 0; i < 20; i++)
        samples[i] = test_sample();
    assert_status(rowan_insert_many(t->db, Sample, samples, 20, &t->err),
                  ROWAN_EUNSUPPORTED, &t->err);
    assert_int_equal(samples[0].id, 0);
    assert_ok(rowan_insert(t->db, Sample, &samples[0], &t->err), &t->err);
    assert_true(samples[0].id > 0);
}

/* Nothing is inserted if the keys do not fit the struct. */
static void test_keys_that_are_too_long(void **state)
{
    test_db *t = *state;
    Guest last = { .id = INT32_MAX - 5, .name = rowan_text_of("last") };
    Guest *list = guests("more", N_MANY);

    if (!test_is_sqlite(t))
        return;
    create(t);
    assert_ok(rowan_insert(t->db, Guest, &last, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    assert_status(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), ROWAN_EDATA,
                  &t->err);
    assert_int_equal(list[0].id, 0);
    assert_int_equal(n_guests(t), 1);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    drop(t);
}

/* Behind negative keys, which may be given, the first is 1. SQLite itself would go on with
 * negative ones. */
static void test_behind_negative_keys(void **state)
{
    test_db *t = *state;
    Guest given = { .id = -5, .name = rowan_text_of("given") };

    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        Guest *list = guests("behind", sizes[s]);

        create(t);
        assert_ok(rowan_insert(t->db, Guest, &given, &t->err), &t->err);
        assert_ok(rowan_insert_many(t->db, Guest, list, sizes[s], &t->err), &t->err);
        assert_int_equal(list[0].id, 1);
        expect_guests(t, list, sizes[s]);
        expect_guest(t, &given);
    }
    drop(t);
}

/* What triggers do to keys is read back. */
static void test_keys_that_a_trigger_takes(void **state)
{
    static const char *const triggers[] = {
        "CREATE TRIGGER double AFTER INSERT ON guest WHEN new.name LIKE '%7' BEGIN "
        "INSERT "
        "INTO guest (name) VALUES ('with ' || new.name); END",
        "CREATE TEMP TRIGGER double AFTER INSERT ON main.guest WHEN new.name LIKE '%7' "
        "BEGIN INSERT INTO guest (name) VALUES ('with ' || new.name); END",
    };
    test_db *t = *state;

    if (!test_is_sqlite(t))
        return;
    for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
        Guest *list = guests("alone", N_MANY);

        create(t);
        assert_ok(rowan__session_run(t->db, triggers[i], &t->err), &t->err);
        assert_ok(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err), &t->err);
        expect_guests(t, list, N_MANY);
        assert_int_equal(n_guests(t), N_MANY + N_MANY / 10);
        drop(t);
    }
}

/* A table that leaves rows out is found out, and nothing remains. */
static void test_rows_that_are_left_out(void **state)
{
    test_db *t = *state;
    Guest *list = guests("same", N_MANY);

    if (!test_is_sqlite(t))
        return;
    create(t);
    test_exec(t, "DROP TABLE guest; CREATE TABLE guest (id INTEGER PRIMARY KEY, name "
                 "TEXT NOT NULL UNIQUE ON CONFLICT IGNORE, note TEXT, since TEXT)");
    list[300].name = list[200].name;
    assert_status(rowan_insert_many(t->db, Guest, list, N_MANY, &t->err),
                  ROWAN_EUNSUPPORTED, &t->err);
    assert_int_equal(list[0].id, 0);
    assert_int_equal(n_guests(t), 0);
    drop(t);
}

/* The greatest key is at the end of the table; it was once looked for in all of it. */
static void test_the_greatest_key_is_not_searched(void **state)
{
    test_db *t = *state;
    rowan_query query = { .model = &Guest_model };
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan__buf sql;

    if (!test_is_sqlite(t))
        return;
    create(t);
    rowan__buf_init(&sql, 0);
    rowan__buf_str(&sql, "EXPLAIN QUERY PLAN ");
    rowan__statement_of_keys(&statement, &query, 2);
    rowan__statement_text(&statement, rowan__session_dialect(t->db), &sql);
    rowan__statement_done(&statement);
    assert_ok(rowan_sql(t->db, Step, &result, &t->err, sql.ptr, (int64_t)2), &t->err);
    for (size_t i = 0; i < rowan_result_count(result); i++)
        assert_false(rowan_text_equal(rowan_rows(result, Step)[i].detail,
                                      rowan_text_of("SCAN guest")));
    rowan_result_free(result);
    rowan__buf_done(&sql);
    drop(t);
}

/* More than goes to MariaDB at once, in rows and in bytes; and an error in the last of it. */
static void test_more_than_a_batch(void **state)
{
    test_db *t = *state;
    Guest *list = guests("batch", 2500);
    char *note = test_alloc(8000);

    memset(note, 'x', 7999);
    create(t);
    for (size_t i = 1200; i < 1600; i++)
        list[i].note = (rowan_opt_text){ note, 7000 + i % 900 };
    assert_ok(rowan_insert_many(t->db, Guest, list, 2500, &t->err), &t->err);
    assert_int_equal(n_guests(t), 2500);
    expect_guests(t, list, 2500);
    for (size_t i = 0; i < 2500; i++) {
        list[i].id = 0;
        list[i].name = rowan_text_of(test_printf("again %zu", i));
    }
    list[2499].name = list[0].name;
    assert_status(rowan_insert_many(t->db, Guest, list, 2500, &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_int_equal(list[0].id, 0);
    assert_int_equal(n_guests(t), 2500);
    drop(t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_gets_its_key),
        cmocka_unit_test(test_rows_that_lie_apart),
        cmocka_unit_test(test_some_keys_are_given),
        cmocka_unit_test(test_an_error_gives_no_keys),
        cmocka_unit_test(test_inside_a_transaction),
        cmocka_unit_test(test_nothing_but_keys),
        cmocka_unit_test(test_without_a_sequence),
        cmocka_unit_test(test_numbers_that_do_not_rise),
        cmocka_unit_test(test_keys_that_never_come_again),
        cmocka_unit_test(test_behind_the_last_key),
        cmocka_unit_test(test_keys_that_are_too_long),
        cmocka_unit_test(test_behind_negative_keys),
        cmocka_unit_test(test_keys_that_a_trigger_takes),
        cmocka_unit_test(test_rows_that_are_left_out),
        cmocka_unit_test(test_the_greatest_key_is_not_searched),
        cmocka_unit_test(test_more_than_a_batch),
    };

    return test_on_databases("inserts", tests, sizeof tests / sizeof tests[0]);
}
