/* related.h - parents with their children, read by hand: two queries and one pass, as a good
 * C programmer would when all of them are wanted. */
#ifndef RELATED_H
#define RELATED_H

#include "bench.h"

#include <rowan/session.h>

#define RELATED_PARENTS  10000
#define RELATED_CHILDREN 100000

typedef struct hand_child {
    int64_t id, parent_id;
    rowan_text title;
    int32_t year;
} hand_child;

typedef struct hand_parent {
    int64_t id;
    rowan_text name;
    hand_child *children; /* children[n] */
    size_t n;
} hand_parent;

typedef struct related_family {
    hand_parent *parents; /* parents[n_parents] by id */
    size_t n_parents, max_parents;
    hand_child *children; /* children[n_children] by parent */
    size_t n_children, max_children;
    bench_arena arena; /* of their text */
} related_family;

typedef struct related_hand related_hand;

/* Connects, and prepares both queries. name: "sqlite", "postgresql" or "mariadb". */
related_hand *related_open(const char *name, const char *uri);
void related_close(related_hand *hand);

/* Runs both, and finds each parent's children. */
related_family *related_read(related_hand *hand);
void related_drop(related_hand *hand);

#endif
