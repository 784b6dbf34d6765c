# shellcheck shell=bash
# package.sh - builds and installs the packages once for all tests of them. Sourced.
. tests/support/check.sh

# configure FOLDER SOURCE [OPTION...]: unoptimised, which is faster to build and says the same.
configure() {
    cmake -S "$2" -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DROWAN_WERROR=ON "${@:3}"
}

# installed static|shared: brings $build/package/KIND/prefix up to date and sets $prefix. Once
# for all tests of a run, which go on side by side.
installed() {
    local folder=$build/package/$1 shared=OFF
    [ "$1" = shared ] && shared=ON
    prefix=$folder/prefix
    mkdir -p "$folder"
    (
        flock 9
        [ -z "${ROWAN_TEST_RUN:-}" ] || [ ! -e "$ROWAN_TEST_RUN/package-$1" ] || exit 0
        configure "$folder/rowan" rowan -DBUILD_SHARED_LIBS=$shared \
            -DCMAKE_INSTALL_PREFIX="$prefix" &&
            cmake --build "$folder/rowan" && rm -rf "$prefix" &&
            cmake --install "$folder/rowan" || exit
        # the models by themselves, in another place, against the installed Rowan
        rm -rf "$folder/elsewhere" && mkdir "$folder/elsewhere" &&
            cp -r models "$folder/elsewhere/models" &&
            configure "$folder/models" "$folder/elsewhere/models" -DBUILD_SHARED_LIBS=$shared \
                -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_INSTALL_PREFIX="$prefix" &&
            cmake --build "$folder/models" && cmake --install "$folder/models" || exit
        [ -z "${ROWAN_TEST_RUN:-}" ] || touch "$ROWAN_TEST_RUN/package-$1"
    ) 9>"$folder/lock"
}
