/* reply.c - how a handler answers. See rowan/serve.h.
 *
 * Rows are written batch by batch as they come from the database. If that stays short, it
 * is one answer with its length; if it does not, what there is goes out and the handler
 * waits until the client has taken it before it reads on, so that an answer of any length
 * takes the memory of a batch. See stream.c.
 */
#include "request_int.h"

#include <string.h>

#include "alloc_int.h"
#include "limits_int.h"
#include "problem_int.h"

#define JSON_TYPE "application/json"

/* Takes the text out of `json`. */
static rowan_status set_answer(rowan_request *request, int http_status,
                               const char *type, rowan_json_writer *json)
{
    if (json->failed || request->stream.begun) {
        bool failed = json->failed;

        rowan_json_done(json);
        return failed
                   ? rowan_fail(&request->err, ROWAN_ENOMEM, "no memory for the answer")
                   : rowan_fail(&request->err, ROWAN_EINTERNAL, "answered twice");
    }
    rowan__free(request->answer.body);
    request->answer = (rowan__answer){ .status = http_status,
                                       .type = type,
                                       .body = json->ptr,
                                       .len = json->len,
                                       .retry = http_status == 503 };
    if (http_status == 405)
        request->answer.allow = request->match.allow;
    request->answered = true;
    *json = (rowan_json_writer){ 0 };
    return ROWAN_OK;
}

void rowan__request_problem(rowan_request *request, int http_status, const char *detail)
{
    rowan_json_writer json = { 0 };

    rowan__problem_write(&json, http_status, detail);
    if (set_answer(request, http_status, ROWAN__PROBLEM_TYPE, &json) != ROWAN_OK) {
        rowan__free(request->answer.body);
        request->answer = (rowan__answer){ .status = http_status };
    }
}

void rowan__request_send(rowan_request *request)
{
    rowan__answer answer = request->answer;

    request->answer.body = NULL;
    rowan__exchange_answer(request->exchange, &answer);
}

rowan_status rowan_reply_json(rowan_request *request, int http_status,
                              rowan_json_writer *json)
{
    return set_answer(request, http_status, JSON_TYPE, json);
}

rowan_status rowan_reply_problem(rowan_request *request, int http_status,
                                 const char *detail)
{
    if (request->stream.begun)
        return rowan_fail(&request->err, ROWAN_EINTERNAL, "answered twice");
    rowan__request_problem(request, http_status, detail);
    return ROWAN_OK;
}

/* Rows. */

static rowan_status write_rows(rowan_request *request, rowan_cursor *cursor,
                               const rowan_model *model, rowan_json_writer *json)
{
    bool first = true;
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st;

    rowan_json_raw(json, "[", 1);
    while ((st = rowan_cursor_next(cursor, &rows, &n_rows, &request->err)) ==
           ROWAN_ROW) {
        if (!first)
            rowan_json_raw(json, ",", 1);
        first = false;
        rowan_json_rows(json, model, rows, n_rows);
        if (json->failed)
            return rowan_fail(&request->err, ROWAN_ENOMEM, "no memory for the answer");
        if (json->len < ROWAN__STREAM_FROM)
            continue;
        st = rowan__stream_write(request, json->ptr, json->len, true);
        if (st != ROWAN_OK || request->stream.done)
            return st;
        rowan_json_clear(json);
    }
    rowan_json_raw(json, "]", 1);
    return st;
}

rowan_status rowan_reply_rows(rowan_request *request, rowan_session *db,
                              const rowan_query *query)
{
    rowan_cursor *cursor = NULL;
    rowan_json_writer json = { 0 };
    rowan_status st = rowan_cursor_open(db, query, &cursor, &request->err);

    if (st == ROWAN_OK)
        st = write_rows(request, cursor, query->model, &json);
    rowan_cursor_close(cursor);
    if (st == ROWAN_OK && !request->stream.begun)
        return set_answer(request, 200, JSON_TYPE, &json);
    rowan_session_release(db); /* the client may take its time for the end */
    if (st == ROWAN_OK && !request->stream.done)
        st = rowan__stream_write(request, json.ptr, json.len, false);
    rowan_json_done(&json);
    return st;
}

rowan_status rowan_reply_row(rowan_request *request, rowan_session *db,
                             const rowan_model *model, rowan_value key)
{
    rowan_result *result = NULL;
    rowan_json_writer json = { 0 };
    rowan_status st = rowan_fetch_key(db, model, key, &result, &request->err);

    if (st != ROWAN_OK)
        return st;
    rowan_json_row(&json, model, rowan_result_rows(result));
    rowan_result_free(result);
    return set_answer(request, 200, JSON_TYPE, &json);
}
