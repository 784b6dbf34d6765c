/* ddl_name_check.c - whether the names of a package's tables, constraints and indexes are
 * different. See ddl_int.h.
 *
 * A database passes over an index that is there by its name, whatever it is of: the second of
 * two would be missing without a word. All are compared, also where one database would take
 * them, so that a package that is good on one is good on each: names that differ in case only
 * are one to SQLite and, of columns, to MariaDB; PostgreSQL cuts names at 63 bytes.
 */
#include "ddl_int.h"

#include <stdlib.h>
#include <string.h>

#include <rowan/arena.h>

#include "alloc_int.h"

#define LONG_TEXT 768 /* characters: what MariaDB keeps by a CHECK */

typedef struct ddl_name {
    const rowan_model *model;
    const char *schema; /* "" for none */
    const char *name;
    bool is_check; /* which other tables may have, too */
} ddl_name;

typedef struct ddl_names {
    rowan_arena *arena; /* of the texts */
    ddl_name *list;     /* list[n] */
    size_t n, cap;
    rowan__buf name; /* the one being written */
    bool failed;
} ddl_names;

/* Adds what stands in all->name. */
static void add(ddl_names *all, const rowan_model *model, bool is_check)
{
    const char *schema = rowan_model_schema(model), *name = NULL;

    if (all->n == all->cap) {
        size_t cap = all->cap == 0 ? 64 : 2 * all->cap;
        ddl_name *list = rowan__realloc(all->list, cap * sizeof *list);

        all->failed = all->failed || list == NULL;
        if (list == NULL)
            return;
        all->list = list;
        all->cap = cap;
    }
    if (rowan__buf_ok(&all->name))
        name = rowan_arena_strndup(all->arena, all->name.ptr, all->name.len);
    all->failed = all->failed || name == NULL;
    if (name == NULL)
        return;
    all->list[all->n++] =
        (ddl_name){ model, schema == NULL ? "" : schema, name, is_check };
}

static void add_name(ddl_names *all, const rowan_model *model, const char *suffix)
{
    rowan__ddl_name(model, NULL, 0, suffix, &all->name);
    add(all, model, false);
}

static void add_column_names(ddl_names *all, const rowan_model *model)
{
    for (uint16_t i = 0; i < model->n_columns; i++) {
        const rowan_column *column = &model->columns[i];
        rowan_key_part part = { .column = i };

        if (column->unique) {
            rowan__ddl_name(model, &part, 1, "_key", &all->name);
            add(all, model, false);
        }
        if (column->type == ROWAN_ENUM ||
            (column->type == ROWAN_BYTES && column->max_length > 0) ||
            (column->type == ROWAN_TEXT && column->max_length > LONG_TEXT)) {
            rowan__ddl_name(model, &part, 1, "_check", &all->name);
            add(all, model, true);
        }
    }
}

static void add_constraint_names(ddl_names *all, const rowan_model *model)
{
    rowan__foreign_key key;

    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];

        if (c->kind == ROWAN_CONSTRAINT_CHECK) {
            rowan__ddl_check_name(model, c, &all->name);
            add(all, model, true);
        }
        if (c->kind == ROWAN_CONSTRAINT_UNIQUE && c->n_checks == 0) {
            rowan__ddl_name(model, c->parts, c->n_parts, "_key", &all->name);
            add(all, model, false);
        }
    }
    for (size_t n = 0; rowan__foreign_key_at(model, n, &key); n++) {
        rowan__ddl_foreign_key_name(model, &key, &all->name);
        add(all, model, false);
    }
}

static void add_names(ddl_names *all, const rowan_model *model)
{
    rowan_key_part part;
    rowan_constraint index;

    add_name(all, model, "");
    add_name(all, model, "_staging"); /* while it is merged */
    add_name(all, model, "_pkey");
    add_column_names(all, model);
    add_constraint_names(all, model);
    for (size_t n = 0; rowan__ddl_index_at(model, n, &part, &index); n++) {
        rowan__ddl_index_name(model, n, &all->name);
        add(all, model, false);
    }
}

/* As strcmp(), but A is a, in every locale. */
static int compare_names(const char *a, const char *b)
{
    for (;; a++, b++) {
        int x = *a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a;
        int y = *b >= 'A' && *b <= 'Z' ? *b - 'A' + 'a' : *b;

        if (x != y || x == '\0')
            return x - y;
    }
}

static rowan_status check_length(const rowan_model *model, const char *name,
                                 rowan_error *err)
{
    if (name != NULL && strlen(name) > ROWAN__DDL_MAX_NAME)
        return rowan_fail(err, ROWAN_EINVAL, "%s: the name %s has more than %d bytes",
                          model->name, name, ROWAN__DDL_MAX_NAME);
    return ROWAN_OK;
}

static rowan_status check_columns(const rowan_model *model, rowan_error *err)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const char *name = model->columns[i].name;

        if (check_length(model, name, err) != ROWAN_OK)
            return ROWAN_EINVAL;
        for (size_t k = 0; k < i; k++) {
            if (compare_names(model->columns[k].name, name) == 0)
                return rowan_fail(err, ROWAN_EINVAL,
                                  "%s: the columns %s and %s differ in case only",
                                  model->name, model->columns[k].name, name);
        }
    }
    return ROWAN_OK;
}

static rowan_status check_own_names(const rowan_models *models, rowan_error *err)
{
    for (size_t i = 0; i < models->n_models; i++) {
        const rowan_model *model = models->list[i];
        rowan_status st = check_length(model, model->table, err);

        if (st == ROWAN_OK)
            st = check_length(model, rowan_model_schema(model), err);
        if (st == ROWAN_OK)
            st = check_columns(model, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

/* Equal ones next to each other: of a schema, and of a table if they are CHECKs. */
static int compare(const void *a, const void *b)
{
    const ddl_name *x = a, *y = b;
    int order = strcmp(x->schema, y->schema);

    if (order == 0)
        order = compare_names(x->name, y->name);
    if (order == 0)
        order = (int)x->is_check - (int)y->is_check;
    if (order == 0 && x->is_check)
        order = strcmp(x->model->table, y->model->table);
    return order;
}

static rowan_status find_equal(const ddl_names *all, rowan_error *err)
{
    for (size_t i = 1; i < all->n; i++) {
        const ddl_name *a = &all->list[i - 1], *b = &all->list[i];

        if (compare(a, b) != 0)
            continue;
        if (a->model == b->model)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s: two constraints or indexes would be named %s",
                              a->model->name, a->name);
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s and %s: of both, something would be named %s in the "
                          "database; a column's NAME(\"...\") makes another",
                          a->model->name, b->model->name, a->name);
    }
    return ROWAN_OK;
}

rowan_status rowan__ddl_check_names(const rowan_models *models, rowan_error *err)
{
    ddl_names all = { 0 };
    rowan_status st = check_own_names(models, err);

    if (st != ROWAN_OK)
        return st;
    all.arena = rowan_arena_new(NULL, 0);
    all.failed = all.arena == NULL;
    rowan__buf_init(&all.name, 0);
    for (size_t i = 0; i < models->n_models && !all.failed; i++)
        add_names(&all, models->list[i]);
    if (all.failed) {
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    } else {
        if (all.n > 0)
            qsort(all.list, all.n, sizeof *all.list, compare);
        st = find_equal(&all, err);
    }
    rowan__buf_done(&all.name);
    rowan__free(all.list);
    rowan_arena_free(all.arena);
    return st;
}
