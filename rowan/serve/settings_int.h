/* settings_int.h - what the arguments and the environment say. */
#ifndef ROWAN_SETTINGS_INT_H
#define ROWAN_SETTINGS_INT_H

#include <stdbool.h>
#include <stdint.h>

#include <rowan/status.h>

typedef struct rowan__settings {
    const char *host;
    int port;            /* 0: one that is free */
    uint32_t timeout_ms; /* 0: the usual */
    bool quiet;
    bool help;    /* then the rest does not matter */
    bool version; /* likewise */
} rowan__settings;

/* Reads them; an argument wins over the environment (HOST, PORT).
 * Returns  ROWAN_OK; ROWAN_EINVAL with what is wrong. */
rowan_status rowan__settings_read(int argc, char **argv, rowan__settings *out,
                                  rowan_error *err) ROWAN_CHECKED;

#endif
