/* row_statement.c - statements about one row. See statement_int.h and row_statement_int.h. */
#include "row_statement_int.h"

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

    rowan__statement_begin(s, kind, query);
    for (int finds = 0; finds <= 1; finds++) {
        if (finds && kind == ROWAN__UPDATE_ROW && s->n_binds == 0)
            return rowan_fail(err, ROWAN_EINVAL, "%s has no column but its key",
                              model->name);
        for (size_t i = 0; i < model->n_columns; i++) {
            rowan_value *bind;
            rowan_status st;

            if (!is_row_param(kind, &model->columns[i], finds))
                continue;
            bind = rowan__statement_bind(s, err);
            if (bind == NULL)
                return ROWAN_ENOMEM;
            st = rowan__bind_column(&model->columns[i], row, bind, err);
            if (st != ROWAN_OK)
                return st;
        }
    }
    return ROWAN_OK;
}

/* The text. */

/* Each parameter's column of a statement about a row, with `between` and a suffix. */
static size_t write_row_columns(rowan__writer *w, const rowan__statement *s, bool finds,
                                const char *between, const char *suffix)
{
    const rowan_model *model = s->query->model;
    size_t n = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_row_param(s->kind, &model->columns[i], finds))
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, between);
        rowan__write_ident(w, model->columns[i].name);
        if (suffix == NULL)
            continue;
        rowan__buf_str(w->sql, suffix);
        rowan__write_param(w);
    }
    return n;
}

static void write_insert(rowan__writer *w, const rowan__statement *s)
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
            rowan__write_param(w);
        }
        rowan__buf_char(w->sql, ')');
    }
    if (s->kind == ROWAN__INSERT_AUTO) {
        rowan__buf_str(w->sql, " RETURNING ");
        rowan__write_ident(w, key->name);
    }
}

static void write_update(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "UPDATE ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " SET ");
    (void)write_row_columns(w, s, false, ", ", " = ");
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

static void write_delete(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

void rowan__write_row_statement(rowan__writer *w, const rowan__statement *s)
{
    if (s->kind == ROWAN__UPDATE_ROW)
        write_update(w, s);
    else if (s->kind == ROWAN__DELETE_ROW)
        write_delete(w, s);
    else
        write_insert(w, s);
}
