/* refresh.c - rowan_load() on every database: what is loaded, refused and reported. */
#include "database.h"

#include <sys/stat.h>
#include <unistd.h>

#include <rowan/load.h>

#include "alloc_int.h"
#include "buf_int.h"

/* A run with two sources, its folder, and what it told. */
struct run {
    test_db *t;
    const char *dir;
    rowan_source sources[3];
    size_t n_sources;
    rowan_load_opts opts;
    rowan_merge_counts counts[3];
    rowan_load_summary summary;
    char *rejects;   /* "file:line column|value|reason\n" for each */
    int n_progress;  /* calls */
    int stop_after;  /* of them; 0 never */
    uint64_t n_rows; /* at the last call */
};

static void note_reject(void *ctx, const rowan_reject *reject)
{
    struct run *run = ctx;

    run->rejects =
        test_printf("%s%s:%d %s|%s|%s\n", run->rejects, strrchr(reject->path, '/') + 1,
                    (int)reject->line, reject->column != NULL ? reject->column : "",
                    reject->value != NULL ? reject->value : "", reject->reason);
}

static bool note_progress(void *ctx, size_t source_idx, uint64_t n_bytes,
                          uint64_t n_total, uint64_t n_rows)
{
    struct run *run = ctx;

    assert_true(source_idx < run->n_sources);
    assert_true(n_bytes <= n_total || n_total == 0);
    run->n_progress++;
    run->n_rows = n_rows;
    return run->n_progress != run->stop_after;
}

static const char *file_in(const struct run *run, const char *name)
{
    return test_printf("%s/%s", run->dir, name);
}

static void write_places(const struct run *run, const char *text)
{
    test_write_text(file_in(run, "places.csv"), text);
}

static void write_visits(const struct run *run, const char *text)
{
    test_write_text(file_in(run, "visits.csv"), text);
}

/* Visits stand before the places that they refer to, on purpose. */
static struct run *new_run(void **state)
{
    struct run *run = test_alloc(sizeof *run);

    run->t = *state;
    run->dir = test_dir();
    run->sources[0] = (rowan_source)ROWAN_SOURCE(Visit, file_in(run, "visits.csv"));
    run->sources[1] = (rowan_source)ROWAN_SOURCE(Place, file_in(run, "places.csv"));
    run->n_sources = 2;
    run->opts.on_reject = note_reject;
    run->opts.on_progress = note_progress;
    run->opts.ctx = run;
    write_places(run, "code,name\na,Aa\nb,Bb\nc,Cc\n");
    write_visits(run, "place,select,nights\na,2000,1\na,2001,2\nb,2000,3\n");
    return run;
}

static rowan_status load_into(struct run *run, rowan_session *db)
{
    memset(run->counts, 0x55, sizeof run->counts);
    run->summary = (rowan_load_summary){ .counts = run->counts };
    run->rejects = test_printf("%s", "");
    run->n_progress = 0;
    return rowan_load(db, &test_models, run->sources, run->n_sources, &run->opts,
                      &run->summary, &run->t->err);
}

static rowan_status load(struct run *run)
{
    rowan_status st = load_into(run, run->t->db);

    assert_false(rowan_in_transaction(run->t->db));
    return st;
}

static void assert_counts(const struct run *run, size_t source_idx, int n_rows,
                          int n_inserted, int n_updated, int n_deleted)
{
    const rowan_merge_counts *counts = &run->counts[source_idx];

    assert_ptr_equal(counts->model, run->sources[source_idx].model);
    assert_int_equal(counts->n_rows, n_rows);
    assert_int_equal(counts->n_inserted, n_inserted);
    assert_int_equal(counts->n_updated, n_updated);
    assert_int_equal(counts->n_deleted, n_deleted);
}

/* All rows of both tables, as text. */
static const char *content(struct run *run)
{
    return test_printf("%s / %s",
                       test_list(run->t, "code || ':' || name", "place", "code"),
                       test_list(run->t, "place || ':' || \"select\" || ':' || nights",
                                 "\"visit of \"\"a\"\" place\"", "place, \"select\""));
}

#define CONTENT "a:Aa b:Bb c:Cc / a:2000:1 a:2001:2 b:2000:3"

/* Loads the files of a new run. */
static struct run *loaded_run(void **state)
{
    struct run *run = new_run(state);

    assert_ok(load(run), &run->t->err);
    assert_string_equal(content(run), CONTENT);
    return run;
}

