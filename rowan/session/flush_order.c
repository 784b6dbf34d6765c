/* flush_order.c - the order in which rows are written, by their foreign keys.
 *
 * Tables are ordered by their models' references, rows within a table by the rows of the
 * same table that they refer to: a row's depth is the length of the longest such chain
 * among the rows at hand. Edges are found through an index of the values referred to, and
 * depths from the roots down (Kahn). Rows that refer to each other in a ring come last, and
 * the database has its say.
 */
#include "unit_int.h"

#include <string.h>

#include "alloc_int.h"
#include "constraint_int.h"

static bool refers_to(const rowan_model *model, const rowan_model *target)
{
    rowan__foreign_key key;

    for (size_t i = 0; rowan__foreign_key_at(model, i, &key); i++) {
        if (rowan__same_model(key.target, target))
            return true;
    }
    return false;
}

void rowan__order_extents(rowan__extent **extents, size_t n_extents)
{
    for (size_t done = 0; done < n_extents; done++) {
        size_t next = done; /* in a ring, whichever comes first */

        for (size_t i = done; i < n_extents; i++) {
            bool waits = false;

            for (size_t j = done; j < n_extents && !waits; j++)
                waits = i != j && refers_to(extents[i]->model, extents[j]->model);
            if (!waits) {
                next = i;
                break;
            }
        }
        rowan__extent *first = extents[next];

        memmove(&extents[done + 1], &extents[done], (next - done) * sizeof *extents);
        extents[done] = first;
    }
}

/* The rows of one model at hand, and who of them refers to whom. */
typedef struct graph {
    const rowan__extent *extent;
    rowan__object **objects; /* objects[n] */
    size_t n;
    bool deleting;
    struct edge {
        uint32_t child, parent;
    } * edges; /* edges[n_edges], ordered by parent in the end */
    size_t n_edges, edges_cap;
} graph;

/* The row as the database has it, or is to have it. */
static const void *row_of(const graph *g, size_t i)
{
    return g->deleting ? rowan__snapshot(g->extent, g->objects[i]) : g->objects[i]->row;
}

static bool add_edge(graph *g, size_t child, size_t parent)
{
    size_t cap = g->edges_cap == 0 ? 64 : g->edges_cap * 2, bytes;
    struct edge *edges;

    if (child == parent)
        return true;
    if (g->n_edges == g->edges_cap) {
        if (!rowan__mul(cap, sizeof *edges, &bytes))
            return false;
        edges = rowan__realloc(g->edges, bytes);
        if (edges == NULL)
            return false;
        g->edges = edges;
        g->edges_cap = cap;
    }
    g->edges[g->n_edges++] = (struct edge){ (uint32_t)child, (uint32_t)parent };
    return true;
}

static uint64_t hash_of(uint64_t hash, const rowan_value *value)
{
    const char *bytes = (const char *)&value->as;
    size_t len = sizeof value->as.int64;

    if (value->type == ROWAN_TEXT || value->type == ROWAN_BYTES) {
        bytes = value->as.text.ptr;
        len = value->as.text.len;
    }
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static bool same(const rowan_value *a, const rowan_value *b)
{
    switch (a->type) {
    case ROWAN_TEXT:
    case ROWAN_BYTES: return rowan_text_equal(a->as.text, b->as.text);
    case ROWAN_UUID: return memcmp(&a->as.uuid, &b->as.uuid, sizeof a->as.uuid) == 0;
    case ROWAN_DATE: return memcmp(&a->as.date, &b->as.date, sizeof a->as.date) == 0;
    case ROWAN_DECIMAL:
        return a->as.decimal.low == b->as.decimal.low &&
               a->as.decimal.high == b->as.decimal.high;
    default: return a->as.int64 == b->as.int64;
    }
}

/* Reads columns of a row, and their hash; false if one of them is NULL. */
static bool get(const rowan_model *model, const uint16_t *columns, size_t n,
                const void *row, rowan_value *values, uint64_t *hash)
{
    *hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        memset(&values[i], 0, sizeof values[i]); /* of a short one, all is hashed */
        rowan_column_get(&model->columns[columns[i]], row, &values[i]);
        if (values[i].is_null)
            return false;
        *hash = hash_of(*hash, &values[i]);
    }
    return true;
}

/* Rows by what a foreign key refers to: open addressing, indexes from 1, 0 is free. */
typedef struct index {
    uint32_t *slots; /* slots[n_slots], a power of 2 */
    size_t n_slots;
} index_of;

static bool make_index(const graph *g, const rowan__foreign_key *key, index_of *index)
{
    rowan_value values[ROWAN__MAX_FOREIGN_KEY];
    uint64_t hash;

    for (index->n_slots = 16; index->n_slots < g->n * 2;)
        index->n_slots *= 2;
    index->slots = rowan__calloc(index->n_slots, sizeof *index->slots);
    if (index->slots == NULL)
        return false;
    for (size_t i = 0; i < g->n; i++) {
        size_t at;

        if (!get(g->extent->model, key->targets, key->n_columns, row_of(g, i), values,
                 &hash))
            continue;
        for (at = hash & (index->n_slots - 1); index->slots[at] != 0;)
            at = (at + 1) & (index->n_slots - 1);
        index->slots[at] = (uint32_t)i + 1;
    }
    return true;
}

