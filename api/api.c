/* api.c - models -> JSON over HTTP. */
#include <rowan/serve.h>

#include <models/models.h>

/* GET /people: everybody. */
static rowan_status people(rowan_request *request, rowan_session *db)
{
    return rowan_reply_rows(request, db, rowan_select(Person));
}

/* GET /people/{id}/awards: what one person received. */
static rowan_status awards_of_person(rowan_request *request, rowan_session *db)
{
    int64_t id;
    rowan_status st = rowan_request_int64(request, "id", &id);

    if (st != ROWAN_OK)
        return st;
    return rowan_reply_rows(request, db,
                            rowan_select(Award, .where = rowan_eq(Award, person_id, id),
                                         .order_by = { rowan_asc(Award, year) }));
}

int main(int argc, char **argv)
{
    rowan_app *app = rowan_app_new(&models);

    rowan_get(app, "/people", people); /* hand-written endpoints */
    rowan_get(app, "/people/{id}/awards", awards_of_person);
    rowan_expose(app, Award, "/awards"); /* list and get for free */
    return rowan_serve_main(argc, argv, app);
}
