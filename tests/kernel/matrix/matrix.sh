#!/bin/sh
# matrix.sh [--all | --only PATTERN] [--jobs N] [--out DIR] [--timeout S] [--append PARAMETERS]
#
# Fetches kernels (fetch.sh says which), boots each in an emulated machine (boot.sh), and keeps what
# they report as DIR/<release>.json, by default in build/kernels. $MATRIX_INIT is the program that
# boots; if that is not set, the latest that any build here has made. The command $RINGPROOF, or
# that of the same build, makes them a table: DIR/table.html.
#
# What could not be had is a line `skipped: <what>: <why>`. Exit status: 0 reports came and none was
# missing, 1 a kernel came up and gave no valid report, or does what nothing explains, 77 nothing
# could be run.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../../.." && pwd -P)

usage() {
    sed -n '2s/^# /usage: /p' "$0" >&2
    exit 2
}

jobs=2
out=$root/build/kernels
seconds=120
append=
which=
pattern=
while [ $# != 0 ]; do
    case $1 in
    --all)
        which=--all
        shift
        continue
        ;;
    esac
    [ $# -ge 2 ] || usage
    case $1 in
    --only)
        which=--only
        pattern=$2
        ;;
    --jobs) jobs=$2 ;;
    --out) out=$2 ;;
    --timeout) seconds=$2 ;;
    --append) append=$2 ;;
    *) usage ;;
    esac
    shift 2
done
for number in "$jobs" "$seconds"; do
    case $number in
    '' | *[!0-9]* | 0*) usage ;;
    esac
done

if [ -z "${MATRIX_INIT+set}" ]; then
    # Names without surprises: a build's folder is called after its preset.
    # shellcheck disable=SC2012
    MATRIX_INIT=$(ls -t "$root"/build/*/tests/kernel/matrix/matrix_init 2>/dev/null | head -n 1)
fi
export MATRIX_INIT
ringproof=${RINGPROOF:-${MATRIX_INIT%/tests/kernel/matrix/*}/ringproof}

nothing() {
    printf 'skipped: the matrix of kernels: %s\n' "$*"
    exit 77
}
[ -n "$MATRIX_INIT" ] || nothing "this build has no static matrix_init"
command -v "${MATRIX_QEMU:-qemu-system-x86_64}" >/dev/null 2>&1 ||
    nothing "qemu-system-x86_64 is not installed (Debian: qemu-system-x86)"

scratch=$(mktemp -d)
children=
trap 'rm -rf "$scratch"' EXIT
trap '[ -z "$children" ] || kill $children 2>/dev/null; exit 130' HUP INT TERM

# --- Kernels -------------------------------------------------------------------------------------

began=$(date +%s)
status=0
sh "${MATRIX_FETCH:-$here/fetch.sh}" $which ${pattern:+"$pattern"} >"$scratch/kernels" \
    2>"$scratch/fetch.log" || status=$?
cat "$scratch/fetch.log"
[ "$status" != 77 ] || nothing "no kernel could be had"
if [ "$status" != 0 ]; then
    echo "fetch.sh ended with status $status"
    exit 1
fi
fetched=$(date +%s)

# --- Boots ---------------------------------------------------------------------------------------

# work <share>: every <jobs>-th kernel. A result is a line: version, release, verdict, seconds, why.
work() {
    boot=
    trap '[ -z "$boot" ] || kill "$boot" 2>/dev/null; exit 130' TERM
    awk -v jobs="$jobs" -v share="$1" 'NR % jobs == share' "$scratch/kernels" >"$scratch/share.$1"
    tab=$(printf '\t')
    while IFS=$tab read -r version release image; do
        start=$(date +%s)
        status=0
        # In the background, because a shell that waits for its own command hears no signal.
        sh "$here/boot.sh" --timeout "$seconds" --append "$append" "$image" "$out/$release.json" \
            >"$scratch/said.$1" 2>&1 &
        boot=$!
        wait "$boot" || status=$?
        why=$(tail -n 1 "$scratch/said.$1")
        sed -n "s/^lost in boot/Linux $version: &/p" "$scratch/said.$1" >>"$scratch/lost.$1"
        case $status in
        0) result=ok ;;
        77) result=skipped ;;
        *) result=failed ;;
        esac
        printf '%s\t%s\t%s\t%s\t%s\n' "$version" "$release" "$result" \
            "$(($(date +%s) - start))" "${why#*: }"
    done <"$scratch/share.$1" >"$scratch/results.$1"
}

mkdir -p "$out"
share=0
while [ "$share" -lt "$jobs" ]; do
    work "$share" &
    children="$children $!"
    share=$((share + 1))
done
for child in $children; do
    wait "$child" || :
done
children=

# --- The table -----------------------------------------------------------------------------------

sort -V "$scratch"/results.* >"$scratch/results"
awk -F '\t' '
    BEGIN { printf "%-26s  %-22s  %-8s %7s\n", "kernel", "version", "result", "seconds" }
    { printf "%-26s  %-22s  %-8s %7d\n", $2, $1, $3, $4 }' "$scratch/results"
cat "$scratch"/lost.* 2>/dev/null || :
awk -F '\t' '$3 != "ok" { print $3 ": Linux " $1 ": " $5 }' "$scratch/results"
printf '%s seconds: %s to fetch, %s to boot\n' "$(($(date +%s) - began))" "$((fetched - began))" \
    "$(($(date +%s) - fetched))"

# A worker that was lost has left its kernels without a line.
[ "$(wc -l <"$scratch/results")" = "$(wc -l <"$scratch/kernels")" ] || {
    echo "failed: not every kernel has a result"
    exit 1
}
if grep -q "$(printf '\tfailed\t')" "$scratch/results"; then exit 1; fi
grep -q "$(printf '\tok\t')" "$scratch/results" || nothing "no kernel came up"
[ -x "$ringproof" ] || exit 0
awk -F '\t' -v out="$out" '$3 == "ok" { print out "/" $2 ".json" }' "$scratch/results" |
    xargs -d '\n' "$ringproof" kernel table --html "$out/table.html" || {
    echo "failed: the table"
    exit 1
}
