/* load_decode.c - headers and records -> rows, and what is said about those that do not
 * fit. */
#include "database.h"

#include <rowan/csv.h>

#include "decode_int.h"

static rowan_arena *arena;
static rowan_error err;
static char *faults; /* "column|value|reason\n" for each; nothing where NULL */

static int set_up(void **state)
{
    (void)state;
    arena = rowan_arena_new(NULL, 0);
    faults = test_printf("%s", "");
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    rowan_arena_free(arena);
    return 0;
}

static void note_fault(void *ctx, const rowan_column *column,
                       const rowan_csv_field *field, const char *reason)
{
    char value[ROWAN__READABLE_SIZE] = "";

    assert_ptr_equal(ctx, &faults);
    if (field != NULL)
        rowan__readable(field->ptr, field->len, value);
    faults = test_printf("%s%s|%s|%s\n", faults, column != NULL ? column->name : "",
                         value, reason);
}

/* Fields of a line that are separated by commas; "\"\"" is the quoted empty one. Each is
 * a piece of memory of its own, so that every overrun is seen. */
static rowan_csv_field *fields_of(const char *line, size_t *n_fields)
{
    rowan_csv_field *fields = test_alloc(128 * sizeof *fields);
    const char *end;

    *n_fields = 0;
    do {
        rowan_csv_field *field = &fields[(*n_fields)++];
        char *text;

        end = strchr(line, ',');
        field->len = end != NULL ? (size_t)(end - line) : strlen(line);
        text = rowan_arena_alloc(arena, field->len);
        assert_non_null(text);
        memcpy(text, line, field->len);
        field->ptr = text;
        field->quoted = field->len == 2 && memcmp(text, "\"\"", 2) == 0;
        if (field->quoted)
            field->len = 0;
        line = end != NULL ? end + 1 : line;
    } while (end != NULL);
    return fields;
}

static rowan_status make_decoder(rowan__decoder *decoder, const rowan_model *model,
                                 const char *header)
{
    size_t n_fields;
    rowan_csv_field *fields = fields_of(header, &n_fields);

    return rowan__decoder_init(decoder, arena, model, fields, n_fields, &err);
}

static rowan_status decode(const rowan__decoder *decoder, const char *line, void *row)
{
    const rowan__fault fault = { note_fault, &faults };
    size_t n_fields;
    rowan_csv_field *fields = fields_of(line, &n_fields);

    memset(row, 0x55, decoder->model->row_size); /* it need not be cleared */
    return rowan__decode(decoder, fields, n_fields, arena, row, &fault);
}

#define SAMPLE_HEADER "id,flag,small,big,real,words,day,at"
#define OPT_HEADER    "opt_flag,opt_small,opt_big,opt_real,opt_words,opt_day,opt_at"

static void a_row_of_each_type(void **state)
{
    rowan__decoder decoder;
    Sample row;

    (void)state;
    assert_ok(make_decoder(&decoder, &Sample_model, SAMPLE_HEADER "," OPT_HEADER),
              &err);
    assert_ok(decode(&decoder,
                     "7,true,-5,9007199254740993,0.1,Grüße,1912-06-23,"
                     "2026-01-02 03:04:05.000006,"
                     "no,2147483647,-9223372036854775808,-1e300,x,0001-01-01,"
                     "2026-01-02T05:04:05+02:00",
                     &row),
              NULL);
    assert_int_equal(row.id, 7);
    assert_true(row.flag);
    assert_int_equal(row.small, -5);
    assert_int_equal(row.big, INT64_C(9007199254740993));
    assert_true(row.real == 0.1);
    assert_string_equal(row.words.ptr, "Grüße");
    assert_int_equal(row.words.len, 7);
    assert_int_equal(row.day.year, 1912);
    assert_int_equal(row.day.month, 6);
    assert_int_equal(row.day.day, 23);
    assert_int_equal(
        row.at.unix_us,
        rowan_timestamp_of((rowan_date){ 2026, 1, 2 }, 3, 4, 5, 6).unix_us);
    assert_true(row.opt_flag.has && !row.opt_flag.value);
    assert_true(row.opt_small.has && row.opt_small.value == INT32_MAX);
    assert_true(row.opt_big.has && row.opt_big.value == INT64_MIN);
    assert_true(row.opt_real.has && row.opt_real.value == -1e300);
    assert_string_equal(row.opt_words.ptr, "x");
    assert_true(row.opt_day.has && row.opt_day.value.year == 1);
    assert_true(row.opt_at.has);
    assert_int_equal(
        row.opt_at.value.unix_us,
        rowan_timestamp_of((rowan_date){ 2026, 1, 2 }, 3, 4, 5, 0).unix_us);
    assert_string_equal(faults, "");
}

