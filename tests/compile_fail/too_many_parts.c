/* too_many_parts.c - a condition of 65 parts. */
#include <models/models.h>
#include <rowan/session.h>

rowan_status count(rowan_session *db, uint64_t *n, rowan_error *err)
{
    const rowan_expr *one = rowan_eq(Person, first_name, "Ada");

    return rowan_count(db, rowan_select(Person, .where = rowan_or( // here
        one, one, one, one, one, one, one, one, one, one, one, one, one,
        one, one, one, one, one, one, one, one, one, one, one, one, one,
        one, one, one, one, one, one, one, one, one, one, one, one, one,
        one, one, one, one, one, one, one, one, one, one, one, one, one,
        one, one, one, one, one, one, one, one, one, one, one, one, one)), n, err);
}
/* gcc:   invalid operands to binary *
 * clang: invalid operands to binary expression */
