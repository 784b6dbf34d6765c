/* connect.c - making a connection to MariaDB, and ending it.
 *
 * What the URI's parameters say is what SQLAlchemy's drivers for MySQL take, so that a
 * URI can be shared with them:
 *     unix_socket          the server's socket; hosts are not looked at
 *     ssl_mode             DISABLED, PREFERRED (where nothing is said), REQUIRED,
 *                          VERIFY_CA, VERIFY_IDENTITY; the library cannot check the
 *                          authority alone, so that both check the name as well
 *     ssl_ca, ssl_capath   the authorities that the server's certificate must come from;
 *                          alone they mean VERIFY_IDENTITY
 *     ssl_cert, ssl_key    our own certificate; alone it means REQUIRED
 *     ssl_cipher
 *     ssl_disabled, ssl_verify_cert, ssl_verify_identity, ssl_check_hostname: true or
 *                          false; other words for the modes
 *     charset              utf8mb4, which it is anyway
 * A socket of this machine is never encrypted. "localhost" is a host like any other: it
 * is reached by TCP.
 *
 * From 3.4 on the library does not check the name of a server at 127.0.0.1 or ::1, only its
 * authority; at "localhost" it does.
 *
 * The library looks up names and shakes hands for TLS without coming back to us: there
 * alone a connection waits outside of the wait hook, within its time.
 */
#include "mariadb/mariadb_int.h"

#include <pthread.h>
#include <stdio.h>
#include <strings.h>

#define STACK_BYTES \
    ((size_t)256 * 1024) /* of a suspended call; touched as it is used */
#define CLOSE_MS 1000    /* for a goodbye */
#define OLDEST   100500  /* INSERT ... RETURNING */

/* Everything that a server's or user's configuration could change and that a statement's
 * meaning hangs on. A 0 in an AUTO column is a 0; what an UPDATE sets a column to is made of
 * the row as it was, as in the standard, and not of what it has set before. */
#define SQL_MODE                                                               \
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"                          \
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO," \
    "NO_BACKSLASH_ESCAPES,SIMULTANEOUS_ASSIGNMENT"

/* An hour: a cursor may rest between two batches while the server waits to send. */
#define NET_WRITE_TIMEOUT_S 3600

typedef enum tls_mode {
    TLS_DISABLED,
    TLS_PREFERRED,
    TLS_REQUIRED,
    TLS_VERIFY_CA,
    TLS_VERIFY_IDENTITY,
    N_TLS_MODES,
} tls_mode;

static const char *const mode_names[N_TLS_MODES] = {
    "DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY",
};

/* Parameters. */

static bool read_mode(const char *text, tls_mode *out)
{
    for (int i = 0; i < N_TLS_MODES; i++) {
        if (strcasecmp(text, mode_names[i]) == 0) {
            *out = (tls_mode)i;
            return true;
        }
    }
    return false;
}

static bool read_flag(const char *text, bool *out)
{
    *out = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *out || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool is_set(const rowan__uri *uri, const char *name)
{
    const char *text = rowan__uri_param_get(uri, name);
    bool value;

    return text != NULL && read_flag(text, &value) && value;
}

static bool is_given(const rowan__uri *uri, const char *name)
{
    return rowan__uri_param_get(uri, name) != NULL;
}

static bool has_authorities(const rowan__uri *uri)
{
    return is_given(uri, "ssl_ca") || is_given(uri, "ssl_capath");
}

/* How much of TLS the parameters ask for; they were checked. */
static tls_mode mode_of(const rowan__uri *uri)
{
    const char *mode = rowan__uri_param_get(uri, "ssl_mode");
    bool has_ca = has_authorities(uri);
    bool checks_host =
        !is_given(uri, "ssl_check_hostname") || is_set(uri, "ssl_check_hostname");
    tls_mode out;

    if (is_set(uri, "ssl_disabled"))
        return TLS_DISABLED;
    if (mode != NULL && read_mode(mode, &out))
        return out;
    if (is_set(uri, "ssl_verify_identity") || (has_ca && checks_host))
        return TLS_VERIFY_IDENTITY;
    if (is_set(uri, "ssl_verify_cert") || has_ca)
        return TLS_VERIFY_CA;
    return is_given(uri, "ssl_cert") ? TLS_REQUIRED : TLS_PREFERRED;
}

static rowan_status check_param(const rowan__uri_param *param, rowan_error *err)
{
    static const char *const texts[] = { "unix_socket", "ssl_ca",  "ssl_capath",
                                         "ssl_cert",    "ssl_key", "ssl_cipher" };
    static const char *const flags[] = { "ssl_disabled", "ssl_verify_cert",
                                         "ssl_verify_identity", "ssl_check_hostname" };
    tls_mode mode;
    bool flag;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(param->name, texts[i]) == 0)
            return ROWAN_OK;
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(param->name, flags[i]) != 0)
            continue;
        return read_flag(param->value, &flag)
                   ? ROWAN_OK
                   : rowan_fail(err, ROWAN_EINVAL,
                                "DATABASE_URI: %s must be true or false", flags[i]);
    }
    if (strcmp(param->name, "ssl_mode") == 0)
        return read_mode(param->value, &mode)
                   ? ROWAN_OK
                   : rowan_fail(err, ROWAN_EINVAL,
                                "DATABASE_URI: ssl_mode must be DISABLED, PREFERRED, "
                                "REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
    if (strcmp(param->name, "charset") == 0)
        return strncasecmp(param->value, "utf8", 4) == 0
                   ? ROWAN_OK
                   : rowan_fail(err, ROWAN_EINVAL,
                                "DATABASE_URI: charset must be utf8mb4");
    return rowan_fail(err, ROWAN_EINVAL,
                      "DATABASE_URI: unknown parameter %.64s for MariaDB", param->name);
}