static void assert_all_null(const Sample *row)
{
    assert_false(row->opt_flag.has || row->opt_small.has || row->opt_big.has ||
                 row->opt_real.has || row->opt_day.has || row->opt_at.has);
    assert_null(row->opt_words.ptr);
}

static void an_empty_field_is_null_where_it_can_be(void **state)
{
    static const char values[] = "1,f,1,1,1,w,2000-02-29,2000-01-01 00:00:00";
    rowan__decoder decoder;
    Sample row;

    (void)state;
    assert_ok(make_decoder(&decoder, &Sample_model, SAMPLE_HEADER "," OPT_HEADER),
              &err);
    assert_ok(decode(&decoder, test_printf("%s,,,,,,,", values), &row), NULL);
    assert_all_null(&row);
    /* In quotes it is an empty text, and still no number. */
    assert_ok(decode(&decoder,
                     test_printf("%s,\"\",\"\",\"\",\"\",\"\",\"\",\"\"", values),
                     &row),
              NULL);
    assert_non_null(row.opt_words.ptr);
    assert_int_equal(row.opt_words.len, 0);
    row.opt_words.ptr = NULL;
    assert_all_null(&row);
    /* A column that the file lacks. */
    assert_ok(make_decoder(&decoder, &Sample_model, SAMPLE_HEADER), &err);
    assert_ok(decode(&decoder, values, &row), NULL);
    assert_all_null(&row);
}

static void an_empty_field_is_a_fault_where_it_cannot(void **state)
{
    rowan__decoder decoder;
    Sample row;
    Place place;

    (void)state;
    assert_ok(make_decoder(&decoder, &Sample_model, SAMPLE_HEADER), &err);
    assert_status(decode(&decoder, ",,,,,,,", &row), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, "id||is empty\nflag||is empty\nsmall||is empty\n"
                                "big||is empty\nreal||is empty\nday||is empty\n"
                                "at||is empty\n"); /* but not words */
    faults = test_printf("%s", "");
    assert_ok(make_decoder(&decoder, &Place_model, "code,name"), &err);
    assert_status(decode(&decoder, ",n", &place), ROWAN_EINVAL, NULL);
    assert_status(decode(&decoder, "\"\",n", &place), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, "code||is empty\ncode||is empty\n");
    assert_ok(decode(&decoder, "c,", &place), NULL);
    assert_non_null(place.name.ptr);
    assert_int_equal(place.name.len, 0);
}

static void columns_go_by_name(void **state)
{
    rowan__decoder decoder;
    Visit visit;

    (void)state;
    assert_ok(make_decoder(&decoder, &Visit_model, "x,nights,,place,x,select,x"), &err);
    assert_ok(decode(&decoder, "1,2,3,oslo,5,1999,7", &visit), NULL);
    assert_string_equal(visit.place.ptr, "oslo");
    assert_int_equal(visit.year, 1999); /* its column is named "select" */
    assert_int_equal(visit.nights, 2);
}

