/* integer_with_double.c - an integer column compared with a fraction. */
#include <models/models.h>
#include <rowan/query.h>

void where(rowan_expr *out);
void where(rowan_expr *out)
{
    *out = *rowan_ge(Award, year, 1966.5); // here
}
/* gcc:   Award.year cannot be compared with 1966.5 (types differ)
 * clang: Award.year cannot be compared with 1966.5 (types differ) */
