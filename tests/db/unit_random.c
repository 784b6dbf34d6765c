/* unit_random.c - a session's objects against a table in memory: random edits, flushes,
 * commits, savepoints and rollbacks, and after each what has to be true. A failure names the
 * seed and the step. */
#include "unit_test.h"

#define N_ROWS  12
#define N_MARKS 4
#define N_STEPS 1500

/* A table of authors, whose keys are given. */
typedef struct table {
    struct {
        bool there;
        int name, score;
        Author *known; /* the object, if it was got */
    } rows[N_ROWS];
} table;

typedef struct shadow {
    test_db *t;
    uint64_t random;
    table committed;
    table flushed; /* in the open transaction */
    table now;     /* with what is pending */
    bool doomed[N_ROWS];
    struct {
        unsigned number;
        table flushed;
    } marks[N_MARKS];
    size_t n_marks;
    bool open;
} shadow;

static uint32_t pick(shadow *s, uint32_t n)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (uint32_t)(s->random >> 33) % n;
}

static const char *const names[] = { "a", "b", "c", "", "ü🙂", "a\\\"'" };

static void expect_object(const shadow *s, size_t i, const Author *object)
{
    assert_int_equal(object->id, i + 1);
    assert_string_equal(object->name.ptr, names[s->now.rows[i].name]);
    assert_true(object->score == s->now.rows[i].score);
}

static Author *get(shadow *s, size_t i)
{
    test_db *t = s->t;
    Author *object = NULL;
    rowan_status st =
        rowan_session_get(t->db, Author, (int64_t)i + 1, &object, &t->err);

    assert_status(st, s->now.rows[i].there ? ROWAN_OK : ROWAN_ENOTFOUND, &t->err);
    if (object == NULL)
        return NULL;
    if (s->now.rows[i].known != NULL)
        assert_ptr_equal(object, s->now.rows[i].known);
    s->now.rows[i].known = object;
    expect_object(s, i, object);
    return object;
}

static void edit(shadow *s, size_t i)
{
    Author *object = get(s, i);
    int name = (int)pick(s, sizeof names / sizeof names[0]);
    char buffer[16]; /* gone before the flush, unless it is copied */

    if (object == NULL)
        return;
    if (pick(s, 2)) {
        rowan_text text = { NULL, 0 };

        (void)snprintf(buffer, sizeof buffer, "%s", names[name]);
        assert_ok(
            rowan_session_text(s->t->db, buffer, strlen(buffer), &text, &s->t->err),
            &s->t->err);
        object->name = text;
        s->now.rows[i].name = name;
    } else {
        object->score = s->now.rows[i].score = (int)pick(s, 3);
    }
}

static void add(shadow *s, size_t i)
{
    test_db *t = s->t;
    int name = (int)pick(s, sizeof names / sizeof names[0]);
    Author *object = NULL;
    rowan_status st =
        rowan_session_add(t->db, Author, &object, &t->err, .id = (int64_t)i + 1,
                          .name = rowan_text_of(names[name]), .score = 1);

    if (s->now.rows[i].there || s->doomed[i]) {
        /* It is only known that it is there if it was read. */
        if (s->now.rows[i].known == NULL && st == ROWAN_OK)
            assert_ok(rowan_session_delete(t->db, Author, object, &t->err), &t->err);
        else
            assert_status(st, ROWAN_ECONFLICT, &t->err);
        return;
    }
    assert_ok(st, &t->err);
    s->now.rows[i].known = object;
    s->now.rows[i].there = true;
    s->now.rows[i].name = name;
    s->now.rows[i].score = 1;
}

static void remove_row(shadow *s, size_t i)
{
    Author *object = get(s, i);

    if (object == NULL)
        return;
    assert_ok(rowan_session_delete(s->t->db, Author, object, &s->t->err), &s->t->err);
    s->now.rows[i].there = false;
    s->doomed[i] = s->flushed.rows[i].there;
    if (!s->doomed[i])
        s->now.rows[i].known = NULL; /* it never was a row */
}

/* Objects whose rows are no more are not the session's any longer. */
static void forget_gone(shadow *s)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        s->doomed[i] = false;
        if (!s->now.rows[i].there)
            s->now.rows[i].known = NULL;
    }
}

static void flushed(shadow *s)
{
    s->flushed = s->now;
    forget_gone(s);
}

static void back_to(shadow *s, const table *to)
{
    s->now = s->flushed = *to;
    forget_gone(s);
}

static void commit(shadow *s)
{
    assert_ok(rowan_commit(s->t->db, &s->t->err), &s->t->err);
    s->committed = s->now;
    s->open = false;
    s->n_marks = 0;
    flushed(s);
}

static void flush(shadow *s)
{
    assert_ok(rowan_session_flush(s->t->db, &s->t->err), &s->t->err);
    assert_false(rowan_session_pending(s->t->db));
    if (!s->open)
        s->committed = s->now;
    flushed(s);
}

