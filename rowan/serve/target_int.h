/* target_int.h - what a request's target names: segments of a path and parameters.
 *
 * "/people/7/awards?limit=5" becomes three segments and a query. Percent-encoding is
 * decoded after the path is split, so that %2F does not split it; NUL bytes and text that
 * is not UTF-8 are refused.  Memory: the caller's text, changed in place.
 */
#ifndef ROWAN_TARGET_INT_H
#define ROWAN_TARGET_INT_H

#include <rowan/arena.h>
#include <rowan/types.h>

#include "head_int.h"
#include "limits_int.h"

typedef struct rowan__target {
    rowan_text segments[ROWAN__MAX_SEGMENTS]; /* decoded, each with a NUL behind it */
    size_t n_segments;                        /* 0 for "/" */
    const char *query; /* behind the "?", still encoded; "" if there is none */
    bool asterisk;     /* "*", which OPTIONS may ask for */
} rowan__target;

/* Splits a text that ends in a NUL and lives as long as the target.
 * Returns  NULL if it is fine; 404 for a path of too many segments. */
const rowan__refusal *rowan__target_split(char *text, rowan__target *out);

/* The value of a parameter of the query, decoded into `arena`; "" for one without "=".
 * NULL if there is none, or memory is out. */
const char *rowan__target_query(rowan_arena *arena, const rowan__target *target,
                                const char *name);

#endif
