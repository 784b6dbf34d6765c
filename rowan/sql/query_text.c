/* query_text.c - the text of a query. It walks as query_key.c does; see there. */
#include "query_int.h"

#include "ddl_int.h"
#include "relation_int.h"
#include "type_int.h"

#define MAX_CAST 65 /* digits that MariaDB computes with */

/* WITH, for the views that are read as tables. */
static bool write_with(rowan__writer *w, const rowan_model *model,
                       const rowan_query *from, bool first)
{
    const rowan_query all = { .model = rowan__real_model(model) };

    if (!rowan__is_view(model))
        return first;
    rowan__buf_str(w->sql, first ? "WITH " : ", ");
    rowan__write_ident(w, model->name);
    rowan__buf_str(w->sql, " AS (");
    rowan__write_query(w, NULL, from != NULL ? from : &all, NULL);
    rowan__buf_char(w->sql, ')');
    return false;
}

static void write_withs(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;
    bool first = write_with(w, scope->table, query->from, true);

    for (size_t i = 0; i < scope->n_joins; i++)
        first = write_with(w, rowan__join_model(query->join[i]), query->join[i]->from,
                           first);
    if (!first)
        rowan__buf_char(w->sql, ' ');
}

/* A number of a query that is one of these, if it has to be made as wide as what is looked
 * for; false if not. */
static bool write_widened(rowan__writer *w, const rowan__scope *scope,
                          const rowan_column *column, const rowan_column *wide)
{
    const rowan_column *own = rowan_column_declared(column);

    wide = wide != NULL ? rowan_column_declared(wide) : NULL;
    if (wide == NULL || !rowan__is_number(wide->type) ||
        (own->type == wide->type && own->precision == wide->precision &&
         own->scale == wide->scale))
        return false;
    rowan__buf_str(w->sql, "CAST(");
    rowan__write_computed(w, scope, column->computed);
    if (wide->type == ROWAN_DECIMAL) {
        int scale = own->scale > wide->scale ? own->scale : wide->scale;
        int whole = own->precision - own->scale, other = wide->precision - wide->scale;

        whole = whole > other ? whole : other;
        rowan__buf_printf(w->sql, " AS decimal(%d, %d))",
                          whole + scale < MAX_CAST ? whole + scale : MAX_CAST, scale);
    } else {
        rowan__buf_str(w->sql,
                       rowan__is_integer(wide->type) ? " AS signed)" : " AS double)");
    }
    return true;
}

static void write_list(rowan__writer *w, const rowan__scope *scope,
                       const rowan_column *one_of)
{
    const rowan_model *model = scope->query->model;

    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];

        if (i > 0)
            rowan__buf_str(w->sql, ", ");
        if (scope->view == NULL) {
            rowan__write_column(w, scope, scope->table, column);
            continue;
        }
        if (!write_widened(w, scope, column, one_of))
            rowan__write_computed(w, scope, column->computed);
        rowan__buf_str(w->sql, " AS ");
        rowan__write_ident(w, column->name);
    }
}

static void write_table(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *model)
{
    if (rowan__is_view(model)) {
        rowan__write_ident(w, model->name);
        return;
    }
    rowan__sql_table(w->dialect, w->sql, rowan__real_model(model));
    if (!scope->qualified)
        return;
    rowan__buf_str(w->sql, " AS ");
    rowan__write_ident(w, model->name);
}

static void write_equal(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *a, const rowan__key *a_key,
                        const rowan_model *b, const rowan__key *b_key)
{
    for (size_t i = 0; i < a_key->n; i++) {
        rowan__buf_str(w->sql, i == 0 ? " ON " : " AND ");
        rowan__write_column(w, scope, a, a_key->columns[i]);
        rowan__write_collation(w, a_key->columns[i]);
        rowan__buf_str(w->sql, " = ");
        rowan__write_column(w, scope, b, b_key->columns[i]);
    }
}

/* A join along a relation: by way of the table between, if there is one. */
static void write_path(rowan__writer *w, const rowan__scope *scope,
                       const rowan_join *join, const char *words)
{
    const rowan_relation *relation = rowan__join_relation(join);
    const rowan_model *far = rowan__join_model(join), *near = join->near;
    rowan__ends ends;

    if (rowan__relation_ends(rowan__real_model(near), relation, &ends, NULL) !=
        ROWAN_OK) {
        w->sql->failed = true; /* query_key.c refuses it before */
        return;
    }
    if (relation->between != NULL) {
        rowan__buf_str(w->sql, words);
        write_table(w, scope, relation->between);
        write_equal(w, scope, relation->between, &ends.here, near, &ends.near);
    }
    rowan__buf_str(w->sql, words);
    write_table(w, scope, far);
    if (relation->between != NULL)
        write_equal(w, scope, far, &ends.far, relation->between, &ends.there);
    else
        write_equal(w, scope, far, &ends.far, near, &ends.near);
}

