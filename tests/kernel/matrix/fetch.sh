#!/bin/sh
# fetch.sh [--all | --only PATTERN] [--list]
#
# Fetches kernels of Debian's cloud flavour and unpacks them; nothing is installed. kernels.txt says
# which suites are asked; which versions those have is their answer.
#
#   (nothing)        the newest kernel of each series that kernels.txt names, two in all
#   --all            of every series that anybody offers, the oldest kernel and the newest
#   --only PATTERN   every kernel whose version matches: '6.12.9*', '*'
#   --list           says what would be fetched
#
# Standard output: a line for each kernel, with tabs: version, release, path of the image. Standard
# error: what could not be had, as `skipped: <what>: <why>`. Status 77 if nothing could be had.
#
# Everything is kept in $MATRIX_CACHE (~/.cache/ringproof/kernels): kernels for good, a suite's list
# for a day, and for as long as the suite cannot be reached. Archives are the machine's own, or what
# $MATRIX_DEBIAN and $MATRIX_DEBIAN_SECURITY say.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cache=${MATRIX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ringproof/kernels}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say_skipped() { printf 'skipped: %s\n' "$*" >&2; }
nothing() {
    say_skipped "kernels: $*"
    exit 77
}

mode=default
pattern=
list=
while [ $# != 0 ]; do
    case $1 in
    --all) mode=all ;;
    --list) list=yes ;;
    --only)
        mode=only
        pattern=${2:?--only needs a pattern}
        shift
        ;;
    *)
        sed -n '2s/^# /usage: /p' "$0" >&2
        exit 2
        ;;
    esac
    shift
done

for tool in apt-get apt-cache dpkg-deb tar timeout; do
    command -v $tool >/dev/null 2>&1 || nothing "no $tool: this is no Debian"
done
[ -r "$keyring" ] || nothing "no $keyring (Debian: debian-archive-keyring)"
if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
    nothing "cannot write to $cache"
fi
cache=$(CDPATH='' cd -- "$cache" && pwd -P)

# Two builds may be tested at once. Where there is no flock there is rarely a second build.
exec 9>"$cache/lock"
if command -v flock >/dev/null 2>&1; then
    flock 9
    rm -rf "$cache"/fetch.*  # of somebody who was killed
fi

scratch=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM

# --- A suite and its list ------------------------------------------------------------------------

# Two lines: where this machine takes Debian from, and its security updates. A machine that has no
# such lists is given Debian's own name for them.
archives() {
    apt-get --print-uris update 2>/dev/null |
        sed -n "s,^'\([^']*\)/dists/\([^']*\)/InRelease' .*,\1 \2,p" >"$scratch/sources"
    debian='^(sid|unstable|testing|stable|oldstable|experimental|bullseye|bookworm|trixie|forky)'
    awk -v debian="$debian" -v own="${MATRIX_DEBIAN:-}" \
        -v own_security="${MATRIX_DEBIAN_SECURITY:-}" '
        $2 !~ debian { next }
        $2 ~ /(-security|\/updates)$/ { if (!security) security = $1; next }
        !main { main = $1 }
        END {
            if (!main) main = "http://deb.debian.org/debian"
            if (!security) security = "http://deb.debian.org/debian-security"
            print own ? own : main
            print own_security ? own_security : own ? own "-security" : security
        }' "$scratch/sources" >"$scratch/archives"
}

# apt_of <suite> <apt command> <argument>...: with nothing of this machine's but its ways into the
# net. A file given by -c is read last, after what the machine has in apt.conf.d.
apt_of() {
    apt_suite=$cache/suites/$1
    apt_command=$2
    shift 2
    timeout 300 "$apt_command" -q -c "$apt_suite/apt.conf" "$@" 9>&-
}

configure() {
    mkdir -p "$suite_folder/lists/partial" "$suite_folder/archives/partial"
    cat >"$suite_folder/suite.sources" <<END
Types: deb
URIs: $1
Suites: $suite
Components: main
Architectures: amd64
Targets: Packages
Signed-By: $keyring
END
    # No hooks: they speak of this machine's packages. Mirrors of sid and experimental may lag.
    cat >"$suite_folder/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "$suite_folder/suite.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$suite_folder";
Dir::State::lists "$suite_folder/lists";
Dir::State::status "/dev/null";
Dir::Cache "$suite_folder";
Dir::Cache::archives "$suite_folder/archives";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END
}

complaint() { sed -n 's/^[EW]: //p' "$1" | head -n 1 | cut -c 1-200; }

