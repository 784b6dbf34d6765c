/* json.c - rows as JSON: rowan_json_rows() against a writer by hand for this one struct. */
#include "people.h"

#include <rowan/json.h>

#define N_ROWS 1000
#define N_RUNS 100 /* of all rows, in one measurement */

/* A text that grows, as one writes it by hand. */
typedef struct text {
    char *ptr;
    size_t len, cap;
} text;

static char *room(text *t, size_t n)
{
    if (t->cap - t->len < n) {
        t->cap = 2 * (t->cap + n);
        t->ptr = realloc(t->ptr, t->cap);
        if (t->ptr == NULL)
            bench_die("out of memory");
    }
    return t->ptr + t->len;
}

#define ADD(to, literal) \
    (memcpy((to), (literal), sizeof(literal) - 1), (to) + sizeof(literal) - 1)

static char *add_int64(char *to, int64_t value)
{
    char digits[20];
    int n = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        *to++ = '-';
    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

/* Our own data is valid UTF-8, and a hand-written server relies on it. */
static char *add_string(char *to, rowan_text value)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        if (c >= ' ' && c != '"' && c != '\\') {
            *to++ = (char)c;
        } else if (c >= ' ') {
            *to++ = '\\';
            *to++ = (char)c;
        } else {
            to = ADD(to, "\\u00");
            *to++ = hex[c >> 4];
            *to++ = hex[c & 15];
        }
    }
    return to;
}

static char *add_number(char *to, int value, int n_digits)
{
    for (int i = n_digits; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n_digits;
}

static char *add_date(char *to, rowan_date date)
{
    *to++ = '"';
    to = add_number(to, date.year, 4);
    *to++ = '-';
    to = add_number(to, date.month, 2);
    *to++ = '-';
    to = add_number(to, date.day, 2);
    *to++ = '"';
    return to;
}

static void add_person(text *t, const BenchPerson *p)
{
    size_t most = 128 + 6 * (p->first_name.len + p->last_name.len + p->country.len);
    char *to = room(t, most);

    to = add_int64(ADD(to, "{\"id\":"), p->id);
    to = add_string(ADD(to, ",\"first_name\":\""), p->first_name);
    to = add_string(ADD(to, "\",\"last_name\":\""), p->last_name);
    to = ADD(to, "\",\"born\":");
    to = p->born.has ? add_date(to, p->born.value) : ADD(to, "null");
    to = add_string(ADD(to, ",\"country\":\""), p->country);
    to = ADD(to, "\"}");
    t->len = (size_t)(to - t->ptr);
}

typedef struct json_bench {
    BenchPerson *people;
    size_t n_people;
    rowan_json ours;
    text theirs;
} json_bench;

static void write_by_hand(void *ctx)
{
    json_bench *b = ctx;

    for (size_t run = 0; run < N_RUNS * (N_ROWS / b->n_people); run++) {
        b->theirs.len = 0;
        for (size_t i = 0; i < b->n_people; i++) {
            if (i > 0)
                *room(&b->theirs, 1) = ',', b->theirs.len++;
            add_person(&b->theirs, &b->people[i]);
        }
    }
}

static void write_by_rowan(void *ctx)
{
    json_bench *b = ctx;

    for (size_t run = 0; run < N_RUNS * (N_ROWS / b->n_people); run++) {
        rowan_json_clear(&b->ours);
        rowan_json_rows(&b->ours, &BenchPerson_model, b->people, b->n_people);
    }
}

int main(int argc, char **argv)
{
    json_bench b = { .people = bench_alloc(N_ROWS * sizeof *b.people) };
    bench_pair pair = { .ours = write_by_rowan,
                        .theirs = write_by_hand,
                        .ctx = &b,
                        .n_ops = (double)N_ROWS * N_RUNS };

    bench_start(argc, argv, "json: people from structs to text, time for one row");
    for (size_t i = 0; i < N_ROWS; i++)
        b.people[i] = people_make((int64_t)i + 1);
    for (b.n_people = N_ROWS; b.n_people >= 20; b.n_people /= 50) {
        pair.name = bench_printf("%zu rows together", b.n_people);
        (void)bench_compare(&pair);
        if (b.ours.len != b.theirs.len ||
            memcmp(b.ours.ptr, b.theirs.ptr, b.ours.len) != 0)
            bench_die("the texts differ: %.300s", b.ours.ptr);
    }
    rowan_json_done(&b.ours);
    free(b.theirs.ptr);
    free(b.people);
    return 0;
}
