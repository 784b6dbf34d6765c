/* unit_hand.c - see unit_hand.h. What each database is best at: rows are inserted 100 a
 * statement, with RETURNING; updates are a prepared statement for each row on SQLite, a
 * pipeline of them on PostgreSQL, an array of parameters on MariaDB; rows are deleted one by
 * one on SQLite, a thousand by an array of keys on PostgreSQL, 100 keys a statement on
 * MariaDB. */
#include "unit_hand.h"

#include <arpa/inet.h>

#define TOGETHER 100  /* rows of one INSERT, keys of one DELETE */
#define ARRAY    1000 /* rows of one pipeline or array */
#define N_VALUES 4    /* of a person without its key */

#define INSERT_INTO "INSERT INTO person (first_name, last_name, born, country) VALUES "

static void die_maria(unit_hand *hand, MYSQL_STMT *stmt)
{
    bench_die("MariaDB: %s",
              stmt != NULL ? mysql_stmt_error(stmt) : mysql_error(hand->maria));
}

void unit_hand_sql(unit_hand *hand, const char *sql)
{
    if (hand->sqlite != NULL) {
        if (sqlite3_exec(hand->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
            people_die_sqlite(hand->sqlite);
    } else if (hand->maria != NULL) {
        if (mysql_query(hand->maria, sql) != 0)
            die_maria(hand, NULL);
    } else {
        PGresult *result = PQexec(hand->pg, sql);

        if (PQresultStatus(result) == PGRES_FATAL_ERROR)
            people_die_postgres(hand->pg);
        PQclear(result);
    }
}

static void begin(unit_hand *hand)
{
    unit_hand_sql(hand, hand->sqlite != NULL ? "BEGIN IMMEDIATE" : "BEGIN");
}

/* "(?,?,?,?),(?,?,?,?)" or "($1,...". */
static char *rows_of(const char *before, size_t n_rows, size_t n_values, bool numbered,
                     const char *behind)
{
    char *sql = bench_alloc(1024 + n_rows * n_values * 8), *end = stpcpy(sql, before);

    for (size_t i = 0; i < n_rows * n_values; i++) {
        if (n_values > 1 || i == 0)
            end = stpcpy(end, i % n_values == 0 ? (i == 0 ? "(" : ",(") : ",");
        else
            end = stpcpy(end, ",");
        end += numbered ? sprintf(end, "$%zu", i + 1) : sprintf(end, "?");
        if ((i + 1) % n_values == 0 && (n_values > 1 || i + 1 == n_rows))
            end = stpcpy(end, ")");
    }
    (void)stpcpy(end, behind);
    return sql;
}

/* SQLite. */

static sqlite3_stmt *prepare_sqlite(unit_hand *hand, const char *sql)
{
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v3(hand->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                           NULL) != SQLITE_OK)
        people_die_sqlite(hand->sqlite);
    return stmt;
}

static void insert_sqlite(unit_hand *hand, BenchPerson *people, size_t n)
{
    sqlite3_stmt *stmt = hand->insert.sqlite;

    for (size_t i = 0; i < n; i += TOGETHER) {
        size_t n_keys = 0;
        int rc;

        for (int k = 0; k < TOGETHER; k++)
            people_bind_sqlite(stmt, 1 + k * N_VALUES, &people[i + (size_t)k]);
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
            people[i + n_keys++].id = sqlite3_column_int64(stmt, 0);
        if (rc != SQLITE_DONE || n_keys != TOGETHER)
            people_die_sqlite(hand->sqlite);
        (void)sqlite3_reset(stmt);
    }
}

static void run_sqlite(unit_hand *hand, sqlite3_stmt *stmt)
{
    if (sqlite3_step(stmt) != SQLITE_DONE)
        people_die_sqlite(hand->sqlite);
    (void)sqlite3_reset(stmt);
}

/* PostgreSQL. */

static void prepare_postgres(unit_hand *hand, const char *name, const char *sql)
{
    PGresult *result = PQprepare(hand->pg, name, sql, 0, NULL);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        people_die_postgres(hand->pg);
    PQclear(result);
}

static void insert_postgres(unit_hand *hand, BenchPerson *people, size_t n)
{
    int formats[TOGETHER * N_VALUES]; /* all of them binary */

    for (size_t i = 0; i < TOGETHER * N_VALUES; i++)
        formats[i] = 1;
    for (size_t i = 0; i < n; i += TOGETHER) {
        const char *values[TOGETHER * N_VALUES];
        int lengths[TOGETHER * N_VALUES];
        uint32_t born[TOGETHER];
        PGresult *result;

        for (size_t k = 0; k < TOGETHER; k++) {
            const BenchPerson *p = &people[i + k];
            const char **value = &values[k * N_VALUES];
            int *len = &lengths[k * N_VALUES];

            born[k] = htonl((uint32_t)(rowan_date_to_days(p->born.value) - 10957));
            value[0] = p->first_name.ptr;
            len[0] = (int)p->first_name.len;
            value[1] = p->last_name.ptr;
            len[1] = (int)p->last_name.len;
            value[2] = p->born.has ? (const char *)&born[k] : NULL;
            len[2] = sizeof born[k];
            value[3] = p->country.ptr;
            len[3] = (int)p->country.len;
        }
        result = PQexecPrepared(hand->pg, "insert", TOGETHER * N_VALUES, values,
                                lengths, formats, 1);
        if (PQntuples(result) != TOGETHER)
            people_die_postgres(hand->pg);
        for (int k = 0; k < TOGETHER; k++) {
            uint64_t id;

            memcpy(&id, PQgetvalue(result, k, 0), sizeof id);
            people[i + (size_t)k].id = (int64_t)__builtin_bswap64(id);
        }
        PQclear(result);
    }
}

static void update_postgres(unit_hand *hand, const BenchPerson *people, size_t n)
{
    static const int formats[2] = { 1, 1 };

    (void)PQenterPipelineMode(hand->pg);
    for (size_t i = 0; i < n; i += ARRAY) {
        PGresult *result;
        bool synced = false;

        for (size_t k = i; k < i + ARRAY; k++) {
            uint64_t id = __builtin_bswap64((uint64_t)people[k].id);
            const char *values[2] = { people[k].country.ptr, (const char *)&id };
            int lengths[2] = { (int)people[k].country.len, sizeof id };

            if (!PQsendQueryPrepared(hand->pg, "update", 2, values, lengths, formats,
                                     1))
                people_die_postgres(hand->pg);
        }
        (void)PQpipelineSync(hand->pg);
        while (!synced) {
            result = PQgetResult(hand->pg);
            if (result == NULL)
                continue;
            synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
            if (!synced && strcmp(PQcmdTuples(result), "1") != 0)
                people_die_postgres(hand->pg);
            PQclear(result);
        }
    }
    (void)PQexitPipelineMode(hand->pg);
}

static char *put_u32(char *to, uint32_t value)
{
    value = htonl(value);
    memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

static void delete_postgres(unit_hand *hand, const BenchPerson *people, size_t n)
{
    static const int binary = 1;

    for (size_t i = 0; i < n; i += ARRAY) {
        char array[20 + ARRAY * 12], *end = array;
        const char *value = array;
        int len;
        PGresult *result;

        end =
            put_u32(put_u32(put_u32(end, 1), 0), 20); /* of one dimension, of bigint */
        end = put_u32(put_u32(end, ARRAY), 1);
        for (size_t k = i; k < i + ARRAY; k++) {
            uint64_t id = __builtin_bswap64((uint64_t)people[k].id);

            end = put_u32(end, sizeof id);
            memcpy(end, &id, sizeof id);
            end += sizeof id;
        }
        len = (int)(end - array);
        result = PQexecPrepared(hand->pg, "delete", 1, &value, &len, &binary, 1);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            people_die_postgres(hand->pg);
        PQclear(result);
    }
}

/* MariaDB. */

static void set_text(MYSQL_BIND *bind, unsigned long *len, rowan_text text)
{
    *len = text.len;
    *bind = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
                          .buffer = (void *)(uintptr_t)text.ptr,
                          .buffer_length = text.len,
                          .length = len };
}

static void insert_maria(unit_hand *hand, BenchPerson *people, size_t n)
{
    static MYSQL_BIND binds[TOGETHER * N_VALUES];
    static unsigned long lengths[TOGETHER * N_VALUES];
    static MYSQL_TIME born[TOGETHER];
    static my_bool is_null[TOGETHER];
    MYSQL_STMT *stmt = hand->insert.maria;

    for (size_t i = 0; i < n; i += TOGETHER) {
        int64_t id;
        MYSQL_BIND key = { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &id };
        size_t n_keys = 0;

        for (size_t k = 0; k < TOGETHER; k++) {
            const BenchPerson *p = &people[i + k];
            size_t at = k * N_VALUES;

            set_text(&binds[at], &lengths[at], p->first_name);
            set_text(&binds[at + 1], &lengths[at + 1], p->last_name);
            born[k] = (MYSQL_TIME){ .year = (unsigned)p->born.value.year,
                                    .month = p->born.value.month,
                                    .day = p->born.value.day,
                                    .time_type = MYSQL_TIMESTAMP_DATE };
            is_null[k] = !p->born.has;
            binds[at + 2] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_DATE,
                                          .buffer = &born[k],
                                          .is_null = &is_null[k] };
            set_text(&binds[at + 3], &lengths[at + 3], p->country);
        }
        if (mysql_stmt_bind_param(stmt, binds) != 0 || mysql_stmt_execute(stmt) != 0 ||
            mysql_stmt_bind_result(stmt, &key) != 0)
            die_maria(hand, stmt);
        while (mysql_stmt_fetch(stmt) == 0)
            people[i + n_keys++].id = id;
        if (n_keys != TOGETHER)
            die_maria(hand, stmt);
        (void)mysql_stmt_free_result(stmt);
    }
}

