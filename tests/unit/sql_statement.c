/* sql_statement.c - the text and the key of statements, per dialect. */
#include "database.h"

#include "ddl_int.h"
#include "statement_int.h"

static rowan__statement statement; /* large */

static char *text_of(const rowan__dialect *dialect)
{
    rowan__buf sql;
    char *text;

    rowan__buf_init(&sql, 0);
    rowan__statement_text(&statement, dialect, &sql);
    assert_true(rowan__buf_ok(&sql));
    text = test_printf("%s", sql.ptr);
    rowan__buf_done(&sql);
    return text;
}

static void assert_select(const rowan_query *query, const char *sqlite,
                          const char *postgres, const char *mariadb)
{
    rowan_error err;

    assert_ok(
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, query, NULL, 0, &err),
        &err);
    assert_string_equal(text_of(&rowan__dialect_sqlite), sqlite);
    assert_string_equal(text_of(&rowan__dialect_postgres), postgres);
    assert_string_equal(text_of(&rowan__dialect_mariadb), mariadb);
}

static void test_select(void **state)
{
    (void)state;
    assert_select(rowan_select(Place),
                  "SELECT \"code\", \"name\", \"inside\" FROM \"place\"",
                  "SELECT \"code\", \"name\", \"inside\" FROM \"place\"",
                  "SELECT `code`, `name`, `inside` FROM `place`");
    assert_select(
        rowan_select(Visit,
                     .where =
                         rowan_and(rowan_eq(Visit, year, 1), NULL,
                                   rowan_not(rowan_or(rowan_lt(Visit, nights, 2),
                                                      rowan_ne(Visit, place, "x")))),
                     .order_by = { rowan_desc(Visit, year), rowan_asc(Visit, place) },
                     .limit = 3, .offset = 4),
        "SELECT \"place\", \"select\", \"nights\" FROM \"visit of \"\"a\"\" place\" "
        "WHERE "
        "(\"select\" = ? AND NOT ((\"nights\" < ? OR \"place\" <> ?))) "
        "ORDER BY \"select\" DESC, \"place\" LIMIT ? OFFSET ?",
        "SELECT \"place\", \"select\", \"nights\" FROM \"visit of \"\"a\"\" place\" "
        "WHERE "
        "(\"select\" = $1 AND NOT ((\"nights\" < $2 OR \"place\" <> $3))) "
        "ORDER BY \"select\" DESC, \"place\" LIMIT $4 OFFSET $5",
        "SELECT `place`, `select`, `nights` FROM `visit of \"a\" place` WHERE "
        "(`select` = ? AND NOT ((`nights` < ? OR `place` <> ?))) "
        "ORDER BY `select` DESC, `place` LIMIT ? OFFSET ?");
    assert_int_equal(statement.n_binds, 5);
    assert_int_equal(statement.binds[3].as.int64, 3);
    assert_select(
        rowan_select(Place, .where = rowan_is_null(Place, inside), .offset = 1),
        "SELECT \"code\", \"name\", \"inside\" FROM \"place\" WHERE "
        "\"inside\" IS NULL LIMIT -1 OFFSET ?",
        "SELECT \"code\", \"name\", \"inside\" FROM \"place\" WHERE "
        "\"inside\" IS NULL LIMIT ALL OFFSET $1",
        "SELECT `code`, `name`, `inside` FROM `place` WHERE `inside` IS NULL "
        "LIMIT 18446744073709551615 OFFSET ?");
    assert_select(rowan_select(Place, .where = rowan_or(NULL)),
                  "SELECT \"code\", \"name\", \"inside\" FROM \"place\"",
                  "SELECT \"code\", \"name\", \"inside\" FROM \"place\"",
                  "SELECT `code`, `name`, `inside` FROM `place`");
    assert_select(
        rowan_select(Place, .where = rowan_or(rowan_not(rowan_and(NULL, NULL)),
                                              rowan_is_null(Place, inside))),
        "SELECT \"code\", \"name\", \"inside\" FROM \"place\" WHERE (\"inside\" IS "
        "NULL)",
        "SELECT \"code\", \"name\", \"inside\" FROM \"place\" WHERE (\"inside\" IS "
        "NULL)",
        "SELECT `code`, `name`, `inside` FROM `place` WHERE (`inside` IS NULL)");
}

static void assert_row(rowan__statement_kind kind, const rowan_model *model,
                       const void *row, const char *postgres)
{
    const rowan_query query = { .model = model };
    rowan_error err;

    assert_ok(rowan__statement_of_row(&statement, kind, &query, row, &err), &err);
    assert_string_equal(text_of(&rowan__dialect_postgres), postgres);
}

