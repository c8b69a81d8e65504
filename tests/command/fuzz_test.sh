#!/bin/sh
# `ringproof fuzz`: turns, merges and findings, with targets that only talk like libFuzzer's. What
# one of them finds is real: bytes of a trace that fails as 7.3 with a bug put back.
set -eu
. "$(dirname "$0")/checks.sh"

build=$scratch/build
out=$scratch/made
mkdir -p "$build/fuzz" "$scratch/source/corpus/play_model" "$scratch/source/fuzz"
echo "CMAKE_HOME_DIRECTORY:INTERNAL=$scratch/source" >"$build/CMakeCache.txt"
echo seed >"$scratch/source/corpus/play_model/seed"
echo '"word"' >"$scratch/source/fuzz/play_model.dict"

# target <name>: standard input is what it does when it fuzzes; $new is the folder for its inputs,
# $prefix that of artifacts. The merge is the same for all.
target() {
    {
        cat <<'END'
#!/bin/sh
for argument in "$@"; do
    case $argument in
    -artifact_prefix=*) prefix=${argument#*=} ;;
    -merge=1) merges=yes ;;
    -dict=*) dict=${argument#*=} ;;
    -*) ;;
    *) before=${last:-} last=$argument ;;
    esac
done
if [ -n "${merges:-}" ]; then
    cp "$last"/* "$before" && exit
fi
new=$before corpus=$last
progress() {
    printf '#%s\tNEW    cov: 812 ft: 2011 corp: 97/3210b lim: 48 exec/s: 2048\n' "$1" >&2
}
fails() { # fails <status> <what>; the artifact is standard input
    cat >"${prefix}crash-1"
    echo "==7== ERROR: libFuzzer: deadly signal" >&2
    echo "SUMMARY: $2" >&2
    echo "artifact_prefix='$prefix'; Test unit written to ${prefix}crash-1" >&2
    echo "stat::number_of_executed_units: 5000" >&2
    exit "$1"
}
END
        cat
    } >"$build/fuzz/fuzz_$1"
    chmod +x "$build/fuzz/fuzz_$1"
}

fuzz() {
    wanted_status=$1
    shift
    expect "$wanted_status" "$RINGPROOF" fuzz --build "$build" --out "$out" "$@"
}

# Nothing is built, or not what was asked for.
fuzz 3
one_line
says err "./ringproof build fuzz"
# The open of a socket at the end has nothing to do with the failure.
target play_model <<'END'
[ -s "$corpus/seed" ] && [ -s "$dict" ] || exit 1
echo new >"$new/found"
progress 4096
printf '\001\000\075\166\067\137\063\053\075\102\125\107\055\062\075\060\000\000' >"$new/bytes"
printf '\000\000\001\000\040\002\004\000\000\000\000\000\000\000\015\000\000\006' >>"$new/bytes"
printf '\000\000\004\000\002\000\000\000\000\000\000\000\000\000' >>"$new/bytes"
fails 77 "libFuzzer: deadly signal" <"$new/bytes"
END
target overrun <<'END'
progress 10
fails 1 "AddressSanitizer: heap-buffer-overflow /build/$$/here.cpp:12:3 in somewhere" </dev/null
END
target idle <<'END'
progress 100
echo "stat::number_of_executed_units: 123" >&2
END
target unfit <<'END'
echo "skipped: io_uring cannot be used here" >&2
exit 77
END
fuzz 2 play_modle
one_line
says err "no fuzz target is called play_modle; there are idle, overrun, play_model, unfit"
fuzz 2 --seconds 0

# Told before the work, not after it.
: >"$scratch/file"
expect 3 "$RINGPROOF" fuzz --build "$build" --out "$scratch/file/out"
one_line
fuzz 3 --json "$scratch/nowhere/summary.json"
one_line
[ ! -e "$out/corpus" ] || fail "it worked in spite of that"

# A known failure again and again is one finding, and ends its target's turns before the time.
fuzz 1 play_model overrun --seconds 600 --jobs 1 --json "$scratch/summary.json"
says out "play_model: I"
says out "overrun: overrun: AddressSanitizer: heap-buffer-overflow here.cpp:#:# in somewhere"
says out "  11 times, "
grep -q '"executions": 55000' "$scratch/summary.json" || fail "the executions are not added up"
grep -q '"crashes": 11' "$scratch/summary.json" || fail "the summary lacks the crashes"
[ "$(ls "$out/findings" | wc -l)" = 2 ] || fail "not one folder for each way to fail"
[ -s "$out/corpus/play_model/seed" ] || fail "the working corpus does not begin as the corpus"
[ -s "$out/corpus/play_model/found" ] || fail "what was new is not merged"
[ "$(ls "$scratch/source/corpus/play_model")" = seed ] || fail "the seeds were touched"
[ -z "$(ls "$out/turns")" ] || fail "folders of turns are left"

found=$(echo "$out"/findings/i*)
cmp "$found/input" "$out/corpus/play_model/bytes"
grep -q '^signature  I' "$found/report.txt" || fail "the report lacks the signature"
grep -q 'deadly signal' "$found/report.txt" || fail "the report lacks what the engine said"
[ "$(grep -c '^open' "$found/trace")" = 1 ] || fail "the trace was not shrunk"
expect 1 "$RINGPROOF" replay --backend model "$found/trace"
grep -q '^int main' "$found/reproducer.c" || fail "there is no reproducer"

# Found before: it still counts, and stays as it was.
echo kept >"$found/trace"
fuzz 1 play_model --seconds 1
[ "$(cat "$found/trace")" = kept ] || fail "a finding was written again"

# Where the bytes are no trace, the target's own words tell it. It fails in the same way, so it is
# no new finding; a trace that is well has failed for a reason that the target alone knows.
target play_schedule <<'END'
printf 'INFO: Seed: 1\nringproof-trace 1\nprofile v7_3+BUG-20\nring sq=1 cq=1 mode=default\n' >&2
printf 'group entries=2 size=4 incremental\nopen tcp\nfeed s0 6\nrecv s0 g0 bundle\n' >&2
printf '\nI13 at operation 5\n' >&2
fails 77 "libFuzzer: deadly signal" </dev/null
END
fuzz 1 play_schedule --seconds 1
says out "play_schedule: I13: "
[ "$(ls "$out/findings" | wc -l)" = 2 ] || fail "the same failure has two folders"
target two_profiles <<'END'
printf 'ringproof-trace 1\nring sq=1 cq=1 mode=default\nopen tcp\n\n7 and 8 differ\n' >&2
fails 77 "libFuzzer: deadly signal" </dev/null
END
fuzz 1 two_profiles --seconds 1
says out "two_profiles: two_profiles: # and # differ"
[ "$(grep -c '^open' "$out"/findings/two-profiles*/trace)" = 1 ] || fail "its trace is lost"
grep -q '^int main' "$out"/findings/two-profiles*/reproducer.c || fail "its trace has no program"
grep -q '^kernels    none' "$out"/findings/overrun*/report.txt || fail "no word about a program"

# Nothing found; what cannot run here says so and is no failure.
fuzz 0 idle unfit --seconds 1 --jobs 2 --json -
says out '"skipped": "skipped: io_uring cannot be used here"'
target silent </dev/null
fuzz 3 silent --seconds 1
says out "ended with status 0"

# Ctrl-C: what was found so far stays.
mkfifo "$scratch/ready"
target patient <<END
echo kept >"\$new/patience"
progress 1
sleep 100 &
trap 'kill \$!; exit 72' INT
echo >"$scratch/ready"
wait
END
"$RINGPROOF" fuzz --build "$build" --out "$out" --jobs 1 patient >"$scratch/out" 2>"$scratch/err" &
read -r _ <"$scratch/ready"
kill -INT $!
status=0
wait $! || status=$?
[ "$status" = 130 ] || fail "status $status after Ctrl-C"
says out "interrupted"
[ "$(cat "$out/corpus/patient/patience")" = kept ] || fail "what was found before Ctrl-C is lost"
expect 0 "$RINGPROOF" fuzz --help
says out "Examples:"
