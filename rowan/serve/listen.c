/* listen.c - see listen_int.h. */
#include "listen_int.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG \
    1024 /* connections that wait to be accepted; the system may allow fewer */

static bool is_any(const struct sockaddr *addr)
{
    return addr->sa_family == AF_INET6 &&
           IN6_IS_ADDR_UNSPECIFIED(
               &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr);
}

/* A listening socket on one address; negative errno if there is none. */
static int listen_on(const struct addrinfo *info)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    info->ai_protocol);
    int on = 1, off = 0, saved;

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (info->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                         is_any(info->ai_addr) ? &off : &on, sizeof on);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    saved = errno;
    (void)close(fd);
    return -saved;
}

static void describe(int fd, char address[ROWAN__ADDRESS_SIZE])
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;
    char host[64] = "?", port[16] = "?";

    memset(&addr, 0, sizeof addr);
    (void)getsockname(fd, (struct sockaddr *)&addr, &len);
    (void)getnameinfo((const struct sockaddr *)&addr, len, host, sizeof host, port,
                      sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(address, ROWAN__ADDRESS_SIZE,
                   addr.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host,
                   port);
}

static rowan_status fail(const char *host, int port, int why, rowan_error *err)
{
    if (why == EADDRINUSE)
        return rowan_fail(err, ROWAN_EIO, "port %d is taken", port);
    if (why == EACCES)
        return rowan_fail(err, ROWAN_EIO, "port %d may not be used by this user", port);
    if (why == EADDRNOTAVAIL)
        return rowan_fail(err, ROWAN_EIO, "%.200s is not an address of this machine",
                          host);
    return rowan_fail(err, ROWAN_EIO, "cannot listen on %.200s port %d: %s", host, port,
                      strerror(why));
}

rowan_status rowan__listen(const char *host, int port, int *out,
                           char address[ROWAN__ADDRESS_SIZE], rowan_error *err)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *infos = NULL;
    char port_text[16];
    int fd = -EADDRNOTAVAIL, rc;

    (void)snprintf(port_text, sizeof port_text, "%d", port);
    rc = getaddrinfo(host, port_text, &hints, &infos);
    if (rc != 0)
        return rowan_fail(err, ROWAN_EINVAL, "HOST %.200s: %s", host, gai_strerror(rc));
    for (const struct addrinfo *info = infos; info != NULL && fd < 0;
         info = info->ai_next) {
        fd = listen_on(info);
        if (fd == -EADDRINUSE)
            break;
    }
    freeaddrinfo(infos);
    if (fd < 0)
        return fail(host, port, -fd, err);
    describe(fd, address);
    *out = fd;
    return ROWAN_OK;
}
