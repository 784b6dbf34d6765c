/* rowan/relation.h - how the models of a package belong together.
 *
 *     ROWAN_MODEL(Person, "person",
 *         (rowan_int64, id, PRIMARY_KEY, AUTO), ...
 *         HAS_MANY(awards, Award, person_id)
 *     )
 *     ROWAN_MODEL(Award, "award",
 *         (rowan_int64, id,        PRIMARY_KEY, AUTO),
 *         (rowan_int64, person_id, REFERENCES(Person, id)), ...
 *         BELONGS_TO(person, Person, person_id)
 *     )
 *
 * A relation stands behind the columns of its model. It is a member of the struct, and no
 * column: nothing in the database changes. There are four:
 *     BELONGS_TO(name, Model, column)   the row of Model that this row's `column` refers to
 *     HAS_MANY(name, Model, column)     the rows of Model whose `column` refers to this row
 *     HAS_ONE(name, Model, column)      the same where `column` is unique: one row, or none
 *     MANY_TO_MANY(name, Model, Between, here, there)   the rows of Model that the rows of
 *                                       Between lead to: its column `here` refers to this
 *                                       row, its column `there` to a row of Model. A row of
 *                                       Model is there once for each row of Between
 * Where the foreign key has several columns, all of them are named, in its order:
 * BELONGS_TO(room, Room, hotel, number); in MANY_TO_MANY each side in brackets. A column that
 * is no foreign key refers to the primary key.
 * Model and Between may be declared later, or be the model itself. Columns of theirs go by
 * the names of the struct's members; rowan_models_check() checks them, the compiler those
 * of the model itself.
 *
 * A relation is read from the database only when a query says so (rowan/with.h), never
 * behind one's back. A member knows whether it was: in a row that was made ({0} at first) or
 * read without it, reaching for it is an error that says what to add.
 *
 *     Award **awards;
 *     size_t n;
 *     st = rowan_related_many(Person, person, awards, &awards, &n, &err);
 *     Person *person;                      // NULL if there is none
 *     st = rowan_related_one(Award, award, person, &person, &err);
 *
 * Uses: rowan/types.h.
 */
#ifndef ROWAN_RELATION_H
#define ROWAN_RELATION_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rowan_model;
struct rowan_key_part;

/* The kinds of relations, as above. */
typedef enum rowan_relation_kind {
    ROWAN_BELONGS_TO,
    ROWAN_HAS_MANY,
    ROWAN_HAS_ONE,
    ROWAN_MANY_TO_MANY
} rowan_relation_kind;

/* A relation as its model declares it. Constant data: any thread, for ever. The models it
 * leads to are NULL in a program that does not know them. */
typedef struct rowan_relation {
    const char *name; /* of the member, and in JSON */
    rowan_relation_kind kind;
    uint16_t offset; /* bytes from the start of the struct to the member */
    const struct rowan_key_part
        *columns; /* BELONGS_TO: columns[n_columns], which refer */
    size_t n_columns;
    const struct rowan_model *target; /* the model of the related rows */
    const char *target_name;
    const char
        *far_columns; /* the members that refer to this row, "a" or "a, b": of the
                              * target for HAS_MANY and HAS_ONE, of `between` for
                              * MANY_TO_MANY; there in brackets or not */
    const struct rowan_model *between; /* MANY_TO_MANY, else NULL */
    const char *between_name;
    const char *there_columns; /* those of `between` that refer to the target */
} rowan_relation;

/* The relation whose member lies there, or the one of that name; NULL if there is none. */
const rowan_relation *rowan_relation_at(const struct rowan_model *model, size_t offset);
const rowan_relation *rowan_model_relation(const struct rowan_model *model,
                                           const char *name, size_t len);

/* Whether it leads to any number of rows. */
static inline bool rowan_relation_is_many(const rowan_relation *relation)
{
    return relation->kind == ROWAN_HAS_MANY || relation->kind == ROWAN_MANY_TO_MANY;
}

/* Whether a row's relation was loaded; then its rows, related[n]. */
bool rowan_relation_get(const rowan_relation *relation, const void *row,
                        void ***related, size_t *n);

