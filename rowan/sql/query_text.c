/* query_text.c - the text of a query. It walks as query_key.c does; see there. */
#include "query_int.h"

#include "ddl_int.h"
#include "relation_int.h"
#include "type_int.h"

static void write_query(rowan__writer *w, const rowan__scope *around,
                        const rowan_query *query, const char *only);
static void write_condition(rowan__writer *w, const rowan__scope *scope,
                            const rowan_expr *expr);

/* Names. */

/* Whether a condition asks another query. */
static bool asks_query(const rowan_expr *expr)
{
    if (expr == NULL)
        return false;
    if (expr->op < ROWAN_OP_AND)
        return expr->query != NULL;
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (asks_query(expr->parts[i]))
            return true;
    }
    return false;
}

static bool reads_joined(const rowan_model *view)
{
    for (size_t i = 0; view != NULL && i < view->n_columns; i++) {
        const rowan_computed *computed = view->columns[i].computed;

        if (computed->model != NULL && computed->model != rowan__real_model(view)->base)
            return true;
    }
    return false;
}

static void init_scope(rowan__scope *scope, const rowan__scope *around,
                       const rowan_query *query, bool is_change)
{
    rowan__scope_init(scope, around, query, is_change);
    scope->qualified = around != NULL || scope->n_joins > 0 ||
                       asks_query(query->where) || asks_query(query->having) ||
                       query->model->is_alias || rowan__is_view(scope->table) ||
                       reads_joined(scope->view);
}

static void write_source(rowan__writer *w, const rowan__scope *scope,
                         const rowan_model *source)
{
    rowan__write_ident(w, scope->is_change ? source->table : source->name);
}

/* A table's column. */
static void write_column(rowan__writer *w, const rowan__scope *scope,
                         const rowan_model *source, const rowan_column *column)
{
    if (scope->qualified) {
        write_source(w, scope, source);
        rowan__buf_char(w->sql, '.');
    }
    rowan__write_ident(w, column->name);
}

/* A text that is compared as a number has to say so. */
static void write_collation(rowan__writer *w, const rowan_column *column)
{
    if (column->type == ROWAN_DECIMAL && w->dialect->decimal_collation != NULL)
        rowan__buf_str(w->sql, w->dialect->decimal_collation);
}

/* Columns of views. */

static const char *const functions[ROWAN_N_FUNCTIONS] = {
    [ROWAN_FN_COUNT] = "count",
    [ROWAN_FN_COUNT_DISTINCT] = "count",
    [ROWAN_FN_SUM] = "sum",
    [ROWAN_FN_AVG] = "avg",
    [ROWAN_FN_MIN] = "min",
    [ROWAN_FN_MAX] = "max",
    [ROWAN_FN_ROW_NUMBER] = "row_number",
    [ROWAN_FN_RANK] = "rank",
    [ROWAN_FN_DENSE_RANK] = "dense_rank",
    [ROWAN_FN_LAG] = "lag",
    [ROWAN_FN_LEAD] = "lead",
    [ROWAN_FN_FIRST_VALUE] = "first_value",
    [ROWAN_FN_LAST_VALUE] = "last_value",
};

static void write_parts(rowan__writer *w, const rowan__scope *scope, const char *words,
                        const rowan_key_part *parts, size_t n_parts)
{
    for (size_t i = 0; i < n_parts; i++) {
        const rowan_column *column = &scope->table->columns[parts[i].column];

        rowan__buf_str(w->sql, i == 0 ? words : ", ");
        write_column(w, scope, scope->table, column);
        write_collation(w, column);
        if (parts[i].descending)
            rowan__buf_str(w->sql, " DESC");
    }
}

static void write_window(rowan__writer *w, const rowan__scope *scope,
                         const rowan_computed *computed)
{
    rowan__buf_str(w->sql, " OVER (");
    write_parts(w, scope, "PARTITION BY ", computed->partition_by,
                computed->n_partition_by);
    if (computed->n_partition_by > 0 && computed->n_order_by > 0)
        rowan__buf_char(w->sql, ' ');
    write_parts(w, scope, "ORDER BY ", computed->order_by, computed->n_order_by);
    /* without these words the last value would be that of the row itself */
    if (computed->function == ROWAN_FN_LAST_VALUE)
        rowan__buf_str(w->sql,
                       " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING");
    rowan__buf_char(w->sql, ')');
}

