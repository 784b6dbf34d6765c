/* too_many_attributes.c - more attributes than a column may have. */
#include <rowan/model.h>

ROWAN_MODEL(Person, "person", // here
    (rowan_int64, id, PRIMARY_KEY, AUTO, UNIQUE, INDEX, NAME("key"), DEFAULT(1),
                      COMMENT("first"), ON_DELETE(CASCADE), ON_UPDATE(CASCADE))
)
/* gcc:   'rowan_column' has no member named 'more_than_8_attributes_of_one_column'
 * clang: field designator 'more_than_8_attributes_of_one_column' does not refer to any field in type */
