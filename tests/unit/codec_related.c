/* codec_related.c - rows with their relations as JSON. */
#include "test.h"

#include <rowan/json.h>
#include <rowan/model.h>

#include "relation_int.h"

/* clang-format off */
ROWAN_MODEL(Shop, "shop",
    (rowan_int64, id, PRIMARY_KEY),
    HAS_MANY(goods, Good, shop_id),
    HAS_ONE(owner, Owner, shop_id)
)
ROWAN_MODEL(Good, "good",
    (rowan_int64, id,      PRIMARY_KEY),
    (rowan_int64, shop_id, REFERENCES(Shop, id)),
    BELONGS_TO(shop, Shop, shop_id)
)
ROWAN_MODEL(Owner, "owner",
    (rowan_text,  name,    PRIMARY_KEY),
    (rowan_int64, shop_id, UNIQUE, REFERENCES(Shop, id))
)
/* clang-format on */

static const rowan_relation *relation(const rowan_model *model, const char *name)
{
    return rowan_model_relation(model, name, strlen(name));
}

static char *rows_as_json(const rowan_model *model, const void *rows, size_t n)
{
    rowan_json_writer json = { 0 };
    char *text;

    rowan_json_rows(&json, model, rows, n);
    assert_false(json.failed);
    text = test_printf("%s", json.ptr);
    rowan_json_done(&json);
    return text;
}

static void what_was_not_loaded_is_not_there(void **state)
{
    Shop shop = { .id = 1 };

    (void)state;
    assert_string_equal(rows_as_json(&Shop_model, &shop, 1), "{\"id\":1}");
}

static void what_was_loaded_is_under_its_name(void **state)
{
    Shop shops[] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
    Good goods[] = { { .id = 10, .shop_id = 1 }, { .id = 11, .shop_id = 1 } };
    Owner owner = { .name = rowan_text_of("O\"Hara"), .shop_id = 2 };
    void *both[] = { &goods[0], &goods[1] };

    (void)state;
    rowan__relation_set_many(relation(&Shop_model, "goods"), &shops[0], both, 2);
    rowan__relation_set_many(relation(&Shop_model, "goods"), &shops[1], NULL, 0);
    rowan__relation_set_one(relation(&Shop_model, "owner"), &shops[0], NULL);
    rowan__relation_set_one(relation(&Shop_model, "owner"), &shops[1], &owner);
    assert_string_equal(
        rows_as_json(&Shop_model, shops, 3),
        "{\"id\":1,\"goods\":[{\"id\":10,\"shop_id\":1},{\"id\":11,\"shop_id\":1}],"
        "\"owner\":null},"
        "{\"id\":2,\"goods\":[],\"owner\":{\"name\":\"O\\\"Hara\",\"shop_id\":2}},"
        "{\"id\":3}");
}

/* Objects of a session may lead back: the way ends there. */
static void circles_end(void **state)
{
    Shop shop = { .id = 1 };
    Good goods[] = { { .id = 10, .shop_id = 1 }, { .id = 11, .shop_id = 1 } };
    void *both[] = { &goods[0], &goods[1] };

    (void)state;
    rowan__relation_set_many(relation(&Shop_model, "goods"), &shop, both, 2);
    rowan__relation_set_one(relation(&Good_model, "shop"), &goods[0], &shop);
    rowan__relation_set_one(relation(&Good_model, "shop"), &goods[1], &shop);
    assert_string_equal(rows_as_json(&Shop_model, &shop, 1),
                        "{\"id\":1,\"goods\":["
                        "{\"id\":10,\"shop_id\":1,\"shop\":{\"id\":1}},"
                        "{\"id\":11,\"shop_id\":1,\"shop\":{\"id\":1}}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_loaded_is_not_there),
        cmocka_unit_test(what_was_loaded_is_under_its_name),
        cmocka_unit_test(circles_end),
    };

    return cmocka_run_group_tests_name("codec_related", tests, NULL, NULL);
}