static void write_from(rowan__writer *w, const rowan__scope *scope)
{
    rowan__buf_str(w->sql, " FROM ");
    write_table(w, scope, scope->table);
    for (size_t i = 0; i < scope->n_joins; i++) {
        const rowan_join *join = scope->query->join[i];
        const char *words = join->kind == ROWAN_LEFT_JOIN ? " LEFT JOIN " : " JOIN ";

        if (join->on == NULL) {
            write_path(w, scope, join, words);
            continue;
        }
        rowan__buf_str(w->sql, words);
        write_table(w, scope, rowan__join_model(join));
        if (!rowan__write_clause(w, scope, " ON ", join->on))
            rowan__buf_str(w->sql, " ON 1 = 1");
    }
}

static void write_groups(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;
    const char *between = " GROUP BY ";

    for (size_t i = 0; scope->view != NULL && i < scope->view->n_columns; i++) {
        const rowan_column *column = &scope->view->columns[i];

        if (rowan__is_aggregate(column) || column->computed->window)
            continue;
        rowan__buf_str(w->sql, between);
        rowan__write_computed(w, scope, column->computed);
        between = ", ";
    }
    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->group_by[i] != NULL; i++) {
        rowan__buf_str(w->sql, between);
        rowan__write_named(w, scope, query->group_by[i]->model,
                           query->group_by[i]->column);
        between = ", ";
    }
    (void)rowan__write_clause(w, scope, " HAVING ", query->having);
}

static void write_order(rowan__writer *w, const rowan__scope *scope)
{
    const rowan_query *query = scope->query;

    for (size_t i = 0; i < ROWAN_MAX_ORDER_BY && query->order_by[i] != NULL; i++) {
        const rowan_order *order = query->order_by[i];
        bool nulls = order->nulls != ROWAN_NULLS_ANYWHERE;

        rowan__buf_str(w->sql, i == 0 ? " ORDER BY " : ", ");
        if (nulls && !w->dialect->has_nulls_order) {
            rowan__write_named(w, scope, order->model, order->column);
            rowan__buf_str(w->sql, order->nulls == ROWAN_NULLS_FIRST ? " IS NOT NULL, "
                                                                     : " IS NULL, ");
        }
        rowan__write_compared(w, scope, order->model, order->column);
        if (order->descending)
            rowan__buf_str(w->sql, " DESC");
        if (nulls && w->dialect->has_nulls_order)
            rowan__buf_str(w->sql, order->nulls == ROWAN_NULLS_FIRST ? " NULLS FIRST"
                                                                     : " NULLS LAST");
    }
}

static void write_limit(rowan__writer *w, const rowan_query *query)
{
    if (query->limit > 0) {
        rowan__buf_str(w->sql, " LIMIT ");
        rowan__write_param(w);
    } else if (query->offset > 0) {
        rowan__buf_printf(w->sql, " LIMIT %s", w->dialect->no_limit);
    }
    if (query->offset > 0) {
        rowan__buf_str(w->sql, " OFFSET ");
        rowan__write_param(w);
    }
    if (query->lock != ROWAN_NO_LOCK && w->dialect->row_lock != NULL) {
        rowan__buf_str(w->sql, w->dialect->row_lock);
        if (query->lock == ROWAN_FOR_UPDATE_SKIP_LOCKED)
            rowan__buf_str(w->sql, " SKIP LOCKED");
    }
}

/* A query; without order and limit if `only` is not NULL, which then stands for the columns
 * if these do not matter. */
void rowan__write_query(rowan__writer *w, const rowan__scope *around,
                        const rowan_query *query, const char *only)
{
    const rowan_column *one_of = w->one_of; /* of this query, not of those inside */
    rowan__scope scope;

    w->one_of = NULL;
    rowan__names_init(&scope, around, query, false);
    write_withs(w, &scope);
    rowan__buf_str(w->sql, "SELECT ");
    if (query->distinct)
        rowan__buf_str(w->sql, "DISTINCT ");
    if (only != NULL && !rowan__counts_whole(query))
        rowan__buf_str(w->sql, only);
    else
        write_list(w, &scope, one_of);
    write_from(w, &scope);
    (void)rowan__write_clause(w, &scope, " WHERE ", query->where);
    if (rowan__is_grouped(query))
        write_groups(w, &scope);
    if (only != NULL)
        return;
    write_order(w, &scope);
    write_limit(w, query);
}

