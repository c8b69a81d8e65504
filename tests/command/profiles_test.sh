#!/bin/sh
# `ringproof profiles`: the list, differences, JSON, and every refusal.
set -eu
. "$(dirname "$0")/checks.sh"

expect 0 "$RINGPROOF" profiles
for name in v5_19 v6_1 v6_4 v6_8 v6_10 v6_12 v6_16 v6_17 v6_18 v6_19 v7_0 v7_1 v7_2 v7_3; do
    says out "$name"
done
says out "BUG-20"
says out "Versions: 6.15 - 7.0.4;"
says out "Repair: "
[ ! -s "$scratch/err" ] || fail "it complained"

expect 0 "$RINGPROOF" profiles diff v6_17 v6_18
says out "REG-16 (has_min_left; "
says out "no on v6_17, yes on v6_18."
says out "Bugs that v6_17 has and v6_18 has not:"
says out "BUG-15"
expect 0 "$RINGPROOF" profiles diff v7_3 v7_3
says out "They do not differ."

expect 0 "$RINGPROOF" profiles diff v7_2 v7_3 --json -
says out '"differences"'
says out '"BUG-31, MSH-04"'
expect 0 "$RINGPROOF" profiles --json "$scratch/all.json"
says out "v7_3"
grep -q '"absent_bugs"' "$scratch/all.json" || fail "no JSON in the file"
if command -v python3 >/dev/null; then
    python3 -m json.tool "$scratch/all.json" >/dev/null || fail "the file is not JSON"
fi

expect 2 "$RINGPROOF" profiles diff v6_17 v6_99
one_line
says err "v6_99"
says err "v7_3"
expect 2 "$RINGPROOF" profiles diff v6_17
one_line
expect 2 "$RINGPROOF" profiles nonsense
one_line
expect 3 "$RINGPROOF" profiles --json "$scratch/none/all.json"
one_line
