/* head_int.h - which requests are refused, before anything looks at what they ask.
 *
 * RFC 9112 without its leniencies: wherever two servers in a row could read a request in
 * two ways (request smuggling), it is refused. Used twice: by the gate on the raw bytes
 * of a connection's first request, and on what libmicrohttpd made of each request. Pure
 * functions over bytes; no memory is taken.
 */
#ifndef ROWAN_HEAD_INT_H
#define ROWAN_HEAD_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROWAN__HEAD_MORE SIZE_MAX /* more bytes are needed */

/* Why a request is refused: the HTTP status and a sentence. Static. */
typedef struct rowan__refusal {
    int status;
    const char *detail;
} rowan__refusal;

typedef struct rowan__head { /* {0} is the start */
    size_t n_fields;
    size_t n_hosts, n_lengths, n_codings;
    uint64_t length; /* of the body, if n_lengths */
    size_t memory;   /* bytes that libmicrohttpd needs beside the head itself */
} rowan__head;

/* Each checks one part; NULL means it is fine. `minor` is 0 or 1: of HTTP/1.x. */
const rowan__refusal *rowan__head_method(const char *method, size_t len);
const rowan__refusal *rowan__head_target(const char *target, size_t len);
const rowan__refusal *rowan__head_version(const char *version, size_t len, int *minor);
const rowan__refusal *rowan__head_field(rowan__head *head, const char *name,
                                        size_t name_len, const char *value,
                                        size_t value_len);
const rowan__refusal *rowan__head_end(const rowan__head *head, int minor);

/* Checks the head of a request at the start of bytes[len].
 * head_len  its length with the empty line, once it is there and fine; else
 *           ROWAN__HEAD_MORE, which with a refusal means nothing */
const rowan__refusal *rowan__head_parse(const char *bytes, size_t len,
                                        size_t *head_len);

/* What a layout of lines that is not text, colon, text, CR LF is refused with. */
extern const rowan__refusal rowan__refused_layout;
/* A head that does not come to its end in time, and one that is too long. */
extern const rowan__refusal rowan__refused_slow;
extern const rowan__refusal rowan__refused_long;
/* A body over the ceiling. */
extern const rowan__refusal rowan__refused_body;

#endif
