/* archive.c - a member of an archive: half of it is used. */
#include "models.h"

static void below(void)
{
    keep(rowan_ge(Person, id, 7)); // uses: Person.id filter
}

void from_archive(void)
{
    below();
}

void from_archive_unused(void)
{
    keep(rowan_asc(Person, born)); // kept: Person.born order
}
