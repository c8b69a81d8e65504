#!/bin/sh
# The echo server on Linux, with clients of another make: netcat and socat.
set -eu
. "$(dirname "$0")/serving.sh"

expect 2 "$program"
one_line
expect 2 "$program" 65536
one_line
says err "65536 is not a number from 0 to 65535"

needs_io_uring
needs nc socat

crowd=40
start server "$program" 0 $((crowd + 3))
server=$pid

expect 3 "$program" "$port"
one_line
says err "cannot listen at 127.0.0.1:$port: Address already in use"

# Some megabytes, and then a half-close: what was not back yet comes all the same.
seq 700000 >"$scratch/large"
nc -N 127.0.0.1 "$port" <"$scratch/large" >"$scratch/large.back"
same "$scratch/large" "$scratch/large.back"
socat -t 60 - "TCP4:127.0.0.1:$port" <"$scratch/large" >"$scratch/large.back"
same "$scratch/large" "$scratch/large.back"

# One that resets the connection with its echo on the way.
socat -u "OPEN:$scratch/large" "TCP4:127.0.0.1:$port,linger=0" 2>/dev/null || true

# Many at once, each with bytes of its own.
clients=
for i in $(seq $crowd); do
    seq "$i" 20000 >"$scratch/$i"
    nc -N 127.0.0.1 "$port" <"$scratch/$i" >"$scratch/$i.back" &
    clients="$clients $!"
done
for client in $clients; do wait "$client" || fail "a client failed"; done
for i in $(seq $crowd); do same "$scratch/$i" "$scratch/$i.back"; done

ends 0 "$server" server
[ "$(wc -l <"$scratch/server")" = 1 ] || fail "it said more than its port"

# One that has descriptors for four clients at a time: the others wait until somebody has gone.
# shellcheck disable=SC2016  # for the shell that is started
start poor sh -c 'ulimit -n 9; exec "$0" "$@"' "$program" 0 $crowd
poor=$pid
clients=
for i in $(seq $crowd); do
    nc -N 127.0.0.1 "$port" <"$scratch/$i" >"$scratch/$i.back" &
    clients="$clients $!"
done
for client in $clients; do wait "$client" || fail "a client failed"; done
for i in $(seq $crowd); do same "$scratch/$i" "$scratch/$i.back"; done
ends 0 "$poor" poor

expect 3 "$BLOCK_IO_URING" 1 "$program" 0
says err "cannot make a ring: Operation not permitted"
