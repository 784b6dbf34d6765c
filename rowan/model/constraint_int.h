/* constraint_int.h - constants of a model, and the check of what it declares. */
#ifndef ROWAN_CONSTRAINT_INT_H
#define ROWAN_CONSTRAINT_INT_H

#include <rowan/model.h>

/* A constant as a value of its column; text is borrowed. Not for 'n'.
 * Returns  ROWAN_OK; ROWAN_EINVAL: the words follow what names the constant. */
rowan_status rowan__const_value(const rowan_column *column, const rowan_const *constant,
                                rowan_value *out, rowan_error *err);

/* Part of rowan_models_check(): defaults, actions, conditions. */
rowan_status rowan__constraints_check(const rowan_model *model, rowan_error *err);

#endif
