/* codec_csv.c - the CSV reader: the format, cuts at every byte, ceilings, files. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include <rowan/csv.h>

#include "alloc_int.h"
#include "buf_int.h"

/* A source that gives its bytes in pieces. */
struct source {
    const char *bytes;
    size_t len;
    size_t at;
    size_t first; /* bytes of the first piece; 0: as the others */
    size_t piece; /* bytes of each other; 0: as many as are wanted */
    bool fails;   /* at the end, with EIO */
};

static long give(void *ctx, char *to, size_t size)
{
    struct source *source = ctx;
    size_t n = source->at == 0 && source->first > 0 ? source->first : source->piece;

    if (n == 0 || n > size)
        n = size;
    if (n > source->len - source->at)
        n = source->len - source->at;
    if (n == 0 && source->fails) {
        errno = EIO;
        return -1;
    }
    memcpy(to, source->bytes + source->at, n);
    source->at += n;
    return (long)n;
}

/* What a reader makes of a source, as text: a line for each record, "1:[a]{b}" with its
 * line number and {} around quoted fields; then how it ended. */
static void read_all(rowan_csv *csv, rowan__buf *out)
{
    const rowan_csv_field *fields;
    size_t n_fields;
    rowan_error err;
    rowan_status st;

    rowan__buf_clear(out);
    while ((st = rowan_csv_next(csv, &fields, &n_fields, &err)) == ROWAN_ROW) {
        rowan__buf_printf(out, "%d:", (int)rowan_csv_line(csv));
        for (size_t i = 0; i < n_fields; i++) {
            rowan__buf_char(out, fields[i].quoted ? '{' : '[');
            rowan__buf_add(out, fields[i].ptr, fields[i].len);
            rowan__buf_char(out, fields[i].quoted ? '}' : ']');
        }
        rowan__buf_char(out, '\n');
    }
    if (st != ROWAN_DONE)
        rowan__buf_printf(out, "%d:%s", (int)rowan_csv_line(csv), err.message);
    assert_int_equal(rowan_csv_next(csv, &fields, &n_fields, &err),
                     st); /* it stays so */
}

static void read_source(struct source source, const rowan_csv_opts *opts,
                        rowan__buf *out)
{
    rowan_csv *csv = NULL;
    rowan_error err;

    assert_ok(rowan_csv_open_fn(give, &source, opts, &csv, &err), &err);
    read_all(csv, out);
    rowan_csv_close(csv);
}

static void assert_reads(struct source source, const char *expected, size_t len)
{
    rowan__buf out;

    rowan__buf_init(&out, 0);
    read_source(source, NULL, &out);
    if (out.len != len || memcmp(out.ptr != NULL ? out.ptr : "", expected, len) != 0) {
        print_error(
            "input: \"%.*s\" first %zu piece %zu\nread: \"%s\"\nexpected: \"%s\"\n",
            (int)source.len, source.bytes, source.first, source.piece,
            out.ptr != NULL ? out.ptr : "", expected);
        fail();
    }
    rowan__buf_done(&out);
}

/* Whole, in pieces of each small size, and cut in two at each byte. */
static void assert_reads_in_pieces(const char *bytes, size_t len, const char *expected,
                                   size_t expected_len)
{
    for (size_t piece = 0; piece <= 9; piece++)
        assert_reads((struct source){ .bytes = bytes, .len = len, .piece = piece },
                     expected, expected_len);
    for (size_t first = 1; first < len; first++)
        assert_reads((struct source){ .bytes = bytes, .len = len, .first = first },
                     expected, expected_len);
}

#define BOM "\xef\xbb\xbf"

