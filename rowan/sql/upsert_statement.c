/* upsert_statement.c - what an INSERT does about a row that is there already. See
 * statement_int.h.
 *
 * SQLite and PostgreSQL name the key: a conflict by another one is an error, as it should
 * be. MariaDB updates whichever row is in the way. There, each column is set only if the
 * key that was named is the same in both rows; if it is not, a subquery of two rows where
 * one may be makes the statement fail (it refers to the row, or it would be run at once).
 */
#include "row_statement_int.h"

rowan_status rowan__statement_upsert(rowan__statement *s, const rowan__upsert *upsert,
                                     rowan_error *err)
{
    rowan_status st = rowan__statement_key(s, "U", 1, err);

    s->upsert = upsert;
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, &upsert->on, sizeof upsert->on, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, &upsert->set, sizeof upsert->set, err);
    return st;
}

rowan_status rowan__statement_returning(rowan__statement *s, rowan_error *err)
{
    s->returning = true;
    return rowan__statement_key(s, "R", 1, err);
}

static void write_excluded(rowan__writer *w, const rowan_column *column)
{
    rowan__buf_str(w->sql, w->dialect->excluded[0]);
    rowan__write_ident(w, column->name);
    rowan__buf_str(w->sql, w->dialect->excluded[1]);
}

/* The columns of a set, with what stands between. */
static bool next_column(const rowan_model *model, uint64_t set, size_t *at,
                        const rowan_column **out)
{
    for (; *at < model->n_columns; ++*at) {
        if (set >> *at & 1) {
            *out = &model->columns[(*at)++];
            return true;
        }
    }
    return false;
}

static void write_key(rowan__writer *w, const rowan_model *model, uint64_t key)
{
    const rowan_column *column;
    const char *between = "";

    for (size_t at = 0; next_column(model, key, &at, &column); between = ", ") {
        rowan__buf_str(w->sql, between);
        rowan__write_ident(w, column->name);
    }
}

/* "IF(key is the same, value, an error)" */
static void write_guarded(rowan__writer *w, const rowan_model *model, uint64_t key,
                          const rowan_column *set, bool keep)
{
    const rowan_column *column;
    const char *between = "IF(";

    for (size_t at = 0; next_column(model, key, &at, &column); between = " AND ") {
        rowan__buf_str(w->sql, between);
        rowan__write_ident(w, column->name);
        rowan__buf_str(w->sql, " = "); /* NULL is in nobody's way */
        write_excluded(w, column);
    }
    rowan__buf_str(w->sql, ", ");
    if (keep)
        rowan__write_ident(w, set->name);
    else
        write_excluded(w, set);
    rowan__buf_str(w->sql, ", (SELECT ");
    rowan__write_ident(w, set->name);
    rowan__buf_str(w->sql, " UNION ALL SELECT ");
    rowan__write_ident(w, set->name);
    rowan__buf_str(w->sql, "))");
}

static void write_sets(rowan__writer *w, const rowan_model *model,
                       const rowan__upsert *upsert)
{
    const rowan_column *column;
    const char *between = "";
    bool sets_version = false;

    for (size_t at = 0; next_column(model, upsert->set, &at, &column); between = ", ") {
        rowan__buf_str(w->sql, between);
        rowan__write_ident(w, column->name);
        rowan__buf_str(w->sql, " = ");
        if (w->dialect->upserts_by_any_key)
            write_guarded(w, model, upsert->on, column, false);
        else
            write_excluded(w, column);
        sets_version = sets_version || column->version;
    }
    if (!sets_version)
        rowan__write_version(w, model);
}

/* Nothing to set: a column of the key to what it is, for what the guard says. */
static void write_nothing(rowan__writer *w, const rowan_model *model, uint64_t key)
{
    const rowan_column *column;
    size_t at = 0;

    if (!next_column(model, key, &at, &column))
        return;
    rowan__write_ident(w, column->name);
    rowan__buf_str(w->sql, " = ");
    write_guarded(w, model, key, column, true);
}

void rowan__write_upsert(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;

    if (w->dialect->upserts_by_any_key) {
        rowan__buf_str(w->sql, " ON DUPLICATE KEY UPDATE ");
    } else {
        rowan__buf_str(w->sql, " ON CONFLICT (");
        write_key(w, model, s->upsert->on);
        rowan__buf_str(w->sql,
                       s->upsert->set != 0 ? ") DO UPDATE SET " : ") DO NOTHING");
    }
    if (s->upsert->set != 0)
        write_sets(w, model, s->upsert);
    else if (w->dialect->upserts_by_any_key)
        write_nothing(w, model, s->upsert->on);
}
