/* ddl_int.h - models -> CREATE, DROP, staging and merge statements. Pure text. */
#ifndef ROWAN_DDL_INT_H
#define ROWAN_DDL_INT_H

#include "dialect_int.h"

/* CREATE TABLE IF NOT EXISTS, without its indexes. */
void rowan__ddl_create_table(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* CREATE INDEX IF NOT EXISTS for a column that is indexed. */
void rowan__ddl_create_index(const rowan__dialect *dialect, const rowan_model *model,
                             const rowan_column *column, rowan__buf *sql);

/* DROP TABLE IF EXISTS. */
void rowan__ddl_drop_table(const rowan__dialect *dialect, const rowan_model *model,
                           rowan__buf *sql);

/* The staging table that a refresh fills: the model's columns and key, nothing else. */
void rowan__ddl_staging_name(const rowan_model *model, rowan__buf *name);
void rowan__ddl_create_staging(const rowan__dialect *dialect, const rowan_model *model,
                               rowan__buf *sql);
void rowan__ddl_drop_staging(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* The three steps of a merge from staging: rows that differ, rows that are new, rows
 * that are gone. */
void rowan__ddl_merge_update(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
void rowan__ddl_merge_insert(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
void rowan__ddl_merge_delete(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* INSERT INTO `table` (all columns of the model) VALUES (...), (...): n_rows of them. */
void rowan__ddl_insert_rows(const rowan__dialect *dialect, const char *table,
                            const rowan_model *model, size_t n_rows, rowan__buf *sql);

#endif
