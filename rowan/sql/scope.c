/* scope.c - which names a query knows. See query_int.h. */
#include "query_int.h"

void rowan__scope_init(rowan__scope *scope, const rowan__scope *around,
                       const rowan_query *query, bool is_change)
{
    scope->around = around;
    scope->query = query;
    scope->view = !is_change && rowan__is_view(query->model) ? query->model : NULL;
    scope->table =
        scope->view != NULL ? rowan__real_model(query->model)->base : query->model;
    scope->n_joins = 0;
    while (!is_change && scope->n_joins < ROWAN_MAX_JOINS &&
           query->join[scope->n_joins] != NULL)
        scope->n_joins++;
    scope->is_change = is_change;
    scope->qualified = false;
}

static bool owns(const rowan_model *model, const rowan_column *column)
{
    return column >= model->columns && column < model->columns + model->n_columns;
}

static bool is_named(const rowan_model *have, const rowan_model *want,
                     const rowan_column *column)
{
    return (want == NULL || want == have) && owns(have, column);
}

bool rowan__find_name(const rowan__scope *scope, const rowan_model *model,
                      const rowan_column *column, rowan__named *out)
{
    for (; scope != NULL; scope = scope->around) {
        out->scope = scope;
        out->source = NULL;
        if (scope->view != NULL && is_named(scope->view, model, column))
            return true;
        out->source = scope->table;
        if (is_named(scope->table, model, column))
            return true;
        for (size_t i = 0; i < scope->n_joins; i++) {
            out->source = rowan__join_model(scope->query->join[i]);
            if (out->source != NULL && is_named(out->source, model, column))
                return true;
        }
    }
    return false;
}

const rowan_relation *rowan__join_relation(const rowan_join *join)
{
    return join->near == NULL
               ? NULL
               : rowan_relation_at(rowan__real_model(join->near), join->offset);
}

const rowan_model *rowan__join_model(const rowan_join *join)
{
    const rowan_relation *relation;

    if (join->model != NULL)
        return join->model;
    relation = rowan__join_relation(join);
    return relation != NULL ? relation->target : NULL;
}

bool rowan__is_grouped(const rowan_query *query)
{
    if (query->group_by[0] != NULL || query->having != NULL)
        return true;
    if (!rowan__is_view(query->model))
        return false;
    for (size_t i = 0; i < query->model->n_columns; i++) {
        if (rowan__is_aggregate(&query->model->columns[i]))
            return true;
    }
    return false;
}

/* Twice as many would soon be more than a statement takes. */
#define LONG_LIST 1024

size_t rowan__in_size(size_t n_values)
{
    size_t size = 1;

    if (n_values > LONG_LIST)
        return (n_values + LONG_LIST - 1) / LONG_LIST * LONG_LIST;
    while (size < n_values)
        size *= 2;
    return n_values == 0 ? 0 : size;
}
