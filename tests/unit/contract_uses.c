/* contract_uses.c - the column records of a binary, of every form, and of files that lie. */
#include "test.h"

#include <sys/stat.h>

#include <rowan/contract.h>

#include "elf.h"

#define MODEL                                                                       \
    "\1ROWANMODEL\1Person\1people\1(rowan_int64, id, PRIMARY_KEY, AUTO), "          \
    "(rowan_text, name, NAME(\"full_\" \"name\"), COMMENT(\"a, (b\\\"\")), "        \
    "(rowan_opt_date, born, DEFAULT((1, 2))), UNIQUE(id, name), CHECK(c, EQ(name, " \
    "\")\"))\0"
#define VIEW                                                                      \
    "\1ROWANVIEW\1Names\1name=Person.name\1age=Person.born\1n=Person.(rows)\1id=" \
    "Person.id\0"

static const char *path;

/* A file of that content; `size` counts the NUL at its end, where it has one. */
static const char *file_of(const char *content, size_t size, bool wide, bool big)
{
    unsigned char head[TEST_ELF_HEAD];
    size_t len = test_elf_head(head, wide, big, size);
    char *bytes = test_alloc(len + size);

    memcpy(bytes, head, len);
    memcpy(bytes + len, content, size);
    test_write_file(path, bytes, len + size);
    return path;
}

/* The uses, a line each: "Person.born filter Names a.c:7 people.born". */
static char *listed(const rowan_uses *uses)
{
    char *text = test_printf("%s", "");

    for (size_t i = 0; i < rowan_uses_count(uses); i++) {
        const rowan_use *use = &rowan_uses_list(uses)[i];

        text = test_printf("%s%s.%s %s %s %s:%u %s.%s\n", text, use->model, use->member,
                           rowan_use_kind_name(use->kind),
                           *use->through == '\0' ? "-" : use->through, use->file,
                           (unsigned)use->line, use->table, use->column);
    }
    return text;
}

static char *read_again(const char *file)
{
    rowan_uses *uses = NULL;
    rowan_error err = { 0 };
    char *text;

    assert_ok(rowan_uses_read(file, &uses, &err), &err);
    text = listed(uses);
    rowan_uses_free(uses);
    return text;
}

#define assert_uses(content, expected)                                              \
    assert_string_equal(read_again(file_of(content, sizeof(content), true, false)), \
                        expected)

static void refuses(const char *file, rowan_status expected, const char *words)
{
    rowan_uses *uses = NULL;
    rowan_error err = { 0 };

    assert_status(rowan_uses_read(file, &uses, &err), expected, &err);
    assert_null(uses);
    assert_contains(err.message, words);
    assert_contains(err.message, file);
    assert_status(rowan_uses_read(file, &uses, NULL), expected, NULL);
}

#define assert_refused(content, words) \
    refuses(file_of(content, sizeof(content), true, false), ROWAN_EINVAL, words)

static void a_column_by_itself(void **state)
{
    (void)state;
    assert_uses("other \1 text\0\1ROWANUSE\1Person\1born\1f\1/a/b c.c:7\0" MODEL,
                "Person.born filter - /a/b c.c:7 people.born\n");
    assert_uses(MODEL "\1ROWANUSE\1Person\1name\1o\1x:y.c:4294967295",
                "Person.name order - x:y.c:4294967295 people.full_name\n");
    assert_uses("\1ROWANUSE\1Person\1born\1f\1a.c:7", "Person.born filter - a.c:7 .\n");
    assert_uses(MODEL "\1ROWANUSE\1Person\1gone\1r\1a.c:7",
                "Person.gone read - a.c:7 people.\n");
    assert_uses(MODEL, "");
    assert_uses("", "");
}

static void a_row_a_key_a_table(void **state)
{
    (void)state;
    assert_uses(MODEL "\1ROWANUSE\1Person\1*\1w\1a.c:7",
                "Person.born write * a.c:7 people.born\n"
                "Person.id write * a.c:7 people.id\n"
                "Person.name write * a.c:7 people.full_name\n");
    assert_uses(MODEL "\1ROWANUSE\1Person\1(key)\1f\1a.c:7",
                "Person.id filter (key) a.c:7 people.id\n");
    assert_uses(MODEL "\1ROWANUSE\1Person\1(rows)\1w\1a.c:7",
                "Person. write - a.c:7 people.\n");
    assert_uses("\1ROWANUSE\1Person\1*\1w\1a.c:7", "Person.* write - a.c:7 .\n");
    assert_uses("\1ROWANUSE\1Person\1(rows)\1w\1a.c:7", "Person. write - a.c:7 .\n");
}

