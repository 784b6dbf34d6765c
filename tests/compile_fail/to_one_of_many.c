/* to_one_of_many.c - the one row of a relation that leads to many. */
#include <models/models.h>
#include <rowan/query.h>

rowan_status first(Person *person, Award **out);
rowan_status first(Person *person, Award **out)
{
    return rowan_related_one(Person, person, awards, out, NULL); // here
}
/* gcc:   "Person.awards leads to many rows: use rowan_related_many"
 * clang: Person.awards leads to many rows: use rowan_related_many */
