/* utf8_int.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, at most U+10FFFF. */
#ifndef ROWAN_UTF8_INT_H
#define ROWAN_UTF8_INT_H

#include <stddef.h>

/* The number of bytes at the start of text[len] that are valid; `len` if all are. */
size_t rowan__utf8_valid_len(const char *text, size_t len);

/* The largest length <= max at which text[len] can be cut without splitting a sequence. */
size_t rowan__utf8_cut(const char *text, size_t len, size_t max);

#endif
