/* snippets.h - what stands around the pieces of code of a page of docs/: see snippets.awk. */
#ifndef TEST_SNIPPETS_H
#define TEST_SNIPPETS_H

#include <rowan/session.h>
#include <stdio.h>

/* Names that a piece of code may use beside `db` and `err`; `rows` is freed behind it. */
#define SNIPPET_BEGIN           \
    rowan_result *rows = NULL;  \
    rowan_status st = ROWAN_OK; \
    uint64_t n = 0;             \
    (void)rows, (void)n, (void)err, (void)db;

#define SNIPPET_END          \
    goto out;                \
    out:                     \
    rowan_result_free(rows); \
    return st;

/* Code in the tables; a condition tells how many rows it holds for. */
#define CELL_condition(...)                                                          \
    if (st == ROWAN_OK)                                                              \
        st = rowan_count(db, rowan_select(Person, .where = (__VA_ARGS__)), &n, err); \
    if (st == ROWAN_OK)                                                              \
    (void)fprintf(stderr, "count %d %d\n", __LINE__, (int)n)
#define CELL_order(...) CELL_query(.order_by = { __VA_ARGS__ })
#define CELL_query(...)      \
    rowan_result_free(rows); \
    rows = NULL;             \
    if (st == ROWAN_OK)      \
    st = rowan_fetch(db, rowan_select(Person, __VA_ARGS__), &rows, err)
#define CELL_option(...)     (void)((rowan_engine_opts){ __VA_ARGS__ })
#define CELL_with(...)       (void)((const rowan_relation_query *){ __VA_ARGS__ })
#define CELL_join(...)       (void)((const rowan_join *){ __VA_ARGS__ })
#define CELL_assignment(...) (void)((rowan_assignment[]){ __VA_ARGS__ })

#endif
