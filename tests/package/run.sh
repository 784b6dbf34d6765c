#!/usr/bin/env bash
# run - ./run, in a copy of the checkout: loads, serves, ends cleanly, on both databases.
. tests/support/check.sh

# The copy stays in the build folder, so that only the first time everything is built.
copy=$build/package/run
mkdir -p "$copy"
cp -ru CMakeLists.txt CMakePresets.json run scripts rowan models loader api data "$copy" || exit 1
rm -f "$copy"/people.db*
export HOST=127.0.0.1 PORT
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')

get() { # PATH
    curl -fsS --max-time 10 "http://127.0.0.1:$PORT$1"
}

# serves SIGNAL: starts ./run from another folder, waits until it answers, asks, ends it.
serves() {
    local pid tries
    cd / || return 1
    setsid "$copy/run" >"$work/log" 2>&1 </dev/null &
    pid=$!
    for ((tries = 0; tries < 3000; tries++)); do
        get /health >/dev/null 2>&1 && break
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/log"
    [ "$(get /people | grep -o '"id"' | wc -l)" -ge 79 ] && get /people/1 | grep Perlis &&
        get /people/1/awards | grep 1966 && get /awards | grep -q 2024
    tries=$?
    kill "-$1" "$pid"
    wait "$pid" && return "$tries"
}
check it_serves_sqlite serves TERM
check the_database_lies_in_the_folder test -f "$copy/people.db"
check it_serves_again_and_ends_by_ctrl_c serves INT
check it_installs_nothing_twice none <(grep Installing "$work/log")
if [ -n "${ROWAN_TEST_POSTGRES:-}" ]; then
    export DATABASE_URI=$ROWAN_TEST_POSTGRES
    password=${DATABASE_URI#*//*:}
    check it_serves_postgresql serves TERM
    check it_shows_no_password none <(grep -F "${password%%@*}" "$work/log")
else
    skip_check it_serves_postgresql "ROWAN_TEST_POSTGRES names no server"
fi

fails_with() { # CODE WORDS: ./run ends with that exit code and says so
    local code
    timeout 60 "$copy/run" >"$work/log" 2>&1 </dev/null
    code=$?
    cat "$work/log"
    [ "$code" -eq "$1" ] && grep -q "$2" "$work/log"
}
wrong_uri() {
    DATABASE_URI=nonsense://u:s3cret@h/d fails_with 2 "nonsense" && ! grep s3cret "$work/log"
}
check a_wrong_uri_ends_it wrong_uri
finish
