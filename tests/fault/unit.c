/* unit.c - a unit of work, savepoints and transactions that are run again, with each call
 * failing in turn. */
#include "fault.h"

#include <rowan/transaction.h>
#include <rowan/unit.h>

/* Reading objects. */

static rowan_status get(test_db *t, rowan_error *err)
{
    Place *a = NULL, *again = NULL, **all = NULL;
    Visit *visit = NULL;
    size_t n = 0;
    rowan_status st = rowan_session_get(t->db, Place, "a", &a, err);

    if (st == ROWAN_OK)
        st = rowan_session_get_key(t->db, Visit, &visit, err, .place = a->code,
                                   .year = 2001);
    if (st == ROWAN_OK)
        st = rowan_session_fetch(
            t->db, Place, rowan_select(Place, .order_by = { rowan_asc(Place, code) }),
            &all, &n, err);
    if (st == ROWAN_OK) {
        fault_expect(n == FAULT_PLACES && all[0] == a && !rowan_session_pending(t->db));
        rowan_session_expire(t->db);
        st = rowan_session_get(t->db, Place, "a", &again, err);
    }
    if (st == ROWAN_OK) {
        fault_expect(a == again && rowan_text_equal(a->name, rowan_text_of("A")));
        a->name = rowan_text_of("edited");
        st = rowan_session_refresh(t->db, Place, a, err);
    }
    if (st == ROWAN_OK)
        fault_expect(rowan_text_equal(a->name, rowan_text_of("A")));
    rowan_session_clear(t->db);
    return st;
}

/* Writing them. */

static rowan_status edit(test_db *t, rowan_error *err)
{
    Place *b = NULL, *d = NULL, *e = NULL;
    Visit **visits = NULL;
    Sample sample = test_sample(), *added = NULL;
    rowan_text words = { NULL, 0 };
    size_t n = 0;
    rowan_status st = rowan_session_get(t->db, Place, "b", &b, err);

    fault_expect(rowan_model_version(&Place_model) == NULL);
    if (st == ROWAN_OK)
        st = rowan_session_text(t->db, "new", 3, &words, err);
    if (st == ROWAN_OK) {
        b->name = words;
        st = rowan_session_add(t->db, Place, &e, err, .code = rowan_text_of("e"),
                               .name = rowan_text_of("E"));
    }
    if (st == ROWAN_OK)
        st = rowan_session_add(t->db, Place, &d, err, .code = rowan_text_of("d"),
                               .name = rowan_text_of("D"));
    if (st == ROWAN_OK)
        st = rowan_session_refer(t->db, Place, e, inside, Place, d, err);
    if (st == ROWAN_OK)
        st = rowan_session_add_copy(t->db, Sample, &sample, &added, err);
    if (st == ROWAN_OK)
        st = rowan_session_fetch(t->db, Visit, rowan_select(Visit), &visits, &n, err);
    for (size_t i = 0; i < n && st == ROWAN_OK; i++)
        st = rowan_session_delete(t->db, Visit, visits[i], err);
    if (st == ROWAN_OK)
        st = rowan_commit(t->db, err);
    if (st == ROWAN_OK)
        fault_expect(added->id > 0 && rowan_text_equal(d->code, rowan_text_of("d")) &&
                     e->inside.len == 1);
    rowan_session_clear(t->db);
    return st;
}

/* After a failure the objects are what they were, and the same work is done by them. */
static rowan_status edit_again(test_db *t, rowan_error *err)
{
    Place *b = NULL;
    uint64_t n = 0;
    rowan_status st = rowan_session_get(t->db, Place, "b", &b, err);

    if (st == ROWAN_OK) {
        b->name = rowan_text_of("new");
        st = rowan_session_flush(t->db, err);
        if (st != ROWAN_OK)
            rowan_rollback(t->db); /* also what is left when it could not begin */
        fault_expect(
            rowan_text_equal(b->name, rowan_text_of(st == ROWAN_OK ? "new" : "B")));
    }
    if (st == ROWAN_OK)
        st = rowan_count(
            t->db, rowan_select(Place, .where = rowan_eq(Place, name, "new")), &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == 1);
    rowan_session_clear(t->db);
    return st;
}

/* Many of each, so that statements for many rows are in it. */
static rowan_status edit_many(test_db *t, rowan_error *err)
{
    enum {
        N = 25
    };
    Visit *visits[N];
    uint64_t n = 0;
    rowan_status st = rowan_begin(t->db, err);

    for (int i = 0; i < N && st == ROWAN_OK; i++)
        st = rowan_session_add(t->db, Visit, &visits[i], err,
                               .place = rowan_text_of("c"), .year = i, .nights = 1);
    if (st == ROWAN_OK)
        st = rowan_session_flush(t->db, err);
    for (int i = 0; i < N && st == ROWAN_OK; i++)
        visits[i]->nights = 2;
    if (st == ROWAN_OK)
        st = rowan_session_flush(t->db, err);
    for (int i = 0; i < N && st == ROWAN_OK; i++)
        st = rowan_session_delete(t->db, Visit, visits[i], err);
    if (st == ROWAN_OK)
        st = rowan_commit(t->db, err);
    else
        rowan_rollback(t->db);
    if (st == ROWAN_OK)
        st = rowan_count(t->db, rowan_select(Visit), &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == FAULT_VISITS);
    rowan_session_clear(t->db);
    return st;
}

/* Transactions. */

static rowan_status savepoints(test_db *t, rowan_error *err)
{
    rowan_transaction_opts opts = { .isolation = ROWAN_SERIALIZABLE };
    Place *b = NULL;
    unsigned outer = 0, inner = 0;
    rowan_status st = rowan_begin_with(t->db, &opts, err);

    if (st == ROWAN_OK)
        st = rowan_session_get(t->db, Place, "b", &b, err);
    if (st == ROWAN_OK) {
        b->name = rowan_text_of("outer");
        st = rowan_savepoint(t->db, &outer, err);
    }
    if (st == ROWAN_OK) {
        b->name = rowan_text_of("inner");
        st = rowan_savepoint(t->db, &inner, err);
    }
    if (st == ROWAN_OK)
        st = rowan_rollback_to(t->db, outer, err);
    if (st == ROWAN_OK) {
        fault_expect(rowan_text_equal(b->name, rowan_text_of("outer")));
        st = rowan_release(t->db, outer, err);
    }
    if (st == ROWAN_OK)
        st = rowan_commit(t->db, err);
    else
        rowan_rollback(t->db);
    rowan_session_clear(t->db);
    return st;
}

static rowan_status add_visit(rowan_session *session, void *ctx, rowan_error *err)
{
    Visit *visit = NULL;

    (void)ctx;
    return rowan_session_add(session, Visit, &visit, err, .place = rowan_text_of("c"),
                             .year = 2020, .nights = 1);
}

static rowan_status transact(test_db *t, rowan_error *err)
{
    rowan_status st = rowan_transact(t->db, NULL, add_visit, NULL, err);

    rowan_session_clear(t->db);
    return st;
}

#define SCENARIO(name, ...)      \
    {                            \
#name, name, __VA_ARGS__ \
    }

int main(void)
{
    static const fault_scenario scenarios[] = {
        SCENARIO(get, .reads = true),         SCENARIO(edit, .atomic = true),
        SCENARIO(edit_again, .atomic = true), SCENARIO(edit_many, .atomic = true),
        SCENARIO(savepoints, .atomic = true), SCENARIO(transact, .atomic = true),
    };

    return fault_on_databases(&(fault_suite){
        "unit", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
