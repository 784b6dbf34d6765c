/* relation.c - the relations of a model, and the members of rows that hold them. See
 * rowan/relation.h and relation_int.h. */
#include "relation_int.h"

#include <string.h>

/* What a relation's member looks like. `rows` is the one row, or the array of pointers. */
typedef struct member {
    void *rows;
    size_t loaded; /* 0, or the number of rows, and 1 */
} member;

const rowan_relation *rowan_relation_at(const rowan_model *model, size_t offset)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        if (model->relations[i].offset == offset)
            return &model->relations[i];
    }
    return NULL;
}

const rowan_relation *rowan_model_relation(const rowan_model *model, const char *name,
                                           size_t len)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        const char *own = model->relations[i].name;

        if (strlen(own) == len && memcmp(own, name, len) == 0)
            return &model->relations[i];
    }
    return NULL;
}

/* Members. */

static member get_member(const rowan_relation *relation, const void *row)
{
    member got;

    memcpy(&got, (const char *)row + relation->offset, sizeof got);
    return got;
}

static void set_member(const rowan_relation *relation, void *row, void *rows,
                       size_t loaded)
{
    member set = { rows, loaded };

    memcpy((char *)row + relation->offset, &set, sizeof set);
}

void rowan__relation_set_many(const rowan_relation *relation, void *row, void **related,
                              size_t n)
{
    set_member(relation, row, related, n + 1);
}

void rowan__relation_set_one(const rowan_relation *relation, void *row, void *related)
{
    set_member(relation, row, related, related == NULL ? 1 : 2);
}

void rowan__relations_clear(const rowan_model *model, void *row)
{
    for (size_t i = 0; i < model->n_relations; i++)
        set_member(&model->relations[i], row, NULL, 0);
}

bool rowan_relation_get(const rowan_relation *relation, const void *row,
                        void ***related, size_t *n)
{
    member got = get_member(relation, row);

    if (got.loaded == 0)
        return false;
    *n = got.loaded - 1;
    if (rowan_relation_is_many(relation)) /* the member of a to-one is its own array */
        *related = got.rows;
    else
        *related = (void **)((const char *)row + relation->offset);
    return true;
}

/* Finds a relation that was loaded. */
static rowan_status loaded_member(const rowan_model *model, size_t offset,
                                  const void *row, member *out, rowan_error *err)
{
    const rowan_relation *relation = rowan_relation_at(model, offset);

    if (relation == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s has no such relation", model->name);
    *out = get_member(relation, row);
    if (out->loaded == 0)
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s.%s was not loaded: add .with = { rowan_with(%s, %s) } to "
                          "the query",
                          model->name, relation->name, model->name, relation->name);
    return ROWAN_OK;
}

rowan_status rowan__related_many(const rowan_model *model, size_t offset,
                                 const void *row, void *out, size_t *n,
                                 rowan_error *err)
{
    member got;
    rowan_status st = loaded_member(model, offset, row, &got, err);

    if (st != ROWAN_OK)
        return st;
    memcpy(out, &got.rows, sizeof got.rows); /* whatever it points to */
    *n = got.loaded - 1;
    return ROWAN_OK;
}

rowan_status rowan__related_one(const rowan_model *model, size_t offset,
                                const void *row, void *out, rowan_error *err)
{
    member got;
    rowan_status st = loaded_member(model, offset, row, &got, err);

    if (st == ROWAN_OK)
        memcpy(out, &got.rows, sizeof got.rows);
    return st;
}

/* The columns. */

/* The column that a relation names by its member. */
static rowan_status find_column(const rowan_model *model,
                                const rowan_relation *relation,
                                const rowan_model *owner, const char *owner_name,
                                const char *name, const rowan_column **out,
                                rowan_error *err)
{
    if (owner == NULL)
        return rowan_fail(
            err, ROWAN_EINVAL,
            "%s.%s leads to %s, whose header the program does not include", model->name,
            relation->name, owner_name);
    *out = rowan_model_member(owner, name);
    if (*out == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s has no column %s", model->name,
                          relation->name, owner->name, name);
    return ROWAN_OK;
}