static void update_maria(unit_hand *hand, const BenchPerson *people, size_t n)
{
    static const char *texts[ARRAY];
    static unsigned long lengths[ARRAY];
    static int64_t ids[ARRAY];
    unsigned size = ARRAY;
    MYSQL_STMT *stmt = hand->update.maria;
    MYSQL_BIND binds[2] = {
        { .buffer_type = MYSQL_TYPE_STRING, .buffer = texts, .length = lengths },
        { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = ids },
    };

    for (size_t i = 0; i < n; i += ARRAY) {
        for (size_t k = 0; k < ARRAY; k++) {
            texts[k] = people[i + k].country.ptr;
            lengths[k] = people[i + k].country.len;
            ids[k] = people[i + k].id;
        }
        if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &size) != 0 ||
            mysql_stmt_bind_param(stmt, binds) != 0 || mysql_stmt_execute(stmt) != 0)
            die_maria(hand, stmt);
    }
}

static void delete_maria(unit_hand *hand, const BenchPerson *people, size_t n)
{
    MYSQL_BIND binds[TOGETHER];
    MYSQL_STMT *stmt = hand->delete.maria;

    for (size_t i = 0; i < n; i += TOGETHER) {
        for (size_t k = 0; k < TOGETHER; k++)
            binds[k] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG,
                                     .buffer = (void *)(uintptr_t)&people[i + k].id };
        if (mysql_stmt_bind_param(stmt, binds) != 0 || mysql_stmt_execute(stmt) != 0)
            die_maria(hand, stmt);
    }
}

