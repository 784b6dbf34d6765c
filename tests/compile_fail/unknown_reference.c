/* unknown_reference.c - a foreign key to a model that was not declared. */
#include <rowan/model.h>

ROWAN_MODEL(Award, "award", // clang
    (rowan_int64, id,        PRIMARY_KEY),
    (rowan_int64, person_id, REFERENCES(Preson, id)) // gcc
)
/* gcc:   'Preson_model' undeclared
 * clang: use of undeclared identifier 'Preson_model' */
