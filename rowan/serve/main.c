/* main.c - the program around a server: what it is told, and what it tells. The one file
 * of the layer that talks to a person. See rowan_serve_main() in rowan/serve.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listen_int.h"
#include "server_int.h"
#include "settings_int.h"

#define LINES_PER_SECOND \
    20 /* of the log: a database that is down must not fill a disk */

struct program {
    const char *name;
    bool quiet;
    char address[ROWAN__ADDRESS_SIZE];
    int64_t log_second;
    uint64_t n_lines; /* in that second */
};

static void print_help(const struct program *program)
{
    (void)printf(
        "usage: %s [--host HOST] [--port PORT] [--timeout SECONDS] [--quiet]\n"
        "\n"
        "Serves the database that DATABASE_URI names (%s where it\n"
        "is not set) as JSON over HTTP, until SIGINT or SIGTERM.\n"
        "\n"
        "  --host HOST        listen there [HOST, or 0.0.0.0]; :: means IPv6 too\n"
        "  --port PORT        and on that port [PORT, or 5000]; 0 takes a free one\n"
        "  --timeout SECONDS  hang up on a request that makes no progress [10]\n"
        "  --quiet            print errors only\n"
        "  --help             print this\n"
        "  --version          print the version of the models\n"
        "\n"
        "Exit codes: 0 after a clean end, 1 if it cannot serve, 2 if the\n"
        "arguments or the environment are wrong.\n",
        program->name, ROWAN_DEFAULT_URI);
}

static int say_why(const struct program *program, const rowan_error *err, int exit_code)
{
    (void)fprintf(stderr, "%s: %s\n", program->name, err->message);
    return exit_code;
}

static void on_ready(void *ctx, const rowan_engine *engine)
{
    struct program *program = ctx;

    if (program->quiet)
        return;
    (void)printf("%s: listening on %s (%s)\n", program->name, program->address,
                 rowan_engine_name(engine));
    (void)fflush(stdout);
}

static void on_log(void *ctx, const char *line)
{
    struct program *program = ctx;
    int64_t second = rowan_clock_ms() / 1000;

    if (second != program->log_second) {
        if (program->n_lines > LINES_PER_SECOND)
            (void)fprintf(stderr, "%s: ... and %" PRIu64 " more in that second\n",
                          program->name, program->n_lines - LINES_PER_SECOND);
        program->log_second = second;
        program->n_lines = 0;
    }
    if (++program->n_lines <= LINES_PER_SECOND)
        (void)fprintf(stderr, "%s: %s\n", program->name, line);
}

static int serve(struct program *program, const rowan__settings *settings,
                 rowan_app *app)
{
    rowan__server_opts opts = { .uri = getenv("DATABASE_URI"),
                                .timeout_ms = settings->timeout_ms,
                                .on_ready = on_ready,
                                .log = on_log,
                                .ctx = program };
    rowan_error err = { 0 };
    rowan_status st;

    if (rowan__app_ready(app, &err) != ROWAN_OK)
        return say_why(program, &err, 1);
    st = rowan__listen(settings->host, settings->port, &opts.listen_fd,
                       program->address, &err);
    if (st == ROWAN_OK)
        st = rowan__server_run(app, &opts, &err);
    if (st == ROWAN_OK)
        return 0;
    return say_why(program, &err, st == ROWAN_EINVAL ? 2 : 1);
}

int rowan_serve_main(int argc, char **argv, rowan_app *app)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    struct program program = {
        .name = slash != NULL ? slash + 1
                : argc > 0    ? argv[0]
                              : "serve",
    };
    rowan__settings settings;
    rowan_error err = { 0 };
    int exit_code = 0;

    if (rowan__settings_read(argc, argv, &settings, &err) != ROWAN_OK) {
        exit_code = say_why(&program, &err, 2);
    } else if (settings.help) {
        print_help(&program);
    } else if (settings.version) {
        (void)printf("%s, models %s\n", program.name,
                     app->models != NULL ? app->models->version : "unknown");
    } else {
        program.quiet = settings.quiet;
        exit_code = serve(&program, &settings, app);
    }
    rowan_app_free(app);
    return exit_code;
}
