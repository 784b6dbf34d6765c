/* rowan/model_macros.h - what ROWAN_MODEL and ROWAN_MODELS expand to. Not for reading
 * first: rowan/model.h says how they are used.
 *
 * One list, four passes over it: the struct's members, a struct of one byte a column
 * whose offsets are the columns' indexes, the column table, and a count. The passes are
 * flat (64 steps, the empty ones vanish through __VA_OPT__), and the type is used
 * verbatim, so that a mistyped one is an error of three lines at its own place. */
#ifndef ROWAN_MODEL_MACROS_H
#define ROWAN_MODEL_MACROS_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

/* clang-format off */

/* One step of a pass: nothing if the element is empty. */
#define ROWAN__STEP(F, x, ...) __VA_OPT__(F(x, __VA_ARGS__))
#define ROWAN__UNPAREN(...)    __VA_ARGS__

#define ROWAN__COMMAS_8 ,,,,,,,,
#define ROWAN__COMMAS_64 \
    ROWAN__COMMAS_8 ROWAN__COMMAS_8 ROWAN__COMMAS_8 ROWAN__COMMAS_8 \
    ROWAN__COMMAS_8 ROWAN__COMMAS_8 ROWAN__COMMAS_8 ROWAN__COMMAS_8

/* F(x, element) for each of up to 64 elements; more is an error that says so. */
#define ROWAN__EACH(F, x, ...) ROWAN__EACH_1(F, x, __VA_ARGS__ ROWAN__COMMAS_64,)
#define ROWAN__EACH_1(...)     ROWAN__EACH_64(__VA_ARGS__)
#define ROWAN__EACH_64(F, x, \
    a00, a01, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12, a13, a14, a15, \
    a16, a17, a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, \
    a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, a47, \
    a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64, ...) \
    ROWAN__STEP(F, x, a00) ROWAN__STEP(F, x, a01) ROWAN__STEP(F, x, a02) ROWAN__STEP(F, x, a03) \
    ROWAN__STEP(F, x, a04) ROWAN__STEP(F, x, a05) ROWAN__STEP(F, x, a06) ROWAN__STEP(F, x, a07) \
    ROWAN__STEP(F, x, a08) ROWAN__STEP(F, x, a09) ROWAN__STEP(F, x, a10) ROWAN__STEP(F, x, a11) \
    ROWAN__STEP(F, x, a12) ROWAN__STEP(F, x, a13) ROWAN__STEP(F, x, a14) ROWAN__STEP(F, x, a15) \
    ROWAN__STEP(F, x, a16) ROWAN__STEP(F, x, a17) ROWAN__STEP(F, x, a18) ROWAN__STEP(F, x, a19) \
    ROWAN__STEP(F, x, a20) ROWAN__STEP(F, x, a21) ROWAN__STEP(F, x, a22) ROWAN__STEP(F, x, a23) \
    ROWAN__STEP(F, x, a24) ROWAN__STEP(F, x, a25) ROWAN__STEP(F, x, a26) ROWAN__STEP(F, x, a27) \
    ROWAN__STEP(F, x, a28) ROWAN__STEP(F, x, a29) ROWAN__STEP(F, x, a30) ROWAN__STEP(F, x, a31) \
    ROWAN__STEP(F, x, a32) ROWAN__STEP(F, x, a33) ROWAN__STEP(F, x, a34) ROWAN__STEP(F, x, a35) \
    ROWAN__STEP(F, x, a36) ROWAN__STEP(F, x, a37) ROWAN__STEP(F, x, a38) ROWAN__STEP(F, x, a39) \
    ROWAN__STEP(F, x, a40) ROWAN__STEP(F, x, a41) ROWAN__STEP(F, x, a42) ROWAN__STEP(F, x, a43) \
    ROWAN__STEP(F, x, a44) ROWAN__STEP(F, x, a45) ROWAN__STEP(F, x, a46) ROWAN__STEP(F, x, a47) \
    ROWAN__STEP(F, x, a48) ROWAN__STEP(F, x, a49) ROWAN__STEP(F, x, a50) ROWAN__STEP(F, x, a51) \
    ROWAN__STEP(F, x, a52) ROWAN__STEP(F, x, a53) ROWAN__STEP(F, x, a54) ROWAN__STEP(F, x, a55) \
    ROWAN__STEP(F, x, a56) ROWAN__STEP(F, x, a57) ROWAN__STEP(F, x, a58) ROWAN__STEP(F, x, a59) \
    ROWAN__STEP(F, x, a60) ROWAN__STEP(F, x, a61) ROWAN__STEP(F, x, a62) ROWAN__STEP(F, x, a63) \
    ROWAN__STEP(ROWAN__TOO_MANY, x, a64)
