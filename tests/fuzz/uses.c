/* uses.c - fuzzes what reads the column records of a binary: an ELF file as it is, or (the
 * first byte is even) records in a good one. */
#include "uses_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What comes out has text everywhere, and is in order. */
static void look_at(const rowan_uses *uses, size_t size)
{
    const rowan_use *list = rowan_uses_list(uses);

    for (size_t i = 0; i < rowan_uses_count(uses); i++) {
        if (*list[i].model == '\0' || *list[i].file == '\0' ||
            *rowan_use_kind_name(list[i].kind) == '\0' ||
            strlen(list[i].member) + strlen(list[i].table) + strlen(list[i].column) +
                    strlen(list[i].through) >
                4 * size ||
            (i > 0 && strcmp(list[i - 1].model, list[i].model) > 0))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    unsigned char head[TEST_ELF_HEAD];
    rowan_uses *uses = NULL;
    rowan_error err = { 0 };
    size_t len = 0;
    int fd;

    if (size == 0)
        return 0;
    fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0)
        abort();
    if (bytes[0] % 2 == 0)
        len = test_elf_head(head, bytes[0] & 2, bytes[0] & 4, size - 1);
    if (write(fd, head, len) != (ssize_t)len ||
        write(fd, bytes + 1, size - 1) != (ssize_t)size - 1)
        abort();
    if (rowan__uses_read(fd, &uses, &err) == ROWAN_OK)
        look_at(uses, size);
    else if (err.message[0] == '\0' || uses != NULL)
        abort();
    rowan_uses_free(uses);
    (void)close(fd);
    return 0;
}
