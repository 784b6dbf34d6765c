#!/usr/bin/env bash
# headers - each public header compiles alone, as C and as C++, with what is installed.
. tests/support/check.sh

# The headers as they are installed: no private folder is in sight.
include=$work/include
mkdir "$include"
cp -r rowan/*/include/. models/include/. "$include/"
flags=(-fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I "$include")

compile() { # COMPILER LANGUAGE HEADER
    # twice: a header also has to bear being included again
    printf '#include <%s>\n#include <%s>\nint main(void);\n' "$3" "$3" >"$work/$1.source"
    "$1" -x "${2%%:*}" "-std=${2#*:}" "${flags[@]}" "$work/$1.source"
}

for header in $(cd "$include" && find . -name '*.h' | sed 's|^\./||' | sort); do
    name=$(tr '/.' '__' <<<"$header")
    for how in gcc,c:gnu17 clang,c:gnu17 g++,c++:c++17 clang++,c++:c++17; do
        check "${name}_with_${how%%,*}" compile "${how%%,*}" "${how#*,}" "$header"
    done
done

# A C++ program sees structs and descriptions, and calls the library.
cat >"$work/program.cc" <<'END'
#include <models/models.h>
#include <rowan/load.h>
#include <rowan/schema.h>
#include <rowan/serve.h>
int count(rowan_session *db, uint64_t *n)
{
    rowan_query query = {};
    query.model = &Person_model;
    return sizeof(Person) == Person_model.row_size &&
           rowan_count(db, &query, n, nullptr) == ROWAN_OK && models.n_models == 2;
}
END
for compiler in g++ clang++; do
    check "program_with_$compiler" "$compiler" -std=c++17 "${flags[@]}" "$work/program.cc"
done
finish
