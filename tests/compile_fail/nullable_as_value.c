/* nullable_as_value.c - a nullable column read as if it were there. */
#include <models/models.h>

int year_of(const Person *person);
int year_of(const Person *person)
{
    return person->born.year; // here
}
/* gcc:   error: 'rowan_opt_date' has no member named 'year'
 * clang: error: no member named 'year' in 'struct rowan_opt_date' */
