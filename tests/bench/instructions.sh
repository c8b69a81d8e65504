#!/bin/sh
# instructions.sh <instructions>: counts under callgrind what giving buffers back costs on each
# side, prints a table, and fails when ours costs more than it may:
#
#     stage_1, stage_32   bare ring, 1 and 32 buffers a publish    at most as much as liburing
#     give_back           buffer_group::give_back(id), checked     at most twice liburing's stage_1
#     drop_lease          the end of a lease, checked              the same
#     give_back_all       256 ids with one publish, checked        for information, beside stage_32
#     receive             receiver and lease, held return          for information, beside stage_32
#
# Status 77 without valgrind: skipped.
set -eu

program=$1
rounds=${2:-40}
if ! command -v valgrind >/dev/null 2>&1; then
    echo "skipped: valgrind is not installed"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# instructions <mode>: per operation, in hundredths of one
instructions() {
    operations=$(valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/out" \
        --toggle-collect='*measured_*' "$program" "$1" "$rounds" 2>"$folder/log") || {
        cat "$folder/log" >&2
        exit 2
    }
    total=$(sed -n 's/^\(totals\|summary\): *//p' "$folder/out" | tail -n 1)
    if [ "${total:-0}" -eq 0 ]; then
        echo "$1: callgrind counted nothing" >&2
        exit 2
    fi
    echo $((total * 100 / operations))
}

failed=0

# compare <name> <ours> <theirs> <limit in percent, 0 for none>
compare() {
    percent=$((($2 * 100 + $3 - 1) / $3))
    verdict=""
    if [ "$4" -gt 0 ]; then
        verdict="at most $4 %"
        if [ "$2" -gt $(($3 * $4 / 100)) ]; then
            verdict="$verdict: FAILED"
            failed=1
        fi
    fi
    printf '%-14s %6d.%02d %6d.%02d %6d %%  %s\n' \
        "$1" $(($2 / 100)) $(($2 % 100)) $(($3 / 100)) $(($3 % 100)) "$percent" "$verdict"
}

stage_1=$(instructions stage_1.theirs)
stage_32=$(instructions stage_32.theirs)
printf '%-14s %9s %9s %8s\n' instructions ours liburing ratio
compare stage_1 "$(instructions stage_1.ours)" "$stage_1" 100
compare stage_32 "$(instructions stage_32.ours)" "$stage_32" 100
compare give_back "$(instructions give_back.ours)" "$stage_1" 200
compare drop_lease "$(instructions drop_lease.ours)" "$stage_1" 200
compare give_back_all "$(instructions give_back_all.ours)" "$stage_32" 0
compare receive "$(instructions receive.ours)" "$stage_32" 0
exit $failed
