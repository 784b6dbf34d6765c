/* column_text.c - the text of names and of what views' columns are made of. Part of the walk
 * of query_text.c.
 */
#include "query_int.h"

#include "type_int.h"

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

void rowan__names_init(rowan__scope *scope, const rowan__scope *around,
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
void rowan__write_column(rowan__writer *w, const rowan__scope *scope,
                         const rowan_model *source, const rowan_column *column)
{
    if (scope->qualified) {
        write_source(w, scope, source);
        rowan__buf_char(w->sql, '.');
    }
    rowan__write_ident(w, column->name);
}

/* A text that is compared as a number has to say so. */
void rowan__write_collation(rowan__writer *w, const rowan_column *column)
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
        rowan__write_column(w, scope, scope->table, column);
        rowan__write_collation(w, column);
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
    rowan__write_column(w, scope, computed->model, column);
    if (widen)
        rowan__buf_str(w->sql, w->dialect->widen[1]);
    if (computed->function == ROWAN_FN_MIN || computed->function == ROWAN_FN_MAX)
        rowan__write_collation(w, column);
}

void rowan__write_computed(rowan__writer *w, const rowan__scope *scope,
                           const rowan_computed *computed)
{
    bool int_sum = computed->function == ROWAN_FN_SUM &&
                   w->dialect->int_sum[1] != NULL &&
                   rowan__is_integer(computed->column->type);
    bool decimal_sum = computed->function == ROWAN_FN_SUM &&
                       w->dialect->decimal_sum != NULL &&
                       computed->column->type == ROWAN_DECIMAL;

    if (computed->function == ROWAN_FN_COLUMN) {
        rowan__write_column(w, scope, computed->model, computed->column);
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
void rowan__write_named(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *model, const rowan_column *column)
{
    rowan__named named = { 0 };

    if (!rowan__find_name(scope, model, column, &named))
        w->sql->failed = true; /* query_key.c refuses it before */
    else if (named.source == NULL)
        rowan__write_computed(w, named.scope, column->computed);
    else
        rowan__write_column(w, named.scope, named.source, column);
}

void rowan__write_compared(rowan__writer *w, const rowan__scope *scope,
                           const rowan_model *model, const rowan_column *column)
{
    rowan__write_named(w, scope, model, column);
    rowan__write_collation(w, column);
}