static const struct {
    const char *input;
    const char *expected;
} cases[] = {
    { "", "" },
    { "\n", "" },
    { "\r\n\n\r", "" },
    { "a", "1:[a]\n" },
    { "a\n", "1:[a]\n" },
    { "a,b\nc,d\n", "1:[a][b]\n2:[c][d]\n" },
    { "a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n" },
    { "a,b\rc,d\r", "1:[a][b]\n2:[c][d]\n" },
    { "a\rb\nc\r\nd", "1:[a]\n2:[b]\n3:[c]\n4:[d]\n" },
    { ",", "1:[][]\n" },
    { ",\n,,\n", "1:[][]\n2:[][][]\n" },
    { "a,", "1:[a][]\n" },
    { "a\n\n\nb\n", "1:[a]\n4:[b]\n" },
    { "\r\n\r\na\r\n", "3:[a]\n" },
    { " a , b ", "1:[ a ][ b ]\n" },
    { "\"\"", "1:{}\n" },
    { "\"\",\n", "1:{}[]\n" },
    { "\"a\",b\n", "1:{a}[b]\n" },
    { "\"a,b\",\"c\"", "1:{a,b}{c}\n" },
    { "\"a\"\"b\"", "1:{a\"b}\n" },
    { "\"\"\"\"", "1:{\"}\n" },
    { "\"\"\"a\"\"\",\"\"\"\"\"\"\n", "1:{\"a\"}{\"\"}\n" },
    { "\"x\"\"y\"\"z\",\"p\"\"\"\n", "1:{x\"y\"z}{p\"}\n" },
    { "\"a\nb\"\nc\n", "1:{a\nb}\n3:[c]\n" },
    { "\"a\r\nb\r\nc\"\r\nd\r\n", "1:{a\r\nb\r\nc}\n4:[d]\n" },
    { "\"a\rb\r\n\n\"\rd\r", "1:{a\rb\r\n\n}\n5:[d]\n" },
    { "abcdefgh,ijklmnop\nqrstuvwx,y", "1:[abcdefgh][ijklmnop]\n2:[qrstuvwx][y]\n" },
    { BOM, "" },
    { BOM "a\n", "1:[a]\n" },
    { BOM "\"a\"\n", "1:{a}\n" },
    { BOM BOM "a\n", "1:[" BOM "a]\n" },
    { "\xef\xbb,\n", "1:[\xef\xbb][]\n" },
    { "a\n" BOM "b\n", "1:[a]\n2:[" BOM "b]\n" },
    { "\xff\xfe\xc3", "1:[\xff\xfe\xc3]\n" },
    { "a'b;c\td", "1:[a'b;c\td]\n" },
    { "a\"b", "1:has a quote inside an unquoted field" },
    { "a\nb,c\"\n", "1:[a]\n2:has a quote inside an unquoted field" },
    { "\"a\"b", "1:has text behind a closing quote" },
    { "\"a\" ,b", "1:has text behind a closing quote" },
    { "x\n\"a\n\nb\"c\n", "1:[x]\n4:has text behind a closing quote" },
    { "\"a", "1:has a quoted field that is not closed" },
    { "a\n\"", "1:[a]\n2:has a quoted field that is not closed" },
    { "a\n\"b\n\",\"c\nd\n", "1:[a]\n3:has a quoted field that is not closed" },
    { "\"a\"\"", "1:has a quoted field that is not closed" },
};

static void the_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_reads_in_pieces(cases[i].input, strlen(cases[i].input),
                               cases[i].expected, strlen(cases[i].expected));
}

static void nul_bytes_are_bytes(void **state)
{
    static const char input[] = "a\0b,\"\0\"\n\0\n";
    static const char expected[] = "1:[a\0b]{\0}\n2:[\0]\n";

    (void)state;
    assert_reads_in_pieces(input, sizeof input - 1, expected, sizeof expected - 1);
}

/* A second reader, as plain as can be: a state for each byte. */
struct oracle {
    rowan__buf *out;
    rowan__buf field;
    rowan__buf record;
    int line;       /* of the byte at hand */
    int start_line; /* of the record */
    int quote_line; /* of the field's opening quote */
    enum {
        START,
        BARE,
        QUOTED,
        CLOSED
    } state;
    bool in_record;
};

static void end_field(struct oracle *o)
{
    bool quoted = o->state == CLOSED;

    rowan__buf_char(&o->record, quoted ? '{' : '[');
    rowan__buf_add(&o->record, o->field.ptr != NULL ? o->field.ptr : "", o->field.len);
    rowan__buf_char(&o->record, quoted ? '}' : ']');
    rowan__buf_clear(&o->field);
    o->state = START;
}

static void end_record(struct oracle *o)
{
    if (!o->in_record)
        return;
    end_field(o);
    rowan__buf_printf(o->out, "%d:", o->start_line);
    rowan__buf_add(o->out, o->record.ptr, o->record.len);
    rowan__buf_char(o->out, '\n');
    rowan__buf_clear(&o->record);
    o->in_record = false;
}

