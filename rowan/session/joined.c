/* joined.c - rowan_fetch() of a query that joins relations. See joined_int.h.
 *
 * What comes has a struct of each node in every row. A node's different rows are told by its
 * key, in the order in which they came first, and copied into a block of their own; the
 * different pairs of a parent's row and a child's, with the row in between where that is
 * more than both, are the relation.
 */
#include "joined_int.h"

#include <string.h>

#include "type_int.h"

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* The rows of a node. */

/* A NULL where the model has none, in a row that is there. */
static rowan_status check_nulls(const rowan__node *node, const char *joined,
                                rowan_error *err)
{
    for (size_t i = 0; i < node->model->n_columns && node->placed.absent > 0; i++) {
        const rowan_column *column = &node->model->columns[i];
        const char *member = joined + node->placed.offset + column->offset;
        rowan_text text;
        bool has;

        if (column->nullable)
            continue;
        if (rowan__is_span(column->type)) {
            memcpy(&text, member, sizeof text);
            has = text.ptr != NULL;
        } else {
            memcpy(&has, joined + node->placed.absent + i * sizeof(bool), sizeof has);
        }
        if (!has)
            return rowan__bad_column(node->model, column,
                                     "is NULL, which the model does not allow", err);
    }
    return ROWAN_OK;
}

static rowan_status copy_rows(rowan__node *node, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t g = 0; g < node->groups.n_groups && st == ROWAN_OK; g++) {
        const char *joined = node->groups.rows[g];
        char *row = rowan__rows_next(node->rows);

        if (row == NULL)
            return no_memory(err);
        st = check_nulls(node, joined, err);
        memcpy(row, joined + node->placed.offset, node->model->row_size);
        rowan__relations_clear(node->model, row);
        node->rows->n_rows++;
    }
    return st;
}

/* A relation. */

typedef struct pair {
    uint32_t parent, child;
    int64_t link; /* the group of the row in between; 0 if it does not matter */
} pair;

static const rowan_column pair_columns[] = {
    { .name = "pair", .type = ROWAN_INT64 },
    { .name = "link",
      .type = ROWAN_INT64,
      .offset = offsetof(pair, link),
      .value_offset = offsetof(pair, link) },
};
static const rowan_model pair_shape = {
    .name = "pair", .columns = pair_columns, .n_columns = 2, .row_size = sizeof(pair)
};
static const rowan__key pair_key = { .columns = { &pair_columns[0], &pair_columns[1] },
                                     .n = 2 };

static size_t collect_pairs(const rowan__node *parent, const rowan__node *child,
                            pair *pairs)
{
    const uint32_t *links = child->link.n > 0 ? child->links.of_row : NULL;
    size_t n = 0;

    for (size_t i = 0; i < child->groups.n_rows; i++) {
        pair one = { parent->groups.of_row[i], child->groups.of_row[i],
                     links != NULL ? links[i] : 0 };

        if (one.parent != ROWAN__NO_GROUP && one.child != ROWAN__NO_GROUP)
            pairs[n++] = one;
    }
    return n;
}

static void *row_at(const rowan__rows *rows, size_t i)
{
    return rows->bytes + i * rows->shape->row_size;
}

/* The different pairs by their parent: pointers to its children from starts[parent] on. */
static void sort_pairs(const rowan__groups *pairs, const rowan__rows *children,
                       size_t *starts, size_t *at, size_t n_parents, void **sorted)
{
    pair one;

    for (size_t i = 0; i < pairs->n_groups; i++) {
        memcpy(&one, pairs->rows[i], sizeof one);
        starts[one.parent + 1]++;
    }
    for (size_t i = 0; i < n_parents; i++)
        at[i + 1] = starts[i + 1] += starts[i];
    for (size_t i = 0; i < pairs->n_groups; i++) {
        memcpy(&one, pairs->rows[i], sizeof one);
        sorted[at[one.parent]++] = row_at(children, one.child);
    }
}

static rowan_status set_members(const rowan__node *parent, const rowan__node *child,
                                const size_t *starts, void **sorted, rowan_error *err)
{
    for (size_t i = 0; i < parent->rows->n_rows; i++) {
        size_t n = starts[i + 1] - starts[i];
        void *row = row_at(parent->rows, i);

        if (rowan_relation_is_many(child->relation))
            rowan__relation_set_many(child->relation, row, sorted + starts[i], n);
        else if (n <= 1)
            rowan__relation_set_one(child->relation, row,
                                    n == 0 ? NULL : sorted[starts[i]]);
        else
            return rowan_fail(err, ROWAN_EDATA, "%s.%s leads to more than one %s",
                              parent->model->name, child->relation->name,
                              child->model->table);
    }
    return ROWAN_OK;
}

