/* ddl.c - see ddl_int.h. Constraint names are those PostgreSQL gives by itself, on every
 * database, so that a migration can name them: person_pkey, award_person_id_fkey,
 * person_last_name_key, award_year_idx. */
#include "ddl_int.h"

static void comma(rowan__buf *sql, bool *first)
{
    if (!*first)
        rowan__buf_str(sql, ", ");
    *first = false;
}

static void constraint(const rowan__dialect *d, const rowan_model *model,
                       const rowan_column *column, const char *suffix, rowan__buf *sql)
{
    rowan__buf name;

    rowan__buf_init(&name, 0);
    rowan__buf_str(&name, model->table);
    if (column != NULL) {
        rowan__buf_char(&name, '_');
        rowan__buf_str(&name, column->name);
    }
    rowan__buf_str(&name, suffix);
    if (rowan__buf_ok(&name))
        rowan__sql_ident(d, sql, name.ptr);
    sql->failed = sql->failed || name.failed;
    rowan__buf_done(&name);
}

static void column_type(const rowan__dialect *d, const rowan_column *column,
                        rowan__buf *sql)
{
    if (column->type == ROWAN_TEXT && column->max_length > 0 && d->limited_text != NULL)
        rowan__buf_printf(sql, "%s(%u)", d->limited_text, (unsigned)column->max_length);
    else
        rowan__buf_str(sql, d->type_names[column->type]);
    if (column->type == ROWAN_DECIMAL && d->decimal_has_precision)
        rowan__buf_printf(sql, "(%d, %d)", column->precision, column->scale);
}

/* Text of ours as a string: a label. */
static void string_literal(rowan__buf *sql, const char *text)
{
    rowan__buf_char(sql, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            rowan__buf_char(sql, '\'');
        rowan__buf_char(sql, *text);
    }
    rowan__buf_char(sql, '\'');
}

/* What the type alone does not keep out: other labels, longer texts and bytes. */
static bool needs_check(const rowan__dialect *d, const rowan_column *column)
{
    return column->type == ROWAN_ENUM ||
           (column->max_length > 0 &&
            (column->type == ROWAN_BYTES || d->limited_text == NULL));
}

static void column_check(const rowan__dialect *d, const rowan_model *model,
                         const rowan_column *column, rowan__buf *sql)
{
    rowan__buf_str(sql, "    CONSTRAINT ");
    constraint(d, model, column, "_check", sql);
    rowan__buf_str(sql, " CHECK (");
    if (column->type != ROWAN_ENUM) {
        rowan__buf_str(sql, "length(");
        rowan__sql_ident(d, sql, column->name);
        rowan__buf_printf(sql, ") <= %u),\n", (unsigned)column->max_length);
        return;
    }
    rowan__sql_ident(d, sql, column->name);
    rowan__buf_str(sql, " IN (");
    for (size_t i = 0; i < column->labels->n_labels; i++) {
        rowan__buf_str(sql, i > 0 ? ", " : "");
        string_literal(sql, column->labels->labels[i]);
    }
    rowan__buf_str(sql, ")),\n");
}

static void column_definition(const rowan__dialect *d, const rowan_column *column,
                              bool with_identity, rowan__buf *sql)
{
    rowan__sql_ident(d, sql, column->name);
    rowan__buf_char(sql, ' ');
    column_type(d, column, sql);
    if (column->automatic && with_identity)
        rowan__buf_str(sql, d->identity);
    if (!column->nullable)
        rowan__buf_str(sql, " NOT NULL");
}

static void key_columns(const rowan__dialect *d, const rowan_model *model,
                        rowan__buf *sql)
{
    bool first = true;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        comma(sql, &first);
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
}

