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
finish
