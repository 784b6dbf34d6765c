/* person_json.c - see person_json.h. */
#include "person_json.h"

char *json_room(json_text *text, size_t n)
{
    if (text->cap - text->len < n) {
        text->cap = 2 * (text->cap + n);
        text->ptr = realloc(text->ptr, text->cap);
        if (text->ptr == NULL)
            bench_die("out of memory");
    }
    return text->ptr + text->len;
}

void json_add(json_text *text, const char *literal)
{
    size_t len = strlen(literal);

    memcpy(json_room(text, len), literal, len);
    text->len += len;
}

#define ADD(to, literal) \
    (memcpy((to), (literal), sizeof(literal) - 1), (to) + sizeof(literal) - 1)

static char *add_int64(char *to, int64_t value)
{
    char digits[20];
    int n = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        *to++ = '-';
    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

static char *add_string(char *to, rowan_text value)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        if (c >= ' ' && c != '"' && c != '\\') {
            *to++ = (char)c;
        } else if (c >= ' ') {
            *to++ = '\\';
            *to++ = (char)c;
        } else {
            to = ADD(to, "\\u00");
            *to++ = hex[c >> 4];
            *to++ = hex[c & 15];
        }
    }
    return to;
}

static char *add_number(char *to, int value, int n_digits)
{
    for (int i = n_digits; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n_digits;
}

static char *add_date(char *to, rowan_date date)
{
    *to++ = '"';
    to = add_number(to, date.year, 4);
    *to++ = '-';
    to = add_number(to, date.month, 2);
    *to++ = '-';
    to = add_number(to, date.day, 2);
    *to++ = '"';
    return to;
}

void json_add_person(json_text *text, const json_person *p)
{
    size_t most = 128 + 6 * (p->first_name.len + p->last_name.len + p->country.len);
    char *to = json_room(text, most);

    to = add_int64(ADD(to, "{\"id\":"), p->id);
    to = add_string(ADD(to, ",\"first_name\":\""), p->first_name);
    to = add_string(ADD(to, "\",\"last_name\":\""), p->last_name);
    to = ADD(to, "\",\"born\":");
    to = p->has_born ? add_date(to, p->born) : ADD(to, "null");
    to = add_string(ADD(to, ",\"country\":\""), p->country);
    to = ADD(to, "\"}");
    text->len = (size_t)(to - text->ptr);
}