/* Each in any of them. */

static void insert(unit_hand *hand, BenchPerson *people, size_t n)
{
    if (hand->sqlite != NULL)
        insert_sqlite(hand, people, n);
    else if (hand->pg != NULL)
        insert_postgres(hand, people, n);
    else
        insert_maria(hand, people, n);
}

static void update(unit_hand *hand, const BenchPerson *people, size_t n)
{
    for (size_t i = 0; i < n && hand->sqlite != NULL; i++) {
        (void)sqlite3_bind_text(hand->update.sqlite, 1, people[i].country.ptr,
                                (int)people[i].country.len, SQLITE_STATIC);
        (void)sqlite3_bind_int64(hand->update.sqlite, 2, people[i].id);
        run_sqlite(hand, hand->update.sqlite);
    }
    if (hand->pg != NULL)
        update_postgres(hand, people, n);
    else if (hand->maria != NULL)
        update_maria(hand, people, n);
}

static void delete (unit_hand *hand, const BenchPerson *people, size_t n)
{
    for (size_t i = 0; i < n && hand->sqlite != NULL; i++) {
        (void)sqlite3_bind_int64(hand->delete.sqlite, 1, people[i].id);
        run_sqlite(hand, hand->delete.sqlite);
    }
    if (hand->pg != NULL)
        delete_postgres(hand, people, n);
    else if (hand->maria != NULL)
        delete_maria(hand, people, n);
}

