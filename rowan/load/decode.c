/* decode.c - see decode_int.h. */
#include "decode_int.h"

#include <string.h>

#include "buf_int.h"
#include "type_int.h"
#include "utf8_int.h"

/* The header. */

static bool is_named(const rowan_csv_field *field, const char *name)
{
    return field->len == strlen(name) && memcmp(field->ptr, name, field->len) == 0;
}

/* The field of that name, or n_fields; counts how many there are. */
static size_t find_field(const rowan_csv_field *header, size_t n_fields,
                         const char *name, size_t *n_found)
{
    size_t found = n_fields;

    *n_found = 0;
    for (size_t i = 0; i < n_fields; i++) {
        if (!is_named(&header[i], name))
            continue;
        if ((*n_found)++ == 0)
            found = i;
    }
    return found;
}

static rowan_status check_header_text(const rowan_csv_field *header, size_t n_fields,
                                      rowan_error *err)
{
    for (size_t i = 0; i < n_fields; i++) {
        const rowan_csv_field *field = &header[i];

        if (rowan__utf8_valid_len(field->ptr, field->len) < field->len ||
            memchr(field->ptr, '\0', field->len) != NULL)
            return rowan_fail(err, ROWAN_EINVAL, "the header is not UTF-8 text");
    }
    return ROWAN_OK;
}

/* Maps the columns; lists those that are missing, with commas between. */
static rowan_status map_columns(rowan__decoder *decoder, const rowan_csv_field *header,
                                rowan__buf *missing, rowan_error *err)
{
    for (size_t c = 0; c < decoder->model->n_columns; c++) {
        const rowan_column *column = &decoder->model->columns[c];
        size_t n_found;
        size_t field_idx =
            find_field(header, decoder->n_fields, column->name, &n_found);

        if (n_found > 1)
            return rowan_fail(err, ROWAN_EINVAL, "the header names column %s twice",
                              column->name);
        if (n_found == 1)
            decoder->steps[decoder->n_steps++] = (rowan__step){ column, field_idx };
        else if (!column->nullable)
            rowan__buf_printf(missing, "%s%s", missing->len > 0 ? ", " : "",
                              column->name);
    }
    return rowan__buf_ok(missing) ? ROWAN_OK
                                  : rowan_fail(err, ROWAN_ENOMEM, "out of memory");
}

rowan_status rowan__decoder_init(rowan__decoder *decoder, rowan_arena *arena,
                                 const rowan_model *model,
                                 const rowan_csv_field *header, size_t n_fields,
                                 rowan_error *err)
{
    rowan__buf missing;
    rowan_status st;

    *decoder = (rowan__decoder){ .model = model, .n_fields = n_fields };
    decoder->steps =
        rowan_arena_calloc(arena, model->n_columns, sizeof *decoder->steps);
    if (decoder->steps == NULL)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    st = check_header_text(header, n_fields, err);
    if (st != ROWAN_OK)
        return st;
    rowan__buf_init(&missing, 0);
    st = map_columns(decoder, header, &missing, err);
    if (st == ROWAN_OK && missing.len > 0)
        st = rowan_fail(err, ROWAN_EINVAL, "the header lacks %s of model %s",
                        missing.ptr, model->name);
    rowan__buf_done(&missing);
    return st;
}

/* Values. */

static bool report(const rowan__fault *fault, const rowan_column *column,
                   const rowan_csv_field *field, const char *reason)
{
    fault->report(fault->ctx, column, field, reason);
    return false;
}

/* The readers of the types that files are full of; any other type takes the long way.
 */
static bool read_directly(const rowan_column *column, const rowan_csv_field *field,
                          char *at)
{
    rowan_timestamp timestamp;
    rowan_date date;
    int64_t int64;
    int32_t int32;

    switch (column->type) {
    case ROWAN_INT64:
        if (!rowan__int64_read(field->ptr, field->len, &int64))
            return false;
        memcpy(at, &int64, sizeof int64);
        return true;
    case ROWAN_INT32:
        if (!rowan__int64_read(field->ptr, field->len, &int64) || int64 < INT32_MIN ||
            int64 > INT32_MAX)
            return false;
        int32 = (int32_t)int64;
        memcpy(at, &int32, sizeof int32);
        return true;
    case ROWAN_DATE:
        if (!rowan__date_read(field->ptr, field->len, &date))
            return false;
        memcpy(at, &date, sizeof date);
        return true;
    case ROWAN_TIMESTAMP:
        if (!rowan__timestamp_read(field->ptr, field->len, &timestamp))
            return false;
        memcpy(at, &timestamp, sizeof timestamp);
        return true;
    default: return false;
    }
}

