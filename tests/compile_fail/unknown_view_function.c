/* unknown_view_function.c - a function that there is not. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(Stats, Person, country, (rowan_opt_int64, n, MEDIAN(id))) // here
/* gcc:   ROWAN__VIEW_FUNCTION_MEDIAN
 * clang: ROWAN__VIEW_F_MEDIAN */
