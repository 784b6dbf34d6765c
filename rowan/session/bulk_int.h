/* bulk_int.h - adding many rows to a table, or to its staging table, by the fastest path
 * that the database has. */
#ifndef ROWAN_BULK_INT_H
#define ROWAN_BULK_INT_H

#include "session_int.h"

typedef struct rowan__bulk {
    rowan_session *session;
    const rowan_model *model;
    rowan__into into;
    bool open;
    rowan__buf sql; /* where there is COPY or the like: what runs, */
    uint64_t n_rows;
    int64_t spent_us;    /* for so long, */
    rowan_status st;     /* and how that went */
    size_t max_together; /* rows in a statement; where there is no COPY */
    rowan_value *values; /* values[max_together * model->n_columns] */
} rowan__bulk;

/* Begins; the session can do nothing else until rowan__bulk_close(). ROWAN__INTO_AUTO is not
 * for where there is COPY. */
rowan_status rowan__bulk_open(rowan__bulk *bulk, rowan_session *session,
                              const rowan_model *model, rowan__into into,
                              rowan_error *err);

/* Adds rows that follow each other. */
rowan_status rowan__bulk_rows(rowan__bulk *bulk, const void *rows, size_t n_rows,
                              rowan_error *err);

/* Ends it; with `abort`, or after an error, what was added is undefined until the
 * transaction is rolled back. Fine if it is not open. */
rowan_status rowan__bulk_close(rowan__bulk *bulk, bool abort, rowan_error *err);

#endif
