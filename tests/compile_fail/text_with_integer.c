/* text_with_integer.c - a text column compared with an integer. */
#include <models/models.h>
#include <rowan/query.h>

void where(rowan_expr *out);
void where(rowan_expr *out)
{
    *out = *rowan_eq(Person, first_name, 5); // here
}
/* gcc:   error: static assertion failed: "Person.first_name cannot be compared with 5 (types differ)"
 * clang: Person.first_name cannot be compared with 5 (types differ)
 * lines: 16 */
