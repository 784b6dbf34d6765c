#!/usr/bin/env bash
# faults - each public function below load and serve is in a scenario of tests/fault/, where
# the nth allocation and the nth call of the driver fail (support/fault.h).
. tests/support/check.sh

headers=$(find rowan -path '*/include/rowan/*.h' -not -path '*/load/*' -not -path '*/serve/*')
objects=$(find "$build/rowan" -name '*.o' -path '*objects.dir*')
scenarios=$(find "$build/tests" -name '*.o' -path '*/test-fault-*.dir/fault/*')
[ -n "$objects" ] && [ -n "$scenarios" ] || { echo "no objects in $build"; exit 1; }

# shellcheck disable=SC2086 # lists of files
{
    sed 's|/\*.*\*/||; /^ \*/d' $headers | grep -o '\browan_[a-z0-9][a-z0-9_]*' | sort -u \
        >"$work/named"
    nm --defined-only --extern-only $objects | awk '$2 == "T" { print $3 }' | sort -u \
        >"$work/defined"
    nm --undefined-only $scenarios | awk '$1 == "U" { print $2 }' | sort -u >"$work/called"
}
comm -12 "$work/named" "$work/defined" >"$work/public"

check there_are_public_functions grep -qx rowan_fetch "$work/public"
check every_public_function_is_in_a_scenario none <(comm -23 "$work/public" "$work/called")
finish
