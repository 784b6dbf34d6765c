/* constraint_int.h - constants and foreign keys of a model, and the check of what it declares. */
#ifndef ROWAN_CONSTRAINT_INT_H
#define ROWAN_CONSTRAINT_INT_H

#include <rowan/model.h>

/* A constant as a value of its column; text is borrowed. Not for 'n'.
 * Returns  ROWAN_OK; ROWAN_EINVAL: the words follow what names the constant. */
rowan_status rowan__const_value(const rowan_column *column, const rowan_const *constant,
                                rowan_value *out, rowan_error *err);

#define ROWAN__MAX_FOREIGN_KEY 8 /* columns: what the macro takes */

/* A foreign key: of one column (REFERENCES) or of several (FOREIGN_KEY). */
typedef struct rowan__foreign_key {
    const rowan_model *target;
    size_t n_columns;
    uint16_t columns[ROWAN__MAX_FOREIGN_KEY]; /* of the model: columns[n_columns] */
    uint16_t targets[ROWAN__MAX_FOREIGN_KEY]; /* of `target`, which they equal */
    rowan_fk_action on_delete, on_update;
} rowan__foreign_key;

/* The nth foreign key of a model, those of one column first; false if it has no such. */
bool rowan__foreign_key_at(const rowan_model *model, size_t n, rowan__foreign_key *out);

/* "Stay.hotel", or "Stay (hotel, room)". */
#define ROWAN__COLUMN_NAMES_MAX 160
const char *rowan__column_names(const rowan_model *model, const uint16_t *columns,
                                size_t n_columns, char out[ROWAN__COLUMN_NAMES_MAX]);

/* Part of rowan_models_check(): defaults, actions, conditions. */
rowan_status rowan__constraints_check(const rowan_model *model, rowan_error *err);

#endif