/* Fails with that status and those rejects, and changes nothing. */
static void assert_refused(struct run *run, rowan_status st, const char *rejects)
{
    const char *before = content(run);

    assert_status(load(run), st, &run->t->err);
    assert_string_equal(run->rejects, rejects);
    assert_string_equal(content(run), before);
}

static void the_first_run_loads_all(void **state)
{
    struct run *run = new_run(state);

    assert_ok(rowan_drop_all(run->t->db, &test_models, &run->t->err), &run->t->err);
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 0, 3, 3, 0, 0);
    assert_counts(run, 1, 3, 3, 0, 0);
    assert_int_equal(run->summary.n_rejected, 0);
    assert_null(run->summary.bad_source);
    assert_string_equal(content(run), CONTENT);
    assert_true(run->n_progress >= 2);
}

static void a_rerun_changes_nothing(void **state)
{
    struct run *run = loaded_run(state);

    assert_ok(load(run), &run->t->err);
    assert_counts(run, 0, 3, 0, 0, 0);
    assert_counts(run, 1, 3, 0, 0, 0);
    assert_string_equal(content(run), CONTENT);
}

static void rows_are_changed_added_and_deleted(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "inside,name,code\nb,Aa,a\n,Bx,b\n,Dd,d\n");
    write_visits(run, "place,select,nights\nd,2000,1\na,2000,7\n");
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 0, 2, 1, 1, 2);
    assert_counts(run, 1, 3, 1, 2, 1);
    assert_string_equal(content(run), "a:Aa b:Bx d:Dd / a:2000:7 d:2000:1");
    assert_string_equal(test_value(run->t, "select inside from place where code = 'a'"),
                        "b");
}

static void columns_that_the_file_lacks_are_null(void **state)
{
    struct run *run = loaded_run(state);

    test_exec(run->t, "update place set inside = 'b' where code = 'a'");
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 1, 3, 0, 1, 0);
    assert_string_equal(test_value(run->t, "select count(inside) from place"), "0");
}

static void two_files_make_one_table(void **state)
{
    struct run *run = new_run(state);

    run->sources[2] = (rowan_source)ROWAN_SOURCE(Place, file_in(run, "more.csv"));
    run->n_sources = 3;
    write_places(run, "code,name\na,Aa\n");
    test_write_text(file_in(run, "more.csv"), "name,code\nBb,b\nCc,c\n");
    assert_ok(load(run), &run->t->err);
    assert_string_equal(content(run), CONTENT);
    assert_counts(run, 1, 1, 3, 0, 0); /* the first has what changed */
    assert_counts(run, 2, 2, 0, 0, 0);
    test_write_text(file_in(run, "more.csv"), "name,code\nBb,b\nCc,c\nAx,a\n");
    assert_refused(run, ROWAN_EINVAL,
                   test_printf("more.csv:4 code|a|is already in %s line 2\n",
                               run->sources[1].path));
}

static void every_bad_row_is_reported(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "code,name\na,Aa\n,empty\nb\nx,\xff\n\nd,Dd\n");
    write_visits(run, "place,select,nights\na,2000,1\na,two,-\n");
    assert_refused(run, ROWAN_EINVAL,
                   "places.csv:3 code||is empty\n"
                   "places.csv:4 ||has 1 field, the header has 2\n"
                   "places.csv:5 name|?|is not valid UTF-8 (byte 1)\n"
                   "visits.csv:3 select|two|is not a whole number\n"
                   "visits.csv:3 nights|-|is not a whole number\n");
    assert_string_equal(run->t->err.message,
                        "4 rows were refused, nothing was changed");
    assert_int_equal(run->summary.n_rejected, 4);
    assert_ptr_equal(run->summary.bad_source, &run->sources[1]);
    assert_counts(run, 1, 2, 0, 0, 0);
}

/* Enough good rows in front that batches have been sent before the bad one is seen. */
static void a_bad_row_at_the_end_takes_all_back(void **state)
{
    struct run *run = loaded_run(state);
    rowan__buf csv;

    rowan__buf_init(&csv, 0);
    rowan__buf_str(&csv, "code,name\n");
    for (int i = 0; i < 10000; i++)
        rowan__buf_printf(&csv, "p%d,n%d\n", i, i);
    rowan__buf_str(&csv, "bad\n");
    write_places(run, csv.ptr);
    assert_refused(run, ROWAN_EINVAL,
                   "places.csv:10002 ||has 1 field, the header has 2\n");
    assert_true(run->n_progress > 3);
    rowan__buf_done(&csv);
}

