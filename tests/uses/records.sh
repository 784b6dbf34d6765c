#!/usr/bin/env bash
# records - small services, built in every way, tell exactly which columns they use.
. tests/support/check.sh
uses=$build/rowan/rowan-uses
flags=(-std=gnu17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -Wno-unused-command-line-argument)
for folder in rowan/*/include; do
    flags+=(-I "$folder")
done
gc=(-ffunction-sections -fdata-sections)

# What the comments of the sources say, "Person.born filter tests/uses/main.c:17" each; whole
# rows and keys taken apart.
expected() { # WORD...: uses, kept, dead
    local word
    for word; do
        grep -n "// $word: " tests/uses/*.[ch] | sed -E "s|^([^:]*):([0-9]+):.*// $word: |\1:\2 |"
    done | while read -r place list; do
        tr ',' '\n' <<<"$list" | while read -r column use; do
            case $column in
            Person.\*) printf 'Person.%s\n' id name born height ;;
            Award.\*) printf 'Award.%s\n' year person_id citation ;;
            Person.\(key\)) echo Person.id ;;
            *.\(rows\)) echo "${column%(rows)}" ;;
            *) echo "$column" ;;
            esac | sed "s|\$| $use $place|"
        done
    done | sort -u
}

# The same from a binary.
told() {
    "$uses" --json "$1" |
        sed -E 's|.*"model":"([^"]*)","member":"([^"]*)".*"use":"([^"]*)".*"file":"([^"]*)","line":([0-9]*).*|\1.\2 \3 \4:\5|' |
        sort -u
}

# service NAME COMPILER [OPTION...]: $work/NAME, of main.c and an archive.
service() {
    local folder=$work/$1 cc=$2 file
    mkdir "$folder" || return
    for file in main archive archive_unused; do
        "$cc" "${flags[@]}" "${@:3}" -c "tests/uses/$file.c" -o "$folder/$file.o" || return
    done
    [ -e "$work/outside.o" ] ||
        gcc "${flags[@]}" -Wno-unused-parameter -Wno-pedantic -O2 -fPIC -c tests/uses/outside.c \
            -o "$work/outside.o" || return
    case $cc in
    clang) ar rc "$folder/lib.a" "$folder"/archive*.o ;; # lld needs no index
    *) gcc-ar rc "$folder/lib.a" "$folder"/archive*.o ;;
    esac || return
    "$cc" "${flags[@]}" "${@:3}" "$folder/main.o" "$folder/lib.a" "$work/outside.o" \
        -o "$folder/service" || return
    strip -s "$folder/service" && "$folder/service"
}

exact() {
    service "$@" && told "$work/$1/service" | diff -u "$work/exact" -
}
upper_bound() {
    service "$@" && told "$work/$1/service" | diff -u "$work/upper_bound" -
}
expected uses >"$work/exact"
expected uses kept >"$work/upper_bound"


# What the linker throws away goes with its records: -O1 to -O3 and -Os, each linker, at an
# address that is fixed or not.
exactly() { # COMPILER LINKER LEVEL pie|no-pie
    exact "$1-$2-$3-$4" "$1" "-$3" -g "${gc[@]}" "-f$4" "-$4" -Wl,--gc-sections "-fuse-ld=$2"
}
# Link-time optimisation throws away by itself.
exactly_with_lto() { # COMPILER LINKER [OPTION]
    exact "$1-$2-lto${3:-}" "$1" -O2 "-flto${3:-}" "-fuse-ld=$2"
}
# Without either the list is what was compiled, and still not what is in no object.
all_that_was_compiled() { # COMPILER LEVEL
    upper_bound "$1-$2" "$1" "-$2"
}

for cc in gcc clang; do
    for linker in bfd gold lld; do
        if ! command -v "ld.$linker" >"$work/which"; then
            skip_check "${cc}_with_$linker" "there is no ld.$linker"
            continue
        fi
        check "${cc}_with_${linker}_at_O2_pie" exactly $cc $linker O2 pie
        check "${cc}_with_${linker}_at_O3_no_pie" exactly $cc $linker O3 no-pie
    done
    for level in O1 Os; do
        check "${cc}_at_$level" exactly $cc bfd $level pie
    done
    check "${cc}_without_gc" all_that_was_compiled $cc O2
done
check gcc_lto exactly_with_lto gcc bfd
if command -v ld.lld >"$work/which"; then
    check clang_lto exactly_with_lto clang lld
    check clang_thin_lto exactly_with_lto clang lld =thin
else
    skip_check clang_lto "there is no ld.lld"
fi

