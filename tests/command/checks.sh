# What the tests of the command share. Sourced; expects RINGPROOF, the built command.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf 'FAILED: %s\n' "$*"
    printf -- '--- standard output\n'
    cat "$scratch/out"
    printf -- '--- standard error\n'
    cat "$scratch/err"
    exit 1
}

# expect <status> <command>...: runs it, keeps what it says, and insists on its exit status.
expect() {
    wanted=$1
    shift
    status=0
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    [ "$status" = "$wanted" ] || fail "status $status instead of $wanted: $*"
}

# says <out|err> <text>: the last command said so.
says() { grep -qF -- "$2" "$scratch/$1" || fail "standard $1 lacks: $2"; }

# one_line: the last command complained in exactly one line.
one_line() { [ "$(wc -l <"$scratch/err")" = 1 ] || fail "not one line of complaint"; }

# needs_io_uring: ends the test as skipped where io_uring cannot be had.
needs_io_uring() {
    status=0
    "$RINGPROOF" run --backend linux --cases 1 >"$scratch/out" 2>"$scratch/err" || status=$?
    [ "$status" = 3 ] || return 0
    cat "$scratch/err"
    echo "skipped: what follows needs io_uring"
    exit 77
}
