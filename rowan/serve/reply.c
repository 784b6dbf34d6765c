/* reply.c - how a handler answers. See rowan/serve.h.
 *
 * A list of rows is read in one go if it is short, which on PostgreSQL takes two thirds of
 * the time, and batch by batch if it is long. Which of them it is shows when it is read,
 * so each route remembers how it was the last time, and a list that turns out to be long
 * is begun again. Batches are one answer with its length as long as they stay below a
 * ceiling; then what there is goes out, and the handler waits until the client has taken
 * it before it reads on, so that an answer of any length takes the memory of a batch. See
 * stream.c.
 */
#include "request_int.h"

#include <string.h>

#include "alloc_int.h"
#include "limits_int.h"
#include "problem_int.h"

#define JSON_TYPE "application/json"
#define SHORT     256 /* rows that are read in one go */

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
                               const rowan_model *model, rowan_json_writer *json,
                               size_t *n_total)
{
    void *rows = NULL;
    size_t n_rows = 0;
    rowan_status st;

    rowan_json_raw(json, "[", 1);
    while ((st = rowan_cursor_next(cursor, &rows, &n_rows, &request->err)) ==
           ROWAN_ROW) {
        if (*n_total > 0)
            rowan_json_raw(json, ",", 1);
        *n_total += n_rows;
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

/* An empty text with room for what the route answered the last time. */
static rowan_json_writer new_json(const rowan_request *request)
{
    size_t last_len = request->match.route->last_len;
    size_t cap = last_len < ROWAN__STREAM_FROM ? last_len + last_len / 8 + 64 : 0;
    rowan_json_writer json = { .ptr = cap > 0 ? rowan__malloc(cap) : NULL };

    if (json.ptr == NULL)
        return json;
    json.ptr[0] = '\0';
    json.cap = cap;
    return json;
}

static rowan_status answer_with(rowan_request *request, rowan_json_writer *json)
{
    request->match.route->last_len = json->len;
    return set_answer(request, 200, JSON_TYPE, json);
}

/* Answers with all rows of a result, and frees it. */
static rowan_status answer_rows(rowan_request *request, const rowan_query *query,
                                rowan_result *result)
{
    rowan_json_writer json = new_json(request);

    rowan_json_raw(&json, "[", 1);
    rowan_json_rows(&json, query->model, rowan_result_rows(result),
                    rowan_result_count(result));
    rowan_json_raw(&json, "]", 1);
    rowan_result_free(result);
    return answer_with(request, &json);
}

/* Reads the list in one go; ROWAN_ROW if it is longer than that. */
static rowan_status reply_short(rowan_request *request, rowan_session *db,
                                const rowan_query *query)
{
    rowan_query first = *query;
    rowan_result *result = NULL;
    rowan_status st;

    if (first.limit == 0 || first.limit > SHORT)
        first.limit = SHORT + 1;
    st = rowan_fetch(db, &first, &result, &request->err);
    if (st != ROWAN_OK)
        return st;
    if (rowan_result_count(result) > SHORT) {
        rowan_result_free(result);
        return ROWAN_ROW;
    }
    return answer_rows(request, query, result);
}

static rowan_status reply_long(rowan_request *request, rowan_session *db,
                               const rowan_query *query)
{
    rowan_cursor *cursor = NULL;
    rowan_json_writer json = new_json(request);
    size_t n_rows = 0;
    rowan_status st = rowan_cursor_open(db, query, &cursor, &request->err);

    if (st == ROWAN_OK)
        st = write_rows(request, cursor, query->model, &json, &n_rows);
    rowan_cursor_close(cursor);
    request->match.route->is_long = st != ROWAN_OK || n_rows > SHORT;
    if (st == ROWAN_OK && !request->stream.begun)
        return answer_with(request, &json);
    rowan_session_release(db); /* the client may take its time for the end */
    if (st == ROWAN_OK && !request->stream.done)
        st = rowan__stream_write(request, json.ptr, json.len, false);
    rowan_json_done(&json);
    return st;
}

/* With relations: no cursor loads them. */
static rowan_status reply_related(rowan_request *request, rowan_session *db,
                                  const rowan_query *query)
{
    rowan_result *result = NULL;
    rowan_status st = rowan_fetch(db, query, &result, &request->err);

    return st == ROWAN_OK ? answer_rows(request, query, result) : st;
}

rowan_status rowan_reply_rows(rowan_request *request, rowan_session *db,
                              const rowan_query *query)
{
    rowan_status st = ROWAN_ROW;

    if (query->with[0] != NULL)
        return reply_related(request, db, query);
    if (!request->match.route->is_long)
        st = reply_short(request, db, query);
    return st == ROWAN_ROW ? reply_long(request, db, query) : st;
}

rowan_status rowan_reply_one(rowan_request *request, rowan_session *db,
                             const rowan_query *query)
{
    rowan_query first = *query;
    rowan_result *result = NULL;
    rowan_json_writer json;
    rowan_status st;

    first.limit = 1;
    st = rowan_fetch(db, &first, &result, &request->err);
    if (st != ROWAN_OK)
        return st;
    if (rowan_result_count(result) == 0) {
        rowan_result_free(result);
        return rowan_fail(&request->err, ROWAN_ENOTFOUND, "no such %s",
                          query->model->table);
    }
    json = new_json(request);
    rowan_json_row(&json, query->model, rowan_result_rows(result));
    rowan_result_free(result);
    return answer_with(request, &json);
}

rowan_status rowan_reply_row(rowan_request *request, rowan_session *db,
                             const rowan_model *model, rowan_value key)
{
    rowan_result *result = NULL;
    rowan_json_writer json;
    rowan_status st = rowan_fetch_key(db, model, key, &result, &request->err);

    if (st != ROWAN_OK)
        return st;
    json = new_json(request);
    rowan_json_row(&json, model, rowan_result_rows(result));
    rowan_result_free(result);
    return answer_with(request, &json);
}