/* One byte; false if it may not stand there. */
static bool take(struct oracle *o, char c)
{
    bool ends_line = c == '\n' || c == '\r';

    if (o->state == QUOTED) {
        if (c == '"')
            o->state = CLOSED;
        else
            rowan__buf_char(&o->field, c);
    } else if (ends_line) {
        end_record(o);
    } else {
        if (!o->in_record)
            o->start_line = o->line;
        o->in_record = true;
        if (c == ',') {
            end_field(o);
        } else if (c == '"' && o->state == CLOSED) {
            rowan__buf_char(&o->field, c);
            o->state = QUOTED;
        } else if (c == '"' && o->state == START) {
            o->quote_line = o->line;
            o->state = QUOTED;
        } else if (c == '"' || o->state == CLOSED) {
            rowan__buf_printf(o->out, "%d:%s", o->line,
                              c == '"' && o->state == BARE
                                  ? "has a quote inside an unquoted field"
                                  : "has text behind a closing quote");
            return false;
        } else {
            rowan__buf_char(&o->field, c);
            o->state = BARE;
        }
    }
    return true;
}

static void ask_oracle(const char *bytes, size_t len, rowan__buf *out)
{
    struct oracle o = { .out = out, .line = 1, .state = START };
    bool fine = true;

    rowan__buf_clear(out);
    rowan__buf_init(&o.field, 0);
    rowan__buf_init(&o.record, 0);
    for (size_t i = 0; i < len && fine; i++) {
        fine = take(&o, bytes[i]);
        if (bytes[i] == '\r' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')))
            o.line++;
    }
    if (fine && o.state == QUOTED)
        rowan__buf_printf(out, "%d:has a quoted field that is not closed",
                          o.quote_line);
    else if (fine)
        end_record(&o);
    rowan__buf_done(&o.field);
    rowan__buf_done(&o.record);
}

static uint64_t random_state = 20260101;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % n);
}

static void agrees_with_the_oracle(void **state)
{
    static const char alphabet[] = "aab\"\"\"\",,\n\r\r\n\xc3";
    char input[64];
    rowan__buf expected;

    (void)state;
    rowan__buf_init(&expected, 0);
    for (int round = 0; round < 30000; round++) {
        struct source source = { .bytes = input, .len = random_below(sizeof input) };

        for (size_t i = 0; i < source.len; i++)
            input[i] = alphabet[random_below(sizeof alphabet)]; /* and NUL */
        source.first = random_below(source.len + 1);
        source.piece = random_below(8);
        ask_oracle(input, source.len, &expected);
        assert_reads(source, expected.ptr != NULL ? expected.ptr : "", expected.len);
    }
    rowan__buf_done(&expected);
}

/* Writes a field as RFC 4180 wants it. */
static void write_field(rowan__buf *csv, const char *text, size_t len)
{
    rowan__buf_char(csv, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            rowan__buf_char(csv, '"');
        rowan__buf_char(csv, text[i]);
    }
    rowan__buf_char(csv, '"');
}

static void any_text_comes_back(void **state)
{
    static const char alphabet[] = "ab\",\n\r x";
    rowan__buf csv, expected;

    (void)state;
    rowan__buf_init(&csv, 0);
    rowan__buf_init(&expected, 0);
    rowan__buf_str(&expected, "1:");
    for (int field = 0; field < 4000; field++) { /* more than a buffer in one record */
        char text[256];
        size_t len = random_below(sizeof text);

        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[random_below(sizeof alphabet - 1)];
        if (field > 0)
            rowan__buf_char(&csv, ',');
        write_field(&csv, text, len);
        rowan__buf_char(&expected, '{');
        rowan__buf_add(&expected, text, len);
        rowan__buf_char(&expected, '}');
    }
    rowan__buf_char(&expected, '\n');
    assert_true(rowan__buf_ok(&csv) && rowan__buf_ok(&expected));
    for (size_t piece = 0; piece < 5000; piece = piece * 7 + 1)
        assert_reads(
            (struct source){ .bytes = csv.ptr, .len = csv.len, .piece = piece },
            expected.ptr, expected.len);
    rowan__buf_done(&csv);
    rowan__buf_done(&expected);
}

