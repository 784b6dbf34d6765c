/* raw.c - SQL of the user's own. See rowan/raw.h. */
#include <rowan/raw.h>

#include "session_int.h"

#include <string.h>
#include <strings.h>

/* Where the first word of a statement is: behind space, brackets and comments. */
static const char *first_word(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n\f\v(;");
        if (strncmp(sql, "--", 2) == 0)
            sql += strcspn(sql, "\n");
        else if (strncmp(sql, "/*", 2) == 0 && strstr(sql + 2, "*/") != NULL)
            sql = strstr(sql + 2, "*/") + 2;
        else
            return sql;
    }
}

/* Notes that a statement may have left the connection other than it was. */
static void note_change(rowan_session *session, const char *sql)
{
    static const char *const harmless[] = { "select", "insert", "update", "delete",
                                            "with",   "values", "merge",  "replace",
                                            "table",  "explain" };
    const char *word = first_word(sql);
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        if (strlen(harmless[i]) == len && strncasecmp(word, harmless[i], len) == 0)
            return;
    }
    if (session->link != NULL)
        session->link->altered = true;
}

rowan_status rowan_sql_fetch(rowan_session *session, const rowan_model *shape,
                             const char *sql, const rowan_value *values,
                             size_t n_values, rowan_result **out, rowan_error *err)
{
    const rowan_query query = { .model = shape };
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_sql(&statement, rowan__session_dialect(session), &query,
                                sql, values, n_values, err);

    if (st == ROWAN_OK)
        st = rowan__session_fetch(session, &statement, out, err);
    note_change(session, sql);
    rowan__statement_done(&statement);
    return st;
}

rowan_status rowan_sql_execute(rowan_session *session, const char *sql,
                               const rowan_value *values, size_t n_values,
                               uint64_t *n_changed, rowan_error *err)
{
    const rowan_query query = { .model = NULL };
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_sql(&statement, rowan__session_dialect(session), &query,
                                sql, values, n_values, err);

    if (st == ROWAN_OK)
        st = rowan__session_execute(session, &statement, n_changed, err);
    note_change(session, sql);
    rowan__statement_done(&statement);
    return st;
}
