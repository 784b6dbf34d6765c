/* views.c - a few columns, columns of several models, groups, windows, queries of queries. */
#include "database.h"

#include <rowan/decimal.h>

#include <float.h>
#include <math.h>

/* clang-format off */
ROWAN_VIEW(SampleWords, Sample, words, opt_small)

ROWAN_VIEW(Totals, Sample,
    flag,
    (rowan_int64,         n,        COUNT()),
    (rowan_int64,         n_small,  COUNT(opt_small)),
    (rowan_int64,         n_big,    COUNT_DISTINCT(big)),
    (rowan_opt_int64,     sum,      SUM(small)),
    (rowan_opt_int64,     sum_big,  SUM(big)),
    (rowan_opt_double,    sum_real, SUM(real)),
    (rowan_opt_double,    average,  AVG(small)),
    (rowan_opt_text,      first,    MIN(words)),
    (rowan_opt_date,      last,     MAX(day)),
    (rowan_opt_timestamp, at,       MAX(at))
)

ROWAN_VIEW(Everything, Sample, (rowan_int64, n, COUNT()), (rowan_opt_int64, sum, SUM(big)))

ROWAN_VIEW(Prices, More,
    (rowan_opt_decimal, total,    SUM(price)),
    (rowan_opt_decimal, cheapest, MIN(price)),
    (rowan_opt_double,  average,  AVG(opt_price))
)

ROWAN_VIEW(Moods, More, mood, opt_mood, (rowan_int64, n, COUNT()))

ROWAN_VIEW(Ranked, Sample,
    small,
    (rowan_int64,     place,    OVER(ROW_NUMBER(), PARTITION_BY(big), ORDER_BY(DESC(small)))),
    (rowan_int64,     level,    OVER(RANK(), ORDER_BY(big))),
    (rowan_int64,     dense,    OVER(DENSE_RANK(), ORDER_BY(big))),
    (rowan_opt_int64, running,  OVER(SUM(small), ORDER_BY(small))),
    (rowan_opt_int32, before,   OVER(LAG(small), ORDER_BY(small))),
    (rowan_opt_int32, after,    OVER(LEAD(small), ORDER_BY(small))),
    (rowan_opt_int32, lowest,   OVER(FIRST_VALUE(small), PARTITION_BY(big), ORDER_BY(small))),
    (rowan_opt_int32, highest,  OVER(LAST_VALUE(small), PARTITION_BY(big), ORDER_BY(small)))
)
ROWAN_VIEW(Best, Ranked, small, (rowan_int64, rank, COLUMN(place)))

ROWAN_VIEW(Shares, More, (rowan_opt_decimal, running, OVER(SUM(price), ORDER_BY(id))))

ROWAN_VIEW(VisitRow, Visit,
    place, nights,
    (rowan_text,     name,   OF(Place, name)),
    (rowan_opt_text, inside, OF(Place, inside))
)
ROWAN_VIEW(PlaceRow, Place, name, (rowan_opt_int32, nights, OPT_OF(Visit, nights)))

ROWAN_ALIAS(Parent, Place)
ROWAN_VIEW(PlaceInside, Place, name, (rowan_text, parent, OF(Parent, name)))

ROWAN_VIEW(NightsOf, Visit, place, (rowan_opt_int64, nights, SUM(nights)))
ROWAN_VIEW(PlaceNights, Place, name, (rowan_opt_int64, nights, OPT_OF(NightsOf, nights)))

ROWAN_VIEW(Reals, Sample, (rowan_opt_double, total, SUM(real)), (rowan_opt_double, mean, AVG(real)))

ROWAN_VIEW(WordCounts, Sample, words, (rowan_int64, n, COUNT()))

ROWAN_VIEW(Initials, Sample, (rowan_text, initial, SQL("substr(words, 1, 1)")), (rowan_int64, n, COUNT()))
/* clang-format on */

