/* rowan/status.h - what a call answers, and why it failed.
 *
 * Each call that can fail returns a rowan_status: a dozen codes, each one a thing a
 * caller does differently. The words are in the caller's own rowan_error, a plain value
 * without heap memory or thread-local state: it belongs to the call that failed, and is
 * read after a negative status only.  Uses: nothing.
 */
#ifndef ROWAN_STATUS_H
#define ROWAN_STATUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The compiler warns where the result of such a function is not looked at; and where the
 * arguments do not go with a format. */
#if defined(__GNUC__)
#define ROWAN_CHECKED          __attribute__((warn_unused_result))
#define ROWAN_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#else
#define ROWAN_CHECKED
#define ROWAN_PRINTF(fmt, arg)
#endif

/* The number of elements of an array. */
#define ROWAN_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a call answers: negative if it failed. */
typedef enum rowan_status {
    ROWAN_ROW = 1,           /* stepping: a row is there */
    ROWAN_OK = 0,            /* done as asked */
    ROWAN_DONE = 0,          /* stepping: no more rows */
    ROWAN_EINVAL = -1,       /* the input is wrong: tell whoever gave it */
    ROWAN_ENOTFOUND = -2,    /* nothing there under that key or name */
    ROWAN_ECONFLICT = -3,    /* a unique key is taken */
    ROWAN_ECONSTRAINT = -4,  /* another constraint of the database refuses */
    ROWAN_EBUSY = -5,        /* a lock, a deadlock, a lost race: run it again */
    ROWAN_ECONN = -6,        /* the connection is gone: reconnect, then try again */
    ROWAN_ETIMEOUT = -7,     /* the time given is over */
    ROWAN_EUNSUPPORTED = -8, /* this database or build cannot do it */
    ROWAN_EIO = -9,          /* the operating system refuses: files, disk, network */
    ROWAN_ENOMEM = -10,      /* out of memory, or over a ceiling */
    ROWAN_EDATA = -11,       /* what the database holds does not fit the model */
    ROWAN_EINTERNAL = -12    /* a mistake of ours: report it */
} rowan_status;

#define ROWAN_ERROR_MESSAGE_SIZE 384 /* bytes, with the NUL; more is cut */

/* Why a call failed. The message is one line of UTF-8 without a full stop, and never
 * holds a password. */
typedef struct rowan_error {
    rowan_status code; /* what the call returned */
    int vendor_code;   /* the database's or system's own number; 0 if it has none */
    char sqlstate[6];  /* five characters and NUL, or "" where there is none */
    char message[ROWAN_ERROR_MESSAGE_SIZE];
} rowan_error;

/* The name of a status, such as "ROWAN_ECONFLICT". A static string; any thread. */
const char *rowan_status_name(rowan_status st);

/* Fills `err` (which may be NULL) with `st` and a message in printf form; clears the
 * vendor code and the SQLSTATE. Control characters in it become spaces and a cut never
 * splits a UTF-8 sequence.
 * Returns  `st`, so that a failure is one line: `return rowan_fail(err, ROWAN_EINVAL, ...)`.
 * Threads  any. */
rowan_status rowan_fail(rowan_error *err, rowan_status st, const char *fmt, ...)
    ROWAN_PRINTF(3, 4);

/* Puts words in front of the message of an error that is already filled, for a caller
 * who knows more: "people.csv line 17: " . `err` may be NULL. Threads: any. */
void rowan_error_prefix(rowan_error *err, const char *fmt, ...) ROWAN_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
