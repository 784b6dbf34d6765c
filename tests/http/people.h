/* people.h - databases with people for the API to serve. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "http.h"
#include "postgres.h"

#include <models/models.h>
#include <rowan/schema.h>
#include <rowan/session.h>

/* A session on a database that has the tables. */
static inline rowan_session *people_open(const char *uri, rowan_error *err)
{
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;

    assert_ok(rowan_engine_open(uri, NULL, &engine, err), err);
    assert_ok(rowan_session_open(engine, &db, err), err);
    assert_ok(rowan_create_all(db, &models, err), err);
    return db;
}

static inline void people_close(rowan_session *db)
{
    rowan_engine *engine = rowan_session_engine(db);

    rowan_session_close(db);
    rowan_engine_close(engine);
}

/* Person number i, from 1. */
static inline Person person_of(size_t i)
{
    return (Person){ .id = (int64_t)i,
                     .first_name = rowan_text_of("First"),
                     .last_name = rowan_text_of(test_printf("Last%zu", i)),
                     .born = { true, { 1900, 1, (uint8_t)(1 + i % 28) } },
                     .country = rowan_text_of("Somewhere") };
}

static inline const char *people_fill(const char *uri, size_t n_people)
{
    rowan_error err;
    rowan_session *db = people_open(uri, &err);
    Person *people = test_alloc((n_people + 1) * sizeof *people);

    for (size_t i = 0; i < n_people; i++)
        people[i] = person_of(i + 1);
    if (n_people > 0)
        assert_ok(rowan_insert_many(db, Person, people, n_people, &err), &err);
    people_close(db);
    return uri;
}

/* New databases with so many people; their URIs. */
static inline const char *people_sqlite(size_t n_people)
{
    return people_fill(test_printf("sqlite:///%s/people.db", test_dir()), n_people);
}

static inline const char *people_postgres(size_t n_people)
{
    return people_fill(test_postgres_database(), n_people);
}

#endif
