/* relation_as_column.c - a relation compared as if it were a column. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *all(rowan_query *out);
const rowan_query *all(rowan_query *out)
{
    *out = *rowan_select(Award, .where = rowan_is_null(Award, person)); // here
    return out;
}
/* gcc:   'Award__index' has no member named 'person'; did you mean 'person_id'?
 * clang: no member named 'person' in */
