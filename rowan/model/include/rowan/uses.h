/* rowan/uses.h - a binary knows the columns it uses.
 *
 * Each typed macro that names a model leaves a record in the binary: which column, how it is
 * used, in which file and line. A record is text in a section of its own that only the code
 * around it refers to, so that it lives exactly as long as that code: gone with a function
 * that nobody calls, with a branch that is never taken, with a member of an archive that is
 * not linked (compile with -ffunction-sections -fdata-sections and link with -Wl,--gc-sections
 * or -flto; without them the list is an upper bound). It adds no instruction, and survives
 * strip. rowan-uses reads the records back from the file: rowan/contract.h, docs/uses.md.
 *
 * Nothing here is for users, but for who writes a macro that names a model M or its column:
 *
 *     ROWAN__USE(M, col, "f")       a statement: here M.col is used that way; a relation in
 *                                   place of a column: it is loaded ("r"), joined ("f")
 *     ROWAN__USE_ALL(M, "r")        all columns, as a row that is read or written as a whole
 *     ROWAN__USE_KEY(M, "f")        the primary key's columns
 *     ROWAN__USE_ROWS(M, "r")       the table, without a column: rows counted or deleted
 *     ROWAN__MODEL(M, "r")          &M_model as an expression, and all its columns are used;
 *     ROWAN__MODEL_KEY, _ROWS       or the key, or the table
 *     ROWAN__USE_TEXT(M, "*", "w")  a record for the initialiser of a static table, where no
 *                                   statement can stand: keep it in a member of its own
 *
 * How: "r" read, "w" written, "f" filtered by (or joined, grouped), "o" ordered by; "w" of the
 * key or of the rows is a delete. A view M counts as the
 * columns that it is declared from: the same macros, and the reader resolves it by the
 * record of its declaration.
 *
 * The records, each closed by a NUL; \1 is the byte:
 *     \1ROWANUSE\1Person\1born\1f\1api/api.c:17
 *           the column may be * (all), (key) or (rows)
 *     \1ROWANMODEL\1Person\1person\1(rowan_int64, id, PRIMARY_KEY), (rowan_text, name)
 *           what a model was when this was compiled: the table, the declaration; it lives
 *           as long as Person_model (rowan_model.declaration)
 *     \1ROWANVIEW\1PersonName\1first_name=Person.first_name\1n=Award.id\1rows=Person.(rows)
 *           each column of a view and what it is made of, as often as it is made of several;
 *           it lives as long as PersonName_model. Another name for a model, as a query that
 *           has it twice needs: \1ROWANVIEW\1Mentor\1*=Person.*
 * With ROWAN_NO_USES defined there is no \1ROWANUSE.  Uses: nothing.
 */
#ifndef ROWAN_USES_H
#define ROWAN_USES_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#define ROWAN__USE(M, col, how) ROWAN__USE_RECORD(#M, #col, how)
#define ROWAN__USE_ALL(M, how)  ROWAN__USE_RECORD(#M, "*", how)
#define ROWAN__USE_KEY(M, how)  ROWAN__USE_RECORD(#M, "(key)", how)
#define ROWAN__USE_ROWS(M, how) ROWAN__USE_RECORD(#M, "(rows)", how)

#define ROWAN__MODEL(M, how) ROWAN__MODEL_FOR(M, ROWAN__USE_RECORD(#M, "*", how))
#define ROWAN__MODEL_KEY(M, how) \
    ROWAN__MODEL_FOR(M, ROWAN__USE_RECORD(#M, "(key)", how))
#define ROWAN__MODEL_ROWS(M, how) \
    ROWAN__MODEL_FOR(M, ROWAN__USE_RECORD(#M, "(rows)", how))
#define ROWAN__MODEL_FOR(M, use) \
    __extension__({              \
        use;                     \
        &M##_model;              \
    })

/* In a static table: an array of its own, which goes with the table if nobody refers to it
 * (-fdata-sections). */
#ifndef __cplusplus
#define ROWAN__USE_TEXT(M, part, how) \
    ((const char[]){ ROWAN__USE_WORDS(#M, part, how) })
#else
#define ROWAN__USE_TEXT(M, part, how) ROWAN__USE_WORDS(#M, part, how)
#endif
#define ROWAN__USE_WORDS(model, part, how)                          \
    "\001ROWANUSE\001" model "\001" part "\001" how "\001" __FILE__ \
    ":" ROWAN__USE_STR(__LINE__)

#define ROWAN__USE_STR(x)   ROWAN__USE_STR_1(x)
#define ROWAN__USE_STR_1(x) #x

/* One section for each record: __COUNTER__ tells those of one file apart, the model and the
 * line those of files that link-time optimisation compiles as one. */
#define ROWAN__USE_SECTION(model) \
    ".rodata.rowan." model "." ROWAN__USE_STR(__LINE__) "." ROWAN__USE_STR(__COUNTER__)

/* The code refers to its record by a relocation that does nothing. It is written in the
 * assembler's language as a whole, without operands: nothing for the compiler to compile, for
 * a sanitizer to instrument or for % to be read in; "inline" says that it has no size. A
 * copy of the code (inlined, unrolled) has a copy of the record, in the same section.
 * __FILE__ is stringified, quotes included, so that the assembler reads any path.
 *
 * GNU as knows the generic name of the relocation since 2.26, LLVM since 11; these are the
 * processors for which both have it. */
#if !defined(__ELF__) || defined(ROWAN_NO_USES)
#define ROWAN__USE_RECORD(model, part, how) (void)0
#elif !defined(ROWAN__USE_BY_INSTRUCTION) &&                             \
    (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || \
     defined(__arm__) || defined(__riscv) || defined(__powerpc64__) ||   \
     defined(__s390x__))
/* clang-format off */
#define ROWAN__USE_RECORD(model, part, how)                                              \
    __asm__ __inline__(                                                                  \
        ".pushsection " ROWAN__USE_SECTION(model) ",\"a\"\n"                             \
        "77: .ascii \"\\001ROWANUSE\\001" model "\\001" part "\\001" how "\\001\"\n"    \
        ".ascii " ROWAN__USE_STR(__FILE__) "\n"                                          \
        ".ascii \":" ROWAN__USE_STR(__LINE__) "\\000\"\n"                                \
        ".popsection\n"                                                                  \
        ".reloc ., BFD_RELOC_NONE, 77b\n")
/* clang-format on */
#else /* the same, for one instruction: the record's address in a register */
#define ROWAN__USE_RECORD(model, part, how)                       \
    __extension__({                                               \
        static const char rowan__use[]                            \
            __attribute__((section(ROWAN__USE_SECTION(model)))) = \
                ROWAN__USE_WORDS(model, part, how);               \
        __asm__ __volatile__("" : : "r"(rowan__use));             \
    })
#endif

#endif
