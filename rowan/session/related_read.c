/* related_read.c - the statements that read related rows, by the values of groups: as a list,
 * a few hundred a statement, or where the database can take a text apart, as one text. How
 * long a list is written is rounded up, so that a few prepared statements do for any number.
 */
#include "related_int.h"

#include <string.h>

#include "shape_int.h"
#include "type_int.h"

#define MAX_VALUES 256    /* of one statement: a power of two, as rowan__in_size() */
#define MAX_JOINED 65536  /* the same where one text can hold them */
#define BETWEEN    "\x1f" /* in that text: ASCII's separator of units */

/* How the model in between is joined to the related rows. */
void rowan__join_between(const rowan_relation *relation, const rowan__ends *ends,
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
static rowan_status begin_through(rowan__loading *l, rowan_error *err)
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
    rowan__join_between(relation, &l->ends, &l->on, &l->join);
    l->query.model = shape.model;
    l->query.join[0] = &l->join;
    return ROWAN_OK;
}

rowan_status rowan__related_begin(rowan__loading *l, rowan_error *err)
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
    return l->far == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory") : ROWAN_OK;
}

/* The values of the groups from `from` on, as many as one statement takes; NULL when memory
 * is out. */
static rowan_value *values_of(const rowan__loading *l, size_t from, size_t n)
{
    rowan_value *values = rowan_arena_calloc(l->scratch, n, sizeof *values);

    for (size_t i = 0; i < n && values != NULL; i++)
        rowan_column_get(l->groups.column, l->groups.rows[from + i], &values[i]);
    return values;
}

/* Whether the values, as text, can be told apart by what is between them. */
static bool can_be_joined(const rowan__loading *l)
{
    rowan_type type = l->groups.column->type;

    if (rowan__session_dialect(l->session)->split[0] == NULL ||
        l->groups.n_groups <= MAX_VALUES)
        return false;
    if (type != ROWAN_TEXT)
        return rowan__is_integer(type) || type == ROWAN_UUID || type == ROWAN_DATE;
    for (size_t g = 0; g < l->groups.n_groups; g++) {
        rowan_value value;

        rowan_column_get(l->groups.column, l->groups.rows[g], &value);
        if (memchr(value.as.text.ptr, BETWEEN[0], value.as.text.len) != NULL)
            return false;
    }
    return true;
}

static void add_joined(const rowan__loading *l, size_t group, rowan__buf *text)
{
    char form[ROWAN_TYPE_TEXT_MAX];
    rowan_value value;

    rowan_column_get(l->groups.column, l->groups.rows[group], &value);
    if (value.type == ROWAN_TEXT)
        rowan__buf_add(text, value.as.text.ptr, value.as.text.len);
    else
        rowan__buf_add(text, form, rowan_value_format(&value, form));
}

/* Reads the rows of some groups: `in` has their values. */
static rowan_status read_some(rowan__loading *l, rowan_expr *in, rowan_error *err)
{
    bool through = l->ends.here != NULL;
    const rowan_expr *const parts[] = { in, l->with->where };
    const rowan_expr where = { .op = ROWAN_OP_AND, .parts = parts, .n_parts = 2 };
    rowan__statement statement;
    rowan_status st;

    in->op = ROWAN_OP_IN;
    in->model = through ? l->relation->between : l->relation->target;
    in->column = through ? l->ends.here : l->ends.far;
    l->query.where = &where;
    st = rowan__statement_of_query(&statement, ROWAN__SELECT_ROWS, &l->query, NULL, 0,
                                   err);
    if (st == ROWAN_OK)
        st = rowan__session_read(l->session, &statement, l->far, err);
    rowan__statement_done(&statement);
    l->query.where = NULL;
    return st;
}

/* A few hundred groups a statement. */
static rowan_status read_by_lists(rowan__loading *l, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t from = 0, n; st == ROWAN_OK && from < l->groups.n_groups; from += n) {
        rowan_expr in = { 0 };

        n = l->groups.n_groups - from;
        n = n < MAX_VALUES ? n : MAX_VALUES;
        in.values = values_of(l, from, n);
        in.n_values = n;
        st = in.values == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory")
                               : read_some(l, &in, err);
    }
    return st;
}

/* All groups, or very many, by one text. */
static rowan_status read_by_text(rowan__loading *l, rowan_error *err)
{
    const rowan_value between = rowan_value_str(BETWEEN);
    rowan_status st = ROWAN_OK;
    rowan__buf text;

    for (size_t group = 0; st == ROWAN_OK && group < l->groups.n_groups;) {
        rowan_expr in = { .joined = true, .values = &between, .n_values = 1 };

        rowan__buf_init(&text, 0);
        for (size_t n = 0; n < MAX_JOINED && group < l->groups.n_groups; n++, group++) {
            if (n > 0)
                rowan__buf_str(&text, BETWEEN);
            add_joined(l, group, &text);
        }
        in.value = rowan_value_text((rowan_text){ text.ptr, text.len });
        st = rowan__buf_ok(&text) ? read_some(l, &in, err)
                                  : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
        rowan__buf_done(&text);
    }
    return st;
}

rowan_status rowan__related_read(rowan__loading *l, rowan_error *err)
{
    return can_be_joined(l) ? read_by_text(l, err) : read_by_lists(l, err);
}
