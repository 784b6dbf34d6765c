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
    uint64_t n = 0;

    failed |= rowan_insert(db, Person, &ada, keep(NULL)); // uses: Person.* write
    failed |= rowan_update(db, Person, &ada, keep(NULL)); // uses: Person.* write
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
    rowan_expose(NULL, Award, "/awards"); // uses: Award.* read
    inline_used();
    inlined_twice();
    inlined_twice();
    inline_of_c99();
    write_rows();
    from_archive();
    return failed;
}
