#!/bin/sh
# What `ringproof exec` tells of a program: its rings' use, its mistakes, each event, a picture.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

if [ ! -x "$PROGRAMS/misuse" ]; then
    echo "skipped: liburing is not installed"
    exit 77
fi

# finds <mistake> <text>: it is told, and is status 1 with --check alone.
finds() {
    expect 1 "$RINGPROOF" exec --check -- "$PROGRAMS/misuse" "$1"
    says err "ringproof: found: "
    says err "$2"
    says err "(seen in call "
    expect 0 "$RINGPROOF" exec --report -- "$PROGRAMS/misuse" "$1"
    says err "$2"
}

expect 0 "$RINGPROOF" exec --check -- "$PROGRAMS/misuse"
[ ! -s "$scratch/err" ] || fail "something is found where there is nothing"
finds twice "buffer 0 of group 3 was given to the kernel twice"
finds too-many "group 3 was given 6 buffers, and its ring has 4 entries"
finds slot-0 "the tail of group 3 went back from 4 to 0"
finds unregistered "wants a buffer of group 3, which was unregistered"
finds unmapped "the memory of buffer 0 of group 3 is unmapped, and the buffer is the kernel's"
finds ring-unmapped "the ring of group 3 is unmapped and still registered"
says out "still there"
finds freed "the ring of group 3 is not mapped any more and still registered"
finds freed-last "the ring of group 3 is not mapped any more and still registered"
finds forgotten "ended with -ENOBUFS and was not asked for again, and 3 bytes wait"

expect 0 "$RINGPROOF" exec --report -- "$PROGRAMS/misuse" forgotten
says err "ring 1, descriptor "
says err "2 completions, 1 without a buffer (ENOBUFS), 0 overflowed, 0 outstanding at the end"
says err "group 3, 4 entries: 1 buffers given, 1 used, 0 returned, 1 never returned, 0 given twice"

# The program's own status, whatever is told; and what it says goes where it went.
expect 42 "$RINGPROOF" exec --report --check -- "$PROGRAMS/raw_calls"
says err "ring 1, descriptor "

expect 0 "$RINGPROOF" exec --history "$scratch/history" --perfetto "$scratch/picture" \
    -- "$PROGRAMS/multishot_echo"
grep -q 'kernel      selected group 7: buffer 0' "$scratch/history" || fail "no selection is told"
grep -q 'application published group 7: buffer 0, length 256, tail 1' "$scratch/history" ||
    fail "no publication is told"
grep -q '"traceEvents"' "$scratch/picture" || fail "no picture"
grep -q 'model v7_3: ring 1' "$scratch/picture" || fail "the picture does not name its ring"
expect 7 "$RINGPROOF" exec --perfetto "$scratch/picture" -- sh -c 'exit 7'
expect 3 "$RINGPROOF" exec --history "$scratch/no/such/file" -- true
one_line

# Faults are named, and happen.
expect 2 "$RINGPROOF" exec --faults short_transfers,none -- true
one_line
says err "there is no fault 'none'"
expect 2 "$RINGPROOF" exec --faults bursts -- true
one_line
says err "'bursts' is for simulated peers to do"
expect 2 "$RINGPROOF" exec --faults enobufs,s -- true
one_line
says err "'s' can mean short_transfers or spurious_wakes"
expect 0 "$RINGPROOF" exec --faults enobufs,short -- true
expect 0 "$RINGPROOF" exec --help
says out "--faults enobufs,short"
for seed in 1 2 3; do
    expect 0 "$RINGPROOF" exec --seed "$seed" \
        --faults short_transfers,delayed_work,punts,spurious_wakes -- "$PROGRAMS/multishot_echo"
    says out "bytes 100500"
done
expect 5 "$RINGPROOF" exec --seed 1 --faults interruptions -- "$PROGRAMS/multishot_echo"

# Who is held up on the way out of a call finds that others got no buffer meanwhile.
for seed in 1 2 3; do
    expect 0 "$RINGPROOF" exec -- "$PROGRAMS/starved"
    usual=$(cat "$scratch/out")
    expect 0 "$RINGPROOF" exec --seed "$seed" --faults enobufs --check -- "$PROGRAMS/starved"
    [ "$(cat "$scratch/out")" -gt "$usual" ] ||
        fail "starved $(cat "$scratch/out") times, and $usual times without the fault"
    expect 0 "$RINGPROOF" exec --seed "$seed" --faults enobufs -- "$PROGRAMS/multishot_echo"
    says out "bytes 100500"
done
