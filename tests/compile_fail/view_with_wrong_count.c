/* view_with_wrong_count.c - a count has one type. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(Stats, Person, country, // here
           (rowan_int32, n, COUNT()))
/* gcc:   Stats.n needs rowan_int64
 * clang: Stats.n needs rowan_int64 */