static void a_header_must_fit(void **state)
{
    rowan__decoder decoder;

    (void)state;
    assert_status(make_decoder(&decoder, &Place_model, "code,inside"), ROWAN_EINVAL,
                  &err);
    assert_string_equal(err.message, "the header lacks name of model Place");
    assert_status(
        make_decoder(&decoder, &Sample_model, "id,flag,Small,big,real, words"),
        ROWAN_EINVAL, &err);
    assert_string_equal(err.message,
                        "the header lacks small, words, day, at of model Sample");
    assert_status(make_decoder(&decoder, &Place_model, "code,name,code"), ROWAN_EINVAL,
                  &err);
    assert_string_equal(err.message, "the header names column code twice");
    assert_status(make_decoder(&decoder, &Place_model, "code,name,\xe9t\xe9"),
                  ROWAN_EINVAL, &err);
    assert_string_equal(err.message, "the header is not UTF-8 text");
}

static void a_ragged_record_is_refused_whole(void **state)
{
    rowan__decoder decoder;
    Place row;

    (void)state;
    assert_ok(make_decoder(&decoder, &Place_model, "code,name"), &err);
    assert_status(decode(&decoder, "a", &row), ROWAN_EINVAL, NULL);
    assert_status(decode(&decoder, "a,b,c", &row), ROWAN_EINVAL, NULL);
    assert_string_equal(faults, "||has 1 field, the header has 2\n"
                                "||has 3 fields, the header has 2\n");
}

static void every_fault_of_a_record_is_reported(void **state)
{
    rowan__decoder decoder;
    Sample row;

    (void)state;
    assert_ok(make_decoder(&decoder, &Sample_model, SAMPLE_HEADER "," OPT_HEADER),
              &err);
    assert_status(
        decode(&decoder,
               " 1,maybe,2147483648,9223372036854775808,1.2.3,\xff,1900-02-29,"
               "yesterday,2,1.5,x,0x10,a\xc3,1912-6-23,24:00",
               &row),
        ROWAN_EINVAL, NULL);
    assert_string_equal(
        faults,
        "id| 1|is not a whole number\n"
        "flag|maybe|is not true or false\n"
        "small|2147483648|is out of range for int32\n"
        "big|9223372036854775808|is out of range for int64\n"
        "real|1.2.3|is not a number, or out of range\n"
        "words|?|is not valid UTF-8 (byte 1)\n"
        "day|1900-02-29|is not a date (YYYY-MM-DD)\n"
        "at|yesterday|is not a timestamp (YYYY-MM-DD HH:MM:SS[.ffffff][zone])\n"
        "opt_flag|2|is not true or false\n"
        "opt_small|1.5|is not a whole number\n"
        "opt_big|x|is not a whole number\n"
        "opt_real|0x10|is not a number, or out of range\n"
        "opt_words|a?|is not valid UTF-8 (byte 2)\n"
        "opt_day|1912-6-23|is not a date (YYYY-MM-DD)\n"
        "opt_at|24:00|is not a timestamp (YYYY-MM-DD HH:MM:SS[.ffffff][zone])\n");
}

static void text_is_checked_at_every_byte(void **state)
{
    rowan__decoder decoder;

    (void)state;
    assert_ok(make_decoder(&decoder, &Place_model, "code,name"), &err);
    for (size_t len = 1; len <= 20; len++) {
        for (size_t at = 0; at < len; at++) {
            static const char bad[] = { '\0', '\x80', '\xff', '\xc3' };
            const rowan__fault fault = { note_fault, &faults };
            char *text = rowan_arena_alloc(arena, len);
            rowan_csv_field fields[2] = { { "c", 1, false }, { text, len, false } };
            Place row;

            assert_non_null(text);
            memset(text, 'x', len);
            assert_ok(rowan__decode(&decoder, fields, 2, arena, &row, &fault), NULL);
            assert_memory_equal(row.name.ptr, text, len);
            assert_int_equal(row.name.ptr[len], '\0');
            assert_ptr_not_equal(row.name.ptr, text); /* a copy */
            for (size_t i = 0; i < sizeof bad; i++) {
                text[at] = bad[i];
                assert_status(rowan__decode(&decoder, fields, 2, arena, &row, &fault),
                              ROWAN_EINVAL, NULL);
            }
        }
    }
    assert_contains(faults, "name|?|holds a NUL byte");
    assert_contains(faults, "name|x?|is not valid UTF-8 (byte 2)");
}

