# snippets.awk - takes the code out of a page of docs/, in the form that snippets.sh builds.
#
#     awk -v page=docs/guide.md -v dir=FOLDER -f snippets.awk docs/guide.md
#
# A page is one or more programs; each begins with a block of C that is models.h. What a block
# is, its first line says:
#     /* models.h ... */, any file: that file
#     /* does not compile */: wrong-N.c; the text below it is in the compiler's message
#     else code of the program, in the order of the page: paragraphs that begin with ROWAN_,
#     static, struct, typedef or # as they stand, others as the body of a function
# A function rowan_status NAME(rowan_session *db, rowan_error *err) is called, unless the code
# calls it by itself; so is each body. The text below such a block is what it prints, the SQL
# below it is among what it sends to SQLite. Blocks of sh and cmake become part-N.sh, part-N.cmake;
# blocks of python, python-N.py. A block of another language, and a text or SQL that belongs to
# nothing, is a mistake.
#
# In a table, code in a column headed "condition", "order", "query" (parts of one), "option" (of
# an engine), "with", "join" or "assignment" is compiled as such; the first three are run.

function mistake(words) {
    print page ":" (language != "" ? start : FNR) ": " words
    wrong = 1
}
function folder() {
    return dir "/" part
}
function put(file, from, text) {
    printf "#line %d \"%s\"\n%s", from, page, text >> (folder() "/" file)
}
function called(name) {
    print name >> (folder() "/names")
    owner = name
}
# A body becomes a function named by its line.
function body(from, text) {
    name = "line_" from
    printf "static rowan_status %s(rowan_session *db, rowan_error *err)\n{\n    SNIPPET_BEGIN\n", name >> (folder() "/examples.c")
    put("examples.c", from, text)
    printf "    SNIPPET_END\n}\n" >> (folder() "/examples.c")
    called(name)
}
function code(    i, n, paragraphs, from, text, inside, statements, begin) {
    n = split(block, lines, "\n") - 1
    statements = ""
    inside = 0
    for (i = 1; i <= n; i++) {
        if (lines[i] == "" && lines[i + 1] !~ /^[ }\t]/)
            inside = 0
        else if (inside == 0 && lines[i] != "") {
            inside = lines[i] ~ /^(ROWAN_|static |struct |typedef |#|\/\*)/ ? 1 : 2
            if (inside == 1)
                put("examples.c", start + i, "")
            else if (begin == 0)
                begin = start + i
        }
        if (inside == 1) {
            print lines[i] >> (folder() "/examples.c")
            if (match(lines[i], /^static rowan_status [a-z_0-9]+\(rowan_session \*db, rowan_error \*err\)$/)) {
                text = substr(lines[i], 21)
                sub(/\(.*/, "", text)
                called(text)
            }
        } else
            statements = statements lines[i] "\n"
    }
    if (statements ~ /[^\n]/)
        body(begin, statements)
}
function finish_c(    first, file) {
    first = block
    sub(/\n.*/, "", first)
    owner = ""
    if (match(first, /^\/\* [a-z_]+\.[ch][ :]/)) {
        file = substr(first, 4, RLENGTH - 4)
        if (file == "models.h")
            system("mkdir -p " dir "/" ++part)
        put(file, start + 1, block)
    } else if (part == 0)
        mistake("code before the first models.h")
    else if (first == "/* does not compile */") {
        owner = "wrong-" ++n_wrong
        put(owner ".c", start + 1, block)
    } else
        code()
}
function finish_text() {
    if (owner == "")
        mistake("a text that no code above it prints")
    else if (owner ~ /^wrong-/)
        printf "%s", block > (folder() "/" owner ".txt")
    else
        printf "%s", block > (folder() "/" owner ".expected")
}
function finish_sql(    i, n, statement) {
    if (owner == "" || owner ~ /^wrong-/)
        mistake("SQL that no code above it sends")
    n = split(block, lines, "\n") - 1
    for (i = 1; i <= n; i++) {
        statement = statement lines[i]
        if (lines[i + 1] ~ /^ /) { # goes on, for people to read
            sub(/^ */, " ", lines[i + 1])
            continue
        }
        print start + i "\t" owner "\t" statement >> (folder() "/sql")
        statement = ""
    }
}
function cell(kind, text) {
    cells = cells sprintf("#line %d \"%s\"\n    CELL_%s(%s);\n", FNR, page, kind, text)
}
function table_row(    i, n, text) {
    n = split($0, columns, / *\| */)
    for (i = 2; i < n; i++) {
        if (!in_table)
            head[i] = columns[i]
        else if (head[i] ~ /^(condition|order|query|option|with|join|assignment)$/ && columns[i] !~ /^-+$/) {
            text = columns[i]
            if (text !~ /^`[^`]+`$/)
                mistake("no code in the column " head[i])
            gsub(/`/, "", text)
            cell(head[i], text)
        }
    }
    in_table = 1
}
function end_table() {
    if (in_table && cells != "" && part > 0) {
        start = FNR
        printf "static rowan_status cells_%d(rowan_session *db, rowan_error *err)\n{\n    SNIPPET_BEGIN\n%s    SNIPPET_END\n}\n", FNR, cells >> (folder() "/examples.c")
        called("cells_" FNR)
        owner = ""
    }
    in_table = 0
    cells = ""
}

BEGIN { part = 0; language = "" }
language == "" && /^\|/ { table_row(); next }
language == "" && in_table { end_table() }
language == "" && /^```/ {
    language = substr($0, 4)
    start = FNR
    block = ""
    if (language !~ /^(c|text|sql|sh|cmake|python)$/)
        mistake("a block of \"" language "\", which no test would read")
    next
}
language != "" && /^```$/ {
    if (language == "c")
        finish_c()
    else if (language == "text")
        finish_text()
    else if (language == "sql")
        finish_sql()
    else if (language == "python")
        printf "#line %d\n%s", start + 1, block > (dir "/python-" ++n_python ".py")
    else
        printf "%s", block > (dir "/part-" ++n_others "." language)
    language = ""
    n_blocks++
    next
}
language != "" { block = block $0 "\n" }
language == "" && /^(~~~|    |\t)/ && !in_list { mistake("code outside of a block with a language") }
language == "" { in_list = /^(- |[0-9]+\. |  )/ || ($0 == "" && in_list) }
language == "" && /^#/ { owner = "" }
END {
    if (language != "")
        mistake("a block that does not end")
    if (part == 0)
        mistake("no models.h")
    exit wrong
}