static bool decode_value(const rowan_column *column, const rowan_csv_field *field,
                         rowan_arena *arena, char *row, const rowan__fault *fault)
{
    rowan_value value;
    rowan_error err;

    if (field->len == 0)
        return column->nullable || report(fault, column, field, "is empty");
    if (read_directly(column, field, row + column->value_offset)) {
        if (column->nullable)
            *(bool *)(row + column->offset) = true;
        return true;
    }
    if (rowan_column_parse(column, arena, field->ptr, field->len, &value, &err) !=
            ROWAN_OK ||
        rowan_column_set(column, row, &value, &err) != ROWAN_OK)
        return report(fault, column, field, err.message);
    return true;
}

/* What stays text in the row. */
static bool is_text(const rowan_column *column)
{
    return column->type == ROWAN_TEXT || column->type == ROWAN_JSON;
}

/* A text, copied to `to`. */
static bool decode_text(const rowan_column *column, const rowan_csv_field *field,
                        char *to, char *row, const rowan__fault *fault)
{
    rowan_text text = { to, field->len };

    if (field->len == 0) {
        if (column->nullable && !field->quoted)
            return true;
        if (column->primary_key || column->type == ROWAN_JSON)
            return report(fault, column, field, "is empty");
    } else if (column->type == ROWAN_JSON || column->max_length > 0 ||
               !rowan__utf8_is_plain(field->ptr, field->len)) {
        rowan_value value;
        rowan_error err;

        if (rowan_column_parse(column, NULL, field->ptr, field->len, &value, &err) !=
            ROWAN_OK)
            return report(fault, column, field, err.message);
    }
    memcpy(to, field->ptr, field->len);
    to[field->len] = '\0';
    memcpy(row + column->offset, &text, sizeof text);
    return true;
}

/* One piece of memory for all texts of a row. */
static char *alloc_texts(const rowan__decoder *decoder, const rowan_csv_field *fields,
                         rowan_arena *arena)
{
    size_t size = 0;

    for (size_t i = 0; i < decoder->n_steps; i++) {
        if (is_text(decoder->steps[i].column))
            size += fields[decoder->steps[i].field_idx].len + 1;
    }
    return rowan_arena_alloc(arena, size);
}

static void report_ragged(const rowan__decoder *decoder, size_t n_fields,
                          const rowan__fault *fault)
{
    rowan_error err;

    (void)rowan_fail(&err, ROWAN_EINVAL, "has %zu field%s, the header has %zu",
                     n_fields, n_fields == 1 ? "" : "s", decoder->n_fields);
    fault->report(fault->ctx, NULL, NULL, err.message);
}

rowan_status rowan__decode(const rowan__decoder *decoder, const rowan_csv_field *fields,
                           size_t n_fields, rowan_arena *arena, void *row,
                           const rowan__fault *fault)
{
    bool whole = true;
    char *text;

    if (n_fields != decoder->n_fields) {
        report_ragged(decoder, n_fields, fault);
        return ROWAN_EINVAL;
    }
    text = alloc_texts(decoder, fields, arena);
    if (text == NULL)
        return ROWAN_ENOMEM;
    memset(row, 0, decoder->model->row_size); /* NULL in all that can be */
    for (size_t i = 0; i < decoder->n_steps; i++) {
        const rowan_column *column = decoder->steps[i].column;
        const rowan_csv_field *field = &fields[decoder->steps[i].field_idx];

        if (is_text(column)) {
            whole &= decode_text(column, field, text, row, fault);
            text += field->len + 1;
        } else {
            whole &= decode_value(column, field, arena, row, fault);
        }
    }
    return whole ? ROWAN_OK : ROWAN_EINVAL;
}

/* Reports. */

/* The length of the character at text[len] if a terminal can show it, or 0. */
static size_t shown_len(const unsigned char *text, size_t len)
{
    size_t n = 1;

    if (text[0] < 0x80)
        return text[0] >= 0x20 && text[0] != 0x7f;
    while (n < len && n < 4 && (text[n] & 0xc0) == 0x80)
        n++;
    if (rowan__utf8_valid_len((const char *)text, n) < n)
        return 0;
    return n == 2 && text[0] == 0xc2 && text[1] < 0xa0 ? 0 : n; /* C1 controls */
}

void rowan__readable(const char *text, size_t len, char out[ROWAN__READABLE_SIZE])
{
    const size_t room = ROWAN__READABLE_SIZE - sizeof "...";
    size_t n = 0;

    for (size_t i = 0; i < len;) {
        size_t shown = shown_len((const unsigned char *)text + i, len - i);

        if (n + (shown > 0 ? shown : 1) > room) {
            memcpy(out + n, "...", 3);
            n += 3;
            break;
        }
        if (shown > 0)
            memcpy(out + n, text + i, shown);
        else
            out[n] = text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : '?';
        n += shown > 0 ? shown : 1;
        i += shown > 0 ? shown : 1;
    }
    out[n] = '\0';
}
