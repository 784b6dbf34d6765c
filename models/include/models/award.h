/* models/award.h - an award that a person received. */
#pragma once
#include <rowan/model.h>

#include <models/person.h>

ROWAN_MODEL(Award, "award",
    (rowan_int64, id,        PRIMARY_KEY, AUTO),
    (rowan_int64, person_id, REFERENCES(Person, id), INDEX),
    (rowan_int32, year,      INDEX),
    (rowan_text,  citation),
    BELONGS_TO(person, Person, person_id)
)
