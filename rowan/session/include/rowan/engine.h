/* rowan/engine.h - a database and a pool of connections to it.
 *
 * An engine is made once a process from a URI and shared by all threads; sessions
 * (rowan/session.h) borrow its connections. Making one connects to nothing: a database
 * that is down is an error of the first session that needs it, and a later session
 * succeeds as soon as it is back.
 *
 * URIs, as SQLAlchemy spells them (percent-encoded; "+driver" is read and ignored):
 *     sqlite:///people.db          a file, relative to the working folder
 *     sqlite:////var/lib/people.db an absolute one
 *     sqlite:///:memory:           one database in memory, for one engine
 *     postgresql://user:password@host:5432/name?sslmode=require   also postgres://, several
 *                                  hosts with commas, and any parameter that libpq knows
 *         Of several hosts the first counts that is what target_session_attrs asks for
 *         (read-write, standby, prefer-standby, ...); one that is silent for its share of
 *         connect_timeout_ms is passed over. The same list serves before and after a failover.
 *     mariadb://user:password@host:3306/name?ssl_ca=/etc/ca.pem   also mysql://; or
 *     mariadb://user:password@/name?unix_socket=/run/mysqld/mysqld.sock
 *         MariaDB 10.5 or newer. ssl_mode, ssl_ca, ssl_capath, ssl_cert, ssl_key and
 *         ssl_cipher are those of MySQL's programs; a ssl_ca alone means that the server's
 *         certificate and name are verified, and so does VERIFY_CA; without any of them
 *         TLS is used where the server has it. "localhost" is reached by TCP. Of a server
 *         at 127.0.0.1 or ::1, Connector/C 3.4 and newer verify no name ("localhost": they do).
 *         A server that wants the password itself (PAM, LDAP) gets it only if ssl_ca or
 *         ssl_capath names its certificate's authority.
 * Parameters that the database does not know are refused. No message ever holds the
 * password.  Uses: rowan/wait.h, rowan/model.h.
 */
#ifndef ROWAN_ENGINE_H
#define ROWAN_ENGINE_H

#include <rowan/model.h>
#include <rowan/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROWAN_DEFAULT_URI "sqlite:///people.db" /* where DATABASE_URI is not set */

typedef struct rowan_engine rowan_engine;

/* A statement that was run, or could not be prepared, for logs and metrics. Text lives
 * during the call only. The values of parameters are not in it. */
typedef struct rowan_query_event {
    const char *sql;
    int64_t
        duration_us; /* from sending it to its last row; a cursor's first answer only */
    uint64_t n_rows; /* read or changed, as far as is known; 0 after an error */
    rowan_status status; /* ROWAN_OK, or the error */
} rowan_query_event;

/* Called after each statement, on the thread that ran it; must not use the session. */
typedef void rowan_query_fn(void *ctx, const rowan_query_event *event);

typedef struct rowan_engine_opts { /* {0} is valid: what stands in brackets */
    uint32_t pool_size;            /* connections kept [5] */
    uint32_t max_overflow;         /* more of them under load; closed when another comes
                                    * back and they were idle for a second [10] */
    uint32_t pool_timeout_ms;      /* wait for a free connection [30,000] */
    uint32_t connect_timeout_ms;   /* for one connection to be made, or to answer
                                    * whether it is still there [5,000] */
    uint32_t busy_timeout_ms;      /* wait for a lock of another writer [5,000] */
    uint32_t statement_timeout_ms; /* for one statement [0: no limit] */
    uint32_t pre_ping_after_ms;    /* ask a connection that was idle so long whether it
                                    * still answers [1,000]; UINT32_MAX never asks. One
                                    * whose peer has hung up is found without asking. */
    uint32_t max_age_ms;      /* a connection is not lent when it is older [0: any] */
    uint32_t retry_after_ms;  /* after a connect that failed, fail at once for so long,
                                    * doubled each time up to 5,000 [100]; UINT32_MAX:
                                    * every session tries */
    const char *read_uri;     /* where sessions that only read go, such as a replica
                                    * [NULL: to the same] */
    rowan_query_fn *on_query; /* [NULL] */
    void *on_query_ctx;
    rowan_wait_hook wait; /* how to wait [poll(2)] */
} rowan_engine_opts;

/* Makes an engine.
 * uri      NULL means ROWAN_DEFAULT_URI
 * opts     NULL means {0}; copied, but what its `ctx` pointers lead to has to live as long as
 *          the engine
 * out      set on ROWAN_OK only; rowan_engine_close() frees it
 * Returns  ROWAN_OK; ROWAN_EINVAL if the URI is malformed or of an unknown scheme;
 *          ROWAN_ENOMEM; ROWAN_EIO. `err` may be NULL.
 * Threads  any; the engine then is for all threads. */
rowan_status rowan_engine_open(const char *uri, const rowan_engine_opts *opts,
                               rowan_engine **out, rowan_error *err) ROWAN_CHECKED;

/* The same with the URI that the environment's DATABASE_URI holds; ROWAN_DEFAULT_URI where
 * it is not set, ROWAN_EINVAL where it is empty. DATABASE_READ_URI is taken for read_uri
 * where the options have none. */
rowan_status rowan_engine_open_env(const rowan_engine_opts *opts, rowan_engine **out,
                                   rowan_error *err) ROWAN_CHECKED;

/* Closes all connections and frees the engine. All its sessions must be closed. NULL is
 * fine. */
void rowan_engine_close(rowan_engine *engine);

/* Where it leads, for a person to read: "postgresql://db.example:5432/people", without
 * user, password and parameters. Lives as long as the engine. */
const char *rowan_engine_name(const rowan_engine *engine);

/* Numbers of a pool since the engine was made, and now. */
typedef struct rowan_pool_stats {
    uint64_t n_connects;  /* connections made */
    uint64_t n_checkouts; /* connections lent */
    uint64_t
        n_stale; /* found dead or too old when they were to be lent, and replaced */
    uint64_t n_resets;   /* came back and were not lent again: rowan/raw.h */
    uint64_t n_failures; /* connects that failed */
    uint64_t n_waits;    /* sessions that had to wait for one */
    uint64_t n_timeouts; /* and those that waited in vain */
    uint32_t n_idle;     /* now */
    uint32_t n_lent;     /* now */
} rowan_pool_stats;

/* Of the pool that writes; the pool of read_uri is not counted. Threads: any. */
void rowan_engine_stats(rowan_engine *engine, rowan_pool_stats *out);

#ifdef __cplusplus
}
#endif
#endif