static void add_samples(test_db *t, int n)
{
    Sample *samples = test_alloc((size_t)n * sizeof *samples);

    for (int i = 0; i < n; i++) {
        samples[i] = test_sample();
        samples[i].small = i;
        samples[i].big = i % 3;
        samples[i].real = i / 2.0;
        samples[i].flag = i % 2 == 0;
        samples[i].words = rowan_text_of(test_printf("%c%03d", 'a' + i % 4, i));
        samples[i].day = rowan_date_from_days(i);
        samples[i].at.unix_us = i * INT64_C(1000000);
        if (i % 4 == 0)
            samples[i].opt_small = ROWAN_SOME(rowan_opt_int32, i);
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, (size_t)n, &t->err), &t->err);
}

static rowan_result *fetch(test_db *t, const rowan_query *query)
{
    rowan_result *result = NULL;
    uint64_t n = 0;

    assert_ok(rowan_fetch(t->db, query, &result, &t->err), &t->err);
    if (query->limit == 0) {
        assert_ok(rowan_count(t->db, query, &n, &t->err), &t->err);
        assert_int_equal(n, rowan_result_count(result));
    }
    return result;
}

static void test_few_columns(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const SampleWords *rows;

    add_samples(t, 10);
    result = fetch(t, rowan_select(SampleWords, .where = rowan_gt(Sample, small, 3),
                                   .order_by = { rowan_desc(SampleWords, words) },
                                   .limit = 2));
    rows = rowan_rows(result, SampleWords);
    assert_int_equal(rowan_result_count(result), 2);
    assert_string_equal(rows[0].words.ptr, "d007");
    assert_false(rows[0].opt_small.has);
    assert_string_equal(rows[1].words.ptr, "c006");
    rowan_result_free(result);
    result = fetch(
        t, rowan_select(SampleWords, .where = rowan_eq(SampleWords, words, "a004")));
    assert_int_equal(rowan_result_count(result), 1);
    assert_int_equal(rowan_rows(result, SampleWords)->opt_small.value, 4);
    rowan_result_free(result);
}

static void test_groups(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const Totals *rows;

    add_samples(t, 10);
    result = fetch(t, rowan_select(Totals, .order_by = { rowan_asc(Totals, flag) }));
    assert_int_equal(rowan_result_count(result), 2);
    rows = rowan_rows(result, Totals);
    assert_int_equal(rows[0].n, 5);
    assert_int_equal(rows[0].n_small, 0);
    assert_int_equal(rows[1].n_small, 3);
    assert_int_equal(rows[0].n_big, 3);
    assert_int_equal(rows[0].sum.value, 25);
    assert_int_equal(rows[1].sum_big.value, 0 + 2 + 1 + 0 + 2);
    assert_true(rows[0].sum_real.value == 12.5);
    assert_true(rows[1].average.value == 4.0);
    assert_string_equal(rows[0].first.ptr, "b001");
    assert_int_equal(rows[0].last.value.day, 10);
    assert_int_equal(rows[1].at.value.unix_us, 8000000);
    rowan_result_free(result);
}

static void test_having_and_more_groups(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    add_samples(t, 10);
    result = fetch(t, rowan_select(Totals, .where = rowan_lt(Sample, small, 9),
                                   .having = rowan_gt(Totals, n, 4)));
    assert_int_equal(rowan_result_count(result), 1);
    assert_true(rowan_rows(result, Totals)->flag);
    rowan_result_free(result);
    result = fetch(
        t, rowan_select(Totals, .group_by = { rowan_asc(Sample, big) },
                        .order_by = { rowan_desc(Totals, n), rowan_asc(Totals, sum) }));
    assert_int_equal(rowan_result_count(result), 6);
    assert_int_equal(rowan_rows(result, Totals)[0].n, 2);
    rowan_result_free(result);
}

/* No rows: one group of none where all rows are one group, else no group. */
static void test_groups_of_nothing(void **state)
{
    test_db *t = *state;
    rowan_result *result = fetch(t, rowan_select(Everything));

    assert_int_equal(rowan_result_count(result), 1);
    assert_int_equal(rowan_rows(result, Everything)->n, 0);
    assert_false(rowan_rows(result, Everything)->sum.has);
    rowan_result_free(result);
    result = fetch(t, rowan_select(Totals));
    assert_int_equal(rowan_result_count(result), 0);
    rowan_result_free(result);
}