static void a_long_text_is_copied(void **state)
{
    const rowan__fault fault = { note_fault, &faults };
    const size_t len = 10 * 1024 * 1024;
    rowan_csv_field fields[2] = { { "c", 1, false }, { NULL, len, false } };
    rowan_arena *small = rowan_arena_new(NULL, 1024 * 1024);
    rowan__decoder decoder;
    char *text = test_alloc(len);
    Place row;

    (void)state;
    memset(text, 'x', len);
    fields[1].ptr = text;
    assert_ok(make_decoder(&decoder, &Place_model, "code,name"), &err);
    assert_ok(rowan__decode(&decoder, fields, 2, arena, &row, &fault), NULL);
    assert_int_equal(row.name.len, len);
    assert_memory_equal(row.name.ptr, text, len);
    assert_status(rowan__decode(&decoder, fields, 2, small, &row, &fault), ROWAN_ENOMEM,
                  NULL);
    assert_string_equal(faults, "");
    text[len - 1] = '\x80';
    assert_status(rowan__decode(&decoder, fields, 2, arena, &row, &fault), ROWAN_EINVAL,
                  NULL);
    assert_in_range(strlen(faults), 60, 150);
    rowan_arena_free(small);
}

static void assert_readable(const char *text, size_t len, const char *expected)
{
    char out[ROWAN__READABLE_SIZE];
    char *own = rowan_arena_alloc(arena, len); /* without a NUL behind it */

    assert_non_null(own);
    memcpy(own, text, len);
    rowan__readable(own, len, out);
    assert_string_equal(out, expected);
}

static void values_are_shown_on_one_line(void **state)
{
    char text[200];
    char out[ROWAN__READABLE_SIZE];

    (void)state;
    assert_readable("", 0, "");
    assert_readable("Grüße 🙂", 12, "Grüße 🙂");
    assert_readable("a\nb\r\tc\033[31m\x7f", 12, "a b  c?[31m?");
    assert_readable("a\0b", 3, "a?b");
    assert_readable("\xff\xc3", 2, "??");
    assert_readable("\xe2\x82", 2, "??");
    assert_readable("\xc2\x9b"
                    "31m \xc2\xa0",
                    8, "??31m \xc2\xa0"); /* a C1 control */
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? '\xc3' : '\xbc';
    rowan__readable(text, sizeof text, out);
    assert_in_range(strlen(out), ROWAN__READABLE_SIZE - 4, ROWAN__READABLE_SIZE - 1);
    assert_string_equal(out + strlen(out) - 5, "ü...");
    rowan__readable(text + 1, sizeof text - 1, out);
    assert_string_equal(out + strlen(out) - 5, "ü...");
}

static void no_memory_is_no_fault(void **state)
{
    rowan_arena *tiny = rowan_arena_new(NULL, 1);
    const rowan__fault fault = { note_fault, &faults };
    rowan__decoder decoder;
    size_t n_fields;
    Place row;

    (void)state;
    assert_status(rowan__decoder_init(&decoder, tiny, &Place_model,
                                      fields_of("code,name", &n_fields), 2, &err),
                  ROWAN_ENOMEM, &err);
    assert_ok(make_decoder(&decoder, &Place_model, "code,name"), &err);
    assert_status(
        rowan__decode(&decoder, fields_of("a,b", &n_fields), 2, tiny, &row, &fault),
        ROWAN_ENOMEM, NULL);
    assert_string_equal(faults, "");
    rowan_arena_free(tiny);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_of_each_type),
        TEST(an_empty_field_is_null_where_it_can_be),
        TEST(an_empty_field_is_a_fault_where_it_cannot),
        TEST(columns_go_by_name),
        TEST(a_header_must_fit),
        TEST(a_ragged_record_is_refused_whole),
        TEST(every_fault_of_a_record_is_reported),
        TEST(text_is_checked_at_every_byte),
        TEST(a_long_text_is_copied),
        TEST(values_are_shown_on_one_line),
        TEST(no_memory_is_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
