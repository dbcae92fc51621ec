#!/usr/bin/env bash
# Installs the Debian packages that the tests use, those of them that are missing.
set -euo pipefail
packages=(qemu-system-misc gcc-riscv64-linux-gnu gdb-multiarch opensbi u-boot-qemu postgresql device-tree-compiler e2fsprogs cpio)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "nothing to install"
  exit 0
fi
echo "installing: ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
