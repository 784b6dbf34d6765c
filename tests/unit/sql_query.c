/* sql_query.c - the text of views, joins, groups and queries in queries; one shape, one
 * statement; nothing allocated for it. */
#include "database.h"

#include "alloc_int.h"
#include "statement_int.h"

/* clang-format off */
ROWAN_VIEW(Few, Sample, words, (rowan_int32, n, COLUMN(small)))
ROWAN_VIEW(Sums, Sample, flag, (rowan_int64, n, COUNT()), (rowan_opt_int64, sum, SUM(small)),
           (rowan_opt_double, average, AVG(small)))
ROWAN_VIEW(Placed, Sample, small,
           (rowan_int64, place, OVER(ROW_NUMBER(), PARTITION_BY(big), ORDER_BY(DESC(small), id))))
ROWAN_VIEW(First, Placed, small)
ROWAN_VIEW(Where, Visit, nights, (rowan_text, name, OF(Place, name)))
ROWAN_ALIAS(Inner, Place)
/* clang-format on */

static rowan__statement statement;

static void assert_text(const rowan__dialect *dialect, const char *want)
{
    rowan__buf sql;

    rowan__buf_init(&sql, 0);
    rowan__statement_text(&statement, dialect, &sql);
    assert_true(rowan__buf_ok(&sql));
    assert_string_equal(sql.ptr, want);
    rowan__buf_done(&sql);
}

static void compile(rowan__statement_kind kind, const rowan_query *query)
{
    rowan_error err;

    rowan__statement_done(&statement);
    assert_ok(rowan__statement_of_query(&statement, kind, query, NULL, 0, &err), &err);
}

static void assert_select(const rowan_query *query, const char *postgres)
{
    compile(ROWAN__SELECT_ROWS, query);
    assert_text(&rowan__dialect_postgres, postgres);
}

static void test_views(void **state)
{
    (void)state;
    assert_select(
        rowan_select(Few, .where = rowan_gt(Few, n, 3)),
        "SELECT \"words\" AS \"words\", \"small\" AS \"n\" FROM \"sample\" WHERE "
        "\"small\" > $1");
    assert_select(
        rowan_select(Few, .distinct = true, .order_by = { rowan_asc(Few, n) }),
        "SELECT DISTINCT \"words\" AS \"words\", \"small\" AS \"n\" FROM "
        "\"sample\" ORDER BY \"small\"");
}

static void test_groups(void **state)
{
    (void)state;
    assert_select(
        rowan_select(Sums, .where = rowan_ne(Sample, small, 0),
                     .having = rowan_gt(Sums, n, 1)),
        "SELECT \"flag\" AS \"flag\", count(*) AS \"n\", CAST(sum(\"small\") AS "
        "bigint) AS \"sum\", avg(CAST(\"small\" AS double precision)) AS "
        "\"average\" FROM \"sample\" WHERE \"small\" <> $1 GROUP BY \"flag\" "
        "HAVING count(*) > $2");
    assert_text(
        &rowan__dialect_sqlite,
        "SELECT \"flag\" AS \"flag\", count(*) AS \"n\", sum(\"small\") AS "
        "\"sum\", avg(\"small\") AS \"average\" FROM \"sample\" WHERE \"small\" <> ? "
        "GROUP BY \"flag\" HAVING count(*) > ?");
    assert_text(
        &rowan__dialect_mariadb,
        "SELECT `flag` AS `flag`, count(*) AS `n`, sum(`small`) AS `sum`, "
        "avg(CAST(`small` AS double)) AS `average` FROM `sample` WHERE `small` <> ? "
        "GROUP BY `flag` HAVING count(*) > ?");
    compile(ROWAN__SELECT_COUNT, rowan_select(Sums));
    assert_text(
        &rowan__dialect_postgres,
        "SELECT count(*) FROM (SELECT \"flag\" AS \"flag\", count(*) AS \"n\", "
        "CAST(sum(\"small\") AS bigint) AS \"sum\", avg(CAST(\"small\" AS double "
        "precision)) AS \"average\" FROM \"sample\" GROUP BY \"flag\") AS \"Sums\"");
}

