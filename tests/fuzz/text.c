/* text.c - fuzzes what is read from text: values (SQLite's dates, times and decimals, CSV,
 * HTTP filters), base64, JSON, and CSV itself. The first byte chooses. */
#include <rowan/csv.h>
#include <rowan/decimal.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was read is written, and read again as the same. */
static void round_trip(const rowan_value *value)
{
    char text[ROWAN_TYPE_TEXT_MAX], again[ROWAN_TYPE_TEXT_MAX];
    rowan_value second;
    size_t len = rowan_value_format(value, text);

    if (len >= sizeof text ||
        rowan_value_parse(value->type, text, len, &second, NULL) != ROWAN_OK ||
        rowan_value_format(&second, again) != len || memcmp(text, again, len) != 0)
        abort();
}

static void read_value(rowan_type type, const char *text, size_t len)
{
    rowan_value value;
    rowan_error err = { 0 };
    unsigned char *to;
    size_t n_bytes = 0;

    if (type == ROWAN_BYTES) {
        to = malloc(len / 4 * 3 + 1);
        if (to == NULL ||
            (rowan_bytes_parse(text, len, to, &n_bytes, &err) == ROWAN_OK &&
             n_bytes > len / 4 * 3))
            abort();
        free(to);
    } else if (rowan_value_parse(type, text, len, &value, &err) != ROWAN_OK) {
        if (err.message[0] == '\0')
            abort();
    } else if (type != ROWAN_TEXT && type != ROWAN_JSON) {
        round_trip(&value);
    }
}

typedef struct csv_source {
    const char *at;
    size_t left, step; /* bytes at a time */
} csv_source;

static long read_source(void *ctx, char *to, size_t size)
{
    csv_source *source = ctx;
    size_t n = source->step < size ? source->step : size;

    if (n > source->left)
        n = source->left;
    if (n > 0)
        memcpy(to, source->at, n);
    source->at += n;
    source->left -= n;
    return (long)n;
}

/* The sum of the fields' bytes: the same, however the bytes come in. */
static size_t read_csv(const char *text, size_t len, size_t step)
{
    csv_source source = { text, len, step };
    const rowan_csv_opts opts = { .max_record = 1000, .max_fields = 50 };
    const rowan_csv_field *fields;
    rowan_csv *csv = NULL;
    size_t n_fields = 0, sum = 0;

    if (rowan_csv_open_fn(read_source, &source, &opts, &csv, NULL) != ROWAN_OK)
        abort();
    while (rowan_csv_next(csv, &fields, &n_fields, NULL) == ROWAN_ROW) {
        for (size_t i = 0; i < n_fields; i++) {
            for (size_t k = 0; k < fields[i].len; k++)
                sum = sum * 31 + (unsigned char)fields[i].ptr[k];
            sum = sum * 31 + fields[i].quoted;
        }
    }
    rowan_csv_close(csv);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes + 1;
    unsigned choice;
    rowan_decimal decimal;

    if (size == 0)
        return 0;
    size--;
    choice = bytes[0] % (ROWAN_N_TYPES + 3u);
    if (choice < ROWAN_N_TYPES && choice != ROWAN_ENUM)
        read_value((rowan_type)choice, text, size);
    else if (choice == ROWAN_N_TYPES)
        (void)!rowan_json_check(text, size, NULL);
    else if (choice == ROWAN_N_TYPES + 1)
        (void)!rowan_decimal_parse(text, size, &decimal, NULL);
    else if (read_csv(text, size, 1) != read_csv(text, size, 4096))
        abort();
    return 0;
}
