/* fault.h - run scenarios in which the nth call fails.
 *
 *     static rowan_status insert(test_db *t, rowan_error *err)
 *     {
 *         Place place = { rowan_text_of("oslo"), rowan_text_of("Oslo"), { NULL, 0 } };
 *         uint64_t n = 0;
 *         rowan_status st = rowan_insert(t->db, Place, &place, err);
 *
 *         if (st == ROWAN_OK)
 *             st = rowan_count(t->db, rowan_select(Place), &n, err);
 *         if (st == ROWAN_OK)
 *             fault_expect(n == FAULT_PLACES + 1);
 *         return st;
 *     }
 *
 *     static const fault_scenario scenarios[] = { { "insert", insert }, ... };
 *
 *     int main(void)
 *     {
 *         return fault_on_databases(&(fault_suite){ "session", scenarios, COUNT });
 *     }
 *
 * A scenario uses public functions, sees to it that what they say is right
 * (fault_expect()), undoes what it began (results, cursors, transactions) also after an
 * error, and returns the first status that was not ROWAN_OK. It is run with the 1st, 2nd,
 * ... allocation failing until none is left to fail, and in the same way with each call of
 * the driver failing: with an error, with an error nobody asked the words of, with the
 * connection lost before the call and with the connection lost behind it. Each round has to
 * end with ROWAN_OK and right results or with the failure that was put in, without a leak,
 * an open descriptor or an open transaction; and then the same session has to run the
 * scenario to its end. A commit whose connection is lost has to say that it is unknown what
 * became of it.
 */
#ifndef FAULT_H
#define FAULT_H

#include "database.h"

/* The rows that the tables of test_models hold before each round: fault_seed(). */
#define FAULT_PLACES  3 /* "a" (A), "b" (B, inside a), "c" (C) */
#define FAULT_VISITS  2 /* of a in 2001 and 2002 */
#define FAULT_SAMPLES 2 /* test_sample(), small -5 and -4 */

typedef rowan_status fault_fn(test_db *t, rowan_error *err); /* `err` may be NULL */

typedef struct fault_scenario {
    const char *name;
    fault_fn *run;
    bool reads;  /* it changes nothing: the rows are not put back between rounds */
    bool atomic; /* after a failure all tables have as many rows as before */
} fault_scenario;

typedef struct fault_suite {
    const char *name;
    const fault_scenario *scenarios;
    size_t n_scenarios;
    const rowan_models *models; /* the tables that there are; NULL: test_models */
    fault_fn *
        seed; /* inserts rows into these tables, empty until then; NULL: fault_seed() */
} fault_suite;

/* Runs a suite on every database. What main() returns. */
int fault_on_databases(const fault_suite *suite);

/* The same without a database, for functions that need none: the scenarios get NULL. */
int fault_in_memory(const fault_suite *suite);

/* Fails the test unless what a call that succeeded has done is right. */
#define fault_expect(fact)                          \
    do {                                            \
        if (!(fact))                                \
            fault_wrong(__FILE__, __LINE__, #fact); \
    } while (0)

void fault_wrong(const char *file, int line, const char *fact);

rowan_status fault_seed(test_db *t, rowan_error *err);

#endif
