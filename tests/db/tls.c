/* tls.c - TLS to PostgreSQL and MariaDB: what is verified, and what is refused. The
 * servers are private ones, with certificates made here. */
#include "test.h"

#include <rowan/session.h>

#include <signal.h>
#include <sys/stat.h>

#include "mariadb.h"
#include "postgres.h"

/* Certificates. */

static const char *pki; /* the folder: ca.pem, other-ca.pem, NAME.pem, NAME.key */

static const char *in_pki(const char *file)
{
    return test_printf("%s/%s", pki, file);
}

static void openssl(const char *const *argv)
{
    test_output output = test_run(&(test_command){ .argv = argv, .dir = pki });

    if (output.exit_code != 0)
        fail_msg("openssl %s: %s", argv[1], output.err);
}

#define OPENSSL(...) openssl((const char *const[]){ "openssl", __VA_ARGS__, NULL })
#define NEW_KEY      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"

static void make_ca(const char *name)
{
    OPENSSL("req", "-x509", NEW_KEY, "-days", "2", "-subj", test_printf("/CN=%s", name),
            "-keyout", test_printf("%s.key", name), "-out",
            test_printf("%s.pem", name));
}

/* A certificate of `ca`; alt_names are of a server, usage is serverAuth or clientAuth. */
static void make_certificate(const char *name, const char *ca, const char *alt_names,
                             const char *usage)
{
    test_write_text(
        in_pki("extensions"),
        test_printf("subjectAltName=%s\nextendedKeyUsage=%s\n", alt_names, usage));
    OPENSSL("req", NEW_KEY, "-subj", test_printf("/CN=%s", name), "-keyout",
            test_printf("%s.key", name), "-out", "request");
    OPENSSL("x509", "-req", "-in", "request", "-days", "2", "-CA",
            test_printf("%s.pem", ca), "-CAkey", test_printf("%s.key", ca),
            "-CAcreateserial", "-extfile", "extensions", "-out",
            test_printf("%s.pem", name));
}

static void make_pki(void)
{
    pki = test_dir();
    make_ca("ca");
    make_ca("other-ca");
    make_certificate("server", "ca", "DNS:localhost,IP:127.0.0.1", "serverAuth");
    make_certificate("elsewhere", "ca", "DNS:db.example.com", "serverAuth");
    make_certificate("certified", "ca", "DNS:certified", "clientAuth");
    make_certificate("stranger", "other-ca", "DNS:certified", "clientAuth");
}

/* Copies of a server's own, which nobody else may read. */
static void give_certificate(const char *dir, const char *name, const char *user)
{
    static const char *const kinds[] = { "pem", "key" };

    for (size_t i = 0; i < 2; i++) {
        const char *from = in_pki(test_printf("%s.%s", name, kinds[i]));
        const char *to = test_printf("%s/server.%s", dir, kinds[i]);
        size_t len = 0;
        char *bytes = test_read_file(from, &len);

        test_write_file(to, bytes, len);
        assert_int_equal(chmod(to, 0600), 0);
        test_give_to(to, user);
    }
}

/* Connecting. */

static rowan_error err;

/* A view that says how the session that reads it is encrypted. */
ROWAN_MODEL(Tls, "tls", (rowan_int64, id, PRIMARY_KEY), (rowan_text, cipher))

/* What a new engine of that URI reads; *cipher is "" where nothing is encrypted. */
static rowan_status read_cipher(const char *uri, const char **cipher)
{
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_result *result = NULL;
    rowan_status st = rowan_engine_open(uri, NULL, &engine, &err);

    if (st == ROWAN_OK)
        st = rowan_session_open(engine, &db, &err);
    if (st == ROWAN_OK)
        st = rowan_find(db, Tls, 1, &result, &err);
    if (st == ROWAN_OK)
        *cipher = test_printf("%s", rowan_rows(result, Tls)->cipher.ptr);
    rowan_result_free(result);
    rowan_session_close(db);
    rowan_engine_close(engine);
    return st;
}

