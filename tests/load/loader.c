/* loader.c - the real loader on every database: what it loads, says and exits with. */
#include "loader_test.h"

#define RUN(dir) run_loader(t->uri, (dir), "--dir", ".")

static const char *people_in(test_db *t)
{
    return test_list(t,
                     "id || ':' || last_name || ':' || "
                     "coalesce(cast(born as char(10)), '-')",
                     "person", "id");
}

#define PEOPLE_ROWS "1:Lovelace:1815-12-10 2:Turing:-"

/* A folder whose files are loaded. */
static const char *loaded_dir(test_db *t)
{
    const char *dir = loader_dir();
    test_output output;

    drop_loader_tables(t);
    output = RUN(dir);
    assert_exit(&output, 0);
    assert_string_equal(people_in(t), PEOPLE_ROWS);
    return dir;
}

/* Runs it with other people, which are refused: nothing changes. */
static void assert_refuses(test_db *t, const char *dir, const char *people, int code,
                           const char *words)
{
    test_output output;

    test_write_text(people_file(dir), people);
    output = RUN(dir);
    assert_exit(&output, code);
    assert_string_equal(output.err, words);
    assert_string_equal(output.out, "");
    assert_string_equal(people_in(t), PEOPLE_ROWS);
}

static void our_own_data_is_loaded(void **state)
{
    test_db *t = *state;
    test_output output;

    drop_loader_tables(t);
    output = run_loader(t->uri, test_dir(), "--dir", TEST_SOURCE_DIR);
    assert_exit(&output, 0);
    assert_string_equal(output.err, "");
    assert_contains(output.out, "person ");
    assert_contains(output.out, " inserted, 0 updated, 0 deleted\naward ");
    assert_contains(output.out, " rows/s\n");
    assert_string_equal(test_value(t, "select last_name from person where id = 1"),
                        "Perlis");
    assert_string_equal(test_value(t,
                                   "select count(*) from award where person_id not in "
                                   "(select id from person)"),
                        "0");
    assert_true(atoi(test_value(t, "select count(*) from award")) > 70);
}

static void the_summary_says_what_was_done(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    test_output output;

    test_write_text(people_file(dir), PEOPLE_HEADER "2,Alan,Turing,1912-06-23,UK\n"
                                                    "3,Grace,Hopper,1906-12-09,US\n"
                                                    "4,Tony,Hoare,1934-01-11,UK\n");
    output = RUN(dir);
    assert_exit(&output, 0);
    assert_string_equal(output.err, "");
    assert_contains(output.out,
                    "person          3 rows: 2 inserted, 1 updated, 1 deleted\n"
                    "award           1 rows: 0 inserted, 0 updated, 0 deleted\n"
                    "                4 rows in 0.");
    assert_string_equal(people_in(t),
                        "2:Turing:1912-06-23 3:Hopper:1906-12-09 4:Hoare:1934-01-11");
}

static void a_rerun_writes_nothing(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    const char *before = test_is_sqlite(t) ? "" : test_versions(t, "person");
    test_output output = RUN(dir);

    assert_exit(&output, 0);
    assert_contains(output.out,
                    "person          2 rows: 0 inserted, 0 updated, 0 deleted\n"
                    "award           1 rows: 0 inserted, 0 updated, 0 deleted\n");
    if (!test_is_sqlite(t))
        assert_string_equal(test_versions(t, "person"), before);
}

/* Nobody else has the file open, so all that was written is in it. */
static void a_rerun_leaves_the_sqlite_file_as_it_is(void **state)
{
    const char *dir = loader_dir();
    const char *path = test_printf("%s/own.db", dir);
    char *before, *after;
    size_t n_before, n_after;
    test_output output;

    (void)state;
    output = run_loader("sqlite:///own.db", dir, "--quiet");
    assert_exit(&output, 0);
    before = test_read_file(path, &n_before);
    output = run_loader("sqlite:///own.db", dir, "--quiet");
    assert_exit(&output, 0);
    after = test_read_file(path, &n_after);
    assert_int_equal(n_before, n_after);
    assert_memory_equal(before, after, n_before);
    assert_int_equal(access(test_printf("%s-wal", path), F_OK), -1);
}

static void files_of_other_programs_are_read(void **state)
{
    test_db *t = *state;
    const char *dir = loader_dir();
    test_output output;

    drop_loader_tables(t);
    test_write_text(
        people_file(dir),
        "\xef\xbb\xbf\"country\",\"born\",\"x\",\"last_name\",\"first_name\","
        "\"id\"\r\n\"U\r\nK\",\"\",\"\",\"Tur\"\"ing\",\"Alan\",\"2\"");
    output = RUN(dir);
    assert_exit(&output, 0);
    assert_string_equal(people_in(t), "2:Tur\"ing:-");
    assert_string_equal(test_value(t, "select country from person"), "U\r\nK");
}

