/* status_int.h - what a status says over HTTP: one table. */
#ifndef ROWAN_SERVE_STATUS_INT_H
#define ROWAN_SERVE_STATUS_INT_H

#include <rowan/status.h>

/* The title of an HTTP status, "Not Found". A static string; "Error" for an unknown one. */
const char *rowan__http_title(int http_status);

/* The sentence about a status that may leave the house, where the error's own words may
 * not: they could name hosts, files and tables. NULL where they may. */
const char *rowan__public_detail(rowan_status st);

#endif
