#!/usr/bin/env bash
# Rebuilds the guests in a temporary folder and compares them with the committed images, byte for byte.
# With another compiler than the one TOOLCHAIN names the bytes may differ, so then only SHA256SUMS is checked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
compiler=$1 linker=$2

(cd images && sha256sum --quiet --check ../SHA256SUMS)
command -v "$compiler" >/dev/null || { echo "guests: no $compiler here (Debian package gcc-riscv64-linux-gnu)" >&2; exit 2; }
here=$("$compiler" -dumpfullversion; "$linker" --version | head -n 1)
if [ "$here" != "$(cat TOOLCHAIN)" ]; then
  echo "guests: SKIPPED the rebuild: this compiler is '${here//$'\n'/, }', the images were built with '$(tr '\n' ',' <TOOLCHAIN)'"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
make --silent -j"$(nproc)" BUILD="$folder/build" all
for image in images/*.elf; do
  cmp "$image" "$folder/build/$image" || { echo "guests: $image differs from a rebuild; run make -C guests images" >&2; exit 1; }
done
echo "guests: $(ls images/*.elf | wc -l) images match a rebuild"
