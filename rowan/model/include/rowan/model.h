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
 *     VERSION                counts the changes of the row, by which a session finds out that
 *                            another was there before (rowan/unit.h): a rowan_int64, _int32
 *                            or _int16. What the library writes counts it up, in whichever
 *                            way; other programs should, too
 *     REFERENCES(Model, col) a foreign key; the other model is declared before
 *     ON_DELETE(action), ON_UPDATE(action)  of the foreign key: NO_ACTION (as without),
 *                            RESTRICT, CASCADE, SET_NULL
 *     NAME("column_name")    where the name in the database differs
 *     MAX(n)                 a text of at most n characters, bytes of at most n
 *     PRECISION(p, s)        p digits, s of them behind the point; every decimal needs it
 *     ENUM(Name)             the labels of ROWAN_ENUM(Name, ...); every column of the type
 *                            Name or opt_Name needs it
 *     DEFAULT(value), DEFAULT_NOW   what the database gives a row that is inserted without
 *                            the column, by an older service or another program; checked by the
 *                            compiler to be of the column's type
 *     GENERATED("sql")       computed by the database from the row's other columns; read,
 *                            never written
 *     COMMENT("text")        for people; kept by the databases that have comments
 *
 * Behind the columns, in the same list, what concerns several of them:
 *     UNIQUE(a, b)           together
 *     FOREIGN_KEY((a, b), REFERENCES(Model, x, y), ON_DELETE(action), ON_UPDATE(action))
 *                            to the primary key of Model, or to a UNIQUE(x, y) of its, of
 *                            up to 8 columns in that order; the actions may be left out.
 *                            A row in which one of its columns is NULL refers to nothing
 *     INDEX(a, DESC(b))      in that order
 *     PARTIAL_INDEX(condition, a, b), PARTIAL_UNIQUE(condition, a, b)
 *                            of the rows for which it holds; MariaDB has none
 *     CHECK(name, condition, ...)   all of the conditions hold (or are NULL)
 *     SCHEMA("name")         a schema of PostgreSQL; the others have none
 *     TABLE_COMMENT("text")
 * What a database lacks is ROWAN_EUNSUPPORTED when the table is to be created there. Names in
 * the database are table_column_suffix as PostgreSQL makes them, with _pkey, _key, _idx, _fkey
 * or _check (table_name_check); a second index of the same columns ends in _idx2 or _key2. If
 * two things would be named alike, or differently in case only, or a name has more than 63
 * bytes, that is ROWAN_EINVAL then. JSON is in no key and no index.
 *     BELONGS_TO, HAS_MANY, HAS_ONE, MANY_TO_MANY   relations: rowan/relation.h
 * A condition is EQ, NE, LT, LE, GT or GE(column, constant), the same with _COLUMN at its
 * end and another column, or IS_NULL(column), NOT_NULL(column). Constants of dates, times,
 * decimals and uuids are written as strings.
 *
 *     ROWAN_ENUM(Party, (PARTY_WHIG, "Whig"), (PARTY_TORY, "Tory"))
 *
 * declares `enum Party` (and the types `Party` and, nullable, `opt_Party`) and the labels
 * that the database stores, which a CHECK keeps it to.
 *
 *     ROWAN_MODELS(models, "1.0.0", Person, Award)
 *
 * in one C file defines the list of a program's or package's models, a `rowan_models`. Other
 * files declare it, `extern const rowan_models models;`, or, if it is a package that others
 * are linked with, ROWAN_MODELS_DECLARE(models, 1_0_0), by which a program that was compiled
 * with another version does not link.
 *
 * At most 64 columns, 8 attributes each, 128 models in a list. From C++ the macro declares the struct and the
 * description, which a C file of the program defines.  Uses: rowan/types.h, rowan/relation.h.
 */
#ifndef ROWAN_MODEL_H
#define ROWAN_MODEL_H
#ifdef __GNUC__
#pragma GCC system_header /* a mistake in a model is reported at the user's own line */
#endif

#include <rowan/relation.h>
#include <rowan/types.h>
#include <rowan/uses.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROWAN_MAX_COLUMNS 64 /* of a model */

typedef struct rowan_model rowan_model;

/* The labels of an enum; the value of labels[i] is i. */
typedef struct rowan_enum {
    const char *name; /* of the C type */
    const char *const *labels;
    size_t n_labels;
} rowan_enum;

/* What happens to the rows that refer to a row that is deleted or whose key changes. */
typedef enum rowan_fk_action {
    ROWAN_NO_ACTION,
    ROWAN_RESTRICT,
    ROWAN_CASCADE,
    ROWAN_SET_NULL
} rowan_fk_action;

