/* version_type.c - a version that cannot be counted.
 * gcc: Text.version is VERSION and has to be a rowan_int64
 * clang: Text.version is VERSION and has to be a rowan_int64 */
#include <rowan/model.h>

ROWAN_MODEL(Text, "text", // here
    (rowan_int64, id,      PRIMARY_KEY, AUTO),
    (rowan_text,  version, INDEX, VERSION)
)
