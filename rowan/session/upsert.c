/* upsert.c - inserting rows that may be there already. See rowan/upsert.h.
 *
 * Rows go one a statement, which is prepared once: a statement of many could not change a
 * row twice, and gives no keys back in an order that is promised.
 */
#include <rowan/upsert.h>

#include "insert_keys_int.h"

static rowan_status bits_of(const rowan_model *model, const rowan_columns *columns,
                            uint64_t *out, rowan_error *err)
{
    *out = 0;
    for (size_t i = 0; i < columns->n; i++) {
        const rowan_column *column = columns->list[i];

        if (column < model->columns || column >= model->columns + model->n_columns)
            return rowan_fail(err, ROWAN_EINVAL, "%s is not a column of %s",
                              column->name, model->name);
        *out |= UINT64_C(1) << (column - model->columns);
    }
    return ROWAN_OK;
}

static uint64_t primary_key(const rowan_model *model)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < model->n_columns; i++)
        bits |= (uint64_t)model->columns[i].primary_key << i;
    return bits;
}

/* Whether exactly these columns are a key that the model declares, of all rows. */
static bool is_key(const rowan_model *model, uint64_t bits)
{
    if (bits == 0 || bits == primary_key(model))
        return bits != 0;
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].unique && bits == UINT64_C(1) << i)
            return true;
    }
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];
        uint64_t key = 0;

        for (size_t p = 0; p < c->n_parts; p++)
            key |= UINT64_C(1) << c->parts[p].column;
        if (c->kind == ROWAN_CONSTRAINT_UNIQUE && c->n_checks == 0 && key == bits)
            return true;
    }
    return false;
}

/* All that a row that is there takes over from the new one. */
static uint64_t other_columns(const rowan_model *model, uint64_t on)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < model->n_columns; i++)
        bits |= (uint64_t)(model->columns[i].generated == NULL &&
                           !model->columns[i].version)
                << i;
    return bits & ~primary_key(model) & ~on;
}

static rowan_status plan(const rowan_model *model, const rowan_upsert_opts *opts,
                         rowan__upsert *out, rowan_error *err)
{
    rowan_status st = bits_of(model, &opts->on, &out->on, err);

    if (st == ROWAN_OK)
        st = bits_of(model, &opts->set, &out->set, err);
    if (st != ROWAN_OK)
        return st;
    if (!is_key(model, out->on))
        return rowan_fail(err, ROWAN_EINVAL,
                          "an upsert of %s needs the columns of one of its unique keys",
                          model->name);
    if (opts->keep)
        out->set = 0;
    else if (opts->set.n == 0)
        out->set = other_columns(model, out->on);
    return ROWAN_OK;
}

/* The AUTO key of the row that was there and stayed as it is. */
static rowan_status find_key(rowan_session *session, const rowan_model *model,
                             uint64_t on, void *row, rowan_error *err)
{
    rowan_expr parts[ROWAN_MAX_COLUMNS];
    const rowan_expr *list[ROWAN_MAX_COLUMNS];
    const rowan_expr where = { .op = ROWAN_OP_AND, .parts = list };
    const rowan_query query = { .model = model, .where = &where };
    const rowan_column *key = rowan_model_key(model);
    rowan_result *result = NULL;
    rowan_expr all = where;
    rowan_query find = query;
    rowan_value value;
    rowan_status st;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!(on >> i & 1))
            continue;
        parts[all.n_parts] = (rowan_expr){ .op = ROWAN_OP_EQ,
                                           .model = model,
                                           .column = &model->columns[i] };
        rowan_column_get(&model->columns[i], row, &parts[all.n_parts].value);
        list[all.n_parts] = &parts[all.n_parts];
        all.n_parts++;
    }
    find.where = &all;
    st = rowan_fetch(session, &find, &result, err);
    if (st != ROWAN_OK)
        return st;
    if (rowan_result_count(result) != 1) { /* it went in between */
        st = rowan_fail(err, ROWAN_EBUSY, "a row of %s was taken away meanwhile",
                        model->table);
    } else {
        rowan_column_get(key, rowan_result_rows(result), &value);
        st = rowan_column_set(key, row, &value, err);
    }
    rowan_result_free(result);
    return st;
}

/* A row whose AUTO key the database knows. */
static rowan_status upsert_auto(rowan_session *session,
                                const rowan__statement *statement,
                                const rowan_model *model, void *row, rowan_error *err)
{
    rowan_result *result = NULL;
    rowan_status st = rowan__result_new(&rowan__count_shape, &result, err);

    if (st == ROWAN_OK)
        st = rowan__session_read(session, statement, &result->rows, err);
    if (st == ROWAN_OK && rowan_result_count(result) == 1) {
        rowan_value value =
            rowan_value_int64(((rowan__count_row *)rowan_result_rows(result))->n);

        st = rowan_column_set(rowan_model_key(model), row, &value, err);
    } else if (st == ROWAN_OK) {
        st = find_key(session, model, statement->upsert->on, row, err);
    }
    rowan_result_free(result);
    return st;
}

/* Says what MariaDB's guard found: upsert_statement.c. */
static rowan_status explain(rowan_session *session, const rowan_model *model,
                            rowan_status st, rowan_error *err)
{
    int code = rowan__session_dialect(session)->other_key_code;

    if (st >= 0 || code == 0 || err->vendor_code != code)
        return st;
    return rowan_fail(err, ROWAN_ECONFLICT,
                      "a row of %s is in the way by another unique key", model->table);
}

static rowan_status upsert_row(rowan_session *session, const rowan_model *model,
                               void *row, const rowan__upsert *upsert, rowan_error *err)
{
    bool is_auto = rowan__missing_key(model, row) != NULL;
    const rowan_query query = { .model = model };
    rowan__statement statement;
    rowan_error own;
    rowan_status st;

    /* The number that a new row gets may be taken, by a row that is not meant. */
    if (is_auto && upsert->on == primary_key(model))
        return rowan__insert_row(session, model, row, err);
    st = rowan__statement_of_row(
        &statement, is_auto ? ROWAN__INSERT_AUTO : ROWAN__INSERT, &query, row, &own);
    if (st == ROWAN_OK)
        st = rowan__statement_upsert(&statement, upsert, &own);
    if (st == ROWAN_OK)
        st = is_auto ? upsert_auto(session, &statement, model, row, &own)
                     : rowan__session_execute(session, &statement, NULL, &own);
    rowan__statement_done(&statement);
    st = explain(session, model, st, &own);
    if (st < 0 && err != NULL)
        *err = own;
    return st;
}

rowan_status rowan_upsert_rows(rowan_session *session, const rowan_model *model,
                               void *rows, size_t n_rows, const rowan_upsert_opts *opts,
                               rowan_error *err)
{
    bool own_transaction = n_rows > 1 && !session->in_transaction;
    rowan__upsert upsert;
    char *row = rows;
    rowan_status st = plan(model, opts, &upsert, err);

    if (st == ROWAN_OK)
        st = rowan__session_may_write(session, err);
    if (st != ROWAN_OK)
        return st;
    if (own_transaction)
        st = rowan_begin(session, err);
    for (size_t i = 0; i < n_rows && st == ROWAN_OK; i++, row += model->row_size)
        st = upsert_row(session, model, row, &upsert, err);
    if (!own_transaction)
        return st;
    if (st == ROWAN_OK)
        return rowan__session_commit(session, err);
    rowan__session_rollback(session);
    return st;
}
