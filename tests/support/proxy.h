/* proxy.h - stands between a client and a server on the loopback, and cuts connections at a
 * byte.
 *
 * A thread of its own hands bytes on in both directions. When it cuts, the client sees the
 * end at once; the server is given what came before and the end, and is listened to until it
 * has hung up: it is then known to have finished what it was doing.
 */
#ifndef PROXY_H
#define PROXY_H

#include "test.h"

typedef struct test_proxy test_proxy;

/* Begins to listen, for connections that go on to 127.0.0.1:port. */
test_proxy *test_proxy_new(int port);

/* Where it listens. */
int test_proxy_port(const test_proxy *proxy);

/* A URI of the loopback with the proxy's port in place of the server's. */
const char *test_proxy_uri(const test_proxy *proxy, const char *uri);

/* Counts from 0 again, and cuts all connections when so many bytes have come from the server,
 * or from the client; SIZE_MAX: never. New connections are not cut until the next call. */
void test_proxy_cut_after(test_proxy *proxy, bool from_server, size_t n_bytes);

/* Whether it has cut since, and how many bytes have come. */
bool test_proxy_has_cut(test_proxy *proxy);
size_t test_proxy_count(test_proxy *proxy, bool from_server);

/* Hands on no byte, and no connection, until it is called with false: a network that has
 * lost its way. Nothing else of the proxy can be called meanwhile. */
void test_proxy_hold(test_proxy *proxy, bool hold);

/* Whether all servers have hung up. */
bool test_proxy_is_idle(test_proxy *proxy);

void test_proxy_free(test_proxy *proxy);

#endif
