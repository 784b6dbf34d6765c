/* buf_int.h - a growing byte buffer with a sticky failure.
 *
 * Append ten times, test once: after the first failed append (memory out, ceiling
 * reached) all further ones do nothing and rowan__buf_ok() says no. The bytes always
 * have a NUL behind them. A ceiling is set at birth.  Owner: whoever made it.
 */
#ifndef ROWAN_BUF_INT_H
#define ROWAN_BUF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rowan/status.h>

typedef struct rowan__buf {
    char *ptr;   /* NULL until the first byte */
    size_t len;  /* bytes, without the NUL */
    size_t cap;  /* bytes that fit, without the NUL */
    size_t max;  /* ceiling of len */
    bool failed; /* an append was lost */
} rowan__buf;

/* Starts empty; no memory is taken yet. max_len 0 means no ceiling. */
void rowan__buf_init(rowan__buf *buf, size_t max_len);
void rowan__buf_done(rowan__buf *buf);
/* Empties it and forgets the failure; keeps the memory. */
void rowan__buf_clear(rowan__buf *buf);

/* Makes room for `n` more bytes and returns where they go, or NULL (sticky). The caller
 * adds what it wrote to buf->len. */
char *rowan__buf_grow(rowan__buf *buf, size_t n);

void rowan__buf_printf(rowan__buf *buf, const char *fmt, ...) ROWAN_PRINTF(2, 3);
void rowan__buf_int64(rowan__buf *buf, int64_t value);

static inline char *rowan__buf_room(rowan__buf *buf, size_t n)
{
    if (buf->cap - buf->len >= n && !buf->failed && buf->ptr != NULL)
        return buf->ptr + buf->len;
    return rowan__buf_grow(buf, n);
}

static inline void rowan__buf_add(rowan__buf *buf, const char *bytes, size_t len)
{
    char *to = rowan__buf_room(buf, len);

    if (to == NULL)
        return;
    if (len > 0)
        memcpy(to, bytes, len);
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

static inline void rowan__buf_char(rowan__buf *buf, char c)
{
    rowan__buf_add(buf, &c, 1);
}

static inline void rowan__buf_str(rowan__buf *buf, const char *text)
{
    rowan__buf_add(buf, text, strlen(text));
}

static inline bool rowan__buf_ok(const rowan__buf *buf)
{
    return !buf->failed;
}

#endif
