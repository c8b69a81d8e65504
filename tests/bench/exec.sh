#!/bin/sh
# exec.sh <ringproof> <programs>: what a program pays for running on the model, as a table: the same
# programs on the kernel, where there is io_uring, and under `ringproof exec`.
set -eu

ringproof=$1
programs=$2

# median <command>...: of five runs.
median() {
    for _ in 1 2 3 4 5; do "$@" || return 1; done | sort -n | sed -n 3p
}

printf '%-44s %12s %12s %8s\n' "a second, median of 5" kernel model ratio
for each in "nop_rate:round trips of one NOP" \
    "multishot_rate:completions of a multishot receive"; do
    program="$programs/${each%%:*}"
    [ -x "$program" ] || { echo "skipped: liburing is not installed"; exit 77; }
    native=$(median "$program" 2>/dev/null) || native=0
    model=$(median "$ringproof" exec -- "$program")
    awk -v name="${each#*:}" -v native="$native" -v model="$model" 'BEGIN {
        ratio = native == 0 ? "-" : sprintf("%.2f", model / native)
        printf "%-44s %12d %12d %8s\n", name, native, model, ratio
    }'
done
