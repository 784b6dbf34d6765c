/* load_progress.c - the bar fits its terminal, and is not drawn too often. */
#include "test.h"

#include "progress_int.h"

static char *shown; /* what was written */
static size_t n_shown;
static FILE *to;

static int set_up(void **state)
{
    (void)state;
    to = open_memstream(&shown, &n_shown);
    return to == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    (void)fclose(to);
    free(shown);
    return 0;
}

/* What was written since the last call. */
static const char *written(void)
{
    static size_t before;
    const char *text;

    (void)fflush(to);
    if (before > n_shown)
        before = 0;
    text = test_printf("%s", shown + before);
    before = n_shown;
    return text;
}

static rowan__progress start(size_t width)
{
    rowan__progress progress;

    (void)written();
    rowan__progress_init(&progress, to, width, 1000);
    return progress;
}

static void a_bar_shows_the_share(void **state)
{
    rowan__progress progress = start(60);

    (void)state;
    rowan__progress_show(&progress, 1100, "person", 25, 100, 1234);
    assert_string_equal(
        written(),
        "\r\033[Kperson  [=======>                       ]   25 %  1234 rows");
    rowan__progress_show(&progress, 1200, "person", 100, 100, 5000);
    assert_string_equal(
        written(),
        "\r\033[Kperson  [===============================]  100 %  5000 rows");
    rowan__progress_clear(&progress);
    assert_string_equal(written(), "\r\033[K");
    rowan__progress_clear(&progress);
    assert_string_equal(written(), "");
}

/* Columns of a line: all but the control sequence, one byte each here. */
static size_t n_columns(const char *line)
{
    return strlen(line) - strlen("\r\033[K");
}

static void it_fits_every_width(void **state)
{
    (void)state;
    for (size_t width = 1; width < 300; width++) {
        rowan__progress progress = start(width);
        const char *line;

        rowan__progress_show(&progress, 1100, "a_table_with_a_name", 7, 10, 123456789);
        line = written();
        assert_true(n_columns(line) < width);
        assert_int_equal(strchr(line, '[') != strrchr(line, '['), width >= 57);
        assert_int_equal(strstr(line, "rows") != NULL, width >= 43);
    }
}

static void it_is_drawn_ten_times_a_second_at_most(void **state)
{
    rowan__progress progress = start(60);
    int n = 0;

    (void)state;
    for (int64_t now = 1000; now <= 2000; now++) {
        rowan__progress_show(&progress, now, "person", 1, 2, 3);
        n += *written() != '\0';
    }
    assert_int_equal(n, 10);
}

static void no_bar_without_a_size(void **state)
{
    rowan__progress progress = start(60);

    (void)state;
    rowan__progress_show(&progress, 1100, "person", 25, 0, 7);
    assert_string_equal(written(), "\r\033[Kperson  7 rows");
}

static void a_file_that_grew_stays_at_100(void **state)
{
    rowan__progress progress = start(40);

    (void)state;
    rowan__progress_show(&progress, 1100, "person", UINT64_MAX, 3, 7);
    assert_contains(written(), "  100 %  7 rows");
}

static void elsewhere_a_line_every_ten_seconds(void **state)
{
    rowan__progress progress = start(0);

    (void)state;
    rowan__progress_show(&progress, 10999, "person", 1, 4, 10);
    assert_string_equal(written(), "");
    rowan__progress_show(&progress, 11000, "person", 1, 4, 11);
    assert_string_equal(written(), "person   25 %  11 rows read\n");
    rowan__progress_show(&progress, 20999, "person", 2, 4, 12);
    rowan__progress_show(&progress, 21000, "person", 2, 0, 13);
    assert_string_equal(written(), "person  13 rows read\n");
    rowan__progress_clear(&progress);
    assert_string_equal(written(), "");
}

static void quiet_is_quiet(void **state)
{
    rowan__progress progress;

    (void)state;
    rowan__progress_init(&progress, NULL, 80, 0);
    rowan__progress_show(&progress, 100000, "person", 1, 2, 3);
    rowan__progress_clear(&progress);
}

static void a_file_is_no_terminal(void **state)
{
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_int_equal(rowan__terminal_width(file), 0);
    (void)fclose(file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bar_shows_the_share),
        TEST(it_fits_every_width),
        TEST(it_is_drawn_ten_times_a_second_at_most),
        TEST(no_bar_without_a_size),
        TEST(a_file_that_grew_stays_at_100),
        TEST(elsewhere_a_line_every_ten_seconds),
        TEST(quiet_is_quiet),
        TEST(a_file_is_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
