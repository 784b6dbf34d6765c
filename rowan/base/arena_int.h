/* arena_int.h - the short ways to a piece of an arena, for those who read rows. */
#ifndef ROWAN_ARENA_INT_H
#define ROWAN_ARENA_INT_H

#include <rowan/arena.h>

#include <stdint.h>
#include <string.h>

#define ROWAN__ARENA_ALIGNMENT 16

/* What a rowan_arena begins with. */
typedef struct rowan__arena_head {
    char *free_at; /* the free part of the newest shared chunk */
    char *free_end;
    size_t used;
    size_t max;
} rowan__arena_head;

/* Where the newest chunk has no room: from another one, aligned; NULL when memory is out. */
void *rowan__arena_more(rowan_arena *arena, size_t size);

/* Takes `size` bytes at an address that `alignment` divides; NULL when memory is out. */
static inline void *rowan__arena_take(rowan_arena *arena, size_t size, size_t alignment)
{
    rowan__arena_head *head = (rowan__arena_head *)arena;
    size_t pad = -(uintptr_t)head->free_at & (alignment - 1);
    size_t left = (size_t)(head->free_end - head->free_at);
    char *piece;

    if (pad > left || size > left - pad || size > head->max - head->used)
        return rowan__arena_more(arena, size);
    piece = head->free_at + pad;
    head->free_at = piece + size;
    head->used += size;
    return piece;
}

/* rowan_arena_alloc(), without a call where there is room. */
static inline void *rowan__arena_alloc(rowan_arena *arena, size_t size)
{
    return rowan__arena_take(arena, size, ROWAN__ARENA_ALIGNMENT);
}

/* rowan_arena_strndup(), the same way: there is room nearly always. */
static inline char *rowan__arena_text(rowan_arena *arena, const char *text, size_t len)
{
    rowan__arena_head *head = (rowan__arena_head *)arena;
    char *copy = head->free_at;

    if (len >= (size_t)(head->free_end - copy) || len >= head->max - head->used)
        return rowan_arena_strndup(arena, text, len);
    head->free_at += len + 1;
    head->used += len + 1;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

#endif
