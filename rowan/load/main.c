/* main.c - the program around rowan_load(): arguments, signals, what it prints. The one
 * file of the library that talks to a person. See rowan/load.h. */
#include <rowan/load.h>

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <rowan/arena.h>

#include "progress_int.h"

#define STOP_LOOKS_MS 200 /* how long a wait goes on when the program is to stop */

struct program {
    const char *name;
    const rowan_models *models;
    const rowan_source *sources; /* sources[n_sources], the paths as they are opened */
    size_t n_sources;
    const char *dir;
    bool dry_run;
    bool quiet;
    bool allow_empty;
    rowan__progress progress;
};

/* Signals. The first asks the run to stop and roll back; a second one kills it, which is
 * as safe. */

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static void handle_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

/* Waits for the database, but not for ever when the program is to stop. An answer that is
 * on its way, such as the one to a COMMIT, is waited for. */
static int wait_or_stop(void *ctx, int fd, unsigned events, int timeout_ms)
{
    int64_t deadline = timeout_ms < 0 ? 0 : rowan_clock_ms() + timeout_ms;

    (void)ctx;
    for (;;) {
        int left = rowan_clock_left(deadline);
        bool last = left >= 0 && left <= STOP_LOOKS_MS;
        int ready = rowan_wait(NULL, fd, events, last ? left : STOP_LOOKS_MS);

        if (ready != 0 || last)
            return ready;
        if (stop_signal != 0)
            return -1;
    }
}

/* What is printed. */

ROWAN_PRINTF(2, 3)
static int usage_error(const struct program *program, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)fprintf(stderr, "%s: ", program->name);
    (void)vfprintf(stderr, fmt, args);
    (void)fprintf(stderr, " (%s --help tells more)\n", program->name);
    va_end(args);
    return ROWAN_LOAD_USAGE;
}

static void print_help(const struct program *program)
{
    (void)printf(
        "usage: %s [--dir DIR] [--dry-run] [--allow-empty] [--quiet]\n"
        "\n"
        "Reads the sources and refreshes their tables in the database that "
        "DATABASE_URI\n"
        "names (%s where it is not set), all or nothing: rows that\n"
        "differ are updated, new ones inserted, missing ones deleted.\n"
        "\n"
        "  --dir DIR      the folder that the paths of the sources start from\n"
        "  --dry-run      read and validate only, and touch no database\n"
        "  --allow-empty  let sources without rows empty a table that has some\n"
        "  --quiet        print errors only\n"
        "  --help         print this\n"
        "  --version      print the version of the models\n"
        "\n"
        "Sources:\n",
        program->name, ROWAN_DEFAULT_URI);
    for (size_t i = 0; i < program->n_sources; i++)
        (void)printf("  %-14s %s\n", program->sources[i].model->table,
                     program->sources[i].path);
    (void)printf("\n"
                 "Exit codes:\n"
                 "  0  loaded, or nothing had changed\n"
                 "  1  out of memory, or a mistake of the program\n"
                 "  2  wrong arguments or DATABASE_URI\n"
                 "  3  a source was refused: its header, rows, or that it has none\n"
                 "  4  a source cannot be read\n"
                 "  5  the database cannot be reached or written, or is busy\n"
                 "  6  the database refuses the rows\n"
                 "  7  SIGINT or SIGTERM: rolled back\n"
                 "Unless it is 0, no row of the database has changed.\n");
}

static void on_reject(void *ctx, const rowan_reject *reject)
{
    struct program *program = ctx;

    rowan__progress_clear(&program->progress);
    (void)fprintf(stderr, "%s:%" PRIu64 ": ", reject->path, reject->line);
    if (reject->column != NULL)
        (void)fprintf(stderr, "%s ", reject->column);
    if (reject->value != NULL && reject->value[0] != '\0')
        (void)fprintf(stderr, "\"%s\" ", reject->value);
    (void)fprintf(stderr, "%s\n", reject->reason);
}

static bool on_progress(void *ctx, size_t source_idx, uint64_t n_bytes,
                        uint64_t n_total, uint64_t n_rows)
{
    struct program *program = ctx;

    rowan__progress_show(&program->progress, rowan_clock_ms(),
                         program->sources[source_idx].model->table, n_bytes, n_total,
                         n_rows);
    return stop_signal == 0;
}

/* The first source of the table that source i belongs to. */
static size_t first_of_table(const struct program *program, size_t i)
{
    size_t first = 0;

    while (strcmp(program->sources[first].model->table,
                  program->sources[i].model->table) != 0)
        first++;
    return first;
}

