/* write_hand.c - see write_hand.h. */
#include "write_hand.h"

#include <arpa/inet.h>

#define DAYS_TO_2000 10957 /* from 1970: PostgreSQL counts from there */

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
#define ON_DUPLICATE                                                         \
    " ON DUPLICATE KEY UPDATE first_name = VALUES(first_name), last_name = " \
    "VALUES(last_name), born = VALUES(born), country = VALUES(country)"

const char *hand_words(const write_hand *hand, hand_kind kind)
{
    if (hand->db->pg == NULL || kind == HAND_AUTO)
        return "100 rows a statement";
    return kind == HAND_INSERT ? "COPY" : "COPY, upsert";
}

/* The text of an INSERT of 100 rows; without the key for HAND_AUTO. */
static char *insert_text(hand_kind kind, bool numbered, const char *suffix)
{
    char *sql = bench_alloc(1024 + HAND_TOGETHER * 64), *end;
    int n = 0, n_columns = kind == HAND_AUTO ? PEOPLE_N - 1 : PEOPLE_N;

    end = stpcpy(sql, "INSERT INTO person (");
    end = stpcpy(end, kind == HAND_AUTO ? PEOPLE_COLUMNS + 4 : PEOPLE_COLUMNS);
    end = stpcpy(end, ") VALUES ");
    for (int i = 0; i < HAND_TOGETHER; i++) {
        end = stpcpy(end, i == 0 ? "(" : ",(");
        for (int c = 0; c < n_columns; c++) {
            end = stpcpy(end, c == 0 ? "" : ",");
            end = numbered ? end + sprintf(end, "$%d", ++n) : stpcpy(end, "?");
        }
        end = stpcpy(end, ")");
    }
    (void)stpcpy(end, suffix);
    return sql;
}

/* SQLite. */

static void open_sqlite(write_hand *hand)
{
    static const char *const suffixes[HAND_N_KINDS] = {
        [HAND_INSERT] = "",
        [HAND_AUTO] = "",
        [HAND_UPSERT] = ON_CONFLICT DIFFERS("IS NOT"),
    };

    for (hand_kind kind = 0; kind < HAND_N_KINDS; kind++) {
        char *sql = insert_text(kind, false, suffixes[kind]);

        if (sqlite3_prepare_v3(hand->db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &hand->sqlite[kind], NULL) != SQLITE_OK)
            people_die_sqlite(hand->db->sqlite);
        free(sql);
    }
}

static void write_sqlite(write_hand *hand, hand_kind kind)
{
    sqlite3_stmt *stmt = hand->sqlite[kind];

    people_sql(hand->db, "BEGIN IMMEDIATE");
    for (int i = 0; i < hand->n_people; i += HAND_TOGETHER) {
        int idx = 1;

        for (int k = 0; k < HAND_TOGETHER; k++, idx += PEOPLE_N - 1) {
            if (kind != HAND_AUTO)
                (void)sqlite3_bind_int64(stmt, idx++, hand->people[i + k].id);
            people_bind_sqlite(stmt, idx, &hand->people[i + k]);
        }
        if (sqlite3_step(stmt) != SQLITE_DONE)
            people_die_sqlite(hand->db->sqlite);
        (void)sqlite3_reset(stmt);
        for (int k = 0; k < HAND_TOGETHER && kind == HAND_AUTO; k++)
            hand->people[i + k].id =
                sqlite3_last_insert_rowid(hand->db->sqlite) - HAND_TOGETHER + 1 + k;
    }
    people_sql(hand->db, "COMMIT");
}

/* MariaDB. */

static void open_mariadb(write_hand *hand)
{
    static const char *const suffixes[HAND_N_KINDS] = { "", "", ON_DUPLICATE };

    for (hand_kind kind = 0; kind < HAND_N_KINDS; kind++)
        hand->maria[kind] = people_prepare_mariadb(
            hand->db->maria, insert_text(kind, false, suffixes[kind]));
}

static MYSQL_BIND of_text(const rowan_text *text)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
                         .buffer = (void *)(uintptr_t)text->ptr,
                         .buffer_length = text->len };
}

static MYSQL_BIND *put_binds(MYSQL_BIND *bind, BenchPerson *p, MYSQL_TIME *born,
                             hand_kind kind)
{
    if (kind != HAND_AUTO)
        *bind++ = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &p->id };
    *born = (MYSQL_TIME){ .year = (unsigned)p->born.value.year,
                          .month = p->born.value.month,
                          .day = p->born.value.day,
                          .time_type = MYSQL_TIMESTAMP_DATE };
    *bind++ = of_text(&p->first_name);
    *bind++ = of_text(&p->last_name);
    *bind++ = p->born.has
                  ? (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_DATE, .buffer = born }
                  : (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_NULL };
    *bind++ = of_text(&p->country);
    return bind;
}

