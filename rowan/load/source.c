/* source.c - see source_int.h. */
#include "source_int.h"

#include <string.h>

/* Rejects. */

/* The field of a column in the record at hand, or NULL. */
static const rowan_csv_field *field_of(const rowan__source *source,
                                       const rowan_column *column)
{
    const rowan__decoder *decoder = &source->decoder;

    for (size_t i = 0; i < decoder->n_steps; i++) {
        if (decoder->steps[i].column == column)
            return &source->fields[decoder->steps[i].field_idx];
    }
    return NULL;
}

static void reject(void *ctx, const rowan_column *column, const rowan_csv_field *field,
                   const char *reason)
{
    const rowan__source *source = ctx;
    const rowan_load_opts *opts = source->rejects->opts;
    char value[ROWAN__READABLE_SIZE];

    if (opts->on_reject == NULL)
        return;
    if (field == NULL && column != NULL)
        field = field_of(source, column);
    if (field != NULL)
        rowan__readable(field->ptr, field->len, value);
    opts->on_reject(opts->ctx, &(rowan_reject){
                                   .path = source->from->path,
                                   .line = rowan_csv_line(source->csv),
                                   .column = column != NULL ? column->name : NULL,
                                   .value = field != NULL ? value : NULL,
                                   .reason = reason,
                               });
}

static void count_reject(rowan__source *source)
{
    source->n_rejected++;
    source->rejects->n_rows++;
    if (source->check != NULL)
        rowan__check_lacks_rows(source->check);
}

/* Goes on to the next record. One that is no CSV is the last. */
static rowan_status advance(rowan__source *source, rowan_error *err)
{
    rowan_status st;

    if (source->n_rejected >= source->rejects->max_rows) {
        source->at = ROWAN_DONE;
        return ROWAN_OK;
    }
    st = rowan_csv_next(source->csv, &source->fields, &source->n_fields, err);
    source->at = st == ROWAN_ROW ? ROWAN_ROW : ROWAN_DONE;
    if (st == ROWAN_EINVAL) {
        reject(source, NULL, NULL, err->message);
        count_reject(source);
        return ROWAN_OK;
    }
    if (st < 0)
        rowan_error_prefix(err, "%s: ", source->from->path);
    return st < 0 ? st : ROWAN_OK;
}

/* Opening. */

static rowan_status read_header(rowan__source *source, rowan_arena *arena,
                                rowan_error *err)
{
    const rowan_csv_field *fields;
    size_t n_fields;
    rowan_status st = rowan_csv_next(source->csv, &fields, &n_fields, err);

    if (st == ROWAN_DONE)
        st = rowan_fail(err, ROWAN_EINVAL, "is empty: a header line is needed");
    else if (st == ROWAN_ROW)
        st = rowan__decoder_init(&source->decoder, arena, source->from->model, fields,
                                 n_fields, err);
    else if (st == ROWAN_EINVAL)
        rowan_error_prefix(err, "the header ");
    if (st != ROWAN_OK)
        rowan_error_prefix(err, "%s: ", source->from->path);
    return st;
}

rowan_status rowan__source_open(rowan__source *source, rowan_arena *arena,
                                rowan_error *err)
{
    rowan_status st = rowan_csv_open(source->from->path, NULL, &source->csv, err);

    if (st == ROWAN_OK)
        st = read_header(source, arena, err);
    return st == ROWAN_OK ? advance(source, err) : st;
}

void rowan__source_close(rowan__source *source)
{
    rowan_csv_close(source->csv);
    source->csv = NULL;
}

/* Reading. */

/* Adds the record at hand to the batch, unless it is bad. */
static rowan_status take_record(rowan__source *source, rowan__batch *batch,
                                rowan_error *err)
{
    void *row = batch->rows + batch->n_rows * source->from->model->row_size;
    const rowan__fault fault = { reject, source };
    rowan_status st = rowan__decode(&source->decoder, source->fields, source->n_fields,
                                    batch->arena, row, &fault);

    if (st == ROWAN_OK && source->check != NULL)
        st = rowan__check_row(source->check, row, source->idx,
                              rowan_csv_line(source->csv), &fault);
    if (st == ROWAN_ENOMEM)
        return rowan_fail(err, ROWAN_ENOMEM, "out of memory");
    if (st == ROWAN_EINVAL) {
        count_reject(source);
        return ROWAN_OK;
    }
    batch->n_rows++;
    source->n_rows++;
    return ROWAN_OK;
}

rowan_status rowan__source_read(rowan__source *source, rowan__batch *batch,
                                rowan_error *err)
{
    rowan_status st = ROWAN_OK;

    rowan_arena_clear(batch->arena);
    batch->n_rows = 0;
    while (source->at == ROWAN_ROW && batch->n_rows < ROWAN__BATCH_ROWS &&
           rowan_arena_used(batch->arena) < ROWAN__BATCH_BYTES && st == ROWAN_OK) {
        st = take_record(source, batch, err);
        if (st == ROWAN_OK)
            st = advance(source, err);
    }
    return st;
}
