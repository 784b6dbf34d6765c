/* router_int.h - which handler a path and a method mean.
 *
 * Routes are added while the program starts, then compiled into a tree of segments, which
 * does not change any more. A segment spelt out wins over one in braces; where a path
 * leads nowhere further on, the other one is tried.
 */
#ifndef ROWAN_ROUTER_INT_H
#define ROWAN_ROUTER_INT_H

#include <rowan/serve.h>

#include "target_int.h"

typedef struct rowan__router rowan__router;

typedef struct rowan__route {
    const char *method;
    const char *path; /* as it was given */
    rowan_handler *handler;
    const rowan_model *model; /* of rowan_expose(); else NULL */
    const char
        *params[ROWAN__MAX_PARAMS]; /* names of the segments in braces, in order */
    size_t n_params;

    /* What its last answer was like; the next one is prepared for the same. */
    size_t last_len; /* bytes */
    bool is_long;    /* more rows than are read in one go */
} rowan__route;

typedef struct rowan__match {
    rowan__route *route; /* NULL: the path is known, not with this method */
    const char *allow;   /* the methods it is known with: "GET, HEAD, OPTIONS" */
    rowan_text values[ROWAN__MAX_PARAMS]; /* what the segments in braces stand for */
} rowan__match;

rowan__router *rowan__router_new(void);
void rowan__router_free(rowan__router *router);

/* Adds a route. All text is copied.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the method or the path is malformed, or the route is
 *          there already; ROWAN_ENOMEM. */
rowan_status rowan__router_add(rowan__router *router, const char *method,
                               const char *path, rowan_handler *handler,
                               const rowan_model *model,
                               rowan_error *err) ROWAN_CHECKED;

/* Whether there is a route of that method for exactly that path. */
bool rowan__router_has(const rowan__router *router, const char *method,
                       const char *path);

/* Makes the lists of methods; after the last route, once. */
rowan_status rowan__router_compile(rowan__router *router,
                                   rowan_error *err) ROWAN_CHECKED;

/* Finds the route for a request. HEAD means the route of GET if it has none of its own.
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND if no route has that path. */
rowan_status rowan__router_find(const rowan__router *router, const char *method,
                                const rowan__target *target,
                                rowan__match *out) ROWAN_CHECKED;

#endif