static void records_cross_every_buffer_end(void **state)
{
    rowan__buf csv, expected;

    (void)state;
    rowan__buf_init(&csv, 0);
    rowan__buf_init(&expected, 0);
    for (int i = 1; csv.len < 1024 * 1024; i++) {
        rowan__buf_printf(&csv, "%d,\"q\"\"%d\",%*s\r\n", i, i, i % 61, "x");
        rowan__buf_printf(&expected, "%d:[%d]{q\"%d}[%*s]\n", i, i, i, i % 61, "x");
    }
    assert_reads((struct source){ .bytes = csv.ptr, .len = csv.len }, expected.ptr,
                 expected.len);
    rowan__buf_done(&csv);
    rowan__buf_done(&expected);
}

/* A record of one field of `len` bytes, as text of the file and as read. */
static void write_long(size_t len, bool quoted, rowan__buf *csv, rowan__buf *expected)
{
    char *text = test_alloc(len + 1);

    for (size_t i = 0; i < len; i++)
        text[i] = quoted && i % 1000 == 999 ? "\"\n,"[i / 1000 % 3] : 'x';
    rowan__buf_str(csv, "1,");
    if (quoted)
        write_field(csv, text, len);
    else
        rowan__buf_add(csv, text, len);
    rowan__buf_str(csv, "\n2,b\n");
    rowan__buf_printf(expected, "1:[1]%c", quoted ? '{' : '[');
    rowan__buf_add(expected, text, len);
    rowan__buf_printf(expected, "%c\n%d:[2][b]\n", quoted ? '}' : ']',
                      quoted ? (int)((len + 1000) / 3000) + 2 : 2);
}

static void a_field_of_ten_megabytes(void **state)
{
    (void)state;
    for (int quoted = 0; quoted < 2; quoted++) {
        rowan__buf csv, expected;

        rowan__buf_init(&csv, 0);
        rowan__buf_init(&expected, 0);
        write_long(10 * 1024 * 1024, quoted, &csv, &expected);
        assert_reads((struct source){ .bytes = csv.ptr, .len = csv.len }, expected.ptr,
                     expected.len);
        assert_reads((struct source){ .bytes = csv.ptr, .len = csv.len, .piece = 999 },
                     expected.ptr, expected.len);
        rowan__buf_done(&csv);
        rowan__buf_done(&expected);
    }
}

static void assert_reads_with(const rowan_csv_opts *opts, struct source source,
                              const char *expected)
{
    rowan__buf out;

    rowan__buf_init(&out, 0);
    read_source(source, opts, &out);
    assert_string_equal(out.ptr != NULL ? out.ptr : "", expected);
    rowan__buf_done(&out);
}

static void a_record_has_a_ceiling(void **state)
{
    const rowan_csv_opts opts = { .max_record = 8 };
    const rowan_csv_opts large = { .max_record = SIZE_MAX, .max_fields = SIZE_MAX };

    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        assert_reads_with(&opts,
                          (struct source){ "a,b\n12,45678\nc\n", 15, .piece = piece },
                          "1:[a][b]\n2:[12][45678]\n3:[c]\n");
        assert_reads_with(&opts,
                          (struct source){ "a\r\n123,56789\nc\n", 15, .piece = piece },
                          "1:[a]\n2:is longer than 8 bytes");
        assert_reads_with(&opts,
                          (struct source){ "a\n\"12\n45\n\"\n", 11, .piece = piece },
                          "1:[a]\n2:{12\n45\n}\n");
        assert_reads_with(
            &opts,
            (struct source){ "a\n\"12\n4567\n89\n01234567\n", 23, .piece = piece },
            "1:[a]\n2:is longer than 8 bytes (is a quote not closed?)");
        assert_reads_with(&large, (struct source){ "a\nb\n", 4, .piece = piece },
                          "1:[a]\n2:[b]\n");
    }
}

