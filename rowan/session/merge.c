/* merge.c - see rowan/merge.h.
 *
 * Each table's rows go to a staging table of the session, and rowan_merge_commit() merges
 * from there. A table that is empty, and that no staged table stands in the way of, needs
 * no merge: its rows go straight in. Either way it is one transaction, and other writers
 * are kept out of the table from rowan_merge_table() on, so that it stays empty.
 */
#include <rowan/merge.h>

#include <string.h>

#include "alloc_int.h"
#include "bulk_int.h"
#include "ddl_int.h"

typedef struct merge_table {
    const rowan_model *model;
    bool direct; /* was empty: the rows are in the table itself */
    rowan_merge_counts counts;
} merge_table;

struct rowan_merge {
    rowan_session *session;
    rowan__bulk bulk; /* of the last table */
    bool committed;
    size_t n_tables;
    size_t max_tables;
    merge_table tables[];
};

rowan_status rowan_merge_open(rowan_session *session, size_t max_tables,
                              rowan_merge **out, rowan_error *err)
{
    rowan_merge *merge =
        rowan__calloc(1, sizeof *merge + max_tables * sizeof merge->tables[0]);
    rowan_status st;

    if (merge == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    merge->session = session;
    merge->max_tables = max_tables;
    st = rowan__session_may_write(session, err);
    if (st == ROWAN_OK)
        st = rowan_begin(session, err);
    if (st != ROWAN_OK) {
        rowan__free(merge);
        return st;
    }
    *out = merge;
    return ROWAN_OK;
}

static merge_table *find_table(rowan_merge *merge, const rowan_model *model)
{
    for (size_t i = 0; i < merge->n_tables; i++) {
        if (strcmp(merge->tables[i].model->table, model->table) == 0)
            return &merge->tables[i];
    }
    return NULL;
}

/* Whether rows can go straight into an empty table: what they refer to must be there. */
static bool can_be_direct(rowan_merge *merge, const rowan_model *model)
{
    rowan__foreign_key key;

    for (size_t i = 0; rowan__foreign_key_at(model, i, &key); i++) {
        const merge_table *table = find_table(merge, key.target);

        if (table == NULL || !table->direct)
            return false;
    }
    return true;
}

static rowan_status is_empty(rowan_session *session, const rowan_model *model,
                             bool *out, rowan_error *err)
{
    uint64_t n_rows = 0;
    rowan_status st =
        rowan__session_probe(session, rowan__ddl_any_row, model, &n_rows, err);

    *out = n_rows == 0;
    return st;
}

/* Ends the rows of the last table. */
static rowan_status end_table(rowan_merge *merge, rowan_error *err)
{
    const rowan_model *model;
    rowan_status st;

    if (!merge->bulk.open)
        return ROWAN_OK;
    st = rowan__bulk_close(&merge->bulk, false, err);
    if (st != ROWAN_OK)
        return st;
    model = merge->tables[merge->n_tables - 1].model;
    return merge->tables[merge->n_tables - 1].direct
               ? ROWAN_OK
               : rowan__session_run_ddl(merge->session, rowan__ddl_analyze_staging,
                                        model, err);
}

rowan_status rowan_merge_table(rowan_merge *merge, const rowan_model *model,
                               rowan_error *err)
{
    rowan_session *session = merge->session;
    bool direct = false;
    rowan_status st = end_table(merge, err);

    if (st != ROWAN_OK)
        return st;
    if (find_table(merge, model) != NULL || merge->n_tables == merge->max_tables)
        return rowan_fail(err, ROWAN_EINVAL, "table %s is given twice, or one too many",
                          model->table);
    st = rowan__session_run_ddl(session, rowan__ddl_lock, model, err);
    if (st == ROWAN_OK && can_be_direct(merge, model))
        st = is_empty(session, model, &direct, err);
    if (st == ROWAN_OK && !direct)
        st = rowan__session_run_ddl(session, rowan__ddl_create_staging, model, err);
    if (st == ROWAN_OK)
        st = rowan__bulk_open(&merge->bulk, session, model,
                              direct ? ROWAN__INTO_TABLE : ROWAN__INTO_STAGING, err);
    if (st == ROWAN_OK)
        merge->tables[merge->n_tables++] =
            (merge_table){ .model = model, .direct = direct, .counts.model = model };
    return st;
}

rowan_status rowan_merge_rows(rowan_merge *merge, const void *rows, size_t n_rows,
                              rowan_error *err)
{
    if (!merge->bulk.open)
        return rowan_fail(err, ROWAN_EINVAL, "rows without a table");
    merge->tables[merge->n_tables - 1].counts.n_rows += n_rows;
    return rowan__bulk_rows(&merge->bulk, rows, n_rows, err);
}

/* Whether another table of the merge refers to this one. */
static bool is_referenced(const rowan_merge *merge, const rowan_model *model)
{
    for (size_t i = 0; i < merge->n_tables; i++) {
        rowan__foreign_key key;

        for (size_t k = 0; rowan__foreign_key_at(merge->tables[i].model, k, &key);
             k++) {
            if (strcmp(key.target->table, model->table) == 0)
                return true;
        }
    }
    return false;
}

static rowan_status delete_missing(rowan_merge *merge, merge_table *table,
                                   rowan_error *err)
{
    rowan_status st = rowan__session_run_ddl(merge->session, rowan__ddl_merge_unlink,
                                             table->model, err);

    if (st != ROWAN_OK)
        return st;
    return rowan__session_change(merge->session, rowan__ddl_merge_delete, table->model,
                                 &table->counts.n_deleted, err);
}

/* A row that was given must not go, or lose what it refers to, because the row that it
 * refers to goes: where a foreign key says CASCADE or SET_NULL the database would see to
 * that without a word. */
static rowan_status check_orphans(rowan_merge *merge, const rowan_model *model,
                                  const rowan_model *child,
                                  const rowan__foreign_key *key, rowan_error *err)
{
    char names[ROWAN__COLUMN_NAMES_MAX];
    uint64_t n_found = 0;
    rowan__buf sql;
    rowan_status st;

    rowan__buf_init(&sql, 0);
    rowan__ddl_merge_orphans(rowan__session_dialect(merge->session), model, child, key,
                             &sql);
    st = rowan__session_probe_text(merge->session, &sql, &n_found, err);
    rowan__buf_done(&sql);
    if (st != ROWAN_OK || n_found == 0)
        return st;
    return rowan_fail(
        err, ROWAN_ECONSTRAINT, "%s refers to a row of %s that is not there",
        rowan__column_names(child, key->columns, key->n_columns, names), model->table);
}

static rowan_status check_children(rowan_merge *merge, const rowan_model *model,
                                   rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < merge->n_tables; i++) {
        const rowan_model *child = merge->tables[i].model;
        rowan__foreign_key key;

        for (size_t k = 0; st == ROWAN_OK && rowan__foreign_key_at(child, k, &key);
             k++) {
            if (strcmp(key.target->table, model->table) == 0 &&
                (key.on_delete == ROWAN_CASCADE || key.on_delete == ROWAN_SET_NULL))
                st = check_orphans(merge, model, child, &key, err);
        }
    }
    return st;
}

