/* misspelt_column.c - a query that names a column which the model does not have. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *ada(rowan_query *out);
const rowan_query *ada(rowan_query *out)
{
    *out = *rowan_select(Person, .where = rowan_eq(Person, frist_name, "Ada")); // here
    return out;
}
/* gcc:   'Person' has no member named 'frist_name'; did you mean 'first_name'?
 * clang: no member named 'frist_name' in 'struct Person'; did you mean 'first_name'? */
