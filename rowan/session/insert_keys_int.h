/* insert_keys_int.h - what the files about inserting share: lists of rows, and their keys. */
#ifndef ROWAN_INSERT_KEYS_INT_H
#define ROWAN_INSERT_KEYS_INT_H

#include "bulk_int.h"
#include "insert_int.h"

/* Rows that follow each other, or lie where the pointers say. */
typedef struct rowan__row_list {
    char *first; /* NULL if there are pointers */
    size_t size; /* bytes of a row */
    void *const *pointers;
    size_t n_rows;
} rowan__row_list;

static inline void *rowan__row_at(const rowan__row_list *list, size_t i)
{
    return list->first != NULL ? list->first + i * list->size : list->pointers[i];
}

/* insert.c: one row, and rows whose keys are given. */
rowan_status rowan__insert_row(rowan_session *session, const rowan_model *model,
                               void *row, rowan_error *err);
rowan_status rowan__insert_one_by_one(rowan_session *session, const rowan_model *model,
                                      const rowan__row_list *list, rowan_error *err);
rowan_status rowan__insert_given(rowan_session *session, const rowan_model *model,
                                 const rowan__row_list *list, rowan_error *err);

/* By the bulk path, and whether that pays. */
rowan_status rowan__insert_bulk(rowan_session *session, const rowan_model *model,
                                const rowan__row_list *list, rowan__into into,
                                rowan_error *err);
bool rowan__insert_is_bulk(size_t n_rows);

/* Sets an AUTO key. ROWAN_EDATA if its type is too short. */
rowan_status rowan__set_key(const rowan_column *key, void *row, int64_t number,
                            rowan_error *err);

/* Runs a statement that gives n_keys keys, or none if it `may_lack` them. */
rowan_status rowan__read_keys(rowan_session *session, const rowan__statement *statement,
                              size_t n_keys, bool may_lack, rowan_result **out,
                              rowan_error *err);

/* insert_keys.c: rows whose AUTO keys are 0, inside a transaction. */
rowan_status rowan__insert_missing(rowan_session *session, const rowan_model *model,
                                   const rowan__row_list *list, rowan_error *err);

#endif
