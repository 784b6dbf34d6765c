/* window_without_over.c - a row's number is one among others. */
#include <models/models.h>
#include <rowan/query.h>

ROWAN_VIEW(Ranked, Person, last_name, // here
           (rowan_int64, place, ROW_NUMBER()))
/* gcc:   Ranked.place is of a window: it needs OVER(...)
 * clang: Ranked.place is of a window: it needs OVER(...) */
