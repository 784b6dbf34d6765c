/* injection.c - hostile text through every path a value or a name can take: what went in
 * comes back byte for byte, and nothing else happens. */
#include "database.h"

#include <rowan/merge.h>
#include <rowan/raw.h>
#include <rowan/unit.h>
#include <rowan/upsert.h>

#include <signal.h>

#include "mariadb.h"
#include "postgres.h"

#define DROP      "; DROP TABLE word; --"
#define LONG_NAME "a name of 60 bytes: \"'`\\ and so on, and on, and on, to its end"
#define DEFAULT_1 "\\'" DROP
#define DEFAULT_2 "'||(select 1)||'\\"
#define DEFAULT_3 "\"`%s%n$1?:a@b\n\t\x01 \xca\xbc\xe2\x80\x99\xef\xbc\x87"

/* clang-format off */
ROWAN_ENUM(Nasty, (NASTY_PLAIN, "plain"), (NASTY_QUOTE, "'" DROP), (NASTY_SLASH, "\\"),
                  (NASTY_ESCAPED, "\\'" DROP), (NASTY_OTHER, DEFAULT_3), (NASTY_END, "') --"))

ROWAN_MODEL(Word, "word",
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_text,      body),
    (rowan_bytes,     blob),
    (rowan_json,      json),
    (Nasty,           nasty,  ENUM(Nasty)),
    (rowan_opt_text,  short_, NAME("short"), MAX(40))
)

ROWAN_MODEL(Key, "key",
    (rowan_text,      code,   PRIMARY_KEY),
    (rowan_text,      other,  UNIQUE)
)

ROWAN_MODEL(Lock, "lock",
    (rowan_text,      key,    PRIMARY_KEY, REFERENCES(Key, code))
)

ROWAN_MODEL(Constant, "constant'" DROP,
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_text,      one,    DEFAULT(DEFAULT_1), COMMENT(DEFAULT_1)),
    (rowan_text,      two,    DEFAULT(DEFAULT_2), COMMENT(DEFAULT_2), MAX(60)),
    (rowan_text,      three,  DEFAULT(DEFAULT_3), COMMENT(DEFAULT_3)),
    (Nasty,           nasty,  ENUM(Nasty), DEFAULT(NASTY_ESCAPED)),
    CHECK(one, NE(one, "\\' OR 1=1 --"), NE(one, "'; --")),
    TABLE_COMMENT("'\\" DROP)
)

ROWAN_MODEL(User, "user",
    (rowan_int32,     id,     PRIMARY_KEY),
    (rowan_opt_int32, other,  NAME("'\"`\\" DROP)),
    UNIQUE(other, id)
)

ROWAN_MODEL(Named, "o'ne \"a\" `b` \\ \\' %s %n ? $1 :a @b /* " DROP,
    (rowan_int32,     a, PRIMARY_KEY, NAME("select")),
    (rowan_text,      b, PRIMARY_KEY, NAME("a\"b\"\"c")),
    (rowan_text,      c, NAME("a`b``c"), INDEX),
    (rowan_text,      d, NAME("\\"), UNIQUE),
    (rowan_text,      e, NAME("\\'" DROP), DEFAULT("e")),
    (rowan_text,      f, NAME("%s%n%5$s ? $1 :a @b {}[]"), COMMENT("f")),
    (rowan_text,      g, NAME("\xca\xbc \xe2\x80\x99 \xef\xbc\x87 \xef\xbc\x82"), MAX(9)),
    (rowan_text,      h, NAME(LONG_NAME), UNIQUE),
    (rowan_text,      i, NAME("/* -- # */ x"), INDEX),
    (rowan_opt_int32, j, NAME("table"), REFERENCES(User, id)),
    (Nasty,           k, NAME("') IN ('"), ENUM(Nasty)),
    (rowan_opt_int32, l, NAME("l'\\" DROP)),
    UNIQUE(c, h),
    INDEX(h, DESC(i)),
    FOREIGN_KEY((l, j), REFERENCES(User, other, id), ON_DELETE(SET_NULL)),
    CHECK(select, NE(e, "no"), LE_COLUMN(c, d))
)
/* clang-format on */
ROWAN_MODELS(nasty_models, "0", Word, Key, Lock, Constant, User, Named);

_Static_assert(sizeof LONG_NAME > 60 && sizeof LONG_NAME <= 64, "60 to 63 bytes");

/* clang-format off */
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define N_TEXTS       (sizeof corpus / sizeof corpus[0])
#define N_REFUSED     (sizeof refused / sizeof refused[0])
#define LONG_LEN      300000
#define N_ALL         (N_TEXTS + 1) /* with the long text behind the corpus */

