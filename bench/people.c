/* people.c - see people.h. */
#include "people.h"

#include <rowan/merge.h>
#include <rowan/schema.h>

#include <unistd.h>

ROWAN_MODELS(people_models, "1.0.0", BenchPerson);

static const char *const first_names[] = {
    "Ada",       "Alan",    "Barbara",  "Charles", "Donald",   "Dorothy",
    "Edsger",    "Frances", "Grace",    "Hedy",    "Ivan",     "Jean",
    "John",      "Karen",   "Katalin",  "Leslie",  "Margaret", "Niklaus",
    "Ole-Johan", "Radia",   "Shafrira", "Tony",    "Žofia",    "Jürgen",
};
static const char *const starts[] = { "Ander", "Berg", "Carl", "Dijk", "Ek",  "Floyd",
                                      "Gold",  "Hopp", "Iver", "Knu",  "Lam", "Mc",
                                      "Nau",   "Perl", "Rit",  "Thom" };
static const char *const ends[] = { "son",   "mann",  "stra", "er",   "wasser", "th",
                                    "port",  "is",    "chie", "pson", "sen",    "ova",
                                    "ström", "field", "ley",  "by" };
static const char *const countries[] = { "Norway",         "United States",
                                         "United Kingdom", "Netherlands",
                                         "Israel",         "France",
                                         "Canada",         "Switzerland" };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static const char *last_name(size_t idx)
{
    static char *names[N_OF(starts) * N_OF(ends)];

    if (names[idx] == NULL)
        names[idx] =
            bench_printf("%s%s", starts[idx / N_OF(ends)], ends[idx % N_OF(ends)]);
    return names[idx];
}

BenchPerson people_make(int64_t id)
{
    uint64_t dice = mix((uint64_t)id);
    BenchPerson person = { .id = id };

    person.first_name = rowan_text_of(first_names[dice % N_OF(first_names)]);
    person.last_name =
        rowan_text_of(last_name((dice >> 8) % (N_OF(starts) * N_OF(ends))));
    person.country = rowan_text_of(countries[(dice >> 16) % N_OF(countries)]);
    if (dice >> 24 & 15) /* not known of one in 16 */
        person.born =
            ROWAN_SOME(rowan_opt_date,
                       rowan_date_from_days((int32_t)(dice >> 32 & 32767) - 25000));
    return person;
}

bool people_same(const BenchPerson *a, const BenchPerson *b)
{
    return a->id == b->id && rowan_text_equal(a->first_name, b->first_name) &&
           rowan_text_equal(a->last_name, b->last_name) && a->born.has == b->born.has &&
           (!a->born.has ||
            memcmp(&a->born.value, &b->born.value, sizeof a->born.value) == 0) &&
           rowan_text_equal(a->country, b->country);
}

long people_write_csv(const char *path, size_t n)
{
    FILE *file = fopen(path, "w");
    long len;

    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fputs("id,first_name,last_name,born,country\n", file);
    for (size_t i = 1; i <= n; i++) {
        BenchPerson p = people_make((int64_t)i);

        (void)fprintf(file, "%lld,%s,%s,", (long long)p.id, p.first_name.ptr,
                      p.last_name.ptr);
        if (p.born.has)
            (void)fprintf(file, "%04d-%02d-%02d", p.born.value.year, p.born.value.month,
                          p.born.value.day);
        (void)fprintf(file, ",%s\n", p.country.ptr);
    }
    len = ftell(file);
    if (fclose(file) != 0)
        bench_die("%s cannot be written", path);
    return len;
}

void people_die_sqlite(sqlite3 *db)
{
    bench_die("SQLite: %s", sqlite3_errmsg(db));
}

void people_die_postgres(PGconn *pg)
{
    bench_die("PostgreSQL: %s", PQerrorMessage(pg));
}

void people_die_mariadb(MYSQL *maria)
{
    bench_die("MariaDB: %s", mysql_error(maria));
}

void people_die_statement(MYSQL_STMT *stmt)
{
    bench_die("MariaDB: %s", mysql_stmt_error(stmt));
}

sqlite3 *people_open_sqlite(const char *path)
{
    sqlite3 *db;

    if (sqlite3_open_v2(
            path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
            NULL) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;"
                     "PRAGMA journal_mode = WAL",
                     NULL, NULL, NULL) != SQLITE_OK)
        people_die_sqlite(db);
    return db;
}

static void bind_text(sqlite3_stmt *stmt, int idx, rowan_text text)
{
    (void)sqlite3_bind_text(stmt, idx, text.ptr, (int)text.len, SQLITE_STATIC);
}

void people_bind_sqlite(sqlite3_stmt *stmt, int idx, const BenchPerson *p)
{
    char born[32];

    bind_text(stmt, idx, p->first_name);
    bind_text(stmt, idx + 1, p->last_name);
    if (p->born.has) {
        (void)snprintf(born, sizeof born, "%04d-%02d-%02d", p->born.value.year,
                       p->born.value.month, p->born.value.day);
        (void)sqlite3_bind_text(stmt, idx + 2, born, 10, SQLITE_TRANSIENT);
    } else {
        (void)sqlite3_bind_null(stmt, idx + 2);
    }
    bind_text(stmt, idx + 3, p->country);
}

PGconn *people_open_postgres(const char *uri)
{
    PGconn *pg = PQconnectdb(uri);

    if (PQstatus(pg) != CONNECTION_OK)
        people_die_postgres(pg);
    return pg;
}

