#!/bin/sh
# coverage.sh <source> <build> [<percent>]: replays every target's corpus in a build with coverage
# (RINGPROOF_COVERAGE) and says which lines of the model and of the library that reached. Fails
# below <percent>, if there is one. Status 77, skipped, without clang and its tools.
set -eu

source=$1
build=$2
least=${3:-0}
here=$build/corpus-coverage

for tool in clang++-19 llvm-profdata-19 llvm-cov-19; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skipped: $tool is not installed (Debian packages clang-19, llvm-19)"
        exit 77
    fi
done

rm -rf "$here"
mkdir -p "$here"
for program in "$build"/fuzz/fuzz_*; do
    target=${program##*/fuzz_}
    # An engine reads all of a folder when it may run nothing of its own; a replay main anyhow.
    status=0
    LLVM_PROFILE_FILE="$here/$target.profraw" "$program" -runs=0 "$source/corpus/$target" \
        >"$here/$target.log" 2>&1 || status=$?
    if [ $status -eq 77 ]; then
        echo "without $target: $(grep '^skipped' "$here/$target.log")"
        continue
    elif [ $status -ne 0 ]; then
        cat "$here/$target.log"
        exit 1
    fi
    # Each by itself: programs that inline the same function differently do not merge.
    llvm-profdata-19 merge -sparse "$here/$target.profraw" -o "$here/$target.profdata"
    llvm-cov-19 export -format=lcov -skip-branches -skip-functions "$program" \
        "-instr-profile=$here/$target.profdata" "$source/sim/kernel" "$source/lib" \
        >"$here/$target.lcov" 2>>"$here/$target.log"
done

# SF:<file>, then DA:<line>,<count> for each line with code.
awk -F '[:,]' -v root="$source/" -v missed="$here/missed" '
    $1 == "SF" { file = substr($0, 4); sub(root, "", file) }
    $1 == "DA" { reached[file, $2] += $3; lines[file, $2] = file }
    END {
        for (each in lines) {
            file = lines[each]
            ++total[file]
            ++total[""]
            if (reached[each] > 0) { ++met[file]; ++met[""]; continue }
            split(each, place, SUBSEP)
            print place[1] ":" place[2] | ("sort -t: -k1,1 -k2,2n >" missed)
        }
        for (file in total) {
            printf "%7.2f %6d  %s\n", 100 * met[file] / total[file], total[file],
                file == "" ? "all of sim/kernel and lib" : file
        }
    }' "$here"/*.lcov | sort -n >"$here/report"
printf '%7s %6s\n' percent lines
cat "$here/report"
echo "lines that no corpus reaches: $here/missed"
reached=$(awk '/ all of / { print $1 }' "$here/report")
if awk "BEGIN { exit !($reached < $least) }"; then
    echo "The corpora reach $reached % of the lines; $least % is the least. Add inputs that reach"
    echo "more (fuzz/grow.sh), or remove what nothing can reach."
    exit 1
fi
