/* conn.c - waiting for PostgreSQL, and what its errors mean. */
#include "postgres/postgres_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_MS \
    1000 /* the server ends a statement by itself; this long we wait for it */

static rowan_status status_of(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        rowan_status st;
    } table[] = {
        /* The first that fits counts: whole states before their classes (appendix A of
         * the manual). */
        { "23505", ROWAN_ECONFLICT },    /* unique_violation */
        { "23502", ROWAN_EINVAL },       /* not_null_violation */
        { "23", ROWAN_ECONSTRAINT },     /* integrity constraint violation */
        { "2BP01", ROWAN_ECONSTRAINT },  /* dependent_objects_still_exist */
        { "40", ROWAN_EBUSY },           /* serialization failure, deadlock */
        { "55P03", ROWAN_EBUSY },        /* lock_not_available */
        { "55006", ROWAN_EBUSY },        /* object_in_use */
        { "57014", ROWAN_ETIMEOUT },     /* query_canceled: by statement_timeout */
        { "57P", ROWAN_ECONN },          /* the server shuts down or starts up */
        { "53300", ROWAN_EBUSY },        /* too_many_connections */
        { "53100", ROWAN_EIO },          /* disk_full */
        { "53", ROWAN_EBUSY },           /* insufficient resources */
        { "08", ROWAN_ECONN },           /* connection exception */
        { "28", ROWAN_ECONN },           /* invalid authorization */
        { "3D000", ROWAN_ECONN },        /* no such database */
        { "25006", ROWAN_EUNSUPPORTED }, /* read_only_sql_transaction */
        { "25P02", ROWAN_EINVAL },       /* in_failed_sql_transaction */
        { "0A", ROWAN_EUNSUPPORTED },    /* feature not supported */
        { "22", ROWAN_EINVAL },          /* data exception */
        { "54", ROWAN_EINVAL }, /* program limit exceeded: a value is too large */
        { "42501", ROWAN_EUNSUPPORTED }, /* insufficient_privilege */
        { "42", ROWAN_EDATA }, /* no such table or column, or of another type */
        { "58", ROWAN_EIO },   /* system error */
    };

    for (size_t i = 0; sqlstate != NULL && i < sizeof table / sizeof table[0]; i++) {
        if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].st;
    }
    return ROWAN_EINTERNAL;
}

/* libpq's own messages have several lines; the first one says it. */
static rowan_status fail_words(rowan_error *err, rowan_status st, const char *words)
{
    return rowan_fail(err, st, "PostgreSQL: %.*s", (int)strcspn(words, "\n"), words);
}

rowan_status rowan__pg_fail(postgres_conn *conn, rowan_error *err)
{
    const char *words = PQerrorMessage(conn->pg);

    conn->base.broken = true;
    if (*words == '\0')
        words = "the connection is lost";
    return fail_words(err, ROWAN_ECONN, words);
}

/* Whether an error's detail is the key that it is about. That of a CHECK or of a NULL is the
 * whole row, and the words may go to somebody who is not to see all of it. */
static bool detail_is_a_key(const char *sqlstate)
{
    return sqlstate != NULL &&
           (strcmp(sqlstate, "23505") == 0 || /* unique_violation */
            strcmp(sqlstate, "23503") == 0 || /* foreign_key_violation */
            strcmp(sqlstate, "23001") == 0);  /* restrict_violation */
}

rowan_status rowan__pg_fail_result(postgres_conn *conn, const PGresult *result,
                                   rowan_error *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    rowan_status st = status_of(sqlstate);

    if (PQstatus(conn->pg) == CONNECTION_BAD)
        st = ROWAN_ECONN;
    if (st == ROWAN_ECONN)
        conn->base.broken = true;
    if (words == NULL)
        words = PQresultErrorMessage(result);
    if (detail != NULL && detail_is_a_key(sqlstate))
        (void)rowan_fail(err, st, "PostgreSQL: %s: %s", words, detail);
    else
        (void)fail_words(err, st, words);
    if (err != NULL && sqlstate != NULL)
        (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    return st;
}

int64_t rowan__pg_deadline(const postgres_conn *conn)
{
    uint32_t timeout = conn->base.statement_timeout_ms;

    return timeout == 0 ? 0 : rowan_clock_ms() + timeout + GRACE_MS;
}

/* Waits for the socket. */
static rowan_status wait_socket(postgres_conn *conn, unsigned events, int64_t deadline,
                                unsigned *ready, rowan_error *err)
{
    int n = rowan_wait(conn->base.wait, PQsocket(conn->pg), events,
                       rowan_clock_left(deadline));

    if (n == 0) {
        conn->base.broken = true; /* its answer would come to the next statement */
        return rowan_fail(err, ROWAN_ETIMEOUT, "PostgreSQL: no answer in time");
    }
    if (n < 0) {
        conn->base.broken = true;
        return rowan_fail(err, ROWAN_ECONN, "PostgreSQL: the connection is lost");
    }
    *ready = (unsigned)n;
    return ROWAN_OK;
}

rowan_status rowan__pg_flush(postgres_conn *conn, int64_t deadline, rowan_error *err)
{
    int left;

    while ((left = PQflush(conn->pg)) > 0) {
        /* The server may be unable to read before we have read what it says. */
        unsigned ready = 0;
        rowan_status st = wait_socket(conn, ROWAN_WAIT_READ | ROWAN_WAIT_WRITE,
                                      deadline, &ready, err);

        if (st != ROWAN_OK)
            return st;
        if ((ready & ROWAN_WAIT_READ) && !PQconsumeInput(conn->pg))
            return rowan__pg_fail(conn, err);
    }
    return left < 0 ? rowan__pg_fail(conn, err) : ROWAN_OK;
}

rowan_status rowan__pg_next(postgres_conn *conn, int64_t deadline, PGresult **out,
                            rowan_error *err)
{
    while (PQisBusy(conn->pg)) {
        unsigned ready = 0;
        rowan_status st = wait_socket(conn, ROWAN_WAIT_READ, deadline, &ready, err);

        if (st != ROWAN_OK)
            return st;
        if (!PQconsumeInput(conn->pg))
            return rowan__pg_fail(conn, err);
    }
    *out = PQgetResult(conn->pg);
    return ROWAN_OK;
}

static bool is_error(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR: return true;
    default: return false;
    }
}

rowan_status rowan__pg_drain(postgres_conn *conn, int64_t deadline,
                             uint64_t *n_affected, rowan_error *err)
{
    rowan_status first = ROWAN_OK;

    for (;;) {
        PGresult *result = NULL;
        rowan_status st =
            rowan__pg_next(conn, deadline, &result, first == ROWAN_OK ? err : NULL);

        if (st != ROWAN_OK)
            return first != ROWAN_OK ? first : st;
        if (result == NULL)
            return first;
        if (is_error(result) && first == ROWAN_OK)
            first = rowan__pg_fail_result(conn, result, err);
        else if (n_affected != NULL)
            *n_affected = strtoull(PQcmdTuples(result), NULL, 10);
        if (PQresultStatus(result) ==
            PGRES_COPY_IN) { /* it goes on by PQputCopyData() */
            PQclear(result);
            return first;
        }
        PQclear(result);
    }
}

rowan_status rowan__pg_run(postgres_conn *conn, const char *sql, int64_t deadline,
                           rowan_error *err)
{
    rowan_status st;

    if (!PQsendQuery(conn->pg, sql))
        return rowan__pg_fail(conn, err);
    st = rowan__pg_flush(conn, deadline, err);
    return st == ROWAN_OK ? rowan__pg_drain(conn, deadline, NULL, err) : st;
}
