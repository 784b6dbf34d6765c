/* add_misspelt.c - an object added with a member that its model does not have.
 * gcc: 'Person' has no member named 'frist_name'; did you mean 'first_name'?
 * clang: field designator 'frist_name' does not refer to any field in type */
#include <models/models.h>
#include <rowan/unit.h>

rowan_status add(rowan_session *db, Person **person);
rowan_status add(rowan_session *db, Person **person)
{
    return rowan_session_add(db, Person, person, NULL,
                             .frist_name = rowan_text_of("Ada")); // here
}
