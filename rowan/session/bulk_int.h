/* bulk_int.h - adding many rows to a table, or to its staging table, by the fastest path
 * that the database has. */
#ifndef ROWAN_BULK_INT_H
#define ROWAN_BULK_INT_H

#include "session_int.h"

/* Where the rows go. */
typedef enum rowan__bulk_target {
    ROWAN__BULK_TABLE,
    ROWAN__BULK_AUTO, /* the same, which gives the AUTO keys; not where there is COPY */
    ROWAN__BULK_STAGING
} rowan__bulk_target;

typedef struct rowan__bulk {
    rowan_session *session;
    const rowan_model *model;
    rowan__bulk_target target;
    size_t n_written; /* columns whose values are sent */
    bool open;
    rowan__prepared *prepared; /* of `n_together` rows; where there is no COPY */
    size_t n_together;
    rowan_value *values; /* values[n_together * n_written] */
} rowan__bulk;

/* Begins; the session can do nothing else until rowan__bulk_close(). */
rowan_status rowan__bulk_open(rowan__bulk *bulk, rowan_session *session,
                              const rowan_model *model, rowan__bulk_target target,
                              rowan_error *err);

/* Adds rows that follow each other. */
rowan_status rowan__bulk_rows(rowan__bulk *bulk, const void *rows, size_t n_rows,
                              rowan_error *err);

/* Ends it; with `abort`, or after an error, what was added is undefined until the
 * transaction is rolled back. Fine if it is not open. */
rowan_status rowan__bulk_close(rowan__bulk *bulk, bool abort, rowan_error *err);

#endif
