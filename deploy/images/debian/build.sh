#!/usr/bin/env bash
# Builds a bootable Debian image from an unmodified Debian riscv64 kernel and busybox-static:
#
#   build.sh [--update] [OUT]        OUT defaults to out/ beside this script
#
#   OUT/vmlinux           the kernel as Debian ships it (a Linux "Image")
#   OUT/initrd.cpio.gz    initramfs; OUT/initrd.cpio is the same without compression
#   OUT/rootfs.ext4       a root file system for a virtio disk
#   OUT/manifest.json     versions and SHA-256 of all of them
#
# Packages are fetched once and kept in OUT/work/debs, so that a second run works offline; --update fetches anew.
# Without apt, give the packages, or the files in them:
#   KERNEL=linux-image-6.12…-riscv64_….deb   or  KERNEL=vmlinux MODULES=lib/modules/<version>
#   BUSYBOX=busybox-static_…_riscv64.deb     or  BUSYBOX=busybox (statically linked, riscv64)
# Also: SUITE (trixie), ROOTFS_MIB (64), SIGNED_MODULES=1 (keep the modules' signatures), MIRROR and KEYRING (see fetch.sh).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=${SUITE:-trixie}
# The drivers of the devices a Trapline machine has, what makes a file of its power button, and the file system of its disk.
# What they depend on follows.
modules="virtio_mmio virtio_blk virtio-rng virtio_net virtio_input evdev ext4"
rootfs_mib=${ROOTFS_MIB:-64}

update=0
[ "${1:-}" != --update ] || { update=1; shift; }
case "${1:-}" in -*) echo "build.sh: unknown option $1; usage: build.sh [--update] [OUT]" >&2; exit 2 ;; esac
out=$(mkdir -p "${1:-$here/out}" && cd "${1:-$here/out}" && pwd)
work=$out/work
export LC_ALL=C TZ=UTC
umask 022
export PATH="$PATH:/usr/sbin:/sbin"

die() { echo "build.sh: $*" >&2; exit 2; }

require() { # program, Debian package
  command -v "$1" >/dev/null || die "needs '$1' (Debian package $2)"
}

# --- inputs ------------------------------------------------------------------------------------------------------

collect_inputs() {
  if [ -n "${KERNEL:-}" ] || [ -n "${BUSYBOX:-}" ]; then
    [ -f "${KERNEL:-}" ] || die "KERNEL='${KERNEL:-}' is not a file; give Debian's linux-image-*-riscv64 .deb or a kernel Image"
    [ -f "${BUSYBOX:-}" ] || die "BUSYBOX='${BUSYBOX:-}' is not a file; give Debian's busybox-static .deb or a static riscv64 busybox"
    kernel_input=$KERNEL busybox_input=$BUSYBOX
    return
  fi
  kernel_input=$work/debs/$suite/kernel.deb busybox_input=$work/debs/$suite/busybox.deb
  if [ $update = 1 ] || [ ! -f "$kernel_input" ] || [ ! -f "$busybox_input" ]; then
    command -v apt-get >/dev/null || die "there is no apt here. Get two packages of Debian $suite for riscv64 by other means \
(linux-image-6.12…-riscv64, on which linux-image-riscv64 depends, and busybox-static) and run: KERNEL=<first>.deb BUSYBOX=<second>.deb $0"
    echo "fetching the kernel and busybox of Debian $suite for riscv64"
    "$here/fetch.sh" "$work" "$suite"
  fi
}

# A .deb is an ar archive; dpkg-deb where there is one, ar and tar elsewhere.
unpack_deb() { # package, folder
  mkdir -p "$2"
  if command -v dpkg-deb >/dev/null; then
    dpkg-deb -x "$1" "$2"
  else
    require ar binutils
    local member
    member=$(ar t "$1" | grep '^data\.tar')
    ar p "$1" "$member" | case $member in *.xz) xz -dc ;; *.zst) zstd -dc ;; *.gz) gzip -dc ;; *) cat ;; esac | tar -x -C "$2"
  fi
}

deb_field() { # package, field: empty where it cannot be told
  dpkg-deb -f "$1" "$2" 2>/dev/null || true
}

