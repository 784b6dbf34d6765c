/* rowan/model_macros.h - what ROWAN_MODEL and ROWAN_MODELS expand to. Not for reading
 * first: rowan/model.h says how they are used.
 *
 * One list, three passes over it: the struct's members, a struct of one byte a column
 * whose offsets are the columns' indexes, and the column table. What a model costs to
 * compile is mostly the number of macro calls and of the tokens they carry along: a pass
 * therefore takes eight elements at a time and stops behind the last, a tuple is opened by
 * putting the macro's name in front of it, and a type is looked up by its name. The type
 * is used verbatim, so that a mistyped one is an error of three lines at its own place. */
#ifndef ROWAN_MODEL_MACROS_H
#define ROWAN_MODEL_MACROS_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

/* clang-format off */

#define ROWAN__UNPAREN(...) __VA_ARGS__
#define ROWAN__NOTHING(...)
#define ROWAN__FIRST(a, ...) a

/* F(x, element) for each of up to 128 elements, eight by eight as far as there are any;
 * the last eight are filled up with empty ones, which F makes nothing of. More is an error
 * that says so. F(x, ...) is a macro like  __VA_OPT__(what becomes of __VA_ARGS__). */
#define ROWAN__EACH(F, x, ...) ROWAN__EACH_1(F, x, __VA_ARGS__,,,,,,,,,)
#define ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) \
    F(x, a) F(x, b) F(x, c) F(x, d) F(x, e) F(x, f) F(x, g) F(x, h)
#define ROWAN__EACH_1(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_2, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_2(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_3, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_3(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_4, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_4(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_5, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_5(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_6, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_6(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_7, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_7(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_8, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_8(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_9, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_9(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_10, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_10(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_11, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_11(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_12, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_12(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_13, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_13(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_14, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_14(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_15, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_15(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__EACH_16, i)(F, x, i, __VA_ARGS__)
#define ROWAN__EACH_16(F, x, a, b, c, d, e, f, g, h, i, ...) \
    ROWAN__EIGHT(F, x, a, b, c, d, e, f, g, h) ROWAN__NEXT(ROWAN__TOO_MANY, i)(F, x, i, __VA_ARGS__)
#define ROWAN__NEXT(EACH, ...) ROWAN__FIRST(__VA_OPT__(EACH,) ROWAN__NOTHING, )
#define ROWAN__TOO_MANY(...)     more_than_128_elements_in_one_list

/* The attributes of a column, each a designated initialiser and a comma. One that has to know
 * the column is ROWAN__KNOWS_...: a macro to be called with it. */
