#!/usr/bin/env bash
# The guests and the Debian image: installs what they need, checks that the committed guests are what their sources give,
# runs them on an independent emulator, and builds the Debian image that the tests boot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(make gcc-riscv64-linux-gnu qemu-system-misc opensbi device-tree-compiler e2fsprogs cpio xz-utils)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  echo "guests: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

echo "guests: rebuilding and comparing with the committed images"
make --silent -C guests check
echo "guests: running them on qemu"
guests/test-qemu.sh
echo "guests: building the Debian image"
deploy/images/debian/build.sh
