/* refresh_ddl.c - staging tables and the steps of a merge: the text that a refresh runs. See
 * ddl_int.h. */
#include "ddl_int.h"

#include <string.h>

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
    rowan__ddl_table_suffix(d, model, "_staging", sql);
}

void rowan__ddl_create_staging(const rowan__dialect *d, const rowan_model *model,
                               rowan__buf *sql)
{
    rowan__buf_str(sql, d->staging_prefix);
    rowan__ddl_table_suffix(d, model, "_staging", sql);
    rowan__buf_str(sql, " (");
    rowan__ddl_plain_columns(d, model, sql);
    rowan__buf_char(sql, ')');
    rowan__buf_str(sql, d->staging_options);
}

void rowan__ddl_drop_staging(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, d->staging_drop);
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

/* A table's name as a literal that no setting of the server reads in another way. */
static void name_literal(const rowan_model *model, rowan__buf *sql)
{
    rowan__buf_str(sql, "x'");
    for (const char *p = model->table; *p != '\0'; p++)
        rowan__buf_printf(sql, "%02x", (unsigned)(unsigned char)*p);
    rowan__buf_char(sql, '\'');
}

void rowan__ddl_lock(const rowan__dialect *d, const rowan_model *model, rowan__buf *sql)
{
    if (d->locks_tables) {
        rowan__buf_str(sql, "LOCK TABLE ");
        rowan__sql_table(d, sql, model);
        rowan__buf_str(sql, " IN SHARE ROW EXCLUSIVE MODE");
    } else if (d->name_lock[0] != NULL) {
        rowan__buf_str(sql, d->name_lock[0]);
        name_literal(model, sql);
        rowan__buf_str(sql, d->name_lock[1]);
    }
}

void rowan__ddl_any_row(const rowan__dialect *d, const rowan_model *model,
                        rowan__buf *sql)
{
    rowan__buf_str(sql, "SELECT 1 FROM ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " LIMIT 1");
    rowan__buf_str(sql, d->lock_rows);
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

static bool has_column(const rowan__foreign_key *key, const rowan_model *model,
                       const rowan_column *column)
{
    for (size_t i = 0; i < key->n_columns; i++) {
        if (&model->columns[key->columns[i]] == column)
            return true;
    }
    return false;
}

/* A column through which rows of one table refer to each other. Not every database waits
 * for a statement's end to see whether what a row refers to is there, and no one waits for
 * the next statement: such columns are set when all rows are there, and are NULL before
 * their rows go. */
static bool is_link(const rowan_model *model, const rowan_column *column)
{
    rowan__foreign_key key;

    if (!column->nullable || column->primary_key || column->generated != NULL)
        return false;
    for (size_t n = 0; rowan__foreign_key_at(model, n, &key); n++) {
        if (strcmp(key.target->table, model->table) == 0 &&
            has_column(&key, model, column))
            return true;
    }
    return false;
}

/* The same where it cannot be NULL: a row that is there keeps what it refers to until all rows
 * are there; new ones, and those that go, are left to the database. */
static bool is_tie(const rowan_model *model, const rowan_column *column)
{
    rowan__foreign_key key;

    if (column->nullable || column->primary_key || column->generated != NULL)
        return false;
    for (size_t n = 0; rowan__foreign_key_at(model, n, &key); n++) {
        bool tied = strcmp(key.target->table, model->table) == 0 &&
                    has_column(&key, model, column);

        for (size_t i = 0; i < key.n_columns && tied; i++)
            tied = !model->columns[key.columns[i]].nullable;
        if (tied)
            return true;
    }
    return false;
}

static bool has_any(const rowan_model *model,
                    bool (*is)(const rowan_model *, const rowan_column *))
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (is(model, &model->columns[i]))
            return true;
    }
    return false;
}

static void of_table(const rowan__dialect *d, const rowan_model *model,
                     const rowan_column *column, rowan__buf *sql)
{
    rowan__sql_table(d, sql, model);
    rowan__buf_char(sql, '.');
    rowan__sql_ident(d, sql, column->name);
}

