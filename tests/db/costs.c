/* costs.c - what reading and lending may cost: allocations, and locks that are held. */
#include "database.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "alloc_int.h"
#include "driver_int.h"
#include "engine_int.h"

#define N_ROWS  20000
#define CHUNK   512 /* rows of a cursor's batch */
#define WAIT_S  20
#define N_TEXTS (N_ROWS * 2) /* that are not empty or NULL; the arena's own pieces */

/* clang-format off */
ROWAN_MODEL(Reading, "reading",
    (rowan_int64,         id,    PRIMARY_KEY),
    (rowan_double,        value),
    (rowan_opt_date,      day),
    (rowan_opt_timestamp, at)
)
ROWAN_MODEL(Letter, "letter",
    (rowan_int64,    id,      PRIMARY_KEY),
    (rowan_text,     subject),
    (rowan_opt_text, body)
)
/* clang-format on */
ROWAN_MODELS(costs_models, "0", Reading, Letter);

static void fill(test_db *t)
{
    Reading *readings = test_alloc(N_ROWS * sizeof *readings);
    Letter *letters = test_alloc(N_ROWS * sizeof *letters);

    for (int i = 0; i < N_ROWS; i++) {
        readings[i] = (Reading){ .id = i + 1, .value = i / 8.0 };
        letters[i] = (Letter){ .id = i + 1 };
        letters[i].subject = rowan_text_of("A letter of some length");
        letters[i].body =
            rowan_opt_text_of("Dear Sir or Madam, there is little to say.");
    }
    assert_ok(rowan_drop_all(t->db, &costs_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &costs_models, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Reading, readings, N_ROWS, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Letter, letters, N_ROWS, &t->err), &t->err);
}

static void drop(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &costs_models, &t->err), &t->err);
}

/* With AddressSanitizer each piece of an arena is an allocation, so that it sees its edges. */
static bool pieces_are_alone(void)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    size_t n_before = rowan__alloc_count();
    bool alone;

    assert_non_null(rowan_arena_alloc(arena, 1));
    assert_non_null(rowan_arena_alloc(arena, 1));
    alone = rowan__alloc_count() - n_before == 2;
    rowan_arena_free(arena);
    return alone;
}

static size_t allocs_of_fetch(test_db *t, const rowan_query *query)
{
    size_t n_before = rowan__alloc_count();
    rowan_result *result = NULL;

    assert_ok(rowan_fetch(t->db, query, &result, &t->err), &t->err);
    assert_int_equal(rowan_result_count(result), N_ROWS);
    rowan_result_free(result);
    return rowan__alloc_count() - n_before;
}

static size_t allocs_of_cursor(test_db *t, const rowan_query *query)
{
    size_t n_before = rowan__alloc_count(), n_total = 0, n_rows;
    rowan_cursor *cursor = NULL;
    rowan_status st;
    void *rows;

    assert_ok(rowan_cursor_open(t->db, query, &cursor, &t->err), &t->err);
    while ((st = rowan_cursor_next(cursor, &rows, &n_rows, &t->err)) == ROWAN_ROW)
        n_total += n_rows;
    assert_ok(st, &t->err);
    rowan_cursor_close(cursor);
    assert_int_equal(n_total, N_ROWS);
    return rowan__alloc_count() - n_before;
}

/* At most one allocation for a chunk of rows, whatever is in them. */
static void test_one_allocation_a_chunk(void **state)
{
    test_db *t = *state;
    size_t chunks = (N_ROWS + CHUNK - 1) / CHUNK;
    size_t texts = pieces_are_alone() ? N_TEXTS : 0;

    fill(t);
    (void)allocs_of_fetch(t, rowan_select(Reading)); /* prepares the statements */
    (void)allocs_of_fetch(t, rowan_select(Letter));
    assert_true(allocs_of_fetch(t, rowan_select(Reading)) <= chunks);
    assert_true(allocs_of_cursor(t, rowan_select(Reading)) <= chunks);
    assert_true(allocs_of_fetch(t, rowan_select(Letter)) <= chunks + texts);
    assert_true(allocs_of_cursor(t, rowan_select(Letter)) <= chunks + texts);
    drop(t);
}

/* A row by its key is one piece of memory: the result, the row and its text. */
static void test_one_allocation_a_row_by_key(void **state)
{
    test_db *t = *state;
    size_t pieces = pieces_are_alone() ? 4 : 0, n_before;
    rowan_result *result = NULL;

    fill(t);
    assert_ok(rowan_find(t->db, Letter, 7, &result, &t->err), &t->err);
    rowan_result_free(result);
    n_before = rowan__alloc_count();
    assert_ok(rowan_find(t->db, Letter, 8, &result, &t->err), &t->err);
    assert_true(rowan__alloc_count() - n_before <= 1 + pieces);
    assert_int_equal(rowan_rows(result, Letter)->id, 8);
    rowan_result_free(result);
    drop(t);
}

/* Pinging. */

static rowan__driver pinging;
static const rowan__driver *real;
static rowan_engine *shared;
static atomic_int n_pings, n_others;

static void *lend_another(void *ctx)
{
    rowan__link *link = NULL;

    (void)ctx;
    if (rowan__engine_checkout(shared, &link, NULL) != ROWAN_OK)
        return NULL;
    rowan__engine_return(shared, link);
    atomic_fetch_add(&n_others, 1);
    return NULL;
}

/* While the first ping is under way, another thread is lent a connection. */
static rowan_status slow_ping(rowan__conn *conn, rowan_error *err)
{
    struct timespec end;
    pthread_t other;

    if (atomic_fetch_add(&n_pings, 1) == 0) {
        assert_int_equal(pthread_create(&other, NULL, lend_another, NULL), 0);
        (void)clock_gettime(CLOCK_REALTIME, &end);
        end.tv_sec += WAIT_S;
        assert_int_equal(pthread_timedjoin_np(other, NULL, &end), 0);
    }
    return real->ping(conn, err);
}

static const rowan__driver *with_slow_ping(const rowan__driver *driver)
{
    real = driver;
    pinging = *driver;
    pinging.ping = slow_ping;
    return &pinging;
}

static void test_no_lock_is_held_while_pinging(void **state)
{
    test_db *t = *state;
    rowan_engine_opts opts = { .pre_ping_after_ms = 1 };
    rowan__link *link = NULL;

    n_pings = n_others = 0;
    rowan__driver_shim = with_slow_ping;
    assert_ok(rowan_engine_open(t->uri, &opts, &shared, &t->err), &t->err);
    rowan__driver_shim = NULL;
    assert_ok(rowan__engine_checkout(shared, &link, &t->err), &t->err);
    rowan__engine_return(shared, link);
    link->idle_since_ms -= 10; /* long enough to be asked */
    assert_ok(rowan__engine_checkout(shared, &link, &t->err), &t->err);
    rowan__engine_return(shared, link);
    assert_int_equal(n_pings, 1);
    assert_int_equal(n_others, 1);
    rowan_engine_close(shared);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_allocation_a_chunk),
        cmocka_unit_test(test_one_allocation_a_row_by_key),
        cmocka_unit_test(test_no_lock_is_held_while_pinging),
    };

    return test_on_databases("costs", tests, sizeof tests / sizeof tests[0]);
}
