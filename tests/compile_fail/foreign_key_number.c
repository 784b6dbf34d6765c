/* foreign_key_number.c - a foreign key of two columns that refers to one. */
#include <models/person.h>

ROWAN_MODEL(Prize, "prize", // here
    (rowan_int64, id, PRIMARY_KEY),
    (rowan_int64, person),
    (rowan_int64, year),
    FOREIGN_KEY((person, year), REFERENCES(Person, id))
)
/* gcc:   "Prize: (person, year) and Person(id) differ in number"
 * clang: Prize: (person, year) and Person(id) differ in number */