/* For the macros below. */
rowan_status rowan__related_many(const struct rowan_model *model, size_t offset,
                                 const void *row, void *out, size_t *n,
                                 rowan_error *err) ROWAN_CHECKED;
rowan_status rowan__related_one(const struct rowan_model *model, size_t offset,
                                const void *row, void *out,
                                rowan_error *err) ROWAN_CHECKED;

/* The members. 0 in `rowan__loaded`: not loaded; else the number of rows, and 1. */
typedef struct rowan__to_many {
    size_t count;
} rowan__to_many;
typedef struct rowan__to_one {
    size_t count;
} rowan__to_one;

#ifdef __cplusplus
}
#endif

/* clang-format off */

/* KEYWORD(...) behind the columns of a model, as the member it makes: none for most. */
#define ROWAN__MEMBER_OF_UNIQUE(...)
#define ROWAN__MEMBER_OF_INDEX(...)
#define ROWAN__MEMBER_OF_PARTIAL_UNIQUE(...)
#define ROWAN__MEMBER_OF_PARTIAL_INDEX(...)
#define ROWAN__MEMBER_OF_CHECK(...)
#define ROWAN__MEMBER_OF_FOREIGN_KEY(...)
#define ROWAN__MEMBER_OF_SCHEMA(...)
#define ROWAN__MEMBER_OF_TABLE_COMMENT(...)
#define ROWAN__MEMBER_OF_BELONGS_TO(rel, T, ...)   ROWAN__TO_ONE(T) rel;
#define ROWAN__MEMBER_OF_HAS_MANY(rel, T, ...)     ROWAN__TO_MANY(T) rel;
#define ROWAN__MEMBER_OF_HAS_ONE(rel, T, ...)      ROWAN__TO_ONE(T) rel;
#define ROWAN__MEMBER_OF_MANY_TO_MANY(rel, T, ...) ROWAN__TO_MANY(T) rel;
#define ROWAN__TO_MANY(T) struct { struct T **rowan__rows; rowan__to_many rowan__loaded; }
#define ROWAN__TO_ONE(T)  struct { struct T *rowan__rows; rowan__to_one rowan__loaded; }

/* The same as a declaration of the models it leads to. */
#define ROWAN__FORWARD_UNIQUE(...)
#define ROWAN__FORWARD_INDEX(...)
#define ROWAN__FORWARD_PARTIAL_UNIQUE(...)
#define ROWAN__FORWARD_PARTIAL_INDEX(...)
#define ROWAN__FORWARD_CHECK(...)
#define ROWAN__FORWARD_FOREIGN_KEY(...)
#define ROWAN__FORWARD_SCHEMA(...)
#define ROWAN__FORWARD_TABLE_COMMENT(...)
#define ROWAN__FORWARD_BELONGS_TO(rel, T, ...)      ROWAN__KNOWN_MODEL(T)
#define ROWAN__FORWARD_HAS_MANY(rel, T, ...)        ROWAN__KNOWN_MODEL(T)
#define ROWAN__FORWARD_HAS_ONE(rel, T, ...)         ROWAN__KNOWN_MODEL(T)
#define ROWAN__FORWARD_MANY_TO_MANY(rel, T, B, ...) ROWAN__KNOWN_MODEL(T) ROWAN__KNOWN_MODEL(B)
#define ROWAN__KNOWN_MODEL(T) \
    extern const rowan_model T##_model __attribute__((weak, visibility("hidden")));

