#!/bin/sh
# The sink for datagrams on Linux, with socat and netcat for senders.
set -eu
. "$(dirname "$0")/serving.sh"

expect 2 "$program" ""
one_line
needs_io_uring
needs nc socat

# Each round is read before the next one is sent: what waits in a socket must fit in there.
rounds=20
size=50000
head -c $size "$program" >"$scratch/round"
bytes=$scratch/bytes
mkfifo "$bytes"
exec 4<>"$bytes"
export bytes
# shellcheck disable=SC2016  # for the shell that is started
start sink sh -c 'exec "$0" "$@" >"$bytes"' "$program" 0 $((rounds * size / 1000 + 2))
sink=$pid
for _ in $(seq $rounds); do
    socat -u -b 1000 "OPEN:$scratch/round" "UDP4-SENDTO:127.0.0.1:$port"
    head -c $size <&4 >"$scratch/heard"
    same "$scratch/round" "$scratch/heard"
done

# One that is empty, one that is longer than a buffer has room for, and that of another sender.
head -c 6000 "$program" >"$scratch/long"
socat -u -b 6000 "OPEN:$scratch/long" "UDP4-SENDTO:127.0.0.1:$port"
echo done | nc -u -q 0 127.0.0.1 "$port"
ends 0 "$sink" sink
head -c 3957 <&4 >"$scratch/heard"  # a buffer, less header and name, and the word
{ head -c 3952 "$scratch/long" && echo done; } >"$scratch/wanted"
same "$scratch/wanted" "$scratch/heard"
grep -q "udp_sink: a message was cut off" "$scratch/sink" || fail "nothing was said of that"