static void write_count(rowan__writer *w, const rowan_query *query)
{
    if (!rowan__counts_whole(query)) {
        rowan__write_query(w, NULL, query, "count(*)");
        return;
    }
    rowan__buf_str(w->sql, "SELECT count(*) FROM (");
    rowan__write_query(w, NULL, query, "1");
    rowan__buf_str(w->sql, ") AS ");
    rowan__write_ident(w, query->model->name);
}

/* Changes. */

/* What another column of the row is. Of a text that is too long spaces at the end would be
 * cut without a word; with something behind them it is refused. */
static void write_other(rowan__writer *w, const rowan_assignment *set)
{
    uint32_t max = set->column->max_length;
    bool may_be_cut = w->dialect->cuts_spaces && set->column->type == ROWAN_TEXT &&
                      max > 0 &&
                      (set->other->max_length == 0 || set->other->max_length > max);

    if (may_be_cut) {
        rowan__buf_str(w->sql, "CASE WHEN char_length(");
        rowan__write_ident(w, set->other->name);
        rowan__buf_printf(w->sql, ") > %u THEN concat(", (unsigned)max);
        rowan__write_ident(w, set->other->name);
        rowan__buf_str(w->sql, ", '.') ELSE ");
    }
    rowan__write_ident(w, set->other->name);
    if (may_be_cut)
        rowan__buf_str(w->sql, " END");
}

static void write_new_value(rowan__writer *w, const rowan_assignment *set)
{
    const char *plus = w->dialect->plus[set->column->type];

    if (set->kind == ROWAN_SET_COLUMN) {
        write_other(w, set);
        return;
    }
    if (set->kind == ROWAN_SET_PLUS) {
        rowan__buf_str(w->sql, plus != NULL ? plus : "");
        rowan__write_ident(w, set->column->name);
        rowan__buf_str(w->sql, plus != NULL ? ", " : " + ");
    }
    rowan__write_param(w);
    if (set->kind == ROWAN_SET_PLUS && plus != NULL)
        rowan__buf_char(w->sql, ')');
}

/* What the function wants to know that says whether a value fits its column. */
static void write_range(rowan__writer *w, const rowan_column *column)
{
    if (column->type == ROWAN_INT16 || column->type == ROWAN_INT32)
        rowan__buf_printf(w->sql, ", %d",
                          column->type == ROWAN_INT16 ? INT16_MAX : INT32_MAX);
    else if (column->type == ROWAN_DECIMAL)
        rowan__buf_printf(w->sql, ", %d, %d", column->precision, column->scale);
    else if (rowan__is_span(column->type))
        rowan__buf_printf(w->sql, ", %u", (unsigned)column->max_length);
}

/* A value that was not seen is looked at by a function where the database does not. */
static void write_set(rowan__writer *w, const rowan_assignment *set)
{
    bool is_any = rowan__is_span(set->column->type) && set->column->max_length == 0;
    const char *fits = set->kind != ROWAN_SET_VALUE && !is_any
                           ? w->dialect->fits[set->column->type]
                           : NULL;

    rowan__write_ident(w, set->column->name);
    rowan__buf_str(w->sql, " = ");
    rowan__buf_str(w->sql, fits != NULL ? fits : "");
    write_new_value(w, set);
    if (fits != NULL) {
        write_range(w, set->column);
        rowan__buf_char(w->sql, ')');
    }
}

static void write_change(rowan__writer *w, const rowan__statement *s)
{
    rowan__scope scope;
    bool sets_version = false;

    rowan__names_init(&scope, NULL, s->query, true);
    rowan__buf_str(w->sql, s->kind == ROWAN__UPDATE_WHERE ? "UPDATE " : "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    for (size_t i = 0; i < s->n_sets; i++) {
        rowan__buf_str(w->sql, i == 0 ? " SET " : ", ");
        write_set(w, &s->sets[i]);
        sets_version = sets_version || s->sets[i].column->version;
    }
    if (s->n_sets > 0 && !sets_version)
        rowan__write_version(w, s->query->model);
    (void)rowan__write_clause(w, &scope, " WHERE ", s->query->where);
}

void rowan__write_query_statement(rowan__writer *w, const rowan__statement *s)
{
    if (s->kind == ROWAN__SELECT_ROWS)
        rowan__write_query(w, NULL, s->query, NULL);
    else if (s->kind == ROWAN__SELECT_COUNT)
        write_count(w, s->query);
    else
        write_change(w, s);
}
