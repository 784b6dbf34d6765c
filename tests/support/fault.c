/* fault.c - see fault.h. */
#include "fault.h"

#include "alloc_int.h"
#include "fault_driver.h"
#include "mariadb.h"
#include "postgres.h"
#include "session_int.h"

#define MAX_ROUNDS 20000 /* of one sweep: a scenario that never passes */

/* What fails in a sweep. */
typedef enum fault_kind {
    ALLOCATION,
    ALL_ALLOCATIONS, /* the nth and all behind it */
    DRIVER_ERROR,
    DRIVER_WITHOUT_WORDS,
    DRIVER_LOST,
    DRIVER_LOST_BEHIND,
    N_KINDS
} fault_kind;

static const char *const kind_names[N_KINDS] = {
    "allocation",         "allocation and all after it",
    "driver call",        "driver call without words",
    "driver call (lost)", "driver call (lost behind it)"
};

/* A scenario under test. The keeper puts the rows back, through nothing that fails. */
typedef struct sweep {
    const fault_suite *suite;
    const fault_scenario *scenario;
    const rowan_models *models;
    test_db db, keeper;
    size_t n_rows; /* of all tables, after the seed */
    size_t n_fds;  /* after a round that went well */
    fault_kind kind;
    size_t round;
} sweep;

static sweep *current; /* for messages */

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void fault_wrong(const char *file, int line, const char *fact)
{
    rowan__alloc_fail_at(0, false);
    print_error("%s, %s %zu: not so: %s\n", current->scenario->name,
                kind_names[current->kind], current->round, fact);
    _fail(file, line);
}

rowan_status fault_seed(test_db *t, rowan_error *err)
{
    Place places[FAULT_PLACES] = {
        { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } },
        { rowan_text_of("b"), rowan_text_of("B"), { "a", 1 } },
        { rowan_text_of("c"), rowan_text_of("C"), { NULL, 0 } },
    };
    Visit visits[FAULT_VISITS] = { { rowan_text_of("a"), 2001, 3 },
                                   { rowan_text_of("a"), 2002, 5 } };
    Sample samples[FAULT_SAMPLES] = { test_sample(), test_sample() };
    rowan_status st = rowan_insert_many(t->db, Place, places, FAULT_PLACES, err);

    samples[1].small++;
    if (st == ROWAN_OK)
        st = rowan_insert_many(t->db, Visit, visits, FAULT_VISITS, err);
    if (st == ROWAN_OK)
        st = rowan_insert_many(t->db, Sample, samples, FAULT_SAMPLES, err);
    return st;
}

/* Deletes all rows of a table: those that refer to others of the same table first let go,
 * since MariaDB looks at each row by itself. */
static void empty(test_db *t, const rowan_model *model)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];
        rowan_assignment set = { .column = column, .value = { .is_null = true } };

        if (column->references != NULL && column->nullable &&
            strcmp(column->references->table, model->table) == 0)
            assert_ok(rowan_update_rows(t->db, model, NULL, &set, 1, NULL, &t->err),
                      &t->err);
    }
    assert_ok(rowan_delete_rows(t->db, model, NULL, NULL, &t->err), &t->err);
}

/* Brings the tables back to what they were. */
static void put_back(sweep *s)
{
    test_db *t = &s->keeper;
    fault_fn *seed = s->suite->seed != NULL ? s->suite->seed : fault_seed;
    const rowan_model *order[64];

    assert_true(s->models->n_models <= sizeof order / sizeof order[0]);
    assert_ok(rowan_models_order(s->models, order, &t->err), &t->err);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    for (size_t i = s->models->n_models; i-- > 0;)
        empty(t, order[i]);
    assert_ok(seed(t, &t->err), &t->err);
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
}

static size_t count_rows(sweep *s)
{
    test_db *t = &s->keeper;
    uint64_t n, sum = 0;

    for (size_t i = 0; i < s->models->n_models; i++) {
        rowan_query query = { .model = s->models->list[i] };

        assert_ok(rowan_count(t->db, &query, &n, &t->err), &t->err);
        sum += n;
    }
    return (size_t)sum;
}

/* The next round prepares its statements anew. */
static void forget_statements(rowan_session *session)
{
    while (session->link != NULL && session->link->newest != NULL)
        rowan__link_forget(session->link, session->link->newest->prepared);
}

static bool is_memory(const sweep *s)
{
    return s->kind == ALLOCATION || s->kind == ALL_ALLOCATIONS;
}

static void arm(const sweep *s)
{
    if (is_memory(s))
        rowan__alloc_fail_at(s->round, s->kind == ALL_ALLOCATIONS);
    else
        fault_driver_fail_at(s->round, s->kind == DRIVER_LOST ? FAULT_LOST
                                       : s->kind == DRIVER_LOST_BEHIND
                                           ? FAULT_LOST_BEHIND
                                           : FAULT_ERROR);
}

