/* listen_int.h - the socket that the world connects to. */
#ifndef ROWAN_LISTEN_INT_H
#define ROWAN_LISTEN_INT_H

#include <rowan/status.h>

#define ROWAN__ADDRESS_SIZE 80 /* bytes of "http://[address]:port" */

/* Listens on `host` (a name or an address; "::" means IPv6 and IPv4) and `port`, where 0
 * takes one that is free.
 * out      a descriptor that does not block; the caller closes it
 * address  out: what to type into a browser
 * Returns  ROWAN_OK; ROWAN_EINVAL if the name means nothing; ROWAN_EIO with why. */
rowan_status rowan__listen(const char *host, int port, int *out,
                           char address[ROWAN__ADDRESS_SIZE],
                           rowan_error *err) ROWAN_CHECKED;

#endif
