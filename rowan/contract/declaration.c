/* declaration.c - see declaration_int.h.
 *
 * A model's declaration is the list of its macro as text, "(rowan_int64, id, PRIMARY_KEY),
 * (rowan_text, name, NAME("full_name")), UNIQUE(a, b)": elements between commas, where
 * brackets and literals hold commas of their own. What starts with a bracket is a column; a
 * relation becomes the uses that loading it comes to. */
#include "declaration_int.h"

#include <string.h>

#define MAX_MEMBERS 4096 /* a model has 64; a view a few for each of its columns */
#define MARK        '\1'

char *rowan__next_field(char **at)
{
    char *field = *at, *mark;

    if (field == NULL)
        return NULL;
    mark = strchr(field, MARK);
    if (mark != NULL)
        *mark++ = '\0';
    *at = mark;
    return field;
}

bool rowan__is_name(const char *text)
{
    static const char digits[] = "0123456789";
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";

    if (*text == '\0' || strchr(digits, *text) != NULL)
        return false;
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x80 && strchr(digits, *text) == NULL &&
            strchr(letters, *text) == NULL)
            return false;
    }
    return true;
}

bool rowan__is_part(const char *text)
{
    return strcmp(text, "*") == 0 || strcmp(text, "(key)") == 0 ||
           strcmp(text, "(rows)") == 0 || rowan__is_name(text);
}

/* The end of a literal that starts at `at`: behind its second quote, or NULL. */
static char *skip_literal(char *at)
{
    char quote = *at++;

    for (; *at != '\0' && *at != quote; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
    }
    return *at == quote ? at + 1 : NULL;
}

/* Cuts the next element off a list, in place and without the blanks around it.
 * Returns  1; 0 at the end of the list; -1 if brackets or quotes do not fit. */
static int next_element(char **list, char **out)
{
    char *at = *list, *end;
    size_t depth = 0;

    if (at == NULL)
        return 0;
    *out = at;
    while (*at != '\0' && (*at != ',' || depth > 0)) {
        if (*at == '"' || *at == '\'') {
            at = skip_literal(at);
            if (at == NULL)
                return -1;
            continue;
        }
        if (strchr("([{", *at) != NULL)
            depth++;
        else if (strchr(")]}", *at) != NULL && depth-- == 0)
            return -1;
        at++;
    }
    if (depth > 0)
        return -1;
    *list = *at == ',' ? at + 1 : NULL;
    for (end = at; end > *out && end[-1] == ' '; end--)
        ;
    *end = '\0';
    *out += strspn(*out, " ");
    return 1;
}

/* The name in NAME("name"): what its literals hold, put together in their place. */
static const char *literal_of(char *at)
{
    char *to = at, *start = at;

    while ((at = strchr(at, '"')) != NULL) {
        for (at++; *at != '\0' && *at != '"'; at++) {
            if (*at == '\\' && at[1] != '\0')
                at++;
            *to++ = *at;
        }
        if (*at == '"')
            at++;
    }
    *to = '\0';
    return start;
}

/* What stands in the brackets of "KEYWORD(a, b)", one after another. Returns how many there
 * are of at most `max`; 0 if it is not in that form. */
static size_t arguments_of(char *element, char *out[], size_t max)
{
    char *list = strchr(element, '(');
    size_t len = strlen(element), n = 0;

    if (list == NULL || element[len - 1] != ')')
        return 0;
    element[len - 1] = '\0';
    list++;
    while (n < max && next_element(&list, &out[n]) == 1) {
        if (!rowan__is_name(out[n]))
            return 0;
        n++;
    }
    return n;
}

/* "id" of "REFERENCES(Person, id)", or NULL. */
static const char *second_of(char *element)
{
    char *arguments[2];

    return arguments_of(element, arguments, 2) == 2 ? arguments[1] : NULL;
}

/* "(rowan_text, name, NAME("full_name"), ...)" */
static bool read_column(char *element, rowan__member *out)
{
    size_t len = strlen(element);
    char *item = NULL, *list = element + 1;
    int more;

    if (len < 2 || element[len - 1] != ')')
        return false;
    element[len - 1] = '\0';
    if (next_element(&list, &item) != 1 || next_element(&list, &item) != 1 ||
        !rowan__is_name(item))
        return false;
    out->name = out->column = item;
    while ((more = next_element(&list, &item)) == 1) {
        if (strcmp(item, "PRIMARY_KEY") == 0)
            out->key = true;
        else if (strncmp(item, "NAME(", 5) == 0)
            out->column = literal_of(item + 5);
        else if (strncmp(item, "REFERENCES(", 11) == 0)
            out->refers = second_of(item);
    }
    return more == 0;
}

/* The column that `column` refers to, as far as the list has been read. */
static const char *referred_by(const rowan__member *members, size_t n,
                               const char *column)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(members[i].name, column) == 0 && members[i].refers != NULL)
            return members[i].refers;
    }
    return "(key)";
}

