#!/usr/bin/env bash
# Fetches the Debian packages of the image into a folder, through an apt whose configuration, lists, state and cache all
# live in that folder. The host's apt is only read: it says which mirror and which keyring this machine trusts.
#
#   fetch.sh WORK SUITE            leaves WORK/debs/SUITE/{kernel,busybox}.deb
#
# MIRROR and KEYRING override what the host's configuration says.
set -euo pipefail

work=$(mkdir -p "$1" && cd "$1" && pwd)
suite=$2

# Prints "URI KEYRING" (KEYRING may be empty) for each Debian archive in the host's configuration that carries component
# "main" and is not a security archive. Reads both forms of sources.list(5): deb822 stanzas and one line per source.
host_archives() {
  local etc
  etc=$(apt-config shell etc Dir::Etc/d) && eval "$etc"
  cat "${etc:-/etc/apt/}"sources.list.d/*.sources 2>/dev/null | awk '
    function flush() {
      if (uri != "" && suites !~ /-security/ && components ~ /(^| )main( |$)/) print uri, key
      uri = suites = components = key = ""; field = ""
    }
    /^[ \t]*$/ { flush(); next }
    /^#/ { next }
    { value = $0; if ($0 ~ /^[A-Za-z-]+:/) { field = tolower($1); sub(/^[^:]*:[ \t]*/, "", value) } }
    field == "uris:" && uri == "" { split(value, parts, " "); uri = parts[1] }
    field == "suites:" { suites = suites " " value }
    field == "components:" { components = components " " value }
    field == "signed-by:" && value ~ /^\// { key = value }
    END { flush() }' || true
  cat "${etc:-/etc/apt/}"sources.list "${etc:-/etc/apt/}"sources.list.d/*.list 2>/dev/null | awk '
    $1 == "deb" {
      key = ""; line = $0
      if (match(line, /\[[^]]*\]/)) {
        options = substr(line, RSTART + 1, RLENGTH - 2)
        if (match(options, /signed-by=[^ ]+/)) key = substr(options, RSTART + 10, RLENGTH - 10)
        sub(/\[[^]]*\][ \t]*/, "", line)
      }
      count = split(line, parts, " ")
      if (parts[3] ~ /-security/ || parts[2] ~ /security/) next
      for (i = 4; i <= count; i++) if (parts[i] == "main") { print parts[2], key; break }
    }' || true
}

# Of those, the Debian archive: third-party archives also call a component "main", but they do not end in /debian.
choose_archive() {
  host_archives | awk '$1 ~ /\/debian\/?$/ { print; found = 1; exit } END { exit !found }'
}

if [ -z "${MIRROR:-}" ]; then
  archive=$(choose_archive) || {
    echo "fetch.sh: no Debian archive in the host's apt configuration; set MIRROR=<URI of a Debian archive> (and KEYRING=<its keyring>)" >&2
    exit 2
  }
  MIRROR=${archive%% *}
  key=${archive#* }
  KEYRING=${KEYRING:-$key}
fi

mkdir -p "$work"/apt/{lists/partial,cache/archives/partial,state,etc} "$work/debs/$suite"
: >"$work/apt/state/status"
option=""
[ -z "${KEYRING:-}" ] || option="[signed-by=$KEYRING]"
echo "deb $option $MIRROR $suite main" >"$work/apt/etc/sources.list"
# Of the host's settings only how to reach the network is kept: hooks in its apt.conf.d would run for the host's cache.
apt-config dump | grep -E '^Acquire::(https?|socks|ftp|ForceIPv[46]|Check-Valid-Until|Check-Date)(::[^ ]+)? "' >"$work/apt/network.conf" || true
cat "$work/apt/network.conf" - >"$work/apt/apt.conf" <<CONF
APT::Architecture "riscv64";
APT::Architectures { "riscv64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "$work/apt/state";
Dir::State::lists "$work/apt/lists";
Dir::State::status "$work/apt/state/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/etc/sources.list";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
CONF

private_apt() { APT_CONFIG="$work/apt/apt.conf" "$@"; }

private_apt apt-get -qq update

# linux-image-riscv64 is empty but for a dependency on the kernel of the day.
kernel=$(private_apt apt-cache depends linux-image-riscv64 | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
[ -n "$kernel" ] || { echo "fetch.sh: linux-image-riscv64 in $suite names no kernel package" >&2; exit 1; }

download() { # package, name of the result
  (cd "$work/apt/cache" && private_apt apt-get -qq download "$1")
  local file
  file=$(ls -t "$work/apt/cache/$1"_*.deb | head -n 1)
  mv "$file" "$work/debs/$suite/$2.deb"
}

download "$kernel" kernel
download busybox-static busybox
