#!/usr/bin/env bash
# alone - each part of the monorepo builds by itself: in its folder, or far from it against
# the installed packages.
. tests/support/package.sh

builds_here() { # PART
    configure "$build/package/$1" "$1" && cmake --build "$build/package/$1" --target "$1"
}
for part in models loader api; do
    check "${part}_builds_in_its_folder" builds_here "$part"
done

check the_packages_install installed static
prefix=$build/package/static/prefix
builds_elsewhere() { # PART
    cp -r "$1" "$work/$1" &&
        configure "$work/$1-build" "$work/$1" -DCMAKE_PREFIX_PATH="$prefix" &&
        cmake --build "$work/$1-build"
}
for part in loader api; do
    check "${part}_builds_elsewhere" builds_elsewhere "$part"
done

loads_and_helps() {
    export DATABASE_URI=sqlite:///$work/people.db
    "$work/loader-build/loader" && "$work/loader-build/loader" && "$work/api-build/api" --help
}
check what_was_built_elsewhere_runs loads_and_helps

# Users get exact lists of columns without doing anything for it (docs/uses.md).
says_what_it_uses() { # PART USES: "write", "filter order read"
    local out
    out=$("$prefix/bin/rowan-uses" "$work/$1-build/$1") || return
    grep -Eq '^Award +person_id ' <<<"$out" && grep -Eq '^Person +born ' <<<"$out" &&
        [ "$(sed 1d <<<"$out" | awk '{ print $3 }' | sort -u | xargs)" = "$2" ] && return
    echo "$out"
    return 1
}
check the_loader_says_what_it_uses says_what_it_uses loader write
check the_api_says_what_it_uses says_what_it_uses api "filter order read"

# With shared libraries each one has its own copy of a model's description.
runs_shared() {
    installed shared &&
        configure "$work/shared" "$work/loader" -DCMAKE_PREFIX_PATH="$prefix" &&
        cmake --build "$work/shared" || return
    export DATABASE_URI=sqlite:///$work/shared.db
    "$work/shared/loader" && "$work/shared/loader" | grep '81 rows: 0 inserted, 0 updated'
}
check the_loader_runs_with_shared_libraries runs_shared

refuses_rowan() { # models that want another Rowan than the one in the tree
    mkdir "$work/tree" && cp -r rowan models "$work/tree" &&
        sed -i 's/MODELS_ROWAN_BELOW [0-9.]*/MODELS_ROWAN_BELOW 0.0.9/' \
            "$work/tree/models/CMakeLists.txt" &&
        ! configure "$work/refused" "$work/tree/models" >"$work/refused.log" 2>&1 &&
        grep 'accepts Rowan from' "$work/refused.log"
}
check models_refuse_another_rowan refuses_rowan
finish