/* Rows that are gone leave before the new ones come where nothing refers to them, so that
 * a new row can take over a unique value. */
static rowan_status bring_in(rowan_merge *merge, merge_table *table, rowan_error *err)
{
    rowan_session *session = merge->session;
    rowan_status st = ROWAN_OK;

    if (table->direct) {
        table->counts.n_inserted = table->counts.n_rows;
        return rowan__session_run_ddl(session, rowan__ddl_sync_sequence, table->model,
                                      err);
    }
    if (!is_referenced(merge, table->model))
        st = delete_missing(merge, table, err);
    if (st == ROWAN_OK)
        st = rowan__session_change(session, rowan__ddl_merge_update, table->model,
                                   &table->counts.n_updated, err);
    if (st == ROWAN_OK)
        st = rowan__session_change(session, rowan__ddl_merge_insert, table->model,
                                   &table->counts.n_inserted, err);
    if (st == ROWAN_OK)
        st = rowan__session_run_ddl(session, rowan__ddl_merge_link, table->model, err);
    if (st == ROWAN_OK && table->counts.n_inserted > 0)
        st = rowan__session_run_ddl(session, rowan__ddl_sync_sequence, table->model,
                                    err);
    return st;
}

static rowan_status merge_all(rowan_merge *merge, const rowan_model **order,
                              rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < merge->n_tables && st == ROWAN_OK; i++)
        st = bring_in(merge, find_table(merge, order[i]), err);
    for (size_t i = merge->n_tables; i-- > 0 && st == ROWAN_OK;) {
        merge_table *table = find_table(merge, order[i]);

        if (!table->direct && is_referenced(merge, table->model)) {
            st = check_children(merge, table->model, err);
            if (st == ROWAN_OK)
                st = delete_missing(merge, table, err);
        }
        if (!table->direct && st == ROWAN_OK)
            st = rowan__session_run_ddl(merge->session, rowan__ddl_drop_staging,
                                        table->model, err);
    }
    return st;
}

/* The models in an order in which each comes after those it refers to. */
static rowan_status order_tables(rowan_merge *merge, const rowan_model ***out,
                                 rowan_error *err)
{
    size_t n = merge->n_tables;
    const rowan_model **lists = rowan__calloc(2 * n, sizeof(rowan_model *));
    rowan_models models = { .name = "merge", .version = "", .n_models = n };
    rowan_status st;

    if (lists == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    models.list = lists + n;
    for (size_t i = 0; i < n; i++)
        lists[n + i] = merge->tables[i].model;
    st = rowan_models_order(&models, lists, err);
    if (st != ROWAN_OK) {
        rowan__free(lists);
        return st;
    }
    *out = lists;
    return ROWAN_OK;
}

rowan_status rowan_merge_commit(rowan_merge *merge, rowan_merge_counts *counts,
                                rowan_error *err)
{
    const rowan_model **order = NULL;
    rowan_status st = end_table(merge, err);

    if (st == ROWAN_OK)
        st = order_tables(merge, &order, err);
    if (st == ROWAN_OK)
        st = merge_all(merge, order, err);
    if (st == ROWAN_OK)
        st = rowan__session_commit(merge->session, err);
    merge->committed = st == ROWAN_OK;
    for (size_t i = 0; i < merge->n_tables && st == ROWAN_OK && counts != NULL; i++)
        counts[i] = merge->tables[i].counts;
    rowan__free(order);
    return st;
}

/* What the end of the transaction leaves behind on some databases: the staging tables, if
 * it was rolled back, and the names that are locked. A connection that is lost takes them
 * along. */
static void clean_up(rowan_merge *merge)
{
    rowan_session *session = merge->session;
    const rowan__dialect *dialect = rowan__session_dialect(session);

    for (size_t i = 0; i < merge->n_tables && session->link != NULL; i++) {
        if (dialect->staging_stays && !merge->committed && !merge->tables[i].direct)
            (void)rowan__session_run_ddl(session, rowan__ddl_drop_staging,
                                         merge->tables[i].model, NULL);
    }
    rowan__session_unlock(session);
}

void rowan_merge_close(rowan_merge *merge)
{
    if (merge == NULL)
        return;
    (void)rowan__bulk_close(&merge->bulk, true, NULL);
    rowan__session_rollback(merge->session);
    clean_up(merge);
    rowan__free(merge);
}
