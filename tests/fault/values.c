/* values.c - what needs no database, with each allocation failing in turn. */
#include "fault.h"

#include <unistd.h>

#include <rowan/csv.h>
#include <rowan/decimal.h>
#include <rowan/json.h>
#include <rowan/query.h>

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

static void count_up(void *data)
{
    (*(int *)data)++;
}

static rowan_status use_arena(rowan_arena *arena, int *n_cleanups, rowan_error *err)
{
    rowan_arena *child = rowan_arena_new(arena, 0);
    const char *text;
    int *numbers;
    rowan_status st;

    if (child == NULL || rowan_arena_alloc(child, 100000) == NULL)
        return no_memory(err);
    st = rowan_arena_on_free(child, count_up, n_cleanups);
    if (st != ROWAN_OK)
        return rowan_fail(err, st, "out of memory");
    numbers = rowan_arena_calloc(arena, 10, sizeof *numbers);
    if (numbers == NULL)
        st = no_memory(err);
    else
        fault_expect(numbers[9] == 0);
    text = rowan_arena_strndup(arena, "Ada Lovelace", 3);
    if (text == NULL)
        st = no_memory(err);
    else
        fault_expect(strcmp(text, "Ada") == 0);
    text = rowan_arena_printf(arena, "%0500d", 7);
    if (text == NULL)
        st = no_memory(err);
    else
        fault_expect(strlen(text) == 500 && rowan_arena_used(arena) > 500);
    return st;
}

static rowan_status arenas(test_db *none, rowan_error *err)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    int n_cleanups = 0;
    rowan_status st = arena != NULL ? ROWAN_OK : no_memory(err);

    (void)none;
    if (arena == NULL)
        return st;
    st = use_arena(arena, &n_cleanups, err);
    if (st == ROWAN_OK) {
        rowan_arena_clear(arena);
        fault_expect(n_cleanups == 1);
        st = use_arena(arena, &n_cleanups, err);
    }
    rowan_arena_free(arena);
    return st;
}

/* Functions that take no memory: they do not fail for the lack of it. */
static rowan_status plain_values(test_db *none, rowan_error *err)
{
    char text[ROWAN_DECIMAL_TEXT_MAX], words[ROWAN_TYPE_TEXT_MAX];
    rowan_decimal sum, product, difference, again;
    rowan_value value;
    rowan_uuid uuid;
    unsigned char bytes[3];
    size_t n_bytes;
    int64_t deadline = rowan_clock_ms();
    rowan_date day = { 1912, 6, 23 };
    rowan_status st = rowan_decimal_parse("1.50", 4, &sum, err);

    (void)none;
    if (st == ROWAN_OK)
        st = rowan_decimal_add(sum, rowan_decimal_of(25, 1), &sum, err);
    if (st == ROWAN_OK)
        st = rowan_decimal_sub(sum, rowan_decimal_of(2, 0), &difference, err);
    if (st == ROWAN_OK)
        st = rowan_decimal_mul(difference, difference, &product, err);
    if (st == ROWAN_OK)
        st = rowan_decimal_rescale(rowan_decimal_round(product, 3), 6, &again, err);
    if (st == ROWAN_OK)
        st = rowan_uuid_new(&uuid, err);
    if (st == ROWAN_OK)
        st = rowan_json_check("[1]", 3, err);
    if (st == ROWAN_OK)
        st = rowan_value_parse(ROWAN_DATE, "1912-06-23", 10, &value, err);
    if (st == ROWAN_OK)
        st = rowan_bytes_parse("YWJj", 4, bytes, &n_bytes, err);
    if (st != ROWAN_OK)
        return st;
    fault_expect(rowan_decimal_format(again, text) == 8 &&
                 strcmp(text, "4.000000") == 0);
    fault_expect(rowan_decimal_compare(again, product) == 0);
    fault_expect(rowan_decimal_to_double(again) > 3.9);
    fault_expect(rowan_value_format(&value, words) == 10);
    fault_expect(n_bytes == 3 && rowan_bytes_format(bytes, 3, words) == 4);
    fault_expect(rowan_date_is_valid(day));
    fault_expect(rowan_date_from_days(rowan_date_to_days(day)).day == 23);
    fault_expect(rowan_timestamp_of(day, 0, 0, 0, 1).unix_us % 10 != 0);
    fault_expect(rowan_time_of(0, 0, 1, 0).us == 1000000);
    fault_expect(rowan_text_equal(rowan_text_of("a"), rowan_text_of("a")));
    fault_expect(rowan_opt_text_of(NULL).ptr == NULL);
    fault_expect(rowan_json_of("1").len == 1 && rowan_bytes_of("a", 1).len == 1);
    fault_expect(strcmp(rowan_type_name(ROWAN_DATE), "date") == 0);
    fault_expect(strcmp(rowan_status_name(ROWAN_OK), "ROWAN_OK") == 0);
    fault_expect(rowan_wait(NULL, -1, 0, 0) == 0 && rowan_clock_left(deadline) == 0);
    fault_expect(rowan_value_int64(1).as.int64 + rowan_value_bool(true).as.int64 == 2);
    fault_expect(rowan_value_double(1.5).as.real > rowan_value_int64(1).as.real);
    fault_expect(rowan_value_null(ROWAN_TEXT).is_null);
    fault_expect(rowan_value_text(rowan_text_of("ab")).as.text.len == 2 &&
                 rowan_value_str("ab").as.text.len == 2 &&
                 rowan_value_json(rowan_json_of("12")).as.text.len == 2 &&
                 rowan_value_bytes(rowan_bytes_of("ab", 2)).as.bytes.len == 2);
    fault_expect(rowan_value_decimal(sum).as.decimal.low == sum.low);
    fault_expect(rowan_value_date(day).as.date.day == 23 &&
                 rowan_value_time(rowan_time_of(0, 0, 1, 0)).as.time.us == 1000000 &&
                 rowan_value_timestamp((rowan_timestamp){ 7 }).as.timestamp.unix_us ==
                     7 &&
                 rowan_value_uuid(uuid).type == ROWAN_UUID);
    rowan_error_prefix(NULL, "nothing: ");
    return ROWAN_OK;
}