static void so_does_what_is_no_csv(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "code,name\na,Aa\nb,\"B\"b\nc,Cc\n");
    assert_refused(run, ROWAN_EINVAL,
                   "places.csv:3 ||has text behind a closing quote\n");
    write_places(run, "code,name\na,Aa\nb,\"Bb\nc,Cc\n");
    assert_refused(run, ROWAN_EINVAL,
                   "places.csv:3 ||has a quoted field that is not closed\n");
    write_places(run, "code,name\na\"a,Aa\n");
    assert_refused(run, ROWAN_EINVAL,
                   "places.csv:2 ||has a quote inside an unquoted field\n");
    assert_int_equal(run->summary.n_rejected, 1);
}

static void reports_have_a_limit(void **state)
{
    struct run *run = loaded_run(state);
    rowan__buf csv;

    rowan__buf_init(&csv, 0);
    rowan__buf_str(&csv, "code,name\n");
    for (int i = 0; i < 5000; i++)
        rowan__buf_str(&csv, "bad\n");
    write_places(run, csv.ptr);
    assert_status(load(run), ROWAN_EINVAL, &run->t->err);
    assert_int_equal(run->summary.n_rejected, 100);
    assert_string_equal(run->t->err.message,
                        "100 rows were refused and the rest was not read, "
                        "nothing was changed");
    run->opts.max_rejects = 1;
    assert_refused(run, ROWAN_EINVAL, "places.csv:2 ||has 1 field, the header has 2\n");
    run->opts.on_reject = NULL;
    run->opts.max_rejects = UINT64_MAX;
    assert_status(load(run), ROWAN_EINVAL, &run->t->err);
    assert_int_equal(run->summary.n_rejected, 5000);
    rowan__buf_done(&csv);
}

static void a_key_that_occurs_twice_is_reported_with_its_lines(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "code,name\na,Aa\nb,Bb\n\nc,Cc\nb,Dd\n");
    assert_refused(run, ROWAN_EINVAL, "places.csv:6 code|b|is already in line 3\n");
    assert_ptr_equal(run->summary.bad_source, &run->sources[1]);
    write_places(run, "code,name\na,Aa\nb,Bb\nc,Aa\n");
    assert_refused(run, ROWAN_EINVAL, "places.csv:4 name|Aa|is already in line 2\n");
    write_places(run, "code,name\na,Aa\nb,Bb\n");
    write_visits(run, "place,select,nights\na,2000,1\na,2001,1\na,2000,2\n");
    assert_refused(run, ROWAN_EINVAL, "visits.csv:4 ||has the same key as line 2\n");
    /* And into empty tables, which take another way. */
    test_exec(run->t, "delete from \"visit of \"\"a\"\" place\"; delete from place");
    assert_refused(run, ROWAN_EINVAL, "visits.csv:4 ||has the same key as line 2\n");
}

static void a_reference_to_nothing_is_reported_with_its_line(void **state)
{
    struct run *run = loaded_run(state);

    write_visits(run, "place,select,nights\na,2000,1\nz,2000,1\n");
    assert_refused(run, ROWAN_EINVAL, "visits.csv:3 place|z|is not in place\n");
    write_places(run, "code,name\nb,Bb\n");
    write_visits(run, "place,select,nights\nb,2000,1\na,2000,1\n");
    assert_refused(run, ROWAN_EINVAL, "visits.csv:3 place|a|is not in place\n");
    test_exec(run->t, "delete from \"visit of \"\"a\"\" place\"; delete from place");
    assert_refused(run, ROWAN_EINVAL, "visits.csv:3 place|a|is not in place\n");
}

/* What only the database knows is said in its own words. */
static void what_the_files_do_not_show_is_the_databases(void **state)
{
    struct run *run = loaded_run(state);

    run->sources[0] = run->sources[1];
    run->n_sources = 1; /* visits stay as they are, and refer to a */
    write_places(run, "code,name\nb,Bb\nc,Cc\n");
    assert_refused(run, ROWAN_ECONSTRAINT, "");
    assert_null(run->summary.bad_source);
    write_places(run, "code,name,inside\na,Aa,\nb,Bb,z\nc,Cc,\n"); /* inside itself */
    assert_refused(run, ROWAN_ECONSTRAINT, "");
}

