/* link.c - a connection and the statements it has prepared, found by the shape's key and
 * dropped by age of use. */
#include "engine_int.h"

#include <string.h>

#include "alloc_int.h"

/* FNV-1a over words; the keys are short and compared in full. */
static uint64_t hash_key(const char *key, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), word;

    for (; len >= sizeof word; key += sizeof word, len -= sizeof word) {
        memcpy(&word, key, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    for (; len > 0; key++, len--)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static void unlink_use(rowan__link *link, rowan__cached *cached)
{
    if (cached->newer != NULL)
        cached->newer->older = cached->older;
    else
        link->newest = cached->older;
    if (cached->older != NULL)
        cached->older->newer = cached->newer;
    else
        link->oldest = cached->newer;
}

static void link_newest(rowan__link *link, rowan__cached *cached)
{
    cached->newer = NULL;
    cached->older = link->newest;
    if (link->newest != NULL)
        link->newest->newer = cached;
    else
        link->oldest = cached;
    link->newest = cached;
}

static void drop(rowan__link *link, rowan__cached *cached)
{
    rowan__cached **at = &link->buckets[cached->hash % ROWAN__CACHE_BUCKETS];

    while (*at != cached)
        at = &(*at)->next_in_bucket;
    *at = cached->next_in_bucket;
    unlink_use(link, cached);
    link->n_cached--;
    link->conn->driver->finalize(cached->prepared);
    rowan__free(cached->sql);
    rowan__free(cached);
}

void rowan__link_forget(rowan__link *link, const rowan__prepared *prepared)
{
    for (rowan__cached *cached = link->newest; cached != NULL; cached = cached->older) {
        if (cached->prepared == prepared) {
            drop(link, cached);
            return;
        }
    }
}

void rowan__link_close(rowan__link *link)
{
    if (link == NULL)
        return;
    link->conn->broken = true; /* no word to the server for each statement */
    while (link->oldest != NULL)
        drop(link, link->oldest);
    link->conn->driver->close(link->conn);
    rowan__free(link);
}

/* Prepares a statement and keeps its text in `cached`. */
static rowan_status prepare_new(rowan__link *link, const rowan__statement *statement,
                                rowan__cached *cached, rowan_error *err)
{
    const rowan__driver *driver = link->conn->driver;
    size_t n_params = statement->n_binds / statement->n_runs;
    size_t max = driver->dialect->max_params;
    rowan_type *types;
    rowan__buf sql;
    rowan_status st;

    if (max > 0 && n_params > max)
        return rowan_fail(err, ROWAN_EINVAL,
                          "the values of a statement are more than %zu, which %s takes",
                          max, driver->dialect->name);
    types = rowan__calloc(n_params + 1, sizeof *types);
    rowan__buf_init(&sql, 0);
    rowan__statement_text(statement, driver->dialect, &sql);
    for (size_t i = 0; i < n_params && types != NULL; i++)
        types[i] = statement->binds[i].type;
    if (types == NULL || !rowan__buf_ok(&sql))
        st = rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    else
        st = driver->prepare(link->conn, sql.ptr, sql.len, types, n_params,
                             &cached->prepared, err);
    rowan__free(types);
    if (st != ROWAN_OK) {
        rowan__buf_done(&sql);
        return st;
    }
    cached->sql = sql.ptr;
    cached->prepared->sql = sql.ptr;
    return ROWAN_OK;
}

static bool has_key(const rowan__cached *cached, const rowan__statement *statement)
{
    return cached->key_len == statement->key_len &&
           memcmp(cached->key, statement->key, statement->key_len) == 0;
}

rowan_status rowan__link_prepare(rowan__link *link, const rowan__statement *statement,
                                 rowan__prepared **out, rowan_error *err)
{
    rowan__cached **bucket, *cached = link->newest;
    uint64_t hash;
    rowan_status st;

    if (cached != NULL && has_key(cached, statement)) { /* the same once more */
        *out = cached->prepared;
        return ROWAN_OK;
    }
    hash = hash_key(statement->key, statement->key_len);
    bucket = &link->buckets[hash % ROWAN__CACHE_BUCKETS];
    for (cached = *bucket; cached != NULL; cached = cached->next_in_bucket) {
        if (cached->hash == hash && has_key(cached, statement)) {
            unlink_use(link, cached);
            link_newest(link, cached);
            *out = cached->prepared;
            return ROWAN_OK;
        }
    }
    cached = rowan__malloc(sizeof *cached + statement->key_len);
    if (cached == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = prepare_new(link, statement, cached, err);
    if (st != ROWAN_OK) {
        rowan__free(cached);
        return st;
    }
    if (link->n_cached == ROWAN__CACHE_MAX)
        drop(link, link->oldest);
    cached->hash = hash;
    cached->key_len = statement->key_len;
    memcpy(cached->key, statement->key, statement->key_len);
    cached->next_in_bucket = *bucket;
    *bucket = cached;
    link_newest(link, cached);
    link->n_cached++;
    *out = cached->prepared;
    return ROWAN_OK;
}
