/* statement.c - see statement_int.h.
 *
 * The key is built and the values are collected in one walk; the text is written in
 * another, which meets the parameters in the same order. Both walks have one function a
 * part of a statement, side by side in this order: where, order, limit.
 */
#include "row_statement_int.h"

#include <rowan/decimal.h>

#include <string.h>

#include "ddl_int.h"
#include "type_int.h"

static const rowan_column count_columns[] = {
    { .name = "count", .type = ROWAN_INT64 },
};
const rowan_model rowan__count_shape = {
    .name = "count",
    .table = "",
    .columns = count_columns,
    .n_columns = 1,
    .row_size = sizeof(rowan__count_row),
};

/* The key. */

bool rowan__statement_key(rowan__statement *s, const void *bytes, size_t len)
{
    if (len > sizeof s->key - s->key_len)
        return false;
    memcpy(s->key + s->key_len, bytes, len);
    s->key_len += len;
    return true;
}

void rowan__statement_begin(rowan__statement *s, rowan__statement_kind kind,
                            const rowan_query *query)
{
    unsigned char kind_byte = (unsigned char)kind;

    s->kind = kind;
    s->query = query;
    s->sets = NULL;
    s->n_sets = s->n_binds = s->key_len = 0;
    s->max_rows = SIZE_MAX;
    (void)rowan__statement_key(s, &kind_byte, 1);
    (void)rowan__statement_key(s, &query->model, sizeof query->model);
}

static rowan_status too_long(rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL, "the statement is too long");
}

/* The values. */

/* Refuses what the column does not allow, and turns a label into the text it is stored as. */
static rowan_status finish_value(const rowan_column *column, rowan_value *value,
                                 rowan_error *err)
{
    rowan_status st = rowan_column_check(column, value, err);

    if (st != ROWAN_OK) {
        rowan_error_prefix(err, "%s ", column->name);
        return st;
    }
    if (value->type == ROWAN_ENUM) {
        if (!value->is_null)
            value->as.text =
                rowan_text_of(rowan_enum_label(column->labels, value->as.int64));
        value->type = ROWAN_TEXT;
    }
    return ROWAN_OK;
}

rowan_status rowan__bind_column(const rowan_column *column, const void *row,
                                rowan_value *out, rowan_error *err)
{
    rowan_column_get(column, row, out);
    return finish_value(column, out, err);
}

static bool is_integer(rowan_type type)
{
    return type == ROWAN_INT16 || type == ROWAN_INT32 || type == ROWAN_INT64;
}

/* An integer may stand for a boolean, a number, a decimal or an enum's value. */
static void coerce_integer(rowan_type want, rowan_value *value)
{
    int64_t integer = value->as.int64;

    value->type = want;
    if (want == ROWAN_BOOL)
        value->as.int64 = integer != 0;
    else if (want == ROWAN_DOUBLE || want == ROWAN_FLOAT)
        value->as.real = (double)integer;
    else if (want == ROWAN_DECIMAL)
        value->as.decimal = rowan_decimal_of(integer, 0);
}

/* Gives a value the type that its column is compared or set with. A comparison is made in
 * the wider type, so that a value out of the column's range finds nothing. */
static rowan_status coerce(const rowan_column *column, bool for_set, rowan_value *value,
                           rowan_error *err)
{
    rowan_type want = column->type;

    if (!for_set && is_integer(want))
        want = ROWAN_INT64;
    else if (!for_set && want == ROWAN_FLOAT)
        want = ROWAN_DOUBLE;
    if (value->is_null) {
        value->type = want;
    } else if (is_integer(value->type) && is_integer(want)) {
        if (!rowan__int_fits(want, value->as.int64))
            return rowan_fail(err, ROWAN_EINVAL, "%s: %lld is out of range for %s",
                              column->name, (long long)value->as.int64,
                              rowan_type_name(want));
        value->type = want;
    } else if (is_integer(value->type) &&
               (want == ROWAN_BOOL || want == ROWAN_DOUBLE || want == ROWAN_FLOAT ||
                want == ROWAN_DECIMAL || want == ROWAN_ENUM)) {
        coerce_integer(want, value);
    } else if ((value->type == ROWAN_DOUBLE && want == ROWAN_FLOAT) ||
               (value->type == ROWAN_FLOAT && want == ROWAN_DOUBLE)) {
        value->type = want;
    }
    if (value->type != want)
        return rowan_fail(err, ROWAN_EINVAL, "%s is %s and cannot be %s %s",
                          column->name, rowan_type_name(column->type),
                          for_set ? "set to" : "compared with",
                          rowan_type_name(value->type));
    if (!for_set && want == ROWAN_DECIMAL) /* any number can be compared with */
        return ROWAN_OK;
    return finish_value(column, value, err);
}

static rowan_status add_value(rowan__statement *s, const rowan_value *value,
                              rowan_error *err)
{
    unsigned char type = (unsigned char)value->type;

    if (s->n_binds == ROWAN__MAX_BINDS || !rowan__statement_key(s, &type, 1))
        return too_long(err);
    s->binds[s->n_binds++] = *value;
    return ROWAN_OK;
}

