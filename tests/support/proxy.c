/* proxy.c - see proxy.h. */
#include "proxy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PAIRS 16

typedef struct pair { /* a connection; -1 is closed */
    int client, server;
} pair;

struct test_proxy {
    int listener, wake; /* `wake` ends the thread */
    int port, server_port;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pair pairs[MAX_PAIRS];
    size_t n_pairs;
    bool from_server; /* the direction that is cut */
    size_t cut_at, counts[2];
    bool has_cut;
};

static int new_socket(int port, bool listening)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (listening ? bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                        listen(fd, MAX_PAIRS) == 0
                  : connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void accept_one(test_proxy *proxy)
{
    pair new = { accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC), -1 };

    if (new.client >= 0)
        new.server = new_socket(proxy->server_port, false);
    if (new.server < 0 || proxy->n_pairs == MAX_PAIRS) {
        close_fd(&new.client);
        close_fd(&new.server);
        return;
    }
    proxy->pairs[proxy->n_pairs++] = new;
}

/* The client sees the end; the server, too, and is read until it hangs up. */
static void cut(pair *p)
{
    close_fd(&p->client);
    if (p->server >= 0)
        (void)shutdown(p->server, SHUT_WR);
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* reading will tell */
        bytes += n;
        len -= (size_t)n;
    }
}

/* Hands on what has come from one side, up to where it is cut. */
static void hand_on(test_proxy *proxy, pair *p, bool from_server)
{
    char bytes[16384];
    int from = from_server ? p->server : p->client;
    ssize_t n = recv(from, bytes, sizeof bytes, 0);
    size_t len = n > 0 ? (size_t)n : 0, *count = &proxy->counts[from_server];
    bool cuts = proxy->from_server == from_server && !proxy->has_cut &&
                len >= proxy->cut_at - *count;

    if (cuts)
        len = proxy->cut_at - *count;
    *count += len;
    if (p->client >= 0)
        send_all(from_server ? p->client : p->server, bytes, len);
    if (cuts) {
        proxy->has_cut = true;
        for (size_t i = 0; i < proxy->n_pairs; i++)
            cut(&proxy->pairs[i]);
    } else if (n <= 0 && from_server) {
        close_fd(&p->server);
        close_fd(&p->client);
    } else if (n <= 0) {
        cut(p);
    }
}

static void drop_closed(test_proxy *proxy)
{
    size_t n = 0;

    for (size_t i = 0; i < proxy->n_pairs; i++) {
        if (proxy->pairs[i].server >= 0)
            proxy->pairs[n++] = proxy->pairs[i];
    }
    proxy->n_pairs = n;
}

/* One look at all sockets. Returns false at the end. */
static bool serve(test_proxy *proxy)
{
    struct pollfd fds[2 + 2 * MAX_PAIRS] = { { .fd = proxy->wake, .events = POLLIN },
                                             { .fd = proxy->listener,
                                               .events = POLLIN } };
    size_t n_pairs = proxy->n_pairs; /* changed by this thread only */

    for (size_t i = 0; i < n_pairs; i++) {
        fds[2 + 2 * i] = (struct pollfd){ proxy->pairs[i].client, POLLIN, 0 };
        fds[3 + 2 * i] = (struct pollfd){ proxy->pairs[i].server, POLLIN, 0 };
    }
    if (poll(fds, (nfds_t)(2 + 2 * n_pairs), -1) < 0)
        return true;
    (void)pthread_mutex_lock(&proxy->lock);
    for (size_t i = 0; i < n_pairs; i++) {
        if (fds[3 + 2 * i].revents != 0 && proxy->pairs[i].server >= 0)
            hand_on(proxy, &proxy->pairs[i], true);
        if (fds[2 + 2 * i].revents != 0 && proxy->pairs[i].client >= 0)
            hand_on(proxy, &proxy->pairs[i], false);
    }
    drop_closed(proxy);
    if (fds[1].revents != 0)
        accept_one(proxy);
    (void)pthread_mutex_unlock(&proxy->lock);
    return fds[0].revents == 0;
}

static void *run_proxy(void *ctx)
{
    while (serve(ctx))
        continue;
    return NULL;
}

test_proxy *test_proxy_new(int port)
{
    test_proxy *proxy = test_alloc(sizeof *proxy);

    proxy->server_port = port;
    proxy->port = test_free_port();
    proxy->cut_at = SIZE_MAX;
    proxy->listener = new_socket(proxy->port, true);
    proxy->wake = eventfd(0, EFD_CLOEXEC);
    assert_true(proxy->listener >= 0 && proxy->wake >= 0);
    assert_int_equal(pthread_mutex_init(&proxy->lock, NULL), 0);
    assert_int_equal(pthread_create(&proxy->thread, NULL, run_proxy, proxy), 0);
    return proxy;
}

int test_proxy_port(const test_proxy *proxy)
{
    return proxy->port;
}

const char *test_proxy_uri(const test_proxy *proxy, const char *uri)
{
    const char *at = strrchr(uri, '@'), *rest = strchr(at, '/');

    return test_printf("%.*s@127.0.0.1:%d%s", (int)(at - uri), uri, proxy->port, rest);
}

void test_proxy_cut_after(test_proxy *proxy, bool from_server, size_t n_bytes)
{
    (void)pthread_mutex_lock(&proxy->lock);
    proxy->from_server = from_server;
    proxy->cut_at = n_bytes;
    proxy->counts[0] = proxy->counts[1] = 0;
    proxy->has_cut = false;
    (void)pthread_mutex_unlock(&proxy->lock);
}

void test_proxy_hold(test_proxy *proxy, bool hold)
{
    if (hold)
        (void)pthread_mutex_lock(&proxy->lock);
    else
        (void)pthread_mutex_unlock(&proxy->lock);
}

bool test_proxy_has_cut(test_proxy *proxy)
{
    bool has_cut;

    (void)pthread_mutex_lock(&proxy->lock);
    has_cut = proxy->has_cut;
    (void)pthread_mutex_unlock(&proxy->lock);
    return has_cut;
}

size_t test_proxy_count(test_proxy *proxy, bool from_server)
{
    size_t count;

    (void)pthread_mutex_lock(&proxy->lock);
    count = proxy->counts[from_server];
    (void)pthread_mutex_unlock(&proxy->lock);
    return count;
}

bool test_proxy_is_idle(test_proxy *proxy)
{
    bool is_idle;

    (void)pthread_mutex_lock(&proxy->lock);
    is_idle = proxy->n_pairs == 0;
    (void)pthread_mutex_unlock(&proxy->lock);
    return is_idle;
}

void test_proxy_free(test_proxy *proxy)
{
    uint64_t one = 1;

    assert_int_equal(write(proxy->wake, &one, sizeof one), sizeof one);
    (void)pthread_join(proxy->thread, NULL);
    for (size_t i = 0; i < proxy->n_pairs; i++) {
        close_fd(&proxy->pairs[i].client);
        close_fd(&proxy->pairs[i].server);
    }
    close_fd(&proxy->listener);
    close_fd(&proxy->wake);
    (void)pthread_mutex_destroy(&proxy->lock);
}
