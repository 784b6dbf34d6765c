/* head.c - see head_int.h. */
#include "head_int.h"

#include <string.h>
#include <strings.h>

#include "limits_int.h"

/* What libmicrohttpd takes of a connection's memory, in bytes: for each header, cookie and
 * parameter, and for the head of the answer. Beyond it there is a page of its own. */
#define RECORD 80
#define ANSWER 512

/* clang-format off */
const rowan__refusal rowan__refused_layout = { 400, "a line of the header is malformed" };
const rowan__refusal rowan__refused_slow = { 408, "the request did not come to its end in time" };
const rowan__refusal rowan__refused_long = { 431, "the header of the request is too long" };
const rowan__refusal rowan__refused_body = { 413, "the body of the request is too long" };
static const rowan__refusal bad_line = { 400, "the request line is not \"METHOD target HTTP/1.1\"" };
static const rowan__refusal bad_method = { 400, "the method is not a token" };
static const rowan__refusal bad_target = { 400, "the target has bytes that must be percent-encoded" };
static const rowan__refusal long_target = { 414, "the target is too long" };
static const rowan__refusal bad_version = { 400, "the version is not HTTP/1.1" };
static const rowan__refusal other_version = { 505, "only HTTP/1.1 and HTTP/1.0 are spoken here" };
static const rowan__refusal bad_name = { 400, "the name of a header is not a token" };
static const rowan__refusal bad_value = { 400, "the value of a header has control characters" };
static const rowan__refusal many_fields = { 431, "there are too many headers" };
static const rowan__refusal bad_length = { 400, "Content-Length is not a number" };
static const rowan__refusal two_lengths = { 400, "there is more than one Content-Length" };
static const rowan__refusal both_lengths = { 400, "Content-Length and Transfer-Encoding do not go together" };
static const rowan__refusal bad_coding = { 501, "the only Transfer-Encoding understood is chunked" };
static const rowan__refusal two_codings = { 400, "there is more than one Transfer-Encoding" };
static const rowan__refusal old_coding = { 400, "HTTP/1.0 has no Transfer-Encoding" };
static const rowan__refusal no_host = { 400, "there is no Host" };
static const rowan__refusal two_hosts = { 400, "there is more than one Host" };
static const rowan__refusal bad_host = { 400, "Host is malformed" };
static const rowan__refusal bad_expect = { 417, "the only expectation understood is 100-continue" };
/* clang-format on */

/* Letters, digits and !#$%&'*+-.^_`|~ as a set of bits. */
static bool is_token_char(char c)
{
    static const uint64_t set[2] = { UINT64_C(0x3ff6cfa00000000),
                                     UINT64_C(0x57ffffffc7fffffe) };
    unsigned char byte = (unsigned char)c;

    return byte < 128 && (set[byte / 64] >> byte % 64 & 1) != 0;
}

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_token_char(text[i]))
            return false;
    }
    return len > 0;
}

/* How many bytes of text[len] are among `set`. */
static size_t count(const char *text, size_t len, const char *set)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] != '\0' && strchr(set, text[i]) != NULL;
    return n;
}

static bool is_name(const char *name, size_t len, const char *expected)
{
    return len == strlen(expected) && strncasecmp(name, expected, len) == 0;
}

const rowan__refusal *rowan__head_method(const char *method, size_t len)
{
    return is_token(method, len) && len <= 32 ? NULL : &bad_method;
}

const rowan__refusal *rowan__head_target(const char *target, size_t len)
{
    if (len > ROWAN__MAX_TARGET)
        return &long_target;
    for (size_t i = 0; i < len; i++) {
        if (target[i] <= ' ' || target[i] >= 0x7f || target[i] == '#')
            return &bad_target; /* the first catches bytes from 0x80 on where char is signed */
    }
    return len > 0 ? NULL : &bad_line;
}

const rowan__refusal *rowan__head_version(const char *version, size_t len, int *minor)
{
    if (len != 8 || memcmp(version, "HTTP/", 5) != 0 || version[6] != '.' ||
        version[5] < '0' || version[5] > '9' || version[7] < '0' || version[7] > '9')
        return &bad_version;
    if (version[5] != '1')
        return &other_version;
    *minor = version[7] != '0';
    return NULL;
}

static const rowan__refusal *check_length(rowan__head *head, const char *value,
                                          size_t len)
{
    if (head->n_lengths++ > 0)
        return &two_lengths;
    if (len == 0)
        return &bad_length;
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return &bad_length;
        if (head->length <= UINT64_MAX / 16)
            head->length = head->length * 10 + (uint64_t)(value[i] - '0');
    }
    return head->length > ROWAN__MAX_BODY ? &rowan__refused_body : NULL;
}

static const rowan__refusal *check_host(rowan__head *head, const char *value,
                                        size_t len)
{
    if (head->n_hosts++ > 0)
        return &two_hosts;
    for (size_t i = 0; i < len; i++) {
        if (value[i] <= ' ' || value[i] >= 0x7f || strchr("/\\@?#\"<>^`{|},", value[i]))
            return &bad_host;
    }
    return NULL;
}

