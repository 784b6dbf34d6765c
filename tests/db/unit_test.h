/* unit_test.h - what the tests of the unit of work share: authors, their books, a tree. */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include "database.h"

#include <rowan/transaction.h>
#include <rowan/unit.h>

/* clang-format off */
ROWAN_MODEL(Author, "author",
    (rowan_int64,    id,      PRIMARY_KEY, AUTO),
    (rowan_text,     name),
    (rowan_opt_text, country),
    (rowan_opt_date, born),
    (rowan_double,   score),
    (rowan_int32,    version, VERSION),
    HAS_MANY(books, Book, author_id)
)

ROWAN_MODEL(Book, "book",
    (rowan_int64,    id,        PRIMARY_KEY, AUTO),
    (rowan_int64,    author_id, REFERENCES(Author, id)),
    (rowan_text,     title),
    BELONGS_TO(author, Author, author_id)
)

ROWAN_MODEL(Node, "node",
    (rowan_int64,     id,     PRIMARY_KEY, AUTO),
    (rowan_text,      name),
    (rowan_opt_int64, inside, REFERENCES(Node, id))
)

/* Stops of lines, each of which may come after another one: a reference of two columns. */
ROWAN_MODEL(Stop, "stop",
    (rowan_text,      line,   PRIMARY_KEY),
    (rowan_int32,     number, PRIMARY_KEY),
    (rowan_opt_text,  after_line),
    (rowan_opt_int32, after_number),
    FOREIGN_KEY((after_line, after_number), REFERENCES(Stop, line, number))
)
/* clang-format on */

static const rowan_model *const unit_list[] = { &Book_model, &Node_model, &Stop_model,
                                                &Author_model };
static const rowan_models unit_models = { "unit", "0", unit_list, 4 };

/* New tables: the authors Ada, Alan and Grace, 1 to 3, and a book of each of the first two. */
static inline void unit_begin(test_db *t)
{
    assert_ok(rowan_drop_all(t->db, &unit_models, &t->err), &t->err);
    assert_ok(rowan_create_all(t->db, &unit_models, &t->err), &t->err);
    test_exec(t, "insert into author (name, country, score, version) values "
                 "('Ada', null, 0, 0), ('Alan', null, 0, 0), ('Grace', 'US', 0, 0)");
    test_exec(t, "insert into book (author_id, title) values (1, 'Notes'), "
                 "(2, 'Computable numbers')");
}

#endif