void rowan__ddl_create_table(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "CREATE TABLE IF NOT EXISTS ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " (\n");
    for (size_t i = 0; i < model->n_columns; i++) {
        rowan__buf_str(sql, "    ");
        column_definition(d, &model->columns[i], true, sql);
        rowan__buf_str(sql, ",\n");
    }
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (column->unique) {
            rowan__buf_str(sql, "    CONSTRAINT ");
            constraint(d, model, column, "_key", sql);
            rowan__buf_str(sql, " UNIQUE (");
            rowan__sql_ident(d, sql, column->name);
            rowan__buf_str(sql, "),\n");
        }
        if (needs_check(d, column))
            column_check(d, model, column, sql);
        if (column->references == NULL)
            continue;
        rowan__buf_str(sql, "    CONSTRAINT ");
        constraint(d, model, column, "_fkey", sql);
        rowan__buf_str(sql, " FOREIGN KEY (");
        rowan__sql_ident(d, sql, column->name);
        rowan__buf_str(sql, ") REFERENCES ");
        rowan__sql_ident(d, sql, column->references->table);
        rowan__buf_str(sql, " (");
        rowan__sql_ident(d, sql,
                         column->references->columns[column->references_index].name);
        rowan__buf_str(sql, "),\n");
    }
    rowan__buf_str(sql, "    CONSTRAINT ");
    constraint(d, model, NULL, "_pkey", sql);
    rowan__buf_str(sql, " PRIMARY KEY (");
    key_columns(d, model, sql);
    rowan__buf_str(sql, ")\n)");
    rowan__buf_str(sql, d->table_options);
}

void rowan__ddl_create_index(const rowan__dialect *d, const rowan_model *model,
                             const rowan_column *column, rowan__buf *sql)
{
    rowan__buf_str(sql, "CREATE INDEX IF NOT EXISTS ");
    constraint(d, model, column, "_idx", sql);
    rowan__buf_str(sql, " ON ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " (");
    rowan__sql_ident(d, sql, column->name);
    rowan__buf_char(sql, ')');
}

void rowan__ddl_drop_table(const rowan__dialect *d, const rowan_model *model,
                           rowan__buf *sql)
{
    rowan__buf_str(sql, "DROP TABLE IF EXISTS ");
    rowan__sql_ident(d, sql, model->table);
}

/* Refreshing. */

void rowan__ddl_table_name(const rowan__dialect *d, const rowan_model *model,
                           bool staging, rowan__buf *sql)
{
    if (!staging) {
        rowan__sql_ident(d, sql, model->table);
        return;
    }
    rowan__buf_str(sql, d->staging_schema);
    constraint(d, model, NULL, "_staging", sql);
}

void rowan__ddl_create_staging(const rowan__dialect *d, const rowan_model *model,
                               rowan__buf *sql)
{
    rowan__buf_str(sql, d->staging_prefix);
    constraint(d, model, NULL, "_staging", sql);
    rowan__buf_str(sql, " (");
    for (size_t i = 0; i < model->n_columns; i++) {
        column_definition(d, &model->columns[i], false, sql);
        rowan__buf_str(sql, ", ");
    }
    rowan__buf_str(sql, "PRIMARY KEY (");
    key_columns(d, model, sql);
    rowan__buf_str(sql, "))");
    rowan__buf_str(sql, d->staging_options);
}

void rowan__ddl_drop_staging(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "DROP TABLE IF EXISTS ");
    rowan__ddl_table_name(d, model, true, sql);
}

void rowan__ddl_columns(const rowan__dialect *d, const rowan_model *model,
                        const char *prefix, rowan__buf *sql)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (i > 0)
            rowan__buf_str(sql, ", ");
        rowan__buf_str(sql, prefix);
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
}

