/* load.c - see rowan/load.h.
 *
 * One pass: each batch is validated in C and then sent, into staging tables or empty ones,
 * in a transaction that nobody sees before its commit. The first bad row ends the sending
 * and rolls back; the rest is still read, for a report of all that is wrong. Reading
 * twice, first to validate and then to send, would do no more for the data and cost twice
 * the parsing.
 */
#include <rowan/load.h>

#include <string.h>
#include <sys/stat.h>

#include <rowan/schema.h>

#include "alloc_int.h"
#include "source_int.h"

#define MAX_REJECTS 100

struct run {
    const rowan_models *models;
    const rowan_source *given; /* given[n_sources] */
    const rowan_load_opts *opts;
    rowan_arena *arena;
    rowan__source *sources; /* sources[n_sources], parents before their children */
    size_t n_sources;
    rowan__rejects rejects;
    rowan__batch batch;
    rowan_merge *merge;      /* NULL while nothing is sent */
    const rowan_source *bad; /* see rowan_load_summary */
};

static bool is_same_table(const rowan_model *a, const rowan_model *b)
{
    return strcmp(a->table, b->table) == 0;
}

/* Whether sources[i] is the first of its table. */
static bool begins_table(const struct run *run, size_t i)
{
    return i == 0 ||
           !is_same_table(run->sources[i - 1].from->model, run->sources[i].from->model);
}

/* Making a run. */

