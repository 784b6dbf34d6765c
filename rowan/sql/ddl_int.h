/* ddl_int.h - models -> CREATE, DROP, staging and merge statements. Pure text. */
#ifndef ROWAN_DDL_INT_H
#define ROWAN_DDL_INT_H

#include "constraint_int.h"
#include "dialect_int.h"

/* CREATE TABLE IF NOT EXISTS, without its indexes. */
void rowan__ddl_create_table(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* CREATE INDEX IF NOT EXISTS for the nth index of a model; false if it has no such. */
bool rowan__ddl_create_index(const rowan__dialect *dialect, const rowan_model *model,
                             size_t n, rowan__buf *sql);

/* CREATE SCHEMA IF NOT EXISTS, and COMMENT ON; nothing if the model has none. */
void rowan__ddl_create_schema(const rowan__dialect *dialect, const rowan_model *model,
                              rowan__buf *sql);
void rowan__ddl_comments(const rowan__dialect *dialect, const rowan_model *model,
                         rowan__buf *sql);

/* A constant of the model, which rowan_models_check() found good. */
void rowan__ddl_constant(const rowan__dialect *dialect, const rowan_column *column,
                         const rowan_const *value, rowan__buf *sql);

/* The conditions of a CHECK or of a partial index, all of which hold. */
void rowan__ddl_conditions(const rowan__dialect *dialect, const rowan_model *model,
                           const rowan_constraint *constraint, rowan__buf *sql);

/* ROWAN_EUNSUPPORTED if the database lacks what the model declares. */
rowan_status rowan__ddl_supported(const rowan__dialect *dialect,
                                  const rowan_model *model, rowan_error *err);

/* Definitions of the columns that are written and the key, without anything else. */
void rowan__ddl_plain_columns(const rowan__dialect *dialect, const rowan_model *model,
                              rowan__buf *sql);

/* The table's name with a suffix, as an identifier. */
void rowan__ddl_table_suffix(const rowan__dialect *dialect, const rowan_model *model,
                             const char *suffix, rowan__buf *sql);

#define ROWAN__DDL_MAX_NAME 63 /* bytes; PostgreSQL would cut the rest off */

/* Names, not quoted, in place of what stands in `name`: table_column_column_suffix; of a
 * CHECK, a foreign key and the nth index. */
void rowan__ddl_name(const rowan_model *model, const rowan_key_part *parts,
                     size_t n_parts, const char *suffix, rowan__buf *name);
void rowan__ddl_check_name(const rowan_model *model, const rowan_constraint *check,
                           rowan__buf *name);
void rowan__ddl_foreign_key_name(const rowan_model *model,
                                 const rowan__foreign_key *key, rowan__buf *name);
void rowan__ddl_index_name(const rowan_model *model, size_t n, rowan__buf *name);

/* The nth index: first those of single columns, whose part is put into *part. */
bool rowan__ddl_index_at(const rowan_model *model, size_t n, rowan_key_part *part,
                         rowan_constraint *out);

/* ROWAN_EINVAL if two things would have one name in the database, or one is too long: which. */
rowan_status rowan__ddl_check_names(const rowan_models *models,
                                    rowan_error *err) ROWAN_CHECKED;

/* Asks whether another table refers to the model's, where the database would not refuse to
 * drop it; nothing elsewhere. */
void rowan__ddl_referrers(const rowan__dialect *dialect, const rowan_model *model,
                          rowan__buf *sql);

/* DROP TABLE IF EXISTS. */
void rowan__ddl_drop_table(const rowan__dialect *dialect, const rowan_model *model,
                           rowan__buf *sql);

/* The staging table that a refresh fills: the model's columns and key, nothing else. */
void rowan__ddl_create_staging(const rowan__dialect *dialect, const rowan_model *model,
                               rowan__buf *sql);
void rowan__ddl_drop_staging(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* The name of a table, or of its staging table, quoted and with its schema. */
void rowan__ddl_table_name(const rowan__dialect *dialect, const rowan_model *model,
                           bool staging, rowan__buf *sql);

/* The columns of a model with commas between them, each behind `prefix`; without those
 * that are generated if `written_only`. */
void rowan__ddl_columns(const rowan__dialect *dialect, const rowan_model *model,
                        bool written_only, const char *prefix, rowan__buf *sql);

/* Keeps other writers out of a table, or at least other refreshes; nothing where the
 * transaction does. */
void rowan__ddl_lock(const rowan__dialect *dialect, const rowan_model *model,
                     rowan__buf *sql);

/* Asks for one row, which also keeps others from adding a first one where the lock before
 * does not. */
void rowan__ddl_any_row(const rowan__dialect *dialect, const rowan_model *model,
                        rowan__buf *sql);

/* What makes the planner know a staging table; nothing where it need not. */
void rowan__ddl_analyze_staging(const rowan__dialect *dialect, const rowan_model *model,
                                rowan__buf *sql);

/* The steps of a merge from staging: rows that differ (nothing if all columns are key),
 * rows that are new, what rows refer to among themselves (nothing if they do not); what
 * rows that are gone refer to, and those rows. */
void rowan__ddl_merge_update(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
void rowan__ddl_merge_insert(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
void rowan__ddl_merge_link(const rowan__dialect *dialect, const rowan_model *model,
                           rowan__buf *sql);
void rowan__ddl_merge_unlink(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);
void rowan__ddl_merge_delete(const rowan__dialect *dialect, const rowan_model *model,
                             rowan__buf *sql);

/* Asks for a row that is not in staging and that a row of `child` refers to by `key`, one
 * that stays if it is of the same table. */
void rowan__ddl_merge_orphans(const rowan__dialect *dialect, const rowan_model *model,
                              const rowan_model *child, const rowan__foreign_key *key,
                              rowan__buf *sql);

/* Moves an AUTO key's sequence behind the keys that were given; nothing where there is
 * none. */
void rowan__ddl_sync_sequence(const rowan__dialect *dialect, const rowan_model *model,
                              rowan__buf *sql);

#endif
