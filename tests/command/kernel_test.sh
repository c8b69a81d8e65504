#!/bin/sh
# ringproof kernel: the running kernel, the model, and every format. Statuses as documented.
set -u
. "$(dirname "$0")/checks.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

expect 0 "$RINGPROOF" kernel --backend model --profile v7_3 --format json --out "$folder/new.json"
expect 0 "$RINGPROOF" kernel --backend model --profile v6_1 --format json --out "$folder/old.json"

# An old kernel held against a new profile differs, and each difference is explained.
expect 0 "$RINGPROOF" kernel --backend model --profile v6_16 --against v6_18
says 'BUG-15'
expect 0 "$RINGPROOF" kernel --backend model --profile v7_3 --against "$folder/new.json"
says ' 0 explained, 0 unexplained'
expect 0 "$RINGPROOF" kernel compare "$folder/old.json" "$folder/new.json"
says 'from model v6_1 to model v7_3:'
expect 0 "$RINGPROOF" kernel compare "$folder/new.json" "$folder/new.json"
says 'nothing changed'

expect 0 "$RINGPROOF" kernel --backend model --rule 'SEL-03*' --format ktap
says 'KTAP version 1'
says '    ok 1 SEL-03-empty-ring'
expect 0 "$RINGPROOF" kernel --backend model --rule 'SEL-03' --format junit
says '<testsuite name="SEL"'

# Bad usage and bad input: one line that says what and where.
expect 2 "$RINGPROOF" kernel --rule 'NOPE-*' --backend model
says 'no behaviour fits the pattern NOPE-*'
expect 2 "$RINGPROOF" kernel --backend model --profile v2_4
says 'no profile is called v2_4'
expect 2 "$RINGPROOF" kernel --against "$folder/none.json" --backend model
says 'none.json: cannot be read'
printf '{\n  "format": x\n}\n' >"$folder/bad.json"
expect 2 "$RINGPROOF" kernel compare "$folder/bad.json" "$folder/new.json"
says 'bad.json:2:13: expected JSON'
expect 3 "$RINGPROOF" kernel --backend model --out "$folder/no/such/folder"
says 'cannot be written'

# Where io_uring is blocked it says so, and is no success.
expect 3 "$BLOCK_IO_URING" "$RINGPROOF" kernel

# This machine's kernel: nothing that nobody can explain.
"$RINGPROOF" kernel >"$folder/here" 2>&1
status=$?
if [ "$status" -eq 3 ]; then
    echo "skipped on the running kernel: $(cat "$folder/here")"
elif [ "$status" -ne 0 ]; then
    cat "$folder/here"
    fail "the running kernel: status $status"
fi
finish
