/* app.c - the declarations of an API, and the way of a request through it.
 *
 * on_request() finds the route, and answers by itself where there is no handler to ask.
 * Else a task runs handle(): a session, the handler, the answer.
 */
#include "app_int.h"

#include <stdio.h>
#include <string.h>

#include "alloc_int.h"
#include "request_int.h"
#include "status_int.h"

/* Stands for an app where there was no memory for one. */
static rowan_app no_memory = {
    .st = ROWAN_ENOMEM,
    .err = { .code = ROWAN_ENOMEM, .message = "out of memory" },
};

rowan_app *rowan_app_new(const rowan_models *models)
{
    rowan_app *app = rowan__calloc(1, sizeof *app);

    if (app == NULL)
        return &no_memory;
    app->models = models;
    app->router = rowan__router_new();
    if (app->router == NULL)
        app->st = rowan_fail(&app->err, ROWAN_ENOMEM, "out of memory");
    else if (models == NULL)
        app->st = rowan_fail(&app->err, ROWAN_EINVAL, "the app has no models");
    else
        app->st = rowan_models_check(models, &app->err);
    return app;
}

void rowan_app_free(rowan_app *app)
{
    if (app == NULL || app == &no_memory)
        return;
    rowan__router_free(app->router);
    rowan__free(app);
}

static void add_route(rowan_app *app, const char *method, const char *path,
                      rowan_handler *handler, const rowan_model *model)
{
    if (app->st == ROWAN_OK)
        app->st =
            rowan__router_add(app->router, method, path, handler, model, &app->err);
}

void rowan_route(rowan_app *app, const char *method, const char *path,
                 rowan_handler *handler)
{
    add_route(app, method, path, handler, NULL);
}

/* Rows for free. */

static rowan_status list_model(rowan_request *request, rowan_session *db)
{
    const rowan_model *model = request->match.route->model;
    const rowan_order by_key = { .column = rowan_model_key(model) };

    return rowan_reply_rows(request, db,
                            &(rowan_query){ .model = model, .order_by = { &by_key } });
}

static rowan_status get_model(rowan_request *request, rowan_session *db)
{
    const rowan_model *model = request->match.route->model;
    rowan_value key;
    rowan_status st = rowan_request_key(request, "key", model, &key);

    return st == ROWAN_OK ? rowan_reply_row(request, db, model, key) : st;
}

void rowan_expose_model(rowan_app *app, const rowan_model *model, const char *path)
{
    char key_path[1024];
    int len = snprintf(key_path, sizeof key_path, "%s/{key}", path);

    if (app->st != ROWAN_OK)
        return;
    if (rowan_model_key(model) == NULL)
        app->st = rowan_fail(&app->err, ROWAN_EINVAL,
                             "%s has a key of several columns and cannot be exposed",
                             model->name);
    else if (len < 0 || (size_t)len >= sizeof key_path)
        app->st = rowan_fail(&app->err, ROWAN_EINVAL, "the path of %s is too long",
                             model->name);
    add_route(app, "GET", path, list_model, model);
    add_route(app, "GET", key_path, get_model, model);
}

/* GET /health: 200 if the database answers soon. A session of its own engine, so that a
 * pool that is lent out does not make a healthy service look ill. */
static rowan_status health(rowan_request *request, rowan_session *db)
{
    static const char ok[] = "{\"status\":\"ok\"}";
    rowan_error *err = rowan_request_error(request);
    rowan_session *session = NULL;
    rowan_json_writer json = { 0 };
    rowan_status st = rowan_session_open(request->app->health, &session, err);

    (void)db;
    if (st == ROWAN_OK)
        st = rowan_session_ping(session, err);
    rowan_session_close(session);
    if (st != ROWAN_OK)
        return st;
    rowan_json_raw(&json, ok, sizeof ok - 1);
    return rowan_reply_json(request, 200, &json);
}

rowan_status rowan__app_ready(rowan_app *app, rowan_error *err)
{
    if (app->st == ROWAN_OK && !rowan__router_has(app->router, "GET", "/health"))
        add_route(app, "GET", "/health", health, NULL);
    if (app->st == ROWAN_OK)
        app->st = rowan__router_compile(app->router, &app->err);
    if (app->st != ROWAN_OK && err != NULL)
        *err = app->err;
    return app->st;
}

/* The way of a request. */

