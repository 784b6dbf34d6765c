/* engine_int.h - what the files of the session layer share: connections with their
 * prepared statements, and the pool that lends them. */
#ifndef ROWAN_ENGINE_INT_H
#define ROWAN_ENGINE_INT_H

#include "driver_int.h"
#include "statement_int.h"

#include <rowan/session.h>

#define ROWAN__CACHE_BUCKETS 128
#define ROWAN__CACHE_MAX     256 /* prepared statements of one connection */

/* A statement that a connection has prepared, found by the key of its shape. */
typedef struct rowan__cached {
    struct rowan__cached *next_in_bucket;
    struct rowan__cached *newer, *older; /* in the order of use */
    rowan__prepared *prepared;
    char *sql;
    uint64_t hash;
    size_t key_len;
    char key[];
} rowan__cached;

/* A pooled connection. Belongs to the pool while idle, to one session while lent. */
typedef struct rowan__link {
    struct rowan__link *next; /* in the idle list */
    rowan__conn *conn;
    int64_t idle_since_ms;
    int64_t made_at_ms;
    bool
        altered; /* SQL of the user's own may have changed it: no other session gets it */
    rowan__cached *buckets[ROWAN__CACHE_BUCKETS];
    rowan__cached *newest, *oldest;
    size_t n_cached;
} rowan__link;

/* Finds or prepares a statement. *out belongs to the link. */
rowan_status rowan__link_prepare(rowan__link *link, const rowan__statement *statement,
                                 rowan__prepared **out, rowan_error *err);

/* Drops a statement that is stale. */
void rowan__link_forget(rowan__link *link, const rowan__prepared *prepared);

/* Closes the connection and frees the link. NULL is fine. */
void rowan__link_close(rowan__link *link);

/* Lends a connection: an idle one that is alive, or a new one, or waits for one. */
rowan_status rowan__engine_checkout(rowan_engine *engine, rowan__link **out,
                                    rowan_error *err);

/* Takes it back; one that is broken or surplus is closed. No transaction is open. */
void rowan__engine_return(rowan_engine *engine, rowan__link *link);

const rowan__driver *rowan__engine_driver(const rowan_engine *engine);
const rowan_engine_opts *rowan__engine_opts(const rowan_engine *engine);

/* Where sessions that only read go: an engine of its own, or the same. */
rowan_engine *rowan__engine_reader(rowan_engine *engine);

#endif
