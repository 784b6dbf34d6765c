/* request.c - what a handler may ask about its request. See rowan/serve.h. */
#include "request_int.h"

#include <string.h>

const char *rowan_request_path(const rowan_request *request, const char *name)
{
    const rowan__route *route = request->match.route;

    for (size_t i = 0; i < route->n_params; i++) {
        if (strcmp(route->params[i], name) == 0)
            return request->match.values[i].ptr;
    }
    return NULL;
}

/* A text that is no value of the type cannot be a row's: it is not found. */
static rowan_status parse_path(rowan_request *request, const char *name,
                               rowan_type type, rowan_value *out)
{
    const char *text = rowan_request_path(request, name);
    rowan_error why = { 0 };

    if (text == NULL)
        return rowan_fail(&request->err, ROWAN_EINTERNAL, "the route %s has no {%s}",
                          request->match.route->path, name);
    if (rowan_value_parse(type, text, strlen(text), out, &why) != ROWAN_OK)
        return rowan_fail(&request->err, ROWAN_ENOTFOUND, "%s %s", name, why.message);
    return ROWAN_OK;
}

rowan_status rowan_request_key(rowan_request *request, const char *name,
                               const rowan_model *model, rowan_value *out)
{
    const rowan_column *key = rowan_model_key(model);

    if (key == NULL)
        return rowan_fail(&request->err, ROWAN_EINTERNAL,
                          "%s has a key of several columns", model->name);
    return parse_path(request, name, key->type, out);
}

rowan_status rowan_request_int64(rowan_request *request, const char *name, int64_t *out)
{
    rowan_value value;
    rowan_status st = parse_path(request, name, ROWAN_INT64, &value);

    if (st == ROWAN_OK)
        *out = value.as.int64;
    return st;
}

const char *rowan_request_query(const rowan_request *request, const char *name)
{
    return rowan__target_query(rowan__exchange_arena(request->exchange),
                               &request->target, name);
}

const char *rowan_request_header(const rowan_request *request, const char *name)
{
    return rowan__exchange_header(request->exchange, name);
}

rowan_text rowan_request_body(const rowan_request *request)
{
    return rowan__exchange_body(request->exchange);
}

rowan_arena *rowan_request_arena(rowan_request *request)
{
    return rowan__exchange_arena(request->exchange);
}

rowan_error *rowan_request_error(rowan_request *request)
{
    return &request->err;
}
