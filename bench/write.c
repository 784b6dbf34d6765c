/* write.c - many rows at once: rowan_insert_many() and rowan_merge against SQL by hand,
 * multi-row inserts on SQLite, COPY on PostgreSQL. All of one run is one transaction. */
#include "people.h"

#include <arpa/inet.h>

#include <rowan/merge.h>

#define N_PEOPLE 20000
#define TOGETHER 100 /* rows of one INSERT on SQLite: more gain nothing */

typedef struct write_bench {
    people_db *db;
    BenchPerson *people;
    sqlite3_stmt *insert, *upsert;
} write_bench;

#define ON_CONFLICT                                                     \
    " ON CONFLICT (id) DO UPDATE SET first_name = excluded.first_name," \
    " last_name = excluded.last_name, born = excluded.born, country = " \
    "excluded.country"                                                  \
    " WHERE "
#define DIFFERS(is_distinct)                                    \
    "person.first_name " is_distinct " excluded.first_name OR " \
    "person.last_name " is_distinct " excluded.last_name OR "   \
    "person.born " is_distinct " excluded.born OR "             \
    "person.country " is_distinct " excluded.country"

static void empty_table(void *ctx)
{
    write_bench *b = ctx;

    people_sql(b->db, b->db->pg != NULL ? "TRUNCATE person" : "DELETE FROM person");
}

static void expect_people(write_bench *b)
{
    uint64_t n = 0;
    rowan_error err;

    bench_check(rowan_count(b->db->session, rowan_select(BenchPerson), &n, &err), &err);
    if (n != N_PEOPLE)
        bench_die("%llu people are there", (unsigned long long)n);
}

/* By hand on SQLite. */

static sqlite3_stmt *prepare_sqlite(sqlite3 *db, const char *suffix)
{
    char *sql = bench_alloc(1024 + TOGETHER * 16), *end = sql;
    sqlite3_stmt *stmt;

    end = stpcpy(end, "INSERT INTO person (" PEOPLE_COLUMNS ") VALUES ");
    for (int i = 0; i < TOGETHER; i++)
        end = stpcpy(end, i == 0 ? "(?,?,?,?,?)" : ",(?,?,?,?,?)");
    (void)stpcpy(end, suffix);
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
        SQLITE_OK)
        people_die_sqlite(db);
    free(sql);
    return stmt;
}

static void bind_text(sqlite3_stmt *stmt, int idx, rowan_text text)
{
    (void)sqlite3_bind_text(stmt, idx, text.ptr, (int)text.len, SQLITE_STATIC);
}

static void bind_person(sqlite3_stmt *stmt, int idx, const BenchPerson *p)
{
    char born[32];

    (void)sqlite3_bind_int64(stmt, idx, p->id);
    bind_text(stmt, idx + 1, p->first_name);
    bind_text(stmt, idx + 2, p->last_name);
    if (p->born.has) {
        (void)snprintf(born, sizeof born, "%04d-%02d-%02d", p->born.value.year,
                       p->born.value.month, p->born.value.day);
        (void)sqlite3_bind_text(stmt, idx + 3, born, 10, SQLITE_TRANSIENT);
    } else {
        (void)sqlite3_bind_null(stmt, idx + 3);
    }
    bind_text(stmt, idx + 4, p->country);
}

static void write_sqlite(write_bench *b, sqlite3_stmt *stmt)
{
    people_sql(b->db, "BEGIN IMMEDIATE");
    for (int i = 0; i < N_PEOPLE; i += TOGETHER) {
        for (int k = 0; k < TOGETHER; k++)
            bind_person(stmt, 1 + k * PEOPLE_N, &b->people[i + k]);
        if (sqlite3_step(stmt) != SQLITE_DONE)
            people_die_sqlite(b->db->sqlite);
        (void)sqlite3_reset(stmt);
    }
    people_sql(b->db, "COMMIT");
}

/* By hand on PostgreSQL. */

