#!/bin/sh
# summary.sh <ringproof_bench> <instructions>: runs every bench and prints one table. Times are
# medians over repetitions; only the ratios mean something on another machine.
set -u

bench=$1
program=$2
here=$(dirname "$0")

sh "$here/instructions.sh" "$program"
counted=$?
printf '\n%-24s %14s %14s %8s   %s\n' "a median of 7" ours "liburing or" ratio ""
printf '%-24s %14s %14s %8s\n' "" "" "wanted" ""
"$bench" --benchmark_repetitions=7 --benchmark_report_aggregates_only=true \
    --benchmark_min_time=0.3 --benchmark_format=json 2>/dev/null |
    awk '
        function value(text) { sub(/^[^:]*: */, "", text); gsub(/[",]/, "", text); return text }
        /"run_name":/ { name = value($0); sub(/\/manual_time$/, "", name) }
        /"aggregate_name":/ { kind = value($0) }
        /"ours":/ { ours = value($0) + 0 }
        /"theirs":/ { theirs = value($0) + 0 }
        /"ratio":/ { ratio = value($0) + 0 }
        /^ *}/ {
            if (kind == "median") {
                unit = name ~ /^receive/ ? "ns a message" : "a second"
                printf "%-24s %14.0f %14.0f %8.3f   %s\n", name, ours, theirs, ratio, unit
            }
            kind = ""
        }
    '
exit $counted
