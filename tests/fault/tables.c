/* tables.c - engines, whole tables and their refresh, with each call failing in turn. */
#include "fault.h"

#include <rowan/merge.h>

/* clang-format off */

/* Something of all that a table can have on every database. */
ROWAN_MODEL(Shelf, "fault shelf",
    (rowan_int64,    id,    PRIMARY_KEY, AUTO, COMMENT("of the wall")),
    (rowan_text,     room,  MAX(20), DEFAULT("hall")),
    (rowan_int32,    width),
    (rowan_int32,    depth, INDEX),
    UNIQUE(room, width),
    INDEX(width, DESC(depth)),
    CHECK(is_real, GT(width, 0), GT(depth, 0)),
    TABLE_COMMENT("where the books are")
)
ROWAN_MODEL(Book, "fault book",
    (rowan_text,      title, PRIMARY_KEY, MAX(100)),
    (rowan_opt_int64, shelf, REFERENCES(Shelf, id), ON_DELETE(SET_NULL)),
    (rowan_opt_text,  room,  MAX(20)),
    (rowan_opt_int32, width),
    FOREIGN_KEY((room, width), REFERENCES(Shelf, room, width))
)
/* clang-format on */
ROWAN_MODELS(fault_library, "1", Book, Shelf);

static rowan_status engine(test_db *t, rowan_error *err)
{
    rowan_engine_opts opts = { .read_uri = t->uri, .retry_after_ms = UINT32_MAX };
    rowan_engine *own = NULL;
    rowan_session *session = NULL;
    rowan_pool_stats stats;
    rowan_status st = rowan_engine_open(t->uri, &opts, &own, err);

    if (st == ROWAN_OK)
        st = rowan_session_open(own, &session, err);
    if (st == ROWAN_OK)
        st = rowan_session_ping(session, err);
    if (st == ROWAN_OK) {
        fault_expect(strncmp(rowan_engine_name(own), t->kind, strlen(t->kind)) == 0);
        rowan_engine_stats(own, &stats);
        fault_expect(stats.n_connects == 1 && stats.n_lent == 1);
    }
    rowan_session_close(session);
    rowan_engine_close(own);
    return st;
}

static rowan_status engine_of_environment(test_db *t, rowan_error *err)
{
    rowan_engine *own = NULL;
    rowan_status st;

    assert_int_equal(setenv("DATABASE_URI", t->uri, 1), 0);
    st = rowan_engine_open_env(NULL, &own, err);
    assert_int_equal(unsetenv("DATABASE_URI"), 0);
    rowan_engine_close(own);
    return st;
}

static rowan_status create_and_drop(test_db *t, rowan_error *err)
{
    Shelf shelf = { .room = rowan_text_of("hall"), .width = 1, .depth = 2 };
    rowan_status st = rowan_create_all(t->db, &fault_library, err);

    if (st == ROWAN_OK) /* what an earlier round has left */
        st = rowan_delete_where(t->db, Shelf, NULL, NULL, err);
    if (st == ROWAN_OK)
        st = rowan_insert(t->db, Shelf, &shelf, err);
    if (st == ROWAN_OK)
        st = rowan_delete(t->db, Shelf, &shelf, err);
    if (st == ROWAN_OK)
        st = rowan_create_all(t->db, &fault_library, err); /* they are there */
    if (st == ROWAN_OK)
        st = rowan_drop_all(t->db, &fault_library, err);
    return st;
}

/* A table with rows is merged, an empty one filled straight away. */
static rowan_status merge(test_db *t, rowan_error *err)
{
    Place places[3] = { { rowan_text_of("a"), rowan_text_of("A"), { NULL, 0 } },
                        { rowan_text_of("b"), rowan_text_of("new"), { "d", 1 } },
                        { rowan_text_of("d"), rowan_text_of("D"), { "a", 1 } } };
    More more = test_more();
    rowan_merge_counts counts[2] = { 0 };
    rowan_merge *merge = NULL;
    rowan_status st = rowan_merge_open(t->db, 2, &merge, err);

    more.id = 1;
    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &More_model, err);
    if (st == ROWAN_OK)
        st = rowan_merge_rows(merge, &more, 1, err);
    if (st == ROWAN_OK)
        st = rowan_merge_table(merge, &Place_model, err);
    for (size_t i = 0; i < 3 && st == ROWAN_OK; i++)
        st = rowan_merge_rows(merge, &places[i], 1, err);
    if (st == ROWAN_OK)
        st = rowan_merge_commit(merge, counts, err);
    if (st == ROWAN_OK) {
        fault_expect(counts[0].n_inserted == 1);
        fault_expect(counts[1].n_inserted == 1 && counts[1].n_updated == 1);
        fault_expect(counts[1].n_deleted == 1);
    }
    rowan_merge_close(merge);
    return st;
}

#define SCENARIO(name, ...)      \
    {                            \
#name, name, __VA_ARGS__ \
    }

int main(void)
{
    static const fault_scenario scenarios[] = {
        SCENARIO(engine, .reads = true),
        SCENARIO(engine_of_environment, .reads = true),
        SCENARIO(create_and_drop, .reads = true), /* of other tables */
        SCENARIO(merge, .atomic = true),
    };

    return fault_on_databases(&(fault_suite){
        "tables", scenarios, sizeof scenarios / sizeof scenarios[0], NULL, NULL });
}
