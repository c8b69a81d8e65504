#!/bin/sh
# matrix.sh over kernels and machines that a test makes up: what it prints, and how it ends.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/../../command/checks.sh"

if ! command -v cpio >/dev/null 2>&1; then
    echo "skipped: cpio is not installed"
    exit 77
fi

for kernel in good better hung broken; do
    { dd if=/dev/zero bs=514 count=1 2>/dev/null && printf 'HdrS'; } >"$scratch/$kernel"
done

# The machine is told by its kernel how it has to go.
cat >"$scratch/qemu" <<'END'
#!/bin/sh
while [ "$1" != -kernel ]; do shift; done
report='{ "release": "x" }'
case $2 in
*/hung) exec sleep 60 ;;
*) echo "RINGPROOF INIT ${2##*/}" ;;
esac
case $2 in
*/broken) report=nonsense ;;
esac
printf '%s\n' "RINGPROOF BEGIN $(echo "$report" | cksum)" \
    "RINGPROOF DATA $(echo "$report" | base64)" "RINGPROOF END"
END
chmod +x "$scratch/qemu"

MATRIX_INIT=$(command -v env)
MATRIX_QEMU=$scratch/qemu
MATRIX_FETCH=$scratch/fetch.sh
export MATRIX_INIT MATRIX_QEMU MATRIX_FETCH

# offered <kernel>...: what fetch.sh has.
offered() {
    version=6.0
    for kernel in "$@"; do
        version=6.$((${version#6.} + 1))
        printf "printf '%%s\\\\t%%s\\\\t%%s\\\\n' %s %s '%s'\n" $version "$kernel" \
            "$scratch/$kernel"
    done >"$MATRIX_FETCH"
}
# matrix <status>
matrix() { expect "$1" sh "$here/matrix.sh" --out "$scratch/reports" --timeout 1 --jobs 2; }
row() { grep -q "^$1 .* $2  *[0-9]*\$" "$scratch/out" || fail "no row $1 $2"; }

for wrong in --nonsense --jobs '--jobs 0' '--jobs x' '--timeout -1' '--out'; do
    # shellcheck disable=SC2086
    expect 2 sh "$here/matrix.sh" $wrong
done

offered good better
matrix 0
row good ok
row better ok
grep -q release "$scratch/reports/good.json" || fail "no report of good"
grep -q release "$scratch/reports/better.json" || fail "no report of better"

# What does not come up is told, and holds nobody up.
offered good hung better
matrix 0
row good ok
row better ok
row hung skipped
says out "skipped: Linux 6.2: did not come up within 1 seconds"

offered broken good
matrix 1
row good ok
row broken failed
says out "failed: Linux 6.1: broken: the report is no JSON object"
[ ! -e "$scratch/reports/broken.json" ] || fail "a report that is none was kept"

offered hung
matrix 77
says out "skipped: the matrix of kernels: no kernel came up"

echo 'echo "skipped: kernels: why" >&2; exit 77' >"$MATRIX_FETCH"
matrix 77
says out "skipped: kernels: why"
echo 'exit 3' >"$MATRIX_FETCH"
matrix 1
(MATRIX_QEMU=$scratch/none && matrix 77)
says out "qemu-system-x86_64 is not installed"
(MATRIX_INIT='' && matrix 77)
says out "skipped: the matrix of kernels: this build has no static matrix_init"

# The table of what came is the command's work, and so is its verdict.
printf '#!/bin/sh\necho "$*" >%s\nexit "${TABLE_STATUS:-0}"\n' "$scratch/asked" \
    >"$scratch/ringproof"
chmod +x "$scratch/ringproof"
RINGPROOF=$scratch/ringproof
export RINGPROOF
offered good better
matrix 0
says asked "kernel table --html $scratch/reports/table.html $scratch/reports/good.json"
says asked "$scratch/reports/better.json"
(export TABLE_STATUS=1 && matrix 1)
says out "failed: the table"
