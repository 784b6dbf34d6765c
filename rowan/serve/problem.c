/* problem.c - see problem_int.h. */
#include "problem_int.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "status_int.h"

static void raw(rowan_json_writer *json, const char *text)
{
    rowan_json_raw(json, text, strlen(text));
}

void rowan__problem_write(rowan_json_writer *json, int http_status, const char *detail)
{
    const char *title = rowan__http_title(http_status);
    rowan_value status = { ROWAN_INT64, false, { http_status } };

    raw(json, "{\"type\":\"about:blank\",\"title\":");
    rowan_json_string(json, title, strlen(title));
    raw(json, ",\"status\":");
    rowan_json_value(json, &status);
    if (detail != NULL) {
        raw(json, ",\"detail\":");
        rowan_json_string(json, detail, strlen(detail));
    }
    raw(json, "}");
}

void rowan__problem_send(int fd, const rowan__refusal *refusal)
{
    rowan_json_writer body = { 0 };
    time_t now = time(NULL);
    struct tm utc = { 0 };
    char date[64] = "", answer[1024];
    int len;

    (void)gmtime_r(&now, &utc);
    (void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    rowan__problem_write(&body, refusal->status, refusal->detail);
    len = snprintf(answer, sizeof answer,
                   "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n"
                   "Content-Type: " ROWAN__PROBLEM_TYPE
                   "\r\nContent-Length: %zu\r\n\r\n%s",
                   refusal->status, rowan__http_title(refusal->status), date, body.len,
                   body.failed ? "" : body.ptr);
    rowan_json_done(&body);
    if (len > 0 && (size_t)len < sizeof answer)
        (void)send(fd, answer, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
}
