#!/bin/sh
# `ringproof replay`: files, standard input, histories, and every refusal.
set -eu
. "$(dirname "$0")/checks.sh"

cat >"$scratch/good.trace" <<'END'
ringproof-trace 1
ring sq=8 cq=16 mode=defer
open unix_stream
group entries=4 size=64
recv_multishot s0 g0
feed s0 100
wait 1
reap all
give_back fifo all
settle
END

expect 0 "$RINGPROOF" replay --backend model "$scratch/good.trace"
says out "ok      model"
cp "$scratch/out" "$scratch/first"
expect 0 "$RINGPROOF" replay --backend model "$scratch/good.trace"
cmp "$scratch/out" "$scratch/first" || fail "the same trace ran in two ways"

expect 0 "$RINGPROOF" replay --backend model --history "$scratch/good.trace"
says out "as it happened:"
says out "the kernel:"
says out "the peer:"

# Pictures, of a run and of a violation, which they do not hide.
expect 0 "$RINGPROOF" replay --backend model "$scratch/good.trace" --html "$scratch/good.html" \
    --perfetto "$scratch/good.json"
cmp "$scratch/out" "$scratch/first" || fail "pictures change what is said"
says good.html '<!DOCTYPE html>'
says good.html 'recv_multishot s0 g0'
says good.json '"traceEvents": ['
expect 0 "$RINGPROOF" replay --backend model "$scratch/good.trace" --perfetto -
cmp "$scratch/out" "$scratch/good.json" || fail "standard output is not the file"
cat >"$scratch/deaf.trace" <<'END'
ringproof-trace 1
profile v7_3+BUG-24
ring sq=4 cq=4 mode=defer
open unix_stream
group entries=4 size=64
recv_multishot s0 g0
submit
feed s0 10
finish s0
END
expect 1 "$RINGPROOF" replay --backend model "$scratch/deaf.trace" --html "$scratch/deaf.html"
says out "I17"
says deaf.html '"id":"I17"'
expect 1 "$RINGPROOF" replay --backend model "$scratch/good.trace" "$scratch/deaf.trace" --html -
says out '"trace":"'"$scratch/good.trace"
says out '"trace":"'"$scratch/deaf.trace"
expect 3 "$RINGPROOF" replay --backend model "$scratch/good.trace" --html "$scratch/no/such/folder"
one_line
expect 2 "$RINGPROOF" replay --backend model "$scratch/good.trace" --html - --perfetto -
one_line

printf 'ringproof-trace 1\nopen tpc\n' >"$scratch/bad.trace"
expect 2 "$RINGPROOF" replay --backend model "$scratch/bad.trace"
one_line
says err "bad.trace:2:6: "
: >"$scratch/empty.trace"
expect 2 "$RINGPROOF" replay --backend model "$scratch/empty.trace"
one_line
head -c 4000 /dev/urandom >"$scratch/noise.trace"
expect 2 "$RINGPROOF" replay --backend model "$scratch/noise.trace"
expect 2 "$RINGPROOF" replay "$scratch/missing.trace" --backend model
one_line
expect 2 "$RINGPROOF" replay --backend model "$scratch"
one_line
printf 'ringproof-trace 1\nprofile v0_1\n' >"$scratch/old.trace"
expect 2 "$RINGPROOF" replay --backend model "$scratch/old.trace"
one_line
expect 2 "$RINGPROOF" replay
one_line
