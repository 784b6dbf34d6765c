/* database.h - run a suite on every database.
 *
 *     int main(void)
 *     {
 *         return test_on_databases("writes", tests, sizeof tests / sizeof tests[0]);
 *     }
 *
 * Each test gets a test_db through its state: an open session on a database of the
 * program's own, whose tables (those of `test_models`) are new and empty.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include "test.h"

#include <rowan/schema.h>
#include <rowan/session.h>

/* clang-format off */

/* One column of each type, and the same nullable. */
ROWAN_MODEL(Sample, "sample",
    (rowan_int64,         id,         PRIMARY_KEY, AUTO),
    (rowan_bool,          flag),
    (rowan_int32,         small),
    (rowan_int64,         big),
    (rowan_double,        real),
    (rowan_text,          words),
    (rowan_date,          day),
    (rowan_timestamp,     at),
    (rowan_opt_bool,      opt_flag),
    (rowan_opt_int32,     opt_small),
    (rowan_opt_int64,     opt_big),
    (rowan_opt_double,    opt_real),
    (rowan_opt_text,      opt_words),
    (rowan_opt_date,      opt_day),
    (rowan_opt_timestamp, opt_at)
)

ROWAN_ENUM(Mood, (MOOD_GOOD, "good"), (MOOD_BAD, "it's bad"), (MOOD_MIXED, "ge\"mischt ü"))

/* The other types. */
ROWAN_MODEL(More, "more",
    (rowan_int64,         id,         PRIMARY_KEY, AUTO),
    (rowan_int16,         tiny),
    (rowan_float,         narrow),
    (rowan_decimal,       price,      PRECISION(38, 10)),
    (rowan_time,          clock),
    (rowan_uuid,          uuid),
    (rowan_bytes,         blob),
    (rowan_json,          json),
    (Mood,                mood,       ENUM(Mood)),
    (rowan_opt_int16,     opt_tiny),
    (rowan_opt_float,     opt_narrow),
    (rowan_opt_decimal,   opt_price,  PRECISION(5, 2)),
    (rowan_opt_time,      opt_clock),
    (rowan_opt_uuid,      opt_uuid),
    (rowan_opt_bytes,     opt_blob,   MAX(4)),
    (rowan_opt_json,      opt_json),
    (opt_Mood,            opt_mood,   ENUM(Mood)),
    (rowan_opt_text,      opt_name,   MAX(5))
)

/* A key that is given, a unique column, and a reference to itself. */
ROWAN_MODEL(Place, "place",
    (rowan_text,     code,   PRIMARY_KEY),
    (rowan_text,     name,   UNIQUE),
    (rowan_opt_text, inside, REFERENCES(Place, code))
)

/* A key of two columns, a reference, and names that need their quotes. */
ROWAN_MODEL(Visit, "visit of \"a\" place",
    (rowan_text,  place,  PRIMARY_KEY, REFERENCES(Place, code)),
    (rowan_int32, year,   PRIMARY_KEY, NAME("select")),
    (rowan_int32, nights, INDEX)
)
/* clang-format on */

extern const rowan_models test_models;

typedef struct test_db {
    const char *kind; /* "sqlite", "postgresql" or "mariadb" */
    const char *uri;
    rowan_engine *engine;
    rowan_session *db;
    rowan_error err;
} test_db;

bool test_is_sqlite(const test_db *t);
bool test_is_postgres(const test_db *t);
bool test_is_mariadb(const test_db *t);

/* A second session on the same database. The caller closes it. */
rowan_session *test_session(test_db *t);

/* Runs SQL that Rowan would not write, by the database's own library, all at once. */
void test_exec(test_db *t, const char *sql);

/* The first column of the first row of a query as text; "" for NULL or no row. */
char *test_value(test_db *t, const char *sql);

/* An expression's values over the rows of a table, in an order, with spaces between. */
char *test_list(test_db *t, const char *expr, const char *table, const char *order);

/* What changes when a row of a table is written, also if it stays as it was. Not on SQLite,
 * which has no such thing. */
char *test_versions(test_db *t, const char *table);

/* Notes the statements that run from here on; how many there were, and their text, each
 * with a line end. */
void test_watch_queries(void);
size_t test_n_queries(void);
const char *test_queries(void);

/* A sample with every value set, and NULLs in the nullable ones. */
Sample test_sample(void);

/* The same of the other types. */
More test_more(void);

/* Runs the tests on every database; what main() returns. */
int test_on_databases(const char *name, const struct CMUnitTest *tests, size_t n_tests);

#endif
