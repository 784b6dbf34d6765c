/* integer_with_text.c - an integer column set to a text. */
#include <models/models.h>
#include <rowan/query.h>

void set(rowan_assignment *out);
void set(rowan_assignment *out)
{
    *out = rowan_set(Award, year, "1966"); // here
}
/* gcc:   Award.year cannot be set to "1966" (types differ)
 * clang: Award.year cannot be set to "1966" (types differ) */