/* A sum's and an average's argument is made wide enough first. */
static void write_argument(rowan__writer *w, const rowan__scope *scope,
                           const rowan_computed *computed)
{
    const rowan_column *column = computed->column;
    bool is_real = column->type == ROWAN_FLOAT || column->type == ROWAN_DOUBLE;
    bool widen = w->dialect->widen[1] != NULL &&
                 (computed->function == ROWAN_FN_AVG ||
                  (computed->function == ROWAN_FN_SUM && is_real));

    if (widen)
        rowan__buf_str(w->sql, w->dialect->widen[0]);
    write_column(w, scope, computed->model, column);
    if (widen)
        rowan__buf_str(w->sql, w->dialect->widen[1]);
    if (computed->function == ROWAN_FN_MIN || computed->function == ROWAN_FN_MAX)
        write_collation(w, column);
}

static void write_computed(rowan__writer *w, const rowan__scope *scope,
                           const rowan_computed *computed)
{
    bool int_sum = computed->function == ROWAN_FN_SUM &&
                   w->dialect->int_sum[1] != NULL &&
                   rowan__is_integer(computed->column->type);
    bool decimal_sum = computed->function == ROWAN_FN_SUM &&
                       w->dialect->decimal_sum != NULL &&
                       computed->column->type == ROWAN_DECIMAL;

    if (computed->function == ROWAN_FN_COLUMN) {
        write_column(w, scope, computed->model, computed->column);
        return;
    }
    if (computed->function == ROWAN_FN_SQL) {
        rowan__buf_printf(w->sql, "(%s)", computed->sql);
        return;
    }
    if (int_sum)
        rowan__buf_str(w->sql, w->dialect->int_sum[0]);
    rowan__buf_str(w->sql, decimal_sum ? w->dialect->decimal_sum
                                       : functions[computed->function]);
    rowan__buf_str(w->sql,
                   computed->function == ROWAN_FN_COUNT_DISTINCT ? "(DISTINCT " : "(");
    if (computed->column != NULL)
        write_argument(w, scope, computed);
    else if (computed->function == ROWAN_FN_COUNT)
        rowan__buf_char(w->sql, '*');
    rowan__buf_char(w->sql, ')');
    if (computed->window)
        write_window(w, scope, computed);
    if (int_sum)
        rowan__buf_str(w->sql, w->dialect->int_sum[1]);
}

/* A column in a condition or an order, wherever it comes from. */
static void write_named(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *model, const rowan_column *column)
{
    rowan__named named = { 0 };

    if (!rowan__find_name(scope, model, column, &named))
        w->sql->failed = true; /* query_key.c refuses it before */
    else if (named.source == NULL)
        write_computed(w, named.scope, column->computed);
    else
        write_column(w, named.scope, named.source, column);
}

static void write_compared(rowan__writer *w, const rowan__scope *scope,
                           const rowan_model *model, const rowan_column *column)
{
    write_named(w, scope, model, column);
    write_collation(w, column);
}

/* Conditions. */

static const char *const operators[ROWAN_N_OPS] = {
    [ROWAN_OP_EQ] = " = ",           [ROWAN_OP_NE] = " <> ",
    [ROWAN_OP_LT] = " < ",           [ROWAN_OP_LE] = " <= ",
    [ROWAN_OP_GT] = " > ",           [ROWAN_OP_GE] = " >= ",
    [ROWAN_OP_IS_NULL] = " IS NULL", [ROWAN_OP_NOT_NULL] = " IS NOT NULL",
    [ROWAN_OP_AND] = " AND ",        [ROWAN_OP_OR] = " OR ",
    [ROWAN_OP_NOT] = " AND ",
};

static void write_split(rowan__writer *w, const rowan__scope *scope,
                        const rowan_expr *expr)
{
    write_compared(w, scope, expr->model, expr->column);
    rowan__buf_printf(w->sql, " IN (%s", w->dialect->split[0]);
    rowan__write_param(w);
    rowan__buf_str(w->sql, ", ");
    rowan__write_param(w);
    rowan__buf_printf(w->sql, "%s%s)", w->dialect->split[1],
                      w->dialect->type_names[expr->column->type]);
}

