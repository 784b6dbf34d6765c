/* query_key.c - the key and the values of a query, in one walk. See statement_int.h.
 *
 * query_text.c walks the same way and meets the parameters in the same order: the queries
 * that views are made from, joins, where, having, order, limit. Everything but the values
 * is in the key; what is not there leaves a mark, so that no two shapes have one key.
 */
#include "query_int.h"

#include "relation_int.h"
#include "type_int.h"

/* What a view as a table is made from, before all else. */
static rowan_status add_view_rows(rowan__statement *s, const rowan_model *model,
                                  const rowan_query *from, int depth, rowan_error *err)
{
    const rowan_query all = { .model = rowan__real_model(model) };

    if (!rowan__is_view(model))
        return from == NULL
                   ? ROWAN_OK
                   : rowan_fail(err, ROWAN_EINVAL,
                                "%s is a table: .from is for what is made of a view",
                                model->name);
    if (from != NULL && rowan__real_model(from->model) != all.model)
        return rowan_fail(err, ROWAN_EINVAL, "rows of %s cannot come from %s",
                          model->name, from->model->name);
    return rowan__add_query(s, NULL, from != NULL ? from : &all, true, depth + 1, err);
}

static rowan_status add_joined_rows(rowan__statement *s, const rowan_join *join,
                                    int depth, rowan_error *err)
{
    const rowan_model *model = rowan__join_model(join);

    if (model == NULL)
        return rowan_fail(err, ROWAN_EINVAL,
                          "a join leads to a model that is not known");
    return add_view_rows(s, model, join->from, depth, err);
}

static rowan_status add_from(rowan__statement *s, const rowan__scope *scope, int depth,
                             rowan_error *err)
{
    const rowan_query *query = scope->query;
    rowan_status st = add_view_rows(s, scope->table, query->from, depth, err);

    if (st == ROWAN_OK)
        st = rowan__statement_key_byte(s, (unsigned)scope->n_joins, err);
    for (size_t i = 0; i < scope->n_joins && st == ROWAN_OK; i++)
        st = add_joined_rows(s, query->join[i], depth, err);
    return st;
}

/* A left join's columns can be NULL in every row. */
static rowan_status check_left(const rowan__scope *scope, const rowan_model *left,
                               rowan_error *err)
{
    for (size_t i = 0; scope->view != NULL && i < scope->view->n_columns; i++) {
        const rowan_column *column = &scope->view->columns[i];

        if (column->computed->model == left && !column->nullable &&
            column->computed->function == ROWAN_FN_COLUMN)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s is read from a left join: it needs OPT_OF and a "
                              "nullable type",
                              scope->view->name, column->name);
    }
    return ROWAN_OK;
}

/* Whether the models of a scope's first n joins, or its table, are that one. */
static bool reads(const rowan__scope *scope, size_t n, const rowan_model *model)
{
    if (scope->table == model)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (rowan__join_model(scope->query->join[i]) == model)
            return true;
    }
    return false;
}

/* A join along a relation: nothing but names. */
static rowan_status add_path(rowan__statement *s, const rowan__scope *scope, size_t n,
                             const rowan_join *join, rowan_error *err)
{
    const rowan_relation *relation = rowan__join_relation(join);
    rowan__ends ends;
    rowan_status st;

    if (relation == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "the join of %s has no condition",
                          rowan__join_model(join)->name);
    if (!reads(scope, n, join->near))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s is not read before its relation is joined",
                          join->near->name);
    if (rowan__real_model(rowan__join_model(join)) != relation->target)
        return rowan_fail(err, ROWAN_EINVAL, "the relation leads to %s, not to %s",
                          relation->target_name, join->model->name);
    st = rowan__relation_ends(rowan__real_model(join->near), relation, &ends, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, &join->near, sizeof join->near, err);
    return st == ROWAN_OK
               ? rowan__statement_key(s, &join->offset, sizeof join->offset, err)
               : st;
}