static const rowan_text corpus[] = {
    TEXT(""), TEXT(" "), TEXT("'"), TEXT("''"), TEXT("'''"), TEXT("\""), TEXT("\"\""),
    TEXT("`"), TEXT("``"), TEXT("\\"), TEXT("\\\\"), TEXT("\\'"), TEXT("\\\\'"),
    TEXT("\\\""), TEXT("\\`"), TEXT("\\0"), TEXT("\\x27"), TEXT("\\u0027"), TEXT("\\n"),
    TEXT("\\N"), TEXT("NULL"), TEXT("\\."), /* of files that are loaded, and COPY */
    TEXT("' OR '1'='1"), TEXT("' OR 1=1 --"), TEXT("' OR 1=1 #"), TEXT("\\' OR 1=1 --"),
    TEXT("'; --"), TEXT("'" DROP), TEXT("\"" DROP), TEXT("`" DROP), TEXT("\\'" DROP),
    TEXT("1" DROP), TEXT("'); DROP TABLE word; --"), TEXT("'/**/UNION/**/SELECT/**/1"),
    TEXT("/* open"), TEXT("*/ close"), TEXT("/*!50000 DROP TABLE word */"), TEXT("--"),
    TEXT("-- \n'"), TEXT("#"), TEXT("$$; DROP TABLE word; $$"), TEXT("$1"), TEXT("?"),
    TEXT(":a @b @@sql_mode"), TEXT("%s%s%s%n%n%x%5$s%99999d"), TEXT("%"), TEXT("_"),
    TEXT("%27 %22 %5c"), TEXT("{\"a\": [1]}"), TEXT("E'\\047'"), TEXT("U&'\\0027'"),
    TEXT("X'27'"),
    TEXT("\xca\xbc"), TEXT("\xca\xbc OR 1=1 --"),     /* U+02BC modifier apostrophe */
    TEXT("\xe2\x80\x98\xe2\x80\x99"), TEXT("\xe2\x80\x99" DROP), /* U+2018, U+2019 */
    TEXT("\xef\xbc\x87" DROP),                        /* U+FF07 fullwidth apostrophe */
    TEXT("\xef\xbc\x82\xef\xbc\xbc"),                 /* the same: quote, backslash */
    TEXT("\xc2\xb4\xe2\x80\xb2"),                     /* acute accent, prime */
    TEXT("\xe2\x88\x96\xef\xb9\xa8"),                 /* set minus, small backslash */
    TEXT("\xe7\xb8\x97'"),                            /* ends in 5C in Shift-JIS */
    TEXT("\xf0\x9f\x99\x82'\xf0\x9f\x99\x82\\"),
    TEXT("\xe2\x80\xae'\xe2\x80\xac"),                /* right to left */
    TEXT("\xef\xbb\xbf'"), TEXT("\xcc\x81'\xcc\x81"), /* byte order mark, combining */
    TEXT("\xe2\x80\xa8\xc2\x85"),                     /* line ends of Unicode */
    TEXT("a"), TEXT("A"), TEXT("a "), TEXT("a\t"), TEXT("\n"), TEXT("\r\n"), TEXT("\r"),
    TEXT("\t"), TEXT("\x1a"),
    TEXT("\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15"),
    TEXT("\x16\x17\x18\x19\x1b[31m\x1c\x1d\x1e\x1f\x7f'"),
};

/* What no text may hold: NUL, and what is not UTF-8, such as a quote in two bytes or a
 * byte that would swallow a quote behind it. */
static const rowan_text refused[] = {
    TEXT("\0"), TEXT("a\0b"), TEXT("'\0" DROP), TEXT("a\0"), TEXT("\xc0\xa7"),
    TEXT("\xe0\x80\xa7"), TEXT("\xbf'" DROP), TEXT("\xbf\\'" DROP), TEXT("\xe2\x80"),
    TEXT("\xed\xa0\x80"), TEXT("\xf4\x90\x80\x80"), TEXT("'\xff"),
};
/* clang-format on */

/* Texts. */

static rowan_text text_at(size_t i)
{
    static const char part[] = "'\\\"`; ";
    static char *filler;

    if (i < N_TEXTS)
        return corpus[i];
    if (filler == NULL) {
        filler = test_alloc(LONG_LEN + 1);
        for (size_t k = 0; k < LONG_LEN; k++)
            filler[k] = part[k % (sizeof part - 1)];
    }
    return (rowan_text){ filler, LONG_LEN };
}

static int compare(rowan_text a, rowan_text b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static void assert_text(rowan_text given, rowan_text expected)
{
    assert_int_equal(given.len, expected.len);
    assert_memory_equal(given.ptr, expected.ptr, expected.len);
}

static char *hex(rowan_text text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = test_alloc(2 * text.len + 1);

    for (size_t i = 0; i < text.len; i++) {
        out[2 * i] = digits[(unsigned char)text.ptr[i] >> 4];
        out[2 * i + 1] = digits[text.ptr[i] & 15];
    }
    return out;
}

/* An expression of type text in hexadecimal, by the database itself. */
static const char *hex_of(const test_db *t, const char *expr)
{
    return test_is_postgres(t)
               ? test_printf("upper(encode(convert_to(%s, 'UTF8'), 'hex'))", expr)
               : test_printf("hex(%s)", expr);
}

/* A text as a JSON string. */
static rowan_json json_of(rowan_text text)
{
    char *out = test_alloc(6 * text.len + 3), *at = out;

    *at++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '"' || c == '\\')
            *at++ = '\\';
        if ((unsigned char)c < 0x20)
            at += snprintf(at, 7, "\\u%04x", (unsigned)c);
        else
            *at++ = c;
    }
    *at++ = '"';
    return (rowan_json){ out, (size_t)(at - out) };
}

