/* insert.c - inserting rows. See rowan/session.h and insert_int.h.
 *
 * Rows whose keys are given take the bulk path. Keys that the database gives must come back
 * to their own rows, and no database promises in which order RETURNING gives its rows. It
 * is right all the same, for other reasons:
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
#include "insert_int.h"

#include <stdlib.h>
#include <string.h>

#include "alloc_int.h"
#include "bulk_int.h"

#define COPIED_TOGETHER 256 /* rows that lie apart, for the bulk path */

/* Rows that follow each other, or lie where the pointers say. */
typedef struct row_list {
    char *first; /* NULL if there are pointers */
    size_t size; /* bytes of a row */
    void *const *pointers;
    size_t n_rows;
} row_list;

static void *row_at(const row_list *list, size_t i)
{
    return list->first != NULL ? list->first + i * list->size : list->pointers[i];
}

const rowan_column *rowan__missing_key(const rowan_model *model, const void *row)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_value value;

    if (key == NULL || !key->automatic)
        return NULL;
    rowan_column_get(key, row, &value);
    return value.as.int64 == 0 ? key : NULL;
}

/* One row. */

static rowan_status set_key(const rowan_column *key, void *row, int64_t number,
                            rowan_error *err)
{
    rowan_value value = rowan_value_int64(number);

    return rowan_column_set(key, row, &value, err);
}

/* Runs a statement that gives n_keys keys, or none if it `may_lack` them. */
static rowan_status read_keys(rowan_session *session, const rowan__statement *statement,
                              size_t n_keys, bool may_lack, rowan_result **out,
                              rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(&rowan__count_shape, &result, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st == ROWAN_OK && rowan_result_count(result) != n_keys &&
        !(may_lack && rowan_result_count(result) == 0))
        st = rowan_fail(err, ROWAN_EINTERNAL, "%zu inserted rows gave %zu keys", n_keys,
                        rowan_result_count(result));
    if (st != ROWAN_OK) {
        rowan_result_free(result);
        return st;
    }
    *out = result;
    return ROWAN_OK;
}

static rowan_status insert_auto(rowan_session *session,
                                const rowan__statement *statement,
                                const rowan_column *key, void *row, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = read_keys(session, statement, 1, false, &result, err);

    if (st == ROWAN_OK)
        st = set_key(key, row, ((rowan__count_row *)rowan_result_rows(result))->n, err);
    rowan_result_free(result);
    return st;
}

static rowan_status insert_row(rowan_session *session, const rowan_model *model,
                               void *row, rowan_error *err)
{
    rowan_query query = { .model = model };
    const rowan_column *key = rowan__missing_key(model, row);
    rowan__statement statement;
    rowan_status st = rowan__statement_of_row(
        &statement, key != NULL ? ROWAN__INSERT_AUTO : ROWAN__INSERT, &query, row, err);

    if (st == ROWAN_OK)
        st = key != NULL ? insert_auto(session, &statement, key, row, err)
                         : rowan__session_execute(session, &statement, NULL, err);
    rowan__statement_done(&statement);
    return st;
}

/* Rows whose keys are given. */

static rowan_status insert_one_by_one(rowan_session *session, const rowan_model *model,
                                      const row_list *list, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++)
        st = insert_row(session, model, row_at(list, i), err);
    return st;
}

/* Rows that lie apart are copied next to each other, a few at a time. */
static rowan_status bulk_copies(rowan__bulk *bulk, const rowan_model *model,
                                const row_list *list, rowan_error *err)
{
    char *copies = rowan__calloc(COPIED_TOGETHER, model->row_size);
    rowan_status st =
        copies == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory") : ROWAN_OK;
    size_t n = 0;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++) {
        memcpy(copies + n++ * model->row_size, row_at(list, i), model->row_size);
        if (n == COPIED_TOGETHER || i == list->n_rows - 1) {
            st = rowan__bulk_rows(bulk, copies, n, err);
            n = 0;
        }
    }
    rowan__free(copies);
    return st;
}

static rowan_status insert_bulk(rowan_session *session, const rowan_model *model,
                                const row_list *list, rowan__into into,
                                rowan_error *err)
{
    rowan__bulk bulk;
    rowan_status st = rowan__bulk_open(&bulk, session, model, into, err), end;

    if (st != ROWAN_OK)
        return st;
    st = list->first != NULL ? rowan__bulk_rows(&bulk, list->first, list->n_rows, err)
                             : bulk_copies(&bulk, model, list, err);
    end = rowan__bulk_close(&bulk, st != ROWAN_OK, st == ROWAN_OK ? err : NULL);
    return st != ROWAN_OK ? st : end;
}

