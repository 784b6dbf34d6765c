/* arena_int.h - the short way to a piece of text in an arena, for those who read rows. */
#ifndef ROWAN_ARENA_INT_H
#define ROWAN_ARENA_INT_H

#include <rowan/arena.h>

#include <string.h>

/* What a rowan_arena begins with. */
typedef struct rowan__arena_head {
    char *free_at; /* the free part of the newest shared chunk */
    char *free_end;
    size_t used;
    size_t max;
} rowan__arena_head;

/* rowan_arena_strndup(), without a call where there is room: that is nearly always. */
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
