/* query_key.c - the key and the values of a query, in one walk. See statement_int.h.
 *
 * query_text.c walks the same way and meets the parameters in the same order: the queries
 * that views are made from, joins, where, having, order, limit. Everything but the values
 * is in the key; what is not there leaves a mark, so that no two shapes have one key.
 */
#include "query_int.h"

#include <assert.h>
#include <string.h>

#include "relation_int.h"
#include "type_int.h"

static rowan_status add_query(rowan__statement *s, const rowan__scope *around,
                              const rowan_query *query, bool whole, int depth,
                              rowan_error *err);

/* Models. One that is made at run time is what it is made of, wherever it lies. */

static rowan_status add_model(rowan__statement *s, const rowan_model *model,
                              rowan_error *err)
{
    rowan_status st =
        rowan__statement_key_byte(s, model != NULL && model->is_made, err);

    if (st == ROWAN_OK && (model == NULL || !model->is_made))
        return rowan__statement_key(s, &model, sizeof model, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, model->name, strlen(model->name) + 1, err);
    if (st == ROWAN_OK)
        st = add_model(s, model->base, err);
    if (model->is_alias)
        return st;
    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++) {
        const rowan_computed *computed = model->columns[i].computed;

        st = rowan__statement_key(s, &computed->column, sizeof computed->column, err);
        if (st == ROWAN_OK)
            st = add_model(s, computed->model, err);
    }
    return st == ROWAN_OK ? rowan__statement_key_byte(s, 0xff, err) : st;
}

/* Columns. */

static rowan_status unknown_column(const rowan__scope *scope, const rowan_model *model,
                                   const rowan_column *column, rowan_error *err)
{
    if (column == NULL || model == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s is not a column of %s",
                          column == NULL ? "NULL" : column->name,
                          scope->query->model->name);
    return rowan_fail(
        err, ROWAN_EINVAL, "%s.%s is not a column of %s, nor is %s joined to it",
        model->name, column->name, scope->query->model->name, model->name);
}

/* A column; *named says what it is. */
static rowan_status add_column(rowan__statement *s, const rowan__scope *scope,
                               const rowan_model *model, const rowan_column *column,
                               rowan__named *named, rowan_error *err)
{
    rowan_status st;

    if (column == NULL || !rowan__find_name(scope, model, column, named))
        return unknown_column(scope, model, column, err);
    st = rowan__statement_key(s, &column, sizeof column, err);
    /* aliases share their columns: with several tables it matters whose it is */
    if (st == ROWAN_OK && (scope->n_joins > 0 || scope->around != NULL))
        st = add_model(s, named->source, err);
    return st;
}

/* A column where groups are not made yet. */
static rowan_status add_plain_column(rowan__statement *s, const rowan__scope *scope,
                                     const rowan_model *model,
                                     const rowan_column *column, rowan_error *err)
{
    rowan__named named = { 0 };
    rowan_status st = add_column(s, scope, model, column, &named, err);

    if (st == ROWAN_OK && named.source == NULL &&
        (rowan__is_aggregate(column) || column->computed->window))
        st = rowan_fail(
            err, ROWAN_EINVAL,
            column->computed->window
                ? "%s.%s is of a window: a query from this one can compare it"
                : "%s.%s is of a group: it belongs into .having",
            named.scope->view->name, column->name);
    return st;
}

static rowan_status add_compared(rowan__statement *s, const rowan__scope *scope,
                                 const rowan_model *model, const rowan_column *column,
                                 bool groups, rowan_error *err)
{
    rowan__named named = { 0 };

    return groups ? add_column(s, scope, model, column, &named, err)
                  : add_plain_column(s, scope, model, column, err);
}

/* Conditions. */

typedef struct condition_place {
    const rowan__scope *scope;
    bool groups; /* .having */
    int depth;
} condition_place;

static rowan_status add_condition(rowan__statement *s, condition_place at,
                                  const rowan_expr *expr, rowan_error *err);

