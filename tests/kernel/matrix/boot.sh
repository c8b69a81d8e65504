#!/bin/sh
# boot.sh [--timeout SECONDS] [--append PARAMETERS] KERNEL_IMAGE OUT.json
#
# Boots a kernel in an emulated machine whose only program is $MATRIX_INIT, and keeps the report it
# sends over the serial console; init.cpp says in which form. Without a report the console is kept
# beside it, as OUT.console. --append adds to the kernel's command line. A behaviour that is the end
# of the machine costs one more boot, and is reported so; its console is OUT.<behaviour>.console.
#
# The last line on standard output is the verdict, and the exit status agrees with it:
#   0   ok: <release>        OUT.json is there
#   1   failed: <why>        the kernel came up and gave no valid report
#   77  skipped: <why>       the kernel did not come up, or nothing is there to boot it with
set -eu

seconds=120
append=
while :; do
    case ${1:-} in
    --timeout) seconds=$2 ;;
    --append) append=$2 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# != 2 ]; then
    sed -n '2s/^# /usage: /p' "$0" >&2
    exit 2
fi
image=$1
out=$2
qemu=${MATRIX_QEMU:-qemu-system-x86_64}

scratch=$(mktemp -d)
console=$scratch/console
machine=
# A machine that outlives its script would hold a processor until its timeout.
trap 'rm -rf "$scratch"' EXIT
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null; exit 130' HUP INT TERM

verdict() {
    printf '%s: %s\n' "$2" "$3"
    [ "$1" = 0 ] || [ ! -s "$console" ] || cp "$console" "${out%.json}.console"
    exit "$1"
}
skip() { verdict 77 skipped "$*"; }
failed() { verdict 1 failed "$*"; }

# --- What is needed ------------------------------------------------------------------------------

mkdir -p "$(dirname "$out")"
# Old answers under a new verdict would be lies.
rm -f "$out" "${out%.json}.console" "${out%.json}".*.console

[ -r "$image" ] || skip "cannot read the kernel image $image"
# The boot protocol's magic number: QEMU starts anything, and waits for it for ever.
[ "$(dd if="$image" bs=1 skip=514 count=4 2>/dev/null | tr -d '\0')" = HdrS ] ||
    skip "$image is no Linux kernel"
[ -n "${MATRIX_INIT:-}" ] || skip "this build has no static matrix_init"
[ -x "$MATRIX_INIT" ] || skip "there is no $MATRIX_INIT"
for tool in "$qemu:qemu-system-x86" cpio:cpio gzip:gzip timeout:coreutils base64:coreutils; do
    command -v "${tool%:*}" >/dev/null 2>&1 ||
        skip "${tool%:*} is not installed (Debian: ${tool##*:})"
done

mkdir "$scratch/root" "$scratch/root/dev"
cp "$MATRIX_INIT" "$scratch/root/init"
# Fast and not small: the emulated machine is the one that unpacks it.
(cd "$scratch/root" && find . | cpio --quiet -o -H newc) | gzip -1 >"$scratch/initramfs"

# --- The machine ---------------------------------------------------------------------------------

# boot_once: sets status; the console is in $console. Each parameter was measured: without
# randomised addresses and mitigations a boot takes a fifth less; -nodefaults spares the drivers of
# a display and a network card. A panic reboots at once, and a reboot ends the machine: a kernel
# that has oopsed, or loops, has nothing more to say.
parameters='console=ttyS0 quiet panic=-1 oops=panic softlockup_panic=1 nokaslr mitigations=off'
boot_once() {
    status=0
    timeout -k 5 "$seconds" "$qemu" -accel tcg -cpu max -smp 1 -m 512 \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel "$image" -initrd "$scratch/initramfs" \
        -append "$parameters ${lost:+RINGPROOF_LOST=$lost} $append" </dev/null \
        >"$console.raw" 2>"$scratch/stderr" &
    machine=$!
    wait "$machine" || status=$?
    machine=
    # Terminal sequences of the firmware and carriage returns end here.
    tr -d '\r' <"$console.raw" >"$console"
}

# said <word>: what the last such line says. The kernel may have begun the line.
said() { sed -n "s/^.*RINGPROOF $1 //p" "$console" | tail -n 1; }
last_words() { grep -v '^ *$' "$1" | tail -n 1 | cut -c 1-200; }
out_of_time() { [ "$status" = 124 ] || [ "$status" = 137 ]; }
ended() { grep -q 'RINGPROOF END$' "$console"; }

# how_it_was_lost: in characters that a command line and init.cpp take.
how_it_was_lost() {
    if out_of_time; then
        echo "hung: no answer within $seconds s"
    else
        words='BUG: \|Oops: \|Kernel panic'
        echo "died: $(sed -n -e 's/^\[ *[0-9.]*\] //' -e "/$words/p" "$console" | head -n 1 |
            cut -c 1-80)"
    fi | tr ' ' '_' | tr -cd 'A-Za-z0-9:._-'
}

# A behaviour can be the end of a machine. Then another one is booted, which is told so, and the
# report comes from the machine that went to the end.
lost=
boots=0
while [ "$boots" -le 8 ]; do
    boots=$((boots + 1))
    boot_once
    at=$(said AT)
    { [ -n "$at" ] && [ -z "$(said FAILED)" ] && ! ended; } || break
    case ,$lost in
    *",$at="*) break ;; # it was not to be performed again
    esac
    lost=$lost${lost:+,}$at=$(how_it_was_lost)
    cp "$console" "${out%.json}.$at.console"
    printf 'lost in boot %s: %s\n' "$boots" "${lost##*,}"
done

# --- The report ----------------------------------------------------------------------------------

release=$(said INIT)
if [ -z "$release" ]; then
    if out_of_time; then
        skip "did not come up within $seconds seconds; last: $(last_words "$console")"
    elif [ "$status" != 0 ]; then
        skip "QEMU ended with status $status: $(last_words "$scratch/stderr")"
    fi
    skip "did not come up; last: $(last_words "$console")"
fi

why=$(said FAILED)
[ -z "$why" ] || failed "$release: $why"
if ! ended; then
    ! out_of_time || failed "$release: came up, and gave no report within $seconds seconds"
    failed "$release: came up and broke down; last: $(last_words "$console")"
fi

sed -n 's/^.*RINGPROOF DATA //p' "$console" | base64 -d >"$scratch/report" 2>/dev/null || :
[ "$(cksum <"$scratch/report")" = "$(said BEGIN)" ] ||
    failed "$release: the report was damaged on its way (expected sum and size $(said BEGIN))"
case $(tr -d ' \n' <"$scratch/report") in
'{'*'}') ;;
*) failed "$release: the report is no JSON object" ;;
esac
cp "$scratch/report" "$out"
verdict 0 ok "$release"