people_address people_address_of(const char *uri)
{
    people_address to = { .port = 0 };

    if (sscanf(uri, "mariadb://%31[^:]:%63[^@]@%63[^:]:%u/%63s", to.user, to.password,
               to.host, &to.port, to.name) != 5)
        bench_die(
            "ROWAN_TEST_MARIADB is not like mariadb://user:password@host:port/name");
    return to;
}

MYSQL *people_open_mariadb(const char *uri)
{
    people_address to = people_address_of(uri);
    MYSQL *maria = mysql_init(NULL);

    if (maria == NULL)
        bench_die("out of memory");
    (void)mysql_options(maria, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(maria, to.host, to.user, to.password, to.name, to.port, NULL,
                           CLIENT_MULTI_STATEMENTS) == NULL)
        people_die_mariadb(maria);
    return maria;
}

MYSQL_STMT *people_prepare_mariadb(MYSQL *maria, const char *sql)
{
    MYSQL_STMT *stmt = mysql_stmt_init(maria);

    if (stmt == NULL)
        bench_die("out of memory");
    if (mysql_stmt_prepare(stmt, sql, strlen(sql)) != 0)
        people_die_statement(stmt);
    return stmt;
}

static void mariadb_sql(MYSQL *maria, const char *sql)
{
    int rc = mysql_query(maria, sql);

    do {
        MYSQL_RES *result = rc == 0 ? mysql_store_result(maria) : NULL;

        if (rc != 0 || (result == NULL && mysql_field_count(maria) > 0))
            people_die_mariadb(maria);
        mysql_free_result(result);
    } while ((rc = mysql_next_result(maria)) >= 0);
}

void people_sql(people_db *db, const char *sql)
{
    if (db->sqlite != NULL) {
        if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
            people_die_sqlite(db->sqlite);
    } else if (db->maria != NULL) {
        mariadb_sql(db->maria, sql);
    } else {
        PGresult *result = PQexec(db->pg, sql);

        if (PQresultStatus(result) == PGRES_FATAL_ERROR)
            people_die_postgres(db->pg);
        PQclear(result);
    }
}

static void close_db(people_db *db)
{
    rowan_session_close(db->session);
    rowan_engine_close(db->engine);
    (void)sqlite3_close(db->sqlite);
    PQfinish(db->pg);
    if (db->maria != NULL)
        mysql_close(db->maria);
    free(db);
}

static people_db *open_db(const char *name, const char *uri, const char *path)
{
    people_db *db = bench_alloc(sizeof *db);
    rowan_error err;

    db->name = name;
    db->uri = uri;
    db->path = path;
    if (path != NULL)
        db->sqlite = people_open_sqlite(path);
    else if (strncmp(uri, "mariadb:", 8) == 0)
        db->maria = people_open_mariadb(uri);
    else
        db->pg = people_open_postgres(uri);
    bench_check(rowan_engine_open(uri, NULL, &db->engine, &err), &err);
    bench_check(rowan_session_open(db->engine, &db->session, &err), &err);
    return db;
}

/* The databases in their order; NULL where there is no server for one. */
static people_db *open_nth(int n)
{
    char *path = bench_printf("%s/people.db", bench.dir);

    switch (n) {
    case 0: return open_db("sqlite", bench_printf("sqlite:///%s", path), path);
    case 1:
        if (bench.postgres != NULL)
            return open_db("postgresql", bench.postgres, NULL);
        bench_note("PostgreSQL is left out: ROWAN_TEST_POSTGRES is not set");
        return NULL;
    default:
        if (bench.mariadb != NULL)
            return open_db("mariadb", bench.mariadb, NULL);
        bench_note("MariaDB is left out: ROWAN_TEST_MARIADB is not set");
        return NULL;
    }
}

people_db *people_next_db(people_db *last, size_t n)
{
    static int next;
    people_db *db = NULL;

    if (last != NULL)
        close_db(last);
    while (db == NULL && next < 3)
        db = open_nth(next++);
    if (db != NULL) {
        people_clear(db);
        people_fill(db, n);
    }
    return db;
}

void people_clear(people_db *db)
{
    rowan_error err;

    bench_check(rowan_drop_all(db->session, &people_models, &err), &err);
    bench_check(rowan_create_all(db->session, &people_models, &err), &err);
}

void people_fill(people_db *db, size_t n)
{
    static BenchPerson rows[1000];
    rowan_merge *merge = NULL;
    rowan_error err;

    bench_check(rowan_merge_open(db->session, 1, &merge, &err), &err);
    bench_check(rowan_merge_table(merge, &BenchPerson_model, &err), &err);
    for (size_t i = 0; i < n;) {
        size_t n_rows = 0;

        for (; n_rows < N_OF(rows) && i < n; n_rows++, i++)
            rows[n_rows] = people_make((int64_t)i + 1);
        bench_check(rowan_merge_rows(merge, rows, n_rows, &err), &err);
    }
    bench_check(rowan_merge_commit(merge, NULL, &err), &err);
    rowan_merge_close(merge);
    rowan_session_release(db->session);
    /* What a reader would otherwise do the first time it sees the rows. */
    people_sql(db, db->pg != NULL      ? "VACUUM ANALYZE person"
                   : db->maria != NULL ? "ANALYZE TABLE person"
                                       : "PRAGMA wal_checkpoint(TRUNCATE)");
}
