/* limits_int.h - the ceilings of everything that comes from outside, in one place.
 *
 * A client can make the server hold so much memory and so many things for so long, and
 * no more; each line says why it is not less.
 */
#ifndef ROWAN_SERVE_LIMITS_INT_H
#define ROWAN_SERVE_LIMITS_INT_H

/* clang-format off */

/* Sizes, in bytes. */
#define ROWAN__MAX_TARGET  4096               /* path and query: a dozen filters need 1,000 */
#define ROWAN__MAX_HEAD    8192               /* of a request; Tomcat allows as much */
#define ROWAN__CONN_MEMORY 9216               /* libmicrohttpd's: 1,000 connections in 20 MB */
#define ROWAN__MAX_BODY    (1024 * 1024)      /* a row has 1 KB; bulk loads have the loader */
#define ROWAN__MAX_BODIES  (64 * 1024 * 1024) /* of all requests together */
#define ROWAN__STREAM_FROM (64 * 1024)        /* shorter answers are sent in one piece */
#define ROWAN__TASK_STACK  (256 * 1024)       /* its pages cost nothing until used */

/* Counts. */
#define ROWAN__MAX_FIELDS     64    /* headers: a browser behind proxies sends 30 */
#define ROWAN__MAX_CONNS      10000 /* fewer where the process may open fewer files */
#define ROWAN__MAX_TASKS      4096  /* handlers under way; the next request is told 503 */
#define ROWAN__MAX_SEGMENTS   32    /* of a path */
#define ROWAN__MAX_PARAMS     8     /* segments in braces of one route */
#define ROWAN__SPARE_STACKS   64    /* kept for the next tasks */
#define ROWAN__SPARE_REQUESTS 64    /* kept with their arenas */

/* Times, in milliseconds. */
#define ROWAN__REQUEST_MS  10000 /* without progress in a request: --timeout */
#define ROWAN__TRANSFER_MS 60000 /* a body or an answer, and 1 s more for each 8 KiB */
#define ROWAN__IDLE_MS     75000 /* between requests: more than proxies' usual 60 s */
#define ROWAN__STALL_TIMES 3     /* as long, for a client to take a piece of a long answer */
#define ROWAN__LINGER_MS   2000  /* for a client to read why it was refused */
#define ROWAN__STOP_MS     8000  /* to finish at the end; containers are killed after 10 s */
#define ROWAN__HEALTH_MS   1000  /* for the database to answer GET /health */

/* clang-format on */

#endif
