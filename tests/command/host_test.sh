#!/bin/sh
# The profile host: found by trying, told in one line, and refused where io_uring is.
set -eu
. "$(dirname "$0")/checks.sh"

trace=$scratch/host.trace
printf 'ringproof-trace 1\nprofile host\nopen tcp\n' >"$trace"
cat >"$scratch/all.sh" <<END
"\$@" "$RINGPROOF" run --backend model --profile host --cases 2
"\$@" "$RINGPROOF" replay --backend model --profile host "$trace"
"\$@" "$RINGPROOF" replay --backend model "$trace"
"\$@" "$RINGPROOF" kernel --backend model --profile host --rule SEL-03
"\$@" "$RINGPROOF" profiles diff host v7_3
END

# Without io_uring each ends with one line and the status of the environment.
while read -r line; do
    echo "$line" >"$scratch/one.sh"
    expect 3 sh "$scratch/one.sh" "$BLOCK_IO_URING" 1
    one_line
    says err "profile host: "
done <"$scratch/all.sh"

status=0
"$RINGPROOF" kernel --rule SEL-03 >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
if [ "$status" = 3 ]; then
    echo "no io_uring here: $(cat "$scratch/err")"
    exit 0
fi
"$RINGPROOF" kernel >"$scratch/kernel" 2>/dev/null || :
like=$(sed -n '1s/.*it behaves like //p' "$scratch/kernel")
while read -r line; do
    echo "$line" >"$scratch/one.sh"
    expect 0 sh "$scratch/one.sh"
    one_line
    says err "host: Linux $(uname -r) behaves as $like ("
done <"$scratch/all.sh"

# A trace is written with the profile that was found, and two traces ask the kernel once.
expect 0 "$RINGPROOF" run --backend model --profile host --cases 2
says out "profile $like"
expect 0 "$RINGPROOF" replay --backend model "$trace" "$trace"
one_line
