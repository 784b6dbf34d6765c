/* statement.c - see statement_int.h.
 *
 * The key is built and the values are collected in one walk; the text is written in
 * another, which meets the parameters in the same order. Both walks have one function a
 * part of a statement, side by side in this order: where, order, limit.
 */
#include "statement_int.h"

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

static bool key_add(rowan__statement *s, const void *bytes, size_t len)
{
    if (len > sizeof s->key - s->key_len)
        return false;
    memcpy(s->key + s->key_len, bytes, len);
    s->key_len += len;
    return true;
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

    if (s->n_binds == ROWAN__MAX_BINDS || !key_add(s, &type, 1))
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
    return key_add(s, &column, sizeof column) ? ROWAN_OK : too_long(err);
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
    if (!key_add(s, &op, 1))
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
        return key_add(s, &op, 1) ? ROWAN_OK : too_long(err);
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
        if (!key_add(s, &descending, 1))
            return too_long(err);
    }
    if (!key_add(s, &parts, 1))
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
    if (!key_add(s, &s->n_sets, sizeof s->n_sets))
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

static void begin_statement(rowan__statement *s, rowan__statement_kind kind,
                            const rowan_query *query)
{
    unsigned char kind_byte = (unsigned char)kind;

    s->kind = kind;
    s->query = query;
    s->sets = NULL;
    s->n_sets = s->n_binds = s->key_len = 0;
    s->max_rows = SIZE_MAX;
    (void)key_add(s, &kind_byte, 1);
    (void)key_add(s, &query->model, sizeof query->model);
}

rowan_status rowan__statement_of_query(rowan__statement *s, rowan__statement_kind kind,
                                       const rowan_query *query,
                                       const rowan_assignment *sets, size_t n_sets,
                                       rowan_error *err)
{
    unsigned char has_where = query->where != NULL;
    rowan_status st = ROWAN_OK;

    begin_statement(s, kind, query);
    s->sets = sets;
    s->n_sets = n_sets;
    if (kind == ROWAN__UPDATE_WHERE)
        st = add_sets(s, err);
    if (st == ROWAN_OK && !key_add(s, &has_where, 1))
        st = too_long(err);
    if (st == ROWAN_OK && query->where != NULL)
        st = add_where(s, query->where, 0, err);
    if (st == ROWAN_OK && kind == ROWAN__SELECT_ROWS)
        st = add_order_and_limit(s, err);
    return st;
}

/* Whether a column's value is a parameter of a statement about a row; keys that find the
 * row come last. */
static bool is_row_param(rowan__statement_kind kind, const rowan_column *column,
                         bool finds)
{
    if (column->generated != NULL)
        return false;
    switch (kind) {
    case ROWAN__INSERT: return !finds;
    case ROWAN__INSERT_AUTO: return !finds && !column->automatic;
    case ROWAN__UPDATE_ROW: return finds == column->primary_key;
    case ROWAN__DELETE_ROW: return finds && column->primary_key;
    case ROWAN__SELECT_ROWS:
    case ROWAN__SELECT_COUNT:
    case ROWAN__UPDATE_WHERE:
    case ROWAN__DELETE_WHERE: break;
    }
    return false;
}

