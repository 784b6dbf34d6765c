/* arena.c - see rowan/arena.h.
 *
 * Memory comes in chunks that double from 1 KiB (the first one lies behind the arena
 * itself, so that a small arena is one allocation) to 1 MiB; a piece larger than a
 * quarter of the next chunk gets a chunk of its own. Cleanups and children are lists
 * whose nodes lie in the arena. Under AddressSanitizer each piece is a chunk.
 */
#include <rowan/arena.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "alloc_int.h"
#include "arena_int.h"

#define FIRST_CHUNK 1024
#define LAST_CHUNK  (1024 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define PIECE_PER_CHUNK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PIECE_PER_CHUNK 1
#endif
#endif
#ifndef PIECE_PER_CHUNK
#define PIECE_PER_CHUNK 0
#endif

struct chunk {
    struct chunk *next;
    size_t size; /* of bytes[] */
    _Alignas(ROWAN__ARENA_ALIGNMENT) char bytes[];
};

struct cleanup {
    struct cleanup *next;
    void (*run)(void *data);
    void *data;
};

struct rowan_arena {
    rowan__arena_head head; /* comes first */
    rowan_arena *parent;
    rowan_arena *children; /* first child */
    rowan_arena *sibling_next;
    rowan_arena *sibling_prev;
    struct chunk *chunks; /* newest first */
    struct cleanup *cleanups;
    size_t next_size;
    _Alignas(ROWAN__ARENA_ALIGNMENT) char first[];
};

rowan_arena *rowan_arena_new(rowan_arena *parent, size_t max_bytes)
{
    size_t inline_size = PIECE_PER_CHUNK ? 0 : FIRST_CHUNK - sizeof(rowan_arena);
    rowan_arena *arena = rowan__malloc(sizeof *arena + inline_size);

    if (arena == NULL)
        return NULL;
    memset(arena, 0, sizeof *arena);
    arena->head.max = max_bytes > 0 ? max_bytes : SIZE_MAX;
    arena->next_size = FIRST_CHUNK * 4;
    arena->head.free_at = arena->first;
    arena->head.free_end = arena->first + inline_size;
    arena->parent = parent;
    if (parent != NULL) {
        arena->sibling_next = parent->children;
        if (parent->children != NULL)
            parent->children->sibling_prev = arena;
        parent->children = arena;
    }
    return arena;
}

/* A new chunk whose bytes the caller uses; NULL when memory is out. */
static struct chunk *add_chunk(rowan_arena *arena, size_t size)
{
    struct chunk *chunk;

    if (size > SIZE_MAX - sizeof *chunk)
        return NULL;
    chunk = rowan__malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return NULL;
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *rowan__arena_more(rowan_arena *arena, size_t size)
{
    struct chunk *chunk;
    bool own;

    if (size > arena->head.max - arena->head.used)
        return NULL;
    own = PIECE_PER_CHUNK || size > arena->next_size / 4;
    chunk = add_chunk(arena, own ? size : arena->next_size);
    if (chunk == NULL)
        return NULL;
    arena->head.used += size;
    if (own)
        return chunk->bytes;
    if (arena->next_size < LAST_CHUNK)
        arena->next_size *= 2;
    arena->head.free_at = chunk->bytes + size;
    arena->head.free_end = chunk->bytes + chunk->size;
    return chunk->bytes;
}

void *rowan_arena_alloc(rowan_arena *arena, size_t size)
{
    return rowan__arena_alloc(arena, size);
}

void *rowan_arena_calloc(rowan_arena *arena, size_t n, size_t size)
{
    size_t bytes;
    void *piece;

    if (!rowan__mul(n, size, &bytes))
        return NULL;
    piece = rowan_arena_alloc(arena, bytes);
    if (piece != NULL)
        memset(piece, 0, bytes);
    return piece;
}

char *rowan_arena_strndup(rowan_arena *arena, const char *text, size_t len)
{
    char *copy =
        len == SIZE_MAX ? NULL : rowan__arena_take(arena, len + 1, 1); /* packed */

    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *rowan_arena_printf(rowan_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    char *text = NULL;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len >= 0)
        text = rowan_arena_alloc(arena, (size_t)len + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}

rowan_status rowan_arena_on_free(rowan_arena *arena, void (*run)(void *data),
                                 void *data)
{
    struct cleanup *cleanup = rowan_arena_alloc(arena, sizeof *cleanup);

    if (cleanup == NULL)
        return ROWAN_ENOMEM;
    cleanup->run = run;
    cleanup->data = data;
    cleanup->next = arena->cleanups;
    arena->cleanups = cleanup;
    return ROWAN_OK;
}

size_t rowan_arena_used(const rowan_arena *arena)
{
    return arena->head.used;
}

static void release_all(rowan_arena *arena, struct chunk *keep)
{
    while (arena->children != NULL)
        rowan_arena_free(arena->children);
    for (struct cleanup *c = arena->cleanups; c != NULL; c = c->next)
        c->run(c->data);
    arena->cleanups = NULL;
    for (struct chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        if (chunk != keep)
            rowan__free(chunk);
    }
}

void rowan_arena_clear(rowan_arena *arena)
{
    /* The newest shared chunk is the largest; it stays for the next round. */
    struct chunk *keep = NULL;

    for (struct chunk *c = arena->chunks; c != NULL && !PIECE_PER_CHUNK; c = c->next) {
        if (arena->head.free_end == c->bytes + c->size)
            keep = c;
    }
    release_all(arena, keep);
    arena->chunks = keep;
    if (keep != NULL) {
        keep->next = NULL;
        arena->head.free_at = keep->bytes;
    } else {
        arena->head.free_at = arena->first;
        arena->head.free_end =
            arena->first + (PIECE_PER_CHUNK ? 0 : FIRST_CHUNK - sizeof(rowan_arena));
    }
    arena->head.used = 0;
}

void rowan_arena_free(rowan_arena *arena)
{
    if (arena == NULL)
        return;
    release_all(arena, NULL);
    if (arena->sibling_prev != NULL)
        arena->sibling_prev->sibling_next = arena->sibling_next;
    else if (arena->parent != NULL)
        arena->parent->children = arena->sibling_next;
    if (arena->sibling_next != NULL)
        arena->sibling_next->sibling_prev = arena->sibling_prev;
    rowan__free(arena);
}
