#!/bin/sh
# boot.sh against machines that go wrong: a program in QEMU's place plays them, so that neither QEMU
# nor a kernel is needed.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/../../command/checks.sh"

if ! command -v cpio >/dev/null 2>&1; then
    echo "skipped: cpio is not installed"
    exit 77
fi

# A kernel is known by four bytes at 514.
image=$scratch/vmlinuz
dd if=/dev/zero of="$image" bs=514 count=1 2>/dev/null
printf HdrS >>"$image"
MATRIX_INIT=$(command -v env)
MATRIX_QEMU=$scratch/qemu
export MATRIX_INIT MATRIX_QEMU

# machine: the rest of the machine's program is on standard input.
machine() {
    { echo '#!/bin/sh' && cat; } >"$MATRIX_QEMU"
    chmod +x "$MATRIX_QEMU"
}
# boot <status> [option...]: an old report lies there each time, and must not survive.
boot() {
    wanted_status=$1
    shift
    echo old >"$scratch/report.json"
    expect "$wanted_status" sh "$here/boot.sh" "$@" "$image" "$scratch/report.json"
    [ "$wanted_status" = 0 ] || [ ! -e "$scratch/report.json" ] || fail "an old report is left"
}

# --- Nothing to boot, or nothing to boot it with -------------------------------------------------

machine </dev/null
expect 2 sh "$here/boot.sh" "$image"
expect 77 sh "$here/boot.sh" "$scratch/none" "$scratch/report.json"
says out "skipped: cannot read the kernel image"
expect 77 sh "$here/boot.sh" "$0" "$scratch/report.json"
says out "is no Linux kernel"
(MATRIX_QEMU=$scratch/none && boot 77)
says out "is not installed (Debian: qemu-system-x86)"
(MATRIX_INIT='' && boot 77)
says out "skipped: this build has no static matrix_init"
(MATRIX_INIT=$scratch/none && boot 77)
says out "skipped: there is no "

# --- Kernels that do not come up -----------------------------------------------------------------

machine <<'END'
echo 'Decompressing Linux...'
exec sleep 60
END
boot 77 --timeout 1
says out "skipped: did not come up within 1 seconds; last: Decompressing Linux..."
grep -q Decompressing "$scratch/report.console" || fail "the console was not kept"

machine <<'END'
echo 'qemu: no such machine' >&2
exit 1
END
boot 77
says out "skipped: QEMU ended with status 1: qemu: no such machine"

machine <<'END'
printf 'Kernel panic - not syncing\r\n'
END
boot 77
says out "skipped: did not come up; last: Kernel panic - not syncing"

# --- Kernels that come up and go wrong -----------------------------------------------------------

machine <<'END'
echo 'RINGPROOF INIT 6.1.0-test'
exec sleep 60
END
boot 1 --timeout 1
says out "failed: 6.1.0-test: came up, and gave no report within 1 seconds"

machine <<'END'
echo 'RINGPROOF INIT 6.1.0-test'
echo 'RINGPROOF FAILED the checker died of signal 11'
END
boot 1
says out "failed: 6.1.0-test: the checker died of signal 11"

machine <<'END'
echo 'RINGPROOF INIT 6.1.0-test'
echo 'BUG: unable to handle page fault'
END
boot 1
says out "failed: 6.1.0-test: came up and broke down; last: BUG: unable to handle page fault"

# A behaviour that is the end of a machine: another machine is told so, and gives the report. What a
# machine is told is the last of its arguments.
{ echo '{' && echo '}'; } >"$scratch/small.json"
dies() {
    machine <<END
while [ \$# != 1 ]; do shift; done
echo "\$1" >>'$scratch/told'
echo 'RINGPROOF INIT 6.1.0-test'
echo 'RINGPROOF AT SEL-01-good'
echo 'RINGPROOF AT BUG-33-loop'
case \$1 in
*RINGPROOF_LOST=BUG-33-loop=*) ;;
*) $1 ;;
esac
echo "RINGPROOF BEGIN $(cksum <"$scratch/small.json")"
echo "RINGPROOF DATA $(base64 <"$scratch/small.json")"
echo 'RINGPROOF END'
END
    rm -f "$scratch/told"
}
dies 'echo "[    3.1] BUG: unable to handle page fault, at \$x <0>"; echo "Kernel panic"; exit 0'
boot 0
says out "lost in boot 1: BUG-33-loop=died:_BUG:_unable_to_handle_page_fault_at_x_0"
says told "RINGPROOF_LOST=BUG-33-loop=died:_BUG:_unable"
[ "$(wc -l <"$scratch/told")" = 2 ] || fail "not two boots"
grep -q 'page fault' "$scratch/report.BUG-33-loop.console" || fail "its console was not kept"
dies 'exec sleep 60'
boot 0 --timeout 1
says told "RINGPROOF_LOST=BUG-33-loop=hung:_no_answer_within_1_s"

# One that is the end although it is not performed is no reason to boot for ever.
machine <<'END'
echo 'RINGPROOF INIT 6.1.0-test'
echo 'RINGPROOF AT BUG-33-loop'
END
boot 1
says out "failed: 6.1.0-test: came up and broke down"

# --- Reports -------------------------------------------------------------------------------------

# sends <file> [filter...]: the report as init.cpp sends it, and as the filter makes of its lines.
sends() {
    sent=$1
    shift
    [ $# != 0 ] || set -- cat
    {
        echo 'RINGPROOF INIT 6.1.0-test'
        echo "RINGPROOF BEGIN $(cksum <"$sent")"
        base64 -w 72 "$sent" | sed 's/^/RINGPROOF DATA /'
        echo 'RINGPROOF END'
    } | "$@" >"$scratch/console"
    echo "cat '$scratch/console'" | machine
}

{ echo '{' && seq -f '"key %g": true,' 200 && echo '"last": true }'; } >"$scratch/good.json"
sends "$scratch/good.json"
boot 0
says out "ok: 6.1.0-test"
cmp "$scratch/good.json" "$scratch/report.json" || fail "the report is not what was sent"
[ ! -e "$scratch/report.console" ] || fail "a console was kept of a boot that went well"

# A terminal's line ends, a kernel that talks between the lines, and one that has begun a line.
talks='5a\
[    3.1] random: crng init done
s/$/\r/
7s/^/[    3.2] /'
sends "$scratch/good.json" sed "$talks"
boot 0
cmp "$scratch/good.json" "$scratch/report.json" || fail "talk got into the report"

# The kernel in the middle of a line, one character lost, a line lost.
for damage in '5s/DATA ......../&[ 3.1] oops/' '5s/.$//' 5d; do
    sends "$scratch/good.json" sed "$damage"
    boot 1
    says out "failed: 6.1.0-test: the report was damaged on its way"
done

sends "$scratch/good.json" grep -v 'RINGPROOF END'
boot 1
says out "failed: 6.1.0-test: came up and broke down"

echo 'checks: 3' >"$scratch/bad.json"
sends "$scratch/bad.json"
boot 1
says out "failed: 6.1.0-test: the report is no JSON object"