/* A sum that does not fit is an error on every database, never another number. */
static void test_sum_out_of_range(void **state)
{
    test_db *t = *state;
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *result = NULL;

    samples[0].big = samples[1].big = INT64_MAX;
    assert_ok(rowan_insert_many(t->db, Sample, samples, 2, &t->err), &t->err);
    assert_status(rowan_fetch(t->db, rowan_select(Everything), &result, &t->err),
                  ROWAN_EDATA, &t->err);
    samples[1].big = -1;
    assert_ok(rowan_delete_where(t->db, Sample, NULL, NULL, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Sample, samples, 2, &t->err), &t->err);
}

/* A difference: SQLite, which stores infinities, has one for a sum of doubles. */
static void test_sum_of_doubles_out_of_range(void **state)
{
    test_db *t = *state;
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *result = NULL;
    rowan_status st;

    samples[0].real = samples[1].real = DBL_MAX;
    assert_ok(rowan_insert_many(t->db, Sample, samples, 2, &t->err), &t->err);
    st = rowan_fetch(t->db, rowan_select(Reals), &result, &t->err);
    if (test_is_sqlite(t)) {
        assert_ok(st, &t->err);
        assert_true(isinf(rowan_rows(result, Reals)->total.value));
    } else {
        assert_status(st, ROWAN_EDATA, &t->err);
    }
    rowan_result_free(result);
}

/* A difference: MariaDB sorts by the first 1,024 bytes of a text. It knows that these are two,
 * but not which of them comes first. */
static void test_order_of_long_texts(void **state)
{
    test_db *t = *state;
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_result *result;

    for (int i = 0; i < 2; i++) {
        char *words = test_alloc(1026);

        memset(words, 'x', 1024);
        words[1024] = i == 0 ? 'b' : 'a';
        samples[i].words = rowan_text_of(words);
    }
    assert_ok(rowan_insert_many(t->db, Sample, samples, 2, &t->err), &t->err);
    result =
        fetch(t, rowan_select(WordCounts, .order_by = { rowan_asc(Sample, words) }));
    assert_int_equal(rowan_result_count(result), 2);
    if (!test_is_mariadb(t))
        assert_int_equal(rowan_rows(result, WordCounts)->words.ptr[1024], 'a');
    rowan_result_free(result);
}

static void test_decimals(void **state)
{
    test_db *t = *state;
    More more[3] = { test_more(), test_more(), test_more() };
    rowan_result *result;
    const Shares *shares;
    char text[ROWAN_DECIMAL_TEXT_MAX];

    for (int i = 0; i < 3; i++) {
        more[i].id = 0;
        assert_ok(rowan_decimal_parse(i == 0   ? "0.1"
                                      : i == 1 ? "9.2"
                                               : "10.05",
                                      i == 2 ? 5 : 3, &more[i].price, &t->err),
                  &t->err);
    }
    assert_ok(rowan_insert_many(t->db, More, more, 3, &t->err), &t->err);
    result = fetch(t, rowan_select(Prices));
    rowan_decimal_format(rowan_rows(result, Prices)->total.value, text);
    assert_string_equal(text, "19.3500000000");
    rowan_decimal_format(rowan_rows(result, Prices)->cheapest.value, text);
    assert_string_equal(text, "0.1000000000");
    rowan_result_free(result);
    result = fetch(t, rowan_select(Shares, .order_by = { rowan_asc(More, id) }));
    shares = rowan_rows(result, Shares);
    rowan_decimal_format(shares[1].running.value, text);
    assert_string_equal(text, "9.3000000000");
    rowan_result_free(result);
    result =
        fetch(t, rowan_select(Moods, .where = rowan_eq(Moods, mood, more[0].mood)));
    assert_int_equal(rowan_rows(result, Moods)->mood, more[0].mood);
    assert_int_equal(rowan_rows(result, Moods)->n, 3);
    rowan_result_free(result);
}

