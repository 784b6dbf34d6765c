/* misspelt_reference.c - a foreign key to a column that the other model does not have. */
#include <models/person.h>

ROWAN_MODEL(Prize, "prize", // here
    (rowan_int64, id,        PRIMARY_KEY),
    (rowan_int64, person_id, REFERENCES(Person, key))
)
/* gcc:   'struct Person__index' has no member named 'key'
 * clang: no member named 'key' in 'Person__index' */
