/* joined_int.h - relations that are read in the statement of the rows themselves.
 *
 *     joined_plan.c   which models are joined how, and the shape of the rows that come
 *     joined.c        these rows taken apart again
 */
#ifndef ROWAN_JOINED_INT_H
#define ROWAN_JOINED_INT_H

#include "related_int.h"
#include "shape_int.h"

/* The rows of the query, or of a joined relation. */
typedef struct rowan__node {
    const rowan_relation_query *with; /* NULL: the query's own */
    const rowan_relation *relation;
    rowan__ends ends;
    size_t parent;            /* the node whose relation it is */
    const rowan_model *model; /* of the rows */
    const rowan_model
        *source; /* the same in the query: an alias if it is there twice */
    const rowan_model *between;
    rowan__key link;      /* of the model in between, in the shape: see joined_plan.c */
    rowan__placed placed; /* where a row's struct is */
    rowan__key key;       /* of the rows, in the shape */
    rowan__groups groups; /* of all joined rows: one for each different row */
    rowan__groups links;  /* of all joined rows, by `link` if that has columns */
    rowan__rows *rows;    /* these */
} rowan__node;

typedef struct rowan__plan {
    rowan_arena *scratch; /* all that is made for it */
    rowan_query query;    /* what to run */
    rowan__shape shape;
    rowan__node nodes[1 + ROWAN_MAX_JOINS]; /* a parent before its children */
    size_t n_nodes;
    size_t n_joins, n_orders; /* of the query, so far */
    bool to_many;
} rowan__plan;

/* Makes the plan of a query that rowan__related_check() has let pass.
 * Returns  ROWAN_OK; ROWAN_EINVAL if it has a limit or groups where it cannot, or too many
 *          joins; ROWAN_EUNSUPPORTED if the rows would be too large; ROWAN_ENOMEM. */
rowan_status rowan__plan_make(rowan__plan *plan, rowan_arena *scratch,
                              const rowan_query *query, rowan_error *err) ROWAN_CHECKED;

#endif