void unit_hand_insert(unit_hand *hand, BenchPerson *people, size_t n)
{
    begin(hand);
    insert(hand, people, n);
    unit_hand_sql(hand, "COMMIT");
}

void unit_hand_update(unit_hand *hand, const BenchPerson *people, size_t n)
{
    begin(hand);
    update(hand, people, n);
    unit_hand_sql(hand, "COMMIT");
}

void unit_hand_delete(unit_hand *hand, const BenchPerson *people, size_t n)
{
    begin(hand);
    delete (hand, people, n);
    unit_hand_sql(hand, "COMMIT");
}

void unit_hand_all(unit_hand *hand, BenchPerson *added, const BenchPerson *changed,
                   const BenchPerson *deleted, size_t n)
{
    begin(hand);
    insert(hand, added, n);
    update(hand, changed, n);
    delete (hand, deleted, n);
    unit_hand_sql(hand, "COMMIT");
}

/* Opening. */

static void open_sqlite(unit_hand *hand, const char *path)
{
    char *sql = rows_of(INSERT_INTO, TOGETHER, N_VALUES, false, " RETURNING id");

    hand->name = "sqlite";
    hand->sqlite = people_open_sqlite(path);
    hand->insert.sqlite = prepare_sqlite(hand, sql);
    hand->update.sqlite =
        prepare_sqlite(hand, "UPDATE person SET country = ? WHERE id = ?");
    hand->delete.sqlite = prepare_sqlite(hand, "DELETE FROM person WHERE id = ?");
    free(sql);
}

static void open_postgres(unit_hand *hand, const char *uri)
{
    char *sql = rows_of(INSERT_INTO, TOGETHER, N_VALUES, true, " RETURNING id");

    hand->name = "postgresql";
    hand->pg = people_open_postgres(uri);
    prepare_postgres(hand, "insert", sql);
    prepare_postgres(hand, "update", "UPDATE person SET country = $1 WHERE id = $2");
    prepare_postgres(hand, "delete", "DELETE FROM person WHERE id = ANY ($1)");
    free(sql);
}

static void open_maria(unit_hand *hand, const char *uri)
{
    char *sql = rows_of(INSERT_INTO, TOGETHER, N_VALUES, false, " RETURNING id");
    char *keys = rows_of("DELETE FROM person WHERE id IN ", TOGETHER, 1, false, "");

    hand->name = "mariadb";
    hand->maria = people_open_mariadb(uri);
    hand->insert.maria = people_prepare_mariadb(hand->maria, sql);
    hand->update.maria = people_prepare_mariadb(
        hand->maria, "UPDATE person SET country = ? WHERE id = ?");
    hand->delete.maria = people_prepare_mariadb(hand->maria, keys);
    free(sql);
    free(keys);
}

unit_hand *unit_hand_open(const char *uri)
{
    unit_hand *hand = bench_alloc(sizeof *hand);

    if (strncmp(uri, "sqlite", 6) == 0)
        open_sqlite(hand, uri + strlen("sqlite:///"));
    else if (strncmp(uri, "mariadb", 7) == 0)
        open_maria(hand, uri);
    else
        open_postgres(hand, uri);
    return hand;
}

void unit_hand_close(unit_hand *hand)
{
    if (hand->maria != NULL) {
        (void)mysql_stmt_close(hand->insert.maria);
        (void)mysql_stmt_close(hand->update.maria);
        (void)mysql_stmt_close(hand->delete.maria);
        mysql_close(hand->maria);
    }
    (void)sqlite3_finalize(hand->insert.sqlite);
    (void)sqlite3_finalize(hand->update.sqlite);
    (void)sqlite3_finalize(hand->delete.sqlite);
    (void)sqlite3_close(hand->sqlite);
    PQfinish(hand->pg);
    free(hand);
}
