/* atomic.c - readers see the old rows or the new ones, and a killed loader leaves the old
 * ones: never none, never a part, never a mixture. */
#include "loader_test.h"

#include <signal.h>

#include "buf_int.h"

/* Version v of the data: N_PEOPLE + v people, all with the country "v<v>", each with an
 * award of that year. */
#define N_PEOPLE 3000

static void write_version(const char *dir, int v)
{
    rowan__buf people, awards;

    rowan__buf_init(&people, 0);
    rowan__buf_init(&awards, 0);
    rowan__buf_str(&people, PEOPLE_HEADER);
    rowan__buf_str(&awards, AWARDS_HEADER);
    for (int i = 1; i <= N_PEOPLE + v; i++) {
        rowan__buf_printf(&people, "%d,First,Last %d,,v%d\n", i, i, v);
        rowan__buf_printf(&awards, "%d,%d,%d,none\n", i, i, 2000 + v);
    }
    test_write_text(people_file(dir), people.ptr);
    test_write_text(awards_file(dir), awards.ptr);
    rowan__buf_done(&people);
    rowan__buf_done(&awards);
}

/* The version of the people, every one of which is looked at; fails on a mixture. */
static int version_of_people(const rowan_result *result)
{
    const Person *people = rowan_rows(result, Person);
    size_t n = rowan_result_count(result);

    assert_in_range(n, N_PEOPLE, N_PEOPLE + 1000);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(atoi(people[i].country.ptr + 1), n - N_PEOPLE);
        assert_int_equal(people[i].id, i + 1);
    }
    return (int)n - N_PEOPLE;
}

static int version_of_awards(const rowan_result *result)
{
    const Award *awards = rowan_rows(result, Award);
    size_t n = rowan_result_count(result);

    assert_in_range(n, N_PEOPLE, N_PEOPLE + 1000);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(awards[i].year, n - N_PEOPLE + 2000);
    return (int)n - N_PEOPLE;
}

/* Reads both tables in one transaction; the version that is there. */
static int read_version(test_db *t, rowan_session *db)
{
    rowan_result *people = NULL, *awards = NULL;
    int version;

    assert_ok(rowan_begin_read(db, &t->err), &t->err);
    assert_ok(rowan_fetch(db,
                          rowan_select(Person, .order_by = { rowan_asc(Person, id) }),
                          &people, &t->err),
              &t->err);
    assert_ok(rowan_fetch(db, rowan_select(Award), &awards, &t->err), &t->err);
    rowan_rollback(db);
    version = version_of_people(people);
    assert_int_equal(version_of_awards(awards), version);
    rowan_result_free(people);
    rowan_result_free(awards);
    return version;
}

static const char *loaded_dir(test_db *t, int version)
{
    const char *dir = loader_dir();
    test_output output;

    drop_loader_tables(t);
    write_version(dir, version);
    output = run_loader(t->uri, dir, "--quiet");
    assert_exit(&output, 0);
    assert_int_equal(read_version(t, t->db), version);
    return dir;
}

static void readers_see_one_version(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t, 0);
    int n_reads = 0;

    for (int v = 1; v <= 8; v++) {
        int seen = v - 1;
        test_process *loader;

        write_version(dir, v);
        loader = start_loader(t->uri, dir);
        do {
            int now = read_version(t, t->db);

            assert_true(now == v - 1 || now == v);
            assert_true(now >= seen); /* and not back */
            seen = now;
            n_reads++;
        } while (test_is_running(loader));
        assert_int_equal(loader->exit_code, 0);
        assert_int_equal(read_version(t, t->db), v);
    }
    assert_true(n_reads > 16); /* some of them while it ran */
}

/* Kills a run `after_us` after its start; the version that is there then. */
static int kill_after(test_db *t, const char *dir, int64_t after_us, bool *was_running)
{
    test_process *loader = start_loader(t->uri, dir);
    int64_t end = test_clock_ms() * 1000 + after_us;

    while (test_clock_ms() * 1000 < end && test_is_running(loader))
        (void)usleep(500);
    *was_running = test_is_running(loader);
    (void)test_stop(loader, SIGKILL, 10000);
    return read_version(t, t->db);
}

static void killed_at_any_moment_it_leaves_the_data_whole(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t, 0);
    int64_t start = test_clock_ms(), whole_us;
    int version = 1, n_killed = 0;
    test_output output;

    write_version(dir, version);
    output = run_loader(t->uri, dir, "--quiet");
    assert_exit(&output, 0);
    whole_us = (test_clock_ms() - start) * 1000;
    for (int i = 0; i < 40; i++) {
        bool was_running;
        int now;

        write_version(dir, version + 1);
        now = kill_after(t, dir, whole_us * i / 40, &was_running);
        assert_true(now == version || now == version + 1);
        n_killed += was_running;
        version = now;
    }
    assert_true(n_killed > 10);
    /* And what is left behind stands in nobody's way. */
    write_version(dir, version + 1);
    output = run_loader(t->uri, dir, "--quiet");
    assert_exit(&output, 0);
    assert_int_equal(read_version(t, t->db), version + 1);
}

/* The same in the middle of its rows, for certain. */
static void killed_between_two_rows_it_leaves_the_data_whole(void **state)
{
    test_db *t = *state;
    const char *dir = loaded_dir(t, 5);

    for (int n_rows = 1; n_rows < 20000; n_rows = n_rows * 4 + 1) {
        rowan__buf rows;
        test_process *loader;
        int fd;

        make_pipe(dir);
        loader = start_loader(t->uri, dir);
        fd = open_pipe(dir);
        rowan__buf_init(&rows, 0);
        rowan__buf_str(&rows, PEOPLE_HEADER);
        for (int i = 1; i <= n_rows; i++)
            rowan__buf_printf(&rows, "%d,First,Last,,v99\n", i);
        write_pipe(fd, rows.ptr);
        rowan__buf_done(&rows);
        assert_true(test_is_running(loader));
        assert_int_equal(test_stop(loader, SIGKILL, 10000), -SIGKILL);
        (void)close(fd);
        assert_int_equal(read_version(t, t->db), 5);
    }
}

static void two_loaders_at_once_take_turns(void **state)
{
    test_db *t = *state;
    const char *dirs[2] = { loaded_dir(t, 0), loader_dir() };
    int last;

    write_version(dirs[0], 1);
    write_version(dirs[1], 2);
    for (int round = 0; round < 5; round++) {
        test_process *loaders[2] = { start_loader(t->uri, dirs[0]),
                                     start_loader(t->uri, dirs[1]) };

        while (test_is_running(loaders[0]) || test_is_running(loaders[1]))
            (void)read_version(t, t->db);
        for (int i = 0; i < 2; i++) {
            if (loaders[i]->exit_code != 0)
                fail_msg("%s", test_stderr_of(loaders[i]));
        }
        last = read_version(t, t->db);
        assert_true(last == 1 || last == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_one_version),
        cmocka_unit_test(killed_at_any_moment_it_leaves_the_data_whole),
        cmocka_unit_test(killed_between_two_rows_it_leaves_the_data_whole),
        cmocka_unit_test(two_loaders_at_once_take_turns),
    };

    return test_on_databases("atomic", tests, sizeof tests / sizeof tests[0]);
}