static rowan_status set_relation(rowan__plan *plan, const rowan__node *child,
                                 rowan_arena *arena, rowan_error *err)
{
    const rowan__node *parent = &plan->nodes[child->parent];
    size_t n_parents = parent->rows->n_rows;
    pair *pairs =
        rowan_arena_calloc(plan->scratch, child->groups.n_rows + 1, sizeof *pairs);
    size_t *starts = rowan_arena_calloc(plan->scratch, n_parents + 1, sizeof *starts);
    size_t *at = rowan_arena_calloc(plan->scratch, n_parents + 1, sizeof *at);
    rowan__groups different;
    void **sorted;
    rowan_status st;

    if (pairs == NULL || starts == NULL || at == NULL)
        return no_memory(err);
    st = rowan__groups_make(&different, plan->scratch, &pair_shape, &pair_key, pairs,
                            collect_pairs(parent, child, pairs), err);
    if (st != ROWAN_OK)
        return st;
    sorted = rowan_arena_calloc(arena, different.n_groups, sizeof *sorted);
    if (sorted == NULL)
        return no_memory(err);
    sort_pairs(&different, child->rows, starts, at, n_parents, sorted);
    return set_members(parent, child, starts, sorted, err);
}

/* All of it. */

static rowan_status take_apart(rowan__plan *plan, const rowan__rows *joined,
                               rowan_result *result, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < plan->n_nodes && st == ROWAN_OK; i++) {
        rowan__node *node = &plan->nodes[i];

        node->rows = i == 0 ? &result->rows : rowan__result_add(result, node->model);
        if (node->rows == NULL)
            return no_memory(err);
        st = rowan__groups_make(&node->groups, plan->scratch, joined->shape, &node->key,
                                joined->bytes, joined->n_rows, err);
        if (st == ROWAN_OK && node->link.n > 0)
            st = rowan__groups_make(&node->links, plan->scratch, joined->shape,
                                    &node->link, joined->bytes, joined->n_rows, err);
        if (st == ROWAN_OK)
            st = copy_rows(node, err);
    }
    for (size_t i = 1; i < plan->n_nodes && st == ROWAN_OK; i++)
        st = set_relation(plan, &plan->nodes[i], result->rows.arena, err);
    return st;
}

static rowan_status read_joined(rowan_session *session, rowan__plan *plan,
                                rowan_result *result, rowan_error *err)
{
    rowan__statement statement;
    rowan__rows joined;
    rowan_status st;

    rowan__rows_init(&joined, plan->shape.model, result->rows.arena);
    st = rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &plan->query, NULL,
                                   0, err);
    if (st == ROWAN_OK)
        st = rowan__session_read(session, &statement, &joined, err);
    rowan__statement_done(&statement);
    if (st == ROWAN_OK)
        st = take_apart(plan, &joined, result, err);
    rowan__rows_done(&joined);
    return st;
}

/* The relations of all nodes that are not joined. */
static rowan_status load_others(rowan_session *session, const rowan__plan *plan,
                                const rowan_query *query, rowan_result *result,
                                rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < plan->n_nodes && st == ROWAN_OK; i++) {
        const rowan__node *node = &plan->nodes[i];

        st = rowan__related_load(session, result, node->rows,
                                 i == 0 ? query->with : node->with->with, err);
    }
    return st;
}

rowan_status rowan__joined_fetch(rowan_session *session, const rowan_query *query,
                                 rowan_result **out, rowan_error *err)
{
    rowan_arena *scratch = rowan_arena_new(NULL, 0);
    rowan__plan plan;
    rowan_result *result = NULL;
    rowan_status st =
        scratch == NULL ? no_memory(err) : rowan__plan_make(&plan, scratch, query, err);

    if (st == ROWAN_OK)
        st = rowan__result_new(query->model, &result, err);
    if (st == ROWAN_OK)
        st = read_joined(session, &plan, result, err);
    if (st == ROWAN_OK)
        st = load_others(session, &plan, query, result, err);
    rowan_arena_free(scratch);
    if (st == ROWAN_OK)
        *out = result;
    else
        rowan_result_free(result);
    return st;
}