static int table_width(const struct program *program)
{
    size_t width = 0;

    for (size_t i = 0; i < program->n_sources; i++) {
        size_t len = strlen(program->sources[i].model->table);

        width = len > width ? len : width;
    }
    return (int)width;
}

static void print_table(const struct program *program, size_t i, uint64_t n_rows,
                        const rowan_merge_counts *counts)
{
    (void)printf("%-*s  %9" PRIu64 " rows", table_width(program),
                 program->sources[i].model->table, n_rows);
    if (program->dry_run)
        (void)printf(" are valid\n");
    else
        (void)printf(": %" PRIu64 " inserted, %" PRIu64 " updated, %" PRIu64
                     " deleted\n",
                     counts->n_inserted, counts->n_updated, counts->n_deleted);
}

static void print_summary(const struct program *program,
                          const rowan_merge_counts *counts, int64_t elapsed_ms)
{
    uint64_t total = 0;

    for (size_t i = 0; i < program->n_sources; i++) {
        uint64_t n_rows = 0;

        if (first_of_table(program, i) != i)
            continue;
        for (size_t j = i; j < program->n_sources; j++)
            n_rows += first_of_table(program, j) == i ? counts[j].n_rows : 0;
        print_table(program, i, n_rows, &counts[i]);
        total += n_rows;
    }
    (void)printf("%-*s  %9" PRIu64 " rows in %.3f s, %.0f rows/s\n",
                 table_width(program), "", total, (double)elapsed_ms / 1000,
                 (double)total * 1000 / (double)(elapsed_ms > 0 ? elapsed_ms : 1));
}

/* Exit codes: what a status means if it is about a source, and if about the database. */
static const struct {
    rowan_status st;
    rowan_load_exit source;
    rowan_load_exit database;
} exits[] = {
    { ROWAN_EINVAL, ROWAN_LOAD_REJECTED, ROWAN_LOAD_REFUSED },
    { ROWAN_ECONFLICT, ROWAN_LOAD_REJECTED, ROWAN_LOAD_REFUSED },
    { ROWAN_ECONSTRAINT, ROWAN_LOAD_REJECTED, ROWAN_LOAD_REFUSED },
    { ROWAN_ENOTFOUND, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_EIO, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_EBUSY, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_ECONN, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_ETIMEOUT, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_EUNSUPPORTED, ROWAN_LOAD_NO_SOURCE, ROWAN_LOAD_NO_DATABASE },
    { ROWAN_EDATA, ROWAN_LOAD_REJECTED, ROWAN_LOAD_NO_DATABASE },
};

/* Says what went wrong. */
static int failed(const struct program *program, rowan_status st,
                  const rowan_source *bad_source, const rowan_error *err)
{
    (void)fprintf(stderr, "%s: %s\n", program->name, err->message);
    if (stop_signal != 0)
        return ROWAN_LOAD_INTERRUPTED;
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++) {
        if (exits[i].st == st)
            return (int)(bad_source != NULL ? exits[i].source : exits[i].database);
    }
    return ROWAN_LOAD_FAILED;
}

/* Running. */

static int load(struct program *program, rowan_session *session, rowan_arena *arena,
                rowan_error *err)
{
    const rowan_load_opts opts = {
        .allow_empty = program->allow_empty,
        .on_reject = on_reject,
        .on_progress = on_progress,
        .ctx = program,
    };
    rowan_load_summary summary = { 0 };
    int64_t start = rowan_clock_ms();
    rowan_status st;

    summary.counts =
        rowan_arena_calloc(arena, program->n_sources, sizeof *summary.counts);
    if (summary.counts == NULL)
        return failed(program, rowan_fail(err, ROWAN_ENOMEM, "out of memory"), NULL,
                      err);
    rowan__progress_init(&program->progress, program->quiet ? NULL : stderr,
                         rowan__terminal_width(stderr), start);
    st = rowan_load(session, program->models, program->sources, program->n_sources,
                    &opts, &summary, err);
    rowan__progress_clear(&program->progress);
    if (st != ROWAN_OK)
        return failed(program, st, summary.bad_source, err);
    if (!program->quiet)
        print_summary(program, summary.counts, rowan_clock_ms() - start);
    return ROWAN_LOAD_OK;
}

