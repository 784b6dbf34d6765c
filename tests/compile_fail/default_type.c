/* default_type.c - a default of another type than its column. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id,   PRIMARY_KEY),
    (rowan_int32, size, DEFAULT("tall"))
)
/* gcc:   "Person.size cannot have the DEFAULT "tall" (types differ)"
 * clang: Person.size cannot have the DEFAULT "tall" (types differ) */
