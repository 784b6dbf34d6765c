/* outside.c - stands for the library: an object that the services know nothing about. */
#include "models.h"

rowan_session *db;
static const void *volatile kept;

rowan_error *keep(const void *what)
{
    kept = what;
    return NULL;
}

#define VALUE(name, c_type)                                                   \
    rowan_value rowan__value_##name(c_type value)                             \
    {                                                                         \
        keep(&value);                                                         \
        return (rowan_value){ .type = ROWAN_INT64 };                          \
    }                                                                         \
    rowan_expr rowan__compare_##name(const rowan_model *model, unsigned what, \
                                     c_type value)                            \
    {                                                                         \
        keep(&value);                                                         \
        return (rowan_expr){ .op = (rowan_op)(what % 32), .model = model };   \
    }
ROWAN__VALUE_TYPES(VALUE)

rowan_expr rowan__combine(const rowan_expr *const *parts, unsigned what)
{
    return (rowan_expr){ .parts = parts, .n_parts = what / ROWAN__WHAT_NUMBER };
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
