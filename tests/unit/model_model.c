/* model_model.c - what ROWAN_MODEL declares, reflection over it, and the check of a list. */
#include "test.h"

#include <rowan/model.h>

#include "alloc_int.h"

/* clang-format off */
ROWAN_MODEL(Place, "place",
    (rowan_text,     code, PRIMARY_KEY),
    (rowan_opt_text, name, UNIQUE)
)

ROWAN_MODEL(Everything, "everything",
    (rowan_int64,         id,         PRIMARY_KEY, AUTO),
    (rowan_bool,          flag),
    (rowan_opt_bool,      opt_flag),
    (rowan_int32,         small,      INDEX),
    (rowan_opt_int32,     opt_small),
    (rowan_int64,         big,        UNIQUE),
    (rowan_opt_int64,     opt_big),
    (rowan_double,        real),      // a comment after a column
    (rowan_opt_double,    opt_real),  /* and another one, with commas, in it */
    (rowan_text,          words,      NAME("the words")),
    (rowan_opt_text,      opt_words,  REFERENCES(Place, code), INDEX),
    (rowan_date,          day),
    (rowan_opt_date,      opt_day),
    (rowan_timestamp,     at),
    (rowan_opt_timestamp, opt_at)
)

ROWAN_MODEL(One, "one", (rowan_int32, id, PRIMARY_KEY))

ROWAN_MODEL(Pair, "pair",
    (rowan_int64, left,  PRIMARY_KEY, NAME("l"), REFERENCES(One, id), INDEX),
    (rowan_int64, right, PRIMARY_KEY)
)

