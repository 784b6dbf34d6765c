/* rowan/schema.h - create and drop the tables of a package.  Uses: rowan/session.h. */
#ifndef ROWAN_SCHEMA_H
#define ROWAN_SCHEMA_H

#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Creates the tables and indexes that do not exist yet, parents first, in one
 * transaction (the session's, if one is open). Existing tables are left as they are.
 * Safe to run from several services at once.
 * MariaDB commits each table by itself: there a failure leaves what was created until
 * then, and a session with an open transaction is refused.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the models cannot be used (rowan_models_check());
 *          ROWAN_EUNSUPPORTED for what the database lacks; the statuses of a session. */
rowan_status rowan_create_all(rowan_session *session, const rowan_models *models,
                              rowan_error *err) ROWAN_CHECKED;

/* Drops the tables that exist, children first, in one transaction (but see above). All
 * rows are lost; if another table refers to one of them, that is ROWAN_ECONSTRAINT. */
rowan_status rowan_drop_all(rowan_session *session, const rowan_models *models,
                            rowan_error *err) ROWAN_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
