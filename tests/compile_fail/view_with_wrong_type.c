/* view_with_wrong_type.c - a smallest value is NULL where there is none. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(Oldest, Person, // here
           (rowan_date, born, MIN(born)))
/* gcc:   Oldest.born can be NULL: it needs the nullable type of Person.born
 * clang: Oldest.born can be NULL: it needs the nullable type of Person.born */
