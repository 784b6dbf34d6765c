/* pool.c - a connection lent and taken back when nobody else wants one, against a stack
 * behind a mutex by hand; and with a session around it. */
#include "engine_int.h"
#include "people.h"

#include <poll.h>
#include <pthread.h>

#define N_LOANS 200000

/* The least a pool does: a list behind a lock and, where there is a socket, a look at it. */
typedef struct hand_pool {
    pthread_mutex_t lock;
    struct hand_conn {
        struct hand_conn *next;
        int fd; /* -1 if it has none */
    } * idle;
} hand_pool;

typedef struct pool {
    people_db *db;
    hand_pool by_hand;
} pool;

static void lend_by_hand(void *ctx)
{
    hand_pool *p = &((pool *)ctx)->by_hand;

    for (int i = 0; i < N_LOANS; i++) {
        struct hand_conn *conn;

        (void)pthread_mutex_lock(&p->lock);
        conn = p->idle;
        p->idle = conn->next;
        (void)pthread_mutex_unlock(&p->lock);
        if (conn->fd >= 0 && poll(&(struct pollfd){ conn->fd, POLLIN, 0 }, 1, 0) != 0)
            bench_die("the connection is dead");
        (void)pthread_mutex_lock(&p->lock);
        conn->next = p->idle;
        p->idle = conn;
        (void)pthread_mutex_unlock(&p->lock);
    }
}

static void lend_by_rowan(void *ctx)
{
    pool *p = ctx;
    rowan_error err;

    for (int i = 0; i < N_LOANS; i++) {
        rowan__link *link = NULL;

        bench_check(rowan__engine_checkout(p->db->engine, &link, &err), &err);
        rowan__engine_return(p->db->engine, link);
    }
}

static void run_on(people_db *db)
{
    struct hand_conn conn = { .fd = db->pg != NULL ? PQsocket(db->pg)
                                    : db->maria != NULL
                                        ? (int)mysql_get_socket(db->maria)
                                        : -1 };
    pool p = { .db = db,
               .by_hand = { .lock = PTHREAD_MUTEX_INITIALIZER, .idle = &conn } };

    (void)bench_compare(
        &(bench_pair){ .name = bench_printf("%s, lent and taken back", db->name),
                       .ours = lend_by_rowan,
                       .theirs = lend_by_hand,
                       .ctx = &p,
                       .n_ops = N_LOANS,
                       .promise_ns = 1000 });
}

int main(int argc, char **argv)
{
    people_db *db = NULL;

    bench_start(argc, argv, "pool: a connection lent and taken back, time for one");
    while ((db = people_next_db(db, 1)) != NULL)
        run_on(db);
    return 0;
}
