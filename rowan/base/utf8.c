/* utf8.c - see utf8_int.h. The ranges are table 3-7 of the Unicode standard. */
#include "utf8_int.h"

#include <stdint.h>
#include <string.h>

/* The length of the valid sequence at p[n], or 0. */
static size_t sequence_len(const unsigned char *p, size_t n)
{
    unsigned char lead = p[0];
    unsigned char low = 0x80, high = 0xbf;
    size_t len;

    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (n < len)
        return 0;
    if (lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

size_t rowan__utf8_valid_len(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        uint64_t word;
        size_t step;

        while (len - i >= sizeof word) { /* eight ASCII bytes at a time */
            memcpy(&word, p + i, sizeof word);
            if (word & UINT64_C(0x8080808080808080))
                break;
            i += sizeof word;
        }
        if (i == len)
            break;
        step = sequence_len(p + i, len - i);
        if (step == 0)
            return i;
        i += step;
    }
    return len;
}

size_t rowan__utf8_cut(const char *text, size_t len, size_t max)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t end = len < max ? len : max;
    size_t start = end;

    /* Walk back over the last sequence; drop it if it is not whole. */
    while (start > 0 && end - start < 4 && (p[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || p[start - 1] < 0xc0)
        return end;
    start--;
    return sequence_len(p + start, end - start) > 0 ? end : start;
}
