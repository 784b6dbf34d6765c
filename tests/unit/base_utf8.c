/* base_utf8.c - strict UTF-8, compared with a decoder written another way. */
#include "test.h"

#include "utf8_int.h"

/* RFC 3629 by decoding and encoding again: the length of the sequence at p[n], 0 if bad. */
static size_t by_the_book(const unsigned char *p, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t len = p[0] < 0x80           ? 1
                 : (p[0] >> 5) == 0x6  ? 2
                 : (p[0] >> 4) == 0xe  ? 3
                 : (p[0] >> 3) == 0x1e ? 4
                                       : 0;
    uint32_t code = len == 1 ? p[0] : p[0] & (0x7fu >> len);

    if (len == 0 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] >> 6) != 2)
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (len > 1 && code < least[len])
        return 0;
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : len;
}

static size_t valid_len_by_the_book(const unsigned char *p, size_t n)
{
    size_t i = 0, step;

    while (i < n && (step = by_the_book(p + i, n - i)) > 0)
        i += step;
    return i;
}

/* Three bytes of every kind that begins above ASCII, and a tail: sequences of up to four
 * bytes, each behind a filler so that every position of the word-wise loop is met. */
static void every_sequence_is_judged_right(void **state)
{
    unsigned char text[16];

    (void)state;
    for (uint32_t code = 0x7f0000; code < 1u << 24; code++) {
        size_t filler = code % 9;

        memset(text, 'x', sizeof text);
        text[filler] = (unsigned char)(code >> 16);
        text[filler + 1] = (unsigned char)(code >> 8);
        text[filler + 2] = (unsigned char)code;
        text[filler + 3] = 0x80;
        if (rowan__utf8_valid_len((char *)text, filler + 4) !=
            valid_len_by_the_book(text, filler + 4))
            fail_msg("%06x", (unsigned)code);
    }
}

static void known_texts_are_valid(void **state)
{
    static const char *const good[] = {
        "",
        "a",
        "Z\xc3\xbcrich",
        "\xe2\x82\xac",
        "\xf0\x9f\x8c\xb2",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "\xef\xbf\xbf",
        "\xc2\x80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(rowan__utf8_valid_len(good[i], strlen(good[i])),
                         strlen(good[i]));
    assert_int_equal(rowan__utf8_valid_len("a\0b", 3), 3);
}

static void known_mistakes_are_found(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* a tail alone */
        "\xc0\x80",         /* overlong NUL */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xfe",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x8c",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *text = test_printf("0123456789%s", bad[i]);

        assert_int_equal(rowan__utf8_valid_len(text, strlen(text)), 10);
    }
}

static void a_cut_never_splits(void **state)
{
    const char *text =
        "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x8c\xb2z"; /* 1 + 2 + 3 + 4 + 1 bytes */
    static const size_t cut[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };

    (void)state;
    for (size_t max = 0; max < sizeof cut / sizeof cut[0]; max++)
        assert_int_equal(rowan__utf8_cut(text, strlen(text), max), cut[max]);
    for (size_t max = 0; max <= 5;
         max++) /* of what is not UTF-8 anything may be left */
        assert_true(rowan__utf8_cut("\x80\x80\x80\x80\x80", 5, max) <= max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_is_judged_right),
        cmocka_unit_test(known_texts_are_valid),
        cmocka_unit_test(known_mistakes_are_found),
        cmocka_unit_test(a_cut_never_splits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
