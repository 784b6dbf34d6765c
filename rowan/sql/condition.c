/* condition.c - conditions and orders that are built at run time. See rowan/query.h. */
#include <rowan/query.h>

#include <rowan/arena.h>

#include <string.h>

static const char *const names[ROWAN_N_OPS] = {
    [ROWAN_OP_EQ] = "eq",
    [ROWAN_OP_NE] = "ne",
    [ROWAN_OP_LT] = "lt",
    [ROWAN_OP_LE] = "le",
    [ROWAN_OP_GT] = "gt",
    [ROWAN_OP_GE] = "ge",
    [ROWAN_OP_IS_NULL] = "is_null",
    [ROWAN_OP_NOT_NULL] = "not_null",
    [ROWAN_OP_IN] = "in",
    [ROWAN_OP_BETWEEN] = "between",
    [ROWAN_OP_LIKE] = "like",
    [ROWAN_OP_STARTS_WITH] = "starts_with",
    [ROWAN_OP_ENDS_WITH] = "ends_with",
    [ROWAN_OP_CONTAINS] = "contains",
};

rowan_op rowan_op_named(const char *name, size_t len, bool *ignore_case)
{
    *ignore_case = false;
    for (int pass = 0; pass < 2; pass++) {
        for (int op = 0; op < ROWAN_OP_EXISTS; op++) {
            bool is_match = op >= ROWAN_OP_LIKE;

            if (strlen(names[op]) != len || memcmp(names[op], name, len) != 0 ||
                (pass == 1 && !is_match))
                continue;
            *ignore_case = pass == 1;
            return (rowan_op)op;
        }
        if (len == 0 || name[0] != 'i')
            break;
        name++; /* "icontains" */
        len--;
    }
    return ROWAN_N_OPS;
}

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

static rowan_status find_column(const rowan_model *model, const char *name, size_t len,
                                const rowan_column **out, rowan_error *err)
{
    *out = rowan_model_column(model, name, len);
    return *out != NULL ? ROWAN_OK
                        : rowan_fail(err, ROWAN_EINVAL, "%s has no column %.*s",
                                     model->name, (int)(len < 64 ? len : 64), name);
}

/* A copy of the text in the arena, so that the condition borrows nothing. */
static rowan_status own_text(rowan_arena *arena, rowan_value *value, rowan_error *err)
{
    char *copy;

    if (value->type != ROWAN_TEXT && value->type != ROWAN_JSON)
        return ROWAN_OK;
    copy = rowan_arena_strndup(arena, value->as.text.ptr, value->as.text.len);
    if (copy == NULL)
        return no_memory(err);
    value->as.text.ptr = copy;
    return ROWAN_OK;
}

static rowan_status read_value(rowan_arena *arena, const rowan_column *column,
                               bool as_pattern, rowan_text text, rowan_value *out,
                               rowan_error *err)
{
    static const rowan_column any_text = {
        .type = ROWAN_TEXT
    }; /* MAX is of what is stored */
    rowan_status st = rowan_column_parse(as_pattern ? &any_text : column, arena,
                                         text.ptr, text.len, out, err);

    if (st != ROWAN_OK) {
        rowan_error_prefix(err, "%s ", column->name);
        return st;
    }
    return own_text(arena, out, err);
}

/* How many values an operator takes; false if a column of that type cannot be asked so. */
static bool takes(rowan_op op, rowan_type type, size_t n_values)
{
    switch (op) {
    case ROWAN_OP_EQ:
    case ROWAN_OP_NE:
    case ROWAN_OP_LT:
    case ROWAN_OP_LE:
    case ROWAN_OP_GT:
    case ROWAN_OP_GE: return n_values == 1 && type != ROWAN_JSON;
    case ROWAN_OP_IS_NULL:
    case ROWAN_OP_NOT_NULL: return true; /* whatever the value says */
    case ROWAN_OP_IN: return type != ROWAN_JSON;
    case ROWAN_OP_BETWEEN: return n_values == 2 && type != ROWAN_JSON;
    case ROWAN_OP_LIKE:
    case ROWAN_OP_STARTS_WITH:
    case ROWAN_OP_ENDS_WITH:
    case ROWAN_OP_CONTAINS: return n_values == 1 && type == ROWAN_TEXT;
    case ROWAN_OP_EXISTS:
    case ROWAN_OP_AND:
    case ROWAN_OP_OR:
    case ROWAN_OP_NOT:
    case ROWAN_N_OPS: break;
    }
    return false;
}

