/* compile.c - a package of 100 models with 20 columns each, against the same structs and
 * tables of columns written out by hand, with gcc and clang. */
#include "child.h"
#include "people.h"

#define N_MODELS  100
#define N_COLUMNS 20

static const struct {
    const char *name; /* rowan_... */
    const char *kind;
    bool nullable;
} types[] = {
    { "int64", "INT64", false },         { "text", "TEXT", false },
    { "opt_date", "DATE", true },        { "double", "DOUBLE", false },
    { "opt_text", "TEXT", true },        { "bool", "BOOL", false },
    { "timestamp", "TIMESTAMP", false }, { "opt_int32", "INT32", true },
};
#define N_TYPES (int)(sizeof types / sizeof types[0])

typedef struct compile {
    const char *compiler;
    const char *ours;
    const char *theirs;
} compile;

static void write_models(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fputs("#include <rowan/model.h>\n", file);
    for (int m = 0; m < N_MODELS; m++) {
        (void)fprintf(file,
                      "ROWAN_MODEL(Model%d, \"model%d\",\n"
                      "    (rowan_int64, id, PRIMARY_KEY, AUTO)",
                      m, m);
        for (int c = 1; c < N_COLUMNS; c++)
            (void)fprintf(file, ",\n    (rowan_%s, column%d%s)",
                          types[c % N_TYPES].name, c, c % 5 == 1 ? ", INDEX" : "");
        (void)fputs("\n)\n", file);
    }
    (void)fputs("ROWAN_MODELS(many, \"1.0.0\"", file);
    for (int m = 0; m < N_MODELS; m++)
        (void)fprintf(file, ", Model%d", m);
    (void)fputs(");\n", file);
    (void)fclose(file);
}

static void write_by_hand(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fputs("#include <rowan/model.h>\n", file);
    for (int m = 0; m < N_MODELS; m++) {
        (void)fprintf(file, "typedef struct Model%d {\n    rowan_int64 id;\n", m);
        for (int c = 1; c < N_COLUMNS; c++)
            (void)fprintf(file, "    rowan_%s column%d;\n", types[c % N_TYPES].name, c);
        (void)fprintf(file,
                      "} Model%d;\nconst rowan_column Model%d_columns[] = {\n"
                      "    { .name = \"id\", .type = ROWAN_INT64, .primary_key = true,"
                      " .automatic = true },\n",
                      m, m);
        for (int c = 1; c < N_COLUMNS; c++)
            (void)fprintf(
                file,
                "    { .name = \"column%d\", .type = ROWAN_%s, .nullable = %d,"
                " .offset = offsetof(Model%d, column%d), .indexed = %d },\n",
                c, types[c % N_TYPES].kind, types[c % N_TYPES].nullable, m, c,
                c % 5 == 1);
        (void)fprintf(
            file,
            "};\nconst rowan_model Model%d_model = { \"Model%d\", \"model%d\","
            " Model%d_columns, %d, sizeof(Model%d) };\n",
            m, m, m, m, N_COLUMNS, m);
    }
    (void)fclose(file);
}

static void run_compiler(const compile *c, const char *path)
{
    static const char *const layers[] = { "base", "model" };
    const char *argv[12] = { c->compiler, "-std=gnu17", "-O2",      "-c",
                             path,        "-o",         "/dev/null" };
    size_t n = 7;

    for (size_t i = 0; i < 2; i++)
        argv[n++] = bench_printf("-I%s/rowan/%s/include", BENCH_SOURCE_DIR, layers[i]);
    (void)child_run(argv);
}

static void compile_models(void *ctx)
{
    compile *c = ctx;

    run_compiler(c, c->ours);
}

static void compile_by_hand(void *ctx)
{
    compile *c = ctx;

    run_compiler(c, c->theirs);
}

int main(int argc, char **argv)
{
    static const char *const compilers[] = { "gcc", "clang" };
    compile c = { 0 };

    bench_start(argc, argv, "compile: 100 models of 20 columns, -O2");
    c.ours = bench_printf("%s/models.c", bench.dir);
    c.theirs = bench_printf("%s/by_hand.c", bench.dir);
    write_models(c.ours);
    write_by_hand(c.theirs);
    for (size_t i = 0; i < 2; i++) {
        c.compiler = compilers[i];
        if (!child_exists(c.compiler))
            bench_note("%s is not installed", c.compiler);
        else
            (void)bench_compare(&(bench_pair){ .name = c.compiler,
                                               .ours = compile_models,
                                               .theirs = compile_by_hand,
                                               .ctx = &c,
                                               .n_ops = 1,
                                               .promise_ns = 0.3e9 });
    }
    return 0;
}
