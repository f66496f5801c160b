#!/bin/sh
# Runs once in a new lab's own namespaces: creates the memory file system for the whole lab, and the bridge.
# Also tries everything that nodes need, so that a machine that does not permit it is detected at once.
# Usage: hub.sh FOLDER STAGE|-
set -eu
fs=$1
stage=$2
mount -t tmpfs -o mode=0755 merlin-lab "$fs"
mkdir "$fs/common" "$fs/flags" "$fs/nodes" "$fs/try" "$fs/try/upper" "$fs/try/work" "$fs/try/root"
mount -t overlay -o "lowerdir=/,upperdir=$fs/try/upper,workdir=$fs/try/work" overlay "$fs/try/root"
chroot "$fs/try/root" /bin/true
umount "$fs/try/root"
rm -rf "$fs/try"
if [ "$stage" != - ]; then
    cp -a --no-preserve=ownership "$stage/." "$fs/common/"
fi
ip -batch - <<NET
link set lo up
link add br0 type bridge forward_delay 0 mcast_snooping 0
link set br0 up
NET
