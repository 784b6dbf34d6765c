/* model_relation.c - what the relations of ROWAN_MODEL declare, their check, and members. */
#include "test.h"

#include <rowan/model.h>

#include "relation_int.h"

/* clang-format off */
ROWAN_MODEL(Person, "person",
    (rowan_int64,     id,        PRIMARY_KEY, AUTO),
    (rowan_text,      name,      UNIQUE),
    HAS_MANY(awards, Award, person_id),
    UNIQUE(name, id),
    HAS_ONE(passport, Passport, holder),
    MANY_TO_MANY(tags, Tag, PersonTag, person_id, tag_id),
    SCHEMA("people")
)

ROWAN_MODEL(Award, "award",
    (rowan_int64,     id,        PRIMARY_KEY, NAME("number")),
    (rowan_opt_int64, person_id, REFERENCES(Person, id), NAME("whose")),
    BELONGS_TO(person, Person, person_id)
)

ROWAN_MODEL(Passport, "passport",
    (rowan_text,      number,    PRIMARY_KEY),
    (rowan_text,      holder,    REFERENCES(Person, name)), /* not by the key */
    (rowan_int64,     about),                               /* no foreign key */
    UNIQUE(holder),
    BELONGS_TO(person, Person, holder),
    BELONGS_TO(other, Person, about)
)

ROWAN_MODEL(Tag, "tag", (rowan_int32, id, PRIMARY_KEY))

ROWAN_MODEL(PersonTag, "person_tag",
    (rowan_int64,     person_id, PRIMARY_KEY, REFERENCES(Person, id)),
    (rowan_int32,     tag_id,    PRIMARY_KEY, REFERENCES(Tag, id))
)

/* Wrong in one way each. */
ROWAN_MODEL(Misspelt, "a", (rowan_int64, id, PRIMARY_KEY), HAS_MANY(awards, Award, persn_id))
ROWAN_MODEL(Strange, "b", (rowan_int64, id, PRIMARY_KEY), HAS_MANY(awards, Award, person_id))
ROWAN_MODEL(Unknown, "c", (rowan_int64, id, PRIMARY_KEY), HAS_MANY(xs, Nowhere, x))
ROWAN_MODEL(Unlisted, "d", (rowan_int64, id, PRIMARY_KEY), HAS_MANY(xs, Extra, owner))
ROWAN_MODEL(Extra, "e", (rowan_int64, id, PRIMARY_KEY), (rowan_int64, owner), (rowan_text, word))
ROWAN_MODEL(NotUnique, "f", (rowan_int64, id, PRIMARY_KEY), HAS_ONE(xs, Extra, owner))
ROWAN_MODEL(OtherType, "g", (rowan_int64, id, PRIMARY_KEY), HAS_MANY(xs, Extra, word))
ROWAN_MODEL(SameName, "h", (rowan_int64, id, PRIMARY_KEY, NAME("xs")),
    HAS_MANY(xs, Extra, owner))
ROWAN_MODEL(TwoKeys, "i", (rowan_int64, id, PRIMARY_KEY), (rowan_int64, key, PRIMARY_KEY),
    HAS_MANY(xs, Extra, owner))
ROWAN_MODEL(NoLink, "j", (rowan_int64, id, PRIMARY_KEY),
    MANY_TO_MANY(tags, Tag, PersonTag, id, tag_id))
ROWAN_MODEL(WrongLink, "k", (rowan_int64, id, PRIMARY_KEY),
    MANY_TO_MANY(tags, Tag, PersonTag, person_id, tag_id))
/* clang-format on */

ROWAN_MODELS(people, "0", Person, Award, Passport, Tag, PersonTag);

static void relations_are_no_columns(void **state)
{
    const rowan_relation *awards = rowan_model_relation(&Person_model, "awards", 6);
    const rowan_relation *tags = rowan_model_relation(&Person_model, "tags", 4);
    const rowan_relation *person =
        rowan_relation_at(&Award_model, offsetof(Award, person));

    (void)state;
    assert_int_equal(Person_model.n_columns, 2);
    assert_int_equal(Person_model.n_constraints, 2);
    assert_int_equal(Person_model.n_relations, 3);
    assert_int_equal(Person_model.row_size, sizeof(Person));
    assert_int_equal(Tag_model.n_relations, 0);
    assert_int_equal(awards->kind, ROWAN_HAS_MANY);
    assert_int_equal(awards->offset, offsetof(Person, awards));
    assert_ptr_equal(awards->target, &Award_model);
    assert_string_equal(awards->far_columns, "person_id");
    assert_ptr_equal(tags->between, &PersonTag_model);
    assert_string_equal(tags->there_columns, "tag_id");
    assert_int_equal(person->kind, ROWAN_BELONGS_TO);
    assert_int_equal(person->n_columns, 1);
    assert_int_equal(person->columns[0].column, 1);
    assert_null(rowan_model_relation(&Person_model, "award", 5));
    assert_null(rowan_relation_at(&Person_model, 0));
    assert_string_equal(rowan_model_member(&Award_model, "person_id")->name, "whose");
    assert_null(rowan_model_member(&Award_model, "whose"));
}

static rowan__ends ends_of(const rowan_model *model, const char *name)
{
    rowan_error err;
    rowan__ends ends;

    assert_ok(rowan__relation_ends(
                  model, rowan_model_relation(model, name, strlen(name)), &ends, &err),
              &err);
    return ends;
}

