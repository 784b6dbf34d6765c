#!/usr/bin/env bash
# images - follows each Dockerfile by hand, in a clean folder: its COPY lines from what
# .dockerignore leaves, its cmake RUN lines as they stand. No container engine is needed.
. tests/support/check.sh

# What is sent to the engine: .dockerignore has "*", then "!folder" for each that is.
context=$work/context
mkdir "$context"
sed -n 's/^!//p' .dockerignore | while read -r folder; do
    cp -r "$folder" "$context/"
done

# Lines of a Dockerfile, continued ones joined, comments dropped.
instructions() {
    sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' "$1" | grep -vE '^#|^$'
}

# follow DOCKERFILE: each stage becomes the folder $image/STAGE, which stands for its root.
follow() {
    local image=$work/$1 stage='' dir=/ word rest from source target
    mkdir -p "$image"
    instructions "$1" >"$image.instructions"
    while read -r word rest; do
        case $word in
        FROM)
            stage=$(sed -n 's/.* AS //p' <<<"$rest")
            stage=${stage:-final}
            dir=/
            mkdir -p "$image/$stage"
            ;;
        WORKDIR)
            dir=$rest
            mkdir -p "$image/$stage$dir"
            ;;
        COPY)
            from=$context
            if [[ $rest == --from=* ]]; then
                from=$image/${rest%% *}
                from=${from/--from=/}
                rest=${rest#* }
            fi
            read -r source target <<<"$rest"
            [ -e "$from/$source" ] || { echo "$1: no $source to copy"; return 1; }
            [[ $target == /* ]] || target=$dir/$target
            mkdir -p "$image/$stage$(dirname "$target")"
            cp -r "$from/$source" "$image/$stage$target"
            ;;
        RUN) # but for those about packages and users: this machine stays as it is
            [[ $rest == "cmake "* ]] || continue
            (cd "$image/$stage$dir" && bash -ec "$(sed -E \
                "s,(^| )/(build|out),\1$image/$stage/\2,g" <<<"$rest")") || return
            ;;
        esac
    done <"$image.instructions"
}

# Each library that the program needs comes with the final stage's packages.
has_its_libraries() { # DOCKERFILE PROGRAM
    local packages library file package
    [ -x "$2" ] || { echo "there is no $2"; return 1; }
    packages=$(instructions "$1" | grep '^RUN apt-get' | tail -1)
    for library in $(objdump -p "$2" | awk '/NEEDED/ { print $2 }'); do
        file=$(ldd "$2" | awk -v l="$library" '$1 == l { print $3 }')
        package=$(dpkg-query -S "$(realpath "$file")" | cut -d: -f1 | sed 's/t64$//; 1q')
        [ "$package" = libc6 ] || grep -qw "$package" <<<"$packages" || {
            echo "$1 does not install $package, for $library"
            return 1
        }
    done
}

runs_as_somebody() { # DOCKERFILE: the last USER is not root
    instructions "$1" | grep '^USER' | tail -1 | grep -vE '^USER (root|0)'
}

for name in loader api; do
    check "${name}_builds_as_its_dockerfile_says" follow "$name/Dockerfile"
    check "${name}_image_has_its_libraries" has_its_libraries "$name/Dockerfile" \
        "$work/$name/Dockerfile/final/usr/local/bin/$name"
    check "${name}_does_not_run_as_root" runs_as_somebody "$name/Dockerfile"
done

# The images' programs, in the images' folders.
final() {
    echo "$work/$1/Dockerfile/final"
}
export DATABASE_URI=sqlite:///$work/people.db
loads() {
    cd "$(final loader)/srv/rowan" && ../../usr/local/bin/loader
}
check loader_runs_in_its_image loads

health() {
    "$(final api)/usr/local/bin/healthcheck"
}
serves() {
    local api tries
    PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0));
print(s.getsockname()[1])')
    export PORT
    health 2>/dev/null && { echo "healthy before it runs"; return 1; }
    "$(final api)/usr/local/bin/api" >"$work/api.log" 2>&1 &
    api=$!
    for ((tries = 0; tries < 200; tries++)); do
        health 2>/dev/null && break
        kill -0 "$api" 2>/dev/null || break
        sleep 0.05
    done
    health || { cat "$work/api.log"; kill "$api"; return 1; }
    kill "$api"
    wait "$api"
}
check api_is_healthy_in_its_image serves
finish
