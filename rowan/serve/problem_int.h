/* problem_int.h - what goes wrong, as application/problem+json (RFC 9457). */
#ifndef ROWAN_PROBLEM_INT_H
#define ROWAN_PROBLEM_INT_H

#include <rowan/json.h>

#include "head_int.h"

#define ROWAN__PROBLEM_TYPE "application/problem+json"

/* Appends the document. `detail` may be NULL. */
void rowan__problem_write(rowan_json_writer *json, int http_status, const char *detail);

/* Sends a whole answer down a socket on which no other has begun, and nothing more: what
 * the peer does not take at once is lost. */
void rowan__problem_send(int fd, const rowan__refusal *refusal);

#endif