static void a_view_is_what_it_is_made_of(void **state)
{
    (void)state;
    assert_uses(MODEL VIEW "\1ROWANUSE\1Names\1*\1r\1a.c:7",
                "Person. read Names a.c:7 people.\n"
                "Person.born read Names a.c:7 people.born\n"
                "Person.id read Names a.c:7 people.id\n"
                "Person.name read Names a.c:7 people.full_name\n");
    assert_uses(MODEL VIEW "\1ROWANUSE\1Names\1age\1o\1a.c:7",
                "Person.born order Names a.c:7 people.born\n");
    assert_uses(VIEW "\1ROWANVIEW\1Outer\1x=Names.id\0" MODEL
                     "\1ROWANUSE\1Outer\1x\1f\1a.c:7",
                "Person.id filter Outer a.c:7 people.id\n");
    assert_uses(
        "\1ROWANVIEW\1Mentor\1*=Person.*\0" MODEL
        "\1ROWANUSE\1Mentor\1(key)\1f\1a.c:7\0\1ROWANUSE\1Mentor\1born\1o\1a.c:8",
        "Person.born order Mentor a.c:8 people.born\n"
        "Person.id filter Mentor a.c:7 people.id\n");
    assert_uses(MODEL VIEW, "");
}

/* What is loaded with rows: all of the related ones, and the columns that they go by. */
static void a_relation_is_what_loading_it_uses(void **state)
{
    static const char relations[] =
        "\1ROWANMODEL\1Club\1club\1(t, id, PRIMARY_KEY), (t, code), HAS_MANY(names, "
        "Member, club)\0"
        "\1ROWANMODEL\1Member\1member\1(t, id, PRIMARY_KEY), (t, club, "
        "REFERENCES(Club, code)), "
        "(t, head), BELONGS_TO(of, Club, club), HAS_ONE(deputy, Member, head), "
        "BELONGS_TO(above, Member, head), MANY_TO_MANY(tags, Tag, Tagging, who, what), "
        "HAS_MANY(pairs, Tagging, who, what), BELONGS_TO(pair, Tag, club, head), "
        "MANY_TO_MANY(both, Tag, Tagging, (who, what), (what)), UNIQUE(a, b, c)\0"
        "\1ROWANMODEL\1Tag\1tag\1(t, id, PRIMARY_KEY), (t, word)\0"
        "\1ROWANMODEL\1Tagging\1tagging\1(t, who), (t, what)\0";
    static const struct {
        const char *relation, *uses;
    } cases[] = {
        { "Club\1names", "Member.club read Club.names a.c:7 member.club\n"
                         "Member.club filter Club.names a.c:7 member.club\n"
                         "Member.head read Club.names a.c:7 member.head\n"
                         "Member.id read Club.names a.c:7 member.id\n" },
        { "Member\1of", "Club.code read Member.of a.c:7 club.code\n"
                        "Club.code filter Member.of a.c:7 club.code\n"
                        "Club.id read Member.of a.c:7 club.id\n" },
        { "Member\1deputy", "Member.club read Member.deputy a.c:7 member.club\n"
                            "Member.head read Member.deputy a.c:7 member.head\n"
                            "Member.head filter Member.deputy a.c:7 member.head\n"
                            "Member.id read Member.deputy a.c:7 member.id\n" },
        { "Member\1above", "Member.club read Member.above a.c:7 member.club\n"
                           "Member.head read Member.above a.c:7 member.head\n"
                           "Member.id read Member.above a.c:7 member.id\n"
                           "Member.id filter Member.above a.c:7 member.id\n" },
        { "Member\1tags", "Tag.id read Member.tags a.c:7 tag.id\n"
                          "Tag.id filter Member.tags a.c:7 tag.id\n"
                          "Tag.word read Member.tags a.c:7 tag.word\n"
                          "Tagging.what read Member.tags a.c:7 tagging.what\n"
                          "Tagging.who filter Member.tags a.c:7 tagging.who\n" },
        { "Member\1pairs", "Tagging.what read Member.pairs a.c:7 tagging.what\n"
                           "Tagging.what filter Member.pairs a.c:7 tagging.what\n"
                           "Tagging.who read Member.pairs a.c:7 tagging.who\n"
                           "Tagging.who filter Member.pairs a.c:7 tagging.who\n" },
        { "Member\1pair", "Tag.id read Member.pair a.c:7 tag.id\n"
                          "Tag.id filter Member.pair a.c:7 tag.id\n"
                          "Tag.word read Member.pair a.c:7 tag.word\n" },
        { "Member\1both", "Tag.id read Member.both a.c:7 tag.id\n"
                          "Tag.id filter Member.both a.c:7 tag.id\n"
                          "Tag.word read Member.both a.c:7 tag.word\n"
                          "Tagging.what read Member.both a.c:7 tagging.what\n"
                          "Tagging.who filter Member.both a.c:7 tagging.who\n" },
        { "Member\1of\1f", "Club.code filter Member.of a.c:7 club.code\n"
                           "Member.club filter Member.of a.c:7 member.club\n" },
        { "Club\1names\1f", "Club.id filter Club.names a.c:7 club.id\n"
                            "Member.club filter Club.names a.c:7 member.club\n" },
        { "Member\1tags\1f", "Member.id filter Member.tags a.c:7 member.id\n"
                             "Tag.id filter Member.tags a.c:7 tag.id\n"
                             "Tagging.what filter Member.tags a.c:7 tagging.what\n"
                             "Tagging.who filter Member.tags a.c:7 tagging.who\n" },
        { "Club\1*",
          "Club.code read * a.c:7 club.code\nClub.id read * a.c:7 club.id\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *content = test_alloc(sizeof relations + 100);
        int len;

        memcpy(content, relations, sizeof relations);
        len = snprintf(content + sizeof relations, 100, "\1ROWANUSE\1%s%s\1a.c:7",
                       cases[i].relation,
                       strstr(cases[i].relation, "\1f") != NULL ? "" : "\1r");
        assert_string_equal(
            read_again(
                file_of(content, sizeof relations + (size_t)len + 1, true, false)),
            cases[i].uses);
    }
}

static void each_use_is_told_once(void **state)
{
    (void)state;
    assert_uses(
        MODEL MODEL "\1ROWANUSE\1Person\1id\1r\1a.c:7\0"
                    "\1ROWANUSE\1Person\1id\1r\1a.c:7\0"
                    "\1ROWANUSE\1Person\1id\1r\1a.c:10",
        "Person.id read - a.c:7 people.id\nPerson.id read - a.c:10 people.id\n");
}

/* Two shapes of one model in a binary: a row is the columns of both. */
static void two_states_of_a_model(void **state)
{
    (void)state;
    assert_uses("\1ROWANMODEL\1A\1a\1(t, x)\0\1ROWANMODEL\1A\1a\1(t, x), (t, y)\0"
                "\1ROWANUSE\1A\1*\1r\1a.c:7",
                "A.x read * a.c:7 a.x\nA.y read * a.c:7 a.y\n");
}

static void files_of_other_machines(void **state)
{
    static const char content[] = MODEL "\1ROWANUSE\1Person\1born\1r\1a.c:7";

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_string_equal(read_again(file_of(content, sizeof content, i & 1, i & 2)),
                            "Person.born read - a.c:7 people.born\n");
}

/* A window moves over the file: a record may lie anywhere in it. */
static void a_record_anywhere(void **state)
{
    static const char record[] = "\1ROWANUSE\1Person\1born\1r\1a.c:7";
    static const size_t marks[] = { 256 * 1024, 512 * 1024, 1024 * 1024 };
    size_t size = 1100 * 1024;
    char *content = test_alloc(size);

    (void)state;
    for (size_t m = 0; m < 3; m++) {
        for (size_t before = 0; before <= sizeof record + 1; before++) {
            memset(content, 0, size);
            memcpy(content + marks[m] - before, record, sizeof record);
            assert_string_equal(read_again(file_of(content, size, true, false)),
                                "Person.born read - a.c:7 .\n");
        }
    }
}

static void only_what_is_loaded(void **state)
{
    static const char content[] = "\1ROWANUSE\1Person\1born\1r\1a.c:7";
    unsigned char head[TEST_ELF_HEAD];
    size_t len = test_elf_head(head, true, false, sizeof content);
    char *bytes = test_alloc(2 * (len + sizeof content));

    (void)state;
    memcpy(bytes, head, len);
    memcpy(bytes + len, "none", 5);
    memcpy(bytes + len + sizeof content, content, sizeof content);
    test_write_file(path, bytes, len + 2 * sizeof content);
    assert_string_equal(read_again(path), "");

    /* the note becomes a part that overlaps the other one */
    memcpy(bytes + len, content, sizeof content);
    memcpy(bytes + 64, bytes + 64 + 56, 56);
    test_elf_put((unsigned char *)bytes + 64 + 8, len + 3, 8, false);
    test_write_file(path, bytes, len + 2 * sizeof content);
    assert_string_equal(read_again(path), "Person.born read - a.c:7 .\n");
}

static void records_that_cannot_be_read(void **state)
{
    static const char *const uses[] = {
        "Person\1born\1f",
        "Person\1born\1f\1a.c:7\1more",
        "\1born\1f\1a.c:7",
        "9\1born\1f\1a.c:7",
        "Per son\1born\1f\1a.c:7",
        "Person\1\1f\1a.c:7",
        "Person\1(born)\1f\1a.c:7",
        "Person\1born\1\1a.c:7",
        "Person\1born\1x\1a.c:7",
        "Person\1born\1rw\1a.c:7",
        "Person\1born\1f\1",
        "Person\1born\1f\1a.c",
        "Person\1born\1f\1a.c:",
        "Person\1born\1f\1:7",
        "Person\1born\1f\1a.c:7x",
        "Person\1born\1f\1a.c:-7",
        "Person\1born\1f\1a.c:4294967296",
        "Person\1born\1f\1a.c:99999999999999999999",
    };
    static const char *const declarations[] = {
        "\1ROWANMODEL\1Person\1person",
        "\1ROWANMODEL\1\1person\1(t, x)",
        "\1ROWANMODEL\1Person\1person\1(t, x)\1more",
        "\1ROWANMODEL\1Person\1person\1(t, x",
        "\1ROWANMODEL\1Person\1person\1(t, x))",
        "\1ROWANMODEL\1Person\1person\1(t, x, \"y)",
        "\1ROWANMODEL\1Person\1person\1(t)",
        "\1ROWANMODEL\1Person\1person\1(t, )",
        "\1ROWANMODEL\1Person\1person\1(t, x) AUTO",
        "\1ROWANVIEW\1Names",
        "\1ROWANVIEW\1Names\1",
        "\1ROWANVIEW\1Names\1x=Person",
        "\1ROWANVIEW\1Names\1x.Person=id",
        "\1ROWANVIEW\1Names\1x=Person.(all)",
        "\1ROWANVIEW\1Names\1=Person.id",
    };

    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        const char *text = test_printf("\1ROWANUSE\1%s", uses[i]);

        refuses(file_of(text, strlen(text) + 1, true, false), ROWAN_EINVAL,
                "a record of");
    }
    for (size_t i = 0; i < sizeof declarations / sizeof declarations[0]; i++)
        refuses(file_of(declarations[i], strlen(declarations[i]) + 1, true, false),
                ROWAN_EINVAL, "a declaration of");
}

