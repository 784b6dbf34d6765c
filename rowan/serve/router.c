/* router.c - see router_int.h. */
#include "router_int.h"

#include <string.h>

#include "alloc_int.h"
#include "buf_int.h"
#include "head_int.h"

#define MAX_METHODS 16 /* of one path */

/* A place in the tree: the paths that begin alike. */
struct node {
    const char *text; /* of its segment; NULL for one in braces */
    size_t len;
    struct node *sibling;
    struct node *children; /* spelt out */
    struct node *param;    /* in braces */
    rowan__route *routes[MAX_METHODS];
    size_t n_routes;
    const char *allow;
};

struct rowan__router {
    rowan_arena *arena;
    struct node *root;
};

rowan__router *rowan__router_new(void)
{
    rowan__router *router = rowan__calloc(1, sizeof *router);

    if (router == NULL)
        return NULL;
    router->arena = rowan_arena_new(NULL, 0);
    if (router->arena != NULL)
        router->root = rowan_arena_calloc(router->arena, 1, sizeof *router->root);
    if (router->root == NULL) {
        rowan__router_free(router);
        return NULL;
    }
    return router;
}

void rowan__router_free(rowan__router *router)
{
    if (router == NULL)
        return;
    rowan_arena_free(router->arena);
    rowan__free(router);
}

/* Adding. */

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (i > 0 && c >= '0' && c <= '9')))
            return false;
    }
    return len > 0;
}

/* A segment of a route that is spelt out has no characters that a path would encode. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7f ||
            strchr("{}%?#\\\"<>^`|", text[i]) != NULL)
            return false;
    }
    return len > 0;
}

static rowan_status add_param(rowan_arena *arena, rowan__route *route, const char *text,
                              size_t len, rowan_error *err)
{
    char *name;

    if (!is_name(text, len))
        return rowan_fail(err, ROWAN_EINVAL, "route %s: a name in braces is malformed",
                          route->path);
    if (route->n_params == ROWAN__MAX_PARAMS)
        return rowan_fail(err, ROWAN_EINVAL,
                          "route %s: more than %d segments in braces", route->path,
                          ROWAN__MAX_PARAMS);
    name = rowan_arena_strndup(arena, text, len);
    if (name == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < route->n_params; i++) {
        if (strcmp(route->params[i], name) == 0)
            return rowan_fail(err, ROWAN_EINVAL, "route %s: {%s} stands there twice",
                              route->path, name);
    }
    route->params[route->n_params++] = name;
    return ROWAN_OK;
}

static struct node *child(const struct node *node, const char *text, size_t len)
{
    for (struct node *at = node->children; at != NULL; at = at->sibling) {
        if (at->len == len && memcmp(at->text, text, len) == 0)
            return at;
    }
    return NULL;
}

static struct node *add_child(rowan_arena *arena, struct node *node, const char *text,
                              size_t len)
{
    struct node *found = text == NULL ? node->param : child(node, text, len);

    if (found != NULL)
        return found;
    found = rowan_arena_calloc(arena, 1, sizeof *found);
    if (found == NULL)
        return NULL;
    if (text == NULL) {
        node->param = found;
        return found;
    }
    found->text = rowan_arena_strndup(arena, text, len);
    found->len = len;
    found->sibling = node->children;
    node->children = found;
    return found->text == NULL ? NULL : found;
}

/* One segment of a route: goes down to its node. */
static rowan_status add_segment(rowan_arena *arena, rowan__route *route,
                                const char *text, size_t len, struct node **node,
                                rowan_error *err)
{
    bool is_param = len >= 2 && text[0] == '{' && text[len - 1] == '}';
    rowan_status st = ROWAN_OK;

    if (is_param)
        st = add_param(arena, route, text + 1, len - 2, err);
    else if (!is_plain(text, len))
        st = rowan_fail(err, ROWAN_EINVAL, "route %s: a segment is empty or malformed",
                        route->path);
    if (st != ROWAN_OK)
        return st;
    *node = add_child(arena, *node, is_param ? NULL : text, len);
    return *node == NULL ? rowan_fail(err, ROWAN_ENOMEM, "out of memory") : ROWAN_OK;
}

static rowan_status add_path(rowan_arena *arena, rowan__route *route,
                             struct node **node, rowan_error *err)
{
    const char *at = route->path;
    size_t n_segments = 0;

    if (*at != '/')
        return rowan_fail(err, ROWAN_EINVAL, "route %s: a path begins with /",
                          route->path);
    while (strcmp(route->path, "/") != 0 && *at == '/') {
        size_t len = strcspn(at + 1, "/");
        rowan_status st;

        if (++n_segments > ROWAN__MAX_SEGMENTS)
            return rowan_fail(err, ROWAN_EINVAL, "route %s: more than %d segments",
                              route->path, ROWAN__MAX_SEGMENTS);
        st = add_segment(arena, route, at + 1, len, node, err);
        if (st != ROWAN_OK)
            return st;
        at += len + 1;
    }
    return ROWAN_OK;
}