/* A value that is compared with the column. */
static rowan_status add_value(rowan__statement *s, const rowan_column *column,
                              const rowan_value *given, rowan_error *err)
{
    rowan_value value = *given;
    rowan_status st;

    if (value.is_null)
        return rowan_fail(err, ROWAN_EINVAL, "%s is compared with NULL; use is_null",
                          column->name);
    if (column->type == ROWAN_JSON)
        return rowan_fail(err, ROWAN_EINVAL, "%s is JSON and cannot be compared",
                          column->name);
    st = rowan__coerce(column, false, &value, err);
    return st == ROWAN_OK ? rowan__statement_value(s, &value, err) : st;
}

/* Whether values of two columns can be compared. */
static bool are_alike(rowan_type a, rowan_type b)
{
    bool reals = (a == ROWAN_FLOAT || a == ROWAN_DOUBLE) &&
                 (b == ROWAN_FLOAT || b == ROWAN_DOUBLE);

    return (a == b && a != ROWAN_JSON) || reals ||
           (rowan__is_integer(a) && rowan__is_integer(b));
}

/* A query of one column that can be compared with the other. */
static rowan_status add_column_query(rowan__statement *s, condition_place at,
                                     const rowan_expr *expr, rowan_error *err)
{
    const rowan_model *model = expr->query->model;

    if (model->n_columns != 1 || !are_alike(model->columns[0].type, expr->column->type))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s can be compared with a query of one column, of type %s",
                          expr->column->name, rowan_type_name(expr->column->type));
    return add_query(s, at.scope, expr->query, true, at.depth + 1, err);
}

static rowan_status add_comparison(rowan__statement *s, condition_place at,
                                   const rowan_expr *expr, rowan_error *err)
{
    unsigned with = expr->query != NULL ? 2 : expr->other != NULL;
    rowan_status st = rowan__statement_key_byte(s, with, err);

    if (st != ROWAN_OK)
        return st;
    if (with == 2)
        return add_column_query(s, at, expr, err);
    if (with == 0)
        return add_value(s, expr->column, &expr->value, err);
    if (!are_alike(expr->other->type, expr->column->type))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s is %s and cannot be compared with %s, which is %s",
                          expr->column->name, rowan_type_name(expr->column->type),
                          expr->other->name, rowan_type_name(expr->other->type));
    return add_compared(s, at.scope, expr->other_model, expr->other, at.groups, err);
}

/* The nth value of a list, which may be an array of C values. */
static void list_value(const rowan_expr *expr, size_t n, rowan_value *out)
{
    rowan_column as_it_is = { .type = expr->array_type };

    if (expr->array == NULL)
        *out = expr->values[n];
    else
        rowan_column_get(
            &as_it_is,
            (const char *)expr->array + n * rowan__type_size(expr->array_type), out);
}

/* The list is filled up with its last value. */
static rowan_status add_list(rowan__statement *s, const rowan_expr *expr,
                             rowan_error *err)
{
    size_t size = rowan__in_size(expr->n_values);
    uint32_t shape = (uint32_t)size;
    rowan_status st = rowan__statement_key(s, &shape, sizeof shape, err);

    for (size_t i = 0; i < size && st == ROWAN_OK; i++) {
        rowan_value value;

        list_value(expr, i < expr->n_values ? i : expr->n_values - 1, &value);
        st = add_value(s, expr->column, &value, err);
    }
    return st;
}

static rowan_status add_in(rowan__statement *s, condition_place at,
                           const rowan_expr *expr, rowan_error *err)
{
    unsigned form = expr->query != NULL ? 1 : expr->joined ? 2 : 0;
    rowan_status st = rowan__statement_key_byte(s, form, err);

    if (st == ROWAN_OK && form == 2)
        st = rowan__statement_value(s, &expr->value, err);
    if (st == ROWAN_OK && form == 2)
        st = rowan__statement_value(s, &expr->values[0], err);
    if (st != ROWAN_OK || form == 2)
        return st;
    if (expr->query == NULL)
        return add_list(s, expr, err);
    return add_column_query(s, at, expr, err);
}

