/* rowan/json.h - rows as JSON, by the model's column table.
 *
 * Booleans are true and false; integers, as they are (a reader in JavaScript loses digits
 * beyond 2^53); doubles, the shortest form that reads back to the same bits, and null for
 * NaN and infinities, which JSON lacks; decimals as numbers with all their digits; dates
 * "1912-06-23"; times "03:04:05.000006"; timestamps "2026-01-02T03:04:05.000006Z"; uuids
 * with hyphens; bytes in base64; enums by label; JSON as it is; NULL is null.
 * Uses: rowan/model.h.
 */
#ifndef ROWAN_JSON_H
#define ROWAN_JSON_H

#include <rowan/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A text that grows; {0} is an empty one. `ptr` is NULL or ends in a NUL. */
typedef struct rowan_json_writer {
    char *ptr;
    size_t len; /* bytes, without the NUL */
    size_t cap;
    bool failed; /* memory was out: bytes are missing, and all later calls do nothing */
} rowan_json_writer;

/* Frees the text. */
void rowan_json_done(rowan_json_writer *json);

/* Empties it, keeps the memory. */
void rowan_json_clear(rowan_json_writer *json);

/* Appends text as it is: punctuation between what the other functions write. */
void rowan_json_raw(rowan_json_writer *json, const char *text, size_t len);

/* Appends a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void rowan_json_string(rowan_json_writer *json, const char *text, size_t len);

/* Appends a value. */
void rowan_json_value(rowan_json_writer *json, const rowan_value *value);

/* Appends a row as an object: all columns in the order of the model, and behind them the
 * relations that were loaded (rowan/with.h), each under its name: an array of objects, an
 * object or null. Where objects of a session lead back to a row that is being written, it is
 * there without its relations. */
void rowan_json_row(rowan_json_writer *json, const rowan_model *model, const void *row);

/* Appends n_rows rows that follow each other as objects with a comma between them. */
void rowan_json_rows(rowan_json_writer *json, const rowan_model *model,
                     const void *rows, size_t n_rows);

#ifdef __cplusplus
}
#endif
#endif
