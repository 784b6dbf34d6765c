/* drivers.c - the list of databases. A new one is a folder and a line here. */
#include "driver_int.h"

#include <stdio.h>
#include <string.h>

static const rowan__driver *const drivers[] = {
    &rowan__driver_sqlite,
    &rowan__driver_postgres,
    &rowan__driver_mariadb,
};

const rowan__driver *rowan__driver_find(const rowan__uri *uri, rowan_error *err)
{
    char known[160] = "";
    size_t len = 0;

    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        for (const char *const *scheme = drivers[i]->schemes; *scheme != NULL;
             scheme++) {
            if (strcmp(*scheme, uri->scheme) == 0)
                return drivers[i];
            len += (size_t)snprintf(known + len, sizeof known - len, "%s%s",
                                    len > 0 ? ", " : "", *scheme);
        }
    }
    (void)rowan_fail(err, ROWAN_EINVAL,
                     "DATABASE_URI: unknown scheme \"%.32s\" (known: %s)", uri->scheme,
                     known);
    return NULL;
}