static void assert_encrypted(const char *uri)
{
    const char *cipher = "";

    assert_ok(read_cipher(uri, &cipher), &err);
    assert_string_not_equal(cipher, "");
}

static void assert_plain(const char *uri)
{
    const char *cipher = "?";

    assert_ok(read_cipher(uri, &cipher), &err);
    assert_string_equal(cipher, "");
}

static void assert_refused(const char *uri, const char *password, const char *words)
{
    const char *cipher = NULL;

    assert_status(read_cipher(uri, &cipher), ROWAN_ECONN, &err);
    assert_contains(err.message, words);
    assert_lacks(err.message, "\n");
    assert_lacks(err.message, password);
}

/* PostgreSQL. */

static test_postgres *postgres;
static const char *postgres_dir; /* of its certificate */

/* The user `certified` shows a certificate instead of a password. */
#define HBA                                     \
    "hostssl all certified 127.0.0.1/32 cert\n" \
    "host all certified 127.0.0.1/32 reject\n"  \
    "host all all 127.0.0.1/32 scram-sha-256\n" \
    "local all all scram-sha-256\n"
#define POSTGRES_VIEW                                                            \
    "CREATE OR REPLACE VIEW tls AS SELECT 1::bigint AS id, coalesce(cipher, '')" \
    "::text AS cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid(); "           \
    "GRANT SELECT ON tls TO public"

static const char *postgres_uri(const char *user, const char *host, const char *params)
{
    return test_printf("postgresql://%s@%s:%d/postgres?%s", user, host, postgres->port,
                       params);
}

static const char *rowan_with_password(const char *password)
{
    return test_printf("rowan:%s", password);
}

/* As rowan, to 127.0.0.1. */
static const char *postgres_with(const char *params)
{
    return postgres_uri(rowan_with_password(postgres->password), "127.0.0.1", params);
}

static int start_postgres(void **state)
{
    static const char *settings[6];
    const char *hba;

    (void)state;
    make_pki();
    postgres_dir = test_dir();
    test_give_to(postgres_dir, test_postgres_user());
    give_certificate(postgres_dir, "server", test_postgres_user());
    hba = test_printf("%s/hba", postgres_dir);
    test_write_text(hba, HBA);
    settings[0] = "ssl=on";
    settings[1] = test_printf("ssl_cert_file=%s/server.pem", postgres_dir);
    settings[2] = test_printf("ssl_key_file=%s/server.key", postgres_dir);
    settings[3] = test_printf("ssl_ca_file=%s", in_pki("ca.pem"));
    settings[4] = test_printf("hba_file=%s", hba);
    postgres = test_postgres_new_with(settings);
    test_postgres_exec(postgres->uri, "CREATE USER certified; " POSTGRES_VIEW);
    return 0;
}

static int stop_postgres(void **state)
{
    (void)state;
    test_postgres_stop(postgres, SIGINT);
    return 0;
}

static void test_postgres_verified(void **state)
{
    const char *full =
        test_printf("sslmode=verify-full&sslrootcert=%s", in_pki("ca.pem"));

    (void)state;
    assert_encrypted(postgres_with(full));
    assert_encrypted(
        postgres_uri(rowan_with_password(postgres->password), "localhost", full));
    assert_encrypted(postgres_with("sslmode=require"));
    assert_plain(postgres_with("sslmode=disable"));
}

static void test_postgres_wrong_authority(void **state)
{
    static const char *const modes[] = { "verify-ca", "verify-full", "require" };

    (void)state;
    for (size_t i = 0; i < 3; i++) /* with an authority `require` verifies it too */
        assert_refused(postgres_with(test_printf("sslmode=%s&sslrootcert=%s", modes[i],
                                                 in_pki("other-ca.pem"))),
                       postgres->password, "certificate verify failed");
    assert_refused(postgres_with("sslmode=verify-full&sslrootcert=/nowhere/ca.pem"),
                   postgres->password, "/nowhere/ca.pem");
}

