/* conn.c - waiting for MariaDB, and what its errors mean. */
#include "mariadb/mariadb_int.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define GRACE_MS \
    1000 /* the server ends a statement by itself; this long we wait for it */

static rowan_status status_of(unsigned code)
{
    static const struct {
        unsigned code;
        rowan_status st;
    } table[] = {
        { ER_DUP_ENTRY, ROWAN_ECONFLICT },
        { ER_DUP_ENTRY_WITH_KEY_NAME, ROWAN_ECONFLICT },
        { ER_DUP_KEY, ROWAN_ECONFLICT },
        { ER_DUP_UNIQUE, ROWAN_ECONFLICT },
        { ER_NO_REFERENCED_ROW, ROWAN_ECONSTRAINT },
        { ER_NO_REFERENCED_ROW_2, ROWAN_ECONSTRAINT },
        { ER_ROW_IS_REFERENCED, ROWAN_ECONSTRAINT },
        { ER_ROW_IS_REFERENCED_2, ROWAN_ECONSTRAINT },
        { ER_CONSTRAINT_FAILED, ROWAN_ECONSTRAINT }, /* a CHECK */
        { ER_BAD_NULL_ERROR, ROWAN_EINVAL },
        { ER_DATA_TOO_LONG, ROWAN_EINVAL },
        { ER_WARN_DATA_OUT_OF_RANGE, ROWAN_EINVAL },
        { ER_DATA_OUT_OF_RANGE, ROWAN_EINVAL }, /* of a sum, before it is stored */
        { ER_TRUNCATED_WRONG_VALUE, ROWAN_EINVAL },
        { ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ROWAN_EINVAL },
        { ER_ILLEGAL_VALUE_FOR_TYPE, ROWAN_EINVAL },
        { WARN_DATA_TRUNCATED, ROWAN_EINVAL },
        { ER_NET_PACKET_TOO_LARGE, ROWAN_EINVAL },
        { CR_NET_PACKET_TOO_LARGE, ROWAN_EINVAL },
        { ER_LOCK_WAIT_TIMEOUT, ROWAN_EBUSY },
        { ER_LOCK_DEADLOCK, ROWAN_EBUSY },
        { ER_LOCK_ABORTED, ROWAN_EBUSY },
        { ER_CHECKREAD, ROWAN_EBUSY }, /* changed since the transaction's first read */
        { ER_TABLE_DEF_CHANGED, ROWAN_EBUSY },
        { ER_NEED_REPREPARE, ROWAN_EBUSY },
        { ER_UNKNOWN_STMT_HANDLER, ROWAN_EBUSY },
        { CR_NEW_STMT_METADATA, ROWAN_EBUSY },
        { ER_MAX_PREPARED_STMT_COUNT_REACHED, ROWAN_EBUSY },
        { ER_TOO_MANY_CONCURRENT_TRXS, ROWAN_EBUSY },
        { ER_STATEMENT_TIMEOUT, ROWAN_ETIMEOUT },
        { ER_QUERY_INTERRUPTED, ROWAN_ETIMEOUT },
        { ER_PARSE_ERROR, ROWAN_EDATA },
        { ER_NO_SUCH_TABLE, ROWAN_EDATA },
        { ER_BAD_TABLE_ERROR, ROWAN_EDATA },
        { ER_BAD_FIELD_ERROR, ROWAN_EDATA },
        { ER_KEY_COLUMN_DOES_NOT_EXIST, ROWAN_EDATA },
        { ER_GENERATED_COLUMN_FUNCTION_IS_NOT_ALLOWED, ROWAN_EUNSUPPORTED },
        { ER_NO_DEFAULT_FOR_FIELD, ROWAN_EDATA }, /* a column the model does not know */
        { ER_NON_UPDATABLE_TABLE, ROWAN_EDATA },
        { ER_TABLEACCESS_DENIED_ERROR, ROWAN_EUNSUPPORTED },
        { ER_COLUMNACCESS_DENIED_ERROR, ROWAN_EUNSUPPORTED },
        { ER_SPECIFIC_ACCESS_DENIED_ERROR, ROWAN_EUNSUPPORTED },
        { ER_OPTION_PREVENTS_STATEMENT, ROWAN_EUNSUPPORTED }, /* --read-only */
        { ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ROWAN_EUNSUPPORTED },
        { ER_READ_ONLY_MODE, ROWAN_EUNSUPPORTED },
        { ER_NOT_ALLOWED_COMMAND, ROWAN_EUNSUPPORTED },
        { ER_NOT_SUPPORTED_YET, ROWAN_EUNSUPPORTED },
        { ER_TOO_LONG_KEY, ROWAN_EUNSUPPORTED },
        { ER_TOO_BIG_ROWSIZE, ROWAN_EUNSUPPORTED },
        { ER_BLOB_KEY_WITHOUT_LENGTH, ROWAN_EUNSUPPORTED },
        { ER_TOO_LONG_IDENT, ROWAN_EUNSUPPORTED },
        { ER_WRONG_AUTO_KEY, ROWAN_EUNSUPPORTED },
        { ER_UNKNOWN_STORAGE_ENGINE, ROWAN_EUNSUPPORTED },
        { ER_DISK_FULL, ROWAN_EIO },
        { ER_RECORD_FILE_FULL, ROWAN_EIO },
        { ER_GET_ERRNO, ROWAN_EIO },
        { ER_CANT_OPEN_FILE, ROWAN_EIO },
        { ER_ERROR_ON_READ, ROWAN_EIO },
        { ER_ERROR_ON_WRITE, ROWAN_EIO },
        { ER_OUTOFMEMORY, ROWAN_EIO },
        { ER_OUT_OF_RESOURCES, ROWAN_EIO },
        { ER_LOCK_TABLE_FULL, ROWAN_EIO },
        { CR_OUT_OF_MEMORY, ROWAN_ENOMEM },
        { CR_COMMANDS_OUT_OF_SYNC, ROWAN_EINTERNAL },
        { CR_NO_PREPARE_STMT, ROWAN_EINTERNAL },
        { CR_PARAMS_NOT_BOUND, ROWAN_EINTERNAL },
        { ER_CON_COUNT_ERROR, ROWAN_ECONN },
        { ER_TOO_MANY_USER_CONNECTIONS, ROWAN_ECONN },
        { ER_USER_LIMIT_REACHED, ROWAN_ECONN },
        { ER_HOST_IS_BLOCKED, ROWAN_ECONN },
        { ER_HOST_NOT_PRIVILEGED, ROWAN_ECONN },
        { ER_ACCESS_DENIED_ERROR, ROWAN_ECONN },
        { ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ROWAN_ECONN },
        { ER_DBACCESS_DENIED_ERROR, ROWAN_ECONN },
        { ER_BAD_DB_ERROR, ROWAN_ECONN },
        { ER_NO_DB_ERROR, ROWAN_EINVAL }, /* the URI names no database */
        { ER_HANDSHAKE_ERROR, ROWAN_ECONN },
        { ER_SERVER_SHUTDOWN, ROWAN_ECONN },
        { ER_FORCING_CLOSE, ROWAN_ECONN },
        { ER_ABORTING_CONNECTION, ROWAN_ECONN },
        { ER_NEW_ABORTING_CONNECTION, ROWAN_ECONN },
        { ER_CONNECTION_KILLED, ROWAN_ECONN },
        { ER_NET_FCNTL_ERROR, ROWAN_ECONN },
        { ER_NET_PACKETS_OUT_OF_ORDER, ROWAN_ECONN },
        { ER_NET_READ_ERROR_FROM_PIPE, ROWAN_ECONN },
        { ER_NET_READ_INTERRUPTED, ROWAN_ECONN },
        { ER_NET_WRITE_INTERRUPTED, ROWAN_ECONN },
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].code == code)
            return table[i].st;
    }
    /* The library's own numbers: the connection cannot be made or is lost. */
    if ((code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) ||
        (code >= CR_EVENT_CREATE_FAILED && code <= CR_MARIADB_LAST_ERROR))
        return ROWAN_ECONN;
    return ROWAN_EINTERNAL;
}

