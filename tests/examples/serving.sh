# What the tests of these programs on Linux share. Sourced, with the program as $1; expects what
# tests/command/checks.sh does. Nothing sleeps: whatever is waited for is read.

. "$(dirname "$0")/../command/checks.sh"

program=$1
pids=
# shellcheck disable=SC2086  # numbers
trap '[ -z "$pids" ] || kill $pids 2>/dev/null || true; rm -rf "$scratch"' EXIT
: >"$scratch/out"
: >"$scratch/err"

# needs <command>...: ends the test as skipped where one of these clients is missing.
needs() {
    for client in "$@"; do
        command -v "$client" >/dev/null 2>&1 && continue
        echo "skipped: there is no $client here (packages netcat-openbsd and socat)"
        exit 77
    done
}

# start <name> <command>...: in the background, its standard error in $scratch/<name>. Sets `pid`,
# and `port` as soon as it has said one.
start() {
    name=$1
    shift
    : >"$scratch/$name"
    "$@" 2>>"$scratch/$name" &
    pid=$!
    pids="$pids $pid"
    port=$(tail --pid=$pid -n +1 -f "$scratch/$name" | sed -n '/listening/{s/.*://p;q}')
    [ -n "$port" ] || fail "no port from $name: $(cat "$scratch/$name")"
}

# ends <status> <pid> <name>: the program ends by itself, and so.
ends() {
    status=0
    wait "$2" || status=$?
    [ "$status" = "$1" ] || fail "$3 ended with $status instead of $1: $(cat "$scratch/$3")"
}

# same <file> <file>
same() { cmp "$1" "$2" >"$scratch/out" 2>&1 || fail "what came is not what was sent"; }
