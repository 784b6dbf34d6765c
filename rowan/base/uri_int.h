/* uri_int.h - database URIs in SQLAlchemy's spelling: scheme[+driver]://user:pw@host:port/db?k=v
 *
 * All text is percent-decoded and lives in the arena given. A message about a URI
 * names its scheme and host only, never the password.
 */
#ifndef ROWAN_URI_INT_H
#define ROWAN_URI_INT_H

#include <rowan/arena.h>

#define ROWAN__URI_MAX_LEN    4096 /* longer is refused: no real one comes near */
#define ROWAN__URI_MAX_HOSTS  16
#define ROWAN__URI_MAX_PARAMS 32

typedef struct rowan__uri_host {
    const char *name; /* "" if the URI names none; IPv6 without its brackets */
    int port;         /* 0 if not given */
} rowan__uri_host;

typedef struct rowan__uri_param {
    const char *name;
    const char *value;
} rowan__uri_param;

typedef struct rowan__uri {
    const char *scheme;   /* lower case, without "+driver" */
    const char *user;     /* NULL if not given */
    const char *password; /* NULL if not given */
    rowan__uri_host hosts[ROWAN__URI_MAX_HOSTS];
    size_t n_hosts;       /* 0 for "scheme:///path" */
    const char *database; /* what follows the first "/" of the path; "" if nothing */
    rowan__uri_param params[ROWAN__URI_MAX_PARAMS];
    size_t n_params;
} rowan__uri;

/* Parses `text` into `out`.
 * Returns  ROWAN_OK; ROWAN_EINVAL with a message that holds neither user nor password;
 *          ROWAN_ENOMEM. */
rowan_status rowan__uri_parse(rowan_arena *arena, const char *text, rowan__uri *out,
                              rowan_error *err) ROWAN_CHECKED;

/* The value of a query parameter, or NULL. */
const char *rowan__uri_param_get(const rowan__uri *uri, const char *name);

#endif
