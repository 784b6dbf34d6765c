# shellcheck shell=bash
# snippets.sh - builds and runs the code of a page of docs/, as snippets.awk takes it out of the
# text, and compares what it prints and sends with what the page says. Sourced.
. tests/support/check.sh

strict=(-std=gnu17 -Wall -Wextra -Wpedantic -Wshadow -Werror -I tests/support)
for folder in rowan/*/include; do
    strict+=(-I "$folder")
done

extract() { # PAGE
    mkdir -p "$work/page" && awk -v page="$1" -v dir="$work/page" -f tests/support/snippets.awk "$1"
}

# What stands around the code: main.c up to main(), the examples, a function that calls those
# that nobody else calls, the rest of main.c. A part without a main.c has that of the one before.
assemble() { # PART
    local folder=$work/page/$1 name
    [ -e "$folder/main.c" ] || cp "$work/page/$(($1 - 1))/main.c" "$folder" 2>"$work/none" ||
        cp tests/support/snippets_main.c "$folder/main.c"
    [ -e "$folder/models.c" ] || cp "$work/page/$(($1 - 1))/models.c" "$folder/models.c"
    {
        echo '#include <snippets.h>'
        sed '/^int main/,$d' "$folder/main.c"
        cat "$folder/examples.c"
        cat <<'END'
static rowan_status examples(rowan_session *db, rowan_error *err)
{
    static const struct {
        const char *name;
        rowan_status (*run)(rowan_session *db, rowan_error *err);
    } list[] = {
END
        while read -r name; do
            grep -q "[ (]$name(db" "$folder/examples.c" && continue
            echo "        { \"$name\", $name },"
        done <"$folder/names"
        cat <<'END'
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        rowan_status st;

        printf("== %s\n", list[i].name);
        fprintf(stderr, "== %s\n", list[i].name);
        st = list[i].run(db, err);
        if (st == ROWAN_OK && rowan_in_transaction(db))
            st = rowan_fail(err, ROWAN_EINTERNAL, "%s leaves a transaction open", list[i].name);
        if (st != ROWAN_OK)
            return st;
    }
    return ROWAN_OK;
}

END
        sed -n '/^int main/,$p' "$folder/main.c"
    } >"$folder/all.c"
}

# The code by either compiler; the library as the build has it, which the link has to go with.
setting() { # NAME: of the build
    sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}
compile() { # COMPILER PART
    local folder=$work/page/$2 flags=() linker kind=gcc file
    linker=$(setting CMAKE_C_COMPILER)
    grep -q clang <("$linker" --version) && kind=clang
    [ -z "$(setting ROWAN_SANITIZE)" ] || flags+=("-fsanitize=$(setting ROWAN_SANITIZE)")
    [ "$(setting ROWAN_COVERAGE)" != ON ] || flags+=(--coverage)
    [ "$1" != $kind ] || strict+=("${flags[@]}")
    for file in all models; do
        "$1" "${strict[@]}" -g -c -I "$folder" "$folder/$file.c" -o "$folder/$file-$1.o" || return
    done
    "$linker" "$folder"/*-"$1.o" "$build/rowan/librowan.a" "${flags[@]}" -lsqlite3 -lpq -lmariadb \
        -lm -o "$folder/run-$1"
}

run_on() { # COMPILER PART URI NAME
    local folder=$work/page/$2
    (cd "$folder" && DATABASE_URI=$3 timeout 60 "./run-$1" >"$4.out" 2>"$4.err") || {
        tail -25 "$folder/$4.err"
        return 1
    }
    prints "$2" "$4"
}

# What each example prints, and what the page says it does.
prints() { # PART NAME
    local folder=$work/page/$1 name
    while read -r name; do
        echo "== $name"
        [ ! -e "$folder/$name.expected" ] || cat "$folder/$name.expected"
    done < <(sed -n 's/^== //p' "$folder/$2.out") | diff -u --label page --label "$2" - "$folder/$2.out"
}

sends() { # PART
    local folder=$work/page/$1 line name sql
    [ -e "$folder/sql" ] || return 0
    while IFS=$'\t' read -r line name sql; do
        awk -v name="== $name" '/^== / { here = $0 == name; next } here' "$folder/sqlite.err" |
            grep -qxF -- "$sql" && continue
        echo "line $line: not sent: $sql"
        awk -v name="== $name" '/^== / { here = $0 == name; next } here' "$folder/sqlite.err"
        return 1
    done <"$folder/sql"
}

refused() { # PART FILE: by both compilers, gcc says the words
    local folder=$work/page/$1 line
    clang "${strict[@]}" -fsyntax-only -I "$folder" "$2" 2>"$work/said" && return 1
    LC_ALL=C.UTF-8 gcc "${strict[@]}" -fsyntax-only -I "$folder" "$2" 2>"$work/said" && return 1
    [ -s "${2%.c}.txt" ] || return 1
    while IFS= read -r line; do
        grep -qF -- "$line" "$work/said" || { cat "$work/said"; return 1; }
    done <"${2%.c}.txt"
}

# A database of its own on the servers that the tests started.
own_database() { # URI NAME
    case $1 in
    postgresql://*)
        psql -q "$1" -c "CREATE DATABASE $2" && echo "${1%/*}/$2" ;;
    *)
        local rest=${1#*://rowan:} port
        port=${rest##*:}
        MYSQL_PWD=${rest%%@*} mariadb -u rowan -h 127.0.0.1 -P "${port%%/*}" \
            -e "CREATE DATABASE $2" && echo "${1%/*}/$2" ;;
    esac
}
on_server() { # PART NAME URI
    local uri
    uri=$(own_database "$3" "page_$$_$1") && run_on gcc "$1" "$uri" "$2"
}

# check_page PAGE: all of the above.
check_page() {
    local folder part file
    check every_block_is_read extract "$1"
    for folder in "$work"/page/[0-9]*; do
        part=${folder##*/}
        assemble "$part"
        for compiler in gcc clang; do
            check "part_${part}_compiles_with_$compiler" compile $compiler "$part"
        done
        check "part_${part}_on_sqlite" run_on gcc "$part" sqlite:///gcc.db sqlite
        check "part_${part}_sends_its_sql" sends "$part"
        check "part_${part}_by_clang" run_on clang "$part" sqlite:///clang.db clang
        check "part_${part}_on_postgresql" on_server "$part" postgresql "${ROWAN_TEST_POSTGRES:-}"
        check "part_${part}_on_mariadb" on_server "$part" mariadb "${ROWAN_TEST_MARIADB:-}"
        for file in "$folder"/wrong-*.c; do
            [ ! -e "$file" ] || check "$(basename "$file" .c)_does_not_compile" refused "$part" "$file"
        done
    done
}
