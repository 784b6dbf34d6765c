# shellcheck shell=bash
# check.sh - what the checks share: sourced by scripts that are run in the root folder.
#
# A check prints what cmocka prints, so that the runner counts both in one way. Those that
# look at what was built find the build in $build.
# shellcheck disable=SC2034 # some variables are for those who source this
set -u
build=${ROWAN_TEST_BUILD:-$PWD/build/dev}
root=$PWD
failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/rowan-check-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# check NAME COMMAND...: one test, which passes if the command does; what it printed is
# shown if not.
check() {
    local name=$1 out
    shift
    echo "[ RUN      ] $name"
    if out=$("$@" 2>&1); then
        echo "[       OK ] $name"
    else
        printf '%s\n' "$out"
        echo "[  FAILED  ] $name"
        failed=1
    fi
}

# skip_check NAME REASON
skip_check() {
    printf '[ RUN      ] %s\nSKIP: %s\n[  SKIPPED ] %s\n' "$1" "$2" "$1"
}

# none FILE: passes if the file (or pipe) is empty, and shows what is in it if not.
none() {
    ! grep '' "$1"
}

# same FILE EXPECTED: passes if both have the same lines.
same() {
    diff -u "$2" "$1"
}

# The C files of the project, not those that are meant to be wrong.
c_files() {
    find rowan models loader api tests bench -name '*.[ch]' -not -path 'tests/compile_fail/*' \
        2>/dev/null | sort
}

finish() {
    exit "$failed"
}
