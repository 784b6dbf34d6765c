/* declarations.c - what stands at the edge of what a model can declare: it is kept by every
 * database, or refused before anything is created. */
#include "database.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <rowan/decimal.h>
#include <rowan/raw.h>

/* clang-format off */
#define TEN      "abcdefghij"
#define SIXTY    TEN TEN TEN TEN TEN TEN
#define SEVENTY  SIXTY TEN
#define LONG(n)  SEVENTY SEVENTY SEVENTY SIXTY n
ROWAN_ENUM(Twins,  (TWIN_A, "x"), (TWIN_B, "y"), (TWIN_C, "x"))
ROWAN_ENUM(Longer, (LONGER_A, "a"), (LONGER_B, LONG("")))

ROWAN_MODEL(Plain,     "plain", (rowan_int64, id, PRIMARY_KEY))
ROWAN_MODEL(MaxInt,    "d1",  (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, MAX(5)))
ROWAN_MODEL(MaxEnum,   "d2",  (rowan_int64, id, PRIMARY_KEY), (Mood, mood, ENUM(Mood), MAX(5)))
ROWAN_MODEL(Labels,    "d3",  (rowan_int64, id, PRIMARY_KEY), (Twins, twins, ENUM(Twins)))
ROWAN_MODEL(Label,     "d4",  (rowan_int64, id, PRIMARY_KEY), (Longer, longer, ENUM(Longer)))
ROWAN_MODEL(Auto,      "d5",  (rowan_int64, id, PRIMARY_KEY, AUTO, DEFAULT(5)))
ROWAN_MODEL(Counted,   "d6",  (rowan_int64, id, PRIMARY_KEY), (rowan_int64, v, VERSION, GENERATED("id + 1")))
ROWAN_MODEL(JsonKey,   "d7",  (rowan_json, j, PRIMARY_KEY))
ROWAN_MODEL(JsonIndex, "d8",  (rowan_int64, id, PRIMARY_KEY), (rowan_json, j, INDEX))
ROWAN_MODEL(JsonPart,  "d9",  (rowan_int64, id, PRIMARY_KEY), (rowan_json, j), UNIQUE(id, j))
ROWAN_MODEL(JsonCheck, "d10", (rowan_int64, id, PRIMARY_KEY), (rowan_json, j), CHECK(j, EQ_COLUMN(j, j)))
ROWAN_MODEL(Down,      "d11", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n), UNIQUE(n, DESC(id)))
ROWAN_MODEL(Twice,     "d12", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n), INDEX(n, id, n))
ROWAN_MODEL(Scale,     "d13", (rowan_decimal, id, PRIMARY_KEY, PRECISION(8, 4)))
ROWAN_MODEL(Scaled,    "d14", (rowan_int64, id, PRIMARY_KEY), (rowan_decimal, s, PRECISION(8, 2), REFERENCES(Scale, id)))
ROWAN_MODEL(BigFloat,  "d15", (rowan_int64, id, PRIMARY_KEY), (rowan_float, f, DEFAULT(1e300)))
ROWAN_MODEL(Nameless,  "d16", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, NAME("")))
ROWAN_MODEL(Case,      "d17", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n), (rowan_int32, m, NAME("N")))
ROWAN_MODEL(CaseTable, "Plain", (rowan_int64, id, PRIMARY_KEY))
ROWAN_MODEL(CaseIndex, "d18", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, a_b), (rowan_int32, b), (rowan_int32, a, NAME("A")),
            INDEX(a_b), INDEX(a, b))
ROWAN_MODEL(LongTable, SEVENTY, (rowan_int64, id, PRIMARY_KEY))
ROWAN_MODEL(LongName,  "d19", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, NAME(SEVENTY)))
/* clang-format on */

