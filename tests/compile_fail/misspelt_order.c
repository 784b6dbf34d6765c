/* misspelt_order.c - an order by a column which the model does not have. */
#include <models/models.h>
#include <rowan/query.h>

void order(rowan_order *out);
void order(rowan_order *out)
{
    *out = *rowan_desc(Person, bron); // here
}
/* gcc:   'Person' has no member named 'bron'; did you mean 'born'?
 * clang: no member named 'bron' in 'struct Person' */