unpack_inputs() {
  rm -rf "$work/kernel" "$work/busybox"
  mkdir -p "$work/kernel" "$work/busybox"
  case $kernel_input in
    *.deb)
      unpack_deb "$kernel_input" "$work/kernel"
      kernel_file=$(find "$work/kernel/boot" -name 'vmlinu[xz]-*' | head -n 1)
      modules_folder=$(find "$work/kernel" -path "*/lib/modules/*" -prune -type d | head -n 1)
      ;;
    *)
      kernel_file=$kernel_input
      modules_folder=${MODULES:-}
      [ -d "$modules_folder" ] || die "KERNEL is a bare kernel, so MODULES must name its lib/modules/<version> folder"
      ;;
  esac
  [ -f "$kernel_file" ] || die "no kernel in $kernel_input"
  [ -d "$modules_folder" ] || die "no modules in $kernel_input"
  release=$(basename "$modules_folder")
  case $busybox_input in
    *.deb) unpack_deb "$busybox_input" "$work/busybox"
           busybox_file=$(find "$work/busybox" -path '*bin/busybox' -type f | head -n 1) ;;
    *) busybox_file=$busybox_input ;;
  esac
  [ -f "$busybox_file" ] || die "no busybox in $busybox_input"
}

# --- kernel ------------------------------------------------------------------------------------------------------

# Debian's kernel for riscv64 is a plain Image. A gzip-compressed one is unpacked; an EFI zboot image (magic "zimg" at
# byte 4, then payload offset, payload size and the compressor's name) is taken apart.
write_kernel() {
  local head offset size
  head=$(od -An -tx1 -N8 "$kernel_file" | tr -d ' \n')
  case $head in
    1f8b*) gzip -dc "$kernel_file" >"$out/vmlinux" ;;
    4d5a????7a696d67)
      offset=$(od -An -tu4 -j8 -N4 "$kernel_file" | tr -d ' ')
      size=$(od -An -tu4 -j12 -N4 "$kernel_file" | tr -d ' ')
      tail -c +$((offset + 1)) "$kernel_file" | head -c "$size" |
        case $(dd if="$kernel_file" bs=1 skip=24 count=4 status=none | tr -d '\0') in
          gzip) gzip -dc ;; zstd) zstd -dc ;; xz*) xz -dc ;; lzma) xz -dc --format=lzma ;;
          *) die "unknown compression in the kernel's zboot header" ;;
        esac >"$out/vmlinux" ;;
    *) cp "$kernel_file" "$out/vmlinux" ;;
  esac
  # Documentation/arch/riscv/boot-image-header: "RISCV" at byte 48, "RSC\x05" at byte 56.
  [ "$(dd if="$out/vmlinux" bs=1 skip=48 count=5 status=none | tr -d '\0')" = RISCV ] || die "$kernel_file is no RISC-V Linux Image"
}

# --- modules -----------------------------------------------------------------------------------------------------

modinfo_field() { # module file, field: one value per line, from its .modinfo section
  tr '\0' '\n' <"$1" | sed -n "s/^\(.*[^[:print:]]\)\{0,1\}$2=//p"
}

# Cuts off the appended signature, and the symbols that no relocation needs where there are cross tools. The code stays
# what Debian built. To check a signature, the kernel hashes the whole file: for ext4 that alone is 1.5 thousand million
# instructions, more than all of the kernel's own start. Debian's kernel takes unsigned modules (MODULE_SIG_FORCE is off).
lighten_module() { # module file
  local size length
  [ "${SIGNED_MODULES:-0}" = 0 ] || return 0
  # include/linux/module_signature.h: … signature, 12 bytes of description that end in its length (big-endian), magic.
  if [ "$(tail -c 28 "$1" | tr -d '\n\0')" = "~Module signature appended~" ]; then
    size=$(stat -c %s "$1")
    length=$((0x$(tail -c 32 "$1" | od -An -tx1 -N4 | tr -d ' \n')))
    truncate -s $((size - 28 - 12 - length)) "$1"
  fi
  ! command -v riscv64-linux-gnu-strip >/dev/null || riscv64-linux-gnu-strip --strip-unneeded "$1"
}