/* Words: each text in a row, in each column that can hold it. */

static Word word_of(rowan_text text)
{
    return (Word){ .body = text,
                   .blob = rowan_bytes_of(text.ptr, text.len),
                   .json = json_of(text) };
}

/* words[n] with the ids 1 to n; their texts begin with the `first`th. */
static Word *make_words(size_t n, size_t first)
{
    Word *words = test_alloc(n * sizeof *words);

    for (size_t i = 0; i < n; i++) {
        words[i] = word_of(text_at((first + i) % N_ALL));
        words[i].id = (int64_t)i + 1;
    }
    return words;
}

static void create(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &nasty_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &nasty_models, &t->err), &t->err);
}

static void insert_all(test_db *t)
{
    create(t);
    assert_ok(rowan_insert_many(t->db, Word, make_words(N_ALL, 0), N_ALL, &t->err),
              &t->err);
}

static uint64_t count(test_db *t, const rowan_expr *where)
{
    uint64_t n = 0;

    assert_ok(rowan_count(t->db, rowan_select(Word, .where = where), &n, &t->err),
              &t->err);
    return n;
}

/* The words in the order of their ids hold the texts in theirs. */
static void assert_words(test_db *t, size_t n)
{
    rowan_result *result = NULL;

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Word, .order_by = { rowan_asc(Word, id) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), n);
    for (size_t i = 0; i < n; i++) {
        const Word *word = rowan_rows(result, Word) + i;
        rowan_text text = text_at(i % N_ALL);
        rowan_json json = json_of(text);

        assert_text(word->body, text);
        assert_text((rowan_text){ (const char *)word->blob.ptr, word->blob.len }, text);
        if (!test_is_postgres(t)) /* its jsonb escapes in its own way */
            assert_text((rowan_text){ word->json.ptr, word->json.len },
                        (rowan_text){ json.ptr, json.len });
    }
    rowan_result_free(result);
}

static void assert_as_the_database_sees(test_db *t, const char *expr)
{
    for (size_t i = 0; i < N_ALL; i++)
        assert_string_equal(
            test_value(t, test_printf("select %s from word where id = %zu",
                                      hex_of(t, expr), i + 1)),
            hex(text_at(i)));
}

/* Writing. */

static void test_insert(void **state)
{
    test_db *t = *state;

    create(t);
    for (size_t i = 0; i < N_ALL; i++) {
        Word word = word_of(text_at(i));

        assert_ok(rowan_insert(t->db, Word, &word, &t->err), &t->err);
        assert_int_equal(word.id, i + 1);
    }
    assert_words(t, N_ALL);
    assert_as_the_database_sees(t, "body");
    if (test_is_postgres(t))
        assert_as_the_database_sees(t, "json #>> '{}'");
}

static void test_insert_many(void **state)
{
    test_db *t = *state;
    size_t n = 20 * N_ALL; /* so many that they do not go one by one */

    create(t);
    assert_ok(rowan_insert_many(t->db, Word, make_words(n, 0), n, &t->err), &t->err);
    assert_words(t, n);
}

static rowan_status merge(test_db *t, const rowan_model *model, const void *rows,
                          size_t n_rows)
{
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(t->db, 1, &merge, &t->err);

    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, model, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, rows, n_rows, &t->err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, NULL, &t->err);
    rowan_merge_close(merge);
    return st;
}

static void test_merge(void **state)
{
    test_db *t = *state;

    insert_all(t);
    assert_ok(merge(t, &Word_model, make_words(N_ALL, 1), N_ALL), &t->err);
    assert_ok(merge(t, &Word_model, make_words(N_ALL, 0), N_ALL), &t->err);
    assert_words(t, N_ALL);
}

static void update_all(test_db *t, const Word *words)
{
    for (size_t i = 0; i < N_ALL; i++)
        assert_ok(rowan_update(t->db, Word, &words[i], &t->err), &t->err);
}

static void test_update(void **state)
{
    test_db *t = *state;

    insert_all(t);
    update_all(t, make_words(N_ALL, 1));
    update_all(t, make_words(N_ALL, 0));
    assert_words(t, N_ALL);
}

static void test_update_where(void **state)
{
    test_db *t = *state;
    rowan_text other = rowan_text_of("other");
    uint64_t n = 0;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        rowan_text text = text_at(i);

        assert_ok(rowan_update_where(t->db, Word, rowan_eq(Word, body, text), &n,
                                     &t->err, rowan_set(Word, body, other)),
                  &t->err);
        assert_int_equal(n, 1);
        assert_ok(rowan_update_where(
                      t->db, Word, rowan_eq(Word, body, other), &n, &t->err,
                      rowan_set(Word, body, text), rowan_set(Word, json, json_of(text)),
                      rowan_set(Word, blob, rowan_bytes_of(text.ptr, text.len))),
                  &t->err);
        assert_int_equal(n, 1);
    }
    assert_words(t, N_ALL);
}

