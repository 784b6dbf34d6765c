/* rowan/with.h - which relations a query loads with its rows.
 *
 *     rowan_select(Person,
 *                  .where = rowan_eq(Person, country, "Norway"),
 *                  .with = { rowan_with(Person, awards,
 *                                       .order_by = { rowan_desc(Award, year) },
 *                                       .with = { rowan_with(Award, sponsor) }) })
 *
 * rowan_fetch() reads the rows, and then, for each relation named and for all rows at once,
 * the related rows: a statement for the people, one for all their awards, one for the
 * sponsors of those, however many there are (on SQLite, one for each 256 different keys).
 * Nothing is ever read behind one's back: what a query does not name is not loaded, and
 * rowan_related_many() and rowan_related_one() (rowan/relation.h) say so.
 *
 * rowan_with_join() reads the related rows in the statement of the rows themselves, by a LEFT
 * JOIN: one round trip, which pays where each row leads to one other or a few; where it leads
 * to many, its own columns are sent once for each of them. Its .where chooses among the
 * related rows (a row keeps its place without any), its .order_by comes behind the query's,
 * and conditions of the query itself may name the joined models, too; of a model that is
 * there twice they mean the first, and those of a relation its own. Below a joined relation,
 * relations are joined or not; below rowan_with() none can be joined. A query that joins
 * to-many relations has no limit, which would count joined rows, and one that joins has no
 * groups.
 *
 * Outside a transaction all the statements of one fetch run in a transaction of its own that
 * reads one state of the database. Inside one they see what its isolation lets them see
 * (rowan_begin_read(): one state); a related row that is not there when it is looked for is
 * none, never another's.
 *
 * .where and .order_by are of the related rows' columns; of a MANY_TO_MANY also of those of
 * the model in between.
 *
 * A cursor loads no relations, and rowan_count() needs none. At run time, the structs below
 * are made of what rowan_model_relation() finds.
 *
 * The related rows live in the result, and go with it. A row that several rows of one
 * relation lead to is there once; another relation, or another level, has its own copy.
 * Uses: rowan/model.h.
 */
#ifndef ROWAN_WITH_H
#define ROWAN_WITH_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/model.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rowan_expr;
struct rowan_order;

#define ROWAN_MAX_ORDER_BY 8 /* columns of an order, and of a GROUP BY */
#define ROWAN_MAX_WITH     8 /* relations of one model in a query */

/* What to load of a relation: from rowan_with() or rowan_with_join(), or made at run time. */
typedef struct rowan_relation_query rowan_relation_query;
struct rowan_relation_query {
    const rowan_model *model; /* whose relation it is */
    size_t offset;            /* of its member: rowan_relation.offset */
    bool join;                /* in the same statement */
    /* Of the related rows: which of them, NULL for all; in which order, and which of their
     * own relations, each up to the first NULL. */
    const struct rowan_expr *where;
    const struct rowan_order *order_by[ROWAN_MAX_ORDER_BY];
    const rowan_relation_query *with[ROWAN_MAX_WITH];
};

#ifdef __cplusplus
}
#endif

/* The typed macros are for C. */
#ifndef __cplusplus

/* rowan_with(Person, awards), or with .where, .order_by and .with of the related rows. Lives
 * until the end of the block, as a query does. */
#define rowan_with(...) ROWAN__WITH(false, __VA_ARGS__, )
/* The same by a join: see above. */
#define rowan_with_join(...) ROWAN__WITH(true, __VA_ARGS__, )
#define ROWAN__WITH(joined, M, rel, ...)                                  \
    (&(const rowan_relation_query){ .model = &M##_model,                  \
                                    .offset = ROWAN__REL_AT(M, rel, "r"), \
                                    .join = joined,                       \
                                    __VA_ARGS__ })

#define ROWAN__REL_AT(M, rel, how)                                                   \
    __extension__({                                                                  \
        __typeof__(((M *)0)->rel) *rowan__member __attribute__((unused));            \
        enum {                                                                       \
            rowan__is_relation = ROWAN__COLUMN_CLASS(*rowan__member) == 0            \
        };                                                                           \
        _Static_assert(rowan__is_relation, #M "." #rel " is a column, no relation"); \
        ROWAN__USE(M, rel, how);                                                     \
        __builtin_offsetof(M, rel);                                                  \
    })

#endif
#endif