static void a_bad_header_touches_no_database(void **state)
{
    struct run *run = new_run(state);
    const char *tables =
        test_is_sqlite(run->t)
            ? "select count(*) from sqlite_schema where name = 'place'"
        : test_is_postgres(run->t)
            ? "select count(*) from pg_class where relname = 'place'"
            : "select count(*) from information_schema.tables where table_schema = "
              "database() and table_name = 'place'";

    assert_ok(rowan_drop_all(run->t->db, &test_models, &run->t->err), &run->t->err);
    write_visits(run, "place,nights\na,1\n");
    assert_status(load(run), ROWAN_EINVAL, &run->t->err);
    assert_string_equal(run->t->err.message,
                        test_printf("%s: the header lacks select of model Visit",
                                    run->sources[0].path));
    assert_ptr_equal(run->summary.bad_source, &run->sources[0]);
    assert_string_equal(test_value(run->t, tables), "0");
    assert_ok(rowan_create_all(run->t->db, &test_models, &run->t->err), &run->t->err);
}

static void sources_that_cannot_be_read(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "");
    assert_refused(run, ROWAN_EINVAL, "");
    assert_contains(run->t->err.message,
                    "places.csv: is empty: a header line is needed");
    write_places(run, "\xef\xbb\xbf\r\n\r\n");
    assert_refused(run, ROWAN_EINVAL, "");
    write_places(run, "co\"de\n");
    assert_refused(run, ROWAN_EINVAL, "");
    assert_contains(run->t->err.message,
                    "places.csv: the header has a quote inside an unquoted field");
    assert_ptr_equal(run->summary.bad_source, &run->sources[1]);
    assert_int_equal(unlink(run->sources[1].path), 0);
    assert_refused(run, ROWAN_ENOTFOUND, "");
    assert_ptr_equal(run->summary.bad_source, &run->sources[1]);
    assert_int_equal(mkdir(run->sources[1].path, 0755), 0);
    assert_refused(run, ROWAN_EIO, "");
    assert_contains(run->t->err.message, "places.csv: is a folder, not a file");
    assert_ptr_equal(run->summary.bad_source, &run->sources[1]);
}

static void an_empty_source_empties_no_table(void **state)
{
    struct run *run = loaded_run(state);

    write_visits(run, "place,select,nights\n");
    assert_refused(run, ROWAN_EINVAL, "");
    assert_contains(run->t->err.message, "visits.csv: has no rows, and table visit of "
                                         "\"a\" place would lose all its 3");
    assert_ptr_equal(run->summary.bad_source, &run->sources[0]);
    run->opts.allow_empty = true;
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 0, 0, 0, 0, 3);
    run->opts.allow_empty = false;
    assert_ok(load(run), &run->t->err); /* it has none to lose now */
    assert_counts(run, 0, 0, 0, 0, 0);
    assert_string_equal(content(run), "a:Aa b:Bb c:Cc / ");
}

static void one_of_two_files_may_be_empty(void **state)
{
    struct run *run = loaded_run(state);

    run->sources[2] = (rowan_source)ROWAN_SOURCE(Place, file_in(run, "more.csv"));
    run->n_sources = 3;
    test_write_text(file_in(run, "more.csv"), "code,name\n");
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 1, 3, 0, 0, 0);
}

static void without_a_session_it_only_validates(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "code,name\na,Aa\nx,Xx\n");
    write_visits(run, "place,select,nights\nx,2000,1\n");
    assert_ok(load_into(run, NULL), &run->t->err);
    assert_counts(run, 0, 1, 0, 0, 0);
    assert_counts(run, 1, 2, 0, 0, 0);
    write_places(run, "code,name\na,Aa\na,Aa\nx,Xx\n");
    write_visits(run, "place,select,nights\nx,2000,1\nx,2000,2\ny,2000,many\n");
    assert_status(load_into(run, NULL), ROWAN_EINVAL, &run->t->err);
    assert_string_equal(run->rejects,
                        "places.csv:3 code|a|is already in line 2\n"
                        "places.csv:3 name|Aa|is already in line 2\n"
                        "visits.csv:3 ||has the same key as line 2\n"
                        "visits.csv:4 nights|many|is not a whole number\n");
    assert_string_equal(content(run), CONTENT);
}

static void a_stop_takes_all_back(void **state)
{
    struct run *run = loaded_run(state);

    write_places(run, "code,name\na,Ax\nb,Bb\n");
    for (run->stop_after = 1;; run->stop_after++) {
        rowan_status st = load(run);

        if (st == ROWAN_OK)
            break;
        assert_status(st, ROWAN_EBUSY, &run->t->err);
        assert_string_equal(run->t->err.message, "interrupted");
        assert_null(run->summary.bad_source);
        assert_string_equal(content(run), CONTENT);
    }
    assert_int_equal(run->stop_after, 3); /* once a source */
    assert_string_equal(content(run), "a:Ax b:Bb / a:2000:1 a:2001:2 b:2000:3");
}

