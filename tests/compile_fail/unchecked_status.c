/* unchecked_status.c - a status that nobody looks at. */
#include <models/models.h>
#include <rowan/session.h>

void add(rowan_session *db, Person *person);
void add(rowan_session *db, Person *person)
{
    rowan_insert(db, Person, person, NULL); // here
}
/* gcc:   ignoring return value of 'rowan_insert_rows' declared with attribute 'warn_unused_result'
 * clang: ignoring return value of function declared with 'warn_unused_result' attribute */