static bool owns(const rowan_model *model, const rowan_column *column)
{
    return column >= model->columns && column < model->columns + model->n_columns;
}

static rowan_status add_column(rowan__statement *s, const rowan_column *column,
                               rowan_error *err)
{
    if (column == NULL || !owns(s->query->model, column))
        return rowan_fail(err, ROWAN_EINVAL, "%s is not a column of %s",
                          column == NULL ? "NULL" : column->name,
                          s->query->model->name);
    return rowan__statement_key(s, &column, sizeof column) ? ROWAN_OK : too_long(err);
}

static rowan_status add_where(rowan__statement *s, const rowan_expr *expr, int depth,
                              rowan_error *err)
{
    unsigned char op = (unsigned char)expr->op;
    rowan_value value = expr->value;
    rowan_status st;

    if (depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "conditions are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    if (!rowan__statement_key(s, &op, 1))
        return too_long(err);
    switch (expr->op) {
    case ROWAN_OP_AND:
    case ROWAN_OP_OR:
    case ROWAN_OP_NOT:
        for (size_t i = 0; i < expr->n_parts; i++) {
            st = expr->parts[i] == NULL ? ROWAN_OK
                                        : add_where(s, expr->parts[i], depth + 1, err);
            if (st != ROWAN_OK)
                return st;
        }
        op = ROWAN_N_OPS; /* closes the list */
        return rowan__statement_key(s, &op, 1) ? ROWAN_OK : too_long(err);
    case ROWAN_OP_IS_NULL:
    case ROWAN_OP_NOT_NULL: return add_column(s, expr->column, err);
    case ROWAN_OP_EQ:
    case ROWAN_OP_NE:
    case ROWAN_OP_LT:
    case ROWAN_OP_LE:
    case ROWAN_OP_GT:
    case ROWAN_OP_GE:
        st = add_column(s, expr->column, err);
        if (st == ROWAN_OK && value.is_null)
            st = rowan_fail(err, ROWAN_EINVAL, "%s is compared with NULL; use is_null",
                            expr->column->name);
        if (st == ROWAN_OK)
            st = coerce(expr->column, false, &value, err);
        return st == ROWAN_OK ? add_value(s, &value, err) : st;
    case ROWAN_N_OPS: break;
    }
    return rowan_fail(err, ROWAN_EINVAL, "unknown operator %d", (int)expr->op);
}

static rowan_status add_order_and_limit(rowan__statement *s, rowan_error *err)
{
    const rowan_query *query = s->query;
    rowan_value limit = rowan_value_int64((int64_t)query->limit);
    rowan_value offset = rowan_value_int64((int64_t)query->offset);
    unsigned char parts =
        (unsigned char)((query->limit > 0) | (query->offset > 0) << 1);
    rowan_status st = ROWAN_OK;

    if (query->limit > INT64_MAX || query->offset > INT64_MAX)
        return rowan_fail(err, ROWAN_EINVAL, "limit or offset is out of range");
    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->order_by[i] != NULL; i++) {
        unsigned char descending = query->order_by[i]->descending;

        st = add_column(s, query->order_by[i]->column, err);
        if (st != ROWAN_OK)
            return st;
        if (!rowan__statement_key(s, &descending, 1))
            return too_long(err);
    }
    if (!rowan__statement_key(s, &parts, 1))
        return too_long(err);
    if (query->limit > 0)
        st = add_value(s, &limit, err);
    if (st == ROWAN_OK && query->offset > 0)
        st = add_value(s, &offset, err);
    return st;
}

