/* utf8_int.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, at most U+10FFFF. */
#ifndef ROWAN_UTF8_INT_H
#define ROWAN_UTF8_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether text[len] is ASCII without NUL bytes, as most text is: then it is UTF-8, and
 * nothing else need be asked. Eight bytes at a time; the last eight may overlap. */
static inline bool rowan__utf8_is_plain(const char *text, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t odd = 0;
    uint64_t word;

    if (len < sizeof word) {
        for (size_t i = 0; i < len; i++)
            odd |= (uint64_t)(unsigned char)text[i] | ((unsigned char)text[i] - 1U);
        return (odd & 0x80) == 0;
    }
    for (size_t i = 0; i < len; i += sizeof word) {
        memcpy(&word, text + (len - i < sizeof word ? len - sizeof word : i),
               sizeof word);
        odd |= word | (word - ones); /* a high bit for bytes over 127, and for 0 */
    }
    return (odd & (ones * 0x80)) == 0;
}

/* The number of bytes at the start of text[len] that are valid; `len` if all are. */
size_t rowan__utf8_valid_len(const char *text, size_t len);

/* The largest length <= max at which text[len] can be cut without splitting a sequence. */
size_t rowan__utf8_cut(const char *text, size_t len, size_t max);

#endif
