/* wrong_result.c - rows of one model read as another's. */
#include <models/models.h>
#include <rowan/session.h>

const Award *first(rowan_result *result);
const Award *first(rowan_result *result)
{
    return rowan_rows(result, Person); // here
}
/* gcc:   returning 'Person *' from a function with incompatible return type 'const Award *'
 * clang: incompatible pointer types returning 'Person *' (aka 'struct Person *') from a function with result type 'const Award *' */
