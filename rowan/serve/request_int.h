/* request_int.h - a request as its handler sees it, and its answer until it is given.
 *
 * It lies in its exchange (http_int.h) and goes with it. The task that runs the handler
 * holds the exchange, so that a client may hang up at any time.
 */
#ifndef ROWAN_REQUEST_INT_H
#define ROWAN_REQUEST_INT_H

#include "app_int.h"
#include "http_int.h"
#include "router_int.h"
#include "task_int.h"

/* An answer that goes out while it is written. */
typedef struct rowan__stream {
    bool begun;
    bool done;         /* all of it is written */
    bool failed;       /* the rest of it cannot be */
    const char *piece; /* what there is to send */
    size_t len, taken;
    rowan__task *writer; /* waits until the piece is taken; else NULL */
} rowan__stream;

struct rowan_request {
    rowan_app *app;
    rowan__exchange *exchange;
    rowan__target target;
    rowan__match match;
    rowan__answer answer;
    bool answered;
    rowan__stream stream;
    rowan_error err;
};

/* Makes a problem document the answer, in place of one that is there. If memory is out,
 * it is an answer without a body. */
void rowan__request_problem(rowan_request *request, int http_status,
                            const char *detail);

/* Hands the answer over. */
void rowan__request_send(rowan_request *request);

/* Sends a piece of a streamed answer, and waits until the client has taken it.
 * more     false for the last one
 * Returns  ROWAN_OK; ROWAN_EIO if the client has gone or takes nothing. */
rowan_status rowan__stream_write(rowan_request *request, const char *piece, size_t len,
                                 bool more) ROWAN_CHECKED;

/* The answer breaks off here: the client sees that it is not whole. */
void rowan__stream_fail(rowan_request *request);

/* The client has the answer, or is gone: its writer shall see it. */
void rowan__stream_end(rowan_request *request);

#endif