rowan_status rowan__statement_of_row(rowan__statement *s, rowan__statement_kind kind,
                                     const rowan_query *query, const void *row,
                                     rowan_error *err)
{
    const rowan_model *model = query->model;

    begin_statement(s, kind, query);
    for (int finds = 0; finds <= 1; finds++) {
        if (finds && kind == ROWAN__UPDATE_ROW && s->n_binds == 0)
            return rowan_fail(err, ROWAN_EINVAL, "%s has no column but its key",
                              model->name);
        for (size_t i = 0; i < model->n_columns; i++) {
            rowan_status st;

            if (!is_row_param(kind, &model->columns[i], finds))
                continue;
            st = rowan__bind_column(&model->columns[i], row, &s->binds[s->n_binds++],
                                    err);
            if (st != ROWAN_OK)
                return st;
        }
    }
    return ROWAN_OK;
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

typedef struct writer {
    const rowan__dialect *dialect;
    rowan__buf *sql;
    size_t n_params;
} writer;

static void write_param(writer *w)
{
    rowan__sql_param(w->dialect, w->sql, ++w->n_params);
}

static void write_ident(writer *w, const char *name)
{
    rowan__sql_ident(w->dialect, w->sql, name);
}

/* A column where its order counts. */
static void write_compared(writer *w, const rowan_column *column)
{
    write_ident(w, column->name);
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

static void write_condition(writer *w, const rowan_expr *expr)
{
    bool first = true;

    if (expr->op < ROWAN_OP_AND) {
        write_compared(w, expr->column);
        rowan__buf_str(w->sql, operators[expr->op]);
        if (expr->op < ROWAN_OP_IS_NULL)
            write_param(w);
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

static void write_where(writer *w, const rowan_query *query)
{
    if (query->where == NULL)
        return;
    rowan__buf_str(w->sql, " WHERE ");
    write_condition(w, query->where);
}

static void write_order_and_limit(writer *w, const rowan_query *query)
{
    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->order_by[i] != NULL; i++) {
        rowan__buf_str(w->sql, i == 0 ? " ORDER BY " : ", ");
        write_compared(w, query->order_by[i]->column);
        if (query->order_by[i]->descending)
            rowan__buf_str(w->sql, " DESC");
    }
    if (query->limit > 0) {
        rowan__buf_str(w->sql, " LIMIT ");
        write_param(w);
    } else if (query->offset > 0) {
        rowan__buf_printf(w->sql, " LIMIT %s", w->dialect->no_limit);
    }
    if (query->offset > 0) {
        rowan__buf_str(w->sql, " OFFSET ");
        write_param(w);
    }
}

static void write_select(writer *w, const rowan_query *query, bool count)
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

/* Each parameter's column of a statement about a row, with `between` and a suffix. */
static size_t write_row_columns(writer *w, const rowan__statement *s, bool finds,
                                const char *between, const char *suffix)
{
    const rowan_model *model = s->query->model;
    size_t n = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_row_param(s->kind, &model->columns[i], finds))
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, between);
        write_ident(w, model->columns[i].name);
        if (suffix == NULL)
            continue;
        rowan__buf_str(w->sql, suffix);
        write_param(w);
    }
    return n;
}

static void write_insert(writer *w, const rowan__statement *s)
{
    const rowan_column *key = rowan_model_key(s->query->model);
    size_t n;

    rowan__buf_str(w->sql, "INSERT INTO ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " (");
    n = write_row_columns(w, s, false, ", ", NULL);
    if (n == 0) { /* nothing but the AUTO key */
        w->sql->len -= 2;
        rowan__buf_str(w->sql, w->dialect->no_values);
    } else {
        rowan__buf_str(w->sql, ") VALUES (");
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                rowan__buf_str(w->sql, ", ");
            write_param(w);
        }
        rowan__buf_char(w->sql, ')');
    }
    if (s->kind == ROWAN__INSERT_AUTO) {
        rowan__buf_str(w->sql, " RETURNING ");
        write_ident(w, key->name);
    }
}

static void write_update(writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "UPDATE ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " SET ");
    if (s->kind == ROWAN__UPDATE_WHERE) {
        for (size_t i = 0; i < s->n_sets; i++) {
            if (i > 0)
                rowan__buf_str(w->sql, ", ");
            write_ident(w, s->sets[i].column->name);
            rowan__buf_str(w->sql, " = ");
            write_param(w);
        }
        write_where(w, s->query);
        return;
    }
    (void)write_row_columns(w, s, false, ", ", " = ");
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

static void write_delete(writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    if (s->kind == ROWAN__DELETE_WHERE) {
        write_where(w, s->query);
        return;
    }
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

void rowan__statement_text(const rowan__statement *s, const rowan__dialect *dialect,
                           rowan__buf *sql)
{
    writer w = { .dialect = dialect, .sql = sql };

    switch (s->kind) {
    case ROWAN__SELECT_ROWS: write_select(&w, s->query, false); break;
    case ROWAN__SELECT_COUNT: write_select(&w, s->query, true); break;
    case ROWAN__INSERT:
    case ROWAN__INSERT_AUTO: write_insert(&w, s); break;
    case ROWAN__UPDATE_ROW:
    case ROWAN__UPDATE_WHERE: write_update(&w, s); break;
    case ROWAN__DELETE_ROW:
    case ROWAN__DELETE_WHERE: write_delete(&w, s); break;
    }
}