static void roll_back(shadow *s)
{
    rowan_rollback(s->t->db);
    assert_false(rowan_session_pending(s->t->db));
    back_to(s, &s->committed);
    s->open = false;
    s->n_marks = 0;
}

static void mark(shadow *s)
{
    test_db *t = s->t;

    if (!s->open) {
        assert_ok(rowan_begin(t->db, &t->err), &t->err);
        s->open = true;
        return;
    }
    if (s->n_marks == N_MARKS)
        return;
    assert_ok(rowan_savepoint(t->db, &s->marks[s->n_marks].number, &t->err), &t->err);
    flushed(s);
    s->marks[s->n_marks++].flushed = s->flushed;
}

static void back_to_mark(shadow *s)
{
    test_db *t = s->t;
    size_t at;

    if (s->n_marks == 0)
        return;
    at = pick(s, (uint32_t)s->n_marks);
    if (pick(s, 3) == 0) {
        assert_ok(rowan_release(t->db, s->marks[at].number, &t->err), &t->err);
        flushed(s);
        s->n_marks = at;
        return;
    }
    assert_ok(rowan_rollback_to(t->db, s->marks[at].number, &t->err), &t->err);
    assert_false(rowan_session_pending(t->db));
    back_to(s, &s->marks[at].flushed);
    s->n_marks = at + 1;
}

static void forget_objects(table *in)
{
    for (size_t i = 0; i < N_ROWS; i++)
        in->rows[i].known = NULL;
}

static void clear(shadow *s)
{
    rowan_session_clear(s->t->db);
    s->now = s->flushed;
    forget_objects(&s->now);
    forget_objects(&s->flushed);
    forget_objects(&s->committed);
    for (size_t i = 0; i < s->n_marks; i++)
        forget_objects(&s->marks[i].flushed);
    forget_gone(s);
}

/* Through the session, and what the database says to a plain query. */
static void look(shadow *s)
{
    test_db *t = s->t;
    Author **objects = NULL;
    rowan_result *result = NULL;
    size_t n = 0, at = 0;

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Author, .order_by = { rowan_asc(Author, id) }),
                          &result, &t->err),
              &t->err);
    for (size_t i = 0; i < N_ROWS; i++) {
        const Author *row = &rowan_rows(result, Author)[at];

        if (!s->flushed.rows[i].there)
            continue;
        assert_true(at++ < rowan_result_count(result));
        assert_int_equal(row->id, i + 1);
        assert_string_equal(row->name.ptr, names[s->flushed.rows[i].name]);
        assert_true(row->score == s->flushed.rows[i].score);
    }
    assert_int_equal(at, rowan_result_count(result));
    rowan_result_free(result);
    assert_ok(
        rowan_session_fetch(t->db, Author, rowan_select(Author), &objects, &n, &t->err),
        &t->err);
    for (size_t i = 0; i < n; i++) {
        size_t number = (size_t)objects[i]->id - 1;

        if (s->now.rows[number].known != NULL)
            assert_ptr_equal(objects[i], s->now.rows[number].known);
        s->now.rows[number].known = objects[i];
        expect_object(s, number, objects[i]);
    }
}

static void step(shadow *s)
{
    size_t i = pick(s, N_ROWS);

    switch (pick(s, 24)) {
    case 0: commit(s); break;
    case 1: roll_back(s); break;
    case 2:
    case 3: flush(s); break;
    case 4:
    case 5: mark(s); break;
    case 6:
    case 7: back_to_mark(s); break;
    case 8: rowan_session_expire(s->t->db); break;
    case 9:
        if (pick(s, 4) == 0)
            clear(s);
        break;
    case 10: look(s); break;
    case 11:
    case 12:
    case 13: remove_row(s, i); break;
    case 14:
    case 15:
    case 16:
    case 17: add(s, i); break;
    case 18: (void)get(s, i); break;
    default: edit(s, i); break;
    }
}

/* Where a failure was; cmocka says what. */
static uint64_t seed;
static int step_number = N_STEPS;

static void say_where(void)
{
    if (step_number < N_STEPS)
        (void)printf("seed %d, step %d\n", (int)seed, step_number);
}

static void run(test_db *t)
{
    shadow s = { .t = t, .random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1 };

    unit_begin(t);
    test_exec(t, "delete from book");
    test_exec(t, "delete from author");
    for (step_number = 0; step_number < N_STEPS; step_number++)
        step(&s);
    if (s.open)
        roll_back(&s);
    look(&s);
    rowan_session_clear(t->db);
}

static void test_random_work(void **state)
{
    for (seed = 1; seed <= 5; seed++)
        run(*state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_work),
    };

    (void)atexit(say_where);
    return test_on_databases("unit_random", tests, sizeof tests / sizeof tests[0]);
}
