/* date_with_string.c - a date compared with a string. */
#include <models/models.h>
#include <rowan/query.h>

void where(rowan_expr *out);
void where(rowan_expr *out)
{
    *out = *rowan_lt(Person, born, "1912-06-23"); // here
}
/* gcc:   Person.born cannot be compared with "1912-06-23" (types differ)
 * clang: Person.born cannot be compared with "1912-06-23" (types differ) */
