/* status.c - see status_int.h and rowan_http_status() in rowan/serve.h. */
#include "status_int.h"

#include <rowan/serve.h>

struct row {
    rowan_status st;
    int http_status;
    const char *detail; /* instead of the error's own words; NULL: these may be told */
};

static const struct row statuses[] = {
    { ROWAN_OK, 200, NULL },
    { ROWAN_ROW, 200, NULL },
    { ROWAN_EINVAL, 400, NULL },
    { ROWAN_ENOTFOUND, 404, NULL },
    { ROWAN_ECONFLICT, 409, NULL },
    { ROWAN_ECONSTRAINT, 422, NULL },
    { ROWAN_EBUSY, 503, "the database is busy; try again" },
    { ROWAN_ECONN, 503, "the database cannot be reached" },
    { ROWAN_ETIMEOUT, 503, "the database did not answer in time" },
    { ROWAN_EUNSUPPORTED, 501, "the database cannot do that" },
    { ROWAN_EIO, 500, "the server has trouble with its files or its network" },
    { ROWAN_ENOMEM, 503, "the server is short of memory; try again" },
    { ROWAN_EDATA, 500, "the database holds something else than expected" },
    { ROWAN_EINTERNAL, 500, "the server made a mistake" },
};

static const struct {
    int http_status;
    const char *title;
} titles[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 422, "Unprocessable Content" },
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 505, "HTTP Version Not Supported" },
};

static const struct row *find(rowan_status st)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].st == st)
            return &statuses[i];
    }
    return find(ROWAN_EINTERNAL);
}

int rowan_http_status(rowan_status st)
{
    return find(st)->http_status;
}

const char *rowan__public_detail(rowan_status st)
{
    return find(st)->detail;
}

const char *rowan__http_title(int http_status)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].http_status == http_status)
            return titles[i].title;
    }
    return "Error";
}
