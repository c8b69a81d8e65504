#!/bin/bash -eu
# ClusterFuzzLite asks for the same as OSS-Fuzz.
exec bash -eu "$SRC/ringproof/fuzz/ossfuzz/build.sh"
