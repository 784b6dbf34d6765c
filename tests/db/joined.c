/* joined.c - related rows, loaded by a join in the statement of the rows themselves. */
#include "database.h"

#include <rowan/unit.h>

/* clang-format off */
ROWAN_MODEL(Team, "team",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_text,      name),
    HAS_MANY(members, Member, team),
    HAS_MANY(matches, Match, home)
)
ROWAN_MODEL(Member, "member",
    (rowan_int64,     id,      PRIMARY_KEY),
    (rowan_opt_int64, team,    REFERENCES(Team, id)),
    (rowan_opt_int64, coach,   REFERENCES(Member, id)),
    (rowan_text,      name),
    (rowan_bool,      is_out),
    (rowan_date,      since),
    (rowan_opt_text,  note),
    BELONGS_TO(of, Team, team),
    BELONGS_TO(coached_by, Member, coach),
    HAS_MANY(coaches, Member, coach),
    HAS_ONE(locker, Locker, member),
    MANY_TO_MANY(skills, Skill, MemberSkill, member, skill)
)
ROWAN_MODEL(Match, "match",
    (rowan_int64,     home,    PRIMARY_KEY, REFERENCES(Team, id)),
    (rowan_date,      day,     PRIMARY_KEY)
)
ROWAN_MODEL(Locker, "locker",
    (rowan_text,      code,    PRIMARY_KEY),
    (rowan_int64,     member,  UNIQUE, REFERENCES(Member, id))
)
ROWAN_MODEL(Skill, "skill",
    (rowan_text,      word,    PRIMARY_KEY),
    MANY_TO_MANY(members, Member, MemberSkill, skill, member)
)
ROWAN_MODEL(MemberSkill, "member_skill",
    (rowan_int64,     member,  PRIMARY_KEY, REFERENCES(Member, id)),
    (rowan_text,      skill,   PRIMARY_KEY, REFERENCES(Skill, word)),
    (rowan_int32,     level)
)
/* clang-format on */

ROWAN_MODELS(sport, "0", Team, Member, Match, Locker, Skill, MemberSkill);

static Member member_of(int id, int team, int coach, const char *name)
{
    Member member = { .id = id,
                      .name = rowan_text_of(name),
                      .is_out = id % 2 == 0,
                      .since = { 2000, 1, (uint8_t)id } };

    if (team > 0)
        member.team = ROWAN_SOME(rowan_opt_int64, team);
    if (coach > 0)
        member.coach = ROWAN_SOME(rowan_opt_int64, coach);
    return member;
}

/* Team A has Ann, Bob (coached by Ann) and Cid; B has Dan (coached by Bob); C nobody. Eve
 * has no team. A has played twice at home. */
static void fill(test_db *t)
{
    Team teams[] = { { .id = 1, .name = rowan_text_of("A") },
                     { .id = 2, .name = rowan_text_of("B") },
                     { .id = 3, .name = rowan_text_of("C") } };
    Member members[] = { member_of(1, 1, 0, "Ann"), member_of(2, 1, 1, "Bob"),
                         member_of(3, 1, 0, "Cid"), member_of(4, 2, 2, "Dan"),
                         member_of(5, 0, 0, "Eve") };
    Match matches[] = { { .home = 1, .day = { 2001, 1, 1 } },
                        { .home = 1, .day = { 2001, 1, 2 } } };
    Locker lockers[] = { { .code = rowan_text_of("x"), .member = 2 } };
    Skill skills[] = { { .word = rowan_text_of("run") },
                       { .word = rowan_text_of("jump") },
                       { .word = rowan_text_of("none") } };
    MemberSkill levels[] = {
        { .member = 1, .skill = rowan_text_of("run"), .level = 1 },
        { .member = 1, .skill = rowan_text_of("jump"), .level = 9 },
        { .member = 4, .skill = rowan_text_of("run"), .level = 5 },
    };

    assert_ok(rowan_models_check(&sport, &t->err), &t->err);
    assert_ok(rowan_drop_all(t->db, &sport, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &sport, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Team, teams, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Member, members, 5, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Match, matches, 2, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Locker, lockers, 1, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, Skill, skills, 3, &t->err), &t->err);
    assert_ok(rowan_insert_many(t->db, MemberSkill, levels, 3, &t->err), &t->err);
}

static char *names(test_db *t, const Team *team)
{
    char *out = test_printf("%s", "");
    Member **members = NULL;
    size_t n = 0;

    assert_ok(rowan_related_many(Team, team, members, &members, &n, &t->err), &t->err);
    for (size_t i = 0; i < n; i++)
        out = test_printf("%s%c", out, members[i]->name.ptr[0]);
    return out;
}

