#!/bin/sh
# A pod writes files into its memory-backed emptyDir until the node has nothing left. No process holds them, so the kernel's
# kills give nothing back, and others die with the writer.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
kubelet_config 64Mi
checkout max
grow checkout-heap 893 40 0.02
pod media transcoder-7d9c5f6b8d-h8zkq 7e3b5d1f-2c48-4a9e-b6d0-91f8c3a7e524 burstable
container transcoder d41f8e2c6a0b9573e1c5f7a9b3d8e6042f4a6c8e0b1d3f5a7c9e2b4d6f8a0c1e
transcoder=$CONTAINER
volume=/var/lib/kubelet/pods/$POD_UID/volumes/kubernetes.io~empty-dir/frames
mkdir -p "$volume"
mount -t tmpfs -o size=95% tmpfs "$volume"

run_collector start start --interval 2
sleep 40
say 'the transcoder writes its frames'
(
  in_container 975
  n=0
  while [ "$n" -lt 1200 ]; do
    n=$((n + 1))
    dd if=/dev/zero of="$volume/frame.$n" bs=1M count=1 2>/dev/null
    sleep 0.03
  done
  exec sleep 100000
) &
killed_within 300 "$transcoder" node
fact files "$(($(du -s "$volume" | cut -f 1) * 1024))"
sleep 12
run_collector stop stop -o "$OUT/recorded.tgz"
fact oom_kill "$(sed -n 's/^oom_kill //p' /proc/vmstat)"
say end
