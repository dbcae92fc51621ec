#!/usr/bin/env bash
# Runs every guest on qemu-system-riscv64 and checks what it prints: test-qemu.sh [FOLDER OF IMAGES]
# This proves the guests themselves; what they print is the contract that README.md describes.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
images=$(cd "${1:-$here/images}" && pwd)
command -v qemu-system-riscv64 >/dev/null || { echo "test-qemu.sh: needs qemu-system-riscv64 (Debian package qemu-system-misc)" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
limit=${LIMIT:-60}

# machine NAME ARGUMENTS…: runs qemu; output in $folder/log without carriage returns, exit status in $status.
machine() {
  timeout "$limit" qemu-system-riscv64 -M virt -m 128M -display none -monitor none -serial stdio -no-reboot \
    -global virtio-mmio.force-legacy=false "$@" </dev/null >"$folder/raw" 2>&1
  status=$?
  tr -d '\r' <"$folder/raw" >"$folder/log"
}

# verdict NAME LINE…: passes if every line (an extended regular expression) stands in the log.
verdict() {
  local name=$1 line
  shift
  for line in "$@"; do
    if ! grep -qxE -- "$line" "$folder/log"; then
      echo "FAIL $name: no line '$line' (status $status); the end of its output:"
      tail -n 15 "$folder/log" | sed 's/^/    /'
      failures=$((failures + 1))
      return
    fi
  done
  echo "pass $name"
}

disk() { truncate -s "$1" "$folder/disk"; }
with_disk=(-drive "file=$folder/disk,format=raw,if=none,id=disk" -device virtio-blk-device,drive=disk)

machine -smp 2 -kernel "$images/hello.elf" -append "one=1 two"
verdict hello 'hello from hart [01]' 'hello: bootargs: one=1 two'

disk 64K
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "count=6"
verdict "journal writes" 'verified 0 records' 'ack 1' 'ack 6' 'journal: done, 6 records written'
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "count=3 rate=50 timer=sbi"
verdict "journal continues, at a rate" 'verified 6 records' 'ack 7' 'ack 9'
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "limit=12"
verdict "journal is full" 'verified 9 records' 'ack 12' 'journal: full after 12 records'
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "limit=12 wrap=1 count=30"
verdict "journal wraps" 'verified 12 records' 'ack 42'
cp "$folder/disk" "$folder/good"
printf 'x' | dd of="$folder/disk" bs=1 seek=$((6 * 512 + 100)) conv=notrunc status=none
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "limit=12 mode=verify-only"
verdict "journal forgives a torn record" 'journal: torn record 43, never acknowledged' 'verified 11 records' 'journal: last record 42'
cp "$folder/good" "$folder/disk"
printf 'x' | dd of="$folder/disk" bs=1 seek=$((2 * 512 + 100)) conv=notrunc status=none
machine "${with_disk[@]}" -kernel "$images/journal.elf" -append "limit=12 mode=verify-only"
verdict "journal finds a corrupt record" 'corrupt record 39' 'panic: journal: sector 2 should hold record 39'
machine -kernel "$images/journal.elf"
verdict "journal without a disk" 'panic: journal: needs a virtio disk'

machine -kernel "$images/pagestorm.elf" -append "mib=4 pages-per-second=20000 passes=5"
verdict pagestorm 'pagestorm: pass 5 ok, 5120 pages dirtied' 'pagestorm: done, 1024 pages verified'
machine -kernel "$images/pagestorm.elf" -append "mib=4000"
verdict "pagestorm with too little memory" 'panic: pagestorm: mib=4000 is more than there is: [0-9]+ MiB are free'

for harts in 1 4; do
  machine -smp "$harts" -bios "$images/firmware.elf"
  verdict "firmware, $harts harts" 'firmware: [0-9]+ checks passed'
  [ "$status" = 0 ] || { echo "FAIL firmware, $harts harts: status $status"; failures=$((failures + 1)); }
done

disk 1M
for harts in 1 2 8; do
  machine -smp "$harts" "${with_disk[@]}" -kernel "$images/minios.elf" \
    -append 'run="echo hello  world;count 1234;disk write 3 20;disk verify 3 20;disk verify 2;touch 8;spawn 9 1;burn 1;ps;sleep 1500;crash user;mem;uptime;counters;nonsense;help;poweroff"'
  verdict "minios, $harts harts" "minios: $harts harts, 128 MiB, console uart, timer stimecmp, disk 2048 sectors" 'minios: ready' \
    'hello world' 'count: user_counter is 1234' 'disk: wrote 20 sectors from 3' 'disk: verified 20 sectors from 3' 'disk: sector 2 differs' \
    'touch: 8 MiB, 0 pages wrong' 'spawn: 9 workers for 1 s' 'burn: [0-9]+ steps in [0-9]+ ms' '  1 shell    running .*' \
    'worker 10 done: counter [0-9]+' 'sleep: slept at least 1500 ms: yes' \
    'minios: process 11 \(fault\) killed: store page fault, pc=[0-9a-f]+ value=10' 'crash: process 11 ended with -1' \
    'counter interrupts\.timer [1-9][0-9]*' 'counter calls\.spawn 9' 'nonsense: no such command; try help' 'minios> poweroff'
done
machine -kernel "$images/minios.elf" -append 'timer=sbi console=sbi run="spawn 2 1;sleep 1500;poweroff"'
verdict "minios with SBI timer and console" 'minios: 1 harts, 128 MiB, console sbi, timer SBI, disk 0 sectors' 'worker 3 done: counter [0-9]+'
machine -kernel "$images/minios.elf" -append 'run="crash panic"'
verdict "minios crash panic" 'panic: requested'
machine -kernel "$images/minios.elf" -append 'run="crash reset"'
verdict "minios crash reset" 'minios: resetting'
machine -kernel "$images/minios.elf" -append 'run="crash null"'
verdict "minios crash null" 'minios: kernel panic on hart 0: store page fault' 'panic: kernel trap: store page fault at pc=[0-9a-f]+'
machine -kernel "$images/minios.elf" -append 'run="crash stack"'
verdict "minios crash stack" 'panic: kernel trap: store page fault at pc=[0-9a-f]+'
machine -kernel "$images/minios.elf" -append 'run="crash illegal"'
verdict "minios crash illegal" 'panic: kernel trap: illegal instruction at pc=[0-9a-f]+'

# A guest that hangs says so first, and then must neither end nor say more.
hangs() { # way, last line
  timeout "$limit" qemu-system-riscv64 -M virt -m 128M -display none -monitor none -serial stdio -no-reboot \
    -kernel "$images/minios.elf" -append "run=\"crash $1\"" </dev/null >"$folder/raw" 2>&1 &
  local machine=$!
  for _ in $(seq $((limit * 5))); do
    ! grep -q "$2" "$folder/raw" || break
    sleep 0.2
  done
  sleep 1
  kill -0 "$machine" 2>/dev/null && status=running || status=ended
  kill "$machine" 2>/dev/null
  wait "$machine" 2>/dev/null
  tr -d '\r' <"$folder/raw" | sed '/^qemu-system-riscv64: terminating/d' >"$folder/log"
  if [ "$status" = ended ] || [ "$(tail -n 1 "$folder/log")" != "$2" ]; then
    echo "FAIL minios crash $1: $status, last line '$(tail -n 1 "$folder/log")'"
    failures=$((failures + 1))
  else
    echo "pass minios crash $1"
  fi
}
hangs hang 'minios: hanging'
hangs loop-trap 'minios: looping in traps'
hangs wfi 'minios: waiting for nothing'

# Typed input: on the UART and on a virtio console, through a pipe that stays open until the guest powers off.
typed() { # name, console device arguments…
  local name=$1
  shift
  mkfifo "$folder/in"
  (
    exec 9>"$folder/in"
    for _ in $(seq "$limit"); do
      ! grep -q 'minios> ' "$folder/raw" 2>/dev/null || break
      sleep 1
    done
    printf 'ecjo\b\bho typed\r' >&9
    printf 'uptime\rpoweroff\r' >&9
    for _ in $(seq "$limit"); do
      [ -e "$folder/in" ] || break
      sleep 1
    done
  ) &
  local typist=$!
  : >"$folder/raw"
  timeout "$limit" qemu-system-riscv64 -M virt -m 128M -display none -monitor none -no-reboot -global virtio-mmio.force-legacy=false \
    "$@" <"$folder/in" >"$folder/raw" 2>&1
  status=$?
  rm -f "$folder/in"
  wait "$typist"
  tr -d '\r' <"$folder/raw" >"$folder/log"
  verdict "$name" 'typed' 'uptime: [0-9]+\.[0-9]{3} s'
}
typed "minios, typed on the UART" -serial stdio -smp 2 -kernel "$images/minios.elf"
typed "minios, typed on a virtio console" -serial none -chardev stdio,id=console -device virtio-serial-device \
  -device virtconsole,chardev=console -kernel "$images/minios.elf" -append console=virtio

# The power button: a key of a virtio keyboard, pressed through the monitor. Another key does nothing.
pressed() { # name, line that shows that the guest is up, lines to find; then arguments
  local name=$1 up=$2 found=$3
  shift 3
  mkfifo "$folder/monitor"
  : >"$folder/raw"
  (
    exec 9>"$folder/monitor"
    for _ in $(seq $((limit * 5))); do
      ! grep -q "$up" "$folder/raw" || break
      sleep 0.2
    done
    echo 'sendkey a' >&9
    sleep 0.5
    echo 'sendkey power' >&9
    for _ in $(seq "$limit"); do
      [ -e "$folder/monitor" ] || break
      sleep 1
    done
  ) &
  local hand=$!
  timeout "$limit" qemu-system-riscv64 -M virt -m 128M -display none -monitor stdio -serial "file:$folder/raw" -no-reboot \
    -global virtio-mmio.force-legacy=false -device virtio-keyboard-device "$@" <"$folder/monitor" >/dev/null 2>&1
  status=$?
  rm -f "$folder/monitor"
  wait "$hand"
  tr -d '\r' <"$folder/raw" >"$folder/log"
  verdict "$name" "$found"
  [ "$status" = 0 ] || { echo "FAIL $name: status $status"; failures=$((failures + 1)); }
}
rm "$folder/disk"
disk 64K
pressed "journal, power button" 'ack 3' 'journal: done, [0-9]+ records written' "${with_disk[@]}" -kernel "$images/journal.elf" -append "rate=50 wrap=1"
pressed "minios, power button" 'minios> ' '(minios> )?minios: power button' -smp 2 -kernel "$images/minios.elf"

if [ "$failures" -gt 0 ]; then
  echo "guests: $failures failures"
  exit 1
fi
echo "guests: all pass"
