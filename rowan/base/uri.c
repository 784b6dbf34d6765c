/* uri.c - see uri_int.h. RFC 3986, with the list of hosts that libpq allows
 * ("host1:5432,host2") and SQLAlchemy's "scheme+driver". */
#include "uri_int.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "utf8_int.h"

#define BAD(err, ...) rowan_fail(err, ROWAN_EINVAL, "DATABASE_URI: " __VA_ARGS__)

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* A percent-decoded copy of text[len]. `what` names the part in a message. */
static rowan_status decode(rowan_arena *arena, const char *text, size_t len, bool plus,
                           const char *what, const char **out, rowan_error *err)
{
    char *to = rowan_arena_alloc(arena, len + 1);
    size_t n = 0;

    if (to == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = i + 1 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0)
                return BAD(err, "the %s has a %% without two hexadecimal digits", what);
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0')
            return BAD(err, "the %s holds a NUL byte", what);
        to[n++] = c;
    }
    to[n] = '\0';
    if (rowan__utf8_valid_len(to, n) != n)
        return BAD(err, "the %s is not valid UTF-8", what);
    *out = to;
    return ROWAN_OK;
}

static rowan_status parse_port(const char *text, size_t len, int *out, rowan_error *err)
{
    int port = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' ||
            (port = port * 10 + text[i] - '0') > 65535)
            return BAD(err, "the port is not a number from 1 to 65535");
    }
    if (len > 0 && port == 0)
        return BAD(err, "the port is not a number from 1 to 65535");
    *out = port;
    return ROWAN_OK;
}

static rowan_status parse_host(rowan_arena *arena, const char *text, size_t len,
                               rowan__uri_host *out, rowan_error *err)
{
    const char *end = text + len, *name_end, *colon;
    rowan_status st;

    if (len > 0 && *text == '[') { /* an IPv6 address */
        name_end = memchr(text, ']', len);
        if (name_end == NULL || (name_end + 1 < end && name_end[1] != ':'))
            return BAD(err, "an address in brackets is not closed");
        colon = name_end + 1 < end ? name_end + 1 : NULL;
        text++;
    } else {
        colon = memchr(text, ':', len);
        name_end = colon != NULL ? colon : end;
    }
    st = decode(arena, text, (size_t)(name_end - text), false, "host", &out->name, err);
    if (st != ROWAN_OK)
        return st;
    out->port = 0;
    if (colon == NULL)
        return ROWAN_OK;
    return parse_port(colon + 1, (size_t)(end - colon - 1), &out->port, err);
}

static rowan_status parse_authority(rowan_arena *arena, const char *text, size_t len,
                                    rowan__uri *out, rowan_error *err)
{
    const char *end = text + len, *at = NULL;
    rowan_status st;

    for (const char *p = text; p < end; p++) /* the last one: a password may hold '@' */
        at = *p == '@' ? p : at;
    if (at != NULL) {
        const char *colon = memchr(text, ':', (size_t)(at - text));
        const char *user_end = colon != NULL ? colon : at;

        st = decode(arena, text, (size_t)(user_end - text), false, "user name",
                    &out->user, err);
        if (st == ROWAN_OK && colon != NULL)
            st = decode(arena, colon + 1, (size_t)(at - colon - 1), false, "password",
                        &out->password, err);
        if (st != ROWAN_OK)
            return st;
        text = at + 1;
    }
    while (text < end) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *host_end = comma != NULL ? comma : end;

        if (out->n_hosts == ROWAN__URI_MAX_HOSTS)
            return BAD(err, "more than %d hosts", ROWAN__URI_MAX_HOSTS);
        st = parse_host(arena, text, (size_t)(host_end - text),
                        &out->hosts[out->n_hosts++], err);
        if (st != ROWAN_OK)
            return st;
        text = comma != NULL ? comma + 1 : end;
    }
    return ROWAN_OK;
}