static void write_in(rowan__writer *w, const rowan__scope *scope,
                     const rowan_expr *expr)
{
    size_t n = rowan__in_size(expr->n_values);

    if (expr->joined) {
        write_split(w, scope, expr);
        return;
    }
    if (expr->query == NULL && n == 0) { /* one of none: never */
        rowan__buf_str(w->sql, "1 = 0");
        return;
    }
    write_compared(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, " IN (");
    if (expr->query != NULL)
        write_query(w, scope, expr->query, NULL);
    for (size_t i = 0; expr->query == NULL && i < n; i++) {
        if (i > 0)
            rowan__buf_str(w->sql, ", ");
        rowan__write_param(w);
    }
    rowan__buf_char(w->sql, ')');
}

static void write_match(rowan__writer *w, const rowan__scope *scope,
                        const rowan_expr *expr)
{
    const char *const *like = expr->ignore_case ? w->dialect->ilike : w->dialect->like;

    rowan__buf_str(w->sql, like[0]);
    write_named(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, like[1]);
    rowan__write_param(w);
    rowan__buf_str(w->sql, like[2]);
}

static void write_parts_of(rowan__writer *w, const rowan__scope *scope,
                           const rowan_expr *expr)
{
    bool first = true;

    rowan__buf_str(w->sql, expr->op == ROWAN_OP_NOT ? "NOT (" : "(");
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (expr->parts[i] == NULL)
            continue;
        if (!first)
            rowan__buf_str(w->sql, operators[expr->op]);
        first = false;
        write_condition(w, scope, expr->parts[i]);
    }
    if (first) /* nothing left of it: what does not restrict */
        rowan__buf_str(w->sql, expr->op == ROWAN_OP_NOT ? "1 = 0" : "1 = 1");
    rowan__buf_char(w->sql, ')');
}

static void write_comparison(rowan__writer *w, const rowan__scope *scope,
                             const rowan_expr *expr)
{
    write_compared(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, operators[expr->op]);
    if (expr->query != NULL) {
        rowan__buf_char(w->sql, '(');
        write_query(w, scope, expr->query, NULL);
        rowan__buf_char(w->sql, ')');
    } else if (expr->other != NULL)
        write_named(w, scope, expr->other_model, expr->other);
    else
        rowan__write_param(w);
}

static void write_condition(rowan__writer *w, const rowan__scope *scope,
                            const rowan_expr *expr)
{
    switch (expr->op) {
    case ROWAN_OP_EQ:
    case ROWAN_OP_NE:
    case ROWAN_OP_LT:
    case ROWAN_OP_LE:
    case ROWAN_OP_GT:
    case ROWAN_OP_GE: write_comparison(w, scope, expr); break;
    case ROWAN_OP_IS_NULL:
    case ROWAN_OP_NOT_NULL:
        write_named(w, scope, expr->model, expr->column);
        rowan__buf_str(w->sql, operators[expr->op]);
        break;
    case ROWAN_OP_IN: write_in(w, scope, expr); break;
    case ROWAN_OP_BETWEEN:
        write_compared(w, scope, expr->model, expr->column);
        rowan__buf_str(w->sql, " BETWEEN ");
        rowan__write_param(w);
        rowan__buf_str(w->sql, " AND ");
        rowan__write_param(w);
        break;
    case ROWAN_OP_LIKE:
    case ROWAN_OP_STARTS_WITH:
    case ROWAN_OP_ENDS_WITH:
    case ROWAN_OP_CONTAINS: write_match(w, scope, expr); break;
    case ROWAN_OP_EXISTS:
        rowan__buf_str(w->sql, "EXISTS (");
        write_query(w, scope, expr->query, "1");
        rowan__buf_char(w->sql, ')');
        break;
    case ROWAN_OP_AND:
    case ROWAN_OP_OR:
    case ROWAN_OP_NOT: write_parts_of(w, scope, expr); break;
    case ROWAN_N_OPS: break;
    }
}

static void write_clause(rowan__writer *w, const rowan__scope *scope, const char *word,
                         const rowan_expr *condition)
{
    if (condition == NULL)
        return;
    rowan__buf_str(w->sql, word);
    write_condition(w, scope, condition);
}

/* The parts of a query. */

/* WITH, for the views that are read as tables. */
static bool write_with(rowan__writer *w, const rowan_model *model,
                       const rowan_query *from, bool first)
{
    const rowan_query all = { .model = rowan__real_model(model) };

    if (!rowan__is_view(model))
        return first;
    rowan__buf_str(w->sql, first ? "WITH " : ", ");
    rowan__write_ident(w, model->name);
    rowan__buf_str(w->sql, " AS (");
    write_query(w, NULL, from != NULL ? from : &all, NULL);
    rowan__buf_char(w->sql, ')');
    return false;
}