static void test_rows(void **state)
{
    Visit visit = { rowan_text_of("a"), 2000, 5 };

    (void)state;
    assert_row(
        ROWAN__INSERT, &Visit_model, &visit,
        "INSERT INTO \"visit of \"\"a\"\" place\" (\"place\", \"select\", \"nights\") "
        "VALUES ($1, $2, $3)");
    assert_row(
        ROWAN__UPDATE_ROW, &Visit_model, &visit,
        "UPDATE \"visit of \"\"a\"\" place\" SET \"nights\" = $1 WHERE \"place\" = $2 "
        "AND \"select\" = $3");
    assert_int_equal(statement.binds[0].as.int64, 5);
    assert_string_equal(statement.binds[1].as.text.ptr, "a");
    assert_row(ROWAN__DELETE_ROW, &Visit_model, &visit,
               "DELETE FROM \"visit of \"\"a\"\" place\" WHERE \"place\" = $1 AND "
               "\"select\" = $2");
}

static size_t key_of(const rowan_query *query, char *key)
{
    rowan_error err;

    assert_ok(
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, query, NULL, 0, &err),
        &err);
    memcpy(key, statement.key, statement.key_len);
    return statement.key_len;
}

/* One shape, one key; another shape, another key. */
static void test_keys(void **state)
{
    char a[ROWAN__MAX_KEY], b[ROWAN__MAX_KEY];
    const rowan_query *const queries[] = {
        rowan_select(Sample),
        rowan_select(Sample, .limit = 1),
        rowan_select(Sample, .offset = 1),
        rowan_select(Sample, .order_by = { rowan_asc(Sample, small) }),
        rowan_select(Sample, .order_by = { rowan_desc(Sample, small) }),
        rowan_select(Sample, .where = rowan_eq(Sample, small, 1)),
        rowan_select(Sample, .where = rowan_ne(Sample, small, 1)),
        rowan_select(Sample, .where = rowan_eq(Sample, big, 1)),
        rowan_select(Sample, .where = rowan_is_null(Sample, opt_small)),
        rowan_select(Sample, .where = rowan_not(rowan_eq(Sample, small, 1))),
        rowan_select(Sample, .where = rowan_and(rowan_eq(Sample, small, 1))),
        rowan_select(Sample, .where = rowan_and(rowan_eq(Sample, small, 1),
                                                rowan_eq(Sample, small, 1))),
        rowan_select(Sample, .where = rowan_and(rowan_and(rowan_eq(Sample, small, 1)),
                                                rowan_eq(Sample, small, 1))),
        rowan_select(Place),
    };
    size_t n = sizeof queries / sizeof queries[0];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            size_t a_len = key_of(queries[i], a), b_len = key_of(queries[k], b);

            assert_int_equal(a_len == b_len && memcmp(a, b, a_len) == 0, i == k);
        }
    }
    assert_int_equal(
        key_of(rowan_select(Sample, .where = rowan_eq(Sample, small, 1)), a),
        key_of(rowan_select(Sample, .where = rowan_eq(Sample, small, 2)), b));
    assert_memory_equal(a, b, statement.key_len);
}

static char *ddl(void (*write)(const rowan__dialect *, const rowan_model *,
                               rowan__buf *),
                 const rowan__dialect *dialect, const rowan_model *model)
{
    rowan__buf sql;
    char *text;

    rowan__buf_init(&sql, 0);
    write(dialect, model, &sql);
    text = test_printf("%s", sql.len > 0 ? sql.ptr : "");
    rowan__buf_done(&sql);
    return text;
}