#define ROWAN__ATTRS_1(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_2(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_2(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_3(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_3(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_4(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_4(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_5(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_5(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_6(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_6(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_7(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_7(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(ROWAN__ATTRS_8(M, n, __VA_ARGS__))
#define ROWAN__ATTRS_8(M, n, a, ...) \
    ROWAN__ATTR(M, n, ROWAN__KNOWS_##a, ROWAN__PLAIN_ATTR, ROWAN__ATTR_##a, ) __VA_OPT__(.more_than_8_attributes_of_one_column = 0)
#define ROWAN__ATTR(M, n, ...)         ROWAN__ATTR_1(M, n, __VA_ARGS__)
#define ROWAN__ATTR_1(M, n, x, F, ...) F(M, n, __VA_ARGS__)
#define ROWAN__PLAIN_ATTR(M, n, ...)   __VA_ARGS__

#define ROWAN__ATTR_PRIMARY_KEY .primary_key = true
#define ROWAN__ATTR_AUTO        .automatic = true
#define ROWAN__ATTR_UNIQUE      .unique = true
#define ROWAN__ATTR_INDEX       .indexed = true
#define ROWAN__ATTR_NAME(text)  .name = text
#define ROWAN__ATTR_MAX(n)      .max_length = (n)
#define ROWAN__ATTR_PRECISION(p, s) .precision = (p), .scale = (s)
#define ROWAN__ATTR_ENUM(E)     .labels = &E##_labels
#define ROWAN__ATTR_ON_DELETE(action) .on_delete = ROWAN_##action
#define ROWAN__ATTR_ON_UPDATE(action) .on_update = ROWAN_##action
#define ROWAN__ATTR_DEFAULT(val)      .default_value = ROWAN__CONST(val)
#define ROWAN__ATTR_DEFAULT_NOW       .default_value = { .kind = 'n' }
#define ROWAN__ATTR_GENERATED(sql)    .generated = sql
#define ROWAN__ATTR_COMMENT(words)    .comment = words
#define ROWAN__ATTR_VERSION           .version = true
#define ROWAN__ATTR_REFERENCES(T, col)

#define ROWAN__KNOWS_VERSION        ~, ROWAN__VERSION_TYPE
#define ROWAN__KNOWS_DEFAULT(val)   ~, ROWAN__DEFAULT_TYPE, val
#define ROWAN__KNOWS_REFERENCES(T, col) ~, ROWAN__REFERS_TO, T, col

/* 0 under a name that says which column refers to which model: rowan_session_refer() checks
 * that it is there. */
#define ROWAN__REFERS_TO(M, n, T, col, ...)                                     \
    .references = &T##_model + 0 * sizeof(enum { M##__##n##__refers_to_##T }),  \
    .references_index = __builtin_offsetof(struct T##__index, col),

/* The verdict is an enumerator because clang prints the whole expression of an assertion. */
#define ROWAN__DEFAULT_TYPE(M, n, val, ...)                                     \
    .default_value = ROWAN__CONST_AND(val,                                      \
        0 * sizeof(enum { M##__##n##__default =                                 \
                              ROWAN__DEFAULT_FITS(((M *)0)->n, val) }) +        \
        ROWAN__CHECK(M##__##n##__default,                                       \
                     #M "." #n " cannot have the DEFAULT " #val " (types differ)")),
#define ROWAN__VERSION_TYPE(M, n, ...)                                            \
    .version = true + ROWAN__CHECK(_Generic(((M *)0)->n, rowan_int16: 1,        \
                                            rowan_int32: 1, rowan_int64: 1,     \
                                            default: 0),                        \
                                   #M "." #n " is VERSION and has to be a rowan_int64 (or 32, 16)"),

/* How many of the attributes are ENUM(...). */
#define ROWAN__ENUMS(...) ROWAN__ENUMS_8(__VA_ARGS__,,,,,,,,)
#define ROWAN__ENUMS_8(a, b, c, d, e, f, g, h, ...) \
    (0 ROWAN__IS_ENUM(a) ROWAN__IS_ENUM(b) ROWAN__IS_ENUM(c) ROWAN__IS_ENUM(d) \
       ROWAN__IS_ENUM(e) ROWAN__IS_ENUM(f) ROWAN__IS_ENUM(g) ROWAN__IS_ENUM(h))
/* ENUM(E) becomes an argument more; every other attribute does not. */
#define ROWAN__IS_ENUM(...)        __VA_OPT__(ROWAN__IS_ENUM_1(ROWAN__PROBE_##__VA_ARGS__, 0,))
#define ROWAN__IS_ENUM_1(...)      ROWAN__IS_ENUM_2(__VA_ARGS__)
#define ROWAN__IS_ENUM_2(a, b, ...) + b
#define ROWAN__PROBE_ENUM(E)       0, 1

/* Whether an element is a column or KEYWORD(...): the macro's name in front of a column in
 * its parentheses is a call, and vanishes. */
#define ROWAN__NO_COLUMN(M, ...) __VA_OPT__(ROWAN__NOTHING __VA_ARGS__)

/* The same as a choice: F(M, tuple) for a column, G(M, KEYWORD(...)) for the others. */
#define ROWAN__IF_COLUMN(F, G, M, ...) \
    ROWAN__IF_COLUMN_1(ROWAN__PAREN_PROBE __VA_ARGS__, F, G, ~)(M, __VA_ARGS__)
#define ROWAN__IF_COLUMN_1(...)           ROWAN__IF_COLUMN_2(__VA_ARGS__)
#define ROWAN__IF_COLUMN_2(a, b, c, ...)  c
#define ROWAN__PAREN_PROBE(...)           ~, ~

/* The members. */
#define ROWAN__MEMBER(M, ...)      __VA_OPT__(ROWAN__MEMBER_1 __VA_ARGS__)
#define ROWAN__MEMBER_1(t, ...)    t ROWAN__FIRST(__VA_ARGS__, );

/* The indexes. */
#define ROWAN__INDEX(M, ...)      __VA_OPT__(ROWAN__INDEX_1 __VA_ARGS__)
#define ROWAN__INDEX_1(t, ...)    char ROWAN__FIRST(__VA_ARGS__, );

/* The column table. */
#define ROWAN__COLUMN(M, ...)   __VA_OPT__(ROWAN__COLUMN_1(M, ROWAN__UNPAREN __VA_ARGS__))
#define ROWAN__COLUMN_1(...)    ROWAN__COLUMN_2(__VA_ARGS__, )
#define ROWAN__COLUMN_2(M, t, n, ...)                       \
    { .name = #n,                                           \
      .member = #n,                                         \
      ROWAN__TYPED(M, n, ROWAN__TYPE_##t, __VA_ARGS__)      \
      __VA_OPT__(ROWAN__ATTRS_1(M, n, __VA_ARGS__)) },

/* What follows from the type. A type of the library's is known by its name, which is quick
 * to compile; any other is a name of the user's own, and the compiler selects. */
#define ROWAN__TYPED(M, n, known, ...) \
    ROWAN__TYPED_1(M, n, known, ROWAN__OTHER, (__VA_ARGS__), )
#define ROWAN__TYPED_1(M, n, name, KNOWN, type, ...) KNOWN(M, n, type)

#define ROWAN__PLAIN(M, n, type_number)                     \
    .type = type_number,                                    \
    .offset = __builtin_offsetof(M, n),                     \
    .value_offset = __builtin_offsetof(M, n),
#define ROWAN__OPT_SPAN(M, n, type_number)                  \
    .nullable = true, ROWAN__PLAIN(M, n, type_number)
#define ROWAN__OPT_SCALAR(M, n, type_number)                \
    .type = type_number,                                    \
    .nullable = true,                                       \
    .offset = __builtin_offsetof(M, n),                     \
    .value_offset = __builtin_offsetof(M, n.value),
#define ROWAN__OTHER(M, n, attributes)                                         \
    .offset = __builtin_offsetof(M, n) + ROWAN__DECLARE_KIND(M, n) +           \
              ROWAN__CHECK_KIND(M, n, ROWAN__ENUMS attributes),                \
    .type = ROWAN__TYPE_OF_KIND(M##__##n##__kind),                             \
    .nullable = M##__##n##__kind > 0xff,                                       \
    .value_offset = __builtin_offsetof(M, n) + ROWAN__VALUE_AT(M, n),

#define ROWAN__TYPE_rowan_bool      ~, ROWAN__PLAIN, ROWAN_BOOL
#define ROWAN__TYPE_rowan_int16     ~, ROWAN__PLAIN, ROWAN_INT16
#define ROWAN__TYPE_rowan_int32     ~, ROWAN__PLAIN, ROWAN_INT32
#define ROWAN__TYPE_rowan_int64     ~, ROWAN__PLAIN, ROWAN_INT64
#define ROWAN__TYPE_rowan_float     ~, ROWAN__PLAIN, ROWAN_FLOAT
#define ROWAN__TYPE_rowan_double    ~, ROWAN__PLAIN, ROWAN_DOUBLE
#define ROWAN__TYPE_rowan_decimal   ~, ROWAN__PLAIN, ROWAN_DECIMAL
#define ROWAN__TYPE_rowan_date      ~, ROWAN__PLAIN, ROWAN_DATE
#define ROWAN__TYPE_rowan_time      ~, ROWAN__PLAIN, ROWAN_TIME
#define ROWAN__TYPE_rowan_timestamp ~, ROWAN__PLAIN, ROWAN_TIMESTAMP
#define ROWAN__TYPE_rowan_uuid      ~, ROWAN__PLAIN, ROWAN_UUID
#define ROWAN__TYPE_rowan_text      ~, ROWAN__PLAIN, ROWAN_TEXT
#define ROWAN__TYPE_rowan_bytes     ~, ROWAN__PLAIN, ROWAN_BYTES
#define ROWAN__TYPE_rowan_json      ~, ROWAN__PLAIN, ROWAN_JSON
#define ROWAN__TYPE_rowan_opt_bool      ~, ROWAN__OPT_SCALAR, ROWAN_BOOL
#define ROWAN__TYPE_rowan_opt_int16     ~, ROWAN__OPT_SCALAR, ROWAN_INT16
#define ROWAN__TYPE_rowan_opt_int32     ~, ROWAN__OPT_SCALAR, ROWAN_INT32
#define ROWAN__TYPE_rowan_opt_int64     ~, ROWAN__OPT_SCALAR, ROWAN_INT64
#define ROWAN__TYPE_rowan_opt_float     ~, ROWAN__OPT_SCALAR, ROWAN_FLOAT
#define ROWAN__TYPE_rowan_opt_double    ~, ROWAN__OPT_SCALAR, ROWAN_DOUBLE
#define ROWAN__TYPE_rowan_opt_decimal   ~, ROWAN__OPT_SCALAR, ROWAN_DECIMAL
#define ROWAN__TYPE_rowan_opt_date      ~, ROWAN__OPT_SCALAR, ROWAN_DATE
#define ROWAN__TYPE_rowan_opt_time      ~, ROWAN__OPT_SCALAR, ROWAN_TIME
#define ROWAN__TYPE_rowan_opt_timestamp ~, ROWAN__OPT_SCALAR, ROWAN_TIMESTAMP
#define ROWAN__TYPE_rowan_opt_uuid      ~, ROWAN__OPT_SCALAR, ROWAN_UUID
#define ROWAN__TYPE_rowan_opt_text      ~, ROWAN__OPT_SPAN, ROWAN_TEXT
#define ROWAN__TYPE_rowan_opt_bytes     ~, ROWAN__OPT_SPAN, ROWAN_BYTES
#define ROWAN__TYPE_rowan_opt_json      ~, ROWAN__OPT_SPAN, ROWAN_JSON

/* A type's number; 0x100 more if nullable. What is not in the list is an enum, which is
 * an unsigned int to the compiler, or a nullable enum, a struct of its own. */
#define ROWAN__KIND(member) _Generic((member), \
    ROWAN_SCALAR_TYPES(ROWAN__KIND_OF) ROWAN_SPAN_TYPES(ROWAN__KIND_OF) \
    unsigned: ROWAN_ENUM, default: 0x100 + ROWAN_ENUM)
#define ROWAN__KIND_OF(ENUM, name) \
    rowan_##name: ROWAN_##ENUM, rowan_opt_##name: 0x100 + ROWAN_##ENUM,
#define ROWAN__TYPE_OF_KIND(kind) (rowan_type)((kind) & 0xff)

/* 0, and the kind as an enumerator: the selection is slow to compile, and is made once. */
#define ROWAN__DECLARE_KIND(M, n) \
    (0 * sizeof(enum { M##__##n##__kind = ROWAN__KIND(((M *)0)->n) }))

/* A type that no column can have looks like an enum's, and lacks its labels. */
#define ROWAN__CHECK_KIND(M, n, n_enums)                                       \
    ROWAN__CHECK(ROWAN__TYPE_OF_KIND(M##__##n##__kind) != ROWAN_ENUM || n_enums, \
                 #M "." #n " has a type that no column can have (an enum needs ENUM)")

/* Where the value is in a nullable scalar: behind a bool, as its alignment wants. */
#define ROWAN__VALUE_AT(M, n)                                                  \
    (M##__##n##__kind <= 0xff || M##__##n##__kind == 0x100 + ROWAN_TEXT ||     \
     M##__##n##__kind == 0x100 + ROWAN_BYTES || M##__##n##__kind == 0x100 + ROWAN_JSON \
         ? 0 : __alignof__(((M *)0)->n))

/* ROWAN_ENUM(Party, (PARTY_WHIG, "Whig"), ...): see rowan/model.h. */
#define ROWAN_ENUM(E, ...)                                                               \
    typedef enum E { ROWAN__EACH(ROWAN__ENUM_CONSTANT, E, __VA_ARGS__) } E;              \
    typedef struct opt_##E { bool has; E value; } opt_##E;                               \
    ROWAN__ENUM_LABELS(E, __VA_ARGS__)
#define ROWAN__ENUM_CONSTANT(E, ...)        __VA_OPT__(ROWAN__ENUM_CONSTANT_1 __VA_ARGS__)
#define ROWAN__ENUM_CONSTANT_1(name, label) name,
#define ROWAN__ENUM_LABEL(E, ...)           __VA_OPT__(ROWAN__ENUM_LABEL_1 __VA_ARGS__)
#define ROWAN__ENUM_LABEL_1(name, label)    label,
#ifndef __cplusplus
#define ROWAN__ENUM_LABELS(E, ...)                                                       \
    extern const rowan_enum E##_labels __attribute__((weak, visibility("hidden")));      \
    const rowan_enum E##_labels = {                                                      \
        .name = #E,                                                                      \
        .labels = (const char *const[]){ ROWAN__EACH(ROWAN__ENUM_LABEL, E, __VA_ARGS__) }, \
        .n_labels = sizeof((const char *const[]){                                        \
                        ROWAN__EACH(ROWAN__ENUM_LABEL, E, __VA_ARGS__) }) / sizeof(char *), \
    };
#else
#define ROWAN__ENUM_LABELS(E, ...) extern "C" const rowan_enum E##_labels __attribute__((weak));
#endif

/* What stands behind the columns: KEYWORD(...) becomes an element of the table of
 * constraints. Two more iterations, since a macro cannot be used inside itself. */
#define ROWAN__CONSTRAINT(M, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__NOTHING, ROWAN__CONSTRAINT_0, M, __VA_ARGS__))
#define ROWAN__CONSTRAINT_0(M, ...) ROWAN__CONSTRAINT_1(M, ROWAN__TABLE_##__VA_ARGS__)
#define ROWAN__CONSTRAINT_1(...)    ROWAN__CONSTRAINT_2(__VA_ARGS__)
#define ROWAN__CONSTRAINT_2(M, F, ...) F(M, __VA_ARGS__)
#define ROWAN__TABLE_UNIQUE(...)         ROWAN__KEYED, ROWAN_CONSTRAINT_UNIQUE, __VA_ARGS__
#define ROWAN__TABLE_INDEX(...)          ROWAN__KEYED, ROWAN_CONSTRAINT_INDEX, __VA_ARGS__
#define ROWAN__TABLE_PARTIAL_UNIQUE(...) ROWAN__PARTIAL, ROWAN_CONSTRAINT_UNIQUE, __VA_ARGS__
#define ROWAN__TABLE_PARTIAL_INDEX(...)  ROWAN__PARTIAL, ROWAN_CONSTRAINT_INDEX, __VA_ARGS__
#define ROWAN__TABLE_CHECK(...)          ROWAN__CHECKED_BY, __VA_ARGS__
#define ROWAN__TABLE_FOREIGN_KEY(...)    ROWAN__REFERRING, __VA_ARGS__,
#define ROWAN__TABLE_SCHEMA(text)        ROWAN__TEXTUAL, ROWAN_CONSTRAINT_SCHEMA, text
#define ROWAN__TABLE_TABLE_COMMENT(text) ROWAN__TEXTUAL, ROWAN_CONSTRAINT_COMMENT, text

#define ROWAN__TABLE_BELONGS_TO(...)     ROWAN__NOTHING,
#define ROWAN__TABLE_HAS_MANY(...)       ROWAN__NOTHING,
#define ROWAN__TABLE_HAS_ONE(...)        ROWAN__NOTHING,
#define ROWAN__TABLE_MANY_TO_MANY(...)   ROWAN__NOTHING,

#define ROWAN__TEXTUAL(M, k, words) { .kind = k, .text = words },
#define ROWAN__KEYED(M, k, ...) \
    { .kind = k, .parts = ROWAN__PARTS(M, __VA_ARGS__), .n_parts = ROWAN__COUNT_OF(__VA_ARGS__) },
#define ROWAN__PARTIAL(M, k, condition, ...) \
    { .kind = k, .parts = ROWAN__PARTS(M, __VA_ARGS__), .n_parts = ROWAN__COUNT_OF(__VA_ARGS__), \
      .checks = ROWAN__CHECKS(M, condition), .n_checks = 1 },
#define ROWAN__CHECKED_BY(M, check_name, ...) \
    { .kind = ROWAN_CONSTRAINT_CHECK, .text = #check_name, \
      .checks = ROWAN__CHECKS(M, __VA_ARGS__),             \
      .n_checks = ROWAN__COUNT_OF(__VA_ARGS__) +           \
          ROWAN__CHECK(ROWAN__COUNT_OF(__VA_ARGS__) > 0,   \
                       #M ": CHECK(" #check_name ") needs a name and a condition") },

/* FOREIGN_KEY((a, b), REFERENCES(T, x, y), actions): the columns are checked in pairs. */
#define ROWAN__REFERRING(M, own, to, ...) \
    ROWAN__REFERRING_1(M, own, ROWAN__TO_##to, __VA_ARGS__)
#define ROWAN__TO_REFERENCES(T, ...) T, (__VA_ARGS__)
#define ROWAN__REFERRING_1(...)      ROWAN__REFERRING_2(__VA_ARGS__)
#define ROWAN__REFERRING_2(M, own, T, to, ...)                                  \
    { .kind = ROWAN_CONSTRAINT_FOREIGN_KEY,                                     \
      .parts = ROWAN__PARTS_OF(M, own),                                         \
      .references = &T##_model,                                                 \
      .targets = ROWAN__PARTS_OF(T, to),                                        \
      .n_parts = ROWAN__COUNT_IN(own) +                                         \
          ROWAN__CHECK(ROWAN__COUNT_IN(own) == ROWAN__COUNT_IN(to),             \
                       #M ": " #own " and " #T #to " differ in number")         \
          ROWAN__PAIRS(M, T, own, to),                                          \
      __VA_OPT__(ROWAN__ATTRS_1(M, ~, __VA_ARGS__)) },
#define ROWAN__PARTS_OF(M, in_parens) ROWAN__PARTS(M, ROWAN__UNPAREN in_parens)
#define ROWAN__COUNT_IN(in_parens)    ROWAN__COUNT_OF(ROWAN__UNPAREN in_parens)
#define ROWAN__PAIRS(M, T, own, to)   ROWAN__PAIRS_1(M, T, ROWAN__EIGHT_OF own, ROWAN__EIGHT_OF to)
#define ROWAN__EIGHT_OF(...)          ROWAN__EIGHT_OF_1(__VA_ARGS__,,,,,,,,)
#define ROWAN__EIGHT_OF_1(a, b, c, d, e, f, g, h, ...) a, b, c, d, e, f, g, h
#define ROWAN__PAIRS_1(...)           ROWAN__PAIRS_2(__VA_ARGS__)
#define ROWAN__PAIRS_2(M, T, a, b, c, d, e, f, g, h, ...) \
    ROWAN__PAIRS_3(M##__##a##__##b##__##c##__##d##__##e##__##f##__##g##__##h##__##T, \
                   M, T, a, b, c, d, e, f, g, h, __VA_ARGS__)
#define ROWAN__PAIRS_3(id, M, T, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
    ROWAN__PAIR(id, M, T, a, i) ROWAN__PAIR(id, M, T, b, j)                      \
    ROWAN__PAIR(id, M, T, c, k) ROWAN__PAIR(id, M, T, d, l)                      \
    ROWAN__PAIR(id, M, T, e, m) ROWAN__PAIR(id, M, T, f, n)                      \
    ROWAN__PAIR(id, M, T, g, o) ROWAN__PAIR(id, M, T, h, p)
#define ROWAN__PAIR(id, M, T, a, ...) \
    ROWAN__FIRST(__VA_OPT__(ROWAN__PAIR_OF,) ROWAN__NOTHING, )(id, M, T, __VA_ARGS__, a)
#define ROWAN__PAIR_OF(id, M, T, b, ...) \
    ROWAN__FIRST(__VA_OPT__(ROWAN__PAIR_CHECK,) ROWAN__NOTHING, )(id, M, T, __VA_ARGS__, b)
/* The verdict is an enumerator because clang prints the whole expression of an assertion
 * that fails; its name, which a table of several foreign keys needs, is of all columns. */
#define ROWAN__PAIR_CHECK(id, M, T, a, b)                                       \
    + 0 * sizeof(enum { id##__##a = ROWAN__TYPE_OF_KIND(ROWAN__KIND(((M *)0)->a)) == \
                                    ROWAN__TYPE_OF_KIND(ROWAN__KIND(((T *)0)->b)) }) \
    + ROWAN__CHECK(id##__##a, #M "." #a " cannot refer to " #T "." #b " (types differ)")

/* Up to 16 elements, for use inside ROWAN__EACH. */
#define ROWAN__LIST(F, x, ...) ROWAN__LIST_16(F, x, __VA_ARGS__,,,,,,,,,,,,,,,,)
#define ROWAN__LIST_16(F, x, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ...) \
    ROWAN__LIST_STEP(F, x, a) ROWAN__LIST_STEP(F, x, b) ROWAN__LIST_STEP(F, x, c) ROWAN__LIST_STEP(F, x, d) \
    ROWAN__LIST_STEP(F, x, e) ROWAN__LIST_STEP(F, x, f) ROWAN__LIST_STEP(F, x, g) ROWAN__LIST_STEP(F, x, h) \
    ROWAN__LIST_STEP(F, x, i) ROWAN__LIST_STEP(F, x, j) ROWAN__LIST_STEP(F, x, k) ROWAN__LIST_STEP(F, x, l) \
    ROWAN__LIST_STEP(F, x, m) ROWAN__LIST_STEP(F, x, n) ROWAN__LIST_STEP(F, x, o) ROWAN__LIST_STEP(F, x, p)
#define ROWAN__LIST_STEP(F, x, ...) __VA_OPT__(F(x, __VA_ARGS__))
#define ROWAN__ONE(x, ...)       + 1
#define ROWAN__COUNT_OF(...)     (0 ROWAN__LIST(ROWAN__ONE, 0, __VA_ARGS__))

/* A column of a key, or DESC(column). */
#define ROWAN__PARTS(M, ...) (const rowan_key_part[]){ ROWAN__LIST(ROWAN__PART, M, __VA_ARGS__) }
#define ROWAN__PART(M, ...)           ROWAN__PART_1(M, ROWAN__PART_PROBE_##__VA_ARGS__, ROWAN__PART_UP, __VA_ARGS__, )
#define ROWAN__PART_1(...)            ROWAN__PART_2(__VA_ARGS__)
#define ROWAN__PART_2(M, a, F, col, ...) F(M, col)
#define ROWAN__PART_PROBE_DESC(col)   ~, ROWAN__PART_DOWN, col
#define ROWAN__PART_UP(M, col)        { .column = __builtin_offsetof(M##__index, col) },
#define ROWAN__PART_DOWN(M, col) \
    { .column = __builtin_offsetof(M##__index, col), .descending = true },

/* Conditions. */
#define ROWAN__CHECKS(M, ...) (const rowan_check[]){ ROWAN__LIST(ROWAN__COND, M, __VA_ARGS__) }
#define ROWAN__COND(M, ...)      ROWAN__COND_1(M, ROWAN__COND_##__VA_ARGS__)
#define ROWAN__COND_1(...)       ROWAN__COND_2(__VA_ARGS__)
#define ROWAN__COND_2(M, F, ...) F(M, __VA_ARGS__)
#define ROWAN__COND_EQ(col, val) ROWAN__COND_VALUE, EQ, col, val
#define ROWAN__COND_NE(col, val) ROWAN__COND_VALUE, NE, col, val
#define ROWAN__COND_LT(col, val) ROWAN__COND_VALUE, LT, col, val
#define ROWAN__COND_LE(col, val) ROWAN__COND_VALUE, LE, col, val
#define ROWAN__COND_GT(col, val) ROWAN__COND_VALUE, GT, col, val
#define ROWAN__COND_GE(col, val) ROWAN__COND_VALUE, GE, col, val
#define ROWAN__COND_EQ_COLUMN(col, other) ROWAN__COND_COLUMN, EQ, col, other
#define ROWAN__COND_NE_COLUMN(col, other) ROWAN__COND_COLUMN, NE, col, other
#define ROWAN__COND_LT_COLUMN(col, other) ROWAN__COND_COLUMN, LT, col, other
#define ROWAN__COND_LE_COLUMN(col, other) ROWAN__COND_COLUMN, LE, col, other
#define ROWAN__COND_GT_COLUMN(col, other) ROWAN__COND_COLUMN, GT, col, other
#define ROWAN__COND_GE_COLUMN(col, other) ROWAN__COND_COLUMN, GE, col, other
#define ROWAN__COND_IS_NULL(col)  ROWAN__COND_NULL, IS_NULL, col
#define ROWAN__COND_NOT_NULL(col) ROWAN__COND_NULL, NOT_NULL, col
#define ROWAN__COND_VALUE(M, operator, col, val)                                \
    { .op = ROWAN_CHECK_##operator,                                             \
      .column = __builtin_offsetof(struct M##__index, col) +                    \
          ROWAN__CHECK(ROWAN__CONST_FITS(((M *)0)->col, val),                   \
                       #M "." #col " cannot be checked against " #val " (types differ)"), \
      .value = ROWAN__CONST(val) },
#define ROWAN__COND_COLUMN(M, operator, col, to)                                \
    { .op = ROWAN_CHECK_##operator,                                             \
      .column = __builtin_offsetof(struct M##__index, col) +                    \
          ROWAN__CHECK(ROWAN__COLUMN_CLASS(((M *)0)->col) ==                    \
                           ROWAN__COLUMN_CLASS(((M *)0)->to),                   \
                       #M "." #col " cannot be checked against " #M "." #to " (types differ)"), \
      .with_column = true, .other = __builtin_offsetof(struct M##__index, to) },
#define ROWAN__COND_NULL(M, operator, col) \
    { .op = ROWAN_CHECK_##operator, .column = __builtin_offsetof(M##__index, col) },

/* Relations, in three passes (rowan/relation.h): the members; declarations of the models that
 * they lead to, which may be made again; the elements of their table. */
#define ROWAN__MEMBERS_OF(M, ...)  ROWAN__EACH(ROWAN__MEMBER_OF, M, __VA_ARGS__)
#define ROWAN__FORWARDS(M, ...)    ROWAN__EACH(ROWAN__FORWARD, M, __VA_ARGS__)
#define ROWAN__RELATIONS(M, ...)   ROWAN__EACH(ROWAN__RELATION, M, __VA_ARGS__)
#define ROWAN__MEMBER_OF(M, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__NOTHING, ROWAN__MEMBER_OF_1, M, __VA_ARGS__))
#define ROWAN__MEMBER_OF_1(M, ...) ROWAN__MEMBER_OF_##__VA_ARGS__
#define ROWAN__FORWARD(M, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__NOTHING, ROWAN__FORWARD_1, M, __VA_ARGS__))
#define ROWAN__FORWARD_1(M, ...)   ROWAN__FORWARD_##__VA_ARGS__
#define ROWAN__RELATION(M, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__NOTHING, ROWAN__RELATION_1, M, __VA_ARGS__))
#define ROWAN__RELATION_1(M, ...)    ROWAN__RELATION_2(M, ROWAN__RELATION_##__VA_ARGS__)
#define ROWAN__RELATION_2(...)       ROWAN__RELATION_3(__VA_ARGS__)
#define ROWAN__RELATION_3(M, F, ...) F(M, __VA_ARGS__)

/* NAME(...) overrides the name that the member gives; a declaration is a long text. */
#ifdef __clang__
#define ROWAN__OVERRIDES_OK \
    _Pragma("clang diagnostic push") \
    _Pragma("clang diagnostic ignored \"-Winitializer-overrides\"") \
    _Pragma("clang diagnostic ignored \"-Woverlength-strings\"")
#define ROWAN__OVERRIDES_END _Pragma("clang diagnostic pop")
#else
#define ROWAN__OVERRIDES_OK \
    _Pragma("GCC diagnostic push") \
    _Pragma("GCC diagnostic ignored \"-Woverride-init\"") \
    _Pragma("GCC diagnostic ignored \"-Woverlength-strings\"")
#define ROWAN__OVERRIDES_END _Pragma("GCC diagnostic pop")
#endif

/* Most models are columns only; the list of one that is more is divided. */
#define ROWAN_MODEL(M, table_name, ...) \
    ROWAN__MODEL_FORM(ROWAN__EACH(ROWAN__NO_COLUMN, M, __VA_ARGS__))(M, table_name, __VA_ARGS__)
#define ROWAN__MODEL_FORM(...) ROWAN__FIRST(__VA_OPT__(ROWAN__MODEL_WITH,) ROWAN__MODEL_PLAIN, )
#define ROWAN__COLUMNS_OF(M, ...) ROWAN__EACH(ROWAN__ONLY_COLUMN, M, __VA_ARGS__)
#define ROWAN__ONLY_COLUMN(M, ...) \
    __VA_OPT__(ROWAN__IF_COLUMN(ROWAN__ONLY_COLUMN_1, ROWAN__NOTHING, M, __VA_ARGS__))
#define ROWAN__ONLY_COLUMN_1(M, tuple) tuple,

#ifndef __cplusplus

#define ROWAN__MODEL_PLAIN(M, table_name, ...)                                           \
    ROWAN__STRUCTS(M, , __VA_ARGS__)                                                     \
    ROWAN__DESCRIPTION(M, table_name, , __VA_ARGS__)
#define ROWAN__MODEL_WITH(M, table_name, ...)                                            \
    ROWAN__STRUCTS(M, ROWAN__MEMBERS_OF(M, __VA_ARGS__), ROWAN__COLUMNS_OF(M, __VA_ARGS__)) \
    ROWAN__FORWARDS(M, __VA_ARGS__)                                                      \
    extern const rowan_constraint M##_constraints[]                                      \
        __attribute__((weak, visibility("hidden")));                                     \
    extern const rowan_relation M##_relations[]                                          \
        __attribute__((weak, visibility("hidden")));                                     \
    const rowan_constraint M##_constraints[] = {                                         \
        ROWAN__EACH(ROWAN__CONSTRAINT, M, __VA_ARGS__) { .text = NULL } };               \
    const rowan_relation M##_relations[] = {                                             \
        ROWAN__RELATIONS(M, __VA_ARGS__) { .name = NULL } };                             \
    ROWAN__DESCRIPTION(M, table_name, ROWAN__LISTS(M), __VA_ARGS__)
#define ROWAN__LISTS(M)                                                                  \
    .constraints = M##_constraints,                                                      \
    .n_constraints = sizeof M##_constraints / sizeof M##_constraints[0] - 1,             \
    .relations = M##_relations,                                                          \
    .n_relations = sizeof M##_relations / sizeof M##_relations[0] - 1,

#define ROWAN__STRUCTS(M, relations, ...)                                                \
    typedef struct M M;                                                                  \
    struct M { ROWAN__EACH(ROWAN__MEMBER, M, __VA_ARGS__) relations };                   \
    typedef struct M##__index { ROWAN__EACH(ROWAN__INDEX, M, __VA_ARGS__) } M##__index;  \
    _Static_assert(sizeof(M##__index) <= 64, #M " has more than 64 columns");            \
    extern const rowan_model M##_model __attribute__((weak, visibility("hidden")));      \
    extern const rowan_column M##_columns[] __attribute__((weak, visibility("hidden"))); \
    ROWAN__OVERRIDES_OK                                                                  \
    const rowan_column M##_columns[] = { ROWAN__EACH(ROWAN__COLUMN, M, __VA_ARGS__) };

#define ROWAN__DESCRIPTION(M, table_name, lists, ...)                                    \
    const rowan_model M##_model = {                                                      \
        .name = #M,                                                                      \
        .table = table_name,                                                             \
        .columns = M##_columns,                                                          \
        .n_columns = sizeof(struct M##__index),                                          \
        .row_size = sizeof(M),                                                           \
        lists                                                                            \
        .declaration = (const char[]){ "\001ROWANMODEL\001" #M "\001" table_name          \
                                       "\001" ROWAN__DECLARED(__VA_ARGS__) },            \
    };                                                                                   \
    ROWAN__OVERRIDES_END
#define ROWAN__DECLARED(...) #__VA_ARGS__

#else

#define ROWAN__MODEL_PLAIN(M, table_name, ...) ROWAN__STRUCT(M, , __VA_ARGS__)
#define ROWAN__MODEL_WITH(M, table_name, ...) \
    ROWAN__STRUCT(M, ROWAN__MEMBERS_OF(M, __VA_ARGS__), ROWAN__COLUMNS_OF(M, __VA_ARGS__))
#define ROWAN__STRUCT(M, relations, ...)                                  \
    struct M { ROWAN__EACH(ROWAN__MEMBER, M, __VA_ARGS__) relations };    \
    extern "C" const rowan_model M##_model __attribute__((weak));

#endif

/* ROWAN_MODELS_DECLARE(models, 1_0_0) in the package's header declares its list under a
 * symbol that carries the version: a service linked against another version of the
 * package than it was compiled with does not link, even if it never names the list. */
#ifdef __cplusplus
#define ROWAN__EXTERN_C extern "C"
#else
#define ROWAN__EXTERN_C extern
#endif
#define ROWAN_MODELS_DECLARE(package, version) ROWAN__DECLARE_1(package, version)
#define ROWAN__DECLARE_1(package, version)                                             \
    ROWAN__EXTERN_C const rowan_models package __asm__(                                \
        "compiled_with_" #package "_" #version "_but_linked_with_another_version");    \
    static const rowan_models *const package##__linked                                 \
        __attribute__((used, ROWAN__RETAIN)) = &package;                               \
    static const char *const package##__rowan                                          \
        __attribute__((used, ROWAN__RETAIN)) = &rowan_library

#if defined(__has_attribute) && !defined(__clang__)
#if __has_attribute(retain)
#define ROWAN__RETAIN retain
#endif
#elif defined(__has_attribute)
#if __has_attribute(retain)
#define ROWAN__RETAIN retain
#endif
#endif
#ifndef ROWAN__RETAIN
#define ROWAN__RETAIN used
#endif

/* ROWAN_MODELS(models, "1.0.0", Person, Award) in one C file of the package defines it: up
 * to 128 models. */
#define ROWAN_MODELS(package, version_text, ...)                                         \
    static const rowan_model *const package##__list[] = { ROWAN__EACH(ROWAN__ADDRESS, 0, __VA_ARGS__) }; \
    const rowan_models package = {                                                       \
        .name = #package,                                                                \
        .version = version_text,                                                         \
        .list = package##__list,                                                         \
        .n_models = sizeof package##__list / sizeof package##__list[0],                  \
    }
#define ROWAN__ADDRESS(x, ...) __VA_OPT__(&__VA_ARGS__##_model,)

/* clang-format on */

#endif
