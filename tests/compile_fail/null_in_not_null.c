/* null_in_not_null.c - NULL for a column that is not nullable. */
#include <models/models.h>
#include <rowan/query.h>

void set(rowan_assignment *out);
void set(rowan_assignment *out)
{
    *out = rowan_set_null(Person, country); // here
}
/* gcc:   Person.country cannot be NULL
 * clang: Person.country cannot be NULL */