/* The row that row i refers to by a foreign key; g->n if it is not at hand. */
static size_t find_parent(const graph *g, const rowan__foreign_key *key,
                          const index_of *index, size_t i)
{
    const rowan_model *model = g->extent->model;
    rowan_value wanted[ROWAN__MAX_FOREIGN_KEY], values[ROWAN__MAX_FOREIGN_KEY];
    uint64_t hash, other;

    if (!get(model, key->columns, key->n_columns, row_of(g, i), wanted, &hash))
        return g->n;
    for (size_t at = hash & (index->n_slots - 1); index->slots[at] != 0;
         at = (at + 1) & (index->n_slots - 1)) {
        size_t parent = index->slots[at] - 1, n_same = 0;

        if (!get(model, key->targets, key->n_columns, row_of(g, parent), values,
                 &other) ||
            other != hash)
            continue;
        while (n_same < key->n_columns && same(&wanted[n_same], &values[n_same]))
            n_same++;
        if (n_same == key->n_columns)
            return parent;
    }
    return g->n;
}

/* The edges of one foreign key within the table. */
static bool add_edges(graph *g, const rowan__foreign_key *key)
{
    index_of index = { NULL, 0 };
    bool good = make_index(g, key, &index);

    for (size_t i = 0; i < g->n && good; i++) {
        size_t parent = find_parent(g, key, &index, i);

        if (parent < g->n)
            good = add_edge(g, i, parent);
    }
    rowan__free(index.slots);
    return good;
}

/* The edges of members whose value is not known yet. Depths are indexes meanwhile. */
static bool add_refers(graph *g)
{
    for (size_t i = 0; i < g->n; i++)
        g->objects[i]->depth = (uint32_t)i;
    for (size_t i = 0; i < g->n; i++) {
        for (rowan__refer *refer = g->objects[i]->refers; refer != NULL;
             refer = refer->next) {
            uint32_t at = refer->to->depth;

            if (at < g->n && g->objects[at] == refer->to && !add_edge(g, i, at))
                return false;
        }
    }
    return true;
}

/* Sets the depths; false when memory is out. */
static bool set_depths(graph *g)
{
    size_t n_done = 0;
    uint32_t deepest = 0, *starts, *waits, *queue, *children;

    starts = rowan__calloc(3 * g->n + 1 + g->n_edges, sizeof *starts);
    if (starts == NULL)
        return false;
    waits = starts + g->n + 1;
    queue = waits + g->n;
    children = queue + g->n;
    for (size_t i = 0; i < g->n_edges; i++) {
        starts[g->edges[i].parent + 1]++;
        waits[g->edges[i].child]++;
    }
    for (size_t i = 0; i < g->n; i++) {
        starts[i + 1] += starts[i];
        g->objects[i]->depth = 0;
    }
    for (size_t i = g->n_edges; i > 0;
         i--) /* each start ends where the one before did */
        children[--starts[g->edges[i - 1].parent + 1]] = g->edges[i - 1].child;
    for (size_t i = 0; i < g->n; i++) {
        if (waits[i] == 0)
            queue[n_done++] = (uint32_t)i;
    }
    for (size_t next = 0; next < n_done; next++) {
        uint32_t parent = queue[next];
        uint32_t end = parent + 2 <= g->n ? starts[parent + 2] : (uint32_t)g->n_edges;

        deepest = g->objects[parent]->depth;
        for (uint32_t i = starts[parent + 1]; i < end; i++) {
            rowan__object *child = g->objects[children[i]];

            if (child->depth < deepest + 1)
                child->depth = deepest + 1;
            if (--waits[children[i]] == 0)
                queue[n_done++] = children[i];
        }
    }
    for (size_t i = 0; i < g->n; i++) {
        if (waits[i] > 0)
            g->objects[i]->depth = UINT32_MAX; /* a ring */
    }
    rowan__free(starts);
    return true;
}

/* Orders by depth, and leaves the order of those that are equal. */
static bool sort(graph *g)
{
    rowan__object **spare = rowan__calloc(g->n, sizeof(rowan__object *));

    if (spare == NULL)
        return false;
    for (size_t width = 1; width < g->n; width *= 2) { /* a merge sort, bottom up */
        for (size_t from = 0; from < g->n; from += 2 * width) {
            size_t mid = from + width < g->n ? from + width : g->n;
            size_t end = from + 2 * width < g->n ? from + 2 * width : g->n;
            size_t a = from, b = mid;

            for (size_t i = from; i < end; i++) {
                bool left =
                    a < mid &&
                    (b == end ||
                     (g->deleting ? g->objects[a]->depth >= g->objects[b]->depth
                                  : g->objects[a]->depth <= g->objects[b]->depth));

                spare[i] = left ? g->objects[a++] : g->objects[b++];
            }
        }
        memcpy(g->objects, spare, g->n * sizeof(rowan__object *));
    }
    rowan__free(spare);
    return true;
}

rowan_status rowan__order_objects(const rowan__extent *extent, rowan__object **objects,
                                  size_t n_objects, bool deleting, rowan_error *err)
{
    const rowan_model *model = extent->model;
    graph g = {
        .extent = extent, .objects = objects, .n = n_objects, .deleting = deleting
    };
    rowan__foreign_key key;
    bool good = n_objects < UINT32_MAX;

    for (size_t i = 0; i < n_objects; i++)
        objects[i]->depth = 0;
    if (n_objects < 2 || !refers_to(model, model))
        return ROWAN_OK;
    for (size_t i = 0; good && rowan__foreign_key_at(model, i, &key); i++) {
        if (rowan__same_model(key.target, model))
            good = add_edges(&g, &key);
    }
    good = good && add_refers(&g);
    if (good && g.n_edges > 0)
        good = set_depths(&g) && sort(&g);
    else
        for (size_t i = 0; i < n_objects; i++)
            objects[i]->depth = 0;
    rowan__free(g.edges);
    return good ? ROWAN_OK : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}
