/* rowan/model.h - declare a model once, in C.
 *
 *     ROWAN_MODEL(Person, "person",
 *         (rowan_int64,    id,        PRIMARY_KEY, AUTO),
 *         (rowan_text,     last_name, INDEX),
 *         (rowan_opt_date, born)
 *     )
 *
 * declares `struct Person` (and the type `Person`) with these members, and the constant
 * `Person_model` that describes it to everything else. It stands in a header; each file
 * that includes it has the same one description, and the linker keeps one copy.
 *
 * Attributes of a column:
 *     PRIMARY_KEY            (part of) the key
 *     AUTO                   the database gives the value when it is 0 on insert
 *     UNIQUE, INDEX          by itself
 *     REFERENCES(Model, col) a foreign key; the other model is declared before
 *     NAME("column_name")    where the name in the database differs
 *
 * At most 64 columns, 8 attributes each. From C++ the macro declares the struct and the
 * description, which a C file of the program defines.  Uses: rowan/types.h.
 */
#ifndef ROWAN_MODEL_H
#define ROWAN_MODEL_H
#ifdef __GNUC__
#pragma GCC system_header /* a mistake in a model is reported at the user's own line */
#endif

#include <rowan/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_model rowan_model;

/* A column as the model declares it. Constant data: any thread, for ever. */
typedef struct rowan_column {
    const char *name; /* in the database, in CSV headers and in JSON */
    rowan_type type;
    bool nullable;
    bool primary_key;
    bool automatic; /* AUTO */
    bool unique;
    bool indexed;
    uint16_t offset;       /* bytes from the start of the struct to the member */
    uint16_t value_offset; /* to the value; differs for nullable scalars only */
    const rowan_model *references; /* NULL, or the model the foreign key points to */
    uint16_t references_index;     /* and its column there */
} rowan_column;

struct rowan_model {
    const char *name;            /* of the struct: "Person" */
    const char *table;           /* in the database: "person" */
    const rowan_column *columns; /* columns[n_columns], in the order of declaration */
    uint16_t n_columns;
    uint16_t row_size; /* bytes: sizeof(Person) */
};

/* The models of a package, in any order. See ROWAN_MODELS. */
typedef struct rowan_models {
    const char *name;               /* of the package */
    const char *version;            /* "1.0.0" */
    const rowan_model *const *list; /* list[n_models] */
    size_t n_models;
} rowan_models;

/* The column of that name (len bytes), or NULL. */
const rowan_column *rowan_model_column(const rowan_model *model, const char *name,
                                       size_t len);

/* The key's column if the key is a single column, else NULL. */
const rowan_column *rowan_model_key(const rowan_model *model);

/* Reads one member of a row; text is borrowed from the row. */
void rowan_column_get(const rowan_column *column, const void *row, rowan_value *out);

/* Sets one member of a row; text is borrowed from `value`.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the types differ, an integer is out of range, or
 *          a NULL is given to a column that is not nullable. */
rowan_status rowan_column_set(const rowan_column *column, void *row,
                              const rowan_value *value, rowan_error *err) ROWAN_CHECKED;

/* Checks that a package can be used: each model has a table name and a key, no name
 * occurs twice, each reference points to a model of the list and to a column of the
 * same type. Engines and services call it when they start.
 * Returns  ROWAN_OK; ROWAN_EINVAL and which model and column is wrong. */
rowan_status rowan_models_check(const rowan_models *models,
                                rowan_error *err) ROWAN_CHECKED;

/* Orders the models so that each comes after those it references.
 * out      room for models->n_models pointers
 * Returns  ROWAN_OK; ROWAN_EINVAL if references form a ring (a model that references
 *          itself is fine). */
rowan_status rowan_models_order(const rowan_models *models, const rowan_model **out,
                                rowan_error *err) ROWAN_CHECKED;

/* The library these headers belong to; a program linked with another one fails to link
 * with this symbol's name. */
extern const char rowan_library __asm__(
    "rowan_headers_are_0_1_but_the_linked_library_is_another_version");

#ifdef __cplusplus
}
#endif

#include <rowan/model_macros.h>

#endif
