#!/usr/bin/env bash
# readme - the README's own code, taken out of its text, compiled and run: the model, the
# loader and the API of the front page, in place of those of the repository.
. tests/support/package.sh

installed static >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mono=$work/mono
mkdir -p "$mono"
cp -r models loader api "$mono"
cp -r data "$work"

# Each block begins with a comment that names its file.
awk -v dir="$mono" '
    /^```c$/ { getline; file = dir "/" substr($0, 4); sub(/:.*/, "", file); out = 1 }
    /^```$/ && out { close(file); out = 0; n++ }
    out { print > file }
    END { exit n == 4 ? 0 : 1 }' README.md
check four_blocks test $? -eq 0

compile() {
    gcc -std=gnu17 -O2 -Wall -Wextra -Wpedantic -Werror -I "$mono/models/include" -I "$prefix/include" \
        "$@" "$mono/models/models.c" -L "$prefix/lib"
}
check loader_compiles compile "$mono/loader/loader.c" -o "$work/loader" \
    -lrowan-load -lrowan -lsqlite3 -lpq -lmariadb -lm
check api_compiles compile "$mono/api/api.c" -o "$work/api" \
    -lrowan-serve -lrowan -lsqlite3 -lpq -lmariadb -lmicrohttpd -luv -lm
check query_compiles compile "$mono/oldest.c" -o "$work/oldest" -lrowan -lsqlite3 -lpq -lmariadb -lm

loads() {
    cd "$work" && env -u DATABASE_URI ./loader &&
        [ "$(sqlite3 people.db 'SELECT count(*) FROM person')" -ge 79 ]
}
answers() { # PATH TEXT
    curl -fsS --max-time 10 "http://127.0.0.1:$port$1" | grep -q "$2"
}
serves() {
    local pid result=1
    cd "$work" || return 1
    env -u DATABASE_URI HOST=127.0.0.1 PORT=0 ./api >api.log 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        port=$(sed -n 's/.*http:[^ ]*:\([0-9]*\).*/\1/p' api.log | head -1)
        [ -n "$port" ] && break
        sleep 0.05
    done
    answers /people '"awards":\[{"id":' && answers /persons/1 Perlis && answers /awards 1966 && result=0
    kill "$pid" && wait "$pid"
    [ "$result" -eq 0 ] || cat api.log
    return "$result"
}
check loader_loads loads
check query_answers test "$(cd "$work" && env -u DATABASE_URI ./oldest)" = $'Nygaard\nDahl'
check api_serves serves
finish
