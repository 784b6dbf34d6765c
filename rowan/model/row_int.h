/* row_int.h - two rows of a model: where they differ, whether their keys are the same. */
#ifndef ROWAN_ROW_INT_H
#define ROWAN_ROW_INT_H

#include <rowan/arena.h>
#include <rowan/model.h>

/* Columns of a model, by their index. */
typedef uint64_t rowan__column_set;

static inline rowan__column_set rowan__column_bit(const rowan_model *model,
                                                  const rowan_column *column)
{
    return UINT64_C(1) << (column - model->columns);
}

/* The bytes of a member, from column->offset. */
size_t rowan__column_size(const rowan_column *column);

/* Whether two models are the same one: shared objects may have copies. */
bool rowan__same_model(const rowan_model *a, const rowan_model *b);

/* Whether a column says the same in both rows: texts by their bytes, numbers bit for bit,
 * decimals by their value. */
bool rowan__same_value(const rowan_column *column, const void *a, const void *b);

/* The columns in which the rows differ; those that the database computes do not count. */
rowan__column_set rowan__row_diff(const rowan_model *model, const void *a,
                                  const void *b);

/* The columns of the key. */
rowan__column_set rowan__key_columns(const rowan_model *model);

uint64_t rowan__key_hash(const rowan_model *model, const void *row);
bool rowan__same_key(const rowan_model *model, const void *a, const void *b);

/* Writes the key for a message, "7" or "LON, 2020", cut to fit into out[size]. */
void rowan__key_words(const rowan_model *model, const void *row, char *out,
                      size_t size);

/* Copies the members of columns, and nothing else that the struct holds. */
void rowan__copy_columns(const rowan_model *model, void *to, const void *from);

/* Copies the texts of a row into the arena, but those that `old` (which may be NULL) holds
 * at the same address; false when memory is out. */
bool rowan__own_texts(const rowan_model *model, void *row, const void *old,
                      rowan_arena *arena);

#endif
