/* unit_statement.c - the statements of a unit of work: of the columns that changed, by the
 * version that was read, by many keys at once. See statement_int.h.
 *
 * One statement serves many rows: it is made without values, and these are read from each
 * row. UPDATE_COLUMNS has what is set, the next version, the key and the old version.
 */
#include "ddl_int.h"
#include "row_int.h"
#include "row_statement_int.h"
#include "type_int.h"

static rowan_type param_type(const rowan_column *column)
{
    return column->type == ROWAN_ENUM ? ROWAN_TEXT : column->type;
}

static rowan_status add_param(rowan__statement *s, const rowan_column *column,
                              rowan_error *err)
{
    rowan_value *bind = rowan__statement_bind(s, err);

    if (bind == NULL)
        return ROWAN_ENOMEM;
    bind->is_null = true;
    bind->type = param_type(column);
    return ROWAN_OK;
}

static rowan_status add_params(rowan__statement *s, uint64_t columns, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < s->query->model->n_columns && st == ROWAN_OK; i++) {
        if (columns >> i & 1)
            st = add_param(s, &s->query->model->columns[i], err);
    }
    return st;
}

rowan_status rowan__statement_of_columns(rowan__statement *s,
                                         rowan__statement_kind kind,
                                         const rowan_query *query, uint64_t columns,
                                         rowan_error *err)
{
    const rowan_column *version = rowan_model_version(query->model);
    rowan_status st;

    rowan__statement_begin(s, kind, query);
    s->columns = columns;
    st = rowan__statement_key(s, &columns, sizeof columns, err);
    if (st == ROWAN_OK)
        st = add_params(s, columns, err);
    if (st == ROWAN_OK && kind == ROWAN__UPDATE_COLUMNS && version != NULL)
        st = add_param(s, version, err);
    if (st == ROWAN_OK)
        st = add_params(s, rowan__key_columns(query->model), err);
    if (st == ROWAN_OK && kind != ROWAN__SELECT_KEY && version != NULL)
        st = add_param(s, version, err);
    return st;
}

rowan_status rowan__statement_of_key(rowan__statement *s, const rowan_query *query,
                                     const rowan_column *key, const rowan_value *value,
                                     rowan_error *err)
{
    rowan_value *bind = &s->few_binds[0];

    rowan__statement_begin(s, ROWAN__SELECT_KEY, query);
    s->n_binds = 1; /* always of the same type, and so not in the key */
    *bind = *value;
    if (value->type == ROWAN_INT64 && rowan__is_integer(key->type))
        return ROWAN_OK; /* what rowan__coerce() would come to */
    return rowan__coerce(key, false, bind, err);
}

rowan_status rowan__statement_of_deletes(rowan__statement *s, const rowan_query *query,
                                         size_t n_keys, rowan_error *err)
{
    rowan_status st;

    rowan__statement_begin(s, ROWAN__DELETE_KEYS, query);
    s->n_keys = n_keys;
    st = rowan__statement_key(s, &n_keys, sizeof n_keys, err);
    for (size_t i = 0; i < n_keys && st == ROWAN_OK; i++)
        st = add_params(s, rowan__key_columns(query->model), err);
    return st;
}

rowan_status rowan__statement_of_array(rowan__statement *s, const rowan_query *query,
                                       rowan_error *err)
{
    rowan_value *array;

    rowan__statement_begin(s, ROWAN__DELETE_ARRAY, query);
    array = rowan__statement_bind(s, err);
    if (array == NULL)
        return ROWAN_ENOMEM;
    *array = rowan_value_text((rowan_text){ "", 0 });
    return ROWAN_OK;
}

bool rowan__sql_array_takes(const rowan_column *key)
{
    return key->type == ROWAN_INT16 || key->type == ROWAN_INT32 ||
           key->type == ROWAN_INT64 || key->type == ROWAN_TEXT ||
           key->type == ROWAN_UUID;
}

/* "{1,2}", or {"a\"b","c"} with a backslash before quotes and backslashes (the manual on
 * array input). */
void rowan__sql_array_add(rowan__buf *array, const rowan_value *value)
{
    char text[ROWAN_TYPE_TEXT_MAX];

    if (array->len > 0)
        array->ptr[array->len - 1] = ',';
    else
        rowan__buf_char(array, '{');
    if (value->type == ROWAN_TEXT) {
        rowan__buf_char(array, '"');
        for (size_t i = 0; i < value->as.text.len; i++) {
            char c = value->as.text.ptr[i];

            if (c == '"' || c == '\\')
                rowan__buf_char(array, '\\');
            rowan__buf_char(array, c);
        }
        rowan__buf_char(array, '"');
    } else if (value->type == ROWAN_UUID) {
        rowan__buf_add(array, text, rowan_value_format(value, text));
    } else {
        rowan__buf_int64(array, value->as.int64);
    }
    rowan__buf_char(array, '}');
}

