/* archive_unused.c - a member of an archive that nobody needs. */
#include "models.h"

void nobody_needs_this(void);
void nobody_needs_this(void)
{
    keep(rowan_desc(Person, born)); // dead: Person.born order
}
