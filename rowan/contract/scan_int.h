/* scan_int.h - finds the records of rowan/uses.h in a file. */
#ifndef ROWAN_SCAN_INT_H
#define ROWAN_SCAN_INT_H

#include <stdbool.h>

#include <rowan/arena.h>

typedef enum rowan__record_kind {
    ROWAN__RECORD_USE,
    ROWAN__RECORD_MODEL,
    ROWAN__RECORD_VIEW
} rowan__record_kind;

typedef struct rowan__record {
    rowan__record_kind kind;
    char *text; /* behind "\1ROWANUSE\1", without the NUL: fields between \1 */
    size_t len;
} rowan__record;

typedef struct rowan__records {
    rowan__record *list; /* each text once; rowan__free() */
    size_t n, cap;
} rowan__records;

/* Adds the records of the file; their text goes to `arena`.
 * Returns  ROWAN_OK; ROWAN_EINVAL, the words follow the file's name; ROWAN_EIO;
 *          ROWAN_ENOMEM, also when the arena's ceiling is reached. */
rowan_status rowan__scan(int fd, rowan_arena *arena, rowan__records *out,
                         rowan_error *err) ROWAN_CHECKED;

#endif
