#!/bin/sh
# `ringproof emit-c`: what it writes, where, and every refusal. tests/emit_test.cpp compiles it.
set -eu
. "$(dirname "$0")/checks.sh"

cat >"$scratch/SEL-03-story.trace" <<'END'
# A story.
ringproof-behaviour 1
rule SEL-03
says An empty ring ends a receive at once.

open a tcp
group 1
recv a 1 user=7
run -> 7{-ENOBUFS}
END
printf 'ringproof-trace 1\nopen pipe\ngroup entries=2 size=16\nread_multishot s0 g0\nfeed s0 40\n' \
    >"$scratch/pipe.trace"

expect 0 "$RINGPROOF" emit-c --profile v6_12 "$scratch/SEL-03-story.trace"
says out ' * SEL-03-story: An empty ring ends a receive at once.'
says out '#include <liburing.h>'
says out 'expect_cqes(CQES({ 7, -ENOBUFS, 0 }));'
expect 0 "$RINGPROOF" emit-c --profile v6_12 --raw -o "$scratch/test.c" "$scratch/pipe.trace"
[ ! -s "$scratch/out" ] || fail "-o wrote to standard output, too"
grep -q 'SYS_io_uring_enter' "$scratch/test.c" || fail "the raw form makes no system calls"
if grep -qF 'liburing.h' "$scratch/test.c"; then fail "the raw form needs liburing"; fi

# Where there is no io_uring to ask, the newest version says what is right.
expect 0 "$BLOCK_IO_URING" 1 "$RINGPROOF" emit-c "$scratch/SEL-03-story.trace"
says out 'expected as v7_3 does it'

# Bad usage and bad input: one line that says what and where.
expect 2 "$RINGPROOF" emit-c --profile v6_12 "$scratch/none.trace"
one_line
says err 'none.trace: cannot be read'
expect 2 "$RINGPROOF" emit-c --profile v2_4 "$scratch/pipe.trace"
one_line
says err 'no profile is called v2_4'
printf 'ringproof-behaviour 1\nrule SEL-03\nsays It.\nopne a tcp\n' >"$scratch/bad.trace"
expect 2 "$RINGPROOF" emit-c --profile v6_12 "$scratch/bad.trace"
one_line
says err 'bad.trace: 4:1: expected a statement'
expect 2 "$RINGPROOF" emit-c
expect 3 "$RINGPROOF" emit-c --profile v6_12 -o "$scratch/no/such/test.c" "$scratch/pipe.trace"
says err 'cannot be written'
