#!/bin/busybox sh
# /sbin/poweroff, /sbin/reboot and /sbin/halt: writes everything back and ends the machine.
. /lib/trapline/session.sh
end "${0##*/}"
