/* model.c - reflection over a model, and the check of a package. See rowan/model.h. */
#include <rowan/model.h>

#include <string.h>

#include "alloc_int.h"
#include "constraint_int.h"
#include "relation_int.h"

const char rowan_library = 1;

#define MAX_LABEL 255 /* characters */

const rowan_column *rowan_model_column(const rowan_model *model, const char *name,
                                       size_t len)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        const char *own = model->columns[i].name;

        if (strlen(own) == len && memcmp(own, name, len) == 0)
            return &model->columns[i];
    }
    return NULL;
}

const rowan_column *rowan_model_key(const rowan_model *model)
{
    const rowan_column *key = NULL;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        if (key != NULL)
            return NULL;
        key = &model->columns[i];
    }
    return key;
}

const rowan_column *rowan_model_version(const rowan_model *model)
{
    for (size_t i = 0; i < model->n_columns; i++) {
        if (model->columns[i].version)
            return &model->columns[i];
    }
    return NULL;
}

static size_t list_index(const rowan_models *models, const rowan_model *model)
{
    for (size_t i = 0; i < models->n_models; i++) {
        if (strcmp(models->list[i]->name, model->name) == 0)
            return i;
    }
    return models->n_models;
}

static size_t n_characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* A label is found by its text, and MariaDB keeps it in a VARCHAR(255). */
static rowan_status check_labels(const rowan_model *model, const rowan_column *column,
                                 rowan_error *err)
{
    const rowan_enum *labels = column->labels;

    for (size_t i = 0; labels != NULL && i < labels->n_labels; i++) {
        const char *label = labels->labels[i];

        if (rowan_enum_value(labels, label, strlen(label)) != (int)i)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s: two labels of %s are \"%s\"",
                              model->name, column->name, labels->name, label);
        if (n_characters(label) > MAX_LABEL)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s: a label of %s has more than %d characters",
                              model->name, column->name, labels->name, MAX_LABEL);
    }
    return ROWAN_OK;
}

/* What its attributes have to do with its type and with each other. */
static rowan_status check_attributes(const rowan_model *model,
                                     const rowan_column *column, rowan_error *err)
{
    const char *wrong = NULL;

    if (column->max_length > 0 && column->type != ROWAN_TEXT &&
        column->type != ROWAN_BYTES)
        wrong = "MAX is for texts and bytes";
    else if (column->automatic && column->default_value.kind != 0)
        wrong = "AUTO has no DEFAULT";
    else if (column->version && column->generated != NULL)
        wrong = "VERSION is not GENERATED";
    else if (column->type == ROWAN_JSON && (column->primary_key || column->unique ||
                                            column->indexed || column->references))
        wrong = "JSON is not compared: it is in no key and no index";
    if (wrong != NULL)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: %s", model->name, column->name,
                          wrong);
    return check_labels(model, column, err);
}

static rowan_status check_column(const rowan_model *model, const rowan_column *column,
                                 rowan_error *err)
{
    if (column->name[0] == '\0')
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s has no name", model->name,
                          column->member);
    if (rowan_model_column(model, column->name, strlen(column->name)) != column)
        return rowan_fail(err, ROWAN_EINVAL, "model %s has two columns named %s",
                          model->name, column->name);
    if (column->primary_key && column->nullable)
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: a key cannot be nullable",
                          model->name, column->name);
    if (column->automatic &&
        (rowan_model_key(model) != column ||
         (column->type != ROWAN_INT64 && column->type != ROWAN_INT32 &&
          column->type != ROWAN_INT16)))
        return rowan_fail(err, ROWAN_EINVAL, "%s.%s: AUTO is for a single integer key",
                          model->name, column->name);
    if (column->type == ROWAN_DECIMAL &&
        (column->precision < 1 || column->precision > 38 ||
         column->scale > column->precision))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s.%s: a decimal needs PRECISION(1 to 38, scale)",
                          model->name, column->name);
    if (column->version &&
        (column->primary_key || column->nullable ||
         rowan_model_version(model) != column ||
         (column->type != ROWAN_INT64 && column->type != ROWAN_INT32 &&
          column->type != ROWAN_INT16)))
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s.%s: VERSION is for one integer that is no key",
                          model->name, column->name);
    return check_attributes(model, column, err);
}

/* Whether columns are the primary key, or a unique one, in its order. */
static bool are_unique(const rowan_model *model, const uint16_t *columns, size_t n)
{
    size_t n_key = 0, n_same = 0;

    for (uint16_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].primary_key)
            continue;
        n_same += n_key < n && columns[n_key] == i;
        n_key++;
    }
    if ((n_key == n && n_same == n) || (n == 1 && model->columns[columns[0]].unique))
        return true;
    for (size_t k = 0; k < model->n_constraints; k++) {
        const rowan_constraint *c = &model->constraints[k];

        n_same = 0;
        for (size_t i = 0; i < c->n_parts && i < n; i++)
            n_same += c->parts[i].column == columns[i];
        if (c->kind == ROWAN_CONSTRAINT_UNIQUE && c->n_checks == 0 && c->n_parts == n &&
            n_same == n)
            return true;
    }
    return false;
}