static rowan_status add_between(rowan__statement *s, const rowan_expr *expr,
                                rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (expr->n_values != 2)
        return rowan_fail(err, ROWAN_EINVAL, "%s: between needs two values",
                          expr->column->name);
    for (size_t i = 0; i < 2 && st == ROWAN_OK; i++)
        st = add_value(s, expr->column, &expr->values[i], err);
    return st;
}

/* The pattern that stands for a text as it is, with what stands around it. */
static rowan_status pattern_of(rowan__statement *s, rowan_op op, rowan_text *text,
                               rowan_error *err)
{
    char *pattern, *to;

    if (text->len > SIZE_MAX / 2 - 2)
        return rowan_fail(err, ROWAN_EINVAL, "a text is too long");
    pattern = to = rowan__statement_alloc(s, 2 * text->len + 3, err);
    if (pattern == NULL)
        return ROWAN_ENOMEM;
    if (op != ROWAN_OP_STARTS_WITH)
        *to++ = '%';
    for (size_t i = 0; i < text->len; i++) {
        if (text->ptr[i] == '%' || text->ptr[i] == '_' || text->ptr[i] == '\\')
            *to++ = '\\';
        *to++ = text->ptr[i];
    }
    if (op != ROWAN_OP_ENDS_WITH)
        *to++ = '%';
    *to = '\0';
    *text = (rowan_text){ pattern, (size_t)(to - pattern) };
    return ROWAN_OK;
}