/* Samples instead of places and visits. */
static void use_samples(struct run *run, const char *text)
{
    run->sources[0] = (rowan_source)ROWAN_SOURCE(Sample, file_in(run, "samples.csv"));
    run->n_sources = 1;
    test_write_text(run->sources[0].path, text);
}

#define SAMPLE_HEADER "id,flag,small,big,real,words,day,at\n"
#define SAMPLE_VALUES "1,2,3,0.5,w,2000-01-01,2000-01-01 00:00:00\n"

/* More rows than the reader's buffer holds. */
static const char *many_samples(void)
{
    rowan__buf csv;
    const char *text;

    rowan__buf_init(&csv, 0);
    rowan__buf_str(&csv, SAMPLE_HEADER);
    for (int i = 1; i <= 20000; i++)
        rowan__buf_printf(&csv, "%d," SAMPLE_VALUES, i);
    text = test_printf("%s", csv.ptr);
    rowan__buf_done(&csv);
    assert_true(strlen(text) > 512 * 1024);
    return text;
}

/* Writes to the file while it is read. */
static bool append_row(void *ctx, size_t source_idx, uint64_t n_bytes, uint64_t n_total,
                       uint64_t n_rows)
{
    struct run *run = ctx;
    FILE *file = run->n_progress++ == 0 ? fopen(run->sources[0].path, "a") : NULL;

    (void)source_idx, (void)n_bytes, (void)n_total, (void)n_rows;
    if (file != NULL)
        assert_true(fputs("0," SAMPLE_VALUES, file) >= 0 && fclose(file) == 0);
    return true;
}

static void a_file_that_is_written_to_is_refused(void **state)
{
    struct run *run = new_run(state);

    use_samples(run, many_samples());
    run->opts.on_progress = append_row;
    assert_status(load(run), ROWAN_EIO, &run->t->err);
    assert_contains(run->t->err.message, "samples.csv: was changed while it was read");
    assert_ptr_equal(run->summary.bad_source, &run->sources[0]);
    assert_string_equal(test_value(run->t, "select count(*) from sample"), "0");
}

/* Removes the file while it is read. */
static bool remove_file(void *ctx, size_t source_idx, uint64_t n_bytes,
                        uint64_t n_total, uint64_t n_rows)
{
    struct run *run = ctx;

    (void)source_idx, (void)n_bytes, (void)n_total, (void)n_rows;
    if (run->n_progress++ == 0)
        assert_int_equal(unlink(run->sources[0].path), 0);
    return true;
}

static void a_file_that_is_removed_is_read_to_its_end(void **state)
{
    struct run *run = new_run(state);

    use_samples(run, many_samples());
    run->opts.on_progress = remove_file;
    assert_ok(load(run), &run->t->err);
    assert_counts(run, 0, 20000, 20000, 0, 0);
}

static void a_pipe_is_read_once(void **state)
{
    struct run *run = loaded_run(state);
    int fds[2];

    for (int round = 0; round < 2; round++) {
        const char *text =
            round == 0 ? "code,name\na,Aa\nb,Bx\n" : "code,name\na,Aa\nb,Bb\na,Cc\n";

        assert_int_equal(pipe(fds), 0);
        assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
        (void)close(fds[1]);
        run->sources[1].path = test_printf("/dev/fd/%d", fds[0]);
        if (round == 0)
            assert_ok(load(run), &run->t->err);
        else /* it cannot be read again for the lines */
            assert_refused(run, ROWAN_ECONFLICT, "");
        (void)close(fds[0]);
    }
    assert_string_equal(content(run), "a:Aa b:Bx / a:2000:1 a:2001:2 b:2000:3");
}

static void a_text_of_ten_megabytes_is_loaded(void **state)
{
    struct run *run = new_run(state);
    const size_t len = 10 * 1000 * 1000;
    char *csv = test_alloc(len + 1000);
    size_t at = (size_t)snprintf(csv, 500, "words,id,flag,small,big,real,day,at\n\"");
    const char *rest = "\",1,1,1,1,1,2000-01-01,2000-01-01 00:00:00\n"
                       "short,2,1,1,1,1,2000-01-01,2000-01-01 00:00:00\n";

    memset(csv + at, 'x', len);
    memcpy(csv + at + len, rest, strlen(rest));
    for (int round = 0; round < 2; round++) {
        use_samples(run, csv);
        assert_ok(load(run), &run->t->err);
        assert_counts(run, 0, 2, round == 0 ? 2 : 0, 0, 0);
        assert_string_equal(
            test_value(run->t, "select length(words) from sample where id = 1"),
            "10000000");
    }
}

