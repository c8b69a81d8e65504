#!/bin/sh
# fio, a program of others, writes and verifies through the model.
set -eu
here=$(dirname "$0")
. "$here/../command/checks.sh"

if ! command -v fio >/dev/null 2>&1; then
    echo "skipped: fio is not installed (Debian package fio)"
    exit 77
fi

cd "$scratch"  # where it keeps what it has verified

# verified <option>...
verified() {
    expect 0 "$RINGPROOF" exec -- fio --name=verified --ioengine=io_uring --directory="$scratch" \
        --size=4m --rw=randwrite --bs=4k --iodepth=16 --verify=crc32c --do_verify=1 "$@"
    says out "err= 0"
    says out "rwts: total=1024,1024,0,0 short=0,0,0,0"
}

verified
verified --registerfiles=1
verified --nonvectored=0 --thread
verified --sqthread_poll=1