static void test_windows_and_queries_of_them(void **state)
{
    (void)state;
    assert_select(
        rowan_select(First, .where = rowan_eq(Placed, place, 1),
                     .from = rowan_select(Placed, .where = rowan_lt(Sample, small, 9)),
                     .limit = 2),
        "WITH \"Placed\" AS (SELECT \"small\" AS \"small\", row_number() OVER "
        "(PARTITION "
        "BY \"big\" ORDER BY \"small\" DESC, \"id\") AS \"place\" FROM \"sample\" "
        "WHERE "
        "\"small\" < $1) SELECT \"Placed\".\"small\" AS \"small\" FROM \"Placed\" "
        "WHERE "
        "\"Placed\".\"place\" = $2 LIMIT $3");
    assert_int_equal(statement.binds[0].as.int64, 9);
    assert_int_equal(statement.binds[2].as.int64, 2);
}

static void test_joins(void **state)
{
    (void)state;
    assert_select(
        rowan_select(Where,
                     .join = { rowan_join_on(
                         Place, rowan_and(rowan_eq_column(Visit, place, Place, code),
                                          rowan_eq(Place, name, "x"))) },
                     .where = rowan_gt(Visit, nights, 2)),
        "SELECT \"Visit\".\"nights\" AS \"nights\", \"Place\".\"name\" AS \"name\" "
        "FROM "
        "\"visit of \"\"a\"\" place\" AS \"Visit\" JOIN \"place\" AS \"Place\" ON "
        "(\"Visit\".\"place\" = \"Place\".\"code\" AND \"Place\".\"name\" = $1) WHERE "
        "\"Visit\".\"nights\" > $2");
}

static void test_queries_in_conditions(void **state)
{
    (void)state;
    assert_select(
        rowan_select(Place,
                     .where = rowan_exists(rowan_select(
                         Inner, .where = rowan_eq_column(Inner, inside, Place, code)))),
        "SELECT \"Place\".\"code\", \"Place\".\"name\", \"Place\".\"inside\" FROM "
        "\"place\" AS \"Place\" WHERE EXISTS (SELECT 1 FROM \"place\" AS \"Inner\" "
        "WHERE "
        "\"Inner\".\"inside\" = \"Place\".\"code\")");
    compile(ROWAN__DELETE_WHERE,
            rowan_select(Place, .where = rowan_not(rowan_exists(rowan_select(
                                    Visit, .where = rowan_eq_column(Visit, place, Place,
                                                                    code))))));
    assert_text(&rowan__dialect_mariadb,
                "DELETE FROM `place` WHERE NOT (EXISTS (SELECT 1 FROM `visit of \"a\" "
                "place` AS `Visit` WHERE `Visit`.`place` = `place`.`code`))");
}

static void test_lists_and_patterns(void **state)
{
    int32_t five[] = { 1, 2, 3, 4, 5 };

    (void)state;
    assert_select(
        rowan_select(Few, .where = rowan_and(rowan_in_array(Sample, small, five, 5),
                                             rowan_icontains(Sample, words, "5%"))),
        "SELECT \"words\" AS \"words\", \"small\" AS \"n\" FROM \"sample\" WHERE "
        "(\"small\" IN ($1, $2, $3, $4, $5, $6, $7, $8) AND \"words\" ILIKE $9 ESCAPE "
        "'\\')");
    assert_int_equal(statement.binds[7].as.int64, 5);
    assert_string_equal(statement.binds[8].as.text.ptr, "%5\\%%");
    assert_text(
        &rowan__dialect_sqlite,
        "SELECT \"words\" AS \"words\", \"small\" AS \"n\" FROM \"sample\" WHERE "
        "(\"small\" IN (?, ?, ?, ?, ?, ?, ?, ?) AND lower(\"words\") LIKE lower(?) "
        "ESCAPE '\\')");
}

