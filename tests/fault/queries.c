/* queries.c - views, joins, conditions of every kind, with each call failing in turn. */
#include "fault.h"

#include <rowan/arena.h>

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

static const fault_scenario scenarios[] = {
    { "view", view, .reads = true },
    { "long_list", long_list, .reads = true },
    { "by_name", by_name, .reads = true },
};

int main(void)
{
    return fault_on_databases(&(fault_suite){
        "queries", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
