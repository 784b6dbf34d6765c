/* buf.c - see buf_int.h. */
#include "buf_int.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "alloc_int.h"

void rowan__buf_init(rowan__buf *buf, size_t max_len)
{
    memset(buf, 0, sizeof *buf);
    buf->max = max_len > 0 ? max_len : SIZE_MAX / 2;
}

void rowan__buf_done(rowan__buf *buf)
{
    rowan__free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->cap = 0;
}

void rowan__buf_clear(rowan__buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr != NULL)
        buf->ptr[0] = '\0';
}

char *rowan__buf_grow(rowan__buf *buf, size_t n)
{
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    char *ptr;

    if (cap > buf->max) /* never more room than the ceiling: appends look at cap only */
        cap = buf->max;
    if (buf->failed || n > buf->max - buf->len) {
        buf->failed = true;
        return NULL;
    }
    while (cap - buf->len < n)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    ptr = rowan__realloc(buf->ptr, cap + 1);
    if (ptr == NULL) {
        buf->failed = true;
        return NULL;
    }
    if (buf->ptr == NULL)
        ptr[0] = '\0';
    buf->ptr = ptr;
    buf->cap = cap;
    return ptr + buf->len;
}

void rowan__buf_printf(rowan__buf *buf, const char *fmt, ...)
{
    va_list args, again;
    int len;
    char *to;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    to = len < 0 ? NULL : rowan__buf_room(buf, (size_t)len);
    if (to != NULL) {
        (void)vsnprintf(to, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    } else {
        buf->failed = true;
    }
    va_end(again);
    va_end(args);
}

void rowan__buf_int64(rowan__buf *buf, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        rowan__buf_char(buf, '-');
    rowan__buf_add(buf, digits + at, sizeof digits - at);
}