# offers <archive> <suite>: lines of suite, version, release, package, for each kernel.
offers() {
    suite=$2
    suite_folder=$cache/suites/$suite
    archive=$(sed -n 1p "$scratch/archives")
    [ "$1" = debian ] || archive=$(sed -n 2p "$scratch/archives")
    configure "$archive"
    fresh=$suite_folder/fresh
    # A list from another archive is none of this one's.
    [ "$(cat "$fresh" 2>/dev/null)" = "$archive" ] || rm -f "$fresh"
    if [ -z "$(find "$fresh" -mtime -1 2>/dev/null)" ]; then
        if apt_of "$suite" apt-get update >"$scratch/log" 2>&1; then
            printf '%s\n' "$archive" >"$fresh"
        else
            why=$(complaint "$scratch/log")
            if [ ! -f "$fresh" ]; then
                say_skipped "$suite: ${why:-apt-get update found nothing in five minutes}"
                return
            fi
            printf 'note: %s: an old list, because: %s\n' "$suite" "$why" >&2
        fi
    fi
    # An image lies in linux-image-*, or, in later versions, in linux-binary-*, and linux-image-* is
    # an empty package that needs it: the size tells which. Signed images are preferred, as the same
    # thing by a name that sorts first.
    apt_of "$suite" apt-cache search --names-only \
        '^linux-(image|binary)-[0-9].*-cloud-amd64(-unsigned)?$' 2>/dev/null |
        cut -d ' ' -f 1 >"$scratch/names"
    [ -s "$scratch/names" ] || return 0
    # shellcheck disable=SC2046
    apt_of "$suite" apt-cache show $(cat "$scratch/names") 2>/dev/null |
        awk -v suite="$suite" '
            $1 == "Package:" { package = $2 }
            $1 == "Version:" { version = $2 }
            $1 == "Size:" { size = $2 }
            $0 == "" && package {
                release = package
                sub(/^linux-(image|binary)-/, "", release)
                sub(/-unsigned$/, "", release)
                if (size > 1000000) print suite, version, release, package
                package = ""
            }' | sort -k 4
}

# --- Which kernels -------------------------------------------------------------------------------

# Of lines of offers, each kernel once, however many suites have it: a version is what is left when
# the name of the suite it was built for is taken away. Oldest first.
once() { awk '{ key = $2; sub(/~(deb|bpo).*/, "", key) } !seen[key]++' | sort -k 2,2 -V; }

# wanted: the chosen lines of offers.
wanted() {
    sed -e 's/#.*//' -e '/^ *$/d' "$here/kernels.txt" >"$scratch/suites"
    if [ $mode = default ]; then
        : >"$scratch/found"
        while read -r archive suite series; do
            missing=
            for each in $series; do
                grep -qxF "$each" "$scratch/found" || missing="$missing $each"
            done
            [ -n "$missing" ] || continue
            offers "$archive" "$suite" | once >"$scratch/offers"
            for each in $missing; do
                awk -v series="$each." 'index($2, series) == 1' "$scratch/offers" | tail -n 1 \
                    >"$scratch/newest"
                [ -s "$scratch/newest" ] || continue
                cat "$scratch/newest"
                printf '%s\n' "$each" >>"$scratch/found"
            done
        done <"$scratch/suites"
        for each in $(cut -d ' ' -f 2- "$scratch/suites" | tr ' ' '\n' | grep -x '[0-9.]*' |
            sort -u); do
            grep -qxF "$each" "$scratch/found" || say_skipped "Linux $each: no suite offers it"
        done
        return
    fi
    while read -r archive suite series; do
        offers "$archive" "$suite"
    done <"$scratch/suites" | once >"$scratch/offers"
    if [ $mode = all ]; then
        # Sorted by version: a series' first line is its oldest kernel, its last the newest.
        awk '{
                split($2, part, "[.~-]")
                series = part[1] "." part[2]
                if (series != before && NR > 1 && last != first) print last
                if (series != before) print first = $0
                before = series
                last = $0
            }
            END { if (last != first) print last }' "$scratch/offers"
    else
        while read -r suite version release package; do
            # shellcheck disable=SC2254
            case $version in
            $pattern) printf '%s %s %s %s\n' "$suite" "$version" "$release" "$package" ;;
            esac
        done <"$scratch/offers"
    fi
}

# --- Fetching ------------------------------------------------------------------------------------

# fetch <suite> <version> <release> <package>: the image is put in its place at the very end, so
# that what lies there is whole.
fetch() {
    image=$cache/images/$3/$2/vmlinuz
    if [ ! -f "$image" ]; then
        mkdir "$scratch/package"
        if ! (cd "$scratch/package" && apt_of "$1" apt-get download "$4=$2") \
            >"$scratch/log" 2>&1; then
            why=$(complaint "$scratch/log")
        elif ! dpkg-deb --fsys-tarfile "$scratch"/package/*.deb 2>"$scratch/log" |
            tar -x -C "$scratch/package" --wildcards '*/vmlinuz*' 2>>"$scratch/log"; then
            why=$(head -n 1 "$scratch/log")
        else
            why="no image in $4"
            mkdir -p "${image%/*}"
            find "$scratch/package" -name 'vmlinuz*' -type f -exec mv {} "$image" \;
        fi
        rm -rf "$scratch/package"
    fi
    if [ -f "$image" ]; then
        printf '%s\t%s\t%s\n' "$2" "$3" "$image"
    else
        say_skipped "Linux $2 from $1: ${why:-not fetched in five minutes}"
    fi
}

archives
wanted >"$scratch/wanted"
[ -s "$scratch/wanted" ] || nothing "no suite offers what was asked for"
if [ -n "$list" ]; then
    cat "$scratch/wanted"
    exit 0
fi
while read -r suite version release package; do
    fetch "$suite" "$version" "$release" "$package"
done <"$scratch/wanted" >"$scratch/had"
[ -s "$scratch/had" ] || nothing "none could be had"
cat "$scratch/had"
