#!/usr/bin/env bash
# golden - what a model expands to stays readable, and a hundred of them stay cheap.
. tests/support/check.sh
include=(-I rowan/base/include -I rowan/model/include)

# tests/header/person.c and what becomes of its model, formatted: to be read by people. After
# a change of the macros: tests/header/golden.sh --update, and read it.
expand() {
    gcc -std=gnu17 -E -P "${include[@]}" tests/header/person.c |
        sed -n '/^typedef struct Person/,$p' | sed 's/_Pragma("[^"]*")//g; /^#/d' |
        clang-format --style='{BasedOnStyle: LLVM, IndentWidth: 4, ColumnLimit: 88}'
}
expanded=tests/header/person.expanded
[ "${1:-}" = --update ] && expand >"$expanded"
if clang-format --version | grep -q 'version 14'; then
    expand >"$work/now"
    check a_model_expands_to_plain_c same "$work/now" "$expanded"
else
    skip_check a_model_expands_to_plain_c "clang-format 14 decides on the layout"
fi

# The size of a package of 100 models with 20 columns each, and the time it may take.
many_models() {
    local m c
    echo '#include <rowan/model.h>'
    for m in $(seq 100); do
        printf 'ROWAN_MODEL(M%d, "m%d", (rowan_int64, id, PRIMARY_KEY, AUTO)' "$m" "$m"
        for c in $(seq 19); do
            printf ', (rowan_opt_date, column_%d, INDEX)' "$c"
        done
        echo ')'
    done
}
many_models >"$work/many.c"
compile_times() { # COMPILER MS: processor time, best of three
    local TIMEFORMAT=%3U now best=999999
    for _ in 1 2 3; do
        { time "$1" -std=gnu17 -c "${include[@]}" "$work/many.c" -o "$work/many.o" 2>&1; } \
            2>"$work/time" || return
        now=$((10#$(tr -d '.,' <"$work/time")))
        [ "$now" -lt "$best" ] && best=$now
    done
    echo "$1: 100 models of 20 columns in $best ms" | tee -a "$work/times"
    [ "$best" -le "$2" ]
}
check gcc_compiles_100_models_fast compile_times gcc 300
check clang_compiles_100_models_fast compile_times clang 600
cat "$work/times"
finish
