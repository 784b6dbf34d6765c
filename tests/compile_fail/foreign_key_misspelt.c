/* foreign_key_misspelt.c - a foreign key of two columns, one of which is misspelt. */
#include <models/person.h>

ROWAN_MODEL(Room, "room",
    (rowan_int64, hotel,  PRIMARY_KEY),
    (rowan_int64, number, PRIMARY_KEY)
)

ROWAN_MODEL(Night, "night", // clang
    (rowan_int64, id, PRIMARY_KEY),
    (rowan_int64, hotel),
    (rowan_int64, room),
    FOREIGN_KEY((hotel, room), REFERENCES(Room, hotel, numbr)) // gcc
)
/* gcc:   'Room' has no member named 'numbr'; did you mean 'number'?
 * clang: no member named 'numbr' in 'struct Room'; did you mean 'number'? */
