#!/bin/sh
# A daemon beside the pods makes empty files without end: inodes and directory entries, which no process maps and which
# memory.available does not see. A pod that takes what is left is killed for it.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
kubelet_config 64Mi
checkout max
grow checkout-heap 893 40 0.02
pod batch cruncher-29384-k8s2n 8e3b5d1f-2c48-4a9e-b6d0-91f8c3a7e525 besteffort
container cruncher e41f8e2c6a0b9573e1c5f7a9b3d8e6042f4a6c8e0b1d3f5a7c9e2b4d6f8a0c1e
cruncher=$CONTAINER
daemon=system.slice/session-cleaner.service
controllers system.slice
mkdir "$daemon"
mkdir /run
mount -t tmpfs -o size=10%,nr_inodes=0 tmpfs /run

run_collector start start --interval 2
sleep 15
fact slab.before "$(($(sed -n 's/^Slab: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024))"
say 'the daemon makes files'
(
  echo 0 >"$daemon/cgroup.procs"
  d=0
  while [ "$d" -lt 120 ]; do
    d=$((d + 1))
    mkdir "/run/$d"
    f=0
    while [ "$f" -lt 2000 ]; do
      f=$((f + 1))
      : >"/run/$d/$f"
    done
  done
  : >/run/made
  exec sleep 100000
) &
until_true 600 test -e /run/made
fact slab.after "$(($(sed -n 's/^Slab: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024))"
sleep 5
say 'the cruncher takes the rest'
grow cruncher 1000 2000 0.1
started cruncher node
killed_within 300 "$cruncher" node
sleep 12
run_collector stop stop -o "$OUT/recorded.tgz"
fact oom_kill "$(sed -n 's/^oom_kill //p' /proc/vmstat)"
say end