static void a_ceiling_far_above_the_buffer_holds(void **state)
{
    enum {
        MAX = 1000 * 1000
    };
    const rowan_csv_opts opts = { .max_record = MAX };

    (void)state;
    for (int over = 0; over < 2; over++) {
        char *text = test_alloc(MAX + 3);
        struct source source = { text, (size_t)(MAX + over + 1), 0, 0, 0, false };
        const rowan_csv_field *fields;
        rowan_csv *csv = NULL;
        rowan_error err;
        size_t n_fields;

        memset(text, 'x', MAX + 1);
        text[MAX + over] = '\n';
        assert_ok(rowan_csv_open_fn(give, &source, &opts, &csv, &err), &err);
        assert_status(rowan_csv_next(csv, &fields, &n_fields, &err),
                      over ? ROWAN_EINVAL : ROWAN_ROW, &err);
        if (!over)
            assert_int_equal(fields[0].len, MAX);
        rowan_csv_close(csv);
    }
}

static void fields_have_a_ceiling(void **state)
{
    const rowan_csv_opts opts = { .max_fields = 3 };
    rowan__buf csv, expected;

    (void)state;
    assert_reads_with(&opts, (struct source){ "a,b,c\n1,2,3,4\n", 14, 0, 0, 0, false },
                      "1:[a][b][c]\n2:has more than 3 fields");
    rowan__buf_init(&csv, 0);
    rowan__buf_init(&expected, 0);
    rowan__buf_str(&expected, "1:[]");
    for (int i = 1; i < 4096; i++) {
        rowan__buf_char(&csv, ',');
        rowan__buf_str(&expected, "[]");
    }
    rowan__buf_str(&expected, "\n");
    assert_reads((struct source){ .bytes = csv.ptr, .len = csv.len }, expected.ptr,
                 expected.len);
    rowan__buf_char(&csv, ',');
    assert_reads((struct source){ .bytes = csv.ptr, .len = csv.len },
                 "1:has more than 4096 fields", 27);
    rowan__buf_done(&csv);
    rowan__buf_done(&expected);
}

static void a_source_that_fails_is_not_its_end(void **state)
{
    const rowan_csv_field *fields;
    rowan_error err;
    size_t n_fields;

    (void)state;
    for (size_t len = 0; len <= 6; len++) {
        struct source source = { .bytes = "a\n\"b\",", .len = len, .fails = true };
        rowan_csv *csv = NULL;
        rowan_status st;

        assert_ok(rowan_csv_open_fn(give, &source, NULL, &csv, &err), &err);
        while ((st = rowan_csv_next(csv, &fields, &n_fields, &err)) == ROWAN_ROW)
            continue;
        assert_status(st, ROWAN_EIO, &err);
        assert_string_equal(err.message, "cannot be read: Input/output error");
        assert_int_equal(err.vendor_code, EIO);
        assert_status(rowan_csv_next(csv, &fields, &n_fields, &err), ROWAN_EIO, &err);
        rowan_csv_close(csv);
    }
}

/* Files. */

static const char *file_of(const char *text)
{
    const char *path = test_printf("%s/a.csv", test_dir());

    test_write_text(path, text);
    return path;
}

static void a_file_is_read(void **state)
{
    const char *path = file_of(BOM "id,name\r\n1,Ada\r\n");
    size_t n_fds = test_count_fds();
    rowan_csv *csv = NULL;
    rowan__buf out;
    rowan_error err;

    (void)state;
    rowan__buf_init(&out, 0);
    assert_ok(rowan_csv_open(path, NULL, &csv, &err), &err);
    assert_int_equal(rowan_csv_size(csv), 19);
    read_all(csv, &out);
    assert_string_equal(out.ptr, "1:[id][name]\n2:[1][Ada]\n");
    assert_int_equal(rowan_csv_offset(csv), 19);
    rowan_csv_close(csv);
    rowan_csv_close(NULL);
    rowan__buf_done(&out);
    assert_int_equal(test_count_fds(), n_fds);
}

static void what_is_no_file_is_refused(void **state)
{
    const char *dir = test_dir();
    size_t n_fds = test_count_fds();
    rowan_csv *csv = NULL;
    rowan_error err;

    (void)state;
    assert_status(rowan_csv_open(dir, NULL, &csv, &err), ROWAN_EIO, &err);
    assert_contains(err.message, "is a folder, not a file");
    assert_status(rowan_csv_open(test_printf("%s/none.csv", dir), NULL, &csv, &err),
                  ROWAN_ENOTFOUND, &err);
    assert_contains(err.message, "none.csv: No such file or directory");
    assert_status(rowan_csv_open("", NULL, &csv, &err), ROWAN_ENOTFOUND, &err);
    assert_null(csv);
    assert_int_equal(test_count_fds(), n_fds);
}