static void bad_rows_are_printed_with_their_place(void **state)
{
    test_db *t = *state;

    assert_refuses(
        t, loaded_dir(t),
        PEOPLE_HEADER "1,Ada,Lovelace,1912-13-01,UK\n"
                      "x,Alan,\"Tur\ning\",yesterday,UK\n"
                      "3,Grace\n"
                      ",A,B,,C\n"
                      "4,\xfc"
                      "ber,B,,C,D\n"
                      "5,\xfc"
                      "ber,B,,C\n"
                      "6,\"A\"x,B,,C\n",
        3,
        "./data/people.csv:2: born \"1912-13-01\" is not a date (YYYY-MM-DD)\n"
        "./data/people.csv:3: id \"x\" is not a whole number\n"
        "./data/people.csv:3: born \"yesterday\" is not a date (YYYY-MM-DD)\n"
        "./data/people.csv:5: has 2 fields, the header has 5\n"
        "./data/people.csv:6: id is empty\n"
        "./data/people.csv:7: has 6 fields, the header has 5\n"
        "./data/people.csv:8: first_name \"?ber\" is not valid UTF-8 (byte 1)\n"
        "./data/people.csv:9: has text behind a closing quote\n"
        "loader: 7 rows were refused, nothing was changed\n");
}

static void keys_and_references_are_printed_with_their_place(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);

    assert_refuses(t, dir, PEOPLE "1,Ada,King,,UK\n", 3,
                   "./data/people.csv:4: id \"1\" is already in line 2\n"
                   "loader: 1 row was refused, nothing was changed\n");
    assert_refuses(t, dir, PEOPLE_HEADER "1,Ada,King,,UK\n", 3,
                   "./data/awards.csv:2: person_id \"2\" is not in person\n"
                   "loader: 1 row was refused, nothing was changed\n");
}

static void what_only_the_database_knows_is_its_own_code(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    test_output output;

    test_exec(t, "create table guest (person_id bigint references person (id)); "
                 "insert into guest values (1)");
    test_write_text(people_file(dir), PEOPLE_HEADER "2,Alan,Turing,,UK\n");
    output = RUN(dir);
    test_exec(t, "drop table guest");
    assert_exit(&output, 6);
    assert_contains(output.err, test_is_sqlite(t) ? "loader: SQLite: FOREIGN KEY"
                                : test_is_postgres(t)
                                    ? "loader: PostgreSQL: update or delete"
                                    : "loader: MariaDB: Cannot delete or update");
    assert_string_equal(people_in(t), PEOPLE_ROWS);
}

static void sources_that_are_none(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);

    assert_refuses(t, dir, "", 3,
                   "loader: ./data/people.csv: is empty: a header line is needed\n");
    assert_refuses(t, dir, "id,name\n1,Ada\n", 3,
                   "loader: ./data/people.csv: the header lacks first_name, last_name, "
                   "country of model Person\n");
    assert_refuses(t, dir, "id,id,first_name,last_name,country\n", 3,
                   "loader: ./data/people.csv: the header names column id twice\n");
    assert_refuses(t, dir, "i\xff,\n", 3,
                   "loader: ./data/people.csv: the header is not UTF-8 text\n");
}

static void files_that_cannot_be_read(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    test_output output;

    assert_int_equal(unlink(people_file(dir)), 0);
    output = RUN(dir);
    assert_exit(&output, 4);
    assert_string_equal(output.err,
                        "loader: ./data/people.csv: No such file or directory\n");
    assert_int_equal(mkdir(people_file(dir), 0755), 0);
    output = RUN(dir);
    assert_exit(&output, 4);
    assert_string_equal(output.err,
                        "loader: ./data/people.csv: is a folder, not a file\n");
    assert_string_equal(people_in(t), PEOPLE_ROWS);
}

static void an_empty_source_needs_a_word(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t);
    test_output output;

    test_write_text(awards_file(dir), AWARDS_HEADER);
    output = RUN(dir);
    assert_exit(&output, 3);
    assert_string_equal(output.err,
                        "loader: ./data/awards.csv: has no rows, and table award "
                        "would lose all its 1 (--allow-empty permits it)\n");
    output = run_loader(t->uri, dir, "--allow-empty");
    assert_exit(&output, 0);
    assert_contains(output.out,
                    "award           0 rows: 0 inserted, 0 updated, 1 deleted\n");
}

