/* csv.c - see rowan/csv.h.
 *
 * The bytes lie in one buffer, and fields are slices of it: nothing is copied. A record
 * is scanned without touching it. If the buffer ends first, more is read behind what is
 * there and the record is scanned again from its start; only a whole record is changed,
 * when "" becomes " in place. Each reading at least doubles an unfinished record, so
 * that a long one which comes in small pieces is not scanned once for each piece.
 *
 * Behind the last byte stand line ends that are not part of the source: every scan
 * stops there without asking at each byte whether the buffer is over.
 */
#include <rowan/csv.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_int.h"

#define BUFFER_SIZE  ((size_t)256 * 1024) /* larger ones were not faster */
#define SLACK        16 /* bytes behind the buffer for the line ends and whole words */
#define MAX_RECORD   ((size_t)16 * 1024 * 1024)
#define MAX_FIELDS   ((size_t)4096)
#define FIRST_FIELDS ((size_t)64)

struct rowan_csv {
    rowan_csv_read_fn *read;
    void *ctx;
    int fd;          /* of a file that was opened here; -1 otherwise */
    struct stat was; /* the file when it was opened */
    size_t max_record;
    size_t max_fields;

    char *buf;
    size_t cap;      /* bytes that fit, without the slack */
    size_t at;       /* where the next record begins */
    size_t end;      /* bytes in the buffer */
    uint64_t offset; /* of buf[0] in the source */
    bool at_eof;
    bool begun;

    uint64_t line;      /* of the last record, or of the failure */
    uint64_t next_line; /* at `at` */
    bool after_cr;      /* a line feed at `at` belongs to the line end before */
    rowan_status ended; /* negative: what ended the reading early */

    rowan_csv_field *fields;
    size_t n_fields;
    size_t cap_fields;
    bool has_quotes;  /* the record has a quoted field */
    bool has_escapes; /* and in one of them "" */
};

/* What a scan of a record, or of a field in it, came to. */
enum scan {
    SCAN_WHOLE,
    SCAN_MORE, /* the buffer ended first */
    SCAN_DONE, /* there is no further record */
    SCAN_BAD,  /* the error is filled */
};

/* Bytes. */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* A set high bit for each byte of `word` that is `c`. Bytes above a true one may be
 * wrong, so only the lowest counts. */
static inline uint64_t match(uint64_t word, unsigned char c)
{
    uint64_t diff = word ^ (ONES * c);

    return (diff - ONES) & ~diff & HIGHS;
}

/* The first byte from `p` on that ends a field or may not be in it: , " LF or CR. The
 * slack holds one. Eight bytes at a time, since most fields are about as long. */
static inline char *find_special(char *p)
{
    for (;; p += sizeof(uint64_t)) {
        uint64_t word, found;

        memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        found =
            match(word, ',') | match(word, '\n') | match(word, '\r') | match(word, '"');
        if (found != 0)
            return p + (__builtin_ctzll(found) >> 3);
    }
}

/* The line ends in from[..to): LF, CRLF and CR. */
static uint64_t count_lines(const char *from, const char *to)
{
    uint64_t n = 0;

    for (const char *p = from; p < to; p++)
        n += *p == '\n' ? p == from || p[-1] != '\r' : *p == '\r';
    return n;
}

/* Makes "" into " inside a quoted field. */
static void unescape(rowan_csv *csv, rowan_csv_field *field)
{
    char *text = csv->buf + (field->ptr - csv->buf);
    char *end = text + field->len;
    char *from = memchr(text, '"', field->len);
    char *to = from;

    while (from != NULL) {
        char *next;
        size_t len;

        from++; /* the first of the two */
        next = from + 1 < end ? memchr(from + 1, '"', (size_t)(end - from - 1)) : NULL;
        len = (size_t)((next != NULL ? next : end) - from);
        memmove(to, from, len);
        to += len;
        from = next;
    }
    if (to != NULL)
        field->len = (size_t)(to - text);
}

/* Failing. */

static rowan_status end_reading(rowan_csv *csv, rowan_status st)
{
    csv->ended = st;
    return st;
}

