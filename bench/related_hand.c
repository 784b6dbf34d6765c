/* related_hand.c - see related.h. */
#include "related.h"

#include <libpq-fe.h>
#include <mysql.h>
#include <sqlite3.h>

#define PARENTS  "SELECT id, name FROM bench_parent ORDER BY id"
#define CHILDREN "SELECT id, parent_id, title, year FROM bench_child ORDER BY parent_id"

struct related_hand {
    related_family rows;
    sqlite3 *sqlite; /* one of these three */
    PGconn *pg;
    MYSQL *maria;
    sqlite3_stmt *sqlite_stmts[2];
    MYSQL_STMT *maria_stmts[2];
};

/* Rows. */

static void *grown(void *rows, size_t *max, size_t size)
{
    *max = *max == 0 ? 1024 : 2 * *max;
    rows = realloc(rows, *max * size);
    if (rows == NULL)
        bench_die("out of memory");
    return rows;
}

static void add_parent(related_family *rows, int64_t id, const char *name, size_t len)
{
    if (rows->n_parents == rows->max_parents)
        rows->parents = grown(rows->parents, &rows->max_parents, sizeof *rows->parents);
    rows->parents[rows->n_parents++] =
        (hand_parent){ .id = id,
                       .name = { bench_arena_text(&rows->arena, name, len), len } };
}

static void add_child(related_family *rows, int64_t id, int64_t parent_id,
                      const char *title, size_t len, int32_t year)
{
    if (rows->n_children == rows->max_children)
        rows->children =
            grown(rows->children, &rows->max_children, sizeof *rows->children);
    rows->children[rows->n_children++] =
        (hand_child){ .id = id,
                      .parent_id = parent_id,
                      .title = { bench_arena_text(&rows->arena, title, len), len },
                      .year = year };
}

/* Both are in the order of the parents. */
static void give_children(related_family *rows)
{
    size_t at = 0;

    for (size_t i = 0; i < rows->n_parents; i++) {
        hand_parent *parent = &rows->parents[i];

        while (at < rows->n_children && rows->children[at].parent_id < parent->id)
            at++;
        parent->children = &rows->children[at];
        while (at < rows->n_children && rows->children[at].parent_id == parent->id)
            at++;
        parent->n = (size_t)(&rows->children[at] - parent->children);
    }
}

/* SQLite. */

static void open_sqlite(related_hand *hand, const char *path)
{
    static const char *const sql[2] = { PARENTS, CHILDREN };

    if (sqlite3_open_v2(path, &hand->sqlite,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        bench_die("SQLite: %s", sqlite3_errmsg(hand->sqlite));
    for (int i = 0; i < 2; i++) {
        if (sqlite3_prepare_v3(hand->sqlite, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &hand->sqlite_stmts[i], NULL) != SQLITE_OK)
            bench_die("SQLite: %s", sqlite3_errmsg(hand->sqlite));
    }
}

static void read_sqlite(related_hand *hand)
{
    sqlite3_stmt *parents = hand->sqlite_stmts[0], *children = hand->sqlite_stmts[1];

    while (sqlite3_step(parents) == SQLITE_ROW)
        add_parent(&hand->rows, sqlite3_column_int64(parents, 0),
                   (const char *)sqlite3_column_text(parents, 1),
                   (size_t)sqlite3_column_bytes(parents, 1));
    (void)sqlite3_reset(parents);
    while (sqlite3_step(children) == SQLITE_ROW)
        add_child(&hand->rows, sqlite3_column_int64(children, 0),
                  sqlite3_column_int64(children, 1),
                  (const char *)sqlite3_column_text(children, 2),
                  (size_t)sqlite3_column_bytes(children, 2),
                  sqlite3_column_int(children, 3));
    (void)sqlite3_reset(children);
}

/* PostgreSQL: binary results, whole. */

static void open_postgres(related_hand *hand, const char *uri)
{
    hand->pg = PQconnectdb(uri);
    PQclear(PQprepare(hand->pg, "parents", PARENTS, 0, NULL));
    PQclear(PQprepare(hand->pg, "children", CHILDREN, 0, NULL));
    if (PQstatus(hand->pg) != CONNECTION_OK || PQerrorMessage(hand->pg)[0] != '\0')
        bench_die("PostgreSQL: %s", PQerrorMessage(hand->pg));
}

static PGresult *pg_run(related_hand *hand, const char *name)
{
    PGresult *result = PQexecPrepared(hand->pg, name, 0, NULL, NULL, NULL, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        bench_die("PostgreSQL: %s", PQerrorMessage(hand->pg));
    return result;
}

static int64_t read_int64(const PGresult *result, int row, int column)
{
    uint64_t wire;

    memcpy(&wire, PQgetvalue(result, row, column), sizeof wire);
    return (int64_t)__builtin_bswap64(wire);
}

static int32_t read_int32(const PGresult *result, int row, int column)
{
    uint32_t wire;

    memcpy(&wire, PQgetvalue(result, row, column), sizeof wire);
    return (int32_t)__builtin_bswap32(wire);
}

static void read_postgres(related_hand *hand)
{
    PGresult *result = pg_run(hand, "parents");

    for (int i = 0; i < PQntuples(result); i++)
        add_parent(&hand->rows, read_int64(result, i, 0), PQgetvalue(result, i, 1),
                   (size_t)PQgetlength(result, i, 1));
    PQclear(result);
    result = pg_run(hand, "children");
    for (int i = 0; i < PQntuples(result); i++)
        add_child(&hand->rows, read_int64(result, i, 0), read_int64(result, i, 1),
                  PQgetvalue(result, i, 2), (size_t)PQgetlength(result, i, 2),
                  read_int32(result, i, 3));
    PQclear(result);
}

/* MariaDB: the binary protocol, stored results. */

static void open_mariadb(related_hand *hand, const char *uri)
{
    static const char *const sql[2] = { PARENTS, CHILDREN };
    char *rest = bench_printf("%s", strstr(uri, "://") + 3), *user = rest;
    char *host = strrchr(rest, '@'), *password = strchr(rest, ':'), *port, *name;

    *host++ = '\0';
    *password++ = '\0';
    name = strchr(host, '/');
    *name++ = '\0';
    port = strchr(host, ':');
    *port++ = '\0';
    name[strcspn(name, "?")] = '\0';
    hand->maria = mysql_init(NULL);
    if (hand->maria == NULL ||
        mysql_real_connect(hand->maria, host, user, password, name,
                           (unsigned)strtoul(port, NULL, 10), NULL, 0) == NULL)
        bench_die("MariaDB: %s", mysql_error(hand->maria));
    for (int i = 0; i < 2; i++) {
        hand->maria_stmts[i] = mysql_stmt_init(hand->maria);
        if (mysql_stmt_prepare(hand->maria_stmts[i], sql[i], strlen(sql[i])) != 0)
            bench_die("MariaDB: %s", mysql_stmt_error(hand->maria_stmts[i]));
    }
}

typedef struct maria_row {
    int64_t ids[2];
    int32_t year;
    char text[256];
    unsigned long len;
} maria_row;

static MYSQL_BIND bind_int64(int64_t *to)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = to };
}

static MYSQL_BIND bind_text(maria_row *row)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
                         .buffer = row->text,
                         .buffer_length = sizeof row->text,
                         .length = &row->len };
}