/* Whether the table's value is another than the staged one. */
static void differs(const rowan__dialect *d, const rowan_model *model,
                    const rowan_column *column, rowan__buf *sql)
{
    rowan__buf_str(sql, d->differs[0]);
    of_table(d, model, column, sql);
    rowan__buf_str(sql, d->differs[1]);
    rowan__buf_str(sql, "s.");
    rowan__sql_ident(d, sql, column->name);
    rowan__buf_str(sql, d->differs[2]);
}

/* Whether a row is to refer to another one of its table through a link: a column of a
 * foreign key that the link is in differs. */
static void link_differs(const rowan__dialect *d, const rowan_model *model,
                         const rowan_column *column, rowan__buf *sql)
{
    rowan__foreign_key key;
    bool first = true;

    for (size_t n = 0; rowan__foreign_key_at(model, n, &key); n++) {
        if (strcmp(key.target->table, model->table) != 0 ||
            !has_column(&key, model, column))
            continue;
        for (size_t i = 0; i < key.n_columns; i++) {
            if (!first)
                rowan__buf_str(sql, " OR ");
            first = false;
            differs(d, model, &model->columns[key.columns[i]], sql);
        }
    }
}

/* The columns that a step sets: all but the key, or what rows refer to among themselves. */
static bool is_set(const rowan_model *model, const rowan_column *column, bool links)
{
    return links
               ? is_link(model, column) || is_tie(model, column)
               : !column->primary_key && column->generated == NULL && !column->version;
}

static void set_column(const rowan__dialect *d, const rowan_model *model,
                       const rowan_column *column, bool links, rowan__buf *sql)
{
    if (d->joins_updates) /* where both tables are in sight, and one is to be named */
        of_table(d, model, column, sql);
    else
        rowan__sql_ident(d, sql, column->name);
    rowan__buf_str(sql, " = ");
    if (!links && is_tie(model, column)) {
        of_table(d, model, column, sql);
        return;
    }
    if (!links && is_link(model, column)) {
        rowan__buf_str(sql, "CASE WHEN ");
        link_differs(d, model, column, sql);
        rowan__buf_str(sql, " THEN NULL ELSE ");
        of_table(d, model, column, sql);
        rowan__buf_str(sql, " END");
        return;
    }
    rowan__buf_str(sql, "s.");
    rowan__sql_ident(d, sql, column->name);
}

static void set_columns(const rowan__dialect *d, const rowan_model *model, bool links,
                        rowan__buf *sql)
{
    const rowan_column *version = rowan_model_version(model);
    bool first = true;

    rowan__buf_str(sql, " SET ");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_set(model, &model->columns[i], links))
            continue;
        comma(sql, &first);
        set_column(d, model, &model->columns[i], links, sql);
    }
    if (links || first || version == NULL)
        return;
    rowan__buf_str(sql, ", ");
    if (d->joins_updates)
        of_table(d, model, version, sql);
    else
        rowan__sql_ident(d, sql, version->name);
    rowan__buf_str(sql, " = ");
    rowan__sql_next_version(d, sql, model, version);
}

/* UPDATE table SET ... FROM staging WHERE the keys match and a column differs. */
static void update_from_staging(const rowan__dialect *d, const rowan_model *model,
                                bool links, rowan__buf *sql)
{
    bool first = true;

    rowan__buf_str(sql, "UPDATE ");
    rowan__sql_table(d, sql, model);
    if (!d->joins_updates)
        set_columns(d, model, links, sql);
    rowan__buf_str(sql, d->joins_updates ? " JOIN " : " FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, d->joins_updates ? " AS s ON " : " AS s WHERE ");
    keys_match(d, model, sql);
    if (d->joins_updates)
        set_columns(d, model, links, sql);
    rowan__buf_str(sql, d->joins_updates ? " WHERE (" : " AND (");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_set(model, &model->columns[i], links))
            continue;
        if (!first)
            rowan__buf_str(sql, " OR ");
        first = false;
        differs(d, model, &model->columns[i], sql);
    }
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_update(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (is_set(model, &model->columns[i], false)) {
            update_from_staging(d, model, false, sql);
            return;
        }
    }
}

