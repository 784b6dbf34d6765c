/* foreign_type.c - a column of a type that exists in C only. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id, PRIMARY_KEY),
    (float,       weight)
)
/* gcc:   error: '_Generic' selector of type 'float' is not compatible with any association
 * clang: error: controlling expression type 'float' not compatible with any generic association type
 */
