/* elf_int.h - which parts of a file are loaded when it runs. */
#ifndef ROWAN_ELF_INT_H
#define ROWAN_ELF_INT_H

#include <stdint.h>

#include <rowan/status.h>

#define ROWAN__ELF_MAX_PARTS 64

typedef struct rowan__part {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t size;   /* bytes; never 0 */
} rowan__part;

typedef struct rowan__parts {
    rowan__part
        list[ROWAN__ELF_MAX_PARTS]; /* in the order of the file; they do not overlap */
    size_t n;
} rowan__parts;

/* Reads exactly n bytes at an offset. Returns ROWAN_OK; ROWAN_EIO; ROWAN_EINVAL if the file
 * ends before. */
rowan_status rowan__read_at(int fd, void *to, size_t n, uint64_t offset,
                            rowan_error *err) ROWAN_CHECKED;

/* The loaded parts of the ELF file `fd`, which is not trusted.
 * Returns  ROWAN_OK; ROWAN_EINVAL, the words follow the file's name; ROWAN_EIO. */
rowan_status rowan__elf_parts(int fd, rowan__parts *out,
                              rowan_error *err) ROWAN_CHECKED;

#endif
