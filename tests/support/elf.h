/* elf.h - ELF files that hold what a test wants. */
#ifndef TEST_ELF_H
#define TEST_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEST_ELF_HEAD (64 + 2 * 56) /* bytes before the content, at most */

static inline void test_elf_put(unsigned char *at, uint64_t value, size_t size,
                                bool big)
{
    for (size_t i = 0; i < size; i++)
        at[big ? size - 1 - i : i] = (unsigned char)(value >> 8 * i);
}

/* Writes the head of a program whose only loaded part is `size` bytes behind it. Returns the
 * head's length. */
static inline size_t test_elf_head(unsigned char head[TEST_ELF_HEAD], bool wide,
                                   bool big, uint64_t size)
{
    size_t word = wide ? 8 : 4, phdr = wide ? 56 : 32, start = wide ? 64 : 52;
    size_t len = start + 2 * phdr;
    unsigned char *note = head + start, *load = note + phdr;

    memset(head, 0, TEST_ELF_HEAD);
    memcpy(head, "\177ELF", 4);
    head[4] = wide ? 2 : 1;
    head[5] = big ? 2 : 1;
    test_elf_put(head + 16, 3, 2, big); /* ET_DYN */
    test_elf_put(head + (wide ? 32 : 28), start, word, big);
    test_elf_put(head + (wide ? 54 : 42), phdr, 2, big);
    test_elf_put(head + (wide ? 56 : 44), 2, 2, big);
    test_elf_put(note, 4, 4, big); /* PT_NOTE, of nothing */
    test_elf_put(load, 1, 4, big); /* PT_LOAD */
    test_elf_put(load + (wide ? 8 : 4), len, word, big);
    test_elf_put(load + (wide ? 32 : 16), size, word, big);
    return len;
}

#endif
