/* models/person.h - a laureate. */
#pragma once
#include <rowan/model.h>

ROWAN_MODEL(Person, "person",
    (rowan_int64,    id,         PRIMARY_KEY, AUTO),
    (rowan_text,     first_name),
    (rowan_text,     last_name,  INDEX),
    (rowan_opt_date, born),                       // NULL where it is not known
    (rowan_text,     country),
    HAS_MANY(awards, Award, person_id)
)