/* A constant in a model: a default, or what a condition compares with. */
typedef struct rowan_const {
    char kind; /* 'i', 'r', 't', 'b' (a bool is in `integer`), 'n' now; 0 for none */
    int64_t integer;
    double real;
    const char *text;
} rowan_const;

/* A column of a key, an index or a window. */
typedef struct rowan_key_part {
    uint16_t column; /* its index in the model */
    bool descending;
} rowan_key_part;

/* What a view's column is made of: see rowan/view.h. */
typedef enum rowan_function {
    ROWAN_FN_COLUMN, /* the column as it is */
    ROWAN_FN_COUNT,  /* of rows, or of the column's values that are not NULL */
    ROWAN_FN_COUNT_DISTINCT,
    ROWAN_FN_SUM,
    ROWAN_FN_AVG,
    ROWAN_FN_MIN,
    ROWAN_FN_MAX,
    ROWAN_FN_ROW_NUMBER, /* from here on functions of a window only */
    ROWAN_FN_RANK,
    ROWAN_FN_DENSE_RANK,
    ROWAN_FN_LAG,
    ROWAN_FN_LEAD,
    ROWAN_FN_FIRST_VALUE,
    ROWAN_FN_LAST_VALUE,
    ROWAN_FN_SQL, /* an expression of the database's own */
    ROWAN_N_FUNCTIONS
} rowan_function;

/* How a view's column comes about. */
typedef struct rowan_computed {
    rowan_function function;
    const rowan_model *model;          /* whose column; NULL if there is none */
    const struct rowan_column *column; /* the argument; NULL if there is none */
    const char *sql;                   /* ROWAN_FN_SQL */
    bool window;                       /* OVER (...) */
    const rowan_key_part
        *partition_by; /* partition_by[n_partition_by] of the view's base */
    size_t n_partition_by;
    const rowan_key_part *order_by; /* order_by[n_order_by] */
    size_t n_order_by;
} rowan_computed;

/* A column as the model declares it. Constant data: any thread, for ever. */
typedef struct rowan_column {
    const char *name;   /* in the database, in CSV headers and in JSON */
    const char *member; /* of the struct; the same where there is no NAME */
    rowan_type type;
    bool nullable;
    bool primary_key;
    bool automatic; /* AUTO */
    bool version;   /* VERSION */
    bool unique;
    bool indexed;
    uint16_t offset;       /* bytes from the start of the struct to the member */
    uint16_t value_offset; /* to the value; differs for nullable scalars only */
    const rowan_model *references; /* NULL, or the model the foreign key points to */
    uint16_t references_index;     /* and its column there */
    uint32_t max_length;           /* MAX: characters or bytes; 0 for no limit */
    uint8_t precision, scale;      /* PRECISION */
    const rowan_enum *labels;      /* ENUM */
    rowan_fk_action on_delete, on_update;
    rowan_const default_value; /* DEFAULT */
    const char *generated;     /* GENERATED: an SQL expression; NULL if it is not */
    const char *comment;       /* COMMENT; NULL if there is none */
    const rowan_computed *computed; /* of a view; NULL in a model */
} rowan_column;

/* How a CHECK or a partial index compares. */
typedef enum rowan_comparison {
    ROWAN_CHECK_EQ,
    ROWAN_CHECK_NE,
    ROWAN_CHECK_LT,
    ROWAN_CHECK_LE,
    ROWAN_CHECK_GT,
    ROWAN_CHECK_GE,
    ROWAN_CHECK_IS_NULL,
    ROWAN_CHECK_NOT_NULL
} rowan_comparison;

/* A condition of a CHECK or of a partial index. */
typedef struct rowan_check {
    rowan_comparison op;
    uint16_t column;
    bool with_column; /* compared with column `other`, else with `value` */
    uint16_t other;
    rowan_const value;
} rowan_check;

/* The kinds of what stands behind the columns. */
typedef enum rowan_constraint_kind {
    ROWAN_CONSTRAINT_UNIQUE,
    ROWAN_CONSTRAINT_INDEX,
    ROWAN_CONSTRAINT_CHECK,
    ROWAN_CONSTRAINT_SCHEMA,
    ROWAN_CONSTRAINT_COMMENT,
    ROWAN_CONSTRAINT_FOREIGN_KEY
} rowan_constraint_kind;

