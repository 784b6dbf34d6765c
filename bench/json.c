/* json.c - rows as JSON: rowan_json_rows() against a writer by hand for this one struct. */
#include "people.h"
#include "person_json.h"

#include <rowan/json.h>

#define N_ROWS 1000
#define N_RUNS 100 /* of all rows, in one measurement */

typedef struct json_bench {
    BenchPerson *people;
    size_t n_people;
    rowan_json_writer ours;
    json_text theirs;
} json_bench;

static void write_by_hand(void *ctx)
{
    json_bench *b = ctx;

    for (size_t run = 0; run < N_RUNS * (N_ROWS / b->n_people); run++) {
        b->theirs.len = 0;
        for (size_t i = 0; i < b->n_people; i++) {
            const BenchPerson *p = &b->people[i];

            if (i > 0)
                json_add(&b->theirs, ",");
            json_add_person(&b->theirs,
                            &(json_person){ p->id, p->first_name, p->last_name,
                                            p->country, p->born.value, p->born.has });
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
