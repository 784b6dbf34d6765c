/* main.c - a service that uses columns in every way: see models.h. */
#include "models.h"

/* clang-format off */ /* a line each, so that the comments fit */

extern inline void inline_of_c99(void);

static const rowan_source sources[] = {
    ROWAN_SOURCE(Award, "awards.csv"), // uses: Award.* write
};

static const rowan_source unused_sources[] = {
    ROWAN_SOURCE(Person, "people.csv"), // kept: Person.* write
};

void unused_function(void);
void unused_function(void)
{
    keep(rowan_is_null(Person, born)); // kept: Person.born filter
    keep(unused_sources);
}

static rowan_status failed; /* so that each status is looked at */

static void write_rows(void)
{
    Person ada = { .id = 1 };
    Award award = { .year = 1966 };
    uint64_t n = 0;

    failed |= rowan_insert(db, Person, &ada, keep(NULL)); // uses: Person.* write
    failed |= rowan_update(db, Person, &ada, keep(NULL)); // uses: Person.* write
    failed |= rowan_session_add(db, Person, NULL, keep(NULL), .id = 1); // uses: Person.* write
    failed |= rowan_session_refer(db, Award, &award, person_id, Person, &ada, keep(NULL)); // uses: Award.person_id write
    failed |= rowan_update_where(db, Person, NULL, &n, keep(NULL), rowan_increment(Person, height, 1)); // uses: Person.(rows) write, Person.height write
    failed |= rowan_delete(db, Person, &ada, keep(NULL)); // uses: Person.(key) write
    failed |= rowan_delete_where(db, Award, NULL, &n, keep(NULL)); // uses: Award.(rows) write
    failed |= rowan_update_where(db, Award, NULL, &n, keep(NULL), rowan_set_null(Award, citation)); // uses: Award.(rows) write, Award.citation write
}

int main(int argc, char **argv)
{
    rowan_result *result = NULL;

    keep(argv);
    keep(sources);
    keep(rowan_select(Award)); // uses: Award.* read
    keep(rowan_select(Award, .where = rowan_gt(Award, year, argc))); // uses: Award.* read, Award.year filter
    if (0)
        keep(rowan_not_null(Award, citation)); // dead: Award.citation filter
    failed |= rowan_find(db, Person, 7, &result, keep(NULL)); // uses: Person.* read
    keep(rowan_select(PersonName)); // uses: Person.id read, Person.name read
    keep(rowan_select(AwardCount)); // uses: Award.year read, Person.born read, Award.citation read, Award.(rows) read
    keep(rowan_gt(AwardCount, n, 7)); // uses: Award.citation filter
    keep(rowan_asc(AwardCount, n_rows)); // uses: Award.(rows) order
    keep(rowan_select(NameCount, .from = rowan_select(PersonName))); // uses: Person.id read, Person.name read, Person.(rows) read
    keep(rowan_desc(Friend, height)); // uses: Person.height order
    keep(rowan_join_on(Person, rowan_eq_column(Award, person_id, Person, id))); // uses: Award.person_id filter, Person.id filter
    keep(rowan_in(Person, height, 1, 2)); // uses: Person.height filter
    keep(rowan_like(Person, name, "A%")); // uses: Person.name filter
    keep(rowan_with(Person, awards)); // uses: Award.* read, Award.person_id filter
    keep(rowan_join(Person, awards)); // uses: Person.id filter, Award.person_id filter
    rowan_expose(NULL, Award, "/awards"); // uses: Award.* read
    inline_used();
    inlined_twice();
    inlined_twice();
    inline_of_c99();
    write_rows();
    from_archive();
    return failed;
}
