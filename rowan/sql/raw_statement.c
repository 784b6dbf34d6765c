/* raw_statement.c - SQL of the user's own, with `?` for its values. See statement_int.h.
 *
 * A question mark is a parameter where the database's language would see an operator; in
 * strings, quoted names and comments it is what it is, and `??` is one question mark of the
 * language's own. What may stand in quotes differs between databases: each is read as its
 * own sessions read it (backslashes mean nothing in strings but in E'...').
 */
#include "row_statement_int.h"

#include <ctype.h>
#include <string.h>

typedef struct scanner {
    const rowan__dialect *dialect;
    const char *at, *end;
} scanner;

static bool starts(const scanner *s, const char *text)
{
    size_t len = strlen(text);

    return (size_t)(s->end - s->at) >= len && memcmp(s->at, text, len) == 0;
}

/* Behind the closing quote, which stands for itself when it is doubled. */
static void skip_quoted(scanner *s, char quote, bool backslashes)
{
    for (s->at++; s->at < s->end; s->at++) {
        if (backslashes && *s->at == '\\' && s->at + 1 < s->end)
            s->at++;
        else if (*s->at == quote && s->at + 1 < s->end && s->at[1] == quote)
            s->at++;
        else if (*s->at == quote) {
            s->at++;
            return;
        }
    }
}

static void skip_line(scanner *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

/* PostgreSQL's comments nest. */
static void skip_comment(scanner *s)
{
    int depth = 0;

    while (s->at < s->end) {
        if (starts(s, "/*") && (depth == 0 || s->dialect->nests_comments)) {
            depth++;
            s->at += 2;
        } else if (starts(s, "*/")) {
            s->at += 2;
            if (--depth == 0)
                return;
        } else {
            s->at++;
        }
    }
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* $tag$ ... $tag$; false if it is no such. */
static bool skip_dollars(scanner *s)
{
    const char *tag = s->at, *end = tag + 1;
    size_t len;

    while (end < s->end && is_name(*end))
        end++;
    if (end == s->end || *end != '$' || isdigit((unsigned char)tag[1]))
        return false;
    len = (size_t)(end + 1 - tag);
    for (s->at = end + 1; s->at < s->end; s->at++) {
        if ((size_t)(s->end - s->at) >= len && memcmp(s->at, tag, len) == 0) {
            s->at += len;
            return true;
        }
    }
    return true;
}

/* MariaDB wants a space behind the hyphens: 1--1 is 2 there. */
static bool begins_line_comment(const scanner *s)
{
    if (*s->at == '#')
        return s->dialect->has_hash_comments;
    return starts(s, "--") && (!s->dialect->has_hash_comments || s->at + 2 == s->end ||
                               isspace((unsigned char)s->at[2]));
}

/* Skips what is taken as it stands; false if there is none of it here. */
static bool skip_opaque(scanner *s, const char *text)
{
    const rowan__dialect *dialect = s->dialect;
    bool escapes = dialect->has_escape_strings && s->at > text &&
                   (s->at[-1] == 'E' || s->at[-1] == 'e') &&
                   (s->at - 1 == text || !is_name(s->at[-2]));

    if (*s->at == '\'' || *s->at == '"' || *s->at == '`')
        skip_quoted(s, *s->at, escapes && *s->at == '\'');
    else if (begins_line_comment(s))
        skip_line(s);
    else if (starts(s, "/*"))
        skip_comment(s);
    else if (*s->at == '[' && dialect->has_bracket_names)
        skip_quoted(s, ']', false);
    else
        return *s->at == '$' && dialect->has_dollar_strings &&
               (s->at == text || !is_name(s->at[-1])) && skip_dollars(s);
    return true;
}

static rowan_status more_than_one(rowan_error *err)
{
    return rowan_fail(err, ROWAN_EINVAL, "SQL is run one statement at a time");
}

/* Reads the text; writes it as the database wants it unless sql is NULL.
 * n_params  how many there are */
static rowan_status read_text(const rowan__dialect *dialect, const char *text,
                              size_t len, rowan__buf *sql, size_t *n_params,
                              rowan_error *err)
{
    scanner s = { dialect, text, text + len };
    bool ended = false;

    *n_params = 0;
    while (s.at < s.end) {
        const char *from = s.at;
        bool is_param = starts(&s, "?") && !starts(&s, "??");

        if (ended && strchr("'\"`[$", *s.at) != NULL)
            return more_than_one(err);
        if (!skip_opaque(&s, text)) {
            if (ended && *s.at != ';' && !isspace((unsigned char)*s.at))
                return more_than_one(err);
            ended = ended || *s.at == ';';
            s.at += starts(&s, "??") ? 2 : 1;
            from = s.at - 1;
        }
        *n_params += is_param;
        if (sql == NULL || ended)
            continue;
        if (is_param)
            rowan__sql_param(dialect, sql, *n_params);
        else
            rowan__buf_add(sql, from, (size_t)(s.at - from));
    }
    return ROWAN_OK;
}

/* A value as it is given, without a column that says what it should be. */
static rowan_status check_value(rowan_value *value, size_t idx, rowan_error *err)
{
    const rowan_column any = { .type = value->type,
                               .nullable = true,
                               .precision = 38,
                               .scale = value->as.decimal.scale };
    rowan_status st;

    if ((unsigned)value->type >= ROWAN_ENUM)
        return rowan_fail(err, ROWAN_EINVAL,
                          "parameter %zu has no type; an enum is "
                          "given by its label",
                          idx + 1);
    st = rowan_column_check(&any, value, err);
    if (st != ROWAN_OK)
        rowan_error_prefix(err, "parameter %zu ", idx + 1);
    return st;
}

rowan_status rowan__statement_of_sql(rowan__statement *s, const rowan__dialect *dialect,
                                     const rowan_query *query, const char *sql,
                                     const rowan_value *values, size_t n_values,
                                     rowan_error *err)
{
    size_t n_params = 0;
    rowan_status st;

    rowan__statement_begin(
        s, query->model != NULL ? ROWAN__RAW_ROWS : ROWAN__RAW_CHANGE, query);
    s->sql = sql;
    s->sql_len = strlen(sql);
    st = rowan__statement_key(s, sql, s->sql_len + 1, err);
    if (st == ROWAN_OK)
        st = read_text(dialect, sql, s->sql_len, NULL, &n_params, err);
    if (st == ROWAN_OK && n_params != n_values)
        st = rowan_fail(err, ROWAN_EINVAL, "the SQL wants %zu values, and is given %zu",
                        n_params, n_values);
    for (size_t i = 0; i < n_values && st == ROWAN_OK; i++) {
        rowan_value value = values[i];

        st = check_value(&value, i, err);
        if (st == ROWAN_OK)
            st = rowan__statement_value(s, &value, err);
    }
    return st;
}

void rowan__write_raw_statement(rowan__writer *w, const rowan__statement *s)
{
    size_t n_params;

    (void)read_text(w->dialect, s->sql, s->sql_len, w->sql, &n_params, NULL);
}
