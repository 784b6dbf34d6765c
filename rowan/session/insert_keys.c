/* insert_keys.c - many rows whose keys the database gives. See insert_keys_int.h.
 *
 * The keys must come back to their own rows, and no database promises in which order
 * RETURNING gives its rows. It is right all the same, for other reasons:
 *
 * PostgreSQL  the keys are drawn from the sequence before, any of them for any row, and
 *             the rows go by COPY. Where the sequence cannot be used, or does not pay, it
 *             is one INSERT ... SELECT ... ORDER BY, which draws them in that order.
 * MariaDB     an INSERT of known length numbers its rows upwards as they stand (the manual
 *             on innodb_autoinc_lock_mode), and one that is run for many sets of values
 *             does each in turn.
 * SQLite      a new key is one more than the greatest there is, and nobody else can write:
 *             the rows have the keys behind it, and that they have is seen at the end.
 *             RETURNING doubles the time of an INSERT; it is left for tables where something
 *             else has a say (AUTOINCREMENT, triggers).
 *
 * Where keys come back, they are those of the rows if they come in rising order; if they do
 * not, but have no gap, they are sorted. Anything else (SQLite draws lots behind the
 * greatest key of all) is an error, never a guess.
 */
#include "insert_keys_int.h"

#include <stdlib.h>

/* Where keys come back. */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static bool rises(const int64_t *keys, size_t n_keys)
{
    for (size_t i = 1; i < n_keys; i++) {
        if (keys[i] <= keys[i - 1])
            return false;
    }
    return true;
}

static rowan_status fail_numbers(rowan_error *err)
{
    return rowan_fail(err, ROWAN_EUNSUPPORTED,
                      "the database does not number new rows upwards; insert them one "
                      "at a time");
}

static rowan_status order_keys(int64_t *keys, size_t n_keys, rowan_error *err)
{
    if (rises(keys, n_keys))
        return ROWAN_OK;
    qsort(keys, n_keys, sizeof *keys, by_number);
    if (rises(keys, n_keys) &&
        (uint64_t)keys[n_keys - 1] - (uint64_t)keys[0] == n_keys - 1)
        return ROWAN_OK;
    return fail_numbers(err);
}

static rowan_status set_keys(const rowan_model *model, const rowan__row_list *list,
                             size_t from, const int64_t *keys, size_t n_keys,
                             rowan_error *err)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_keys && st == ROWAN_OK; i++)
        st = rowan__set_key(key, rowan__row_at(list, from + i), keys[i], err);
    return st;
}

/* One statement, which lives in the connection's cache.
 * as_runs  it is that of one row, run for many */
static rowan_status insert_together(rowan_session *session, const rowan_model *model,
                                    const rowan__row_list *list, size_t from,
                                    size_t n_rows, bool as_runs, rowan_error *err)
{
    rowan_query query = { .model = model };
    void *rows[ROWAN__MAX_RUNS];
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st;

    for (size_t i = 0; i < n_rows; i++)
        rows[i] = rowan__row_at(list, from + i);
    st = as_runs ? rowan__statement_of_runs(&statement, &query, rows, n_rows, err)
                 : rowan__statement_of_rows(&statement, &query, rows, n_rows, err);
    if (st == ROWAN_OK)
        st = rowan__read_keys(session, &statement, n_rows, false, &result, err);
    rowan__statement_done(&statement);
    if (st == ROWAN_OK) {
        int64_t *keys = rowan_result_rows(result); /* of rowan__count_row */

        st = order_keys(keys, n_rows, err);
        if (st == ROWAN_OK)
            st = set_keys(model, list, from, keys, n_rows, err);
        st = rowan__session_after(session, st);
    }
    rowan_result_free(result);
    return st;
}

/* As many rows a statement as it can have, and for the rest powers of two, so that few
 * statements are prepared in all. */
static rowan_status insert_statements(rowan_session *session, const rowan_model *model,
                                      const rowan__row_list *list, rowan_error *err)
{
    size_t together = rowan__statement_max_rows(model), i = 0;
    rowan_status st = ROWAN_OK;

    if (together == 1)
        return rowan__insert_one_by_one(session, model, list, err);
    for (; list->n_rows - i > 1 && st == ROWAN_OK; i += together) {
        while (together > list->n_rows - i)
            together /= 2;
        st = insert_together(session, model, list, i, together, false, err);
    }
    if (st == ROWAN_OK && i < list->n_rows)
        st = rowan__insert_row(session, model, rowan__row_at(list, i), err);
    return st;
}

