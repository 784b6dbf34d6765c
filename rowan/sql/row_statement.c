/* row_statement.c - statements about one row. See statement_int.h and row_statement_int.h. */
#include "row_statement_int.h"

#include <string.h>

#include "ddl_int.h"

/* Whether a column's value is a parameter of a statement about a row; keys that find the
 * row come last. */
static bool is_row_param(rowan__statement_kind kind, const rowan_column *column,
                         bool finds)
{
    if (column->generated != NULL)
        return false;
    switch (kind) {
    case ROWAN__INSERT: return !finds;
    case ROWAN__INSERT_AUTO:
    case ROWAN__INSERT_AUTO_ROWS: return !finds && !column->automatic;
    case ROWAN__UPDATE_ROW: /* a version is counted up */
        return finds == column->primary_key && !column->version;
    case ROWAN__DELETE_ROW: return finds && column->primary_key;
    case ROWAN__INSERT_ROWS:
    case ROWAN__NEXT_KEYS:
    case ROWAN__SELECT_ROWS:
    case ROWAN__SELECT_COUNT:
    case ROWAN__SELECT_KEY:
    case ROWAN__UPDATE_COLUMNS:
    case ROWAN__DELETE_VERSION:
    case ROWAN__DELETE_KEYS:
    case ROWAN__DELETE_ARRAY:
    case ROWAN__UPDATE_WHERE:
    case ROWAN__DELETE_WHERE:
    case ROWAN__RAW_ROWS:
    case ROWAN__RAW_CHANGE: break;
    }
    return false;
}

/* Binds a row's parameters. */
static rowan_status bind_columns(rowan__statement *s, const void *row, bool finds,
                                 rowan_error *err)
{
    const rowan_model *model = s->query->model;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; i < model->n_columns && st == ROWAN_OK; i++) {
        rowan_value *bind;

        if (!is_row_param(s->kind, &model->columns[i], finds))
            continue;
        bind = rowan__statement_bind(s, err);
        st = bind == NULL ? ROWAN_ENOMEM
                          : rowan__bind_column(&model->columns[i], row, bind, err);
    }
    return st;
}

