/* unknown_attribute.c - an attribute that does not exist. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id, PRIMARY_KEYS)
)
/* gcc:   'ROWAN__ATTR_PRIMARY_KEYS' undeclared
 * clang: use of undeclared identifier 'ROWAN__ATTR_PRIMARY_KEYS' */
