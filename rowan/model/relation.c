/* relation.c - the relations of a model, and the members of rows that hold them. See
 * rowan/relation.h and relation_int.h. */
#include "relation_int.h"

#include <string.h>

/* The column of a member whose name has `len` bytes. */
static const rowan_column *member_of(const rowan_model *model, const char *name,
                                     size_t len)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const char *own = model->columns[i].member;

        if (strlen(own) == len && memcmp(own, name, len) == 0)
            return &model->columns[i];
    }
    return NULL;
}

const rowan_column *rowan_model_member(const rowan_model *model, const char *member)
{
    return member_of(model, member, strlen(member));
}

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

static rowan_status unknown_model(const rowan_model *model,
                                  const rowan_relation *relation, const char *name,
                                  rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL,
                      "%s.%s leads to %s, whose header the program does not include",
                      model->name, relation->name, name);
}

/* The columns of `owner` that a relation names by their members: "a", "a, b", "(a, b)". */
static rowan_status find_columns(const rowan_model *model,
                                 const rowan_relation *relation,
                                 const rowan_model *owner, const char *names,
                                 rowan__key *out, rowan_error *err)
{
    for (names += strspn(names, "(), "); *names != '\0';) {
        size_t len = strcspn(names, "(), ");
        const rowan_column *column = member_of(owner, names, len);

        if (column == NULL)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s has no column %.*s",
                              model->name, relation->name, owner->name, (int)len,
                              names);
        if (out->n == ROWAN__MAX_FOREIGN_KEY)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s goes by more than %d columns",
                              model->name, relation->name, ROWAN__MAX_FOREIGN_KEY);
        out->columns[out->n++] = column;
        names += len;
        names += strspn(names, "(), ");
    }
    return ROWAN_OK;
}

/* Whether a foreign key is of just these columns. */
static bool is_of(const rowan_model *model, const rowan__foreign_key *key,
                  const rowan__key *columns)
{
    if (key->n_columns != columns->n)
        return false;
    for (size_t i = 0; i < columns->n; i++) {
        if (&model->columns[key->columns[i]] != columns->columns[i])
            return false;
    }
    return true;
}

/* The foreign key of these columns; *found says whether there is one. */
static void find_foreign_key(const rowan_model *model, const rowan__key *columns,
                             rowan__foreign_key *out, bool *found)
{
    *found = false;
    for (size_t i = 0; !*found && rowan__foreign_key_at(model, i, out); i++)
        *found = is_of(model, out, columns);
}

static void primary_key(const rowan_model *model, rowan__key *out)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].primary_key && out->n < ROWAN__MAX_FOREIGN_KEY)
            out->columns[out->n++] = &model->columns[i];
    }
}

/* Each pair is of one type. */
static rowan_status check_types(const rowan_model *model,
                                const rowan_relation *relation,
                                const rowan_model *referring, const rowan__key *refer,
                                const rowan_model *owner, const rowan__key *referred,
                                rowan_error *err)
{
    for (size_t i = 0; i < refer->n; i++) {
        const rowan_column *from = refer->columns[i], *to = referred->columns[i];

        if (from->type == to->type && from->scale == to->scale)
            continue;
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s is %s, but %s.%s is %s",
                          model->name, relation->name, referring->name, from->name,
                          rowan_type_name(from->type), owner->name, to->name,
                          rowan_type_name(to->type));
    }
    return ROWAN_OK;
}

/* The columns of `owner` that those of `referring` refer to: their foreign key's, or the
 * primary key. */