static void records_without_an_end(void **state)
{
    size_t size = 600 * 1024;
    char *content = test_alloc(size);

    (void)state;
    refuses(file_of("\1ROWANUSE\1Person\1born", 21, true, false), ROWAN_EINVAL,
            "a record without an end");
    refuses(file_of("\1ROWANUSE\1", 10, true, false), ROWAN_EINVAL,
            "a record without an end");
    assert_string_equal(read_again(file_of("\1ROWANUSE", 9, true, false)), "");
    memset(content, 'x', size);
    memcpy(content + 1000, "\1ROWANVIEW\1", 11);
    refuses(file_of(content, size, true, false), ROWAN_EINVAL,
            "a record without an end");
}

static void views_in_a_ring(void **state)
{
    (void)state;
    assert_refused(
        "\1ROWANVIEW\1A\1x=B.x\0\1ROWANVIEW\1B\1x=A.x\0\1ROWANUSE\1A\1x\1r\1a.c:7",
        "too many views");
    assert_refused("\1ROWANVIEW\1A\1x=A.*\1y=A.*\1z=A.*\0\1ROWANUSE\1A\1*\1r\1a.c:7",
                   "too many views");
}

static void more_than_anybody_has(void **state)
{
    size_t n = 300 * 1000, size = n * 32, at = 0;
    char *content = test_alloc(size);

    (void)state;
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(content + at, size - at, "\1ROWANUSE\1A\1x\1r\1a.c:%zu",
                               i) +
              1;
    refuses(file_of(content, at, true, false), ROWAN_EINVAL,
            "more than 262144 records");

    at = 0;
    for (int i = 0; i < 64;
         i++) /* 64 views of a model with 64 columns, 64 columns each */
        at += (size_t)snprintf(content + at, size - at, "\1ROWANUSE\1V\1*\1r\1a.c:%d",
                               i) +
              1;
    for (int view = 0; view < 3; view++) {
        at += (size_t)snprintf(content + at, size - at, "\1ROWANVIEW\1%s",
                               view == 0   ? "V"
                               : view == 1 ? "W"
                                           : "X");
        for (int i = 0; i < 64; i++)
            at += (size_t)snprintf(content + at, size - at, "\1x%d=%s.*", i,
                                   view == 0   ? "W"
                                   : view == 1 ? "X"
                                               : "A");
        at++;
    }
    refuses(file_of(content, at, true, false), ROWAN_EINVAL, "more than 1048576 times");
}

