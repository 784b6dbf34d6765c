/* in_with_wrong_value.c - one value of a list has another type. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *some(rowan_query *out);
const rowan_query *some(rowan_query *out)
{
    *out = *rowan_select(Person, .where = rowan_in(Person, id, 1, "2", 3)); // here
    return out;
}
/* gcc:   Person.id cannot be compared with "2" (types differ)
 * clang: Person.id cannot be compared with "2" (types differ) */