static void test_orders(void **state)
{
    (void)state;
    compile(
        ROWAN__SELECT_ROWS,
        rowan_select(Few, .order_by = { rowan_asc(Sample, opt_small, NULLS_LAST),
                                        rowan_desc(Sample, opt_big, NULLS_FIRST) }));
    assert_text(
        &rowan__dialect_sqlite,
        "SELECT \"words\" AS \"words\", \"small\" AS \"n\" FROM \"sample\" ORDER BY "
        "\"opt_small\" NULLS LAST, \"opt_big\" DESC NULLS FIRST");
    assert_text(
        &rowan__dialect_mariadb,
        "SELECT `words` AS `words`, `small` AS `n` FROM `sample` ORDER BY "
        "`opt_small` IS NULL, `opt_small`, `opt_big` IS NOT NULL, `opt_big` DESC");
}

static void test_one_shape_one_key(void **state)
{
    static char keys[16][ROWAN__SHORT_KEY];
    static size_t lengths[16];
    const rowan_expr *on = rowan_eq_column(Visit, place, Place, code);
    const rowan_query *const all[] = {
        rowan_select(Few),
        rowan_select(Sums),
        rowan_select(Few, .distinct = true),
        rowan_select(Few, .lock = ROWAN_FOR_UPDATE),
        rowan_select(Few, .lock = ROWAN_FOR_UPDATE_SKIP_LOCKED),
        rowan_select(Sums, .group_by = { rowan_asc(Sample, big) }),
        rowan_select(Sums, .group_by = { rowan_asc(Sample, small) }),
        rowan_select(First),
        rowan_select(First, .from = rowan_select(Placed, .limit = 1)),
        rowan_select(First, .from = rowan_select(Placed), .limit = 1),
        rowan_select(Visit, .join = { rowan_join_on(Place, on) }),
        rowan_select(Visit, .join = { rowan_left_join_on(Place, on) }),
        rowan_select(Few, .order_by = { rowan_asc(Few, n) }),
        rowan_select(Few, .order_by = { rowan_asc(Few, n, NULLS_LAST) }),
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        compile(ROWAN__SELECT_ROWS, all[i]);
        assert_true(statement.key_len <= sizeof keys[i]);
        lengths[i] = statement.key_len;
        memcpy(keys[i], statement.key, statement.key_len);
        for (size_t k = 0; k < i; k++)
            assert_false(lengths[k] == lengths[i] &&
                         memcmp(keys[k], keys[i], lengths[i]) == 0);
    }
}

static void test_nothing_is_allocated(void **state)
{
    size_t before;

    (void)state;
    rowan__statement_done(&statement);
    before = rowan__alloc_count();
    compile(ROWAN__SELECT_ROWS,
            rowan_select(Sums,
                         .where = rowan_and(rowan_in(Sample, small, 1, 2, 3),
                                            rowan_between(Sample, big, 1, 5),
                                            rowan_like(Sample, words, "a%")),
                         .having = rowan_gt(Sums, n, 1), .limit = 5));
    assert_int_equal(rowan__alloc_count(), before);
    rowan__statement_done(&statement);
    assert_int_equal(rowan__alloc_count(), before);
}

/* What does not fit into the statement itself. */
static void test_a_long_list(void **state)
{
    static int64_t many[5000];

    (void)state;
    compile(ROWAN__SELECT_ROWS,
            rowan_select(Few, .where = rowan_in_array(Sample, big, many, 5000)));
    assert_int_equal(statement.n_binds, 5120);
    assert_true(statement.key_len > ROWAN__SHORT_KEY);
    rowan__statement_done(&statement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_windows_and_queries_of_them),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_queries_in_conditions),
        cmocka_unit_test(test_lists_and_patterns),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_one_shape_one_key),
        cmocka_unit_test(test_nothing_is_allocated),
        cmocka_unit_test(test_a_long_list),
    };

    return cmocka_run_group_tests_name("sql_query", tests, NULL, NULL);
}
