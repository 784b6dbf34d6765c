/* related_check.c - whether what a query wants to load can be loaded. */
#include "related_int.h"

#include <string.h>

/* `joins`: joined relations can be among them. */
static rowan_status check_all(const rowan_model *model,
                              const rowan_relation_query *const *with, bool joins,
                              int depth, rowan_error *err);

/* A condition on columns of another model is found by making a statement of it. */
static rowan_status check_conditions(const rowan_relation_query *with,
                                     const rowan_relation *relation,
                                     const rowan__ends *ends, rowan_error *err)
{
    rowan_query query = { .model = relation->target, .where = with->where };
    rowan__statement statement;
    rowan__between between;
    rowan_status st;

    if (with->where == NULL && with->order_by[0] == NULL)
        return ROWAN_OK;
    if (ends->here.n > 0) {
        rowan__join_between(&between, relation, ends);
        query.join[0] = &between.join;
    }
    memcpy(query.order_by, with->order_by, sizeof query.order_by);
    st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &query, NULL, 0, err);
    rowan__statement_done(&statement);
    return st;
}

static rowan_status check_one(const rowan_model *model,
                              const rowan_relation_query *const *with, size_t i,
                              bool joins, int depth, rowan_error *err)
{
    const rowan_relation *relation = rowan_relation_at(with[i]->model, with[i]->offset);
    rowan__ends ends;
    rowan_status st;

    if (relation == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has no such relation",
                          with[i]->model->name);
    if (with[i]->model != model)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s is no relation of %s",
                          with[i]->model->name, relation->name, model->name);
    for (size_t before = 0; before < i; before++) {
        if (with[before]->offset == with[i]->offset)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s is named twice", model->name,
                              relation->name);
    }
    if (with[i]->join && !joins)
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s.%s cannot be joined below a relation that is not joined; "
                          "use rowan_with()",
                          model->name, relation->name);
    st = rowan__relation_ends(model, relation, &ends, err);
    for (size_t k = 0; k < ends.near.n && st == ROWAN_OK; k++) {
        if (ends.near.columns[k]->type == ROWAN_JSON)
            st = rowan_fail(err, ROWAN_EINVAL,
                            "%s.%s goes by JSON, which cannot be compared", model->name,
                            relation->name);
    }
    if (st == ROWAN_OK)
        st = check_conditions(with[i], relation, &ends, err);
    return st == ROWAN_OK ? check_all(relation->target, with[i]->with, with[i]->join,
                                      depth + 1, err)
                          : st;
}

static rowan_status check_all(const rowan_model *model,
                              const rowan_relation_query *const *with, bool joins,
                              int depth, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "relations are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL && st == ROWAN_OK; i++)
        st = check_one(model, with, i, joins, depth, err);
    return st;
}

rowan_status rowan__related_check(const rowan_model *model,
                                  const rowan_relation_query *const *with,
                                  rowan_error *err)
{
    return check_all(model, with, true, 0, err);
}