#define ROWAN__TOO_MANY(x, ...) \
    struct ROWAN__TOO_MANY_COLUMNS { char more_than_64_columns_in_one_model[-1]; };

/* The attributes of a column, each a designated initialiser. */
#define ROWAN__ATTRS(...) ROWAN__ATTRS_1(__VA_ARGS__ ROWAN__COMMAS_8)
#define ROWAN__ATTRS_1(...) ROWAN__ATTRS_8(__VA_ARGS__)
#define ROWAN__ATTRS_8(a, b, c, d, e, f, g, h, ...) \
    ROWAN__ATTR(a) ROWAN__ATTR(b) ROWAN__ATTR(c) ROWAN__ATTR(d) \
    ROWAN__ATTR(e) ROWAN__ATTR(f) ROWAN__ATTR(g) ROWAN__ATTR(h)
#define ROWAN__ATTR(...) __VA_OPT__(ROWAN__ATTR_##__VA_ARGS__,)

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
#define ROWAN__ATTR_REFERENCES(M, col) \
    .references = &M##_model, .references_index = __builtin_offsetof(struct M##__index, col)

/* How many of the attributes are ENUM(...). */
#define ROWAN__ENUMS(...) ROWAN__ENUMS_1(__VA_ARGS__ ROWAN__COMMAS_8)
#define ROWAN__ENUMS_1(...) ROWAN__ENUMS_8(__VA_ARGS__)
#define ROWAN__ENUMS_8(a, b, c, d, e, f, g, h, ...) \
    (0 ROWAN__IS_ENUM(a) ROWAN__IS_ENUM(b) ROWAN__IS_ENUM(c) ROWAN__IS_ENUM(d) \
       ROWAN__IS_ENUM(e) ROWAN__IS_ENUM(f) ROWAN__IS_ENUM(g) ROWAN__IS_ENUM(h))
/* ENUM(E) becomes an argument more; every other attribute does not. */
#define ROWAN__IS_ENUM(...)        __VA_OPT__(ROWAN__IS_ENUM_1(ROWAN__PROBE_##__VA_ARGS__, 0,))
#define ROWAN__IS_ENUM_1(...)      ROWAN__IS_ENUM_2(__VA_ARGS__)
#define ROWAN__IS_ENUM_2(a, b, ...) + b
#define ROWAN__PROBE_ENUM(E)       0, 1

/* F(M, tuple) for a column, G(M, KEYWORD(...)) for what stands behind the columns. */
#define ROWAN__IF_COLUMN(F, G, M, ...) \
    ROWAN__IF_COLUMN_1(ROWAN__PAREN_PROBE __VA_ARGS__, F, G, ~)(M, __VA_ARGS__)
#define ROWAN__IF_COLUMN_1(...)           ROWAN__IF_COLUMN_2(__VA_ARGS__)
#define ROWAN__IF_COLUMN_2(a, b, c, ...)  c
#define ROWAN__PAREN_PROBE(...)           ~, ~
#define ROWAN__NOTHING(...)

/* The members. */
#define ROWAN__MEMBER(M, ...) ROWAN__IF_COLUMN(ROWAN__MEMBER_0, ROWAN__NOTHING, M, __VA_ARGS__)
#define ROWAN__MEMBER_0(M, tuple)  ROWAN__MEMBER_1(ROWAN__UNPAREN tuple, )
#define ROWAN__MEMBER_1(...)       ROWAN__MEMBER_2(__VA_ARGS__)
#define ROWAN__MEMBER_2(t, n, ...) t n;

/* The indexes. */
#define ROWAN__INDEX(M, ...) ROWAN__IF_COLUMN(ROWAN__INDEX_0, ROWAN__NOTHING, M, __VA_ARGS__)
#define ROWAN__INDEX_0(M, tuple)  ROWAN__INDEX_1(ROWAN__UNPAREN tuple, )
#define ROWAN__INDEX_1(...)       ROWAN__INDEX_2(__VA_ARGS__)
#define ROWAN__INDEX_2(t, n, ...) char n;