# Puts module $1 and, first, what it needs into $2, uncompressed; appends "name file needs…" to $2/order.
take_module() {
  local name=${1//-/_} target=$2 file needs=() need soft
  ! grep -q "^$name " "$target/order" || return 0
  file=$(find "$modules_folder" -name "${1//[-_]/[-_]}.ko*" | head -n 1)
  if [ -z "$file" ]; then
    grep -q "/${1//[-_]/[-_]}\.ko$" "$modules_folder/modules.builtin" 2>/dev/null || die "the kernel has no module $1"
    return 0
  fi
  case $file in
    *.xz) xz -dc "$file" ;; *.zst) zstd -qdc "$file" ;; *.gz) gzip -dc "$file" ;; *) cat "$file" ;;
  esac >"$target/$name.ko"
  lighten_module "$target/$name.ko"
  for need in $(modinfo_field "$target/$name.ko" depends | tr ',' ' '); do
    take_module "$need" "$target"
    needs+=("${need//-/_}")
  done
  # ext4 names crc32c as a soft dependency: a crypto algorithm, asked for by name or by alias.
  for soft in $(modinfo_field "$target/$name.ko" softdep | sed -n 's/^pre: *//p'); do
    case $soft in crc32c | crypto-crc32c) soft=crc32c_generic ;; esac
    take_module "$soft" "$target"
    [ ! -f "$target/${soft//-/_}.ko" ] || needs+=("${soft//-/_}")
  done
  echo "$name ${needs[*]}" >>"$target/order"
}

