#!/usr/bin/env bash
# layers - draws the arrows between the layers from their #include lines; none points up.
. tests/support/check.sh

# The layers, lowest first: a line of each, "name: those it may see", as the build has it.
sed -n 's/^rowan_layer(\([a-z]*\) *\(.*\))$/\1: \2/p' rowan/CMakeLists.txt >"$work/layers"

# "header layer" for each header of ours, by the words that an #include gives.
for layer in $(cut -d: -f1 "$work/layers"); do
    find "rowan/$layer" -name '*.h' | sed "s|^rowan/$layer/||; s|^include/||; s|.*/||;
        s|\$| $layer|"
done >"$work/headers"

# "from to file:line" for each arrow.
arrows() {
    local layer
    for layer in $(cut -d: -f1 "$work/layers"); do
        grep -rnoE '^ *# *include *["<][^">]+[">]' "rowan/$layer" --include='*.[ch]'
    done | sed -E 's|^rowan/([a-z]+)/([^:]*:[0-9]+):.*[<"]([^<">]*/)?([^<">/]+)[>"]$|\4 \1 \2|' |
        awk 'NR == FNR { of[$1] = $2; next }
             $1 in of && of[$1] != $2 { print $2, of[$1], "rowan/" $2 "/" $3 }' \
            "$work/headers" -
}
arrows >"$work/arrows"

echo "The arrows:"
awk '{ n[$1 " -> " $2]++ } END { for (a in n) print "    " a " (" n[a] ")" }' \
    "$work/arrows" | sort

awk -F'[: ]+' 'NR == FNR { for (i = 2; i <= NF; i++) may[$1, $i] = 1; next }
    !(($1, $2) in may) { print $1 " must not see " $2 ": " $3 ":" $5 }' \
    "$work/layers" <(sed 's/:/ line /' "$work/arrows") >"$work/upward"
check no_arrow_points_up none "$work/upward"

# The build's own list: each layer sees some of those before it, and the order is this.
printf '%s\n' base model sql drivers session schema contract codec load serve >"$work/order"
check the_layers_are_in_order same <(cut -d: -f1 "$work/layers") "$work/order"
awk -F'[: ]+' '{ for (i = 2; i <= NF; i++) if ($i != "" && !($i in seen))
                     print $1 " may see " $i; seen[$1] = 1
                 if ($1 == "serve" && / load/) print "serve may see load"
                 if ($1 == "codec" && / (sql|drivers|session|schema|contract)/) print "codec sees too much" }' \
    "$work/layers" >"$work/wrong_layers"
check the_build_hides_the_upper_layers none "$work/wrong_layers"

# A library of others is included in one folder only.
only_in() { # HEADER FOLDER
    grep -rnE "# *include *[<\"]$1[>\"]" rowan models loader api --include='*.[ch]' |
        grep -v "^$2/"
}
{
    only_in 'sqlite3(ext)?\.h' rowan/drivers/sqlite
    only_in 'libpq-fe\.h|libpq/.*' rowan/drivers/postgres
    only_in '(mysql|mariadb)[/a-z_]*\.h' rowan/drivers/mariadb
    only_in '(microhttpd|uv)\.h' rowan/serve
} >"$work/others"
check other_libraries_stay_in_their_folder none "$work/others"

# Public headers: ours and the standard's.
grep -rnE '^ *# *include' rowan/*/include models/include |
    grep -vE '<(rowan|models)/[a-z_]+\.h>|<std(bool|def|int|io)\.h>' >"$work/foreign"
check public_headers_include_no_other_library none "$work/foreign"
grep -rnE '^ *# *include.*_int\.h' rowan/*/include models loader api >"$work/private"
check private_headers_stay_private none "$work/private"
finish