#define SIXTEEN(p)                                                              \
    (rowan_bool, p##0), (rowan_bool, p##1), (rowan_bool, p##2), (rowan_bool, p##3), \
    (rowan_bool, p##4), (rowan_bool, p##5), (rowan_bool, p##6), (rowan_bool, p##7), \
    (rowan_bool, p##8), (rowan_bool, p##9), (rowan_bool, p##a), (rowan_bool, p##b), \
    (rowan_bool, p##c), (rowan_bool, p##d), (rowan_bool, p##e)
#define ROWAN_MODEL_OF(...) ROWAN_MODEL(__VA_ARGS__)
ROWAN_MODEL_OF(Widest, "widest", SIXTEEN(a), SIXTEEN(b), SIXTEEN(c), SIXTEEN(d),
    (rowan_int32, x), (rowan_int32, y), (rowan_int32, z), (rowan_int64, id, PRIMARY_KEY))
/* clang-format on */

ROWAN_MODELS(two, "2.0.0", Everything, Place);

/* Declarations. */

static void a_model_describes_its_struct(void **state)
{
    const rowan_model *m = &Everything_model;

    (void)state;
    assert_string_equal(m->name, "Everything");
    assert_string_equal(m->table, "everything");
    assert_int_equal(m->n_columns, 15);
    assert_int_equal(m->row_size, sizeof(Everything));
    assert_string_equal(two.name, "two");
    assert_string_equal(two.version, "2.0.0");
    assert_int_equal(two.n_models, 2);
    assert_ptr_equal(two.list[1], &Place_model);
}

static void columns_have_types_and_places(void **state)
{
    static const struct {
        const char *name;
        rowan_type type;
        bool nullable;
        size_t offset;
        size_t value_offset;
    } expected[] = {
#define PLAIN(ENUM, n) \
    { #n, ROWAN_##ENUM, false, offsetof(Everything, n), offsetof(Everything, n) }
#define OPT(ENUM, n)                                                                   \
    {                                                                                  \
#n, ROWAN_##ENUM, true, offsetof(Everything, n), offsetof(Everything, n.value) \
    }
        PLAIN(INT64, id),
        PLAIN(BOOL, flag),
        OPT(BOOL, opt_flag),
        PLAIN(INT32, small),
        OPT(INT32, opt_small),
        PLAIN(INT64, big),
        OPT(INT64, opt_big),
        PLAIN(DOUBLE, real),
        OPT(DOUBLE, opt_real),
        { "the words", ROWAN_TEXT, false, offsetof(Everything, words),
          offsetof(Everything, words) },
        { "opt_words", ROWAN_TEXT, true, offsetof(Everything, opt_words),
          offsetof(Everything, opt_words) },
        PLAIN(DATE, day),
        OPT(DATE, opt_day),
        PLAIN(TIMESTAMP, at),
        OPT(TIMESTAMP, opt_at),
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const rowan_column *column = &Everything_model.columns[i];

        assert_string_equal(column->name, expected[i].name);
        assert_int_equal(column->type, expected[i].type);
        assert_int_equal(column->nullable, expected[i].nullable);
        assert_int_equal(column->offset, expected[i].offset);
        assert_int_equal(column->value_offset, expected[i].value_offset);
    }
}

static const rowan_column *column_of(const rowan_model *model, const char *name)
{
    const rowan_column *column = rowan_model_column(model, name, strlen(name));

    if (column == NULL)
        fail_msg("%s has no column %s", model->name, name);
    return column;
}

static void columns_have_their_attributes(void **state)
{
    const rowan_column *id = column_of(&Everything_model, "id");
    const rowan_column *small = column_of(&Everything_model, "small");
    const rowan_column *big = column_of(&Everything_model, "big");
    const rowan_column *words = column_of(&Everything_model, "opt_words");
    const rowan_column *left = column_of(&Pair_model, "l");

    (void)state;
    assert_true(id->primary_key && id->automatic && !id->unique && !id->indexed);
    assert_true(small->indexed && !small->primary_key && !small->automatic);
    assert_true(big->unique && !big->indexed);
    assert_ptr_equal(words->references, &Place_model);
    assert_int_equal(words->references_index, 0);
    assert_true(words->indexed);
    assert_null(id->references);
    assert_true(left->primary_key && left->indexed);
    assert_ptr_equal(left->references, &One_model);
}

static void up_to_64_columns(void **state)
{
    (void)state;
    assert_int_equal(Widest_model.n_columns, 64);
    assert_string_equal(Widest_model.columns[0].name, "a0");
    assert_string_equal(Widest_model.columns[63].name, "id");
    assert_true(Widest_model.columns[63].primary_key);
    assert_int_equal(One_model.n_columns, 1);
}

/* Reflection. */

static void columns_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(rowan_model_column(&Everything_model, "flagpole", 4),
                     &Everything_model.columns[1]);
    assert_null(rowan_model_column(&Everything_model, "flagpole", 8));
    assert_null(
        rowan_model_column(&Everything_model, "words", 5)); /* has another name */
    assert_null(rowan_model_column(&Everything_model, "", 0));
    assert_null(rowan_model_column(&Everything_model, "FLAG", 4));
    assert_null(
        rowan_model_column(&Everything_model, "flag\0and what lies behind it", 26));
}

/* As a row that was read: its memory was something else before. */
static void the_value_of_a_null_is_not_read(void **state)
{
    rowan_value value;
    Everything row;

    (void)state;
    memset(&row, 0xbe, sizeof row);
    row.opt_flag.has = false;
    rowan_column_get(rowan_model_column(&Everything_model, "opt_flag", 8), &row,
                     &value);
    assert_true(value.is_null);
}

static void a_label_is_the_whole_of_it(void **state)
{
    static const char *const words[] = { "good", "bad" };
    const rowan_enum labels = { "Weather", words, 2 };

    (void)state;
    assert_int_equal(rowan_enum_value(&labels, "bad", 3), 1);
    assert_int_equal(rowan_enum_value(&labels, "bad", 2), -1);
    assert_int_equal(rowan_enum_value(&labels, "good!", 5), -1);
    assert_int_equal(rowan_enum_value(&labels, "", 0), -1);
    assert_int_equal(rowan_enum_value(&labels, "good\0and what is behind it", 25), -1);
}

static void a_key_is_one_column_or_none(void **state)
{
    (void)state;
    assert_ptr_equal(rowan_model_key(&Everything_model), &Everything_model.columns[0]);
    assert_ptr_equal(rowan_model_key(&Place_model), &Place_model.columns[0]);
    assert_null(rowan_model_key(&Pair_model));
}

static Everything sample(void)
{
    return (Everything){
        .id = INT64_MAX,
        .flag = true,
        .opt_flag = ROWAN_SOME(rowan_opt_bool, true),
        .small = INT32_MIN,
        .opt_small = ROWAN_SOME(rowan_opt_int32, -7),
        .big = INT64_MIN,
        .opt_big = ROWAN_SOME(rowan_opt_int64, 7),
        .real = -0.1,
        .opt_real = ROWAN_SOME(rowan_opt_double, 1e300),
        .words = rowan_text_of("w\xc3\xb6rds"),
        .opt_words = rowan_opt_text_of(""),
        .day = { 1912, 6, 23 },
        .opt_day = ROWAN_SOME(rowan_opt_date, { 1954, 6, 7 }),
        .at = { 1 },
        .opt_at = ROWAN_SOME(rowan_opt_timestamp, { -1 }),
    };
}

/* Reads every member of one row and sets it in another: the rows are the same. */
static void get_and_set_are_inverse(void **state)
{
    const Everything from = sample();
    Everything to;
    rowan_error err;

    (void)state;
    memset(&to, 0, sizeof to);
    for (size_t i = 0; i < Everything_model.n_columns; i++) {
        const rowan_column *column = &Everything_model.columns[i];
        rowan_value value, back;

        rowan_column_get(column, &from, &value);
        assert_int_equal(value.type, column->type);
        assert_false(value.is_null);
        assert_ok(rowan_column_set(column, &to, &value, &err), &err);
        rowan_column_get(column, &to, &back);
        assert_false(back.is_null);
        if (value.type == ROWAN_TEXT)
            assert_true(rowan_text_equal(value.as.text, back.as.text));
    }
    assert_true(to.flag && to.opt_flag.has && to.opt_flag.value);
    assert_true(to.small == INT32_MIN && to.opt_small.value == -7);
    assert_true(to.big == INT64_MIN && to.opt_big.value == 7 && to.id == INT64_MAX);
    assert_memory_equal(&to.real, &from.real, sizeof from.real);
    assert_int_equal(to.opt_day.value.year, 1954);
    assert_true(to.opt_at.value.unix_us == -1);
    assert_int_equal(to.opt_words.len, 0);
    assert_non_null(to.opt_words.ptr);
}

static void null_is_read_and_set(void **state)
{
    static const rowan_value null = { .is_null = true };
    Everything row = sample();
    rowan_error err;

    (void)state;
    for (size_t i = 0; i < Everything_model.n_columns; i++) {
        const rowan_column *column = &Everything_model.columns[i];
        rowan_value value;

        if (!column->nullable) {
            assert_status(rowan_column_set(column, &row, &null, &err), ROWAN_EINVAL,
                          &err);
            assert_contains(err.message, "cannot be NULL");
            assert_contains(err.message, column->name);
            continue;
        }
        assert_ok(rowan_column_set(column, &row, &null, &err), &err);
        rowan_column_get(column, &row, &value);
        assert_true(value.is_null);
        assert_int_equal(value.type, column->type);
    }
    assert_false(row.opt_flag.has || row.opt_small.has || row.opt_day.has);
    assert_null(row.opt_words.ptr);
}

static bool is_integer(rowan_type type)
{
    return type == ROWAN_INT16 || type == ROWAN_INT32 || type == ROWAN_INT64;
}

static void types_must_fit(void **state)
{
    Everything row = sample();
    rowan_value values[ROWAN_N_TYPES];
    rowan_error err;

    (void)state;
    memset(values, 0, sizeof values);
    values[ROWAN_TEXT].as.text = rowan_text_of("");
    for (int type = 0; type < ROWAN_N_TYPES; type++)
        values[type].type = (rowan_type)type;
    for (size_t i = 0; i < Everything_model.n_columns; i++) {
        const rowan_column *column = &Everything_model.columns[i];
        bool integer = is_integer(column->type);

        for (int type = 0; type < ROWAN_N_TYPES; type++) {
            bool fits =
                (int)column->type == type || (integer && is_integer((rowan_type)type));

            assert_status(rowan_column_set(column, &row, &values[type], &err),
                          fits ? ROWAN_OK : ROWAN_EINVAL, &err);
        }
    }
    assert_status(rowan_column_set(column_of(&Everything_model, "day"), &row,
                                   &values[ROWAN_TEXT], &err),
                  ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "day is date, not text");
}

static void an_int32_takes_no_more_than_it_holds(void **state)
{
    const rowan_column *small = column_of(&Everything_model, "small");
    static const int64_t bad[] = { INT64_C(2147483648), INT64_C(-2147483649), INT64_MAX,
                                   INT64_MIN };
    Everything row = sample();
    rowan_error err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rowan_value value = { .type = ROWAN_INT64, .as.int64 = bad[i] };

        assert_status(rowan_column_set(small, &row, &value, &err), ROWAN_EINVAL, &err);
        assert_string_equal(err.message, "small is out of range for int32");
    }
    assert_int_equal(row.small, INT32_MIN); /* as it was */
}

/* Lists of models, right and wrong. The wrong ones are built by hand. */

static void good_lists_are_good(void **state)
{
    rowan_error err;

    (void)state;
    assert_ok(rowan_models_check(&two, &err), &err);
    assert_ok(rowan_models_check(&(rowan_models){ .name = "none" }, &err), &err);
}

#define COLUMN(n, t, ...)                     \
    {                                         \
        .name = (n), .type = (t), __VA_ARGS__ \
    }
#define MODEL(n, t, c)                             \
    {                                              \
        .name = (n), .table = (t), .columns = (c), \
        .n_columns = sizeof(c) / sizeof(c)[0]      \
    }

static const char *complaint(const rowan_model *first, const rowan_model *second)
{
    const rowan_model *list[] = { first, second };
    rowan_models models = { .name = "pack",
                            .list = list,
                            .n_models = second == NULL ? 1 : 2 };
    rowan_error err;

    assert_status(rowan_models_check(&models, &err), ROWAN_EINVAL, &err);
    return test_printf("%s", err.message);
}

static const rowan_column key[] = { COLUMN("id", ROWAN_INT64, .primary_key = true) };
static const rowan_model keyed = MODEL("Keyed", "keyed", key);

static void mistakes_in_a_model_are_named(void **state)
{
    const rowan_column no_key[] = { COLUMN("a", ROWAN_INT64, ) };
    const rowan_column twice[] = { key[0], COLUMN("id", ROWAN_TEXT, ) };
    const rowan_column null_key[] = { COLUMN("id", ROWAN_INT64, .primary_key = true,
                                             .nullable = true) };
    const rowan_column auto_text[] = { COLUMN("id", ROWAN_TEXT, .primary_key = true,
                                              .automatic = true) };
    const rowan_column auto_other[] = { key[0],
                                        COLUMN("n", ROWAN_INT64, .automatic = true) };
    const rowan_column auto_pair[] = { COLUMN("a", ROWAN_INT64, .primary_key = true,
                                              .automatic = true),
                                       COLUMN("b", ROWAN_INT64, .primary_key = true) };
    const rowan_column version_key[] = { COLUMN("id", ROWAN_INT64, .primary_key = true,
                                                .version = true) };
    const rowan_column version_text[] = { key[0],
                                          COLUMN("v", ROWAN_TEXT, .version = true) };
    const rowan_column versions[] = { key[0], COLUMN("v", ROWAN_INT32, .version = true),
                                      COLUMN("w", ROWAN_INT64, .version = true) };
    const rowan_model version_key_model = MODEL("M", "m", version_key);
    const rowan_model version_text_model = MODEL("M", "m", version_text);
    const rowan_model versions_model = MODEL("M", "m", versions);
    const rowan_model no_key_model = MODEL("M", "m", no_key);
    const rowan_model twice_model = MODEL("M", "m", twice);
    const rowan_model null_key_model = MODEL("M", "m", null_key);
    const rowan_model auto_text_model = MODEL("M", "m", auto_text);
    const rowan_model auto_other_model = MODEL("M", "m", auto_other);
    const rowan_model auto_pair_model = MODEL("M", "m", auto_pair);
    const rowan_model no_table = MODEL("M", "", key);
    const rowan_model same_table = MODEL("M", "keyed", key);

    (void)state;
    assert_string_equal(complaint(&no_key_model, NULL), "model M has no PRIMARY_KEY");
    assert_string_equal(complaint(&twice_model, NULL),
                        "model M has two columns named id");
    assert_string_equal(complaint(&null_key_model, NULL),
                        "M.id: a key cannot be nullable");
    assert_string_equal(complaint(&auto_text_model, NULL),
                        "M.id: AUTO is for a single integer key");
    assert_string_equal(complaint(&auto_other_model, NULL),
                        "M.n: AUTO is for a single integer key");
    assert_string_equal(complaint(&auto_pair_model, NULL),
                        "M.a: AUTO is for a single integer key");
    assert_string_equal(complaint(&version_key_model, NULL),
                        "M.id: VERSION is for one integer that is no key");
    assert_string_equal(complaint(&version_text_model, NULL),
                        "M.v: VERSION is for one integer that is no key");
    assert_string_equal(complaint(&versions_model, NULL),
                        "M.w: VERSION is for one integer that is no key");
    assert_ptr_equal(rowan_model_version(&versions_model), &versions[1]);
    assert_null(rowan_model_version(&no_key_model));
    assert_string_equal(complaint(&no_table, NULL), "model M has no table name");
    assert_string_equal(complaint(&keyed, &same_table),
                        "models Keyed and M both use table keyed");
}

static void mistakes_in_a_reference_are_named(void **state)
{
    const rowan_column target_columns[] = { key[0], COLUMN("plain", ROWAN_INT64, ) };
    const rowan_model target = MODEL("Target", "target", target_columns);
    const rowan_column to_text[] = { key[0],
                                     COLUMN("t", ROWAN_TEXT, .references = &target) };
    const rowan_column to_plain[] = {
        key[0], COLUMN("t", ROWAN_INT64, .references = &target, .references_index = 1)
    };
    const rowan_model to_text_model = MODEL("M", "m", to_text);
    const rowan_model to_plain_model = MODEL("M", "m", to_plain);

    (void)state;
    assert_string_equal(complaint(&to_text_model, NULL),
                        "M.t references Target, which is not in pack");
    assert_string_equal(complaint(&target, &to_text_model),
                        "M.t is text, but Target.id is int64");
    assert_string_equal(complaint(&target, &to_plain_model),
                        "M.t references Target.plain, which is not unique");
}

/* Order. */

static size_t place_of(const rowan_model *model, const rowan_model *const *list,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == model)
            return i;
    }
    fail_msg("%s is not in the list", model->name);
    return n;
}

static void parents_come_first(void **state)
{
    const rowan_model *out[2] = { NULL, NULL };
    rowan_error err;

    (void)state;
    assert_ok(rowan_models_order(&two, out, &err), &err);
    assert_ptr_equal(out[0], &Place_model);
    assert_ptr_equal(out[1], &Everything_model);
}

/* Chains in every order of declaration: each model after the one it references. */
static void chains_are_ordered_from_any_start(void **state)
{
    enum {
        N = 6
    };
    rowan_column columns[N][2];
    rowan_model chain[N];
    const rowan_model *list[N], *out[N];
    rowan_models models = { .name = "chain", .list = list, .n_models = N };
    unsigned seed = 1;

    (void)state;
    memset(columns, 0, sizeof columns);
    for (size_t i = 0; i < N; i++) {
        columns[i][0] = key[0];
        columns[i][1] = (rowan_column){ .name = "next", .type = ROWAN_INT64 };
        columns[i][1].references = &chain[i + 1 < N ? i + 1 : i]; /* the last: itself */
        chain[i] = (rowan_model)MODEL("", "", columns[i]);
        chain[i].name = chain[i].table = test_printf("m%d", (int)i);
    }
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < N; i++)
            list[i] = &chain[i];
        for (size_t i = N - 1; i > 0; i--) {
            size_t j = (seed = seed * 1103515245u + 12345u) / 65536 % (i + 1);
            const rowan_model *other = list[i];

            list[i] = list[j];
            list[j] = other;
        }
        assert_int_equal(rowan_models_order(&models, out, NULL), ROWAN_OK);
        for (size_t i = 0; i + 1 < N; i++)
            assert_true(place_of(&chain[i], out, N) > place_of(&chain[i + 1], out, N));
    }
}

