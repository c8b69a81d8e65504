#!/bin/sh
# liburing_source.sh <folder>
#
# Fetches the source package of liburing 2.3 from where this machine gets its packages, and unpacks
# it as <folder>/liburing-2.3; does nothing where that is there. It needs no rights, and changes
# nothing outside of <folder>: the lists are its own, and are gone afterwards. Debian's patch is of
# manual pages only, so what upstream released is enough.
#
# Status 1, and one line of why, when it cannot be had.
set -eu

version=2.3
folder=${1:?liburing_source.sh <folder>}
wanted=$folder/liburing-$version
[ -f "$wanted/src/queue.c" ] && exit 0

cannot() {
    printf 'no source of liburing %s: %s\n' "$version" "$*" >&2
    exit 1
}

for tool in apt-get apt-cache apt-config tar gzip timeout; do
    command -v $tool >/dev/null 2>&1 || cannot "no $tool: this is no Debian"
done
mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd -P)
scratch=$(mktemp -d "$folder/liburing.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -p "$scratch/sources" "$scratch/lists/partial" "$scratch/archives/partial" "$scratch/package"

# The machine's own archives, asked for sources instead of packages.
eval "$(apt-config shell own_list Dir::Etc::sourcelist/f own_lists Dir::Etc::sourceparts/d)"
for each in "$own_list" "$own_lists"*.list "$own_lists"*.sources; do
    [ -r "$each" ] || continue
    case $each in
    *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$each" ;;
    *) sed -nE 's/^[[:space:]]*deb([[:space:]])/deb-src\1/p' "$each" ;;
    esac >"$scratch/sources/${each##*/}"
done
# No hooks: they speak of this machine's packages.
cat >"$scratch/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$scratch/sources";
Dir::State::lists "$scratch/lists";
Dir::Cache "$scratch";
Dir::Cache::archives "$scratch/archives";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END

apt_of() {
    command=$1
    shift
    timeout 300 "$command" -q -c "$scratch/apt.conf" "$@"
}

complaint() { sed -n 's/^[EW]: //p' "$scratch/log" | head -n 1 | cut -c 1-200; }

# An archive that has no sources, somebody's own, is no reason to do without the others.
apt_of apt-get update >"$scratch/log" 2>&1 || true
offered=$(apt_of apt-cache showsrc --only-source liburing 2>/dev/null |
    sed -n "s/^Version: \($version-.*\)/\1/p" | sort -V | tail -n 1)
if [ -z "$offered" ]; then
    why=$(complaint)
    cannot "${why:-no archive of this machine has it}"
fi
(cd "$scratch/package" && apt_of apt-get source --download-only "liburing=$offered") \
    >"$scratch/log" 2>&1 || cannot "$(complaint)"
tar -xzf "$scratch/package/liburing_$version.orig.tar.gz" -C "$scratch" 2>"$scratch/log" ||
    cannot "$(head -n 1 "$scratch/log")"
rm -rf "$wanted"
mv "$scratch/liburing-$version" "$wanted"
