#!/bin/sh
# relacy.sh <ringproof> [<relacy_rings>]: the same ring of two asked of relacy and of this
# project, and one table of what each covers, what it takes, and which missing orders it finds.
#
# Asserted are ratios alone: a verdict at least a hundred times as fast as relacy's full search at
# four publications, which for relacy is none when its time is up; and the completion queue's tail
# without release, which relacy cannot see where slots are atomic, and the proof can.
#
# Status 77 without relacy_rings: skipped.
set -eu

ringproof=$1
rings=${2:-}
seconds=${RINGPROOF_RELACY_SECONDS:-4}  # of one search; the full one would go on for days
if [ -z "$rings" ]; then
    echo "skipped: relacy is not installed (Debian package relacy-dev)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

# proof <arguments>: "<verdict> <states> <seconds>" of the ring of two under C11
proof() {
    "$ringproof" explore proof --protocol publish-in-order --entries 2 --model c11 "$@" \
        --json "$folder/proof.json" >"$folder/out" 2>&1 || [ $? -eq 1 ] ||
        fail "$(cat "$folder/out")"
    awk -F '[:,]' '
        /"verdict":/ { gsub(/[ "]/, "", $2); verdict = $2 }
        /"states":/ { states = $2 + 0 }
        /"milliseconds":/ { seconds = $2 / 1000 }
        END { printf "%s %d %.9f\n", verdict, states, seconds }
    ' "$folder/proof.json"
}

# code <publications>: "<verdict> <runs> <seconds>" of the library's compiled ring
code() {
    "$ringproof" explore code --target ours_in_order --entries 2 --publications "$1" --seconds 1 \
        --json "$folder/code.json" >"$folder/out" 2>&1 || fail "$(cat "$folder/out")"
    awk -F '[:,]' '
        /"runs":/ { runs = $2 + 0 }
        /"complete":/ { complete = $2 ~ /true/ }
        /"seconds":/ { seconds = $2 + 0 }
        END { printf "%s %d %.9f\n", complete ? "clean" : "unfinished", runs, seconds }
    ' "$folder/code.json"
}

# line <who> <publications> <verdict> <executions or states> <seconds>
line() { printf '%-26s %12s  %-10s %12s %12.6f\n' "$@"; }

printf '%-26s %12s  %-10s %12s %12s\n' "a correct ring of 2" publications verdict \
    "runs, states" seconds
for count in 1 2 3 4; do
    theirs=$("$rings" full plain none $count "$seconds")
    # shellcheck disable=SC2086  # three words
    line "relacy, full search" $count $theirs
done
# shellcheck disable=SC2046
line "relacy, at random" 4 $("$rings" random plain none 4 1)
# shellcheck disable=SC2046
line "ringproof explore code" 4 $(code 4)
ours=$(proof)
# shellcheck disable=SC2086
line "ringproof explore proof" any $ours

case $theirs in found*) fail "relacy objects to the correct ring: $theirs" ;; esac
case $ours in proved*) ;; *) fail "the proof does not hold: $ours" ;; esac
ratio=$(echo "${theirs##* } ${ours##* }" | awk '{ printf "%d", $1 / ($2 + 1e-9) }')
echo "a verdict at 4 publications: at least $ratio times as fast as relacy's full search"
[ "$ratio" -ge 100 ] || fail "less than 100 times"

# Whoever finds it needs few executions; the others look for it all the time they have.
printf '\n%-26s %-16s %-16s %s\n' "without (4 publications)" "relacy, plain" "relacy, atomic" \
    "ringproof explore proof"
for mutant in tail-release tail-acquire cq-tail-release cq-tail-acquire; do
    plain=$("$rings" random plain $mutant 4 "$seconds")
    atomic=$("$rings" random atomic $mutant 4 1)
    refuted=$(proof --mutant $mutant)
    printf '%-26s %-16s %-16s %s\n' $mutant "$(echo "$plain" | cut -d ' ' -f 1,2)" \
        "$(echo "$atomic" | cut -d ' ' -f 1,2)" "$(echo "$refuted" | cut -d ' ' -f 1,2)"
    case $plain in found*) ;; *) fail "relacy misses $mutant: $plain" ;; esac
    case $refuted in refuted*) ;; *) fail "$mutant is proved: $refuted" ;; esac
    case $mutant/$atomic in
    tail-*/found*) ;;
    cq-tail-release/unfinished*) missed=yes ;;
    tail-*) fail "relacy misses $mutant with atomic slots: $atomic" ;;
    esac
done
[ "${missed:-}" = yes ] || fail "relacy finds cq-tail-release with atomic slots: README is wrong"
