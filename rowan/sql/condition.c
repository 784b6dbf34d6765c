/* condition.c - conditions that are built at run time. See rowan/query.h. */
#include <rowan/query.h>

#include <rowan/arena.h>

#include <string.h>

/* A copy of the text in the arena, so that the condition borrows nothing. */
static rowan_status own_text(rowan_arena *arena, rowan_value *value, rowan_error *err)
{
    char *copy;

    if (value->type != ROWAN_TEXT && value->type != ROWAN_JSON)
        return ROWAN_OK;
    copy = rowan_arena_strndup(arena, value->as.text.ptr, value->as.text.len);
    if (copy == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    value->as.text.ptr = copy;
    return ROWAN_OK;
}

rowan_status rowan_condition(rowan_arena *arena, const rowan_model *model,
                             const char *column, rowan_op op, const char *text,
                             size_t len, const rowan_expr **out, rowan_error *err)
{
    rowan_expr *expr = rowan_arena_calloc(arena, 1, sizeof *expr);
    rowan_status st = ROWAN_OK;

    if (expr == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    expr->op = op;
    expr->column = rowan_model_column(model, column, strlen(column));
    if (expr->column == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has no column %s", model->name,
                          column);
    if ((int)op < 0 || op > ROWAN_OP_NOT_NULL ||
        (op < ROWAN_OP_IS_NULL && expr->column->type == ROWAN_JSON))
        return rowan_fail(err, ROWAN_EINVAL, "%s cannot be compared that way", column);
    if (op < ROWAN_OP_IS_NULL) {
        st = rowan_column_parse(expr->column, arena, text, len, &expr->value, err);
        if (st != ROWAN_OK)
            rowan_error_prefix(err, "%s ", column);
        else
            st = own_text(arena, &expr->value, err);
    }
    if (st == ROWAN_OK)
        *out = expr;
    return st;
}
