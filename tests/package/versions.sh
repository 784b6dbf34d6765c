#!/usr/bin/env bash
# versions - what was compiled against one version does not link with another.
. tests/support/package.sh

installed static >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
library=$prefix/lib
other=$work/other
mkdir -p "$other"
symbols=(gcc -std=gnu17 -I "$prefix/include")

echo '#include <models/models.h>
int main(void) { return 0; }' >"$work/service.c" # it never names a model
compile_service() {
    "${symbols[@]}" -c "$work/service.c" -o "$work/service.o" "$@"
}
link_with() { # FOLDER OF libmodels.a, THEN OF librowan.a, OPTION...
    gcc "${@:3}" "$work/service.o" "$1/libmodels.a" "$2/librowan.a" -lsqlite3 -lpq -lmariadb -lm \
        -o "$work/service" 2>&1
}
fails_with() { # SYMBOL FOLDER FOLDER [OPTION...]
    local output
    output=$(link_with "${@:2}") && { echo "it links"; return 1; }
    grep -q "undefined reference to .$1'" <<<"$output" && return
    echo "$output"
    return 1
}

# The models, once more, as version 1.0.1.
cp -r "$prefix/include" "$other/include"
sed -i 's/1_0_0/1_0_1/; s/1\.0\.0/1.0.1/' "$other/include/models/version.h"
gcc -std=gnu17 -I "$other/include" -c models/models.c -o "$other/models.o" &&
    ar rc "$other/libmodels.a" "$other/models.o"

# Rowan, as version 0.2.
cp "$library/librowan.a" "$other/librowan.a"
models_symbol=compiled_with_models_1_0_0_but_linked_with_another_version
rowan_symbol=rowan_headers_are_0_1_but_the_linked_library_is_another_version
objcopy --redefine-sym "$rowan_symbol=${rowan_symbol/0_1/0_2}" "$other/librowan.a"

for options in "-O0" "-O2 -ffunction-sections -fdata-sections"; do
    # shellcheck disable=SC2086 # one word for each option
    compile_service $options || exit 1
    name=${options%% *}
    check "same_versions_link$name" link_with "$library" "$library" -Wl,--gc-sections
    check "other_models_do_not_link$name" fails_with "$models_symbol" "$other" "$library"
    check "other_models_do_not_link_with_gc$name" \
        fails_with "$models_symbol" "$other" "$library" -Wl,--gc-sections
    check "other_rowan_does_not_link$name" fails_with "$rowan_symbol" "$library" "$other"
    check "other_rowan_does_not_link_with_gc$name" \
        fails_with "$rowan_symbol" "$library" "$other" -Wl,--gc-sections
done

# One version in each place that names it.
rowan_version=$(sed -n 's/^project(rowan VERSION \([0-9]*\)\.\([0-9]*\)\..*/\1_\2/p' rowan/CMakeLists.txt)
check rowan_has_one_version grep -q \
    "\"rowan_headers_are_${rowan_version}_but_the_linked_library" rowan/model/include/rowan/model.h
models_version=$(sed -n 's/.*MODELS_VERSION_TEXT "\(.*\)"/\1/p' models/include/models/version.h)
check models_have_one_version grep -q \
    "MODELS_VERSION  *$(tr . _ <<<"$models_version")\$" models/include/models/version.h
finish
