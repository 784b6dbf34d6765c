/* stmt.c - the library's calls on a prepared statement, waited for. */
#include "mariadb/mariadb_int.h"

rowan_status rowan__maria_stmt_prepare(mariadb_conn *conn, const char *sql, size_t len,
                                       MYSQL_STMT **out, rowan_error *err)
{
    MYSQL_STMT *stmt = mysql_stmt_init(conn->mysql);
    int failed = 0, wanted;
    rowan_status st;

    if (stmt == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    rowan__maria_begin(conn, rowan__maria_deadline(conn));
    wanted = mysql_stmt_prepare_start(&failed, stmt, sql, len);
    while (wanted != 0)
        wanted =
            mysql_stmt_prepare_cont(&failed, stmt, rowan__maria_wait(conn, wanted));
    if (failed == 0) {
        *out = stmt;
        return ROWAN_OK;
    }
    st = rowan__maria_fail_stmt(conn, stmt, err);
    rowan__maria_stmt_close(conn, stmt);
    return st;
}

rowan_status rowan__maria_stmt_execute(mariadb_conn *conn, MYSQL_STMT *stmt,
                                       int64_t deadline, rowan_error *err)
{
    int failed = 0, wanted;

    rowan__maria_begin(conn, deadline);
    wanted = mysql_stmt_execute_start(&failed, stmt);
    while (wanted != 0)
        wanted =
            mysql_stmt_execute_cont(&failed, stmt, rowan__maria_wait(conn, wanted));
    return failed == 0 ? ROWAN_OK : rowan__maria_fail_stmt(conn, stmt, err);
}

rowan_status rowan__maria_stmt_fetch(mariadb_conn *conn, MYSQL_STMT *stmt,
                                     int64_t deadline, rowan_error *err)
{
    int rc = 0, wanted;

    rowan__maria_begin(conn, deadline);
    wanted = mysql_stmt_fetch_start(&rc, stmt);
    while (wanted != 0)
        wanted = mysql_stmt_fetch_cont(&rc, stmt, rowan__maria_wait(conn, wanted));
    switch (rc) {
    case 0: return ROWAN_ROW;
    case MYSQL_NO_DATA: return ROWAN_DONE;
    default: return rowan__maria_fail_stmt(conn, stmt, err);
    }
}

void rowan__maria_stmt_drop(mariadb_conn *conn, MYSQL_STMT *stmt)
{
    my_bool failed = 0;
    int wanted;

    rowan__maria_begin(conn, rowan__maria_deadline(conn));
    wanted = mysql_stmt_free_result_start(&failed, stmt);
    while (wanted != 0)
        wanted =
            mysql_stmt_free_result_cont(&failed, stmt, rowan__maria_wait(conn, wanted));
    if (conn->late)
        rowan__maria_break(conn);
}

void rowan__maria_stmt_close(mariadb_conn *conn, MYSQL_STMT *stmt)
{
    my_bool failed = 0;
    int wanted;

    rowan__maria_begin(conn, rowan__maria_deadline(conn));
    conn->late = conn->cut;
    wanted = mysql_stmt_close_start(&failed, stmt);
    while (wanted != 0)
        wanted = mysql_stmt_close_cont(&failed, stmt, rowan__maria_wait(conn, wanted));
    if (conn->late)
        rowan__maria_break(conn);
}
