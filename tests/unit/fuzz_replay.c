/* fuzz_replay.c - the fuzzers' committed inputs, in the normal build. */
#include "database.h"

#include <dirent.h>

#define LLVMFuzzerTestOneInput fuzz_uri
#include "../fuzz/uri.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_postgres
#include "../fuzz/postgres.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_mariadb
#include "../fuzz/mariadb.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_text
#include "../fuzz/text.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_uses
#include "../fuzz/uses.c"
#undef LLVMFuzzerTestOneInput

static void replay(const char *name, int (*fuzz)(const uint8_t *bytes, size_t size))
{
    const char *folder = test_printf("%s/tests/fuzz/corpus/%s", TEST_SOURCE_DIR, name);
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        size_t len = 0;
        char *bytes;

        if (entry->d_name[0] == '.')
            continue;
        bytes = test_read_file(test_printf("%s/%s", folder, entry->d_name), &len);
        assert_int_equal(fuzz((const uint8_t *)bytes, len), 0);
        n++;
    }
    (void)closedir(dir);
    assert_true(n > 0);
}

static void test_uri(void **state)
{
    (void)state;
    replay("uri", fuzz_uri);
}

static void test_postgres(void **state)
{
    (void)state;
    replay("postgres", fuzz_postgres);
}

static void test_mariadb(void **state)
{
    (void)state;
    replay("mariadb", fuzz_mariadb);
}

static void test_text(void **state)
{
    (void)state;
    replay("text", fuzz_text);
}

static void test_uses(void **state)
{
    (void)state;
    replay("uses", fuzz_uses);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uri),     cmocka_unit_test(test_postgres),
        cmocka_unit_test(test_mariadb), cmocka_unit_test(test_text),
        cmocka_unit_test(test_uses),
    };

    return cmocka_run_group_tests_name("fuzz_replay", tests, NULL, NULL);
}
