#!/bin/sh
# ring_threads_test.sh <program>, started by ctest: two real threads under the thread sanitizer.
# With every order it has nothing to say; with any left out it reports the race.
set -eu

program=$1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
export TSAN_OPTIONS="halt_on_error=1 exitcode=66"

"$program"
for order in tail-release tail-acquire cq-tail-release cq-tail-acquire cq-head-release \
    cq-head-acquire; do
    status=0
    "$program" $order 2>"$report" || status=$?
    if [ $status -ne 66 ] || ! grep -q 'ThreadSanitizer: data race' "$report"; then
        echo "without $order: status $status, and no race was reported"
        cat "$report"
        exit 1
    fi
    echo "without $order: $(grep -m 1 '^SUMMARY' "$report")"
done