/* MAX is of what is stored, not of what it is compared with. */
static rowan_status add_match(rowan__statement *s, const rowan_expr *expr,
                              rowan_error *err)
{
    static const rowan_column any_text = { .name = "the pattern", .type = ROWAN_TEXT };
    rowan_value value = expr->value;
    rowan_status st;

    if (expr->column->type != ROWAN_TEXT || value.type != ROWAN_TEXT || value.is_null)
        return rowan_fail(err, ROWAN_EINVAL, "%s is %s and cannot be matched with %s",
                          expr->column->name, rowan_type_name(expr->column->type),
                          value.is_null ? "NULL" : rowan_type_name(value.type));
    if (expr->op != ROWAN_OP_LIKE) {
        st = pattern_of(s, expr->op, &value.as.text, err);
        if (st != ROWAN_OK)
            return st;
    }
    st = rowan__coerce(&any_text, false, &value, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key_byte(s, expr->ignore_case, err);
    return st == ROWAN_OK ? rowan__statement_value(s, &value, err) : st;
}

static rowan_status add_parts(rowan__statement *s, condition_place at,
                              const rowan_expr *expr, rowan_error *err)
{
    at.depth++;
    for (size_t i = 0; i < expr->n_parts; i++) {
        rowan_status st = expr->parts[i] == NULL
                              ? ROWAN_OK
                              : add_condition(s, at, expr->parts[i], err);

        if (st != ROWAN_OK)
            return st;
    }
    return rowan__statement_key_byte(s, ROWAN_N_OPS, err); /* closes the list */
}

static rowan_status add_condition(rowan__statement *s, condition_place at,
                                  const rowan_expr *expr, rowan_error *err)
{
    rowan_status st = rowan__statement_key_byte(s, (unsigned)expr->op, err);

    if (at.depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "conditions are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    if (st == ROWAN_OK && (unsigned)expr->op < ROWAN_OP_EXISTS)
        st = add_compared(s, at.scope, expr->model, expr->column, at.groups, err);
    if (st != ROWAN_OK)
        return st;
    switch (expr->op) {
    case ROWAN_OP_AND:
    case ROWAN_OP_OR:
    case ROWAN_OP_NOT: return add_parts(s, at, expr, err);
    case ROWAN_OP_IS_NULL:
    case ROWAN_OP_NOT_NULL: return ROWAN_OK;
    case ROWAN_OP_EQ:
    case ROWAN_OP_NE:
    case ROWAN_OP_LT:
    case ROWAN_OP_LE:
    case ROWAN_OP_GT:
    case ROWAN_OP_GE: return add_comparison(s, at, expr, err);
    case ROWAN_OP_IN: return add_in(s, at, expr, err);
    case ROWAN_OP_BETWEEN: return add_between(s, expr, err);
    case ROWAN_OP_LIKE:
    case ROWAN_OP_STARTS_WITH:
    case ROWAN_OP_ENDS_WITH:
    case ROWAN_OP_CONTAINS: return add_match(s, expr, err);
    case ROWAN_OP_EXISTS:
        if (expr->query == NULL)
            return rowan_fail(err, ROWAN_EINVAL, "exists needs a query");
        return add_query(s, at.scope, expr->query, false, at.depth + 1, err);
    case ROWAN_N_OPS: break;
    }
    return rowan_fail(err, ROWAN_EINVAL, "unknown operator %d", (int)expr->op);
}

/* A condition, or the mark that there is none. */
static rowan_status add_where(rowan__statement *s, const rowan__scope *scope,
                              const rowan_expr *where, bool groups, int depth,
                              rowan_error *err)
{
    condition_place at = { scope, groups, depth };
    rowan_status st = rowan__statement_key_byte(s, where != NULL, err);

    return st == ROWAN_OK && where != NULL ? add_condition(s, at, where, err) : st;
}

/* The rest of a query. */

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
    return add_query(s, NULL, from != NULL ? from : &all, true, depth + 1, err);
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
        rowan_status st = add_model(s, model, err);

        if (st == ROWAN_OK)
            st = rowan__statement_key_byte(s, (unsigned)join->kind, err);
        if (st == ROWAN_OK)
            st = add_where(s, scope, join->on, false, depth, err);
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
            st =
                groups
                    ? add_column(s, scope, list[n]->model, list[n]->column, &named, err)
                    : add_plain_column(s, scope, list[n]->model, list[n]->column, err);
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

/* A query; not `whole` if its rows are only counted or asked for. */
static rowan_status add_query(rowan__statement *s, const rowan__scope *around,
                              const rowan_query *query, bool whole, int depth,
                              rowan_error *err)
{
    rowan__scope scope;
    rowan_status st;

    if (depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "queries are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    rowan__scope_init(&scope, around, query, false);
    st = add_model(s, query->model, err);
    if (st == ROWAN_OK)
        st = check_view(&scope, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key_byte(s, query->distinct, err);
    if (st == ROWAN_OK)
        st = add_from(s, &scope, depth, err);
    if (st == ROWAN_OK)
        st = add_joins(s, &scope, depth, err);
    if (st == ROWAN_OK)
        st = add_where(s, &scope, query->where, false, depth, err);
    if (st == ROWAN_OK && rowan__is_grouped(query)) {
        st = add_columns(s, &scope, query->group_by, false, err);
        if (st == ROWAN_OK)
            st = add_where(s, &scope, query->having, true, depth, err);
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
        st = add_column(s, scope, NULL, set->column, &named, err);
    if (st == ROWAN_OK && set->kind == ROWAN_SET_COLUMN) {
        if (set->other == NULL || !are_alike(set->other->type, set->column->type))
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s cannot be set to another type's column",
                              set->column->name);
        return add_column(s, scope, NULL, set->other, &named, err);
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
    for (size_t i = 0; i < s->n_sets && st == ROWAN_OK; i++)
        st = add_set(s, scope, &s->sets[i], err);
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
    return st == ROWAN_OK ? add_where(s, &scope, s->query->where, false, 0, err) : st;
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
        return add_query(s, NULL, query, true, 0, err);
    if (kind == ROWAN__SELECT_COUNT)
        return add_query(s, NULL, query, false, 0, err);
    return add_change(s, err);
}