static void files_that_are_something_else(void **state)
{
    unsigned char head[TEST_ELF_HEAD];
    size_t len = test_elf_head(head, true, false, 16);
    char *bytes = test_alloc(len + 16);
    static const struct {
        size_t at, size;
        uint64_t value;
        const char *words;
    } wrong[] = {
        { 0, 1, 0x7e, "is no ELF file" },
        { 4, 1, 3, "unknown kind" },
        { 5, 1, 0, "unknown kind" },
        { 16, 2, 1, "is an object file" },
        { 16, 2, 4, "is a core dump" },
        { 16, 2, 0xfe00, "unknown kind" },
        { 32, 8, UINT64_MAX, "is cut off" },
        { 32, 8, 180, "is cut off" },
        { 54, 2, 55, "unknown kind" },
        { 56, 2, 0, "has no part to load" },
        { 56, 2, 0xffff, "unknown kind" },
        { 56, 2, 0xfffe, "is cut off" },
        { 64 + 56 + 8, 8, UINT64_MAX, "is cut off" },
        { 64 + 56 + 32, 8, UINT64_MAX, "is cut off" },
        { 64 + 56 + 32, 8, 17, "is cut off" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        memcpy(bytes, head, len);
        test_elf_put((unsigned char *)bytes + wrong[i].at, wrong[i].value,
                     wrong[i].size, false);
        test_write_file(path, bytes, len + 16);
        refuses(path, ROWAN_EINVAL, wrong[i].words);
    }
    memcpy(bytes, head, len);
    for (size_t n = 0; n < len + 16; n++) { /* cut at every byte */
        test_write_file(path, bytes, n);
        refuses(path, ROWAN_EINVAL, n < 52 ? "is no ELF file" : "is cut off");
    }
    test_write_text(
        path, "#!/bin/sh\n# a script of more than fifty-two characters, as most are\n");
    refuses(path, ROWAN_EINVAL, "is no ELF file");
}

static void paths_that_are_no_file(void **state)
{
    const char *pipe = test_printf("%s/pipe", test_dir());

    (void)state;
    refuses("/nowhere/api", ROWAN_EIO, "No such file");
    refuses(test_dir(), ROWAN_EINVAL, "is no regular file");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    refuses(pipe, ROWAN_EINVAL, "is no regular file");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_by_itself),
        cmocka_unit_test(a_row_a_key_a_table),
        cmocka_unit_test(a_view_is_what_it_is_made_of),
        cmocka_unit_test(a_relation_is_what_loading_it_uses),
        cmocka_unit_test(each_use_is_told_once),
        cmocka_unit_test(two_states_of_a_model),
        cmocka_unit_test(files_of_other_machines),
        cmocka_unit_test(a_record_anywhere),
        cmocka_unit_test(only_what_is_loaded),
        cmocka_unit_test(records_that_cannot_be_read),
        cmocka_unit_test(records_without_an_end),
        cmocka_unit_test(views_in_a_ring),
        cmocka_unit_test(more_than_anybody_has),
        cmocka_unit_test(files_that_are_something_else),
        cmocka_unit_test(paths_that_are_no_file),
    };

    path = test_printf("%s/binary", test_dir());
    return cmocka_run_group_tests_name("contract_uses", tests, NULL, NULL);
}