/* What is wrong at `where` in the record at hand. */
static enum scan bad(rowan_csv *csv, const char *where, const char *what,
                     rowan_error *err)
{
    csv->line = csv->next_line + count_lines(csv->buf + csv->at, where);
    (void)end_reading(csv, rowan_fail(err, ROWAN_EINVAL, "%s", what));
    return SCAN_BAD;
}

static enum scan too_long(rowan_csv *csv, rowan_error *err)
{
    csv->line = csv->next_line;
    (void)end_reading(csv,
                      rowan_fail(err, ROWAN_EINVAL, "is longer than %zu bytes%s",
                                 csv->max_record,
                                 csv->has_quotes ? " (is a quote not closed?)" : ""));
    return SCAN_BAD;
}

/* Reading. */

static rowan_status grow_buffer(rowan_csv *csv, rowan_error *err)
{
    size_t cap = csv->cap * 2;
    char *buf;

    if (cap > csv->max_record + 1)
        cap = csv->max_record + 1;
    buf = rowan__realloc(csv->buf, cap + SLACK);
    if (buf == NULL)
        return end_reading(csv, rowan_fail(err, ROWAN_ENOMEM, "out of memory"));
    csv->buf = buf;
    csv->cap = cap;
    return ROWAN_OK;
}

static rowan_status read_failed(rowan_csv *csv, rowan_error *err)
{
    char text[128];
    int code = errno;

    csv->line = csv->next_line;
    (void)rowan_fail(err, ROWAN_EIO, "cannot be read: %s",
                     strerror_r(code, text, sizeof text));
    if (err != NULL)
        err->vendor_code = code;
    return end_reading(csv, ROWAN_EIO);
}

/* A file that is written to while it is read may come in pieces of two versions. One
 * that is replaced or removed is read to its end as it was. */
static rowan_status check_unchanged(rowan_csv *csv, rowan_error *err)
{
    struct stat now;

    if (csv->fd < 0 || !S_ISREG(csv->was.st_mode) || fstat(csv->fd, &now) != 0)
        return ROWAN_OK;
    if (now.st_size == csv->was.st_size &&
        now.st_mtim.tv_sec == csv->was.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == csv->was.st_mtim.tv_nsec)
        return ROWAN_OK;
    csv->line = csv->next_line;
    return end_reading(csv,
                       rowan_fail(err, ROWAN_EIO, "was changed while it was read"));
}

/* Reads at least as many bytes as are there already, or to the end of the source. */
static rowan_status read_more(rowan_csv *csv, rowan_error *err)
{
    size_t have = csv->end - csv->at;
    size_t goal;

    if (csv->at > 0) {
        memmove(csv->buf, csv->buf + csv->at, have);
        csv->offset += csv->at;
        csv->at = 0;
        csv->end = have;
    }
    if (have == csv->cap && grow_buffer(csv, err) != ROWAN_OK)
        return ROWAN_ENOMEM;
    goal = have < csv->cap - have ? have + have : csv->cap;
    do {
        long n = csv->read(csv->ctx, csv->buf + csv->end, csv->cap - csv->end);

        if (n < 0)
            return read_failed(csv, err);
        csv->at_eof = n == 0;
        csv->end += (size_t)n;
    } while (csv->end < goal && !csv->at_eof);
    memset(csv->buf + csv->end, '\n', SLACK);
    return csv->at_eof ? check_unchanged(csv, err) : ROWAN_OK;
}

/* The first bytes, without a byte order mark. */
static rowan_status begin(rowan_csv *csv, rowan_error *err)
{
    while (csv->end < 3 && !csv->at_eof) {
        rowan_status st = read_more(csv, err);

        if (st != ROWAN_OK)
            return st;
    }
    if (csv->end >= 3 && memcmp(csv->buf, "\xef\xbb\xbf", 3) == 0)
        csv->at = 3;
    csv->begun = true;
    return ROWAN_OK;
}

/* Scanning. */

static bool grow_fields(rowan_csv *csv)
{
    size_t cap = csv->cap_fields * 2;
    rowan_csv_field *fields;

    if (cap > csv->max_fields)
        cap = csv->max_fields;
    fields = rowan__realloc(csv->fields, cap * sizeof *fields);
    if (fields == NULL)
        return false;
    csv->fields = fields;
    csv->cap_fields = cap;
    return true;
}

