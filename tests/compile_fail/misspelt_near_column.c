/* misspelt_near_column.c - a relation by a column that its model does not have. */
#include <models/models.h>
#include <rowan/model.h>

ROWAN_MODEL(Vote, "vote", // clang
    (rowan_int64, id,       PRIMARY_KEY),
    (rowan_int64, award_id, REFERENCES(Award, id)),
    BELONGS_TO(award, Award, awardid) // gcc
)
/* gcc:   'Vote__index' has no member named 'awardid'; did you mean 'award_id'?
 * clang: no member named 'awardid' in 'Vote__index' */
