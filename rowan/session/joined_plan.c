/* joined_plan.c - see joined_int.h.
 *
 * Each joined relation is a LEFT JOIN, by way of the model in between if it has one. A model
 * that is in the query already gets an alias, and the conditions that were written for the
 * model are copied for the alias.
 */
#include "joined_int.h"

#include <string.h>

#include "query_int.h"

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* Names. */

static bool is_in(const rowan__plan *plan, const rowan_model *model)
{
    if (plan->nodes[0].model == model)
        return true;
    for (size_t i = 0; i < plan->n_joins; i++) {
        if (rowan__real_model(rowan__join_model(plan->query.join[i])) == model)
            return true;
    }
    return false;
}

/* The model, or an alias of it if the query has it already; NULL when memory is out. The
 * blank keeps the alias apart from any name of C. */
static const rowan_model *source_of(rowan__plan *plan, const rowan_model *model)
{
    rowan_model *alias;

    if (!is_in(plan, model))
        return model;
    alias = rowan_arena_alloc(plan->scratch, sizeof *alias);
    if (alias == NULL)
        return NULL;
    *alias = *model;
    alias->name =
        rowan_arena_printf(plan->scratch, "%s %zu", model->name, plan->n_joins + 1);
    alias->base = model;
    alias->is_alias = alias->is_made = true;
    return alias->name == NULL ? NULL : alias;
}

/* A condition on columns of `from`, as one on those of `to`. NULL when memory is out. */
static const rowan_expr *renamed(rowan_arena *arena, const rowan_expr *expr,
                                 const rowan_model *from, const rowan_model *to)
{
    rowan_expr *copy = rowan_arena_alloc(arena, sizeof *copy);
    const rowan_expr **parts;

    if (copy == NULL)
        return NULL;
    *copy = *expr;
    if (copy->model == from || (copy->model == NULL && copy->column != NULL))
        copy->model = to;
    if (copy->other_model == from || (copy->other_model == NULL && copy->other != NULL))
        copy->other_model = to;
    if (expr->op < ROWAN_OP_AND)
        return copy;
    parts = rowan_arena_calloc(arena, expr->n_parts, sizeof *parts);
    if (parts == NULL)
        return NULL;
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (expr->parts[i] == NULL)
            continue;
        parts[i] = renamed(arena, expr->parts[i], from, to);
        if (parts[i] == NULL)
            return NULL;
    }
    copy->parts = parts;
    return copy;
}

/* Joins. */

/* Adds a LEFT JOIN where left == right and, if it is not NULL, `where`. */
static rowan_status add_join(rowan__plan *plan, const rowan_model *left,
                             const rowan__key *left_key, const rowan_model *right,
                             const rowan__key *right_key, const rowan_expr *where,
                             rowan_error *err)
{
    rowan__equal *equal = rowan_arena_calloc(plan->scratch, 1, sizeof *equal);
    rowan_join *join = rowan_arena_calloc(plan->scratch, 1, sizeof *join);
    rowan_expr *on = rowan_arena_calloc(plan->scratch, 1, sizeof *on);
    const rowan_expr **parts = rowan_arena_calloc(plan->scratch, 2, sizeof *parts);

    if (equal == NULL || join == NULL || on == NULL || parts == NULL)
        return no_memory(err);
    if (plan->n_joins == ROWAN_MAX_JOINS)
        return rowan_fail(err, ROWAN_EINVAL, "a query can join %d models at most",
                          ROWAN_MAX_JOINS);
    rowan__equal_keys(equal, left, left_key, right, right_key);
    parts[0] = &equal->all;
    parts[1] = where;
    *on = (rowan_expr){ .op = ROWAN_OP_AND, .parts = parts, .n_parts = 2 };
    *join = (rowan_join){ .kind = ROWAN_LEFT_JOIN, .model = left, .on = on };
    plan->query.join[plan->n_joins++] = join;
    return ROWAN_OK;
}

/* The order of the related rows comes behind what there is. */
static rowan_status add_orders(rowan__plan *plan, const rowan__node *node,
                               rowan_error *err)
{
    const rowan_order *const *given = node->with->order_by;

    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && given[i] != NULL; i++) {
        rowan_order *order = rowan_arena_alloc(plan->scratch, sizeof *order);

        if (order == NULL)
            return no_memory(err);
        if (plan->n_orders == ROWAN_MAX_ORDER_BY)
            return rowan_fail(err, ROWAN_EINVAL,
                              "a query and what it joins have %d columns of order at "
                              "most",
                              ROWAN_MAX_ORDER_BY);
        *order = *given[i];
        if (order->model == node->model || order->model == NULL)
            order->model = node->source;
        else if (order->model == node->relation->between)
            order->model = node->between;
        plan->query.order_by[plan->n_orders++] = order;
    }
    return ROWAN_OK;
}

/* The node's condition for the names that its models have here. */
static rowan_status condition_of(const rowan__plan *plan, const rowan__node *node,
                                 const rowan_expr **out, rowan_error *err)
{
    const rowan_expr *where = node->with->where;

    if (where != NULL && node->source != node->model)
        where = renamed(plan->scratch, where, node->model, node->source);
    if (where != NULL && node->between != node->relation->between)
        where = renamed(plan->scratch, where, node->relation->between, node->between);
    if (where == NULL && node->with->where != NULL)
        return no_memory(err);
    *out = where;
    return ROWAN_OK;
}

