#!/usr/bin/env bash
# messages - what the compilers say about the typical mistakes.
#
# Each file beside this script has one mistake. It names the words that gcc and clang have to
# say ("gcc: ...", "clang: ..."), and has "// here" on the line of the file that they are to
# name first ("// gcc", "// clang" where they differ). "lines: 10" bounds what gcc prints in
# all.
. tests/support/check.sh

flags=(-std=gnu17 -S -o /dev/null -Wall -Wextra -Werror -I models/include)
for folder in rowan/*/include; do
    flags+=(-I "$folder")
done

says() { # COMPILER FILE
    local words line limit output
    words=$(sed -n "s|^[/ ]\*.* *$1: *||; T; s| \*/\$||p; s|^\(.*[^ ]\) *\$|\1|p" "$2" | head -1)
    line=$(grep -nE "// (here|$1)( |\$)" "$2" | cut -d: -f1)
    limit=$(sed -n 's|.*lines: \([0-9]*\).*|\1|p' "$2")
    [ -n "$words" ] && [ -n "$line" ] || { echo "$2 does not say what to expect"; return 1; }
    if output=$(LC_ALL=C "$1" "${flags[@]}" "$2" 2>&1); then
        echo "$2 compiles"
        return 1
    fi
    output=${output//\\\"/\"} # some versions quote the quotes of a message
    if ! grep -qF "$words" <<<"$output"; then
        printf 'expected: %s\n%s\n' "$words" "$output"
        return 1
    fi
    if ! grep -m 1 -E "^$2:[0-9]+:[0-9]+: (error|note)" <<<"$output" | grep -q "^$2:$line:"; then
        printf 'the file is not first named at line %s\n%s\n' "$line" "$output"
        return 1
    fi
    if [ "$1" = gcc ] && [ -n "$limit" ] && [ "$(wc -l <<<"$output")" -gt "$limit" ]; then
        printf 'more than %s lines\n%s\n' "$limit" "$output"
        return 1
    fi
}

for file in tests/compile_fail/*.c; do
    for compiler in gcc clang; do
        check "$(basename "$file" .c)_with_$compiler" says "$compiler" "$file"
    done
done

# The same files without the mistakes compile: it is the mistake that is refused.
cat >"$work/right.c" <<'END'
#include <models/models.h>
#include <rowan/session.h>
#include <rowan/unit.h>
rowan_status right(rowan_session *db, Person *person, uint64_t *n, rowan_error *err);
rowan_status right(rowan_session *db, Person *person, uint64_t *n, rowan_error *err)
{
    Award *award = NULL;
    rowan_status st = rowan_insert(db, Person, person, err);
    if (st == ROWAN_OK)
        st = rowan_count(db, rowan_select(Person, .where = rowan_and(
            rowan_eq(Person, first_name, "Ada"), rowan_ne(Person, last_name, person->last_name),
            rowan_lt(Person, born, ((rowan_date){ 1912, 6, 23 })), rowan_is_null(Person, born)),
            .order_by = { rowan_desc(Person, born) }), n, err);
    if (st == ROWAN_OK)
        st = rowan_update_where(db, Award, rowan_ge(Award, year, 1966), n, err,
                                rowan_set(Award, year, 1967), rowan_set(Award, citation, "x"));
    if (st == ROWAN_OK)
        st = rowan_update_where(db, Person, NULL, n, err, rowan_set_null(Person, born));
    if (st == ROWAN_OK)
        st = rowan_session_add(db, Person, &person, err, .first_name = rowan_text_of("Ada"),
                               .last_name = person->last_name);
    if (st == ROWAN_OK)
        st = rowan_session_add(db, Award, &award, err, .citation = rowan_text_of("x"));
    if (st == ROWAN_OK)
        st = rowan_session_refer(db, Award, award, person_id, Person, person, err);
    person->born = ROWAN_SOME(rowan_opt_date, { 1912, 6, 23 });
    return person->born.has && person->born.value.year == 1912 ? st : ROWAN_EINVAL;
}
END
for compiler in gcc clang; do
    check "without_mistakes_with_$compiler" "$compiler" "${flags[@]}" -Wpedantic -Wshadow \
        -Wconversion "$work/right.c"
done
finish