static void relations_find_their_columns(void **state)
{
    rowan__ends ends = ends_of(&Person_model, "awards");

    (void)state;
    assert_ptr_equal(ends.near.columns[0], &Person_columns[0]);
    assert_ptr_equal(ends.far.columns[0], &Award_columns[1]);
    assert_int_equal(ends.here.n, 0);
    assert_int_equal(ends.far.n, 1);
    ends = ends_of(&Award_model, "person");
    assert_ptr_equal(ends.near.columns[0], &Award_columns[1]);
    assert_ptr_equal(ends.far.columns[0], &Person_columns[0]);
    ends = ends_of(&Passport_model, "person"); /* where the foreign key points to */
    assert_ptr_equal(ends.far.columns[0], &Person_columns[1]);
    ends = ends_of(&Passport_model, "other"); /* the key, without one */
    assert_ptr_equal(ends.far.columns[0], &Person_columns[0]);
    ends = ends_of(&Person_model, "tags");
    assert_ptr_equal(ends.near.columns[0], &Person_columns[0]);
    assert_ptr_equal(ends.here.columns[0], &PersonTag_columns[0]);
    assert_ptr_equal(ends.there.columns[0], &PersonTag_columns[1]);
    assert_ptr_equal(ends.far.columns[0], &Tag_columns[0]);
}

static void the_check_names_the_relation(void **state)
{
    static const struct {
        const rowan_model *model;
        const char *words;
    } wrong[] = {
        { &Misspelt_model, "Misspelt.awards: Award has no column persn_id" },
        { &Strange_model,
          "Strange.awards: Award.whose refers to Person, not to Strange" },
        { &Unknown_model,
          "Unknown.xs leads to Nowhere, whose header the program does not include" },
        { &Unlisted_model, "Unlisted.xs leads to Extra, which is not in some" },
        { &NotUnique_model, "NotUnique.xs: Extra.owner is not unique; use HAS_MANY" },
        { &OtherType_model,
          "OtherType.xs: Extra.word is text, but OtherType.id is int64" },
        { &SameName_model, "model SameName has a column and a relation named xs" },
        { &TwoKeys_model,
          "TwoKeys.xs: the key of TwoKeys has 2 columns, and Extra.owner is "
          "no foreign key" },
        { &NoLink_model, "NoLink.tags: PersonTag has no column id" },
        { &WrongLink_model,
          "WrongLink.tags: PersonTag.person_id refers to Person, not to WrongLink" },
    };
    rowan_error err;

    (void)state;
    assert_ok(rowan_models_check(&people, &err), &err);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const rowan_model *list[] = { wrong[i].model,  &Person_model, &Award_model,
                                      &Passport_model, &Tag_model,    &PersonTag_model,
                                      &Extra_model };
        rowan_models some = { "some", "0", list,
                              wrong[i].model == &Unlisted_model ? 6 : 7 };

        assert_status(rowan_models_check(&some, &err), ROWAN_EINVAL, &err);
        assert_string_equal(err.message, wrong[i].words);
    }
}

/* Loaded and empty is not the same as not loaded. */
static void members_know_whether_they_were_loaded(void **state)
{
    const rowan_relation *awards = rowan_model_relation(&Person_model, "awards", 6);
    const rowan_relation *passport = rowan_model_relation(&Person_model, "passport", 8);
    Person ada = { .id = 1 };
    Award first = { .id = 1 }, *both[] = { &first, &first }, **got = NULL;
    Passport pass = { .about = 3 }, *one = &pass;
    void **related = NULL;
    rowan_error err;
    size_t n = 7;

    (void)state;
    assert_false(rowan_relation_get(awards, &ada, &related, &n));
    assert_status(rowan_related_many(Person, &ada, awards, &got, &n, &err),
                  ROWAN_EINVAL, &err);
    rowan__relation_set_many(awards, &ada, NULL, 0);
    assert_ok(rowan_related_many(Person, &ada, awards, &got, &n, &err), &err);
    assert_int_equal(n, 0);
    rowan__relation_set_many(awards, &ada, (void **)both, 2);
    assert_ok(rowan_related_many(Person, (const Person *)&ada, awards, &got, &n, &err),
              &err);
    assert_int_equal(n, 2);
    assert_ptr_equal(got[1], &first);
    assert_true(rowan_relation_get(awards, &ada, &related, &n));
    assert_ptr_equal(related[1], &first);
    assert_status(rowan_related_one(Person, &ada, passport, &one, &err), ROWAN_EINVAL,
                  &err);
    rowan__relation_set_one(passport, &ada, NULL);
    assert_ok(rowan_related_one(Person, &ada, passport, &one, &err), &err);
    assert_null(one);
    assert_true(rowan_relation_get(passport, &ada, &related, &n));
    assert_int_equal(n, 0);
    rowan__relation_set_one(passport, &ada, &pass);
    assert_ok(rowan_related_one(Person, &ada, passport, &one, &err), &err);
    assert_ptr_equal(one, &pass);
    assert_true(rowan_relation_get(passport, &ada, &related, &n));
    assert_int_equal(n, 1);
    assert_ptr_equal(related[0], &pass);
    rowan__relations_clear(&Person_model, &ada);
    assert_false(rowan_relation_get(awards, &ada, &related, &n));
    assert_false(rowan_relation_get(passport, &ada, &related, &n));
    assert_int_equal(ada.id, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations_are_no_columns),
        cmocka_unit_test(relations_find_their_columns),
        cmocka_unit_test(the_check_names_the_relation),
        cmocka_unit_test(members_know_whether_they_were_loaded),
    };

    return cmocka_run_group_tests_name("model_relation", tests, NULL, NULL);
}
