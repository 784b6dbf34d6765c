#!/usr/bin/env bash
# symbols - what the libraries call and define, by nm.
. tests/support/check.sh

# "layer/file.c.o symbol" for what the objects use, and for what they define.
objects=$(find "$build/rowan" -name '*.o' -path '*objects.dir*')
[ -n "$objects" ] || { echo "no objects in $build"; exit 1; }
for object in $objects; do
    [ -e "rowan/$(sed 's|.*objects\.dir/||; s|\.o$||' <<<"$object")" ] && echo "$object"
done >"$work/objects" # without those of files that are gone
list() { # NM OPTIONS
    xargs nm -A "$@" <"$work/objects" | sed -E 's|^.*objects\.dir/([^:]*):.* ([^ ]+)$|\1 \2|'
}
list --undefined-only >"$work/used"
list --defined-only --extern-only >"$work/defined"

# used PATTERN EXCEPT: who uses a symbol, but for these files.
used() {
    awk -v symbol="^(__)?($1)(_chk)?\$" -v except="$2" \
        '$2 ~ symbol && (except == "" || $1 !~ except)' "$work/used"
}
check sqlite_stays_in_its_driver none <(used 'sqlite3_.*' '^drivers/sqlite/')
check libpq_stays_in_its_driver none <(used 'PQ[a-z].*|lo_.*' '^drivers/postgres/')
check mariadb_stays_in_its_driver none <(used '(mysql|mariadb)_.*' '^drivers/mariadb/')
check http_stays_in_serve none <(used 'MHD_.*|uv_.*' '^serve/')

# The mains may print; nothing else may, and nobody leaves without asking.
check libraries_do_not_exit none <(used 'exit|_exit|_Exit|abort|quick_exit|raise' '')
print='v?printf|puts|putchar|putc|perror|std(out|err)|v?syslog|openlog|v?(warn|err)x?|psignal'
check libraries_do_not_print none <(used "$print" '^(load|serve)/main\.c\.o$')
# Memory: one door, so that a test can close it.
check memory_comes_from_one_door none \
    <(used 'malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf|posix_memalign|aligned_alloc' \
        '^base/alloc\.c\.o$')
# No bounds, no thread safety, or no error: there is always a better one.
banned='strn?cpy|strn?cat|stpcpy|v?sprintf|strtok|ato[ifl]|atoll|gets|scanf|sscanf|vsscanf'
banned+='|gmtime|localtime|ctime|asctime|rand|srand|tmpnam|mktemp|alloca|getenv_r'
check banned_functions_are_not_used none <(used "$banned" '')

check libraries_define_only_their_prefix none \
    <(awk '$2 !~ /^(rowan_|__asan|__odr_asan|__tsan|__gcov|__llvm)/' "$work/defined")
finish