static rowan_status add_joins(rowan__statement *s, const rowan__scope *scope, int depth,
                              rowan_error *err)
{
    for (size_t i = 0; i < scope->n_joins; i++) {
        const rowan_join *join = scope->query->join[i];
        const rowan_model *model = rowan__join_model(join);
        rowan_status st = rowan__add_model(s, model, err);

        if (st == ROWAN_OK)
            st = rowan__statement_key_byte(s, (unsigned)join->kind, err);
        if (st == ROWAN_OK)
            st = rowan__add_where(s, scope, join->on, false, depth, err);
        if (st == ROWAN_OK && join->on == NULL)
            st = add_path(s, scope, i, join, err);
        if (st == ROWAN_OK && join->kind == ROWAN_LEFT_JOIN)
            st = check_left(scope, model, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

/* What the view reads must be there. */
static rowan_status check_view(const rowan__scope *scope, rowan_error *err)
{
    rowan__scope tables = *scope;
    rowan__named named;

    tables.view = NULL;
    tables.around = NULL;
    for (size_t i = 0; scope->view != NULL && i < scope->view->n_columns; i++) {
        const rowan_computed *computed = scope->view->columns[i].computed;

        if (computed->column != NULL &&
            !rowan__find_name(&tables, computed->model, computed->column, &named))
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s is of %s, which is not joined",
                              scope->view->name, scope->view->columns[i].name,
                              computed->model->name);
    }
    return ROWAN_OK;
}

static rowan_status add_columns(rowan__statement *s, const rowan__scope *scope,
                                const rowan_order *const *list, bool groups,
                                rowan_error *err)
{
    size_t n = 0;

    for (; n < ROWAN_MAX_ORDER_BY && list[n] != NULL; n++) {
        unsigned how = list[n]->descending | (unsigned)list[n]->nulls << 1;
        rowan__named named = { 0 };
        rowan_status st = rowan__statement_key_byte(s, how, err);

        if (st == ROWAN_OK)
            st = groups ? rowan__add_column(s, scope, list[n]->model, list[n]->column,
                                            &named, err)
                        : rowan__add_plain_column(s, scope, list[n]->model,
                                                  list[n]->column, err);
        if (st != ROWAN_OK)
            return st;
    }
    return rowan__statement_key_byte(s, 0xff, err);
}

static rowan_status add_limit(rowan__statement *s, const rowan_query *query,
                              rowan_error *err)
{
    rowan_value limit = rowan_value_int64((int64_t)query->limit);
    rowan_value offset = rowan_value_int64((int64_t)query->offset);
    unsigned parts = (query->limit > 0 ? 1U : 0) | (query->offset > 0 ? 2U : 0) |
                     (unsigned)query->lock << 2;
    rowan_status st = rowan__statement_key_byte(s, parts, err);

    if (query->limit > INT64_MAX || query->offset > INT64_MAX)
        return rowan_fail(err, ROWAN_EINVAL, "limit or offset is out of range");
    if (st == ROWAN_OK && query->limit > 0)
        st = rowan__statement_value(s, &limit, err);
    if (st == ROWAN_OK && query->offset > 0)
        st = rowan__statement_value(s, &offset, err);
    return st;
}

/* A condition on groups needs some. */
static rowan_status check_having(const rowan_query *query, rowan_error *err)
{
    rowan_query without = *query;

    without.having = NULL;
    return query->having == NULL || rowan__is_grouped(&without)
               ? ROWAN_OK
               : rowan_fail(
                     err, ROWAN_EINVAL,
                     ".having is about groups: %s has no COUNT and the like, and "
                     "there is no .group_by",
                     query->model->name);
}

rowan_status rowan__add_query(rowan__statement *s, const rowan__scope *around,
                              const rowan_query *query, bool whole, int depth,
                              rowan_error *err)
{
    rowan__scope scope;
    rowan_status st;

    if (depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "queries are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    rowan__scope_init(&scope, around, query, false);
    st = rowan__add_model(s, query->model, err);
    if (st == ROWAN_OK)
        st = check_view(&scope, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key_byte(s, query->distinct, err);
    if (st == ROWAN_OK)
        st = add_from(s, &scope, depth, err);
    if (st == ROWAN_OK)
        st = add_joins(s, &scope, depth, err);
    if (st == ROWAN_OK)
        st = rowan__add_where(s, &scope, query->where, false, depth, err);
    if (st == ROWAN_OK)
        st = check_having(query, err);
    if (st == ROWAN_OK && rowan__is_grouped(query)) {
        st = add_columns(s, &scope, query->group_by, false, err);
        if (st == ROWAN_OK)
            st = rowan__add_where(s, &scope, query->having, true, depth, err);
    }
    if (st == ROWAN_OK && whole)
        st = add_columns(s, &scope, query->order_by, true, err);
    return st == ROWAN_OK && whole ? add_limit(s, query, err) : st;
}

/* Changes. */

static rowan_status add_set(rowan__statement *s, const rowan__scope *scope,
                            const rowan_assignment *set, rowan_error *err)
{
    rowan__named named = { 0 };
    rowan_value value = set->value;
    rowan_status st = rowan__statement_key_byte(s, (unsigned)set->kind, err);

    if (st == ROWAN_OK)
        st = rowan__add_column(s, scope, NULL, set->column, &named, err);
    if (st == ROWAN_OK && set->kind == ROWAN_SET_COLUMN) {
        if (set->other == NULL ||
            !rowan__are_alike(set->other->type, set->column->type))
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s cannot be set to another type's column",
                              set->column->name);
        return rowan__add_column(s, scope, NULL, set->other, &named, err);
    }
    if (st == ROWAN_OK && set->kind == ROWAN_SET_PLUS &&
        !rowan__is_number(set->column->type))
        st = rowan_fail(err, ROWAN_EINVAL, "%s is %s and cannot be added to",
                        set->column->name, rowan_type_name(set->column->type));
    if (st == ROWAN_OK)
        st = rowan__coerce(set->column, true, &value, err);
    return st == ROWAN_OK ? rowan__statement_value(s, &value, err) : st;
}

static rowan_status add_sets(rowan__statement *s, const rowan__scope *scope,
                             rowan_error *err)
{
    rowan_status st = rowan__statement_key(s, &s->n_sets, sizeof s->n_sets, err);

    if (s->n_sets == 0)
        return rowan_fail(err, ROWAN_EINVAL, "an update needs a column to set");
    for (size_t i = 0; i < s->n_sets && st == ROWAN_OK; i++) {
        for (size_t k = 0; k < i; k++) { /* databases differ in which of them counts */
            if (s->sets[k].column == s->sets[i].column)
                return rowan_fail(err, ROWAN_EINVAL, "%s is set twice",
                                  s->sets[i].column->name);
        }
        st = add_set(s, scope, &s->sets[i], err);
    }
    return st;
}

static rowan_status add_change(rowan__statement *s, rowan_error *err)
{
    rowan__scope scope;
    rowan_status st = rowan__must_be_table(s->query->model, err);

    if (st != ROWAN_OK)
        return st;
    rowan__scope_init(&scope, NULL, s->query, true);
    if (s->n_sets > 0 || s->kind == ROWAN__UPDATE_WHERE)
        st = add_sets(s, &scope, err);
    return st == ROWAN_OK ? rowan__add_where(s, &scope, s->query->where, false, 0, err)
                          : st;
}

rowan_status rowan__statement_of_query(rowan__statement *s, rowan__statement_kind kind,
                                       const rowan_query *query,
                                       const rowan_assignment *sets, size_t n_sets,
                                       rowan_error *err)
{
    rowan__statement_begin(s, kind, query);
    s->sets = sets;
    s->n_sets = n_sets;
    if (kind == ROWAN__SELECT_ROWS)
        return rowan__add_query(s, NULL, query, true, 0, err);
    if (kind == ROWAN__SELECT_COUNT)
        return rowan__add_query(s, NULL, query, false, 0, err);
    return add_change(s, err);
}
