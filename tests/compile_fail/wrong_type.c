/* wrong_type.c - a column of a type that does not exist. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person",
    (rowan_int64, id, PRIMARY_KEY),
    (rowan_txet,  name) // here
)
/* gcc:   error: unknown type name 'rowan_txet'
 * clang: error: unknown type name 'rowan_txet'; did you mean 'rowan_text'?
 * lines: 10 */
