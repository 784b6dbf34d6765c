/* refresh_ddl.c - staging tables, the steps of a merge, and inserting many rows: the text
 * that a refresh runs. See ddl_int.h. */
#include "ddl_int.h"

static void comma(rowan__buf *sql, bool *first)
{
    if (!*first)
        rowan__buf_str(sql, ", ");
    *first = false;
}

void rowan__ddl_table_name(const rowan__dialect *d, const rowan_model *model,
                           bool staging, rowan__buf *sql)
{
    if (!staging) {
        rowan__sql_table(d, sql, model);
        return;
    }
    rowan__buf_str(sql, d->staging_schema);
    rowan__ddl_name(d, model, "_staging", sql);
}

void rowan__ddl_create_staging(const rowan__dialect *d, const rowan_model *model,
                               rowan__buf *sql)
{
    rowan__buf_str(sql, d->staging_prefix);
    rowan__ddl_name(d, model, "_staging", sql);
    rowan__buf_str(sql, " (");
    rowan__ddl_plain_columns(d, model, sql);
    rowan__buf_char(sql, ')');
    rowan__buf_str(sql, d->staging_options);
}

void rowan__ddl_drop_staging(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "DROP TABLE IF EXISTS ");
    rowan__ddl_table_name(d, model, true, sql);
}

void rowan__ddl_columns(const rowan__dialect *d, const rowan_model *model,
                        bool written_only, const char *prefix, rowan__buf *sql)
{
    bool first = true;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (written_only && model->columns[i].generated != NULL)
            continue;
        comma(sql, &first);
        rowan__buf_str(sql, prefix);
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
}

void rowan__ddl_lock(const rowan__dialect *d, const rowan_model *model, rowan__buf *sql)
{
    if (!d->locks_tables)
        return;
    rowan__buf_str(sql, "LOCK TABLE ");
    rowan__sql_table(d, sql, model);
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
        rowan__sql_table(d, sql, model);
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
        if (model->columns[i].primary_key || model->columns[i].generated != NULL)
            continue;
        if (first) {
            rowan__buf_str(sql, "UPDATE ");
            rowan__sql_table(d, sql, model);
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
        if (model->columns[i].primary_key || model->columns[i].generated != NULL)
            continue;
        if (!first)
            rowan__buf_str(sql, " OR ");
        first = false;
        rowan__sql_table(d, sql, model);
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
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " (");
    rowan__ddl_columns(d, model, true, "", sql);
    rowan__buf_str(sql, ") SELECT ");
    rowan__ddl_columns(d, model, true, "s.", sql);
    rowan__buf_str(sql, " FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE NOT EXISTS (SELECT 1 FROM ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " WHERE ");
    keys_match(d, model, sql);
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_delete(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "DELETE FROM ");
    rowan__sql_table(d, sql, model);
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
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, "$rowan$, $rowan$");
    rowan__buf_str(sql, key->name);
    rowan__buf_str(sql, "$rowan$) AS seq) AS q, (SELECT max(");
    rowan__sql_ident(d, sql, key->name);
    rowan__buf_str(sql, ") AS top FROM ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, ") AS m WHERE q.seq IS NOT NULL AND m.top >= 1");
}

void rowan__ddl_insert_rows(const rowan__dialect *d, const rowan_model *model,
                            bool staging, size_t n_rows, rowan__buf *sql)
{
    size_t n = 0;

    rowan__buf_str(sql, "INSERT INTO ");
    rowan__ddl_table_name(d, model, staging, sql);
    rowan__buf_str(sql, " (");
    rowan__ddl_columns(d, model, true, "", sql);
    rowan__buf_str(sql, ") VALUES ");
    for (size_t row = 0; row < n_rows; row++) {
        bool first = true;

        rowan__buf_str(sql, row > 0 ? ", (" : "(");
        for (size_t i = 0; i < model->n_columns; i++) {
            if (model->columns[i].generated != NULL)
                continue;
            comma(sql, &first);
            rowan__sql_param(d, sql, ++n);
        }
        rowan__buf_char(sql, ')');
    }
}
