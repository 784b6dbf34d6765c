/* alloc.c - see alloc_int.h. */
#include "alloc_int.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <stdint.h>

static atomic_bool counts; /* for tests: threads do not share a counter for nothing */
static atomic_size_t n_calls;
static atomic_size_t fail_at; /* the number of the call that fails; 0 for none */
static atomic_bool fail_after;

static bool count_call(void)
{
    size_t n = atomic_fetch_add_explicit(&n_calls, 1, memory_order_relaxed) + 1;
    size_t at = atomic_load_explicit(&fail_at, memory_order_relaxed);

    return at != 0 && (n == at || (n > at && atomic_load(&fail_after)));
}

static inline bool must_fail(void)
{
    return __builtin_expect(atomic_load_explicit(&counts, memory_order_relaxed), 0) &&
           count_call();
}

size_t rowan__alloc_count(void)
{
    atomic_store(&counts, true);
    return atomic_load(&n_calls);
}

void rowan__alloc_fail_at(size_t nth, bool keep_failing)
{
    atomic_store(&fail_after, keep_failing);
    atomic_store(&counts, true);
    atomic_store(&fail_at, nth == 0 ? 0 : atomic_load(&n_calls) + nth);
}

void *rowan__malloc(size_t size)
{
    return must_fail() ? NULL : malloc(size > 0 ? size : 1);
}

void *rowan__calloc(size_t n, size_t size)
{
    return must_fail() ? NULL : calloc(n > 0 ? n : 1, size > 0 ? size : 1);
}

void *rowan__realloc(void *ptr, size_t size)
{
    return must_fail() ? NULL : realloc(ptr, size > 0 ? size : 1);
}

void rowan__free(void *ptr)
{
    free(ptr);
}

char *rowan__strndup(const char *text, size_t len)
{
    char *copy = len == SIZE_MAX ? NULL : rowan__malloc(len + 1);

    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}
