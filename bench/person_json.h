/* person_json.h - a person as JSON by hand: what a server for this one table would have. */
#ifndef PERSON_JSON_H
#define PERSON_JSON_H

#include "bench.h"

#include <rowan/types.h>

/* A text that grows. */
typedef struct json_text {
    char *ptr;
    size_t len, cap;
} json_text;

/* Room for `n` more bytes; whoever writes there sets `len`. */
char *json_room(json_text *text, size_t n);
void json_add(json_text *text, const char *literal);

/* A row as it comes from a database; a NULL born.ptr means that it is not known. */
typedef struct json_person {
    int64_t id;
    rowan_text first_name, last_name, country;
    rowan_date born;
    bool has_born;
} json_person;

/* {"id":1,...}. The text is trusted to be UTF-8, as the database keeps it. */
void json_add_person(json_text *text, const json_person *person);

#endif
