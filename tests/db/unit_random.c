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
        const Author *row;

        if (!s->flushed.rows[i].there)
            continue;
        assert_true(at < rowan_result_count(result));
        row = &rowan_rows(result, Author)[at++];
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

/* A tree whose keys the database gives: parents are referred to before they have one, moved,
 * deleted with all that is in them. That rows are written in the right order is what the
 * database's foreign keys see to. */

#define N_NODES 16

typedef struct tree {
    struct {
        bool there;
        int parent; /* -1: none */
        Node *object;
        int64_t id; /* once it is known */
    } nodes[N_NODES];
} tree;

typedef struct forest {
    shadow base; /* only its random numbers are used */
    tree committed, flushed, now;
    unsigned savepoint;
    tree marked;
    bool open, has_savepoint;
} forest;

static void plant(forest *f, int i, int parent)
{
    test_db *t = f->base.t;

    f->now.nodes[i].there = true;
    f->now.nodes[i].parent = parent;
    f->now.nodes[i].id = 0;
    assert_ok(rowan_session_add(t->db, Node, &f->now.nodes[i].object, &t->err,
                                .name = rowan_text_of("n")),
              &t->err);
    if (parent >= 0)
        assert_ok(rowan_session_refer(t->db, Node, f->now.nodes[i].object, inside, Node,
                                      f->now.nodes[parent].object, &t->err),
                  &t->err);
}

/* Whether node i is in node `in`, or is it. */
static bool is_inside(const forest *f, int i, int in)
{
    while (i >= 0 && i != in)
        i = f->now.nodes[i].parent;
    return i == in;
}

static int pick_node(forest *f)
{
    for (int tries = 0; tries < 8; tries++) {
        int i = (int)pick(&f->base, N_NODES);

        if (f->now.nodes[i].there)
            return i;
    }
    return -1;
}

static void move_node(forest *f)
{
    test_db *t = f->base.t;
    int i = pick_node(f), to = pick_node(f);

    if (i < 0 || to < 0 || is_inside(f, to, i))
        return;
    f->now.nodes[i].parent = to;
    assert_ok(rowan_session_refer(t->db, Node, f->now.nodes[i].object, inside, Node,
                                  f->now.nodes[to].object, &t->err),
              &t->err);
}

static void fell(forest *f)
{
    test_db *t = f->base.t;
    int root = pick_node(f);
    bool in[N_NODES];

    for (int i = 0; i < N_NODES; i++)
        in[i] = root >= 0 && f->now.nodes[i].there && is_inside(f, i, root);
    for (int i = 0; i < N_NODES; i++) {
        if (!in[i])
            continue;
        assert_ok(rowan_session_delete(t->db, Node, f->now.nodes[i].object, &t->err),
                  &t->err);
        f->now.nodes[i].there = false;
    }
}

/* What was flushed, as the session and as the database see it. */
static void expect_tree(forest *f)
{
    test_db *t = f->base.t;
    uint64_t n = 0, n_expected = 0;

    f->flushed = f->now;
    for (int i = 0; i < N_NODES; i++) {
        const Node *node = f->now.nodes[i].object;
        int parent = f->now.nodes[i].parent;

        if (!f->now.nodes[i].there)
            continue;
        n_expected++;
        assert_int_not_equal(node->id, 0);
        f->flushed.nodes[i].id = f->now.nodes[i].id = node->id;
        assert_int_equal(node->inside.has, parent >= 0);
        if (parent >= 0)
            assert_int_equal(node->inside.value, f->now.nodes[parent].object->id);
        assert_ok(rowan_count(t->db,
                              rowan_select(
                                  Node, .where = rowan_and(
                                            rowan_eq(Node, id, node->id),
                                            parent < 0 ? rowan_is_null(Node, inside)
                                                       : rowan_eq(Node, inside,
                                                                  node->inside.value))),
                              &n, &t->err),
                  &t->err);
        assert_int_equal(n, 1);
    }
    assert_ok(rowan_count(t->db, rowan_select(Node), &n, &t->err), &t->err);
    assert_int_equal(n, n_expected);
}

/* Objects say again what they said. */
static void expect_back(forest *f, const tree *to)
{
    f->now = f->flushed = *to;
    assert_false(rowan_session_pending(f->base.t->db));
    for (int i = 0; i < N_NODES; i++) {
        if (to->nodes[i].there)
            assert_int_equal(to->nodes[i].object->id, to->nodes[i].id);
    }
}

static void end_transaction(forest *f, bool keep)
{
    test_db *t = f->base.t;

    if (keep) {
        assert_ok(rowan_commit(t->db, &t->err), &t->err);
        expect_tree(f);
        f->committed = f->flushed;
    } else {
        rowan_rollback(t->db);
        expect_back(f, &f->committed);
        expect_tree(f);
    }
    f->open = f->has_savepoint = false;
}

static void grow(forest *f)
{
    test_db *t = f->base.t;
    int i = (int)pick(&f->base, N_NODES);

    switch (pick(&f->base, 16)) {
    case 0: end_transaction(f, true); break;
    case 1: end_transaction(f, false); break;
    case 2:
        if (!f->open)
            assert_ok(rowan_begin(t->db, &t->err), &t->err);
        f->open = true;
        assert_ok(rowan_session_flush(t->db, &t->err), &t->err);
        expect_tree(f);
        break;
    case 3:
        if (!f->open)
            break;
        assert_ok(rowan_savepoint(t->db, &f->savepoint, &t->err), &t->err);
        expect_tree(f);
        f->marked = f->flushed;
        f->has_savepoint = true;
        break;
    case 4:
        if (!f->has_savepoint)
            break;
        assert_ok(rowan_rollback_to(t->db, f->savepoint, &t->err), &t->err);
        expect_back(f, &f->marked);
        expect_tree(f);
        break;
    case 5:
    case 6: fell(f); break;
    case 7:
    case 8:
    case 9: move_node(f); break;
    default:
        if (!f->now.nodes[i].there)
            plant(f, i, pick_node(f));
        break;
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
    for (seed = 1; seed <= 4; seed++)
        run(*state);
}

static void test_random_trees(void **state)
{
    for (seed = 1; seed <= 4; seed++) {
        forest f = { .base = { .t = *state,
                               .random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1 } };

        unit_begin(f.base.t);
        for (step_number = 0; step_number < N_STEPS; step_number++)
            grow(&f);
        if (f.open)
            end_transaction(&f, true);
        rowan_session_clear(f.base.t->db);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_work),
        cmocka_unit_test(test_random_trees),
    };

    (void)atexit(say_where);
    return test_on_databases("unit_random", tests, sizeof tests / sizeof tests[0]);
}
