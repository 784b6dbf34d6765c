/* postgres.c - fuzzes the reading of PostgreSQL's binary values: a server that sends
 * anything. The first byte chooses the model and whether text is borrowed; each column
 * takes a byte for its type, one for its length, and so many bytes. */
#include <rowan/types.h>

#include <stdlib.h>
#include <string.h>

#include "postgres/postgres_int.h"

#include "database.h"
#include "row.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct input {
    const uint8_t *at;
    size_t left;
} input;

static uint8_t take(input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* Mostly the type that the model expects. */
static Oid take_oid(input *in, rowan_type type)
{
    static const Oid others[] = { OID_BOOL,      OID_BYTEA,   OID_INT8, OID_INT2,
                                  OID_INT4,      OID_TEXT,    OID_JSON, OID_FLOAT4,
                                  OID_FLOAT8,    OID_VARCHAR, OID_DATE, OID_TIME,
                                  OID_TIMESTAMP, OID_NUMERIC, OID_UUID, OID_JSONB };
    uint8_t byte = take(in);

    return byte < 0xf0 ? rowan__pg_oid(type) : others[byte - 0xf0];
}

static void take_values(input *in, const rowan_model *model, PGresult *result)
{
    PGresAttDesc columns[64] = { 0 };

    for (int i = 0; i < model->n_columns; i++) {
        columns[i].name = (char *)(uintptr_t)model->columns[i].name;
        columns[i].typid = take_oid(in, model->columns[i].type);
        columns[i].format = 1;
    }
    if (!PQsetResultAttrs(result, model->n_columns, columns))
        abort();
    for (int i = 0; i < model->n_columns; i++) {
        uint8_t len = take(in);
        size_t n = len < in->left ? len : in->left;

        if (!PQsetvalue(result, 0, i, (char *)(uintptr_t)in->at,
                        len == 0xff ? -1 : (int)n))
            abort();
        in->at += n;
        in->left -= n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    input in = { bytes, size };
    uint8_t choice = take(&in);
    const rowan_model *model = choice & 1 ? &More_model : &Sample_model;
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    rowan_arena *arena = rowan_arena_new(NULL, 0);
    rowan__rows rows;
    rowan_error err = { 0 };

    if (result == NULL || arena == NULL)
        abort();
    take_values(&in, model, result);
    rowan__rows_init(&rows, model, arena);
    if (rowan__pg_check_result(result, model, &err) == ROWAN_OK &&
        rowan__pg_read_row(result, 0, choice & 2, &rows, &err) == ROWAN_OK)
        fuzz_use_row(model, rows.bytes);
    rowan__rows_done(&rows);
    rowan_arena_free(arena);
    PQclear(result);
    return 0;
}