static enum scan add_field(rowan_csv *csv, const char *ptr, size_t len, bool quoted,
                           rowan_error *err)
{
    if (csv->n_fields == csv->cap_fields) {
        if (csv->n_fields == csv->max_fields) {
            csv->line = csv->next_line;
            (void)end_reading(csv,
                              rowan_fail(err, ROWAN_EINVAL, "has more than %zu fields",
                                         csv->max_fields));
            return SCAN_BAD;
        }
        if (!grow_fields(csv)) {
            (void)end_reading(csv, rowan_fail(err, ROWAN_ENOMEM, "out of memory"));
            return SCAN_BAD;
        }
    }
    csv->fields[csv->n_fields++] = (rowan_csv_field){ ptr, len, quoted };
    return SCAN_WHOLE;
}

/* The field that begins with the quote at `open`. Sets *stop behind its closing quote.
 */
static enum scan scan_quoted(rowan_csv *csv, char *open, char **stop, rowan_error *err)
{
    char *limit = csv->buf + csv->end;
    char *p = open + 1;

    csv->has_quotes = true;
    for (;;) {
        p = memchr(p, '"', (size_t)(limit - p));
        if (p == NULL)
            break;
        if (p + 1 == limit && !csv->at_eof)
            return SCAN_MORE;
        if (p[1] != '"')
            break;
        csv->has_escapes = true;
        p += 2;
    }
    if (p == NULL && !csv->at_eof)
        return SCAN_MORE;
    if (p == NULL)
        return bad(csv, open, "has a quoted field that is not closed", err);
    *stop = p + 1;
    if (p[1] != ',' && p[1] != '\n' && p[1] != '\r')
        return bad(csv, p, "has text behind a closing quote", err);
    return add_field(csv, open + 1, (size_t)(p - open - 1), true, err);
}

/* The fields of the record at `at`, without changing it. Sets *stop to its line end. */
static enum scan scan_record(rowan_csv *csv, char **stop, rowan_error *err)
{
    char *limit = csv->buf + csv->end;
    char *p = csv->buf + csv->at;

    csv->n_fields = 0;
    csv->has_quotes = csv->has_escapes = false;
    if (p == limit)
        return csv->at_eof ? SCAN_DONE : SCAN_MORE;
    for (;; p++) {
        enum scan found;

        if (*p == '"') {
            found = scan_quoted(csv, p, &p, err);
        } else {
            char *from = p;

            p = find_special(from);
            if (*p == '"')
                return bad(csv, p, "has a quote inside an unquoted field", err);
            found = add_field(csv, from, (size_t)(p - from), false, err);
        }
        if (found != SCAN_WHOLE)
            return found;
        if (p == limit && !csv->at_eof)
            return SCAN_MORE;
        if (*p != ',')
            break;
    }
    *stop = p;
    return SCAN_WHOLE;
}

/* Empty lines, and the line feed of a CRLF. */
static void skip_line_ends(rowan_csv *csv)
{
    for (; csv->at < csv->end; csv->at++) {
        char c = csv->buf[csv->at];

        if (c != '\n' && c != '\r')
            return;
        if (c == '\r' || !csv->after_cr)
            csv->next_line++;
        csv->after_cr = c == '\r';
    }
}

static void finish_record(rowan_csv *csv, const char *stop)
{
    const char *start = csv->buf + csv->at;

    csv->line = csv->next_line;
    if (csv->has_quotes)
        csv->next_line += count_lines(start, stop);
    if (csv->has_escapes) {
        for (size_t i = 0; i < csv->n_fields; i++) {
            if (csv->fields[i].quoted)
                unescape(csv, &csv->fields[i]);
        }
    }
    csv->at = (size_t)(stop - csv->buf);
    if (csv->at < csv->end) {
        csv->after_cr = *stop == '\r';
        csv->next_line++;
        csv->at++;
    }
}

