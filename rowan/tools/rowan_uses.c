/* rowan_uses.c - rowan-uses: which columns a service uses, read from its binary. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rowan/contract.h>
#include <rowan/json.h>

static const char help[] =
    "Usage: rowan-uses [OPTION]... FILE...\n"
    "Lists the columns of Rowan models that programs and shared libraries use: which\n"
    "one, how (read, write, filter, order), and at which line. The files are not run.\n"
    "\n"
    "      --json        one JSON object a line and use\n"
    "      --root=DIR    show source files relative to DIR [the working folder]\n"
    "  -h, --help        this text\n"
    "\n"
    "THROUGH says how a column is used that the line does not name: with a whole row\n"
    "(*) or a key ((key)), by a view, or by loading a relation. A model without a\n"
    "column is its table: rows are counted or deleted.\n"
    "Exit codes: 0 listed, 1 a file cannot be read, 2 wrong arguments.\n";

typedef struct options {
    bool json;
    const char *root; /* without a slash at its end */
    size_t root_len;
} options;

/* The source file, without the root in front. */
static const char *shorten(const options *opts, const char *file)
{
    if (opts->root_len > 0 && strncmp(file, opts->root, opts->root_len) == 0 &&
        file[opts->root_len] == '/')
        return file + opts->root_len + 1;
    return file;
}

/* Text of a file that is not trusted: nothing that a terminal would obey. Returns how many
 * bytes were written. */
static int print_plain(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++, n++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
    return n;
}

static void print_cell(const char *text, size_t width)
{
    int n = print_plain(text);

    printf("%*s", (int)width - n + 2, "");
}

static void widen(size_t *width, const char *text)
{
    size_t len = strlen(text);

    if (len > *width)
        *width = len;
}

static void print_table(const options *opts, const rowan_uses *uses)
{
    const rowan_use *list = rowan_uses_list(uses);
    size_t n = rowan_uses_count(uses), model = 5, member = 6, through = 7;

    if (n == 0) {
        puts("(uses no column)");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        widen(&model, list[i].model);
        widen(&member, list[i].member);
        widen(&through, list[i].through);
    }
    printf("%-*s  %-*s  USE     %-*s  AT\n", (int)model, "MODEL", (int)member, "COLUMN",
           (int)through, "THROUGH");
    for (size_t i = 0; i < n; i++) {
        print_cell(list[i].model, model);
        print_cell(list[i].member, member);
        print_cell(rowan_use_kind_name(list[i].kind), 6);
        print_cell(list[i].through, through);
        (void)print_plain(shorten(opts, list[i].file));
        printf(":%u\n", (unsigned)list[i].line);
    }
}

static void add_text(rowan_json_writer *json, const char *name, const char *text)
{
    rowan_json_raw(json, ",\"", 2);
    rowan_json_raw(json, name, strlen(name));
    rowan_json_raw(json, "\":", 2);
    rowan_json_string(json, text, strlen(text));
}

/* Returns whether there was memory for it. */
static bool print_json(const options *opts, const char *path, const rowan_uses *uses)
{
    rowan_json_writer json = { 0 };
    bool fine = true;

    for (size_t i = 0; fine && i < rowan_uses_count(uses); i++) {
        const rowan_use *use = &rowan_uses_list(uses)[i];
        char line[32];
        int len = snprintf(line, sizeof line, ",\"line\":%u}\n", (unsigned)use->line);

        rowan_json_clear(&json);
        rowan_json_raw(&json, "{\"binary\":", 10);
        rowan_json_string(&json, path, strlen(path));
        add_text(&json, "model", use->model);
        add_text(&json, "member", use->member);
        add_text(&json, "table", use->table);
        add_text(&json, "column", use->column);
        add_text(&json, "use", rowan_use_kind_name(use->kind));
        add_text(&json, "through", use->through);
        add_text(&json, "file", shorten(opts, use->file));
        rowan_json_raw(&json, line, (size_t)len);
        fine = !json.failed && fwrite(json.ptr, 1, json.len, stdout) == json.len;
    }
    rowan_json_done(&json);
    return fine;
}

static bool show(const options *opts, const char *path, bool headed)
{
    rowan_uses *uses = NULL;
    rowan_error err;

    if (rowan_uses_read(path, &uses, &err) != ROWAN_OK) {
        fprintf(stderr, "rowan-uses: %s\n", err.message);
        return false;
    }
    if (opts->json) {
        if (!print_json(opts, path, uses)) {
            fprintf(stderr, "rowan-uses: %s: the list cannot be written\n", path);
            rowan_uses_free(uses);
            return false;
        }
    } else {
        if (headed) {
            (void)print_plain(path);
            puts(":");
        }
        print_table(opts, uses);
    }
    rowan_uses_free(uses);
    return true;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = { { "json", no_argument, NULL, 'j' },
                                                  { "root", required_argument, NULL,
                                                    'r' },
                                                  { "help", no_argument, NULL, 'h' },
                                                  { NULL, 0, NULL, 0 } };
    char *folder = getcwd(NULL, 0);
    options opts = { .root = folder };
    int code = 0, c;

    while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        switch (c) {
        case 'j': opts.json = true; break;
        case 'r': opts.root = optarg; break;
        case 'h':
            fputs(help, stdout);
            free(folder);
            return 0;
        default:
            fputs("Try rowan-uses --help.\n", stderr);
            free(folder);
            return 2;
        }
    }
    if (optind == argc) {
        fputs("rowan-uses: which file? Try rowan-uses --help.\n", stderr);
        free(folder);
        return 2;
    }
    opts.root_len = opts.root != NULL ? strlen(opts.root) : 0;
    while (opts.root_len > 0 && opts.root[opts.root_len - 1] == '/')
        opts.root_len--;
    for (int i = optind; i < argc; i++) {
        if (i > optind && !opts.json)
            putchar('\n');
        if (!show(&opts, argv[i], argc - optind > 1))
            code = 1;
    }
    free(folder);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("rowan-uses: the list cannot be written\n", stderr);
        return 1;
    }
    return code;
}