/* The column table. */
#define ROWAN__COLUMN(M, ...) ROWAN__IF_COLUMN(ROWAN__COLUMN_0, ROWAN__NOTHING, M, __VA_ARGS__)
#define ROWAN__COLUMN_0(M, tuple)        ROWAN__COLUMN_1(M, ROWAN__UNPAREN tuple)
#define ROWAN__COLUMN_1(...)             ROWAN__COLUMN_2(__VA_ARGS__, )
#define ROWAN__COLUMN_2(M, t, n, ...)                                          \
    { .name = #n,                                                              \
      .type = ROWAN__TYPE_OF_KIND(M##__##n##__kind),                           \
      .nullable = M##__##n##__kind > 0xff,                                     \
      .offset = __builtin_offsetof(M, n) +                                     \
                ROWAN__CHECK_KIND(M, n, ROWAN__ENUMS(__VA_ARGS__)),            \
      .value_offset = __builtin_offsetof(M, n) + ROWAN__VALUE_AT(M, n),        \
      ROWAN__ATTRS(__VA_ARGS__) },

/* A type's number; 0x100 more if nullable. What is not in the list is an enum, which is
 * an unsigned int to the compiler, or a nullable enum, a struct of its own. */
#define ROWAN__KIND(member) _Generic((member), \
    ROWAN_SCALAR_TYPES(ROWAN__KIND_OF) ROWAN_SPAN_TYPES(ROWAN__KIND_OF) \
    unsigned: ROWAN_ENUM, default: 0x100 + ROWAN_ENUM)
#define ROWAN__KIND_OF(ENUM, name) \
    rowan_##name: ROWAN_##ENUM, rowan_opt_##name: 0x100 + ROWAN_##ENUM,
#define ROWAN__TYPE_OF_KIND(kind) (rowan_type)((kind) & 0xff)

/* The kinds, an enumerator a column: the selection is slow to compile, and is made once. */
#define ROWAN__KIND_PASS(M, ...) \
    ROWAN__IF_COLUMN(ROWAN__KIND_PASS_0, ROWAN__NOTHING, M, __VA_ARGS__)
#define ROWAN__KIND_PASS_0(M, tuple) ROWAN__KIND_PASS_1(M, ROWAN__UNPAREN tuple, )
#define ROWAN__KIND_PASS_1(...)      ROWAN__KIND_PASS_2(__VA_ARGS__)
#define ROWAN__KIND_PASS_2(M, t, n, ...) M##__##n##__kind = ROWAN__KIND(((M *)0)->n),

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
#define ROWAN__ENUM_CONSTANT(E, tuple)      ROWAN__ENUM_CONSTANT_1 tuple
#define ROWAN__ENUM_CONSTANT_1(name, label) name,
#define ROWAN__ENUM_LABEL(E, tuple)         ROWAN__ENUM_LABEL_1 tuple
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
    ROWAN__IF_COLUMN(ROWAN__NOTHING, ROWAN__CONSTRAINT_0, M, __VA_ARGS__)
#define ROWAN__CONSTRAINT_0(M, ...) ROWAN__CONSTRAINT_1(M, ROWAN__TABLE_##__VA_ARGS__)
#define ROWAN__CONSTRAINT_1(...)    ROWAN__CONSTRAINT_2(__VA_ARGS__)
#define ROWAN__CONSTRAINT_2(M, F, ...) F(M, __VA_ARGS__)
#define ROWAN__TABLE_UNIQUE(...)         ROWAN__KEYED, ROWAN_CONSTRAINT_UNIQUE, __VA_ARGS__
#define ROWAN__TABLE_INDEX(...)          ROWAN__KEYED, ROWAN_CONSTRAINT_INDEX, __VA_ARGS__
#define ROWAN__TABLE_PARTIAL_UNIQUE(...) ROWAN__PARTIAL, ROWAN_CONSTRAINT_UNIQUE, __VA_ARGS__
#define ROWAN__TABLE_PARTIAL_INDEX(...)  ROWAN__PARTIAL, ROWAN_CONSTRAINT_INDEX, __VA_ARGS__
#define ROWAN__TABLE_CHECK(...)          ROWAN__CHECKED_BY, __VA_ARGS__
#define ROWAN__TABLE_SCHEMA(text)        ROWAN__TEXTUAL, ROWAN_CONSTRAINT_SCHEMA, text
#define ROWAN__TABLE_TABLE_COMMENT(text) ROWAN__TEXTUAL, ROWAN_CONSTRAINT_COMMENT, text

