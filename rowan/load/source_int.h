/* source_int.h - a file that is being read: records in, batches of rows out.
 *
 * A source is always one record ahead, so that one without rows is known before the
 * database is touched. Records that do not fit are reported and left out.
 */
#ifndef ROWAN_SOURCE_INT_H
#define ROWAN_SOURCE_INT_H

#include "check_int.h"

#define ROWAN__BATCH_ROWS  2000 /* a multiple of the rows of one INSERT */
#define ROWAN__BATCH_BYTES ((size_t)1024 * 1024) /* of text; the last row may go over */

/* Rows of one model. */
typedef struct rowan__batch {
    rowan_arena *arena; /* of the text; cleared for each batch */
    char *rows;         /* room for ROWAN__BATCH_ROWS of any model of the run */
    size_t n_rows;
} rowan__batch;

/* Where the rejects of a run go. */
typedef struct rowan__rejects {
    const rowan_load_opts *opts;
    uint64_t max_rows; /* of one source */
    uint64_t n_rows;   /* refused so far */
} rowan__rejects;

typedef struct rowan__source {
    const rowan_source *from;
    size_t idx; /* among those given to rowan_load() */
    rowan__rejects *rejects;
    rowan_csv *csv;
    rowan__decoder decoder;
    rowan__check *check; /* of its rows; NULL leaves it to the database */
    rowan_status at;     /* ROWAN_ROW while there is a record: */
    const rowan_csv_field *fields;
    size_t n_fields;
    uint64_t n_rows;     /* that were good */
    uint64_t n_rejected; /* rows that were not */
} rowan__source;

/* Opens a source whose from, idx and rejects are set, and checks its header.
 * Returns  ROWAN_OK, also if the first record is bad; ROWAN_EINVAL for the header;
 *          ROWAN_ENOTFOUND, ROWAN_EIO, ROWAN_ENOMEM. The path stands in front. */
rowan_status rowan__source_open(rowan__source *source, rowan_arena *arena,
                                rowan_error *err) ROWAN_CHECKED;

/* Fills a batch, while source->at is ROWAN_ROW. It may stay empty.
 * Returns  ROWAN_OK; ROWAN_EIO, ROWAN_ENOMEM. */
rowan_status rowan__source_read(rowan__source *source, rowan__batch *batch,
                                rowan_error *err) ROWAN_CHECKED;

/* Fine for one that was not opened. */
void rowan__source_close(rowan__source *source);

#endif
