/* foreign_key_types.c - a foreign key of two columns, one of another type than its target. */
#include <models/person.h>

ROWAN_MODEL(Room, "room",
    (rowan_text,  hotel,  PRIMARY_KEY),
    (rowan_int32, number, PRIMARY_KEY)
)

ROWAN_MODEL(Night, "night", // here
    (rowan_int64,     id, PRIMARY_KEY),
    (rowan_text,      hotel),
    (rowan_opt_int64, room),
    FOREIGN_KEY((hotel, room), REFERENCES(Room, hotel, number))
)
/* gcc:   "Night.room cannot refer to Room.number (types differ)"
 * clang: Night.room cannot refer to Room.number (types differ) */
