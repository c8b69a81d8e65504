#!/bin/sh
# cat on Linux: pipes, files, and what is neither.
set -eu
. "$(dirname "$0")/serving.sh"

expect 2 "$program" one two
one_line
expect 2 "$program" "$scratch/none"
one_line
says err "none: No such file or directory"
expect 3 "$BLOCK_IO_URING" 38 "$program"
one_line
says err "cannot make a ring: Function not implemented"

needs_io_uring
needs socat

seq 2000000 >"$scratch/data"

# Pipes: from writers that take small bites, large ones and odd ones; to a slow reader; from one
# that has a name.
for bite in 100 65536 1000003; do
    head -c 3000000 "$scratch/data" >"$scratch/some"
    socat -u -b $bite "OPEN:$scratch/some" STDOUT | "$program" >"$scratch/copy"
    same "$scratch/some" "$scratch/copy"
done
"$program" <"$scratch/data" | dd bs=500 of="$scratch/copy" status=none
same "$scratch/data" "$scratch/copy"
mkfifo "$scratch/fifo"
cat "$scratch/data" >"$scratch/fifo" &
"$program" "$scratch/fifo" >"$scratch/copy"
same "$scratch/data" "$scratch/copy"

# Files cannot tell when they are readable.
"$program" "$scratch/data" >"$scratch/copy"
same "$scratch/data" "$scratch/copy"
expect 0 "$program" /dev/null
[ ! -s "$scratch/out" ] || fail "there is something in /dev/null"
expect 3 "$program" "$scratch"
one_line
says err "cannot read: Is a directory"
