/* nullable_text_as_text.c - a nullable text given where a text has to be there. */
#include <rowan/model.h>

bool same(rowan_opt_text a, rowan_text b);
bool same(rowan_opt_text a, rowan_text b)
{
    return rowan_text_equal(a, b); // here
}
/* gcc:   error: incompatible type for argument 1 of 'rowan_text_equal'
 * clang: error: passing 'rowan_opt_text' (aka 'struct rowan_opt_text') to parameter of incompatible type 'rowan_text' */
