/* like_on_a_number.c - a pattern is for texts. */
#include <models/models.h>
#include <rowan/query.h>

const rowan_query *some(rowan_query *out);
const rowan_query *some(rowan_query *out)
{
    *out = *rowan_select(Award, .where = rowan_like(Award, year, "19%")); // here
    return out;
}
/* gcc:   Award.year cannot be matched with "19%" (types differ)
 * clang: Award.year cannot be matched with "19%" (types differ) */
