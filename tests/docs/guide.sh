#!/usr/bin/env bash
# guide - the code of docs/guide.md, compiled by gcc and clang and run on every database.
. tests/support/snippets.sh
check_page docs/guide.md
finish