/* Opens a file of two records and reads the first. */
static rowan_csv *open_and_read_one(const char *path)
{
    const rowan_csv_field *fields;
    rowan_csv *csv = NULL;
    rowan_error err;
    size_t n_fields;

    assert_ok(rowan_csv_open(path, NULL, &csv, &err), &err);
    assert_status(rowan_csv_next(csv, &fields, &n_fields, &err), ROWAN_ROW, &err);
    return csv;
}

static void a_file_that_is_written_to_is_refused(void **state)
{
    const char *path = file_of("a\nb\n");
    rowan_csv *csv = open_and_read_one(path);
    const rowan_csv_field *fields;
    rowan_error err;
    size_t n_fields;
    rowan_status st;

    (void)state;
    test_write_text(path, "a\nb\nc\n");
    while ((st = rowan_csv_next(csv, &fields, &n_fields, &err)) == ROWAN_ROW)
        continue;
    assert_status(st, ROWAN_EIO, &err);
    assert_string_equal(err.message, "was changed while it was read");
    rowan_csv_close(csv);
}

static void a_file_that_is_replaced_is_read_as_it_was(void **state)
{
    const char *path = file_of("a\nb\n");
    const char *other = file_of("other\n");
    rowan_csv *csv = open_and_read_one(path);
    rowan__buf out;

    (void)state;
    assert_int_equal(rename(other, path), 0);
    rowan__buf_init(&out, 0);
    read_all(csv, &out);
    assert_string_equal(out.ptr, "2:[b]\n");
    rowan__buf_done(&out);
    rowan_csv_close(csv);
}

static void a_pipe_is_read(void **state)
{
    rowan_csv *csv = NULL;
    rowan__buf out;
    rowan_error err;
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "a\nb\n", 4), 4);
    close(fds[1]);
    rowan__buf_init(&out, 0);
    assert_ok(rowan_csv_open(test_printf("/dev/fd/%d", fds[0]), NULL, &csv, &err),
              &err);
    assert_int_equal(rowan_csv_size(csv), 0);
    read_all(csv, &out);
    assert_string_equal(out.ptr, "1:[a]\n2:[b]\n");
    rowan_csv_close(csv);
    rowan__buf_done(&out);
    close(fds[0]);
}

/* Each allocation in turn fails: a clean status, and nothing lost. */
static void out_of_memory_is_an_answer(void **state)
{
    const rowan_csv_field *fields;
    char *text = test_alloc(600 * 1024);
    rowan_status st = ROWAN_ENOMEM;
    size_t n_failed = 0;
    rowan_error err;
    size_t n_fields;

    (void)state;
    memset(text, ',', 100);
    memset(text + 100, 'x', 600 * 1024 - 100);
    for (size_t nth = 1; st == ROWAN_ENOMEM; nth++) {
        struct source source = { text, 600 * 1024, 0, 0, 0, false };
        rowan_csv *csv = NULL;

        rowan__alloc_fail_at(nth, false);
        st = rowan_csv_open_fn(give, &source, NULL, &csv, &err);
        while (st >= 0 &&
               (st = rowan_csv_next(csv, &fields, &n_fields, &err)) == ROWAN_ROW)
            continue;
        rowan__alloc_fail_at(0, false);
        n_failed += st == ROWAN_ENOMEM;
        rowan_csv_close(csv);
    }
    assert_int_equal(st, ROWAN_DONE);
    assert_in_range(n_failed, 5, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format),
        cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(agrees_with_the_oracle),
        cmocka_unit_test(any_text_comes_back),
        cmocka_unit_test(records_cross_every_buffer_end),
        cmocka_unit_test(a_field_of_ten_megabytes),
        cmocka_unit_test(a_record_has_a_ceiling),
        cmocka_unit_test(a_ceiling_far_above_the_buffer_holds),
        cmocka_unit_test(fields_have_a_ceiling),
        cmocka_unit_test(a_source_that_fails_is_not_its_end),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(a_file_that_is_written_to_is_refused),
        cmocka_unit_test(a_file_that_is_replaced_is_read_as_it_was),
        cmocka_unit_test(a_pipe_is_read),
        cmocka_unit_test(out_of_memory_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
