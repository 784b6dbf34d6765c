/* raw.c - SQL of the user's own. See rowan/raw.h. */
#include <rowan/raw.h>

#include "session_int.h"

rowan_status rowan_sql_fetch(rowan_session *session, const rowan_model *shape,
                             const char *sql, const rowan_value *values,
                             size_t n_values, rowan_result **out, rowan_error *err)
{
    const rowan_query query = { .model = shape };
    rowan_result *result = NULL;
    rowan__statement statement;
    rowan_status st =
        rowan__statement_of_sql(&statement, rowan__session_dialect(session), &query,
                                sql, values, n_values, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(shape, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, &statement, &result->rows, err);
    rowan__statement_done(&statement);
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
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
    rowan__statement_done(&statement);
    return st;
}