void rowan__maria_break(mariadb_conn *conn)
{
    int fd = (int)mysql_get_socket(conn->mysql);

    conn->base.broken = conn->cut = true;
    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR); /* nobody waits for it any more */
}

static rowan_status fail(mariadb_conn *conn, unsigned code, const char *sqlstate,
                         const char *words, rowan_error *err)
{
    rowan_status st = conn->late ? ROWAN_ETIMEOUT : status_of(code);

    if (conn->late)
        words = "no answer in time";
    else if (code == CR_PLUGIN_NOT_ALLOWED)
        words = "the server asks for the password itself, which it only gets when its "
                "certificate was verified by a given ssl_ca";
    else if (*words == '\0')
        words = "the connection is lost";
    if (conn->late || st == ROWAN_ECONN || mysql_get_socket(conn->mysql) < 0)
        rowan__maria_break(conn);
    (void)rowan_fail(err, st, "MariaDB: %s", words);
    if (err != NULL && !conn->late) {
        err->vendor_code = (int)code;
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    }
    return st;
}

rowan_status rowan__maria_fail(mariadb_conn *conn, rowan_error *err)
{
    unsigned code = mysql_errno(conn->mysql);

    return fail(conn, code != 0 ? code : CR_SERVER_LOST, mysql_sqlstate(conn->mysql),
                mysql_error(conn->mysql), err);
}

