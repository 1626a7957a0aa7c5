#!/bin/bash
# boot-board.sh <root> <network namespace> <name>: boots a Debian root as a board of its own, with its systemd as the first
# process, its own network, host name and control groups. It ends when the board halts (code 130) or restarts (code 129).
set -eu
root="$1" namespace="$2" name="$3"
controllers='cpu cpuacct cpuset memory devices freezer blkio pids'

for hierarchy in $controllers systemd; do
  folder="/sys/fs/cgroup/$hierarchy/$name"
  mkdir -p "$folder"
  if [ "$hierarchy" = cpuset ]; then
    cat /sys/fs/cgroup/cpuset/cpuset.cpus >"$folder/cpuset.cpus"
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"$folder/cpuset.mems"
  fi
  echo $$ >"$folder/cgroup.procs"
done

boot='
set -eu
cd "$1"
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
for controller in $2; do
  mkdir "sys/fs/cgroup/$controller"
  mount -t cgroup -o "$controller" cgroup "sys/fs/cgroup/$controller"
done
mkdir sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
# Each boot has an id of its own, and this machine goes on.
cat proc/sys/kernel/random/uuid >run/boot_id
mount --bind run/boot_id proc/sys/kernel/random/boot_id
hostname board
if [ -S "$3" ]; then
  touch run/docker.sock
  mount --bind "$3" run/docker.sock
fi
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
exec env -i container=flotilla PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /sbin/init
'
# The fourth argument, where it is given, is the socket of an engine outside.
exec nsenter --net="/run/netns/$namespace" \
  unshare --mount --pid --uts --ipc --cgroup --fork --kill-child \
  bash -c "$boot" boot "$root" "$controllers" "${4:-}"
