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

# end poweroff|reboot|halt
end() {
  trap '' USR1 USR2 TERM
  sync
  umount -a -r 2>/dev/null
  /bin/busybox "$1" -f
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
  echo "trapline: debian ready" >"$_console"
  if [ -n "$_command" ]; then
    setsid -c sh -c "$_command" <"$_console" >"$_console" 2>&1
    _status=$?
    echo "trapline: exit $_status" >"$_console"
  else
    setsid -c sh -l <"$_console" >"$_console" 2>&1
  fi
  end poweroff
}
