/* app_int.h - routes and what they are served with. */
#ifndef ROWAN_APP_INT_H
#define ROWAN_APP_INT_H

#include <rowan/serve.h>

#include "http_int.h"
#include "router_int.h"
#include "task_int.h"

struct rowan_app {
    const rowan_models *models;
    rowan__router *router;
    rowan_status st; /* of what was said to it so far; the first mistake stays */
    rowan_error err;

    /* Set while it is served. */
    rowan_engine *engine;
    rowan_engine *health; /* for GET /health: one that does not wait for long */
    rowan__tasks *tasks;
    int stall_ms; /* for a client to take a piece of an answer */
    void (*log)(void *ctx, const char *line); /* about answers of status 5xx */
    void *log_ctx;
};

/* Ends the declarations: adds GET /health, compiles the routes.
 * Returns  ROWAN_OK; what is wrong with the models or a route. */
rowan_status rowan__app_ready(rowan_app *app, rowan_error *err) ROWAN_CHECKED;

/* The callbacks for http_int.h; `ctx` is the app. */
void rowan__app_on_request(void *ctx, rowan__exchange *exchange);
void rowan__app_on_end(void *ctx, rowan__exchange *exchange);
void rowan__app_on_release(void *ctx, rowan__exchange *exchange);
size_t rowan__app_request_size(void);

#endif
