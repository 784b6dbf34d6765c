/* refer_no_reference.c - an object referred to by a column that is no foreign key to it.
 * gcc: 'Award__year__refers_to_Person' undeclared
 * clang: use of undeclared identifier 'Award__year__refers_to_Person' */
#include <models/models.h>
#include <rowan/unit.h>

rowan_status refer(rowan_session *db, Award *award, Person *person);
rowan_status refer(rowan_session *db, Award *award, Person *person)
{
    return rowan_session_refer(db, Award, award, year, Person, person, NULL); // here
}