/* Lets all calls pass again. Returns whether one has failed. */
static bool disarm(const sweep *s, size_t n_before)
{
    bool failed = is_memory(s) ? rowan__alloc_count() - n_before >= s->round
                               : fault_driver_failed();

    rowan__alloc_fail_at(0, false);
    return failed;
}

/* Whether a status is what the failure that was put in may come to. */
static void judge(const sweep *s, rowan_status st, const rowan_error *err)
{
    bool fits = st == ROWAN_OK;

    switch (s->kind) {
    case ALLOCATION:
    case ALL_ALLOCATIONS: fits = fits || st == ROWAN_ENOMEM; break;
    case DRIVER_WITHOUT_WORDS: fits = fits || st == ROWAN_EIO; break;
    case DRIVER_ERROR:
        fits = fits || (st == ROWAN_EIO && strstr(err->message, FAULT_WORDS) != NULL);
        break;
    default:
        fits = fits || (st == ROWAN_ECONN &&
                        (strstr(err->message, FAULT_WORDS) != NULL ||
                         strstr(err->message, "transaction is lost") != NULL));
        if (fits && fault_driver_failed_commit())
            fits = st != ROWAN_OK && strstr(err->message, "not known") != NULL;
        break;
    }
    if (fits && st != ROWAN_OK && s->kind != DRIVER_WITHOUT_WORDS)
        fits = err->code == st && err->message[0] != '\0';
    if (!fits)
        fail_msg("%s, %s %zu: %s: %s", s->scenario->name, kind_names[s->kind], s->round,
                 rowan_status_name(st), err->message);
}

static void check_rows(sweep *s, const rowan_error *err)
{
    if (s->scenario->atomic && strstr(err->message, "not known") == NULL &&
        count_rows(s) != s->n_rows)
        fail_msg("%s, %s %zu failed and left rows behind", s->scenario->name,
                 kind_names[s->kind], s->round);
}

/* One round without a failure: the session still works. */
static void run_well(sweep *s)
{
    test_db *t = &s->db;
    rowan_status st;

    memset(&t->err, 0, sizeof t->err);
    st = s->scenario->run(t, &t->err);
    if (st != ROWAN_OK)
        fail_msg("%s, after %s %zu failed: %s: %s", s->scenario->name,
                 kind_names[s->kind], s->round, rowan_status_name(st), t->err.message);
}

/* Returns whether a call was left to fail. */
static bool run_round(sweep *s)
{
    rowan_error err = { 0 };
    size_t n_before;
    rowan_status st;
    bool failed;

    if (!s->scenario->reads)
        put_back(s);
    forget_statements(s->db.db);
    n_before = rowan__alloc_count();
    arm(s);
    st = s->scenario->run(&s->db, s->kind == DRIVER_WITHOUT_WORDS ? NULL : &err);
    failed = disarm(s, n_before);
    if (!failed)
        assert_ok(st, &err);
    judge(s, st, &err);
    fault_driver_fail_at(0, FAULT_ERROR);
    assert_false(rowan_in_transaction(s->db.db));
    if (st != ROWAN_OK)
        check_rows(s, &err);
    if (!s->scenario->reads)
        put_back(s);
    run_well(s);
    if (test_count_fds() != s->n_fds)
        fail_msg("%s, %s %zu: %zu descriptors, not %zu", s->scenario->name,
                 kind_names[s->kind], s->round, test_count_fds(), s->n_fds);
    return failed;
}

/* Two kinds are near to others: every third call is enough, but for ROWAN_FAULT_FULL. */
static size_t step_of(fault_kind kind)
{
    bool near = kind == ALL_ALLOCATIONS || kind == DRIVER_WITHOUT_WORDS;

    return near && getenv("ROWAN_FAULT_FULL") == NULL ? 3 : 1;
}

static void check_leaks(const sweep *s)
{
    if (__lsan_do_recoverable_leak_check != NULL &&
        __lsan_do_recoverable_leak_check() != 0)
        fail_msg("%s leaks", s->scenario->name);
}

static void run_scenario(void **state)
{
    sweep *s = *state;
    size_t n_rounds[N_KINDS];

    current = s;
    put_back(s);
    s->n_rows = count_rows(s);
    run_well(s); /* the first time opens what stays open */
    if (!s->scenario->reads)
        put_back(s);
    run_well(s);
    s->n_fds = test_count_fds();
    for (s->kind = ALLOCATION; s->kind < N_KINDS; s->kind++) {
        for (s->round = 1; run_round(s); s->round += step_of(s->kind))
            assert_true(s->round < MAX_ROUNDS);
        n_rounds[s->kind] = s->round - 1;
    }
    print_message("%s: %zu allocations, %zu calls of the driver failed\n",
                  s->scenario->name, n_rounds[ALLOCATION], n_rounds[DRIVER_ERROR]);
    check_leaks(s);
}