/* Whether the bulk path pays: COPY costs a few round trips. */
static bool is_bulk(size_t n_rows)
{
    return n_rows >= 10;
}

static rowan_status insert_given(rowan_session *session, const rowan_model *model,
                                 const row_list *list, rowan_error *err)
{
    return is_bulk(list->n_rows)
               ? insert_bulk(session, model, list, ROWAN__INTO_TABLE, err)
               : insert_one_by_one(session, model, list, err);
}

/* Rows whose keys the database gives. */

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

static rowan_status set_keys(const rowan_model *model, const row_list *list,
                             size_t from, const int64_t *keys, size_t n_keys,
                             rowan_error *err)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < n_keys && st == ROWAN_OK; i++)
        st = set_key(key, row_at(list, from + i), keys[i], err);
    return st;
}

/* One statement, which lives in the connection's cache.
 * as_runs  it is that of one row, run for many */
static rowan_status insert_together(rowan_session *session, const rowan_model *model,
                                    const row_list *list, size_t from, size_t n_rows,
                                    bool as_runs, rowan_error *err)
{
    rowan_query query = { .model = model };
    void *rows[ROWAN__MAX_RUNS];
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st;

    for (size_t i = 0; i < n_rows; i++)
        rows[i] = row_at(list, from + i);
    st = as_runs ? rowan__statement_of_runs(&statement, &query, rows, n_rows, err)
                 : rowan__statement_of_rows(&statement, &query, rows, n_rows, err);
    if (st == ROWAN_OK)
        st = read_keys(session, &statement, n_rows, false, &result, err);
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
                                      const row_list *list, rowan_error *err)
{
    size_t together = rowan__statement_max_rows(model), i = 0;
    rowan_status st = ROWAN_OK;

    if (together == 1)
        return insert_one_by_one(session, model, list, err);
    for (; list->n_rows - i > 1 && st == ROWAN_OK; i += together) {
        while (together > list->n_rows - i)
            together = together & (together - 1)
                           ? (size_t)1 << (63 - __builtin_clzl(together))
                           : together / 2;
        st = insert_together(session, model, list, i, together, false, err);
    }
    if (st == ROWAN_OK && i < list->n_rows)
        st = insert_row(session, model, row_at(list, i), err);
    return st;
}

static rowan_status insert_runs(rowan_session *session, const rowan_model *model,
                                const row_list *list, rowan_error *err)
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
    st = read_keys(session, &statement, 1, true, &result, err);
    rowan__statement_done(&statement);
    *known = st == ROWAN_OK && rowan_result_count(result) > 0;
    if (*known)
        *greatest = *(int64_t *)rowan_result_rows(result);
    rowan_result_free(result);
    return st;
}

/* Keys that follow each other behind the greatest one. */
static rowan_status count_on(const rowan_model *model, const row_list *list,
                             int64_t greatest, rowan_error *err)
{
    const rowan_column *key = rowan_model_key(model);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < list->n_rows && st == ROWAN_OK; i++)
        st = set_key(key, row_at(list, i), greatest + 1 + (int64_t)i, err);
    return st;
}

/* The database counts them itself, which is quicker than to be told them. */
static rowan_status insert_uncounted(rowan_session *session, const rowan_model *model,
                                     const row_list *list, int64_t greatest,
                                     rowan_error *err)
{
    int64_t last = greatest;
    bool known = false;
    rowan_status st = insert_bulk(session, model, list, ROWAN__INTO_AUTO, err);

    if (st == ROWAN_OK)
        st = greatest_key(session, model, 0, &known, &last, err);
    if (st == ROWAN_OK &&
        !(known && (uint64_t)last - (uint64_t)greatest == list->n_rows))
        st = rowan__session_after(session, fail_numbers(err));
    return st == ROWAN_OK ? count_on(model, list, greatest, err) : st;
}

static rowan_status insert_counted(rowan_session *session, const rowan_model *model,
                                   const row_list *list, rowan_error *err)
{
    int64_t greatest = 0;
    bool known = false;
    rowan_status st =
        greatest_key(session, model, list->n_rows, &known, &greatest, err);

    if (st != ROWAN_OK)
        return st;
    if (!known)
        return insert_statements(session, model, list, err);
    if (is_bulk(list->n_rows) && rowan__statement_max_rows(model) > 1)
        return insert_uncounted(session, model, list, greatest, err);
    st = count_on(model, list, greatest, err);
    return st == ROWAN_OK ? insert_given(session, model, list, err) : st;
}

/* Where they are drawn from a sequence. */

