/* rowan/csv.h - read CSV, record by record, in bounded memory.
 *
 * RFC 4180: fields separated by commas, quoted with " where needed, "" inside quotes is
 * one ". Accepted as well: LF, CRLF or CR line ends, a missing last line end, a UTF-8 byte
 * order mark, empty lines (skipped). Refused, with the line: a quote inside an unquoted
 * field, text behind a closing quote, a quoted field that is not closed, a record over
 * its ceiling.  Uses: rowan/status.h.
 */
#ifndef ROWAN_CSV_H
#define ROWAN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rowan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_csv rowan_csv;

/* A field of a record. `ptr` is not NUL-terminated and valid until the next record. */
typedef struct rowan_csv_field {
    const char *ptr;
    size_t len;
    bool quoted; /* so that "" and nothing can be told apart */
} rowan_csv_field;

typedef struct rowan_csv_opts { /* {0} is valid: what stands in brackets */
    size_t max_record;          /* bytes of one record [16 MiB] */
    size_t max_fields;          /* of one record [4,096] */
} rowan_csv_opts;

/* Reads bytes: up to `size` of them into `to`.
 * Returns  the number, 0 at the end, negative on an error (errno is set). */
typedef long rowan_csv_read_fn(void *ctx, char *to, size_t size);

/* Opens a reader on a file, which may be a pipe; a folder is refused. A file that is
 * replaced or removed is read to its end as it was; one that is written to ends with
 * ROWAN_EIO, since its records may be of two versions.
 * out      set on ROWAN_OK only; rowan_csv_close()
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND; ROWAN_EIO; ROWAN_ENOMEM, with the path in front. */
rowan_status rowan_csv_open(const char *path, const rowan_csv_opts *opts,
                            rowan_csv **out, rowan_error *err) ROWAN_CHECKED;

/* The same on a function; `ctx` is the caller's. */
rowan_status rowan_csv_open_fn(rowan_csv_read_fn *read, void *ctx,
                               const rowan_csv_opts *opts, rowan_csv **out,
                               rowan_error *err) ROWAN_CHECKED;

/* The next record.
 * fields, n_fields  set on ROWAN_ROW, valid until the next call
 * Returns           ROWAN_ROW; ROWAN_DONE at the end; ROWAN_EINVAL (what is wrong, without
 *                   file and line, which the caller puts in front: "has text behind a
 *                   closing quote"), ROWAN_EIO, ROWAN_ENOMEM: reading is then over. */
rowan_status rowan_csv_next(rowan_csv *csv, const rowan_csv_field **fields,
                            size_t *n_fields, rowan_error *err) ROWAN_CHECKED;

/* The line on which the last record began, or where reading failed, from 1. */
uint64_t rowan_csv_line(const rowan_csv *csv);

/* Bytes of the source behind which the next record begins. */
uint64_t rowan_csv_offset(const rowan_csv *csv);

/* Bytes of the file when it was opened; 0 if that is not known (a pipe, a function). */
uint64_t rowan_csv_size(const rowan_csv *csv);

/* NULL is fine. */
void rowan_csv_close(rowan_csv *csv);

#ifdef __cplusplus
}
#endif
#endif
