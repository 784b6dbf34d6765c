/* scan.c - see scan_int.h.
 *
 * A window goes over each loaded part of the file. A record starts with a byte 1, a word and
 * a byte 1, and ends with a NUL; one that the window cuts is moved to its front. The words
 * stand here without the byte, so that a program with this code in it has no record of it.
 * A copy of a record, as inlined code has, is dropped by its hash and text. */
#include "elf_int.h"
#include "scan_int.h"

#include <stdint.h>
#include <string.h>

#include <alloc_int.h>

#define MAX_RECORD  (256 * 1024) /* bytes: 64 columns with long comments have 20,000 */
#define MAX_RECORDS (256 * 1024) /* distinct ones: 1 in 100 bytes of a large service */
#define WINDOW      (2 * MAX_RECORD)
#define MARK        1

static const struct {
    const char *word;
    size_t len;
} kinds[] = {
    [ROWAN__RECORD_USE] = { "ROWANUSE", 8 },
    [ROWAN__RECORD_MODEL] = { "ROWANMODEL", 10 },
    [ROWAN__RECORD_VIEW] = { "ROWANVIEW", 9 },
};
#define N_KINDS  (sizeof kinds / sizeof kinds[0])
#define MAX_HEAD 12 /* bytes: the longest word with a mark on both sides */

typedef struct scanner {
    int fd;
    rowan_arena *arena;
    rowan__records *out;
    uint32_t
        *slots; /* hash table of indexes + 1 into out->list; n_slots is a power of 2 */
    size_t n_slots;
    char *window;
} scanner;

static uint64_t hash_of(rowan__record_kind kind, const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + kind;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* Where a record is in the table, or the free slot where it would be. */
static uint32_t *slot_of(scanner *s, rowan__record_kind kind, const char *text,
                         size_t len)
{
    for (uint64_t at = hash_of(kind, text, len);; at++) {
        uint32_t *slot = &s->slots[at & (s->n_slots - 1)];
        const rowan__record *record;

        if (*slot == 0)
            return slot;
        record = &s->out->list[*slot - 1];
        if (record->kind == kind && record->len == len &&
            memcmp(record->text, text, len) == 0)
            return slot;
    }
}

/* Twice the room, when the table is half full. */
static rowan_status grow(scanner *s, rowan_error *err)
{
    rowan__records *out = s->out;
    size_t cap = out->cap > 0 ? 2 * out->cap : 256;
    rowan__record *list = NULL;
    uint32_t *slots = NULL;

    list = rowan__realloc(out->list, cap * sizeof *list);
    if (list == NULL)
        return rowan_fail(err, ROWAN_ENOMEM,
                          "out of memory, or its records need over 128 MiB");
    out->list = list;
    slots = rowan__calloc(2 * cap, sizeof *slots);
    if (slots == NULL)
        return rowan_fail(err, ROWAN_ENOMEM,
                          "out of memory, or its records need over 128 MiB");
    rowan__free(s->slots);
    s->slots = slots;
    s->n_slots = 2 * cap;
    out->cap = cap;
    for (size_t i = 0; i < out->n; i++)
        *slot_of(s, list[i].kind, list[i].text, list[i].len) = (uint32_t)i + 1;
    return ROWAN_OK;
}

static rowan_status add(scanner *s, rowan__record_kind kind, const char *text,
                        size_t len, rowan_error *err)
{
    rowan__records *out = s->out;
    rowan_status st = out->n == out->cap ? grow(s, err) : ROWAN_OK;
    uint32_t *slot;
    char *copy;

    if (st != ROWAN_OK)
        return st;
    slot = slot_of(s, kind, text, len);
    if (*slot != 0)
        return ROWAN_OK;
    if (out->n == MAX_RECORDS)
        return rowan_fail(err, ROWAN_EINVAL, "holds more than %d records", MAX_RECORDS);
    copy = rowan_arena_strndup(s->arena, text, len);
    if (copy == NULL)
        return rowan_fail(err, ROWAN_ENOMEM,
                          "out of memory, or its records need over 128 MiB");
    out->list[out->n++] = (rowan__record){ kind, copy, len };
    *slot = (uint32_t)out->n;
    return ROWAN_OK;
}

/* The kind of a record that starts at `at`, or N_KINDS. */
static size_t kind_at(const char *at, size_t len)
{
    for (size_t k = 0; k < N_KINDS; k++) {
        if (len >= kinds[k].len + 2 && at[kinds[k].len + 1] == MARK &&
            memcmp(at + 1, kinds[k].word, kinds[k].len) == 0)
            return k;
    }
    return N_KINDS;
}

/* Takes the records out of the window. `rest`: how many bytes at its end must be seen again
 * with what follows them; 0 if nothing follows. */
static rowan_status look(scanner *s, size_t len, bool at_end, size_t *rest,
                         rowan_error *err)
{
    const char *at = s->window, *end = s->window + len;

    *rest = 0;
    while ((at = memchr(at, MARK, (size_t)(end - at))) != NULL) {
        size_t left = (size_t)(end - at);
        size_t kind = kind_at(at, left);
        const char *text, *nul;
        rowan_status st;

        if (kind == N_KINDS && (left >= MAX_HEAD || at_end)) {
            at++;
            continue;
        }
        nul = kind == N_KINDS ? NULL : memchr(at, '\0', left);
        if (nul == NULL && (at_end || left >= MAX_RECORD))
            return rowan_fail(err, ROWAN_EINVAL, "holds a record without an end");
        if (nul == NULL) {
            *rest = left;
            return ROWAN_OK;
        }
        text = at + kinds[kind].len + 2;
        st = add(s, (rowan__record_kind)kind, text, (size_t)(nul - text), err);
        if (st != ROWAN_OK)
            return st;
        at = nul;
    }
    return ROWAN_OK;
}

static rowan_status scan_part(scanner *s, rowan__part part, rowan_error *err)
{
    size_t rest = 0;
    rowan_status st = ROWAN_OK;

    while (st == ROWAN_OK && part.size > 0) {
        size_t n = WINDOW - rest < part.size ? WINDOW - rest : (size_t)part.size;
        size_t len = rest + n;

        st = rowan__read_at(s->fd, s->window + rest, n, part.offset, err);
        part.offset += n;
        part.size -= n;
        if (st == ROWAN_OK)
            st = look(s, len, part.size == 0, &rest, err);
        if (st == ROWAN_OK && rest > 0)
            memmove(s->window, s->window + len - rest, rest);
    }
    return st;
}

rowan_status rowan__scan(int fd, rowan_arena *arena, rowan__records *out,
                         rowan_error *err)
{
    scanner s = { .fd = fd, .arena = arena, .out = out };
    rowan__parts parts;
    rowan_status st = rowan__elf_parts(fd, &parts, err);

    if (st != ROWAN_OK)
        return st;
    s.window = rowan__malloc(WINDOW);
    if (s.window == NULL)
        st = rowan_fail(err, ROWAN_ENOMEM,
                        "out of memory, or its records need over 128 MiB");
    for (size_t i = 0; st == ROWAN_OK && i < parts.n; i++)
        st = scan_part(&s, parts.list[i], err);
    rowan__free(s.window);
    rowan__free(s.slots);
    return st;
}
