/* increment_of_a_text.c - only numbers can be added to. */
#include <models/models.h>
#include <rowan/session.h>

rowan_status more(rowan_session *db, rowan_error *err);
rowan_status more(rowan_session *db, rowan_error *err)
{
    return rowan_update_where(db, Person, NULL, NULL, err,
                              rowan_increment(Person, last_name, "x")); // here
}
/* gcc:   Person.last_name cannot be added to by "x" (types differ)
 * clang: Person.last_name cannot be added to by "x" (types differ) */