static void test_postgres_wrong_host(void **state)
{
    const char *ca = in_pki("ca.pem");

    (void)state;
    test_postgres_stop(postgres, SIGINT);
    give_certificate(postgres_dir, "elsewhere", test_postgres_user());
    test_postgres_start(postgres);
    assert_refused(postgres_with(test_printf("sslmode=verify-full&sslrootcert=%s", ca)),
                   postgres->password, "does not match host name");
    assert_encrypted(
        postgres_with(test_printf("sslmode=verify-ca&sslrootcert=%s", ca)));
    test_postgres_stop(postgres, SIGINT);
    give_certificate(postgres_dir, "server", test_postgres_user());
    test_postgres_start(postgres);
}

static void test_postgres_without_tls(void **state)
{
    const char *uri = test_postgres_database();
    const char *password = strchr(uri + strlen("postgresql://"), ':') + 1;

    (void)state;
    assert_refused(test_printf("%s?sslmode=require", uri),
                   test_printf("%.*s", (int)strcspn(password, "@"), password),
                   "does not support SSL");
    test_postgres_exec(uri, POSTGRES_VIEW);
    assert_plain(test_printf("%s?sslmode=prefer", uri));
}

static const char *as_certified(const char *certificate)
{
    return postgres_uri("certified", "127.0.0.1",
                        test_printf("sslmode=verify-full&sslrootcert=%s&sslcert=%s"
                                    "&sslkey=%s",
                                    in_pki("ca.pem"),
                                    in_pki(test_printf("%s.pem", certificate)),
                                    in_pki(test_printf("%s.key", certificate))));
}

static void test_postgres_client_certificate(void **state)
{
    (void)state;
    assert_encrypted(as_certified("certified"));
    assert_refused(as_certified("stranger"), postgres->password, "unknown ca");
    assert_refused(postgres_uri("certified", "127.0.0.1", "sslmode=require"),
                   postgres->password, "certificate");
    assert_refused(postgres_uri("certified", "127.0.0.1", "sslmode=disable"),
                   postgres->password, "rejects connection");
}

/* MariaDB. */

static test_mariadb *mariadb;
static const char *mariadb_dir;

#define MARIADB_VIEW                                                                  \
    "CREATE OR REPLACE SQL SECURITY INVOKER VIEW tls AS SELECT CAST(1 AS SIGNED) AS " \
    "id, "                                                                            \
    "CONVERT(variable_value USING utf8mb4) AS cipher FROM "                           \
    "information_schema.session_status WHERE variable_name = 'SSL_CIPHER'"

static const char *mariadb_uri(const char *user, const char *host, const char *params)
{
    return test_printf("mariadb://%s@%s:%d/rowan?%s", user, host, mariadb->port,
                       params);
}

/* As rowan, to localhost. */
static const char *mariadb_with(const char *params)
{
    return mariadb_uri(rowan_with_password(mariadb->password), "localhost", params);
}

static int start_mariadb(void **state)
{
    static const char *settings[5];

    (void)state;
    make_pki();
    mariadb_dir = test_dir();
    test_give_to(mariadb_dir, "nobody");
    give_certificate(mariadb_dir, "server", "nobody");
    settings[0] = test_printf("--ssl-cert=%s/server.pem", mariadb_dir);
    settings[1] = test_printf("--ssl-key=%s/server.key", mariadb_dir);
    settings[2] = test_printf("--ssl-ca=%s", in_pki("ca.pem"));
    mariadb = test_mariadb_new_with(settings);
    test_mariadb_exec(mariadb->uri,
                      MARIADB_VIEW "; CREATE USER certified@'%' REQUIRE X509; "
                                   "GRANT SELECT ON rowan.* TO certified@'%'; "
                                   "CREATE USER encrypted@'%' REQUIRE SSL; "
                                   "GRANT SELECT ON rowan.* TO encrypted@'%'");
    return 0;
}

