/* person.c - the model whose expansion golden.sh compares with person.expanded. */
#include <rowan/model.h>

/* clang-format off */
ROWAN_MODEL(Person, "person",
    (rowan_int64,    id,        PRIMARY_KEY, AUTO),
    (rowan_text,     last_name, INDEX, NAME("surname")),
    (rowan_opt_date, born),
    (rowan_int64,    mentor_id, REFERENCES(Person, id))
)