static rowan_status insert_runs(rowan_session *session, const rowan_model *model,
                                const rowan__row_list *list, rowan_error *err)
{
    size_t max = rowan__statement_max_runs(model), n;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i += n) {
        n = list->n_rows - i < max ? list->n_rows - i : max;
        st = insert_together(session, model, list, i, n, true, err);
    }
    return st;
}

/* Where keys are counted. */

/* Sets *known to whether new keys are counted on from *greatest, for n_rows of them. */
static rowan_status greatest_key(rowan_session *session, const rowan_model *model,
                                 size_t n_rows, bool *known, int64_t *greatest,
                                 rowan_error *err)
{
    rowan_query query = { .model = model };
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st;

    rowan__statement_of_keys(&statement, &query, n_rows);
    st = rowan__read_keys(session, &statement, 1, true, &result, err);
    rowan__statement_done(&statement);
    *known = st == ROWAN_OK && rowan_result_count(result) > 0;
    if (*known)
        *greatest = *(int64_t *)rowan_result_rows(result);
    rowan_result_free(result);
    return st;
}

/* Keys that follow each other behind the greatest one. */
static rowan_status count_on(const rowan_model *model, const rowan__row_list *list,
                             int64_t greatest, rowan_error *err)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++)
        st =
            rowan__set_key(key, rowan__row_at(list, i), greatest + 1 + (int64_t)i, err);
    return st;
}

/* Whether it is counted on from the greatest key that there is: behind a negative one SQLite
 * would go on with negative ones, and with 0, which is no key. */
static bool counts_itself(const rowan_model *model, const rowan__row_list *list,
                          int64_t greatest)
{
    return greatest >= 0 && rowan__insert_is_bulk(list->n_rows) &&
           rowan__statement_max_rows(model) > 1;
}

/* The database counts them itself, which is quicker than to be told what the rows have. */
static rowan_status insert_uncounted(rowan_session *session, const rowan_model *model,
                                     const rowan__row_list *list, int64_t greatest,
                                     rowan_error *err)
{
    int64_t last = greatest;
    bool known = false;
    rowan_status st = rowan__insert_bulk(session, model, list, ROWAN__INTO_AUTO, err);

    if (st == ROWAN_OK)
        st = greatest_key(session, model, 0, &known, &last, err);
    if (st == ROWAN_OK &&
        !(known && (uint64_t)last - (uint64_t)greatest == list->n_rows))
        st = rowan__session_after(session, fail_numbers(err));
    return st;
}

static rowan_status insert_counted(rowan_session *session, const rowan_model *model,
                                   const rowan__row_list *list, rowan_error *err)
{
    int64_t greatest = 0;
    bool known = false;
    rowan_status st =
        greatest_key(session, model, list->n_rows, &known, &greatest, err);

    if (st != ROWAN_OK)
        return st;
    if (!known)
        return insert_statements(session, model, list, err);
    st = count_on(model, list, greatest > 0 ? greatest : 0, err);
    if (st != ROWAN_OK)
        return st;
    return counts_itself(model, list, greatest)
               ? insert_uncounted(session, model, list, greatest, err)
               : rowan__insert_given(session, model, list, err);
}

/* Where they are drawn from a sequence. */

/* Gives the rows keys before they are inserted, if that can be done. */
static rowan_status draw_keys(rowan_session *session, const rowan_model *model,
                              const rowan__row_list *list, bool *drawn,
                              rowan_error *err)
{
    rowan_query query = { .model = model };
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st;

    rowan__statement_of_keys(&statement, &query, list->n_rows);
    st = rowan__read_keys(session, &statement, list->n_rows, true, &result, err);
    rowan__statement_done(&statement);
    *drawn = st == ROWAN_OK && rowan_result_count(result) > 0;
    if (*drawn)
        st = set_keys(model, list, 0, rowan_result_rows(result), list->n_rows, err);
    rowan_result_free(result);
    return st;
}

static rowan_status insert_drawn(rowan_session *session, const rowan_model *model,
                                 const rowan__row_list *list, rowan_error *err)
{
    bool drawn = false;
    rowan_status st = draw_keys(session, model, list, &drawn, err);

    if (st != ROWAN_OK)
        return st;
    return drawn ? rowan__insert_given(session, model, list, err)
                 : insert_statements(session, model, list, err);
}

rowan_status rowan__insert_missing(rowan_session *session, const rowan_model *model,
                                   const rowan__row_list *list, rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    bool many = rowan__insert_is_bulk(list->n_rows);

    if (dialect->counts_keys)
        return insert_counted(session, model, list, err);
    if (dialect->has_sequences && many)
        return insert_drawn(session, model, list, err);
    if (dialect->many_runs && many && rowan__statement_max_runs(model) > 1)
        return insert_runs(session, model, list, err);
    return insert_statements(session, model, list, err);
}
