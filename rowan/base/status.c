/* status.c - names of the status codes and the filling of an error. */
#include <rowan/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8_int.h"

const char *rowan_status_name(rowan_status st)
{
    switch (st) {
    case ROWAN_ROW: return "ROWAN_ROW";
    case ROWAN_OK: return "ROWAN_OK";
    case ROWAN_EINVAL: return "ROWAN_EINVAL";
    case ROWAN_ENOTFOUND: return "ROWAN_ENOTFOUND";
    case ROWAN_ECONFLICT: return "ROWAN_ECONFLICT";
    case ROWAN_ECONSTRAINT: return "ROWAN_ECONSTRAINT";
    case ROWAN_EBUSY: return "ROWAN_EBUSY";
    case ROWAN_ECONN: return "ROWAN_ECONN";
    case ROWAN_ETIMEOUT: return "ROWAN_ETIMEOUT";
    case ROWAN_EUNSUPPORTED: return "ROWAN_EUNSUPPORTED";
    case ROWAN_EIO: return "ROWAN_EIO";
    case ROWAN_ENOMEM: return "ROWAN_ENOMEM";
    case ROWAN_EDATA: return "ROWAN_EDATA";
    case ROWAN_EINTERNAL: return "ROWAN_EINTERNAL";
    }
    return "unknown status";
}

/* One line, whole UTF-8 sequences: what a terminal, a log and JSON can take. */
static void tidy(char *message)
{
    size_t len = strlen(message);
    size_t valid;

    len = rowan__utf8_cut(message, len, len);
    message[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)message[i] < 0x20 || message[i] == 0x7f)
            message[i] = ' ';
    }
    while ((valid = rowan__utf8_valid_len(message, len)) < len)
        message[valid] = '?';
    while (len > 0 && message[len - 1] == ' ')
        message[--len] = '\0';
}

rowan_status rowan_fail(rowan_error *err, rowan_status st, const char *fmt, ...)
{
    /* An argument may be err->message itself, so the text is made aside first. */
    char message[ROWAN_ERROR_MESSAGE_SIZE];
    va_list args;

    if (err == NULL)
        return st;
    va_start(args, fmt);
    if (vsnprintf(message, sizeof message, fmt, args) < 0)
        message[0] = '\0';
    va_end(args);
    tidy(message);
    err->code = st;
    err->vendor_code = 0;
    err->sqlstate[0] = '\0';
    memcpy(err->message, message, sizeof message);
    return st;
}

void rowan_error_prefix(rowan_error *err, const char *fmt, ...)
{
    char message[ROWAN_ERROR_MESSAGE_SIZE];
    va_list args;
    size_t len;

    if (err == NULL)
        return;
    va_start(args, fmt);
    if (vsnprintf(message, sizeof message, fmt, args) < 0)
        message[0] = '\0';
    va_end(args);
    len = strlen(message);
    (void)snprintf(message + len, sizeof message - len, "%s", err->message);
    tidy(message);
    memcpy(err->message, message, sizeof message);
}
