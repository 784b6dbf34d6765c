/* api.c - models -> JSON over HTTP. */
#include <string.h>

#include <rowan/serve.h>

#include <models/models.h>

/* GET /people: everybody. */
static rowan_status people(rowan_request *request, rowan_session *db)
{
    return rowan_reply_rows(
        request, db, rowan_select(Person, .order_by = { rowan_asc(Person, id) }));
}

/* GET /people/{id}: one of them. */
static rowan_status person(rowan_request *request, rowan_session *db)
{
    rowan_value id;
    rowan_status st = rowan_request_key(request, "id", &Person_model, &id);

    return st == ROWAN_OK ? rowan_reply_row(request, db, &Person_model, id) : st;
}

static void text(rowan_json_writer *json, const char *str)
{
    rowan_json_raw(json, str, strlen(str));
}

/* {"id":1,...,"awards":[{...},...]} */
static rowan_status reply_with_awards(rowan_request *request, rowan_result *found,
                                      rowan_result *awards)
{
    rowan_json_writer json = { 0 };

    rowan_json_row(&json, &Person_model, rowan_rows(found, Person));
    json.len--; /* the closing brace: the object goes on */
    text(&json, ",\"awards\":[");
    rowan_json_rows(&json, &Award_model, rowan_rows(awards, Award),
                    rowan_result_count(awards));
    text(&json, "]}");
    return rowan_reply_json(request, 200, &json);
}

/* GET /people/{id}/awards: one person, with what they received. */
static rowan_status person_with_awards(rowan_request *request, rowan_session *db)
{
    rowan_error *err = rowan_request_error(request);
    rowan_result *found = NULL, *awards = NULL;
    int64_t id;
    rowan_status st = rowan_request_int64(request, "id", &id);

    if (st == ROWAN_OK)
        st = rowan_begin_read(db, err); /* both from one state of the database */
    if (st == ROWAN_OK)
        st = rowan_find(db, Person, id, &found, err);
    if (st == ROWAN_OK)
        st = rowan_fetch(db,
                         rowan_select(Award, .where = rowan_eq(Award, person_id, id),
                                      .order_by = { rowan_asc(Award, year) }),
                         &awards, err);
    if (st == ROWAN_OK)
        st = reply_with_awards(request, found, awards);
    rowan_result_free(awards);
    rowan_result_free(found);
    return st;
}

int main(int argc, char **argv)
{
    rowan_app *app = rowan_app_new(&models);

    rowan_get(app, "/people", people); /* hand-written endpoints */
    rowan_get(app, "/people/{id}", person);
    rowan_get(app, "/people/{id}/awards", person_with_awards);
    rowan_expose(app, Award, "/awards"); /* list and get for free */
    return rowan_serve_main(argc, argv, app);
}
