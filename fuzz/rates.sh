#!/bin/sh
# rates.sh <source> <build> [<seconds>]: executions a second of every target, in a build with an
# engine and sanitizers (preset fuzz), one process at a time.
#
#   alone     of the target by itself, over inputs of about 32 operations, which were found by
#   engine    so many seconds (5) of fuzzing from the seeds; as long as much is found, most of them
#             are the engine's own work. Inputs are as long as 64 records.
#   median    operations of the inputs of `alone`
set -eu

source=$1
build=$2
seconds=${3:-5}
# Headers, 64 records of six bytes, and as much again where answers are behind them.
long=800
header=$(sed -n 's/.*header_size = \([0-9]*\);.*/\1/p' "$source/sim/trace/bytes.hpp")
record=$(sed -n 's/.*record_size = \([0-9]*\);.*/\1/p' "$source/sim/trace/bytes.hpp")
inputs_most=200

found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

# Those of 24 to 40 operations among the inputs in a folder, by name.
of_the_right_size() {
    find "$1" -type f -size +$((header + 24 * record - 1))c \
        -size -$((header + 40 * record + 1))c | sort | head -n $inputs_most
}

# Executions a second of a target by itself, and the operations of the median input.
alone() {
    program=$1
    shift
    if [ $# -eq 0 ]; then
        echo "- -"
        return
    fi
    size=$(stat -c %s "$@" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }')
    runs=50
    LLVM_PROFILE_FILE=/dev/null "$program" -runs=$runs "$@" 2>&1 |
        awk -v runs=$runs -v operations=$(((size - header) / record)) '
            /^Executed / { inputs++; ms += $(NF - 1) }
            END { if (ms > 0) print int(1000 * runs * inputs / ms), operations; else print "- -" }'
}

echo "sanitizers: $(sed -n 's/^CMAKE_CXX_FLAGS:[^=]*=//p' "$build/CMakeCache.txt" |
    tr ' ' '\n' | grep '^-fsanitize=' | tr '\n' ' ')"
printf '%-22s %10s %10s %10s   %s\n' target alone median engine "wanted, alone"
for program in "$build"/fuzz/fuzz_*; do
    target=${program##*/fuzz_}
    most=386
    wanted=
    traces=yes
    case $target in
        play_model) wanted=100000 ;;
        both_kernels) wanted=5000 ;;
        play_schedule) most=$long ;;
        behaviours | trace_text) most=4096 traces= ;;
        hostile_* | registration) traces= ;;
    esac
    status=0
    mkdir "$found/$target"
    said=$(LLVM_PROFILE_FILE=/dev/null "$program" -print_final_stats=1 "-max_len=$most" \
        "-max_total_time=$seconds" "$found/$target" "$source/corpus/$target" 2>&1) || status=$?
    rate=$(printf '%s\n' "$said" | sed -n 's/^stat::average_exec_per_sec: *//p')
    if [ $status -ne 0 ]; then
        rate=$(printf '%s\n' "$said" | grep '^skipped' || echo "failed: status $status")
        traces=
    fi
    by_itself="- -"
    if [ -n "$traces" ]; then
        # shellcheck disable=SC2046  # names of inputs are hashes
        by_itself=$(alone "$program" $(of_the_right_size "$found/$target"))
    fi
    # shellcheck disable=SC2086  # two words
    printf '%-22s %10s %10s %10s   %s\n' "$target" $by_itself "$rate" "$wanted"
done