static void test_delete_where(void **state)
{
    test_db *t = *state;
    uint64_t n = 0;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        assert_ok(rowan_delete_where(t->db, Word, rowan_eq(Word, body, text_at(i)), &n,
                                     &t->err),
                  &t->err);
        assert_int_equal(n, 1);
    }
    assert_int_equal(count(t, NULL), 0);
}

/* Comparing. */

/* How many texts stand so to this one: bytes decide. */
static uint64_t expected_count(rowan_op op, rowan_text text)
{
    uint64_t n = 0;

    for (size_t i = 0; i < N_ALL; i++) {
        int order = compare(text_at(i), text);
        bool fits[] = { order == 0, order != 0, order<0, order <= 0, order> 0,
                        order >= 0 };

        n += fits[op];
    }
    return n;
}

static void test_every_operator(void **state)
{
    test_db *t = *state;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        rowan_text text = text_at(i);

        for (int op = ROWAN_OP_EQ; op <= ROWAN_OP_GE; op++) {
            rowan_expr expr = { .op = (rowan_op)op,
                                .column = rowan_model_column(&Word_model, "body", 4),
                                .value = rowan_value_text(text) };

            assert_int_equal(count(t, &expr), expected_count((rowan_op)op, text));
        }
        assert_int_equal(
            count(t, rowan_eq(Word, blob, rowan_bytes_of(text.ptr, text.len))), 1);
    }
}

/* How many texts begin with, end with or hold this one. */
static uint64_t expected_matches(rowan_op op, rowan_text text)
{
    uint64_t n = 0;

    for (size_t i = 0; i < N_TEXTS; i++) {
        rowan_text other = corpus[i];

        if (other.len < text.len)
            continue;
        if (op == ROWAN_OP_STARTS_WITH)
            n += memcmp(other.ptr, text.ptr, text.len) == 0;
        else if (op == ROWAN_OP_ENDS_WITH)
            n += memcmp(other.ptr + other.len - text.len, text.ptr, text.len) == 0;
        else
            n += text.len == 0 ||
                 memmem(other.ptr, other.len, text.ptr, text.len) != NULL;
    }
    return n;
}

/* What would be a wildcard in a pattern is a character like any other. */
static void test_matches(void **state)
{
    test_db *t = *state;

    insert_all(t); /* without the long one: sanitizers make each step over it long */
    assert_ok(
        rowan_delete_where(t->db, Word, rowan_gt(Word, id, N_TEXTS), NULL, &t->err),
        &t->err);
    for (size_t i = 0; i < N_TEXTS; i++) {
        for (int op = ROWAN_OP_STARTS_WITH; op <= ROWAN_OP_CONTAINS; op++) {
            rowan_expr expr = { .op = (rowan_op)op,
                                .column = rowan_model_column(&Word_model, "body", 4),
                                .value = rowan_value_text(corpus[i]) };

            assert_int_equal(count(t, &expr),
                             expected_matches((rowan_op)op, corpus[i]));
        }
    }
}

static void test_lists(void **state)
{
    test_db *t = *state;
    rowan_text texts[N_ALL];

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++)
        texts[i] = text_at(i);
    assert_int_equal(count(t, rowan_in_array(Word, body, texts, N_ALL)), N_ALL);
    for (size_t i = 0; i < N_ALL; i++) {
        assert_int_equal(count(t, rowan_in(Word, body, texts[i], "not there")),
                         expected_count(ROWAN_OP_EQ, texts[i]));
        assert_int_equal(count(t, rowan_between(Word, body, texts[i], texts[i])),
                         expected_count(ROWAN_OP_EQ, texts[i]));
    }
}

ROWAN_VIEW(WordBody, Word, id, body)

/* SQL of the user's own: the values stay values. */
static void test_raw_sql(void **state)
{
    test_db *t = *state;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        rowan_result *result = NULL;

        assert_ok(rowan_sql(t->db, WordBody, &result, &t->err,
                            "SELECT id, body FROM word WHERE body = ?", text_at(i)),
                  &t->err);
        assert_int_equal(rowan_result_count(result),
                         expected_count(ROWAN_OP_EQ, text_at(i)));
        assert_text(rowan_rows(result, WordBody)->body, text_at(i));
        rowan_result_free(result);
    }
}

static rowan_status condition(test_db *t, rowan_arena *arena, const char *column,
                              int op, rowan_text text, const rowan_expr **out)
{
    return rowan_condition(arena, &Word_model, column, (rowan_op)op, text.ptr, text.len,
                           out, &t->err);
}

