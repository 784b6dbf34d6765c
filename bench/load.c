/* load.c - a file of people into a table by a real loader, against the database's own
 * tool; and once more with nothing changed, against reading the file. */
#include "child.h"
#include "people.h"

#include <rowan/csv.h>

typedef struct load {
    people_db *db;
    const char *csv;
    const char *loader;
    double peak; /* MiB of the last run of the loader */
} load;

static void empty_table(void *ctx)
{
    load *l = ctx;

    people_sql(l->db,
               l->db->sqlite == NULL ? "TRUNCATE TABLE person" : "DELETE FROM person");
    if (l->db->sqlite != NULL)
        people_sql(l->db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static void load_by_rowan(void *ctx)
{
    load *l = ctx;

    (void)setenv("DATABASE_URI", l->db->uri, 1);
    l->peak = child_run(
        (const char *const[]){ l->loader, "--quiet", "--dir", bench.dir, NULL });
}

static void load_by_mariadb(load *l)
{
    people_address to = people_address_of(l->db->uri);

    (void)setenv("MYSQL_PWD", to.password, 1);
    (void)child_run((const char *const[]){
        "mariadb", "--no-defaults", "--local-infile=1", "-h", to.host, "-P",
        bench_printf("%u", to.port), "-u", to.user, to.name, "-e",
        bench_printf(
            "LOAD DATA LOCAL INFILE '%s' INTO TABLE person CHARACTER SET utf8mb4 "
            "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' IGNORE 1 LINES "
            "(id, first_name, last_name, @born, country) "
            "SET born = NULLIF(@born, '')",
            l->csv),
        NULL });
}

static void load_by_tool(void *ctx)
{
    load *l = ctx;

    if (l->db->maria != NULL) {
        load_by_mariadb(l);
        return;
    }
    if (l->db->sqlite != NULL)
        (void)child_run((const char *const[]){
            "sqlite3", l->db->path,
            bench_printf(".import --csv --skip 1 \"%s\" person", l->csv), NULL });
    else
        (void)child_run((const char *const[]){
            "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c",
            bench_printf("\\copy person from '%s' csv header", l->csv), l->db->uri,
            NULL });
}

static void validate_by_rowan(void *ctx)
{
    load *l = ctx;

    l->peak = child_run((const char *const[]){ l->loader, "--quiet", "--dry-run",
                                               "--dir", bench.dir, NULL });
}

/* Reads every record, and looks at nothing. */
static void parse(void *ctx)
{
    load *l = ctx;
    const rowan_csv_field *fields;
    size_t n_fields, n = 0;
    rowan_csv *csv = NULL;
    rowan_error err;
    rowan_status st;

    bench_check(rowan_csv_open(l->csv, NULL, &csv, &err), &err);
    while ((st = rowan_csv_next(csv, &fields, &n_fields, &err)) == ROWAN_ROW)
        n++;
    bench_check(st, &err);
    rowan_csv_close(csv);
    if (n != bench.rows + 1)
        bench_die("%zu records", n);
}

static void expect_people(people_db *db)
{
    uint64_t n = 0;
    rowan_error err;

    bench_check(rowan_count(db->session, rowan_select(BenchPerson), &n, &err), &err);
    rowan_session_release(db->session);
    if (n != bench.rows)
        bench_die("%llu people are there", (unsigned long long)n);
}

static char *mariadb_value(MYSQL *maria, const char *sql)
{
    MYSQL_RES *result = mysql_query(maria, sql) == 0 ? mysql_store_result(maria) : NULL;
    MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
    char *value;

    if (result == NULL)
        people_die_mariadb(maria);
    value = bench_printf("%s", row != NULL && row[0] != NULL ? row[0] : "");
    mysql_free_result(result);
    return value;
}

/* A text that changes when a row of the table is written. */
static char *state_of_table(people_db *db)
{
    char *state;

    if (db->maria != NULL)
        return mariadb_value(
            db->maria, "SELECT rows_changed FROM information_schema.table_statistics "
                       "WHERE table_schema = DATABASE() AND table_name = 'person'");
    if (db->sqlite != NULL) {
        sqlite3_stmt *stmt;

        if (sqlite3_prepare_v2(db->sqlite, "PRAGMA data_version", -1, &stmt, NULL) !=
                SQLITE_OK ||
            sqlite3_step(stmt) != SQLITE_ROW)
            people_die_sqlite(db->sqlite);
        state = bench_printf("%s", (const char *)sqlite3_column_text(stmt, 0));
        (void)sqlite3_finalize(stmt);
    } else {
        PGresult *result =
            PQexec(db->pg, "SELECT count(*), max(xmin::text::bigint) FROM person");

        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            people_die_postgres(db->pg);
        state =
            bench_printf("%s %s", PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
        PQclear(result);
    }
    return state;
}

static void load_on(load *l)
{
    bool is_sqlite = l->db->sqlite != NULL;
    const char *tool = is_sqlite ? "sqlite3" : l->db->pg != NULL ? "psql" : "mariadb";

    if (!child_exists(tool)) {
        bench_note("%s is not installed", tool);
        return;
    }
    if (!bench_compare(&(bench_pair){ .name = bench_printf("%s, load", l->db->name),
                                      .reference = is_sqlite ? "sqlite3 .import"
                                                   : l->db->pg != NULL ? "psql \\copy"
                                                                       : "LOAD DATA",
                                      .ours = load_by_rowan,
                                      .theirs = load_by_tool,
                                      .before = empty_table,
                                      .ctx = l,
                                      .n_ops = (double)bench.rows,
                                      .promise = is_sqlite           ? 0.60
                                                 : l->db->pg != NULL ? 1.00
                                                                     : 0 }))
        return;
    expect_people(l->db);
    bench_note("the loader's peak is %.1f MiB, the file's size %.1f MiB", l->peak,
               (double)people_write_csv(l->csv, bench.rows) / (1024 * 1024));
}

static void refresh_on(load *l)
{
    char *before;

    empty_table(l);
    load_by_rowan(l);
    if (l->db->pg != NULL)
        people_sql(l->db, "VACUUM ANALYZE person");
    before = state_of_table(l->db);
    if (!bench_compare(
            &(bench_pair){ .name = bench_printf("%s, no change", l->db->name),
                           .reference = "parsing",
                           .ours = load_by_rowan,
                           .theirs = parse,
                           .ctx = l,
                           .n_ops = (double)bench.rows,
                           .promise = 2.00 }))
        return;
    expect_people(l->db);
    bench_note("the table was %s, the loader's peak is %.1f MiB",
               strcmp(before, state_of_table(l->db)) == 0 ? "not written"
                                                          : "WRITTEN (NOT KEPT)",
               l->peak);
}

int main(int argc, char **argv)
{
    load l = { .db = NULL };

    bench_start(argc, argv, "load: a CSV file of people, time for one row");
    l.csv = bench_printf("%s/people.csv", bench.dir);
    l.loader = bench_printf("%s/loader", bench.programs);
    (void)people_write_csv(l.csv, bench.rows);
    (void)bench_compare(&(bench_pair){ .name = "validation only",
                                       .reference = "parsing",
                                       .ours = validate_by_rowan,
                                       .theirs = parse,
                                       .ctx = &l,
                                       .n_ops = (double)bench.rows });
    while ((l.db = people_next_db(l.db, 0)) != NULL) {
        load_on(&l);
        refresh_on(&l);
    }
    return 0;
}