#define ROWAN__TEXTUAL(M, k, words) { .kind = k, .text = words },
#define ROWAN__KEYED(M, k, ...) \
    { .kind = k, .parts = ROWAN__PARTS(M, __VA_ARGS__), .n_parts = ROWAN__COUNT_OF(__VA_ARGS__) },
#define ROWAN__PARTIAL(M, k, condition, ...) \
    { .kind = k, .parts = ROWAN__PARTS(M, __VA_ARGS__), .n_parts = ROWAN__COUNT_OF(__VA_ARGS__), \
      .checks = ROWAN__CHECKS(M, condition), .n_checks = 1 },
#define ROWAN__CHECKED_BY(M, check_name, ...) \
    { .kind = ROWAN_CONSTRAINT_CHECK, .text = #check_name, \
      .checks = ROWAN__CHECKS(M, __VA_ARGS__), .n_checks = ROWAN__COUNT_OF(__VA_ARGS__) },

/* Up to 16 elements, for use inside ROWAN__EACH. */
#define ROWAN__LIST(F, x, ...) ROWAN__LIST_1(F, x, __VA_ARGS__ ROWAN__COMMAS_8 ROWAN__COMMAS_8)
#define ROWAN__LIST_1(...)     ROWAN__LIST_16(__VA_ARGS__)
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
#define ROWAN__PART_UP(M, col)        { .column = __builtin_offsetof(struct M##__index, col) },
#define ROWAN__PART_DOWN(M, col) \
    { .column = __builtin_offsetof(struct M##__index, col), .descending = true },

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
    { .op = ROWAN_CHECK_##operator, .column = __builtin_offsetof(struct M##__index, col) },

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

#ifndef __cplusplus

#define ROWAN_MODEL(M, table_name, ...)                                                  \
    typedef struct M M;                                                                  \
    struct M { ROWAN__EACH(ROWAN__MEMBER, M, __VA_ARGS__) };                             \
    struct M##__index { ROWAN__EACH(ROWAN__INDEX, M, __VA_ARGS__) };                     \
    extern const rowan_model M##_model __attribute__((weak, visibility("hidden")));      \
    extern const rowan_column M##_columns[] __attribute__((weak, visibility("hidden"))); \
    enum { ROWAN__EACH(ROWAN__KIND_PASS, M, __VA_ARGS__) };                              \
    extern const rowan_constraint M##_constraints[]                                      \
        __attribute__((weak, visibility("hidden")));                                     \
    ROWAN__OVERRIDES_OK                                                                  \
    const rowan_column M##_columns[] = { ROWAN__EACH(ROWAN__COLUMN, M, __VA_ARGS__) };   \
    const rowan_constraint M##_constraints[] = {                                         \
        ROWAN__EACH(ROWAN__CONSTRAINT, M, __VA_ARGS__) { .kind = ROWAN_CONSTRAINT_CHECK } }; \
    const rowan_model M##_model = {                                                      \
        .name = #M,                                                                      \
        .table = table_name,                                                             \
        .columns = M##_columns,                                                          \
        .n_columns = sizeof(struct M##__index),                                          \
        .row_size = sizeof(M),                                                           \
        .constraints = M##_constraints,                                                  \
        .n_constraints = sizeof M##_constraints / sizeof M##_constraints[0] - 1,         \
        .declaration = (const char[]){ "\001ROWANMODEL\001" #M "\001" table_name          \
                                       "\001" ROWAN__DECLARED(__VA_ARGS__) },            \
    };                                                                                   \
    ROWAN__OVERRIDES_END
#define ROWAN__DECLARED(...) #__VA_ARGS__

#else

#define ROWAN_MODEL(M, table_name, ...)                                   \
    struct M { ROWAN__EACH(ROWAN__MEMBER, M, __VA_ARGS__) };              \
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

/* ROWAN_MODELS(models, "1.0.0", Person, Award) in one C file of the package defines it. */
#define ROWAN_MODELS(package, version_text, ...)                                         \
    static const rowan_model *const package##__list[] = { ROWAN__EACH(ROWAN__ADDRESS, 0, __VA_ARGS__) }; \
    const rowan_models package = {                                                       \
        .name = #package,                                                                \
        .version = version_text,                                                         \
        .list = package##__list,                                                         \
        .n_models = sizeof package##__list / sizeof package##__list[0],                  \
    }
#define ROWAN__ADDRESS(x, M) &M##_model,

/* clang-format on */

#endif
