/* create.c - see rowan/schema.h. */
#include <rowan/schema.h>

#include "alloc_int.h"
#include "ddl_int.h"
#include "session_int.h"

/* The models in foreign-key order; the caller frees *out. */
static rowan_status ordered(const rowan_models *models, const rowan_model ***out,
                            rowan_error *err)
{
    const rowan_model **order;
    rowan_status st = rowan_models_check(models, err);

    if (st == ROWAN_OK)
        st = rowan__ddl_check_names(models, err);
    if (st != ROWAN_OK)
        return st;
    order = rowan__calloc(models->n_models, sizeof(rowan_model *));
    if (order == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = rowan_models_order(models, order, err);
    if (st != ROWAN_OK) {
        rowan__free(order);
        return st;
    }
    *out = order;
    return ROWAN_OK;
}

/* The model's indexes, one by one. */
static rowan_status create_indexes(rowan_session *session, const rowan_model *model,
                                   rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    rowan_status st = ROWAN_OK;
    rowan__buf sql;

    rowan__buf_init(&sql, 0);
    for (size_t i = 0;
         st == ROWAN_OK && rowan__ddl_create_index(dialect, model, i, &sql); i++) {
        st = rowan__buf_ok(&sql) ? rowan__session_run(session, sql.ptr, err)
                                 : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        rowan__buf_clear(&sql);
    }
    rowan__buf_done(&sql);
    return st;
}

static rowan_status create_one(rowan_session *session, const rowan_model *model,
                               rowan_error *err)
{
    rowan_status st =
        rowan__session_run_ddl(session, rowan__ddl_create_schema, model, err);

    if (st == ROWAN_OK)
        st = rowan__session_run_ddl(session, rowan__ddl_create_table, model, err);
    if (st == ROWAN_OK)
        st = create_indexes(session, model, err);
    if (st == ROWAN_OK)
        st = rowan__session_run_ddl(session, rowan__ddl_comments, model, err);
    return st;
}

/* What the database lacks is found before anything is created. */
static rowan_status supported(rowan_session *session, const rowan_models *models,
                              rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < models->n_models && st == ROWAN_OK; i++)
        st = rowan__ddl_supported(dialect, models->list[i], err);
    return st;
}

static rowan_status drop_one(rowan_session *session, const rowan_model *model,
                             rowan_error *err)
{
    uint64_t n_referrers = 0;
    rowan_status st =
        rowan__session_probe(session, rowan__ddl_referrers, model, &n_referrers, err);

    if (st == ROWAN_OK && n_referrers > 0) /* its rows would be deleted, or changed */
        st = rowan_fail(err, ROWAN_ECONSTRAINT,
                        "%s cannot be dropped: another table refers to it",
                        model->table);
    return st == ROWAN_OK
               ? rowan__session_run_ddl(session, rowan__ddl_drop_table, model, err)
               : st;
}

/* Takes what keeps others from changing tables at the same time: a transaction and a lock.
 * Where a change of tables ends the transaction it would end the caller's, too. */
static rowan_status begin_change(rowan_session *session, bool own_transaction,
                                 rowan_error *err)
{
    const rowan__dialect *dialect = rowan__session_dialect(session);
    rowan_status st = ROWAN_OK;

    if (dialect->ddl_commits && !own_transaction)
        return rowan_fail(err, ROWAN_EUNSUPPORTED,
                          "%s changes tables outside of transactions only",
                          dialect->name);
    if (own_transaction && !dialect->ddl_commits)
        st = rowan_begin(session, err);
    if (st == ROWAN_OK && dialect->schema_lock != NULL)
        st = rowan__session_run(session, dialect->schema_lock, err);
    return st;
}

typedef rowan_status step_fn(rowan_session *session, const rowan_model *model,
                             rowan_error *err);

/* Runs a step for each model, forwards or backwards, in one transaction. */
static rowan_status for_each(rowan_session *session, const rowan_models *models,
                             bool backwards, step_fn *step, rowan_error *err)
{
    bool own_transaction = !rowan_in_transaction(session);
    const rowan_model **order = NULL;
    rowan_status st = rowan__session_may_write(session, err);

    if (st == ROWAN_OK)
        st = ordered(models, &order, err);
    if (st == ROWAN_OK && !backwards)
        st = supported(session, models, err);
    if (st != ROWAN_OK) {
        rowan__free(order);
        return st;
    }
    st = begin_change(session, own_transaction, err);
    for (size_t i = 0; i < models->n_models && st == ROWAN_OK; i++)
        st = step(session, order[backwards ? models->n_models - 1 - i : i], err);
    if (own_transaction && rowan_in_transaction(session) && st == ROWAN_OK)
        st = rowan__session_commit(session, err);
    if (own_transaction)
        rowan__session_rollback(session);
    rowan__session_unlock(session);
    rowan__free(order);
    return st;
}

rowan_status rowan_create_all(rowan_session *session, const rowan_models *models,
                              rowan_error *err)
{
    return for_each(session, models, false, create_one, err);
}

rowan_status rowan_drop_all(rowan_session *session, const rowan_models *models,
                            rowan_error *err)
{
    return for_each(session, models, true, drop_one, err);
}
