#!/bin/sh
# ringproof kernel: the running kernel, the model, and every format. Statuses as documented.
set -eu
. "$(dirname "$0")/checks.sh"

expect 0 "$RINGPROOF" kernel --backend model --profile v7_3 --format json --out "$scratch/new.json"
expect 0 "$RINGPROOF" kernel --backend model --profile v6_1 --format json --out "$scratch/old.json"

# An old kernel held against a new profile differs, and each difference is explained.
expect 0 "$RINGPROOF" kernel --backend model --profile v6_16 --against v6_18
says out 'BUG-15'
expect 0 "$RINGPROOF" kernel --backend model --profile v7_3 --against "$scratch/new.json"
says out ' 0 explained, 0 unexplained'
expect 0 "$RINGPROOF" kernel compare "$scratch/old.json" "$scratch/new.json"
says out 'from model v6_1 to model v7_3:'
expect 0 "$RINGPROOF" kernel compare "$scratch/new.json" "$scratch/new.json"
says out 'nothing changed'

expect 0 "$RINGPROOF" kernel --backend model --rule 'SEL-03*' --format ktap
says out 'KTAP version 1'
says out '    ok 1 SEL-03-empty-ring'
expect 0 "$RINGPROOF" kernel --backend model --rule 'SEL-03' --format junit
says out '<testsuite name="SEL"'

# Bad usage and bad input: one line that says what and where.
expect 2 "$RINGPROOF" kernel --rule 'NOPE-*' --backend model
says err 'no behaviour fits the pattern NOPE-*'
expect 2 "$RINGPROOF" kernel --backend model --profile v2_4
says err 'no profile is called v2_4'
expect 2 "$RINGPROOF" kernel --against "$scratch/none.json" --backend model
says err 'none.json: cannot be read'
printf '{\n  "format": x\n}\n' >"$scratch/bad.json"
expect 2 "$RINGPROOF" kernel compare "$scratch/bad.json" "$scratch/new.json"
says err "bad.json:2:13: expected a string, found 'x'"
expect 3 "$RINGPROOF" kernel --backend model --out "$scratch/no/such/folder"
says err 'cannot be written'

# Where io_uring is blocked it says so, and is no success.
expect 3 "$BLOCK_IO_URING" 1 "$RINGPROOF" kernel

# This machine's kernel: nothing that nobody can explain.
status=0
"$RINGPROOF" kernel >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
if [ "$status" = 3 ]; then
    echo "not on the running kernel: $(cat "$scratch/err")"
else
    [ "$status" = 0 ] || fail "the running kernel: status $status"
fi
