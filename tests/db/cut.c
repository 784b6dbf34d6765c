/* cut.c - the connection is cut at a byte, at one after another, in both directions.
 *
 * What a call says must then be true: ROWAN_OK means that it is done, an error that it is
 * not, but for one that says that it is not known. Normally some bytes are left out; with
 * ROWAN_FAULT_FULL in the environment none is. */
#include "database.h"

#include <rowan/merge.h>

#include "proxy.h"

#define N_VISITS  20
#define MAX_BYTES 20000 /* of a scenario, in one direction */

static test_proxy *proxy; /* of the database under test */

typedef struct cut_scenario {
    const char *name;
    rowan_status (*run)(test_db *t);
    size_t step; /* bytes from one cut to the next */
} cut_scenario;

static rowan_status insert_alone(test_db *t)
{
    Place place = { rowan_text_of("new"), rowan_text_of("New"), { NULL, 0 } };

    return rowan_insert(t->db, Place, &place, &t->err);
}

static rowan_status insert_in_transaction(test_db *t)
{
    Place place = { rowan_text_of("new"), rowan_text_of("New"), { NULL, 0 } };
    rowan_status st = rowan_begin(t->db, &t->err);

    if (st == ROWAN_OK)
        st = rowan_insert(t->db, Place, &place, &t->err);
    if (st == ROWAN_OK)
        return rowan_commit(t->db, &t->err);
    rowan_rollback(t->db);
    return st;
}

static rowan_status insert_with_key(test_db *t)
{
    Sample sample = test_sample();

    return rowan_insert(t->db, Sample, &sample, &t->err);
}

static rowan_status insert_bulk(test_db *t)
{
    enum {
        N = 12
    };
    Place places[N];
    char codes[N][4];

    for (int i = 0; i < N; i++) {
        (void)snprintf(codes[i], sizeof codes[i], "n%d", i);
        places[i] = (Place){ rowan_text_of(codes[i]), rowan_text_of(codes[i]), { 0 } };
    }
    return rowan_insert_many(t->db, Place, places, N, &t->err);
}

static rowan_status update_where(test_db *t)
{
    return rowan_update_where(t->db, Place, rowan_gt(Place, code, "a"), NULL, &t->err,
                              rowan_set(Place, name, "new"));
}

static rowan_status merge(test_db *t)
{
    Place places[] = { { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } },
                       { rowan_text_of("new"), rowan_text_of("New"), { "a", 1 } } };
    rowan_merge *m = NULL;
    rowan_status st = rowan_merge_open(t->db, 1, &m, &t->err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(m, &Place_model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(m, places, 2, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(m, NULL, &t->err);
    rowan_merge_close(m);
    return st;
}

/* Reading: all rows or an error. */
static rowan_status fetch(test_db *t)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(t->db, rowan_select(Visit), &result, &t->err);

    if (st == ROWAN_OK)
        assert_int_equal(rowan_result_count(result), N_VISITS);
    rowan_result_free(result);
    return st;
}

static rowan_status cursor(test_db *t)
{
    rowan_cursor *c = NULL;
    void *rows = NULL;
    size_t n_rows = 0, n = 0;
    rowan_status st = rowan_cursor_open(t->db, rowan_select(Visit), &c, &t->err);

    while (st == ROWAN_OK &&
           (st = rowan_cursor_next(c, &rows, &n_rows, &t->err)) == ROWAN_ROW) {
        n += n_rows;
        st = ROWAN_OK;
    }
    rowan_cursor_close(c);
    if (st == ROWAN_OK)
        assert_int_equal(n, N_VISITS);
    return st;
}

/* Nothing but a new connection. */
static rowan_status connect_anew(test_db *t)
{
    rowan_session_close(t->db);
    rowan_engine_close(t->engine);
    t->engine = NULL;
    t->db = NULL;
    assert_ok(rowan_engine_open(t->uri,
                                &(rowan_engine_opts){ .retry_after_ms = UINT32_MAX },
                                &t->engine, &t->err),
              &t->err);
    assert_ok(rowan_session_open(t->engine, &t->db, &t->err), &t->err);
    return rowan_session_ping(t->db, &t->err);
}

/* The tables as one text, read past the proxy. */
static const char *contents(test_db *t)
{
    rowan_result *result = NULL;
    uint64_t n_samples = 0;
    const char *text = "";

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Place, .order_by = { rowan_asc(Place, code) }),
                          &result, &t->err),
              &t->err);
    for (size_t i = 0; i < rowan_result_count(result); i++)
        text = test_printf("%s%s ", text, rowan_rows(result, Place)[i].name.ptr);
    rowan_result_free(result);
    assert_ok(rowan_count(t->db, rowan_select(Sample), &n_samples, &t->err), &t->err);
    return test_printf("%s%d", text, (int)n_samples);
}

static void put_back(test_db *t)
{
    Place places[] = { { rowan_text_of("a"), rowan_text_of("a"), { NULL, 0 } },
                       { rowan_text_of("b"), rowan_text_of("b"), { NULL, 0 } } };
    rowan_merge *m = NULL;

    assert_ok(rowan_delete_where(t->db, Sample, NULL, NULL, &t->err), &t->err);
    assert_ok(rowan_merge_open(t->db, 1, &m, &t->err), &t->err);
    assert_ok(rowan_merge_table(m, &Place_model, &t->err), &t->err);
    assert_ok(rowan_merge_rows(m, places, 2, &t->err), &t->err);
    assert_ok(rowan_merge_commit(m, NULL, &t->err), &t->err);
    rowan_merge_close(m);
}