static void test_tables(void **state)
{
    (void)state;
    assert_string_equal(
        ddl(rowan__ddl_create_table, &rowan__dialect_sqlite, &Place_model),
        "CREATE TABLE IF NOT EXISTS \"place\" (\n"
        "    \"code\" TEXT NOT NULL,\n"
        "    \"name\" TEXT NOT NULL,\n"
        "    \"inside\" TEXT,\n"
        "    CONSTRAINT \"place_name_key\" UNIQUE (\"name\"),\n"
        "    CONSTRAINT \"place_inside_fkey\" FOREIGN KEY (\"inside\") "
        "REFERENCES \"place\" (\"code\"),\n"
        "    CONSTRAINT \"place_pkey\" PRIMARY KEY (\"code\")\n"
        ") STRICT");
    assert_contains(
        ddl(rowan__ddl_create_table, &rowan__dialect_postgres, &Sample_model),
        "\"id\" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,\n");
    assert_string_equal(
        ddl(rowan__ddl_merge_delete, &rowan__dialect_postgres, &Visit_model),
        "DELETE FROM \"visit of \"\"a\"\" place\" WHERE NOT EXISTS (SELECT 1 "
        "FROM pg_temp.\"visit of \"\"a\"\" place_staging\" AS s WHERE "
        "\"visit of \"\"a\"\" place\".\"place\" = s.\"place\" AND "
        "\"visit of \"\"a\"\" place\".\"select\" = s.\"select\")");
    assert_string_equal(ddl(rowan__ddl_lock, &rowan__dialect_sqlite, &Place_model), "");
}

/* MariaDB: texts in keys are bounded, updates join, a table's name is locked as bytes. */
static void test_tables_of_mariadb(void **state)
{
    const rowan__dialect *d = &rowan__dialect_mariadb;

    (void)state;
    assert_string_equal(
        ddl(rowan__ddl_create_table, d, &Place_model),
        "CREATE TABLE IF NOT EXISTS `place` (\n"
        "    `code` varchar(255) NOT NULL,\n"
        "    `name` varchar(255) NOT NULL,\n"
        "    `inside` varchar(255),\n"
        "    CONSTRAINT `place_name_key` UNIQUE (`name`),\n"
        "    CONSTRAINT `place_inside_fkey` FOREIGN KEY (`inside`) "
        "REFERENCES `place` (`code`),\n"
        "    CONSTRAINT `place_pkey` PRIMARY KEY (`code`)\n"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin");
    assert_contains(ddl(rowan__ddl_create_table, d, &Sample_model),
                    "`id` bigint AUTO_INCREMENT NOT NULL,\n");
    assert_contains(ddl(rowan__ddl_create_table, d, &Sample_model),
                    "`words` longtext NOT NULL,\n");
    assert_string_equal(
        ddl(rowan__ddl_merge_update, d, &Place_model),
        "UPDATE `place` JOIN `place_staging` AS s ON `place`.`code` = s.`code` SET "
        "`place`.`name` = s.`name`, `place`.`inside` = CASE WHEN "
        "NOT (`place`.`inside` <=> s.`inside`) THEN NULL ELSE `place`.`inside` END "
        "WHERE (NOT (`place`.`name` <=> s.`name`) OR "
        "NOT (`place`.`inside` <=> s.`inside`))");
    assert_string_equal(
        ddl(rowan__ddl_merge_link, d, &Place_model),
        "UPDATE `place` JOIN `place_staging` AS s ON `place`.`code` = s.`code` SET "
        "`place`.`inside` = s.`inside` WHERE (NOT (`place`.`inside` <=> s.`inside`))");
    assert_string_equal(ddl(rowan__ddl_merge_link, d, &Visit_model), "");
    assert_contains(ddl(rowan__ddl_lock, d, &Place_model), "x'706c616365'");
}

/* clang-format off */
ROWAN_MODEL(Indexed, "indexed",
    (rowan_int64, id,    PRIMARY_KEY),
    (rowan_text,  words, INDEX),
    (rowan_text,  name,  UNIQUE, INDEX)
)
/* clang-format on */

static void test_text_with_an_index_of_mariadb(void **state)
{
    rowan__buf sql;

    (void)state;
    rowan__buf_init(&sql, 0);
    assert_true(
        rowan__ddl_create_index(&rowan__dialect_mariadb, &Indexed_model, 0, &sql));
    assert_string_equal(sql.ptr, "CREATE INDEX IF NOT EXISTS `indexed_words_idx` ON "
                                 "`indexed` (`words`(255))");
    rowan__buf_clear(&sql);
    assert_true(
        rowan__ddl_create_index(&rowan__dialect_mariadb, &Indexed_model, 1, &sql));
    assert_string_equal(sql.ptr, "CREATE INDEX IF NOT EXISTS `indexed_name_idx` ON "
                                 "`indexed` (`name`)");
    assert_false(
        rowan__ddl_create_index(&rowan__dialect_mariadb, &Indexed_model, 2, &sql));
    rowan__buf_done(&sql);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_tables_of_mariadb),
        cmocka_unit_test(test_text_with_an_index_of_mariadb),
    };

    return cmocka_run_group_tests_name("sql_statement", tests, NULL, NULL);
}
