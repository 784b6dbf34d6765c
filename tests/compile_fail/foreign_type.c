/* foreign_type.c - a column of a type that exists in C only. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id, PRIMARY_KEY),
    (long double, weight)
)
/* gcc:   error: static assertion failed: "Person.weight has a type that no column can have
 * clang: Person.weight has a type that no column can have
 */
