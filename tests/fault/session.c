/* session.c - what a session does, with each call failing in turn. */
#include "fault.h"

static rowan_status fetch(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st =
        rowan_fetch(t->db,
                    rowan_select(Sample,
                                 .where = rowan_and(rowan_lt(Sample, small, 0),
                                                    rowan_is_null(Sample, opt_big)),
                                 .order_by = { rowan_desc(Sample, small) }),
                    &result, err);

    if (st == ROWAN_OK) {
        const Sample *rows = rowan_rows(result, Sample);
        rowan_arena *arena = rowan_result_arena(result);

        fault_expect(rowan_result_count(result) == FAULT_SAMPLES);
        fault_expect(rowan_result_rows(result) == rows);
        fault_expect(rowan_result_model(result) == &Sample_model);
        fault_expect(rows[0].small == -4 && rows[1].small == -5);
        fault_expect(rowan_text_equal(rows[1].words, test_sample().words));
        fault_expect(rowan_arena_used(arena) > 0);
        if (rowan_arena_alloc(arena, 100) == NULL)
            st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    rowan_result_free(result);
    return st;
}

static rowan_status find(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL, *none = NULL;
    rowan_status st = rowan_find(t->db, Place, "b", &result, err);

    if (st != ROWAN_OK)
        return st;
    fault_expect(rowan_text_equal(rowan_rows(result, Place)->name, rowan_text_of("B")));
    rowan_result_free(result);
    st = rowan_fetch_key(t->db, &Place_model, rowan_value_str("nowhere"), &none, err);
    fault_expect(none == NULL && st != ROWAN_OK);
    return st == ROWAN_ENOTFOUND ? ROWAN_OK : st;
}

static rowan_status count(test_db *t, rowan_error *err)
{
    uint64_t n = 0;
    rowan_status st = rowan_count(
        t->db, rowan_select(Visit, .where = rowan_gt(Visit, year, 2001)), &n, err);

    if (st == ROWAN_OK)
        fault_expect(n == 1);
    return st;
}

/* A condition whose column, operator and value are text. */
static rowan_status condition(test_db *t, rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan_query query = { .model = &Place_model };
    uint64_t n = 0;
    rowan_status st =
        arena != NULL ? ROWAN_OK : rowan_fail(err, ROWAN_ENOMEM, "out of memory");

    if (st == ROWAN_OK)
        st = rowan_condition(arena, &Place_model, "name", ROWAN_OP_NE, "C", 1,
                             &query.where, err);
    if (st == ROWAN_OK)
        st = rowan_count(t->db, &query, &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == 2);
    rowan_arena_free(arena);
    return st;
}

static rowan_status read_cursor(test_db *t, size_t max_rows, size_t *n,
                                rowan_error *err)
{
    rowan_cursor *cursor = NULL;
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st = rowan_cursor_open(
        t->db, rowan_select(Place, .order_by = { rowan_asc(Place, code) }), &cursor,
        err);

    *n = 0;
    while (st == ROWAN_OK && *n < max_rows &&
           (st = rowan_cursor_next(cursor, &rows, &n_rows, err)) == ROWAN_ROW) {
        fault_expect(n_rows > 0 && ((Place *)rows)->code.ptr[0] == 'a');
        *n += n_rows;
        st = ROWAN_OK;
    }
    rowan_cursor_close(cursor);
    return st;
}

static rowan_status cursor(test_db *t, rowan_error *err)
{
    size_t n;
    rowan_status st = read_cursor(t, SIZE_MAX, &n, err);

    if (st == ROWAN_OK)
        fault_expect(n == FAULT_PLACES);
    if (st == ROWAN_OK)
        st = read_cursor(t, 1, &n, err); /* and left early */
    return st;
}

static rowan_status insert(test_db *t, rowan_error *err)
{
    Place place = { rowan_text_of("d"), rowan_text_of("D"), { "a", 1 } };
    Sample sample = test_sample();
    rowan_result *result = NULL;
    rowan_status st = rowan_insert(t->db, Place, &place, err);

    if (st == ROWAN_OK)
        st = rowan_insert(t->db, Sample, &sample, err);
    if (st == ROWAN_OK)
        st = rowan_find(t->db, Sample, sample.id, &result, err);
    if (st == ROWAN_OK)
        fault_expect(rowan_rows(result, Sample)->big == sample.big);
    rowan_result_free(result);
    return st;
}

/* Few rows, whose keys the database gives, and many that have theirs: all or none. */
static rowan_status insert_few(test_db *t, rowan_error *err)
{
    Sample samples[3] = { test_sample(), test_sample(), test_sample() };
    rowan_status st = rowan_insert_many(t->db, Sample, samples, 3, err);

    if (st == ROWAN_OK)
        fault_expect(samples[0].id > 0 && samples[2].id > samples[0].id);
    return st;
}

static rowan_status insert_bulk(test_db *t, rowan_error *err)
{
    enum {
        N = 230
    };
    Visit visits[N];
    uint64_t n = 0;
    rowan_status st;

    for (int i = 0; i < N; i++)
        visits[i] = (Visit){ rowan_text_of("c"), i, 1 };
    st = rowan_insert_many(t->db, Visit, visits, N, err);
    if (st == ROWAN_OK)
        st = rowan_count(t->db, rowan_select(Visit), &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == FAULT_VISITS + N);
    return st;
}

static rowan_status change(test_db *t, rowan_error *err)
{
    Place place = { rowan_text_of("b"), rowan_text_of("new"), { NULL, 0 } };
    Visit visit = { rowan_text_of("a"), 2001, 0 };
    rowan_result *result = NULL;
    rowan_status st = rowan_update(t->db, Place, &place, err);

    if (st == ROWAN_OK)
        st = rowan_find(t->db, Place, "b", &result, err);
    if (st == ROWAN_OK)
        fault_expect(rowan_text_equal(rowan_rows(result, Place)->name, place.name));
    rowan_result_free(result);
    if (st == ROWAN_OK)
        st = rowan_delete(t->db, Visit, &visit, err);
    return st;
}

static rowan_status change_where(test_db *t, rowan_error *err)
{
    uint64_t n_changed = 0, n_deleted = 0;
    rowan_status st = rowan_update_where(t->db, Visit, rowan_eq(Visit, nights, 3),
                                         &n_changed, err, rowan_set(Visit, nights, 4));

    if (st == ROWAN_OK)
        st = rowan_delete_where(t->db, Visit, rowan_ge(Visit, nights, 4), &n_deleted,
                                err);
    if (st == ROWAN_OK)
        fault_expect(n_changed == 1 && n_deleted == FAULT_VISITS);
    return st;
}

/* Several changes, all of them or none. */
static rowan_status transaction(test_db *t, rowan_error *err)
{
    Place places[2] = { { rowan_text_of("d"), rowan_text_of("D"), { NULL, 0 } },
                        { rowan_text_of("e"), rowan_text_of("E"), { "d", 1 } } };
    rowan_status st = rowan_begin(t->db, err);

    if (st == ROWAN_OK)
        st = rowan_insert_many(t->db, Place, places, 2, err);
    if (st == ROWAN_OK)
        st = rowan_delete_where(t->db, Visit, NULL, NULL, err);
    if (st == ROWAN_OK)
        return rowan_commit(t->db, err);
    rowan_rollback(t->db);
    return st;
}

static rowan_status roll_back(test_db *t, rowan_error *err)
{
    uint64_t n = 0;
    rowan_status st = rowan_begin(t->db, err);

    if (st == ROWAN_OK) {
        fault_expect(rowan_in_transaction(t->db));
        st = rowan_delete_where(t->db, Visit, NULL, NULL, err);
    }
    rowan_rollback(t->db);
    if (st == ROWAN_OK)
        st = rowan_count(t->db, rowan_select(Visit), &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == FAULT_VISITS);
    return st;
}

static rowan_status read_transaction(test_db *t, rowan_error *err)
{
    rowan_status st = rowan_begin_read(t->db, err);

    if (st == ROWAN_OK)
        st = count(t, err);
    if (st == ROWAN_OK)
        return rowan_commit(t->db, err);
    rowan_rollback(t->db);
    return st;
}

/* A session beside the first one, and one that only reads. */
static rowan_status sessions(test_db *t, rowan_error *err)
{
    rowan_session *other = NULL, *reader = NULL;
    uint64_t n = 0;
    rowan_status st = rowan_session_open(t->engine, &other, err);

    if (st == ROWAN_OK)
        st = rowan_session_open_read(t->engine, &reader, err);
    if (st == ROWAN_OK)
        st = rowan_session_ping(other, err);
    if (st == ROWAN_OK)
        rowan_session_release(other);
    if (st == ROWAN_OK)
        st = rowan_count(reader, rowan_select(Place), &n, err);
    if (st == ROWAN_OK) {
        fault_expect(n == FAULT_PLACES && rowan_session_engine(other) == t->engine);
        st = rowan_delete_where(reader, Visit, NULL, NULL, err);
        fault_expect(st == ROWAN_EUNSUPPORTED);
        st = ROWAN_OK;
    }
    rowan_session_close(reader);
    rowan_session_close(other);
    return st;
}

#define SCENARIO(name, ...)      \
    {                            \
#name, name, __VA_ARGS__ \
    }

int main(void)
{
    static const fault_scenario scenarios[] = {
        SCENARIO(fetch, .reads = true),
        SCENARIO(find, .reads = true),
        SCENARIO(count, .reads = true),
        SCENARIO(condition, .reads = true),
        SCENARIO(cursor, .reads = true),
        SCENARIO(insert, .atomic = false),
        SCENARIO(insert_few, .atomic = true),
        SCENARIO(insert_bulk, .atomic = false), /* what it read may be lost behind it */
        SCENARIO(change, .atomic = false),
        SCENARIO(change_where, .atomic = false),
        SCENARIO(transaction, .atomic = true),
        SCENARIO(roll_back, .atomic = true),
        SCENARIO(read_transaction, .reads = true),
        SCENARIO(sessions, .reads = true),
    };

    return fault_on_databases(&(fault_suite){
        "session", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
