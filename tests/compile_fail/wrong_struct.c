/* wrong_struct.c - a row of one model inserted as another. */
#include <models/models.h>
#include <rowan/session.h>

rowan_status add(rowan_session *db, Award *award);
rowan_status add(rowan_session *db, Award *award)
{
    return rowan_insert(db, Person, award, NULL); // here
}
/* gcc:   error: '_Generic' selector of type 'Award *' is not compatible with any association
 * clang: error: controlling expression type 'Award *' (aka 'struct Award *') not compatible with any generic association type */
