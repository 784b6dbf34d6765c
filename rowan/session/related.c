/* related.c - loading relations. See rowan/with.h.
 *
 * For one relation of rows that were read:
 *     1. the rows are grouped by the value that the relation goes by (groups_int.h);
 *     2. the related rows of all groups are read, a few hundred groups a statement, into a
 *        block of their own, which belongs to the result;
 *     3. each related row finds its group, and the members of the group's rows are set;
 *     4. the related rows are rows that were read: the same for their relations.
 * Through a model in between, the related rows are read with the value of its column `here`
 * beside them (shape_int.h), one for each row in between; of those that are the same row the
 * first is taken for all.
 * A related row whose group is not found (the database finds two values equal that are not
 * the same bytes) belongs to nobody.
 */
#include "related_int.h"

#include <string.h>

#include "groups_int.h"
#include "relation_int.h"
#include "shape_int.h"

#define MAX_VALUES 256 /* of one statement: a power of two, as rowan__in_size() */

/* The relation under way. */
typedef struct loading {
    rowan_session *session;
    rowan_result *result;
    rowan_arena *scratch; /* gone when the relation is loaded */
    const rowan_relation_query *with;
    const rowan_relation *relation;
    rowan__ends ends;
    const rowan__rows *near; /* the rows whose relation it is */
    rowan__groups groups;    /* of them */
    rowan__rows *far;        /* those that are related */
    rowan_query query;       /* that reads them, but for the groups */
    rowan_join join;         /* with the model in between, and its condition */
    rowan_expr on;
    const rowan_column *key; /* of far rows: the value of their group */
    rowan__groups same;      /* of far rows, if one can be there several times */
} loading;

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* 2. The statements. */

/* How the model in between is joined to the related rows. */
static void join_between(const rowan_relation *relation, const rowan__ends *ends,
                         rowan_expr *on, rowan_join *join)
{
    *on = (rowan_expr){ .op = ROWAN_OP_EQ,
                        .model = relation->between,
                        .column = ends->there,
                        .other_model = relation->target,
                        .other = ends->far };
    *join = (rowan_join){ .model = relation->between, .on = on };
}

/* The model in between is joined, and its column read beside the related row. */
static rowan_status begin_through(loading *l, rowan_error *err)
{
    const rowan_relation *relation = l->relation;
    rowan__shape shape;
    rowan__placed placed;
    rowan_status st = rowan__shape_new(&shape, l->result->rows.arena, relation->target,
                                       (size_t)relation->target->n_columns + 1, err);

    if (st == ROWAN_OK)
        st = rowan__shape_add(&shape, relation->target, false, &placed, err);
    if (st == ROWAN_OK)
        st = rowan__shape_add_column(&shape, relation->between, l->ends.here, &l->key,
                                     err);
    if (st != ROWAN_OK)
        return st;
    shape.model->relations = relation->target->relations; /* the struct is at 0 */
    shape.model->n_relations = relation->target->n_relations;
    join_between(relation, &l->ends, &l->on, &l->join);
    l->query.model = shape.model;
    l->query.join[0] = &l->join;
    return ROWAN_OK;
}

static rowan_status begin_reading(loading *l, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    l->query = (rowan_query){ .model = l->relation->target };
    memcpy(l->query.order_by, l->with->order_by, sizeof l->query.order_by);
    l->key = l->ends.far;
    if (l->ends.here != NULL)
        st = begin_through(l, err);
    if (st != ROWAN_OK)
        return st;
    l->far = rowan__result_add(l->result, l->query.model);
    return l->far == NULL ? no_memory(err) : ROWAN_OK;
}

/* The values of the groups from `from` on, as many as one statement takes; NULL when memory
 * is out. */
static rowan_value *values_of(const loading *l, size_t from, size_t n)
{
    rowan_value *values = rowan_arena_calloc(l->scratch, n, sizeof *values);

    for (size_t i = 0; i < n && values != NULL; i++)
        rowan_column_get(l->groups.column, l->groups.rows[from + i], &values[i]);
    return values;
}

static rowan_status read_some(loading *l, const rowan_value *values, size_t n,
                              rowan_error *err)
{
    bool through = l->ends.here != NULL;
    const rowan_expr in = { .op = ROWAN_OP_IN,
                            .model =
                                through ? l->relation->between : l->relation->target,
                            .column = through ? l->ends.here : l->ends.far,
                            .values = values,
                            .n_values = n };
    const rowan_expr *const parts[] = { &in, l->with->where };
    const rowan_expr where = { .op = ROWAN_OP_AND, .parts = parts, .n_parts = 2 };
    rowan__statement statement;
    rowan_status st;

    l->query.where = &where;
    st = rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &l->query, NULL, 0,
                                   err);
    if (st == ROWAN_OK)
        st = rowan__session_read(l->session, &statement, l->far, err);
    rowan__statement_done(&statement);
    l->query.where = NULL;
    return st;
}