/* The brackets around the columns of a MANY_TO_MANY become blanks. */
static void drop_brackets(char *element)
{
    char *last = strrchr(element, ')');

    for (char *at = strchr(element, '('); at != NULL && ++at < last;) {
        if (*at == '(' || *at == ')')
            *at = ' ';
    }
}

/* Adds one of the things that a relation uses. */
static void add_part(rowan__member *members, size_t *n, const char *relation,
                     const char *model, const char *part, char how)
{
    members[(*n)++] =
        (rowan__member){ .name = relation, .model = model, .part = part, .how = how };
}

/* The relation, its model, one between, and 8 columns of each. */
#define MAX_ARGUMENTS 19

/* "HAS_MANY(awards, Award, person_id)" of `own`: all of Award is read, by that column, or
 * those. What is no relation (UNIQUE(a, b) and the like) adds nothing. */
static void read_relation(char *element, const char *own, rowan__member *members,
                          size_t max, size_t *n)
{
    bool one = strncmp(element, "BELONGS_TO(", 11) == 0;
    bool many =
        strncmp(element, "HAS_MANY(", 9) == 0 || strncmp(element, "HAS_ONE(", 8) == 0;
    bool between = strncmp(element, "MANY_TO_MANY(", 13) == 0;
    char *a[MAX_ARGUMENTS] = { 0 };
    size_t n_given;

    if (!one && !many && !between)
        return;
    drop_brackets(element);
    n_given = arguments_of(element, a, MAX_ARGUMENTS);
    if (n_given < (between ? 5 : 3) || max - *n < n_given + 2)
        return;
    add_part(members, n, a[0], a[1], "*", 'r');
    if (one && n_given == 3)
        add_part(members, n, a[0], a[1], referred_by(members, *n, a[2]), 'f');
    else if (!many)
        add_part(members, n, a[0], a[1], "(key)", 'f');
    if (!one)
        add_part(members, n, a[0], own, "(key)", 'j');
    for (size_t i = 2; i < n_given; i++) {
        if (one)
            add_part(members, n, a[0], own, a[i], 'j');
        else if (many)
            add_part(members, n, a[0], a[1], a[i], 'f');
        else if (i > 2) /* of the model between: first this row's, then the other's */
            add_part(members, n, a[0], a[2], a[i], i < (n_given + 3) / 2 ? 'f' : 'r');
    }
}

static bool read_model(char *list, const char *own, rowan__member *members, size_t max,
                       size_t *n)
{
    char *element = NULL;
    int more;

    while ((more = next_element(&list, &element)) == 1) {
        if (*element != '(')
            read_relation(element, own, members, max, n);
        else if (*n == max || !read_column(element, &members[*n]))
            return false;
        else
            (*n)++;
    }
    return more == 0;
}

/* "first_name=Person.first_name", or "*=Person.*" of another name for a model. */
static bool read_view(char *fields, rowan__member *members, size_t max, size_t *n)
{
    char *field;

    while ((field = rowan__next_field(&fields)) != NULL) {
        char *equals = strchr(field, '=');
        char *dot = equals != NULL ? strchr(equals, '.') : NULL;
        rowan__member *member = &members[*n];

        if (dot == NULL || *n == max)
            return false;
        *equals = *dot = '\0';
        member->name = field;
        member->model = equals + 1;
        member->part = dot + 1;
        if (!rowan__is_part(field) || !rowan__is_name(member->model) ||
            !rowan__is_part(member->part))
            return false;
        (*n)++;
    }
    return true;
}

/* At least as many members as a record has: a relation, of two commas at least, has three. */
static size_t count_members(const char *text)
{
    size_t n = 4;

    for (; *text != '\0'; text++)
        n += *text == ',' || *text == MARK ? 2 : 0;
    return n < MAX_MEMBERS ? n : MAX_MEMBERS;
}

rowan_status rowan__declaration_read(rowan_arena *arena, rowan__record *record,
                                     rowan__declaration *out, rowan_error *err)
{
    size_t max = count_members(record->text), n = 0;
    rowan__member *members = rowan_arena_calloc(arena, max, sizeof *members);
    char *at = record->text;
    bool fine;

    if (members == NULL)
        return rowan_fail(err, ROWAN_ENOMEM,
                          "out of memory, or its records need over 128 MiB");
    *out = (rowan__declaration){ .name = rowan__next_field(&at), .members = members };
    fine = rowan__is_name(out->name);
    if (record->kind == ROWAN__RECORD_MODEL) {
        out->table = rowan__next_field(&at);
        fine = fine && out->table != NULL && at != NULL && strchr(at, MARK) == NULL &&
               read_model(at, out->name, members, max, &n);
    } else {
        fine = fine && at != NULL && read_view(at, members, max, &n);
    }
    if (!fine)
        return rowan_fail(err, ROWAN_EINVAL,
                          "holds a declaration of %.64s that cannot be read",
                          out->name);
    out->n_members = n;
    return ROWAN_OK;
}
