/* write.c - many rows at once: rowan_insert_many() and rowan_merge against SQL by hand. All of
 * one run is one transaction. */
#include "write_hand.h"

#include <rowan/merge.h>

#define N_PEOPLE 20000

typedef struct write_bench {
    people_db *db;
    BenchPerson *people;
    write_hand by_hand;
    sqlite3
        *third; /* on SQLite: empties the table, so that both find their caches stale */
} write_bench;

static void empty_table(void *ctx)
{
    write_bench *b = ctx;

    if (b->third == NULL)
        people_sql(b->db, "TRUNCATE TABLE person");
    else if (sqlite3_exec(b->third, "DELETE FROM person", NULL, NULL, NULL) !=
             SQLITE_OK)
        people_die_sqlite(b->third);
}

static void clear_keys(void *ctx)
{
    write_bench *b = ctx;

    empty_table(ctx);
    for (int i = 0; i < N_PEOPLE; i++)
        b->people[i].id = 0;
}

static void number_people(write_bench *b)
{
    for (int i = 0; i < N_PEOPLE; i++)
        b->people[i].id = i + 1;
}

static void expect_people(write_bench *b)
{
    uint64_t n = 0;
    rowan_error err;

    bench_check(rowan_count(b->db->session, rowan_select(BenchPerson), &n, &err), &err);
    if (n != N_PEOPLE)
        bench_die("%llu people are there", (unsigned long long)n);
}

static void insert_by_hand(void *ctx)
{
    hand_write(&((write_bench *)ctx)->by_hand, HAND_INSERT);
}

static void insert_auto_by_hand(void *ctx)
{
    hand_write(&((write_bench *)ctx)->by_hand, HAND_AUTO);
}

/* Not a merge: rows that are gone would stay. */
static void upsert_by_hand(void *ctx)
{
    hand_write(&((write_bench *)ctx)->by_hand, HAND_UPSERT);
}

/* By the library. */

static void insert_by_rowan(void *ctx)
{
    write_bench *b = ctx;
    rowan_error err;

    bench_check(
        rowan_insert_many(b->db->session, BenchPerson, b->people, N_PEOPLE, &err),
        &err);
}

static void merge_by_rowan(void *ctx)
{
    write_bench *b = ctx;
    rowan_merge *merge = NULL;
    rowan_error err;

    bench_check(rowan_merge_open(b->db->session, 1, &merge, &err), &err);
    bench_check(rowan_merge_table(merge, &BenchPerson_model, &err), &err);
    bench_check(rowan_merge_rows(merge, b->people, N_PEOPLE, &err), &err);
    bench_check(rowan_merge_commit(merge, NULL, &err), &err);
    rowan_merge_close(merge);
}

/* Each row has the key that the database has given it. */
static void expect_keys(write_bench *b)
{
    for (int i = 0; i < N_PEOPLE; i += 997) {
        rowan_result *result = NULL;
        rowan_error err;

        bench_check(
            rowan_find(b->db->session, BenchPerson, b->people[i].id, &result, &err),
            &err);
        if (!people_same(rowan_rows(result, BenchPerson), &b->people[i]))
            bench_die("row %d has the key of another", i);
        rowan_result_free(result);
    }
}

static void insert_on(write_bench *b)
{
    bench_pair pair = { .name = bench_printf("%s, rowan_insert_many", b->db->name),
                        .reference = hand_words(&b->by_hand, HAND_INSERT),
                        .ours = insert_by_rowan,
                        .theirs = insert_by_hand,
                        .before = empty_table,
                        .ctx = b,
                        .n_ops = N_PEOPLE };

    if (bench_compare(&pair))
        expect_people(b);
    pair.name = bench_printf("%s, rowan_insert_many, AUTO", b->db->name);
    pair.reference = hand_words(&b->by_hand, HAND_AUTO);
    pair.theirs = insert_auto_by_hand;
    pair.before = clear_keys;
    if (bench_compare(&pair)) {
        expect_people(b);
        expect_keys(b);
    }
    number_people(b);
}

static void merge_on(write_bench *b)
{
    bench_pair pair = { .name = bench_printf("%s, rowan_merge, empty", b->db->name),
                        .reference = hand_words(&b->by_hand, HAND_INSERT),
                        .ours = merge_by_rowan,
                        .theirs = insert_by_hand,
                        .before = empty_table,
                        .ctx = b,
                        .n_ops = N_PEOPLE };

    if (bench_compare(&pair))
        expect_people(b);
    pair.name = bench_printf("%s, rowan_merge, no change", b->db->name);
    pair.reference = "upsert";
    pair.before = NULL;
    pair.theirs = upsert_by_hand;
    if (bench_compare(&pair))
        expect_people(b);
}

static void run_on(people_db *db)
{
    write_bench b = { .db = db, .people = bench_alloc(N_PEOPLE * sizeof *b.people) };

    for (int i = 0; i < N_PEOPLE; i++)
        b.people[i] = people_make(i + 1);
    b.third = db->path != NULL ? people_open_sqlite(db->path) : NULL;
    hand_open(&b.by_hand, db, b.people, N_PEOPLE);
    insert_on(&b);
    merge_on(&b);
    hand_close(&b.by_hand);
    (void)sqlite3_close(b.third);
    free(b.people);
}

int main(int argc, char **argv)
{
    people_db *db = NULL;

    bench_start(argc, argv, "write: people into a table, time for one");
    while ((db = people_next_db(db, 0)) != NULL)
        run_on(db);
    return 0;
}