static rowan_status check_foreign_key(const rowan_models *models,
                                      const rowan_model *model,
                                      const rowan__foreign_key *key, rowan_error *err)
{
    char from[ROWAN__COLUMN_NAMES_MAX], to[ROWAN__COLUMN_NAMES_MAX];

    (void)rowan__column_names(model, key->columns, key->n_columns, from);
    if (list_index(models, key->target) == models->n_models)
        return rowan_fail(err, ROWAN_EINVAL, "%s references %s, which is not in %s",
                          from, key->target->name, models->name);
    for (size_t i = 0; i < key->n_columns; i++) {
        const rowan_column *column = &model->columns[key->columns[i]];
        const rowan_column *target = &key->target->columns[key->targets[i]];

        if (target->type != column->type)
            return rowan_fail(err, ROWAN_EINVAL, "%s.%s is %s, but %s.%s is %s",
                              model->name, column->name, rowan_type_name(column->type),
                              key->target->name, target->name,
                              rowan_type_name(target->type));
        /* 1.0 and 1.00 are one number, but not to a database that compares what it stores */
        if (target->precision != column->precision || target->scale != column->scale)
            return rowan_fail(err, ROWAN_EINVAL,
                              "%s.%s and %s.%s need the same PRECISION", model->name,
                              column->name, key->target->name, target->name);
    }
    if (!are_unique(key->target, key->targets, key->n_columns))
        return rowan_fail(
            err, ROWAN_EINVAL, "%s references %s, which %s not unique", from,
            rowan__column_names(key->target, key->targets, key->n_columns, to),
            key->n_columns > 1 ? "are" : "is");
    return ROWAN_OK;
}

static rowan_status check_foreign_keys(const rowan_models *models,
                                       const rowan_model *model, rowan_error *err)
{
    rowan__foreign_key key;
    rowan_status st = ROWAN_OK;

    for (size_t n = 0; st == ROWAN_OK && rowan__foreign_key_at(model, n, &key); n++)
        st = check_foreign_key(models, model, &key, err);
    return st;
}

static rowan_status check_model(const rowan_models *models, size_t i, rowan_error *err)
{
    const rowan_model *model = models->list[i];
    bool has_key = false;

    if (model->table[0] == '\0')
        return rowan_fail(err, ROWAN_EINVAL, "model %s has no table name", model->name);
    for (size_t j = 0; j < i; j++) {
        if (strcmp(models->list[j]->table, model->table) == 0)
            return rowan_fail(err, ROWAN_EINVAL, "models %s and %s both use table %s",
                              models->list[j]->name, model->name, model->table);
    }
    for (size_t c = 0; c < model->n_columns; c++) {
        rowan_status st = check_column(model, &model->columns[c], err);

        if (st != ROWAN_OK)
            return st;
        has_key = has_key || model->columns[c].primary_key;
    }
    if (check_foreign_keys(models, model, err) != ROWAN_OK ||
        rowan__constraints_check(model, err) != ROWAN_OK)
        return ROWAN_EINVAL;
    if (!has_key)
        return rowan_fail(err, ROWAN_EINVAL, "model %s has no PRIMARY_KEY",
                          model->name);
    return rowan__relations_check(models, model, err);
}

rowan_status rowan_models_check(const rowan_models *models, rowan_error *err)
{
    for (size_t i = 0; i < models->n_models; i++) {
        rowan_status st = check_model(models, i, err);

        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

/* Whether all that `model` references is in out[n] already (or is itself, or unknown). */
static bool references_are_in(const rowan_models *models, const rowan_model *model,
                              const rowan_model *const *out, size_t n)
{
    rowan__foreign_key key;

    for (size_t k = 0; rowan__foreign_key_at(model, k, &key); k++) {
        bool found = false;

        if (strcmp(key.target->name, model->name) == 0 ||
            list_index(models, key.target) == models->n_models)
            continue;
        for (size_t i = 0; i < n && !found; i++)
            found = strcmp(out[i]->name, key.target->name) == 0;
        if (!found)
            return false;
    }
    return true;
}

rowan_status rowan_models_order(const rowan_models *models, const rowan_model **out,
                                rowan_error *err)
{
    bool *done = rowan__calloc(models->n_models, sizeof *done);
    const rowan_model *waiting = NULL;
    size_t n = 0;
    bool progress = true;

    if (done == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    while (progress && n < models->n_models) {
        progress = false;
        for (size_t i = 0; i < models->n_models; i++) {
            if (done[i])
                continue;
            waiting = models->list[i];
            if (!references_are_in(models, waiting, out, n))
                continue;
            out[n++] = waiting;
            done[i] = progress = true;
        }
    }
    rowan__free(done);
    if (n < models->n_models)
        return rowan_fail(err, ROWAN_EINVAL, "the references of model %s form a ring",
                          waiting->name);
    return ROWAN_OK;
}
