#!/bin/sh
# `ringproof explore code`: the library is clean, and what is known to be wrong is found, by
# function and line, and found again.
set -eu
. "$(dirname "$0")/checks.sh"

if [ ! -x "$(dirname "$RINGPROOF")/ringproof-explore" ]; then
    echo "skipped: this build has no ringproof-explore: no Boost.Context, or another sanitizer"
    exit 77
fi

expect 0 "$RINGPROOF" explore code --help
says out "Examples:"
expect 0 "$RINGPROOF" explore code --list
cp "$scratch/out" "$scratch/targets"

for bad in "--entries 3" "--entries 32" "--schedule fair" "--target nobody" "--replay xyz" \
    "--publications 0" "--replay 00" "--seed x"; do
    # shellcheck disable=SC2086  # an option and its value
    expect 2 "$RINGPROOF" explore code $bad
    one_line
done
expect 2 "$RINGPROOF" explore code --target nobody
says err "--target nobody: there is "
says err "ours_in_order"
expect 3 "$RINGPROOF" explore code --target small_ring --json /proc/nowhere/file
one_line

# The library's own, by every schedule, and to the end where that is near.
for schedule in random pct; do
    for target in ours_in_order ours_out_of_order ours_wake_up; do
        expect 0 "$RINGPROOF" explore code --target $target --schedule $schedule --runs 20000 \
            --seconds 60 --entries 4 --publications 8
        says out "$target: clean"
    done
done
expect 0 "$RINGPROOF" explore code --target ours_in_order --schedule dfs --entries 1 \
    --publications 1 --seconds 60
says out "which is every one"

# Rings as others write them.
expect 0 "$RINGPROOF" explore code --target small_ring --runs 20000 --seconds 60
expect 1 "$RINGPROOF" explore code --target small_ring_relaxed --json "$scratch/relaxed.json"
says out "small_ring_publish_relaxed at memory_order/small_ring.c:"
says out "MISSING: that store has to be a release, and is relaxed"
says out "scene::receive at code/scene.cpp:"
for noise in "std::" operator _M_invoke bits/; do
    ! grep -qF "$noise" "$scratch/out" || fail "a place is told by what calls it: $noise"
done
grep -q '"stored": "relaxed"' "$scratch/relaxed.json" || fail "the JSON does not name the order"
expect 1 "$RINGPROOF" explore code --target small_ring_whole
says out "the tail says that 65534 buffers are in a ring of 2"

# Progress is for a terminal.
[ ! -s "$scratch/err" ] || fail "progress without a terminal"
if command -v script >/dev/null 2>&1; then
    expect 0 script -qec "'$RINGPROOF' explore code --target small_ring --runs 1000" /dev/null
    says out "small_ring: 256 runs"
fi

# Without hooks there is nothing to be said.
expect 2 "$(dirname "$RINGPROOF")/ringproof-explore-unheard"
one_line
says err "nothing was heard of it; compile it with -fsanitize=thread"

# A finding is found again by its line, and another seed finds the same.
line=$(sed -n 's/^ *ringproof explore code \(.*\)/\1/p' "$scratch/out")
# shellcheck disable=SC2086  # words of a command
expect 1 "$RINGPROOF" explore code $line
says out "the tail says that 65534 buffers are in a ring of 2"
expect 1 "$RINGPROOF" explore code --target small_ring_whole --seed 99

grep -q liburing "$scratch/targets" || exit 0
expect 0 "$RINGPROOF" explore code --target liburing_advance --runs 20000 --seconds 60
# Fixed after 2.3 (axboe/liburing #1039): told from what the installed header does.
wanted=1
if grep -A 12 'void io_uring_buf_ring_cq_advance' /usr/include/liburing.h | grep -q release; then
    wanted=0
fi
grep -q '__io_uring_buf_ring_cq_advance' /usr/include/liburing.h && wanted=0
expect $wanted "$RINGPROOF" explore code --target liburing_cq_advance --runs 20000 --seconds 60
[ $wanted = 0 ] || says out "io_uring_buf_ring_cq_advance at include/liburing.h:"
[ $wanted = 0 ] || says out "MISSING: that store has to be a release, and is plain"
