/* view_of_unknown_column.c - a view that names a column which its model does not have. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(PersonName, Person,
           frist_name) // here
/* gcc:   'Person' has no member named 'frist_name'; did you mean 'first_name'?
 * clang: no member named 'frist_name' in 'struct Person'; did you mean 'first_name'? */
