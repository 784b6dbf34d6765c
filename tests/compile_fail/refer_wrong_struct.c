/* refer_wrong_struct.c - a foreign key that is to get the key of an object of another model.
 * gcc: '_Generic' selector of type 'Award *'
 * clang: controlling expression type 'Award *' */
#include <models/models.h>
#include <rowan/unit.h>

rowan_status refer(rowan_session *db, Award *award, Award *other);
rowan_status refer(rowan_session *db, Award *award, Award *other)
{
    return rowan_session_refer(db, Award, award, person_id, Person, other, NULL); // here
}