rowan_status rowan__statement_of_row(rowan__statement *s, rowan__statement_kind kind,
                                     const rowan_query *query, const void *row,
                                     rowan_error *err)
{
    const rowan_model *model = query->model;
    rowan_status st = rowan__must_be_table(model, err);

    rowan__statement_begin(s, kind, query);
    if (st != ROWAN_OK)
        return st;
    for (int finds = 0; finds <= 1; finds++) {
        if (finds && kind == ROWAN__UPDATE_ROW && s->n_binds == 0)
            return rowan_fail(err, ROWAN_EINVAL, "%s has no column but its key",
                              model->name);
        st = bind_columns(s, row, finds, err);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

/* Values in a statement: it is kept with room for them, but for those of several runs; and
 * rows in an INSERT of which nothing comes back. */
#define VALUES_TOGETHER 1024
#define VALUES_OF_RUNS  8192
#define VALUES_INSERTED 2048
#define MAX_INSERTED    256

/* How many rows give so many values, at most `max_rows`; 1 if they have none but the key:
 * there is no text for many rows without columns. */
static size_t rows_of(const rowan_model *model, size_t n_values, size_t max_rows)
{
    size_t n_columns = 0;

    for (size_t i = 0; i < model->n_columns; i++)
        n_columns += is_row_param(ROWAN__INSERT_AUTO_ROWS, &model->columns[i], false);
    if (n_columns == 0)
        return 1;
    return n_values / n_columns > max_rows ? max_rows : n_values / n_columns;
}

size_t rowan__statement_max_rows(const rowan_model *model)
{
    size_t n = rows_of(model, VALUES_TOGETHER, ROWAN__MAX_TOGETHER);

    while (n & (n - 1))
        n &= n - 1;
    return n;
}

size_t rowan__statement_max_runs(const rowan_model *model)
{
    return rows_of(model, VALUES_OF_RUNS, ROWAN__MAX_RUNS);
}

rowan_status rowan__statement_of_rows(rowan__statement *s, const rowan_query *query,
                                      void *const *rows, size_t n_rows,
                                      rowan_error *err)
{
    rowan_status st;

    rowan__statement_begin(s, ROWAN__INSERT_AUTO_ROWS, query);
    s->n_rows = n_rows;
    st = rowan__statement_key(s, &n_rows, sizeof n_rows, err);
    for (size_t r = 0; r < n_rows && st == ROWAN_OK; r++)
        st = bind_columns(s, rows[r], false, err);
    return st;
}

rowan_status rowan__statement_of_runs(rowan__statement *s, const rowan_query *query,
                                      void *const *rows, size_t n_rows,
                                      rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    rowan__statement_begin(s, ROWAN__INSERT_AUTO, query);
    s->n_runs = n_rows;
    for (size_t r = 0; r < n_rows && st == ROWAN_OK; r++)
        st = bind_columns(s, rows[r], false, err);
    return st;
}

bool rowan__is_inserted(rowan__into into, const rowan_column *column)
{
    return column->generated == NULL &&
           !(into == ROWAN__INTO_AUTO && column->automatic);
}

size_t rowan__statement_max_inserted(const rowan_model *model)
{
    size_t n = 1;

    while (n < MAX_INSERTED && n * 2 * model->n_columns <= VALUES_INSERTED)
        n *= 2;
    return n;
}

rowan_status rowan__statement_of_inserts(rowan__statement *s, const rowan_query *query,
                                         rowan__into into, size_t n_rows,
                                         rowan_error *err)
{
    const rowan_model *model = query->model;
    rowan_status st;

    rowan__statement_begin(s, ROWAN__INSERT_ROWS, query);
    s->into = into;
    s->n_rows = n_rows;
    st = rowan__statement_key_byte(s, (unsigned)into, err);
    if (st == ROWAN_OK)
        st = rowan__statement_key(s, &n_rows, sizeof n_rows, err);
    for (size_t i = 0; i < n_rows * model->n_columns && st == ROWAN_OK; i++) {
        const rowan_column *column = &model->columns[i % model->n_columns];
        rowan_value *bind;

        if (!rowan__is_inserted(into, column))
            continue;
        bind = rowan__statement_bind(s, err);
        if (bind == NULL)
            return ROWAN_ENOMEM;
        bind->type = column->type == ROWAN_ENUM ? ROWAN_TEXT : column->type;
    }
    return st;
}

void rowan__statement_of_keys(rowan__statement *s, const rowan_query *query,
                              size_t n_rows)
{
    rowan__statement_begin(s, ROWAN__NEXT_KEYS, query);
    s->n_rows = n_rows;
    s->binds[s->n_binds++] = rowan_value_int64((int64_t)n_rows);
}

/* The text. */

/* Each parameter's column of a statement about a row, with `between` and a suffix. */
static size_t write_row_columns(rowan__writer *w, const rowan__statement *s, bool finds,
                                const char *between, const char *suffix)
{
    const rowan_model *model = s->query->model;
    size_t n = 0;

    for (size_t i = 0; i < model->n_columns; i++) {
        if (!is_row_param(s->kind, &model->columns[i], finds))
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, between);
        rowan__write_ident(w, model->columns[i].name);
        if (suffix == NULL)
            continue;
        rowan__buf_str(w->sql, suffix);
        rowan__write_param(w);
    }
    return n;
}

static void write_insert(rowan__writer *w, const rowan__statement *s)
{
    const rowan_column *key = rowan_model_key(s->query->model);
    size_t n;

    rowan__buf_str(w->sql, "INSERT INTO ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " (");
    n = write_row_columns(w, s, false, ", ", NULL);
    if (n == 0) { /* nothing but the AUTO key */
        w->sql->len -= 2;
        rowan__buf_str(w->sql, w->dialect->no_values);
    } else {
        rowan__buf_str(w->sql, ") VALUES (");
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                rowan__buf_str(w->sql, ", ");
            rowan__write_param(w);
        }
        rowan__buf_char(w->sql, ')');
    }
    if (s->upsert != NULL)
        rowan__write_upsert(w, s);
    if (s->kind == ROWAN__INSERT_AUTO && !s->returning) {
        rowan__buf_str(w->sql, " RETURNING ");
        rowan__write_ident(w, key->name);
    }
}

/* Values for n_rows rows in brackets, each with its number behind if `numbered`. */
static void write_values(rowan__writer *w, const rowan__statement *s, bool numbered)
{
    size_t n_columns = s->n_binds / s->n_rows;

    rowan__buf_str(w->sql, "VALUES ");
    for (size_t row = 0; row < s->n_rows; row++) {
        rowan__buf_str(w->sql, row > 0 ? ", (" : "(");
        for (size_t i = 0; i < n_columns; i++) {
            if (i > 0)
                rowan__buf_str(w->sql, ", ");
            rowan__write_param(w);
        }
        if (numbered)
            rowan__buf_printf(w->sql, ", %zu", row);
        rowan__buf_char(w->sql, ')');
    }
}

static void write_inserts(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;
    bool copies = w->dialect->copy[0] != NULL;
    size_t n = 0;

    rowan__buf_str(w->sql, copies ? w->dialect->copy[0] : "INSERT INTO ");
    rowan__ddl_table_name(w->dialect, model, s->into == ROWAN__INTO_STAGING, w->sql);
    rowan__buf_str(w->sql, " (");
    for (size_t i = 0; i < model->n_columns; i++) {
        if (!rowan__is_inserted(s->into, &model->columns[i]))
            continue;
        if (n++ > 0)
            rowan__buf_str(w->sql, ", ");
        rowan__write_ident(w, model->columns[i].name);
    }
    rowan__buf_char(w->sql, ')');
    if (copies) {
        rowan__buf_str(w->sql, w->dialect->copy[1]);
        return;
    }
    rowan__buf_char(w->sql, ' ');
    write_values(w, s, false);
}

/* Where a key comes from a sequence, it is drawn as the rows pass by: their order is said,
 * for VALUES alone promises none. The others number the rows as they stand. */
static void write_insert_rows(rowan__writer *w, const rowan__statement *s)
{
    bool numbered = w->dialect->has_sequences;

    rowan__buf_str(w->sql, "INSERT INTO ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " (");
    (void)write_row_columns(w, s, false, ", ", NULL);
    rowan__buf_str(w->sql, ") ");
    if (numbered) {
        rowan__buf_str(w->sql, "SELECT ");
        (void)write_row_columns(w, s, false, ", ", NULL);
        rowan__buf_str(w->sql, " FROM (");
    }
    write_values(w, s, numbered);
    if (numbered) {
        rowan__buf_str(w->sql, ") AS v (");
        (void)write_row_columns(w, s, false, ", ", NULL);
        rowan__buf_str(w->sql, ", \"rowan row\") ORDER BY \"rowan row\"");
    }
    rowan__buf_str(w->sql, " RETURNING ");
    rowan__write_ident(w, rowan_model_key(s->query->model)->name);
}

/* The key behind which n_rows new ones begin, if there are so many, and nothing that has a
 * say in them: AUTOINCREMENT, or triggers. The greatest is a query of its own, since SQLite
 * looks for it at the end of the table only where nothing else is asked. */
static void write_greatest_key(rowan__writer *w, const rowan__statement *s)
{
    const rowan_model *model = s->query->model;

    rowan__buf_str(w->sql, "SELECT q.top FROM (SELECT coalesce((SELECT max(");
    rowan__write_ident(w, rowan_model_key(model)->name);
    rowan__buf_str(w->sql, ") FROM ");
    rowan__sql_table(w->dialect, w->sql, model);
    rowan__buf_str(w->sql, "), 0) AS top) AS q WHERE q.top <= 9223372036854775807 - ");
    rowan__write_param(w);
    rowan__buf_str(w->sql, " AND NOT EXISTS (SELECT 1 FROM (SELECT type, tbl_name, sql "
                           "FROM sqlite_schema UNION ALL SELECT type, tbl_name, sql "
                           "FROM sqlite_temp_schema) AS s WHERE (s.type = 'trigger' OR "
                           "s.sql LIKE '%AUTOINCREMENT%') AND lower(s.tbl_name) = "
                           "lower(");
    rowan__sql_string(w->sql, model->table, strlen(model->table));
    rowan__buf_str(w->sql, "))");
}

/* pg_get_serial_sequence() reads its first argument as SQL, so the quoted name goes in as a
 * string; both come from the model. OFFSET 0 has it asked once. Whoever may insert into the
 * table may not therefore use the sequence of an identity column. */
static void write_next_keys(rowan__writer *w, const rowan__statement *s)
{
    const rowan_column *key = rowan_model_key(s->query->model);

    if (w->dialect->counts_keys) {
        write_greatest_key(w, s);
        return;
    }
    rowan__buf_str(w->sql, "SELECT nextval(q.seq) FROM (SELECT p.seq FROM (SELECT "
                           "pg_get_serial_sequence($rowan$");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_printf(
        w->sql,
        "$rowan$, $rowan$%s$rowan$)::regclass AS seq OFFSET 0) AS p WHERE "
        "has_sequence_privilege(p.seq, 'USAGE') OFFSET 0) AS q, "
        "generate_series(1, ",
        key->name);
    rowan__write_param(w);
    rowan__buf_char(w->sql, ')');
}

void rowan__write_version(rowan__writer *w, const rowan_model *model)
{
    const rowan_column *version = rowan_model_version(model);

    if (version == NULL)
        return;
    rowan__buf_str(w->sql, ", ");
    rowan__write_ident(w, version->name);
    rowan__buf_str(w->sql, " = ");
    rowan__sql_next_version(w->dialect, w->sql, model, version);
}

static void write_update(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "UPDATE ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " SET ");
    (void)write_row_columns(w, s, false, ", ", " = ");
    rowan__write_version(w, s->query->model);
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

static void write_delete(rowan__writer *w, const rowan__statement *s)
{
    rowan__buf_str(w->sql, "DELETE FROM ");
    rowan__sql_table(w->dialect, w->sql, s->query->model);
    rowan__buf_str(w->sql, " WHERE ");
    (void)write_row_columns(w, s, true, " AND ", " = ");
}

void rowan__write_row_statement(rowan__writer *w, const rowan__statement *s)
{
    if (s->kind == ROWAN__UPDATE_ROW)
        write_update(w, s);
    else if (s->kind == ROWAN__DELETE_ROW)
        write_delete(w, s);
    else if (s->kind == ROWAN__INSERT_AUTO_ROWS)
        write_insert_rows(w, s);
    else if (s->kind == ROWAN__INSERT_ROWS)
        write_inserts(w, s);
    else if (s->kind == ROWAN__NEXT_KEYS)
        write_next_keys(w, s);
    else
        write_insert(w, s);
}
