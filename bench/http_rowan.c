/* http_rowan.c - /people and /people/{id} as a user of the library writes them, for
 * bench/http. */
#include <rowan/serve.h>

#include "people.h"

static rowan_status people(rowan_request *request, rowan_session *db)
{
    return rowan_reply_rows(
        request, db,
        rowan_select(BenchPerson, .order_by = { rowan_asc(BenchPerson, id) }));
}

static rowan_status person(rowan_request *request, rowan_session *db)
{
    rowan_value id;
    rowan_status st = rowan_request_key(request, "id", &BenchPerson_model, &id);

    return st == ROWAN_OK ? rowan_reply_row(request, db, &BenchPerson_model, id) : st;
}

int main(int argc, char **argv)
{
    rowan_app *app = rowan_app_new(&people_models);

    rowan_get(app, "/people", people);
    rowan_get(app, "/people/{id}", person);
    return rowan_serve_main(argc, argv, app);
}
