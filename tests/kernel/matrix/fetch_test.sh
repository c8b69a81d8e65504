#!/bin/sh
# fetch.sh where there is nothing to fetch, and where it must not fetch. Needs no network.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/../../command/checks.sh"

MATRIX_CACHE=$scratch/cache
MATRIX_DEBIAN=file:$scratch/no-archive
export MATRIX_CACHE MATRIX_DEBIAN

expect 2 sh "$here/fetch.sh" --nonsense
says err "usage: fetch.sh"

expect 77 env MATRIX_CACHE="$0/cache" sh "$here/fetch.sh"
grep -q "cannot write to\|this is no Debian\|no .*keyring" "$scratch/err" || fail "no reason"
for tool in apt-get dpkg-deb; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skipped: the rest needs $tool"
        exit 77
    fi
done

# Every suite says that it is not there, and nothing is printed that could be taken for a kernel.
expect 77 sh "$here/fetch.sh"
says err "skipped: bookworm-security: "
says err "skipped: bookworm: "
says err "skipped: Linux 6.1: no suite offers it"
says err "skipped: Linux 6.12: no suite offers it"
says err "skipped: kernels: no suite offers what was asked for"
[ ! -s "$scratch/out" ] || fail "something was found in no archive"
expect 77 sh "$here/fetch.sh" --all
says err "skipped: experimental: "

# An archive of one suite, whose lists are there already, as left by an earlier run: they are used,
# for a day without asking, and a kernel that was fetched is not fetched again. The newest of
# 6.12 has no image in its package's cache, so that fetching it must be tried, and fails visibly.
suite=$MATRIX_CACHE/suites/bookworm-security
mkdir -p "$suite/lists/partial"
archive=file:$scratch/no-archive-security
list=$suite/lists/$(printf '%s' "${archive#file:}" | tr / _)_dists_bookworm-security
printf '%s\n' "$archive" >"$suite/fresh"
cat >"${list}_Release" <<'END'
Origin: Debian
Suite: bookworm-security
Codename: bookworm-security
Architectures: amd64
Components: main
END
package() {
    printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nSize: %s\nFilename: pool/%s.deb\n' \
        "$1" "$2" "$3" "$1"
    printf 'Description: kernel\n\n'
}
{
    package linux-image-6.1.0-9-cloud-amd64 6.1.9-1 9000000
    package linux-image-6.1.0-10-cloud-amd64 6.1.10-1 9000000
    package linux-image-6.1.0-10-cloud-amd64-unsigned 6.1.10-1 9000000
    package linux-image-6.1.0-8-cloud-amd64 6.1.8-1 9000000
    package linux-image-6.12.9+deb12-cloud-amd64 6.12.9-1~deb12u1 9000000
    package linux-image-6.12-cloud-amd64 6.12.99-1~deb12u1 2000
    package linux-image-7.3.4+deb12-cloud-amd64 7.3.4-1~deb12u1 2000
    package linux-binary-7.3.4+deb12-cloud-amd64 7.3.4-1~deb12u1 9000000
    package linux-binary-7.3-cloud-amd64 7.3~rc7-1 9000000
    package linux-image-6.1.0-10-amd64 6.1.10-1 9000000
} >"${list}_main_binary-amd64_Packages"

expect 0 sh "$here/fetch.sh" --list
says out "bookworm-security 6.1.10-1 6.1.0-10-cloud-amd64 linux-image-6.1.0-10-cloud-amd64"
says out "6.12.9-1~deb12u1 6.12.9+deb12-cloud-amd64 linux-image-6.12.9+deb12-cloud-amd64"
[ "$(wc -l <"$scratch/out")" = 2 ] || fail "not two kernels"

# Of each series the ends, a candidate before its release, and never an empty package.
expect 0 sh "$here/fetch.sh" --all --list
cut -d ' ' -f 2,4 "$scratch/out" >"$scratch/all"
cat >"$scratch/wanted" <<'END'
6.1.8-1 linux-image-6.1.0-8-cloud-amd64
6.1.10-1 linux-image-6.1.0-10-cloud-amd64
6.12.9-1~deb12u1 linux-image-6.12.9+deb12-cloud-amd64
7.3~rc7-1 linux-binary-7.3-cloud-amd64
7.3.4-1~deb12u1 linux-binary-7.3.4+deb12-cloud-amd64
END
cmp "$scratch/wanted" "$scratch/all" || fail "not these kernels, in this order"
expect 0 sh "$here/fetch.sh" --only '6.1.*' --list
[ "$(wc -l <"$scratch/out")" = 3 ] || fail "not three kernels"

image=$MATRIX_CACHE/images/6.1.0-10-cloud-amd64/6.1.10-1/vmlinuz
mkdir -p "${image%/*}"
echo kernel >"$image"
expect 0 sh "$here/fetch.sh"
[ "$(cat "$scratch/out")" = "$(printf '6.1.10-1\t6.1.0-10-cloud-amd64\t%s' "$image")" ] ||
    fail "not the kernel that is there"
says err "skipped: Linux 6.12.9-1~deb12u1 from bookworm-security: "

# After a day the suite is asked again, and when it does not answer the old list must do.
touch -d '2 days ago' "$suite/fresh"
expect 0 sh "$here/fetch.sh"
says err "note: bookworm-security: an old list, because: "