void rowan__ddl_merge_link(const rowan__dialect *d, const rowan_model *model,
                           rowan__buf *sql)
{
    if (has_any(model, is_link) || has_any(model, is_tie))
        update_from_staging(d, model, true, sql);
}

void rowan__ddl_merge_insert(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    bool first = true;

    rowan__buf_str(sql, "INSERT INTO ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " (");
    rowan__ddl_columns(d, model, true, "", sql);
    rowan__buf_str(sql, ") SELECT ");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].generated != NULL)
            continue;
        comma(sql, &first);
        rowan__buf_str(sql, is_link(model, &model->columns[i]) ? "NULL" : "s.");
        if (!is_link(model, &model->columns[i]))
            rowan__sql_ident(d, sql, model->columns[i].name);
    }
    rowan__buf_str(sql, " FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE NOT EXISTS (SELECT 1 FROM ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " WHERE ");
    keys_match(d, model, sql);
    rowan__buf_char(sql, ')');
}

/* WHERE the key is not in staging. */
static void where_missing(const rowan__dialect *d, const rowan_model *model,
                          rowan__buf *sql)
{
    rowan__buf_str(sql, " WHERE NOT EXISTS (SELECT 1 FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE ");
    keys_match(d, model, sql);
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_unlink(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    bool first = true;

    if (!has_any(model, is_link))
        return;
    rowan__buf_str(sql, "UPDATE ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " SET ");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_link(model, &model->columns[i]))
            continue;
        comma(sql, &first);
        rowan__sql_ident(d, sql, model->columns[i].name);
        rowan__buf_str(sql, " = NULL");
    }
    where_missing(d, model, sql);
}

void rowan__ddl_merge_delete(const rowan__dialect *d, const rowan_model *model,
                             rowan__buf *sql)
{
    rowan__buf_str(sql, "DELETE FROM ");
    rowan__sql_table(d, sql, model);
    where_missing(d, model, sql);
}

/* [NOT ]EXISTS (a staged row of the model that has the key of `row`) */
static void is_staged(const rowan__dialect *d, const rowan_model *model,
                      const char *row, rowan__buf *sql)
{
    bool first = true;

    rowan__buf_str(sql, "EXISTS (SELECT 1 FROM ");
    rowan__ddl_table_name(d, model, true, sql);
    rowan__buf_str(sql, " AS s WHERE ");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        rowan__buf_printf(sql, "%ss.", first ? "" : " AND ");
        first = false;
        rowan__sql_ident(d, sql, model->columns[i].name);
        rowan__buf_printf(sql, " = %s.", row);
        rowan__sql_ident(d, sql, model->columns[i].name);
    }
    rowan__buf_char(sql, ')');
}

void rowan__ddl_merge_orphans(const rowan__dialect *d, const rowan_model *model,
                              const rowan_model *child, const rowan__foreign_key *key,
                              rowan__buf *sql)
{
    rowan__buf_str(sql, "SELECT 1 FROM ");
    rowan__sql_table(d, sql, model);
    rowan__buf_str(sql, " AS p WHERE NOT ");
    is_staged(d, model, "p", sql);
    rowan__buf_str(sql, " AND EXISTS (SELECT 1 FROM ");
    rowan__sql_table(d, sql, child);
    rowan__buf_str(sql, " AS c WHERE ");
    for (size_t i = 0; i < key->n_columns; i++) {
        rowan__buf_str(sql, i > 0 ? " AND c." : "c.");
        rowan__sql_ident(d, sql, child->columns[key->columns[i]].name);
        rowan__buf_str(sql, " = p.");
        rowan__sql_ident(d, sql, model->columns[key->targets[i]].name);
    }
    if (strcmp(child->table, model->table) == 0) {
        rowan__buf_str(sql, " AND ");
        is_staged(d, child, "c", sql);
    }
    rowan__buf_str(sql, ") LIMIT 1");
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
