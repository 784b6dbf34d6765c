/* check.c - see check_int.h. */
#include "check_int.h"

#include <string.h>

#include "keys_int.h"

struct reference {
    const rowan_column *column;
    const rowan__keys *keys; /* of the column that it refers to */
};

struct table {
    const rowan_model *model;
    rowan__keys *keys; /* keys[n_keys]: the primary key, then the unique columns */
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
    size_t n_max = (size_t)model->n_columns + 1;

    table->keys = rowan_arena_calloc(check->arena, n_max, sizeof *table->keys);
    if (table->keys == NULL)
        return false;
    rowan__keys_of_primary(&table->keys[table->n_keys++], model);
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].unique && rowan_model_key(model) != &model->columns[i])
            rowan__keys_of_column(&table->keys[table->n_keys++], &model->columns[i]);
    }
    return true;
}

/* The keys of the column that `column` refers to, or NULL if its table is not here. */
static const rowan__keys *find_target(const rowan__check *check,
                                      const rowan_column *column)
{
    const rowan_model *target = column->references;

    for (size_t t = 0; t < check->n_tables && target != NULL; t++) {
        const struct table *table = &check->tables[t];
        const char *name = target->columns[column->references_index].name;

        if (table->lacks_rows || strcmp(table->model->table, target->table) != 0)
            continue;
        for (size_t k = 0; k < table->n_keys; k++) {
            if (table->keys[k].n_columns == 1 &&
                strcmp(table->keys[k].columns[0]->name, name) == 0)
                return &table->keys[k];
        }
    }
    return NULL;
}

static bool make_references(rowan__check *check, struct table *table)
{
    const rowan_model *model = table->model;

    table->references =
        rowan_arena_calloc(check->arena, model->n_columns, sizeof *table->references);
    if (table->references == NULL)
        return false;
    for (size_t i = 0; i < model->n_columns; i++) {
        const rowan__keys *keys = find_target(check, &model->columns[i]);

        if (keys != NULL)
            table->references[table->n_references++] =
                (struct reference){ &model->columns[i], keys };
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

static void report_twice(const rowan__check *check, const rowan__keys *keys,
                         size_t source_idx, const rowan__key_place *first,
                         const rowan__fault *fault)
{
    bool is_column = keys->n_columns == 1;
    bool is_elsewhere = first->source_idx != source_idx;
    rowan_error words;

    (void)rowan_fail(&words, ROWAN_ECONFLICT, "%s %s%sline %llu",
                     is_column ? "is already in" : "has the same key as",
                     is_elsewhere ? check->sources[first->source_idx].path : "",
                     is_elsewhere ? " " : "", (unsigned long long)first->line);
    fault->report(fault->ctx, is_column ? keys->columns[0] : NULL, NULL, words.message);
}

static void report_orphan(const struct reference *reference, const rowan__fault *fault)
{
    rowan_error words;

    (void)rowan_fail(&words, ROWAN_ECONSTRAINT, "is not in %s",
                     reference->column->references->table);
    fault->report(fault->ctx, reference->column, NULL, words.message);
}

rowan_status rowan__check_row(rowan__check *check, const void *row, size_t source_idx,
                              uint64_t line, const rowan__fault *fault)
{
    const struct table *table = &check->tables[check->n_tables - 1];
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

        if (rowan__keys_has(reference->keys, reference->column, row))
            continue;
        report_orphan(reference, fault);
        st = ROWAN_EINVAL;
    }
    return st;
}
