/* query_int.h - what the two walks over a query share: which names mean what. */
#ifndef ROWAN_QUERY_INT_H
#define ROWAN_QUERY_INT_H

#include "relation_int.h"
#include "row_statement_int.h"

/* The names that a query's conditions can use: its tables', and those of the queries
 * around it. */
typedef struct rowan__scope {
    const struct rowan__scope *around; /* NULL for the outermost */
    const rowan_query *query;
    const rowan_model *view;  /* the query's model if it is a view, else NULL */
    const rowan_model *table; /* what it reads first */
    size_t n_joins;           /* that can be named */
    bool is_change; /* an UPDATE or a DELETE: its table has no name but its own */
    bool qualified; /* columns are written with their table's name */
} rowan__scope;

/* The query's own; `change` for UPDATE and DELETE. */
void rowan__scope_init(rowan__scope *scope, const rowan__scope *around,
                       const rowan_query *query, bool is_change);

/* Whether a model is a view, and what an alias stands for. */
static inline const rowan_model *rowan__real_model(const rowan_model *model)
{
    return model->is_alias ? model->base : model;
}

static inline bool rowan__is_view(const rowan_model *model)
{
    return rowan__real_model(model)->base != NULL;
}

/* The relation that a join goes along; NULL if there is none. */
const rowan_relation *rowan__join_relation(const rowan_join *join);

/* The model that a join brings in; NULL if the program does not know it. */
const rowan_model *rowan__join_model(const rowan_join *join);

/* A column as a query means it. */
typedef struct rowan__named {
    const rowan__scope *scope;
    const rowan_model *source; /* the table's; NULL if it is one of the scope's view */
} rowan__named;

/* Finds where a column comes from. model may be NULL: the first that has it.
 * Returns  false if the query does not read that model. */
bool rowan__find_name(const rowan__scope *scope, const rowan_model *model,
                      const rowan_column *column, rowan__named *out);

/* Whether a view's rows are groups of others. */
bool rowan__is_grouped(const rowan_query *query);

/* Whether a column is a count, a sum and the like of a group. */
static inline bool rowan__is_aggregate(const rowan_column *column)
{
    const rowan_computed *computed = column->computed;

    return computed != NULL && !computed->window &&
           computed->function >= ROWAN_FN_COUNT && computed->function <= ROWAN_FN_MAX;
}

/* Whether a count of the query's rows has to count those of the whole query. */
static inline bool rowan__counts_whole(const rowan_query *query)
{
    return query->distinct || rowan__is_grouped(query);
}

/* How many values an IN is written with: a few sizes, so that few statements are
 * prepared. */
size_t rowan__in_size(size_t n_values);

/* condition_key.c, query_key.c: the walk that makes the key. Each adds to it what it is
 * about, and the values. */
rowan_status rowan__add_model(rowan__statement *s, const rowan_model *model,
                              rowan_error *err) ROWAN_CHECKED;

/* *named says what the column is. A plain column is one where groups are not made yet. */
rowan_status rowan__add_column(rowan__statement *s, const rowan__scope *scope,
                               const rowan_model *model, const rowan_column *column,
                               rowan__named *named, rowan_error *err) ROWAN_CHECKED;
rowan_status rowan__add_plain_column(rowan__statement *s, const rowan__scope *scope,
                                     const rowan_model *model,
                                     const rowan_column *column,
                                     rowan_error *err) ROWAN_CHECKED;

/* A condition, or the mark that there is none; `groups` of .having. */
rowan_status rowan__add_where(rowan__statement *s, const rowan__scope *scope,
                              const rowan_expr *where, bool groups, int depth,
                              rowan_error *err) ROWAN_CHECKED;

/* A query; not `whole` if its rows are only counted or asked for. */
rowan_status rowan__add_query(rowan__statement *s, const rowan__scope *around,
                              const rowan_query *query, bool whole, int depth,
                              rowan_error *err) ROWAN_CHECKED;

/* Whether values of two columns can be compared. */
bool rowan__are_alike(rowan_type a, rowan_type b);

/* column_text.c, condition_text.c, query_text.c: the walk that writes the text. */

/* The scope of a query, with whether its columns need their tables' names. */
void rowan__names_init(rowan__scope *scope, const rowan__scope *around,
                       const rowan_query *query, bool is_change);

/* A table's column; what makes a text compare as a number; what a view's column is. */
void rowan__write_column(rowan__writer *w, const rowan__scope *scope,
                         const rowan_model *source, const rowan_column *column);
void rowan__write_collation(rowan__writer *w, const rowan_column *column);
void rowan__write_computed(rowan__writer *w, const rowan__scope *scope,
                           const rowan_computed *computed);

/* A column in a condition or an order, wherever it comes from; and where it is compared. */
void rowan__write_named(rowan__writer *w, const rowan__scope *scope,
                        const rowan_model *model, const rowan_column *column);
void rowan__write_compared(rowan__writer *w, const rowan__scope *scope,
                           const rowan_model *model, const rowan_column *column);

/* A condition behind a word; nothing, and false, if it says nothing. */
bool rowan__write_clause(rowan__writer *w, const rowan__scope *scope, const char *word,
                         const rowan_expr *condition);

/* A query; without order and limit if `only` is not NULL, which then stands for the columns
 * if these do not matter. */
void rowan__write_query(rowan__writer *w, const rowan__scope *around,
                        const rowan_query *query, const char *only);

/* The text of the kinds that have a query. */
void rowan__write_query_statement(rowan__writer *w, const rowan__statement *s);

#endif
