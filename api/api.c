/* api.c - models -> JSON over HTTP. */
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

/* GET /people/{id}/awards: one of them, with what they received. */
static rowan_status person_with_awards(rowan_request *request, rowan_session *db)
{
    int64_t id;
    rowan_status st = rowan_request_int64(request, "id", &id);

    if (st != ROWAN_OK)
        return st;
    return rowan_reply_one(
        request, db,
        rowan_select(Person, .where = rowan_eq(Person, id, id),
                     .with = { rowan_with(Person, awards,
                                          .order_by = { rowan_asc(Award, year) }) }));
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