rowan_status rowan__maria_check_params(const rowan__uri *uri, rowan_error *err)
{
    for (size_t i = 0; i < uri->n_params; i++) {
        rowan_status st = check_param(&uri->params[i], err);

        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

/* Options. */

static void set_flag(MYSQL *mysql, enum mysql_option option, bool value)
{
    my_bool flag = value;

    (void)mysql_options(mysql, option, &flag);
}

static void set_text(MYSQL *mysql, enum mysql_option option, const char *value)
{
    if (value != NULL)
        (void)mysql_options(mysql, option, value);
}

/* Ways to prove a password that do not give it away to whoever asks. */
static const char safe_plugins[] =
    "mysql_native_password,client_ed25519,parsec,auth_gssapi_client";

/* A password itself goes to a server that was verified only, by authorities that were
 * named: otherwise the library, since 3.4, would tell it to one that shows the certificate
 * of an unknown authority, long before check_tls(). The library takes TLS where
 * the server has it, however strongly it is told to: check_tls() looks afterwards. It has
 * one switch for both checks of a certificate; without it a version before 3.4 takes any
 * certificate, whatever authorities it was given: VERIFY_CA therefore checks the name too. */
static void set_tls(MYSQL *mysql, const rowan__uri *uri)
{
    tls_mode mode = mode_of(uri);

    if (mode < TLS_VERIFY_CA || !has_authorities(uri))
        set_text(mysql, (enum mysql_option)MARIADB_OPT_RESTRICTED_AUTH, safe_plugins);
    if (mode == TLS_DISABLED)
        return;
    (void)mysql_ssl_set(mysql, rowan__uri_param_get(uri, "ssl_key"),
                        rowan__uri_param_get(uri, "ssl_cert"),
                        rowan__uri_param_get(uri, "ssl_ca"),
                        rowan__uri_param_get(uri, "ssl_capath"),
                        rowan__uri_param_get(uri, "ssl_cipher"));
    set_flag(mysql, MYSQL_OPT_SSL_ENFORCE, true);
    set_flag(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, mode >= TLS_VERIFY_CA);
}

/* The connect time-out is in seconds, but the library waits so many milliseconds for each
 * step of a TLS handshake; elsewhere our own deadline counts. No file of this machine is
 * ever sent, whatever a server asks for. */
static void set_options(mariadb_conn *conn, bool by_socket)
{
    size_t stack = STACK_BYTES;
    unsigned protocol = by_socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    unsigned timeout = conn->opts.connect_timeout_ms, no_files = 0;

    (void)mysql_options(conn->mysql, MYSQL_OPT_NONBLOCK, &stack);
    (void)mysql_options(conn->mysql, MYSQL_OPT_PROTOCOL, &protocol);
    (void)mysql_options(conn->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
    (void)mysql_options(conn->mysql, MYSQL_OPT_LOCAL_INFILE, &no_files);
    set_flag(conn->mysql, MYSQL_REPORT_DATA_TRUNCATION, false); /* lengths tell it */
    set_text(conn->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_optionsv(conn->mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name",
                         "rowan");
    if (!by_socket)
        set_tls(conn->mysql, conn->uri);
}

/* Connecting. */

static void start_library(void)
{
    (void)mysql_server_init(0, NULL, NULL); /* not safe from several threads */
}

/* CLIENT_FOUND_ROWS: a row that is updated to what it was has been found all the same. */
static bool shake_hands(mariadb_conn *conn, const rowan__uri_host *host, bool by_socket)
{
    const rowan__uri *uri = conn->uri;
    const char *name =
        by_socket || host == NULL || *host->name == '\0' ? NULL : host->name;
    const char *database = *uri->database != '\0' ? uri->database : NULL;
    unsigned port = host == NULL || host->port == 0 ? 3306 : (unsigned)host->port;
    MYSQL *done = NULL;
    int wanted = mysql_real_connect_start(
        &done, conn->mysql, name, uri->user, uri->password, database, port,
        rowan__uri_param_get(uri, "unix_socket"), CLIENT_FOUND_ROWS);

    while (wanted != 0)
        wanted = mysql_real_connect_cont(&done, conn->mysql,
                                         rowan__maria_wait(conn, wanted));
    return done != NULL;
}

/* What the library found of the server's certificate, a set of faults. Its number is
 * written here because a program may run with a newer library than it was compiled with;
 * a library that does not know it, before 3.4, refuses each fault by itself. */
#define TLS_FAULTS \
    ((enum mariadb_value)((int)MARIADB_CONNECTION_CLIENT_CAPABILITIES + 4))
#ifdef MARIADB_TLS_VERIFY_OK
_Static_assert((int)TLS_FAULTS == (int)MARIADB_TLS_VERIFY_STATUS, "its number");
#endif

/* Since 3.4 the library takes a certificate of an authority that it does not know, where it
 * is left to know them by itself, from a server that proves to know the password. */
static rowan_status check_tls(mariadb_conn *conn, bool by_socket, rowan_error *err)
{
    tls_mode mode = mode_of(conn->uri);
    unsigned faults = 0;

    if (by_socket || mode < TLS_REQUIRED)
        return ROWAN_OK;
    if (mysql_get_ssl_cipher(conn->mysql) == NULL)
        return rowan_fail(err, ROWAN_ECONN,
                          "MariaDB: the server offers no TLS, which the URI requires");
    if (mode < TLS_VERIFY_CA ||
        mariadb_get_infov(conn->mysql, TLS_FAULTS, &faults) != 0 || faults == 0)
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_ECONN,
                      "MariaDB: the server's certificate is of no authority that this "
                      "system trusts (ssl_ca)");
}

static rowan_status check_server(mariadb_conn *conn, rowan_error *err)
{
    if (mariadb_connection(conn->mysql) &&
        mysql_get_server_version(conn->mysql) >= OLDEST)
        return ROWAN_OK;
    return rowan_fail(err, ROWAN_EUNSUPPORTED,
                      "MariaDB 10.5 or newer is needed, this is %.64s",
                      mysql_get_server_info(conn->mysql));
}

/* The session's variables; times are in seconds there. */
static rowan_status set_variables(mariadb_conn *conn, int64_t deadline,
                                  rowan_error *err)
{
    unsigned lock_s = (unsigned)(((uint64_t)conn->opts.busy_timeout_ms + 999) / 1000);
    uint32_t statement_ms = conn->opts.statement_timeout_ms;
    char sql[768], limit[64] = "";

    if (statement_ms > 0)
        (void)snprintf(limit, sizeof limit, ", max_statement_time = %u.%03u",
                       (unsigned)statement_ms / 1000, (unsigned)statement_ms % 1000);
    (void)snprintf(sql, sizeof sql,
                   "SET SESSION sql_mode = '" SQL_MODE "', time_zone = '+00:00', "
                   "character_set_client = utf8mb4, character_set_results = utf8mb4, "
                   "collation_connection = utf8mb4_nopad_bin, autocommit = 1, "
                   "innodb_lock_wait_timeout = %u, lock_wait_timeout = %u, "
                   "net_write_timeout = %d%s",
                   lock_s, lock_s, NET_WRITE_TIMEOUT_S, limit);
    return rowan__maria_run(conn, sql, deadline, err);
}

static rowan_status set_up(mariadb_conn *conn, bool by_socket, int64_t deadline,
                           rowan_error *err)
{
    rowan_status st = check_tls(conn, by_socket, err);

    if (st == ROWAN_OK)
        st = check_server(conn, err);
    if (st == ROWAN_OK)
        st = set_variables(conn, deadline, err);
    if (st == ROWAN_OK)
        st = rowan__maria_run(
            conn,
            conn->opts.read_only
                ? "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                : "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE",
            deadline, err);
    if (st == ROWAN_OK)
        st = rowan__maria_number(conn, "SELECT @@max_allowed_packet", deadline,
                                 &conn->max_packet, err);
    return st;
}

rowan_status rowan__maria_connect(mariadb_conn *conn, const rowan__uri_host *host,
                                  int64_t deadline, rowan_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool by_socket = is_given(conn->uri, "unix_socket") || host == NULL;
    rowan_status st;

    (void)pthread_once(&once, start_library);
    conn->mysql = mysql_init(NULL);
    if (conn->mysql == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    set_options(conn, by_socket);
    rowan__maria_begin(conn, deadline);
    st = shake_hands(conn, host, by_socket) ? set_up(conn, by_socket, deadline, err)
                                            : rowan__maria_fail(conn, err);
    if (st == ROWAN_ETIMEOUT)
        return rowan_fail(err, ROWAN_ECONN, "MariaDB: no connection within %u ms",
                          (unsigned)conn->opts.connect_timeout_ms);
    return st;
}

void rowan__maria_disconnect(mariadb_conn *conn)
{
    int wanted;

    if (conn->mysql == NULL)
        return;
    rowan__maria_begin(conn, rowan_clock_ms() + CLOSE_MS);
    conn->late = conn->cut;
    wanted = mysql_close_start(conn->mysql);
    while (wanted != 0)
        wanted = mysql_close_cont(conn->mysql, rowan__maria_wait(conn, wanted));
    conn->mysql = NULL;
}