static void a_ring_is_refused(void **state)
{
    rowan_column columns[2][1] = { { key[0] }, { key[0] } };
    rowan_model ring[] = { MODEL("A", "a", columns[0]), MODEL("B", "b", columns[1]) };
    const rowan_model *list[] = { &ring[0], &ring[1], &keyed }, *out[3];
    rowan_models models = { .name = "ring", .list = list, .n_models = 3 };
    rowan_error err;

    (void)state;
    columns[0][0].references = &ring[1];
    columns[1][0].references = &ring[0];
    assert_status(rowan_models_order(&models, out, &err), ROWAN_EINVAL, &err);
    assert_contains(err.message, "form a ring");
}

static void memory_may_be_out(void **state)
{
    const rowan_model *out[2];
    rowan_error err;

    (void)state;
    rowan__alloc_fail_at(1, false);
    assert_status(rowan_models_order(&two, out, &err), ROWAN_ENOMEM, &err);
    rowan__alloc_fail_at(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_describes_its_struct),
        cmocka_unit_test(columns_have_types_and_places),
        cmocka_unit_test(columns_have_their_attributes),
        cmocka_unit_test(up_to_64_columns),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(the_value_of_a_null_is_not_read),
        cmocka_unit_test(a_label_is_the_whole_of_it),
        cmocka_unit_test(a_key_is_one_column_or_none),
        cmocka_unit_test(get_and_set_are_inverse),
        cmocka_unit_test(null_is_read_and_set),
        cmocka_unit_test(types_must_fit),
        cmocka_unit_test(an_int32_takes_no_more_than_it_holds),
        cmocka_unit_test(good_lists_are_good),
        cmocka_unit_test(mistakes_in_a_model_are_named),
        cmocka_unit_test(mistakes_in_a_reference_are_named),
        cmocka_unit_test(parents_come_first),
        cmocka_unit_test(chains_are_ordered_from_any_start),
        cmocka_unit_test(a_ring_is_refused),
        cmocka_unit_test(memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
