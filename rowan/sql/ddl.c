/* ddl.c - tables and indexes. See ddl_int.h. */
#include "ddl_int.h"

#include <string.h>

/* Writes the name in `name`, which is done with it. */
static void write_name(const rowan__dialect *d, rowan__buf *name, rowan__buf *sql)
{
    if (rowan__buf_ok(name))
        rowan__sql_ident(d, sql, name->ptr);
    sql->failed = sql->failed || name->failed;
    rowan__buf_done(name);
}

/* table_column_column_suffix */
static void name_of(const rowan__dialect *d, const rowan_model *model,
                    const rowan_key_part *parts, size_t n_parts, const char *suffix,
                    rowan__buf *sql)
{
    rowan__buf name;

    rowan__buf_init(&name, 0);
    rowan__ddl_name(model, parts, n_parts, suffix, &name);
    write_name(d, &name, sql);
}

void rowan__ddl_table_suffix(const rowan__dialect *d, const rowan_model *model,
                             const char *suffix, rowan__buf *sql)
{
    name_of(d, model, NULL, 0, suffix, sql);
}

/* "    CONSTRAINT name " of one column's. */
static void begin_constraint(const rowan__dialect *d, const rowan_model *model,
                             const rowan_column *column, const char *suffix,
                             rowan__buf *sql)
{
    rowan_key_part part = { .column = (uint16_t)(column - model->columns) };

    rowan__buf_str(sql, "    CONSTRAINT ");
    name_of(d, model, &part, 1, suffix, sql);
}

/* Columns. */

#define LONG_BYTES 3072 /* a key of an index that holds more is refused by MariaDB */

/* Whether a text or bytes take part in a key, for which they may need another type. */
static bool in_key(const rowan_model *model, const rowan_column *column)
{
    size_t idx = (size_t)(column - model->columns);

    if (column->primary_key || column->unique || column->references != NULL)
        return true;
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];

        if (c->kind != ROWAN_CONSTRAINT_UNIQUE &&
            c->kind != ROWAN_CONSTRAINT_FOREIGN_KEY)
            continue;
        for (size_t k = 0; k < c->n_parts; k++) {
            if (c->parts[k].column == idx)
                return true;
        }
    }
    return false;
}

/* The type of a text or of bytes that has their limit, such as "varchar"; NULL if a CHECK keeps
 * it, or they have none. */
static const char *limited_type(const rowan__dialect *d, const rowan_model *model,
                                const rowan_column *column)
{
    bool is_text = column->type == ROWAN_TEXT;
    size_t longest = is_text ? d->longest_text : LONG_BYTES;
    const char *key_type = is_text ? d->key_text : d->key_bytes;

    if (column->max_length == 0 || (!is_text && column->type != ROWAN_BYTES))
        return NULL;
    if (column->max_length > longest && (key_type == NULL || !in_key(model, column)))
        return NULL;
    return is_text ? d->limited_text : d->limited_bytes;
}

static void column_type(const rowan__dialect *d, const rowan_model *model,
                        const rowan_column *column, rowan__buf *sql)
{
    const char *limited = limited_type(d, model, column);
    const char *key = column->type == ROWAN_TEXT    ? d->key_text
                      : column->type == ROWAN_BYTES ? d->key_bytes
                                                    : NULL;

    if (limited != NULL)
        rowan__buf_printf(sql, "%s(%u)", limited, (unsigned)column->max_length);
    else
        rowan__buf_str(sql, key != NULL && in_key(model, column)
                                ? key
                                : d->type_names[column->type]);
    if (column->type == ROWAN_DECIMAL && d->decimal_has_precision)
        rowan__buf_printf(sql, "(%d, %d)", column->precision, column->scale);
}

static void inline_comment(const rowan__dialect *d, const char *words, rowan__buf *sql)
{
    if (words == NULL || !d->inline_comments)
        return;
    rowan__buf_str(sql, " COMMENT ");
    rowan__sql_string(sql, words, strlen(words));
}

static void column_definition(const rowan__dialect *d, const rowan_model *model,
                              const rowan_column *column, rowan__buf *sql)
{
    rowan__sql_ident(d, sql, column->name);
    rowan__buf_char(sql, ' ');
    column_type(d, model, column, sql);
    if (column->automatic)
        rowan__buf_str(sql, d->identity);
    if (column->generated != NULL) {
        rowan__buf_printf(sql, " GENERATED ALWAYS AS (%s) STORED", column->generated);
    } else if (column->default_value.kind == 'n') {
        rowan__buf_printf(sql, " DEFAULT %s", d->now[column->type]);
    } else if (column->default_value.kind != 0) {
        rowan__buf_str(sql, " DEFAULT ");
        rowan__ddl_constant(d, column, &column->default_value, sql);
    }
    if (!column->nullable && (column->generated == NULL || d->generated_not_null))
        rowan__buf_str(sql, " NOT NULL");
    inline_comment(d, column->comment, sql);
    if (!column->nullable && column->generated != NULL && !d->generated_not_null) {
        rowan__buf_str(sql, " CHECK (");
        rowan__sql_ident(d, sql, column->name);
        rowan__buf_str(sql, " IS NOT NULL)");
    }
}