static rowan_status parse_query(rowan_arena *arena, const char *text, rowan__uri *out,
                                rowan_error *err)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "&");
        const char *equals = memchr(text, '=', len);
        size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
        rowan__uri_param *param = &out->params[out->n_params];
        rowan_status st;

        if (len > 0) {
            if (out->n_params == ROWAN__URI_MAX_PARAMS)
                return BAD(err, "more than %d parameters", ROWAN__URI_MAX_PARAMS);
            st = decode(arena, text, name_len, true, "name of a parameter",
                        &param->name, err);
            if (st == ROWAN_OK && equals == NULL)
                param->value = "";
            else if (st == ROWAN_OK)
                st = decode(arena, equals + 1, len - name_len - 1, true,
                            "value of a parameter", &param->value, err);
            if (st != ROWAN_OK)
                return st;
            out->n_params++;
        }
        text += len;
        text += *text == '&';
    }
    return ROWAN_OK;
}

static rowan_status parse_scheme(rowan_arena *arena, const char *text, size_t len,
                                 rowan__uri *out, rowan_error *err)
{
    size_t name_len = 0;
    char *scheme;

    while (name_len < len && isalnum((unsigned char)text[name_len]))
        name_len++;
    if (name_len == 0 || (name_len < len && text[name_len] != '+'))
        return BAD(err, "it must begin like sqlite:/// or postgresql://");
    scheme = rowan_arena_strndup(arena, text, name_len);
    if (scheme == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    for (char *p = scheme; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    out->scheme = scheme;
    return ROWAN_OK;
}

/* Whether an '@' comes after the host, in the path or in the name of a parameter: then a
 * password has a '/' or '?' that is not encoded, and the rest of it would pass for the name
 * of a database, which messages show. */
static bool password_is_cut(const char *host_end)
{
    size_t path_len = strcspn(host_end, "?");
    const char *query = host_end + path_len;

    return memchr(host_end, '@', path_len) != NULL ||
           query[strcspn(query, "=@")] == '@';
}

rowan_status rowan__uri_parse(rowan_arena *arena, const char *text, rowan__uri *out,
                              rowan_error *err)
{
    const char *scheme_end, *rest;
    size_t authority_len, path_len;
    rowan_status st;

    memset(out, 0, sizeof *out);
    out->database = "";
    if (text == NULL || *text == '\0')
        return BAD(err, "it is empty; try sqlite:///people.db");
    if (strnlen(text, ROWAN__URI_MAX_LEN + 1) > ROWAN__URI_MAX_LEN)
        return BAD(err, "it is longer than %d bytes", ROWAN__URI_MAX_LEN);
    scheme_end = strstr(text, "://");
    if (scheme_end == NULL)
        return BAD(err, "it must begin like sqlite:/// or postgresql://");
    st = parse_scheme(arena, text, (size_t)(scheme_end - text), out, err);
    if (st != ROWAN_OK)
        return st;
    rest = scheme_end + 3;
    authority_len = strcspn(rest, "/?");
    if (authority_len > 0 && password_is_cut(rest + authority_len))
        return BAD(err,
                   "write a / in the password as %%2F, a ? as %%3F, an @ in a name as "
                   "%%40");
    st = parse_authority(arena, rest, authority_len, out, err);
    if (st != ROWAN_OK)
        return st;
    rest += authority_len;
    if (*rest == '/') {
        rest++;
        path_len = strcspn(rest, "?");
        st = decode(arena, rest, path_len, false, "database name", &out->database, err);
        if (st != ROWAN_OK)
            return st;
        rest += path_len;
    }
    return *rest == '?' ? parse_query(arena, rest + 1, out, err) : ROWAN_OK;
}

const char *rowan__uri_param_get(const rowan__uri *uri, const char *name)
{
    for (size_t i = 0; i < uri->n_params; i++) {
        if (strcmp(uri->params[i].name, name) == 0)
            return uri->params[i].value;
    }
    return NULL;
}
