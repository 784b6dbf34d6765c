/* queries.c - views, joins, conditions of every kind, with each call failing in turn. */
#include "fault.h"

#include <rowan/arena.h>
#include <rowan/raw.h>
#include <rowan/upsert.h>

/* clang-format off */
ROWAN_VIEW(FaultNights, Visit, place, (rowan_opt_int64, nights, SUM(nights)))
ROWAN_VIEW(FaultRow, Place, name, (rowan_opt_int64, nights, OPT_OF(FaultNights, nights)))
/* clang-format on */

static rowan_status view(test_db *t, rowan_error *err)
{
    const rowan_expr *on = rowan_eq_column(FaultNights, place, Place, code);
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(
        t->db,
        rowan_select(FaultRow, .join = { rowan_left_join_on(FaultNights, on) },
                     .where = rowan_exists(rowan_select(
                         Visit, .where = rowan_eq_column(Visit, place, Place, code)))),
        &result, err);

    if (st == ROWAN_OK) {
        fault_expect(rowan_result_count(result) == 1);
        fault_expect(rowan_rows(result, FaultRow)->nights.has);
    }
    rowan_result_free(result);
    return st;
}

/* More values and a longer key than a statement holds by itself. */
static rowan_status long_list(test_db *t, rowan_error *err)
{
    int32_t years[200];
    uint64_t n = 0;
    rowan_status st;

    for (int i = 0; i < 200; i++)
        years[i] = 1900 + i;
    st = rowan_count(
        t->db,
        rowan_select(Visit, .where = rowan_and(rowan_in_array(Visit, year, years, 200),
                                               rowan_contains(Visit, place, "a"))),
        &n, err);
    if (st == ROWAN_OK)
        fault_expect(n == FAULT_VISITS);
    return st;
}

static rowan_status by_name(test_db *t, rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    const rowan_text names[2] = { rowan_text_of("A"), rowan_text_of("B") };
    const rowan_expr *in = NULL;
    rowan_query query = { .model = &Place_model };
    rowan_result *result = NULL;
    bool ignore_case = true;
    rowan_status st =
        arena != NULL ? ROWAN_OK : rowan_fail(err, ROWAN_ENOMEM, "out of memory");

    if (st == ROWAN_OK)
        st = rowan_condition_of(arena, &Place_model, "name",
                                rowan_op_named("in", 2, &ignore_case), ignore_case,
                                names, 2, &in, err);
    if (st == ROWAN_OK)
        st = rowan_combine(arena, ROWAN_OP_NOT, &in, 1, &query.where, err);
    if (st == ROWAN_OK)
        st = rowan_order_named(arena, &Place_model, "-code,name", 10, query.order_by,
                               err);
    if (st == ROWAN_OK)
        st = rowan_fetch(t->db, &query, &result, err);
    if (st == ROWAN_OK)
        fault_expect(rowan_result_count(result) == 1);
    rowan_result_free(result);
    rowan_arena_free(arena);
    return st;
}

ROWAN_VIEW(FaultName, Place, name)

static rowan_status raw(test_db *t, rowan_error *err)
{
    rowan_result *result = NULL;
    uint64_t n = 0;
    rowan_status st = rowan_sql_run(
        t->db, &n, err, "UPDATE place SET name = ? WHERE code = ?", "Z", "c");

    if (st == ROWAN_OK) {
        fault_expect(n == 1);
        st = rowan_sql(t->db, FaultName, &result, err,
                       "SELECT name FROM place WHERE code = ?", "c");
    }
    if (st == ROWAN_OK)
        fault_expect(
            rowan_text_equal(rowan_rows(result, FaultName)->name, rowan_text_of("Z")));
    rowan_result_free(result);
    return st;
}

static rowan_status upsert(test_db *t, rowan_error *err)
{
    Place places[2] = { { rowan_text_of("c"), rowan_text_of("Sea"), { NULL, 0 } },
                        { rowan_text_of("d"), rowan_text_of("D"), { NULL, 0 } } };

    return rowan_upsert_many(t->db, Place, places, 2, err, code);
}

static rowan_status returning(test_db *t, rowan_error *err)
{
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *inserted = NULL, *updated = NULL, *deleted = NULL;
    rowan_status st;

    samples[0].small = samples[1].small = 9;
    st = rowan_insert_returning(t->db, Sample, samples, 2, &inserted, err);
    if (st == ROWAN_OK) {
        fault_expect(rowan_result_count(inserted) == 2);
        st = rowan_update_returning(t->db, Sample, rowan_lt(Sample, small, 0), &updated,
                                    err, rowan_increment(Sample, big, 1));
        st = st == ROWAN_EUNSUPPORTED ? ROWAN_OK : st;
    }
    if (st == ROWAN_OK)
        st = rowan_delete_returning(t->db, Sample, rowan_lt(Sample, small, 0), &deleted,
                                    err);
    if (st == ROWAN_OK)
        fault_expect(rowan_result_count(deleted) == FAULT_SAMPLES);
    rowan_result_free(inserted);
    rowan_result_free(updated);
    rowan_result_free(deleted);
    return st;
}

static const fault_scenario scenarios[] = {
    { "view", view, .reads = true },       { "long_list", long_list, .reads = true },
    { "by_name", by_name, .reads = true }, { "raw", raw, .atomic = false },
    { "upsert", upsert, .atomic = true },  { "returning", returning, .atomic = false },
};

int main(void)
{
    return fault_on_databases(&(fault_suite){
        "queries", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
