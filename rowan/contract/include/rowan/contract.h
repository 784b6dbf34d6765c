/* rowan/contract.h - which columns a service uses, read from its binary.
 *
 *     rowan_uses *uses = NULL;
 *     if (rowan_uses_read("build/release/api/api", &uses, &err) == ROWAN_OK)
 *         for (size_t i = 0; i < rowan_uses_count(uses); i++)
 *             puts(rowan_uses_list(uses)[i].member);
 *
 * The typed macros leave records in the program or shared library that is linked from them
 * (rowan/uses.h). This reads them from the file, which is not run and may be for another
 * processor, and says what they come to: a row that is read or written as a whole is each of
 * its columns, a view is the columns it is made of. The program rowan-uses prints the same;
 * docs/uses.md says what is recorded, and what is not. The file is not trusted: memory is
 * bounded, whatever is in it.  Uses: rowan/status.h.
 */
#ifndef ROWAN_CONTRACT_H
#define ROWAN_CONTRACT_H

#include <stdint.h>

#include <rowan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a service does with a column. */
typedef enum rowan_use_kind {
    ROWAN_USE_READ,
    ROWAN_USE_WRITE,
    ROWAN_USE_FILTER, /* compared, joined or grouped by */
    ROWAN_USE_ORDER
} rowan_use_kind;

/* One column, used in one way at one place. */
typedef struct rowan_use {
    /* The struct, "Person", and its member, "born": "" for the table itself, whose rows are
     * counted or deleted. */
    const char *model;
    const char *member;
    /* In the database, as the model was when this was compiled: "" where the binary does
     * not hold its declaration. */
    const char *table;
    const char *column;
    rowan_use_kind kind;
    /* "" where the code names the column; "*", a whole row; "(key)", a row by its key; a view,
     * "PersonName"; a relation that is loaded, "Person.awards". */
    const char *through;
    const char *file; /* as the compiler was given it, or absolute */
    uint32_t line;
} rowan_use;

typedef struct rowan_uses rowan_uses;

/* Reads the uses of a linked ELF file (a program, a shared library), of any processor.
 * Shared libraries it is linked with have uses of their own.
 * out      set on ROWAN_OK only, also when there are none; rowan_uses_free()
 * Returns  ROWAN_OK; ROWAN_EIO if the file cannot be read; ROWAN_EINVAL if it is no linked
 *          ELF file, is cut off, or holds a record that cannot be read or far too many;
 *          ROWAN_ENOMEM. The message names the file.
 * Threads  any. */
rowan_status rowan_uses_read(const char *path, rowan_uses **out,
                             rowan_error *err) ROWAN_CHECKED;

/* The uses, each once, in the order of model, member, kind, file, line. They live as long
 * as `uses`. */
const rowan_use *rowan_uses_list(const rowan_uses *uses);
size_t rowan_uses_count(const rowan_uses *uses);

/* Frees it. NULL is fine. */
void rowan_uses_free(rowan_uses *uses);

/* "read", "write", "filter" or "order". */
const char *rowan_use_kind_name(rowan_use_kind kind);

#ifdef __cplusplus
}
#endif
#endif