static void write_withs(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;
    bool first = write_with(w, scope->table, query->from, true);

    for (size_t i = 0; i < scope->n_joins; i++)
        first = write_with(w, rowan__join_model(query->join[i]), query->join[i]->from,
                           first);
    if (!first)
        rowan__buf_char(w->sql, ' ');
}

static void write_list(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_model *model = scope->query->model;

    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (i > 0)
            rowan__buf_str(w->sql, ", ");
        if (scope->view == NULL) {
            write_column(w, scope, scope->table, column);
            continue;
        }
        write_computed(w, scope, column->computed);
        rowan__buf_str(w->sql, " AS ");
        rowan__write_ident(w, column->name);
    }
}

static void write_table(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *model)
{
    if (rowan__is_view(model)) {
        rowan__write_ident(w, model->name);
        return;
    }
    rowan__sql_table(w->dialect, w->sql, rowan__real_model(model));
    if (!scope->qualified)
        return;
    rowan__buf_str(w->sql, " AS ");
    rowan__write_ident(w, model->name);
}

static void write_equal(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *a, const rowan__key *a_key,
                        const rowan_model *b, const rowan__key *b_key)
{
    for (size_t i = 0; i < a_key->n; i++) {
        rowan__buf_str(w->sql, i == 0 ? " ON " : " AND ");
        write_column(w, scope, a, a_key->columns[i]);
        write_collation(w, a_key->columns[i]);
        rowan__buf_str(w->sql, " = ");
        write_column(w, scope, b, b_key->columns[i]);
    }
}

/* A join along a relation: by way of the table between, if there is one. */
static void write_path(rowan__writer *w, const rowan__scope *scope,
                       const rowan_join *join, const char *words)
{
    const rowan_relation *relation = rowan__join_relation(join);
    const rowan_model *far = rowan__join_model(join), *near = join->near;
    rowan__ends ends;

    if (rowan__relation_ends(rowan__real_model(near), relation, &ends, NULL) !=
        ROWAN_OK) {
        w->sql->failed = true; /* query_key.c refuses it before */
        return;
    }
    if (relation->between != NULL) {
        rowan__buf_str(w->sql, words);
        write_table(w, scope, relation->between);
        write_equal(w, scope, relation->between, &ends.here, near, &ends.near);
    }
    rowan__buf_str(w->sql, words);
    write_table(w, scope, far);
    if (relation->between != NULL)
        write_equal(w, scope, far, &ends.far, relation->between, &ends.there);
    else
        write_equal(w, scope, far, &ends.far, near, &ends.near);
}

static void write_from(rowan__writer *w, const rowan__scope *scope)
{
    rowan__buf_str(w->sql, " FROM ");
    write_table(w, scope, scope->table);
    for (size_t i = 0; i < scope->n_joins; i++) {
        const rowan_join *join = scope->query->join[i];
        const char *words = join->kind == ROWAN_LEFT_JOIN ? " LEFT JOIN " : " JOIN ";

        if (join->on == NULL) {
            write_path(w, scope, join, words);
            continue;
        }
        rowan__buf_str(w->sql, words);
        write_table(w, scope, rowan__join_model(join));
        write_clause(w, scope, " ON ", join->on);
    }
}

static void write_groups(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;
    const char *between = " GROUP BY ";

    for (size_t i = 0; scope->view != NULL && i < scope->view->n_columns; i++) {
        const rowan_column *column = &scope->view->columns[i];

        if (rowan__is_aggregate(column) || column->computed->window)
            continue;
        rowan__buf_str(w->sql, between);
        write_computed(w, scope, column->computed);
        between = ", ";
    }
    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->group_by[i] != NULL; i++) {
        rowan__buf_str(w->sql, between);
        write_named(w, scope, query->group_by[i]->model, query->group_by[i]->column);
        between = ", ";
    }
    write_clause(w, scope, " HAVING ", query->having);
}

