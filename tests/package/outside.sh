#!/usr/bin/env bash
# outside - a program outside the repository finds the installed packages and runs.
. tests/support/package.sh

expect_run() { # PROGRAM [NAME=VALUE...]
    [ "$(env "${@:2}" "$1")" = "1 person, models 1.0.0" ]
}

with_find_package() { # PREFIX
    local folder
    folder=$(mktemp -d "$work/XXXX")
    cp tests/package/program.c "$folder"
    cat >"$folder/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(program LANGUAGES C)
find_package(models 1.0 REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE models::models)
END
    configure "$folder/build" "$folder" -DCMAKE_PREFIX_PATH="$1" &&
        cmake --build "$folder/build" && expect_run "$folder/build/program"
}

with_pkg_config() { # PREFIX
    local flags
    export PKG_CONFIG_PATH=$1/lib/pkgconfig
    flags=$(pkg-config --cflags --libs models) || return
    # shellcheck disable=SC2086 # one word for each flag
    gcc -std=gnu17 tests/package/program.c $flags -o "$work/with_pkg_config" &&
        expect_run "$work/with_pkg_config" LD_LIBRARY_PATH="$1/lib"
}

refuses_range() { # PREFIX: another Rowan than the models accept is not found
    local moved=$work/other_version
    cp -r "$1" "$moved"
    sed -i 's/^Version: .*/Version: 0.9.0/' "$moved/lib/pkgconfig/rowan.pc"
    sed -i 's/PACKAGE_VERSION "[^"]*"/PACKAGE_VERSION "0.9.0"/' \
        "$moved/lib/cmake/rowan/rowanConfigVersion.cmake"
    PKG_CONFIG_PATH=$moved/lib/pkgconfig pkg-config --libs models && return 1
    ! with_find_package "$moved"
}

for kind in static shared; do
    check "${kind}_installs" installed "$kind"
    prefix=$build/package/$kind/prefix # set in a subshell above
    check "${kind}_with_find_package" with_find_package "$prefix"
    check "${kind}_with_pkg_config" with_pkg_config "$prefix"
done
prefix=$build/package/static/prefix
check another_rowan_is_refused refuses_range "$prefix"

# The installed tree can be moved, and has nothing of the place where it was built.
cp -r "$prefix" "$work/moved"
check moved_with_find_package with_find_package "$work/moved"
check moved_with_pkg_config with_pkg_config "$work/moved"
check nothing_names_the_build_folder none \
    <(grep -rlI "$root" "$prefix/include" "$prefix/lib/cmake" "$prefix/lib/pkgconfig")
check only_headers_are_included none <(find "$prefix/include" -type f ! -name '*.h')
finish
