/* declaration_int.h - what a model or a view was when the binary was compiled. */
#ifndef ROWAN_DECLARATION_INT_H
#define ROWAN_DECLARATION_INT_H

#include <stdbool.h>

#include "scan_int.h"

/* A member of the struct. A name may be there several times. */
typedef struct rowan__member {
    const char *name;   /* of a view also "*": each part is that part of `model` */
    const char *column; /* of a model: its name in the database */
    bool key;           /* of a model: part of the primary key */
    const char *refers; /* of a model: the column of the other one that it refers to */
    /* A view's column: what it is made of, model.part. A model's relation: one of the things
     * that loading it uses, and how: 'r' or 'f'; 'j' for what only a join uses, which
     * filters by all but "*". Else NULL. */
    const char *model;
    const char *part;
    char how;
} rowan__member;

typedef struct rowan__declaration {
    const char *name;
    const char *table;            /* NULL for a view */
    const rowan__member *members; /* members[n_members] */
    size_t n_members;
} rowan__declaration;

/* The next field of a record: cut off at the mark, in place. NULL at the end. */
char *rowan__next_field(char **at);

/* Whether a text is a name of C, or of a part: "*", "(key)", "(rows)". */
bool rowan__is_name(const char *text);
bool rowan__is_part(const char *text);

/* Reads a record of a model or a view, which it takes apart; all that is reached from `out`
 * is in the record or the arena.
 * Returns  ROWAN_OK; ROWAN_EINVAL, the words follow the file's name; ROWAN_ENOMEM. */
rowan_status rowan__declaration_read(rowan_arena *arena, rowan__record *record,
                                     rowan__declaration *out,
                                     rowan_error *err) ROWAN_CHECKED;

#endif