# Lays out lib/modules/<release> with the indexes that busybox modprobe reads.
write_modules() { # root folder
  local folder=$1/lib/modules/$release module name needs closure
  mkdir -p "$folder"
  : >"$folder/order"
  for module in $modules; do take_module "$module" "$folder"; done
  # modules.dep lists all that a module needs, the nearest first; order has every need before its user.
  while read -r name needs; do
    closure=$(awk -v wanted="$needs" '
      { need[$1] = $0; rank[NR] = $1 }
      END {
        split(wanted, stack, " "); for (i in stack) pending[stack[i]] = 1
        for (n = NR; n >= 1; n--) if (rank[n] in pending) {
          printf " %s.ko", rank[n]; count = split(need[rank[n]], more, " ")
          for (i = 2; i <= count; i++) pending[more[i]] = 1
        }
      }' "$folder/order")
    echo "$name.ko:$closure"
    modinfo_field "$folder/$name.ko" alias | sed "s/^\(.*\)$/alias \1 $name/" >>"$folder/modules.alias"
  done <"$folder/order" >"$folder/modules.dep"
  : >"$folder/modules.symbols"
  rm "$folder/order"
}

# --- file systems ------------------------------------------------------------------------------------------------

common_tree() { # root folder
  local name
  mkdir -p "$1"/{bin,sbin,etc,dev,proc,sys,run,tmp,mnt,root,usr/bin,usr/sbin,lib/trapline}
  chmod 1777 "$1/tmp"
  install -m 755 "$busybox_file" "$1/bin/busybox"
  ln -s busybox "$1/bin/sh"
  install -m 644 "$here/session.sh" "$1/lib/trapline/session.sh"
  install -m 755 "$here/end.sh" "$1/lib/trapline/end"
  for name in poweroff reboot halt; do ln -s ../lib/trapline/end "$1/sbin/$name"; done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
  echo 'root:x:0:' >"$1/etc/group"
  echo 'trapline' >"$1/etc/hostname"
  echo 'ext4' >"$1/etc/filesystems"
  printf '%s\n' "export PS1='\\w # '" 'export HOME=/root' \
    'poweroff() { /sbin/poweroff; }' 'reboot() { /sbin/reboot; }' 'halt() { /sbin/halt; }' >"$1/etc/profile"
}

build_initrd() {
  local root=$work/initrd
  rm -rf "$root"
  common_tree "$root"
  mkdir -p "$root/newroot"
  ln -s ../bin/busybox "$root/sbin/modprobe"
  install -m 755 "$here/init" "$root/init"
  write_modules "$root"
  find "$root" -exec touch -h -d "@$epoch" {} +
  (cd "$root" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) >"$out/initrd.cpio"
  gzip -9n <"$out/initrd.cpio" >"$out/initrd.cpio.gz"
}

build_rootfs() {
  local root=$work/rootfs
  rm -rf "$root"
  common_tree "$root"
  install -m 755 "$here/rootfs-init" "$root/sbin/init"
  echo "Trapline guest, Debian $suite kernel $release" >"$root/etc/issue"
  find "$root" -exec touch -h -d "@$epoch" {} +
  rm -f "$out/rootfs.ext4"
  truncate -s "${rootfs_mib}M" "$out/rootfs.ext4"
  # Fixed UUID and hash seed: the same inputs give the same file system. The guest needs no reserved blocks.
  E2FSPROGS_FAKE_TIME=$epoch mke2fs -q -t ext4 -d "$root" -m 0 -L trapline -U 7472612d-706c-696e-6500-000000000001 \
    -E root_owner=0:0,hash_seed=7472612d-706c-696e-6500-000000000002,lazy_itable_init=0,lazy_journal_init=0,nodiscard \
    "$out/rootfs.ext4"
  # mke2fs -d keeps the builder's ids and the files' change times; debugfs makes everything root's, and of one time.
  (cd "$root" && find . -mindepth 1 | sort | while read -r file; do
    for field in "uid 0" "gid 0" "atime @$epoch" "ctime @$epoch" "crtime @$epoch" "atime_extra 0" "ctime_extra 0" "crtime_extra 0"; do
      echo "set_inode_field \"${file#.}\" $field"
    done
  done) | E2FSPROGS_FAKE_TIME=$epoch debugfs -w -f - "$out/rootfs.ext4" >"$work/debugfs.log" 2>&1
}

write_manifest() {
  local file separator=""
  {
    printf '{\n  "suite": "%s",\n' "$suite"
    printf '  "kernel": { "package": "%s", "version": "%s", "release": "%s" },\n' \
      "$(deb_field "$kernel_input" Package)" "$(deb_field "$kernel_input" Version)" "$release"
    printf '  "busybox": { "package": "%s", "version": "%s" },\n' \
      "$(deb_field "$busybox_input" Package)" "$(deb_field "$busybox_input" Version)"
    printf '  "modules": "%s",\n  "inputs": "%s",\n  "files": {' "$modules" "$key"
    for file in vmlinux initrd.cpio.gz initrd.cpio rootfs.ext4; do
      printf '%s\n    "%s": { "bytes": %s, "sha256": "%s" }' "$separator" "$file" \
        "$(stat -c %s "$out/$file")" "$(sha256sum "$out/$file" | cut -d' ' -f1)"
      separator=,
    done
    printf '\n  }\n}\n'
  } >"$out/manifest.json.new"
  mv "$out/manifest.json.new" "$out/manifest.json"
}

# --- main --------------------------------------------------------------------------------------------------------

require cpio cpio
require mke2fs e2fsprogs
require xz xz-utils
collect_inputs

# What the outputs depend on: when it is what the manifest was made from, there is nothing to do.
key=$(cat "$kernel_input" "$busybox_input" "$here"/{build.sh,init,rootfs-init,session.sh,end.sh} <(echo "$suite $modules $rootfs_mib ${MODULES:-} ${SIGNED_MODULES:-0} $(command -v riscv64-linux-gnu-strip)") |
  sha256sum | cut -d' ' -f1)
if grep -q "\"inputs\": \"$key\"" "$out/manifest.json" 2>/dev/null && [ -f "$out/vmlinux" ] && [ -f "$out/initrd.cpio.gz" ] &&
  [ -f "$out/initrd.cpio" ] && [ -f "$out/rootfs.ext4" ]; then
  echo "up to date: $out"
  exit 0
fi

rm -f "$out/manifest.json"
unpack_inputs
epoch=$(stat -c %Y "$kernel_file")
write_kernel
build_initrd
build_rootfs
write_manifest
rm -rf "$work/kernel" "$work/busybox" "$work/initrd" "$work/rootfs"
echo "built $out: kernel $release, initrd $(($(stat -c %s "$out/initrd.cpio.gz") / 1024)) KiB, rootfs.ext4 $rootfs_mib MiB"