static int stop_mariadb(void **state)
{
    (void)state;
    test_mariadb_stop(mariadb, SIGTERM);
    return 0;
}

/* The library's words differ between its versions. */
static void assert_not_verified(const char *uri)
{
    const char *cipher = NULL;

    assert_status(read_cipher(uri, &cipher), ROWAN_ECONN, &err);
    if (strstr(err.message, "Hostname verification failed") == NULL)
        assert_contains(err.message, "certificate");
    assert_lacks(err.message, "\n");
    assert_lacks(err.message, mariadb->password);
}

static void test_mariadb_verified(void **state)
{
    const char *ca = test_printf("ssl_ca=%s", in_pki("ca.pem"));

    (void)state;
    assert_encrypted(mariadb_with(ca)); /* alone it means VERIFY_IDENTITY */
    assert_encrypted(mariadb_with(test_printf("%s&ssl_mode=VERIFY_IDENTITY", ca)));
    assert_encrypted(mariadb_with(test_printf("%s&ssl_mode=VERIFY_CA", ca)));
    assert_encrypted(
        mariadb_uri(rowan_with_password(mariadb->password), "127.0.0.1", ca));
    assert_encrypted(mariadb_with("ssl_mode=REQUIRED"));
    assert_encrypted(mariadb_with("ssl_mode=PREFERRED"));
    assert_encrypted(mariadb_with("charset=utf8mb4"));
    assert_plain(mariadb_with("ssl_mode=DISABLED"));
    assert_encrypted(mariadb_uri("encrypted", "localhost", ca));
    assert_refused(mariadb_uri("encrypted", "localhost", "ssl_disabled=true"),
                   mariadb->password, "Access denied");
}

/* "localhost" and "127.0.0.1", which the library may trust more than others. */
static void assert_not_verified_here(const char *params)
{
    const char *rowan = rowan_with_password(mariadb->password);

    assert_not_verified(mariadb_uri(rowan, "localhost", params));
    assert_not_verified(mariadb_uri(rowan, "127.0.0.1", params));
}

static void test_mariadb_wrong_authority(void **state)
{
    static const char *const modes[] = { "", "&ssl_mode=VERIFY_CA",
                                         "&ssl_mode=VERIFY_IDENTITY" };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_not_verified_here(
            test_printf("ssl_ca=%s%s", in_pki("other-ca.pem"), modes[i]));
    /* The system's authorities do not know ours. */
    assert_not_verified_here("ssl_mode=VERIFY_IDENTITY");
    assert_not_verified_here("ssl_mode=VERIFY_CA");
    assert_not_verified_here("ssl_verify_cert=true");
    assert_refused(mariadb_with("ssl_ca=/nowhere/ca.pem"), mariadb->password, "TLS");
}

static void test_mariadb_wrong_host(void **state)
{
    const char *ca = test_printf("ssl_ca=%s", in_pki("ca.pem"));

    (void)state;
    test_mariadb_stop(mariadb, SIGTERM);
    give_certificate(mariadb_dir, "elsewhere", "nobody");
    test_mariadb_start(mariadb);
    assert_not_verified(mariadb_with(ca));
    assert_not_verified(
        mariadb_with(test_printf("%s&ssl_mode=VERIFY_CA", ca))); /* it is no weaker */
    assert_encrypted(mariadb_with("ssl_mode=REQUIRED"));
    test_mariadb_stop(mariadb, SIGTERM);
    give_certificate(mariadb_dir, "server", "nobody");
    test_mariadb_start(mariadb);
}