static rowan_status read_all(loading *l, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t from = 0, n; st == ROWAN_OK && from < l->groups.n_groups; from += n) {
        size_t n_left = l->groups.n_groups - from;
        const rowan_value *values;

        n = n_left < MAX_VALUES ? n_left : MAX_VALUES;
        values = values_of(l, from, n);
        st = values == NULL ? no_memory(err) : read_some(l, values, n, err);
    }
    return st;
}

/* 3. The members. */

static char *row_at(const rowan__rows *rows, size_t i)
{
    return rows->bytes + i * rows->shape->row_size;
}

/* Finds the group of each far row; starts[g + 1] counts those of group g. */
static void find_groups(const loading *l, uint32_t *group_of, size_t *starts)
{
    uint32_t last = ROWAN__NO_GROUP;

    for (size_t i = 0; i < l->far->n_rows; i++) {
        last = rowan__groups_find(&l->groups, l->key, row_at(l->far, i), last);
        group_of[i] = last;
        if (last != ROWAN__NO_GROUP)
            starts[last + 1]++;
    }
}

/* The row that stands for all that are the same. */
static char *one_of_all(const loading *l, size_t i)
{
    if (l->ends.here == NULL || l->same.of_row[i] == ROWAN__NO_GROUP)
        return row_at(l->far, i);
    return l->far->bytes + (l->same.rows[l->same.of_row[i]] - l->far->bytes);
}

/* Puts pointers to the far rows into groups, each in the order in which they were read;
 * starts[g] is where group g begins. NULL when memory is out. */
static void **sort_into_groups(const loading *l, size_t *starts)
{
    size_t n_far = l->far->n_rows;
    void **sorted = rowan_arena_calloc(l->result->rows.arena, n_far, sizeof *sorted);
    uint32_t *group_of = rowan_arena_calloc(l->scratch, n_far, sizeof *group_of);
    size_t *at = rowan_arena_calloc(l->scratch, l->groups.n_groups + 1, sizeof *at);

    if (sorted == NULL || group_of == NULL || at == NULL)
        return NULL;
    find_groups(l, group_of, starts);
    for (size_t g = 0; g < l->groups.n_groups; g++)
        at[g + 1] = starts[g + 1] += starts[g];
    for (size_t i = 0; i < n_far; i++) {
        if (group_of[i] != ROWAN__NO_GROUP)
            sorted[at[group_of[i]]++] = one_of_all(l, i);
    }
    return sorted;
}

/* To one: more rows than one are a mistake of the database's. */
static rowan_status set_one(const loading *l, char *row, void **related, size_t n,
                            rowan_error *err)
{
    if (n > 1)
        return rowan_fail(err, ROWAN_EDATA, "%s.%s leads to more than one %s",
                          l->near->shape->name, l->relation->name,
                          l->relation->target->table);
    rowan__relation_set_one(l->relation, row, n == 0 ? NULL : related[0]);
    return ROWAN_OK;
}

static rowan_status set_members(const loading *l, rowan_error *err)
{
    size_t *starts =
        rowan_arena_calloc(l->scratch, l->groups.n_groups + 1, sizeof *starts);
    void **sorted = starts == NULL ? NULL : sort_into_groups(l, starts);

    if (sorted == NULL)
        return no_memory(err);
    for (size_t i = 0; i < l->near->n_rows; i++) {
        uint32_t group = l->groups.of_row[i];
        size_t start = group == ROWAN__NO_GROUP ? 0 : starts[group];
        size_t n = group == ROWAN__NO_GROUP ? 0 : starts[group + 1] - start;

        if (rowan_relation_is_many(l->relation))
            rowan__relation_set_many(l->relation, row_at(l->near, i), sorted + start,
                                     n);
        else if (set_one(l, row_at(l->near, i), sorted + start, n, err) != ROWAN_OK)
            return ROWAN_EDATA;
    }
    return ROWAN_OK;
}

/* One relation, and all of a list. */

static rowan_status load_all(rowan_session *session, rowan_result *result,
                             const rowan__rows *near,
                             const rowan_relation_query *const *with, rowan_error *err);

