/* nullable_from_value.c - a plain integer put into a column that may be NULL. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person",
    (rowan_int64,     id, PRIMARY_KEY),
    (rowan_opt_int32, height_mm)
)

void grow(Person *person);
void grow(Person *person)
{
    person->height_mm = 1810; // here
}
/* gcc:   error: incompatible types when assigning to type 'rowan_opt_int32' from type 'int'
 * clang: error: assigning to 'rowan_opt_int32' (aka 'struct rowan_opt_int32') from incompatible type 'int' */
