#!/bin/sh
# ringproof kernel table: the recorded kernels side by side, as text and as a page; and what is no
# report.
set -eu
. "$(dirname "$0")/checks.sh"

for name in v6_1 v6_16 v7_3; do
    expect 0 "$RINGPROOF" kernel --backend model --profile $name --format json \
        --out "$scratch/$name.json"
done
expect 0 "$RINGPROOF" kernel table "$scratch/v7_3.json" "$scratch/v6_1.json" "$scratch/v6_16.json"
says out '  1  model v6_1   like v6_1 '
says out '  3  model v7_3   like v7_3 '
says out ' 0 explained, 0 unexplained, '
expect 0 "$RINGPROOF" kernel table "$scratch/v6_1.json" --html "$scratch/table.html"
says out '1 kernels, '
[ "$(wc -l <"$scratch/out")" = 1 ] || fail "more than the summary"
says table.html '<!DOCTYPE html>'
says table.html '>model v6_1<br>v6_1</th>'
if command -v python3 >/dev/null; then
    python3 "$(dirname "$0")/page.py" "$scratch/table.html" || fail "the page is not well formed"
fi
expect 0 "$RINGPROOF" kernel table "$scratch/v6_1.json" --html - --text
says out '<!DOCTYPE html>'
says out 'SEL-03-empty-ring '

# Something unexplained is status 1, and is told.
sed '/"SEL-03-empty-ring"/s/"seen": \["[^"]*"/"seen": ["9{9}"/' "$scratch/v7_3.json" \
    >"$scratch/odd.json"
expect 1 "$RINGPROOF" kernel table "$scratch/odd.json"
says out 'seen 9{9}'
says out ' 1 unexplained, '

# A report of another day: what it does not have is told and is no error.
grep -v '"SEL-03-empty-ring"' "$scratch/v7_3.json" >"$scratch/older.json"
expect 0 "$RINGPROOF" kernel table "$scratch/older.json" --html - --text
says out 'skipped: not recorded'

# Bad usage and bad input.
expect 2 "$RINGPROOF" kernel table
one_line
expect 2 "$RINGPROOF" kernel table "$scratch/none.json"
says err 'none.json: cannot be read'
sed 's/"seen": \[/"seen": {/' "$scratch/v7_3.json" >"$scratch/bad.json"
expect 2 "$RINGPROOF" kernel table "$scratch/v7_3.json" "$scratch/bad.json"
one_line
says err "bad.json:10:"
says err "expected an array, found '{'"
expect 3 "$RINGPROOF" kernel table "$scratch/v7_3.json" --html "$scratch/no/such/folder"
one_line
