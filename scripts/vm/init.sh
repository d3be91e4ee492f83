#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the virtual machine of boot.sh: mounts, loads the disk's driver, runs the scene and powers off.
# Whatever happens, the disk is written back and the machine ends.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
while read -r name; do
  insmod "/lib/modules/$name.ko"
done </lib/modules/order
# the disk is probed behind insmod's back
n=0
while [ ! -b /dev/vda ] && [ "$n" -lt 50 ]; do
  sleep 0.1
  n=$((n + 1))
done
mount -t ext4 /dev/vda /var
mkdir -p /var/lib /var/log /var/tmp /var/out
hostname worker-1
ip link set lo up

shell=dash
read -r line </proc/cmdline
case $line in *memforensics.shell=ash*) shell=ash ;; esac
SHELL_UNDER_TEST=$shell sh /vm/scene.sh >/var/out/scene.log 2>&1 && : >/var/out/done
# what there is to find out from, of a scene that failed
[ -f /var/out/done ] || cp -R /var/lib/memforensics /var/out/spools

cat /var/out/scene.log >/dev/console
kill -KILL -1
umount -l /pod/host 2>/dev/null
n=0
until umount /var 2>/dev/null || [ "$n" -ge 50 ]; do
  sleep 0.1
  n=$((n + 1))
done
sync
poweroff -f