static rowan_status add_sets(rowan__statement *s, rowan_error *err)
{
    if (s->n_sets == 0)
        return rowan_fail(err, ROWAN_EINVAL, "an update needs a column to set");
    if (!rowan__statement_key(s, &s->n_sets, sizeof s->n_sets))
        return too_long(err);
    for (size_t i = 0; i < s->n_sets; i++) {
        rowan_value value = s->sets[i].value;
        rowan_status st = add_column(s, s->sets[i].column, err);

        if (st == ROWAN_OK)
            st = coerce(s->sets[i].column, true, &value, err);
        if (st == ROWAN_OK)
            st = add_value(s, &value, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

rowan_status rowan__statement_of_query(rowan__statement *s, rowan__statement_kind kind,
                                       const rowan_query *query,
                                       const rowan_assignment *sets, size_t n_sets,
                                       rowan_error *err)
{
    unsigned char has_where = query->where != NULL;
    rowan_status st = ROWAN_OK;

    rowan__statement_begin(s, kind, query);
    s->sets = sets;
    s->n_sets = n_sets;
    if (kind == ROWAN__UPDATE_WHERE)
        st = add_sets(s, err);
    if (st == ROWAN_OK && !rowan__statement_key(s, &has_where, 1))
        st = too_long(err);
    if (st == ROWAN_OK && query->where != NULL)
        st = add_where(s, query->where, 0, err);
    if (st == ROWAN_OK && kind == ROWAN__SELECT_ROWS)
        st = add_order_and_limit(s, err);
    return st;
}

const rowan_model *rowan__statement_shape(const rowan__statement *s)
{
    switch (s->kind) {
    case ROWAN__SELECT_ROWS: return s->query->model;
    case ROWAN__SELECT_COUNT:
    case ROWAN__INSERT_AUTO: return &rowan__count_shape; /* one integer */
    case ROWAN__INSERT:
    case ROWAN__UPDATE_ROW:
    case ROWAN__DELETE_ROW:
    case ROWAN__UPDATE_WHERE:
    case ROWAN__DELETE_WHERE: break;
    }
    return NULL;
}

/* The text. */

/* A column where its order counts. */
static void write_compared(rowan__writer *w, const rowan_column *column)
{
    rowan__write_ident(w, column->name);
    if (column->type == ROWAN_DECIMAL && w->dialect->decimal_collation != NULL)
        rowan__buf_str(w->sql, w->dialect->decimal_collation);
}

static const char *const operators[ROWAN_N_OPS] = {
    [ROWAN_OP_EQ] = " = ",           [ROWAN_OP_NE] = " <> ",
    [ROWAN_OP_LT] = " < ",           [ROWAN_OP_LE] = " <= ",
    [ROWAN_OP_GT] = " > ",           [ROWAN_OP_GE] = " >= ",
    [ROWAN_OP_IS_NULL] = " IS NULL", [ROWAN_OP_NOT_NULL] = " IS NOT NULL",
    [ROWAN_OP_AND] = " AND ",        [ROWAN_OP_OR] = " OR ",
    [ROWAN_OP_NOT] = " AND ",
};

static void write_condition(rowan__writer *w, const rowan_expr *expr)
{
    bool first = true;

    if (expr->op < ROWAN_OP_AND) {
        write_compared(w, expr->column);
        rowan__buf_str(w->sql, operators[expr->op]);
        if (expr->op < ROWAN_OP_IS_NULL)
            rowan__write_param(w);
        return;
    }
    rowan__buf_str(w->sql, expr->op == ROWAN_OP_NOT ? "NOT (" : "(");
    for (size_t i = 0; i < expr->n_parts; i++) {
        if (expr->parts[i] == NULL)
            continue;
        if (!first)
            rowan__buf_str(w->sql, operators[expr->op]);
        first = false;
        write_condition(w, expr->parts[i]);
    }
    if (first) /* nothing left of it: what does not restrict */
        rowan__buf_str(w->sql, expr->op == ROWAN_OP_NOT ? "1 = 0" : "1 = 1");
    rowan__buf_char(w->sql, ')');
}

static void write_where(rowan__writer *w, const rowan_query *query)
{
    if (query->where == NULL)
        return;
    rowan__buf_str(w->sql, " WHERE ");
    write_condition(w, query->where);
}

static void write_order_and_limit(rowan__writer *w, const rowan_query *query)
{
    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->order_by[i] != NULL; i++) {
        rowan__buf_str(w->sql, i == 0 ? " ORDER BY " : ", ");
        write_compared(w, query->order_by[i]->column);
        if (query->order_by[i]->descending)
            rowan__buf_str(w->sql, " DESC");
    }
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
}

static void write_select(rowan__writer *w, const rowan_query *query, bool count)
{
    rowan__buf_str(w->sql, "SELECT ");
    if (count)
        rowan__buf_str(w->sql, "count(*)");
    else
        rowan__ddl_columns(w->dialect, query->model, false, "", w->sql);
    rowan__buf_str(w->sql, " FROM ");
    rowan__sql_table(w->dialect, w->sql, query->model);
    write_where(w, query);
    if (!count)
        write_order_and_limit(w, query);
}

static void write_update_where(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "UPDATE ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " SET ");
    for (size_t i = 0; i < s->n_sets; i++) {
        if (i > 0)
            rowan__buf_str(w->sql, ", ");
        rowan__write_ident(w, s->sets[i].column->name);
        rowan__buf_str(w->sql, " = ");
        rowan__write_param(w);
    }
    write_where(w, s->query);
}

static void write_delete_where(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    write_where(w, s->query);
}

void rowan__statement_text(const rowan__statement *s, const rowan__dialect *dialect,
                           rowan__buf *sql)
{
    rowan__writer w = { .dialect = dialect, .sql = sql };

    switch (s->kind) {
    case ROWAN__SELECT_ROWS: write_select(&w, s->query, false); break;
    case ROWAN__SELECT_COUNT: write_select(&w, s->query, true); break;
    case ROWAN__UPDATE_WHERE: write_update_where(&w, s); break;
    case ROWAN__DELETE_WHERE: write_delete_where(&w, s); break;
    case ROWAN__INSERT:
    case ROWAN__INSERT_AUTO:
    case ROWAN__UPDATE_ROW:
    case ROWAN__DELETE_ROW: rowan__write_row_statement(&w, s); break;
    }
}