static void write_order(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;

    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->order_by[i] != NULL; i++) {
        const rowan_order *order = query->order_by[i];
        bool nulls = order->nulls != ROWAN_NULLS_ANYWHERE;

        rowan__buf_str(w->sql, i == 0 ? " ORDER BY " : ", ");
        if (nulls && !w->dialect->has_nulls_order) {
            write_named(w, scope, order->model, order->column);
            rowan__buf_str(w->sql, order->nulls == ROWAN_NULLS_FIRST ? " IS NOT NULL, "
                                                                     : " IS NULL, ");
        }
        write_compared(w, scope, order->model, order->column);
        if (order->descending)
            rowan__buf_str(w->sql, " DESC");
        if (nulls && w->dialect->has_nulls_order)
            rowan__buf_str(w->sql, order->nulls == ROWAN_NULLS_FIRST ? " NULLS FIRST"
                                                                     : " NULLS LAST");
    }
}

static void write_limit(rowan__writer *w, const rowan_query *query)
{
    if (query->limit > 0) {
        rowan__buf_str(w->sql, " LIMIT ");
        rowan__write_param(w);
    } else if (query->offset > 0) {
        rowan__buf_printf(w->sql, " LIMIT %s", w->dialect->no_limit);
    }
    if (query->offset > 0) {
        rowan__buf_str(w->sql, " OFFSET ");
        rowan__write_param(w);
    }
    if (query->lock != ROWAN_NO_LOCK && w->dialect->row_lock != NULL) {
        rowan__buf_str(w->sql, w->dialect->row_lock);
        if (query->lock == ROWAN_FOR_UPDATE_SKIP_LOCKED)
            rowan__buf_str(w->sql, " SKIP LOCKED");
    }
}

/* A query; without order and limit if `only` is not NULL, which then stands for the columns
 * if these do not matter. */
static void write_query(rowan__writer *w, const rowan__scope *around,
                        const rowan_query *query, const char *only)
{
    rowan__scope scope;

    init_scope(&scope, around, query, false);
    write_withs(w, &scope);
    rowan__buf_str(w->sql, "SELECT ");
    if (query->distinct)
        rowan__buf_str(w->sql, "DISTINCT ");
    if (only != NULL && !rowan__counts_whole(query))
        rowan__buf_str(w->sql, only);
    else
        write_list(w, &scope);
    write_from(w, &scope);
    write_clause(w, &scope, " WHERE ", query->where);
    if (rowan__is_grouped(query))
        write_groups(w, &scope);
    if (only != NULL)
        return;
    write_order(w, &scope);
    write_limit(w, query);
}

static void write_count(rowan__writer *w, const rowan_query *query)
{
    if (!rowan__counts_whole(query)) {
        write_query(w, NULL, query, "count(*)");
        return;
    }
    rowan__buf_str(w->sql, "SELECT count(*) FROM (");
    write_query(w, NULL, query, "1");
    rowan__buf_str(w->sql, ") AS ");
    rowan__write_ident(w, query->model->name);
}

/* Changes. */

static void write_set(rowan__writer *w, const rowan_assignment *set)
{
    const char *decimal_plus =
        set->column->type == ROWAN_DECIMAL ? w->dialect->decimal_plus : NULL;

    rowan__write_ident(w, set->column->name);
    rowan__buf_str(w->sql, " = ");
    if (set->kind == ROWAN_SET_COLUMN) {
        rowan__write_ident(w, set->other->name);
        return;
    }
    if (set->kind == ROWAN_SET_PLUS) {
        rowan__buf_str(w->sql, decimal_plus != NULL ? decimal_plus : "");
        rowan__write_ident(w, set->column->name);
        rowan__buf_str(w->sql, decimal_plus != NULL ? ", " : " + ");
    }
    rowan__write_param(w);
    if (set->kind == ROWAN_SET_PLUS && decimal_plus != NULL)
        rowan__buf_char(w->sql, ')');
}

static void write_change(rowan__writer *w, const rowan__statement *s)
{
    rowan__scope scope;

    init_scope(&scope, NULL, s->query, true);
    rowan__buf_str(w->sql, s->kind == ROWAN__UPDATE_WHERE ? "UPDATE " : "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    for (size_t i = 0; i < s->n_sets; i++) {
        rowan__buf_str(w->sql, i == 0 ? " SET " : ", ");
        write_set(w, &s->sets[i]);
    }
    write_clause(w, &scope, " WHERE ", s->query->where);
}

void rowan__write_query_statement(rowan__writer *w, const rowan__statement *s)
{
    if (s->kind == ROWAN__SELECT_ROWS)
        write_query(w, NULL, s->query, NULL);
    else if (s->kind == ROWAN__SELECT_COUNT)
        write_count(w, s->query);
    else
        write_change(w, s);
}
