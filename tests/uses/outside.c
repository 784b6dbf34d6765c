/* outside.c - stands for the library: an object that the services know nothing about. */
#include "models.h"

rowan_session *db;
static const void *volatile kept;

rowan_error *keep(const void *what)
{
    kept = what;
    return NULL;
}

rowan_value rowan_value_int64(int64_t value)
{
    return (rowan_value){ .type = ROWAN_INT64, .as.int64 = value };
}

rowan_value rowan_value_str(const char *value)
{
    return (rowan_value){ .type = ROWAN_TEXT, .as.text.ptr = value };
}

/* clang-format off */
#define STAND_IN(name, ...) rowan_status name(__VA_ARGS__) { return ROWAN_OK; }
STAND_IN(rowan_fetch_key, rowan_session *s, const rowan_model *m, rowan_value k, rowan_result **o, rowan_error *e)
STAND_IN(rowan_insert_rows, rowan_session *s, const rowan_model *m, void *r, size_t n, rowan_error *e)
STAND_IN(rowan_update_row, rowan_session *s, const rowan_model *m, const void *r, rowan_error *e)
STAND_IN(rowan_delete_row, rowan_session *s, const rowan_model *m, const void *r, rowan_error *e)
STAND_IN(rowan_update_rows, rowan_session *s, const rowan_model *m, const rowan_expr *w, const rowan_assignment *a, size_t n_a, uint64_t *n, rowan_error *e)
STAND_IN(rowan_session_add_row, rowan_session *s, const rowan_model *m, const void *r, void *o, rowan_error *e)
STAND_IN(rowan_session_refer_row, rowan_session *s, const rowan_model *m, void *o, const rowan_column *c, const rowan_model *t, const void *g, rowan_error *e)
STAND_IN(rowan_delete_rows, rowan_session *s, const rowan_model *m, const rowan_expr *w, uint64_t *n, rowan_error *e)
/* clang-format on */

void rowan_expose_model(rowan_app *app, const rowan_model *model, const char *path)
{
    keep(app);
    keep(model);
    keep(path);
}