static void write_mariadb(write_hand *hand, hand_kind kind)
{
    MYSQL_STMT *stmt = hand->maria[kind];
    MYSQL_BIND binds[HAND_TOGETHER * PEOPLE_N];
    MYSQL_TIME born[HAND_TOGETHER];

    people_sql(hand->db, "START TRANSACTION");
    for (int i = 0; i < hand->n_people; i += HAND_TOGETHER) {
        MYSQL_BIND *bind = binds;

        for (int k = 0; k < HAND_TOGETHER; k++)
            bind = put_binds(bind, &hand->people[i + k], &born[k], kind);
        if (mysql_stmt_bind_param(stmt, binds) != 0 || mysql_stmt_execute(stmt) != 0)
            people_die_statement(stmt);
        for (int k = 0; k < HAND_TOGETHER && kind == HAND_AUTO; k++)
            hand->people[i + k].id = (int64_t)mysql_stmt_insert_id(stmt) + k;
    }
    people_sql(hand->db, "COMMIT");
}

/* PostgreSQL. */

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

static uint32_t wire_born(const BenchPerson *p)
{
    return htonl((uint32_t)(rowan_date_to_days(p->born.value) - DAYS_TO_2000));
}

static char *put_person(char *to, const BenchPerson *p)
{
    uint16_t n_columns = htons(PEOPLE_N);
    uint64_t id = __builtin_bswap64((uint64_t)p->id);
    uint32_t born = p->born.has ? wire_born(p) : 0;
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

static void copy_postgres(write_hand *hand, const char *copy)
{
    static char buffer[64 * 1024];
    static const char header[19] = "PGCOPY\n\377\r\n";
    PGconn *pg = hand->db->pg;
    char *to = put(buffer, header, sizeof header);

    people_sql(hand->db, copy);
    for (int i = 0; i < hand->n_people; i++) {
        to = put_person(to, &hand->people[i]);
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

/* 100 rows, binary, and their keys read back. */
static void insert_together(PGconn *pg, BenchPerson *people)
{
    const char *values[HAND_TOGETHER * (PEOPLE_N - 1)];
    int lens[HAND_TOGETHER * (PEOPLE_N - 1)], formats[HAND_TOGETHER * (PEOPLE_N - 1)];
    uint32_t born[HAND_TOGETHER];
    PGresult *result;
    int n = 0;

    for (int k = 0; k < HAND_TOGETHER; k++) {
        const BenchPerson *p = &people[k];
        const rowan_text texts[] = { p->first_name, p->last_name, { 0 }, p->country };

        born[k] = p->born.has ? wire_born(p) : 0;
        for (int c = 0; c < PEOPLE_N - 1; c++, n++) {
            bool is_born = c == 2;

            formats[n] = 1;
            lens[n] = is_born ? (int)sizeof born[k] : (int)texts[c].len;
            values[n] = !is_born      ? texts[c].ptr
                        : p->born.has ? (const char *)&born[k]
                                      : NULL;
        }
    }
    result = PQexecPrepared(pg, "auto", n, values, lens, formats, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != HAND_TOGETHER)
        people_die_postgres(pg);
    for (int k = 0; k < HAND_TOGETHER; k++) {
        uint64_t id;

        memcpy(&id, PQgetvalue(result, k, 0), sizeof id);
        people[k].id = (int64_t)__builtin_bswap64(id);
    }
    PQclear(result);
}

static void open_postgres(write_hand *hand)
{
    PGresult *result = PQprepare(
        hand->db->pg, "auto", insert_text(HAND_AUTO, true, " RETURNING id"), 0, NULL);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        people_die_postgres(hand->db->pg);
    PQclear(result);
}

static void write_postgres(write_hand *hand, hand_kind kind)
{
    if (kind == HAND_INSERT) {
        copy_postgres(hand, "COPY person FROM STDIN (FORMAT binary)");
    } else if (kind == HAND_UPSERT) {
        people_sql(hand->db,
                   "BEGIN; CREATE TEMP TABLE staged (LIKE person) ON COMMIT DROP");
        copy_postgres(hand, "COPY staged FROM STDIN (FORMAT binary)");
        people_sql(hand->db,
                   "INSERT INTO person SELECT * FROM staged" ON_CONFLICT DIFFERS(
                       "IS DISTINCT FROM") "; COMMIT");
    } else {
        people_sql(hand->db, "BEGIN");
        for (int i = 0; i < hand->n_people; i += HAND_TOGETHER)
            insert_together(hand->db->pg, &hand->people[i]);
        people_sql(hand->db, "COMMIT");
    }
}

/* All of them. */

void hand_open(write_hand *hand, people_db *db, BenchPerson *people, int n_people)
{
    *hand = (write_hand){ .db = db, .people = people, .n_people = n_people };
    if (db->sqlite != NULL)
        open_sqlite(hand);
    else if (db->maria != NULL)
        open_mariadb(hand);
    else
        open_postgres(hand);
}

void hand_close(write_hand *hand)
{
    for (hand_kind kind = 0; kind < HAND_N_KINDS; kind++) {
        (void)sqlite3_finalize(hand->sqlite[kind]);
        if (hand->maria[kind] != NULL)
            (void)mysql_stmt_close(hand->maria[kind]);
    }
}

void hand_write(write_hand *hand, hand_kind kind)
{
    if (hand->db->sqlite != NULL)
        write_sqlite(hand, kind);
    else if (hand->db->maria != NULL)
        write_mariadb(hand, kind);
    else
        write_postgres(hand, kind);
}
