/* column_as_relation.c - a query that loads a column as if it were a relation. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *all(rowan_query *out);
const rowan_query *all(rowan_query *out)
{
    *out = *rowan_select(Award, .with = { rowan_with(Award, person_id) }); // here
    return out;
}
/* gcc:   "Award.person_id is a column, no relation"
 * clang: Award.person_id is a column, no relation */