static int end_scenario(void **state)
{
    (void)state;
    rowan__alloc_fail_at(0, false);
    fault_driver_fail_at(0, FAULT_ERROR);
    return 0;
}

/* Opens a session on an engine of its own. */
static void open_session(test_db *t, const char *kind, const char *uri)
{
    rowan_engine_opts opts = { .pool_size = 2, .retry_after_ms = UINT32_MAX };

    t->kind = kind;
    t->uri = uri;
    assert_ok(rowan_engine_open(uri, &opts, &t->engine, &t->err), &t->err);
    assert_ok(rowan_session_open(t->engine, &t->db, &t->err), &t->err);
}

static sweep base; /* of the database under test */

static int open_database(void **state)
{
    const char *kind = base.db.kind, *uri;

    (void)state;
    if (strcmp(kind, "sqlite") == 0)
        uri = test_printf("sqlite:///%s/fault.db", test_dir());
    else
        uri = strcmp(kind, "postgresql") == 0 ? test_postgres_database()
                                              : test_mariadb_database();
    open_session(&base.keeper, kind, uri);
    assert_ok(rowan_create_all(base.keeper.db, base.models, &base.keeper.err),
              &base.keeper.err);
    fault_driver_install();
    open_session(&base.db, kind, uri);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    fault_driver_remove();
    rowan_session_close(base.db.db);
    rowan_engine_close(base.db.engine);
    rowan_session_close(base.keeper.db);
    rowan_engine_close(base.keeper.engine);
    return 0;
}

static int begin_scenario(void **state)
{
    const fault_scenario *scenario = *state;
    sweep *s = test_alloc(sizeof *s);

    *s = base;
    s->scenario = scenario;
    *state = s;
    return 0;
}

/* One cmocka test a scenario. */
static struct CMUnitTest *tests_of(const fault_suite *suite, const char *kind,
                                   CMUnitTestFunction run)
{
    struct CMUnitTest *tests = test_alloc(suite->n_scenarios * sizeof *tests);

    for (size_t i = 0; i < suite->n_scenarios; i++) {
        union {
            const fault_scenario *in;
            void *out;
        } scenario = { &suite->scenarios[i] };

        tests[i].name = test_printf("%s %s", scenario.in->name, kind);
        tests[i].test_func = run;
        tests[i].setup_func = begin_scenario;
        tests[i].teardown_func = end_scenario;
        tests[i].initial_state = scenario.out;
    }
    return tests;
}

int fault_on_databases(const fault_suite *suite)
{
    static const char *const kinds[] = { "sqlite", "postgresql", "mariadb" };
    int n_failed = 0;

    base.suite = suite;
    base.models = suite->models != NULL ? suite->models : &test_models;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        base.db = base.keeper = (test_db){ .kind = kinds[i] };
        n_failed += _cmocka_run_group_tests(
            test_printf("%s on %s", suite->name, kinds[i]),
            tests_of(suite, test_printf("on %s", kinds[i]), run_scenario),
            suite->n_scenarios, open_database, close_database);
    }
    return n_failed;
}

static bool run_round_in_memory(sweep *s)
{
    rowan_error err = { 0 };
    size_t n_before = rowan__alloc_count(), n_fds = test_count_fds();
    rowan_status st;
    bool failed;

    arm(s);
    st = s->scenario->run(NULL, &err);
    failed = disarm(s, n_before);
    if (!failed)
        assert_ok(st, &err);
    judge(s, st, &err);
    assert_int_equal(test_count_fds(), n_fds);
    assert_ok(s->scenario->run(NULL, &err), &err);
    return failed;
}

static void run_in_memory(void **state)
{
    sweep *s = *state;

    current = s;
    for (s->kind = ALLOCATION; s->kind <= ALL_ALLOCATIONS; s->kind++) {
        for (s->round = 1; run_round_in_memory(s); s->round++)
            assert_true(s->round < MAX_ROUNDS);
    }
    print_message("%s: %zu allocations failed\n", s->scenario->name, s->round - 1);
    check_leaks(s);
}

int fault_in_memory(const fault_suite *suite)
{
    base.suite = suite;
    return _cmocka_run_group_tests(suite->name,
                                   tests_of(suite, "in memory", run_in_memory),
                                   suite->n_scenarios, NULL, NULL);
}
