/* elf.c - see elf_int.h. Both sizes and both byte orders, since a service may be built for
 * another machine. Numbers are put together byte by byte: nothing in the file is aligned. */
#include "elf_int.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TOTAL \
    (UINT64_C(4) << 30) /* bytes to look through: no service has a tenth of it */
#define PT_LOAD 1
#define ET_REL  1
#define ET_EXEC 2
#define ET_DYN  3
#define ET_CORE 4

/* How the file writes numbers, and where the fields of its headers are. */
typedef struct layout {
    bool big_endian;
    size_t head_size;
    size_t word; /* bytes of an offset: 4 or 8 */
    size_t phoff, phentsize, phnum;
    size_t p_offset, p_filesz, p_size;
} layout;

static uint64_t number(const layout *l, const unsigned char *at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[l->big_endian ? i : size - 1 - i];
    return value;
}

rowan_status rowan__read_at(int fd, void *to, size_t n, uint64_t offset,
                            rowan_error *err)
{
    char *at = to;

    while (n > 0) {
        ssize_t got = pread(fd, at, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int code = errno;

            rowan_fail(err, ROWAN_EIO, "cannot be read: %s", strerror(code));
            if (err != NULL)
                err->vendor_code = code;
            return ROWAN_EIO;
        }
        if (got == 0)
            return rowan_fail(err, ROWAN_EINVAL, "is cut off");
        at += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return ROWAN_OK;
}

static rowan_status read_layout(const unsigned char head[64], layout *l,
                                rowan_error *err)
{
    static const layout narrow = { .head_size = 52,
                                   .word = 4,
                                   .phoff = 28,
                                   .phentsize = 42,
                                   .phnum = 44,
                                   .p_offset = 4,
                                   .p_filesz = 16,
                                   .p_size = 32 };
    static const layout wide = { .head_size = 64,
                                 .word = 8,
                                 .phoff = 32,
                                 .phentsize = 54,
                                 .phnum = 56,
                                 .p_offset = 8,
                                 .p_filesz = 32,
                                 .p_size = 56 };

    if (memcmp(head, "\177ELF", 4) != 0)
        return rowan_fail(err, ROWAN_EINVAL, "is no ELF file");
    if ((head[4] != 1 && head[4] != 2) || (head[5] != 1 && head[5] != 2))
        return rowan_fail(err, ROWAN_EINVAL, "is an ELF file of an unknown kind");
    *l = head[4] == 1 ? narrow : wide;
    l->big_endian = head[5] == 2;
    switch (number(l, head + 16, 2)) {
    case ET_EXEC:
    case ET_DYN: return ROWAN_OK;
    case ET_REL:
        return rowan_fail(err, ROWAN_EINVAL,
                          "is an object file; what it uses is known when it is linked");
    case ET_CORE: return rowan_fail(err, ROWAN_EINVAL, "is a core dump");
    default: return rowan_fail(err, ROWAN_EINVAL, "is an ELF file of an unknown kind");
    }
}

static int by_offset(const void *a, const void *b)
{
    const rowan__part *left = a, *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

/* Sorts them, and makes one of two that overlap, so that nothing is read twice. */
static void settle(rowan__parts *parts)
{
    size_t n = 0;

    qsort(parts->list, parts->n, sizeof parts->list[0], by_offset);
    for (size_t i = 0; i < parts->n; i++) {
        rowan__part next = parts->list[i];
        rowan__part *last = n > 0 ? &parts->list[n - 1] : NULL;

        if (last == NULL || next.offset > last->offset + last->size)
            parts->list[n++] = next;
        else if (next.offset + next.size > last->offset + last->size)
            last->size = next.offset + next.size - last->offset;
    }
    parts->n = n;
}

/* One program header; adds the part it describes, if it is one to load. */
static rowan_status add_part(const layout *l, const unsigned char *header,
                             uint64_t file_size, rowan__parts *out, rowan_error *err)
{
    rowan__part part = { .offset = number(l, header + l->p_offset, l->word),
                         .size = number(l, header + l->p_filesz, l->word) };

    if (number(l, header, 4) != PT_LOAD || part.size == 0)
        return ROWAN_OK;
    if (part.size > file_size || part.offset > file_size - part.size)
        return rowan_fail(err, ROWAN_EINVAL, "is cut off");
    if (out->n == ROWAN__ELF_MAX_PARTS)
        return rowan_fail(err, ROWAN_EINVAL, "has more than %d parts to load",
                          ROWAN__ELF_MAX_PARTS);
    out->list[out->n++] = part;
    return ROWAN_OK;
}

rowan_status rowan__elf_parts(int fd, rowan__parts *out, rowan_error *err)
{
    unsigned char head[64] = { 0 }, header[56];
    struct stat about;
    layout l;
    uint64_t size, at, entry, n, total = 0;
    rowan_status st;

    out->n = 0;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        return rowan_fail(err, ROWAN_EINVAL, "is no regular file");
    size = (uint64_t)about.st_size;
    if (size <
        52) /* the smaller of the two heads; the rest of the larger one stays 0 */
        return rowan_fail(err, ROWAN_EINVAL, "is no ELF file");
    st = rowan__read_at(fd, head, size < sizeof head ? (size_t)size : sizeof head, 0,
                        err);
    if (st == ROWAN_OK)
        st = read_layout(head, &l, err);
    if (st != ROWAN_OK)
        return st;
    at = number(&l, head + l.phoff, l.word);
    entry = number(&l, head + l.phentsize, 2);
    n = number(&l, head + l.phnum, 2);
    if (size < l.head_size)
        return rowan_fail(err, ROWAN_EINVAL, "is cut off");
    if (n == 0)
        return rowan_fail(err, ROWAN_EINVAL, "has no part to load");
    if (entry < l.p_size || n == 0xffff)
        return rowan_fail(err, ROWAN_EINVAL, "is an ELF file of an unknown kind");
    if (at > size || n * entry > size - at)
        return rowan_fail(err, ROWAN_EINVAL, "is cut off");
    for (uint64_t i = 0; st == ROWAN_OK && i < n; i++) {
        st = rowan__read_at(fd, header, l.p_size, at + i * entry, err);
        if (st == ROWAN_OK)
            st = add_part(&l, header, size, out, err);
    }
    if (st != ROWAN_OK)
        return st;
    settle(out);
    for (size_t i = 0; i < out->n; i++)
        total += out->list[i].size;
    if (total > MAX_TOTAL)
        return rowan_fail(err, ROWAN_EINVAL, "has more than 4 GiB to look through");
    return ROWAN_OK;
}