/* The library notes some errors with the connection only. */
rowan_status rowan__maria_fail_stmt(mariadb_conn *conn, MYSQL_STMT *stmt,
                                    rowan_error *err)
{
    if (mysql_stmt_errno(stmt) == 0)
        return rowan__maria_fail(conn, err);
    return fail(conn, mysql_stmt_errno(stmt), mysql_stmt_sqlstate(stmt),
                mysql_stmt_error(stmt), err);
}

int64_t rowan__maria_deadline(const mariadb_conn *conn)
{
    uint32_t timeout = conn->base.statement_timeout_ms;

    return timeout == 0 ? 0 : rowan_clock_ms() + timeout + GRACE_MS;
}

void rowan__maria_begin(mariadb_conn *conn, int64_t deadline)
{
    conn->deadline = deadline;
    conn->late = false;
}

/* A call that is over its time is resumed as if the library's own time-out had come, which
 * makes it let go of everything and return. */
int rowan__maria_wait(mariadb_conn *conn, int wanted)
{
    unsigned events = (wanted & MYSQL_WAIT_READ ? ROWAN_WAIT_READ : 0u) |
                      (wanted & MYSQL_WAIT_WRITE ? ROWAN_WAIT_WRITE : 0u);
    int n;

    if (conn->late)
        return MYSQL_WAIT_TIMEOUT;
    n = rowan_wait(conn->base.wait, (int)mysql_get_socket(conn->mysql), events,
                   rowan_clock_left(conn->deadline));
    conn->late = n == 0;
    if (n <= 0)
        return MYSQL_WAIT_TIMEOUT;
    return (n & ROWAN_WAIT_READ ? MYSQL_WAIT_READ : 0) |
           (n & ROWAN_WAIT_WRITE ? MYSQL_WAIT_WRITE : 0);
}

/* Text without parameters. */

static bool send_query(mariadb_conn *conn, const char *sql)
{
    int failed = 0;
    int wanted = mysql_real_query_start(&failed, conn->mysql, sql, strlen(sql));

    while (wanted != 0)
        wanted = mysql_real_query_cont(&failed, conn->mysql,
                                       rowan__maria_wait(conn, wanted));
    return failed == 0;
}

/* The rows of the query that was sent, or NULL and no error if it gives none. */
static MYSQL_RES *receive(mariadb_conn *conn)
{
    MYSQL_RES *result = NULL;
    int wanted = mysql_store_result_start(&result, conn->mysql);

    while (wanted != 0)
        wanted = mysql_store_result_cont(&result, conn->mysql,
                                         rowan__maria_wait(conn, wanted));
    return result;
}

rowan_status rowan__maria_run(mariadb_conn *conn, const char *sql, int64_t deadline,
                              rowan_error *err)
{
    rowan__maria_begin(conn, deadline);
    if (!send_query(conn, sql))
        return rowan__maria_fail(conn, err);
    mysql_free_result(receive(conn));
    return mysql_errno(conn->mysql) == 0 ? ROWAN_OK : rowan__maria_fail(conn, err);
}

rowan_status rowan__maria_number(mariadb_conn *conn, const char *sql, int64_t deadline,
                                 uint64_t *out, rowan_error *err)
{
    MYSQL_RES *result;
    MYSQL_ROW row;

    *out = 0;
    rowan__maria_begin(conn, deadline);
    if (!send_query(conn, sql))
        return rowan__maria_fail(conn, err);
    result = receive(conn);
    if (result == NULL)
        return rowan__maria_fail(conn, err);
    row = mysql_fetch_row(result);
    if (row != NULL && row[0] != NULL)
        *out = strtoull(row[0], NULL, 10);
    mysql_free_result(result);
    return ROWAN_OK;
}

rowan_status rowan__maria_ping(mariadb_conn *conn, int64_t deadline, rowan_error *err)
{
    int failed = 0, wanted;

    rowan__maria_begin(conn, deadline);
    wanted = mysql_ping_start(&failed, conn->mysql);
    while (wanted != 0)
        wanted = mysql_ping_cont(&failed, conn->mysql, rowan__maria_wait(conn, wanted));
    return failed == 0 ? ROWAN_OK : rowan__maria_fail(conn, err);
}