static char *put(char *to, const void *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

static char *put_field(char *to, const void *bytes, size_t len)
{
    uint32_t wire = htonl((uint32_t)len);

    return put(put(to, &wire, sizeof wire), bytes, len);
}

static char *put_person(char *to, const BenchPerson *p)
{
    uint16_t n_columns = htons(PEOPLE_N);
    uint64_t id = __builtin_bswap64((uint64_t)p->id);
    uint32_t born = htonl((uint32_t)(rowan_date_to_days(p->born.value) - 10957));
    uint32_t none = UINT32_MAX;

    to = put(to, &n_columns, sizeof n_columns);
    to = put_field(to, &id, sizeof id);
    to = put_field(to, p->first_name.ptr, p->first_name.len);
    to = put_field(to, p->last_name.ptr, p->last_name.len);
    to = p->born.has ? put_field(to, &born, sizeof born) : put(to, &none, sizeof none);
    return put_field(to, p->country.ptr, p->country.len);
}

static void send_copy(PGconn *pg, const char *bytes, size_t len)
{
    if (PQputCopyData(pg, bytes, (int)len) != 1)
        people_die_postgres(pg);
}

static void copy_postgres(write_bench *b, const char *copy)
{
    static char buffer[64 * 1024];
    static const char header[19] = "PGCOPY\n\377\r\n";
    PGconn *pg = b->db->pg;
    char *to = put(buffer, header, sizeof header);

    people_sql(b->db, copy);
    for (int i = 0; i < N_PEOPLE; i++) {
        to = put_person(to, &b->people[i]);
        if (to - buffer > (long)sizeof buffer - 1024) {
            send_copy(pg, buffer, (size_t)(to - buffer));
            to = buffer;
        }
    }
    to = put(to, "\377\377", 2);
    send_copy(pg, buffer, (size_t)(to - buffer));
    if (PQputCopyEnd(pg, NULL) != 1)
        people_die_postgres(pg);
    for (PGresult *result; (result = PQgetResult(pg)) != NULL; PQclear(result)) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            people_die_postgres(pg);
    }
}

static void upsert_postgres(write_bench *b)
{
    people_sql(b->db, "BEGIN; CREATE TEMP TABLE staged (LIKE person) ON COMMIT DROP");
    copy_postgres(b, "COPY staged FROM STDIN (FORMAT binary)");
    people_sql(b->db, "INSERT INTO person SELECT * FROM staged" ON_CONFLICT DIFFERS(
                          "IS DISTINCT FROM") "; COMMIT");
}

static void write_by_hand(void *ctx)
{
    write_bench *b = ctx;

    if (b->db->sqlite != NULL)
        write_sqlite(b, b->insert);
    else
        copy_postgres(b, "COPY person FROM STDIN (FORMAT binary)");
}

/* Not a merge: rows that are gone would stay. */
static void upsert_by_hand(void *ctx)
{
    write_bench *b = ctx;

    if (b->db->sqlite != NULL)
        write_sqlite(b, b->upsert);
    else
        upsert_postgres(b);
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

/* The database gives the keys. */
static void insert_auto(void *ctx)
{
    write_bench *b = ctx;
    rowan_error err;

    for (int i = 0; i < N_PEOPLE; i++)
        b->people[i].id = 0;
    bench_check(
        rowan_insert_many(b->db->session, BenchPerson, b->people, N_PEOPLE, &err),
        &err);
    for (int i = 0; i < N_PEOPLE; i++)
        b->people[i].id = i + 1;
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

static void run_on(people_db *db)
{
    write_bench b = { .db = db, .people = bench_alloc(N_PEOPLE * sizeof *b.people) };
    bench_pair pair = { .reference = db->pg != NULL ? "COPY" : "100 rows a statement",
                        .theirs = write_by_hand,
                        .before = empty_table,
                        .ctx = &b,
                        .n_ops = N_PEOPLE };

    for (int i = 0; i < N_PEOPLE; i++)
        b.people[i] = people_make(i + 1);
    if (db->sqlite != NULL) {
        b.insert = prepare_sqlite(db->sqlite, "");
        b.upsert = prepare_sqlite(db->sqlite, ON_CONFLICT DIFFERS("IS NOT"));
    }
    pair.name = bench_printf("%s, rowan_insert_many", db->name);
    pair.ours = insert_by_rowan;
    if (bench_compare(&pair))
        expect_people(&b);
    pair.name = bench_printf("%s, rowan_insert_many, AUTO", db->name);
    pair.ours = insert_auto;
    if (bench_compare(&pair))
        expect_people(&b);
    pair.name = bench_printf("%s, rowan_merge, empty", db->name);
    pair.ours = merge_by_rowan;
    if (bench_compare(&pair))
        expect_people(&b);
    pair.name = bench_printf("%s, rowan_merge, no change", db->name);
    pair.reference = "upsert";
    pair.before = NULL;
    pair.theirs = upsert_by_hand;
    if (bench_compare(&pair))
        expect_people(&b);
    (void)sqlite3_finalize(b.insert);
    (void)sqlite3_finalize(b.upsert);
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
