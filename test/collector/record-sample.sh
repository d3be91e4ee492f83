#!/bin/sh
# Records samples/recorded-oom.tgz: scripts/collect.sh around a real OOM kill at a container's limit. Run it as root on a
# machine with the cgroup v1 memory controller: sh test/collector/record-sample.sh OUTPUT.tgz
#
# What is recorded is real but for two things that are staged: the cgroup has a kubelet's shape without a kubelet, and
# /var/log/pods names the pod. What is no business of a sample is hidden from the recorder in a mount namespace of its
# own: other processes (/proc with hidepid), the kernel's command line and build string, and mounts that have nothing to do
# with it.
set -eu
out=${1:?usage: record-sample.sh OUTPUT.tgz}
collector=$(cd "$(dirname "$0")/../../scripts" && pwd)/collect.sh
case $out in /*) ;; *) out=$PWD/$out ;; esac

if [ "${2-}" != inside ]; then
  exec unshare --mount --propagation private sh "$0" "$out" inside
fi

cg=/sys/fs/cgroup/memory
uid=5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a
container=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
pod=$cg/kubepods/burstable/pod$uid
tmp=$(mktemp -d)
echo $$ >$cg/cgroup.procs
mkdir -p "$pod/$container"
clean() {
  for d in "$pod/$container" "$pod" "$cg/kubepods/burstable" "$cg/kubepods/besteffort" "$cg/kubepods"; do rmdir "$d" || true; done
  rm -rf "$tmp"
}
trap clean EXIT
mkdir -p $cg/kubepods/besteffort
echo 134217728 >"$pod/$container/memory.limit_in_bytes"

while read -r _ at _; do
  case $at in / | /proc | /sys | /sys/fs/cgroup* | /dev | /dev/pts | /dev/shm) ;; *) umount -l "$at" 2>/dev/null || true ;; esac
done </proc/mounts
mount -t tmpfs tmpfs /var/log
mkdir -p "/var/log/pods/reports_report-builder-6c9f7d5b48-m2xqk_$uid/builder" /var/log/containers
: >"/var/log/pods/reports_report-builder-6c9f7d5b48-m2xqk_$uid/builder/0.log"
ln -s "/var/log/pods/reports_report-builder-6c9f7d5b48-m2xqk_$uid/builder/0.log" \
  "/var/log/containers/report-builder-6c9f7d5b48-m2xqk_reports_builder-$container.log"
cp "$(command -v tail)" "$tmp/report-builder"
: >"$tmp/empty"
mount -t proc -o hidepid=invisible,gid=65534 proc /proc
mount --bind "$tmp/empty" /proc/cmdline
mount --bind "$tmp/empty" /proc/version

cd "$tmp"
# hidepid lets root see every process whose capabilities it has too; without ptrace that is only what is started here
setpriv --bounding-set=-sys_ptrace,-sys_module sh -eu -s "$collector" "$pod/$container" <<'INNER'
sh "$1" --duration 45 --interval 2 --since 2s -o recorded-oom.tgz </dev/null &
sleep 20
# about 10 MiB/s, so that the full tick at 30 s sees it grow, are read by a `tail` that must keep them, until the limit of 128 MiB
sh -c 'echo $$ >"$1/cgroup.procs" && while head -c 1048576 /dev/zero; do sleep 0.1; done | ./report-builder' sh "$2" >/dev/null 2>&1 &
wait $! || true
wait
INNER
mv recorded-oom.tgz "$out"