static void test_what_cannot_be_is_refused(void **state)
{
    test_db *t = *state;
    static const struct {
        const rowan_model *models[2];
        const char *words;
    } bad[] = {
        { { &Plain_model, &MaxInt_model }, "MaxInt.n: MAX is for texts and bytes" },
        { { &Plain_model, &MaxEnum_model },
          "MaxEnum.mood: MAX is for texts and bytes" },
        { { &Plain_model, &Labels_model },
          "Labels.twins: two labels of Twins are \"x\"" },
        { { &Plain_model, &Label_model },
          "Label.longer: a label of Longer has more than 255 characters" },
        { { &Plain_model, &Auto_model }, "Auto.id: AUTO has no DEFAULT" },
        { { &Plain_model, &Counted_model }, "Counted.v: VERSION is not GENERATED" },
        { { &Plain_model, &JsonKey_model }, "JsonKey.j: JSON is not compared" },
        { { &Plain_model, &JsonIndex_model }, "JsonIndex.j: JSON is not compared" },
        { { &Plain_model, &JsonPart_model }, "JsonPart.j: JSON is not compared" },
        { { &Plain_model, &JsonCheck_model }, "JsonCheck.j: JSON is not compared" },
        { { &Plain_model, &Down_model }, "Down.id: DESC is for an index only" },
        { { &Plain_model, &Twice_model }, "Twice.n stands twice in one key or index" },
        { { &Scale_model, &Scaled_model },
          "Scaled.s and Scale.id need the same PRECISION" },
        { { &Plain_model, &BigFloat_model },
          "BigFloat.f: its DEFAULT is out of range for float" },
        { { &Plain_model, &Nameless_model }, "Nameless.n has no name" },
        { { &Plain_model, &Case_model },
          "Case: the columns n and N differ in case only" },
        { { &Plain_model, &CaseTable_model },
          "Plain and CaseTable: of both, something" },
        { { &Plain_model, &CaseIndex_model },
          "CaseIndex: two constraints or indexes would be named" },
        { { &Plain_model, &LongTable_model },
          "LongTable: the name " SEVENTY " has more than 63 bytes" },
        { { &Plain_model, &LongName_model },
          "LongName: the name " SEVENTY " has more than 63 bytes" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const rowan_models models = { "bad", "0", bad[i].models, 2 };

        assert_status(rowan_create_all(t->db, &models, &t->err), ROWAN_EINVAL, &t->err);
        assert_contains(t->err.message, bad[i].words);
    }
}

/* clang-format off */
ROWAN_MODEL(Sheet,   "sheet",  (rowan_int64, id, PRIMARY_KEY), (rowan_opt_int32, n), PARTIAL_INDEX(NOT_NULL(n), n))
ROWAN_MODEL(Infinite, "e1", (rowan_int64, id, PRIMARY_KEY), (rowan_double, r, DEFAULT(-INFINITY)), CHECK(r, LT(r, INFINITY)))
ROWAN_MODEL(NaN,      "e2", (rowan_int64, id, PRIMARY_KEY), (rowan_double, r), CHECK(r, NE(r, NAN)))
ROWAN_MODEL(Remark,   "e3", (rowan_int64, id, PRIMARY_KEY, COMMENT(LONG("") LONG("") LONG("") LONG(""))))
ROWAN_MODEL(Smile,    "e4", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, NAME("🙂")))
ROWAN_MODEL(Trailing, "e5", (rowan_int64, id, PRIMARY_KEY), (rowan_int32, n, NAME("n ")))
/* clang-format on */

/* A difference: what some databases lack. Nothing is created then, not even what comes before
 * in the order of the list. */
