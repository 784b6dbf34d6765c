#!/usr/bin/env bash
# format - clang-format has nothing to say, nor has shellcheck.
. tests/support/check.sh

version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$version" = 14 ]; then
    # shellcheck disable=SC2046 # one word for each file
    check c_files_are_formatted clang-format --dry-run -Werror $(c_files)
else
    skip_check c_files_are_formatted \
        "clang-format 14 decides, this is ${version:-no clang-format}"
fi

scripts() {
    git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print
}
# shellcheck disable=SC2046
check scripts_pass_shellcheck shellcheck run test .ci/run api/healthcheck \
    $(scripts | grep -E '(\.sh|/run_tests)$')

# What .editorconfig asks for: LF, no tabs, no space at the end of a line, a last newline.
untidy() {
    c_files | xargs grep -nP '\t|\r| $'
    c_files | while read -r file; do
        [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
    done
}
check lines_are_tidy none <(untidy)
finish