rowan_status rowan_condition_of(rowan_arena *arena, const rowan_model *model,
                                const char *column, rowan_op op, bool ignore_case,
                                const rowan_text *texts, size_t n_texts,
                                const rowan_expr **out, rowan_error *err)
{
    rowan_expr *expr = rowan_arena_calloc(arena, 1, sizeof *expr);
    bool is_list = op == ROWAN_OP_IN || op == ROWAN_OP_BETWEEN;
    rowan_value *values;
    rowan_status st;

    if (expr == NULL)
        return no_memory(err);
    st = find_column(model, column, strlen(column), &expr->column, err);
    if (st != ROWAN_OK)
        return st;
    if (!takes(op, expr->column->type, n_texts))
        return rowan_fail(err, ROWAN_EINVAL, "%s cannot be compared that way", column);
    expr->op = op;
    expr->model = model;
    expr->ignore_case = ignore_case;
    if (op == ROWAN_OP_IS_NULL || op == ROWAN_OP_NOT_NULL)
        n_texts = 0;
    values =
        is_list ? rowan_arena_calloc(arena, n_texts, sizeof *values) : &expr->value;
    if (values == NULL)
        return no_memory(err);
    for (size_t i = 0; i < n_texts; i++) {
        st = read_value(arena, expr->column, op >= ROWAN_OP_LIKE, texts[i], &values[i],
                        err);
        if (st != ROWAN_OK)
            return st;
    }
    expr->values = is_list ? values : NULL;
    expr->n_values = is_list ? n_texts : 0;
    *out = expr;
    return ROWAN_OK;
}

rowan_status rowan_condition(rowan_arena *arena, const rowan_model *model,
                             const char *column, rowan_op op, const char *text,
                             size_t len, const rowan_expr **out, rowan_error *err)
{
    rowan_text value = { text, len };

    return rowan_condition_of(arena, model, column, op, false, &value, 1, out, err);
}

rowan_status rowan_combine(rowan_arena *arena, rowan_op op,
                           const rowan_expr *const *parts, size_t n_parts,
                           const rowan_expr **out, rowan_error *err)
{
    rowan_expr *expr = rowan_arena_calloc(arena, 1, sizeof *expr);
    const rowan_expr **copy = rowan_arena_calloc(arena, n_parts, sizeof(rowan_expr *));

    if (expr == NULL || copy == NULL)
        return no_memory(err);
    if (op != ROWAN_OP_AND && op != ROWAN_OP_OR && op != ROWAN_OP_NOT)
        return rowan_fail(err, ROWAN_EINVAL, "conditions are combined by and, or, not");
    if (n_parts > 0)
        memcpy(copy, parts, n_parts * sizeof(rowan_expr *));
    expr->op = op;
    expr->parts = copy;
    expr->n_parts = n_parts;
    *out = expr;
    return ROWAN_OK;
}

rowan_status rowan_order_named(rowan_arena *arena, const rowan_model *model,
                               const char *text, size_t len,
                               const rowan_order *out[ROWAN_MAX_ORDER_BY],
                               rowan_error *err)
{
    const char *end = text + len;
    size_t n = 0;

    for (const char *at = text; at < end; n++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        rowan_order *order = rowan_arena_calloc(arena, 1, sizeof *order);
        rowan_status st;

        if (order == NULL)
            return no_memory(err);
        if (n == ROWAN_MAX_ORDER_BY)
            return rowan_fail(err, ROWAN_EINVAL, "an order has at most %d columns",
                              ROWAN_MAX_ORDER_BY);
        order->descending = *at == '-';
        at += order->descending;
        order->model = model;
        st = find_column(model, at, (size_t)(stop - at), &order->column, err);
        if (st == ROWAN_OK && order->column->type == ROWAN_JSON)
            st = rowan_fail(err, ROWAN_EINVAL, "%s has no order", order->column->name);
        if (st != ROWAN_OK)
            return st;
        out[n] = order;
        at = comma != NULL ? comma + 1 : end;
    }
    for (; n < ROWAN_MAX_ORDER_BY; n++)
        out[n] = NULL;
    return ROWAN_OK;
}
