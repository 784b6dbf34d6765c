/* in_with_wrong_array.c - an array whose elements are of another type. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *some(rowan_query *out, const char *const *names);
const rowan_query *some(rowan_query *out, const char *const *names)
{
    *out = *rowan_select(Person, .where = rowan_in_array(Person, last_name, names, 2)); // here
    return out;
}
/* gcc:   Person.last_name cannot be one of names (types differ)
 * clang: Person.last_name cannot be one of names (types differ) */
