/* condition_text.c - the text of conditions. Part of the walk of query_text.c.
 */
#include "query_int.h"

static void write_condition(rowan__writer *w, const rowan__scope *scope,
                            const rowan_expr *expr);

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
    rowan__write_compared(w, scope, expr->model, expr->column);
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
    rowan__write_compared(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, " IN (");
    if (expr->query != NULL) {
        w->one_of = w->dialect->narrow_in ? expr->column : NULL;
        rowan__write_query(w, scope, expr->query, NULL);
    }
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
    rowan__write_named(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, like[1]);
    rowan__write_param(w);
    rowan__buf_str(w->sql, like[2]);
}

/* False for NULL and a group of which nothing is left: no condition, wherever it stands. */
static bool says_something(const rowan_expr *expr)
{
    if (expr == NULL || expr->op < ROWAN_OP_AND)
        return expr != NULL;
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (says_something(expr->parts[i]))
            return true;
    }
    return false;
}

static void write_parts_of(rowan__writer *w, const rowan__scope *scope,
                           const rowan_expr *expr)
{
    bool first = true;

    rowan__buf_str(w->sql, expr->op == ROWAN_OP_NOT ? "NOT (" : "(");
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (!says_something(expr->parts[i]))
            continue;
        if (!first)
            rowan__buf_str(w->sql, operators[expr->op]);
        first = false;
        write_condition(w, scope, expr->parts[i]);
    }
    rowan__buf_char(w->sql, ')');
}

static void write_comparison(rowan__writer *w, const rowan__scope *scope,
                             const rowan_expr *expr)
{
    rowan__write_compared(w, scope, expr->model, expr->column);
    rowan__buf_str(w->sql, operators[expr->op]);
    if (expr->query != NULL) {
        rowan__buf_char(w->sql, '(');
        rowan__write_query(w, scope, expr->query, NULL);
        rowan__buf_char(w->sql, ')');
    } else if (expr->other != NULL)
        rowan__write_named(w, scope, expr->other_model, expr->other);
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
        rowan__write_named(w, scope, expr->model, expr->column);
        rowan__buf_str(w->sql, operators[expr->op]);
        break;
    case ROWAN_OP_IN: write_in(w, scope, expr); break;
    case ROWAN_OP_BETWEEN:
        rowan__write_compared(w, scope, expr->model, expr->column);
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
        rowan__write_query(w, scope, expr->query, "1");
        rowan__buf_char(w->sql, ')');
        break;
    case ROWAN_OP_AND:
    case ROWAN_OP_OR:
    case ROWAN_OP_NOT: write_parts_of(w, scope, expr); break;
    case ROWAN_N_OPS: break;
    }
}

bool rowan__write_clause(rowan__writer *w, const rowan__scope *scope, const char *word,
                         const rowan_expr *condition)
{
    if (!says_something(condition))
        return false;
    rowan__buf_str(w->sql, word);
    write_condition(w, scope, condition);
    return true;
}
