/* server_int.h - an app, served until somebody says stop.
 *
 * One thread runs everything: the gate, libmicrohttpd, the handlers' tasks, signals.
 * Nothing here prints.
 */
#ifndef ROWAN_SERVER_INT_H
#define ROWAN_SERVER_INT_H

#include "app_int.h"

typedef struct rowan__server_opts {
    const char *uri;     /* of the database; NULL means ROWAN_DEFAULT_URI */
    int listen_fd;       /* taken over, whatever is returned */
    uint32_t timeout_ms; /* without progress while a request comes in; 0: the usual */
    /* The server accepts connections. */
    void (*on_ready)(void *ctx, const rowan_engine *engine);
    /* An answer of status 5xx, as a line. */
    void (*log)(void *ctx, const char *line);
    void *ctx;
} rowan__server_opts;

/* Serves an app that is ready until SIGINT or SIGTERM, finishes the requests under way, and takes everything
 * down but the app. A second signal ends them at once.
 * Returns  ROWAN_OK after a clean end; ROWAN_EINVAL if the URI is wrong; why it
 *          cannot serve otherwise. */
rowan_status rowan__server_run(rowan_app *app, const rowan__server_opts *opts,
                               rowan_error *err) ROWAN_CHECKED;

#endif
