/* wrong_related.c - the related rows of a model, taken for those of another. */
#include <models/models.h>
#include <rowan/query.h>

rowan_status all(Person *person, Person ***people, size_t *n);
rowan_status all(Person *person, Person ***people, size_t *n)
{
    return rowan_related_many(Person, person, awards, people, n, NULL); // here
}
/* gcc:   "people cannot take what Person.awards leads to (types differ)"
 * clang: people cannot take what Person.awards leads to (types differ) */
