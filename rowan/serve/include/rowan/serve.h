/* rowan/serve.h - models -> JSON over HTTP.
 *
 *     static rowan_status people(rowan_request *request, rowan_session *db)
 *     {
 *         return rowan_reply_rows(request, db, rowan_select(Person));
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         rowan_app *app = rowan_app_new(&models);
 *         rowan_get(app, "/people", people);
 *         return rowan_serve_main(argc, argv, app);
 *     }
 *
 * A handler is straight-line code: where it waits for the database, other requests go
 * on. It answers once, or returns a negative status, which becomes a problem document
 * (RFC 9457) with the HTTP status that rowan_http_status() gives.
 * Uses: rowan/session.h, rowan/json.h.
 */
#ifndef ROWAN_SERVE_H
#define ROWAN_SERVE_H

#include <rowan/json.h>
#include <rowan/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_app rowan_app;
typedef struct rowan_request rowan_request;

/* Answers a request. `db` is the request's own session, without an open transaction; it
 * is closed, and what is open rolled back, when the handler returns.
 * Returns  ROWAN_OK if it has answered; negative otherwise, with the words in
 *          rowan_request_error(). */
typedef rowan_status rowan_handler(rowan_request *request, rowan_session *db);

/* Makes an app for the models of a package. Never NULL: if memory is out or the models
 * are wrong, rowan_serve_main() says so. It frees the app.
 * Threads  one, before rowan_serve_main(). */
rowan_app *rowan_app_new(const rowan_models *models);
void rowan_app_free(rowan_app *app);

/* Adds a route. A segment in braces, "/people/{id}", fits any one segment. A mistake in
 * the path, or a route that is there already, is reported by rowan_serve_main(). GET /health,
 * which is 200 if the database answers, is there unless you add one. */
void rowan_route(rowan_app *app, const char *method, const char *path,
                 rowan_handler *handler);

/* Routes by method: rowan_get(app, "/people/{id}", one_person). */
#define rowan_get(app, path, handler)    rowan_route((app), "GET", (path), (handler))
#define rowan_post(app, path, handler)   rowan_route((app), "POST", (path), (handler))
#define rowan_put(app, path, handler)    rowan_route((app), "PUT", (path), (handler))
#define rowan_patch(app, path, handler)  rowan_route((app), "PATCH", (path), (handler))
#define rowan_remove(app, path, handler) rowan_route((app), "DELETE", (path), (handler))

/* Gives a model's rows for free: GET {path} lists all of them by key, whatever stands behind
 * a "?"; GET {path}/{key} reads one.
 * rowan_expose(app, Person, "/persons"); models with a key of one column. */
void rowan_expose_model(rowan_app *app, const rowan_model *model, const char *path);
#define rowan_expose(app, M, path) \
    rowan_expose_model((app), ROWAN__MODEL(M, "r"), (path))

/* What a handler may ask. All text lives as long as the request. */

/* The part of the path that a segment in braces stands for, percent-decoded; NULL if the
 * route has none of that name. */
const char *rowan_request_path(const rowan_request *request, const char *name);

/* The same as a value of the model's key, or as an int64.
 * Returns  ROWAN_OK; ROWAN_ENOTFOUND if the text is no such value: no row can have it. */
rowan_status rowan_request_key(rowan_request *request, const char *name,
                               const rowan_model *model,
                               rowan_value *out) ROWAN_CHECKED;
rowan_status rowan_request_int64(rowan_request *request, const char *name,
                                 int64_t *out) ROWAN_CHECKED;

/* The value of a parameter behind the "?", percent-decoded; NULL if it is not there. As a
 * condition on a column: rowan_condition() of rowan/query.h, in rowan_request_arena(). */
const char *rowan_request_query(const rowan_request *request, const char *name);

/* A header of the request; NULL if it is not there. The name in any case. */
const char *rowan_request_header(const rowan_request *request, const char *name);

/* The body; "" if there is none. */
rowan_text rowan_request_body(const rowan_request *request);

/* Memory that goes with the request, and the error its handler returns with. */
rowan_arena *rowan_request_arena(rowan_request *request);
rowan_error *rowan_request_error(rowan_request *request);

/* Answers with all rows of a query as a JSON array. A query that loads relations
 * (rowan/with.h) is read in one go, whatever its length, and the rows hold them: give it a
 * limit where there may be many. */
rowan_status rowan_reply_rows(rowan_request *request, rowan_session *db,
                              const rowan_query *query) ROWAN_CHECKED;

/* Answers with the first row of a query as a JSON object, with the relations that the query
 * loads; ROWAN_ENOTFOUND if there is none. */
rowan_status rowan_reply_one(rowan_request *request, rowan_session *db,
                             const rowan_query *query) ROWAN_CHECKED;

/* Answers with the row of that key as a JSON object; ROWAN_ENOTFOUND if there is none. */
rowan_status rowan_reply_row(rowan_request *request, rowan_session *db,
                             const rowan_model *model, rowan_value key) ROWAN_CHECKED;

/* Answers with JSON that the handler wrote; takes the text out of `json`.
 * Returns  ROWAN_OK; ROWAN_ENOMEM if it is incomplete (json->failed). */
rowan_status rowan_reply_json(rowan_request *request, int http_status,
                              rowan_json_writer *json) ROWAN_CHECKED;

/* Answers with a problem document. `detail` may be NULL. */
rowan_status rowan_reply_problem(rowan_request *request, int http_status,
                                 const char *detail) ROWAN_CHECKED;

/* The HTTP status that says what a rowan_status says: 404 for ROWAN_ENOTFOUND, 503 for
 * ROWAN_ECONN, and so on; 500 for what is nobody's business. */
int rowan_http_status(rowan_status st);

/* The main() of an API: reads DATABASE_URI, HOST [0.0.0.0], PORT [5000] and the arguments
 * (--help lists them), serves until SIGINT or SIGTERM, finishes the requests under way,
 * and frees the app.
 * Returns  what main() returns: 0 after a clean end, 1 if it cannot serve, 2 if the
 *          arguments or the environment are wrong. */
int rowan_serve_main(int argc, char **argv, rowan_app *app);

#ifdef __cplusplus
}
#endif
#endif