static void log_trouble(const rowan_request *request, int http_status, const char *why)
{
    rowan_app *app = request->app;
    char line[ROWAN_ERROR_MESSAGE_SIZE + 256];

    if (app->log == NULL)
        return;
    (void)snprintf(line, sizeof line, "%.16s %.200s: %d: %s",
                   rowan__exchange_method(request->exchange),
                   request->match.route->path, http_status, why);
    app->log(app->log_ctx, line);
}

/* The handler has failed: says so to the client, and to the log what only we may know. */
static void answer_failure(rowan_request *request, rowan_status st)
{
    int http_status = rowan_http_status(st);
    const char *words = request->err.code == st ? request->err.message : "";
    const char *public_words = rowan__public_detail(st);

    if (http_status >= 500)
        log_trouble(request, http_status, *words ? words : rowan_status_name(st));
    if (public_words == NULL && *words != '\0')
        public_words = words;
    rowan__request_problem(request, http_status, public_words);
}

static void finish(rowan_request *request, rowan_status st)
{
    if (request->stream.begun) {
        if (st < 0 && !rowan__exchange_is_gone(request->exchange))
            log_trouble(request, 200, request->err.message);
        if (st < 0)
            rowan__stream_fail(request);
        return;
    }
    if (st >= 0 && !request->answered)
        st = rowan_fail(&request->err, ROWAN_EINTERNAL, "the handler has not answered");
    if (st < 0)
        answer_failure(request, st);
    rowan__request_send(request);
}

/* A task. */
static void handle(void *arg)
{
    rowan_request *request = arg;
    rowan_session *db = NULL;
    rowan_status st = rowan_session_open(request->app->engine, &db, &request->err);

    if (st == ROWAN_OK)
        st = request->match.route->handler(request, db);
    rowan_session_close(db);
    finish(request, st);
    rowan__exchange_release(request->exchange);
}

static void answer_problem(rowan_request *request, int http_status, const char *detail)
{
    rowan__request_problem(request, http_status, detail);
    rowan__request_send(request);
}

static void start_handler(rowan_request *request)
{
    rowan__exchange_hold(request->exchange);
    if (rowan__task_start(request->app->tasks, handle, request) == ROWAN_OK)
        return;
    log_trouble(request, 503, "too many requests are under way");
    answer_problem(request, 503, "too many requests are under way; try again");
    rowan__exchange_release(request->exchange);
}

static void answer_options(rowan_request *request, const char *allow)
{
    request->answer = (rowan__answer){ .status = 204, .allow = allow };
    rowan__request_send(request);
}

static void follow_route(rowan_request *request)
{
    const char *method = rowan__exchange_method(request->exchange);
    bool is_options = strcmp(method, "OPTIONS") == 0;
    rowan_app *app = request->app;

    if (request->target.asterisk && is_options)
        answer_options(request, "GET, HEAD, OPTIONS");
    else if (request->target.asterisk)
        answer_problem(request, 400, "the target * is for OPTIONS");
    else if (rowan__router_find(app->router, method, &request->target,
                                &request->match) != ROWAN_OK)
        answer_problem(request, 404, "there is nothing under that path");
    else if (request->match.route != NULL)
        start_handler(request);
    else if (is_options)
        answer_options(request, request->match.allow);
    else
        answer_problem(request, 405, "the path does not have that method");
}

void rowan__app_on_request(void *ctx, rowan__exchange *exchange)
{
    rowan_request *request = rowan__exchange_user(exchange);
    const rowan__refusal *refusal;

    request->app = ctx;
    request->exchange = exchange;
    refusal = rowan__target_split(rowan__exchange_target(exchange), &request->target);
    if (refusal != NULL)
        answer_problem(request, refusal->status, refusal->detail);
    else
        follow_route(request);
}

void rowan__app_on_end(void *ctx, rowan__exchange *exchange)
{
    (void)ctx;
    rowan__stream_end(rowan__exchange_user(exchange));
}

void rowan__app_on_release(void *ctx, rowan__exchange *exchange)
{
    rowan_request *request = rowan__exchange_user(exchange);

    (void)ctx;
    rowan__free(request->answer.body); /* of a handler whose client had gone */
    request->answer = (rowan__answer){ 0 };
    request->stream = (rowan__stream){ 0 };
    request->answered = false;
    request->match.route = NULL;
    request->err.code = ROWAN_OK;
    request->err.message[0] = '\0';
}

size_t rowan__app_request_size(void)
{
    return sizeof(rowan_request);
}