static const rowan__refusal *check_known(rowan__head *head, const char *name,
                                         size_t name_len, const char *value,
                                         size_t value_len)
{
    if (is_name(name, name_len, "Host"))
        return check_host(head, value, value_len);
    if (is_name(name, name_len, "Content-Length"))
        return check_length(head, value, value_len);
    if (is_name(name, name_len, "Transfer-Encoding")) {
        if (head->n_codings++ > 0)
            return &two_codings;
        return is_name(value, value_len, "chunked") ? NULL : &bad_coding;
    }
    if (is_name(name, name_len, "Expect"))
        return is_name(value, value_len, "100-continue") ? NULL : &bad_expect;
    if (is_name(name, name_len, "Cookie"))
        head->memory += value_len + 16 + RECORD * (1 + count(value, value_len, ";,"));
    return NULL;
}

const rowan__refusal *rowan__head_field(rowan__head *head, const char *name,
                                        size_t name_len, const char *value,
                                        size_t value_len)
{
    head->memory += RECORD;
    if (++head->n_fields > ROWAN__MAX_FIELDS)
        return &many_fields;
    if (!is_token(name, name_len))
        return &bad_name;
    for (size_t i = 0; i < value_len; i++) {
        unsigned char c = (unsigned char)value[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return &bad_value;
    }
    while (value_len > 0 &&
           (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
        value_len--;
    return check_known(head, name, name_len, value, value_len);
}

const rowan__refusal *rowan__head_end(const rowan__head *head, int minor)
{
    if (head->n_codings > 0 && head->n_lengths > 0)
        return &both_lengths;
    if (head->n_codings > 0 && minor == 0)
        return &old_coding;
    if (head->n_hosts == 0 && minor > 0)
        return &no_host;
    return NULL;
}

/* The head as bytes. */

static const rowan__refusal *parse_request_line(const char *line, size_t len,
                                                int *minor)
{
    const char *method_end = memchr(line, ' ', len), *target, *target_end;
    const rowan__refusal *refusal;

    if (method_end == NULL)
        return &bad_line;
    target = method_end + 1;
    target_end = memchr(target, ' ', (size_t)(line + len - target));
    if (target_end == NULL)
        return &bad_line;
    refusal = rowan__head_method(line, (size_t)(method_end - line));
    if (refusal == NULL)
        refusal = rowan__head_target(target, (size_t)(target_end - target));
    if (refusal == NULL)
        refusal = rowan__head_version(target_end + 1,
                                      (size_t)(line + len - target_end - 1), minor);
    return refusal;
}

static const rowan__refusal *parse_field(rowan__head *head, const char *line,
                                         size_t len)
{
    const char *colon = memchr(line, ':', len), *value, *end = line + len;

    if (colon == NULL)
        return &rowan__refused_layout;
    for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
        continue;
    return rowan__head_field(head, line, (size_t)(colon - line), value,
                             (size_t)(end - value));
}

/* The length of the line at bytes[len] without its CR LF; ROWAN__HEAD_MORE if its end is
 * not there yet. A CR or LF that stands alone is part of the line, which then is refused
 * as text. */
static size_t line_len(const char *bytes, size_t len)
{
    const char *at = bytes, *end = bytes + len;

    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        if (at + 1 == end)
            return ROWAN__HEAD_MORE;
        if (at[1] == '\n')
            return (size_t)(at - bytes);
        at++;
    }
    return ROWAN__HEAD_MORE;
}

/* An incomplete line that has a control character already will not become better. */
static bool has_control(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c < ' ' && c != '\t' && !(c == '\r' && i + 1 == len))
            return true;
    }
    return false;
}

static const rowan__refusal *incomplete(const char *bytes, size_t len, bool first_line)
{
    if (has_control(bytes, len))
        return first_line ? &bad_line : &rowan__refused_layout;
    if (first_line && len > ROWAN__MAX_TARGET + 64)
        return &long_target;
    return NULL;
}

const rowan__refusal *rowan__head_parse(const char *bytes, size_t len, size_t *head_len)
{
    const rowan__refusal *refusal;
    rowan__head head = { 0 };
    size_t at = 0, n;
    int minor = 0;

    *head_len = ROWAN__HEAD_MORE;
    if (len >= 2 && memcmp(bytes, "\r\n", 2) == 0)
        at = 2; /* RFC 9112, 2.2: an empty line before a request is skipped */
    n = line_len(bytes + at, len - at);
    if (n == ROWAN__HEAD_MORE)
        return incomplete(bytes + at, len - at, true);
    refusal = parse_request_line(bytes + at, n, &minor);
    head.memory = ANSWER + RECORD * count(bytes + at, n, "?&");
    while (refusal == NULL) {
        at += n + 2;
        if (at > ROWAN__MAX_HEAD)
            return &rowan__refused_long;
        n = line_len(bytes + at, len - at);
        if (n == ROWAN__HEAD_MORE)
            return len > ROWAN__MAX_HEAD ? &rowan__refused_long
                                         : incomplete(bytes + at, len - at, false);
        if (n == 0)
            break;
        refusal = parse_field(&head, bytes + at, n);
    }
    if (refusal == NULL)
        refusal = rowan__head_end(&head, minor);
    if (refusal == NULL && head.memory + at + 2 > ROWAN__CONN_MEMORY)
        refusal = &rowan__refused_long;
    if (refusal == NULL)
        *head_len = at + 2;
    return refusal;
}
