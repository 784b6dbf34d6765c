/* insert_int.h - inserting many rows that lie anywhere.
 *
 *     void *rows[] = { &ada, &grace, ... };
 *     st = rowan__insert_each(session, &Person_model, rows, n_rows, err);
 *     if (st == ROWAN_OK)
 *         ... ada.id and grace.id are set
 */
#ifndef ROWAN_INSERT_INT_H
#define ROWAN_INSERT_INT_H

#include "session_int.h"

/* Inserts the rows that rows[n_rows] point to, in as few statements as the database allows:
 * rowan_insert_rows() for rows that do not follow each other. A row whose AUTO key is 0
 * gets it from the database; after an error it is 0 again. Rows whose keys are given go
 * first; among their like, rows keep their order. Text is borrowed for the call. More than
 * one row outside a transaction is one transaction.
 * Returns  as rowan_insert_rows(). */
rowan_status rowan__insert_each(rowan_session *session, const rowan_model *model,
                                void *const *rows, size_t n_rows,
                                rowan_error *err) ROWAN_CHECKED;

#endif
