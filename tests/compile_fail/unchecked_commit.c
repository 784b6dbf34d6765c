/* unchecked_commit.c - a flush whose status nobody looks at.
 * gcc: ignoring return value of 'rowan_session_flush'
 * clang: ignoring return value of function */
#include <models/models.h>
#include <rowan/unit.h>

void save(rowan_session *db);
void save(rowan_session *db)
{
    rowan_session_flush(db, NULL); // here
}