int64_t rowan__next_version(const rowan_column *version, int64_t old)
{
    int64_t max = version->type == ROWAN_INT16   ? INT16_MAX
                  : version->type == ROWAN_INT32 ? INT32_MAX
                                                 : INT64_MAX;

    return old >= max ? 0 : old + 1;
}

static rowan_status bind_columns(const rowan_model *model, uint64_t columns,
                                 const void *row, rowan_value **at, rowan_error *err)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        rowan_status st;

        if (!(columns >> i & 1))
            continue;
        st = rowan__bind_column(&model->columns[i], row, (*at)++, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

rowan_status rowan__bind_row(const rowan__statement *s, const void *row,
                             const void *old, rowan_value *out, rowan_error *err)
{
    const rowan_model *model = s->query->model;
    const rowan_column *version = rowan_model_version(model);
    rowan_status st;

    if (s->kind == ROWAN__DELETE_KEYS || s->kind == ROWAN__DELETE_ARRAY ||
        s->kind == ROWAN__SELECT_KEY)
        return bind_columns(model, rowan__key_columns(model), old, &out, err);
    st = bind_columns(model, s->columns, row, &out, err);
    if (st == ROWAN_OK && s->kind == ROWAN__UPDATE_COLUMNS && version != NULL) {
        rowan_column_get(version, old, out);
        out->as.int64 = rowan__next_version(version, out->as.int64);
        out++;
    }
    if (st == ROWAN_OK)
        st = bind_columns(model, rowan__key_columns(model), old, &out, err);
    if (st == ROWAN_OK && version != NULL)
        rowan_column_get(version, old, out);
    return st;
}

/* The text. */

static void write_equal(rowan__writer *w, const rowan_column *column)
{
    rowan__write_ident(w, column->name);
    rowan__buf_str(w->sql, " = ");
    rowan__write_param(w);
}

/* "a = ? AND b = ?" */
static void write_key(rowan__writer *w, const rowan_model *model)
{
    for (size_t i = 0, n = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, " AND ");
        write_equal(w, &model->columns[i]);
    }
}

static void write_sets(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;
    const rowan_column *version = rowan_model_version(model);
    size_t n = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!(s->columns >> i & 1))
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, ", ");
        write_equal(w, &model->columns[i]);
    }
    if (version == NULL)
        return;
    rowan__buf_str(w->sql, n > 0 ? ", " : "");
    write_equal(w, version);
}

/* "key IN (?, ?)"; keys of several columns as "(a = ? AND b = ?) OR (...)", which every
 * database answers from the key's index. */
static void write_keys(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;
    const rowan_column *key = rowan_model_key(model);

    if (key != NULL) {
        rowan__write_ident(w, key->name);
        rowan__buf_str(w->sql, " IN (");
    }
    for (size_t i = 0; i < s->n_keys; i++) {
        if (key != NULL) {
            rowan__buf_str(w->sql, i > 0 ? ", " : "");
            rowan__write_param(w);
            continue;
        }
        rowan__buf_str(w->sql, i > 0 ? " OR (" : "(");
        write_key(w, model);
        rowan__buf_char(w->sql, ')');
    }
    if (key != NULL)
        rowan__buf_char(w->sql, ')');
}

/* "key = ANY (CAST($1 AS bigint[]))" */
static void write_array(rowan__writer *w, const rowan_model *model)
{
    const rowan_column *key = rowan_model_key(model);

    rowan__write_ident(w, key->name);
    rowan__buf_str(w->sql, " = ANY (CAST(");
    rowan__write_param(w);
    rowan__buf_printf(w->sql, " AS %s[]))", w->dialect->type_names[key->type]);
}

void rowan__write_unit_statement(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;
    const rowan_column *version = rowan_model_version(model);

    if (s->kind == ROWAN__SELECT_KEY) {
        rowan__buf_str(w->sql, "SELECT ");
        rowan__ddl_columns(w->dialect, model, false, "", w->sql);
        rowan__buf_str(w->sql, " FROM ");
    } else {
        rowan__buf_str(w->sql,
                       s->kind == ROWAN__UPDATE_COLUMNS ? "UPDATE " : "DELETE FROM ");
    }
    rowan__sql_table(w->dialect, w->sql, model);
    if (s->kind == ROWAN__UPDATE_COLUMNS) {
        rowan__buf_str(w->sql, " SET ");
        write_sets(w, s);
    }
    rowan__buf_str(w->sql, " WHERE ");
    if (s->kind == ROWAN__DELETE_KEYS) {
        write_keys(w, s);
        return;
    }
    if (s->kind == ROWAN__DELETE_ARRAY) {
        write_array(w, model);
        return;
    }
    write_key(w, model);
    if (s->kind != ROWAN__SELECT_KEY && version != NULL) {
        rowan__buf_str(w->sql, " AND ");
        write_equal(w, version);
    }
}