/* The same as an element of the table of relations. */
#define ROWAN__RELATION_UNIQUE(...)          ROWAN__NOTHING,
#define ROWAN__RELATION_INDEX(...)           ROWAN__NOTHING,
#define ROWAN__RELATION_PARTIAL_UNIQUE(...)  ROWAN__NOTHING,
#define ROWAN__RELATION_PARTIAL_INDEX(...)   ROWAN__NOTHING,
#define ROWAN__RELATION_CHECK(...)           ROWAN__NOTHING,
#define ROWAN__RELATION_FOREIGN_KEY(...)     ROWAN__NOTHING,
#define ROWAN__RELATION_SCHEMA(...)          ROWAN__NOTHING,
#define ROWAN__RELATION_TABLE_COMMENT(...)   ROWAN__NOTHING,
#define ROWAN__RELATION_BELONGS_TO(...)      ROWAN__BELONGING, __VA_ARGS__
#define ROWAN__RELATION_HAS_MANY(...)        ROWAN__HAVING, ROWAN_HAS_MANY, __VA_ARGS__
#define ROWAN__RELATION_HAS_ONE(...)         ROWAN__HAVING, ROWAN_HAS_ONE, __VA_ARGS__
#define ROWAN__RELATION_MANY_TO_MANY(...)    ROWAN__CONNECTED, __VA_ARGS__
#define ROWAN__LEADS_TO(M, rel, k, T) \
    .name = #rel, .kind = k, .offset = __builtin_offsetof(M, rel), .target = &T##_model, \
    .target_name = #T
#define ROWAN__BELONGING(M, rel, T, ...) \
    { ROWAN__LEADS_TO(M, rel, ROWAN_BELONGS_TO, T), \
      .columns = ROWAN__PARTS(M, __VA_ARGS__), .n_columns = ROWAN__COUNT_OF(__VA_ARGS__) },
#define ROWAN__HAVING(M, k, rel, T, ...) \
    { ROWAN__LEADS_TO(M, rel, k, T), .far_columns = #__VA_ARGS__ },
#define ROWAN__CONNECTED(M, rel, T, B, here_col, there_col) \
    { ROWAN__LEADS_TO(M, rel, ROWAN_MANY_TO_MANY, T), .far_columns = #here_col, \
      .between = &B##_model, .between_name = #B, .there_columns = #there_col },

/* clang-format on */

/* The typed macros are for C. */
#ifndef __cplusplus

/* The rows of a to-many relation of `row`: *out is an array of *n pointers to rows that
 * live as long as the row's result, which may be changed. A row of the target that several
 * rows lead to is there once.
 * Returns  ROWAN_OK, also when there are none; ROWAN_EINVAL if the relation was not loaded:
 *          the words say what to add. */
#define rowan_related_many(M, row, rel, out, n, err)                                    \
    __extension__({                                                                     \
        ROWAN__CHECK_RELATION(M, rel, out, rowan__to_many,                              \
                              " leads to one row: use rowan_related_one");              \
        rowan__related_many(&M##_model, __builtin_offsetof(M, rel),                   \
                            _Generic((row), M * : (row), const M * : (row)), (out), (n), \
                            (err)); \
    })

/* The row that a to-one relation of `row` leads to; NULL in *out if there is none.
 * Returns  as above. */
#define rowan_related_one(M, row, rel, out, err)                                     \
    __extension__({                                                                  \
        ROWAN__CHECK_RELATION(M, rel, out, rowan__to_one,                            \
                              " leads to many rows: use rowan_related_many");        \
        rowan__related_one(&M##_model, __builtin_offsetof(M, rel),                 \
                           _Generic((row), M * : (row), const M * : (row)), (out), \
                           (err)); \
    })

#define ROWAN__CHECK_RELATION(M, rel, out, shape, words)                               \
    __typeof__(((M *)0)->rel) *rowan__member __attribute__((unused)) = NULL;           \
    enum {                                                                             \
        rowan__is_relation = ROWAN__COLUMN_CLASS(*rowan__member) == 0,                 \
        rowan__is_shape =                                                              \
            _Generic(rowan__member->rowan__loaded, shape : 1, default : 0),            \
        rowan__fits =                                                                  \
            _Generic((out), __typeof__(rowan__member->rowan__rows) * : 1, default : 0) \
    };                                                                                 \
    _Static_assert(rowan__is_relation, #M "." #rel " is a column, no relation");       \
    _Static_assert(rowan__is_shape, #M "." #rel words);                                \
    _Static_assert(!rowan__is_shape || rowan__fits,                                    \
                   #out " cannot take what " #M "." #rel " leads to (types differ)")

#endif
#endif
