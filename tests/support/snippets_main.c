/* snippets_main.c - the main.c of a page of docs/ that shows none: see snippets.sh. */
#include <stdio.h>
#include <string.h>

#include <rowan/raw.h>
#include <rowan/schema.h>
#include <rowan/session.h>
#include <rowan/transaction.h>
#include <rowan/unit.h>
#include <rowan/upsert.h>

#include "models.h"

extern const rowan_models models;

int main(void)
{
    rowan_engine *engine = NULL;
    rowan_session *db = NULL;
    rowan_error err;
    rowan_status st = rowan_engine_open_env(NULL, &engine, &err);

    if (st == ROWAN_OK)
        st = rowan_session_open(engine, &db, &err);
    if (st == ROWAN_OK)
        st = rowan_create_all(db, &models, &err);
    if (st == ROWAN_OK)
        st = examples(db, &err);
    if (st != ROWAN_OK)
        fprintf(stderr, "%s\n", err.message);
    rowan_session_close(db);
    rowan_engine_close(engine);
    return st == ROWAN_OK ? 0 : 1;
}
