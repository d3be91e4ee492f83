#!/bin/sh
# A BestEffort pod eats the node until the kernel kills it, then another meets what the kubelet allows all pods together.
# The recorder must outlive both.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node 0
checkout $((97307852 / 4096 * 4096))
pod batch cruncher-29384-k8s2n 7e3b5d1f-2c48-4a9e-b6d0-91f8c3a7e524 besteffort
container cruncher d41f8e2c6a0b9573e1c5f7a9b3d8e6042f4a6c8e0b1d3f5a7c9e2b4d6f8a0c1e
cruncher=$CONTAINER

run_collector start start --ring 10m --trigger 'oom,available<100M' --after 15s
spool=$(head -n 1 "$OUT/start.txt")
pids=$(sed -n 's/.*"pids": \[\(.*\)\],.*/\1/p' "$spool/manifest.json" | tr -d ,)
for pid in $pids; do
  fact "collector.$pid.oom_score_adj" "$(cat "/proc/$pid/oom_score_adj")"
  fact "collector.$pid.cgroup" "$(cat "/proc/$pid/cgroup")"
done
own=$(echo memforensics-*)
fact collector.memory.min "$(cat "$own/memory.min")"
fact collector.memory.max "$(cat "$own/memory.max")"
sleep 12

say 'the cruncher eats the node'
grow cruncher 1000 2000 0.05
started cruncher node
killed_within 300 "$cruncher" node
memory_of "$cruncher" cruncher
fact collector.memory.peak "$(cat "$own/memory.peak")"
say 'the node ran out: killed'
sleep 25

say 'allocatable becomes 200 MiB'
echo $((200 * MiB)) >kubepods.slice/memory.max
pod batch cruncher-29385-q7w9d b8d2f6a4-17c3-4e5b-9f08-64a1c9e3d702 besteffort
container cruncher 7b1e3d5f9a8c60427e5d3b1f9c8a6e4025d7f9b1c3e5a7091f3b5d7e9a1c2046
second=$CONTAINER
grow cruncher 1000 400 0.1
started cruncher kubepods
killed_within 200 "$second" kubepods
memory_of "$second" second
memory_of kubepods.slice kubepods
say 'allocatable ran out: killed'
sleep 12
for pid in $pids; do [ -d "/proc/$pid" ] && echo "$pid"; done >"$OUT/alive.txt" || true
run_collector stop stop -o "$OUT/recorded.tgz"
for bundle in /var/lib/memforensics/*.tgz; do mv "$bundle" "$OUT/trigger-${bundle##*/}"; done
fact oom_kill "$(sed -n 's/^oom_kill //p' /proc/vmstat)"
say end
