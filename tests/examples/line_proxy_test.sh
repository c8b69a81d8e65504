#!/bin/sh
# The proxy on Linux, between netcats and a socat that writes down what comes up.
set -eu
. "$(dirname "$0")/serving.sh"

expect 2 "$program" 0
one_line
expect 2 "$program" 0 no
one_line
needs_io_uring
needs nc socat

crowd=20
start upstream socat -u -d -d TCP4-LISTEN:0,bind=127.0.0.1 "CREATE:$scratch/heard"
upstream=$pid
start proxy "$program" 0 "$port" $((crowd + 2))
proxy=$pid

clients=
for i in $(seq $crowd); do
    seq -f "client $i says %.0f" 5000 >"$scratch/$i"
    nc -N 127.0.0.1 "$port" <"$scratch/$i" &
    clients="$clients $!"
done
for client in $clients; do wait "$client" || fail "a client failed"; done
printf 'a whole line\nand one that is not' | nc -N 127.0.0.1 "$port"
# It is parted with; what nc says of that is not the point.
{ printf 'before\n' && head -c 300000 /dev/zero; } | nc -N 127.0.0.1 "$port" || true

ends 0 "$proxy" proxy
ends 0 "$upstream" upstream

# Every line of every client, in its client's order, and nothing else.
for i in $(seq $crowd); do
    grep "^client $i " "$scratch/heard" >"$scratch/$i.heard" || true
    same "$scratch/$i" "$scratch/$i.heard"
done
printf 'a whole line\nbefore\n' >"$scratch/others"
grep -v '^client ' "$scratch/heard" >"$scratch/others.heard" || true
same "$scratch/others" "$scratch/others.heard"

# Nobody behind it any more.
expect 3 "$program" 0 "$port"
one_line
says err "cannot connect to 127.0.0.1:$port: Connection refused"
