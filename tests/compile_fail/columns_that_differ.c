/* columns_that_differ.c - columns of two types compared. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *some(rowan_query *out);
const rowan_query *some(rowan_query *out)
{
    *out = *rowan_select(
        Person, .where = rowan_exists(rowan_select(
                    Award, .where = rowan_eq_column(Award, citation, Person, id)))); // here
    return out;
}
/* gcc:   Award.citation cannot be compared with Person.id (types differ)
 * clang: Award.citation cannot be compared with Person.id (types differ) */
