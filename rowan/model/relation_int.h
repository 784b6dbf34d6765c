/* relation_int.h - the columns that a relation goes by, and the members of rows. */
#ifndef ROWAN_RELATION_INT_H
#define ROWAN_RELATION_INT_H

#include "constraint_int.h"

/* The columns that a row is told by: columns[n]. */
typedef struct rowan__key {
    const rowan_column *columns[ROWAN__MAX_FOREIGN_KEY];
    size_t n;
} rowan__key;

/* The two ends of a relation: a row of the near model and one of the far model belong
 * together if near == far; through a third model if near == here and there == far. */
typedef struct rowan__ends {
    rowan__key near;
    rowan__key far;
    rowan__key here, there; /* of relation->between, or empty */
} rowan__ends;

/* Finds the columns.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the model declares what cannot be: which relation. */
rowan_status rowan__relation_ends(const rowan_model *model,
                                  const rowan_relation *relation, rowan__ends *out,
                                  rowan_error *err) ROWAN_CHECKED;

/* Part of rowan_models_check(): the relations of a model. */
rowan_status rowan__relations_check(const rowan_models *models,
                                    const rowan_model *model,
                                    rowan_error *err) ROWAN_CHECKED;

/* Makes a row's relation loaded: to many rows (related[n], which the member keeps), or to
 * one (NULL: none). */
void rowan__relation_set_many(const rowan_relation *relation, void *row, void **related,
                              size_t n);
void rowan__relation_set_one(const rowan_relation *relation, void *row, void *related);

/* Makes all relations of a new row not loaded. */
void rowan__relations_clear(const rowan_model *model, void *row);

#endif
