# What both inits end in: says that the system is ready, then runs the command that the kernel command line gives, or a
# shell on the console, and powers off after it. The shell runs in the foreground: a background job of a script would have
# Ctrl-C ignored. So PID 1 acts on the signals of busybox poweroff, reboot and halt only when the command is done; in the
# interactive shell /etc/profile puts /sbin/poweroff and so on (see end.sh) in their place.

# Prints the value of a kernel parameter, or the default ($2). Values may be quoted: trapline.run="echo a b".
parameter() {
  _line=" $(cat /proc/cmdline)"
  case $_line in
    *" $1=\""*) _value=${_line##*" $1=\""}; echo "${_value%%\"*}" ;;
    *" \"$1="*) _value=${_line##*" \"$1="}; echo "${_value%%\"*}" ;;
    *" $1="*) _value=${_line##*" $1="}; echo "${_value%% *}" ;;
    *) echo "${2:-}" ;;
  esac
}

has_flag() {
  case " $(cat /proc/cmdline) " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# The tty behind /dev/console: a shell there gets job control and Ctrl-C, which /dev/console itself cannot give.
console_tty() {
  for _tty in $(cat /sys/class/tty/console/active 2>/dev/null); do :; done
  if [ -n "${_tty:-}" ] && [ -c "/dev/$_tty" ]; then echo "/dev/$_tty"; else echo /dev/console; fi
}

# Waits until the console has sent what was written to it. Ctrl-S may have stopped it: so for at most 30 seconds, as long as
# the kernel waits when a serial port is closed. Setting a tty's attributes is what waits for its output (stty does it with
# TCSADRAIN); from the background that raises TTOU, which is ignored.
drain() (
  trap '' TTOU
  timeout 30 stty "$(stty -g)"
) <"$(console_tty)" 2>/dev/null

# Runs a command as a session on the console. Its leader is a shell that outlives the command, because when a leader ends
# the kernel hangs up the tty and throws away what it has not sent yet. Ctrl-C is for the command, not for the leader.
on_console() {
  setsid -c sh -c 'trap : INT QUIT; "$@"; _status=$?; . /lib/trapline/session.sh; drain; exit $_status' sh "$@" \
    <"$_console" >"$_console" 2>&1
}

# end poweroff|reboot|halt
end() {
  trap '' USR1 USR2 TERM
  drain
  sync
  umount -a -r 2>/dev/null
  /bin/busybox "$1" -f
}

# Waits for the power key and ends the machine. An event is a struct input_event: 16 bytes of time, then type 1 (a key), code
# 116 (KEY_POWER) and value 1 (down). What is cached reaches the disk first: the end waits for the console, and may be cut off.
power_button() {
  while set -- $(dd bs=24 count=1 2>/dev/null | od -An -tu2 -j16) && [ $# -gt 0 ]; do
    [ "$*" != "1 116 1 0" ] || { sync; echo "trapline: power button" >"$_console"; exec /sbin/poweroff; }
  done
}

# From here on no press is lost: the file is open before anybody is told that the system is ready.
listen_to_power_button() {
  [ -c /dev/input/event0 ] || return 0
  exec 4</dev/input/event0
  power_button <&4 &
  exec 4<&-
}

session() {
  hostname "$(cat /etc/hostname)"
  trap 'end poweroff' USR2
  trap 'end reboot' TERM
  trap 'end halt' USR1
  _console=$(console_tty)
  _command=$(parameter trapline.run)
  export HOME=/root
  cd /root || cd /
  listen_to_power_button
  echo "trapline: debian ready" >"$_console"
  if [ -n "$_command" ]; then
    on_console sh -c "$_command"
    _status=$?
    echo "trapline: exit $_status" >"$_console"
  else
    on_console sh -l
  fi
  end poweroff
}
