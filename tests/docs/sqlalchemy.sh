#!/usr/bin/env bash
# sqlalchemy - the C of docs/coming-from-sqlalchemy.md, as docs/guide; and, where SQLAlchemy is
# installed, the Python beside it, which has to print and to find the same.
. tests/support/snippets.sh
page=docs/coming-from-sqlalchemy.md
python=/usr/bin/python3 # the one that Debian's packages are for
check_page "$page"

python_does_the_same() {
    local uri folder=$work/page/1 name
    uri=$(own_database "$ROWAN_TEST_POSTGRES" "page_$$_python") || return
    $python tests/support/sqlalchemy_page.py "$page" "$uri" >"$work/python.out" 2>"$work/python.err" ||
        { cat "$work/python.err"; return 1; }
    diff -u <(grep -v '^== ' "$folder/sqlite.out") "$work/python.out" &&
        diff -u <(grep '^count ' "$folder/sqlite.err") <(grep '^count ' "$work/python.err") &&
        [ "$(grep -c '^count ' "$work/python.err")" -ge 20 ]
}
if $python -c 'import sqlalchemy, psycopg2' 2>"$work/none"; then
    check python_does_the_same python_does_the_same
else
    skip_check python_does_the_same "python3-sqlalchemy and python3-psycopg2 are not installed"
fi
finish