static void test_conditions_at_run_time(void **state)
{
    test_db *t = *state;
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    const rowan_expr *expr = NULL;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        rowan_text text = text_at(i);
        bool is_label = rowan_enum_value(&Nasty_labels, text.ptr, text.len) >= 0;

        for (int op = ROWAN_OP_EQ; op <= ROWAN_OP_GE; op++) {
            assert_ok(condition(t, arena, "body", op, text, &expr), &t->err);
            assert_int_equal(count(t, expr), expected_count((rowan_op)op, text));
        }
        assert_status(condition(t, arena, text.ptr, ROWAN_OP_EQ, text, &expr),
                      ROWAN_EINVAL, &t->err);
        assert_status(condition(t, arena, "id", ROWAN_OP_EQ, text, &expr), ROWAN_EINVAL,
                      &t->err);
        assert_status(condition(t, arena, "nasty", ROWAN_OP_EQ, text, &expr),
                      is_label ? ROWAN_OK : ROWAN_EINVAL, &t->err);
        if (is_label)
            assert_int_equal(count(t, expr), 0);
    }
    rowan_arena_free(arena);
}

/* Keys. */

static void use_key(test_db *t, Key *key)
{
    rowan_text code = key->code;
    Lock lock = { code }, lost = { rowan_text_of("nowhere") };
    rowan_result *result = NULL;

    assert_ok(rowan_find(t->db, Key, code, &result, &t->err), &t->err);
    assert_text(rowan_rows(result, Key)->code, code);
    assert_text(rowan_rows(result, Key)->other, code);
    rowan_result_free(result);
    assert_status(rowan_insert(t->db, Key, key, &t->err), ROWAN_ECONFLICT, &t->err);
    assert_status(rowan_insert(t->db, Lock, &lost, &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    assert_ok(rowan_insert(t->db, Lock, &lock, &t->err), &t->err);
    assert_status(rowan_delete(t->db, Key, key, &t->err), ROWAN_ECONSTRAINT, &t->err);
    assert_ok(rowan_delete(t->db, Lock, &lock, &t->err), &t->err);
    key->other = (rowan_text)TEXT("\\'\"` other");
    assert_ok(rowan_update(t->db, Key, key, &t->err), &t->err);
    assert_ok(rowan_delete(t->db, Key, key, &t->err), &t->err);
    assert_status(rowan_find(t->db, Key, code, &result, &t->err), ROWAN_ENOTFOUND,
                  &t->err);
}

static void test_keys(void **state)
{
    test_db *t = *state;
    Key keys[N_TEXTS];
    uint64_t n = 1;

    create(t);
    for (size_t i = 0; i < N_TEXTS; i++)
        keys[i] = (Key){ corpus[i], corpus[i] };
    assert_ok(merge(t, &Key_model, keys, N_TEXTS), &t->err);
    for (size_t i = 0; i < N_TEXTS; i++)
        use_key(t, &keys[i]);
    assert_ok(rowan_count(t->db, rowan_select(Key), &n, &t->err), &t->err);
    assert_int_equal(n, 0);
}

/* Refusing. */

static void refuse(test_db *t, rowan_text text)
{
    Word good = word_of(rowan_text_of("a")), words[2] = { good, good };
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan_result *result = NULL;
    const rowan_expr *expr = NULL;

    words[0].id = 1;
    words[1].id = 2;
    words[1].body = text;
    good.json = (rowan_json){ text.ptr, text.len };
    assert_status(rowan_insert(t->db, Word, &words[1], &t->err), ROWAN_EINVAL, &t->err);
    assert_status(rowan_insert(t->db, Word, &good, &t->err), ROWAN_EINVAL, &t->err);
    assert_status(rowan_update(t->db, Word, &words[1], &t->err), ROWAN_EINVAL, &t->err);
    assert_status(merge(t, &Word_model, words, 2), ROWAN_EINVAL, &t->err);
    words[0].id = 1000001;
    words[1].id = 1000002;
    assert_status(rowan_insert_many(t->db, Word, words, 2, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_status(rowan_update_where(t->db, Word, NULL, NULL, &t->err,
                                     rowan_set(Word, body, text)),
                  ROWAN_EINVAL, &t->err);
    assert_status(
        rowan_delete_where(t->db, Word, rowan_ne(Word, body, text), NULL, &t->err),
        ROWAN_EINVAL, &t->err);
    assert_status(rowan_find(t->db, Key, text, &result, &t->err), ROWAN_EINVAL,
                  &t->err);
    assert_status(condition(t, arena, "body", ROWAN_OP_NE, text, &expr), ROWAN_EINVAL,
                  &t->err);
    rowan_arena_free(arena);
}

static void test_nul_and_bad_utf8_are_refused(void **state)
{
    test_db *t = *state;

    insert_all(t);
    for (size_t i = 0; i < N_REFUSED; i++)
        refuse(t, refused[i]);
    assert_words(t, N_ALL);
}

static void test_bytes_hold_anything(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    create(t);
    for (size_t i = 0; i < N_REFUSED; i++) {
        rowan_bytes bytes = rowan_bytes_of(refused[i].ptr, refused[i].len);
        Word word = word_of(rowan_text_of("a"));

        word.blob = bytes;
        assert_ok(rowan_insert(t->db, Word, &word, &t->err), &t->err);
        assert_ok(rowan_fetch(t->db,
                              rowan_select(Word, .where = rowan_eq(Word, blob, bytes)),
                              &result, &t->err),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_int_equal(rowan_rows(result, Word)->blob.len, bytes.len);
        assert_memory_equal(rowan_rows(result, Word)->blob.ptr, bytes.ptr, bytes.len);
        rowan_result_free(result);
    }
}

/* What a model writes into the database: labels, constants, comments. */

static void test_labels(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    create(t);
    for (unsigned i = 0; i < Nasty_labels.n_labels; i++) {
        Word word = word_of(rowan_text_of("a"));

        word.nasty = (Nasty)i;
        assert_ok(rowan_insert(t->db, Word, &word, &t->err), &t->err);
        assert_string_equal(
            test_value(t, test_printf("select %s from word where id = %u",
                                      hex_of(t, "nasty"), i + 1)),
            hex(rowan_text_of(Nasty_labels.labels[i])));
        assert_ok(rowan_fetch(t->db,
                              rowan_select(Word, .where = rowan_eq(Word, nasty, i)),
                              &result, &t->err),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_int_equal(rowan_rows(result, Word)->nasty, i);
        rowan_result_free(result);
    }
}

static void test_constants(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    const Constant *row;
    Constant bad = { .one = TEXT("\\' OR 1=1 --"),
                     .two = TEXT("'"),
                     .three = TEXT("") };

    create(t);
    test_exec(t, test_printf("insert into \"%s\" (id) values (7)",
                             Constant_model.table)); /* all else by default */
    assert_ok(rowan_find(t->db, Constant, 7, &result, &t->err), &t->err);
    row = rowan_rows(result, Constant);
    assert_text(row->one, (rowan_text)TEXT(DEFAULT_1));
    assert_text(row->two, (rowan_text)TEXT(DEFAULT_2));
    assert_text(row->three, (rowan_text)TEXT(DEFAULT_3));
    assert_int_equal(row->nasty, NASTY_ESCAPED);
    rowan_result_free(result);
    assert_status(rowan_insert(t->db, Constant, &bad, &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    bad.one = (rowan_text)TEXT("'; --");
    assert_status(rowan_insert(t->db, Constant, &bad, &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    bad.one = (rowan_text)TEXT("\\");
    assert_ok(rowan_insert(t->db, Constant, &bad, &t->err), &t->err);
}

static void assert_comment(test_db *t, const char *column, const char *expected)
{
    const char *sql =
        "select %s from pg_class c join pg_attribute a on attrelid = c.oid"
        " where relkind = 'r' and relname like 'constant%%; --' and "
        "attname = '%s'";
    const char *expr =
        column == NULL ? "obj_description(c.oid)" : "col_description(c.oid, attnum)";

    if (test_is_mariadb(t)) {
        sql =
            "select %s from information_schema.tables join information_schema.columns "
            "using (table_schema, table_name) where table_schema = database() and "
            "table_name like 'constant%%; --' and column_name = '%s'";
        expr = column == NULL ? "table_comment" : "column_comment";
    }
    if (column == NULL)
        column = "id";
    assert_string_equal(test_value(t, test_printf(sql, hex_of(t, expr), column)),
                        hex(rowan_text_of(expected)));
}

static void test_comments(void **state)
{
    test_db *t = *state;

    create(t);
    if (test_is_sqlite(t))
        return; /* it has none */
    assert_comment(t, NULL, "'\\" DROP);
    assert_comment(t, "one", DEFAULT_1);
    assert_comment(t, "two", DEFAULT_2);
    assert_comment(t, "three", DEFAULT_3);
}

/* Names. */

static Named named(int a, rowan_text b)
{
    return (Named){
        .a = a,
        .b = b,
        .c = b,
        .d = b,
        .e = b,
        .f = b,
        .g = TEXT("'\\\""),
        .h = b,
        .i = b,
        .j = ROWAN_SOME(rowan_opt_int32, 1),
        .k = NASTY_ESCAPED,
    };
}

static void assert_named(test_db *t, const rowan_expr *where, rowan_text b)
{
    rowan_result *result = NULL;
    const Named *row;

    assert_ok(rowan_fetch(t->db,
                          rowan_select(Named, .where = where,
                                       .order_by = { rowan_desc(Named, h),
                                                     rowan_asc(Named, k) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(rowan_result_count(result), 1);
    row = rowan_rows(result, Named);
    assert_text(row->b, b);
    assert_text(row->h, b);
    assert_text(row->g, (rowan_text)TEXT("'\\\""));
    assert_int_equal(row->k, NASTY_ESCAPED);
    rowan_result_free(result);
}

static void insert_named(test_db *t, Named *rows)
{
    User user = { 1, { 0 } };

    create(t);
    assert_ok(rowan_create_all(t->db, &nasty_models, &t->err), &t->err);
    assert_ok(rowan_insert(t->db, User, &user, &t->err), &t->err);
    for (size_t i = 0; i < N_TEXTS; i++)
        rows[i] = named((int)i, corpus[i]);
    assert_ok(rowan_insert_many(t->db, Named, rows, N_TEXTS, &t->err), &t->err);
}

static void test_names(void **state)
{
    test_db *t = *state;
    Named rows[N_TEXTS];
    uint64_t n = 0;

    insert_named(t, rows);
    assert_ok(rowan_delete(t->db, Named, &rows[0], &t->err), &t->err);
    assert_ok(rowan_insert(t->db, Named, &rows[0], &t->err), &t->err);
    assert_status(rowan_insert(t->db, Named, &rows[0], &t->err), ROWAN_ECONFLICT,
                  &t->err);
    assert_ok(rowan_update(t->db, Named, &rows[1], &t->err), &t->err);
    assert_named(t,
                 rowan_and(rowan_eq(Named, a, 5), rowan_eq(Named, e, corpus[5]),
                           rowan_eq(Named, f, corpus[5]), rowan_eq(Named, j, 1)),
                 corpus[5]);
    assert_ok(rowan_update_where(t->db, Named, rowan_eq(Named, c, corpus[6]), &n,
                                 &t->err, rowan_set(Named, i, "new"),
                                 rowan_set_null(Named, j)),
              &t->err);
    assert_int_equal(n, 1);
    assert_named(t, rowan_is_null(Named, j), corpus[6]);
    assert_ok(merge(t, &Named_model, rows + 3, N_TEXTS - 3), &t->err);
    assert_ok(rowan_count(t->db, rowan_select(Named), &n, &t->err), &t->err);
    assert_int_equal(n, N_TEXTS - 3);
    rows[3].e = rowan_text_of("no");
    assert_status(rowan_update(t->db, Named, &rows[3], &t->err), ROWAN_ECONSTRAINT,
                  &t->err);
    assert_ok(rowan_drop_all(t->db, &nasty_models, &t->err), &t->err);
}

/* clang-format off */
ROWAN_ALIAS(OtherName, Named)
ROWAN_VIEW(NamedRow, Named, b, d, g, (rowan_int32, user, OF(User, id)),
           (rowan_int64, place, OVER(ROW_NUMBER(), PARTITION_BY(f), ORDER_BY(a, DESC(h)))))
ROWAN_VIEW(NamedSums, Named, f, (rowan_opt_int64, sum, SUM(a)), (rowan_opt_text, h, MAX(h)))
ROWAN_VIEW(NamedAround, NamedSums, f, (rowan_opt_text, last, COLUMN(h)))
/* clang-format on */

/* Names in joins, aliases, views, windows and queries of queries. */
static void test_names_in_queries(void **state)
{
    test_db *t = *state;
    Named rows[N_TEXTS], again;
    rowan_result *result = NULL;

    insert_named(t, rows);
    for (size_t i = 0; i < N_TEXTS; i++) {
        assert_ok(
            rowan_fetch(t->db,
                        rowan_select(NamedRow,
                                     .join = { rowan_join_on(
                                         User, rowan_eq_column(Named, j, User, id)) },
                                     .where = rowan_and(
                                         rowan_eq(Named, f, corpus[i]),
                                         rowan_exists(rowan_select(
                                             OtherName, .where = rowan_eq_column(
                                                            OtherName, h, Named, d)))),
                                     .order_by = { rowan_asc(NamedRow, place) }),
                        &result, &t->err),
            &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_text(rowan_rows(result, NamedRow)->b, corpus[i]);
        assert_int_equal(rowan_rows(result, NamedRow)->place, 1);
        rowan_result_free(result);
        assert_ok(rowan_fetch(t->db,
                              rowan_select(NamedAround,
                                           .where = rowan_eq(NamedSums, h, corpus[i])),
                              &result, &t->err),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_text(rowan_rows(result, NamedAround)->f, corpus[i]);
        rowan_result_free(result);
        again = rows[i];
        again.e = (rowan_text)TEXT("'\\\"");
        assert_ok(rowan_upsert(t->db, Named, &again, &t->err, a, b), &t->err);
        assert_ok(rowan_delete_returning(t->db, Named, rowan_eq(Named, d, corpus[i]),
                                         &result, &t->err),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 1);
        assert_text(rowan_rows(result, Named)->e, again.e);
        rowan_result_free(result);
        assert_ok(rowan_insert_returning(t->db, Named, &rows[i], 1, &result, &t->err),
                  &t->err);
        assert_text(rowan_rows(result, Named)->h, corpus[i]);
        rowan_result_free(result);
    }
}

/* Upserts, rows that are given back, objects. */

static void test_upserts(void **state)
{
    test_db *t = *state;
    Key keys[N_TEXTS];

    create(t);
    for (size_t i = 0; i < N_TEXTS; i++)
        keys[i] = (Key){ corpus[i], corpus[i] };
    for (int round = 0; round < 2; round++)
        assert_ok(rowan_upsert_many(t->db, Key, keys, N_TEXTS, &t->err, code), &t->err);
    for (size_t i = 0; i < N_TEXTS; i++) {
        Key other = { corpus[i], corpus[(i + 1) % N_TEXTS] };

        assert_ok(rowan_insert_missing(t->db, Key, &other, 1, &t->err, code), &t->err);
        assert_status(rowan_upsert(t->db, Key, &other, &t->err, code), ROWAN_ECONFLICT,
                      &t->err);
    }
}

static void test_rows_given_back(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Word *words = make_words(N_ALL, 0);

    create(t);
    assert_ok(rowan_insert_returning(t->db, Word, words, N_ALL, &result, &t->err),
              &t->err);
    for (size_t i = 0; i < N_ALL; i++)
        assert_text(rowan_rows(result, Word)[i].body, text_at(i));
    rowan_result_free(result);
    assert_words(t, N_ALL);
}

static void test_objects(void **state)
{
    test_db *t = *state;

    insert_all(t);
    for (size_t i = 0; i < N_ALL; i++) {
        Word *word;

        assert_ok(rowan_session_get(t->db, Word, (int64_t)i + 1, &word, &t->err),
                  &t->err);
        assert_text(word->body, text_at(i));
        word->body = text_at((i + 1) % N_ALL);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    for (size_t i = 0; i < N_ALL; i++) {
        Word *word;

        assert_ok(rowan_session_get(t->db, Word, (int64_t)i + 1, &word, &t->err),
                  &t->err);
        assert_text(word->body, text_at((i + 1) % N_ALL));
        word->body = text_at(i);
    }
    assert_ok(rowan_commit(t->db, &t->err), &t->err);
    rowan_session_clear(t->db);
    assert_words(t, N_ALL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_insert),
    cmocka_unit_test(test_insert_many),
    cmocka_unit_test(test_merge),
    cmocka_unit_test(test_update),
    cmocka_unit_test(test_update_where),
    cmocka_unit_test(test_delete_where),
    cmocka_unit_test(test_every_operator),
    cmocka_unit_test(test_conditions_at_run_time),
    cmocka_unit_test(test_matches),
    cmocka_unit_test(test_lists),
    cmocka_unit_test(test_raw_sql),
    cmocka_unit_test(test_names_in_queries),
    cmocka_unit_test(test_keys),
    cmocka_unit_test(test_nul_and_bad_utf8_are_refused),
    cmocka_unit_test(test_bytes_hold_anything),
    cmocka_unit_test(test_labels),
    cmocka_unit_test(test_constants),
    cmocka_unit_test(test_comments),
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_upserts),
    cmocka_unit_test(test_rows_given_back),
    cmocka_unit_test(test_objects),
};

#define N_TESTS (sizeof tests / sizeof tests[0])

/* The same on servers whose settings read backslashes and quotes in another way. */

static test_mariadb *mariadb;

static void run_all(const char *kind, const char *uri)
{
    test_db t = { .kind = kind, .uri = uri };
    void *state = &t;

    assert_ok(rowan_engine_open(uri, NULL, &t.engine, &t.err), &t.err);
    assert_ok(rowan_session_open(t.engine, &t.db, &t.err), &t.err);
    for (size_t i = 0; i < N_TESTS; i++)
        tests[i].test_func(&state);
    rowan_session_close(t.db);
    rowan_engine_close(t.engine);
}

static void run_with_mode(const char *mode)
{
    test_mariadb_exec(mariadb->uri, test_printf("SET GLOBAL sql_mode = '%s'", mode));
    run_all("mariadb", mariadb->uri);
}

static void test_mariadb_with_backslash_escapes(void **state)
{
    (void)state;
    run_with_mode("");
}

static void test_mariadb_without_backslash_escapes(void **state)
{
    (void)state;
    run_with_mode("NO_BACKSLASH_ESCAPES");
}

static void test_mariadb_with_quoted_names(void **state)
{
    (void)state;
    run_with_mode("ANSI,ORACLE");
}

static void test_postgres_with_backslash_escapes(void **state)
{
    const char *uri = test_postgres_database();
    const char *name = strrchr(uri, '/') + 1;

    (void)state;
    test_postgres_exec(
        uri, test_printf("ALTER DATABASE %s SET standard_conforming_strings = off; "
                         "ALTER DATABASE %s SET backslash_quote = on",
                         name, name));
    run_all("postgresql", uri);
}

static int start_mariadb(void **state)
{
    (void)state;
    mariadb = test_mariadb_new();
    return 0;
}

static int stop_mariadb(void **state)
{
    (void)state;
    test_mariadb_stop(mariadb, SIGTERM);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest settings[] = {
        cmocka_unit_test(test_mariadb_with_backslash_escapes),
        cmocka_unit_test(test_mariadb_without_backslash_escapes),
        cmocka_unit_test(test_mariadb_with_quoted_names),
        cmocka_unit_test(test_postgres_with_backslash_escapes),
    };
    int n_failed = test_on_databases("injection", tests, N_TESTS);

    return n_failed + cmocka_run_group_tests_name("injection by settings", settings,
                                                  start_mariadb, stop_mariadb);
}
