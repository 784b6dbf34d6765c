"""The Python of docs/coming-from-sqlalchemy.md: sqlalchemy_page.py PAGE URI

Runs the blocks of a page in their order, in one module, and the conditions and orders of its
tables. Prints what they print, and "count LINE N" for each condition to the standard error, as
the C beside them does."""
import functools
import re
import sys

import sqlalchemy
import sqlalchemy.orm

if sqlalchemy.__version__ < "2":  # the style of 2.0, which 1.4 has on request
    sqlalchemy.create_engine = functools.partial(sqlalchemy.create_engine, future=True)
    sqlalchemy.orm.Session = functools.partial(sqlalchemy.orm.Session, future=True)


def run_cell(names, line, head, code):
    from sqlalchemy import func, select

    person, session = names["Person"], names["session"]
    if head == "query":
        session.scalars(eval("select(Person)" + code, names)).all()
        return
    value = eval(code, names)
    if head == "condition":
        count = select(func.count()).select_from(person).where(value)
        print("count", line, session.scalar(count), file=sys.stderr)
    elif head == "order":
        session.scalars(select(person).order_by(value)).all()


def main(page, uri):
    names = {"DATABASE_URI": uri}
    block, head = None, None
    with open(page, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line == "```python\n":
                block = "\n" * number
            elif line == "```\n" and block is not None:
                exec(compile(block, page, "exec"), names)
                if "session" in names:  # each block begins as the first one did
                    names["session"].rollback()
                block = None
            elif block is not None:
                block += line
            elif line.startswith("|"):
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if head is None:
                    head = cells[-1]
                elif cells[0].startswith("`") and head in ("condition", "order", "query", "with", "join"):
                    run_cell(names, number, head, re.sub("^`|`$", "", cells[0]))
            else:
                head = None
    names["session"].close()


if __name__ == "__main__":
    main(*sys.argv[1:])
