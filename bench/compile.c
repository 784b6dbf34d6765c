/* compile.c - a package of 100 models with 20 columns each, against the same structs and
 * tables of columns written out by hand; 500 functions with a typed query each, against the
 * same data written out, and without their records of columns. With gcc and clang. */
#include "child.h"
#include "people.h"

#define N_MODELS  100
#define N_COLUMNS 20
#define N_QUERIES 500

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
    const char *option; /* of the other compilation; NULL if it has none */
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

/* A model, and in turn: rows with a value; two conditions, in an order, the first few; rows
 * that have a value at all, in an order. */
static const char query_model[] =
    "#include <rowan/session.h>\n"
    "ROWAN_MODEL(Person, \"person\", (rowan_int64, id, PRIMARY_KEY, AUTO),\n"
    "    (rowan_text, first_name), (rowan_text, last_name, INDEX), (rowan_opt_date, "
    "born),\n"
    "    (rowan_text, country))\n";
static const char *const typed_queries[] = {
    "rowan_select(Person, .where = rowan_eq(Person, country, \"Norway\"))",
    "rowan_select(Person, .where = rowan_and(rowan_eq(Person, country, \"Norway\"),\n"
    "    rowan_gt(Person, id, id)), .order_by = { rowan_asc(Person, id) }, .limit = "
    "20)",
    "rowan_select(Person, .where = rowan_not_null(Person, born),\n"
    "    .order_by = { rowan_desc(Person, born) })",
};
#define BY_HAND_EQ                                                      \
    "&(const rowan_expr){ .op = ROWAN_OP_EQ, .model = &Person_model,\n" \
    "    .column = &Person_columns[4], .value = rowan_value_str(\"Norway\") }"
static const char *const queries_by_hand[] = {
    "&(const rowan_query){ .model = &Person_model, .where = " BY_HAND_EQ " }",
    "&(const rowan_query){ .model = &Person_model, .where = &(const rowan_expr){\n"
    "    .op = ROWAN_OP_AND, .n_parts = 2, .parts = (const rowan_expr *const[]){\n"
    "    " BY_HAND_EQ
    ", &(const rowan_expr){ .op = ROWAN_OP_GT, .model = &Person_model,\n"
    "    .column = &Person_columns[0], .value = rowan_value_int64(id) } } }, .order_by "
    "= {\n"
    "    &(const rowan_order){ .model = &Person_model, .column = &Person_columns[0] } "
    "},\n"
    "    .limit = 20 }",
    "&(const rowan_query){ .model = &Person_model, .where = &(const rowan_expr){\n"
    "    .op = ROWAN_OP_NOT_NULL, .model = &Person_model, .column = &Person_columns[3] "
    "},\n"
    "    .order_by = { &(const rowan_order){ .model = &Person_model,\n"
    "    .column = &Person_columns[3], .descending = true } } }",
};
#define N_SHAPES (sizeof typed_queries / sizeof typed_queries[0])

static void write_queries(const char *path, const char *const *shapes)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fputs(query_model, file);
    for (size_t i = 0; i < N_QUERIES; i++)
        (void)fprintf(
            file,
            "rowan_status query%zu(rowan_session *db, int64_t id,\n"
            "    rowan_result **out, rowan_error *err)\n"
            "{\n    (void)id;\n    return rowan_fetch(db, %s, out, err);\n}\n",
            i, shapes[i % N_SHAPES]);
    (void)fclose(file);
}

static void run_compiler(const compile *c, const char *path, const char *option)
{
    static const char *const layers[] = { "base", "model", "sql", "session" };
    const char *argv[16] = { c->compiler, "-std=gnu17", "-O2",      "-c",
                             path,        "-o",         "/dev/null" };
    size_t n = 7;

    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        argv[n++] = bench_printf("-I%s/rowan/%s/include", BENCH_SOURCE_DIR, layers[i]);
    argv[n] = option;
    (void)child_run(argv);
}

static void compile_ours(void *ctx)
{
    compile *c = ctx;

    run_compiler(c, c->ours, NULL);
}

static void compile_theirs(void *ctx)
{
    compile *c = ctx;

    run_compiler(c, c->theirs, c->option);
}

static void compare(const char *what, const char *reference, compile *c,
                    double promise_ns)
{
    (void)bench_compare(
        &(bench_pair){ .name = bench_printf("%s, %s", c->compiler, what),
                       .reference = reference,
                       .ours = compile_ours,
                       .theirs = compile_theirs,
                       .ctx = c,
                       .n_ops = 1,
                       .promise_ns = promise_ns });
}

int main(int argc, char **argv)
{
    static const char *const compilers[] = { "gcc", "clang" };
    compile models = { 0 }, queries = { 0 }, records;

    bench_start(argc, argv,
                "compile: 100 models of 20 columns, 500 typed queries, -O2");
    models.ours = bench_printf("%s/models.c", bench.dir);
    models.theirs = bench_printf("%s/by_hand.c", bench.dir);
    write_models(models.ours);
    write_by_hand(models.theirs);
    queries.ours = bench_printf("%s/queries.c", bench.dir);
    queries.theirs = bench_printf("%s/queries_by_hand.c", bench.dir);
    write_queries(queries.ours, typed_queries);
    write_queries(queries.theirs, queries_by_hand);
    records = (compile){ .ours = queries.ours,
                         .theirs = queries.ours,
                         .option = "-DROWAN_NO_USES" };
    for (size_t i = 0; i < 2; i++) {
        models.compiler = queries.compiler = records.compiler = compilers[i];
        if (!child_exists(compilers[i])) {
            bench_note("%s is not installed", compilers[i]);
            continue;
        }
        compare("models", NULL, &models, 0.3e9);
        compare("queries", NULL, &queries, 1e9);
        compare("queries", "without records", &records, 0);
    }
    return 0;
}