static void test_windows(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const Ranked *rows;

    add_samples(t, 9);
    result = fetch(t, rowan_select(Ranked, .order_by = { rowan_asc(Ranked, small) }));
    rows = rowan_rows(result, Ranked);
    assert_int_equal(rows[8].place, 1); /* 8 5 2 */
    assert_int_equal(rows[2].place, 3);
    assert_int_equal(rows[4].level, 4);
    assert_int_equal(rows[4].dense, 2);
    assert_int_equal(rows[3].running.value, 6);
    assert_false(rows[0].before.has);
    assert_int_equal(rows[5].before.value, 4);
    assert_int_equal(rows[5].after.value, 6);
    assert_false(rows[8].after.has);
    assert_int_equal(rows[4].lowest.value, 1);
    assert_int_equal(rows[1].highest.value, 7);
    rowan_result_free(result);
}

/* What a window gives is compared by a query around it. */
static void test_query_of_a_query(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    const Best *rows;

    add_samples(t, 9);
    result = fetch(t, rowan_select(Best, .where = rowan_eq(Ranked, place, 1),
                                   .order_by = { rowan_asc(Best, small) }));
    assert_int_equal(rowan_result_count(result), 3);
    rows = rowan_rows(result, Best);
    assert_int_equal(rows[0].small, 6);
    assert_int_equal(rows[2].rank, 1);
    rowan_result_free(result);
    result = fetch(t, rowan_select(Best, .where = rowan_le(Ranked, place, 1),
                                   .from = rowan_select(
                                       Ranked, .where = rowan_lt(Sample, small, 5)),
                                   .order_by = { rowan_desc(Best, small) }));
    assert_int_equal(rowan_rows(result, Best)[0].small, 4);
    rowan_result_free(result);
    assert_status(rowan_fetch(t->db,
                              rowan_select(Ranked, .where = rowan_eq(Ranked, place, 1)),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(
        t->err.message,
        "Ranked.place is of a window: a query from this one can compare "
        "it");
    assert_status(rowan_fetch(t->db,
                              rowan_select(Totals, .where = rowan_gt(Totals, n, 1)),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "Totals.n is of a group: it belongs into .having");
}

static void add_places(test_db *t)
{
    Place places[] = {
        { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } },
        { rowan_text_of("b"), rowan_text_of("B"), rowan_opt_text_of("a") },
        { rowan_text_of("c"), rowan_text_of("C"), rowan_opt_text_of("a") }
    };
    Visit visits[] = { { rowan_text_of("a"), 2000, 1 },
                       { rowan_text_of("a"), 2001, 2 },
                       { rowan_text_of("b"), 2001, 5 } };

    assert_ok(rowan_insert_many(t->db, Place, places, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Visit, visits, 3, &t->err), &t->err);
}

static void test_joins(void **state)
{
    test_db *t = *state;
    const rowan_join *places =
        rowan_join_on(Place, rowan_eq_column(Visit, place, Place, code));
    rowan_result *result;

    add_places(t);
    result = fetch(t, rowan_select(VisitRow, .join = { places },
                                   .where = rowan_eq(Place, name, "B"),
                                   .order_by = { rowan_asc(Visit, year) }));
    assert_int_equal(rowan_result_count(result), 1);
    assert_string_equal(rowan_rows(result, VisitRow)->place.ptr, "b");
    assert_string_equal(rowan_rows(result, VisitRow)->name.ptr, "B");
    assert_string_equal(rowan_rows(result, VisitRow)->inside.ptr, "a");
    rowan_result_free(result);
    /* a model's own rows, chosen by another */
    result = fetch(t, rowan_select(Visit, .join = { places },
                                   .where = rowan_is_null(Place, inside)));
    assert_int_equal(rowan_result_count(result), 2);
    rowan_result_free(result);
    result = fetch(
        t, rowan_select(Place, .distinct = true,
                        .join = { rowan_join_on(
                            Visit, rowan_eq_column(Visit, place, Place, code)) }));
    assert_int_equal(rowan_result_count(result), 2);
    rowan_result_free(result);
}

static void test_left_joins(void **state)
{
    test_db *t = *state;
    const rowan_expr *on = rowan_eq_column(Visit, place, Place, code);
    rowan_result *result;
    const PlaceRow *rows;

    add_places(t);
    result = fetch(t, rowan_select(PlaceRow, .join = { rowan_left_join_on(Visit, on) },
                                   .order_by = { rowan_asc(Place, code),
                                                 rowan_asc(Visit, year) }));
    assert_int_equal(rowan_result_count(result), 4);
    rows = rowan_rows(result, PlaceRow);
    assert_int_equal(rows[1].nights.value, 2);
    assert_string_equal(rows[3].name.ptr, "C");
    assert_false(rows[3].nights.has);
    rowan_result_free(result);
}

static void test_self_join(void **state)
{
    test_db *t = *state;
    rowan_result *result;
    const PlaceInside *rows;

    add_places(t);
    result = fetch(
        t, rowan_select(PlaceInside,
                        .join = { rowan_join_on(
                            Parent, rowan_eq_column(Place, inside, Parent, code)) },
                        .order_by = { rowan_asc(Place, name) }));
    assert_int_equal(rowan_result_count(result), 2);
    rows = rowan_rows(result, PlaceInside);
    assert_string_equal(rows[0].name.ptr, "B");
    assert_string_equal(rows[0].parent.ptr, "A");
    rowan_result_free(result);
    result = fetch(t, rowan_select(Parent, .where = rowan_eq(Parent, code, "c")));
    assert_string_equal(rowan_rows(result, Parent)->name.ptr, "C");
    rowan_result_free(result);
}

static void test_join_of_a_view(void **state)
{
    test_db *t = *state;
    const rowan_expr *on = rowan_eq_column(NightsOf, place, Place, code);
    rowan_result *result;
    const PlaceNights *rows;

    add_places(t);
    result = fetch(
        t, rowan_select(PlaceNights, .join = { rowan_left_join_on(NightsOf, on) },
                        .order_by = { rowan_desc(NightsOf, nights, NULLS_LAST) }));
    assert_int_equal(rowan_result_count(result), 3);
    rows = rowan_rows(result, PlaceNights);
    assert_string_equal(rows[0].name.ptr, "B");
    assert_int_equal(rows[1].nights.value, 3);
    assert_false(rows[2].nights.has);
    rowan_result_free(result);
    result = fetch(
        t,
        rowan_select(
            PlaceNights,
            .join = { rowan_join_on(
                NightsOf, on,
                .from = rowan_select(NightsOf, .where = rowan_eq(Visit, year, 2001))) },
            .order_by = { rowan_asc(NightsOf, nights) }));
    assert_int_equal(rowan_result_count(result), 2);
    assert_int_equal(rowan_rows(result, PlaceNights)->nights.value, 2);
    rowan_result_free(result);
}

static void test_cursor_of_a_view(void **state)
{
    test_db *t = *state;
    rowan_cursor *cursor = NULL;
    void *rows = NULL;
    size_t n = 0, all = 0;
    rowan_status st;

    add_samples(t, 1000);
    assert_ok(rowan_cursor_open(t->db,
                                rowan_select(SampleWords,
                                             .where = rowan_lt(Sample, small, 900),
                                             .order_by = { rowan_asc(Sample, small) }),
                                &cursor, &t->err),
              &t->err);
    while ((st = rowan_cursor_next(cursor, &rows, &n, &t->err)) == ROWAN_ROW) {
        const SampleWords *words = rows;

        for (size_t i = 0; i < n; i++, all++)
            assert_string_equal(words[i].words.ptr,
                                test_printf("%c%03d", 'a' + (int)all % 4, (int)all));
    }
    assert_int_equal(st, ROWAN_DONE);
    assert_int_equal(all, 900);
    rowan_cursor_close(cursor);
}

static void test_nulls_first_and_last(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    add_samples(t, 6);
    result = fetch(
        t, rowan_select(Sample, .order_by = { rowan_asc(Sample, opt_small, NULLS_LAST),
                                              rowan_asc(Sample, id) }));
    assert_int_equal(rowan_rows(result, Sample)[0].small, 0);
    assert_int_equal(rowan_rows(result, Sample)[1].small, 4);
    assert_int_equal(rowan_rows(result, Sample)[2].small, 1);
    rowan_result_free(result);
    result =
        fetch(t, rowan_select(Sample,
                              .order_by = { rowan_desc(Sample, opt_small, NULLS_FIRST),
                                            rowan_asc(Sample, id) }));
    assert_int_equal(rowan_rows(result, Sample)[0].small, 1);
    assert_int_equal(rowan_rows(result, Sample)[4].small, 4);
    rowan_result_free(result);
}

static void test_expressions_of_the_database(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    add_samples(t, 10);
    result =
        fetch(t, rowan_select(Initials, .order_by = { rowan_asc(Initials, initial) }));
    assert_int_equal(rowan_result_count(result), 4);
    assert_string_equal(rowan_rows(result, Initials)[1].initial.ptr, "b");
    assert_int_equal(rowan_rows(result, Initials)[1].n, 3);
    rowan_result_free(result);
}

static void test_row_locks(void **state)
{
    test_db *t = *state;
    rowan_result *result;

    add_samples(t, 3);
    assert_ok(rowan_begin(t->db, &t->err), &t->err);
    result = fetch(t, rowan_select(Sample, .where = rowan_eq(Sample, small, 1),
                                   .lock = ROWAN_FOR_UPDATE, .limit = 5));
    assert_int_equal(rowan_result_count(result), 1);
    rowan_result_free(result);
    if (!test_is_sqlite(t)) {
        rowan_session *other = test_session(t);
        rowan_result *rest = NULL;

        assert_ok(rowan_fetch(other,
                              rowan_select(Sample, .lock = ROWAN_FOR_UPDATE_SKIP_LOCKED,
                                           .where = rowan_ge(Sample, id, 0)),
                              &rest, &t->err),
                  &t->err);
        assert_true(rowan_result_count(rest) < 3);
        rowan_result_free(rest);
        rowan_session_close(other);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
}

static void test_what_is_refused(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    uint64_t n;
    VisitRow row = { 0 };

    assert_status(rowan_fetch(t->db, rowan_select(VisitRow), &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "VisitRow.name is of Place, which is not joined");
    assert_status(
        rowan_fetch(t->db,
                    rowan_select(VisitRow, .join = { rowan_left_join_on(
                                               Place, rowan_eq_column(Visit, place,
                                                                      Place, code)) }),
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        "VisitRow.name is read from a left join: it needs "
                        "OPT_OF and a nullable type");
    assert_status(rowan_fetch(t->db,
                              rowan_select(Visit, .where = rowan_eq(Place, code, "a")),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(
        t->err.message,
        "Place.code is not a column of Visit, nor is Place joined to it");
    assert_status(
        rowan_fetch(t->db, rowan_select(Visit, .join = { rowan_join_on(Place, NULL) }),
                    &result, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_status(rowan_fetch(t->db, rowan_select(Visit, .from = rowan_select(Visit)),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_status(rowan_fetch(t->db,
                              rowan_select(Visit, .having = rowan_gt(Visit, nights, 1)),
                              &result, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_string_equal(t->err.message,
                        ".having is about groups: Visit has no COUNT and "
                        "the like, and there is no .group_by");
    assert_status(rowan_delete_where(t->db, VisitRow, NULL, &n, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_status(rowan_insert(t->db, VisitRow, &row, &t->err), ROWAN_EINVAL, &t->err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_columns),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_having_and_more_groups),
        cmocka_unit_test(test_groups_of_nothing),
        cmocka_unit_test(test_sum_out_of_range),
        cmocka_unit_test(test_sum_of_doubles_out_of_range),
        cmocka_unit_test(test_order_of_long_texts),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_query_of_a_query),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_left_joins),
        cmocka_unit_test(test_self_join),
        cmocka_unit_test(test_join_of_a_view),
        cmocka_unit_test(test_cursor_of_a_view),
        cmocka_unit_test(test_nulls_first_and_last),
        cmocka_unit_test(test_expressions_of_the_database),
        cmocka_unit_test(test_row_locks),
        cmocka_unit_test(test_what_is_refused),
    };

    return test_on_databases("views", tests, sizeof tests / sizeof tests[0]);
}