/* A session through the proxy whose connection is there. */
static test_db open_through(test_db *t)
{
    rowan_engine_opts opts = { .retry_after_ms = UINT32_MAX };
    test_db through = { .kind = t->kind, .uri = test_proxy_uri(proxy, t->uri) };

    assert_ok(rowan_engine_open(through.uri, &opts, &through.engine, &t->err), &t->err);
    assert_ok(rowan_session_open(through.engine, &through.db, &t->err), &t->err);
    assert_ok(rowan_session_ping(through.db, &t->err), &t->err);
    return through;
}

static void close_through(test_db *through)
{
    rowan_session_close(through->db);
    rowan_engine_close(through->engine);
    test_wait_until(test_proxy_is_idle(proxy), 10000); /* the server is done */
}

/* What a scenario says, and what it has done. */
static void judge(test_db *t, const cut_scenario *scenario, rowan_status st,
                  const rowan_error *err, const char *before, const char *after)
{
    const char *now = contents(t);
    bool known = st == ROWAN_OK || strstr(err->message, "not known") == NULL;

    if (st != ROWAN_OK && st != ROWAN_ECONN)
        fail_msg("%s: %s: %s", scenario->name, rowan_status_name(st), err->message);
    if (strcmp(now, before) != 0 && strcmp(now, after) != 0)
        fail_msg("%s was done by half: %s", scenario->name, now);
    if (known && strcmp(now, st == ROWAN_OK ? after : before) != 0)
        fail_msg("%s: %s (%s), but there is: %s", scenario->name, rowan_status_name(st),
                 st == ROWAN_OK ? "" : err->message, now);
}

static void cut_everywhere(test_db *t, const cut_scenario *scenario, bool from_server)
{
    const char *before, *after;
    size_t step = getenv("ROWAN_FAULT_FULL") != NULL ? 1 : scenario->step, n_cuts = 0;
    bool has_cut = true;
    test_db through;

    put_back(t);
    before = contents(t);
    through = open_through(t);
    assert_ok(scenario->run(&through), &through.err);
    close_through(&through);
    after = contents(t);
    for (size_t n = 1; has_cut; n += step) {
        rowan_error err;
        rowan_status st;

        assert_true(n < MAX_BYTES);
        put_back(t);
        through = open_through(t);
        test_proxy_cut_after(proxy, from_server, n);
        st = scenario->run(&through);
        err = through.err;
        has_cut = test_proxy_has_cut(proxy);
        if (!has_cut)
            test_proxy_cut_after(proxy, from_server, SIZE_MAX);
        assert_false(rowan_in_transaction(through.db));
        n_cuts += has_cut;
        rowan_session_release(through.db); /* the pool sees to it */
        assert_ok(rowan_session_ping(through.db, &through.err), &through.err);
        close_through(&through);
        judge(t, scenario, st, &err, before, after);
    }
    assert_true(n_cuts > 0);
}

static void cut_scenarios(test_db *t, const cut_scenario *scenarios, size_t n)
{
    Visit visits[N_VISITS];
    const char *at;

    if (test_is_sqlite(t))
        return; /* has no connection to cut */
    at = strrchr(strrchr(t->uri, '@'), ':');
    proxy = test_proxy_new((int)strtol(at + 1, NULL, 10));
    put_back(t);
    for (int i = 0; i < N_VISITS; i++)
        visits[i] = (Visit){ rowan_text_of("a"), i, 1 };
    assert_ok(rowan_insert_many(t->db, Visit, visits, N_VISITS, &t->err), &t->err);
    for (size_t i = 0; i < n; i++) {
        cut_everywhere(t, &scenarios[i], false);
        cut_everywhere(t, &scenarios[i], true);
    }
    test_proxy_free(proxy);
}

#define SCENARIO(name, step) \
    {                        \
#name, name, step    \
    }

static void test_writes(void **state)
{
    static const cut_scenario scenarios[] = { SCENARIO(insert_alone, 5),
                                              SCENARIO(insert_in_transaction, 5),
                                              SCENARIO(insert_with_key, 17),
                                              SCENARIO(insert_bulk, 29),
                                              SCENARIO(update_where, 7) };

    cut_scenarios(*state, scenarios, sizeof scenarios / sizeof scenarios[0]);
}

static void test_a_refresh(void **state)
{
    static const cut_scenario scenarios[] = { SCENARIO(merge, 61) };

    cut_scenarios(*state, scenarios, 1);
}

static void test_reads(void **state)
{
    static const cut_scenario scenarios[] = { SCENARIO(fetch, 23),
                                              SCENARIO(cursor, 23) };

    cut_scenarios(*state, scenarios, 2);
}

static void test_connecting(void **state)
{
    static const cut_scenario scenarios[] = { SCENARIO(connect_anew, 17) };

    cut_scenarios(*state, scenarios, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_a_refresh),
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_connecting),
    };

    return test_on_databases("cut", tests, sizeof tests / sizeof tests[0]);
}