/* What a model declares behind its columns. */
typedef struct rowan_constraint {
    rowan_constraint_kind kind;
    const char *text;            /* CHECK: its name; SCHEMA, TABLE_COMMENT */
    const rowan_key_part *parts; /* UNIQUE, INDEX, FOREIGN_KEY: parts[n_parts] */
    size_t n_parts;
    const rowan_check *checks; /* CHECK, partial: checks[n_checks], all of them hold */
    size_t n_checks;
    const rowan_model *references; /* FOREIGN_KEY: the model it points to */
    const rowan_key_part *targets; /* and its columns there: targets[n_parts] */
    rowan_fk_action on_delete, on_update;
} rowan_constraint;

struct rowan_model {
    const char *name;            /* of the struct: "Person" */
    const char *table;           /* in the database: "person" */
    const rowan_column *columns; /* columns[n_columns], in the order of declaration */
    uint16_t n_columns;
    uint16_t row_size;                   /* bytes: sizeof(Person) */
    const rowan_constraint *constraints; /* constraints[n_constraints] */
    uint16_t n_constraints;
    uint16_t n_relations;
    const rowan_relation *relations; /* relations[n_relations] */
    const char *declaration;         /* the record of rowan/uses.h; may be NULL */
    const rowan_model *base; /* of a view: what its rows are made of; of an alias: the
                              * model it stands for; else NULL */
    bool is_alias;
    bool is_made; /* at run time, a view of columns or an alias: gone with its query */
};

/* The models of a package, in any order. See ROWAN_MODELS. */
typedef struct rowan_models {
    const char *name;               /* of the package */
    const char *version;            /* "1.0.0" */
    const rowan_model *const *list; /* list[n_models] */
    size_t n_models;
} rowan_models;

/* The schema the model names, or NULL; its comment, or NULL. */
const char *rowan_model_schema(const rowan_model *model);
const char *rowan_model_comment(const rowan_model *model);

/* The column of that name (len bytes), or NULL. */
const rowan_column *rowan_model_column(const rowan_model *model, const char *name,
                                       size_t len);

/* The column of that member of the struct, or NULL. */
const rowan_column *rowan_model_member(const rowan_model *model, const char *member);

/* The key's column if the key is a single column, else NULL. */
const rowan_column *rowan_model_key(const rowan_model *model);

/* The column that counts the row's changes, or NULL. */
const rowan_column *rowan_model_version(const rowan_model *model);

/* The column that declares the labels, MAX and PRECISION of this one: itself, or for a view's
 * the model's column that it is made of. */
const rowan_column *rowan_column_declared(const rowan_column *column);

/* Reads one member of a row; text is borrowed from the row. */
void rowan_column_get(const rowan_column *column, const void *row, rowan_value *out);

/* Sets one member of a row; text is borrowed from `value`.
 * Returns  ROWAN_OK; ROWAN_EINVAL if the types differ, an integer is out of range, or
 *          a NULL is given to a column that is not nullable. */
rowan_status rowan_column_set(const rowan_column *column, void *row,
                              const rowan_value *value, rowan_error *err) ROWAN_CHECKED;

/* Reads a value for a column from its text form: rowan_value_parse() and, for an enum, its
 * labels. What the column declares (MAX, PRECISION) is checked. Bytes are decoded into
 * `arena`; text and JSON borrow `text`.
 * Returns  ROWAN_OK; ROWAN_EINVAL and why: the words follow the value's name; ROWAN_ENOMEM. */
struct rowan_arena;
rowan_status rowan_column_parse(const rowan_column *column, struct rowan_arena *arena,
                                const char *text, size_t len, rowan_value *out,
                                rowan_error *err) ROWAN_CHECKED;

/* Checks a value against what its column declares: NULL, MAX, PRECISION (which also
 * brings a decimal to the column's scale), labels, UTF-8, real days.
 * Returns  ROWAN_OK; ROWAN_EINVAL and why: the words follow the column's name. */
rowan_status rowan_column_check(const rowan_column *column, rowan_value *value,
                                rowan_error *err) ROWAN_CHECKED;

/* The label of an enum's value; NULL if it has none. */
const char *rowan_enum_label(const rowan_enum *labels, int64_t value);

/* The value of a label; -1 if there is none. */
int rowan_enum_value(const rowan_enum *labels, const char *label, size_t len);

/* Checks that a package can be used: each model has a table name and a key, no name
 * occurs twice, each reference points to a model of the list and to a column of the
 * same type, each relation goes by columns that there are. rowan_create_all(), loaders and
 * APIs call it when they start.
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

#include <rowan/model_classes.h>
#include <rowan/model_macros.h>

#endif