static void test_to_one(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Team *of = NULL, *again = NULL;
    Locker *locker = NULL;
    Member *members;

    fill(t);
    test_watch_queries();
    assert_ok(rowan_fetch(t->db,
                          rowan_select(Member, .order_by = { rowan_asc(Member, id) },
                                       .with = { rowan_with_join(Member, of),
                                                 rowan_with_join(Member, locker) }),
                          &result, &t->err),
              &t->err);
    assert_int_equal(test_n_queries(), 1); /* one statement, and no transaction */
    assert_int_equal(rowan_result_count(result), 5);
    members = rowan_rows(result, Member);
    assert_ok(rowan_related_one(Member, &members[0], of, &of, &t->err), &t->err);
    assert_string_equal(of->name.ptr, "A");
    assert_ok(rowan_related_one(Member, &members[2], of, &again, &t->err), &t->err);
    assert_ptr_equal(of, again); /* one row, one object */
    assert_ok(rowan_related_one(Member, &members[3], of, &of, &t->err), &t->err);
    assert_string_equal(of->name.ptr, "B");
    assert_status(rowan_related_many(Team, of, members, &(Member **){ NULL },
                                     &(size_t){ 0 }, &t->err),
                  ROWAN_EINVAL, &t->err);
    assert_ok(rowan_related_one(Member, &members[4], of, &of, &t->err), &t->err);
    assert_null(of);
    assert_ok(rowan_related_one(Member, &members[1], locker, &locker, &t->err),
              &t->err);
    assert_string_equal(locker->code.ptr, "x");
    assert_ok(rowan_related_one(Member, &members[0], locker, &locker, &t->err),
              &t->err);
    assert_null(locker);
    assert_true(members[1].is_out && members[1].since.day == 2);
    assert_null(members[1].note.ptr);
    rowan_result_free(result);
    /* with a limit, and a condition on what is joined */
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(Member, .where = rowan_eq(Team, name, "A"),
                                 .order_by = { rowan_desc(Member, id) }, .limit = 2,
                                 .with = { rowan_with_join(Member, of) }),
                    &result, &t->err),
        &t->err);
    assert_int_equal(rowan_result_count(result), 2);
    assert_int_equal(rowan_rows(result, Member)[0].id, 3);
    assert_int_equal(rowan_rows(result, Member)[1].id, 2);
    rowan_result_free(result);
}

