/* rowan/arena.h - memory with a named lifetime.
 *
 * An arena hands out pieces that are never freed alone: they go together, with
 * rowan_arena_free() or rowan_arena_clear(). An arena may have a parent; freeing the
 * parent frees its children first. Cleanups (a driver's own result, a file) run before
 * the memory goes, last registered first. In builds with AddressSanitizer each piece is
 * an allocation of its own, so that every overrun is seen.  Uses: rowan/status.h.
 */
#ifndef ROWAN_ARENA_H
#define ROWAN_ARENA_H

#include <rowan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_arena rowan_arena;

/* Makes an arena. `parent` may be NULL; otherwise the new arena is freed with it.
 * max_bytes  the most it will hand out, 0 for no ceiling
 * Returns    the arena, or NULL when memory is out.
 * Threads    one thread at a time per family of arenas. */
rowan_arena *rowan_arena_new(rowan_arena *parent, size_t max_bytes);

/* Frees all pieces, children and the arena itself; runs the cleanups. NULL is fine. */
void rowan_arena_free(rowan_arena *arena);

/* Frees all pieces and children and runs the cleanups, keeping the arena (and some of
 * its memory) for the next batch. */
void rowan_arena_clear(rowan_arena *arena);

/* `size` bytes aligned for any type, not zeroed; NULL when memory is out or the ceiling
 * is reached. A size of 0 gives a valid pointer. */
void *rowan_arena_alloc(rowan_arena *arena, size_t size) ROWAN_CHECKED;

/* `n` zeroed elements of `size` bytes; NULL also when n * size overflows. */
void *rowan_arena_calloc(rowan_arena *arena, size_t n, size_t size) ROWAN_CHECKED;

/* A copy of `len` bytes of text with a NUL behind it; NULL when memory is out. */
char *rowan_arena_strndup(rowan_arena *arena, const char *text,
                          size_t len) ROWAN_CHECKED;

/* Text in printf form; NULL when memory is out. */
char *rowan_arena_printf(rowan_arena *arena, const char *fmt, ...) ROWAN_CHECKED
    ROWAN_PRINTF(2, 3);

/* Runs `cleanup(data)` when the arena is freed or cleared.
 * Returns  ROWAN_OK; ROWAN_ENOMEM, and then the cleanup is not registered. */
rowan_status rowan_arena_on_free(rowan_arena *arena, void (*cleanup)(void *data),
                                 void *data) ROWAN_CHECKED;

/* Bytes handed out since it was made or cleared. */
size_t rowan_arena_used(const rowan_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
