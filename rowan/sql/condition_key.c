/* condition_key.c - the key and the values of models, columns and conditions. See
 * query_key.c, whose walk they are part of; condition_text.c has their text.
 */
#include "query_int.h"

#include <string.h>

#include "type_int.h"

/* Models. One that is made at run time is what it is made of, wherever it lies. */

rowan_status rowan__add_model(rowan__statement *s, const rowan_model *model,
                              rowan_error *err)
{
    rowan_status st =
        rowan__statement_key_byte(s, model != NULL && model->is_made, err);

    if (st == ROWAN_OK && (model == NULL || !model->is_made))
        return rowan__statement_key(s, &model, sizeof model, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, model->name, strlen(model->name) + 1, err);
    if (st == ROWAN_OK)
        st = rowan__add_model(s, model->base, err);
    if (model->is_alias)
        return st;
    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++) {
        const rowan_computed *computed = model->columns[i].computed;

        st = rowan__statement_key(s, &computed->column, sizeof computed->column, err);
        if (st == ROWAN_OK)
            st = rowan__add_model(s, computed->model, err);
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
rowan_status rowan__add_column(rowan__statement *s, const rowan__scope *scope,
                               const rowan_model *model, const rowan_column *column,
                               rowan__named *named, rowan_error *err)
{
    rowan_status st;

    if (column == NULL || !rowan__find_name(scope, model, column, named))
        return unknown_column(scope, model, column, err);
    st = rowan__statement_key(s, &column, sizeof column, err);
    /* aliases share their columns: with several tables it matters whose it is */
    if (st == ROWAN_OK && (scope->n_joins > 0 || scope->around != NULL))
        st = rowan__add_model(s, named->source, err);
    return st;
}

/* A column where groups are not made yet. */
rowan_status rowan__add_plain_column(rowan__statement *s, const rowan__scope *scope,
                                     const rowan_model *model,
                                     const rowan_column *column, rowan_error *err)
{
    rowan__named named = { 0 };
    rowan_status st = rowan__add_column(s, scope, model, column, &named, err);

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

    return groups ? rowan__add_column(s, scope, model, column, &named, err)
                  : rowan__add_plain_column(s, scope, model, column, err);
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
bool rowan__are_alike(rowan_type a, rowan_type b)
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

    if (model->n_columns != 1 ||
        !rowan__are_alike(model->columns[0].type, expr->column->type))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s can be compared with a query of one column, of type %s",
                          expr->column->name, rowan_type_name(expr->column->type));
    return rowan__add_query(s, at.scope, expr->query, true, at.depth + 1, err);
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
    if (!rowan__are_alike(expr->other->type, expr->column->type))
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

/* Whether a pattern ends with a backslash and not what that takes: the databases see an error
 * in it, or not, or only once a text comes so far. */
static bool ends_within(rowan_text pattern)
{
    size_t n = 0;

    while (n < pattern.len && pattern.ptr[pattern.len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/* MAX is of what is stored, not of what it is compared with. */
static rowan_status add_match(rowan__statement *s, const rowan_expr *expr,
                              rowan_error *err)
{
    static const rowan_column any_text = { .name = "the pattern", .type = ROWAN_TEXT };
    rowan_value value = expr->value;
    rowan_status st = ROWAN_OK;

    if (expr->column->type != ROWAN_TEXT || value.type != ROWAN_TEXT || value.is_null)
        return rowan_fail(err, ROWAN_EINVAL, "%s is %s and cannot be matched with %s",
                          expr->column->name, rowan_type_name(expr->column->type),
                          value.is_null ? "NULL" : rowan_type_name(value.type));
    if (expr->op != ROWAN_OP_LIKE)
        st = pattern_of(s, expr->op, &value.as.text, err);
    else if (ends_within(value.as.text))
        st = rowan_fail(err, ROWAN_EINVAL,
                        "%s: a pattern ends with a backslash that takes nothing",
                        expr->column->name);
    if (st != ROWAN_OK)
        return st;
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
        return rowan__add_query(s, at.scope, expr->query, false, at.depth + 1, err);
    case ROWAN_N_OPS: break;
    }
    return rowan_fail(err, ROWAN_EINVAL, "unknown operator %d", (int)expr->op);
}

/* A condition, or the mark that there is none. */
rowan_status rowan__add_where(rowan__statement *s, const rowan__scope *scope,
                              const rowan_expr *where, bool groups, int depth,
                              rowan_error *err)
{
    condition_place at = { scope, groups, depth };
    rowan_status st = rowan__statement_key_byte(s, where != NULL, err);

    return st == ROWAN_OK && where != NULL ? add_condition(s, at, where, err) : st;
}
