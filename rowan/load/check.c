/* check.c - see check_int.h. */
#include "check_int.h"

#include <stdio.h>
#include <string.h>

#include "constraint_int.h"
#include "keys_int.h"

#define NAMES_MAX 200 /* bytes of a list of columns in a message */

struct reference {
    const rowan_column *columns[ROWAN__MAX_FOREIGN_KEY];
    size_t n_columns;
    const rowan_model *target;
    const rowan__keys *keys; /* of the columns that they refer to */
};

struct table {
    const rowan_model *model;
    rowan__keys *keys; /* keys[n_keys]: the primary key, then what is UNIQUE */
    size_t n_keys;
    struct reference *references; /* references[n_references] */
    size_t n_references;
    bool lacks_rows;
};

struct rowan__check {
    rowan_arena *arena;
    const rowan_source *sources;
    size_t n_tables; /* the last one is at hand */
    struct table tables[];
};

static void free_keys(void *data)
{
    rowan__check *check = data;

    for (size_t t = 0; t < check->n_tables; t++) {
        for (size_t k = 0; k < check->tables[t].n_keys; k++)
            rowan__keys_done(&check->tables[t].keys[k]);
    }
}

rowan__check *rowan__check_new(rowan_arena *arena, const rowan_source *sources,
                               size_t max_tables)
{
    size_t size = sizeof(rowan__check) + max_tables * sizeof(struct table);
    rowan__check *check = rowan_arena_calloc(arena, 1, size);

    if (check == NULL || rowan_arena_on_free(arena, free_keys, check) != ROWAN_OK)
        return NULL;
    check->arena = arena;
    check->sources = sources;
    return check;
}

/* Tables. */

static bool make_keys(rowan__check *check, struct table *table)
{
    const rowan_model *model = table->model;
    size_t n_max = (size_t)model->n_columns + model->n_constraints + 1;

    table->keys = rowan_arena_calloc(check->arena, n_max, sizeof *table->keys);
    if (table->keys == NULL)
        return false;
    rowan__keys_of_primary(&table->keys[table->n_keys++], model);
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].unique && rowan_model_key(model) != &model->columns[i])
            rowan__keys_of_column(&table->keys[table->n_keys++], &model->columns[i]);
    }
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];

        if (c->kind == ROWAN_CONSTRAINT_UNIQUE && c->n_checks == 0)
            rowan__keys_of_unique(&table->keys[table->n_keys++], model, c);
    }
    return true;
}

static bool are_keys_of(const rowan__keys *keys, const rowan__foreign_key *reference)
{
    if (keys->n_columns != reference->n_columns)
        return false;
    for (size_t i = 0; i < keys->n_columns; i++) {
        if (strcmp(keys->columns[i]->name,
                   reference->target->columns[reference->targets[i]].name) != 0)
            return false;
    }
    return true;
}

/* The keys of what a foreign key refers to, or NULL if its table is not here. */
static const rowan__keys *find_target(const rowan__check *check,
                                      const rowan__foreign_key *reference)
{
    for (size_t t = 0; t < check->n_tables; t++) {
        const struct table *table = &check->tables[t];

        if (table->lacks_rows ||
            strcmp(table->model->table, reference->target->table) != 0)
            continue;
        for (size_t k = 0; k < table->n_keys; k++) {
            if (are_keys_of(&table->keys[k], reference))
                return &table->keys[k];
        }
    }
    return NULL;
}

static bool make_references(rowan__check *check, struct table *table)
{
    const rowan_model *model = table->model;
    rowan__foreign_key key;

    table->references = rowan_arena_calloc(
        check->arena, (size_t)model->n_columns + model->n_constraints,
        sizeof *table->references);
    if (table->references == NULL)
        return false;
    for (size_t n = 0; rowan__foreign_key_at(model, n, &key); n++) {
        struct reference reference = { .n_columns = key.n_columns,
                                       .target = key.target,
                                       .keys = find_target(check, &key) };

        for (size_t i = 0; i < key.n_columns; i++)
            reference.columns[i] = &model->columns[key.columns[i]];
        if (reference.keys != NULL)
            table->references[table->n_references++] = reference;
    }
    return true;
}

rowan_status rowan__check_table(rowan__check *check, const rowan_model *model)
{
    struct table table = { .model = model };

    if (!make_references(check, &table) || !make_keys(check, &table))
        return ROWAN_ENOMEM;
    check->tables[check->n_tables++] = table;
    return ROWAN_OK;
}

void rowan__check_lacks_rows(rowan__check *check)
{
    check->tables[check->n_tables - 1].lacks_rows = true;
}

/* Rows. */

static const struct table *table_at(const rowan__check *check)
{
    return &check->tables[check->n_tables - 1];
}

/* "hotel, room" */
static const char *list(const rowan_column *const *columns, size_t n_columns,
                        char out[NAMES_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n_columns && len < NAMES_MAX; i++)
        len += (size_t)snprintf(out + len, NAMES_MAX - len, "%s%s", i > 0 ? ", " : "",
                                columns[i]->name);
    return out;
}

static void report_twice(const rowan__check *check, const rowan__keys *keys,
                         size_t source_idx, const rowan__key_place *first,
                         const rowan__fault *fault)
{
    bool is_elsewhere = first->source_idx != source_idx;
    const char *path = is_elsewhere ? check->sources[first->source_idx].path : "";
    const char *gap = is_elsewhere ? " " : "";
    unsigned long long line = first->line;
    char names[NAMES_MAX];
    rowan_error words;

    if (keys->n_columns == 1) {
        (void)rowan_fail(&words, ROWAN_ECONFLICT, "is already in %s%sline %llu", path,
                         gap, line);
        fault->report(fault->ctx, keys->columns[0], NULL, words.message);
        return;
    }
    (void)rowan_fail(&words, ROWAN_ECONFLICT, "has the same %s as %s%sline %llu",
                     keys == table_at(check)->keys
                         ? "key"
                         : list(keys->columns, keys->n_columns, names),
                     path, gap, line);
    fault->report(fault->ctx, NULL, NULL, words.message);
}

static void report_orphan(const struct reference *reference, const rowan__fault *fault)
{
    const char *table = reference->target->table;
    char names[NAMES_MAX];
    rowan_error words;

    if (reference->n_columns == 1) {
        (void)rowan_fail(&words, ROWAN_ECONSTRAINT, "is not in %s", table);
        fault->report(fault->ctx, reference->columns[0], NULL, words.message);
        return;
    }
    (void)rowan_fail(&words, ROWAN_ECONSTRAINT, "%s are not in %s",
                     list(reference->columns, reference->n_columns, names), table);
    fault->report(fault->ctx, NULL, NULL, words.message);
}

rowan_status rowan__check_row(rowan__check *check, const void *row, size_t source_idx,
                              uint64_t line, const rowan__fault *fault)
{
    const struct table *table = table_at(check);
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < table->n_keys; i++) {
        rowan__key_place first;
        rowan_status one =
            rowan__keys_add(&table->keys[i], row, source_idx, line, &first);

        if (one == ROWAN_ENOMEM)
            return one;
        if (one == ROWAN_OK)
            continue;
        report_twice(check, &table->keys[i], source_idx, &first, fault);
        st = ROWAN_EINVAL;
    }
    for (size_t i = 0; i < table->n_references; i++) {
        const struct reference *reference = &table->references[i];

        if (rowan__keys_has(reference->keys, reference->columns, row))
            continue;
        report_orphan(reference, fault);
        st = ROWAN_EINVAL;
    }
    return st;
}
