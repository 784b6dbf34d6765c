/* uri.c - fuzzes the parser of database URIs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "uri_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t measure_uri(const rowan__uri *uri)
{
    size_t n = strlen(uri->scheme) + strlen(uri->database);

    n += uri->user != NULL ? strlen(uri->user) : 0;
    n += uri->password != NULL ? strlen(uri->password) : 0;
    for (size_t i = 0; i < uri->n_hosts; i++)
        n += strlen(uri->hosts[i].name);
    for (size_t i = 0; i < uri->n_params; i++) {
        n += strlen(uri->params[i].name) + strlen(uri->params[i].value);
        if (rowan__uri_param_get(uri, uri->params[i].name) == NULL)
            abort();
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan__uri uri;
    rowan_error err = { 0 };
    char *text = malloc(size + 1);

    if (arena == NULL || text == NULL)
        abort();
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    if (rowan__uri_parse(arena, text, &uri, &err) != ROWAN_OK) {
        if (err.message[0] == '\0')
            abort(); /* a refusal says why */
    } else if (measure_uri(&uri) > size) {
        abort(); /* decoding adds nothing */
    }
    free(text);
    rowan_arena_free(arena);
    return 0;
}