static void a_dry_run_touches_no_database(void **state)
{
    const char *dir = loader_dir();
    const char *uri = "postgresql://nobody:secret@127.0.0.1:1/none";
    test_output output = run_loader(uri, dir, "--dry-run");

    (void)state;
    assert_exit(&output, 0);
    assert_contains(output.out, "person          2 rows are valid\n"
                                "award           1 rows are valid\n");
    test_write_text(awards_file(dir), AWARDS "1,3,2000,\n");
    output = run_loader(NULL, dir, "--dry-run");
    assert_exit(&output, 3);
    assert_string_equal(output.err,
                        "data/awards.csv:3: id \"1\" is already in line 2\n"
                        "data/awards.csv:3: person_id \"3\" is not in person\n"
                        "loader: 1 row was refused, nothing was changed\n");
    assert_int_equal(access(test_printf("%s/people.db", dir), F_OK), -1);
}

static void ten_megabytes_in_a_field(void **state)
{
    test_db *t = *state;
    const char *dir = loader_dir();
    const size_t len = 10 * 1000 * 1000;
    char *csv = test_alloc(len + 1000);
    size_t at = (size_t)snprintf(csv, 500, "%s2,\"", PEOPLE_HEADER);
    test_output output;

    drop_loader_tables(t);
    for (size_t i = 0; i < len; i++)
        csv[at + i] = "Alan M,\n"[i % 8];
    (void)snprintf(csv + at + len, 100, "\",Turing,,UK\n");
    test_write_text(people_file(dir), csv);
    output = RUN(dir);
    assert_exit(&output, 0);
    assert_string_equal(test_value(t, "select length(first_name) from person"),
                        "10000000");
    drop_loader_tables(t);
}

static void the_default_database_is_a_file(void **state)
{
    const char *dir = loader_dir();
    test_output output = run_loader(NULL, dir, "--quiet");

    (void)state;
    assert_exit(&output, 0);
    assert_string_equal(output.out, "");
    assert_string_equal(output.err, "");
    assert_int_equal(access(test_printf("%s/people.db", dir), F_OK), 0);
}

static void help_and_version(void **state)
{
    test_output output = run_loader("", "/", "--help");

    (void)state;
    assert_exit(&output, 0);
    assert_contains(output.out, "usage: loader [--dir DIR]");
    assert_contains(output.out, "  person         data/people.csv\n");
    assert_string_equal(output.err, "");
    output = run_loader("", "/", "--version");
    assert_exit(&output, 0);
    assert_string_equal(output.out, "loader, models " MODELS_VERSION_TEXT "\n");
}

static void wrong_arguments(void **state)
{
    test_output output = run_loader(NULL, "/", "--fast");

    (void)state;
    assert_exit(&output, 2);
    assert_string_equal(output.err,
                        "loader: unknown option --fast (loader --help tells more)\n");
    output = run_loader(NULL, "/", "-qx");
    assert_exit(&output, 2);
    assert_string_equal(output.err,
                        "loader: unknown option -x (loader --help tells more)\n");
    output = run_loader(NULL, "/", "--dir");
    assert_exit(&output, 2);
    assert_string_equal(output.err,
                        "loader: --dir needs a value (loader --help tells more)\n");
    output = run_loader(NULL, "/", "--quiet", "data/people.csv");
    assert_exit(&output, 2);
    assert_string_equal(
        output.err,
        "loader: unknown argument data/people.csv (loader --help tells more)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_data_is_loaded),
        cmocka_unit_test(the_summary_says_what_was_done),
        cmocka_unit_test(a_rerun_writes_nothing),
        cmocka_unit_test(files_of_other_programs_are_read),
        cmocka_unit_test(bad_rows_are_printed_with_their_place),
        cmocka_unit_test(keys_and_references_are_printed_with_their_place),
        cmocka_unit_test(what_only_the_database_knows_is_its_own_code),
        cmocka_unit_test(sources_that_are_none),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(an_empty_source_needs_a_word),
        cmocka_unit_test(ten_megabytes_in_a_field),
    };
    const struct CMUnitTest once[] = {
        cmocka_unit_test(a_rerun_leaves_the_sqlite_file_as_it_is),
        cmocka_unit_test(a_dry_run_touches_no_database),
        cmocka_unit_test(the_default_database_is_a_file),
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(wrong_arguments),
    };
    int n_failed = test_on_databases("loader", tests, sizeof tests / sizeof tests[0]);

    return n_failed + cmocka_run_group_tests(once, NULL, NULL);
}
