/* json_check.c - whether a text is JSON (RFC 8259): a check, no tree. The nesting is a
 * bit a level, so that no input can exhaust the stack. */
#include <rowan/types.h>

#include <string.h>

#include "utf8_int.h"

#define MAX_DEPTH 512

typedef struct reader {
    const char *at;
    const char *end;
    uint64_t in_object[MAX_DEPTH / 64]; /* a bit a level */
    size_t depth;
} reader;

static void skip_space(reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static bool take(reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool take_word(reader *r, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static bool take_digits(reader *r)
{
    const char *start = r->at;

    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > start;
}

static bool take_number(reader *r)
{
    (void)take(r, '-');
    if (!take(r, '0') && !take_digits(r))
        return false;
    if (take(r, '.') && !take_digits(r))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            (void)take(r, '-');
        return take_digits(r);
    }
    return true;
}

static bool take_escape(reader *r)
{
    if (r->at == r->end)
        return false;
    if (*r->at != 'u')
        return strchr("\"\\/bfnrt", *r->at++) != NULL;
    r->at++;
    for (int i = 0; i < 4; i++) {
        if (r->at == r->end || *r->at == '\0' ||
            strchr("0123456789abcdefABCDEF", *r->at) == NULL)
            return false;
        r->at++;
    }
    return true;
}

static bool take_string(reader *r)
{
    if (!take(r, '"'))
        return false;
    while (r->at < r->end && *r->at != '"') {
        if ((unsigned char)*r->at < 0x20)
            return false;
        if (*r->at++ == '\\' && !take_escape(r))
            return false;
    }
    return take(r, '"');
}

static bool is_in_object(const reader *r)
{
    return r->in_object[(r->depth - 1) / 64] >> ((r->depth - 1) % 64) & 1;
}

static bool open_level(reader *r, bool object)
{
    uint64_t bit = UINT64_C(1) << (r->depth % 64);

    if (r->depth == MAX_DEPTH)
        return false;
    if (object)
        r->in_object[r->depth / 64] |= bit;
    else
        r->in_object[r->depth / 64] &= ~bit;
    r->depth++;
    return true;
}

/* "name": in an object. */
static bool take_name(reader *r)
{
    skip_space(r);
    if (!take_string(r))
        return false;
    skip_space(r);
    return take(r, ':');
}

/* A value, or the opening of one; *opened says which. */
static bool take_value(reader *r, bool *opened)
{
    *opened = false;
    skip_space(r);
    if (r->at == r->end)
        return false;
    switch (*r->at) {
    case '"': return take_string(r);
    case 't': return take_word(r, "true");
    case 'f': return take_word(r, "false");
    case 'n': return take_word(r, "null");
    case '[':
    case '{': *opened = true; return open_level(r, *r->at++ == '{');
    default: return take_number(r);
    }
}

/* Closes levels that end here, and goes on to the next value of the one that does not;
 * *done at the end of all. */
static bool take_end_or_next(reader *r, bool just_opened, bool *done)
{
    for (; r->depth > 0; just_opened = false) {
        bool object = is_in_object(r);

        skip_space(r);
        if (take(r, object ? '}' : ']')) {
            r->depth--;
            continue;
        }
        if (!just_opened && !take(r, ','))
            return false;
        return !object || take_name(r);
    }
    *done = true;
    return true;
}

rowan_status rowan_json_check(const char *text, size_t len, rowan_error *err)
{
    reader r = { .at = text, .end = text + len };
    bool done = false, opened = false;
    bool good = rowan__utf8_valid_len(text, len) == len;

    if (!good)
        return rowan_fail(err, ROWAN_EINVAL, "is not valid UTF-8");
    while (good && !done)
        good = take_value(&r, &opened) && take_end_or_next(&r, opened, &done);
    skip_space(&r);
    if (!good || r.at != r.end)
        return rowan_fail(err, ROWAN_EINVAL, "is not JSON (byte %zu)",
                          (size_t)(r.at - text) + 1);
    return ROWAN_OK;
}