/* The column of `owner` that `refers` points to: its foreign key's, or the key. */
static rowan_status find_referred(const rowan_model *model,
                                  const rowan_relation *relation,
                                  const rowan_model *referring,
                                  const rowan_column *refers, const rowan_model *owner,
                                  const rowan_column **out, rowan_error *err)
{
    if (refers->references == NULL)
        *out = rowan_model_key(owner);
    else if (strcmp(refers->references->name, owner->name) != 0)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s refers to %s, not to %s",
                          model->name, relation->name, referring->name, refers->name,
                          refers->references->name, owner->name);
    else
        *out = &owner->columns[refers->references_index];
    if (*out == NULL)
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s.%s: %s has a key of several columns, and %s.%s is no "
                          "foreign key",
                          model->name, relation->name, owner->name, referring->name,
                          refers->name);
    if ((*out)->type != refers->type || (*out)->scale != refers->scale)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s is %s, but %s.%s is %s",
                          model->name, relation->name, referring->name, refers->name,
                          rowan_type_name(refers->type), owner->name, (*out)->name,
                          rowan_type_name((*out)->type));
    return ROWAN_OK;
}

static rowan_status ends_through(const rowan_model *model,
                                 const rowan_relation *relation, rowan__ends *out,
                                 rowan_error *err)
{
    const rowan_model *between = relation->between, *target = relation->target;
    rowan_status st = find_column(model, relation, between, relation->between_name,
                                  relation->far_column, &out->here, err);

    if (st == ROWAN_OK)
        st = find_column(model, relation, between, relation->between_name,
                         relation->there, &out->there, err);
    if (st == ROWAN_OK)
        st = find_referred(model, relation, between, out->here, model, &out->near, err);
    if (st == ROWAN_OK)
        st =
            find_referred(model, relation, between, out->there, target, &out->far, err);
    return st;
}

rowan_status rowan__relation_ends(const rowan_model *model,
                                  const rowan_relation *relation, rowan__ends *out,
                                  rowan_error *err)
{
    rowan_status st;

    memset(out, 0, sizeof *out);
    if (relation->target == NULL)
        return rowan_fail(
            err, ROWAN_EINVAL,
            "%s.%s leads to %s, whose header the program does not include", model->name,
            relation->name, relation->target_name);
    switch (relation->kind) {
    case ROWAN_BELONGS_TO:
        out->near = &model->columns[relation->column];
        return find_referred(model, relation, model, out->near, relation->target,
                             &out->far, err);
    case ROWAN_HAS_MANY:
    case ROWAN_HAS_ONE:
        st = find_column(model, relation, relation->target, relation->target_name,
                         relation->far_column, &out->far, err);
        return st != ROWAN_OK ? st
                              : find_referred(model, relation, relation->target,
                                              out->far, model, &out->near, err);
    case ROWAN_MANY_TO_MANY: return ends_through(model, relation, out, err);
    }
    return rowan_fail(err, ROWAN_EINVAL, "%s.%s is of no known kind", model->name,
                      relation->name);
}

/* The check of a package. */

static bool is_listed(const rowan_models *models, const rowan_model *model)
{
    for (size_t i = 0; i < models->n_models; i++) {
        if (strcmp(models->list[i]->name, model->name) == 0)
            return true;
    }
    return false;
}

/* Whether no two rows can have the same value there. */
static bool is_unique(const rowan_model *model, const rowan_column *column)
{
    size_t index = (size_t)(column - model->columns);

    if (column->unique || rowan_model_key(model) == column)
        return true;
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *constraint = &model->constraints[i];

        if (constraint->kind == ROWAN_CONSTRAINT_UNIQUE && constraint->n_checks == 0 &&
            constraint->n_parts == 1 && constraint->parts[0].column == index)
            return true;
    }
    return false;
}

static rowan_status check_relation(const rowan_models *models, const rowan_model *model,
                                   const rowan_relation *relation, rowan_error *err)
{
    rowan__ends ends;
    rowan_status st = rowan__relation_ends(model, relation, &ends, err);

    if (st != ROWAN_OK)
        return st;
    if (!is_listed(models, relation->target) ||
        (relation->between != NULL && !is_listed(models, relation->between)))
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s leads to %s, which is not in %s",
                          model->name, relation->name,
                          is_listed(models, relation->target) ? relation->between_name
                                                              : relation->target_name,
                          models->name);
    if (relation->between != NULL &&
        strcmp(relation->between->name, relation->target->name) == 0)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s leads through %s to itself",
                          model->name, relation->name, relation->between->name);
    if (rowan_model_column(model, relation->name, strlen(relation->name)) != NULL)
        return rowan_fail(err, ROWAN_EINVAL,
                          "model %s has a column and a relation named %s", model->name,
                          relation->name);
    if (relation->kind == ROWAN_HAS_ONE && !is_unique(relation->target, ends.far))
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s is not unique; use HAS_MANY",
                          model->name, relation->name, relation->target->name,
                          ends.far->name);
    return ROWAN_OK;
}

rowan_status rowan__relations_check(const rowan_models *models,
                                    const rowan_model *model, rowan_error *err)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        rowan_status st = check_relation(models, model, &model->relations[i], err);

        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}
