#!/bin/sh
# 60 pods of which some come and go while they are read, then a time in which no process of the collector can fork, and a
# kill in that time. At the end it is told to stop by a signal.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
pod reports report-builder-6c9f7d5b48-m2xqk 5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a burstable
container builder 8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758 $((32 * MiB)) $((32 * MiB))
builder=$CONTAINER
container shipper c04e2f9a1d7b5836f1e0a9c2d4b6587930fe1d2c3b4a59687f6e5d4c3b2a1908 $((32 * MiB)) $((32 * MiB))
idle log-shipper 785

# empty_pod N: slice, sandbox and container of a pod in which nothing runs
empty_pod() {
  _p=kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod$(printf '%08x' "$1")_0000_4000_8000_000000000000.slice
  mkdir "$_p"
  controllers "$_p"
  for _c in $((2 * $1)) $((2 * $1 + 1)); do mkdir "$_p/cri-containerd-$(printf '%064x' "$_c").scope"; done
}
no_pod() {
  _p=kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod$(printf '%08x' "$1")_0000_4000_8000_000000000000.slice
  rmdir "$_p"/cri-containerd-*.scope "$_p"
}
n=0
while [ "$n" -lt 60 ]; do
  n=$((n + 1))
  empty_pod "$n"
done
fact cgroups "$(find kubepods.slice -type d | wc -l)"

run_collector start start --ring 10m --interval 1 --trigger oom --after 10s
spool=$(head -n 1 "$OUT/start.txt")
pid=$(sed -n 's/^Recording (pid \([0-9]*\)).*/\1/p' "$OUT/start.txt")
own=memforensics-$pid
sleep 10

say 'pods come and go'
n=0
while [ "$n" -lt 40 ]; do
  n=$((n + 1))
  no_pod "$n"
  empty_pod $((1000 + n))
  sleep 0.5
done
sleep 32

say 'no fork any more'
fact fork.from "$(cut -d' ' -f1 /proc/uptime)"
cat "$own/pids.current" >"$own/pids.max"
sleep 5
CONTAINER=$builder
grow report-builder 785 200 0.1
started report-builder builder
until_true 60 was_killed "$builder"
read -r up _ </proc/uptime
fact builder.killed_before "$up"
memory_of "$builder" builder
sleep 12
echo max >"$own/pids.max"
fact fork.to "$(cut -d' ' -f1 /proc/uptime)"
fact fork.refused "$(sed -n 's/^max //p' "$own/pids.events")"

say 'forks again'
is_sealed() { [ -n "$(find /var/lib/memforensics -maxdepth 1 -name '*.tgz')" ]; }
until_true 60 is_sealed
mv /var/lib/memforensics/*.tgz "$OUT/trigger.tgz"
sleep 5

say 'a signal'
kill -TERM "$pid"
is_gone() { [ ! -d "/proc/$pid" ] && [ ! -d "$spool" ]; }
until_true 120 is_gone
mv /var/lib/memforensics/*.tgz "$OUT/recorded.tgz"
find . -name 'memforensics-*' >"$OUT/left-cgroups.txt"
say end
