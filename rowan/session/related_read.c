/* related_read.c - the statements that read related rows, by the values of groups: as a list,
 * a few hundred a statement, or where the database can take a text apart, as one text. How
 * long a list is written is rounded up, so that a few prepared statements do for any number.
 */
#include "related_int.h"

#include <string.h>

#include "query_int.h"
#include "shape_int.h"
#include "type_int.h"

#define MAX_EITHER 64 /* groups of one statement if their keys have several columns */
#define MAX_JOINED 65536  /* groups whose keys are one text */
#define BETWEEN    "\x1f" /* in that text: ASCII's separator of units */

void rowan__equal_keys(rowan__equal *out, const rowan_model *left_model,
                       const rowan__key *left, const rowan_model *right_model,
                       const rowan__key *right)
{
    for (size_t i = 0; i < left->n; i++) {
        out->each[i] = (rowan_expr){ .op = ROWAN_OP_EQ,
                                     .model = left_model,
                                     .column = left->columns[i],
                                     .other_model = right_model,
                                     .other = right->columns[i] };
        out->parts[i] = &out->each[i];
    }
    out->all =
        (rowan_expr){ .op = ROWAN_OP_AND, .parts = out->parts, .n_parts = left->n };
}

void rowan__join_between(rowan__between *out, const rowan_relation *relation,
                         const rowan__ends *ends)
{
    rowan__equal_keys(&out->on, relation->between, &ends->there, relation->target,
                      &ends->far);
    out->join = (rowan_join){ .model = relation->between, .on = &out->on.all };
}

/* The model in between is joined, and its column read beside the related row. */
static rowan_status begin_through(rowan__loading *l, rowan_error *err)
{
    const rowan_relation *relation = l->relation;
    rowan__shape shape;
    rowan__placed placed;
    rowan_status st =
        rowan__shape_new(&shape, l->result->rows.arena, relation->target,
                         relation->target->n_columns + l->ends.here.n, err);

    if (st == ROWAN_OK)
        st = rowan__shape_add(&shape, relation->target, false, &placed, err);
    l->key.n = 0;
    for (size_t i = 0; i < l->ends.here.n && st == ROWAN_OK; i++)
        st = rowan__shape_add_column(&shape, relation->between, l->ends.here.columns[i],
                                     false, &l->key.columns[l->key.n++], err);
    if (st != ROWAN_OK)
        return st;
    shape.model->relations = relation->target->relations; /* the struct is at 0 */
    shape.model->n_relations = relation->target->n_relations;
    rowan__join_between(&l->between, relation, &l->ends);
    l->query.model = shape.model;
    l->query.join[0] = &l->between.join;
    return ROWAN_OK;
}

rowan_status rowan__related_begin(rowan__loading *l, rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    l->query = (rowan_query){ .model = l->relation->target };
    memcpy(l->query.order_by, l->with->order_by, sizeof l->query.order_by);
    l->key = l->ends.far;
    if (l->ends.here.n > 0)
        st = begin_through(l, err);
    if (st != ROWAN_OK)
        return st;
    l->far = rowan__result_add(l->result, l->query.model);
    return l->far == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory") : ROWAN_OK;
}

/* Where the values of the groups are looked for. */
static const rowan_model *asked(const rowan__loading *l, const rowan__key **key)
{
    bool through = l->ends.here.n > 0;

    *key = through ? &l->ends.here : &l->ends.far;
    return through ? l->relation->between : l->relation->target;
}