static rowan_status reflection(test_db *none, rowan_error *err)
{
    const rowan_column *mood = rowan_model_column(&More_model, "mood", 4);
    const rowan_column *blob = rowan_model_column(&More_model, "blob", 4);
    const rowan_model *order[4];
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    More more = test_more();
    rowan_value value;
    rowan_status st = arena != NULL ? ROWAN_OK : no_memory(err);

    (void)none;
    fault_expect(rowan_model_key(&Place_model)->primary_key);
    fault_expect(rowan_model_schema(&Place_model) == NULL);
    fault_expect(rowan_model_comment(&Place_model) == NULL);
    fault_expect(rowan_enum_value(mood->labels, "good", 4) == MOOD_GOOD);
    fault_expect(strcmp(rowan_enum_label(mood->labels, MOOD_GOOD), "good") == 0);
    fault_expect(rowan_column_declared(mood) == mood);
    if (st == ROWAN_OK)
        st = rowan_models_check(&test_models, err);
    if (st == ROWAN_OK)
        st = rowan_models_order(&test_models, order, err);
    if (st == ROWAN_OK)
        st = rowan_column_parse(blob, arena, "YWJj", 4, &value, err);
    if (st == ROWAN_OK)
        st = rowan_column_check(blob, &value, err);
    if (st == ROWAN_OK)
        st = rowan_column_set(blob, &more, &value, err);
    if (st == ROWAN_OK) {
        rowan_column_get(blob, &more, &value);
        fault_expect(value.as.bytes.len == 3);
    }
    rowan_arena_free(arena);
    return st;
}

static long read_text(void *ctx, char *to, size_t size)
{
    const char **text = ctx;
    size_t len = strlen(*text);

    len = len > size ? size : len;
    memcpy(to, *text, len);
    *text += len;
    return (long)len;
}

/* A record and the end. */
static rowan_status read_records(rowan_csv *csv, size_t n_records, rowan_error *err)
{
    const rowan_csv_field *fields = NULL;
    size_t n_fields = 0, n = 0;
    rowan_status st;

    while ((st = rowan_csv_next(csv, &fields, &n_fields, err)) == ROWAN_ROW) {
        fault_expect(n_fields == 2 && fields[1].len > 0);
        n++;
    }
    if (st == ROWAN_OK)
        fault_expect(n == n_records && rowan_csv_line(csv) > 0 &&
                     rowan_csv_offset(csv) > 0);
    return st;
}

static rowan_status csv(test_db *none, rowan_error *err)
{
    static const char *path;
    const char *text = "a,b\n1,\"quoted \"\"twice\"\"\"\n";
    rowan_csv *file = NULL, *function = NULL;
    rowan_status st;

    (void)none;
    if (path == NULL) {
        char *many = test_alloc(200001);

        memset(many, 'x', 200000);
        memcpy(many, "a,", 2);
        path = test_printf("%s/fault.csv", test_dir());
        test_write_text(path, many); /* a record that its buffers must grow for */
    }
    st = rowan_csv_open_fn(read_text, &text, NULL, &function, err);
    if (st == ROWAN_OK)
        st = read_records(function, 2, err);
    if (st == ROWAN_OK)
        st = rowan_csv_open(path, NULL, &file, err);
    if (st == ROWAN_OK) {
        fault_expect(rowan_csv_size(file) == 200000);
        st = read_records(file, 1, err);
    }
    rowan_csv_close(file);
    rowan_csv_close(function);
    return st;
}

static rowan_status json(test_db *none, rowan_error *err)
{
    rowan_json_writer json = { 0 };
    Sample samples[2] = { test_sample(), test_sample() };
    rowan_value value = { .type = ROWAN_INT64, .as.int64 = 1 };

    (void)none;
    for (int i = 0; i < 2; i++) {
        rowan_json_clear(&json);
        rowan_json_raw(&json, "[", 1);
        rowan_json_string(&json, "a\n\xff", 3);
        rowan_json_raw(&json, ",", 1);
        rowan_json_value(&json, &value);
        rowan_json_raw(&json, ",", 1);
        rowan_json_row(&json, &Sample_model, &samples[0]);
        rowan_json_raw(&json, ",", 1);
        rowan_json_rows(&json, &Sample_model, samples, 2);
        rowan_json_raw(&json, "]", 1);
        if (json.failed)
            break;
        fault_expect(rowan_json_check(json.ptr, json.len, err) == ROWAN_OK);
    }
    if (json.failed) {
        rowan_json_done(&json);
        return no_memory(err);
    }
    rowan_json_done(&json);
    return ROWAN_OK;
}

#define SCENARIO(name)            \
    {                             \
#name, name, false, false \
    }

int main(void)
{
    static const fault_scenario scenarios[] = {
        SCENARIO(arenas), SCENARIO(plain_values), SCENARIO(reflection),
        SCENARIO(csv),    SCENARIO(json),
    };

    return fault_in_memory(&(fault_suite){
        "values", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
