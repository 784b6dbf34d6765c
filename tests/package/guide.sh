#!/usr/bin/env bash
# guide - the program of docs/guide.md, built against the installed package as the guide says.
. tests/support/package.sh
. tests/support/snippets.sh

installed static >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
check every_block_is_read extract docs/guide.md
assemble 1
folder=$work/page/1
mv "$folder/all.c" "$folder/main.c"
export C_INCLUDE_PATH=$root/tests/support PKG_CONFIG_PATH=$prefix/lib/pkgconfig

by_pkg_config() {
    (cd "$folder" && sh -e "$work"/page/part-*.sh && ./guide 2>by_pkg_config.err) | grep -q '^Perlis has the key 1$'
}
by_cmake() {
    cp "$work"/page/part-*.cmake "$folder/CMakeLists.txt"
    configure "$folder/build" "$folder" -DCMAKE_PREFIX_PATH="$prefix" && cmake --build "$folder/build" &&
        (cd "$folder/build" && ./guide 2>by_cmake.err) | grep -q '^Perlis has the key 1$'
}
check by_pkg_config by_pkg_config
check by_cmake by_cmake
finish
