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

static rowan_status no_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

/* 3. The members. */

static char *row_at(const rowan__rows *rows, size_t i)
{
    return rows->bytes + i * rows->shape->row_size;
}

/* Finds the group of each far row; starts[g + 1] counts those of group g. */
static void find_groups(const rowan__loading *l, uint32_t *group_of, size_t *starts)
{
    uint32_t last = ROWAN__NO_GROUP;

    for (size_t i = 0; i < l->far->n_rows; i++) {
        last = rowan__groups_find(&l->groups, &l->key, row_at(l->far, i), last);
        group_of[i] = last;
        if (last != ROWAN__NO_GROUP)
            starts[last + 1]++;
    }
}

/* The row that stands for all that are the same. */
static char *one_of_all(const rowan__loading *l, size_t i)
{
    if (l->ends.here.n == 0 || l->same.of_row[i] == ROWAN__NO_GROUP)
        return row_at(l->far, i);
    return l->far->bytes + (l->same.rows[l->same.of_row[i]] - l->far->bytes);
}

/* Puts pointers to the far rows into groups, each in the order in which they were read;
 * starts[g] is where group g begins. NULL when memory is out. */
static void **sort_into_groups(const rowan__loading *l, size_t *starts)
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
static rowan_status set_one(const rowan__loading *l, char *row, void **related,
                            size_t n, rowan_error *err)
{
    if (n > 1)
        return rowan_fail(err, ROWAN_EDATA, "%s.%s leads to more than one %s",
                          l->near->shape->name, l->relation->name,
                          l->relation->target->table);
    rowan__relation_set_one(l->relation, row, n == 0 ? NULL : related[0]);
    return ROWAN_OK;
}

static rowan_status set_members(const rowan__loading *l, rowan_error *err)
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

static rowan_status load_with_scratch(rowan__loading *l, rowan_error *err)
{
    rowan_status st =
        rowan__groups_make(&l->groups, l->scratch, l->near->shape, &l->ends.near,
                           l->near->bytes, l->near->n_rows, err);

    if (st == ROWAN_OK)
        st = rowan__related_begin(l, err);
    if (st == ROWAN_OK)
        st = rowan__related_read(l, err);
    if (st == ROWAN_OK && l->ends.here.n > 0)
        st = rowan__groups_make(&l->same, l->scratch, l->far->shape, &l->ends.far,
                                l->far->bytes, l->far->n_rows, err);
    return st == ROWAN_OK ? set_members(l, err) : st;
}

static rowan_status load_one(rowan_session *session, rowan_result *result,
                             const rowan__rows *near, const rowan_relation_query *with,
                             rowan_error *err)
{
    rowan__loading l = { .session = session,
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
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL && st == ROWAN_OK; i++) {
        if (!with[i]->join)
            st = load_one(session, result, near, with[i], err);
    }
    return st;
}

rowan_status rowan__related_load(rowan_session *session, rowan_result *result,
                                 const rowan__rows *rows,
                                 const rowan_relation_query *const *with,
                                 rowan_error *err)
{
    return load_all(session, result, rows, with, err);
}

bool rowan__joins_some(const rowan_relation_query *const *with)
{
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL; i++) {
        if (with[i]->join)
            return true;
    }
    return false;
}

bool rowan__reads_some(const rowan_relation_query *const *with)
{
    for (size_t i = 0; i < ROWAN_MAX_WITH && with[i] != NULL; i++) {
        if (!with[i]->join || rowan__reads_some(with[i]->with))
            return true;
    }
    return false;
}
