#!/bin/sh
# Runs once in a new node's own namespaces: turns them into a host with a file system of its own.
# Usage: node.sh FOLDER NODE DISK_KIB
set -eu
fs=$1
node=$2
disk_kib=$3
own=$fs/nodes/$node
root=$own/root
mkdir "$own"
mount -t tmpfs -o "mode=0755,size=${disk_kib}k" "disk-$node" "$own"
mkdir "$own/upper" "$own/work" "$root"
mount -t overlay -o "lowerdir=$fs/common:/,upperdir=$own/upper,workdir=$own/work" overlay "$root"
cd "$root"
mkdir -p proc sys dev run tmp mnt
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys || true
mount -t tmpfs -o mode=0755,size=256k dev dev
mount -t tmpfs -o mode=0755,size=64m run run
mount -t tmpfs -o mode=1777,size=512m tmp tmp
mount --bind "$fs/flags" var/lib/lab/flags
mkdir dev/pts dev/shm run/lock run/sshd
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=64m shm dev/shm
mknod -m 0666 dev/null c 1 3
mknod -m 0666 dev/zero c 1 5
mknod -m 0666 dev/full c 1 7
mknod -m 0666 dev/random c 1 8
mknod -m 0666 dev/urandom c 1 9
mknod -m 0666 dev/tty c 5 0
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
hostname "$node"
for family in all default; do
    echo 0 2>/dev/null >"proc/sys/net/ipv6/conf/$family/disable_ipv6" || true
done
ip link set lo up
pivot_root . mnt
umount -l /mnt