static int connect_and_load(struct program *program, rowan_arena *arena)
{
    const rowan_engine_opts opts = { .pool_size = 1, .wait.wait = wait_or_stop };
    rowan_engine *engine = NULL;
    rowan_session *session = NULL;
    rowan_error err;
    rowan_status st = rowan_engine_open_env(&opts, &engine, &err);
    int code;

    if (st == ROWAN_OK)
        st = rowan_session_open(engine, &session, &err);
    if (st == ROWAN_OK) {
        code = load(program, session, arena, &err);
    } else {
        (void)failed(program, st, NULL, &err);
        code = st == ROWAN_ENOMEM ? ROWAN_LOAD_FAILED : ROWAN_LOAD_USAGE;
    }
    rowan_session_close(session);
    rowan_engine_close(engine);
    return code;
}

static int run(struct program *program, rowan_arena *arena)
{
    rowan_error err;

    if (rowan_models_check(program->models, &err) != ROWAN_OK) {
        (void)failed(program, ROWAN_EINVAL, NULL, &err);
        return ROWAN_LOAD_FAILED;
    }
    return program->dry_run ? load(program, NULL, arena, &err)
                            : connect_and_load(program, arena);
}

/* The sources with the folder in front of relative paths; NULL when memory is out. */
static const rowan_source *sources_in(const struct program *program, rowan_arena *arena)
{
    rowan_source *sources =
        rowan_arena_calloc(arena, program->n_sources, sizeof *sources);

    for (size_t i = 0; i < program->n_sources && sources != NULL; i++) {
        sources[i] = program->sources[i];
        if (sources[i].path[0] != '/')
            sources[i].path =
                rowan_arena_printf(arena, "%s/%s", program->dir, sources[i].path);
        if (sources[i].path == NULL)
            return NULL;
    }
    return sources;
}

/* Arguments. */

enum {
    OPT_HELP = 'h',
    OPT_VERSION = 'V',
    OPT_QUIET = 'q',
    OPT_DIR = 1,
    OPT_DRY_RUN,
    OPT_ALLOW_EMPTY
};

static const struct option options[] = {
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION },
    { "quiet", no_argument, NULL, OPT_QUIET },
    { "dir", required_argument, NULL, OPT_DIR },
    { "dry-run", no_argument, NULL, OPT_DRY_RUN },
    { "allow-empty", no_argument, NULL, OPT_ALLOW_EMPTY },
    { NULL, 0, NULL, 0 },
};

/* Reads the arguments. Returns -1 to go on, or an exit code. */
static int read_arguments(struct program *program, int argc, char **argv)
{
    int option;

    optind = 1;
    opterr = 0; /* the words are ours */
    while ((option = getopt_long(argc, argv, ":hVq", options, NULL)) != -1) {
        switch (option) {
        case OPT_HELP: print_help(program); return ROWAN_LOAD_OK;
        case OPT_VERSION:
            (void)printf("%s, %s %s\n", program->name, program->models->name,
                         program->models->version);
            return ROWAN_LOAD_OK;
        case OPT_QUIET: program->quiet = true; break;
        case OPT_DIR: program->dir = optarg; break;
        case OPT_DRY_RUN: program->dry_run = true; break;
        case OPT_ALLOW_EMPTY: program->allow_empty = true; break;
        case ':': return usage_error(program, "%s needs a value", argv[optind - 1]);
        default:
            return optopt > ' '
                       ? usage_error(program, "unknown option -%c", optopt)
                       : usage_error(program, "unknown option %s", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return usage_error(program, "unknown argument %s", argv[optind]);
    return -1;
}

int rowan_load_main(int argc, char **argv, const rowan_models *models,
                    const rowan_source *sources, size_t n_sources)
{
    const char *path = argc > 0 && argv[0] != NULL ? argv[0] : "loader";
    const char *slash = strrchr(path, '/');
    struct program program = {
        .name = slash != NULL ? slash + 1 : path,
        .models = models,
        .sources = sources,
        .n_sources = n_sources,
    };
    int code = read_arguments(&program, argc, argv);
    rowan_arena *arena;

    if (code >= 0)
        return code;
    handle_signals();
    arena = rowan_arena_new(NULL, 0);
    if (arena != NULL && program.dir != NULL)
        program.sources = sources_in(&program, arena);
    if (arena == NULL || program.sources == NULL)
        (void)fprintf(stderr, "%s: out of memory\n", program.name);
    code = arena != NULL && program.sources != NULL ? run(&program, arena)
                                                    : ROWAN_LOAD_FAILED;
    rowan_arena_free(arena);
    return code;
}
