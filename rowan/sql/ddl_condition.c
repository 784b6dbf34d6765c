/* ddl_condition.c - constants, and the conditions of CHECKs and partial indexes. See
 * ddl_int.h. */
#include "ddl_int.h"

void rowan__ddl_constant(const rowan__dialect *d, const rowan_column *column,
                         const rowan_const *value_const, rowan__buf *sql)
{
    rowan_value value;

    if (rowan__const_value(column, value_const, &value, NULL) == ROWAN_OK)
        rowan__sql_literal(d, sql, column, &value);
    else
        sql->failed = true;
}

/* A side of a comparison: a column, or a constant for it. */
typedef struct operand {
    const rowan_column *column;
    const rowan_const *value; /* NULL for the column itself */
} operand;

static const char *const operators[] = { " = ", " <> ", " < ",      " <= ",
                                         " > ", " >= ", " IS NULL", " IS NOT NULL" };

static void write_operand(const rowan__dialect *d, const operand *side, rowan__buf *sql)
{
    if (side->value != NULL)
        rowan__ddl_constant(d, side->column, side->value, sql);
    else
        rowan__sql_ident(d, sql, side->column->name);
}

/* Decimals that are text are compared by SQL that every program has: a CHECK must hold for
 * those that lack our collation, too. A double tells those of 15 digits apart. Of longer ones
 * that are one double the text decides, brought to one scale: the longer is further from 0. */
static void write_real(const rowan__dialect *d, const operand *side, rowan__buf *sql)
{
    rowan__buf_str(sql, "CAST(");
    write_operand(d, side, sql);
    rowan__buf_str(sql, " AS REAL)");
}

static void write_digits(const rowan__dialect *d, const operand *side, int scale,
                         rowan__buf *sql)
{
    int n_missing = scale - side->column->scale;

    rowan__buf_str(sql, "(length(");
    for (int twice = 0; twice < 2; twice++) {
        write_operand(d, side, sql);
        if (n_missing > 0)
            rowan__buf_printf(sql, " || '%s%.*s'", side->column->scale == 0 ? "." : "",
                              n_missing, "00000000000000000000000000000000000000");
        rowan__buf_str(sql, twice ? ")" : "), ");
    }
}

static void compare_decimals(const rowan__dialect *d, const operand *a, const char *op,
                             const operand *b, rowan__buf *sql)
{
    int scale =
        a->column->scale > b->column->scale ? a->column->scale : b->column->scale;
    bool is_long = a->column->precision > 15 || b->column->precision > 15;

    if (is_long) {
        rowan__buf_str(sql, "CASE WHEN ");
        write_real(d, a, sql);
        rowan__buf_str(sql, " = ");
        write_real(d, b, sql);
        rowan__buf_str(sql, " THEN CASE WHEN ");
        write_real(d, a, sql);
        rowan__buf_str(sql, " < 0 THEN ");
        write_digits(d, b, scale, sql);
        rowan__buf_str(sql, op);
        write_digits(d, a, scale, sql);
        rowan__buf_str(sql, " ELSE ");
        write_digits(d, a, scale, sql);
        rowan__buf_str(sql, op);
        write_digits(d, b, scale, sql);
        rowan__buf_str(sql, " END ELSE ");
    }
    write_real(d, a, sql);
    rowan__buf_str(sql, op);
    write_real(d, b, sql);
    rowan__buf_str(sql, is_long ? " END" : "");
}

static void condition(const rowan__dialect *d, const rowan_model *model,
                      const rowan_check *check, rowan__buf *sql)
{
    operand a = { .column = &model->columns[check->column] };
    operand b = { .column =
                      check->with_column ? &model->columns[check->other] : a.column,
                  .value = check->with_column ? NULL : &check->value };
    bool alone = check->op >= ROWAN_CHECK_IS_NULL;

    if (!alone && a.column->type == ROWAN_DECIMAL && d->decimal_collation != NULL) {
        compare_decimals(d, &a, operators[check->op], &b, sql);
        return;
    }
    write_operand(d, &a, sql);
    rowan__buf_str(sql, operators[check->op]);
    if (!alone)
        write_operand(d, &b, sql);
}

void rowan__ddl_conditions(const rowan__dialect *d, const rowan_model *model,
                           const rowan_constraint *c, rowan__buf *sql)
{
    for (size_t i = 0; i < c->n_checks; i++) {
        rowan__buf_str(sql, i > 0 ? " AND " : "");
        condition(d, model, &c->checks[i], sql);
    }
}
