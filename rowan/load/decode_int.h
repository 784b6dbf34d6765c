/* decode_int.h - records of a CSV file -> rows of a model.
 *
 * A decoder is made from a file's header and keeps which field goes to which column; it
 * is constant from then on. An empty field is NULL in a nullable column, and the empty
 * text in any other text column but a key; "" in quotes is the empty text also where the
 * text is nullable. A column that the file lacks is NULL.
 */
#ifndef ROWAN_DECODE_INT_H
#define ROWAN_DECODE_INT_H

#include <rowan/arena.h>
#include <rowan/csv.h>
#include <rowan/model.h>

typedef struct rowan__step { /* a field that goes to a column */
    const rowan_column *column;
    size_t field_idx;
} rowan__step;

typedef struct rowan__decoder {
    const rowan_model *model;
    size_t n_fields;    /* of the header, and so of each record */
    rowan__step *steps; /* steps[n_steps], in the order of the model */
    size_t n_steps;
} rowan__decoder;

/* Called for each fault of a record; `column` and `field` are NULL if it is about the
 * whole record. */
typedef struct rowan__fault {
    void (*report)(void *ctx, const rowan_column *column, const rowan_csv_field *field,
                   const char *reason);
    void *ctx;
} rowan__fault;

/* Makes a decoder from the fields of a header; its memory is in `arena`.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the header lacks columns that cannot be NULL, names
 *          one of the model's twice, or is not UTF-8; ROWAN_ENOMEM. */
rowan_status rowan__decoder_init(rowan__decoder *decoder, rowan_arena *arena,
                                 const rowan_model *model,
                                 const rowan_csv_field *header, size_t n_fields,
                                 rowan_error *err) ROWAN_CHECKED;

/* Converts a record into `row` (model->row_size bytes, which need not be cleared). Text
 * is copied into `arena`.
 * Returns  ROWAN_OK; ROWAN_EINVAL after each fault was reported; ROWAN_ENOMEM. */
rowan_status rowan__decode(const rowan__decoder *decoder, const rowan_csv_field *fields,
                           size_t n_fields, rowan_arena *arena, void *row,
                           const rowan__fault *fault) ROWAN_CHECKED;

#define ROWAN__READABLE_SIZE 96 /* of a value in a report, with its NUL */

/* Writes text[len] into out as a report shows it: one line of UTF-8, "..." where it was
 * cut. */
void rowan__readable(const char *text, size_t len, char out[ROWAN__READABLE_SIZE]);

#endif
