/* stream.c - an answer that goes out while its handler writes it.
 *
 * The handler's task hands over a piece and parks. pull() copies from the piece whenever
 * the client can take more, and when all is taken lets the task run on to the next one,
 * then and there. A task that waits for the database instead leaves pull() with nothing,
 * and the connection sleeps until the next piece is there.
 */
#include "request_int.h"

#include <string.h>

static ptrdiff_t pull(void *arg, char *out, size_t max)
{
    rowan_request *request = arg;
    rowan__stream *stream = &request->stream;

    while (stream->taken == stream->len) {
        rowan__task *writer = stream->writer;

        if (stream->failed)
            return ROWAN__PULL_FAILED;
        if (stream->done)
            return ROWAN__PULL_END;
        if (writer == NULL)
            return ROWAN__PULL_LATER;
        stream->writer = NULL;
        rowan__task_resume(writer);
    }
    if (max > stream->len - stream->taken)
        max = stream->len - stream->taken;
    memcpy(out, stream->piece + stream->taken, max);
    stream->taken += max;
    return (ptrdiff_t)max;
}

static void begin(rowan_request *request)
{
    request->stream.begun = true;
    rowan__exchange_stream(
        request->exchange,
        &(rowan__answer){ .status = 200, .type = "application/json" }, pull, request);
}

/* Parks the task until the piece is taken; false if the client takes too long. */
static bool wait_until_taken(rowan_request *request)
{
    rowan__stream *stream = &request->stream;
    rowan__tasks *tasks = request->app->tasks;

    while (stream->taken < stream->len && !rowan__exchange_is_gone(request->exchange)) {
        stream->writer = rowan__task_current(tasks);
        if (!rowan__task_park(tasks, request->app->stall_ms)) {
            stream->writer = NULL;
            return false;
        }
        stream->writer = NULL;
    }
    return true;
}

rowan_status rowan__stream_write(rowan_request *request, const char *piece, size_t len,
                                 bool more)
{
    rowan__stream *stream = &request->stream;

    stream->piece = piece;
    stream->len = len;
    stream->taken = 0;
    if (!stream->begun)
        begin(request);
    rowan__exchange_continue(request->exchange);
    if (strcmp(rowan__exchange_method(request->exchange), "HEAD") == 0) {
        stream->taken = len; /* nobody will ask for it */
        more = false;
    }
    if (!wait_until_taken(request))
        return rowan_fail(&request->err, ROWAN_EIO,
                          "the client does not take its answer");
    if (rowan__exchange_is_gone(request->exchange))
        return rowan_fail(&request->err, ROWAN_EIO, "the client has gone");
    stream->done = !more;
    return ROWAN_OK;
}

void rowan__stream_fail(rowan_request *request)
{
    rowan__stream *stream = &request->stream;

    stream->failed = true;
    stream->len = stream->taken = 0;
    rowan__exchange_abort(request->exchange);
}

void rowan__stream_end(rowan_request *request)
{
    if (request->stream.writer != NULL)
        rowan__task_wake(request->stream.writer);
}
