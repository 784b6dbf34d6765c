/* program.c - a program outside the repository, which uses the installed models. */
#include <models/models.h>
#include <rowan/schema.h>
#include <stdio.h>

static rowan_status run(rowan_session *db, rowan_error *err)
{
    Person ada = { .first_name = rowan_text_of("Ada"),
                   .last_name = rowan_text_of("Lovelace"),
                   .country = rowan_text_of("UK") };
    uint64_t n = 0;
    rowan_status st = rowan_create_all(db, &models, err);

    if (st == ROWAN_OK)
        st = rowan_insert(db, Person, &ada, err);
    if (st == ROWAN_OK)
        st = rowan_count(
            db, rowan_select(Person, .where = rowan_eq(Person, id, ada.id)), &n, err);
    if (st == ROWAN_OK)
        printf("%d person, models %s\n", (int)n, models.version);
    return st;
}

int main(void)
{
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_error err;
    rowan_status st = rowan_engine_open("sqlite:///:memory:", NULL, &engine, &err);

    if (st == ROWAN_OK)
        st = rowan_session_open(engine, &db, &err);
    if (st == ROWAN_OK)
        st = run(db, &err);
    if (st != ROWAN_OK)
        fprintf(stderr, "%s\n", err.message);
    rowan_session_close(db);
    rowan_engine_close(engine);
    return st != ROWAN_OK;
}