static rowan_status find_referred(const rowan_model *model,
                                  const rowan_relation *relation,
                                  const rowan_model *referring, const rowan__key *refer,
                                  const rowan_model *owner, rowan__key *out,
                                  rowan_error *err)
{
    rowan__foreign_key foreign;
    bool found;

    find_foreign_key(referring, refer, &foreign, &found);
    if (found && strcmp(foreign.target->name, owner->name) != 0)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s refers to %s, not to %s",
                          model->name, relation->name, referring->name,
                          refer->columns[0]->name, foreign.target->name, owner->name);
    for (size_t i = 0; found && i < foreign.n_columns; i++)
        out->columns[out->n++] = &owner->columns[foreign.targets[i]];
    if (!found)
        primary_key(owner, out);
    if (out->n != refer->n)
        return rowan_fail(
            err, ROWAN_EINVAL,
            "%s.%s: the key of %s has %zu columns, and %s.%s is no foreign "
            "key",
            model->name, relation->name, owner->name, out->n, referring->name,
            refer->n > 0 ? refer->columns[0]->name : "");
    return check_types(model, relation, referring, refer, owner, out, err);
}

static rowan_status ends_through(const rowan_model *model,
                                 const rowan_relation *relation, rowan__ends *out,
                                 rowan_error *err)
{
    const rowan_model *between = relation->between, *target = relation->target;
    rowan_status st;

    if (between == NULL)
        return unknown_model(model, relation, relation->between_name, err);
    st = find_columns(model, relation, between, relation->far_columns, &out->here, err);
    if (st == ROWAN_OK)
        st = find_columns(model, relation, between, relation->there_columns,
                          &out->there, err);
    if (st == ROWAN_OK)
        st =
            find_referred(model, relation, between, &out->here, model, &out->near, err);
    if (st == ROWAN_OK)
        st = find_referred(model, relation, between, &out->there, target, &out->far,
                           err);
    return st;
}

rowan_status rowan__relation_ends(const rowan_model *model,
                                  const rowan_relation *relation, rowan__ends *out,
                                  rowan_error *err)
{
    const rowan_model *target = relation->target;
    rowan_status st;

    memset(out, 0, sizeof *out);
    if (target == NULL)
        return unknown_model(model, relation, relation->target_name, err);
    switch (relation->kind) {
    case ROWAN_BELONGS_TO:
        for (size_t i = 0; i < relation->n_columns && i < ROWAN__MAX_FOREIGN_KEY; i++)
            out->near.columns[out->near.n++] =
                &model->columns[relation->columns[i].column];
        return find_referred(model, relation, model, &out->near, target, &out->far,
                             err);
    case ROWAN_HAS_MANY:
    case ROWAN_HAS_ONE:
        st = find_columns(model, relation, target, relation->far_columns, &out->far,
                          err);
        return st != ROWAN_OK ? st
                              : find_referred(model, relation, target, &out->far, model,
                                              &out->near, err);
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

static bool is_in(const rowan__key *key, const rowan_column *column)
{
    for (size_t i = 0; i < key->n; i++) {
        if (key->columns[i] == column)
            return true;
    }
    return false;
}

/* Whether no two rows can have the same values there. */
static bool is_unique(const rowan_model *model, const rowan__key *key)
{
    bool has_all = true;

    for (size_t i = 0; i < model->n_columns; i++)
        has_all = has_all &&
                  (!model->columns[i].primary_key || is_in(key, &model->columns[i]));
    for (size_t i = 0; i < key->n; i++)
        has_all = has_all || key->columns[i]->unique;
    for (size_t i = 0; i < model->n_constraints && !has_all; i++) {
        const rowan_constraint *constraint = &model->constraints[i];

        has_all =
            constraint->kind == ROWAN_CONSTRAINT_UNIQUE && constraint->n_checks == 0;
        for (size_t k = 0; k < constraint->n_parts && has_all; k++)
            has_all = is_in(key, &model->columns[constraint->parts[k].column]);
    }
    return has_all;
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
    if (relation->kind == ROWAN_HAS_ONE && !is_unique(relation->target, &ends.far))
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s.%s is not unique; use HAS_MANY",
                          model->name, relation->name, relation->target->name,
                          ends.far.columns[0]->name);
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