static MYSQL_STMT *maria_run(related_hand *hand, int i, MYSQL_BIND *binds)
{
    MYSQL_STMT *stmt = hand->maria_stmts[i];

    if (mysql_stmt_execute(stmt) != 0 || mysql_stmt_bind_result(stmt, binds) != 0 ||
        mysql_stmt_store_result(stmt) != 0)
        bench_die("MariaDB: %s", mysql_stmt_error(stmt));
    return stmt;
}

static void read_mariadb(related_hand *hand)
{
    maria_row row;
    MYSQL_BIND parent[] = { bind_int64(&row.ids[0]), bind_text(&row) };
    MYSQL_BIND child[] = { bind_int64(&row.ids[0]),
                           bind_int64(&row.ids[1]),
                           bind_text(&row),
                           { .buffer_type = MYSQL_TYPE_LONG, .buffer = &row.year } };
    MYSQL_STMT *stmt = maria_run(hand, 0, parent);

    while (mysql_stmt_fetch(stmt) == 0)
        add_parent(&hand->rows, row.ids[0], row.text, row.len);
    (void)mysql_stmt_free_result(stmt);
    stmt = maria_run(hand, 1, child);
    while (mysql_stmt_fetch(stmt) == 0)
        add_child(&hand->rows, row.ids[0], row.ids[1], row.text, row.len, row.year);
    (void)mysql_stmt_free_result(stmt);
}

/* Whichever it is. */

related_hand *related_open(const char *name, const char *uri)
{
    related_hand *hand = bench_alloc(sizeof *hand);

    if (strcmp(name, "sqlite") == 0)
        open_sqlite(hand, uri + strlen("sqlite:///"));
    else if (strcmp(name, "postgresql") == 0)
        open_postgres(hand, uri);
    else
        open_mariadb(hand, uri);
    return hand;
}

void related_close(related_hand *hand)
{
    for (int i = 0; i < 2; i++) {
        (void)sqlite3_finalize(hand->sqlite_stmts[i]);
        if (hand->maria_stmts[i] != NULL)
            (void)mysql_stmt_close(hand->maria_stmts[i]);
    }
    (void)sqlite3_close(hand->sqlite);
    PQfinish(hand->pg);
    if (hand->maria != NULL)
        mysql_close(hand->maria);
}

related_family *related_read(related_hand *hand)
{
    if (hand->sqlite != NULL)
        read_sqlite(hand);
    else if (hand->pg != NULL)
        read_postgres(hand);
    else
        read_mariadb(hand);
    give_children(&hand->rows);
    return &hand->rows;
}

void related_drop(related_hand *hand)
{
    free(hand->rows.parents);
    free(hand->rows.children);
    bench_arena_free(&hand->rows.arena);
    hand->rows = (related_family){ 0 };
}