/* Reads the rows of some groups. */
static rowan_status read_some(rowan__loading *l, const rowan_expr *of_groups,
                              rowan_error *err)
{
    const rowan_expr *const parts[] = { of_groups, l->with->where };
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

static void value_of(const rowan__loading *l, size_t group, size_t i, rowan_value *out)
{
    rowan_column_get(l->groups.key.columns[i], l->groups.rows[group], out);
}

/* One column: a list of values. */
static rowan_status read_list(rowan__loading *l, size_t from, size_t n,
                              rowan_error *err)
{
    rowan_value *values = rowan_arena_calloc(l->scratch, n, sizeof *values);
    rowan_expr in = { .op = ROWAN_OP_IN, .values = values, .n_values = n };
    const rowan__key *key;

    if (values == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        value_of(l, from + i, 0, &values[i]);
    in.model = asked(l, &key);
    in.column = key->columns[0];
    return read_some(l, &in, err);
}

/* Several columns: the values of one group, or of the next; filled up with the last. */
static rowan_status read_either(rowan__loading *l, size_t from, size_t n,
                                rowan_error *err)
{
    const rowan__key *key;
    const rowan_model *model = asked(l, &key);
    size_t size = rowan__in_size(n);
    rowan_expr *each =
        rowan_arena_calloc(l->scratch, size * (key->n + 1), sizeof *each);
    const rowan_expr **parts =
        rowan_arena_calloc(l->scratch, size * (key->n + 1), sizeof(void *));
    rowan_expr any = { .op = ROWAN_OP_OR, .parts = parts, .n_parts = size };

    if (each == NULL || parts == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < size; i++) {
        rowan_expr *equal = &each[size + i * key->n];
        const rowan_expr **equals = &parts[size + i * key->n];

        for (size_t k = 0; k < key->n; k++) {
            equal[k] = (rowan_expr){ .op = ROWAN_OP_EQ,
                                     .model = model,
                                     .column = key->columns[k] };
            value_of(l, from + (i < n ? i : n - 1), k, &equal[k].value);
            equals[k] = &equal[k];
        }
        each[i] =
            (rowan_expr){ .op = ROWAN_OP_AND, .parts = equals, .n_parts = key->n };
        parts[i] = &each[i];
    }
    return read_some(l, &any, err);
}

/* A few hundred values a statement. */
static rowan_status read_by_lists(rowan__loading *l, rowan_error *err)
{
    size_t max = l->groups.key.n == 1 ? rowan__session_dialect(l->session)->long_list
                                      : MAX_EITHER;
    rowan_status st = ROWAN_OK;

    for (size_t from = 0, n; st == ROWAN_OK && from < l->groups.n_groups; from += n) {
        n = l->groups.n_groups - from;
        n = n < max ? n : max;
        st = l->groups.key.n == 1 ? read_list(l, from, n, err)
                                  : read_either(l, from, n, err);
    }
    return st;
}

/* Whether the values, as text, can be told apart by what is between them. */
static bool can_be_joined(const rowan__loading *l)
{
    const rowan__dialect *dialect = rowan__session_dialect(l->session);
    rowan_type type = l->groups.key.columns[0]->type;

    if (dialect->split[0] == NULL || l->groups.key.n > 1 ||
        l->groups.n_groups <= dialect->long_list)
        return false;
    if (type != ROWAN_TEXT)
        return rowan__is_integer(type) || type == ROWAN_UUID || type == ROWAN_DATE;
    for (size_t g = 0; g < l->groups.n_groups; g++) {
        rowan_value value;

        value_of(l, g, 0, &value);
        if (memchr(value.as.text.ptr, BETWEEN[0], value.as.text.len) != NULL)
            return false;
    }
    return true;
}

static void add_joined(const rowan__loading *l, size_t group, rowan__buf *text)
{
    char form[ROWAN_TYPE_TEXT_MAX];
    rowan_value value;

    value_of(l, group, 0, &value);
    if (value.type == ROWAN_TEXT)
        rowan__buf_add(text, value.as.text.ptr, value.as.text.len);
    else
        rowan__buf_add(text, form, rowan_value_format(&value, form));
}

/* All groups, or very many, by one text. */
static rowan_status read_by_text(rowan__loading *l, rowan_error *err)
{
    const rowan_value between = rowan_value_str(BETWEEN);
    const rowan__key *key;
    const rowan_model *model = asked(l, &key);
    rowan_status st = ROWAN_OK;
    rowan__buf text;

    for (size_t group = 0; st == ROWAN_OK && group < l->groups.n_groups;) {
        rowan_expr in = { .op = ROWAN_OP_IN,
                          .model = model,
                          .column = key->columns[0],
                          .joined = true,
                          .values = &between,
                          .n_values = 1 };

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
