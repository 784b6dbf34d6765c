/* ddl_supported.c - whether a database has what a model declares. See ddl_int.h. */
#include "ddl_int.h"

#include <math.h>
#include <string.h>

/* NaN and infinities, where a database has none. */
static rowan_status check_constant(const rowan__dialect *d, const rowan_model *model,
                                   const rowan_column *column, const rowan_const *value,
                                   rowan_error *err)
{
    if (value->kind != 'r' || isfinite(value->real) ||
        (isnan(value->real) ? d->reals_are_strings : d->has_infinity))
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EUNSUPPORTED, "%s.%s: %s has no %s", model->name,
                      column->name, d->name, isnan(value->real) ? "NaN" : "infinity");
}

static rowan_status check_constants(const rowan__dialect *d, const rowan_model *model,
                                    rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++)
        st = check_constant(d, model, &model->columns[i],
                            &model->columns[i].default_value, err);
    for (size_t i = 0; i < model->n_constraints; i++) {
        const rowan_constraint *c = &model->constraints[i];

        for (size_t k = 0; k < c->n_checks && st == ROWAN_OK; k++)
            st = check_constant(d, model, &model->columns[c->checks[k].column],
                                &c->checks[k].value, err);
    }
    return st;
}

/* Where names are UTF-8 of three bytes at most. */
static rowan_status check_name(const rowan__dialect *d, const rowan_model *model,
                               const char *name, rowan_error *err)
{
    size_t len = strlen(name);

    if (!d->narrow_names || len == 0)
        return ROWAN_OK;
    if (name[len - 1] == ' ')
        return rowan_fail(err, ROWAN_EUNSUPPORTED,
                          "%s: %s has no names like \"%s\", with a space at the end",
                          model->name, d->name, name);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)name[i] >= 0xf0)
            return rowan_fail(err, ROWAN_EUNSUPPORTED,
                              "%s: %s has no names like \"%s\", with a character "
                              "behind U+FFFF",
                              model->name, d->name, name);
    }
    return ROWAN_OK;
}

static rowan_status check_comment(const rowan__dialect *d, const rowan_model *model,
                                  const char *comment, size_t longest, rowan_error *err)
{
    size_t n = 0;

    for (; comment != NULL && *comment != '\0'; comment++)
        n += ((unsigned char)*comment & 0xc0) != 0x80;
    return longest == 0 || n <= longest
               ? ROWAN_OK
               : rowan_fail(err, ROWAN_EUNSUPPORTED,
                            "%s: %s has comments of %zu characters at most",
                            model->name, d->name, longest);
}

static rowan_status check_words(const rowan__dialect *d, const rowan_model *model,
                                rowan_error *err)
{
    rowan_status st = check_name(d, model, model->table, err);

    if (st == ROWAN_OK)
        st = check_comment(d, model, rowan_model_comment(model), 2 * d->longest_comment,
                           err);
    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++) {
        st = check_name(d, model, model->columns[i].name, err);
        if (st == ROWAN_OK)
            st = check_comment(d, model, model->columns[i].comment, d->longest_comment,
                               err);
    }
    return st;
}

static rowan_status check_indexes(const rowan__dialect *d, const rowan_model *model,
                                  rowan_error *err)
{
    rowan_key_part part;
    rowan_constraint index;

    for (size_t i = 0; rowan__ddl_index_at(model, i, &part, &index); i++) {
        if (index.n_checks > 0 && !d->has_partial_indexes)
            return rowan_fail(err, ROWAN_EUNSUPPORTED, "%s: %s has no partial indexes",
                              model->name, d->name);
    }
    return ROWAN_OK;
}

rowan_status rowan__ddl_supported(const rowan__dialect *d, const rowan_model *model,
                                  rowan_error *err)
{
    rowan_status st;

    if (rowan_model_schema(model) != NULL && !d->has_schemas)
        return rowan_fail(err, ROWAN_EUNSUPPORTED, "%s: %s has no schemas", model->name,
                          d->name);
    st = check_indexes(d, model, err);
    if (st == ROWAN_OK)
        st = check_constants(d, model, err);
    return st == ROWAN_OK ? check_words(d, model, err) : st;
}
