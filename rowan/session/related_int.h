/* related_int.h - rowan_fetch() of a query that loads relations. */
#ifndef ROWAN_RELATED_INT_H
#define ROWAN_RELATED_INT_H

#include "groups_int.h"
#include "relation_int.h"
#include "session_int.h"

/* Refuses what cannot be loaded, before anything is read: a relation of another model, one
 * that is named twice, conditions on other columns than the related rows'. */
rowan_status rowan__related_check(const rowan_model *model,
                                  const rowan_relation_query *const *with,
                                  rowan_error *err) ROWAN_CHECKED;

/* Loads the relations of rows of a result that are not joined, and their relations, into the
 * result. The session has a transaction open. */
rowan_status rowan__related_load(rowan_session *session, rowan_result *result,
                                 const rowan__rows *rows,
                                 const rowan_relation_query *const *with,
                                 rowan_error *err) ROWAN_CHECKED;

/* Whether relations are joined at this level, and whether any of a tree is not. */
bool rowan__joins_some(const rowan_relation_query *const *with);
bool rowan__reads_some(const rowan_relation_query *const *with);

/* joined.c: rowan_fetch() of a query that joins relations, those that are not joined
 * included. *out is set on ROWAN_OK only. */
rowan_status rowan__joined_fetch(rowan_session *session, const rowan_query *query,
                                 rowan_result **out, rowan_error *err) ROWAN_CHECKED;

/* A join of two models by as many columns of each. */
typedef struct rowan__equal {
    rowan_expr each[ROWAN__MAX_FOREIGN_KEY];
    const rowan_expr *parts[ROWAN__MAX_FOREIGN_KEY];
    rowan_expr all;
} rowan__equal;

/* left == right, in out->all; must not be moved afterwards. */
void rowan__equal_keys(rowan__equal *out, const rowan_model *left_model,
                       const rowan__key *left, const rowan_model *right_model,
                       const rowan__key *right);

typedef struct rowan__between {
    rowan__equal on;
    rowan_join join;
} rowan__between;

/* The relation under way. */
typedef struct rowan__loading {
    rowan_session *session;
    rowan_result *result;
    rowan_arena *scratch; /* gone when the relation is loaded */
    const rowan_relation_query *with;
    const rowan_relation *relation;
    rowan__ends ends;
    const rowan__rows *near; /* the rows whose relation it is */
    rowan__groups groups;    /* of them */
    rowan__rows *far;        /* those that are related */
    rowan_query query;       /* that reads them, but for the groups */
    rowan__between between;  /* how the model in between is joined */
    rowan__key key;          /* of far rows: the values of their group */
    rowan__groups same;      /* of far rows, if one can be there several times */
} rowan__loading;

/* Makes the query of a relation and the block for its rows.
 * Returns  ROWAN_OK; ROWAN_ENOMEM; ROWAN_EUNSUPPORTED if rows would be too large. */
rowan_status rowan__related_begin(rowan__loading *loading,
                                  rowan_error *err) ROWAN_CHECKED;

/* Reads the related rows of all groups. */
rowan_status rowan__related_read(rowan__loading *loading,
                                 rowan_error *err) ROWAN_CHECKED;

/* Joins the model in between to the related rows; must not be moved afterwards. */
void rowan__join_between(rowan__between *out, const rowan_relation *relation,
                         const rowan__ends *ends);

#endif
