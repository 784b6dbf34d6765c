/* misspelt_relation.c - a query that loads a relation which the model does not have. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *all(rowan_query *out);
const rowan_query *all(rowan_query *out)
{
    *out = *rowan_select(Person, .with = { rowan_with(Person, award) }); // here
    return out;
}
/* gcc:   'Person' has no member named 'award'; did you mean 'awards'?
 * clang: no member named 'award' in 'struct Person'; did you mean 'awards'? */