static void key_columns(const rowan__dialect *d, const rowan_model *model,
                        rowan__buf *sql)
{
    bool first = true;

    rowan__buf_str(sql, "PRIMARY KEY (");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        if (!first)
            rowan__buf_str(sql, ", ");
        first = false;
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
    rowan__buf_char(sql, ')');
}

void rowan__ddl_plain_columns(const rowan__dialect *d, const rowan_model *model,
                              rowan__buf *sql)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->generated != NULL)
            continue;
        rowan__sql_ident(d, sql, column->name);
        rowan__buf_char(sql, ' ');
        column_type(d, model, column, sql);
        rowan__buf_str(sql, column->nullable ? ", " : " NOT NULL, ");
    }
    key_columns(d, model, sql);
}

/* Constraints of one column. */

/* What the type alone does not keep out: other labels, longer texts and bytes. */
static void column_check(const rowan__dialect *d, const rowan_model *model,
                         const rowan_column *column, rowan__buf *sql)
{
    bool limited = column->max_length > 0 && limited_type(d, model, column) == NULL;

    if (column->type != ROWAN_ENUM && !limited)
        return;
    begin_constraint(d, model, column, "_check", sql);
    rowan__buf_printf(sql, " CHECK (%s%s",
                      !limited                     ? ""
                      : column->type == ROWAN_TEXT ? d->text_length
                                                   : "length",
                      limited ? "(" : "");
    rowan__sql_ident(d, sql, column->name);
    if (limited) {
        rowan__buf_printf(sql, ") <= %u),\n", (unsigned)column->max_length);
        return;
    }
    for (size_t i = 0; i < column->labels->n_labels; i++) {
        const char *label = column->labels->labels[i];

        rowan__buf_str(sql, i > 0 ? ", " : " IN (");
        rowan__sql_string(sql, label, strlen(label));
    }
    rowan__buf_str(sql, ")),\n");
}

/* "(a, b)" */
static void column_list(const rowan__dialect *d, const rowan_model *model,
                        const uint16_t *columns, size_t n_columns, rowan__buf *sql)
{
    for (size_t i = 0; i < n_columns; i++) {
        rowan__buf_str(sql, i > 0 ? ", " : "(");
        rowan__sql_ident(d, sql, model->columns[columns[i]].name);
    }
    rowan__buf_char(sql, ')');
}

static void foreign_key(const rowan__dialect *d, const rowan_model *model,
                        const rowan__foreign_key *key, rowan__buf *sql)
{
    static const char *const on_delete[] = { "", " ON DELETE RESTRICT",
                                             " ON DELETE CASCADE",
                                             " ON DELETE SET NULL" };
    static const char *const on_update[] = { "", " ON UPDATE RESTRICT",
                                             " ON UPDATE CASCADE",
                                             " ON UPDATE SET NULL" };
    rowan__buf name;

    rowan__buf_init(&name, 0);
    rowan__ddl_foreign_key_name(model, key, &name);
    rowan__buf_str(sql, "    CONSTRAINT ");
    write_name(d, &name, sql);
    rowan__buf_str(sql, " FOREIGN KEY ");
    column_list(d, model, key->columns, key->n_columns, sql);
    rowan__buf_str(sql, " REFERENCES ");
    rowan__sql_table(d, sql, key->target);
    rowan__buf_char(sql, ' ');
    column_list(d, key->target, key->targets, key->n_columns, sql);
    rowan__buf_str(sql, on_delete[key->on_delete]);
    rowan__buf_str(sql, on_update[key->on_update]);
    rowan__buf_str(sql, ",\n");
}

static void column_constraints(const rowan__dialect *d, const rowan_model *model,
                               const rowan_column *column, rowan__buf *sql)
{
    if (column->unique) {
        begin_constraint(d, model, column, "_key", sql);
        rowan__buf_str(sql, " UNIQUE (");
        rowan__sql_ident(d, sql, column->name);
        rowan__buf_str(sql, "),\n");
    }
    column_check(d, model, column, sql);
}

/* Constraints of several. */

static void key_parts(const rowan__dialect *d, const rowan_model *model,
                      const rowan_constraint *c, rowan__buf *sql)
{
    rowan__buf_str(sql, " (");
    for (size_t i = 0; i < c->n_parts; i++) {
        const rowan_column *column = &model->columns[c->parts[i].column];

        rowan__buf_str(sql, i > 0 ? ", " : "");
        rowan__sql_ident(d, sql, column->name);
        if ((column->type == ROWAN_TEXT || column->type == ROWAN_BYTES) &&
            d->index_prefix != NULL && limited_type(d, model, column) == NULL &&
            !in_key(model, column))
            rowan__buf_str(sql, d->index_prefix);
        if (c->parts[i].descending)
            rowan__buf_str(sql, " DESC");
    }
    rowan__buf_char(sql, ')');
}