static void test_what_is_not_supported_creates_nothing(void **state)
{
    test_db *t = *state;
    static const struct {
        const rowan_model *model;
        const char *sqlite, *mariadb; /* the words; NULL where it is supported */
    } cases[] = {
        { &Sheet_model, NULL, "Sheet: MariaDB has no partial indexes" },
        { &Infinite_model, NULL, "Infinite.r: MariaDB has no infinity" },
        { &NaN_model, "NaN.r: SQLite has no NaN", "NaN.r: MariaDB has no NaN" },
        { &Remark_model, NULL, "Remark: MariaDB has comments of 1024 characters at" },
        { &Smile_model, NULL, "Smile: MariaDB has no names like \"🙂\"" },
        { &Trailing_model, NULL, "Trailing: MariaDB has no names like \"n \"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const rowan_model *const pair[] = { &Plain_model, cases[i].model };
        const rowan_models models = { "edges", "0", pair, 2 };
        const char *words = test_is_sqlite(t)    ? cases[i].sqlite
                            : test_is_mariadb(t) ? cases[i].mariadb
                                                 : NULL;
        Plain row = { 1 };

        if (words == NULL) {
            assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
            assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
            continue;
        }
        assert_status(rowan_create_all(t->db, &models, &t->err), ROWAN_EUNSUPPORTED,
                      &t->err);
        assert_contains(t->err.message, words);
        assert_status(rowan_insert(t->db, Plain, &row, &t->err), ROWAN_EDATA, &t->err);
    }
}

/* clang-format off */
ROWAN_MODEL(Real, "real_one",
    (rowan_int64,  id, PRIMARY_KEY),
    (rowan_float,  f,  DEFAULT(0.1)),
    (rowan_double, r,  DEFAULT(-0.0)),
    (rowan_double, s,  DEFAULT(DBL_MAX)),
    (rowan_double, t,  DEFAULT(5e-324)),
    CHECK(f, LE(f, 0.1)), CHECK(s, GE(s, -DBL_MAX)))
/* clang-format on */

/* What a float is compared with is a float, too. */
static void test_reals(void **state)
{
    test_db *t = *state;
    static const rowan_model *const list[] = { &Real_model };
    const rowan_models models = { "reals", "0", list, 1 };
    Real most = { 2, 0.1f, 0, -DBL_MAX, 0 };
    Real more = { 3, nextafterf(0.1f, 1), 0, 0, 0 };
    rowan_result *result = NULL;
    const Real *row;

    assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
    test_exec(t, "INSERT INTO real_one (id) VALUES (1)");
    assert_ok(rowan_insert(t->db, Real, &most, &t->err), &t->err);
    assert_status(rowan_insert(t->db, Real, &more, &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Real, .where = rowan_eq(Real, f, 0.1f),
                                       .order_by = { rowan_asc(Real, id) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    row = rowan_rows(result, Real);
    assert_true(row->r == 0 && row->s == DBL_MAX && row->t == 5e-324);
    assert_true(signbit(row->r) ? test_is_postgres(t) : !test_is_postgres(t));
    rowan_result_free(result);
    assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
}

/* clang-format off */
ROWAN_MODEL(Exact, "exact",
    (rowan_int64,       id, PRIMARY_KEY),
    (rowan_opt_decimal, a,  PRECISION(38, 2)),
    (rowan_opt_decimal, b,  PRECISION(38, 0)),
    (rowan_opt_decimal, c,  PRECISION(38, 38)),
    CHECK(most,  LT(a, "100000000000000000000000000000000000.01")),
    CHECK(least, GE(a, "-100000000000000000000000000000000000.01")),
    CHECK(small, NE(c, "0.00000000000000000000000000000000000001")),
    CHECK(both,  LE_COLUMN(a, b)))
/* clang-format on */

static rowan_opt_decimal decimal(const char *text)
{
    rowan_value value = { 0 };

    if (text == NULL)
        return ROWAN_NONE(rowan_opt_decimal);
    assert_ok(rowan_value_parse(ROWAN_DECIMAL, text, strlen(text), &value, NULL), NULL);
    return ROWAN_SOME(rowan_opt_decimal, value.as.decimal);
}

/* Where decimals are texts, too. */
static void test_decimals(void **state)
{
    test_db *t = *state;
    static const rowan_model *const list[] = { &Exact_model };
    const rowan_models models = { "decimals", "0", list, 1 };
    static const struct {
        const char *a, *b, *c;
        bool good;
    } rows[] = {
        { "100000000000000000000000000000000000.00", NULL, NULL, true },
        { "100000000000000000000000000000000000.01", NULL, NULL, false },
        { "99999999999999999999999999999999999.99", NULL, NULL, true },
        { "-100000000000000000000000000000000000.01", NULL, NULL, true },
        { "-100000000000000000000000000000000000.02", NULL, NULL, false },
        { "-99999999999999999999999999999999999.99", NULL, NULL, true },
        { "0", NULL, NULL, true },
        { NULL, NULL, "0.00000000000000000000000000000000000001", false },
        { NULL, NULL, "0.00000000000000000000000000000000000002", true },
        { NULL, NULL, "-0.00000000000000000000000000000000000001", true },
        { NULL, NULL, "0", true },
        { "90000000000000000000000000000000000.00",
          "90000000000000000000000000000000000", NULL, true },
        { "90000000000000000000000000000000000.01",
          "90000000000000000000000000000000000", NULL, false },
        { "-90000000000000000000000000000000000.01",
          "-90000000000000000000000000000000000", NULL, true },
        { "-90000000000000000000000000000000000.00",
          "-90000000000000000000000000000000001", NULL, false },
        { "1.00", "1", NULL, true },
        { "1.01", "1", NULL, false },
        { "-0.01", "0", NULL, true },
    };

    assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Exact row = { (int64_t)i, decimal(rows[i].a), decimal(rows[i].b),
                      decimal(rows[i].c) };

        assert_status(rowan_insert(t->db, Exact, &row, &t->err),
                      rows[i].good ? ROWAN_OK : ROWAN_ECONSTRAINT, &t->err);
    }
    assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
}

/* clang-format off */
ROWAN_MODEL(Twofold, "twofold",
    (rowan_int64,     id,     PRIMARY_KEY),
    (rowan_opt_int32, half),
    (rowan_int32,     whole,  GENERATED("half * 2"), COMMENT("it's twice the half")))
/* clang-format on */

/* A difference: a CHECK keeps MariaDB to it. */
static void test_a_generated_column_is_not_null(void **state)
{
    test_db *t = *state;
    static const rowan_model *const list[] = { &Twofold_model };
    const rowan_models models = { "twofold", "0", list, 1 };
    Twofold good = { 1, ROWAN_SOME(rowan_opt_int32, 4), 0 };
    Twofold bad = { 2, ROWAN_NONE(rowan_opt_int32), 0 };

    assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Twofold, &good, &t->err), &t->err);
    assert_string_equal(test_value(t, "SELECT whole FROM twofold"), "8");
    assert_status(rowan_insert(t->db, Twofold, &bad, &t->err),
                  test_is_mariadb(t) ? ROWAN_ECONSTRAINT : ROWAN_EINVAL, &t->err);
    assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
}

/* clang-format off */
ROWAN_MODEL(Prose, "prose",
    (rowan_int64, id, PRIMARY_KEY),
    (rowan_text,  a,  MAX(20000), INDEX), (rowan_text, b, MAX(4000)), (rowan_text, c, MAX(4000)),
    (rowan_text,  d,  MAX(4000)), (rowan_text, e, MAX(4000)), (rowan_text, f, MAX(20000000)))
/* clang-format on */

/* Characters, not bytes, also where they are too many for the database's own type. */
static void test_long_texts(void **state)
{
    test_db *t = *state;
    static const rowan_model *const list[] = { &Prose_model };
    const rowan_models models = { "prose", "0", list, 1 };
    static const char longer[] =
        "INSERT INTO prose SELECT 2, a, %s, c, d, e, f FROM prose WHERE id = 1";
    char *text = malloc(8000);
    Prose row = { .id = 1 };
    rowan_status st;

    assert_non_null(text);
    for (size_t i = 0; i < 8000; i += 2)
        memcpy(text + i, "ü", 2);
    row.b = (rowan_text){ text, 8000 };
    row.a = row.c = row.d = row.e = row.f = row.b;
    assert_ok(rowan_create_all(t->db, &models, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Prose, &row, &t->err), &t->err);
    st = rowan_sql_execute(
        t->db, test_printf(longer, test_is_sqlite(t) ? "b || 'x'" : "concat(b, 'x')"),
        NULL, 0, NULL, &t->err);
    assert_true(st == ROWAN_ECONSTRAINT || st == ROWAN_EINVAL);
    assert_ok(rowan_drop_all(t->db, &models, &t->err), &t->err);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_what_is_not_supported_creates_nothing),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_a_generated_column_is_not_null),
        cmocka_unit_test(test_long_texts),
    };

    return test_on_databases("declarations", tests, sizeof tests / sizeof tests[0]);
}
