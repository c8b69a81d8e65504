#!/bin/sh
# rates.sh <source> <build> [<seconds>]: executions a second of every target, one process each for
# so many seconds (5), in a build with an engine and sanitizers (preset fuzz). Inputs are mutated as
# they always are, and as long as 64 records, so that the median trace has about 32 operations.
set -eu

source=$1
build=$2
seconds=${3:-5}
# Headers, 64 records of six bytes, and as much again where answers are behind them.
long=800
printf '%-24s %14s   %s\n' target "executions/s" "wanted"
for program in "$build"/fuzz/fuzz_*; do
    target=${program##*/fuzz_}
    most=386
    wanted=
    case $target in
        play_model) wanted=100000 ;;
        both_kernels) wanted=5000 ;;
        play_schedule) most=$long ;;
        behaviours | trace_text) most=4096 ;;
    esac
    status=0
    said=$(LLVM_PROFILE_FILE=/dev/null "$program" -print_final_stats=1 "-max_len=$most" \
        "-max_total_time=$seconds" "$(mktemp -d)" "$source/corpus/$target" 2>&1) || status=$?
    rate=$(printf '%s\n' "$said" | sed -n 's/^stat::average_exec_per_sec: *//p')
    if [ $status -ne 0 ]; then
        rate=$(printf '%s\n' "$said" | grep '^skipped' || echo "failed: status $status")
    fi
    printf '%-24s %14s   %s\n' "$target" "$rate" "$wanted"
done