static void table_check(const rowan__dialect *d, const rowan_model *model,
                        const rowan_constraint *c, rowan__buf *sql)
{
    rowan__buf name;

    rowan__buf_init(&name, 0);
    rowan__ddl_check_name(model, c, &name);
    rowan__buf_str(sql, "    CONSTRAINT ");
    write_name(d, &name, sql);
    rowan__buf_str(sql, " CHECK (");
    rowan__ddl_conditions(d, model, c, sql);
    rowan__buf_str(sql, "),\n");
}

static void table_constraints(const rowan__dialect *d, const rowan_model *model,
                              rowan__buf *sql)
{
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];

        if (c->kind == ROWAN_CONSTRAINT_CHECK)
            table_check(d, model, c, sql);
        if (c->kind != ROWAN_CONSTRAINT_UNIQUE || c->n_checks > 0)
            continue;
        rowan__buf_str(sql, "    CONSTRAINT ");
        name_of(d, model, c->parts, c->n_parts, "_key", sql);
        rowan__buf_str(sql, " UNIQUE");
        key_parts(d, model, c, sql);
        rowan__buf_str(sql, ",\n");
    }
}

/* Tables. */

void rowan__ddl_create_schema(const rowan__dialect *d, const rowan_model *model,
                              rowan__buf *sql)
{
    if (rowan_model_schema(model) == NULL)
        return;
    rowan__buf_str(sql, "CREATE SCHEMA IF NOT EXISTS ");
    rowan__sql_ident(d, sql, rowan_model_schema(model));
}

void rowan__ddl_create_table(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__foreign_key key;

    rowan__buf_str(sql, "CREATE TABLE IF NOT EXISTS ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " (\n");
    for (size_t i = 0; i < model->n_columns; i++) {
        rowan__buf_str(sql, "    ");
        column_definition(d, model, &model->columns[i], sql);
        rowan__buf_str(sql, ",\n");
    }
    for (size_t i = 0; i < model->n_columns; i++)
        column_constraints(d, model, &model->columns[i], sql);
    for (size_t i = 0; rowan__foreign_key_at(model, i, &key); i++)
        foreign_key(d, model, &key, sql);
    table_constraints(d, model, sql);
    rowan__buf_str(sql, "    CONSTRAINT ");
    rowan__ddl_table_suffix(d, model, "_pkey", sql);
    rowan__buf_char(sql, ' ');
    key_columns(d, model, sql);
    rowan__buf_str(sql, "\n)");
    rowan__buf_str(sql, d->table_options);
    inline_comment(d, rowan_model_comment(model), sql);
}

void rowan__ddl_referrers(const rowan__dialect *d, const rowan_model *model,
                          rowan__buf *sql)
{
    if (d->referrers[0] == NULL)
        return;
    rowan__buf_str(sql, d->referrers[0]);
    rowan__sql_string(sql, model->table, strlen(model->table));
    rowan__buf_str(sql, d->referrers[1]);
}

void rowan__ddl_drop_table(const rowan__dialect *d, const rowan_model *model,
                           rowan__buf *sql)
{
    rowan__buf_str(sql, "DROP TABLE IF EXISTS ");
    rowan__sql_table(d, sql, model);
}

static void comment(const rowan__dialect *d, const rowan_model *model,
                    const rowan_column *column, const char *words, rowan__buf *sql)
{
    if (words == NULL)
        return;
    rowan__buf_str(sql, column != NULL ? "COMMENT ON COLUMN " : "COMMENT ON TABLE ");
    rowan__sql_table(d, sql, model);
    if (column != NULL) {
        rowan__buf_char(sql, '.');
        rowan__sql_ident(d, sql, column->name);
    }
    rowan__buf_str(sql, " IS ");
    rowan__sql_string(sql, words, strlen(words));
    rowan__buf_str(sql, "; ");
}

void rowan__ddl_comments(const rowan__dialect *d, const rowan_model *model,
                         rowan__buf *sql)
{
    if (!d->has_comments)
        return;
    comment(d, model, NULL, rowan_model_comment(model), sql);
    for (size_t i = 0; i < model->n_columns; i++)
        comment(d, model, &model->columns[i], model->columns[i].comment, sql);
}

/* Indexes. */

bool rowan__ddl_create_index(const rowan__dialect *d, const rowan_model *model,
                             size_t n, rowan__buf *sql)
{
    rowan_key_part part;
    rowan_constraint index;
    rowan__buf name;

    if (!rowan__ddl_index_at(model, n, &part, &index))
        return false;
    rowan__buf_init(&name, 0);
    rowan__ddl_index_name(model, n, &name);
    rowan__buf_printf(sql, "CREATE %sINDEX IF NOT EXISTS ",
                      index.kind == ROWAN_CONSTRAINT_UNIQUE ? "UNIQUE " : "");
    write_name(d, &name, sql);
    rowan__buf_str(sql, " ON ");
    rowan__sql_table(d, sql, model);
    key_parts(d, model, &index, sql);
    if (index.n_checks > 0) {
        rowan__buf_str(sql, " WHERE ");
        rowan__ddl_conditions(d, model, &index, sql);
    }
    return true;
}
