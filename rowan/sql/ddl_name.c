/* ddl_name.c - the names of constraints and indexes. See ddl_int.h.
 *
 * They are those PostgreSQL gives by itself, on every database, so that a migration can
 * name them: person_pkey, award_person_id_fkey, person_last_name_key, award_year_idx,
 * stay_order_check. PostgreSQL cuts names at 63 bytes; ours are cut so that they stay
 * different. Several indexes of the same columns, partial ones for instance, are numbered in
 * the order in which they are declared: stay_guest_idx, stay_guest_idx2.
 */
#include "ddl_int.h"

#include <stdio.h>

#include "utf8_int.h"

static void cut_name(rowan__buf *name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    if (!rowan__buf_ok(name) || name->len <= ROWAN__DDL_MAX_NAME)
        return;
    for (size_t i = 0; i < name->len; i++)
        hash = (hash ^ (unsigned char)name->ptr[i]) * 16777619U;
    name->len = rowan__utf8_cut(name->ptr, name->len, ROWAN__DDL_MAX_NAME - 9);
    rowan__buf_printf(name, "_%08x", hash);
}

void rowan__ddl_name(const rowan_model *model, const rowan_key_part *parts,
                     size_t n_parts, const char *suffix, rowan__buf *name)
{
    rowan__buf_clear(name);
    rowan__buf_str(name, model->table);
    for (size_t i = 0; i < n_parts; i++) {
        rowan__buf_char(name, '_');
        rowan__buf_str(name, model->columns[parts[i].column].name);
    }
    rowan__buf_str(name, suffix);
    cut_name(name);
}

void rowan__ddl_check_name(const rowan_model *model, const rowan_constraint *check,
                           rowan__buf *name)
{
    rowan__buf_clear(name);
    rowan__buf_printf(name, "%s_%s_check", model->table, check->text);
    cut_name(name);
}

void rowan__ddl_foreign_key_name(const rowan_model *model,
                                 const rowan__foreign_key *key, rowan__buf *name)
{
    rowan_key_part parts[ROWAN__MAX_FOREIGN_KEY];

    for (size_t i = 0; i < key->n_columns; i++)
        parts[i] = (rowan_key_part){ .column = key->columns[i] };
    rowan__ddl_name(model, parts, key->n_columns, "_fkey", name);
}

/* Indexes. */

static bool is_index(const rowan_constraint *c)
{
    return c->kind == ROWAN_CONSTRAINT_INDEX ||
           (c->kind == ROWAN_CONSTRAINT_UNIQUE && c->n_checks > 0);
}

bool rowan__ddl_index_at(const rowan_model *model, size_t n, rowan_key_part *part,
                         rowan_constraint *out)
{
    for (uint16_t i = 0; i < model->n_columns; i++) {
        if (!model->columns[i].indexed || n-- > 0)
            continue;
        *part = (rowan_key_part){ .column = i };
        *out = (rowan_constraint){ .kind = ROWAN_CONSTRAINT_INDEX,
                                   .parts = part,
                                   .n_parts = 1 };
        return true;
    }
    for (size_t i = 0; i < model->n_constraints; i++) {
        if (!is_index(&model->constraints[i]) || n-- > 0)
            continue;
        *out = model->constraints[i];
        return true;
    }
    return false;
}

/* Whether another index is of the same kind and columns, and yet another one. */
static bool is_namesake(const rowan_constraint *a, const rowan_constraint *b)
{
    bool differs = a->n_checks > 0 || b->n_checks > 0;

    if (a->kind != b->kind || a->n_parts != b->n_parts)
        return false;
    for (size_t i = 0; i < a->n_parts; i++) {
        if (a->parts[i].column != b->parts[i].column)
            return false;
        differs = differs || a->parts[i].descending != b->parts[i].descending;
    }
    return differs;
}

/* How many there are of this name before: 0 for the first. */
static unsigned n_namesakes(const rowan_model *model, size_t n,
                            const rowan_constraint *index)
{
    rowan_key_part part;
    rowan_constraint other;
    unsigned n_same = 0;

    for (uint16_t i = 0; i < model->n_columns; i++) {
        part = (rowan_key_part){ .column = i };
        other = (rowan_constraint){ .kind = ROWAN_CONSTRAINT_UNIQUE,
                                    .parts = &part,
                                    .n_parts = 1 };
        n_same += model->columns[i].unique && is_namesake(&other, index);
    }
    for (size_t i = 0; i < model->n_constraints; i++)
        n_same += !is_index(&model->constraints[i]) &&
                  is_namesake(&model->constraints[i], index);
    for (size_t k = 0; k < n && rowan__ddl_index_at(model, k, &part, &other); k++)
        n_same += is_namesake(&other, index);
    return n_same;
}

void rowan__ddl_index_name(const rowan_model *model, size_t n, rowan__buf *name)
{
    rowan_key_part part;
    rowan_constraint index;
    char suffix[32];
    unsigned n_before;
    const char *kind;

    if (!rowan__ddl_index_at(model, n, &part, &index))
        return;
    n_before = n_namesakes(model, n, &index);
    kind = index.kind == ROWAN_CONSTRAINT_UNIQUE ? "_key" : "_idx";
    if (n_before > 0)
        (void)snprintf(suffix, sizeof suffix, "%s%u", kind, n_before + 1);
    rowan__ddl_name(model, index.parts, index.n_parts, n_before > 0 ? suffix : kind,
                    name);
}
