/* rowan/merge.h - refresh whole tables, all or nothing.
 *
 * A refresh brings tables to a given state in one transaction: rows that differ are
 * updated, new ones inserted, missing ones deleted, and nothing else is touched, so that
 * an unchanged source writes nothing and foreign keys, views and grants survive. Readers
 * see the old rows or the new ones, never none. The rows are collected in a staging
 * table of the session by the fastest path the database has.
 *
 *     rowan_merge_open(session, &merge, &err)          begins the transaction
 *     rowan_merge_table(merge, &Person_model, &err)    for each table:
 *     rowan_merge_rows(merge, rows, n_rows, &err)      its rows, in any number of calls
 *     rowan_merge_commit(merge, counts, &err)          merges all, commits
 *     rowan_merge_close(merge)                         always; rolls back what is open
 * Uses: rowan/session.h.
 */
#ifndef ROWAN_MERGE_H
#define ROWAN_MERGE_H

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_merge rowan_merge;

/* What a merge did to one table, in rows. */
typedef struct rowan_merge_counts {
    const rowan_model *model;
    uint64_t n_rows; /* given */
    uint64_t n_inserted;
    uint64_t n_updated;
    uint64_t n_deleted;
} rowan_merge_counts;

/* Opens a refresh of up to max_tables tables: the session's transaction.
 * Returns  ROWAN_OK; ROWAN_EINVAL if a transaction is open; the statuses of a session. */
rowan_status rowan_merge_open(rowan_session *session, size_t max_tables,
                              rowan_merge **out, rowan_error *err) ROWAN_CHECKED;

/* Ends the rows of the table before and begins those of `model`, which must exist.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the model was given before. */
rowan_status rowan_merge_table(rowan_merge *merge, const rowan_model *model,
                               rowan_error *err) ROWAN_CHECKED;

/* Adds rows that follow each other. Their keys must be given (an AUTO key too) and differ.
 * Returns  ROWAN_OK; ROWAN_ECONFLICT if a key occurs twice, at the latest at commit. */
rowan_status rowan_merge_rows(rowan_merge *merge, const void *rows, size_t n_rows,
                              rowan_error *err) ROWAN_CHECKED;

/* Merges all tables, parents before their children, deletes what is gone, children
 * before their parents, and commits.
 * counts   counts[number of tables given], in the order they were given; may be NULL
 * Returns  ROWAN_OK; ROWAN_ECONFLICT, ROWAN_ECONSTRAINT with the database's reason; then
 *          nothing has changed. A unique value that passes from one row to another can be a
 *          conflict, and MariaDB looks at each row by itself where one of its table is
 *          referred to by a column that cannot be NULL. */
rowan_status rowan_merge_commit(rowan_merge *merge, rowan_merge_counts *counts,
                                rowan_error *err) ROWAN_CHECKED;

/* Frees it; rolls back unless it was committed. NULL is fine. */
void rowan_merge_close(rowan_merge *merge);

#ifdef __cplusplus
}
#endif
#endif
