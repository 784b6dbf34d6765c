/* rowan/load.h - outside data -> models -> database, all or nothing.
 *
 *     static const rowan_source sources[] = {
 *         ROWAN_SOURCE(Person, "data/people.csv"),
 *         ROWAN_SOURCE(Award, "data/awards.csv"),
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         return rowan_load_main(argc, argv, &models, sources, ROWAN_COUNT(sources));
 *     }
 *
 * A run reads every source, converts and validates each row against its model before
 * it is sent, and refreshes all tables in one transaction (rowan/merge.h): one bad row,
 * and nothing changes. Its memory is bounded by a batch (2,000 rows, about 1 MiB of text,
 * at least one row), not by the files. Killed at any moment it leaves the data as it was.
 * Uses: rowan/merge.h.
 */
#ifndef ROWAN_LOAD_H
#define ROWAN_LOAD_H

#include <rowan/merge.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A CSV file (rowan/csv.h) with a header line that holds the rows of one table. Columns
 * of the file that the model does not have are ignored; a column of the model that the
 * file lacks must be nullable, and is then NULL. An empty field is NULL where the column
 * is nullable (but "" in quotes is an empty text); otherwise it is the empty text, and a
 * fault in a key and in any other type. The keys must be given, and differ. Several
 * sources of one model are read one after another and together hold its rows. */
typedef struct rowan_source {
    const rowan_model *model;
    const char *path; /* relative to the working folder; a pipe is fine */
    const char *use;  /* the record of rowan/uses.h; never read, may be NULL */
} rowan_source;

/* clang-format off */
#define ROWAN_SOURCE(M, file) { &M##_model, (file), ROWAN__USE_TEXT(M, "*", "w") }
/* clang-format on */

/* Exit codes of rowan_load_main(). */
typedef enum rowan_load_exit {
    /* Loaded, or nothing had changed. */
    ROWAN_LOAD_OK = 0,
    /* Out of memory, or a mistake of ours. */
    ROWAN_LOAD_FAILED = 1,
    /* Wrong arguments or DATABASE_URI. */
    ROWAN_LOAD_USAGE = 2,
    /* A source is refused: its header, some of its rows, or that it has none. */
    ROWAN_LOAD_REJECTED = 3,
    /* A source cannot be read. */
    ROWAN_LOAD_NO_SOURCE = 4,
    /* The database cannot be reached or written, or is busy. */
    ROWAN_LOAD_NO_DATABASE = 5,
    /* The database refuses the rows, for a reason that the sources do not show. */
    ROWAN_LOAD_REFUSED = 6,
    /* SIGINT or SIGTERM: rolled back. */
    ROWAN_LOAD_INTERRUPTED = 7
} rowan_load_exit;

/* Why a row was refused. Text lives during the call that reports it only. */
typedef struct rowan_reject {
    const char *path;
    uint64_t line;      /* of the file, where the row begins, from 1 */
    const char *column; /* NULL if it is about the whole row */
    const char *value;  /* NULL likewise; cut to a readable length, one line */
    const char *reason; /* "is not a date (YYYY-MM-DD)" */
} rowan_reject;

/* {0} is valid. */
typedef struct rowan_load_opts {
    /* Rows after which a source is not read further, for it is wrong all over; 0: 100. */
    uint64_t max_rejects;
    /* Whether a table that has rows may be emptied by sources that have none. */
    bool allow_empty;
    /* Called for each fault of a row, which may have several. */
    void (*on_reject)(void *ctx, const rowan_reject *reject);
    /* Called now and then while source `source_idx` is read; n_total is its size in
     * bytes, or 0 if not known. A return of false stops the run. */
    bool (*on_progress)(void *ctx, size_t source_idx, uint64_t n_bytes,
                        uint64_t n_total, uint64_t n_rows);
    void *ctx;
} rowan_load_opts;

/* What a run did. */
typedef struct rowan_load_summary {
    /* counts[number of sources], given by the caller, or NULL. Of several sources of one
     * model the first has what changed. */
    rowan_merge_counts *counts;
    /* Rows refused, over all sources. */
    uint64_t n_rejected;
    /* That a failure is about; NULL if it is about the database. */
    const rowan_source *bad_source;
} rowan_load_summary;

/* Reads all sources and refreshes their tables; creates tables that are missing. The
 * database is not touched before all files were opened and their headers are right. When
 * the database refuses the rows (a key twice, a reference to nothing), sources that are
 * files are read once more, to report the rows at fault with their lines; only then, and
 * without a session, does the memory grow with the files (43 bytes a row).
 * session  NULL: only reads and validates, and checks keys, unique columns and references
 *          between the sources itself
 * opts     NULL means {0}
 * summary  may be NULL
 * Returns  ROWAN_OK; ROWAN_EINVAL if rows or a header were refused (each row went to
 *          on_reject) or the models are wrong; ROWAN_ENOTFOUND or ROWAN_EIO if a source
 *          cannot be read; ROWAN_EBUSY with "interrupted" if on_progress said so; the
 *          statuses of a session. Unless ROWAN_OK, no row in the database has changed.
 * Threads  as the session. */
rowan_status rowan_load(rowan_session *session, const rowan_models *models,
                        const rowan_source *sources, size_t n_sources,
                        const rowan_load_opts *opts, rowan_load_summary *summary,
                        rowan_error *err) ROWAN_CHECKED;

/* The main() of a loader: reads DATABASE_URI and the arguments (--help lists them), runs
 * once, reports on standard output and errors on standard error.
 * Returns  a rowan_load_exit for main() to return. */
int rowan_load_main(int argc, char **argv, const rowan_models *models,
                    const rowan_source *sources, size_t n_sources);

#ifdef __cplusplus
}
#endif
#endif