rowan_status rowan_csv_next(rowan_csv *csv, const rowan_csv_field **fields,
                            size_t *n_fields, rowan_error *err)
{
    enum scan found = SCAN_MORE;
    char *stop = NULL;

    if (csv->ended != ROWAN_OK)
        return rowan_fail(err, csv->ended, "reading has ended");
    if (!csv->begun && begin(csv, err) != ROWAN_OK)
        return csv->ended;
    for (;;) {
        skip_line_ends(csv);
        found = scan_record(csv, &stop, err);
        if ((found == SCAN_MORE && csv->end - csv->at > csv->max_record) ||
            (found == SCAN_WHOLE &&
             (size_t)(stop - csv->buf) - csv->at > csv->max_record))
            found = too_long(csv, err);
        if (found != SCAN_MORE)
            break;
        if (read_more(csv, err) != ROWAN_OK)
            return csv->ended;
    }
    if (found == SCAN_BAD)
        return csv->ended;
    if (found == SCAN_DONE)
        return ROWAN_DONE;
    finish_record(csv, stop);
    *fields = csv->fields;
    *n_fields = csv->n_fields;
    return ROWAN_ROW;
}

/* Opening and closing. */

/* What was asked for, or the default; small enough to be doubled and multiplied. */
static size_t ceiling(size_t asked, size_t otherwise)
{
    const size_t most = SIZE_MAX / 128;

    return asked == 0 ? otherwise : asked < most ? asked : most;
}

rowan_status rowan_csv_open_fn(rowan_csv_read_fn *read, void *ctx,
                               const rowan_csv_opts *opts, rowan_csv **out,
                               rowan_error *err)
{
    rowan_csv *csv = rowan__calloc(1, sizeof *csv);

    if (csv == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    csv->read = read;
    csv->ctx = ctx;
    csv->fd = -1;
    csv->max_record = ceiling(opts != NULL ? opts->max_record : 0, MAX_RECORD);
    csv->max_fields = ceiling(opts != NULL ? opts->max_fields : 0, MAX_FIELDS);
    csv->next_line = csv->line = 1;
    csv->cap = BUFFER_SIZE;
    csv->cap_fields = FIRST_FIELDS < csv->max_fields ? FIRST_FIELDS : csv->max_fields;
    csv->buf = rowan__malloc(csv->cap + SLACK);
    csv->fields = rowan__malloc(csv->cap_fields * sizeof *csv->fields);
    if (csv->buf == NULL || csv->fields == NULL) {
        rowan_csv_close(csv);
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    }
    *out = csv;
    return ROWAN_OK;
}

static long read_file(void *ctx, char *to, size_t size)
{
    const rowan_csv *csv = ctx;
    ssize_t n;

    do
        n = read(csv->fd, to, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static rowan_status open_failed(const char *path, int code, rowan_error *err)
{
    rowan_status st = code == ENOENT || code == ENOTDIR ? ROWAN_ENOTFOUND : ROWAN_EIO;
    char text[128];

    (void)rowan_fail(err, st, "%s: %s", path, strerror_r(code, text, sizeof text));
    if (err != NULL)
        err->vendor_code = code;
    return st;
}

rowan_status rowan_csv_open(const char *path, const rowan_csv_opts *opts,
                            rowan_csv **out, rowan_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    rowan_csv *csv = NULL;
    struct stat file;
    rowan_status st;

    if (fd < 0 || fstat(fd, &file) != 0) {
        st = open_failed(path, errno, err);
        goto fail;
    }
    if (S_ISDIR(file.st_mode)) {
        st = rowan_fail(err, ROWAN_EIO, "%s: is a folder, not a file", path);
        goto fail;
    }
    st = rowan_csv_open_fn(read_file, NULL, opts, &csv, err);
    if (st != ROWAN_OK)
        goto fail;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    csv->ctx = csv;
    csv->fd = fd;
    csv->was = file;
    *out = csv;
    return ROWAN_OK;
fail:
    if (fd >= 0)
        close(fd);
    return st;
}

void rowan_csv_close(rowan_csv *csv)
{
    if (csv == NULL)
        return;
    if (csv->fd >= 0)
        close(csv->fd);
    rowan__free(csv->fields);
    rowan__free(csv->buf);
    rowan__free(csv);
}

uint64_t rowan_csv_line(const rowan_csv *csv)
{
    return csv->line;
}

uint64_t rowan_csv_offset(const rowan_csv *csv)
{
    return csv->offset + csv->at;
}

uint64_t rowan_csv_size(const rowan_csv *csv)
{
    return csv->fd >= 0 && S_ISREG(csv->was.st_mode) ? (uint64_t)csv->was.st_size : 0;
}