void rowan__ddl_lock(const rowan__dialect *d, const rowan_model *model, rowan__buf *sql)
{
    if (!d->locks_tables)
        return;
    rowan__buf_str(sql, "LOCK TABLE ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " IN SHARE ROW EXCLUSIVE MODE");
}

void rowan__ddl_analyze_staging(const rowan__dialect *d, const rowan_model *model,
                                rowan__buf *sql)
{
    if (!d->wants_analyze)
        return;
    rowan__buf_str(sql, "ANALYZE ");
    rowan__ddl_table_name(d, model, true, sql);
}

/* table."key" = s."key" AND ... */
static void keys_match(const rowan__dialect *d, const rowan_model *model,
                       rowan__buf *sql)
{
    bool first = true;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        if (!first)
            rowan__buf_str(sql, " AND ");
        first = false;
        rowan__sql_ident(d, sql, model->table);
        rowan__buf_char(sql, '.');
        rowan__sql_ident(d, sql, model->columns[i].name);
        rowan__buf_str(sql, " = s.");
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
}

void rowan__ddl_merge_update(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    bool first = true;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].primary_key)
            continue;
        if (first) {
            rowan__buf_str(sql, "UPDATE ");
            rowan__sql_ident(d, sql, model->table);
            rowan__buf_str(sql, " SET ");
        }
        comma(sql, &first);
        rowan__sql_ident(d, sql, model->columns[i].name);
        rowan__buf_str(sql, " = s.");
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
    if (first)
        return; /* all columns are key: no row can differ */
    rowan__buf_str(sql, " FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE ");
    keys_match(d, model, sql);
    rowan__buf_str(sql, " AND (");
    first = true;
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].primary_key)
            continue;
        if (!first)
            rowan__buf_str(sql, " OR ");
        first = false;
        rowan__sql_ident(d, sql, model->table);
        rowan__buf_char(sql, '.');
        rowan__sql_ident(d, sql, model->columns[i].name);
        rowan__buf_printf(sql, " %s s.", d->is_distinct);
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_insert(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "INSERT INTO ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " (");
    rowan__ddl_columns(d, model, "", sql);
    rowan__buf_str(sql, ") SELECT ");
    rowan__ddl_columns(d, model, "s.", sql);
    rowan__buf_str(sql, " FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE NOT EXISTS (SELECT 1 FROM ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " WHERE ");
    keys_match(d, model, sql);
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_delete(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "DELETE FROM ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE ");
    keys_match(d, model, sql);
    rowan__buf_char(sql, ')');
}

void rowan__ddl_sync_sequence(const rowan__dialect *d, const rowan_model *model,
                              rowan__buf *sql)
{
    const rowan_column *key = rowan_model_key(model);

    if (!d->has_sequences || key == NULL || !key->automatic)
        return;
    /* pg_get_serial_sequence() reads its first argument as SQL, so the quoted name goes in
     * as a string; both come from the model. */
    rowan__buf_str(sql,
                   "SELECT setval(q.seq, m.top) FROM (SELECT pg_get_serial_sequence(");
    rowan__buf_str(sql, "$rowan$");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, "$rowan$, $rowan$");
    rowan__buf_str(sql, key->name);
    rowan__buf_str(sql, "$rowan$) AS seq) AS q, (SELECT max(");
    rowan__sql_ident(d, sql, key->name);
    rowan__buf_str(sql, ") AS top FROM ");
    rowan__sql_ident(d, sql, model->table);
    rowan__buf_str(sql, ") AS m WHERE q.seq IS NOT NULL AND m.top >= 1");
}

void rowan__ddl_insert_rows(const rowan__dialect *d, const rowan_model *model,
                            bool staging, size_t n_rows, rowan__buf *sql)
{
    size_t n = 0;

    rowan__buf_str(sql, "INSERT INTO ");
    rowan__ddl_table_name(d, model, staging, sql);
    rowan__buf_str(sql, " (");
    rowan__ddl_columns(d, model, "", sql);
    rowan__buf_str(sql, ") VALUES ");
    for (size_t row = 0; row < n_rows; row++) {
        rowan__buf_str(sql, row > 0 ? ", (" : "(");
        for (size_t i = 0; i < model->n_columns; i++) {
            if (i > 0)
                rowan__buf_str(sql, ", ");
            rowan__sql_param(d, sql, ++n);
        }
        rowan__buf_char(sql, ')');
    }
}