/* Two relations to many multiply rows, which nobody sees. */
static void test_to_many(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Match **matches = NULL;
    Team *teams;
    size_t n = 7;

    fill(t);
    assert_ok(
        rowan_fetch(
            t->db,
            rowan_select(
                Team, .order_by = { rowan_desc(Team, name) },
                .with = { rowan_with_join(Team, members,
                                          .order_by = { rowan_desc(Member, id) }),
                          rowan_with_join(Team, matches,
                                          .order_by = { rowan_asc(Match, day) }) }),
            &result, &t->err),
        &t->err);
    assert_int_equal(rowan_result_count(result), 3);
    teams = rowan_rows(result, Team);
    assert_string_equal(teams[0].name.ptr, "C");
    assert_string_equal(names(t, &teams[0]), "");
    assert_string_equal(names(t, &teams[1]), "D");
    assert_string_equal(names(t, &teams[2]), "CBA");
    assert_ok(rowan_related_many(Team, &teams[2], matches, &matches, &n, &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_int_equal(matches[0]->day.day, 1);
    assert_int_equal(matches[1]->day.day, 2);
    assert_ok(rowan_related_many(Team, &teams[0], matches, &matches, &n, &t->err),
              &t->err);
    assert_int_equal(n, 0);
    rowan_result_free(result);
    /* a condition leaves rows without any */
    assert_ok(
        rowan_fetch(t->db,
                    rowan_select(Team, .order_by = { rowan_asc(Team, id) },
                                 .with = { rowan_with_join(
                                     Team, members, .where = rowan_gt(Member, id, 2),
                                     .order_by = { rowan_asc(Member, id) }) }),
                    &result, &t->err),
        &t->err);
    assert_int_equal(rowan_result_count(result), 3);
    assert_string_equal(names(t, &rowan_rows(result, Team)[0]), "C");
    assert_string_equal(names(t, &rowan_rows(result, Team)[1]), "D");
    rowan_result_free(result);
}

/* The same table again, at several levels, with conditions on each. */
static void test_aliases_and_levels(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Member *dan, *bob = NULL, *ann = NULL, **coached = NULL;
    Team *team = NULL;
    size_t n = 0;

    fill(t);
    test_watch_queries();
    for (int round = 0; round < 2; round++) { /* aliases lie elsewhere each time */
        test_watch_queries();
        assert_ok(
            rowan_fetch(
                t->db,
                rowan_select(
                    Member, .where = rowan_eq(Member, name, "Dan"),
                    .with = { rowan_with_join(
                        Member, coached_by, .where = rowan_eq(Member, name, "Bob"),
                        .with = { rowan_with_join(Member, of),
                                  rowan_with_join(
                                      Member, coached_by,
                                      .with = { rowan_with(
                                          Member, coaches,
                                          .where = rowan_gt(Member, id, 0)) }) }) }),
                &result, &t->err),
            &t->err);
        assert_int_equal(test_n_queries(),
                         1 + 1 + 2); /* and the rest in one transaction */
        assert_int_equal(rowan_result_count(result), 1);
        dan = rowan_rows(result, Member);
        assert_string_equal(dan->name.ptr, "Dan");
        assert_ok(rowan_related_one(Member, dan, coached_by, &bob, &t->err), &t->err);
        assert_string_equal(bob->name.ptr, "Bob");
        assert_ok(rowan_related_one(Member, bob, of, &team, &t->err), &t->err);
        assert_string_equal(team->name.ptr, "A");
        assert_ok(rowan_related_one(Member, bob, coached_by, &ann, &t->err), &t->err);
        assert_string_equal(ann->name.ptr, "Ann");
        assert_ok(rowan_related_many(Member, ann, coaches, &coached, &n, &t->err),
                  &t->err);
        assert_int_equal(n, 1);
        assert_string_equal(coached[0]->name.ptr, "Bob");
        assert_status(rowan_related_one(Member, dan, of, &team, &t->err), ROWAN_EINVAL,
                      &t->err);
        rowan_result_free(result);
    }
    assert_ok(rowan_fetch(
                  t->db,
                  rowan_select(
                      Member, .where = rowan_eq(Member, name, "Dan"),
                      .with = { rowan_with_join(
                          Member, coached_by,
                          .where = rowan_and(
                              NULL, rowan_not(rowan_or(rowan_eq(Member, name, "Bob"),
                                                       rowan_is_null(Member, id))))) }),
                  &result, &t->err),
              &t->err);
    assert_ok(rowan_related_one(Member, rowan_rows(result, Member), coached_by, &bob,
                                &t->err),
              &t->err);
    assert_null(bob);
    rowan_result_free(result);
}

static void test_many_to_many(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;
    Skill **skills = NULL, **dans = NULL;
    Member *members, **again = NULL;
    size_t n = 0, n_dans = 0, n_again = 0;

    fill(t);
    assert_ok(
        rowan_fetch(
            t->db,
            rowan_select(Member, .order_by = { rowan_asc(Member, id) },
                         .with = { rowan_with_join(
                             Member, skills, .where = rowan_ne(Skill, word, "none"),
                             .order_by = { rowan_desc(MemberSkill, level) },
                             .with = { rowan_with_join(Skill, members) }) }),
            &result, &t->err),
        &t->err);
    assert_int_equal(rowan_result_count(result), 5);
    members = rowan_rows(result, Member);
    assert_ok(rowan_related_many(Member, &members[0], skills, &skills, &n, &t->err),
              &t->err);
    assert_int_equal(n, 2);
    assert_string_equal(skills[0]->word.ptr, "jump");
    assert_string_equal(skills[1]->word.ptr, "run");
    assert_ok(rowan_related_many(Member, &members[3], skills, &dans, &n_dans, &t->err),
              &t->err);
    assert_int_equal(n_dans, 1);
    assert_ptr_equal(dans[0], skills[1]);
    assert_ok(rowan_related_many(Skill, dans[0], members, &again, &n_again, &t->err),
              &t->err);
    assert_int_equal(n_again, 2);
    assert_ok(rowan_related_many(Member, &members[4], skills, &skills, &n, &t->err),
              &t->err);
    assert_int_equal(n, 0);
    rowan_result_free(result);
}

/* In a session that keeps objects, joined rows are objects, too. */
static void test_objects(void **state)
{
    test_db *t = *state;
    Team **teams = NULL, *first = NULL, *again = NULL;
    Member **members = NULL;
    size_t n = 0, n_members = 0;

    fill(t);
    assert_ok(rowan_session_get(t->db, Team, 1, &first, &t->err), &t->err);
    assert_ok(rowan_session_fetch(
                  t->db, Team,
                  rowan_select(Team, .order_by = { rowan_asc(Team, id) },
                               .with = { rowan_with_join(
                                   Team, members, .order_by = { rowan_asc(Member, id) },
                                   .with = { rowan_with_join(Member, of) }) }),
                  &teams, &n, &t->err),
              &t->err);
    assert_int_equal(n, 3);
    assert_ptr_equal(teams[0], first);
    assert_ok(rowan_related_many(Team, first, members, &members, &n_members, &t->err),
              &t->err);
    assert_int_equal(n_members, 3);
    for (size_t i = 0; i < n_members; i++) {
        assert_ok(rowan_related_one(Member, members[i], of, &again, &t->err), &t->err);
        assert_ptr_equal(again, first);
    }
}

static void test_what_cannot_be_joined(void **state)
{
    test_db *t = *state;
    const rowan_query *wrong[] = {
        rowan_select(Team, .limit = 2, .with = { rowan_with_join(Team, members) }),
        rowan_select(Team, .distinct = true,
                     .with = { rowan_with_join(Team, matches) }),
        rowan_select(Team,
                     .with = { rowan_with(Team, members,
                                          .with = { rowan_with_join(Member, of) }) }),
        rowan_select(Team, .with = { rowan_with_join(
                               Team, members, .where = rowan_eq(Skill, word, "")) }),
    };
    static const char *const words[] = {
        "a limit would count joined rows; load relations to many by rowan_with()",
        "relations are joined to rows of a table, not to groups and views; use "
        "rowan_with()",
        "Member.of cannot be joined below a relation that is not joined; use "
        "rowan_with()",
        "Skill.word is not a column of Member, nor is Skill joined to it",
    };
    rowan_result *result = NULL;

    fill(t);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(rowan_fetch(t->db, wrong[i], &result, &t->err), ROWAN_EINVAL,
                      &t->err);
        assert_string_equal(t->err.message, words[i]);
    }
}

/* A row whose NOT NULL column is NULL is not taken for one that is absent. */
static void test_null_where_there_is_none(void **state)
{
    test_db *t = *state;
    rowan_result *result = NULL;

    fill(t);
    if (!test_is_postgres(t))
        return;
    test_exec(t, "ALTER TABLE team ALTER COLUMN name DROP NOT NULL");
    test_exec(t, "UPDATE team SET name = NULL WHERE id = 2");
    assert_status(
        rowan_fetch(t->db,
                    rowan_select(Member, .with = { rowan_with_join(Member, of) }),
                    &result, &t->err),
        ROWAN_EDATA, &t->err);
    assert_string_equal(t->err.message, "team.name in the database is NULL, which the "
                                        "model does not allow");
}

/* clang-format off */
ROWAN_MODEL(Song, "song",
    (rowan_int64, id, PRIMARY_KEY),
    MANY_TO_MANY(singers, Singer, Take, song, singer)
)
ROWAN_MODEL(Singer, "singer",
    (rowan_int64, id, PRIMARY_KEY)
)
ROWAN_MODEL(Take, "take",
    (rowan_int64, id,     PRIMARY_KEY),
    (rowan_int64, song,   REFERENCES(Song, id)),
    (rowan_int64, singer, REFERENCES(Singer, id))
)
/* clang-format on */

ROWAN_MODELS(music, "0", Song, Singer, Take);

/* A row that is led to several times is there as often, joined or not. */
static void test_many_times(void **state)
{
    test_db *t = *state;
    const rowan_relation_query *const ways[] = {
        rowan_with(Song, singers, .order_by = { rowan_asc(Singer, id) }),
        rowan_with_join(Song, singers, .order_by = { rowan_asc(Singer, id) }),
    };

    assert_ok(rowan_drop_all(t->db, &music, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &music, &t->err), &t->err);
    test_exec(t, "insert into song values (1), (2)");
    test_exec(t, "insert into singer values (1), (2)");
    test_exec(t, "insert into take values (1, 1, 1), (2, 1, 2), (3, 1, 1)");
    for (size_t i = 0; i < 2; i++) {
        rowan_result *result = NULL;
        const Song *songs;
        Singer **singers = NULL;
        size_t n = 0;

        assert_ok(rowan_fetch(t->db,
                              rowan_select(Song, .order_by = { rowan_asc(Song, id) },
                                           .with = { ways[i] }),
                              &result, &t->err),
                  &t->err);
        assert_int_equal(rowan_result_count(result), 2);
        songs = rowan_rows(result, Song);
        assert_ok(rowan_related_many(Song, &songs[0], singers, &singers, &n, &t->err),
                  &t->err);
        assert_int_equal(n, 3);
        assert_ptr_equal(singers[0], singers[1]);
        assert_int_equal(singers[2]->id, 2);
        assert_ok(rowan_related_many(Song, &songs[1], singers, &singers, &n, &t->err),
                  &t->err);
        assert_int_equal(n, 0);
        rowan_result_free(result);
    }
    assert_ok(rowan_drop_all(t->db, &music, &t->err), &t->err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_one),
        cmocka_unit_test(test_to_many),
        cmocka_unit_test(test_aliases_and_levels),
        cmocka_unit_test(test_many_to_many),
        cmocka_unit_test(test_many_times),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_what_cannot_be_joined),
        cmocka_unit_test(test_null_where_there_is_none),
    };

    return test_on_databases("joined", tests, sizeof tests / sizeof tests[0]);
}
