/* person.c - the models whose expansion golden.sh compares with person.expanded: one of
 * columns only, and one with more behind them. */
#include <rowan/model.h>

/* clang-format off */
ROWAN_MODEL(Person, "person",
    (rowan_int64,    id,        PRIMARY_KEY, AUTO),
    (rowan_text,     last_name, INDEX, NAME("surname")),
    (rowan_opt_date, born),
    (rowan_int64,    mentor_id, REFERENCES(Person, id))
)

ROWAN_MODEL(Award, "award",
    (rowan_int64,    id,        PRIMARY_KEY),
    (rowan_int64,    person_id, REFERENCES(Person, id)),
    UNIQUE(person_id, DESC(id)),
    BELONGS_TO(person, Person, person_id),
    HAS_MANY(votes, Vote, award_id)
)
