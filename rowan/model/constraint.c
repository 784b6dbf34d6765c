/* constraint.c - what a model declares behind its columns, and the constants in it. */
#include "constraint_int.h"

#include <rowan/decimal.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "type_int.h"

static const char *text_of(const rowan_model *model, rowan_constraint_kind kind)
{
    for (size_t i = 0; i < model->n_constraints; i++) {
        if (model->constraints[i].kind == kind)
            return model->constraints[i].text;
    }
    return NULL;
}

const char *rowan_model_schema(const rowan_model *model)
{
    return text_of(model, ROWAN_CONSTRAINT_SCHEMA);
}

const char *rowan_model_comment(const rowan_model *model)
{
    return text_of(model, ROWAN_CONSTRAINT_COMMENT);
}

static void of_constraint(const rowan_constraint *c, rowan__foreign_key *out)
{
    *out = (rowan__foreign_key){ .target = c->references,
                                 .on_delete = c->on_delete,
                                 .on_update = c->on_update };
    for (size_t i = 0; i < c->n_parts && i < ROWAN__MAX_FOREIGN_KEY; i++) {
        out->columns[i] = c->parts[i].column;
        out->targets[i] = c->targets[i].column;
        out->n_columns++;
    }
}

bool rowan__foreign_key_at(const rowan_model *model, size_t n, rowan__foreign_key *out)
{
    for (uint16_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->references == NULL || n-- > 0)
            continue;
        *out = (rowan__foreign_key){ .target = column->references,
                                     .n_columns = 1,
                                     .columns = { i },
                                     .targets = { column->references_index },
                                     .on_delete = column->on_delete,
                                     .on_update = column->on_update };
        return true;
    }
    for (size_t i = 0; i < model->n_constraints; i++) {
        if (model->constraints[i].kind != ROWAN_CONSTRAINT_FOREIGN_KEY || n-- > 0)
            continue;
        of_constraint(&model->constraints[i], out);
        return true;
    }
    return false;
}

const char *rowan__column_names(const rowan_model *model, const uint16_t *columns,
                                size_t n_columns, char out[ROWAN__COLUMN_NAMES_MAX])
{
    size_t len = (size_t)snprintf(out, ROWAN__COLUMN_NAMES_MAX, "%.63s", model->name);

    for (size_t i = 0; i < n_columns && len < ROWAN__COLUMN_NAMES_MAX; i++)
        len += (size_t)snprintf(out + len, ROWAN__COLUMN_NAMES_MAX - len, "%s%s%s",
                                n_columns == 1 ? "."
                                : i == 0       ? " ("
                                               : ", ",
                                model->columns[columns[i]].name,
                                n_columns > 1 && i + 1 == n_columns ? ")" : "");
    return out;
}

static rowan_status integer_value(const rowan_column *column, int64_t integer,
                                  rowan_value *out, rowan_error *err)
{
    out->as.int64 = integer;
    switch (column->type) {
    case ROWAN_BOOL:
    case ROWAN_ENUM: return ROWAN_OK;
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64:
        return rowan__int_fits(column->type, integer)
                   ? ROWAN_OK
                   : rowan_fail(err, ROWAN_EINVAL, "is out of range for %s",
                                rowan_type_name(column->type));
    case ROWAN_FLOAT:
    case ROWAN_DOUBLE: out->as.real = (double)integer; return ROWAN_OK;
    case ROWAN_DECIMAL: out->as.decimal = rowan_decimal_of(integer, 0); return ROWAN_OK;
    default:
        return rowan_fail(err, ROWAN_EINVAL, "is not %s",
                          rowan_type_name(column->type));
    }
}

static rowan_status real_value(const rowan_column *column, double real,
                               rowan_value *out, rowan_error *err)
{
    out->as.real = real;
    if (column->type == ROWAN_DOUBLE)
        return ROWAN_OK;
    if (column->type != ROWAN_FLOAT)
        return rowan_fail(err, ROWAN_EINVAL, "is not %s",
                          rowan_type_name(column->type));
    if (isfinite(real) && fabs(real) > (double)FLT_MAX)
        return rowan_fail(err, ROWAN_EINVAL, "is out of range for float");
    out->as.real = (double)(float)real;
    return ROWAN_OK;
}

rowan_status rowan__const_value(const rowan_column *column, const rowan_const *constant,
                                rowan_value *out, rowan_error *err)
{
    rowan_status st;

    memset(out, 0, sizeof *out);
    out->type = column->type;
    switch (constant->kind) {
    case 'b':
    case 'i': st = integer_value(column, constant->integer, out, err); break;
    case 'r': st = real_value(column, constant->real, out, err); break;
    case 't':
        if (column->type == ROWAN_BYTES)
            return rowan_fail(err, ROWAN_EINVAL, "cannot be bytes");
        return rowan_column_parse(column, NULL, constant->text, strlen(constant->text),
                                  out, err);
    default: return rowan_fail(err, ROWAN_EINVAL, "has a type that is no constant's");
    }
    return st == ROWAN_OK ? rowan_column_check(column, out, err) : st;
}