/* Puts the sources in the order in which their tables are filled. */
static rowan_status order_sources(struct run *run, rowan_error *err)
{
    size_t n_models = run->models->n_models;
    const rowan_model **order = rowan_arena_calloc(run->arena, n_models, sizeof *order);
    size_t n = 0;
    rowan_status st;

    if (order == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = rowan_models_order(run->models, order, err);
    if (st != ROWAN_OK)
        return st;
    for (size_t m = 0; m < n_models; m++) {
        for (size_t i = 0; i < run->n_sources; i++) {
            if (is_same_table(order[m], run->given[i].model))
                run->sources[n++] = (rowan__source){ .from = &run->given[i],
                                                     .idx = i,
                                                     .rejects = &run->rejects };
        }
    }
    if (n < run->n_sources)
        return rowan_fail(err, ROWAN_EINVAL, "a source has a model that is not in %s",
                          run->models->name);
    return ROWAN_OK;
}

static rowan_status make_batch(struct run *run, rowan_error *err)
{
    size_t row_size = 0;

    for (size_t i = 0; i < run->n_sources; i++) {
        if (row_size < run->given[i].model->row_size)
            row_size = run->given[i].model->row_size;
    }
    run->batch.arena = rowan_arena_new(run->arena, 0);
    run->batch.rows = rowan_arena_calloc(run->arena, ROWAN__BATCH_ROWS, row_size);
    return run->batch.arena != NULL && run->batch.rows != NULL
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

static rowan_status run_init(struct run *run, rowan_error *err)
{
    rowan_status st = rowan_models_check(run->models, err);

    if (st != ROWAN_OK)
        return st;
    run->arena = rowan_arena_new(NULL, 0);
    if (run->arena != NULL)
        run->sources =
            rowan_arena_calloc(run->arena, run->n_sources, sizeof *run->sources);
    if (run->sources == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = order_sources(run, err);
    return st == ROWAN_OK ? make_batch(run, err) : st;
}

static void close_sources(struct run *run)
{
    for (size_t i = 0; i < run->n_sources && run->sources != NULL; i++)
        rowan__source_close(&run->sources[i]);
}

static void run_done(struct run *run)
{
    rowan_merge_close(run->merge);
    close_sources(run);
    rowan_arena_free(run->arena);
}

static rowan_status open_sources(struct run *run, rowan_error *err)
{
    for (size_t i = 0; i < run->n_sources; i++) {
        rowan_status st = rowan__source_open(&run->sources[i], run->arena, err);

        if (st != ROWAN_OK) {
            run->bad = run->sources[i].from;
            return st;
        }
    }
    return ROWAN_OK;
}

/* Reading. */

static rowan_status tell_progress(struct run *run, const rowan__source *source,
                                  rowan_error *err)
{
    const rowan_load_opts *opts = run->opts;

    if (opts->on_progress == NULL ||
        opts->on_progress(opts->ctx, source->idx, rowan_csv_offset(source->csv),
                          rowan_csv_size(source->csv),
                          source->n_rows + source->n_rejected))
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EBUSY, "interrupted");
}

/* Sends the batch, unless something was wrong: then all that was sent is taken back. */
static rowan_status send_batch(struct run *run, rowan_error *err)
{
    if (run->rejects.n_rows > 0) {
        rowan_merge_close(run->merge);
        run->merge = NULL;
    }
    if (run->merge == NULL || run->batch.n_rows == 0)
        return ROWAN_OK;
    return rowan_merge_rows(run->merge, run->batch.rows, run->batch.n_rows, err);
}

static rowan_status read_source(struct run *run, rowan__source *source,
                                rowan_error *err)
{
    rowan_status st;

    do {
        st = rowan__source_read(source, &run->batch, err);
        if (source->n_rejected > 0 && run->bad == NULL)
            run->bad = source->from;
        if (st != ROWAN_OK) {
            run->bad = source->from;
            return st;
        }
        st = send_batch(run, err);
        if (st == ROWAN_OK)
            st = tell_progress(run, source, err);
    } while (st == ROWAN_OK && source->at == ROWAN_ROW);
    return st;
}

static rowan_status refused(const struct run *run, rowan_error *err)
{
    bool stopped = false;

    for (size_t i = 0; i < run->n_sources; i++)
        stopped |= run->sources[i].n_rejected >= run->rejects.max_rows;
    return rowan_fail(err, ROWAN_EINVAL, "%llu row%s refused%s, nothing was changed",
                      (unsigned long long)run->rejects.n_rows,
                      run->rejects.n_rows == 1 ? " was" : "s were",
                      stopped ? " and the rest was not read" : "");
}

/* Only validates, and checks what the database would. */
static rowan_status check_all(struct run *run, rowan_error *err)
{
    rowan__check *check = rowan__check_new(run->arena, run->given, run->n_sources);

    if (check == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_sources; i++) {
        rowan__source *source = &run->sources[i];
        rowan_status st;

        if (begins_table(run, i) &&
            rowan__check_table(check, source->from->model) != ROWAN_OK)
            return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        source->check = check;
        if (source->n_rejected > 0) /* its first record, when it was opened */
            rowan__check_lacks_rows(check);
        st = read_source(run, source, err);
        if (st != ROWAN_OK)
            return st;
    }
    return run->rejects.n_rows > 0 ? refused(run, err) : ROWAN_OK;
}

/* Refreshes. */

/* A source without rows is more often a mistake upstream than the truth. Sees all
 * sources of the table that begins with sources[i]. */
static rowan_status refuse_emptying(struct run *run, rowan_session *session, size_t i,
                                    rowan_error *err)
{
    const rowan_source *from = run->sources[i].from;
    const rowan_query all = { .model = from->model };
    uint64_t n_rows = 0;
    rowan_status st;

    do {
        if (run->sources[i++].at == ROWAN_ROW)
            return ROWAN_OK;
    } while (i < run->n_sources && !begins_table(run, i));
    st = rowan_count(session, &all, &n_rows, err);
    if (st != ROWAN_OK || n_rows == 0)
        return st;
    run->bad = from;
    return rowan_fail(err, ROWAN_EINVAL,
                      "%s: has no rows, and table %s would lose all its %llu "
                      "(--allow-empty permits it)",
                      from->path, from->model->table, (unsigned long long)n_rows);
}

static rowan_status open_merge(struct run *run, rowan_session *session,
                               rowan_error *err)
{
    rowan_status st = rowan_create_all(session, run->models, err);

    if (st == ROWAN_OK)
        st = rowan_merge_open(session, run->n_sources, &run->merge, err);
    for (size_t i = 0; i < run->n_sources && st == ROWAN_OK; i++) {
        if (begins_table(run, i) && !run->opts->allow_empty)
            st = refuse_emptying(run, session, i, err);
    }
    return st;
}

/* Gives what a commit did to the first source of each table. */
static void fill_counts(const struct run *run, const rowan_merge_counts *tables,
                        rowan_merge_counts *counts)
{
    size_t table = 0;

    for (size_t i = 0; i < run->n_sources; i++) {
        const rowan__source *source = &run->sources[i];
        rowan_merge_counts *own = &counts[source->idx];

        *own = (rowan_merge_counts){ .model = source->from->model };
        if (tables != NULL && begins_table(run, i))
            *own = tables[table++];
        own->n_rows = source->n_rows;
    }
}

static rowan_status commit(struct run *run, rowan_load_summary *summary,
                           rowan_error *err)
{
    rowan_merge_counts *tables =
        rowan_arena_calloc(run->arena, run->n_sources, sizeof *tables);
    rowan_status st;

    if (tables == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = rowan_merge_commit(run->merge, tables, err);
    if (st == ROWAN_OK && summary->counts != NULL)
        fill_counts(run, tables, summary->counts);
    return st;
}

static rowan_status refresh_all(struct run *run, rowan_session *session,
                                rowan_load_summary *summary, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (run->rejects.n_rows == 0)
        st = open_merge(run, session, err);
    for (size_t i = 0; i < run->n_sources && st == ROWAN_OK; i++) {
        if (run->merge != NULL && begins_table(run, i))
            st = rowan_merge_table(run->merge, run->sources[i].from->model, err);
        if (st == ROWAN_OK)
            st = read_source(run, &run->sources[i], err);
    }
    if (st == ROWAN_OK)
        st = run->rejects.n_rows > 0 ? refused(run, err) : commit(run, summary, err);
    rowan_merge_close(run->merge);
    run->merge = NULL;
    return st;
}

/* The database refuses the rows (a key twice, a reference to nothing), but knows no
 * lines: reads the sources again, if they can be read again, and reports the rows that
 * are wrong. If there are none, or too many for the memory, the database's words stand. */
static rowan_status explain(struct run *run, rowan_status refusal, rowan_error *err)
{
    rowan_error found;
    rowan_status st;
    struct stat file;

    close_sources(run);
    for (size_t i = 0; i < run->n_sources; i++) {
        if (stat(run->sources[i].from->path, &file) != 0 || !S_ISREG(file.st_mode))
            return refusal;
        run->sources[i].n_rows = run->sources[i].n_rejected = 0;
    }
    st = open_sources(run, &found);
    if (st == ROWAN_OK)
        st = check_all(run, &found);
    if (st == ROWAN_EINVAL || st == ROWAN_EBUSY) { /* rows were found, or a stop */
        *err = found;
        return st;
    }
    run->bad = NULL;
    return refusal;
}

static rowan_status run_all(struct run *run, rowan_session *session,
                            rowan_load_summary *summary, rowan_error *err)
{
    rowan_status st = run_init(run, err);

    if (st != ROWAN_OK)
        return st;
    st = open_sources(run, err);
    if (st == ROWAN_OK)
        st = session != NULL ? refresh_all(run, session, summary, err)
                             : check_all(run, err);
    if (st == ROWAN_ECONFLICT || st == ROWAN_ECONSTRAINT)
        st = explain(run, st, err);
    if (summary->counts != NULL && (st != ROWAN_OK || session == NULL))
        fill_counts(run, NULL, summary->counts);
    return st;
}

rowan_status rowan_load(rowan_session *session, const rowan_models *models,
                        const rowan_source *sources, size_t n_sources,
                        const rowan_load_opts *opts, rowan_load_summary *summary,
                        rowan_error *err)
{
    const rowan_load_opts no_opts = { 0 };
    rowan_load_summary own_summary = { 0 };
    rowan_error own_err;
    struct run run = { .models = models, .given = sources, .n_sources = n_sources };
    rowan_status st;

    run.opts = opts != NULL ? opts : &no_opts;
    run.rejects = (rowan__rejects){
        .opts = run.opts,
        .max_rows = run.opts->max_rejects > 0 ? run.opts->max_rejects : MAX_REJECTS,
    };
    summary = summary != NULL ? summary : &own_summary;
    st = run_all(&run, session, summary, err != NULL ? err : &own_err);
    summary->n_rejected = run.rejects.n_rows;
    summary->bad_source = st == ROWAN_OK ? NULL : run.bad;
    run_done(&run);
    return st;
}
