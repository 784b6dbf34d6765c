/* uses.c - what the records of a file come to: see rowan/contract.h. */
#include "uses_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <alloc_int.h>

#include "declaration_int.h"

#define MAX_BYTES ((size_t)128 << 20) /* all records, taken apart */
#define MAX_USES  ((size_t)1 << 20)
#define MAX_STEPS ((size_t)4 << 20) /* of resolving views that are made of views */
#define MAX_DEPTH 8                 /* of such views */

struct rowan_uses {
    rowan_arena *arena; /* all text */
    rowan_use *list;
    size_t n, cap;
};

/* While a file is read. */
typedef struct reading {
    rowan_uses *uses;
    rowan_arena *arena; /* what goes when it is read */
    rowan__records records;
    rowan__declaration *declarations; /* in the order of their names */
    size_t n_declarations;
    size_t n_steps;
} reading;

const char *rowan_use_kind_name(rowan_use_kind kind)
{
    static const char *const names[] = { "read", "write", "filter", "order" };

    return names[kind];
}

static rowan_status out_of_memory(rowan_error *err)
{
    return rowan_fail(err, ROWAN_ENOMEM,
                      "out of memory, or its records need over 128 MiB");
}

static int by_name(const void *a, const void *b)
{
    const rowan__declaration *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static rowan_status read_declarations(reading *r, rowan_error *err)
{
    size_t n = 0;
    rowan_status st = ROWAN_OK;

    r->declarations =
        rowan_arena_calloc(r->arena, r->records.n, sizeof *r->declarations);
    if (r->declarations == NULL)
        return out_of_memory(err);
    for (size_t i = 0; st == ROWAN_OK && i < r->records.n; i++) {
        rowan__record *record = &r->records.list[i];

        if (record->kind != ROWAN__RECORD_USE)
            st = rowan__declaration_read(r->arena, record, &r->declarations[n++], err);
    }
    if (st != ROWAN_OK)
        return st;
    qsort(r->declarations, n, sizeof *r->declarations, by_name);
    r->n_declarations = n;
    return ROWAN_OK;
}

/* The first declaration of that name, or NULL. Several follow each other if a binary was
 * compiled from more than one state of a model: a use is one of all of them. */
static const rowan__declaration *declaration_of(const reading *r, const char *name)
{
    rowan__declaration wanted = { .name = name };
    const rowan__declaration *found =
        r->n_declarations == 0 ? NULL
                               : bsearch(&wanted, r->declarations, r->n_declarations,
                                         sizeof wanted, by_name);

    while (found != NULL && found > r->declarations && by_name(found - 1, found) == 0)
        found--;
    return found;
}

static rowan_status add(rowan_uses *uses, const rowan_use *use, rowan_error *err)
{
    if (uses->n == MAX_USES)
        return rowan_fail(err, ROWAN_EINVAL, "uses columns more than %zu times",
                          MAX_USES);
    if (uses->n == uses->cap) {
        size_t cap = uses->cap > 0 ? 2 * uses->cap : 64;
        rowan_use *list = rowan__realloc(uses->list, cap * sizeof *list);

        if (list == NULL)
            return out_of_memory(err);
        uses->list = list;
        uses->cap = cap;
    }
    uses->list[uses->n++] = *use;
    return ROWAN_OK;
}

/* Adds the columns of a model that `part` stands for. */
static rowan_status add_columns(rowan_uses *uses, const rowan__declaration *model,
                                const char *part, rowan_use use, rowan_error *err)
{
    bool all = strcmp(part, "*") == 0, key = strcmp(part, "(key)") == 0;
    size_t n = uses->n;
    rowan_status st = ROWAN_OK;

    use.table = model->table;
    if ((all || key) && *use.through == '\0')
        use.through = all ? "*" : "(key)";
    for (size_t i = 0; st == ROWAN_OK && i < model->n_members; i++) {
        const rowan__member *member = &model->members[i];

        if (member->model == NULL &&
            (all || (key && member->key) || strcmp(part, member->name) == 0)) {
            use.member = member->name;
            use.column = member->column;
            st = add(uses, &use, err);
        }
    }
    if (st != ROWAN_OK || uses->n > n)
        return st;
    use.member = rowan__is_name(part) ? part : "";
    return add(uses, &use, err);
}

static rowan_status resolve(reading *r, const char *part, rowan_use use, size_t depth,
                            rowan_error *err);

/* If a model has a relation of that name: adds what loading it uses, or (filtering by it)
 * joining along it. */
static rowan_status add_relation(reading *r, const rowan__declaration *model,
                                 const char *part, rowan_use use, size_t depth,
                                 bool *found, rowan_error *err)
{
    bool joins = use.kind != ROWAN_USE_READ;
    rowan_status st = ROWAN_OK;

    for (size_t i = 0; st == ROWAN_OK && i < model->n_members; i++) {
        const rowan__member *member = &model->members[i];

        if (member->model == NULL || strcmp(member->name, part) != 0 ||
            (joins ? strcmp(member->part, "*") == 0 : member->how == 'j'))
            continue;
        if (!*found)
            use.through = rowan_arena_printf(r->arena, "%s.%s", model->name, part);
        if (use.through == NULL)
            return out_of_memory(err);
        *found = true;
        use.model = member->model;
        use.kind = joins || member->how == 'f' ? ROWAN_USE_FILTER : ROWAN_USE_READ;
        st = resolve(r, member->part, use, depth + 1, err);
    }
    return st;
}

/* Adds what a view's columns of that name are made of. */
static rowan_status add_view(reading *r, const rowan__declaration *view,
                             const char *part, rowan_use use, size_t depth,
                             rowan_error *err)
{
    bool named = rowan__is_name(part), rows = strcmp(part, "(rows)") == 0;
    rowan_status st = ROWAN_OK;

    if (*use.through == '\0')
        use.through = view->name;
    for (size_t i = 0; st == ROWAN_OK && i < view->n_members; i++) {
        const rowan__member *member = &view->members[i];
        bool same = rows || strcmp(member->name, "*") == 0;

        use.model = member->model;
        if (!named || same || strcmp(member->name, part) == 0)
            st = resolve(r, same ? part : member->part, use, depth + 1, err);
    }
    return st;
}

/* `use` has no columns yet, and the name of a model or of a view. */
static rowan_status resolve(reading *r, const char *part, rowan_use use, size_t depth,
                            rowan_error *err)
{
    const rowan__declaration *d = declaration_of(r, use.model);
    const rowan__declaration *end = r->declarations + r->n_declarations;
    rowan_status st = ROWAN_OK;

    if (depth == MAX_DEPTH || ++r->n_steps > MAX_STEPS)
        return rowan_fail(err, ROWAN_EINVAL,
                          "has views that are made of too many views");
    if (d == NULL) { /* a model that was declared by hand */
        use.member = strcmp(part, "(rows)") == 0 ? "" : part;
        return add(r->uses, &use, err);
    }
    for (; st == ROWAN_OK && d < end && strcmp(d->name, use.model) == 0; d++) {
        bool is_relation = false;

        if (d->table == NULL) {
            st = add_view(r, d, part, use, depth, err);
            continue;
        }
        st = add_relation(r, d, part, use, depth, &is_relation, err);
        if (st == ROWAN_OK && !is_relation)
            st = add_columns(r->uses, d, part, use, err);
    }
    return st;
}

/* "api/api.c:17"; cuts it at the colon. */
static bool read_place(char *place, rowan_use *use)
{
    char *colon = strrchr(place, ':');
    uint64_t line = 0;
    const char *at;

    if (colon == NULL || colon == place || colon[1] == '\0')
        return false;
    for (at = colon + 1; *at >= '0' && *at <= '9' && line <= UINT32_MAX; at++)
        line = line * 10 + (uint64_t)(*at - '0');
    if (*at != '\0' || line > UINT32_MAX)
        return false;
    *colon = '\0';
    use->file = place;
    use->line = (uint32_t)line;
    return true;
}

/* "Person\1born\1f\1api/api.c:17" */
static rowan_status read_use(reading *r, rowan__record *record, rowan_error *err)
{
    static const char letters[] = "rwfo";
    char *at = record->text, *letter;
    const char *model = rowan__next_field(&at), *part = rowan__next_field(&at);
    const char *how = rowan__next_field(&at);
    char *place = rowan__next_field(&at);
    rowan_use use = {
        .model = model, .member = "", .table = "", .column = "", .through = ""
    };

    if (place == NULL || at != NULL || !rowan__is_name(model) ||
        !rowan__is_part(part) || how[0] == '\0' || how[1] != '\0' ||
        (letter = strchr(letters, how[0])) == NULL || !read_place(place, &use))
        return rowan_fail(err, ROWAN_EINVAL,
                          "holds a record of %.64s that cannot be read", model);
    use.kind = (rowan_use_kind)(letter - letters);
    return resolve(r, part, use, 0, err);
}

static int order(const void *a, const void *b)
{
    const rowan_use *left = a, *right = b;
    int by = strcmp(left->model, right->model);

    if (by == 0)
        by = strcmp(left->member, right->member);
    if (by == 0)
        by = (left->kind > right->kind) - (left->kind < right->kind);
    if (by == 0)
        by = strcmp(left->file, right->file);
    if (by == 0)
        by = (left->line > right->line) - (left->line < right->line);
    if (by == 0)
        by = strcmp(left->through, right->through);
    if (by == 0)
        by = strcmp(left->table, right->table);
    return by != 0 ? by : strcmp(left->column, right->column);
}

static void sort_and_unite(rowan_uses *uses)
{
    size_t n = 0;

    if (uses->n == 0)
        return;
    qsort(uses->list, uses->n, sizeof uses->list[0], order);
    for (size_t i = 1; i < uses->n; i++) {
        if (order(&uses->list[n], &uses->list[i]) != 0)
            uses->list[++n] = uses->list[i];
    }
    uses->n = n + 1;
}

rowan_status rowan__uses_read(int fd, rowan_uses **out, rowan_error *err)
{
    reading r = { 0 };
    rowan_uses *uses = rowan__calloc(1, sizeof *uses);
    rowan_status st = ROWAN_ENOMEM;

    if (uses != NULL)
        uses->arena = rowan_arena_new(NULL, MAX_BYTES);
    if (uses == NULL || uses->arena == NULL) {
        rowan__free(uses);
        return out_of_memory(err);
    }
    r.uses = uses;
    r.arena = uses->arena;
    st = rowan__scan(fd, uses->arena, &r.records, err);
    if (st == ROWAN_OK)
        st = read_declarations(&r, err);
    for (size_t i = 0; st == ROWAN_OK && i < r.records.n; i++) {
        if (r.records.list[i].kind == ROWAN__RECORD_USE)
            st = read_use(&r, &r.records.list[i], err);
    }
    rowan__free(r.records.list);
    if (st != ROWAN_OK) {
        rowan_uses_free(uses);
        return st;
    }
    sort_and_unite(uses);
    *out = uses;
    return ROWAN_OK;
}

rowan_status rowan_uses_read(const char *path, rowan_uses **out, rowan_error *err)
{
    /* not to wait for who writes to a pipe; pipes are refused later */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    rowan_status st;

    if (fd < 0) {
        int code = errno;

        rowan_fail(err, ROWAN_EIO, "%s cannot be read: %s", path, strerror(code));
        if (err != NULL)
            err->vendor_code = code;
        return ROWAN_EIO;
    }
    st = rowan__uses_read(fd, out, err);
    (void)close(fd);
    if (st != ROWAN_OK)
        rowan_error_prefix(err, "%s ", path);
    return st;
}

const rowan_use *rowan_uses_list(const rowan_uses *uses)
{
    return uses->list;
}

size_t rowan_uses_count(const rowan_uses *uses)
{
    return uses->n;
}

void rowan_uses_free(rowan_uses *uses)
{
    if (uses == NULL)
        return;
    rowan_arena_free(uses->arena);
    rowan__free(uses->list);
    rowan__free(uses);
}
