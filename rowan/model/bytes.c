/* bytes.c - text forms of bytes and UUIDs. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "type_int.h"

/* The value of a digit of base64, or -1. */
static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

rowan_status rowan_bytes_parse(const char *text, size_t len, unsigned char *to,
                               size_t *n_bytes, rowan_error *err)
{
    size_t padding = len < 4 || text[len - 1] != '=' ? 0 : text[len - 2] == '=' ? 2 : 1;
    uint32_t bits = 0;
    size_t n = 0;

    if (len % 4 != 0)
        return rowan_fail(err, ROWAN_EINVAL, "is not base64");
    for (size_t i = 0; i < len; i++) {
        int digit = i >= len - padding ? 0 : base64_digit(text[i]);

        if (digit < 0)
            return rowan_fail(err, ROWAN_EINVAL, "is not base64");
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 != 3)
            continue;
        to[n++] = (unsigned char)(bits >> 16);
        to[n++] = (unsigned char)(bits >> 8);
        to[n++] = (unsigned char)bits;
        bits = 0;
    }
    *n_bytes = n - padding;
    return ROWAN_OK;
}

size_t rowan_bytes_format(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *at = out;

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t bits = (uint32_t)bytes[i] << 16 |
                        (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? bytes[i + 2] : 0);

        *at++ = digits[bits >> 18];
        *at++ = digits[bits >> 12 & 63];
        *at++ = left > 1 ? digits[bits >> 6 & 63] : '=';
        *at++ = left > 2 ? digits[bits & 63] : '=';
    }
    return (size_t)(at - out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t rowan__uuid_write(rowan_uuid uuid, bool hyphens, char out[36])
{
    static const char hex[] = "0123456789abcdef";
    char *at = out;

    for (size_t i = 0; i < sizeof uuid.bytes; i++) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10))
            *at++ = '-';
        *at++ = hex[uuid.bytes[i] >> 4];
        *at++ = hex[uuid.bytes[i] & 15];
    }
    return (size_t)(at - out);
}

bool rowan__uuid_read(const char *text, size_t len, rowan_uuid *out)
{
    bool hyphens = len == 36;

    if (len != 36 && len != 32)
        return false;
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        int high, low;

        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
            return false;
        high = hex_digit(*text++);
        low = hex_digit(*text++);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

rowan_status rowan_uuid_new(rowan_uuid *out, rowan_error *err)
{
    if (getrandom(out->bytes, sizeof out->bytes, 0) != (ssize_t)sizeof out->bytes)
        return rowan_fail(err, ROWAN_EIO, "no random numbers: %s", strerror(errno));
    out->bytes[6] = (uint8_t)((out->bytes[6] & 0x0f) | 0x40); /* version 4 */
    out->bytes[8] = (uint8_t)((out->bytes[8] & 0x3f) | 0x80); /* and the variant */
    return ROWAN_OK;
}
