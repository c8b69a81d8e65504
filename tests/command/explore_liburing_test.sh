#!/bin/sh
# liburing's own compiled code under `ringproof explore code`: the queue's tail and the wake-up of
# the kernel's thread are as they must be, and would be caught if they were not. Status 77, skipped,
# where the build did not find its source, which .cmake/liburing_source.sh fetches.
set -eu
. "$(dirname "$0")/checks.sh"

without_fence=$(dirname "$RINGPROOF")/ringproof-explore-without-fence
if [ ! -x "$without_fence" ]; then
    echo "skipped: no source of liburing (.cmake/liburing_source.sh)"
    exit 77
fi
expect 0 "$RINGPROOF" explore code --target liburing_submit --runs 20000 --seconds 60
says out "liburing_submit: clean: 20000 runs"
expect 0 "$RINGPROOF" explore code --target liburing_submit --runs 20000 --seconds 60 --schedule pct
expect 1 "$without_fence" --target liburing_submit --runs 20000 --seconds 60
says out "stuck: the application waits for what nobody will do any more"