/* The columns of a key or an index. */
static rowan_status check_parts(const rowan_model *model, const rowan_constraint *c,
                                rowan_error *err)
{
    bool is_index = c->kind == ROWAN_CONSTRAINT_INDEX || c->n_checks > 0;

    for (size_t i = 0; i < c->n_parts; i++) {
        const rowan_column *column = &model->columns[c->parts[i].column];

        if (column->type == ROWAN_JSON)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s: JSON is not compared: it is in no key and no "
                              "index",
                              model->name, column->name);
        if (c->parts[i].descending && !is_index)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s: DESC is for an index only",
                              model->name, column->name);
        for (size_t k = 0; k < i; k++) {
            if (c->parts[k].column == c->parts[i].column)
                return rowan_fail(err, ROWAN_EINVAL,
                                  "%s.%s stands twice in one key or index", model->name,
                                  column->name);
        }
    }
    return ROWAN_OK;
}

static rowan_status check_conditions(const rowan_model *model,
                                     const rowan_constraint *c, rowan_error *err)
{
    for (size_t i = 0; i < c->n_checks; i++) {
        const rowan_check *check = &c->checks[i];
        rowan_value value;
        rowan_status st;

        if (check->with_column && model->columns[check->column].type == ROWAN_JSON)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s: JSON is not compared",
                              model->name, model->columns[check->column].name);
        if (check->with_column || check->op >= ROWAN_CHECK_IS_NULL)
            continue;
        st = rowan__const_value(&model->columns[check->column], &check->value, &value,
                                err);
        if (st != ROWAN_OK) {
            rowan_error_prefix(err, "%s: the constant that %s is checked against ",
                               model->name, model->columns[check->column].name);
            return st;
        }
    }
    return ROWAN_OK;
}

static bool can_be_now(const rowan_column *column)
{
    return column->type == ROWAN_DATE || column->type == ROWAN_TIME ||
           column->type == ROWAN_TIMESTAMP;
}

static rowan_status check_default(const rowan_model *model, const rowan_column *column,
                                  rowan_error *err)
{
    rowan_value value;
    rowan_status st = ROWAN_OK;

    if (column->default_value.kind == 'n' && !can_be_now(column))
        st = rowan_fail(err, ROWAN_EINVAL, "cannot be the time");
    else if (column->default_value.kind != 'n' && column->default_value.kind != 0)
        st = rowan__const_value(column, &column->default_value, &value, err);
    if (st != ROWAN_OK)
        rowan_error_prefix(err, "%s.%s: its DEFAULT ", model->name, column->name);
    else if (column->generated != NULL && (column->primary_key || column->automatic ||
                                           column->default_value.kind != 0))
        st = rowan_fail(err, ROWAN_EINVAL,
                        "%s.%s: a generated column is no key and has no "
                        "default",
                        model->name, column->name);
    return st;
}

/* SET_NULL of a foreign key of several columns. */
static rowan_status check_actions(const rowan_model *model, const rowan_constraint *c,
                                  rowan_error *err)
{
    for (size_t i = 0; i < c->n_parts; i++) {
        const rowan_column *column = &model->columns[c->parts[i].column];

        if ((c->on_delete == ROWAN_SET_NULL || c->on_update == ROWAN_SET_NULL) &&
            !column->nullable)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s: SET_NULL needs nullable columns", model->name,
                              column->name);
    }
    return ROWAN_OK;
}

rowan_status rowan__constraints_check(const rowan_model *model, rowan_error *err)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];
        rowan_status st = check_default(model, column, err);

        if (st != ROWAN_OK)
            return st;
        if ((column->on_delete == ROWAN_SET_NULL ||
             column->on_update == ROWAN_SET_NULL) &&
            !column->nullable)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s: SET_NULL needs a nullable column", model->name,
                              column->name);
        if ((column->on_delete || column->on_update) && column->references == NULL)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s: ON_DELETE without REFERENCES",
                              model->name, column->name);
    }
    for (size_t i = 0; i < model->n_constraints; i++) {
        rowan_status st = check_parts(model, &model->constraints[i], err);

        if (st == ROWAN_OK)
            st = check_conditions(model, &model->constraints[i], err);
        if (st == ROWAN_OK)
            st = check_actions(model, &model->constraints[i], err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}