static rowan_status join_node(rowan__plan *plan, rowan__node *node, rowan_error *err)
{
    const rowan_model *near = plan->nodes[node->parent].source;
    const rowan__key *near_key = &node->ends.near;
    const rowan_expr *where = NULL;
    rowan_status st = ROWAN_OK;

    if (node->relation->between != NULL) {
        node->between = source_of(plan, node->relation->between);
        if (node->between == NULL)
            return no_memory(err);
        st = add_join(plan, node->between, &node->ends.here, near, near_key, NULL, err);
        near = node->between;
        near_key = &node->ends.there;
    }
    if (st != ROWAN_OK)
        return st;
    node->source = source_of(plan, node->model);
    if (node->source == NULL)
        return no_memory(err);
    st = condition_of(plan, node, &where, err);
    if (st == ROWAN_OK)
        st = add_join(plan, node->source, &node->ends.far, near, near_key, where, err);
    return st == ROWAN_OK ? add_orders(plan, node, err) : st;
}

static rowan_status add_nodes(rowan__plan *plan, size_t parent,
                              const rowan_relation_query *const *with, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL && st == ROWAN_OK; i++) {
        rowan__node node = { .with = with[i], .parent = parent };
        size_t idx = plan->n_nodes;

        if (!with[i]->join)
            continue;
        node.relation = rowan_relation_at(with[i]->model, with[i]->offset);
        node.model = node.relation->target;
        plan->to_many = plan->to_many || rowan_relation_is_many(node.relation);
        st = rowan__relation_ends(with[i]->model, node.relation, &node.ends, err);
        if (st == ROWAN_OK) /* at most as many nodes as joins */
            st = join_node(plan, &node, err);
        if (st != ROWAN_OK)
            return st;
        plan->nodes[plan->n_nodes++] = node;
        st = add_nodes(plan, idx, with[i]->with, err);
    }
    return st;
}

/* The shape. */

/* The columns of the node's primary key in the shape. */
static rowan_status find_key(const rowan__plan *plan, rowan__node *node,
                             rowan_error *err)
{
    for (size_t i = 0; i < node->model->n_columns; i++) {
        if (!node->model->columns[i].primary_key)
            continue;
        if (node->key.n == ROWAN__MAX_FOREIGN_KEY)
            return rowan_fail(
                err, ROWAN_EUNSUPPORTED,
                "%s has a key of more than %d columns, and cannot be joined",
                node->model->name, ROWAN__MAX_FOREIGN_KEY);
        node->key.columns[node->key.n++] =
            &plan->shape.columns[node->placed.columns + i];
    }
    return node->key.n > 0
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_EINVAL, "%s has no key to tell its rows by",
                            node->model->name);
}

static bool is_of(const rowan__key *key, const rowan_column *column)
{
    for (size_t i = 0; i < key->n; i++) {
        if (key->columns[i] == column)
            return true;
    }
    return false;
}

/* The key of the model in between, if it can lead from a row to another more than once: if
 * the key is more than who is led where. */
static rowan_status find_link(rowan__plan *plan, rowan__node *node, rowan_error *err)
{
    const rowan_model *between = node->relation->between;
    rowan__key key = { .n = 0 };
    bool many = false;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < between->n_columns && key.n < ROWAN__MAX_FOREIGN_KEY; i++) {
        const rowan_column *column = &between->columns[i];

        if (!column->primary_key)
            continue;
        many = many ||
               (!is_of(&node->ends.here, column) && !is_of(&node->ends.there, column));
        key.columns[key.n++] = column;
    }
    for (size_t i = 0; many && i < key.n && st == ROWAN_OK; i++)
        st = rowan__shape_add_column(&plan->shape, node->between, key.columns[i], true,
                                     &node->link.columns[node->link.n++], err);
    return st;
}

static rowan_status make_shape(rowan__plan *plan, rowan_error *err)
{
    size_t n_columns = 0;
    rowan_status st;

    for (size_t i = 0; i < plan->n_nodes; i++)
        n_columns += plan->nodes[i].model->n_columns + (size_t)ROWAN__MAX_FOREIGN_KEY;
    st = rowan__shape_new(&plan->shape, plan->scratch, plan->nodes[0].model, n_columns,
                          err);
    for (size_t i = 0; i < plan->n_nodes && st == ROWAN_OK; i++) {
        rowan__node *node = &plan->nodes[i];

        st = rowan__shape_add(&plan->shape, node->source, i > 0, &node->placed, err);
        if (st == ROWAN_OK)
            st = find_key(plan, node, err);
        if (st == ROWAN_OK && node->between != NULL)
            st = find_link(plan, node, err);
    }
    plan->query.model = plan->shape.model;
    return st;
}

rowan_status rowan__plan_make(rowan__plan *plan, rowan_arena *scratch,
                              const rowan_query *query, rowan_error *err)
{
    rowan_status st;

    *plan = (rowan__plan){ .scratch = scratch, .query = *query, .n_nodes = 1 };
    plan->nodes[0] = (rowan__node){ .model = query->model, .source = query->model };
    memset(plan->query.with, 0, sizeof plan->query.with);
    while (plan->n_joins < ROWAN_MAX_JOINS && query->join[plan->n_joins] != NULL)
        plan->n_joins++;
    while (plan->n_orders < ROWAN_MAX_ORDER_BY &&
           query->order_by[plan->n_orders] != NULL)
        plan->n_orders++;
    if (query->distinct || rowan__is_grouped(query) || rowan__is_view(query->model))
        return rowan_fail(err, ROWAN_EINVAL,
                          "relations are joined to rows of a table, not to groups and "
                          "views; use rowan_with()");
    st = add_nodes(plan, 0, query->with, err);
    if (st == ROWAN_OK && plan->to_many && (query->limit > 0 || query->offset > 0))
        st = rowan_fail(err, ROWAN_EINVAL,
                        "a limit would count joined rows; load relations to many by "
                        "rowan_with()");
    return st == ROWAN_OK ? make_shape(plan, err) : st;
}