static rowan_status load_with_scratch(loading *l, rowan_error *err)
{
    rowan_status st =
        rowan__groups_make(&l->groups, l->scratch, l->near->shape, l->ends.near,
                           l->near->bytes, l->near->n_rows, err);

    if (st == ROWAN_OK)
        st = begin_reading(l, err);
    if (st == ROWAN_OK)
        st = read_all(l, err);
    if (st == ROWAN_OK && l->ends.here != NULL)
        st = rowan__groups_make(&l->same, l->scratch, l->far->shape, l->ends.far,
                                l->far->bytes, l->far->n_rows, err);
    return st == ROWAN_OK ? set_members(l, err) : st;
}

static rowan_status load_one(rowan_session *session, rowan_result *result,
                             const rowan__rows *near, const rowan_relation_query *with,
                             rowan_error *err)
{
    loading l = { .session = session,
                  .result = result,
                  .scratch = rowan_arena_new(NULL, 0),
                  .with = with,
                  .relation = rowan_relation_at(with->model, with->offset),
                  .near = near };
    rowan_status st = l.scratch == NULL
                          ? no_memory(err)
                          : rowan__relation_ends(with->model, l.relation, &l.ends, err);

    if (st == ROWAN_OK)
        st = load_with_scratch(&l, err);
    rowan_arena_free(l.scratch);
    return st == ROWAN_OK ? load_all(session, result, l.far, with->with, err) : st;
}

static rowan_status load_all(rowan_session *session, rowan_result *result,
                             const rowan__rows *near,
                             const rowan_relation_query *const *with, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (near->n_rows == 0)
        return ROWAN_OK;
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL && st == ROWAN_OK; i++)
        st = load_one(session, result, near, with[i], err);
    return st;
}

rowan_status rowan__related_load(rowan_session *session, rowan_result *result,
                                 const rowan_relation_query *const *with,
                                 rowan_error *err)
{
    return load_all(session, result, &result->rows, with, err);
}

/* The check. */

static rowan_status check_all(const rowan_model *model,
                              const rowan_relation_query *const *with, int depth,
                              rowan_error *err);

/* A condition on columns of another model is found by making a statement of it. */
static rowan_status check_conditions(const rowan_relation_query *with,
                                     const rowan_relation *relation,
                                     const rowan__ends *ends, rowan_error *err)
{
    rowan_query query = { .model = relation->target, .where = with->where };
    rowan__statement statement;
    rowan_expr on;
    rowan_join join;
    rowan_status st;

    if (with->where == NULL && with->order_by[0] == NULL)
        return ROWAN_OK;
    join_between(relation, ends, &on, &join);
    if (ends->here != NULL)
        query.join[0] = &join;
    memcpy(query.order_by, with->order_by, sizeof query.order_by);
    st =
        rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &query, NULL, 0, err);
    rowan__statement_done(&statement);
    return st;
}

static rowan_status check_one(const rowan_model *model,
                              const rowan_relation_query *const *with, size_t i,
                              int depth, rowan_error *err)
{
    const rowan_relation *relation = rowan_relation_at(with[i]->model, with[i]->offset);
    rowan__ends ends;
    rowan_status st;

    if (relation == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has no such relation",
                          with[i]->model->name);
    if (with[i]->model != model)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s is no relation of %s",
                          with[i]->model->name, relation->name, model->name);
    for (size_t before = 0; before < i; before++) {
        if (with[before]->offset == with[i]->offset)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s is named twice", model->name,
                              relation->name);
    }
    st = rowan__relation_ends(model, relation, &ends, err);
    if (st == ROWAN_OK && ends.near->type == ROWAN_JSON)
        st = rowan_fail(err, ROWAN_EINVAL,
                        "%s.%s goes by JSON, which cannot be compared", model->name,
                        relation->name);
    if (st == ROWAN_OK)
        st = check_conditions(with[i], relation, &ends, err);
    return st == ROWAN_OK ? check_all(relation->target, with[i]->with, depth + 1, err)
                          : st;
}

static rowan_status check_all(const rowan_model *model,
                              const rowan_relation_query *const *with, int depth,
                              rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    if (depth > ROWAN_MAX_DEPTH)
        return rowan_fail(err, ROWAN_EINVAL, "relations are nested deeper than %d",
                          ROWAN_MAX_DEPTH);
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL && st == ROWAN_OK; i++)
        st = check_one(model, with, i, depth, err);
    return st;
}

rowan_status rowan__related_check(const rowan_model *model,
                                  const rowan_relation_query *const *with,
                                  rowan_error *err)
{
    return check_all(model, with, 0, err);
}
