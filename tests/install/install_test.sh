#!/bin/sh
# install_test.sh <way> <here> <build> <cmake> <compiler> <flags>, started by ctest.
#
# `tree` installs; every other way builds and runs the consumer in the folder of that name.
set -eu

way=$1
here=$2
build=$3
cmake=$4
compiler=$5
flags=$6

prefix=$build/install-test/prefix
scratch=$build/install-test/$way

if [ "$way" = tree ]; then
    # Installed under one name, used under another: the tree must not remember where it was put.
    rm -rf "$build/install-test"
    "$cmake" --install "$build" --prefix "$prefix.first" >/dev/null
    mv "$prefix.first" "$prefix"
    ls "$prefix"/*/ringproof/abi.hpp "$prefix"/*/ringproof-sim/sim >/dev/null
    exit 0
fi

rm -rf "$scratch"
mkdir -p "$scratch"

if [ "$way" = pkg_config ]; then
    if ! command -v pkg-config >/dev/null 2>&1; then
        echo "skipped: pkg-config is not installed"
        exit 77
    fi
    file=$(find "$prefix" -name ringproof.pc)
    PKG_CONFIG_PATH=$(dirname "$file")
    export PKG_CONFIG_PATH
    # Unquoted on purpose: both are lists of flags.
    # shellcheck disable=SC2046,SC2086
    "$compiler" -std=c++23 $flags "$here/pkg_config/main.cpp" -o "$scratch/consumer" \
        $(pkg-config --cflags --libs ringproof)
    exec "$scratch/consumer"
fi

"$cmake" -S "$here/$way" -B "$scratch" -G Ninja "-DCMAKE_PREFIX_PATH=$prefix" \
    "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_CXX_FLAGS=$flags" >"$scratch.log" 2>&1 ||
    { cat "$scratch.log"; exit 1; }
"$cmake" --build "$scratch" >"$scratch.log" 2>&1 || { cat "$scratch.log"; exit 1; }
exec "$scratch/consumer"