/* A server of an unknown authority that asks for the password itself is not told. */
static void assert_password_is_kept(const char *host, const char *params)
{
    static const char hex[] = "733363723374"; /* s3cr3t */
    int port = test_free_port();
    const char *argv[] = {
        "python3",
        TEST_SOURCE_DIR "/tests/support/rogue_mariadb.py",
        test_printf("%d", port),
        in_pki("server.pem"),
        in_pki("server.key"),
        NULL,
    };
    test_process *rogue = test_start(&(test_command){ .argv = argv });
    const char *uri =
        test_printf("mariadb://rowan:s3cr3t@%s:%d/rowan?%s", host, port, params);

    while (strstr(test_stdout_of(rogue), "listening") == NULL) {
        assert_true(test_is_running(rogue));
        test_nap();
    }
    assert_refused(uri, "s3cr3t", "certificate");
    assert_int_equal(test_stop(rogue, 0, 30000), 0);
    assert_contains(test_stdout_of(rogue), "TLS wanted 36");
    assert_lacks(test_stdout_of(rogue), hex);
}

static void test_mariadb_password_is_kept(void **state)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1" };
    const char *ca = test_printf("ssl_ca=%s", in_pki("other-ca.pem"));

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_password_is_kept(hosts[i], "ssl_mode=VERIFY_IDENTITY");
        assert_password_is_kept(hosts[i], "ssl_mode=VERIFY_CA");
        assert_password_is_kept(hosts[i], "ssl_mode=REQUIRED");
        assert_password_is_kept(hosts[i], ca);
    }
}

static void test_mariadb_without_tls(void **state)
{
    const char *uri = test_mariadb_database();
    const char *password = strchr(uri + strlen("mariadb://"), ':') + 1;

    (void)state;
    password = test_printf("%.*s", (int)strcspn(password, "@"), password);
    assert_refused(test_printf("%s?ssl_mode=REQUIRED", uri), password, "TLS");
    assert_refused(test_printf("%s?ssl_ca=%s", uri, in_pki("ca.pem")), password, "TLS");
    test_mariadb_exec(uri, MARIADB_VIEW);
    assert_plain(test_printf("%s?ssl_mode=PREFERRED", uri));
}

static const char *certified_params(const char *certificate)
{
    return test_printf("ssl_ca=%s&ssl_cert=%s&ssl_key=%s", in_pki("ca.pem"),
                       in_pki(test_printf("%s.pem", certificate)),
                       in_pki(test_printf("%s.key", certificate)));
}

static void test_mariadb_client_certificate(void **state)
{
    (void)state;
    assert_encrypted(
        mariadb_uri("certified", "localhost", certified_params("certified")));
    assert_refused(mariadb_uri("certified", "localhost", certified_params("stranger")),
                   mariadb->password, "MariaDB: ");
    assert_refused(mariadb_uri("certified", "localhost", "ssl_mode=REQUIRED"),
                   mariadb->password, "Access denied");
}

int main(void)
{
    static const struct CMUnitTest on_postgres[] = {
        cmocka_unit_test(test_postgres_verified),
        cmocka_unit_test(test_postgres_wrong_authority),
        cmocka_unit_test(test_postgres_wrong_host),
        cmocka_unit_test(test_postgres_without_tls),
        cmocka_unit_test(test_postgres_client_certificate),
    };
    static const struct CMUnitTest on_mariadb[] = {
        cmocka_unit_test(test_mariadb_verified),
        cmocka_unit_test(test_mariadb_wrong_authority),
        cmocka_unit_test(test_mariadb_wrong_host),
        cmocka_unit_test(test_mariadb_password_is_kept),
        cmocka_unit_test(test_mariadb_without_tls),
        cmocka_unit_test(test_mariadb_client_certificate),
    };
    int n_failed = cmocka_run_group_tests_name("tls to postgresql", on_postgres,
                                               start_postgres, stop_postgres);

    return n_failed + cmocka_run_group_tests_name("tls to mariadb", on_mariadb,
                                                  start_mariadb, stop_mariadb);
}
