/* test.h - what every test program includes: cmocka, and the helpers of the project.
 *
 * A test program is one file with a main() that runs groups of cmocka tests. All that
 * the helpers hand out (text, folders) lives until the program ends. Trouble with the
 * surroundings (no temporary folder, a program that hangs) fails the test under way.
 */
#ifndef TEST_H
#define TEST_H

#ifdef NDEBUG
#error "the tests need assert()"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rowan/status.h>

/* TEST_SOURCE_DIR, TEST_BUILD_DIR, TEST_LOADER and TEST_API are given by the build: the
 * checkout, the build folder, the two programs of the monorepo. */

/* Fails with the error's words unless `st` is ROWAN_OK. */
#define assert_ok(st, err) \
    test_assert_status((st), ROWAN_OK, (err), #st, __FILE__, __LINE__)
/* The same for any status; `err` may be NULL. */
#define assert_status(st, expected, err) \
    test_assert_status((st), (expected), (err), #st, __FILE__, __LINE__)

/* Fails unless `text` holds, or does not hold, `part`. */
#define assert_contains(text, part) \
    test_assert_contains((text), (part), true, __FILE__, __LINE__)
#define assert_lacks(text, part) \
    test_assert_contains((text), (part), false, __FILE__, __LINE__)

/* Skips the test under way and says why, in printf form. Does not return. */
#define test_skip(...)              \
    do {                            \
        test_say_skip(__VA_ARGS__); \
        skip();                     \
    } while (0)

/* Waits until `fact` is true, asking every few milliseconds; fails after `bound_ms`. */
#define test_wait_until(fact, bound_ms)                                   \
    do {                                                                  \
        int64_t test_end = test_clock_ms() + (bound_ms);                  \
        while (!(fact)) {                                                 \
            if (test_clock_ms() > test_end)                               \
                fail_msg("not within %d ms: %s", (int)(bound_ms), #fact); \
            test_nap();                                                   \
        }                                                                 \
    } while (0)

void test_assert_status(int st, int expected, const rowan_error *err, const char *call,
                        const char *file, int line);
void test_assert_contains(const char *text, const char *part, bool expected,
                          const char *file, int line);
void test_say_skip(const char *fmt, ...) ROWAN_PRINTF(1, 2);
int64_t test_clock_ms(void);
void test_nap(void); /* 5 ms, between two looks at a fact */

/* Memory that lives until the program ends; never NULL, zeroed. */
void *test_alloc(size_t size);
char *test_printf(const char *fmt, ...) ROWAN_PRINTF(1, 2);

/* A new empty folder, readable by all, which goes with the program. */
const char *test_dir(void);

/* Whole files. test_read_file() adds a NUL; `len` may be NULL. */
char *test_read_file(const char *path, size_t *len);
void test_write_file(const char *path, const char *bytes, size_t len);
void test_write_text(const char *path, const char *text);

/* 24 letters and digits that nobody can guess. */
const char *test_random_word(void);

/* A TCP port of the loopback that was free a moment ago. */
int test_free_port(void);

/* Open file descriptors of this process, to see whether one was lost. */
size_t test_count_fds(void);

#endif
