/* check_without_name.c - a CHECK whose condition stands where the name belongs. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id,   PRIMARY_KEY),
    (rowan_int32, size),
    CHECK(GT(size, 0))
)
/* gcc:   "Person: CHECK(GT(size, 0)) needs a name and a condition"
 * clang: Person: CHECK(GT(size, 0)) needs a name and a condition */