static rowan_status add_to(struct node *node, rowan__route *route, rowan_error *err)
{
    for (size_t i = 0; i < node->n_routes; i++) {
        if (strcmp(node->routes[i]->method, route->method) == 0)
            return rowan_fail(err, ROWAN_EINVAL, "route %s %s is there already as %s",
                              route->method, route->path, node->routes[i]->path);
    }
    if (node->n_routes == MAX_METHODS)
        return rowan_fail(err, ROWAN_EINVAL, "route %s: more than %d methods",
                          route->path, MAX_METHODS);
    node->routes[node->n_routes++] = route;
    return ROWAN_OK;
}

rowan_status rowan__router_add(rowan__router *router, const char *method,
                               const char *path, rowan_handler *handler,
                               const rowan_model *model, rowan_error *err)
{
    rowan_arena *arena = router->arena;
    rowan__route *route = rowan_arena_calloc(arena, 1, sizeof *route);
    struct node *node = router->root;
    rowan_status st;

    if (route == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    route->path = rowan_arena_strndup(arena, path, strlen(path));
    route->method = rowan_arena_strndup(arena, method, strlen(method));
    route->handler = handler;
    route->model = model;
    if (route->path == NULL || route->method == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (rowan__head_method(method, strlen(method)) != NULL || handler == NULL)
        return rowan_fail(err, ROWAN_EINVAL, "route %s: it has no method or no handler",
                          path);
    st = add_path(arena, route, &node, err);
    return st == ROWAN_OK ? add_to(node, route, err) : st;
}

static rowan__route *route_of(const struct node *node, const char *method)
{
    for (size_t i = 0; i < node->n_routes; i++) {
        if (strcmp(node->routes[i]->method, method) == 0)
            return node->routes[i];
    }
    return NULL;
}

bool rowan__router_has(const rowan__router *router, const char *method,
                       const char *path)
{
    const struct node *node = router->root;

    while (node != NULL && *path == '/' && path[1] != '\0') {
        size_t len = strcspn(path + 1, "/");

        node = child(node, path + 1, len);
        path += len + 1;
    }
    return node != NULL && route_of(node, method) != NULL;
}

/* Compiling. */

static void add_allow(rowan__buf *allow, const char *method)
{
    rowan__buf_printf(allow, "%s%s", allow->len > 0 ? ", " : "", method);
}

static rowan_status compile_node(rowan_arena *arena, struct node *node,
                                 rowan_error *err)
{
    rowan__buf allow;

    rowan__buf_init(&allow, 0);
    for (size_t i = 0; i < node->n_routes; i++) {
        add_allow(&allow, node->routes[i]->method);
        if (strcmp(node->routes[i]->method, "GET") == 0 &&
            route_of(node, "HEAD") == NULL)
            add_allow(&allow, "HEAD");
    }
    if (node->n_routes > 0 && route_of(node, "OPTIONS") == NULL)
        add_allow(&allow, "OPTIONS");
    if (allow.len > 0 && rowan__buf_ok(&allow))
        node->allow = rowan_arena_strndup(arena, allow.ptr, allow.len);
    rowan__buf_done(&allow);
    return node->allow == NULL && node->n_routes > 0
               ? rowan_fail(err, ROWAN_ENOMEM, "out of memory")
               : ROWAN_OK;
}

static rowan_status compile(rowan_arena *arena, struct node *node, rowan_error *err)
{
    rowan_status st = compile_node(arena, node, err);

    for (struct node *at = node->children; st == ROWAN_OK && at != NULL;
         at = at->sibling)
        st = compile(arena, at, err);
    if (st == ROWAN_OK && node->param != NULL)
        st = compile(arena, node->param, err);
    return st;
}

rowan_status rowan__router_compile(rowan__router *router, rowan_error *err)
{
    return compile(router->arena, router->root, err);
}

/* Finding. */

/* The node of the segments from `depth` on below `node`; NULL if they lead nowhere. The
 * values of those in braces are collected on the way. */
static const struct node *walk(const struct node *node, const rowan__target *target,
                               size_t depth, rowan_text *values, size_t n_values)
{
    const rowan_text *segment = &target->segments[depth];
    const struct node *next, *found;

    if (depth == target->n_segments)
        return node->n_routes > 0 ? node : NULL;
    next = child(node, segment->ptr, segment->len);
    found = next == NULL ? NULL : walk(next, target, depth + 1, values, n_values);
    if (found != NULL || node->param == NULL || segment->len == 0)
        return found;
    values[n_values] = *segment;
    return walk(node->param, target, depth + 1, values, n_values + 1);
}

rowan_status rowan__router_find(const rowan__router *router, const char *method,
                                const rowan__target *target, rowan__match *out)
{
    const struct node *node = walk(router->root, target, 0, out->values, 0);

    if (node == NULL)
        return ROWAN_ENOTFOUND;
    out->allow = node->allow;
    out->route = route_of(node, method);
    if (out->route == NULL && strcmp(method, "HEAD") == 0)
        out->route = route_of(node, "GET");
    return ROWAN_OK;
}
