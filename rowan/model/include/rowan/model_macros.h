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
#define ROWAN__ATTR_REFERENCES(M, col) \
    .references = &M##_model, .references_index = __builtin_offsetof(struct M##__index, col)

/* The members. */
#define ROWAN__MEMBER(M, tuple)    ROWAN__MEMBER_1(ROWAN__UNPAREN tuple, )
#define ROWAN__MEMBER_1(...)       ROWAN__MEMBER_2(__VA_ARGS__)
#define ROWAN__MEMBER_2(t, n, ...) t n;

/* The indexes. */
#define ROWAN__INDEX(M, tuple)    ROWAN__INDEX_1(ROWAN__UNPAREN tuple, )
#define ROWAN__INDEX_1(...)       ROWAN__INDEX_2(__VA_ARGS__)
#define ROWAN__INDEX_2(t, n, ...) char n;

/* The column table. */
#define ROWAN__COLUMN(M, tuple)          ROWAN__COLUMN_1(M, ROWAN__UNPAREN tuple)
#define ROWAN__COLUMN_1(...)             ROWAN__COLUMN_2(__VA_ARGS__, )
#define ROWAN__COLUMN_2(M, t, n, ...)                                          \
    { .name = #n,                                                              \
      .type = (rowan_type)(ROWAN__KIND(((M *)0)->n) & 0xff),                   \
      .nullable = ROWAN__KIND(((M *)0)->n) > 0xff,                             \
      .offset = __builtin_offsetof(M, n),                                      \
      .value_offset = __builtin_offsetof(M, n) + ROWAN__VALUE_AT(((M *)0)->n), \
      ROWAN__ATTRS(__VA_ARGS__) },

/* A type's number; 0x100 more if nullable. */
#define ROWAN__KIND(member) _Generic((member), \
    ROWAN_SCALAR_TYPES(ROWAN__KIND_OF) \
    rowan_text: ROWAN_TEXT, rowan_opt_text: 0x100 + ROWAN_TEXT)
#define ROWAN__KIND_OF(ENUM, name) \
    rowan_##name: ROWAN_##ENUM, rowan_opt_##name: 0x100 + ROWAN_##ENUM,

/* Where the value is in a nullable scalar. */
#define ROWAN__VALUE_AT(member) _Generic((member), \
    ROWAN_SCALAR_TYPES(ROWAN__VALUE_AT_OF) default: 0)
#define ROWAN__VALUE_AT_OF(ENUM, name) \
    rowan_opt_##name: __builtin_offsetof(rowan_opt_##name, value),

/* NAME(...) overrides the name that the member gives. */
#ifdef __clang__
#define ROWAN__OVERRIDES_OK \
    _Pragma("clang diagnostic push") \
    _Pragma("clang diagnostic ignored \"-Winitializer-overrides\"")
#define ROWAN__OVERRIDES_END _Pragma("clang diagnostic pop")
#else
#define ROWAN__OVERRIDES_OK \
    _Pragma("GCC diagnostic push") \
    _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#define ROWAN__OVERRIDES_END _Pragma("GCC diagnostic pop")
#endif

#ifndef __cplusplus

#define ROWAN_MODEL(M, table_name, ...)                                                  \
    typedef struct M M;                                                                  \
    struct M { ROWAN__EACH(ROWAN__MEMBER, M, __VA_ARGS__) };                             \
    struct M##__index { ROWAN__EACH(ROWAN__INDEX, M, __VA_ARGS__) };                     \
    extern const rowan_model M##_model __attribute__((weak, visibility("hidden")));      \
    extern const rowan_column M##_columns[] __attribute__((weak, visibility("hidden"))); \
    ROWAN__OVERRIDES_OK                                                                  \
    const rowan_column M##_columns[] = { ROWAN__EACH(ROWAN__COLUMN, M, __VA_ARGS__) };   \
    ROWAN__OVERRIDES_END                                                                 \
    const rowan_model M##_model = {                                                      \
        .name = #M,                                                                      \
        .table = table_name,                                                             \
        .columns = M##_columns,                                                          \
        .n_columns = sizeof(struct M##__index),                                          \
        .row_size = sizeof(M),                                                           \
    };

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