/* Gives the rows keys before they are inserted, if that can be done. */
static rowan_status draw_keys(rowan_session *session, const rowan_model *model,
                              const row_list *list, bool *drawn, rowan_error *err)
{
    rowan_query query = { .model = model };
    rowan__statement statement;
    rowan_result *result = NULL;
    rowan_status st;

    rowan__statement_of_keys(&statement, &query, list->n_rows);
    st = read_keys(session, &statement, list->n_rows, true, &result, err);
    rowan__statement_done(&statement);
    *drawn = st == ROWAN_OK && rowan_result_count(result) > 0;
    if (*drawn)
        st = set_keys(model, list, 0, rowan_result_rows(result), list->n_rows, err);
    rowan_result_free(result);
    return st;
}

static rowan_status insert_drawn(rowan_session *session, const rowan_model *model,
                                 const row_list *list, rowan_error *err)
{
    bool drawn = false;
    rowan_status st = draw_keys(session, model, list, &drawn, err);

    if (st != ROWAN_OK)
        return st;
    return drawn ? insert_given(session, model, list, err)
                 : insert_statements(session, model, list, err);
}

static rowan_status insert_missing(rowan_session *session, const rowan_model *model,
                                   const row_list *list, rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    bool many = is_bulk(list->n_rows);

    if (dialect->counts_keys)
        return insert_counted(session, model, list, err);
    if (dialect->has_sequences && many)
        return insert_drawn(session, model, list, err);
    if (dialect->many_runs && many && rowan__statement_max_runs(model) > 1)
        return insert_runs(session, model, list, err);
    return insert_statements(session, model, list, err);
}

/* All of it. */

/* Those with keys and those without. *memory, which may be NULL, holds their pointers. */
static rowan_status split(const rowan_model *model, const row_list *all,
                          row_list *given, row_list *missing, void ***memory,
                          rowan_error *err)
{
    size_t n_missing = 0, n[2] = { 0, 0 };

    for (size_t i = 0; i < all->n_rows; i++)
        n_missing += rowan__missing_key(model, row_at(all, i)) != NULL;
    *given = *missing = *all;
    given->n_rows -= n_missing;
    missing->n_rows = n_missing;
    if (n_missing == 0 || n_missing == all->n_rows)
        return ROWAN_OK;
    *memory = rowan__calloc(all->n_rows, sizeof **memory);
    if (*memory == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < all->n_rows; i++) {
        void *row = row_at(all, i);
        size_t lacks = rowan__missing_key(model, row) != NULL;

        (*memory)[lacks * given->n_rows + n[lacks]++] = row;
    }
    given->first = missing->first = NULL;
    given->pointers = *memory;
    missing->pointers = *memory + given->n_rows;
    return ROWAN_OK;
}

static void clear_keys(const rowan_model *model, const row_list *list)
{
    const rowan_column *key = rowan_model_key(model);

    for (size_t i = 0; i < list->n_rows; i++)
        (void)set_key(key, row_at(list, i), 0, NULL);
}

static rowan_status insert_list(rowan_session *session, const rowan_model *model,
                                const row_list *list, rowan_error *err)
{
    bool own_transaction = !session->in_transaction;
    row_list given, missing;
    void **memory = NULL;
    rowan_status st = split(model, list, &given, &missing, &memory, err);

    if (st != ROWAN_OK)
        return st;
    if (own_transaction)
        st = rowan_begin(session, err);
    if (st == ROWAN_OK && given.n_rows > 0)
        st = insert_given(session, model, &given, err);
    if (st == ROWAN_OK && missing.n_rows > 0)
        st = insert_missing(session, model, &missing, err);
    if (own_transaction && st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    else if (own_transaction)
        rowan__session_rollback(session);
    if (st != ROWAN_OK)
        clear_keys(model, &missing);
    rowan__free(memory);
    return st;
}

static rowan_status insert(rowan_session *session, const rowan_model *model,
                           const row_list *list, rowan_error *err)
{
    if (list->n_rows == 0)
        return ROWAN_OK;
    return list->n_rows == 1 ? insert_row(session, model, row_at(list, 0), err)
                             : insert_list(session, model, list, err);
}

rowan_status rowan_insert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows, rowan_error *err)
{
    row_list list = { .first = rows, .size = model->row_size, .n_rows = n_rows };
    rowan_status st = rowan__must_be_table(model, err);

    return st == ROWAN_OK ? insert(session, model, &list, err) : st;
}

rowan_status rowan__insert_each(rowan_session *session, const rowan_model *model,
                                void *const *rows, size_t n_rows, rowan_error *err)
{
    row_list list = { .pointers = rows, .n_rows = n_rows };

    return insert(session, model, &list, err);
}