static void a_text_over_the_ceiling_is_refused(void **state)
{
    struct run *run = loaded_run(state);
    const size_t len = 17 * 1024 * 1024;
    char *csv = test_alloc(len + 100);
    size_t at = (size_t)snprintf(csv, 100, "code,name\nb,Bb\na,");

    memset(csv + at, 'x', len);
    write_places(run, csv);
    assert_refused(run, ROWAN_EINVAL, "places.csv:3 ||is longer than 16777216 bytes\n");
}

static void wrong_models_are_refused(void **state)
{
    struct run *run = loaded_run(state);
    static const rowan_model *const list[] = { &Place_model };
    const rowan_models models = { "half", "1", list, 1 };
    rowan_error err;

    assert_status(rowan_load(run->t->db, &models, run->sources, 2, NULL, NULL, &err),
                  ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "a source has a model that is not in half");
    assert_status(rowan_load(run->t->db, &models, run->sources, 2, NULL, NULL, NULL),
                  ROWAN_EINVAL, NULL);
    assert_ok(rowan_load(run->t->db, &models, run->sources, 0, NULL, NULL, &err), &err);
    assert_ok(rowan_load(run->t->db, &test_models, run->sources, 2, NULL, NULL, &err),
              &err);
}

/* Each allocation of a run fails in turn: no leak, no descriptor lost, no change, and a
 * session that goes on. */
static void out_of_memory_changes_nothing(void **state)
{
    struct run *run = loaded_run(state);
    size_t n_fds = test_count_fds();
    rowan_status st = ROWAN_ENOMEM;
    size_t n_failed = 0;

    write_places(run, "code,name\na,Ax\nb,Bb\n");
    for (size_t nth = 1; st != ROWAN_OK; nth++) {
        rowan__alloc_fail_at(nth, false);
        st = load_into(run, run->t->db);
        rowan__alloc_fail_at(0, false);
        if (st == ROWAN_OK)
            break;
        assert_status(st, ROWAN_ENOMEM, &run->t->err);
        assert_false(rowan_in_transaction(run->t->db));
        n_failed++;
        if (n_failed % 16 == 0)
            assert_string_equal(content(run), CONTENT);
        assert_in_range(test_count_fds(), n_fds - 1, n_fds + 1); /* a connection */
    }
    assert_true(n_failed > 20);
    assert_string_equal(content(run), "a:Ax b:Bb / a:2000:1 a:2001:2 b:2000:3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_run_loads_all),
        cmocka_unit_test(a_rerun_changes_nothing),
        cmocka_unit_test(rows_are_changed_added_and_deleted),
        cmocka_unit_test(columns_that_the_file_lacks_are_null),
        cmocka_unit_test(two_files_make_one_table),
        cmocka_unit_test(every_bad_row_is_reported),
        cmocka_unit_test(a_bad_row_at_the_end_takes_all_back),
        cmocka_unit_test(so_does_what_is_no_csv),
        cmocka_unit_test(reports_have_a_limit),
        cmocka_unit_test(a_key_that_occurs_twice_is_reported_with_its_lines),
        cmocka_unit_test(a_reference_to_nothing_is_reported_with_its_line),
        cmocka_unit_test(what_the_files_do_not_show_is_the_databases),
        cmocka_unit_test(a_bad_header_touches_no_database),
        cmocka_unit_test(sources_that_cannot_be_read),
        cmocka_unit_test(an_empty_source_empties_no_table),
        cmocka_unit_test(one_of_two_files_may_be_empty),
        cmocka_unit_test(without_a_session_it_only_validates),
        cmocka_unit_test(a_stop_takes_all_back),
        cmocka_unit_test(a_file_that_is_written_to_is_refused),
        cmocka_unit_test(a_file_that_is_removed_is_read_to_its_end),
        cmocka_unit_test(a_pipe_is_read_once),
        cmocka_unit_test(a_text_of_ten_megabytes_is_loaded),
        cmocka_unit_test(a_text_over_the_ceiling_is_refused),
        cmocka_unit_test(wrong_models_are_refused),
        cmocka_unit_test(out_of_memory_changes_nothing),
    };

    return test_on_databases("refresh", tests, sizeof tests / sizeof tests[0]);
}
