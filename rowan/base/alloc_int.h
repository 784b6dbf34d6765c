/* alloc_int.h - the one door to the heap.
 *
 * The library takes memory here only, so that a test can make the nth call fail.
 */
#ifndef ROWAN_ALLOC_INT_H
#define ROWAN_ALLOC_INT_H

#include <stdbool.h>
#include <stddef.h>

void *rowan__malloc(size_t size);
void *rowan__calloc(size_t n, size_t size);
void *rowan__realloc(void *ptr, size_t size);
void rowan__free(void *ptr);
char *rowan__strndup(const char *text, size_t len);

/* *out = a * b; false when that does not fit. */
static inline bool rowan__mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* For tests: calls made since the first use of one of these; fail the nth call from now (1 is
 * the next, 0 never) and, if `keep_failing`, all after it. */
size_t rowan__alloc_count(void);
void rowan__alloc_fail_at(size_t nth, bool keep_failing);

#endif
