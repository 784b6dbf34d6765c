#!/usr/bin/env bash
# docs - each public function has a comment before it, each header one on top.
. tests/support/check.sh

undocumented() {
    awk 'FNR == 1 { documented = 0; comment = 0 }
         /^$/ { documented = 0 }
         /^\/\*/ { comment = 1 }
         comment && /\*\// { comment = 0; documented = 1; next }
         comment { next }
         /^#/ { next }
         /^[a-zA-Z].*[ *]rowan_[a-z0-9][a-z0-9_]*\(/ && !/^typedef/ && !documented {
             print FILENAME ":" FNR ": " $0 }' rowan/*/include/rowan/*.h
}
check every_public_function_is_documented none <(undocumented)

# A public macro: its name stands in a comment of its header, or a comment before it.
undocumented_macros() {
    awk '
        function end_of_file(i) {
            for (i = 1; i <= n; i++)
                if (!(names[i] in words))
                    print file ":" at[i] ": " names[i]
            n = 0
            split("", words)
        }
        FNR == 1 { end_of_file(); file = FILENAME; comment = above = 0 }
        /^$/ { above = 0 }
        {
            for (line = $0; comment || line ~ /\/\*/; ) {
                if (!comment)
                    line = substr(line, index(line, "/*") + 2)
                end = index(line, "*/")
                m = split(end ? substr(line, 1, end) : line, list, /[^A-Za-z0-9_]+/)
                for (k = 1; k <= m; k++)
                    words[list[k]] = 1
                comment = !end
                if (!end)
                    break
                line = substr(line, end + 2)
                above = 1
            }
        }
        /^#define (rowan|ROWAN)_[a-zA-Z0-9]/ && $2 !~ /_H$/ && !above {
            names[++n] = $2
            sub(/\(.*/, "", names[n])
            at[n] = FNR
        }
        END { end_of_file() }' rowan/*/include/rowan/*.h
}
check every_public_macro_is_documented none <(undocumented_macros)

# A public type: a comment before it, or one that begins on its first line.
undocumented_types() {
    awk 'FNR == 1 { documented = 0; comment = 0 }
         /^$/ { documented = 0 }
         /^\/\*/ { comment = 1 }
         comment && /\*\// { comment = 0; documented = 1; next }
         comment { next }
         /^typedef (struct|enum) rowan_[a-z0-9_]+ \{/ && !documented && !/\/\*/ {
             print FILENAME ":" FNR ": " $0 }' rowan/*/include/rowan/*.h
}
check every_public_type_is_documented none <(undocumented_types)

check every_header_says_what_it_is none <(
    for header in rowan/*/include/rowan/*.h; do
        head -1 "$header" | grep -q "^/\* rowan/$(basename "$header") - " || echo "$header"
    done)
check every_source_says_what_it_is none <(
    for file in $(c_files); do
        head -1 "$file" | grep -q "^/\* .* - \|^/\* .*see " || echo "$file"
    done)
check every_folder_has_a_readme none <(
    for folder in rowan/*/ models loader api data tests docs bench; do
        [ "$folder" = rowan/cmake/ ] || [ ! -d "$folder" ] || [ -f "$folder/README.md" ] ||
            echo "$folder"
    done)

# What the pages name is there: names of the library, files, headings.
unknown_names() {
    comm -23 <(grep -ohE '\b(rowan|ROWAN)_[A-Za-z0-9_]+' "$@" | sort -u) \
        <(cat rowan/*/include/rowan/*.h | grep -oE '\b(rowan|ROWAN)_[A-Za-z0-9_]+' | sort -u)
}
check pages_name_what_there_is none <(unknown_names README.md docs/*.md)

# shellcheck disable=SC2016 # backquotes of Markdown
anchors() { # PAGE: as GitHub makes them of headings
    sed -n '/^```/,/^```/d; s/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' |
        sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}
# shellcheck disable=SC2016
broken_links() { # PAGE...
    local page link file
    for page; do
        while read -r link; do
            file=${link%%#*}
            [ -z "$file" ] && file=$page || file=$(dirname "$page")/$file
            if [ ! -e "$file" ]; then
                echo "$page: $link"
            elif [[ $link == *#* ]] && ! anchors "$file" | grep -qxF -- "${link#*#}"; then
                echo "$page: $link: no such heading"
            fi
        done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//' | grep -v '^http')
    done
}
check links_lead_somewhere none <(broken_links README.md docs/*.md)
finish
