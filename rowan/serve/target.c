/* target.c - see target_int.h. */
#include "target_int.h"

#include <string.h>

#include "utf8_int.h"

static const rowan__refusal bad_form = { 400, "the target is not a path" };
static const rowan__refusal bad_encoding = {
    400, "a % in the target is not followed by two hexadecimal digits of UTF-8 text"
};
static const rowan__refusal deep_path = { 404, "the path has too many segments" };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes text[len] in place and puts a NUL behind it, which may be the byte after it.
 * Returns  the new length, or SIZE_MAX if it is malformed. */
static size_t decode(char *text, size_t len, bool plus_is_space)
{
    size_t n = 0;

    if (memchr(text, '%', len) == NULL &&
        (!plus_is_space || memchr(text, '+', len) == NULL)) {
        text[len] = '\0';
        return len;
    }
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(text[i + 2]);

            if (low < 0 || high + low == 0)
                return SIZE_MAX;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text[n++] = c;
    }
    text[n] = '\0';
    return rowan__utf8_valid_len(text, n) == n ? n : SIZE_MAX;
}

/* http://host/path, which a proxy may send, means /path, and http://host means /. */
static char *skip_authority(char *text)
{
    size_t scheme_len = strncmp(text, "http://", 7) == 0    ? 7
                        : strncmp(text, "https://", 8) == 0 ? 8
                                                            : 0;
    char *host = text + scheme_len;
    size_t host_len = strcspn(host, "/?");

    if (scheme_len == 0 || host_len == 0)
        return text;
    if (host[host_len] != '/')
        host[--host_len] = '/';
    return host + host_len;
}

static const rowan__refusal *split_path(char *path, size_t len, rowan__target *out)
{
    char *at = path + 1, *end = path + len;

    while (at <= end && len > 1) {
        char *slash = memchr(at, '/', (size_t)(end - at));
        char *segment_end = slash != NULL ? slash : end;
        rowan_text *segment = &out->segments[out->n_segments];

        if (out->n_segments == ROWAN__MAX_SEGMENTS)
            return &deep_path;
        segment->ptr = at;
        segment->len = decode(at, (size_t)(segment_end - at), false);
        if (segment->len == SIZE_MAX)
            return &bad_encoding;
        out->n_segments++;
        at = segment_end + 1;
    }
    return NULL;
}

/* Whether a query is well encoded; its parameters are decoded when they are asked for. */
static bool is_encoded_well(const char *query)
{
    char copy[ROWAN__MAX_TARGET + 1];
    size_t len = strlen(query);

    if (memchr(query, '%', len) == NULL)
        return true;
    if (len > ROWAN__MAX_TARGET)
        return false;
    memcpy(copy, query, len);
    return decode(copy, len, false) != SIZE_MAX;
}

const rowan__refusal *rowan__target_split(char *text, rowan__target *out)
{
    char *path = skip_authority(text), *query;

    out->n_segments = 0;
    out->query = "";
    out->asterisk = strcmp(text, "*") == 0;
    if (out->asterisk)
        return NULL;
    query = strchr(path, '?');
    if (query != NULL) {
        *query = '\0';
        out->query = query + 1;
    }
    if (*path != '/')
        return &bad_form;
    if (!is_encoded_well(out->query))
        return &bad_encoding;
    return split_path(path, strlen(path), out);
}

const char *rowan__target_query(rowan_arena *arena, const rowan__target *target,
                                const char *name)
{
    const char *at = target->query;

    while (*at != '\0') {
        size_t len = strcspn(at, "&"), name_len = strcspn(at, "&=");
        char *copy = rowan_arena_strndup(arena, at, len);

        if (copy == NULL)
            return NULL;
        if (decode(copy, name_len, true) != SIZE_MAX && strcmp(copy, name) == 0) {
            char *value = copy + (name_len < len ? name_len + 1 : len);

            return decode(value, (size_t)(copy + len - value), true) != SIZE_MAX ? value
                                                                                 : NULL;
        }
        at += len + (at[len] == '&');
    }
    return NULL;
}
