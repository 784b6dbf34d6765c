/* related_int.h - rowan_fetch() of a query that loads relations. */
#ifndef ROWAN_RELATED_INT_H
#define ROWAN_RELATED_INT_H

#include "session_int.h"

/* Refuses what cannot be loaded, before anything is read: a relation of another model, one
 * that is named twice, conditions on other columns than the related rows'. */
rowan_status rowan__related_check(const rowan_model *model,
                                  const rowan_relation_query *const *with,
                                  rowan_error *err) ROWAN_CHECKED;

/* Loads the relations of a result's rows, and their relations, into the result. The session
 * has a transaction open. */
rowan_status rowan__related_load(rowan_session *session, rowan_result *result,
                                 const rowan_relation_query *const *with,
                                 rowan_error *err) ROWAN_CHECKED;

#endif
