/* models.h - the models of the small services that records.sh builds.
 *
 * The files beside this one are such services. Each line with a typed macro says what it is:
 * "uses: Person.born filter" if the binary must say so, "dead: ..." if its code is gone from
 * an optimised binary, "kept: ..." if only the linker can throw it away (--gc-sections). */
#ifndef USES_MODELS_H
#define USES_MODELS_H

#include <rowan/load.h>
#include <rowan/match.h>
#include <rowan/serve.h>
#include <rowan/session.h>
#include <rowan/unit.h>
#include <rowan/view.h>

ROWAN_MODEL(Person, "person", (rowan_int64, id, PRIMARY_KEY, AUTO), (rowan_text, name),
            (rowan_opt_date, born), (rowan_int64, height, NAME("height_cm")),
            HAS_MANY(awards, Award, person_id))

ROWAN_MODEL(Award, "award", (rowan_int64, year, PRIMARY_KEY),
            (rowan_int64, person_id, PRIMARY_KEY, REFERENCES(Person, id)),
            (rowan_opt_text, citation))

ROWAN_VIEW(PersonName, Person, id, (rowan_text, known_as, COLUMN(name)))

/* Of two models, with functions, and of a view. */
ROWAN_VIEW(AwardCount, Award, year, (rowan_opt_date, born, OPT_OF(Person, born)),
           (rowan_int64, n, COUNT(citation)), (rowan_int64, n_rows, COUNT()))
ROWAN_VIEW(NameCount, PersonName, known_as, (rowan_int64, n, COUNT()))
ROWAN_ALIAS(Friend, Person)

extern rowan_session *db;
rowan_error *keep(
    const void *what); /* a function of another object: nothing is optimised */

static inline void inline_used(void)
{
    keep(rowan_eq(Person, name, "inline")); // uses: Person.name filter
}

static inline void inline_unused(void)
{
    keep(rowan_not_null(Person, born)); // dead: Person.born filter
}

__attribute__((always_inline)) static inline void inlined_twice(void)
{
    keep(rowan_asc(Person, height)); // uses: Person.height order
}

/* C99's inline: its one extern definition is in main.c. */
inline void inline_of_c99(void)
{
    keep(rowan_desc(Award, citation)); // uses: Award.citation order
}

void from_archive(void);
void from_archive_unused(void);

#endif
