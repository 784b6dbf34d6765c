/* contract.c - the uses of a binary, with each allocation failing in turn. */
#include "fault.h"

#include <rowan/contract.h>

#include "elf.h"

static const char *path;

static void write_binary(void)
{
    static const char content[] =
        "\1ROWANMODEL\1Person\1people\1(rowan_int64, id, PRIMARY_KEY), (rowan_text, "
        "name)\0"
        "\1ROWANVIEW\1Names\1name=Person.name\1n=Person.(rows)\0"
        "\1ROWANUSE\1Names\1*\1r\1a.c:7";
    unsigned char bytes[TEST_ELF_HEAD + sizeof content];
    size_t len = test_elf_head(bytes, true, false, sizeof content);

    memcpy(bytes + len, content, sizeof content);
    path = test_printf("%s/binary", test_dir());
    test_write_file(path, (const char *)bytes, len + sizeof content);
}

static rowan_status read_uses(test_db *none, rowan_error *err)
{
    rowan_uses *uses = NULL;
    rowan_status st;

    (void)none;
    if (path == NULL)
        write_binary();
    st = rowan_uses_read(path, &uses, err);
    if (st == ROWAN_OK) {
        fault_expect(rowan_uses_count(uses) == 2);
        fault_expect(strcmp(rowan_uses_list(uses)[1].member, "name") == 0);
        fault_expect(
            strcmp(rowan_use_kind_name(rowan_uses_list(uses)[1].kind), "read") == 0);
    }
    rowan_uses_free(uses);
    return st;
}

int main(void)
{
    static const fault_scenario scenarios[] = { { "read_uses", read_uses, true,
                                                  true } };

    return fault_in_memory(
        &(fault_suite){ .name = "contract", .scenarios = scenarios, .n_scenarios = 1 });
}
