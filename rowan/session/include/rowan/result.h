/* rowan/result.h - rows that were read.
 *
 * A result is one arena: the rows lie contiguous, their text lies with them, and all
 * goes with rowan_result_free(); nothing inside it is freed alone. "No rows" is a result
 * with a count of 0, never an error.  Uses: rowan/model.h.
 */
#ifndef ROWAN_RESULT_H
#define ROWAN_RESULT_H
#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <rowan/arena.h>
#include <rowan/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rowan_result rowan_result;

/* Frees the rows and everything they point to. NULL is fine. Threads: any, one at a
 * time; the session and the engine may be gone. */
void rowan_result_free(rowan_result *result);

/* The number of rows. */
size_t rowan_result_count(const rowan_result *result);

/* The model of the rows. */
const rowan_model *rowan_result_model(const rowan_result *result);

/* The first row, or NULL if there is none; the others follow it, model->row_size apart.
 * The rows may be changed, and live as long as the result. */
void *rowan_result_rows(const rowan_result *result);

/* The arena of the result, for what shall live as long as the rows. */
rowan_arena *rowan_result_arena(rowan_result *result);

/* The same, checked to be of `model`; for the macro below. */
void *rowan__result_rows_of(const rowan_result *result, const rowan_model *model);

/* The rows as an array of their struct: `Person *people = rowan_rows(result, Person);`,
 * people[0] to people[rowan_result_count(result) - 1]. Asserts that the result is of that
 * model. NULL if there are no rows. */
#define rowan_rows(result, M) ((M *)rowan__result_rows_of((result), &M##_model))

#ifdef __cplusplus
}
#endif
#endif
