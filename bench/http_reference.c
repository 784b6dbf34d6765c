/* http_reference.c - /people and /people/{id} by hand: libmicrohttpd with its own epoll
 * thread, a prepared statement, JSON straight from the columns.
 *
 *     http_reference sqlite PATH PORT
 *     http_reference postgresql URI PORT
 */
#include "people.h"
#include "person_json.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>

#define DAYS_TO_2000 10957 /* from 1970: PostgreSQL counts from there */

#define ALL "SELECT " PEOPLE_COLUMNS " FROM person ORDER BY id"
#define ONE "SELECT " PEOPLE_COLUMNS " FROM person WHERE id = "

static sqlite3 *sqlite;
static sqlite3_stmt *all, *one;
static PGconn *pg;
static json_text body; /* one thread answers */

/* SQLite. */

static rowan_text column_text(sqlite3_stmt *stmt, int idx)
{
    const char *text = (const char *)sqlite3_column_text(stmt, idx);

    return (rowan_text){ text, (size_t)sqlite3_column_bytes(stmt, idx) };
}

static int number(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static void add_sqlite_row(sqlite3_stmt *stmt)
{
    rowan_text born = column_text(stmt, 3);
    json_person person = {
        .id = sqlite3_column_int64(stmt, 0),
        .first_name = column_text(stmt, 1),
        .last_name = column_text(stmt, 2),
        .country = column_text(stmt, 4),
        .has_born = born.ptr != NULL && born.len == 10,
    };

    if (person.has_born)
        person.born = (rowan_date){ (int16_t)number(born.ptr, 4),
                                    (uint8_t)number(born.ptr + 5, 2),
                                    (uint8_t)number(born.ptr + 8, 2) };
    json_add_person(&body, &person);
}

static size_t read_sqlite(sqlite3_stmt *stmt)
{
    size_t n = 0;

    for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
        if (n > 0)
            json_add(&body, ",");
        add_sqlite_row(stmt);
    }
    (void)sqlite3_reset(stmt);
    return n;
}

/* PostgreSQL. */

static rowan_text value_text(const PGresult *result, int row, int idx)
{
    return (rowan_text){ PQgetvalue(result, row, idx),
                         (size_t)PQgetlength(result, row, idx) };
}

static void add_postgres_row(const PGresult *result, int row)
{
    json_person person = {
        .first_name = value_text(result, row, 1),
        .last_name = value_text(result, row, 2),
        .country = value_text(result, row, 4),
        .has_born = !PQgetisnull(result, row, 3),
    };
    uint64_t id;
    uint32_t days;

    memcpy(&id, PQgetvalue(result, row, 0), sizeof id);
    person.id = (int64_t)__builtin_bswap64(id);
    if (person.has_born) {
        memcpy(&days, PQgetvalue(result, row, 3), sizeof days);
        person.born = rowan_date_from_days((int32_t)ntohl(days) + DAYS_TO_2000);
    }
    json_add_person(&body, &person);
}

static size_t read_postgres(const char *name, int n_params, int64_t id)
{
    int64_t wire = (int64_t)__builtin_bswap64((uint64_t)id);
    const char *value = (const char *)&wire;
    int len = sizeof wire, format = 1, n;
    PGresult *result = PQexecPrepared(pg, name, n_params, &value, &len, &format, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        people_die_postgres(pg);
    n = PQntuples(result);
    for (int i = 0; i < n; i++) {
        if (i > 0)
            json_add(&body, ",");
        add_postgres_row(result, i);
    }
    PQclear(result);
    return (size_t)n;
}

/* HTTP. */

static size_t read_all(void)
{
    return sqlite != NULL ? read_sqlite(all) : read_postgres("all", 0, 0);
}

static size_t read_one(int64_t id)
{
    if (sqlite == NULL)
        return read_postgres("one", 1, id);
    (void)sqlite3_bind_int64(one, 1, id);
    return read_sqlite(one);
}

/* Fills the body; returns the status. */
static unsigned answer(const char *path)
{
    long long id;
    char end;

    body.len = 0;
    if (strcmp(path, "/people") == 0) {
        json_add(&body, "[");
        (void)read_all();
        json_add(&body, "]");
        return MHD_HTTP_OK;
    }
    if (sscanf(path, "/people/%lld%c", &id, &end) == 1 && read_one(id) == 1)
        return MHD_HTTP_OK;
    json_add(&body, "{\"status\":404}");
    return MHD_HTTP_NOT_FOUND;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version,
                              const char *upload, size_t *upload_len, void **state)
{
    static int seen;
    struct MHD_Response *response;
    enum MHD_Result result;
    unsigned status;

    (void)ctx, (void)version, (void)upload, (void)upload_len;
    if (*state == NULL) { /* the head is read, the body is not */
        *state = &seen;
        return MHD_YES;
    }
    if (strcmp(method, "GET") != 0)
        return MHD_NO;
    status = answer(path);
    response =
        MHD_create_response_from_buffer(body.len, body.ptr, MHD_RESPMEM_MUST_COPY);
    (void)MHD_add_response_header(response, "Content-Type", "application/json");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void prepare_postgres(const char *name, const char *sql)
{
    PGresult *result = PQprepare(pg, name, sql, 0, NULL);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        people_die_postgres(pg);
    PQclear(result);
}

static void open_database(const char *kind, const char *where)
{
    if (strcmp(kind, "sqlite") == 0) {
        sqlite = people_open_sqlite(where);
        if (sqlite3_prepare_v3(sqlite, ALL, -1, SQLITE_PREPARE_PERSISTENT, &all,
                               NULL) != SQLITE_OK ||
            sqlite3_prepare_v3(sqlite, ONE "?", -1, SQLITE_PREPARE_PERSISTENT, &one,
                               NULL) != SQLITE_OK)
            people_die_sqlite(sqlite);
    } else {
        pg = people_open_postgres(where);
        prepare_postgres("all", ALL);
        prepare_postgres("one", ONE "$1");
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct MHD_Daemon *daemon;
    sigset_t signals;
    int signal;

    if (argc != 4)
        bench_die("usage: http_reference sqlite|postgresql PATH|URI PORT");
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    open_database(argv[1], argv[2]);
    address.sin_port = htons((uint16_t)atoi(argv[3]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle,
                              NULL, MHD_OPTION_SOCK_ADDR, &address,
                              MHD_OPTION_CONNECTION_LIMIT, 2000U, MHD_OPTION_END);
    if (daemon == NULL)
        bench_die("port %s cannot be had", argv[3]);
    (void)sigwait(&signals, &signal);
    MHD_stop_daemon(daemon);
    return 0;
}
