/* view_with_sum_of_text.c - what is no number cannot be added up. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(Stats, Person, country, // here
           (rowan_opt_int64, n, SUM(last_name)))
/* gcc:   Stats.n is the sum of Person.last_name, a number: it needs rowan_opt_int64
 * clang: Stats.n is the sum of Person.last_name, a number: it needs rowan_opt_int64 */