# A shared library has records of its own, of all that others may call.
tells_of_a_shared_library() {
    mkdir "$work/shared" &&
        gcc "${flags[@]}" -O2 -fPIC "${gc[@]}" -shared -Wl,--gc-sections tests/uses/archive.c \
            -o "$work/shared/lib.so" && strip -s "$work/shared/lib.so" &&
        told "$work/shared/lib.so" | diff -u <(expected uses kept | grep /archive.c:) -
}
check shared_library tells_of_a_shared_library

# Sanitizers keep more than is used, and nothing of it is lost.
tells_with_sanitizers() {
    service "$1-sanitized" "$1" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
        "${gc[@]}" -Wl,--gc-sections || return
    told "$work/$1-sanitized/service" >"$work/told"
    comm -23 "$work/exact" "$work/told" | none - && comm -13 "$work/upper_bound" "$work/told" | none -
}
check gcc_with_sanitizers tells_with_sanitizers gcc
if [ -e "$(clang -print-file-name=libclang_rt.asan-x86_64.a)" ]; then
    check clang_with_sanitizers tells_with_sanitizers clang
else
    skip_check clang_with_sanitizers "clang has no sanitizers here"
fi

# A record is no code: the assembler makes the same bytes of a file without its records. The
# compiler, which does not move memory across one, comes to as much code as without them.
code_of() { # OBJECT
    objdump -d "$1" | sed '/file format/d'
}
adds_no_instruction() { # COMPILER LEVEL
    local with without
    "$1" "${flags[@]}" "-$2" "${gc[@]}" -S tests/uses/main.c -o "$work/with.s" &&
        sed '/^[[:blank:]]*#APP/,/^[[:blank:]]*#NO_APP/d' "$work/with.s" >"$work/without.s" || return
    [ "$(grep -c ROWANUSE "$work/with.s")" -gt "$(grep -c ROWANUSE "$work/without.s")" ] || return
    for file in with without; do
        "$1" -c "$work/$file.s" -o "$work/$file.o" && code_of "$work/$file.o" >"$work/$file" ||
            return
    done
    grep -Eq '\b(call|bl)\b' "$work/with" && diff "$work/without" "$work/with" || return
    "$1" "${flags[@]}" "-$2" "${gc[@]}" -DROWAN_NO_USES -c tests/uses/main.c -o "$work/no.o" || return
    with=$(grep -cP '^ .*\t.*\t' "$work/with")
    without=$(code_of "$work/no.o" | grep -cP '^ .*\t.*\t')
    echo "$1 -$2: $with instructions with records, $without without"
    [ "$with" -le $((without * 105 / 100)) ]
}
for cc in gcc clang; do
    for level in O0 O1 O2 O3 Os; do
        check "${cc}_adds_no_instruction_at_$level" adds_no_instruction $cc $level
    done
done

# Processors and assemblers without the relocation: as exact, for an instruction a record.
exact_by_an_instruction() {
    exact "$1-by-instruction" "$1" -O2 -DROWAN__USE_BY_INSTRUCTION "${gc[@]}" -Wl,--gc-sections
}
check gcc_by_an_instruction exact_by_an_instruction gcc
check clang_by_an_instruction exact_by_an_instruction clang

# The program that lists them.
prints_a_table() {
    local out
    out=$("$uses" --root=tests "$work/gcc-bfd-O2-pie/service" "$uses")
    grep -Eq '^Person  name +filter +uses/models\.h:[0-9]+$' <<<"$out" &&
        grep -Eq '^Person  id +write +\(key\) +uses/main\.c:[0-9]+$' <<<"$out" &&
        [ "$(tail -1 <<<"$out")" = "(uses no column)" ] || { echo "$out"; return 1; }
}
check it_prints_a_table prints_a_table
fails_with() { # CODE WORDS ARGUMENT...
    local out code
    out=$("$uses" "${@:3}" 2>&1)
    code=$?
    [ "$code" = "$1" ] && grep -q -- "$2" <<<"$out" || { echo "$code: $out"; return 1; }
}
check it_helps fails_with 0 '^Usage: rowan-uses' --help
check it_wants_a_file fails_with 2 'which file'
check it_knows_its_options fails_with 2 'Try rowan-uses --help' --frobnicate "$uses"
check it_refuses_an_object fails_with 1 '^rowan-uses: .*main.o is an object file' "$work/gcc-bfd-O2-pie/main.o"
check it_refuses_a_script fails_with 1 'records.sh is no ELF file' tests/uses/records.sh
check it_goes_on_after_one fails_with 1 'Person' --json /nowhere "$work/gcc-bfd-O2-pie/service"
full_disk() {
    "$uses" "$work/gcc-bfd-O2-pie/service" 2>&1 >/dev/full | grep 'cannot be written'
}
check it_sees_a_full_disk full_disk
finish
