/* object_wrong_struct.c - an object got as one model through the pointer of another.
 * gcc: '_Generic' selector of type 'Award **'
 * clang: controlling expression type 'Award **' */
#include <models/models.h>
#include <rowan/unit.h>

rowan_status get(rowan_session *db, Award **award);
rowan_status get(rowan_session *db, Award **award)
{
    return rowan_session_get(db, Person, 7, award, NULL); // here
}
